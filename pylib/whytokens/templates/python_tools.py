"""Functions as the Developer API writes them for Gemini 2.5: Python, typed and documented.

Not documented; found by counting. Of 347 corpus requests with functions (12 projects) 322 come out
exact, those with nested objects, lists, choices and references too; so do calls and answers.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

TYPES = {
    "string": "str", "integer": "int", "number": "float", "boolean": "bool", "null": "None",
}  # fmt: skip
OPTIONAL = " | None = None"
# A schema that holds itself is written out this often (one project, off by 1 %).
TIMES = 5
MAX_DEPTH = 30
# What opens and closes a call or an answer.
AROUND = 2


def called(name: str, arguments: Mapping[str, Any]) -> str:
    values = (f"{key} = {_quoted(value)}" for key, value in sorted(arguments.items()))
    return f"print(default_api.{name}({', '.join(values)}))"


def answered(name: str, answer: Mapping[str, Any]) -> str:
    return f"{name}({_quoted(answer)})"


def _quoted(value: Any) -> str:
    """Quotes of either kind are escaped (one project's four requests)."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True).replace("'", "\\'")


def function(name: str, about: str, schema: Mapping[str, Any]) -> str:
    """One function, the classes of its arguments before it."""
    definitions = schema.get("$defs") or schema.get("definitions")
    writer = _Writer(definitions if isinstance(definitions, dict) else {})
    fields = writer.fields(schema, _title(name), ())
    lines = "".join(f"    {line},\n" for line in fields)
    notes = writer.notes(schema)
    classes = "".join(writer.classes)
    return f'{classes}def {name}(\n{lines}) -> dict:\n  """{about}\n\n  Args:\n{notes}  """\n'


class _Writer:
    """Collects the classes that nested objects become; `seen` are the references on the way."""

    def __init__(self, definitions: Mapping[str, Any]) -> None:
        self.definitions = definitions
        self.classes: list[str] = []

    def fields(self, schema: Mapping[str, Any], owner: str, seen: tuple[str, ...]) -> list[str]:
        required = schema.get("required")
        needed = required if isinstance(required, list) else []
        return [
            f"{key}: {self.type(value, owner + _title(key), seen)}"
            + ("" if key in needed else OPTIONAL)
            for key, value in _properties(schema).items()
        ]

    def notes(self, schema: Mapping[str, Any]) -> str:
        return "".join(
            f"    {key}: {_about(self.resolved(value, ())[0])}\n"
            for key, value in _properties(schema).items()
        )

    def type(self, value: Any, name: str, seen: tuple[str, ...]) -> str:
        schema, seen = self.resolved(value, seen)
        if len(seen) > MAX_DEPTH:
            return "Any"
        if isinstance(schema.get("enum"), list):
            return "Literal[" + ", ".join(repr(str(item)) for item in schema["enum"]) + "]"
        if isinstance(schema.get("anyOf"), list):
            return " | ".join(self.type(choice, name, seen) for choice in schema["anyOf"])
        kind = _kind(schema.get("type"))
        if kind == "array":
            return f"list[{self.type(schema.get('items'), name, seen)}]"
        if kind != "object":
            return TYPES.get(kind, "Any")
        if not _properties(schema):
            return "dict[str, Any]"
        self.classes.append(self.written(schema, name, (*seen, "")))
        return name

    def written(self, schema: Mapping[str, Any], name: str, seen: tuple[str, ...]) -> str:
        """A nested object as a class."""
        lines = "".join(f"  {line}\n" for line in self.fields(schema, name, seen))
        return (
            f"@dataclasses.dataclass(kw_only=True)\nclass {name}:\n"
            f'  """{_about(schema)}\n\n  Attributes:\n{self.notes(schema)}  """\n{lines}'
        )

    def resolved(
        self, value: Any, seen: tuple[str, ...]
    ) -> tuple[Mapping[str, Any], tuple[str, ...]]:
        """A schema in place of a reference to it."""
        schema = value if isinstance(value, dict) else {}
        reference = schema.get("$ref")
        if not isinstance(reference, str):
            return schema, seen
        name = reference.rsplit("/", 1)[-1]
        target = self.definitions.get(name)
        if not isinstance(target, dict) or seen.count(name) >= TIMES:
            return {"type": "object"}, seen
        beside = {key: item for key, item in schema.items() if key != "$ref"}
        return {**target, **beside}, (*seen, name)


def _properties(schema: Mapping[str, Any]) -> dict[str, Any]:
    found = schema.get("properties")
    return found if isinstance(found, dict) else {}


def _about(schema: Mapping[str, Any]) -> str:
    about = schema.get("description")
    return about if isinstance(about, str) else json.dumps(about) if about else ""


def _kind(value: Any) -> str:
    if isinstance(value, list):
        value = next((item for item in value if str(item).lower() != "null"), "null")
    return str(value or "").lower()


def _title(name: str) -> str:
    """ "plan_trip" -> "PlanTrip"."""
    words: Sequence[str] = name.replace("-", "_").split("_")
    return "".join(word[:1].upper() + word[1:] for word in words)
