"""What Anthropic's Messages API renders around the text (also Bedrock InvokeModel and Vertex).

Spec: facts 2.3. Families: "v3" = Claude 3 to 4.6, "v4.7", "v4.8" = 4.8 and the 5 generation.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from functools import partial

from whytokens.model import Message, Role, Segment
from whytokens.templates import Context, Piece, parts
from whytokens.templates import anthropic_blocks as blocks
from whytokens.templates import anthropic_tools as tool_markup
from whytokens.templates.anthropic_models import bare_name
from whytokens.tokenizers.claude import Family, family

FRAME = {"v3": 8, "v4.7": 12, "v4.8": 6}
MESSAGE = {"v3": 4, "v4.7": 4, "v4.8": 2}
# Claude 2 and before name the speakers: two tokens more, and one for each further message.
OLDEST = re.compile(r"claude-(2|instant|v[12])", re.IGNORECASE)
# Around a reply of text that came to its end (of 893, 27 and 55 replies 84, 78 and 84 %).
REPLY = {"v3": 4, "v4.7": 5, "v4.8": 2}
# A reply that the request begins has no end yet (three projects).
PREFILLED = -3
EMPTY_USER, SAME_ROLE, UNTHOUGHT_ANSWER = 12, 2, 4
# A system block that clients send for accounting; the provider takes it out.
NOT_BILLED = "x-anthropic-billing-header:"
TEXT_AFTER_THINKING, THINKING_ENABLED = 5, 29
# Instructions around a response schema, beside those that open a system prompt; two more tokens
# join them to a prompt or to tools that are there.
SCHEMA, SCHEMA_JOIN = {"v3": 81, "v4.7": 118, "v4.8": 118}, 2
# Said to the model once where documents are to be cited, and around the budget that it has.
CITATIONS, TASK_BUDGET = 463, 34


class AnthropicTemplate:
    """The Messages API."""

    key = "anthropic.messages"

    def knows(self, api: str, model: str) -> bool:
        return api == "anthropic.messages"

    def head(self, context: Context, messages: Sequence[Message]) -> list[Piece]:
        kind = family(context.model)
        tools = [s for m in messages if m.role == "tools" for s in parts.segments(context, m)]
        pieces = tool_markup.definitions(context, tools)
        system = [s for m in messages if m.role == "system" for s in parts.segments(context, m)]
        opened = any(segment.text for segment in system)
        for message in messages:
            if message.role == "format":
                joined = opened or bool(tools)
                found = parts.segments(context, message)
                pieces += [_schema(context, kind, s, joined) for s in found]
        if opened:
            tokens = _system_tokens(context.model, kind, bool(tools))
            pieces.append(parts.frame(tokens - _opening_break(context, kind, system, bool(tools))))
        billed = [s for s in system if not (s.text or "").startswith(NOT_BILLED)]
        pieces += [Piece(s.id, 0, "text", context.exact) for s in system if s not in billed]
        return pieces + parts.texts(context, billed, partial(blocks.piece, context, kind))

    def turn(self, context: Context, message: Message, before: Role | None) -> list[Piece]:
        kind = family(context.model)
        found = parts.segments(context, message)
        shares = tool_markup.calls(context, found, before) | tool_markup.results(context, found)
        pieces = _opening(context, message, before)
        categories = [segment.category for segment in found]
        if "thinking" in categories and "assistant" in categories:
            pieces.append(parts.frame(TEXT_AFTER_THINKING))
        elif kind == "v4.7" and context.options.thinking and categories == ["assistant"]:
            pieces.append(parts.frame(UNTHOUGHT_ANSWER))
        mixed = blocks.between(kind, found)
        if message.role == "system":
            mixed += tool_markup.ADDED_TOOL * categories.count("tools")
        pieces += [parts.frame(mixed)] if mixed else []
        return pieces + parts.texts(
            context, found, lambda s: shares.get(s.id) or blocks.piece(context, kind, s)
        )

    def frame(self, context: Context, head: Sequence[Message]) -> list[Piece]:
        kind, options = family(context.model), context.options
        tokens = FRAME[kind] + (PREFILLED if options.prefilled else 0)
        pieces = [parts.frame(tokens + (2 if OLDEST.search(context.model) else 0))]
        if options.thinking == "enabled" and kind == "v3":
            pieces.append(parts.frame(THINKING_ENABLED, "thinking instructions"))
        if options.citations:
            pieces.append(parts.frame(CITATIONS, "citation instructions")._replace(exact=False))
        if options.task_budget is not None:
            told = TASK_BUDGET + context.count(str(options.task_budget))
            pieces.append(parts.frame(told, "task budget")._replace(exact=False))
        return pieces

    def reply(self, context: Context, segments: Sequence[Segment]) -> list[Piece]:
        kind, shares = family(context.model), tool_markup.calls(context, segments, None)
        return parts.texts(
            context, segments, lambda s: shares.get(s.id) or blocks.piece(context, kind, s)
        )

    def around_reply(self, context: Context) -> int:
        return REPLY[family(context.model)]


def _system_tokens(model: str, kind: Family, tools: bool) -> int:
    if kind == "v3":
        return 2 if tools or "4-6" in bare_name(model) else 1
    return 2 if kind == "v4.7" else 1


def _opening_break(context: Context, kind: Family, system: Sequence[Segment], tools: bool) -> int:
    """A line break that opens a system prompt stands there alone, or joins those behind the tools;
    after instructions on thinking it is as in any text (three projects)."""
    text = next((s.text for s in system if s.text), "")
    if kind != "v3" or context.options.thinking or not text.startswith("\n"):
        return 0
    return 2 if tools else 1


def _schema(context: Context, kind: Family, segment: Segment, joined: bool) -> Piece:
    value = parts.parsed(segment.text)
    text = segment.text
    if value is not None:
        text = json.dumps(value, indent=2, ensure_ascii=False)
    around = SCHEMA_JOIN if joined else _system_tokens(context.model, kind, tools=False)
    tokens = context.count(text or "") + SCHEMA[kind] + around
    return Piece(segment.id, tokens, "text", context.exact)


def _opening(context: Context, message: Message, before: Role | None) -> list[Piece]:
    """The frame between a message and the one before it."""
    if before is None:  # a conversation opens with a user, so an empty one is put there
        return [parts.frame(EMPTY_USER)] if message.role == "assistant" else []
    tokens = MESSAGE[family(context.model)] + (1 if OLDEST.search(context.model) else 0)
    if before == "tool" and message.role == "user":
        tokens += blocks.TEXT_AFTER_RESULT - MESSAGE["v3"]
    elif before == message.role == "user":
        tokens -= SAME_ROLE
    elif before == message.role == "assistant":  # goes on where the one before stopped
        tokens = 0
    return [parts.frame(tokens)]


MESSAGES = AnthropicTemplate()
