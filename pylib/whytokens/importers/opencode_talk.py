"""An opencode session as calls: its messages' parts, by step of the model.

Spec: formats, section 3.8. A step ends in a part `step-finish` with its tokens, which exclude the cache.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any

from whytokens.builder import TraceBuilder
from whytokens.importers.conversation import SYSTEM_AND_TOOLS, Conversation
from whytokens.importers.usage import excluding_cache, usd_as_pusd
from whytokens.importers.values import (
    Json,
    as_dict,
    as_str,
    as_time,
    as_tokens,
    dumped,
    inside,
)
from whytokens.model import Usage, Where

Part = tuple[Json, Where]


def add_session(
    key: str, about: Json, messages: list[Part], parts: dict[str, list[Part]], builder: TraceBuilder
) -> None:
    """Add a session's calls; `parts` by the id of their message."""
    parent = as_str(about.get("parentID"))
    builder.session(key, parent=parent, title=as_str(about.get("title")))
    if parent:
        builder.session(parent)
    talk = Conversation(builder, key, SYSTEM_AND_TOOLS)
    folder = as_str(about.get("directory"))
    tags = {"project": PurePosixPath(folder.replace("\\", "/")).name} if folder else {}
    for one, where in messages:
        # In the order of their ids, which count up in time; those without a time keep their place.
        found = sorted(parts.get(str(one["id"]), []), key=lambda e: str(e[0].get("id")))
        if any("start" in as_dict(e[0].get("time")) for e in found) and not _counts_up(found):
            found = parts[str(one["id"])]
        _message(one, where, found, talk, tags)


def _counts_up(found: list[Part]) -> bool:
    return all(str(part.get("id")).startswith("prt_") for part, _ in found)


def _message(
    one: Json,
    where: Where,
    found: list[Part],
    talk: Conversation,
    tags: dict[str, str],
) -> None:
    if one.get("role") != "assistant":
        for part, at in found:
            if part.get("type") == "text" and not part.get("ignored"):
                talk.hear({"role": "user", "content": part.get("text")}, at)
            elif part.get("type") == "file":
                media = {"type": "file", "mime": part.get("mime"), "url": part.get("url"),
                         "filename": part.get("filename")}  # fmt: skip
                talk.hear({"role": "user", "content": [media]}, at)
            elif part.get("type") == "compaction":
                talk.restart()
        summary = as_str(as_dict(one.get("summary")).get("body"))
        if not found and summary:
            talk.hear({"role": "user", "content": summary}, inside(where, "summary", "body"))
        return
    if one.get("summary") is True:  # the reply to a compaction is what the next prompt begins with
        talk.restart()
    model = as_dict(one.get("model"))
    talk.model = as_str(one.get("modelID")) or as_str(model.get("modelID")) or talk.model
    provider = as_str(one.get("providerID")) or as_str(model.get("providerID"))
    tags = {**tags, **{k: v for k in ("agent", "mode") if (v := as_str(one.get(k)))}}
    steps = _steps(found)
    for number, (parts, end) in enumerate(steps):
        last = number == len(steps) - 1
        about = as_dict((end or ({}, where))[0])
        spent = tokens(about.get("tokens")) or (tokens(one.get("tokens")) if last else None)
        cost = _cost(about.get("cost")) if end else _cost(one.get("cost")) if last else None
        error = as_str(as_dict(as_dict(one.get("error")).get("data")).get("message"))
        error = error or as_str(as_dict(one.get("error")).get("name"))
        talk.reply(
            {"role": "assistant", "content": [c for part, _ in parts for c in _said(part)]},
            parts[0][1] if parts else where,
            spent,
            provider=provider,
            started=as_time(as_dict(one.get("time")).get("created")),
            reported_cost_pusd=cost,
            stop_reason=as_str(about.get("reason")) or as_str(one.get("finish")),
            error=error if last else None,
            tags=tags,
        )
        for part, at in parts:
            _result(part, at, talk)


def _steps(
    found: list[Part],
) -> list[tuple[list[Part], Part | None]]:
    """Parts by step of the model; a message without step parts is one step."""
    steps: list[tuple[list[Part], Part | None]] = []
    parts: list[Part] = []
    ended = any(part.get("type") == "step-finish" for part, _ in found)
    for entry in found:
        if entry[0].get("type") == "step-finish":
            steps.append((parts, entry))
            parts = []
        elif entry[0].get("type") in ("text", "reasoning", "tool"):
            parts.append(entry)
    if not ended or any(part.get("type") == "tool" for part, _ in parts):
        steps.append((parts, None))
    return steps


def _said(part: Json) -> Iterator[Json]:
    kind = part.get("type")
    if kind == "text":
        yield {"type": "text", "text": part.get("text")}
    elif kind == "reasoning":
        yield {"type": "thinking", "thinking": part.get("text")}
    elif kind == "tool":
        state = as_dict(part.get("state"))
        yield {
            "type": "tool_call",
            "id": part.get("callID"),
            "name": part.get("tool"),
            "arguments": state.get("input"),
        }


def _result(part: Json, where: Where, talk: Conversation) -> None:
    if part.get("type") != "tool":
        return
    state = as_dict(part.get("state"))
    if as_dict(state.get("time")).get("compacted"):
        output: Any = "[Old tool result content cleared]"
    else:
        output = state.get("output", state.get("error"))
    if output is None:
        return
    result = {"role": "tool", "tool_call_id": part.get("callID"), "name": part.get("tool")}
    at = inside(where, "state", "output")
    talk.hear({**result, "content": output if isinstance(output, str) else dumped(output)}, at)


def tokens(value: Any) -> Usage | None:
    """`input` excludes the cache; reasoning stands beside the output."""
    raw = as_dict(value)
    cache = as_dict(raw.get("cache"))
    output, reasoning = as_tokens(raw.get("output")), as_tokens(raw.get("reasoning"))
    fresh = as_tokens(raw.get("input"))
    if not any((fresh, output, reasoning, *map(as_tokens, cache.values()))):
        return None  # the zeros that a message begins with
    return excluding_cache(
        fresh,
        read=as_tokens(cache.get("read")),
        write_5m=as_tokens(cache.get("write")),
        output=None if output is None else output + (reasoning or 0),
        reasoning=reasoning,
    )


def _cost(value: Any) -> int | None:
    return usd_as_pusd(as_dict(value).get("usd") if isinstance(value, dict) else value) or None
