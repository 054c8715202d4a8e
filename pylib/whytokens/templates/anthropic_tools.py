"""Tools as Anthropic's Messages API writes them: definitions, calls and results.

Spec: facts 2.3 "Tools" and "History". Tool calls are written as markup; its tokens are shared among
the calls of a message, and the results' among the results.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

from whytokens.apportion import largest_remainder
from whytokens.model import Options, Role, Segment, SegmentId
from whytokens.templates import Context, Piece, parts
from whytokens.templates.anthropic_models import bare_name, preamble_tokens
from whytokens.tokenizers.claude import family

# Tool calls are written as this markup; 129 of 148 corpus requests with one call agree on one
# constant, 68 where keys and values are counted by themselves.
NS = "antml:"
CALLS = {"v3": -3, "v4.7": -3, "v4.8": -25}
# Claude 3 Opus writes them three tokens shorter (two projects).
OPUS_3, OPUS_3_CALLS = re.compile(r"3-opus"), -3
TEXT_BEFORE_CALLS, CALLS_AFTER_RESULT = 1, 1
OLD = re.compile(r"claude-3-")
# A tool that a search found is written where it was found, in a block of its own.
FOUND_TOOL = {"v3": 12, "v4.7": 12, "v4.8": 14}
# One that the request adds in a message of its own.
ADDED_TOOL = 29
# From 4.8 on, tools whose loading is deferred are announced.
DEFERRED = {"v3": 0, "v4.7": 0, "v4.8": 93}
# Tools whose schema is the provider's own: tokens beside the preamble, measured on one request or two
# each (documented: bash 245, text editor 700); what a server tool finds comes on top.
OWNED = (
    ("bash_", 250),
    ("text_editor_2024", 708),
    ("text_editor_20250124", 708),
    ("text_editor_", 770),
    ("computer_", 1326),
    ("memory_", 1075),
    ("web_search_", 1716),
    ("code_execution_20250522", 1302),
    ("tool_search_tool_", 219),
)


def definitions(context: Context, tools: Sequence[Segment]) -> list[Piece]:
    """The block of tools in the system prompt, with its preamble."""
    if not tools:
        return []
    pieces = []
    if any(_deferred(segment) for segment in tools) and DEFERRED[family(context.model)]:
        announced = parts.frame(DEFERRED[family(context.model)], "deferred tools")
        pieces.append(announced._replace(exact=False))
    kinds = {segment.id: _kind(segment) for segment in tools}
    owned = [s for s in tools if kinds[s.id]]
    rendered = [(s, "" if _deferred(s) else _function(s)) for s in tools if not kinds[s.id]]
    options = context.options
    preamble = preamble_tokens(context.model, options) + _named(context, options)
    if any(line for _, line in rendered):
        block = "<functions>\n" + "".join(line for _, line in rendered) + "</functions>"
        tokens = context.count(block) + preamble
        lines = sum(context.count(line) for _, line in rendered)
        pieces += parts.block(context, rendered, tokens, tokens - lines)
    else:
        known = any(owned_tokens(kinds[segment.id]) for segment in owned)
        pieces += [parts.frame(preamble, parts.PREAMBLE)] if known else []
        pieces += [Piece(segment.id, 0, "text", False) for segment, _ in rendered]
    return pieces + [Piece(s.id, owned_tokens(kinds[s.id]), "text", False) for s in owned]


def _named(context: Context, options: Options) -> int:
    """The name of a tool that must be called. It stands in quotes, which join what is no letter (11
    requests whose tool begins with "_")."""
    if options.tool_choice != "tool" or not options.tool_name:
        return 0
    quote = context.count('"x') - context.count("x")
    return max(0, context.count(f'"{options.tool_name}') - quote)


def owned_tokens(kind: str) -> int:
    """Tokens of a tool whose schema is the provider's own; 0 where it is not known."""
    return next((tokens for start, tokens in OWNED if kind.startswith(start)), 0)


def _kind(segment: Segment) -> str:
    """The type of a tool whose schema is the provider's; empty for a tool of one's own."""
    value = parts.parsed(segment.text)
    kind = value.get("type") if isinstance(value, dict) else None
    return kind if isinstance(kind, str) and kind not in ("custom", "function") else ""


def found_tool(context: Context, segment: Segment) -> Piece:
    """A definition in the conversation, where a search put it."""
    tokens = context.count(_function(segment)) + FOUND_TOOL[family(context.model)]
    return Piece(segment.id, tokens, "text", context.exact)


def _deferred(segment: Segment) -> bool:
    value = parts.parsed(segment.text)
    return isinstance(value, dict) and bool(value.get("defer_loading"))


def _function(segment: Segment) -> str:
    """A tool's line; empty where its schema is the provider's own."""
    value = parts.parsed(segment.text)
    if not isinstance(value, dict):
        return segment.text or ""
    if _kind(segment):
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


def calls(
    context: Context, found: Sequence[Segment], before: Role | None
) -> dict[SegmentId, Piece]:
    """The tool calls of one message: one block, shared among them by their own counts."""
    calls = [segment for segment in found if segment.category == "tool_call"]
    if not calls:
        return {}
    rendered = [_invoke(call) for call in calls]
    tokens = context.count(f"<{NS}function_calls>\n{''.join(rendered)}</{NS}function_calls>")
    tokens += CALLS[family(context.model)]
    tokens += OPUS_3_CALLS if OPUS_3.search(bare_name(context.model)) else 0
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


def results(context: Context, found: Sequence[Segment]) -> dict[SegmentId, Piece]:
    """The results of one message: a single one bare, several with the names of their tools."""
    results = [s for s in found if s.category == "tool_result" and s.text is not None]
    if not results:
        return {}
    several = len(results) > 1
    if several and any(s.category == "tools" for s in found):
        results = [s for s in results if s.text]  # what a search found is no named result
    rendered = [result.text or "" for result in results]
    if several and rendered:
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
