"""The report as JSON: what the page draws, byte for byte the same wherever it is made."""

from __future__ import annotations

import json
from collections.abc import Mapping

from whytokens.exporters import Exporter
from whytokens.opened import Opened
from whytokens.protocol import Report
from whytokens.report import report as make


def report_json(report: Report) -> str:
    """Two-space JSON with a final newline; a column or a finding is one line."""
    late = ("findings", "calls", "merged")
    early = {key: value for key, value in report.items() if key not in late}
    body = json.dumps(early, indent=2, ensure_ascii=False).removesuffix("\n}")
    findings = ",\n".join(f"    {_line(one)}" for one in report["findings"])
    listed = f"[\n{findings}\n  ]" if findings else "[]"
    return (
        f'{body},\n  "findings": {listed},\n  "calls": {_lines(report["calls"])},\n'
        f'  "merged": {_lines(report["merged"])}\n}}\n'
    )


def _lines(columns: Mapping[str, object]) -> str:
    rows = [f"    {json.dumps(key)}: {_line(column)}" for key, column in columns.items()]
    return "{\n" + ",\n".join(rows) + "\n  }"


def _line(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _write(opened: Opened) -> str:
    return report_json(make(opened))


REPORT_JSON = Exporter(
    key="json", label="JSON report", suffix="report.json", mime="application/json", write=_write
)
