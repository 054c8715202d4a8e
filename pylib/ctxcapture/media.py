"""Base64 media out of a request body: a reference with its real size stays, the data goes.

The reference stands where the base64 stood ("ctxcapture:sha256=…;bytes=…;width=…;height=…"), so the
body keeps its shape; `whytokens.importers.pictures` reads it.
"""

from __future__ import annotations

import hashlib
import re

# Shorter ones are kept: they may be words, and cost little.
_MEDIA = re.compile(
    r'"(data|url|image_url|file_data|bytes)"\s*:\s*"'
    r"(?:data:([\w/+.-]*)[\w=;.-]*;base64,)?([A-Za-z0-9+/_-]{1000,}={0,2})\""
)
_MIME = re.compile(r'"(?:media_type|mimeType|mime_type|format)"\s*:\s*"([\w/+.-]+)"')
_NEAR_CHARS = 120


# What a body with media holds, by API: one quick look, since nearly all bodies have none.
_SIGNS = {
    "anthropic": (b'"base64"',),
    "chat": (b";base64,", b"_audio"),
    "converse": (b'"bytes"',),
    "gemini": (b"nlineData", b"nline_data"),
    "ollama": (b'"images"',),
    "responses": (b";base64,", b"_audio"),
}


def without_media(body: bytes, api: str) -> bytes:
    """The body with references in place of its media. Other text is left alone."""
    if not any(sign in body for sign in _SIGNS.get(api, ())):
        return body
    return _MEDIA.sub(_reference, body.decode("utf-8", "replace")).encode()


def _reference(match: re.Match[str]) -> str:
    mime = match[2] or _mime_near(match)
    if not mime:  # long, but nothing says that it is media
        return match[0]
    from whytokens.importers.pictures import media

    data = match[3]
    found = media(data, mime if "/" in mime else f"image/{mime}")
    parts = {
        "sha256": hashlib.sha256(data.encode()).hexdigest()[:16],
        "bytes": found.size_bytes,
        "width": found.width,
        "height": found.height,
        "pages": found.pages,
    }
    words = ";".join(f"{key}={value}" for key, value in parts.items() if value is not None)
    return match[0][: match.start(3) - match.start()] + f'ctxcapture:{words}"'


def _mime_near(match: re.Match[str]) -> str | None:
    text = match.string
    before = text[max(0, match.start() - _NEAR_CHARS) : match.start()]
    after = text[match.end() : match.end() + _NEAR_CHARS]
    found = [*_MIME.findall(before)[-1:], *_MIME.findall(after)[:1]]
    return found[0] if found else None
