"""The one error class, its closed set of codes, and how an error looks at the seam.

Spec: UX copy table; every code has a fixture in ``tests/fixtures/errors/<code>/``.
"""

from __future__ import annotations

from typing import NotRequired, TypedDict

from whytokens.model import Where

CODES: tuple[str, ...] = (
    "empty-file",
    "unknown-format",
    "bad-json",
    "broken-file",
    "not-utf8",
    "bad-rates",
    "no-calls",
    "no-content",
    "partial",
    "usage-mismatch",
    "usage-impossible",
    "no-usage",
    "unknown-model",
    "old-rates",
    "estimated-tokens",
    "too-large",
    "out-of-memory",
    "url-blocked",
    "link-unreadable",
    "python-failed",
    "bug",
)


class Offer(TypedDict):
    """What the page can do about it: a button, and the options to open the same files with."""

    label: str
    options: dict[str, str]


class ErrorShape(TypedDict):
    """An error as JSON (protocol, section "error"). `offer` where the page can do something about it."""

    code: str
    title: str
    message: str
    file: str
    line: int | None
    column: int | None
    pointer: str
    excerpt: str | None
    hint: str | None
    offer: NotRequired[Offer]


class TraceError(Exception):
    """Why something could not be opened, with its place and the next step.

    `title` is the bold sentence a person reads first, `message` the rest.
    """

    def __init__(
        self,
        code: str,
        title: str,
        message: str = "",
        *,
        where: Where,
        column: int | None = None,
        excerpt: str | None = None,
        hint: str | None = None,
        offer: Offer | None = None,
    ) -> None:
        if code not in CODES:
            raise ValueError(f"unknown error code {code!r}; known: {', '.join(CODES)}")
        super().__init__(f"{code}: {title} {message}".strip())
        self.code, self.title, self.message = code, title, message
        self.where, self.column, self.excerpt, self.hint = where, column, excerpt, hint
        self.offer = offer

    def shape(self) -> ErrorShape:
        found: ErrorShape = {
            "code": self.code,
            "title": self.title,
            "message": self.message,
            "file": self.where.file,
            "line": self.where.line,
            "column": self.column,
            "pointer": self.where.pointer,
            "excerpt": self.excerpt,
            "hint": self.hint,
        }
        return {**found, "offer": self.offer} if self.offer else found
