"""Sub-agents of Claude Code: whose session each is a part of, and what its task was called.

Spec: formats, section 3.1 "Where": a task stands in the session, its calls in a file of their own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from whytokens.builder import TraceBuilder
from whytokens.importers.values import Json, as_dict, as_str


@dataclass(slots=True)
class Agents:
    """Names of sub-agents: their task stands in the session, their calls in files of their own."""

    builder: TraceBuilder
    tasks: dict[str, str] = field(default_factory=dict)
    sessions: dict[str, tuple[str, str | None]] = field(default_factory=dict)
    waiting: list[Callable[[], object]] = field(default_factory=list)  # calls to add in the end

    def started(self, line: Json, result: Json, asked: dict[str, Json]) -> None:
        agent = as_str(as_dict(line.get("toolUseResult")).get("agentId"))
        task = asked.get(str(result.get("tool_use_id")), {})
        words = [as_str(task.get("subagent_type")), as_str(task.get("description"))]
        if agent and any(words):
            self.tasks[agent] = ": ".join(word for word in words if word)

    def seen(self, agent: str, session: str, kind: str | None) -> None:
        self.sessions[agent] = (session, kind)

    def finish(self) -> None:
        for add in self.waiting:
            add()
        for agent, (session, kind) in sorted(self.sessions.items()):
            name = self.tasks.get(agent) or kind or f"sub-agent {agent}"
            self.builder.session(session, title=name)
