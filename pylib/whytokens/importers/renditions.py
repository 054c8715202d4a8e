"""Logged content as messages and segments, the way the API that was called would be sent it."""

from __future__ import annotations

import json
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

OPENAI = ("openai.chat", "openai.responses")
OBJECTS = ("anthropic.messages", "gemini.generate", "bedrock.converse", "ollama.chat")
SCHEMA_KEYS = ("parameters", "input_schema", "inputSchema", "parameters_json_schema", "schema",
               "parametersJsonSchema", "args_schema")  # fmt: skip


_Said = tuple[Turn, list[SegmentId]]


@dataclass(frozen=True, slots=True)
class _Item:
    """A logged message: its turns with their segments, the calls it names."""

    said: list[_Said]
    noted: list[Noted]


class Rendition:
    """One request's content for one API."""

    def __init__(self, api: str, builder: TraceBuilder, where: Where) -> None:
        self.api, self.builder, self.where, self.names = api, builder, where, CallNames()

    def prompt(
        self, system: Any, messages: Any, tools: Any, settings: Json
    ) -> tuple[list[MessageId], Options]:
        """Messages in rendered order, and options."""
        found: list[MessageId] = []
        declared = declarations(tools)
        if declared:
            found.append(self.builder.message("tools", self._tools(declared)))
        schema = _response_schema(settings)
        if schema:
            found.append(format_message(schema, self.builder, self._at("response_format")))
        found += self._messages(self._said(turns(system, "system"), "system", 0))
        found += self._messages(self._conversation(messages))
        return found, _options(settings, declared, bool(schema))

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
            return _Item(said, self.names.fresh())

        def again(item: _Item) -> None:
            nonlocal number
            number += len(item.said)
            self.names.again(item.noted)

        found = earlier.read(value, self.api, read, again)
        return [one for item in found for one in item.said]

    def _said(self, found: Iterable[Turn], key: str, start: int) -> list[_Said]:
        said = []
        for number, turn in enumerate(found, start):
            at = self._at(key, number)
            said.append((turn, [s for part in turn.parts for s in self._part(part, turn.role, at)]))
        return said

    def _messages(self, found: Iterable[_Said]) -> Iterator[MessageId]:
        """Results in a row are one message, and so are the items of one reply."""
        run, role, joins = list[SegmentId](), "user", False
        for turn, segments in found:
            kind: Role = turn.role
            if any(part.kind == "result" for part in turn.parts):
                kind = "tool"
            only = turn.item or (kind == "tool" and all(p.kind == "result" for p in turn.parts))
            if run and not (only and joins and kind == role):
                yield self.builder.message(role, run)  # type: ignore[arg-type]
                run = []
            if not turn.parts:
                continue
            if only:
                run, role, joins = run + segments, kind, True
                continue
            joins = False
            yield self.builder.message(kind, segments, turn.name)
        if run:
            yield self.builder.message(role, run)  # type: ignore[arg-type]

    def segments(self, part: Part, role: str, where: Where) -> list[SegmentId]:
        """One part as segments."""
        return self._part(part, role, where)

    def _part(self, part: Part, role: str, where: Where) -> list[SegmentId]:
        add = self.builder.segment
        if part.kind == "call":
            return [self._call(part, where)]
        if part.kind == "result":
            path = self.names.result_path(part.id, part.name)
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
        category: Category = role if role in ("system", "assistant") else "user"  # type: ignore[assignment]
        return [add(category, (category,), part.text or "", where)]

    def _call(self, part: Part, where: Where) -> SegmentId:
        self.names.note(part.id, part.name, part.arguments)
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
