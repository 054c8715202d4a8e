"""Messages of an OpenAI conversation: texts, media, tool calls and their results.

Spec: facts 2.1 "tool call in history", "parallel calls", and 2.2.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import partial
from typing import Any

from whytokens.apportion import largest_remainder
from whytokens.model import Media, Message, Segment
from whytokens.nesting import loads
from whytokens.templates import Context, Piece, images, parts
from whytokens.templates.openai_constants import (
    CHANNEL_TOKENS,
    COMPACTED_TOKENS_PER_1000_CHARS,
    FIRST_TURBO,
    LATE_SEAL,
    LATE_SEAL_CHARS,
    MESSAGE_TOKENS,
    MS_PER_AUDIO_TOKEN,
    PACKED_RESULTS,
    PAGE_TOKENS,
    RECORDING_TOKENS,
    SEAL_CHARS,
    SMALL,
    STORED_CALL,
    THOUGHT_TOKENS_PER_1000_CHARS,
    ApiConstants,
    family,
    generation,
)


def message(context: Context, constants: ApiConstants, one: Message) -> list[Piece]:
    """A message without tool calls or results."""
    tokens = MESSAGE_TOKENS + (1 if FIRST_TURBO.search(context.model) else 0)
    if one.role == "assistant" and family(context.model) != "gpt":
        tokens += CHANNEL_TOKENS
    if one.name:
        said = -1 if FIRST_TURBO.search(context.model) else 1
        tokens += said + context.count(one.name)
    found = parts.segments(context, one)
    rest = partial(_segment, context, constants)
    if found and all(segment.category == "thinking" for segment in found):
        return [rest(segment) for segment in found]
    if one.role == "assistant" and context.options.structured:
        extra = constants.structured_reply.get(generation(context.model), 0)
        answer = _structured(context, found)
        if answer and extra:
            return [parts.frame(tokens + extra), answer]
    return [parts.frame(tokens), *parts.texts(context, found, rest)]


def calls(context: Context, constants: ApiConstants, one: Message) -> list[Piece]:
    """A message with tool calls. What is said before them is a message of its own."""
    found = parts.segments(context, one)
    called = [segment for segment in found if segment.category == "tool_call"]
    others = [segment for segment in found if segment.category != "tool_call"]
    pieces = [_segment(context, constants, segment) for segment in others]
    extra = MESSAGE_TOKENS if any(_spoken(segment) for segment in others) else 0
    extra += 1 + context.count(one.name) if one.name else 0
    if extra:
        pieces.insert(0, parts.frame(extra))
    around = _pack(constants, context.model)
    if len(called) > 1 and around is not None:
        return pieces + _packed(context, called, around)
    for call in called:
        tokens = _names(context, constants, call.name or "")
        tokens += context.count(parts.minified(call.text or "")) + _per_call(context, constants)
        pieces += [parts.frame(MESSAGE_TOKENS), Piece(call.id, tokens, "text", context.exact)]
    return pieces


def results(context: Context, constants: ApiConstants, one: Message) -> list[Piece]:
    """A message with tool results; those of parallel calls are one list where the calls are one."""
    found = parts.segments(context, one)
    returned = [segment for segment in found if segment.category == "tool_result"]
    rest = [_segment(context, constants, s) for s in found if s.category != "tool_result"]
    if len(returned) > 1 and _pack(constants, context.model) is not None:
        texts = [segment.text or "" for segment in returned]
        total = context.count(json.dumps([_value(text) for text in texts], ensure_ascii=False))
        shares = largest_remainder([context.count(text) for text in texts], total)
        packed = [
            Piece(segment.id, share, "text", context.exact)
            for segment, share in zip(returned, shares, strict=True)
        ]
        return [parts.frame(PACKED_RESULTS + total - sum(shares)), *packed, *rest]
    pieces = []
    for segment in returned:
        pieces += [parts.frame(MESSAGE_TOKENS), parts.text(context, segment)]
    return pieces + rest


def _segment(context: Context, constants: ApiConstants, segment: Segment) -> Piece:
    if segment.category == "thinking" or (segment.media and segment.media.kind == "file"):
        return _sealed(context, segment)
    if segment.media is not None and segment.media.kind == "audio":
        return _recording(segment, segment.media)
    if segment.media is not None:
        size = partial(images.openai, context.model)
        page = PAGE_TOKENS if constants.joins_head else 0
        return parts.media(segment, size, page, parts.said(context, segment))
    return parts.text(context, segment)


def _recording(segment: Segment, media: Media) -> Piece:
    """A recording, ten tokens a second; exact where its header says the length, as WAV does."""
    tokens = RECORDING_TOKENS + (media.duration_ms or 0) // MS_PER_AUDIO_TOKEN
    exact = media.duration_ms is not None and (media.mime or "").endswith("wav")
    return Piece(segment.id, tokens, "media", exact)


def _sealed(context: Context, segment: Segment) -> Piece:
    """Reasoning or a compacted conversation, of which only the length of its seal is known; the
    summary of reasoning is not billed."""
    empty = LATE_SEAL_CHARS if LATE_SEAL.search(context.model) else SEAL_CHARS
    over = max(0, (segment.media.size_bytes if segment.media else 0) - empty)
    thought = segment.category == "thinking"
    rate = THOUGHT_TOKENS_PER_1000_CHARS if thought else COMPACTED_TOKENS_PER_1000_CHARS
    return Piece(segment.id, over * rate // 1000, "hidden", False)


def _spoken(segment: Segment) -> bool:
    return bool(segment.text) and segment.category != "thinking"


def _pack(constants: ApiConstants, model: str) -> int | None:
    """Tokens around parallel calls in one message; None where they are messages of their own."""
    return constants.packs.get(generation(model))


def _per_call(context: Context, constants: ApiConstants) -> int:
    tokens = constants.call[generation(context.model)]
    stored = context.options.stored and not SMALL.search(context.model)
    return tokens + (STORED_CALL if stored else 0)


def _names(context: Context, constants: ApiConstants, name: str) -> int:
    """Tokens that say whom a call goes to and whose its result is."""
    to = context.count(f"functions.{name}")
    return to + (to - 1 if constants.full_author else context.count(name))


def _packed(context: Context, called: Sequence[Segment], around: int) -> list[Piece]:
    """Parallel calls as one message of `multi_tool_use`."""
    rendered = [
        '{"recipient_name":"functions.'
        + f'{call.name}","parameters":{parts.minified(call.text or "{}")}'
        + "}"
        for call in called
    ]
    total = context.count('{"tool_uses":[' + ",".join(rendered) + "]}")
    shares = largest_remainder([context.count(text) for text in rendered], total)
    return [
        parts.frame(around + total - sum(shares)),
        *(
            Piece(call.id, share, "text", context.exact)
            for call, share in zip(called, shares, strict=True)
        ),
    ]


def _structured(context: Context, found: Sequence[Segment]) -> Piece | None:
    """An earlier answer in JSON, which a call with a schema renders without white space."""
    if len(found) != 1 or not isinstance(parts.parsed(found[0].text), dict | list):
        return None
    tokens = context.count(parts.minified(found[0].text or ""))
    return Piece(found[0].id, tokens, "text", context.exact)


def _value(text: str) -> Any:
    """A result as it stands in a list of results: JSON by its value, other text as a string."""
    try:
        return loads(text)
    except (ValueError, RecursionError):
        return text
