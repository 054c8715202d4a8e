"""What OpenAI's two APIs render alike: tools and schema at the head, messages, tool calls.

Spec: facts 2.1 and 2.2. `ApiConstants` holds where Chat Completions and Responses differ.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

from whytokens.attribution.apportion import largest_remainder
from whytokens.model import Message, Role, Segment
from whytokens.templates import Context, Piece, images, parts, typescript

Family = Literal["gpt", "o", "gpt5"]
REASONING = re.compile(r"(^|/)(o\d|gpt-5|codex-mini|gpt-6)", re.IGNORECASE)
GPT5 = re.compile(r"(^|/)gpt-[5-9]", re.IGNORECASE)
LATE_GPT5 = re.compile(r"gpt-(5\.[4-9]|[6-9])", re.IGNORECASE)
SMALL = re.compile(r"-(mini|nano)", re.IGNORECASE)
MESSAGE_TOKENS = 4
# A page of a PDF in Chat Completions; the Responses API bills little but its text.
PAGE = 215
# What tools cost that an `additional_tools` item brings, besides their text.
LATER_TOOLS = 82
# A call that a request repeats by its id in a stored response, on full-size models.
STORED_CALL = 3
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
    system message. `packs`: parallel calls as one `multi_tool_use` message, with so much around it;
    "late" and `late_call` are of GPT-5.4 and later."""

    tools: Mapping[Family, int]
    call: Mapping[Family, int]
    schema: Mapping[Family, int]
    schema_alone: int
    schema_after_tools: int
    joins_head: bool
    packs: Mapping[str, int]
    late_call: int
    structured_reply: int  # an earlier JSON answer, where the call has a response schema
    named_choice: int
    choices: Mapping[str, int]


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
        pieces += self._schemas(context, schemas, bool(tools), spoken)
        for message in systems[1:]:
            pieces += self._message(context, message)
        return pieces

    def turn(self, context: Context, message: Message, before: Role | None) -> list[Piece]:
        found = parts.segments(context, message)
        if message.role == "tools":
            return self._later_tools(context, found)
        if any(segment.category == "tool_call" for segment in found):
            return self._calls(context, found, message.name)
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
            else:
                tokens = self.constants.choices.get(choice or "", 0)
                pieces.append(parts.frame(tokens, "tool choice"))
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
        joined = self.constants.joins_head and kind != "o"
        tokens = context.count(whole)
        if joined and spoken is not None:
            tokens = context.count(f"{spoken}\n\n{whole}") - context.count(spoken)
        tokens = max(0, tokens + self.constants.tools[kind])
        if kind == "gpt5":
            tokens -= sum(text.startswith("type ") for _, text in rendered)
        if joined and spoken is None:
            tokens += MESSAGE_TOKENS if kind == "gpt" else 1
        fixed = tokens - sum(context.count(f"{text}\n\n") for _, text in rendered if text)
        return parts.block(
            context, [(s, f"{t}\n\n" if t else "") for s, t in rendered], tokens, fixed
        )

    def _later_tools(self, context: Context, tools: Sequence[Segment]) -> list[Piece]:
        """Tools that a developer message adds in the middle of a conversation."""
        rendered = [(s, f"{text}\n\n" if text else "") for s in tools for text in [_function(s)]]
        whole = typescript.PREFIX + "".join(text for _, text in rendered) + typescript.SUFFIX
        tokens = context.count(whole) + LATER_TOOLS
        fixed = tokens - sum(context.count(text) for _, text in rendered if text)
        return parts.block(context, rendered, tokens, fixed)

    def _schemas(
        self, context: Context, schemas: Sequence[Segment], tools: bool, spoken: str | None
    ) -> list[Piece]:
        pieces = []
        kind = family(context.model)
        for segment in schemas:
            rendered = _format(segment)
            extra = self.constants.schema[kind]
            tokens = context.count(rendered)
            if self.constants.joins_head and kind == "gpt":
                if tools:
                    extra = self.constants.schema_after_tools
                else:
                    extra = self.constants.schema_alone + context.count(segment.name or "response")
                    if spoken is not None:
                        extra -= MESSAGE_TOKENS
                        tokens = context.count(f"{spoken}\n\n{rendered}") - context.count(spoken)
            pieces.append(Piece(segment.id, tokens + extra, "text", context.exact))
        return pieces

    # -- messages ----------------------------------------------------------------------------

    def _message(self, context: Context, message: Message) -> list[Piece]:
        tokens = MESSAGE_TOKENS
        if message.role == "assistant" and family(context.model) != "gpt":
            tokens += 2  # the channel marker of reasoning models
        if message.name:
            tokens += 1 + context.count(message.name)
        found = parts.segments(context, message)
        if found and all(segment.category == "thinking" for segment in found):
            return [self._segment(context, segment) for segment in found]
        if message.role == "assistant" and context.options.structured:
            extra, answer = self.constants.structured_reply, _structured(context, found)
            if answer and extra:
                return [parts.frame(tokens + extra), answer]
        rest = partial(self._segment, context)
        return [parts.frame(tokens), *parts.texts(context, found, rest)]

    def _segment(self, context: Context, segment: Segment) -> Piece:
        if segment.media is not None:
            model = context.model
            size = partial(images.openai, model)
            return parts.media(segment, size, PAGE if self.constants.joins_head else 0)
        if segment.category == "thinking":  # billed by a hidden length, see facts 2.2
            return Piece(segment.id, 0, "hidden", False)
        return parts.text(context, segment)

    def _calls(self, context: Context, found: Sequence[Segment], name: str | None) -> list[Piece]:
        calls = [segment for segment in found if segment.category == "tool_call"]
        others = [segment for segment in found if segment.category != "tool_call"]
        pieces = [self._segment(context, segment) for segment in others]
        extra = MESSAGE_TOKENS if any(segment.text for segment in others) else 0
        extra += 1 + context.count(name) if name else 0
        if extra:  # what is said before the calls is a message of its own
            pieces.insert(0, parts.frame(extra))
        if len(calls) > 1 and self._packs(context.model):
            return pieces + self._packed(context, calls)
        for call in calls:
            name = call.name or ""
            tokens = context.count(name) + context.count(f"functions.{name}")
            tokens += context.count(parts.minified(call.text or "")) + self._per_call(context)
            pieces += [parts.frame(MESSAGE_TOKENS), Piece(call.id, tokens, "text", context.exact)]
        return pieces

    def _packs(self, model: str) -> bool:
        """Are parallel calls one message, and so their results?"""
        return self._pack(model) is not None

    def _pack(self, model: str) -> int | None:
        """Tokens around parallel calls in one message; None where they are messages of their own."""
        kind = family(model)
        if kind == "gpt5" and LATE_GPT5.search(model):
            return self.constants.packs["late"]
        return self.constants.packs.get(kind)

    def _per_call(self, context: Context) -> int:
        kind = family(context.model)
        tokens = self.constants.call[kind]
        if kind == "gpt5" and LATE_GPT5.search(context.model):
            tokens = self.constants.late_call
        stored = context.options.stored and not SMALL.search(context.model)
        return tokens + (STORED_CALL if stored else 0)

    def _packed(self, context: Context, calls: Sequence[Segment]) -> list[Piece]:
        """Parallel calls as one message of `multi_tool_use`."""
        rendered = [
            '{"recipient_name":"functions.'
            + f'{call.name}","parameters":{parts.minified(call.text or "{}")}'
            + "}"
            for call in calls
        ]
        total = context.count('{"tool_uses":[' + ",".join(rendered) + "]}")
        shares = largest_remainder([context.count(text) for text in rendered], total)
        around = (self._pack(context.model) or 0) + total - sum(shares)
        return [
            parts.frame(around),
            *(
                Piece(call.id, share, "text", context.exact)
                for call, share in zip(calls, shares, strict=True)
            ),
        ]

    def _results(
        self, context: Context, found: Sequence[Segment], results: Sequence[Segment]
    ) -> list[Piece]:
        texts = [segment.text or "" for segment in results]
        rest = [self._segment(context, s) for s in found if s.category != "tool_result"]
        if len(results) > 1 and self._packs(context.model):
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


