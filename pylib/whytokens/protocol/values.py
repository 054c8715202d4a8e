"""What single questions are answered with: a file to save, a text, a count, secrets."""

from __future__ import annotations

from typing import TypedDict


class ExportValue(TypedDict):
    """The value of an "export" result: a file to save, as text or as base64."""

    name: str
    mime: str
    text: str | None
    base64: str | None


class Secret(TypedDict):
    """Something in a text that looks like a key or a token; `shown` is its masked form."""

    kind: str
    shown: str
    segment: int
    path: list[str]
    file: str
    line: int | None
    pointer: str


class TextValue(TypedDict):
    """The value of a "text" result. `text` None when the log has no content there."""

    segment: int
    category: str
    path: list[str]
    text: str | None
    file: str
    line: int | None
    pointer: str


class CountValue(TypedDict):
    """The value of a "count" result. `kind` is the format of a request, or "text"; `exactness` is
    "exact", "reconstructed" or "estimated"; `band` a share in per mille that nine of ten counts lie
    within, null where unmeasured; `nusd` null where unpriced. `pieces` are a text's in order, each with
    its tokens (0: not told apart); `cut` where they are of its beginning alone."""

    model: str
    kind: str
    tokenizer: str
    exactness: str
    tokens: int
    band: int | None
    nusd: int | None
    parts: list[NamedTokens]
    pieces: list[str]
    tokens_of: list[int]
    cut: bool


class NamedTokens(TypedDict):
    name: str
    tokens: int
