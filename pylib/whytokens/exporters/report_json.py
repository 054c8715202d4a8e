"""The report as JSON: what the page draws, byte for byte the same wherever it is made."""

from __future__ import annotations

import json
from typing import Any

from whytokens.protocol import Report


def report_json(report: Report) -> str:
    """Two-space JSON with a final newline; a column or a finding is one line."""
    body = json.dumps({**report, "merged": None, "findings": None}, indent=2, ensure_ascii=False)
    columns = [f"    {json.dumps(key)}: {_line(value)}" for key, value in report["merged"].items()]
    findings = [f"    {_line(one)}" for one in report["findings"]]
    body = body.replace('"merged": null', '"merged": {\n' + ",\n".join(columns) + "\n  }")
    listed = "[\n" + ",\n".join(findings) + "\n  ]" if findings else "[]"
    return body.replace('"findings": null', f'"findings": {listed}') + "\n"


def _line(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
