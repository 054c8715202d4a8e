"""One self-contained page with all views and texts, which fetches nothing (UX 2.7 "Export").

The page itself is an asset (`building.viewer`); here its data goes in, written so that no text can end
the element that holds it: HTML, section 4.12.1.3 "Restrictions for contents of script elements".
"""

from __future__ import annotations

import json
from typing import Any

from whytokens import assets
from whytokens.exporters import Exporter
from whytokens.layouts.in_order import IN_ORDER
from whytokens.layouts.merged import UNFOLDED
from whytokens.opened import Opened
from whytokens.report import report

PAGE, MARK = "viewer.html", "@@DATA@@"
# "<" alone decides; the line separators are for readers that take JSON for JavaScript.
ESCAPES = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}


def data(opened: Opened) -> dict[str, Any]:
    """What the page draws from; texts by segment, each once."""
    trace = opened.trace
    sent = {*opened.tallies.prompt, *opened.tallies.reply}
    return {
        "report": report(opened),
        "layouts": {one.key: one.make(opened) for one in (UNFOLDED, IN_ORDER)},
        "texts": {
            str(segment.id): {
                "segment": segment.id,
                "category": segment.category,
                "path": list(segment.path),
                "text": segment.text,
                "file": segment.where.file,
                "line": segment.where.line,
                "pointer": segment.where.pointer,
            }
            for segment in trace.segments
            if segment.id in sent
        },
    }


def embedded(value: Any) -> str:
    """JSON that can stand inside a script element."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    for character, escape in ESCAPES.items():
        text = text.replace(character, escape)
    return text.encode("utf-8", "replace").decode("utf-8")


def _write(opened: Opened) -> str:
    before, _, after = assets.read(PAGE).decode("utf-8").partition(MARK)
    return before + embedded(data(opened)) + after


HTML = Exporter(
    key="html",
    label="Page with all texts",
    suffix="html",
    mime="text/html",
    write=_write,
    texts=True,
    assets=(PAGE,),
)
