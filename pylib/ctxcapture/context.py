"""What the host says about the calls it is making: tags, labels, components, whose code asks.

All of it lives in context variables, so that it follows threads' and tasks' own flow.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, NamedTuple

_TAGS: ContextVar[dict[str, str] | None] = ContextVar("ctxcapture_tags", default=None)
_TRACE: ContextVar[str] = ContextVar("ctxcapture_trace", default="")
_COMPONENTS: ContextVar[Components | None] = ContextVar("ctxcapture_components", default=None)
_HERE = __name__.rpartition(".")[0]
_LIBRARY = ("site-packages", "dist-packages", "/lib/python3", "\\Lib\\", "<frozen ", "<string>")


class Caller(NamedTuple):
    """The host's own code that asked: file, function, line."""

    file: str
    function: str
    line: int


@contextmanager
def tags(**values: str | int) -> Iterator[None]:
    """Tags for every call made inside: `session`, `user`, `feature`, `agent`, `workflow`,
    `task_type`, `environment`, `cost_center`, `turn`, or any other word. Nested tags add up."""
    token = _TAGS.set({**(_TAGS.get() or {}), **{k: str(v) for k, v in values.items()}})
    try:
        yield
    finally:
        _TAGS.reset(token)


def current_tags() -> dict[str, str]:
    return _TAGS.get() or {}


@contextmanager
def one_trace() -> Iterator[str]:
    """Calls made inside share a trace id, that of an outer one if there is one."""
    found = _TRACE.get() or new_id(16)
    token = _TRACE.set(found)
    try:
        yield found
    finally:
        _TRACE.reset(token)


def current_trace() -> str:
    """The trace id calls made now belong to, empty when none is open."""
    return _TRACE.get()


def new_id(size_bytes: int) -> str:
    import os

    return os.urandom(size_bytes).hex()


class Components:
    """Parts of a prompt that the host names: each becomes a frame of its own.

    ``with ctxcapture.components() as p: p.add("rag_chunk", text, name="faq.md")``
    """

    def __init__(self) -> None:
        self.parts: list[dict[str, str]] = []

    def add(self, kind: str, text: str, name: str | None = None) -> str:
        """Name `text`, which will stand in a prompt; gives it back."""
        self.parts.append({"kind": kind, "name": name or kind, "text": text})
        return text


@contextmanager
def components() -> Iterator[Components]:
    """Components of the prompts sent inside."""
    found = Components()
    token = _COMPONENTS.set(found)
    try:
        yield found
    finally:
        _COMPONENTS.reset(token)


def current_components() -> list[dict[str, str]]:
    found = _COMPONENTS.get()
    return list(found.parts) if found else []


# By file name: is it the host's own code? A file's answer never changes.
_own: dict[str, bool] = {}


def caller() -> Caller | None:
    """The nearest frame that is neither a library's nor ours."""
    frame = sys._getframe(1)
    while True:
        code = frame.f_code
        own = _own.get(code.co_filename)
        if own is None:
            own = _own[code.co_filename] = _is_own(frame.f_globals, code.co_filename)
        if own:
            return Caller(code.co_filename, code.co_qualname, frame.f_lineno)
        if frame.f_back is None:
            return None
        frame = frame.f_back


def _is_own(names: dict[str, Any], file: str) -> bool:
    module = names.get("__name__") or ""
    ours = module == _HERE or module.startswith(f"{_HERE}.")
    return not ours and not any(part in file for part in _LIBRARY)
