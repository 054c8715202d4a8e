"""Findings as plain text: the reclaimable total, then each finding with its saving, evidence and fix."""

from __future__ import annotations

from collections.abc import Iterator

from whytokens.money import dollars
from whytokens.protocol import FindingShape, Report

SHOWN_EVIDENCE = 3


def findings(report: Report) -> Iterator[str]:
    """Waste and advice in order of money; nothing for checks that found nothing."""
    found = [one for one in report["findings"] if one["state"] in ("waste", "advice", "error")]
    yield ""
    yield headline(report)
    for one in found:
        yield from _finding(one)


def headline(report: Report) -> str:
    """What could be taken back, and in a month; the lower end where there is one."""
    back, checks = report["reclaimable"], len({one["detector"] for one in report["findings"]})
    if not any(one["state"] == "waste" for one in report["findings"]):
        return f"No waste found by {checks} checks."
    share = back["nusd"] * 100 / back["billed_nusd"] if back["billed_nusd"] else 0
    month = back["monthly"]
    if month["low_nusd"] is not None:
        later = f"at least {dollars(month['low_nusd'])} a month ({month['grade']} confidence)"
    else:
        later = f"no monthly figure: {month['refusal']}"
    return f"Avoidable: {dollars(back['nusd'])} of {dollars(back['billed_nusd'])} ({share:.1f} %); {later}"


def _finding(one: FindingShape) -> Iterator[str]:
    saving = one["saving"]
    price = dollars(saving["nusd"]) if saving else one["state"]
    yield f"{price:>11}  {one['title']}" + (f" ({saving['certainty']})" if saving else "")
    yield f"{'':11}  {one['why']}"
    for item in one["evidence"][:SHOWN_EVIDENCE]:
        place = item["file"] + (f":{item['line']}" if item["line"] else "")
        note = f", {item['note']}" if item["note"] else ""
        yield f"{'':13}{item['label'][:60]} · {item['tokens']:,} tokens{note} ({place})"
    more = one["evidence_total"] - SHOWN_EVIDENCE
    if more > 0:
        yield f"{'':13}and {more:,} more"
    if one["fix"]:
        yield f"{'':11}  Fix: {one['fix']['text']}"
