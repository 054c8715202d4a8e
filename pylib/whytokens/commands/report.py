"""`whytokens report`: where the tokens and dollars of logs went, whole or by a dimension."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from whytokens.commands import Command
from whytokens.commands.opening import file_options, opened, write
from whytokens.exporters.calls import usd
from whytokens.exporters.folded import folded
from whytokens.exporters.html import HTML
from whytokens.exporters.markdown import markdown
from whytokens.exporters.report_json import report_json
from whytokens.exporters.text import text
from whytokens.opened import Opened
from whytokens.report import report
from whytokens.spend.groups import Group, grouped, whole
from whytokens.spend.row_cells import cells
from whytokens.spend.rows import rows

FORMATS = ("text", "json", "html", "markdown", "folded")


def _options(parser: argparse.ArgumentParser) -> None:
    file_options(parser)
    parser.add_argument("--format", choices=FORMATS, default="text")
    parser.add_argument(
        "--by", metavar="DIMENSION",
        help="a table instead: file, function, model, feature, agent, workflow, user, session, hour, "
        "day, week, month or any tag; several with commas",
    )  # fmt: skip
    parser.add_argument("--out", type=Path, help="write to this file")


def _act(options: argparse.Namespace) -> int:
    found = opened(options)
    made = _by(found, options) if options.by else _whole(found, options.format)
    write(made, options.out)
    return 0


def _whole(found: Opened, kind: str) -> str | bytes:
    if kind == "html":
        return HTML.write(found)
    made = report(found)
    if kind == "folded":
        return folded(made["merged"])
    return {"text": text, "json": report_json, "markdown": markdown}[kind](made)


def _by(found: Opened, options: argparse.Namespace) -> str:
    names = options.by.split(",")
    all_calls = cells(rows(found.attributions, found.trace.sessions, found.trace), names)
    groups, every = grouped(all_calls, names), whole(all_calls)
    if options.format == "json":
        values = [dict(zip(names, one.key, strict=True)) | _values(one) for one in groups]
        return json.dumps({"by": names, "groups": values, "all": _values(every)}, indent=1) + "\n"
    return "".join(f"{line}\n" for line in _table(names, groups, every))


def _values(one: Group) -> dict[str, int | str | None]:
    return {
        "calls": one.calls,
        "sessions": one.sessions,
        "input_tokens": one.input_tokens,
        "cached_input_tokens": one.read_tokens,
        "output_tokens": one.output_tokens,
        "cost_usd": usd(one.pusd),
        "unpriced_calls": one.unpriced,
        "errors": one.errors,
    }


def _table(names: Sequence[str], groups: Sequence[Group], every: Group) -> Iterator[str]:
    labels = [" / ".join(one.key) for one in groups]
    width = min(60, max(map(len, [*labels, "all calls", ", ".join(names)])))
    yield f"{', '.join(names):{width}} {'calls':>8} {'prompt':>14} {'cached':>7} {'output':>12} {'cost':>12}"
    for label, one in zip([*labels, "all calls"], [*groups, every], strict=True):
        name = label if len(label) <= width else label[: width - 1] + "…"
        note = f"  {one.unpriced:,} unpriced" if one.unpriced else ""
        yield (
            f"{name:{width}} {one.calls:8,} {one.input_tokens:14,} {one.read_share:7.0%} "
            f"{one.output_tokens:12,} {f'${one.pusd / 10**12:,.4f}':>12}{note}"
        )


REPORT = Command(
    name="report", help="where the tokens and dollars of logs went", options=_options, act=_act
)
