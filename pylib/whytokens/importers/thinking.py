"""Thinking in the history: providers take it out once the user speaks again.

It counts only within the turn that it belongs to: after the last message of the user that is no
tool result. So it is no part of later prompts, and the cached prefix ends where it stood.
Measured on the corpus for Gemini 3 (seals) and Claude until 4.5; documented by both providers.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from whytokens.builder import TraceBuilder
from whytokens.model import Media, MessageId

# Claude from Opus 4.5 and Sonnet 4.6 on keeps it.
CLAUDE_FORGETS = re.compile(
    r"claude-(3|sonnet-4(-[015])?(-\d{8}|@|$)|opus-4(-[01])?(-\d{8}|@|$)|haiku-4)", re.IGNORECASE
)
GEMINI_FORGETS = re.compile(r"gemini-[3-9]", re.IGNORECASE)


SEAL = "application/x-thought-signature"


def seal(signature: Any) -> Media | None:
    """Encrypted thinking, of which only the length is known."""
    if not isinstance(signature, str) or not signature:
        return None
    return Media(kind="file", mime=SEAL, size_bytes=len(signature))


def of_this_turn(messages: Sequence[MessageId], builder: TraceBuilder) -> list[MessageId]:
    """The same messages, earlier turns without their thinking."""
    roles = [builder.role_of(message) for message in messages]
    last = max((i for i, role in enumerate(roles) if role == "user"), default=0)
    return [
        builder.without(message, "thinking") if i < last else message
        for i, message in enumerate(messages)
    ]
