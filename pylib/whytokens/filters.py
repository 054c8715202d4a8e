"""Filters: the calls a user looks at, by session, model, tag and range; applied to every view alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC

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
    found = tuple(one for one in opened.attributions if keeps(wanted, one.call, roots))
    return replace(opened, attributions=found, tallies=tally(found))


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
        and _in_days(wanted, call)
    )


def _in_days(wanted: Filter, call: Call) -> bool:
    if "since" not in wanted and "until" not in wanted:
        return True
    if call.started is None:
        return False
    day = call.started.astimezone(UTC).date().isoformat()
    return wanted.get("since", "") <= day <= wanted.get("until", day)