def _structured(context: Context, found: Sequence[Segment]) -> Piece | None:
    """An earlier answer in JSON, which a call with a schema renders without white space."""
    if len(found) != 1 or not isinstance(parts.parsed(found[0].text), dict | list):
        return None
    tokens = context.count(parts.minified(found[0].text or ""))
    return Piece(found[0].id, tokens, "text", context.exact)


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


def _format(segment: Segment) -> str:
    """A response schema's section of the prompt."""
    value = parts.parsed(segment.text)
    said = value if isinstance(value, dict) else {}
    head = "# Response Formats\n\n## " + (segment.name or "response") + "\n\n"
    head += typescript.comment(said["description"]) if said.get("description") else ""
    return head + (_dump(_rendered_schema(said["schema"])) if "schema" in said else "")


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
    """As the provider dumps a schema: minified, other than ASCII escaped (billed so)."""
    return json.dumps(value, separators=(",", ":"))


CHAT = OpenAITemplate(
    "openai.chat",
    frozenset(("openai.chat",)),
    ApiConstants(
        tools={"gpt": -1, "o": 4, "gpt5": 84},
        call={"gpt": 4, "o": 8, "gpt5": 10},
        schema={"gpt": 4, "o": 4, "gpt5": 4},
        schema_alone=6,
        schema_after_tools=1,
        joins_head=True,
        packs={"gpt": 12, "gpt5": 18, "late": 18},
        late_call=10,
        structured_reply=4,
        named_choice=7,
        choices={"none": 1},
    ),
)
RESPONSES = OpenAITemplate(
    "openai.responses",
    frozenset(("openai.responses",)),
    ApiConstants(
        tools={"gpt": -3, "o": 0, "gpt5": 3},
        call={"gpt": 2, "o": 8, "gpt5": 8},
        schema={"gpt": 1, "o": 0, "gpt5": 0},
        schema_alone=1,
        schema_after_tools=1,
        joins_head=False,
        packs={"late": 22},
        late_call=11,
        structured_reply=0,
        named_choice=7,
        choices={"required": 9, "none": 1},
    ),
)
