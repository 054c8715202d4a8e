"""Cursor's usage export: a CSV of the dashboard, an event a row.

Spec: the columns of cursor.com/dashboard, Usage, Export CSV. What was written to the cache stands beside
the fresh input, or both in one: the row's own total tells. A cost in words ("Included", "Free") is none.
"""

from __future__ import annotations

import re

from whytokens.importers import Guide
from whytokens.importers.logged import Logged
from whytokens.importers.records import Format, RecordImporter, first
from whytokens.importers.sums import HIDDEN, summed
from whytokens.importers.usage import excluding_cache, usd_as_pusd
from whytokens.importers.values import Json, as_str, as_time, as_tokens
from whytokens.model import Where

WITH, WITHOUT = "Input (w/ Cache Write)", "Input (w/o Cache Write)"
# How hard a model thinks is no part of its price.
EFFORT = re.compile(r"(-(thinking|low|medium|high|xhigh|max|fast))+$")


def _owns(row: Json) -> bool:
    return WITH in row and WITHOUT in row


def logged(row: Json, where: Where) -> Logged | None:
    both, fresh = as_tokens(row.get(WITH)) or 0, as_tokens(row.get(WITHOUT)) or 0
    read, output = as_tokens(row.get("Cache Read")) or 0, as_tokens(row.get("Output Tokens")) or 0
    total = as_tokens(first(row, "Total Tokens", "Tokens"))
    beside = total is None or total != both + read + output or both < fresh
    model = as_str(row.get("Model")) or ""
    usage = excluding_cache(
        fresh, read=read, write_5m=both if beside else both - fresh, output=output
    )
    one = Logged(
        where=where, model=EFFORT.sub("", model) or None, hidden=HIDDEN,
        usage=summed(usage), started=as_time(row.get("Date")),
        cost_pusd=usd_as_pusd(str(first(row, "Cost", "Cost ($)") or "").lstrip("$")),
        error="errored, not charged" if "rrored" in str(row.get("Kind")) else None,
    )  # fmt: skip
    one.tag(
        user=row.get("User"), kind=row.get("Kind"), agent=row.get("Cloud Agent ID"),
        automation=row.get("Automation ID"), effort=model[len(EFFORT.sub("", model)) :].strip("-"),
    )  # fmt: skip
    one.tag(**{"max mode": row.get("Max Mode")})
    return one


CURSOR_USAGE = RecordImporter(
    Format(
        key="cursor_usage",
        label="Cursor usage export",
        guide=Guide(
            section="Usage reports",
            what="The usage CSV of Cursor's dashboard",
            steps=("cursor.com/dashboard, Usage, Export CSV.",),
            example="Date,Kind,Model,Max Mode,Input (w/ Cache Write),Input (w/o Cache Write),Cache Read,…",
            marks=frozenset(("Max Mode", WITH, WITHOUT, "Cache Read")),
            missing="all text",
        ),
        owns=_owns,
        logged=logged,
    )
)
