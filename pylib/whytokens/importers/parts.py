"""One part of a message in any dialect: text, thinking, a call, a result, media.

Spec: formats, section 2 (columns "Messages") and 4.1 ("Parts"). Base64 is never text (rule 14).
"""

from __future__ import annotations

import base64
import json
import re
from typing import Any, Literal, NamedTuple

from whytokens.importers import pictures
from whytokens.importers.values import Json, as_dict, as_list, as_str, decoded, dumped
from whytokens.model import Media

# "mark": no content, a cache breakpoint that stands as a block of its own (Bedrock).
Kind = Literal["text", "thinking", "call", "result", "media", "document", "mark", "other"]
TEXTS = frozenset(
    (
        "text",
        "input_text",
        "output_text",
        "plain_text",
        "text-delta",
        "user-prompt",
        "system-prompt",
    )
)
THOUGHTS = frozenset(("thinking", "reasoning", "redacted_thinking", "thought"))
CALLS = frozenset((
    "tool_use", "tool_call", "tool-call", "function_call", "server_tool_use", "mcp_tool_use",
    "server_tool_call", "custom_tool_call", "toolcall", "tool_calls",
))  # fmt: skip
RESULTS = frozenset((
    "tool_result", "tool_call_response", "tool-result", "tool-return", "function_call_output",
    "server_tool_call_response", "mcp_tool_result", "custom_tool_call_output", "tool_response",
    "retry-prompt",
))  # fmt: skip
MEDIA = frozenset((
    "image", "image_url", "input_image", "document", "document_url", "input_audio", "audio", "file",
    "input_file", "blob", "uri", "media", "video", "image-data", "file-data", "image-url", "binary",
    "file_url", "image_file",
))  # fmt: skip
MIME_BY_KIND = {
    "audio": "audio/wav", "input_audio": "audio/wav", "video": "video/mp4",
    "file": "application/pdf", "document": "application/pdf", "input_file": "application/pdf",
}  # fmt: skip
LANGFUSE_MEDIA = re.compile(r"@@@langfuseMedia:type=([\w.+-]+/[\w.+-]+)\|[^@]*@@@")


class Part(NamedTuple):
    """`text` also holds the arguments of a call as JSON; `inner` the parts of a result."""

    kind: Kind
    text: str | None = None
    name: str | None = None
    id: str | None = None
    media: Media | None = None
    arguments: Any = None
    inner: tuple[Part, ...] = ()


def part_of(value: Any, *, call: bool = False) -> Part:
    """Never fails: what is not known is of the kind other, its JSON as text."""
    if isinstance(value, str):
        return _text(value)
    one = as_dict(value)
    if not one:
        return Part("other", dumped(value))
    kind = str(one.get("type") or one.get("part_kind") or one.get("kind") or "").lower()
    if isinstance(one.get("message_content"), dict):  # OpenInference
        return part_of(one["message_content"])
    if isinstance(one.get("tool_call"), dict):
        return _call(one["tool_call"])
    if call or kind in CALLS or kind.endswith("_call"):
        return _call(one)
    if kind in RESULTS or (
        kind.endswith(("_tool_result", "_call_output", "_output")) and kind not in TEXTS
    ):
        return _result(one)
    if kind in THOUGHTS or one.get("thought") is True:
        return _thought(one)
    if kind in TEXTS or (not kind and isinstance(one.get("text"), str)):
        said = one.get("text", one.get("content"))
        return Part("text", said if isinstance(said, str) else dumped(said or ""))
    if kind in MEDIA:
        return _media(one, kind)
    return _keyed(one)


def _text(value: str) -> Part:
    if value.startswith("data:") and pictures.DATA_URL.match(value):
        return Part("media", media=pictures.from_url(value))
    match = LANGFUSE_MEDIA.fullmatch(value.strip())
    if match:
        return Part("media", media=pictures.media(None, match[1]))
    return Part("text", value)


def _keyed(one: Json) -> Part:
    """Unions of one key: Gemini and Bedrock."""
    for key in ("toolUse", "functionCall", "function_call"):
        if isinstance(one.get(key), dict):
            return _call(one[key])
    for key in ("toolResult", "functionResponse", "function_response"):
        if isinstance(one.get(key), dict):
            return _result(one[key])
    inner = as_dict(one.get("reasoningContent"))
    if inner:
        return _thought(as_dict(inner.get("reasoningText")) or inner)
    for key in ("inlineData", "inline_data", "fileData", "file_data"):
        if isinstance(one.get(key), dict):
            return _media(one[key], "file")
    for key in ("image", "document", "video", "audio"):
        if isinstance(one.get(key), dict):
            return _media(one[key], key)
    if "cachePoint" in one:
        return Part("mark")
    if isinstance(one.get("refusal"), str):
        return Part("text", one["refusal"])
    return Part("other", dumped(one))


