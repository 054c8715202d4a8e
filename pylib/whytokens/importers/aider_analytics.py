"""aider's analytics log: ``--analytics-log FILE``, an event a line.

Spec: aider's `Analytics`. Only `message_send` says what a message spent and cost; the other events are
counted as read.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from whytokens.importers import Guide
from whytokens.importers.logged import Logged, tokens
from whytokens.importers.records import Format, RecordImporter, Row, rows
from whytokens.importers.usage import usd_as_pusd
from whytokens.importers.values import Json, as_dict, as_str, as_time, as_tokens
from whytokens.model import Where

SENT = "message_send"


def _sent(value: Any, where: Where) -> Iterator[Row]:
    """The events that are calls."""
    for row, at in rows(value, where):
        if "event" not in row or row.get("event") == SENT:
            yield row, at


def _owns(row: Json) -> bool:
    return row.get("event") == SENT and "prompt_tokens" in as_dict(row.get("properties"))


def logged(row: Json, where: Where) -> Logged | None:
    about = as_dict(row.get("properties"))
    one = Logged(
        where=where,
        model=as_str(about.get("main_model")),
        usage=tokens(
            as_tokens(about.get("prompt_tokens")), as_tokens(about.get("completion_tokens"))
        ),
        cost_pusd=usd_as_pusd(about.get("cost")),
        started=as_time(row.get("time")),
    )
    one.tag(agent="aider", format=about.get("edit_format"))
    return one


AIDER_ANALYTICS = RecordImporter(
    Format(
        key="aider_analytics",
        label="aider analytics log",
        guide=Guide(
            section="Coding agents",
            what="The file that aider --analytics-log names",
            steps=(
                "Run aider with --analytics-log aider.jsonl and drop that file.",
                "Or run it with --llm-history-file: that has the text.",
            ),
            example='{"event": "message_send", "properties": {"main_model": "…", "prompt_tokens": 5000}, "time": 1}',
            marks=frozenset(("event", "properties", "main_model", "edit_format")),
            missing="the text: totals only",
        ),
        owns=_owns,
        logged=logged,
        rows=_sent,
    )
)
