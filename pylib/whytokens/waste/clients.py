"""Which program made a call for its user: what may be set, and in whose words a fix is told, hang on it.

Spec: the importer's format, else the opening of the client's own system text.
"""

from __future__ import annotations

from dataclasses import dataclass

from whytokens.model import Call, Trace


@dataclass(frozen=True, slots=True)
class Client:
    """A program that makes the calls for its user. `lifetimes`: may the user choose how long its
    cache entries live? Where breakpoints stand is the program's own choice."""

    key: str
    name: str
    lifetimes: bool = False


CLIENTS = {
    client.key: client
    for client in (
        Client("claude_code", "Claude Code", lifetimes=True),
        Client("codex", "Codex"),
        Client("gemini_cli", "Gemini CLI"),
        Client("copilot_chat", "GitHub Copilot"),
        Client("cursor", "Cursor"),
        Client("cline", "Cline"),
        Client("opencode", "opencode"),
        Client("openhands", "OpenHands"),
        Client("aider", "aider"),
        Client("agent", "the agent"),
    )
}
# Importers whose files are another client's, or some agent's that the file does not name.
OF_IMPORTER = {
    "cursor_transcript": "cursor",
    "aider_requests": "aider",
    "specstory": "agent",
    "swe_agent": "agent",
    "atif": "agent",
    "generic": "agent",
}
# How a client's own system text begins: its requests come through proxies and gateways too.
OPENINGS = {
    "You are Claude Code": "claude_code",
    "You are Codex": "codex",
    "You are a coding agent running in the Codex CLI": "codex",
    "You are an interactive CLI agent specializing in software engineering": "gemini_cli",
    "You are Cline": "cline",
    "You are Roo": "cline",
    "You are opencode": "opencode",
    "You are OpenHands agent": "openhands",
}
OPENING_CHARS = 400


def client_of(trace: Trace, call: Call) -> Client | None:
    """Whose call it is: the importer's, or by the opening of its system text; None for a program of
    the user's own."""
    key = OF_IMPORTER.get(call.importer, call.importer)
    if key not in CLIENTS:
        head = _system(trace, call)
        key = next((OPENINGS[opening] for opening in OPENINGS if opening in head), "")
    return CLIENTS.get(key)


def _system(trace: Trace, call: Call) -> str:
    """The beginning of the system text, of its blocks the first two."""
    prompts, found = trace.prompts, ""
    for node in prompts.path(call.prompt)[:3]:
        message = trace.messages[prompts.messages[node]]
        if message.role == "system":
            texts = (trace.segments[segment].text or "" for segment in message.segments[:2])
            found += " ".join(text[:OPENING_CHARS] for text in texts)
    return found[: 2 * OPENING_CHARS]
