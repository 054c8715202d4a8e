"""Breaches as other tools read them: SARIF 2.1.0 (code scanning) and JUnit XML (test reports)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from xml.sax.saxutils import escape, quoteattr

from whytokens import __version__
from whytokens.commands.limits import RULES, Breach

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def sarif(found: Sequence[Breach], name: str) -> str:
    """One result a breach, placed in the log it was found in. Spec: OASIS SARIF 2.1.0."""
    rules = [
        {"id": rule, "shortDescription": {"text": text}, "defaultConfiguration": {"level": "error"}}
        for rule, text in RULES.items()
    ]
    driver = {"name": "whytokens", "version": __version__, "rules": rules}
    run = {"tool": {"driver": driver}, "results": [_result(one, name) for one in found]}
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=1) + "\n"


def _result(one: Breach, name: str) -> dict[str, object]:
    file = one.where.file if one.where else name
    region = {"startLine": one.where.line} if one.where and one.where.line else {"startLine": 1}
    place = {"artifactLocation": {"uri": file.replace("\\", "/")}, "region": region}
    return {
        "ruleId": one.rule,
        "level": "error",
        "message": {"text": one.message},
        "locations": [{"physicalLocation": place}],
    }


def junit(found: Sequence[Breach], asked: Sequence[str]) -> str:
    """One test case a limit that was asked for; a broken one has its breaches as failure."""
    cases = []
    for rule in asked:
        broken = [one.message for one in found if one.rule == rule]
        text = escape(_xml("\n".join(broken)))
        first = quoteattr(_xml(broken[0])) if broken else ""
        failure = f"<failure message={first}>{text}</failure>" if broken else ""
        cases.append(f'  <testcase classname="whytokens" name="{rule}">{failure}</testcase>')
    failures = len({one.rule for one in found})
    head = f'<testsuite name="whytokens check" tests="{len(asked)}" failures="{failures}">'
    return "\n".join(['<?xml version="1.0" encoding="utf-8"?>', head, *cases, "</testsuite>", ""])


def _xml(text: str) -> str:
    """Without the characters that XML 1.0 has not."""
    return "".join(char for char in text if char >= " " or char in "\t\n")
