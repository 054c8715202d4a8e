"""What Gemini's generateContent renders around the text, on the Developer API and on Vertex.

Spec: facts 2.4. Each part is tokenised on its own. Renderings by API and generation: `gemini_models`.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from whytokens.model import Media, Message, Role, Segment
from whytokens.templates import Context, Piece, gemini_functions, images, parts
from whytokens.templates.gemini_models import Rendering, generation, rendering

# Tokens of a second of sound and of film with its sound, by generation.
RECORDING_RATES = (((3, 0), (25, 89)), ((2, 5), (32, 295)), ((0, 0), (25, 258)))
OWN_SCHEMA = "responseSchema"
STREAMED = "streamed"  # the detail of a seal that a streamed reply brought, else its key
# Hidden thinking by its seal: tokens per mille of its bytes and in all, of a whole reply and of a
# streamed one. Off by 5 % of the prompt at p90.
SEALS = (
    ((3, 5), (255, -5), (200, 4)),
    ((3, 0), (280, -14), (200, 4)),
    ((0, 0), (240, 4), (240, 4)),
)
# A seal of nothing holds so much (16 to 18 bytes seen, in three projects).
EMPTY_SEAL_BYTES = 18
# Vertex made its seals with this key first. It bills whole replies' seals of 2.5 made with a later one
# (8 of 8 requests), not of this one (4 of 4); of 3.0 and 3.1 none (38), of 3.5 all (10).
UNBILLED_KEY = "e3f1ff5e"


class GeminiTemplate:
    """generateContent."""

    key = "gemini.generate"

    def knows(self, api: str, model: str) -> bool:
        return api == "gemini.generate"

    def head(self, context: Context, messages: Sequence[Message]) -> list[Piece]:
        kind = rendering(context)
        pieces = []
        for message in messages:
            found = parts.segments(context, message)
            if message.role == "tools":
                pieces.append(gemini_functions.preamble(context))
                pieces += [gemini_functions.declared(context, segment) for segment in found]
            elif message.role == "format":
                pieces += [_response_schema(context, kind, segment) for segment in found]
            else:
                pieces += self.turn(context, message, None)
        return pieces

    def turn(self, context: Context, message: Message, before: Role | None) -> list[Piece]:
        kind = rendering(context)
        framed = kind in ("2.5", "3") and (message.role != "system" or message.name)
        pieces = [parts.frame(1)] if framed else []
        other = partial(_segment, context, kind)
        found = parts.segments(context, message)
        if kind == "keyed":
            return pieces + parts.texts(context, found, other)  # counted as one there
        return pieces + [other(segment) for segment in found]

    def frame(self, context: Context, head: Sequence[Message]) -> list[Piece]:
        return []

    def reply(self, context: Context, segments: Sequence[Segment]) -> list[Piece]:
        """Thoughts in a reply are a summary; the hidden ones are billed, and usage counts them."""
        return [_replied(context, segment) for segment in segments]

    def around_reply(self, context: Context) -> int:
        return 0


def _replied(context: Context, segment: Segment) -> Piece:
    if segment.category == "thinking":
        return Piece(segment.id, 0, "hidden", False)
    if segment.category == "tool_call":
        return gemini_functions.replied(context, segment)
    return _segment(context, "early", segment)


def _segment(context: Context, kind: Rendering, segment: Segment) -> Piece:
    if segment.category == "thinking":
        return _thinking(context, kind, segment)
    if segment.media is not None and segment.media.kind in ("audio", "video"):
        return _recording(context, segment, segment.media)
    if segment.media is not None:
        size = partial(images.gemini, context.model)
        finer = bool(segment.name) and kind == "3"
        page = images.gemini_page(context.model, segment.media, finer=finer)
        return parts.media(segment, lambda w, h, _: size(w, h), page)
    if segment.category in ("tool_call", "tool_result"):
        return gemini_functions.called(context, segment)
    return parts.text(context, segment)


def _recording(context: Context, segment: Segment, media: Media) -> Piece:
    """Sound and film by their duration; a film's own sound is billed besides, if it has one."""
    if media.duration_ms is None:
        return Piece(segment.id, 0, "media", False)
    rates = next(row for since, row in RECORDING_RATES if generation(context) >= since)
    rate = rates[media.kind == "video"]
    return Piece(segment.id, -(-media.duration_ms * rate // 1000), "media", False)


def _thinking(context: Context, kind: Rendering, segment: Segment) -> Piece:
    """A thought that is sent back as text is billed as text; a seal by its length, roughly."""
    if segment.text is not None:
        return parts.text(context, segment)
    seal = segment.media
    if seal is None or not _is_billed(context, kind, seal):
        return Piece(segment.id, 0, "hidden", False)
    tokens = seal.tokens
    if tokens is None:
        whole, streamed = next(row for since, *row in SEALS if generation(context) >= since)
        per_mille, more = streamed if seal.detail == STREAMED else whole
        held = seal.size_bytes if seal.size_bytes > EMPTY_SEAL_BYTES else 0
        tokens = max(0, held * per_mille // 1000 + more) if held else 0
    return Piece(segment.id, tokens, "hidden", False)


def _is_billed(context: Context, kind: Rendering, seal: Media) -> bool:
    """From 3 on by the API alone. On 2.5 those of streamed replies (52 of 56; of whole ones none of
    40 on the Developer API), and what Vertex bills by its key."""
    if generation(context) >= (3, 0):
        return kind in ("3", "keyed")
    named = seal.detail not in (None, STREAMED, UNBILLED_KEY)
    return seal.detail == STREAMED or (context.provider == "vertex" and named)


def _response_schema(context: Context, kind: Rendering, segment: Segment) -> Piece:
    """Billed until 2.0, in Google's own form (its name says so); later it is not."""
    tokens = 0
    if generation(context) < (2, 5) and segment.name == OWN_SCHEMA:
        schema = parts.parsed(segment.text)
        found = schema if isinstance(schema, dict) else {}
        tokens = gemini_functions.accumulated(context, found, reply=True)
    return Piece(segment.id, tokens, "text", kind == "2.5")


GENERATE = GeminiTemplate()
