"""What coding agents put into user messages besides the user's words, told apart by their tags."""

from __future__ import annotations

import re
from collections.abc import Iterator

BLOCK = re.compile(r"<system-reminder>.*?</system-reminder>\s*", re.DOTALL)
TAG = re.compile(r"\s*<([A-Za-z][\w -]*)>")
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
    "ide_selection": "editor",
    "ide_diagnostics": "editor",
    "session-start-hook": "hooks",
    "new-diagnostics": "editor",
    "environment_context": "environment",
    "environment_details": "environment",
    "user_instructions": "AGENTS.md",
    "INSTRUCTIONS": "AGENTS.md",
    "permissions instructions": "permissions",
    "collaboration_mode": "collaboration mode",
    "model_switch": "model switch",
    "skill": "skills",
    "skills_instructions": "skills",
    "skills": "skills",
    "apps_instructions": "apps",
    "plugins_instructions": "plugins",
    "personality_spec": "personality",
    "subagent_notification": "sub-agents",
    "turn_aborted": "turn aborted",
    "user_shell_command": "shell input",
    "file_content": "file",
    "user_info": "environment",
    "git_status": "environment",
    "project_layout": "environment",
    "rules": "rules",
    "uploaded_files": "task",
    "EXTRA_INFO": "retrieved knowledge",
    "REPOSITORY_INFO": "environment",
    "RUNTIME_INFORMATION": "environment",
}
# First words that say what a whole text is.
STARTS = (
    ("Caveat: The messages below were generated", "command caveat"),
    ("This session is being continued from a previous conversation", "compaction summary"),
    ("# AGENTS.md instructions for", "AGENTS.md"),
    ("# Context from my IDE setup", "editor"),
    ("[Request interrupted by user", "interrupted"),
    ("Context summary:", "compaction summary"),
)
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
    for start, word in STARTS:
        if text.startswith(start):
            return (word,), text
    return (), text
