"""What `claude -p` prints: ``--output-format stream-json`` or ``json``, and the Agent SDK's messages.

Spec: docs.claude.com, "Claude Code SDK". The lines are a session's without its ids, and with the first
counts of each stream; the last line has what every model spent in all, calls that are not printed
included. So outputs are shares of that sum, by their length, and what no printed call explains is a call
of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from whytokens.apportion import largest_remainder
from whytokens.builder import ROOT, TraceBuilder
from whytokens.containers import Source
from whytokens.containers.documents import documents
from whytokens.errors import TraceError
from whytokens.importers import Guide, Head, Progress, Verdict
from whytokens.importers.claude_code_agents import Agents
from whytokens.importers.claude_code_session import Reply, SessionReader, settled
from whytokens.importers.sums import summed
from whytokens.importers.usage import anthropic, excluding_cache
from whytokens.importers.values import Json, as_dict, as_list, as_str, as_tokens, inside
from whytokens.model import Usage, Where

HIDDEN = "calls that this output does not show"
SHARED = (
    "The stream holds the first output count of each message: outputs are shares of what the result "
    "line says, by their length."
)
# Tools that start a sub-agent, whose lines name the call.
STARTERS = ("Task", "Agent")


def _lines(value: Any, where: Where) -> Iterator[tuple[Json, Where]]:
    if isinstance(value, list):
        yield from ((as_dict(one), inside(where, at)) for at, one in enumerate(value))
    else:
        yield as_dict(value), where


def _is_line(line: Json) -> bool:
    if "session_id" not in line or "sessionId" in line:
        return False
    if line.get("type") == "assistant":
        return "usage" in as_dict(line.get("message"))
    return line.get("type") == "result" and ("modelUsage" in line or "usage" in line)


@dataclass(slots=True)
class _Run:
    """One session's lines, as those of its log would be."""

    reader: SessionReader
    agents: Agents
    about: Json = field(default_factory=dict)
    last: dict[str | None, str] = field(default_factory=dict)  # by side, the id of its last line
    result: tuple[Json, Where] | None = None

    def add(self, line: Json, where: Where) -> bool:
        """False for a line that says nothing of calls."""
        kind = line.get("type")
        if kind == "system" and line.get("subtype") == "init":
            self.about = line
        elif kind == "result":
            self.result = (line, where)
        elif kind in ("user", "assistant") and isinstance(line.get("message"), dict):
            self._say(line, where)
        else:
            return kind in ("system", "stream_event", "rate_limit_event", "tool_progress")
        return True

    def _say(self, line: Json, where: Where) -> None:
        side = as_str(line.get("parent_tool_use_id"))
        uuid = as_str(line.get("uuid")) or f"{where.line} {where.pointer}"
        same: Json = {key: line[key] for key in ("type", "message", "timestamp") if key in line}
        self.reader.sent({
            **same, "uuid": uuid, "parentUuid": self.last.get(side),
            "sessionId": line.get("session_id"), "isSidechain": bool(side), "agentId": side,
            "cwd": self.about.get("cwd"), "version": self.about.get("claude_code_version"),
        }, where)  # fmt: skip
        self.last[side] = uuid
        for block in map(as_dict, as_list(as_dict(line.get("message")).get("content"))):
            if block.get("name") in STARTERS:
                task = as_dict(block.get("input"))
                words = [as_str(task.get("subagent_type")), as_str(task.get("description"))]
                self.agents.tasks[str(block.get("id"))] = ": ".join(w for w in words if w)

    def finish(self, session: str, builder: TraceBuilder) -> None:
        totals = _totals(self.result[0], self.about) if self.result else {}
        shared = [self._shared(model, total) for model, total in totals.items()]
        self.reader.finish()
        if self.result is None:
            return
        where = self.result[1]
        if any(shared):
            builder.warn("partial", SHARED, where)
        for model, total in totals.items():
            rest = _rest(total, [one for one in self.reader.replies if _model(one) == model])
            if rest is not None:
                builder.call(
                    api="anthropic.messages", model=model or None, provider="anthropic", prompt=ROOT,
                    where=where, session=session, usage=rest, hidden=HIDDEN,
                )  # fmt: skip

    def _shared(self, model: str, total: Usage) -> bool:
        """Give answers without an end their share of the model's output."""
        own = [one for one in self.reader.replies if _model(one) == model and one.usage]
        open_ended = [one for one in own if one.stop_reason is None]
        if not open_ended or total.output is None:
            return False
        ended = sum(one.usage.output or 0 for one in own if one.stop_reason and one.usage)
        shares = largest_remainder(
            [max(1, one.chars) for one in open_ended], max(0, total.output - ended)
        )
        for one, share in zip(open_ended, shares, strict=True):
            one.usage = one.usage and replace(one.usage, output=share)
            one.stop_reason = "end_turn" if not one.called else "tool_use"
        return True


