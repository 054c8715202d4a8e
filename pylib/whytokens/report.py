"""The report: totals, prices, warnings and the merged layout, as the page and exporters read it.

Integer tokens and nanodollars; `totals["nusd"]` is the root frame's money exactly.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Sequence

from whytokens import prices
from whytokens.attribution.bare import LUMP, BareAttributions
from whytokens.attribution.either import apart
from whytokens.attribution.share import Attribution
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
from whytokens.returning import Returning
from whytokens.waste import Evidence, Finding, Fix, Saving
from whytokens.waste.check import Checked


def report(opened: Opened) -> Report:
    """Everything the first screen draws."""
    return Returning(reporting(opened)).finish()


def reporting(opened: Opened) -> Generator[None, None, Report]:
    """The same with pauses: together its parts are a second of a tab's work on 600 MB."""
    trace = opened.trace
    rates = price_note(opened.attributions)
    yield
    tree = merged(trace, opened.attributions, opened.tallies, opened.count)
    yield
    sums, sessions = totals(opened, tree["nusd"][0]), session_rows(opened)
    yield
    warnings = [shape(warning) for warning in (*trace.warnings, *notices(opened))]
    yield
    findings = [finding_shape(one) for one in opened.checked.findings]
    yield
    calls = call_columns(trace, opened.attributions)
    yield
    return {
        "v": VERSION,
        "name": trace.name,
        "importer": trace.importer,
        "totals": sums,
        "prices": rates,
        "sessions": sessions,
        "warnings": warnings,
        "assumptions": assumptions(opened, rates),
        "findings": findings,
        "reclaimable": reclaimable(opened.checked),
        "calls": calls,
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
    if isinstance(found, BareAttributions):
        sums, sessions, priced = bare_sums(found)
    else:
        sums = sums_of(found)
        sessions = len({one.call.session for one in found})
        priced = sum(isinstance(one.quote, prices.Quote) for one in found)
    prompt, read, write_5m, write_1h, output = sums
    replies = (*opened.tallies.reply.values(), *opened.tallies.reply_overhead.values())
    paid = sum(tally.pusd for tally in replies)
    return {
        "calls": len(found),
        "sessions": sessions,
        "input": prompt,
        "read": read,
        "write_5m": write_5m,
        "write_1h": write_1h,
        "uncached": prompt - read - write_5m - write_1h,
        "output": output,
        "overhead": sum(tally.tokens for tally in opened.tallies.overhead.values()),
        "nusd": root_nusd,
        "input_nusd": root_nusd - nusd(paid),
        "approx": any(one.method == "counted" for one in apart(found)),
        "approx_output": any(one.output_counted for one in apart(found)),
        "priced_calls": priced,
    }


def sums_of(found: Sequence[Attribution]) -> tuple[int, ...]:
    """Prompt, read, written for five minutes and for an hour, output."""
    return (
        sum(one.prompt_tokens for one in found),
        sum(one.usage.cache_read or 0 for one in found),
        sum(one.usage.cache_write_5m or 0 for one in found),
        sum(one.usage.cache_write_1h or 0 for one in found),
        sum(one.output_tokens for one in found),
    )


def bare_sums(found: BareAttributions) -> tuple[tuple[int, ...], int, int]:
    """The same, the number of sessions and that of priced calls."""
    columns, priced = found.columns, [isinstance(one, prices.Quote) for one in found.quotes]
    sums = tuple(
        map(sum, (columns.prompt, columns.read, columns.write_5m, columns.write_1h, columns.output))
    )
    sure = sum(
        priced[code] or charge == LUMP
        for code, charge in zip(columns.quote, columns.charge, strict=True)
    )
    return sums, len(set(found.of_call(found.calls.sessions))), sure


def session_rows(opened: Opened) -> list[SessionRow]:
    """One row a session, in order of first call."""
    known = {session.key: session for session in opened.trace.sessions}
    return [
        SessionRow(
            key=key, parent=known[key].parent, title=known[key].title,
            calls=calls, input=sent, output=got, nusd=nusd(pusd),
        )
        for key, (calls, sent, got, pusd) in _by_session(opened.attributions).items()
    ]  # fmt: skip


def _by_session(found: Sequence[Attribution]) -> dict[str, list[int]]:
    """Calls, prompt tokens, output tokens and picodollars of each."""
    lines: Iterable[tuple[str | None, int, int, int]]
    if isinstance(found, BareAttributions):
        columns = found.columns
        lines = zip(
            found.of_call(found.calls.sessions),
            columns.prompt,
            columns.output,
            columns.pusd,
            strict=True,
        )
    else:
        lines = (
            (one.call.session, one.prompt_tokens, one.output_tokens, one.cost_pusd) for one in found
        )
    sums: dict[str, list[int]] = {}
    for key, sent, got, pusd in lines:
        part = sums.get(key or "")
        if part is None:
            sums[key or ""] = [1, sent, got, pusd]
        else:
            part[0] += 1
            part[1] += sent
            part[2] += got
            part[3] += pusd
    return sums


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
