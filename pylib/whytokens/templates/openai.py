"""What OpenAI's two APIs render alike: tools and schema at the head, messages, tool calls.

Spec: facts 2.1 and 2.2. `ApiConstants` holds where Chat Completions and Responses differ.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from whytokens.attribution.apportion import largest_remainder
from whytokens.model import Message, Segment
from whytokens.templates import Context, Piece, images, parts, typescript

Family = Literal["gpt", "o", "gpt5"]
REASONING = re.compile(r"(^|/)(o\d|gpt-5|codex-mini|gpt-6)", re.IGNORECASE)
GPT5 = re.compile(r"(^|/)gpt-[5-9]", re.IGNORECASE)
MESSAGE_TOKENS = 4
# Keys of a response schema that are not rendered (facts 2.1).
NOT_RENDERED = frozenset(
    [
        "additionalProperties",
        "required",
        "minimum",
        "maximum",
        "minItems",
        "maxItems",
        "minLength",
        "maxLength",
        "format",
        "pattern",
        "default",
        "$schema",
        "exclusiveMinimum",
        "exclusiveMaximum",
    ]
)


def family(model: str) -> Family:
    if GPT5.search(model):
        return "gpt5"
    return "o" if REASONING.search(model) else "gpt"


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiConstants:
    """Tokens that an API adds, by family. `joins_head`: gpt models read tools as part of the first
    system message. `packs_calls`: they read parallel calls as one `multi_tool_use`."""

    tools: Mapping[Family, int]
    call: Mapping[Family, int]
    schema: Mapping[Family, int]
    schema_alone: int
    joins_head: bool
    packs_calls: bool
    named_choice: int
    required_choice: int


class OpenAITemplate:
    """One of the two APIs."""

    def __init__(self, key: str, apis: frozenset[str], constants: ApiConstants) -> None:
        self.key, self.apis, self.constants = key, apis, constants

    def knows(self, api: str, model: str) -> bool:
        return api in self.apis

    def head(self, context: Context, messages: Sequence[Message]) -> list[Piece]:
        tools = [s for m in messages if m.role == "tools" for s in parts.segments(context, m)]
        schemas = [s for m in messages if m.role == "format" for s in parts.segments(context, m)]
        systems = [message for message in messages if message.role == "system"]
        first = self._message(context, systems[0]) if systems else []
        spoken = (
            "".join(s.text or "" for s in parts.segments(context, systems[0])) if systems else None
        )
        pieces = first + self._tools(context, tools, spoken)
        pieces += self._schemas(context, schemas, bool(tools), spoken is not None)
        for message in systems[1:]:
            pieces += self._message(context, message)
        return pieces

    def turn(self, context: Context, message: Message, index: int) -> list[Piece]:
        found = parts.segments(context, message)
        if any(segment.category == "tool_call" for segment in found):
            return self._calls(context, found)
        results = [segment for segment in found if segment.category == "tool_result"]
        if results:
            return self._results(context, found, results)
        return self._message(context, message)

    def frame(self, context: Context, head: Sequence[Message]) -> list[Piece]:
        kind = family(context.model)
        pieces = [parts.frame(3 if kind == "gpt" else 2, "reply priming")]
        tools = any(message.role == "tools" and message.segments for message in head)
        choice = context.options.tool_choice
        if tools and kind == "gpt":
            if choice == "tool" and self.constants.named_choice:
                named = self.constants.named_choice + context.count(context.options.tool_name or "")
                pieces.append(parts.frame(named, "tool choice"))
            elif choice == "required" and self.constants.required_choice:
                pieces.append(parts.frame(self.constants.required_choice, "tool choice"))
        return pieces

    def reply(self, context: Context, segments: Sequence[Segment]) -> list[Piece]:
        pieces = []
        for segment in segments:
            extra = context.count(segment.name or "") if segment.category == "tool_call" else 0
            pieces.append(parts.text(context, segment, extra))
        return pieces

    # -- head --------------------------------------------------------------------------------

    def _tools(self, context: Context, tools: Sequence[Segment], spoken: str | None) -> list[Piece]:
        rendered = [(segment, _function(segment)) for segment in tools]
        if not any(text for _, text in rendered):  # hosted tools: their cost is not in the request
            return [Piece(segment.id, 0, "text", False) for segment in tools]
        body = "".join(f"{text}\n\n" for _, text in rendered if text)
        whole = typescript.PREFIX + body + typescript.SUFFIX
        kind = family(context.model)
        joined = self.constants.joins_head and kind == "gpt"
        tokens = context.count(whole)
        if joined and spoken is not None:
            tokens = context.count(f"{spoken}\n\n{whole}") - context.count(spoken)
        tokens = max(0, tokens + self.constants.tools[kind])
        if joined and spoken is None:
            tokens += MESSAGE_TOKENS
        fixed = tokens - sum(context.count(f"{text}\n\n") for _, text in rendered if text)
        return parts.block(
            context, [(s, f"{t}\n\n" if t else "") for s, t in rendered], tokens, fixed
        )

    def _schemas(
        self, context: Context, schemas: Sequence[Segment], tools: bool, system: bool
    ) -> list[Piece]:
        pieces = []
        kind = family(context.model)
        for segment in schemas:
            schema = parts.parsed(segment.text)
            rendered = "# Response Formats\n\n## " + (segment.name or "response") + "\n\n"
            rendered += (
                _dump(_rendered_schema(schema)) if schema is not None else segment.text or ""
            )
            extra = self.constants.schema[kind]
            if kind == "gpt" and not tools and not system:
                extra = self.constants.schema_alone
            pieces.append(Piece(segment.id, context.count(rendered) + extra, "text", context.exact))
        return pieces

    # -- messages ----------------------------------------------------------------------------

    def _message(self, context: Context, message: Message) -> list[Piece]:
        tokens = MESSAGE_TOKENS
        if message.role == "assistant" and family(context.model) != "gpt":
            tokens += 2  # the channel marker of reasoning models
        if message.name:
            tokens += 1 + context.count(message.name)
        found = parts.segments(context, message)
        return [parts.frame(tokens), *(self._segment(context, segment) for segment in found)]

    def _segment(self, context: Context, segment: Segment) -> Piece:
        if segment.media is not None:
            model = context.model
            return parts.media(segment, lambda w, h, detail: images.openai(model, w, h, detail))
        if segment.category == "thinking":  # billed by a hidden length, see facts 2.2
            return Piece(segment.id, 0, "hidden", False)
        return parts.text(context, segment)

    def _calls(self, context: Context, found: Sequence[Segment]) -> list[Piece]:
        calls = [segment for segment in found if segment.category == "tool_call"]
        others = [segment for segment in found if segment.category != "tool_call"]
        pieces = [self._segment(context, segment) for segment in others]
        kind = family(context.model)
        if len(calls) > 1 and kind == "gpt" and self.constants.packs_calls:
            return pieces + _packed(context, calls)
        for call in calls:
            name = call.name or ""
            tokens = context.count(name) + context.count(f"functions.{name}")
            tokens += context.count(parts.minified(call.text or "")) + self.constants.call[kind]
            pieces += [parts.frame(MESSAGE_TOKENS), Piece(call.id, tokens, "text", context.exact)]
        return pieces

    def _results(
        self, context: Context, found: Sequence[Segment], results: Sequence[Segment]
    ) -> list[Piece]:
        texts = [segment.text or "" for segment in results]
        rest = [self._segment(context, s) for s in found if s.category != "tool_result"]
        if len(results) > 1 and family(context.model) == "gpt" and self.constants.packs_calls:
            total = context.count(json.dumps(texts, ensure_ascii=False))
            shares = largest_remainder([context.count(text) for text in texts], total)
            packed = [
                Piece(segment.id, share, "text", context.exact)
                for segment, share in zip(results, shares, strict=True)
            ]
            return [parts.frame(8 + total - sum(shares)), *packed, *rest]
        pieces = []
        for segment in results:
            pieces += [parts.frame(MESSAGE_TOKENS), parts.text(context, segment)]
        return pieces + rest


def _packed(context: Context, calls: Sequence[Segment]) -> list[Piece]:
    """Parallel calls of gpt models: one message of `multi_tool_use` (288 of 319 requests exact)."""
    rendered = [
        '{"recipient_name":"functions.'
        + f'{call.name}","parameters":{parts.minified(call.text or "{}")}'
        + "}"
        for call in calls
    ]
    total = context.count('{"tool_uses":[' + ",".join(rendered) + "]}")
    shares = largest_remainder([context.count(text) for text in rendered], total)
    pieces = [parts.frame(12 + total - sum(shares))]
    pieces += [
        Piece(call.id, share, "text", context.exact)
        for call, share in zip(calls, shares, strict=True)
    ]
    return pieces


def _function(segment: Segment) -> str:
    """A tool definition's TypeScript; empty for a hosted tool, whose cost is not in the request."""
    value = parts.parsed(segment.text)
    if not isinstance(value, dict):
        return segment.text or ""
    inner = value.get("function") or value.get("custom") or value
    inner = inner if isinstance(inner, dict) else value
    if value.get("type") not in (None, "function", "custom") or not inner.get("name"):
        return ""
    return typescript.function(
        str(inner["name"]), inner.get("description"), inner.get("parameters")
    )


def _rendered_schema(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_rendered_schema(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    named = ("properties", "$defs", "definitions")
    return {
        key: {name: _rendered_schema(item) for name, item in value.items()}
        if key in named and isinstance(value, dict)
        else _rendered_schema(value)
        for key, value in schema.items()
        if key not in NOT_RENDERED
    }


def _dump(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


CHAT = OpenAITemplate(
    "openai.chat",
    frozenset(("openai.chat",)),
    ApiConstants(
        tools={"gpt": -1, "o": 4, "gpt5": 85},
        call={"gpt": 4, "o": 8, "gpt5": 10},
        schema={"gpt": 4, "o": 4, "gpt5": 4},
        schema_alone=8,
        joins_head=True,
        packs_calls=True,
        named_choice=7,
        required_choice=0,
    ),
)
RESPONSES = OpenAITemplate(
    "openai.responses",
    frozenset(("openai.responses",)),
    ApiConstants(
        tools={"gpt": -3, "o": 0, "gpt5": 3},
        call={"gpt": 2, "o": 8, "gpt5": 11},
        schema={"gpt": 1, "o": 0, "gpt5": 0},
        schema_alone=1,
        joins_head=False,
        packs_calls=False,
        named_choice=7,
        required_choice=8,
    ),
)
