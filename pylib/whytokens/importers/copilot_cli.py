"""GitHub Copilot CLI sessions: ``~/.copilot/session-state/<session>/events.jsonl``.

Spec: the session events of the Copilot SDK. What a call sent is never counted alone: `session.shutdown`
says what each model spent since the program started, cache included, and in newer versions the credits
that cost (one AIU is $0.01). A resumed session shuts down again with sums that go on or begin anew.
"""

from __future__ import annotations

from typing import Any

from whytokens.builder import TraceBuilder
from whytokens.importers import Guide
from whytokens.importers.conversation import SYSTEM_AND_TOOLS, TOOLS_ONLY
from whytokens.importers.per_file import by_file
from whytokens.importers.shares import SharedConversation
from whytokens.importers.talks import Talk, TalkImporter
from whytokens.importers.usage import including_cache
from whytokens.importers.values import Json, as_dict, as_list, as_str, as_time, as_tokens, inside
from whytokens.model import Usage, Where

# Nano-AIU as picodollars: 10^-9 of a cent.
NANO_AIU_PUSD = 10
COUNTERS = ("inputTokens", "outputTokens", "cacheReadTokens", "cacheWriteTokens", "reasoningTokens")
OWN = frozenset(
    ("session.start", "session.resume", "session.shutdown", "session.model_change", "user.message",
     "assistant.message", "assistant.turn_start", "tool.execution_start", "tool.execution_complete",
     "assistant.usage", "session.usage_checkpoint")
)  # fmt: skip


class _Session:
    """The events of one session, sub-agents' conversations beside it."""

    def __init__(self, builder: TraceBuilder, file: str) -> None:
        self.builder = builder
        self._key: str | None = None
        self._file = file
        self._model: str | None = None
        self._tags: dict[str, str] = {}
        self._talks: dict[str, SharedConversation] = {}
        self._names: dict[str, str] = {}  # of sub-agents, by the tool call that started each
        self._before: dict[str, dict[str, int]] = {}
        self._credits: dict[str, int] = {}
        self._last = Where(file=file)

    def line(self, value: Any, where: Where) -> bool:
        event, kind = as_dict(value), str(as_dict(value).get("type"))
        data, at = as_dict(event.get("data")), inside(where, "data")
        self._last = where
        time = as_time(event.get("timestamp"))
        if kind in ("session.start", "session.resume"):
            self._begin(data)
        elif kind in ("session.model_change", "session.tools_updated"):
            self._model = as_str(data.get("newModel")) or as_str(data.get("model")) or self._model
        elif kind == "system.message":
            talk = self._talk(data)
            talk.hidden = TOOLS_ONLY
            talk.hear({"role": "system", "content": data.get("content")}, at)
        elif kind == "user.message":
            said = as_str(data.get("transformedContent")) or data.get("content")
            self._talk(data).hear({"role": "user", "content": said}, at)
        elif kind == "assistant.message":
            self._answer(data, at, time)
        elif kind == "tool.execution_complete":
            self._result(data, at)
        elif kind == "assistant.usage":
            self._spent(data)
        elif kind == "subagent.started":
            name = as_str(data.get("agentDisplayName")) or as_str(data.get("agentName"))
            self._names[str(data.get("toolCallId"))] = name or "sub-agent"
        elif kind == "session.compaction_complete" and data.get("success") is not False:
            talk = self._talk(data)
            talk.restart()
            talk.hear({"role": "user", "content": data.get("summaryContent")}, at)
        elif kind == "session.shutdown":
            self._shutdown(as_dict(data.get("modelMetrics")), where)
        return ("." in kind and "data" in event) or kind == "result"

    def _begin(self, data: Json) -> None:
        self._key = as_str(data.get("sessionId")) or self._key
        self._model = as_str(data.get("selectedModel")) or self._model
        about = as_dict(data.get("context"))
        folder = (as_str(about.get("cwd")) or "").replace("\\", "/").rstrip("/")
        said = {"project": folder.rpartition("/")[2], "branch": as_str(about.get("branch")),
                "version": as_str(data.get("copilotVersion"))}  # fmt: skip
        self._tags |= {key: word for key, word in said.items() if word}

    def _talk(self, data: Json) -> SharedConversation:
        """The conversation of an event: the session's, or that of the tool call it ran within."""
        inner = as_str(data.get("parentToolCallId")) or ""
        if inner not in self._talks:
            main = self._key or self._file
            key = f"{main}/{inner}" if inner else main
            title = self._names.get(inner) if inner else None
            self.builder.session(key, parent=main if inner else None, title=title)
            self._talks[inner] = SharedConversation(self.builder, key, SYSTEM_AND_TOOLS)
        return self._talks[inner]

    def _answer(self, data: Json, where: Where, time: Any) -> None:
        talk = self._talk(data)
        talk.model = as_str(data.get("model")) or self._model
        thought = as_str(data.get("reasoningText"))
        said: list[Any] = [{"type": "thinking", "thinking": thought}] if thought else []
        said += [{"type": "text", "text": data["content"]}] if as_str(data.get("content")) else []
        said += [
            {"type": "tool_call", "id": one.get("toolCallId"), "name": _name(one),
             "arguments": one.get("arguments")}
            for one in map(as_dict, as_list(data.get("toolRequests")))
        ]  # fmt: skip
        output = as_tokens(data.get("outputTokens"))
        spent = Usage(output=output) if output is not None else None
        talk.reply(
            {"role": "assistant", "content": said}, where, spent, started=time, tags=self._tags
        )

    def _result(self, data: Json, where: Where) -> None:
        result = as_dict(data.get("result"))
        text = result.get("content", data.get("output", as_dict(data.get("error")).get("message")))
        one = {"role": "tool", "tool_call_id": data.get("toolCallId"), "name": data.get("toolName")}
        self._talk(data).hear({**one, "content": text}, where)

    def _spent(self, data: Json) -> None:
        """Counts of the answer before it; sent live, so few logs keep them."""
        drafts = self._talk(data).drafts
        if drafts and drafts[-1].whole is None:
            drafts[-1].fields["usage"] = usage_of(data)
            drafts[-1].model = as_str(data.get("model")) or drafts[-1].model

    def _shutdown(self, metrics: Json, where: Where) -> None:
        totals, charged = dict[str, Usage](), dict[str, int]()
        for model, one in metrics.items():
            counts = {key: as_tokens(as_dict(one.get("usage")).get(key)) or 0 for key in COUNTERS}
            before = self._before.get(model, {})
            anew = any(counts[key] < before.get(key, 0) for key in COUNTERS)
            since = counts if anew else {k: n - before.get(k, 0) for k, n in counts.items()}
            self._before[model] = counts
            spent = usage_of(since)
            if spent is not None and (spent.prompt or spent.output or spent.refused):
                totals[model] = spent
            credits = as_tokens(one.get("totalNanoAiu"))
            if credits is not None:
                paid = credits - (0 if anew else self._credits.get(model, 0))
                self._credits[model] = credits
                charged[model] = max(0, paid) * NANO_AIU_PUSD
        self._settle(totals, where, charged)

    def _settle(self, totals: dict[str, Usage], where: Where, charged: dict[str, int]) -> None:
        """Sub-agents' calls share the sums with the session's."""
        main, *others = self._talks.values() or [self._talk({})]
        own = [(talk, draft) for talk in others for draft in talk.drafts]
        for talk, draft in own:
            draft.fields.setdefault("session", talk.session)
            draft.fields.setdefault("hidden", talk.hidden)
            main.drafts.append(draft)
        for talk in others:
            talk.drafts.clear()
        main.settle(totals, where, charged)

    def finish(self) -> None:
        if any(talk.drafts for talk in self._talks.values()):
            self._settle({}, self._last, {})


