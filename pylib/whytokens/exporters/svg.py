"""The merged tree as a picture: plain SVG with `<text>`, never `foreignObject`, which viewers drop.

Spec: SVG 1.1; UX 2.7 "Export". Root at the top; the hatched edge is what was read from a cache.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape

from whytokens.exporters import Exporter
from whytokens.money import calls_of, dollars, rates_of
from whytokens.opened import Opened
from whytokens.protocol import Columns, Report
from whytokens.report import report

WIDTH, ROW, HEAD, FOOT, EDGE = 1200, 24, 44, 34, 5
# A 12 px system font is about 6.6 px a character; frames below 1 px are left to the table.
CHAR, MIN_WIDTH, PAD = 6.6, 1.0, 5
# Fill and ink of the light page (UX 2.6).
COLOURS = {
    "system": ("#123c73", "#fff"),
    "tools": ("#f2a900", "#16191d"),
    "user": ("#1a7a4a", "#fff"),
    "assistant": ("#7cc4f0", "#16191d"),
    "tool_call": ("#f6d98a", "#16191d"),
    "tool_result": ("#d9682b", "#16191d"),
    "retrieved": ("#c9bb8e", "#16191d"),
    "media": ("#aa5a93", "#fff"),
    "thinking": ("#8a49e5", "#fff"),
    "overhead": ("#e9ecef", "#16191d"),
}
# What XML 1.0 cannot hold at all, not even escaped.
FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def svg(report: Report) -> str:
    """A picture as wide as a page, by cost where everything has a price, else by tokens."""
    columns, totals = report["merged"], report["totals"]
    priced = totals["priced_calls"] == totals["calls"] and columns["nusd"][0] > 0
    values = columns["nusd" if priced else "tokens"]
    frames = list(_frames(columns, values))
    height = HEAD + ROW * (1 + max((depth for _, depth, _, _ in frames), default=0)) + FOOT
    about = "≈ " if totals["approx"] else ""
    title = (
        f"{report['name']} · {calls_of(totals['calls'])} · {about}{totals['input']:,} prompt tokens"
        + (f" · {dollars(totals['nusd'])}" if totals["priced_calls"] else "")
    )
    width = "width is cost" if priced else "width is tokens"
    if totals["priced_calls"]:
        width += f" · {rates_of(report['prices'])}"
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" '
        f'viewBox="0 0 {WIDTH} {height}" font-family="system-ui, sans-serif" font-size="12">',
        f"<title>{text(title)}</title>",
        '<defs><pattern id="read" width="5" height="5" patternUnits="userSpaceOnUse">'
        '<rect width="5" height="5" fill="#fff"/><path d="M-1 6 6-1M-1 1 1-1M4 6 6 4" '
        'stroke="#16191d" stroke-width="1.4"/></pattern></defs>',
        f'<rect width="{WIDTH}" height="{height}" fill="#fff"/>',
        f'<text x="8" y="19" font-size="14" font-weight="600" fill="#1c2024">{text(title)}</text>',
        f'<text x="8" y="35" fill="#57606a">{width}; hatched edge: read from cache</text>',
        *(_drawn(columns, frame) for frame in frames),
        *_legend(columns, height - 12),
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


_Box = tuple[int, int, float, float]  # row, depth, left, width


def _frames(columns: Columns, values: list[int]) -> Iterator[_Box]:
    children: dict[int, list[int]] = {}
    for row, parent in enumerate(columns["parent"]):
        children.setdefault(parent, []).append(row)
    scale = WIDTH / (values[0] or 1)
    stack: list[_Box] = [(0, 0, 0.0, float(WIDTH))]
    while stack:
        row, depth, left, width = stack.pop()
        yield row, depth, left, width
        for child in sorted(children.get(row, ()), key=lambda child: -values[child]):
            wide = values[child] * scale
            if wide >= MIN_WIDTH:
                stack.append((child, depth + 1, left, wide))
            left += wide


def _drawn(columns: Columns, frame: _Box) -> str:
    row, depth, left, width = frame
    label = columns["strings"][columns["name"][row]]
    category = columns["categories"][columns["category"][row]]
    fill, ink = COLOURS[category]
    tokens, read = columns["tokens"][row], columns["read"][row]
    y = HEAD + depth * ROW
    about = "≈ " if columns["approx"][row] else ""
    said = f"{label}: {about}{tokens:,} tokens, {dollars(columns['nusd'][row])}"
    edge = (width - 1) * read / tokens if tokens else 0
    room = int((width - 2 * PAD) / CHAR)
    shown = label if len(label) <= room else label[: room - 1] + "…" if room > 2 else ""
    parts = [
        f'<rect x="{left:.2f}" y="{y}" width="{max(0.5, width - 1):.2f}" height="{ROW - 1}" '
        f'fill="{fill}" stroke="#8c959f" stroke-width=".5"/>',
        f'<rect x="{left:.2f}" y="{y + ROW - 1 - EDGE}" width="{edge:.2f}" height="{EDGE}" '
        'fill="url(#read)"/>'
        if edge >= 1
        else "",
        f'<text x="{left + PAD:.2f}" y="{y + 14}" fill="{ink}">{text(shown)}</text>'
        if shown
        else "",
    ]
    return f"<g><title>{text(said)}</title>{''.join(parts)}</g>"


def _legend(columns: Columns, y: int) -> Iterator[str]:
    x = 8.0
    used = {columns["categories"][number] for number in columns["category"][1:]}
    for category, (fill, _) in COLOURS.items():
        if category not in used:
            continue
        word = category.replace("_", " ")
        yield f'<rect x="{x:.1f}" y="{y - 10}" width="12" height="12" fill="{fill}" stroke="#8c959f"/>'
        yield f'<text x="{x + 17:.1f}" y="{y}" fill="#1c2024">{word}</text>'
        x += 30 + len(word) * CHAR


def text(value: str) -> str:
    """Character data: escaped, and without what XML cannot hold."""
    return escape(FORBIDDEN.sub("\ufffd", value))


def _write(opened: Opened) -> str:
    return svg(report(opened))


SVG = Exporter(key="svg", label="SVG picture", suffix="svg", mime="image/svg+xml", write=_write)
