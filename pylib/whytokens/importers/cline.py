"""Cline, Roo Code and Kilo Code tasks: the extension's files, and the sessions of Cline 2026.

Spec: formats, section 3.4. A task of the extension is two files: what was said
(``api_conversation_history.json``) and what each request cost (``ui_messages.json``), joined by time or
order. Cline 2026 has both in ``<id>.messages.json``, with the system prompt.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, TypeVar

from whytokens.builder import TraceBuilder
from whytokens.importers import Guide
from whytokens.importers.cline_panel import Paid, is_panel, paid, time_of
from whytokens.importers.conversation import SYSTEM_AND_TOOLS, TOOLS_ONLY, Conversation
from whytokens.importers.logged import tokens
from whytokens.importers.talks import Talk, TalkImporter
from whytokens.importers.usage import usd_as_pusd
from whytokens.importers.values import (
    Json,
    as_dict,
    as_list,
    as_str,
    as_time,
    as_tokens,
    inside,
)
from whytokens.model import Where

UI_FILE, HISTORY_FILE = "ui_messages.json", "api_conversation_history.json"
MODEL = re.compile(r"<model>([^<\n]{1,200})</model>")
T = TypeVar("T")
# Marks in the history that stand for what was cut away before it (formats, rule 12).
CUTS = ("isSummary", "isTruncationMarker")


def _is_session(one: Json) -> bool:
    """The system prompt comes last, behind what a sniffer sees."""
    return isinstance(one.get("messages"), list) and (
        {"version", "system_prompt"} <= one.keys()
        or {"version", "sessionId", "agent"} <= one.keys()
    )


def _is_note(one: Json) -> bool:
    """A session's or task's own description, beside its messages."""
    return (
        {"session_id", "messages_path"} <= one.keys()
        or {"id", "task", "tokensIn", "tokensOut", "totalCost"} <= one.keys()
        or {"files_in_context", "model_usage"} <= one.keys()
        or one.keys() == {"files_in_context"}
    )


def _is_history(value: Any) -> bool:
    """Anthropic messages with a time each; Cline's are the only arrays of them."""
    found = [as_dict(one) for one in as_list(value)[:60]]
    return bool(found) and (
        any("ts" in one for one in found) and all("role" in one or "type" in one for one in found)
    )


def _owns(value: Any) -> bool:
    one = as_dict(value)
    return _is_session(one) or _is_note(one) or is_panel(value) or _is_history(value)


@dataclass(slots=True)
class _Tasks:
    """Histories and panels, until all files are read."""

    builder: TraceBuilder
    histories: dict[str, tuple[list[Any], Where]] = field(default_factory=dict)
    panels: dict[str, list[Paid]] = field(default_factory=dict)
    models: dict[str, list[tuple[int, str]]] = field(default_factory=dict)  # by file, since when

    def finish(self) -> None:
        for name, (messages, where) in sorted(self.histories.items()):
            since = self._near(name, self.models, [])
            _task(messages, where, self._panel(name), since, self.builder)
        for _, panel in sorted(self.panels.items()):  # panels whose history is not here
            for one in panel:
                talk = Conversation(self.builder, one.where.file, "the messages", model=one.model)
                _add(talk, [], one.where, one)

    def _panel(self, name: str) -> list[Paid]:
        return self._near(name, self.panels, [])

    def _near(self, name: str, files: dict[str, list[T]], nothing: list[T]) -> list[T]:
        """The file in the history's folder, else the only one, else the one nearest in time."""
        folder = name.rpartition("/")[0]
        near = [key for key in files if key.rpartition("/")[0] == folder]
        if not near or (not folder and len(near) > 1):
            near = list(files)
        if len(near) > 1:
            first = next((t for m in self.histories[name][0] if (t := time_of(m))), 0)
            near.sort(key=lambda key: abs(_at(files[key][0]) - first))
        return files.pop(near[0]) if near else nothing


def _at(one: object) -> int:
    return one.at if isinstance(one, Paid) else int(one[0]) if isinstance(one, tuple) else 0


def _read(value: Any, where: Where, builder: TraceBuilder) -> bool:
    if _is_session(as_dict(value)):
        _session(as_dict(value), where, builder)
        return True
    shared = builder.gathered("cline", _Tasks)
    if is_panel(value):
        found = [one for n, m in enumerate(as_list(value)) if (one := paid(m, inside(where, n)))]
        if found:
            shared.panels[where.file] = found
        return True
    if _is_history(value):
        shared.histories[where.file] = (as_list(value), where)
        return True
    used = [as_dict(one) for one in as_list(as_dict(value).get("model_usage"))]
    since = [(time_of(one), str(one["model_id"])) for one in used if as_str(one.get("model_id"))]
    if since:
        shared.models[where.file] = sorted(since)
    return _is_note(as_dict(value))


