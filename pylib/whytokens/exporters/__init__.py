"""Exporters: files the user saves. One file each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from whytokens.opened import Opened


@dataclass(frozen=True, slots=True, kw_only=True)
class Exporter:
    """One kind of file. `texts` says whether it holds texts of the trace, not only labels and
    numbers; `assets` are files of ours that it builds in."""

    key: str
    label: str
    suffix: str
    mime: str
    write: Callable[[Opened], str | bytes]
    texts: bool = False
    assets: tuple[str, ...] = ()
