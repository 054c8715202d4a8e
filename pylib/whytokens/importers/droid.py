"""Factory's Droid: ``~/.factory/sessions/<folder>/<session>.jsonl`` and its ``.settings.json``.

Spec: the session files as their readers know them. Messages are Anthropic's whatever the model; what the
session spent in all, and with which model, stands in the settings beside it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

from whytokens.builder import TraceBuilder
from whytokens.importers import Guide
from whytokens.importers.conversation import SYSTEM_AND_TOOLS
from whytokens.importers.providers import provider_of
from whytokens.importers.shares import SharedConversation
from whytokens.importers.talks import Talk, TalkImporter
from whytokens.importers.usage import excluding_cache
from whytokens.importers.values import Json, as_dict, as_str, as_time, as_tokens, inside
from whytokens.model import Usage, Where

NOTES = frozenset(("session_start", "session_end", "todo_state", "compaction_state"))


@dataclass(slots=True)
class _Droid:
    """Sessions and settings of all files."""

    builder: TraceBuilder
    lines: dict[str, list[tuple[Json, Where]]] = field(default_factory=dict)
    settings: dict[str, tuple[Json, Where]] = field(default_factory=dict)

    def line(self, value: Any, where: Where) -> bool:
        one = as_dict(value)
        if "tokenUsage" in one and "type" not in one:
            self.settings[_stem(where.file)] = (one, where)
        elif one.get("type") == "message" or str(one.get("type")) in NOTES:
            self.lines.setdefault(where.file, []).append((one, where))
        else:
            return False
        return True

    def finish(self) -> None:
        alone = len(self.lines) == len(self.settings) == 1
        for file, lines in sorted(self.lines.items()):
            key = next(iter(self.settings)) if alone else _stem(file)
            self._session(file, lines, *self.settings.pop(key, ({}, lines[0][1])))
        for name, (about, where) in sorted(self.settings.items()):
            self._session(name, [], about, where)

    def _session(
        self, file: str, lines: list[tuple[Json, Where]], about: Json, where: Where
    ) -> None:
        head = next((one for one, _ in lines if one.get("type") == "session_start"), {})
        key = as_str(head.get("id")) or _stem(file)
        self.builder.session(
            key, title=as_str(head.get("sessionTitle")) or as_str(head.get("title"))
        )
        model = _model(about.get("model"))
        provider = provider_of(as_str(about.get("providerLock")))
        talk = SharedConversation(
            self.builder, key, SYSTEM_AND_TOOLS, model=model, provider=provider
        )
        for one, at in lines:
            if one.get("type") == "compaction_state":
                talk.restart()
                talk.hear({"role": "user", "content": one.get("summaryText")}, at)
                continue
            message = as_dict(one.get("message"))
            if message.get("role") == "assistant":
                started = as_time(one.get("timestamp"))
                talk.reply(message, inside(at, "message"), None, started=started)
            elif message:
                talk.hear(message, inside(at, "message"))
        spent = _usage(as_dict(about.get("tokenUsage")))
        talk.settle({model or "": spent} if spent else {}, where)


def _stem(file: str) -> str:
    return PurePosixPath(file).name.removesuffix(".jsonl").removesuffix(".settings.json")


def _model(value: Any) -> str | None:
    """A model of the user's own is named after what its settings call it."""
    name = as_str(value)
    return name.removeprefix("custom:").split("[")[0].rstrip("-") or None if name else None


def _usage(raw: Json) -> Usage | None:
    """Input beside the cache, thinking beside the output."""
    said, thought = as_tokens(raw.get("outputTokens")), as_tokens(raw.get("thinkingTokens"))
    spent = excluding_cache(
        as_tokens(raw.get("inputTokens")),
        read=as_tokens(raw.get("cacheReadTokens")),
        write_5m=as_tokens(raw.get("cacheCreationTokens")),
        output=(said or 0) + (thought or 0),
        reasoning=thought or None,
    )
    return spent if spent is not None and (spent.prompt or spent.output or spent.refused) else None


def _owns(value: Any) -> bool:
    one = as_dict(value)
    if one.get("type") == "session_start":
        return "id" in one and ("title" in one or "owner" in one)
    return "tokenUsage" in one and ("autonomyMode" in one or "assistantActiveTimeMs" in one)


DROID = TalkImporter(
    Talk(
        key="droid",
        label="Droid session",
        guide=Guide(
            section="Coding agents",
            what="~/.factory/sessions/<folder>/<session>.jsonl with its <session>.settings.json",
            steps=(
                "Open ~/.factory/sessions in your file manager.",
                "Drop a session's .jsonl and its .settings.json, which has the counts, or the folder.",
            ),
            example='{"type": "session_start", "id": "…", "title": "…", "owner": "…", "version": 2}',
            marks=frozenset(("session_start", "parentId", "autonomyMode", "providerLock")),
            missing="the system prompt, tool schemas and single calls' counts",
        ),
        owns=_owns,
        read=lambda value, where, builder: builder.gathered("droid", _Droid).line(value, where),
        gathers=True,
    )
)
