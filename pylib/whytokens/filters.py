"""Filters: the calls a user looks at, by session, model, tag and range; applied to every view alike."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime

from whytokens.attribution.bare import BareAttributions
from whytokens.attribution.bare_tally import bare_tallies
from whytokens.attribution.tally import tally
from whytokens.model import Call
from whytokens.opened import Opened
from whytokens.protocol import Filter
from whytokens.spend.rows import UNTAGGED, roots_of


def filtered(opened: Opened, wanted: Filter | None) -> Opened:
    """The same trace with the attributions of the chosen calls only; call ids stay."""
    if not wanted:
        return opened
    roots = roots_of(opened.trace.sessions) if wanted.get("runs") else {}
    found = opened.attributions
    if isinstance(found, BareAttributions):
        kept = found.take(_lines(found, wanted, roots))
        return replace(opened, attributions=kept, tallies=bare_tallies(kept))
    chosen = tuple(one for one in found if keeps(wanted, one.call, roots))
    return replace(opened, attributions=chosen, tallies=tally(chosen))


def _lines(found: BareAttributions, wanted: Filter, roots: Mapping[str, str]) -> Iterator[int]:
    """Lines of bare calls that pass; what many share is asked once."""
    calls, days = found.calls, "since" in wanted or "until" in wanted
    sessions, models, runs = wanted.get("sessions"), wanted.get("models"), wanted.get("runs")
    kinds = [not models or (kind.model or "") in models for kind in calls.kinds]
    tags = wanted.get("tags", {}).items()
    sets = [all((one.get(k) or UNTAGGED) == value for k, value in tags) for one in calls.tagsets]
    first, last = wanted.get("first", 0), wanted.get("last", len(calls))
    known: dict[str, bool] = {}
    for row, at in enumerate(found.columns.at):
        if not (kinds[calls.kind[at]] and sets[calls.tags[at]] and first <= at <= last):
            continue
        if sessions or runs:
            key = calls.sessions[at] or ""
            if key not in known:
                known[key] = (not sessions or key in sessions) and (
                    not runs or roots.get(key, key) in runs
                )
            if not known[key]:
                continue
        if not days or _in_days(wanted, calls.started[at]):
            yield row


def keeps(wanted: Filter, call: Call, roots: Mapping[str, str] | None = None) -> bool:
    """Whether a call passes: every named field must fit, any value of a list may."""
    sessions, models, runs = wanted.get("sessions"), wanted.get("models"), wanted.get("runs")
    return (
        (not sessions or call.session in sessions)
        and (not runs or (roots or {}).get(call.session, call.session) in runs)
        and (not models or (call.model or "") in models)
        and all(
            (call.tags.get(k) or UNTAGGED) == value for k, value in wanted.get("tags", {}).items()
        )
        and wanted.get("first", 0) <= call.id <= wanted.get("last", call.id)
        and _in_days(wanted, call.started)
    )


def _in_days(wanted: Filter, started: datetime | None) -> bool:
    if "since" not in wanted and "until" not in wanted:
        return True
    if started is None:
        return False
    day = started.astimezone(UTC).date().isoformat()
    return wanted.get("since", "") <= day <= wanted.get("until", day)
