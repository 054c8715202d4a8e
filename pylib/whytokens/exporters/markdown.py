"""A summary for a pull request: totals, the largest frames, what was found. Spec: GitHub's Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterator

from whytokens.exporters import Exporter
from whytokens.money import dollars, rates_of
from whytokens.opened import Opened
from whytokens.protocol import Columns, Report
from whytokens.report import report

MAX_DEPTH, MAX_ROWS, MIN_PARTS = 2, 24, 200  # frames below half a percent are left out
SPECIAL = re.compile(r"([\\`*_{}\[\]<>()#+!|~@])")


def markdown(report: Report) -> str:
    """Safe to paste: labels are escaped, so that no mention, link or tag comes out of a trace."""
    return "\n".join([*_totals(report), "", *_table(report["merged"]), *_notes(report)]) + "\n"


def _totals(report: Report) -> Iterator[str]:
    totals, prices = report["totals"], report["prices"]
    about = "≈ " if totals["approx"] else ""
    around = "≈ " if totals["approx"] or totals["approx_output"] else ""
    share = totals["read"] * 100 // totals["input"] if totals["input"] else 0
    yield f"### {escaped(report['name'])}"
    yield ""
    yield "| calls | prompt tokens | output tokens | read from cache | overhead | cost |"
    yield "|--:|--:|--:|--:|--:|--:|"
    cost = f"{around}{dollars(totals['nusd'])}" if totals["priced_calls"] else "no price"
    yield (
        f"| {totals['calls']:,} | {about}{totals['input']:,} | {totals['output']:,} | {share} % "
        f"| {totals['overhead']:,} | {cost} |"
    )
    if totals["priced_calls"]:
        yield ""
        yield f"R{escaped(rates_of(prices))[1:]}."


def _table(columns: Columns) -> Iterator[str]:
    yield "| what | tokens | share | cost | calls |"
    yield "|:--|--:|--:|--:|--:|"
    children: dict[int, list[int]] = {}
    for row, parent in enumerate(columns["parent"]):
        children.setdefault(parent, []).append(row)
    whole = columns["tokens"][0] or 1
    shown = 0
    stack = [(child, 1) for child in reversed(children.get(0, []))]
    while stack and shown < MAX_ROWS:
        row, depth = stack.pop()
        tokens = columns["tokens"][row]
        if tokens * MIN_PARTS < whole and columns["nusd"][row] * MIN_PARTS < columns["nusd"][0]:
            continue
        shown += 1
        label = escaped(columns["strings"][columns["name"][row]])
        about = "≈ " if columns["approx"][row] else ""
        yield (
            f"| {'&nbsp;&nbsp;' * (depth - 1)}{label} | {about}{tokens:,} "
            f"| {tokens * 1000 // whole / 10:.1f} % | {dollars(columns['nusd'][row])} "
            f"| {columns['calls'][row]:,} |"
        )
        if depth < MAX_DEPTH:
            stack += [(child, depth + 1) for child in reversed(children.get(row, []))]


def _notes(report: Report) -> Iterator[str]:
    if report["warnings"]:
        yield ""
    for warning in report["warnings"]:
        yield f"- {escaped(warning['title'])} {escaped(warning['message'])}".rstrip()


def escaped(text: str) -> str:
    """One line of plain text in Markdown; "@" and "#" name nobody."""
    return SPECIAL.sub(r"\\\1", " ".join(text.split())).replace("\\@", "@\u200b")


def _write(opened: Opened) -> str:
    return markdown(report(opened))


MARKDOWN = Exporter(
    key="markdown", label="Markdown summary", suffix="md", mime="text/markdown", write=_write
)
