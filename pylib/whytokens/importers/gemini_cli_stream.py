"""What `gemini -p … --output-format stream-json` prints: messages, tools, and the sums of the run.

Spec: the headless mode of Gemini CLI, its stream events. Text comes in pieces; the result line counts each
model's tokens, prompts with the cache in them, thoughts in the total only.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from whytokens.builder import TraceBuilder
from whytokens.importers import Guide
from whytokens.importers.conversation import SYSTEM_AND_TOOLS
from whytokens.importers.per_file import by_file
from whytokens.importers.shares import SharedConversation
from whytokens.importers.talks import Talk, TalkImporter
from whytokens.importers.usage import including_cache
from whytokens.importers.values import Json, as_dict, as_str, as_time, as_tokens, dumped
from whytokens.model import Usage, Where

EVENTS = frozenset(("init", "message", "tool_use", "tool_result", "error", "result"))
HIDDEN = f"{SYSTEM_AND_TOOLS}, GEMINI.md"


class _Run:
    """The events of one file, which may hold several runs."""

    def __init__(self, builder: TraceBuilder, file: str) -> None:
        self.builder, self._file = builder, file
        self._talk = SharedConversation(builder, file, HIDDEN, provider="google", model="gemini")
        self._said: list[Json] = []
        self._at: tuple[Where, datetime | None] | None = None
        self._last = Where(file=file)

    def line(self, value: Any, where: Where) -> bool:
        event, kind = as_dict(value), str(as_dict(value).get("type"))
        self._last = where
        if kind == "init":
            self.finish()
            session = as_str(event.get("session_id")) or self._file
            self._talk = SharedConversation(
                self.builder, session, HIDDEN, provider="google", model=as_str(event.get("model"))
            )
        elif kind == "message" and event.get("role") == "user":
            self._answered()
            self._talk.hear({"role": "user", "content": event.get("content")}, where)
        elif kind == "message":
            self._text(as_str(event.get("content")) or "", where, event)
        elif kind == "tool_use":
            self._add({"type": "tool_call", "id": event.get("tool_id"), "name": event.get("tool_name"),
                       "arguments": event.get("parameters")}, where, event)  # fmt: skip
        elif kind == "tool_result":
            self._answered()
            told = event.get("output") or as_dict(event.get("error")).get("message")
            one = {
                "role": "tool",
                "tool_call_id": event.get("tool_id"),
                "content": dumped(told or ""),
            }
            self._talk.hear(one, where)
        elif kind == "result":
            self._answered()
            self._talk.settle(_totals(as_dict(event.get("stats")), self._talk.model), where)
        return kind in EVENTS

    def _text(self, text: str, where: Where, event: Json) -> None:
        if self._said and self._said[-1].get("type") == "text":
            self._said[-1]["text"] += text
        else:
            self._add({"type": "text", "text": text}, where, event)

    def _add(self, part: Json, where: Where, event: Json) -> None:
        self._at = self._at or (where, as_time(event.get("timestamp")))
        self._said.append(part)

    def _answered(self) -> None:
        if self._at is not None:
            where, time = self._at
            answer = {"role": "assistant", "content": self._said}
            self._talk.reply(answer, where, None, started=time)
        self._said, self._at = [], None

    def finish(self) -> None:
        self._answered()
        if self._talk.drafts:
            self._talk.settle({}, self._last)


def _totals(stats: Json, model: str | None) -> dict[str, Usage]:
    """What each model spent; before sums were told apart, what the run's did."""
    models = {name: as_dict(one) for name, one in as_dict(stats.get("models")).items()}
    found = {}
    for name, one in (models or {model or "": stats}).items():
        sent, said = as_tokens(one.get("input_tokens")), as_tokens(one.get("output_tokens"))
        total = as_tokens(one.get("total_tokens"))
        thought = max(0, total - (sent or 0) - (said or 0)) if total is not None else 0
        spent = including_cache(
            sent, read=as_tokens(one.get("cached")), output=(said or 0) + thought,
            reasoning=thought or None,
        )  # fmt: skip
        if spent is not None and (spent.prompt or spent.refused):
            found[name] = spent
    return found


def _owns(value: Any) -> bool:
    one = as_dict(value)
    if one.get("type") == "init":
        return "session_id" in one and "model" in one and "message" not in one
    if one.get("type") == "tool_use":
        return "tool_name" in one and "tool_id" in one
    stats = as_dict(one.get("stats"))
    return one.get("type") == "result" and "input_tokens" in stats


GEMINI_CLI_STREAM = TalkImporter(
    Talk(
        key="gemini_cli_stream",
        label="Gemini CLI output stream",
        guide=Guide(
            section="Coding agents",
            what="What gemini -p prints with --output-format stream-json",
            steps=(
                "Save the output of gemini -p … --output-format stream-json as a .jsonl file.",
                "Or drop ~/.gemini/tmp/<project>/chats: it counts each call.",
            ),
            example='{"type": "init", "session_id": "…", "model": "gemini-2.5-pro", "timestamp": "…"}',
            marks=frozenset(("session_id", "tool_name", "tool_id", "stats", "delta")),
            missing="the system prompt, the tool schemas, GEMINI.md and single calls' counts",
        ),
        owns=_owns,
        read=by_file("gemini_cli_stream", _Run),
        gathers=True,
    )
)
