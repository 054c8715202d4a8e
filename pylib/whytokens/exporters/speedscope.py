"""speedscope's own file format: three sampled profiles over one table of frames.

Spec: https://www.speedscope.app/file-format-schema.json. It knows no unit of tokens or of nanodollars
(only times, bytes and none), so the unit is "none" and the profile's name says what is counted.
"""

from __future__ import annotations

import json
from typing import Any

from whytokens import __version__
from whytokens.exporters import Exporter
from whytokens.exporters.folded import Value, own_values
from whytokens.layouts.in_order import IN_ORDER
from whytokens.layouts.merged import MERGED
from whytokens.opened import Opened
from whytokens.protocol import Columns

SCHEMA = "https://www.speedscope.app/file-format-schema.json"


def speedscope(name: str, merged: Columns, in_order: Columns) -> str:
    """One JSON document; every profile's weights sum to its tree's root."""
    frames: dict[str, int] = {}
    profiles = [
        _profile("tokens, merged", merged, "tokens", frames),
        _profile("nanodollars, merged", merged, "nusd", frames),
        _profile("tokens, in order", in_order, "tokens", frames),
    ]
    document = {
        "$schema": SCHEMA,
        "name": name,
        "exporter": f"whytokens {__version__}",
        "activeProfileIndex": 0,
        "shared": {"frames": [{"name": frame} for frame in frames]},
        "profiles": profiles,
    }
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")) + "\n"


def _profile(name: str, columns: Columns, value: Value, frames: dict[str, int]) -> dict[str, Any]:
    """Frames in the order of a walk down the tree, so that "time order" is the order of the prompt."""
    own = own_values(columns, value)
    children: dict[int, list[int]] = {}
    for row, parent in enumerate(columns["parent"]):
        children.setdefault(parent, []).append(row)
    samples: list[list[int]] = []
    weights: list[int] = []
    stack: list[tuple[int, list[int]]] = [(0, [])]
    while stack:
        row, above = stack.pop()
        label = columns["strings"][columns["name"][row]]
        path = [*above, frames.setdefault(label, len(frames))]
        if own[row]:
            samples.append(path)
            weights.append(own[row])
        stack += [(child, path) for child in reversed(children.get(row, []))]
    return {
        "type": "sampled",
        "name": name,
        "unit": "none",
        "startValue": 0,
        "endValue": sum(weights),
        "samples": samples,
        "weights": weights,
    }


def _write(opened: Opened) -> str:
    return speedscope(opened.trace.name, MERGED.make(opened), IN_ORDER.make(opened))


SPEEDSCOPE = Exporter(
    key="speedscope",
    label="speedscope",
    suffix="speedscope.json",
    mime="application/json",
    write=_write,
)
