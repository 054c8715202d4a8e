"""Which function spends the money: `@track` labels the calls made inside, `spending` adds them up.

Both work with capture installed (calls are seen as they pass) and without it (counts are read off
the response objects that the host hands over); no call is counted twice.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar, cast

from ctxcapture import capture, context
from ctxcapture.guard import safe

F = TypeVar("F", bound=Callable[..., Any])
_OPEN: ContextVar[tuple[Spending, ...]] = ContextVar("ctxcapture_spending", default=())


class Spending:
    """What the calls of one block came to. Counts are billed tokens; `input` includes the cache."""

    def __init__(self, model: str | None, label: str | None) -> None:
        self.model, self.label = model, label
        self.calls = self.input_tokens = self.output_tokens = self.cached_tokens = 0
        self._seen: set[str] = set()

    def add(self, response: Any) -> Any:
        """Count a response object of any SDK by its usage; gives it back."""
        self._add(response)
        return response

    @safe("spending")
    def _add(self, response: Any) -> None:
        body = _body(response)
        self._count(str(body.get("id") or body.get("response_id") or id(response)), body)

    def count(self, *, input: int = 0, output: int = 0, cached: int = 0) -> None:
        """Add counts that no response object carries."""
        self.calls += 1
        self.input_tokens += input
        self.output_tokens += output
        self.cached_tokens += cached

    def heard(self, span: Any) -> None:
        """A call was captured while this block was open."""
        self._count(str(span.reply.get("id") or span.exchange.span_id), span.reply, span.usage)

    def _count(self, key: str, body: dict[str, Any], usage: Any = None) -> None:
        from ctxcapture import replies

        if key in self._seen:
            return
        found = usage or replies.usage_of(replies.raw_usage(body))
        if found is not None:
            self._seen.add(key)
            self.model = self.model or replies.model_of(body)
            self.count(
                input=found.prompt or 0, output=found.output or 0, cached=found.cache_read or 0
            )


@contextmanager
def spending(model: str | None = None, label: str | None = None) -> Iterator[Spending]:
    """Add up what is spent inside. Nested blocks each count; threads and tasks follow."""
    found = Spending(model, label)
    token = _OPEN.set((*_OPEN.get(), found))
    try:
        with context.tags(**({"feature": label} if label else {})), context.one_trace():
            yield found
    finally:
        _OPEN.reset(token)


def _hear(span: Any) -> None:
    for one in _OPEN.get():
        one.heard(span)


capture.HEARERS.append(_hear)


def track(label: str | None = None, **tags: str) -> Callable[[F], F]:
    """Label every call made while the function runs: plain, async, generator, async generator."""

    def wrap(function: F) -> F:
        words = {"feature": label or function.__qualname__, **tags}
        return _wrapped(function, words)

    return wrap


def _wrapped(function: F, words: dict[str, str]) -> F:
    made: Any
    if inspect.isasyncgenfunction(function):

        async def made(*args: Any, **kwargs: Any) -> Any:
            with context.tags(**words), context.one_trace():
                async for value in function(*args, **kwargs):
                    yield value

    elif inspect.iscoroutinefunction(function):

        async def made(*args: Any, **kwargs: Any) -> Any:
            with context.tags(**words), context.one_trace():
                return await function(*args, **kwargs)

    elif inspect.isgeneratorfunction(function):

        def made(*args: Any, **kwargs: Any) -> Any:
            with context.tags(**words), context.one_trace():
                return (yield from function(*args, **kwargs))

    else:

        def made(*args: Any, **kwargs: Any) -> Any:
            with context.tags(**words), context.one_trace():
                return function(*args, **kwargs)

    return cast(F, functools.wraps(function)(made))


def _body(response: Any) -> dict[str, Any]:
    """A response object as a dict: pydantic models, mappings, plain objects with `usage`."""
    if isinstance(response, dict):
        return response
    for name in ("model_dump", "to_dict", "dict"):
        method = getattr(response, name, None)
        if callable(method):
            found = method()
            return found if isinstance(found, dict) else {}
    found = {k: getattr(response, k) for k in ("id", "model", "usage") if hasattr(response, k)}
    if "usage" in found and not isinstance(found["usage"], dict):
        found["usage"] = {
            k: v for k, v in vars(found["usage"]).items() if isinstance(v, int | dict)
        }
    return found
