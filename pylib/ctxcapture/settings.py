"""How ctxcapture is set up: by arguments, else by CTXCAPTURE_* environment variables, else defaults.

Plain classes and late imports: a host program pays for importing this (bar: 30 ms).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence

Redact = Callable[[str], str]
CONTENT = ("full", "off")
MB = 2**20


class Settings:
    """Where captured calls go and what of them is kept.

    `folder`: where the logs are written, `None` writes none. `content` "off" keeps counts and
    times, no text. `redact`: regular expressions or a function, applied to every kept text.
    `messages`: also write the messages under their OpenTelemetry names, for tools that do not know
    `ctxcapture.request` (about twice the size). `shared`: write each text once a file and refer to
    it afterwards. `gzip`: compress finished files. `otlp`: an OTLP/HTTP address that gets every
    call as well, with `otlp_headers`.
    """

    __slots__ = (
        "content",
        "environment",
        "folder",
        "gzip",
        "max_disk_bytes",
        "max_file_bytes",
        "messages",
        "otlp",
        "otlp_headers",
        "redact",
        "service",
        "shared",
    )

    def __init__(
        self,
        *,
        folder: str | os.PathLike[str] | None = None,
        content: str | None = None,
        redact: Redact | Sequence[str] | None = None,
        messages: bool | None = None,
        shared: bool | None = None,
        gzip: bool | None = None,
        max_file_mb: int | None = None,
        max_disk_mb: int | None = None,
        otlp: str | None = None,
        otlp_headers: dict[str, str] | None = None,
        service: str | None = None,
        environment: str | None = None,
    ) -> None:
        self.folder = str(folder if folder is not None else _word("DIR", ".ctxcapture"))
        self.content = content or _word("CONTENT", "full")
        if self.content not in CONTENT:
            raise ValueError(f"content is {self.content!r}; it can be {' or '.join(CONTENT)}")
        self.redact = _redactor(_word("REDACT", "").split() if redact is None else redact)
        self.messages = _flag("MESSAGES") if messages is None else messages
        self.shared = _flag("SHARED") if shared is None else shared
        self.gzip = _flag("GZIP") if gzip is None else gzip
        self.max_file_bytes = (max_file_mb or int(_word("MAX_FILE_MB", "256"))) * MB
        self.max_disk_bytes = (max_disk_mb or int(_word("MAX_DISK_MB", "4096"))) * MB
        self.otlp = otlp or _word("OTLP", "")
        self.otlp_headers = otlp_headers or _headers(_word("OTLP_HEADERS", ""))
        self.service = service or _word("SERVICE", os.environ.get("OTEL_SERVICE_NAME", ""))
        self.environment = environment or _word("ENVIRONMENT", "")


def _word(name: str, default: str) -> str:
    return os.environ.get(f"CTXCAPTURE_{name}", default)


def _flag(name: str) -> bool:
    return _word(name, "").lower() in ("1", "true", "yes", "on")


def _headers(text: str) -> dict[str, str]:
    """`name=value,name=value`, as OTEL_EXPORTER_OTLP_HEADERS is written."""
    pairs = (part.partition("=") for part in text.split(",") if "=" in part)
    return {name.strip(): value.strip() for name, _, value in pairs}


def _redactor(given: Redact | Sequence[str]) -> Redact | None:
    if callable(given):
        return given
    if not given:
        return None
    import re

    pattern = re.compile("|".join(f"(?:{one})" for one in given))
    return lambda text: pattern.sub("[redacted]", text)