def _task(
    messages: list[Any],
    where: Where,
    panel: list[Paid],
    since: list[tuple[int, str]],
    builder: TraceBuilder,
) -> None:
    """The k-th answer is the k-th request that was paid, unless times say that one is missing."""
    folder = where.file.rpartition("/")[0].rpartition("/")[2]
    talk = Conversation(builder, folder or where.file, SYSTEM_AND_TOOLS)
    waiting = [one for one in panel if not one.condensing]
    condensed = [one for one in panel if one.condensing]
    for number, value in enumerate(messages):
        message, at = as_dict(value), inside(where, number)
        if any(message.get(key) for key in CUTS):
            if condensed and message.get("isSummary"):
                _add(talk, {**_said(message), "role": "assistant"}, at, condensed.pop(0))
            talk.restart()
        if message.get("role") != "assistant":
            talk.model = _named(message) or talk.model
            talk.hear(_said(message), at)
            continue
        one = _next(waiting, time_of(message), sum(_is_answer(m) for m in messages[number:]))
        about = as_dict(message.get("modelInfo"))
        used = next((name for time, name in reversed(since) if time <= time_of(message)), None)
        talk.model = (
            as_str(about.get("modelId")) or (one.model if one else None) or used or talk.model
        )
        _add(talk, _said(message), at, one)


def _named(message: Json) -> str | None:
    """The model that Roo's and Kilo's environment details tell the model of."""
    for block in map(as_dict, as_list(message.get("content"))):
        text = as_str(block.get("text")) or ""
        found = MODEL.search(text) if "<environment_details>" in text else None
        if found:
            return found[1].strip()
    return None


def _is_answer(value: Any) -> bool:
    return as_dict(value).get("role") == "assistant"


def _next(waiting: list[Paid], at: int, answers_left: int) -> Paid | None:
    """Requests that were retried without an answer are passed over, as far as some are to spare."""
    while len(waiting) > answers_left and len(waiting) > 1 and at and waiting[1].at <= at:
        waiting.pop(0)
    return waiting.pop(0) if waiting else None


def _add(talk: Conversation, said: Any, where: Where, one: Paid | None) -> None:
    if one is None:
        talk.reply(said, where, None)
        return
    talk.reply(
        said,
        where,
        one.usage,
        started=as_time(one.at),
        reported_cost_pusd=one.cost_pusd,
        tags={"provider": one.provider} if one.provider else {},
    )


def _said(message: Json) -> Json:
    """Anthropic's form; files that were attached are text."""
    content = [
        {"type": "text", "text": block["content"]}
        if as_dict(block).get("type") == "file" and isinstance(as_dict(block).get("content"), str)
        else block
        for block in as_list(message.get("content"))
    ]
    return {"role": message.get("role"), "content": content or message.get("content")}


def _session(one: Json, where: Where, builder: TraceBuilder) -> None:
    key = as_str(one.get("sessionId")) or where.file
    system = as_str(one.get("system_prompt"))
    talk = Conversation(builder, key, TOOLS_ONLY if system else SYSTEM_AND_TOOLS)
    if system:
        at = inside(where, "system_prompt")
        talk.hear({"role": "system", "content": system}, at)
    for number, value in enumerate(as_list(one.get("messages"))):
        message, at = as_dict(value), inside(where, "messages", number)
        if as_dict(message.get("metadata")).get("kind") == "compaction_summary":
            talk.restart()
        if message.get("role") != "assistant":
            talk.hear(_said(message), at)
            continue
        about, metrics = as_dict(message.get("modelInfo")), as_dict(message.get("metrics"))
        talk.model = as_str(about.get("id")) or talk.model
        if not builder.first("cline", key, str(message.get("id") or at.pointer)):
            talk.hear(_said(message), at)  # billed in the session that a compaction repeats
            continue
        talk.reply(
            _said(message),
            at,
            tokens(
                as_tokens(metrics.get("inputTokens")),
                as_tokens(metrics.get("outputTokens")),
                read=as_tokens(metrics.get("cacheReadTokens")),
                write=as_tokens(metrics.get("cacheWriteTokens")),
            ),
            started=as_time(message.get("ts")),
            reported_cost_pusd=usd_as_pusd(metrics.get("cost")),
            tags={"agent": str(one["agent"])} if as_str(one.get("agent")) else {},
        )


CLINE = TalkImporter(
    Talk(
        key="cline",
        label="Cline / Roo Code task",
        guide=Guide(
            section="Coding agents",
            what=(
                "A task's folder (api_conversation_history.json and ui_messages.json) of Cline, Roo "
                "Code or Kilo Code, or <id>.messages.json of Cline 2026"
            ),
            steps=(
                "Open the extension's folder in VS Code's globalStorage, for example "
                "saoudrizwan.claude-dev/tasks/<task>, or ~/.cline/data/sessions/<id>.",
                "Drop api_conversation_history.json and ui_messages.json together, or the folder.",
            ),
            example='[{"ts": 1763300000000, "type": "say", "say": "api_req_started", "text": "{…}"}]',
            marks=frozenset(("ts", "say", "ask", "system_prompt", "modelInfo", "metrics")),
            missing="tool schemas; in the extension's files the system prompt too",
        ),
        owns=_owns,
        read=_read,
        text=('"ts"', '"say"'),
        gathers=True,
    )
)
