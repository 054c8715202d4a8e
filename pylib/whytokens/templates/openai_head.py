"""The head of an OpenAI prompt: tools and a response schema beside the first system message.

Spec: facts 2.1 "Tools" and "response_format"; what a tool looks like is `typescript.py`.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from whytokens.model import Segment
from whytokens.templates import Context, Piece, parts, typescript
from whytokens.templates.openai_constants import (
    GRAMMAR_TOKENS,
    HOSTED_TOKENS,
    LATER_TOOLS,
    MESSAGE_TOKENS,
    ApiConstants,
    family,
    generation,
)

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


def tools(
    context: Context, constants: ApiConstants, found: Sequence[Segment], spoken: str | None
) -> list[Piece]:
    """Tools; `spoken` is the first system message, None without one."""
    every = [(segment, function(segment)) for segment in found]
    hosted = [_hosted(context, segment) for segment, text in every if not text]
    rendered = [(segment, text) for segment, text in every if text]
    if not rendered:
        return hosted
    body = "".join(f"{text}\n\n" for _, text in rendered)
    whole = typescript.PREFIX + body + typescript.SUFFIX
    kind = family(context.model)
    joined = constants.joins_head and kind != "o"
    tokens = context.count(whole)
    if joined and spoken is not None:
        tokens = context.count(f"{spoken}\n\n{whole}") - context.count(spoken)
    tokens = max(0, tokens + constants.tools[kind])
    if kind == "gpt5":
        tokens -= sum(text.startswith("type ") for _, text in rendered)
    if joined and spoken is None:
        tokens += MESSAGE_TOKENS if kind == "gpt" else 1
    fixed = tokens - sum(context.count(f"{text}\n\n") for _, text in rendered)
    told = parts.frame(GRAMMAR_TOKENS, "grammar instructions")._replace(exact=False)
    hosted += [told for segment, _ in rendered if grammar(segment)]
    return hosted + parts.block(context, [(s, f"{t}\n\n") for s, t in rendered], tokens, fixed)


def _hosted(context: Context, segment: Segment) -> Piece:
    """A hosted tool: its instructions where they are known. What its use adds is not in the request."""
    tool = str((segment.path[1:] or ("",))[0]).removesuffix("_preview")
    tokens = HOSTED_TOKENS.get((tool, generation(context.model)), 0)
    return Piece(segment.id, tokens, "fixed", False)


def later_tools(context: Context, found: Sequence[Segment]) -> list[Piece]:
    """Tools that a developer message adds in the middle of a conversation."""
    rendered = [(s, f"{text}\n\n" if text else "") for s in found for text in [function(s)]]
    whole = typescript.PREFIX + "".join(text for _, text in rendered) + typescript.SUFFIX
    tokens = context.count(whole) + LATER_TOOLS
    fixed = tokens - sum(context.count(text) for _, text in rendered if text)
    return parts.block(context, rendered, tokens, fixed)


def schemas(
    context: Context,
    constants: ApiConstants,
    found: Sequence[Segment],
    after_tools: bool,
    spoken: str | None,
) -> list[Piece]:
    """Response schemas (one, if any)."""
    pieces = []
    kind = family(context.model)
    for segment in found:
        rendered = _format(segment)
        extra = constants.schema[kind]
        tokens = context.count(rendered)
        if constants.joins_head and kind == "gpt":
            if after_tools:
                extra = constants.schema_after_tools
            else:
                extra = constants.schema_alone + context.count(segment.name or "response")
                if spoken is not None:
                    extra -= MESSAGE_TOKENS
                    tokens = context.count(f"{spoken}\n\n{rendered}") - context.count(spoken)
        pieces.append(Piece(segment.id, tokens + extra, "text", context.exact))
    return pieces


def function(segment: Segment) -> str:
    """A tool definition's TypeScript; empty for a hosted tool, whose cost is not in the request."""
    value = parts.parsed(segment.text)
    if not isinstance(value, dict):
        return segment.text or ""
    inner = value.get("function") or value.get("custom") or value
    inner = inner if isinstance(inner, dict) else value
    if value.get("type") not in (None, "function", "custom") or not inner.get("name"):
        return ""
    name, description = str(inner["name"]), inner.get("description")
    if value.get("type") == "custom":
        return typescript.freeform(name, description, grammar(segment))
    return typescript.function(name, description, inner.get("parameters"))


def grammar(segment: Segment) -> str | None:
    """The grammar that a custom tool's input follows; in Chat Completions it stands deeper."""
    found = parts.parsed(segment.text)
    if not isinstance(found, dict) or found.get("type") != "custom":
        return None
    for key in ("custom", "format", "grammar"):
        inner = found.get(key)
        found = inner if isinstance(inner, dict) else found
    text = found.get("definition")
    return text if isinstance(text, str) else None


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
