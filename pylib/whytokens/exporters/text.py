"""The report as plain text for a terminal: totals, the largest frames as bars, what to know."""

from __future__ import annotations

from collections.abc import Iterator

from whytokens.exporters.findings_text import findings
from whytokens.money import calls_of, dollars, rates_of
from whytokens.protocol import Columns, Report

BAR_CHARS = 24
MAX_DEPTH, MIN_SHARE = 3, 0.01


def text(report: Report) -> str:
    """Lines of at most about 100 characters."""
    parts = [*_totals(report), "", *_tree(report), *findings(report), *_notes(report)]
    return "\n".join(parts) + "\n"


def _totals(report: Report) -> Iterator[str]:
    totals, prices = report["totals"], report["prices"]
    about = "≈ " if totals["approx"] else ""
    around = "≈ " if totals["approx_output"] else ""
    yield f"{report['name']} · {calls_of(totals['calls'])} · {report['importer']}"
    share = totals["read"] * 100 // totals["input"] if totals["input"] else 0
    yield (
        f"{about}{totals['input']:,} prompt tokens ({share} % read from cache, "
        f"{totals['overhead']:,} overhead) · {around}{totals['output']:,} output tokens"
    )
    if totals["priced_calls"]:
        yield f"{about or around}{dollars(totals['nusd'])} · {rates_of(prices)}"
    for row in prices["unpriced"]:
        close = f" (near: {', '.join(row['nearest'])})" if row["nearest"] else ""
        yield f"unpriced: {row['model'] or 'no model'} ({calls_of(row['calls'])}): {row['reason']}{close}"


def _tree(report: Report) -> Iterator[str]:
    columns = report["merged"]
    by = "nusd" if report["totals"]["priced_calls"] == report["totals"]["calls"] else "tokens"
    values: list[int] = columns[by]  # type: ignore[literal-required]
    children: dict[int, list[int]] = {}
    for row, parent in enumerate(columns["parent"]):
        children.setdefault(parent, []).append(row)
    priced = report["totals"]["priced_calls"] > 0
    yield from _rows(columns, values, children, 0, 0, priced)


def _rows(
    columns: Columns,
    values: list[int],
    children: dict[int, list[int]],
    row: int,
    depth: int,
    priced: bool,
) -> Iterator[str]:
    whole = values[0] or 1
    share = values[row] / whole
    bar = "█" * round(share * BAR_CHARS)
    label = "  " * depth + columns["strings"][columns["name"][row]]
    about = "≈" if columns["approx"][row] else " "
    price = dollars(columns["nusd"][row]) if priced else "–"
    yield (
        f"{label[:44]:44} {bar:{BAR_CHARS}} {share:6.1%} "
        f"{about}{columns['tokens'][row]:>12,} {price:>11}"
    )
    if depth == MAX_DEPTH:
        return
    below = sorted(children.get(row, ()), key=lambda child: -values[child])
    for child in below:
        if values[child] >= whole * MIN_SHARE:
            yield from _rows(columns, values, children, child, depth + 1, priced)


def _notes(report: Report) -> Iterator[str]:
    if report["warnings"]:
        yield ""
    for warning in report["warnings"]:
        place = warning["file"] + (f":{warning['line']}" if warning["line"] else "")
        yield f"{warning['code']}: {warning['title']} {warning['message']}".rstrip() + f" ({place})"
    if report["assumptions"]:
        yield ""
    yield from report["assumptions"]
