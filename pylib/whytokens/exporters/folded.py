"""Folded stacks: one line a frame, labels joined by ";", its own tokens at the end.

Spec: the input of Brendan Gregg's flamegraph.pl. Labels lose ";" and line breaks, nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from whytokens.exporters import Exporter
from whytokens.layouts.merged import MERGED
from whytokens.opened import Opened
from whytokens.protocol import Columns

Value = Literal["tokens", "read", "nusd"]


def folded(columns: Columns, value: Value = "tokens") -> str:
    """Every frame with something of its own, parents first."""
    return "".join(f"{stack} {own}\n" for stack, own in _lines(columns, value) if own)


def own_values(columns: Columns, value: Value) -> list[int]:
    """Each frame's value without its children's."""
    own = list(columns[value])
    for row in range(1, len(own)):
        own[columns["parent"][row]] -= columns[value][row]
    return own


def _lines(columns: Columns, value: Value) -> Iterator[tuple[str, int]]:
    stacks: list[str] = []
    for row, own in enumerate(own_values(columns, value)):
        label = columns["strings"][columns["name"][row]].replace(";", ",")
        label = " ".join(label.split())
        parent = columns["parent"][row]
        stacks.append(label if parent < 0 else f"{stacks[parent]};{label}")
        yield stacks[row], own


def _write(opened: Opened) -> str:
    return folded(MERGED.make(opened))


FOLDED = Exporter(
    key="folded", label="Folded stacks", suffix="folded.txt", mime="text/plain", write=_write
)
