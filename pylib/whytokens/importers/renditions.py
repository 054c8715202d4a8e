"""Logged content as messages and segments, the way the API that was called would be sent it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from whytokens.builder import TraceBuilder
from whytokens.importers import tools as tool_names
from whytokens.importers.dialects import Turn, is_conversation, opened, turns
from whytokens.importers.earlier import Earlier
from whytokens.importers.openai_chat import format_message
from whytokens.importers.parts import Part, arguments_text, as_object
from whytokens.importers.tools import CallNames, Noted
from whytokens.importers.values import Json, as_dict, as_list, as_str, decoded, pointer
from whytokens.model import Category, MessageId, Options, Role, SegmentId, Where

# What loggers write where they cut a text (formats, rule 11).
TRUNCATED = re.compile(
    r"litellm_truncated|\[truncated\]|\(truncated\b|<truncated>|\[\.\.\. ?(omitted|truncated)",
    re.IGNORECASE,
)
OBJECTS = ("anthropic.messages", "gemini.generate", "bedrock.converse", "ollama.chat")
SCHEMA_KEYS = ("parameters", "input_schema", "inputSchema", "parameters_json_schema", "schema",
               "parametersJsonSchema", "args_schema")  # fmt: skip


_Said = tuple[Turn, list[SegmentId]]


@dataclass(frozen=True, slots=True)
class _Item:
    """A logged message: its turns with their segments, the calls it names; what stands after it."""

    said: list[_Said]
    noted: list[Noted]
    unanswered: dict[str, str | None]
    calls: int
    cut: Where | None


class Rendition:
    """One request's content for one API."""

    def __init__(self, api: str, builder: TraceBuilder, where: Where) -> None:
        self.api, self.builder, self.where, self.names = api, builder, where, CallNames()
        self.unanswered: dict[str, str | None] = {}  # tools by call, for results that name none
        self.calls = 0
        self.cut: Where | None = None  # where the logger cut a text

    def prompt(
        self, system: Any, messages: Any, tools: Any, settings: Json
    ) -> tuple[list[MessageId], Options, tuple[int, ...]]:
        """Messages in rendered order, options, and depths of cache marks."""
        found: list[MessageId] = []
        everything, marks = declarations(tools), list[int]()
        declared = [tool for tool in everything if "cachePoint" not in tool]
        if declared:
            found.append(self.builder.message("tools", self._tools(declared)))
            if any("cache_control" in tool or "cachePoint" in tool for tool in everything):
                marks.append(len(found))
        schema = _response_schema(settings)
        if schema:
            found.append(format_message(schema, self.builder, self._at("response_format")))
        for said in (
            self._said(turns(system, "system"), "system", 0),
            self._conversation(messages),
        ):
            for message, marked in self._messages(said):
                found.append(message)
                marks += [len(found)] if marked else []
        return found, _options(settings, declared, bool(schema)), tuple(marks)

    def reply(self, output: Any) -> tuple[tuple[SegmentId, ...], tuple[str, ...]]:
        """The segments of what came back, and the tools it called."""
        found, called = list[SegmentId](), list[str]()
        for number, turn in enumerate(turns(output, "assistant")):
            at = self._at("output", number)
            for part in turn.parts:
                found += self._part(part, "assistant", at)
                if part.kind == "call":
                    called.append(part.name or "")
        return tuple(found), tuple(called)

    def _tools(self, declared: list[Json]) -> list[SegmentId]:
        earlier: Earlier[SegmentId] = self.builder.gathered("earlier declarations", Earlier)

        def read(number: int, tool: Json) -> SegmentId:
            return tool_names.definition(self.builder, self._tool(tool), self._at("tools", number))

        return earlier.read(declared, self.api, read, lambda one: None)

    def _conversation(self, messages: Any) -> list[_Said]:
        """Every turn with its segments; those of an earlier request's messages are known."""
        value = opened(messages)
        if not is_conversation(value):
            return self._said(turns(value), "messages", 0)
        earlier: Earlier[_Item] = self.builder.gathered("earlier turns", Earlier)
        number = 0

        def read(_: int, item: Any) -> _Item:
            nonlocal number
            self.names.fresh()
            said = self._said(turns(item, depth=1), "messages", number)
            number += len(said)
            waiting = dict(self.unanswered)
            return _Item(said, self.names.fresh(), waiting, self.calls, self.cut)

        def again(item: _Item) -> None:
            nonlocal number
            number += len(item.said)
            self.names.again(item.noted)
            self.unanswered, self.calls = dict(item.unanswered), item.calls
            self.cut = self.cut or item.cut

        found = earlier.read(value, self.api, read, again)
        return [one for item in found for one in item.said]

    def _said(self, found: Iterable[Turn], key: str, start: int) -> list[_Said]:
        said = []
        for number, turn in enumerate(found, start):
            at = self._at(key, number)
            said.append((turn, [s for part in turn.parts for s in self._part(part, turn.role, at)]))
        return said

    def _messages(self, found: Iterable[_Said]) -> Iterator[tuple[MessageId, bool]]:
        """Results in a row are one message, and so are the items of one reply."""
        run, role, joins, marked = list[SegmentId](), "user", False, False
        for turn, segments in found:
            kind: Role = turn.role
            if any(part.kind == "result" for part in turn.parts):
                kind = "tool"
            only = turn.item or (kind == "tool" and all(p.kind == "result" for p in turn.parts))
            if run and not (only and joins and kind == role):
                yield self.builder.message(role, run), marked  # type: ignore[arg-type]
                run = []
            if not turn.parts:
                continue
            if only:
                marked = turn.marked or (marked and bool(run))
                run, role, joins = run + segments, kind, True
                continue
            joins = False
            yield self.builder.message(kind, segments, turn.name), turn.marked
        if run:
            yield self.builder.message(role, run), marked  # type: ignore[arg-type]

    def segments(self, part: Part, role: str, where: Where) -> list[SegmentId]:
        """One part as segments."""
        return self._part(part, role, where)

    def _part(self, part: Part, role: str, where: Where) -> list[SegmentId]:
        add = self.builder.segment
        if part.kind == "call":
            return [self._call(part, where)]
        if part.kind == "result":
            path = self.names.result_path(self._answered(part), part.name)
            name = part.name if self.api == "gemini.generate" else None
            return [
                add("media", ("media", inner.media.kind), None, where, media=inner.media)
                if inner.media
                else add("tool_result", path, inner.text or "", where, name=name)
                for inner in part.inner
            ]
        if part.kind == "media" and part.media:
            title = part.name or part.media.kind
            return [add("media", ("media", title), None, where, media=part.media)]
        if part.kind == "thinking":
            return [add("thinking", ("thinking",), part.text, where)]
        if part.kind == "document":
            return [add("retrieved", ("retrieved", part.name or "document"), part.text, where)]
        if part.kind == "mark":
            return []
        if part.text and TRUNCATED.search(part.text[-200:] if len(part.text) > 200 else part.text):
            self.cut = self.cut or where
        category: Category = role if role in ("system", "assistant") else "user"  # type: ignore[assignment]
        return [add(category, (category,), part.text or "", where)]

    def _answered(self, part: Part) -> str | None:
        """The call that a result answers: the one it names, else the first of its tool without an
        answer, else the first."""
        if part.id is not None and part.id != part.name:
            self.unanswered.pop(part.id, None)
            return part.id
        waiting = [k for k, name in self.unanswered.items() if part.name in (None, name)]
        known = next(iter(waiting or self.unanswered), None)
        if known is not None:
            del self.unanswered[known]
        return known or part.id

    def _call(self, part: Part, where: Where) -> SegmentId:
        self.calls += 1
        call_id = part.id if part.id and part.id != part.name else f"call {self.calls}"
        self.unanswered[call_id] = part.name
        self.names.note(call_id, part.name, part.arguments)
        if self.api in OBJECTS:
            text = json.dumps(as_object(part.arguments), ensure_ascii=False)
        else:
            text = arguments_text(part.arguments, compact=True)
        return tool_names.call(self.builder, part.name, text, where)

    def _tool(self, tool: Json) -> Json:
        """A declaration as the API is sent it; hosted tools and what is not known as logged."""
        inner = as_dict(tool.get("function") or tool.get("custom") or tool.get("toolSpec")) or tool
        name = as_str(inner.get("name"))
        schema = next((inner[key] for key in SCHEMA_KEYS if inner.get(key) is not None), None)
        schema = decoded(schema)
        if isinstance(schema, dict) and isinstance(schema.get("json"), dict | str):
            schema = decoded(schema["json"])
        if isinstance(schema, dict) and set(schema) <= {"jsonSchema", "validate"}:
            schema = as_dict(schema.get("jsonSchema"))
        if not name or is_hosted(tool):
            return tool
        about = as_str(inner.get("description"))
        said: Json = {"name": name, **({"description": about} if about else {})}
        if self.api == "anthropic.messages":
            if "input_schema" in tool:
                return tool
            return {
                **said,
                "input_schema": schema if isinstance(schema, dict) else {"type": "object"},
            }
        if isinstance(schema, dict):
            said["parameters"] = schema
        if "strict" in inner:
            said["strict"] = inner["strict"]
        if self.api == "gemini.generate":
            return said
        if self.api == "openai.responses":
            return (
                tool
                if tool.get("type") == "function" and tool is inner
                else {"type": "function", **said}
            )
        if tool.get("type") == "function" and isinstance(tool.get("function"), dict):
            return tool
        return {"type": "function", "function": said}

    def _at(self, *keys: str | int) -> Where:
        at = pointer(self.where.pointer, *keys)
        return Where(file=self.where.file, line=self.where.line, pointer=at)


