"""What Anthropic's Messages API renders around the text (also Bedrock InvokeModel and Vertex).

Spec: facts 2.3. Families: "v3" = Claude 3 to 4.6, "v4.7", "v4.8" = 4.8 and the 5 generation.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from functools import partial
from typing import Any

from whytokens.attribution.apportion import largest_remainder
from whytokens.model import Message, Role, Segment, SegmentId
from whytokens.templates import Context, Piece, images, parts
from whytokens.tokenizers.claude import Family, family

FRAME = {"v3": 8, "v4.7": 12, "v4.8": 6}
MESSAGE = {"v3": 4, "v4.7": 4, "v4.8": 2}
# Tool calls are written as this markup; 129 of 148 corpus requests with one call agree on one
# constant, 68 where keys and values are counted by themselves.
NS = "antml:"
CALLS = {"v3": -3, "v4.7": -3, "v4.8": -25}
TEXT_BEFORE_CALLS, CALLS_AFTER_RESULT, TEXT_AFTER_RESULT = 1, 1, 6
# A page of a PDF is an image of it and its text; a document of text has a frame.
PAGE, DOCUMENT = 1600, 37
EMPTY_USER, SAME_ROLE, UNTHOUGHT_ANSWER = 12, 2, 4
# A system block that clients send for accounting; the provider takes it out.
NOT_BILLED = "x-anthropic-billing-header:"
OLD = re.compile(r"claude-3-")
THINKING_BLOCK, TEXT_AFTER_THINKING, THINKING_ENABLED, SCHEMA = 9, 5, 29, 83
# Tokens of the tool-use preamble by tool_choice: auto, any, none, tool (facts 2.3, table).
PREAMBLES: tuple[tuple[re.Pattern[str], tuple[int, int, int, int]], ...] = tuple(
    (re.compile(pattern), row)
    for pattern, row in (
        (r"4-6", (491, 583, 491, 586)),
        (r"(sonnet|haiku|opus)-4-5", (490, 582, 490, 585)),
        (r"opus-4-7", (667, 796, 667, 799)),
        (r"opus-4-8", (280, 400, 280, 402)),
        (r"sonnet-5|opus-5|haiku-5|fable|mythos|claude-5", (345, 465, 345, 467)),
        (r"3-7", (307, 309, 307, 311)),
        (r"sonnet-4|opus-4", (307, 309, 307, 312)),
        (r"3-5-sonnet", (307, 309, 307, 312)),
        (r"3-5-haiku|3-haiku", (258, 349, 258, 352)),
        (r"3-opus", (527, 290, 527, 293)),
        (r"3-sonnet", (153, 230, 153, 235)),
        (r"", (490, 582, 490, 585)),
    )
)
# With `disable_parallel_tool_use`, and of the first Claude 3.5 Sonnet.
SINGLE_CALL_MODELS = re.compile(r"(sonnet|opus)-4(-[015])?$")
SINGLE_CALL_PREAMBLE, JUNE_SONNET_PREAMBLE = 282, 288
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
            pieces.append(parts.frame(_system_tokens(context.model, kind, bool(tools))))
        billed = [s for s in system if not (s.text or "").startswith(NOT_BILLED)]
        pieces += [Piece(s.id, 0, "text", context.exact) for s in system if s not in billed]
        return pieces + parts.texts(context, billed, partial(_segment, context, kind))

    def turn(self, context: Context, message: Message, before: Role | None) -> list[Piece]:
        kind = family(context.model)
        found = parts.segments(context, message)
        shares = _calls(context, found, before) | _results(context, found)
        pieces = _opening(kind, message, before)
        categories = [segment.category for segment in found]
        if "thinking" in categories and "assistant" in categories:
            pieces.append(parts.frame(TEXT_AFTER_THINKING))
        elif kind == "v4.7" and context.options.thinking and categories == ["assistant"]:
            pieces.append(parts.frame(UNTHOUGHT_ANSWER))
        if "tool_result" in categories and "user" in categories:
            pieces.append(parts.frame(TEXT_AFTER_RESULT))
        return pieces + parts.texts(
            context, found, lambda s: shares.get(s.id) or _segment(context, kind, s)
        )

    def frame(self, context: Context, head: Sequence[Message]) -> list[Piece]:
        kind = family(context.model)
        pieces = [parts.frame(FRAME[kind])]
        if context.options.thinking == "enabled" and kind == "v3":
            pieces.append(parts.frame(THINKING_ENABLED, "thinking instructions"))
        return pieces

    def reply(self, context: Context, segments: Sequence[Segment]) -> list[Piece]:
        kind, shares = family(context.model), _calls(context, segments, None)
        return parts.texts(
            context, segments, lambda s: shares.get(s.id) or _segment(context, kind, s)
        )

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


def _system_tokens(model: str, kind: Family, tools: bool) -> int:
    if kind == "v3":
        return 2 if tools or "4-6" in bare_name(model) else 1
    return 2 if kind == "v4.7" else 1


def _preamble(context: Context) -> int:
    single = context.options.single_call and context.options.tool_choice in (None, "auto")
    if single and SINGLE_CALL_MODELS.search(bare_name(context.model)):
        return SINGLE_CALL_PREAMBLE
    if "3-5-sonnet-20240620" in context.model:
        return JUNE_SONNET_PREAMBLE
    name, choice = bare_name(context.model), context.options.tool_choice or "auto"
    choice = choice if choice in CHOICES else "auto"
    row = next(row for pattern, row in PREAMBLES if pattern.search(name))
    named = context.count(context.options.tool_name or "") if choice == "tool" else 0
    return row[CHOICES.index(choice)] + named


def _function(segment: Segment) -> str:
    """A tool's line; empty for a server tool, whose schema the provider adds, and for one whose
    loading is deferred till it is searched for."""
    value = parts.parsed(segment.text)
    if not isinstance(value, dict):
        return segment.text or ""
    if value.get("type") not in (None, "custom", "function") or value.get("defer_loading"):
        return ""
    function = value.get("function")
    inner: dict[str, Any] = function if isinstance(function, dict) else value
    line: dict[str, Any] = {}
    if inner.get("description"):
        line["description"] = inner["description"]
    line["name"] = inner.get("name")
    line["parameters"] = inner.get("input_schema", inner.get("parameters"))
    return "<function>" + _dump(line) + "</function>\n"


def _dump(value: Any) -> str:
    """As the provider writes a definition: keys in order (319 of 336 corpus requests agree on
    one constant by model and choice; in the order as sent, 284 do)."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def _schema(context: Context, segment: Segment) -> Piece:
    value = parts.parsed(segment.text)
    text = segment.text
    if value is not None:
        text = json.dumps(value, indent=2, ensure_ascii=False)
    return Piece(segment.id, context.count(text or "") + SCHEMA, "text", context.exact)


