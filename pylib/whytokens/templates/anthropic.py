"""What Anthropic's Messages API renders around the text (also Bedrock InvokeModel and Vertex).

Spec: facts 2.3. Families: "v3" = Claude 3 to 4.6, "v4.7", "v4.8" = 4.8 and the 5 generation.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

from whytokens.model import Message, Segment
from whytokens.templates import Context, Piece, images, parts
from whytokens.tokenizers.claude import Family, family

FRAME = {"v3": 8, "v4.7": 12, "v4.8": 6}
MESSAGE = {"v3": 4, "v4.7": 4, "v4.8": 2}
TOOL_TURN = {"v3": 40, "v4.7": 54, "v4.8": 27}
FURTHER_CALL, PARAMETER, TEXT_BEFORE_CALL = 62, 16, 2
THINKING_BLOCK, THINKING_ENABLED, SCHEMA = 10, 29, 83
# Tokens of the tool-use preamble by tool_choice: auto, any, none, tool (facts 2.3, table).
PREAMBLES: tuple[tuple[re.Pattern[str], tuple[int, int, int, int]], ...] = tuple(
    (re.compile(pattern), row)
    for pattern, row in (
        (r"4-6", (491, 583, 491, 586)),
        (r"(sonnet|haiku|opus)-4-5", (490, 582, 490, 585)),
        (r"opus-4-7", (667, 796, 667, 799)),
        (r"opus-4-8", (280, 400, 280, 402)),
        (r"sonnet-5|opus-5|haiku-5|fable|mythos|claude-5", (345, 465, 345, 467)),
        (r"sonnet-4|opus-4|3-7", (307, 308, 307, 311)),
        (r"3-5-sonnet", (306, 308, 306, 311)),
        (r"3-5-haiku|3-haiku", (257, 349, 255, 352)),
        (r"3-opus", (527, 290, 527, 293)),
        (r"3-sonnet", (155, 230, 155, 235)),
        (r"", (490, 582, 490, 585)),
    )
)
CHOICES = ("auto", "any", "none", "tool")


class AnthropicTemplate:
    """The Messages API."""

    key = "anthropic.messages"

    def knows(self, api: str, model: str) -> bool:
        return api == "anthropic.messages"

    def head(self, context: Context, messages: Sequence[Message]) -> list[Piece]:
        kind = family(context.model)
        tools = [s for m in messages if m.role == "tools" for s in parts.segments(context, m)]
        pieces = self._tools(context, tools)
        for message in messages:
            if message.role == "format":
                pieces += [_schema(context, s) for s in parts.segments(context, message)]
        system = [s for m in messages if m.role == "system" for s in parts.segments(context, m)]
        if any(segment.text for segment in system):
            pieces.append(parts.frame(_system_tokens(context.model, kind)))
        return pieces + [parts.text(context, segment) for segment in system]

    def turn(self, context: Context, message: Message, index: int) -> list[Piece]:
        kind = family(context.model)
        pieces = [parts.frame(MESSAGE[kind])] if index else []
        calls, text_before = 0, False
        for segment in parts.segments(context, message):
            if segment.category == "tool_call":
                extra = FURTHER_CALL if calls else TOOL_TURN[kind]
                extra += TEXT_BEFORE_CALL if text_before and not calls else 0
                calls += 1
                pieces.append(_call(context, segment, extra))
            else:
                text_before = text_before or segment.category == "assistant"
                pieces.append(_segment(context, segment, kind))
        return pieces

    def frame(self, context: Context, head: Sequence[Message]) -> list[Piece]:
        kind = family(context.model)
        pieces = [parts.frame(FRAME[kind])]
        if context.options.thinking == "enabled" and kind == "v3":
            pieces.append(parts.frame(THINKING_ENABLED, "thinking instructions"))
        return pieces

    def reply(self, context: Context, segments: Sequence[Segment]) -> list[Piece]:
        pieces, calls = [], 0
        kind = family(context.model)
        for segment in segments:
            if segment.category == "tool_call":
                pieces.append(_call(context, segment, FURTHER_CALL if calls else TOOL_TURN[kind]))
                calls += 1
            else:
                pieces.append(_segment(context, segment, kind))
        return pieces

    def _tools(self, context: Context, tools: Sequence[Segment]) -> list[Piece]:
        if not tools:
            return []
        rendered = [(segment, _function(segment)) for segment in tools]
        if not any(line for _, line in rendered):
            return [Piece(segment.id, 0, "text", False) for segment in tools]
        block = "<functions>\n" + "".join(line for _, line in rendered) + "</functions>"
        tokens = context.count(block) + _preamble(context)
        lines = sum(context.count(line) for _, line in rendered)
        return parts.block(context, rendered, tokens, tokens - lines)


def bare_name(model: str) -> str:
    """ "us.anthropic.claude-sonnet-4-5-20250929-v1:0" -> "claude-sonnet-4-5"."""
    name = re.sub(r".*claude", "claude", model.lower())
    return re.sub(r"-(20\d{6}).*|@.*|-v\d.*|-latest|:.*", "", name).replace(".", "-")


def _system_tokens(model: str, kind: Family) -> int:
    if kind == "v3":
        return 2 if "4-6" in bare_name(model) else 1
    return 2 if kind == "v4.7" else 1


def _preamble(context: Context) -> int:
    name, choice = bare_name(context.model), context.options.tool_choice or "auto"
    choice = choice if choice in CHOICES else "auto"
    row = next(row for pattern, row in PREAMBLES if pattern.search(name))
    named = context.count(context.options.tool_name or "") if choice == "tool" else 0
    return row[CHOICES.index(choice)] + named


def _function(segment: Segment) -> str:
    """A tool's line; empty for a server tool, whose schema the provider adds."""
    value = parts.parsed(segment.text)
    if not isinstance(value, dict):
        return segment.text or ""
    if value.get("type") not in (None, "custom", "function"):
        return ""
    function = value.get("function")
    inner: dict[str, Any] = function if isinstance(function, dict) else value
    line: dict[str, Any] = {}
    if inner.get("description"):
        line["description"] = inner["description"]
    line["name"] = inner.get("name")
    line["parameters"] = inner.get("input_schema", inner.get("parameters"))
    return "<function>" + json.dumps(line, ensure_ascii=False) + "</function>\n"


def _schema(context: Context, segment: Segment) -> Piece:
    value = parts.parsed(segment.text)
    text = json.dumps(value, indent=2, ensure_ascii=False) if value is not None else segment.text
    return Piece(segment.id, context.count(text or "") + SCHEMA, "text", context.exact)


def _call(context: Context, segment: Segment, extra_tokens: int) -> Piece:
    tokens = extra_tokens + context.count(segment.name or "")
    value = parts.parsed(segment.text)
    if isinstance(value, dict):
        for key, item in value.items():
            text = item if isinstance(item, str) else json.dumps(item, ensure_ascii=False)
            tokens += PARAMETER + context.count(key) + context.count(text)
    else:
        tokens += context.count(segment.text or "")
    return Piece(segment.id, tokens, "text", context.exact)


def _segment(context: Context, segment: Segment, kind: Family) -> Piece:
    if segment.media is not None:
        return parts.media(segment, lambda w, h, _: images.claude(w, h, new=kind != "v3"))
    if segment.category == "thinking" and segment.text:
        return parts.text(context, segment, THINKING_BLOCK)
    return parts.text(context, segment)


MESSAGES = AnthropicTemplate()
