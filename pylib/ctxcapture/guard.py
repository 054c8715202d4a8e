"""Fail-open: a mistake of ours is logged once and never reaches the host."""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")
_told: set[str] = set()


def told_once(error: BaseException, doing: str) -> None:
    """Log a mistake, the first time it is made."""
    key = f"{doing}: {type(error).__name__}"
    if key in _told:
        return
    _told.add(key)
    import logging

    logging.getLogger("ctxcapture").warning("%s (said once; your program goes on)", key)


def safe(doing: str) -> Callable[[Callable[P, T]], Callable[P, T | None]]:
    """A function that answers None instead of raising."""

    def wrap(function: Callable[P, T]) -> Callable[P, T | None]:
        def guarded(*args: P.args, **kwargs: P.kwargs) -> T | None:
            try:
                return function(*args, **kwargs)
            except Exception as error:
                told_once(error, doing)
                return None

        return guarded

    return wrap