def declarations(value: Any) -> list[Json]:
    """Tool declarations as a list, from lists, objects by name, JSON texts and Gemini's groups."""
    value = decoded(value)
    if isinstance(value, dict):
        for key in ("tools", "functionDeclarations", "function_declarations"):
            if isinstance(value.get(key), list):
                return declarations(value[key])
        if "name" in value or "function" in value or "type" in value:
            value = [value]
        else:  # Langfuse: an object by name, each value a declaration as JSON
            value = [{"name": name, **as_dict(decoded(inner))} for name, inner in value.items()]
    found: list[Json] = []
    for item in as_list(value):
        one = as_dict(decoded(item))
        groups = one.get("functionDeclarations") or one.get("function_declarations")
        if isinstance(groups, list):
            found += declarations(groups)
        elif isinstance(one.get("tool"), dict):
            found += declarations(decoded(one["tool"].get("json_schema", one["tool"])))
        elif one:
            found.append(one)
    return found


def is_hosted(tool: Json) -> bool:
    """A tool that the provider knows by its type alone."""
    kind = tool.get("type")
    if kind in (None, "function", "custom", "object", "client", "tool"):
        return False
    return not any(key in tool for key in (*SCHEMA_KEYS, "function"))


def _response_schema(settings: Json) -> Json:
    """The named schema that the reply must follow, by OpenAI's key or OpenTelemetry's."""
    asked = as_dict(decoded(settings.get("response_format")))
    inner = as_dict(asked.get("json_schema")) or as_dict(
        as_dict(settings.get("text")).get("format")
    )
    return inner if inner.get("schema") else {}


def _options(settings: Json, tools: list[Json], structured: bool) -> Options:
    choice = decoded(settings.get("tool_choice"))
    inner = as_dict(as_dict(choice).get("function")) or as_dict(choice)
    named = as_str(inner.get("name"))
    kind = choice if isinstance(choice, str) else as_str(inner.get("type"))
    asked = as_str(as_dict(decoded(settings.get("thinking"))).get("type"))
    return Options(
        tool_choice="tool" if named else kind if kind != "function" else None,
        tool_name=named,
        thinking=asked if asked in ("enabled", "adaptive") else None,
        structured=structured,
        hosted=tuple(str(tool["type"]) for tool in tools if is_hosted(tool)),
        server_state="previous_response_id" if settings.get("previous_response_id") else None,
    )
