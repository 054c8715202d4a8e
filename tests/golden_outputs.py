"""What a golden case must come out as. Runs under CPython and, unchanged, in Pyodide."""

from __future__ import annotations

import json
from pathlib import Path

from whytokens.containers import Source
from whytokens.exporters.folded import folded
from whytokens.exporters.report_json import report_json
from whytokens.layouts.in_order import in_order
from whytokens.opened import Opened
from whytokens.pipeline import run
from whytokens.report import report
from whytokens.worker import source

OUTPUTS = ("folded.txt", "report.json", "in_order.txt")


def inputs(case: Path) -> list[Path]:
    """The log files of a case: everything that is not an output."""
    files = (path for path in sorted(case.rglob("*")) if path.is_file())
    return [path for path in files if path.name not in OUTPUTS]


def sources(case: Path, rename: str | None = None) -> list[Source]:
    """The inputs as the page would mount them; `rename` hides every telling file name."""
    found = []
    for number, path in enumerate(inputs(case)):
        name = f"{rename}{number}" if rename else path.relative_to(case).as_posix()
        found.append(source({"name": name, "path": str(path)}))
    return found


def opened(case: Path, rename: str | None = None) -> Opened:
    return run(sources(case, rename))


def outputs(case: Path) -> dict[str, str]:
    """File name to text."""
    found = opened(case)
    value = report(found)
    return {
        "folded.txt": folded(value["merged"]),
        "report.json": report_json(value),
        "in_order.txt": folded(in_order(found.trace, found.attributions)),
    }


def cases(fixtures: Path) -> list[Path]:
    """Every golden case: ``fixtures/<importer>/<case>``."""
    skipped = ("errors", "exports", "protocol")
    return [
        case
        for importer in sorted(fixtures.iterdir())
        if importer.is_dir() and importer.name not in skipped
        for case in sorted(importer.iterdir())
        if case.is_dir()
    ]


def compare(fixtures_text: str) -> str:
    """For the Pyodide run: JSON of the cases that differ and how many were compared."""
    different = []
    found = cases(Path(fixtures_text))
    for case in found:
        for name, text in outputs(case).items():
            if (case / name).read_text(encoding="utf-8") != text:
                different.append(f"{case.parent.name}/{case.name}/{name}")
    return json.dumps({"compared": len(found) * len(OUTPUTS), "different": different})
