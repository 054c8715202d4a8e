"""ATIF trajectories (Harbor, Terminal-Bench and agents that write them): usage and tools for each step.

Spec: formats, section 3.7; Agent Trajectory Interchange Format v1.0 to v1.7.
"""

from __future__ import annotations

from typing import Any

from whytokens.builder import TraceBuilder
from whytokens.importers import Guide
from whytokens.importers.conversation import SYSTEM_AND_TOOLS, Conversation
from whytokens.importers.logged import tokens
from whytokens.importers.talks import Talk, TalkImporter
from whytokens.importers.usage import usd_as_pusd
from whytokens.importers.values import Json, as_dict, as_list, as_str, as_time, as_tokens, inside
from whytokens.model import Where

MAX_DEPTH = 20


def _owns(value: Any) -> bool:
    version = as_dict(value).get("schema_version")
    return isinstance(version, str) and version.upper().startswith("ATIF")


def _read(value: Any, where: Where, builder: TraceBuilder) -> bool:
    one = as_dict(value)
    if not _owns(one):
        return False
    _trajectory(one, where, builder, None, 0)
    return True


def _trajectory(
    one: Json, where: Where, builder: TraceBuilder, parent: str | None, depth: int
) -> None:
    agent = as_dict(one.get("agent"))
    key = as_str(one.get("session_id")) or as_str(one.get("trajectory_id"))
    parent = parent or as_str(as_dict(agent.get("extra")).get("parent_session_id"))
    if key:
        builder.session(key, parent=parent, title=as_str(agent.get("name")))
        if parent:
            builder.session(parent)
    tools = agent.get("tool_definitions")
    talk = Conversation(
        builder, key, None if tools else SYSTEM_AND_TOOLS, model=as_str(agent.get("model_name"))
    )
    talk.declare(tools, inside(where, "agent"))
    tags = {"agent": str(agent["name"])} if as_str(agent.get("name")) else {}
    for number, step in enumerate(as_list(one.get("steps"))):
        _step(as_dict(step), inside(where, "steps", number), talk, tags)
    for number, inner in enumerate(as_list(one.get("subagent_trajectories"))):
        if depth < MAX_DEPTH:
            at = inside(where, "subagent_trajectories", number)
            _trajectory(as_dict(inner), at, builder, key, depth + 1)


def _step(step: Json, where: Where, talk: Conversation, tags: dict[str, str]) -> None:
    source = step.get("source")
    if source != "agent":
        role = "system" if source == "system" else "user"
        # A summary stands for all that was said before it (formats, rule 12).
        if as_dict(as_dict(step.get("extra")).get("context_management")):
            talk.restart()
        talk.hear({"role": role, "content": step.get("message")}, inside(where, "message"))
        _results(step, where, talk)
        return
    talk.model = as_str(step.get("model_name")) or talk.model
    said = {
        "role": "assistant",
        "content": step.get("message"),
        "reasoning_content": step.get("reasoning_content"),
        "tool_calls": [
            {"id": call.get("tool_call_id"), "name": call.get("function_name"), "arguments": call.get("arguments")}
            for call in map(as_dict, as_list(step.get("tool_calls")))
        ],
    }  # fmt: skip
    metrics = as_dict(step.get("metrics"))
    if step.get("is_copied_context"):  # billed in the session that it was copied from
        talk.hear(said, where, "assistant")
    else:
        more = as_dict(metrics.get("extra"))
        talk.reply(
            said,
            where,
            tokens(
                as_tokens(metrics.get("prompt_tokens")),
                as_tokens(metrics.get("completion_tokens")),
                read=as_tokens(metrics.get("cached_tokens")),
                write=as_tokens(more.get("cache_creation_input_tokens")),
                reasoning=as_tokens(more.get("reasoning_tokens")),
            ),
            started=as_time(step.get("timestamp")),
            reported_cost_pusd=usd_as_pusd(metrics.get("cost_usd")),
            tags=tags,
        )
    _results(step, where, talk)


def _results(step: Json, where: Where, talk: Conversation) -> None:
    calls = [as_dict(call) for call in as_list(step.get("tool_calls"))]
    found = as_list(as_dict(step.get("observation")).get("results"))
    for number, result in enumerate(map(as_dict, found)):
        call = as_str(result.get("source_call_id"))
        if call is None and calls:  # terminus gives one observation for all its calls
            call = as_str(calls[0].get("tool_call_id"))
        at = inside(where, "observation", "results", number)
        talk.hear({"role": "tool", "tool_call_id": call, "content": result.get("content")}, at)


ATIF = TalkImporter(
    Talk(
        key="atif",
        label="ATIF trajectory",
        guide=Guide(
            section="Coding agents",
            what="trajectory.json of Harbor, Terminal-Bench and agents that write ATIF",
            steps=("Drop trajectory.json of a trial's agent/ folder, or the whole job's folder.",),
            example='{"schema_version": "ATIF-v1.6", "agent": {"name": "…"}, "steps": [{"source": "user"}]}',
            marks=frozenset(("schema_version", "steps", "agent", "step_id", "final_metrics")),
            missing="the system prompt and tool schemas, unless the agent writes tool_definitions",
        ),
        owns=_owns,
        read=_read,
        text=('"schema_version"', "ATIF"),
        gathers=True,
    )
)
