"""W&B Weave: calls of the traces table or of client.get_calls().

Spec: formats, section 4.9. Big objects may be references (`weave:///`), which are not in the file.
"""

from __future__ import annotations

from typing import Any

from whytokens.importers import Guide
from whytokens.importers.logged import Logged
from whytokens.importers.records import Format, RecordImporter, first, opened
from whytokens.importers.usage import usage_of, usd_as_pusd
from whytokens.importers.values import Json, as_dict, as_str, as_time
from whytokens.model import Usage, Where

REFERENCE = "weave:///"
OPS = ("openai", "anthropic", "chat.completions", "messages.create", "litellm", "completion", "cohere",
       "mistral", "generate_content", "groq", "bedrock", "converse", "responses.create", "llm")  # fmt: skip


def logged(row: Json, where: Where) -> Logged | None:
    row = _unflattened(row)
    inputs = {
        k: v for k, v in as_dict(opened(row, "inputs")).items() if k != "self" and v is not None
    }
    output = opened(row, "output")
    summary = as_dict(opened(row, "summary"))
    models = as_dict(summary.get("usage"))
    name = str(row.get("op_name"))
    one = Logged(
        where=where, group=str(row.get("trace_id") or ""), span=str(row.get("id") or ""),
        parent=str(row.get("parent_id") or ""), started=as_time(row.get("started_at")),
        ended=as_time(row.get("ended_at")), error=as_str(row.get("exception")),
        session=as_str(row.get("thread_id")),
    )  # fmt: skip
    op = name.rsplit("/op/", 1)[-1].split(":")[0]
    one.left_out = "embedding" if "embed" in op.lower() else None
    one.call = (
        not one.left_out
        and _talks(inputs)
        and (any(word in op.lower() for word in OPS) or "model" in inputs)
    )
    one.outer = one.call and not any(word in op.lower() for word in OPS)
    one.tag(user=row.get("wb_user_id"), function=None if one.call else op, turn=row.get("turn_id"))
    for key, value in as_dict(as_dict(opened(row, "attributes"))).items():
        one.tag(**{key: value if isinstance(value, str) else None})
    if not one.call:
        return one
    one.model = (
        as_str(as_dict(output).get("model"))
        or as_str(inputs.get("model"))
        or next(iter(models), None)
    )
    one.body = inputs if "model" in inputs else {}
    one.messages = first(inputs, "messages", "input", "contents", "prompt")
    one.tools = inputs.get("tools")
    reply = as_dict(output)
    one.reply_body = (
        reply if any(k in reply for k in ("choices", "content", "candidates", "output")) else {}
    )
    one.output = None if one.reply_body else output
    one.usage = _usage(models) or usage_of(reply.get("usage"))
    one.id = as_str(reply.get("id"))
    costs = as_dict(as_dict(summary.get("weave")).get("costs"))
    cost = as_dict(next(iter(costs.values()), None))
    parts = [cost.get("prompt_tokens_total_cost"), cost.get("completion_tokens_total_cost")]
    numbers = [part for part in parts if isinstance(part, int | float)]
    one.cost_pusd = usd_as_pusd(sum(numbers)) if numbers else None
    return one


def _talks(inputs: Json) -> bool:
    return any(inputs.get(k) for k in ("messages", "input", "contents", "prompt", "message"))


def _usage(models: Json) -> Usage | None:
    """Usage by model, in the provider's own names."""
    raw = as_dict(next(iter(models.values()), None)) if len(models) == 1 else {}
    return usage_of({k: v for k, v in raw.items() if k != "requests"}) if raw else None


def _unflattened(row: Json) -> Json:
    """CSV flattens keys: inputs.model, summary.usage..."""
    if any(isinstance(row.get(key), dict) for key in ("inputs", "summary")):
        return row
    found: Json = {}
    for key, value in row.items():
        head, dot, rest = key.partition(".")
        if dot and head in ("inputs", "output", "summary", "attributes"):
            node: Any = found.setdefault(head, {})
            *path, last = rest.split(".")
            for step in path:
                node = node.setdefault(step, {}) if isinstance(node, dict) else {}
            if isinstance(node, dict) and value is not None:
                node[last] = value
        else:
            found.setdefault(key, value)
    return found


def _owns(row: Json) -> bool:
    return "op_name" in row and ("started_at" in row or "trace_id" in row)


WEAVE = RecordImporter(
    Format(
        key="weave",
        label="W&B Weave",
        guide=Guide(
            section="Traces",
            what="Calls of the traces table as JSON Lines, JSON or CSV, or of client.get_calls()",
            steps=(
                "Traces, Export as JSONL.",
                "Or write each of client.get_calls() as one line of JSON.",
            ),
            example=(
                '{"op_name": "weave:///…/op/openai.chat.completions.create:…", "inputs": '
                '{…}, "output": {…}, "summary": {"usage": {…}}}'
            ),
            marks=frozenset(("op_name", "started_at", "inputs", "summary")),
            missing="big objects that are stored as references",
        ),
        owns=_owns,
        logged=logged,
        marks=('"op_name"',),
    )
)
