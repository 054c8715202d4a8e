"""The report as JSON: what the page draws, byte for byte the same wherever it is made."""

from __future__ import annotations

import json

from whytokens.protocol import Report


def report_json(report: Report) -> str:
    """Two-space JSON with a final newline; columns stay on one line each."""
    body = json.dumps({**report, "merged": None}, indent=2, ensure_ascii=False)
    rows = [
        f"    {json.dumps(key)}: {json.dumps(column, ensure_ascii=False, separators=(',', ':'))}"
        for key, column in report["merged"].items()
    ]
    return body.replace('"merged": null', '"merged": {\n' + ",\n".join(rows) + "\n  }") + "\n"
