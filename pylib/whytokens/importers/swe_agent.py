"""SWE-agent and mini-SWE-agent trajectories: the exact prompt of a step where it is stored.

Spec: formats, section 3.6. `query` (or `messages`) of a step is what was sent; without it the history
is taken, demonstrations included, as they are part of the prompt. Usage comes as totals only, but in
mini's `extra.response`.
"""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Any

from whytokens.builder import TraceBuilder
from whytokens.importers import Guide
from whytokens.importers.conversation import TOOLS_ONLY, Conversation
from whytokens.importers.talks import Talk, TalkImporter
from whytokens.importers.usage import usage_of
from whytokens.importers.values import Json, as_dict, as_list, as_str, as_tokens, decoded, inside
from whytokens.model import Where


def _is_mini(value: Any) -> bool:
    if str(as_dict(value).get("trajectory_format", "")).startswith("mini-swe-agent"):
        return True
    found = as_dict(value).get("messages") if isinstance(value, dict) else value
    return any("response" in as_dict(as_dict(m).get("extra")) for m in as_list(found)[:60])


def _owns(value: Any) -> bool:
    one = as_dict(value)
    steps = [as_dict(step) for step in as_list(one.get("trajectory"))[:5]]
    if any("observation" in step and "action" in step for step in steps):
        return True
    history = [as_dict(entry) for entry in as_list(one.get("history"))[:60]]
    told = any("message_type" in entry or "agent" in entry for entry in history)
    return (told and all("role" in entry for entry in history)) or _is_mini(value)


def _read(value: Any, where: Where, builder: TraceBuilder) -> bool:
    if not _owns(value):
        return False
    one = as_dict(value)
    if _is_mini(value):
        _mini(value, where, builder)
        return True
    model = _model(one)
    steps = [as_dict(step) for step in as_list(one.get("trajectory"))]
    if any(_query(step) for step in steps):
        _steps(steps, model, where, builder)
    else:
        _history(as_list(one.get("history")), steps, model, where, builder)
    stats = as_dict(as_dict(one.get("info")).get("model_stats"))
    sent, received = as_tokens(stats.get("tokens_sent")), as_tokens(stats.get("tokens_received"))
    if sent:
        builder.warn(
            "no-usage",
            f"The file reports totals only ({sent:,} tokens sent, {received or 0:,} received): "
            "tokens of its calls are counted, not billed figures.",
            inside(where, "info", "model_stats"),
        )
    return True


def _model(one: Json) -> str | None:
    config = as_dict(decoded(one.get("replay_config")))
    model = as_dict(as_dict(config.get("agent")).get("model"))
    name = as_str(model.get("name")) or as_str(as_dict(one.get("info")).get("model"))
    return None if name in ("replay", "human", "instant_empty_submit") else name


def _query(step: Json) -> list[Any]:
    return as_list(step.get("query")) or as_list(step.get("messages"))


def _steps(steps: list[Json], model: str | None, where: Where, builder: TraceBuilder) -> None:
    for number, step in enumerate(steps):
        at = inside(where, "trajectory", number)
        talk = Conversation(builder, _session(where), TOOLS_ONLY, model=model)
        for place, message in enumerate(_query(step)):
            talk.hear(_message(message), inside(at, "query", place))
        said = {
            "role": "assistant",
            "content": step.get("response"),
            "tool_calls": step.get("tool_calls"),
        }
        talk.reply(said, inside(at, "response"), None)


def _history(
    history: list[Any], steps: list[Json], model: str | None, where: Where, builder: TraceBuilder
) -> None:
    """The history may lack the last answers, which then stand in the steps alone."""
    talks: dict[str, Conversation] = {}
    answers = 0
    for number, value in enumerate(history):
        entry, at = as_dict(value), inside(where, "history", number)
        agent = as_str(entry.get("agent")) or "main"
        if agent not in talks:
            key = _session(where) if not talks else f"{_session(where)}/{agent}"
            builder.session(key, parent=_session(where) if talks else None)
            talks[agent] = Conversation(builder, key, TOOLS_ONLY, model=model)
        if entry.get("role") == "assistant" and not entry.get("is_demo"):
            talks[agent].reply(_message(entry), at, None)
            answers += 1
        else:
            talks[agent].hear(_message(entry), at)
    if len(talks) == 1:
        talk = next(iter(talks.values()))
        for number, step in list(enumerate(steps))[answers:]:
            at = inside(where, "trajectory", number, "response")
            talk.reply({"role": "assistant", "content": step.get("response")}, at, None)


def _message(value: Any) -> Json:
    """A result names its call in a list of its own."""
    entry = as_dict(value)
    ids = as_list(entry.get("tool_call_ids"))
    kept = {k: entry[k] for k in ("role", "content", "tool_calls", "name") if entry.get(k)}
    return {**kept, **({"tool_call_id": ids[0]} if ids else {})}


def _mini(value: Any, where: Where, builder: TraceBuilder) -> None:
    one = as_dict(value)
    messages = as_list(one.get("messages")) if one else as_list(value)
    base = inside(where, "messages") if one else where
    config = as_dict(as_dict(one.get("info")).get("config"))
    model = as_str(as_dict(config.get("model")).get("model_name"))
    talk = Conversation(builder, _session(where), TOOLS_ONLY, model=model)
    for number, entry in enumerate(map(as_dict, messages)):
        at = inside(base, number)
        if entry.get("role") != "assistant":
            talk.hear(_message(entry) | {k: entry[k] for k in ("tool_call_id",) if k in entry}, at)
            continue
        response = as_dict(as_dict(entry.get("extra")).get("response"))
        talk.model = as_str(response.get("model")) or talk.model
        talk.reply(_message(entry), at, usage_of(response.get("usage")))


def _session(where: Where) -> str:
    return f"{PurePosixPath(where.file).stem}{f'#{where.line}' if (where.line or 1) > 1 else ''}"


SWE_AGENT = TalkImporter(
    Talk(
        key="swe_agent",
        label="SWE-agent trajectory",
        guide=Guide(
            section="Coding agents",
            what="*.traj of SWE-agent, *.traj.json of mini-SWE-agent",
            steps=("Drop .traj files of trajectories/<user>/<run>/, or the folder of the run.",),
            example='{"trajectory": [{"action": "ls", "observation": "…", "query": […]}], "history": […]}',
            marks=frozenset(("trajectory", "history", "observation", "thought", "replay_config")),
            missing="tool schemas, and usage for each call",
        ),
        owns=_owns,
        read=_read,
        text=('"trajectory"', '"observation"'),
    )
)