def _name(asked: Json) -> Any:
    """A tool of an MCP server under the server's name."""
    server, tool = as_str(asked.get("mcpServerName")), as_str(asked.get("mcpToolName"))
    return f"mcp__{server}__{tool}" if server and tool else asked.get("name")


def usage_of(raw: Json) -> Usage | None:
    """The input holds what was read and written, the output holds reasoning."""
    sent, said, read, write, thought = (as_tokens(raw.get(name)) for name in COUNTERS)
    return including_cache(sent, read=read, write_5m=write, output=said, reasoning=thought or None)


def _owns(value: Any) -> bool:
    one = as_dict(value)
    return str(one.get("type")) in OWN and isinstance(one.get("data"), dict)


COPILOT_CLI = TalkImporter(
    Talk(
        key="copilot_cli",
        label="GitHub Copilot CLI session",
        guide=Guide(
            section="Coding agents",
            what="~/.copilot/session-state/<session>/events.jsonl, or what copilot -p prints as JSON",
            steps=(
                "Open ~/.copilot/session-state in your file manager; each session is a folder.",
                "Drop its events.jsonl, or the folder; end the session first, so that its counts are in it.",
            ),
            example='{"type": "session.start", "data": {"sessionId": "…", "producer": "copilot-agent"}}',
            marks=frozenset(
                ("data", "parentId", "session.start", "session.shutdown", "modelMetrics")
            ),
            missing="the system prompt, tool schemas and single calls' counts",
        ),
        owns=_owns,
        read=by_file("copilot_cli", _Session),
        gathers=True,
    )
)
