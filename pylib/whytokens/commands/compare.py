"""`whytokens compare A B`: what changed from one log to another, per call and in all."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator

from whytokens.commands import Command
from whytokens.commands.opening import opened, price_options, write
from whytokens.exporters.markdown import escaped
from whytokens.layouts.diff import compare
from whytokens.money import dollars
from whytokens.protocol import Comparison, DiffColumns

MAX_ROWS = 20


def _options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("before", help="a log or a folder")
    parser.add_argument("after", help="the other")
    parser.add_argument("--format", choices=("text", "json", "markdown"), default="text")
    price_options(parser)


def _act(options: argparse.Namespace) -> int:
    one = opened(options, [options.before])
    two = opened(options, [options.after])
    found = compare(one, two)
    if options.format == "json":
        write(json.dumps(found) + "\n")
    else:
        write("".join(f"{line}\n" for line in _lines(found, options.format == "markdown")))
    return 0


def _lines(found: Comparison, table: bool) -> Iterator[str]:
    tree = found["tree"]
    if found["identical"]:
        yield f"These two traces send the same {found['texts']:,} texts in the same order."
        return
    yield f"{found['before']} ({found['calls'][0]:,} calls) → {found['after']} ({found['calls'][1]:,} calls)"
    if not found["related"]:
        share = found["shared_tokens"] * 100 // max(1, found["tokens"])
        yield f"These traces share {share} % of their text, so only categories are compared."
    yield _change("all calls", tree, 0)
    if table:
        yield from ("", "| what | tokens | cost |", "|:--|--:|--:|")
    changed = sorted(
        (row for row in range(1, len(tree["name"])) if tree["tokens_after"][row] != tree["tokens_before"][row]),
        key=lambda row: -abs(tree["nusd_after"][row] - tree["nusd_before"][row]),
    )  # fmt: skip
    for row in changed[:MAX_ROWS]:
        path = _path(tree, row)
        yield _row(path, tree, row) if table else f"  {_change(path, tree, row)}"


def _path(tree: DiffColumns, row: int) -> str:
    names = []
    while row > 0:
        names.append(tree["strings"][tree["name"][row]])
        row = tree["parent"][row]
    return " > ".join(reversed(names))


def _deltas(tree: DiffColumns, row: int) -> tuple[int, int]:
    tokens = tree["tokens_after"][row] - tree["tokens_before"][row]
    return tokens, tree["nusd_after"][row] - tree["nusd_before"][row]


def _change(label: str, tree: DiffColumns, row: int) -> str:
    tokens, nusd = _deltas(tree, row)
    words = ("", " (new)", " (gone)")[tree["kind"][row]]
    return f"{tokens:+,} tokens, {signed(nusd)}{_share(tree, row)}: {label}{words}"


def _row(label: str, tree: DiffColumns, row: int) -> str:
    tokens, nusd = _deltas(tree, row)
    return f"| {escaped(label)} | {tokens:+,} | {signed(nusd)} |"


def _share(tree: DiffColumns, row: int) -> str:
    before = tree["nusd_before"][row]
    change = tree["nusd_after"][row] - before
    return f" ({change * 100 / before:+.0f} %)" if before else ""


def signed(nusd: int) -> str:
    """Money with its sign in words of the field: −$0.41, +$1.20."""
    return ("−" if nusd < 0 else "+") + dollars(abs(nusd))


COMPARE = Command(
    name="compare", help="what changed from one log to another", options=_options, act=_act
)