def _call(one: Json) -> Part:
    inner = as_dict(one.get("function") or one.get("custom") or one.get("functionCall")) or one
    name = next((n for k in ("name", "toolName", "tool_name") if (n := as_str(inner.get(k)))), None)
    keys = ("arguments", "args", "input", "action", "parameters")
    arguments = next((inner[key] for key in keys if inner.get(key) is not None), None)
    if name is None and str(one.get("type", "")).endswith("_call"):
        name = str(one["type"]).removesuffix("_call")
    ids = (one.get(k) for k in ("call_id", "id", "toolCallId", "tool_call_id", "toolUseId"))
    return Part(
        "call", name=name, id=next((i for i in ids if as_str(i)), name), arguments=arguments
    )


def _result(one: Json) -> Part:
    keys = ("content", "output", "result", "response", "results", "tools")
    value = next((one[key] for key in keys if one.get(key) is not None), None)
    name = next((n for k in ("name", "toolName", "tool_name") if (n := as_str(one.get(k)))), None)
    ids = (
        one.get(k)
        for k in ("tool_use_id", "tool_call_id", "toolCallId", "call_id", "toolUseId", "id")
    )
    known = next((i for i in ids if as_str(i)), name)
    return Part("result", name=name, id=known, inner=tuple(result_parts(value)))


def result_parts(value: Any) -> list[Part]:
    """What a tool gave back: one text, media beside it."""
    if isinstance(value, dict) and value.get("type") in ("text", "json", "content", "error-text"):
        value = value.get("value", value.get("text"))  # AI SDK
    if value is None or isinstance(value, str):
        return [_text(value or "")]
    if not isinstance(value, list):
        return [Part("text", dumped(value))]
    found, texts = list[Part](), list[str]()
    for item in value:
        one = as_dict(item)
        part = part_of(item)
        if "json" in one:
            texts.append(dumped(one["json"]))
        elif part.kind == "media":
            found.append(part)
        elif isinstance(as_dict(one.get("document")).get("data"), str | dict):  # Cohere
            texts.append(dumped(one["document"]["data"]))
        else:
            texts.append(part.text if part.kind == "text" and part.text else dumped(item))
    return [Part("text", "".join(texts)), *found] if texts or not found else found


def _thought(one: Json) -> Part:
    keys = ("thinking", "reasoning", "text", "content")
    text = next((as_str(one.get(key)) for key in keys if as_str(one.get(key))), None)
    if text is None:
        lines = [
            as_str(as_dict(p).get("text"))
            for k in ("summary", "thinking")
            for p in as_list(one.get(k))
        ]
        text = "\n".join(line for line in lines if line) or None
    return Part("thinking", text)


def _media(one: Json, kind: str) -> Part:
    """By its bytes where the log has them, else by what it says of itself."""
    inner = as_dict(one.get(kind)) or one
    source = as_dict(inner.get("source")) or inner
    if source.get("type") == "text" or (isinstance(source.get("text"), str) and kind == "document"):
        return Part(
            "document",
            as_str(source.get("data")) or as_str(source.get("text")),
            as_str(one.get("title")),
        )
    mime = next(
        (
            found
            for key in ("media_type", "mime_type", "mimeType", "mediaType", "mime")
            if (found := as_str(source.get(key)) or as_str(inner.get(key)))
        ),
        None,
    )
    keys = (
        "url",
        "image_url",
        "uri",
        "data",
        "bytes",
        "content",
        "file_data",
        "image",
        "file_uri",
        "fileUri",
    )
    value: Any = next((source[key] for key in keys if source.get(key)), None)
    if isinstance(value, dict):
        value = value.get("url") or value.get("data") or value.get("bytes")
    if isinstance(value, list) and value and all(isinstance(byte, int) for byte in value[:9]):
        value = base64.b64encode(bytes(b & 255 for b in value if isinstance(b, int))).decode()
    name = as_str(inner.get("filename")) or as_str(inner.get("name")) or as_str(one.get("title"))
    said = as_str(inner.get("format"))
    if not mime and said:
        mime = (
            "application/pdf"
            if said == "pdf"
            else f"{'audio' if 'audio' in kind else 'image'}/{said}"
        )
    if not mime:
        mime = MIME_BY_KIND.get(kind, "image/png")
    detail = as_str(as_dict(one.get("image_url")).get("detail")) or as_str(one.get("detail"))
    text = value if isinstance(value, str) else ""
    if text.startswith(("data:", "http:", "https:", "gs:", "s3:")):
        match = pictures.DATA_URL.match(text)
        data, mime = (text[match.end() :], match[1] or mime) if match else (None, mime)
    else:
        data = text or None
    return Part("media", name=name, media=pictures.media(data, mime, detail))


def arguments_text(value: Any, compact: bool) -> str:
    """The arguments of a call as JSON text, as the model wrote them where the log has it so."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    separators = (",", ":") if compact else None
    return json.dumps(value, ensure_ascii=False, separators=separators)


def as_object(value: Any) -> Any:
    """Arguments as the object that providers of objects are sent."""
    found = decoded(value)
    return found if isinstance(found, dict | list) else {} if found in (None, "") else found
