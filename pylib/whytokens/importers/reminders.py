"""What Claude Code puts into user messages besides the user's words, told apart by its tags."""

from __future__ import annotations

import re
from collections.abc import Iterator

BLOCK = re.compile(r"<system-reminder>.*?</system-reminder>\s*", re.DOTALL)
TAG = re.compile(r"\s*<([a-z][a-z0-9-]*)>")
# First words of a reminder that say what it carries.
KINDS = (
    (re.compile(r"CLAUDE\.md|claudeMd", re.IGNORECASE), "CLAUDE.md"),
    (re.compile(r"AGENTS\.md", re.IGNORECASE), "AGENTS.md"),
    (re.compile(r"todo ?list|TodoWrite", re.IGNORECASE), "todo list"),
    (re.compile(r"skills?\b", re.IGNORECASE), "skills"),
    (re.compile(r"hook", re.IGNORECASE), "hooks"),
    (re.compile(r"\bMCP\b"), "MCP servers"),
    (re.compile(r"memory", re.IGNORECASE), "memory"),
)
TAGS = {
    "command-name": "command",
    "command-message": "command",
    "local-command-stdout": "command output",
    "local-command-caveat": "command caveat",
    "bash-input": "shell input",
    "bash-stdout": "shell output",
    "user-prompt-submit-hook": "hooks",
    "task-notification": "task notification",
    "ide-opened-file": "editor",
    "ide_opened_file": "editor",
}
KIND_CHARS = 600


def parts(text: str) -> Iterator[tuple[tuple[str, ...], str]]:
    """The text cut into the user's own words and reminders, each with its path below "user"."""
    position = 0
    for match in BLOCK.finditer(text):
        if match.start() > position:
            yield _plain(text[position : match.start()])
        yield ("system reminder", reminder_kind(match[0])), match[0]
        position = match.end()
    if position < len(text) or not text:
        yield _plain(text[position:])


def reminder_kind(text: str) -> str:
    head = text[:KIND_CHARS]
    return next((word for pattern, word in KINDS if pattern.search(head)), "other")


def _plain(text: str) -> tuple[tuple[str, ...], str]:
    match = TAG.match(text)
    if match and match[1] in TAGS:
        return (TAGS[match[1]],), text
    if text.startswith("Caveat: The messages below were generated"):
        return ("command caveat",), text
    if text.startswith("This session is being continued from a previous conversation"):
        return ("compaction summary",), text
    return (), text