def _model(reply: Reply) -> str:
    return as_str(as_dict(reply.line.get("message")).get("model")) or ""


def _totals(result: Json, about: Json) -> dict[str, Usage]:
    """What each model spent in all."""
    found: dict[str, Usage] = {}
    for name, one in as_dict(result.get("modelUsage")).items():
        spent = as_dict(one)
        usage = excluding_cache(
            as_tokens(spent.get("inputTokens")), read=as_tokens(spent.get("cacheReadInputTokens")),
            write_5m=as_tokens(spent.get("cacheCreationInputTokens")),
            output=as_tokens(spent.get("outputTokens")),
        )  # fmt: skip
        searches = as_tokens(spent.get("webSearchRequests"))
        if usage is not None:
            fees = {"web_search": searches} if searches else {}
            model = as_str(spent.get("canonicalModel")) or name.partition("[")[0]
            found[model] = replace(usage, fees=fees)
    whole = anthropic(result.get("usage"))
    if not found and whole is not None and whole.prompt:
        found[as_str(about.get("model")) or ""] = whole
    return found


def _rest(total: Usage, replies: list[Reply]) -> Usage | None:
    """What a model spent beyond its printed calls; None when that is nothing."""
    known = [spent for one in replies if (spent := settled(one)) is not None]

    def left(name: str) -> int:
        return max(0, (getattr(total, name) or 0) - sum(getattr(one, name) or 0 for one in known))

    written = left("cache_write_5m") - sum(one.cache_write_1h or 0 for one in known)
    rest = excluding_cache(
        left("input"), read=left("cache_read"), write_5m=max(0, written), output=left("output")
    )
    if rest is None or not (rest.prompt or rest.output):
        return None
    return summed(replace(rest, fees=total.fees))


class ClaudeCodeOutput:
    """One printed run or several, each a session."""

    key = "claude_code_output"
    label = "Claude Code output"
    export_hint = "Save what claude -p --output-format stream-json --verbose prints."
    guide = Guide(
        section="Coding agents",
        what="What claude -p prints as stream-json or json, the Agent SDK's messages, claude-code-action's file",
        steps=(
            "Save the output of claude -p … --output-format stream-json --verbose as a .jsonl file.",
            "Or drop the session's log from ~/.claude/projects: it says more.",
        ),
        example='{"type": "assistant", "message": {"id": "msg_…", "usage": {…}}, "session_id": "…"}',
        marks=frozenset(
            ("session_id", "modelUsage", "total_cost_usd", "num_turns", "parent_tool_use_id")
        ),
        missing="the system prompt, the tool schemas and the first prompt",
    )

    def sniff(self, head: Head) -> Verdict:
        where = Where(file=head.name)
        found = (line for value in head.values for line, _ in _lines(value, where))
        return "yes" if any(map(_is_line, found)) else "no"

    def load(self, source: Source, builder: TraceBuilder) -> Iterator[Progress]:
        runs: dict[str, _Run] = {}
        strange = list[Where]()
        agents = builder.gathered("claude_code agents", Agents)
        for document in documents(source, builder):
            for line, where in _lines(document.value, document.where):
                session = as_str(line.get("session_id")) or next(reversed(runs), source.name)
                if session not in runs:
                    runs[session] = _Run(SessionReader(builder), agents)
                if not runs[session].add(line, where):
                    strange.append(where)
            yield document.progress
        for session, one in runs.items():
            one.finish(session, builder)
        if strange:
            text = f"{len(strange):,} lines are not of a run, skipped."
            builder.warn("partial", text, strange[0])
        if not builder.calls_so_far:
            raise TraceError(
                "no-calls", f"No LLM calls in {source.name}.", "The run ended before any answer.",
                where=Where(file=source.name), hint=self.export_hint,
            )  # fmt: skip


CLAUDE_CODE_OUTPUT = ClaudeCodeOutput()
