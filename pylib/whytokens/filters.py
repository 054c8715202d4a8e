"""Filters: the calls a user looks at, by session, model, tag and range; applied to every view alike."""

from __future__ import annotations

from dataclasses import replace

from whytokens.attribution.tally import tally
from whytokens.model import Call
from whytokens.pipeline import Opened
from whytokens.protocol import Filter


def filtered(opened: Opened, wanted: Filter | None) -> Opened:
    """The same trace with the attributions of the chosen calls only; call ids stay."""
    if not wanted:
        return opened
    found = tuple(one for one in opened.attributions if keeps(wanted, one.call))
    return replace(opened, attributions=found, tallies=tally(found))


def keeps(wanted: Filter, call: Call) -> bool:
    """Whether a call passes: every named field must fit, any value of a list may."""
    sessions, models = wanted.get("sessions"), wanted.get("models")
    return (
        (not sessions or call.session in sessions)
        and (not models or (call.model or "") in models)
        and all(call.tags.get(key) == value for key, value in wanted.get("tags", {}).items())
        and wanted.get("first", 0) <= call.id <= wanted.get("last", call.id)
    )
