"""Memory of a smolagents agent: ``agent.memory.get_full_steps()`` or a step's ``dict()`` as JSON.

Spec: smolagents' `MemoryStep` and its `ActionStep`. Each step has all messages that the model was given,
what it answered, and what that spent.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from whytokens.importers import Guide
from whytokens.importers.logged import Logged
from whytokens.importers.records import Format, RecordImporter, Row, rows
from whytokens.importers.usage import usage_of
from whytokens.importers.values import Json, as_dict, as_list, as_str, as_time
from whytokens.model import Where

HIDDEN = "the messages that the model was given"


def _steps(value: Any, where: Where) -> Iterator[Row]:
    """Steps of an agent, alone or under the keys of its run."""
    for row, at in rows(value, where):
        if "model_output_message" in row or "token_usage" in row:
            yield row, at


def _owns(row: Json) -> bool:
    told = "step_number" in row or "is_final_answer" in row or "plan" in row
    return told and ("model_output_message" in row or "model_input_messages" in row)


def logged(row: Json, where: Where) -> Logged | None:
    said, timing = as_dict(row.get("model_output_message")), as_dict(row.get("timing"))
    raw = as_dict(said.get("raw"))
    spent = usage_of(row.get("token_usage")) or usage_of(said.get("token_usage"))
    error: Any = as_dict(row.get("error")).get("message", row.get("error"))
    sent = as_list(row.get("model_input_messages"))
    one = Logged(
        where=where, model=as_str(raw.get("model")) or as_str(row.get("model_id")),
        messages=[{**as_dict(message), "role": _role(message)} for message in sent] or None,
        output=[{**said, "role": "assistant"}] if said else row.get("model_output"), usage=spent,
        started=as_time(timing.get("start_time", row.get("start_time"))),
        ended=as_time(timing.get("end_time", row.get("end_time"))), error=as_str(error),
        hidden=None if sent else HIDDEN,
    )  # fmt: skip
    one.tag(agent="smolagents", step=row.get("step_number"))
    return one


def _role(message: Any) -> str:
    """What tools gave is told to the model in the user's name, and calls in its own."""
    said = str(as_dict(message).get("role") or "user").rpartition(".")[2].lower()
    return {"tool-response": "user", "tool_response": "user", "tool-call": "assistant",
            "tool_call": "assistant"}.get(said, said)  # fmt: skip


SMOLAGENTS = RecordImporter(
    Format(
        key="smolagents",
        label="smolagents memory",
        guide=Guide(
            section="Traces",
            what="The steps of an agent's memory, as JSON",
            steps=(
                "json.dump(agent.memory.get_full_steps(), open('steps.json', 'w'), default=str) after the run.",
            ),
            example='[{"step_number": 1, "model_input_messages": [], "token_usage": {"input_tokens": 2000}}]',
            marks=frozenset(("step_number", "model_input_messages", "model_output_message")),
            missing="tool schemas beside those in the system prompt",
        ),
        owns=_owns,
        logged=logged,
        rows=_steps,
    )
)
