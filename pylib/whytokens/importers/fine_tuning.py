"""Fine-tuning files: conversations to learn from, and preference pairs. No model, no usage.

Spec: formats, section 5; platform.openai.com/docs/guides/fine-tuning. The last message is what the model
shall answer: the reply, not the prompt.
"""

from __future__ import annotations

from whytokens.importers import Guide, Head, Verdict
from whytokens.importers.logged import Logged
from whytokens.importers.records import Format, RecordImporter
from whytokens.importers.values import Json, as_dict, as_list, as_str, decoded
from whytokens.model import Where

KEYS = frozenset(("messages", "tools", "functions", "parallel_tool_calls", "weight", "contents", "systemInstruction",
                  "system_instruction", "input", "preferred_output", "non_preferred_output", "system",
                  "schemaVersion"))  # fmt: skip
# One prompt and its answer: OpenAI's first fine-tunes, Alpaca's instructions, ShareGPT's conversations.
PAIR = frozenset(("prompt", "completion"))
ALPACA = frozenset(("instruction", "output"))
ALPACA_MORE = frozenset(("input", "system", "history", "text", "id"))
SPEAKERS = {"human": "user", "user": "user", "gpt": "assistant", "assistant": "assistant", "model": "assistant",
            "system": "system", "tool": "tool", "observation": "tool", "function_call": "assistant"}  # fmt: skip


def logged(row: Json, where: Where) -> Logged | None:
    if "preferred_output" in row:
        asked = as_dict(row.get("input"))
        return Logged(
            where=where, messages=asked.get("messages"), tools=asked.get("tools"),
            output=row["preferred_output"], tags={"file": "fine-tuning"},
        )  # fmt: skip
    row = _plain(row)
    key = "messages" if "messages" in row else "contents"
    messages = list(as_list(row.get(key)))
    answer = [messages.pop()] if messages else []
    system = row.get("systemInstruction") or row.get("system_instruction") or row.get("system")
    return Logged(
        where=where, system=system, messages=messages, tools=row.get("tools") or row.get("functions"),
        output=answer, tags={"file": "fine-tuning"}, provider=_provider(row, key),
    )  # fmt: skip


def _provider(row: Json, key: str) -> str:
    return "google" if key == "contents" else "aws" if "schemaVersion" in row else "openai"


def _plain(row: Json) -> Json:
    """Pairs, instructions and conversations as messages."""
    if set(row) == PAIR:
        said = [
            {"role": "user", "content": row["prompt"]},
            {"role": "assistant", "content": row["completion"]},
        ]
        return {"messages": said}
    if row.keys() >= ALPACA:
        asked = "\n\n".join(
            text for key in ("instruction", "input") if (text := as_str(row.get(key)))
        )
        said = [{"role": "user", "content": asked}, {"role": "assistant", "content": row["output"]}]
        return {"messages": said, "system": row.get("system")}
    if "conversations" in row:
        said = [
            {"role": SPEAKERS.get(str(one.get("from")), "user"), "content": one.get("value")}
            for one in map(as_dict, as_list(row["conversations"]))
        ]
        return {"messages": said, "system": row.get("system"), "tools": decoded(row.get("tools"))}
    return row


def _owns(row: Json) -> bool:
    if set(row) == PAIR or (row.keys() >= ALPACA and set(row) <= ALPACA | ALPACA_MORE):
        return all(isinstance(value, str) for value in row.values() if value is not None)
    if "conversations" in row:
        return all(
            "from" in as_dict(one) and "value" in as_dict(one)
            for one in as_list(row["conversations"])[:3]
        )
    if "preferred_output" in row and "input" in row:
        return True
    if not set(row) <= KEYS or not ("messages" in row or "contents" in row):
        return False
    messages = as_list(row.get("messages") or row.get("contents"))
    return len(messages) > 1 and as_dict(messages[-1]).get("role") in ("assistant", "model")


class FineTuning(RecordImporter):
    """Told by several lines: one such object alone is a request without its model."""

    def sniff(self, head: Head) -> Verdict:
        lines = [value for value in head.values if isinstance(value, dict)]
        return "yes" if len(lines) > 1 and all(_owns(value) for value in lines) else "no"


FINE_TUNING = FineTuning(
    Format(
        key="fine_tuning",
        label="Fine-tuning file",
        guide=Guide(
            section="Requests and responses",
            what="A training file: conversations, preference pairs or instructions as JSON Lines",
            steps=("The training file as it was uploaded (JSONL).",),
            example=(
                '{"messages": [{"role": "user", "content": "…"}, {"role": "assistant", '
                '"content": "…"}]}'
            ),
            marks=frozenset(("messages", "preferred_output", "weight")),
            missing="model and usage",
        ),
        owns=_owns,
        logged=logged,
    )
)
