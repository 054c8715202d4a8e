"""Thinking in the history: providers take it out once the user speaks again.

It counts only within the turn that it belongs to: after the last message of the user that is no
tool result. So it is no part of later prompts, and the cached prefix ends where it stood.
Measured on the corpus for Gemini 3 (seals), Claude until 4.5 and OpenAI until 5.5; documented by the
first two.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Sequence
from typing import Any

from whytokens.builder import TraceBuilder
from whytokens.model import Media, MessageId

# Claude from Opus 4.5 and Sonnet 4.6 on keeps it.
CLAUDE_FORGETS = re.compile(
    r"claude-(3|sonnet-4([-.][015])?(-\d{8}|@|$)|opus-4([-.][01])?(-\d{8}|@|$)|haiku-4)",
    re.IGNORECASE,
)
# Gemini takes out seals alone, thoughts that are sent back as text stay (three projects); from 3.5
# on it keeps both.
GEMINI_FORGETS = re.compile(r"gemini-(2\.5|3(?!\.[5-9]))", re.IGNORECASE)
# OpenAI's until 5.5; later ones keep what they thought.
OPENAI_FORGETS = re.compile(r"(^|/)(o\d|codex-mini|gpt-5(?!\.[6-9]))", re.IGNORECASE)

SEAL = "application/x-thought-signature"
STREAMED = "streamed"
# Bytes that each sealed chunk spends on itself.
SEAL_CHUNK_BYTES = 34
LENGTH_DELIMITED = 2
# A ciphertext of Tink, Google's library, begins with this byte and the id of its key.
TINK, KEY_BYTES = 1, 4


def seal(signature: Any) -> Media | None:
    """Encrypted thinking, of which only the length is known."""
    if not isinstance(signature, str) or not signature:
        return None
    return Media(kind="file", mime=SEAL, size_bytes=len(signature))


def sealed_chunks(
    signature: Any, tokens: int | None = None, *, streamed: bool = False
) -> Media | None:
    """A seal as Gemini makes it: on 2.5 chunks of a streamed reply, one chunk otherwise. Its size is
    what the chunks hold; `tokens` where the reply that made it is known. A seal that is no streamed
    one has the id of Google's key in `detail`: keys change with time, and with them what is billed."""
    if not isinstance(signature, str) or not signature:
        return None
    chunks = _chunks(_decoded(signature))
    full = [size for chunk in chunks if (size := len(chunk) - SEAL_CHUNK_BYTES) > 0]
    return Media(
        kind="file",
        mime=SEAL,
        size_bytes=sum(full),
        detail=STREAMED if streamed or len(full) > 1 else _key(chunks),
        tokens=tokens,
    )


def _decoded(signature: str) -> bytes:
    try:
        padded = signature.translate(_URL_SAFE) + "=" * (-len(signature) % 4)
        return base64.b64decode(padded)
    except (binascii.Error, ValueError):
        return b""


def _key(chunks: Sequence[bytes]) -> str | None:
    first = chunks[0] if chunks else b""
    return first[1 : 1 + KEY_BYTES].hex() if first[:1] == bytes((TINK,)) else None


def _chunks(raw: bytes) -> list[bytes]:
    """The length-delimited fields of a Protocol Buffers message. Another form is one chunk, or none
    where it is too short for a seal (clients put a word there)."""
    other = [raw] if len(raw) > SEAL_CHUNK_BYTES else []
    chunks, at = list[bytes](), 0
    while at < len(raw):
        if (raw[at] & 7) != LENGTH_DELIMITED:
            return other
        size, at = _varint(raw, at + 1)
        chunks.append(raw[at : at + size])
        at += size
    return chunks if at == len(raw) else other


def _varint(raw: bytes, at: int) -> tuple[int, int]:
    """A base-128 number, low bits first, and where it ends."""
    value = shift = 0
    while at < len(raw):
        value |= (raw[at] & 127) << shift
        at, shift = at + 1, shift + 7
        if raw[at - 1] < 128:
            break
    return value, at


_URL_SAFE = str.maketrans("-_", "+/")


def of_this_turn(
    messages: Sequence[MessageId], builder: TraceBuilder, *, keep_text: bool = False
) -> list[MessageId]:
    """The same messages, earlier turns without their thinking (or without its seals alone)."""
    roles = [builder.role_of(message) for message in messages]
    last = max((i for i, role in enumerate(roles) if role == "user"), default=0)
    return [
        builder.without(message, "thinking", keep_text=keep_text) if i < last else message
        for i, message in enumerate(messages)
    ]


def as_sent(messages: list[MessageId], model: str | None, builder: TraceBuilder) -> list[MessageId]:
    """The messages as the model is given them: with or without the thinking of earlier turns."""
    if CLAUDE_FORGETS.search(model or "") or GEMINI_FORGETS.search(model or ""):
        return of_this_turn(messages, builder)
    return messages
