"""`whytokens summary`: the few lines of a log that fit in a chat message."""

from __future__ import annotations

import argparse

from whytokens.commands import Command
from whytokens.commands.opening import file_options, opened, write
from whytokens.exporters.findings_text import headline
from whytokens.money import dollars
from whytokens.report import report
from whytokens.spend.groups import grouped
from whytokens.spend.row_cells import cells
from whytokens.spend.rows import rows

MAX_LINES = 5


def _act(options: argparse.Namespace) -> int:
    found = opened(options)
    whole = report(found)
    totals = whole["totals"]
    about = "≈ " if totals["approx"] else ""
    cost = dollars(totals["nusd"]) if totals["priced_calls"] else "no price"
    share = totals["read"] * 100 // max(1, totals["input"])
    lines = [
        f"{whole['name']}: {totals['calls']:,} calls, {about}{totals['input']:,} prompt tokens "
        f"({share} % from cache), {totals['output']:,} output tokens, {about}{cost}",
        headline(whole),
    ]
    all_calls = cells(rows(found.attributions))
    for name in ("model", "day"):
        groups = grouped(all_calls, [name])[:MAX_LINES]
        if len(groups) > 1:
            parts = (f"{one.key[0]} ${one.pusd / 10**12:,.4f}" for one in groups)
            lines.append(f"by {name}: {', '.join(parts)}")
    write("".join(f"{line}\n" for line in lines if line))
    return 0


SUMMARY = Command(name="summary", help="a log in a few lines", options=file_options, act=_act)