def _opening(kind: Family, message: Message, before: Role | None) -> list[Piece]:
    """The frame between a message and the one before it."""
    if before is None:  # a conversation opens with a user, so an empty one is put there
        return [parts.frame(EMPTY_USER)] if message.role == "assistant" else []
    tokens = MESSAGE[kind]
    if before == "tool" and message.role == "user":
        tokens += TEXT_AFTER_RESULT - MESSAGE["v3"]
    elif before == message.role == "user":
        tokens -= SAME_ROLE
    return [parts.frame(tokens)]


def _calls(
    context: Context, found: Sequence[Segment], before: Role | None
) -> dict[SegmentId, Piece]:
    """The tool calls of one message: one block, shared among them by their own counts."""
    calls = [segment for segment in found if segment.category == "tool_call"]
    if not calls:
        return {}
    rendered = [_invoke(call) for call in calls]
    tokens = context.count(f"<{NS}function_calls>\n{''.join(rendered)}</{NS}function_calls>")
    tokens += CALLS[family(context.model)]
    said = found[: found.index(calls[0])]
    if any(s.category == "assistant" for s in said) and not OLD.search(bare_name(context.model)):
        tokens += TEXT_BEFORE_CALLS
    if before == "tool":
        tokens -= CALLS_AFTER_RESULT
    return _shared(context, calls, rendered, max(0, tokens))


def _invoke(call: Segment) -> str:
    value = parts.parsed(call.text)
    values = value if isinstance(value, dict) else {"": call.text or ""}
    lines = [f'<{NS}invoke name="{parts.tool_name(call)}">\n']
    for key, item in values.items():
        text = item if isinstance(item, str) else json.dumps(item, ensure_ascii=False)
        lines.append(f'<{NS}parameter name="{key}">{text}</{NS}parameter>\n')
    return "".join(lines) + f"</{NS}invoke>\n"


def _results(context: Context, found: Sequence[Segment]) -> dict[SegmentId, Piece]:
    """The results of one message: a single one bare, several with the names of their tools."""
    results = [s for s in found if s.category == "tool_result" and s.text is not None]
    if not results:
        return {}
    rendered = [result.text or "" for result in results]
    if len(results) > 1:
        rendered = [
            f"<result>\n<name>{parts.tool_name(result)}</name>\n<output>{text}</output>\n</result>\n"
            for result, text in zip(results, rendered, strict=True)
        ]
        rendered[0] = f"\n{rendered[0]}"
    tokens = context.count(f"<function_results>{''.join(rendered)}</function_results>")
    return _shared(context, results, rendered, tokens)


def _shared(
    context: Context, segments: Sequence[Segment], rendered: Sequence[str], tokens: int
) -> dict[SegmentId, Piece]:
    shares = largest_remainder([context.count(text) + 1 for text in rendered], tokens)
    return {
        segment.id: Piece(segment.id, share, "text", context.exact)
        for segment, share in zip(segments, shares, strict=True)
    }


def _segment(context: Context, kind: Family, segment: Segment) -> Piece:
    if segment.media is not None:
        size = partial(images.claude, new=kind != "v3")
        return parts.media(segment, lambda w, h, _: size(w, h), PAGE)
    if segment.category == "retrieved":
        return parts.text(context, segment, DOCUMENT)
    if segment.category == "thinking" and segment.text:
        return parts.text(context, segment, THINKING_BLOCK)
    return parts.text(context, segment)


MESSAGES = AnthropicTemplate()
