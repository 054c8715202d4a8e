"""The report: totals, prices, warnings and the merged layout, as the page and exporters read it.

Integer tokens and nanodollars; `totals["nusd"]` is the root frame's money exactly.
"""

from __future__ import annotations

from whytokens import prices
from whytokens.calls import call_columns
from whytokens.errors import ErrorShape
from whytokens.layouts.merged import merged
from whytokens.model import TraceWarning
from whytokens.notices import assumptions, notices
from whytokens.opened import Opened
from whytokens.price_note import nusd, price_note
from whytokens.protocol import (
    VERSION,
    EvidenceShape,
    FindingShape,
    FixShape,
    Reclaimable,
    Report,
    SavingShape,
    SessionRow,
    StepShape,
    Totals,
)
from whytokens.waste import Evidence, Finding, Fix, Saving
from whytokens.waste.check import Checked


def report(opened: Opened) -> Report:
    """Everything the first screen draws."""
    trace = opened.trace
    tree = merged(trace, opened.attributions, opened.tallies, opened.count)
    return {
        "v": VERSION,
        "name": trace.name,
        "importer": trace.importer,
        "totals": totals(opened, tree["nusd"][0]),
        "prices": price_note(opened.attributions),
        "sessions": session_rows(opened),
        "warnings": [shape(warning) for warning in (*trace.warnings, *notices(opened))],
        "assumptions": assumptions(opened),
        "findings": [finding_shape(one) for one in opened.checked.findings],
        "reclaimable": reclaimable(opened.checked),
        "calls": call_columns(trace, opened.attributions),
        "merged": tree,
    }


def reclaimable(checked: Checked) -> Reclaimable:
    """The total by steps; rounding never lets it exceed its parts or the bill."""
    steps = [StepShape(step=step, nusd=pusd // 1000) for step, pusd in checked.steps.items()]
    ahead = checked.projection
    return {
        "nusd": sum(step["nusd"] for step in steps),
        "low_nusd": min(checked.low_pusd // 1000, sum(step["nusd"] for step in steps)),
        "billed_nusd": nusd(checked.billed_pusd),
        "steps": steps,
        "monthly": {
            "nusd": _nusd(ahead.monthly_pusd),
            "low_nusd": _nusd(ahead.low_pusd),
            "high_nusd": _nusd(ahead.high_pusd),
            "grade": ahead.grade,
            "refusal": ahead.refusal,
            "per_1000_nusd": ahead.per_1000_pusd // 1000,
        },
    }


def _nusd(pusd: int | None) -> int | None:
    return None if pusd is None else nusd(pusd)


def finding_shape(one: Finding) -> FindingShape:
    """A finding as it crosses the seam."""
    return {
        "detector": one.detector,
        "title": one.title,
        "why": one.why,
        "state": one.state,
        "confidence": one.confidence,
        "saving": None if one.saving is None else saving_shape(one.saving),
        "evidence": [evidence_shape(item) for item in one.evidence],
        "evidence_total": one.evidence_total,
        "overlaps": list(one.overlaps),
        "fix": None if one.fix is None else fix_shape(one.fix),
    }


def saving_shape(one: Saving) -> SavingShape:
    return {
        "nusd": one.pusd // 1000,
        "low_nusd": one.low_pusd // 1000,
        "alone_nusd": one.alone_pusd // 1000,
        "certainty": one.certainty,
        "assumptions": list(one.assumptions),
    }


def fix_shape(one: Fix) -> FixShape:
    return {"text": one.text, "snippet": one.snippet, "language": one.language, "risk": one.risk}


def evidence_shape(one: Evidence) -> EvidenceShape:
    return {
        "call": one.call,
        "segment": one.segment,
        "label": one.label,
        "tokens": one.tokens,
        "note": one.note,
        "excerpt": one.excerpt,
        "file": one.where.file,
        "line": one.where.line,
        "pointer": one.where.pointer,
    }


def totals(opened: Opened, root_nusd: int) -> Totals:
    """Sums over all calls in disjoint buckets."""
    found = opened.attributions
    read = sum(one.usage.cache_read or 0 for one in found)
    write_5m = sum(one.usage.cache_write_5m or 0 for one in found)
    write_1h = sum(one.usage.cache_write_1h or 0 for one in found)
    prompt = sum(one.prompt_tokens for one in found)
    output = sum(one.output_tokens for one in found)
    paid = sum(one.output_tokens * one.output_rate_pusd + one.fees_pusd for one in found)
    return {
        "calls": len(found),
        "sessions": len({one.call.session for one in found}),
        "input": prompt,
        "read": read,
        "write_5m": write_5m,
        "write_1h": write_1h,
        "uncached": prompt - read - write_5m - write_1h,
        "output": output,
        "overhead": sum(tally.tokens for tally in opened.tallies.overhead.values()),
        "nusd": root_nusd,
        "input_nusd": root_nusd - nusd(paid),
        "approx": any(one.method == "counted" for one in found),
        "approx_output": any(one.output_counted for one in found),
        "priced_calls": sum(isinstance(one.quote, prices.Quote) for one in found),
    }


def session_rows(opened: Opened) -> list[SessionRow]:
    """One row a session, in order of first call."""
    known = {session.key: session for session in opened.trace.sessions}
    rows: dict[str, SessionRow] = {}
    pusd: dict[str, int] = {}
    for one in opened.attributions:
        key = one.call.session
        session = known[key]
        row = rows.setdefault(
            key,
            SessionRow(
                key=key, parent=session.parent, title=session.title,
                calls=0, input=0, output=0, nusd=0,
            ),
        )  # fmt: skip
        row["calls"] += 1
        row["input"] += one.prompt_tokens
        row["output"] += one.output_tokens
        pusd[key] = pusd.get(key, 0) + one.cost_pusd
        row["nusd"] = nusd(pusd[key])
    return list(rows.values())


def shape(warning: TraceWarning) -> ErrorShape:
    """A warning as it crosses the seam."""
    found: ErrorShape = {
        "code": warning.code,
        "title": warning.message,
        "message": "",
        "file": warning.where.file,
        "line": warning.where.line,
        "column": None,
        "pointer": warning.where.pointer,
        "excerpt": None,
        "hint": None,
    }
    if warning.offer is not None:
        label, options = warning.offer
        found["offer"] = {"label": label, "options": dict(options)}
    return found
