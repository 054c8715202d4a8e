"""OpenHands: evaluation output.jsonl, exported trajectories, event files of both generations, and
completions logged one call a file.

Spec: formats, section 3.5. A model's response stands in every event that it caused and counts once; per
call usage is in `metrics.token_usages` by response id, sums are never used.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from whytokens.builder import TraceBuilder
from whytokens.importers import Guide
from whytokens.importers.conversation import SYSTEM_AND_TOOLS, Conversation
from whytokens.importers.logged import tokens
from whytokens.importers.openhands_events import EventReader, is_event
from whytokens.importers.talks import Talk, TalkImporter
from whytokens.importers.usage import usage_of, usd_as_pusd
from whytokens.importers.values import Json, as_dict, as_list, as_str, as_time, as_tokens, inside
from whytokens.model import Usage, Where

COMPLETION = ("messages", "response", "kwargs", "context_window")
MAX_EVENTS_SNIFFED = 60


def _is_run(one: Json) -> bool:
    named = "instance_id" in one or "git_patch" in one or "instruction" in one
    return isinstance(one.get("history"), list) and named


def _is_completion(one: Json) -> bool:
    return {"messages", "response"} <= one.keys() and ("kwargs" in one or "context_window" in one)


def _owns(value: Any) -> bool:
    one = as_dict(value)
    if one:
        return _is_run(one) or _is_completion(one) or is_event(one)
    return any(is_event(as_dict(event)) for event in as_list(value)[:MAX_EVENTS_SNIFFED])


@dataclass(slots=True)
class _Events:
    """Events that come a line or a file each, until all files are read."""

    builder: TraceBuilder
    files: dict[str, list[tuple[Json, Where]]] = field(default_factory=dict)

    def finish(self) -> None:
        """A file of several events is a conversation; files of one event are joined by folder."""
        found: dict[str, list[tuple[Json, Where]]] = {}
        for name, events in self.files.items():
            key = name if len(events) > 1 else name.rpartition("/")[0].removesuffix("/events")
            found.setdefault(key, []).extend(events)
        for key, events in sorted(found.items()):
            _conversation(sorted(events, key=_order), key or None, {}, self.builder)


def _order(one: tuple[Json, Where]) -> tuple[int, str, str, int]:
    """By number, else by time, else as they lie."""
    event, where = one
    number = event.get("id")
    known = number if isinstance(number, int) and not isinstance(number, bool) else 0
    return known, str(event.get("timestamp") or ""), where.file, where.line or 0


def _read(value: Any, where: Where, builder: TraceBuilder) -> bool:
    one = as_dict(value)
    if _is_run(one):
        _run(one, where, builder)
    elif _is_completion(one):
        _completion(one, where, builder)
    elif is_event(one):
        builder.gathered("openhands", _Events).files.setdefault(where.file, []).append((one, where))
    elif isinstance(value, list) and _owns(value):
        events = [(as_dict(event), inside(where, i)) for i, event in enumerate(value)]
        _conversation(events, None, {}, builder)
    else:
        return False
    return True


def _run(one: Json, where: Where, builder: TraceBuilder) -> None:
    key = as_str(one.get("instance_id")) or _issue(as_dict(one.get("issue")))
    if key and not builder.first("openhands run", key):
        key = f"{key} (line {where.line})"
    at = inside(where, "history")
    events: list[tuple[Json, Where]] = []
    for number, entry in enumerate(as_list(one.get("history"))):
        pair = entry if isinstance(entry, list) else [entry]  # old: [action, observation]
        events += [(as_dict(event), inside(at, number)) for event in pair]
    metrics = as_dict(one.get("metrics"))
    spent = {
        str(use.get("response_id")): use
        for use in map(as_dict, as_list(metrics.get("token_usages")))
    }
    model = as_str(as_dict(as_dict(one.get("metadata")).get("llm_config")).get("model"))
    _conversation(events, key, spent, builder, model)


def _issue(issue: Json) -> str | None:
    return f"{issue.get('owner')}/{issue.get('repo')}#{issue.get('number')}" if issue else None


def _conversation(
    events: Iterable[tuple[Json, Where]],
    key: str | None,
    spent: dict[str, Json],
    builder: TraceBuilder,
    model: str | None = None,
) -> None:
    talk = Conversation(builder, key, SYSTEM_AND_TOOLS, model=model)
    reader = EventReader(talk, {name: _reported(use) for name, use in spent.items()})
    for event, where in events:
        reader.event(event, where)
    reader.finish()


def _reported(use: Json) -> Usage | None:
    return tokens(
        as_tokens(use.get("prompt_tokens")),
        as_tokens(use.get("completion_tokens")),
        read=as_tokens(use.get("cache_read_tokens")),
        write=as_tokens(use.get("cache_write_tokens")),
    )


def _completion(one: Json, where: Where, builder: TraceBuilder) -> None:
    """One request as it was sent, by LiteLLM."""
    response, kwargs = as_dict(one.get("response")), as_dict(one.get("kwargs"))
    model = as_str(response.get("model")) or as_str(kwargs.get("model"))
    talk = Conversation(builder, None, None, model=model)
    talk.declare(one.get("tools") or kwargs.get("tools"), where)
    talk.hear(one.get("messages"), inside(where, "messages"))
    choice = as_dict(next(iter(as_list(response.get("choices"))), None))
    talk.reply(
        {"role": "assistant", **as_dict(choice.get("message"))},
        inside(where, "response"),
        usage_of(response.get("usage")),
        started=as_time(one.get("timestamp")),
        stop_reason=as_str(choice.get("finish_reason")),
        reported_cost_pusd=usd_as_pusd(one.get("cost")),
    )


OPENHANDS = TalkImporter(
    Talk(
        key="openhands",
        label="OpenHands trajectory",
        guide=Guide(
            section="Coding agents",
            what="output.jsonl of an evaluation, an exported trajectory, events/ files, logged completions",
            steps=(
                "In the UI: Export trajectory. Of an evaluation: output.jsonl of its folder.",
                "Best: set log_completions = true under [llm] and drop the folder of completions; it holds "
                "every request whole.",
            ),
            example='[{"id": 0, "source": "agent", "action": "system", "args": {"content": "…", "tools": […]}}]',
            marks=frozenset(("action", "observation", "source", "tool_call_metadata", "history")),
            missing="the system prompt and tool schemas, in trajectories without a system event",
        ),
        owns=_owns,
        read=_read,
        text=('"action"', '"source"', '"args"'),
        gathers=True,
    )
)
