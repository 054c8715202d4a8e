"""Switches capture on and off: patches httpx and requests now, or when the host imports them."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Sequence
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any, TypeVar

from ctxcapture import hooks
from ctxcapture.capture import take
from ctxcapture.guard import safe

T = TypeVar("T")
Hook = Callable[[Any, Callable[..., Any], hooks.Done], Callable[..., Any]]
# Module, class and hook of each client's one way out. httpx2 is the fork that SDKs moved to in 2026.
_TARGETS: tuple[tuple[str, str, Hook], ...] = (
    ("httpx", "Client", hooks.httpx_sync),
    ("httpx", "AsyncClient", hooks.httpx_async),
    ("httpx2", "Client", hooks.httpx_sync),
    ("httpx2", "AsyncClient", hooks.httpx_async),
    ("requests", "Session", hooks.requests_session),
)
_MODULES = frozenset(module for module, _, _ in _TARGETS)
# How deep an SDK's client is searched for the HTTP client it uses.
_SEARCH_DEPTH = 4


class _Finder:
    """Patches a client module right after the host has imported it."""

    def __init__(self) -> None:
        self._busy: set[str] = set()

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if name not in _MODULES or name in self._busy:
            return None
        from importlib.util import find_spec

        self._busy.add(name)
        try:
            spec = find_spec(name)
        finally:
            self._busy.discard(name)
        if spec is not None and spec.loader is not None:
            _after_import(spec.loader)
        return spec


def _after_import(loader: Any) -> None:
    run = loader.exec_module

    def exec_module(module: ModuleType) -> None:
        run(module)
        _patch(module)

    loader.exec_module = exec_module


_FINDER = _Finder()


def on() -> None:
    """Capture every call of a model from now on. Twice is once."""
    if _FINDER in sys.meta_path:
        return
    for name in _MODULES:
        if name in sys.modules:
            _patch(sys.modules[name])
    sys.meta_path.insert(0, _FINDER)


def off() -> None:
    """Put everything back."""
    if _FINDER in sys.meta_path:
        sys.meta_path.remove(_FINDER)
    for name, owner, _ in _TARGETS:
        holder = getattr(sys.modules.get(name), owner, None)
        original = getattr(getattr(holder, "send", None), hooks.MARK, None)
        if holder is not None and original is not None:
            holder.send = original


@safe("install")
def _patch(module: ModuleType) -> None:
    for name, owner, hook in _TARGETS:
        holder = getattr(module, owner, None) if module.__name__ == name else None
        if holder is not None and not hasattr(holder.send, hooks.MARK):
            holder.send = hook(module, holder.send, take)


def wrap(client: T) -> T:
    """Capture the calls of this one SDK client (or HTTP client); gives the same object back."""
    _wrap(client)
    return client


@safe("wrap")
def _wrap(client: Any) -> None:
    for holder, module, hook in _http_clients(client, _SEARCH_DEPTH, set()):
        send = type(holder).send
        if not hasattr(send, hooks.MARK):  # installed for all clients already: once is enough
            watched = hook(module, getattr(send, hooks.MARK, send), take)
            holder.send = functools.partial(watched, holder)


def _http_clients(value: Any, depth: int, seen: set[int]) -> list[tuple[Any, Any, Hook]]:
    """HTTP clients that an SDK's client holds, however deep its own layers are."""
    if id(value) in seen or depth < 0:
        return []
    seen.add(id(value))
    for name, owner, hook in _TARGETS:
        module = sys.modules.get(name)
        if module is not None and isinstance(value, getattr(module, owner)):
            return [(value, module, hook)]
    inner = list(getattr(value, "__dict__", {}).values())
    return [found for one in inner for found in _http_clients(one, depth - 1, seen)]
