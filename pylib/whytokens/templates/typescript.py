"""Tool definitions as OpenAI renders them: a TypeScript namespace with comments.

Spec: facts "OpenAI chat.completions", bullet "Tools" (fitted on billed requests, 91.5 % of 272 tool
sets token-exact). `additionalProperties`, `strict` and lengths of strings are not rendered.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

Schema = Mapping[str, Any]
PREFIX = "# Tools\n\n## functions\n\nnamespace functions {\n\n"
SUFFIX = "} // namespace functions"
# Deeper schemas are drawn as `any`, so that one that refers to itself ends.
MAX_DEPTH = 10
# What structured outputs know to keep: shown behind the property; other formats are not.
LIMITS = (
    "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf",
    "minItems", "maxItems", "pattern", "format",
)  # fmt: skip
FORMATS = frozenset(
    ("date-time", "time", "date", "duration", "email", "hostname", "ipv4", "ipv6", "uuid")
)
WORDS = {"string": "string", "integer": "number", "number": "number", "boolean": "boolean"}


def function(name: str, description: str | None, parameters: Any) -> str:
    """One function, without the blank line that follows it."""
    head = comment(description) if description else ""
    schema = parameters if isinstance(parameters, dict) else {}
    if not _dict(schema.get("properties")):
        return f"{head}type {name} = () => any;"
    shapes = {**_dict(schema.get("definitions")), **_dict(schema.get("$defs"))}
    above = "".join(f"// {schema[key]}\n" for key in ("title", "description") if schema.get(key))
    return f"{head}type {name} = (_: {above}{_object(schema, shapes, 0)}) => any;"


def freeform(name: str, description: str | None, grammar: str | None = None) -> str:
    """A custom tool, whose input is plain text, or a text of a grammar."""
    above = "".join(comment(text) for text in (description, grammar) if text)
    return f"{above}type {name} = (FREEFORM) => any;"


def comment(text: Any) -> str:
    """Lines after `// `, each stripped."""
    lines = str(text).strip().split("\n")
    return "".join(f"// {line.strip()}".rstrip() + "\n" for line in lines)


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _resolve(schema: Any, shapes: Schema) -> dict[str, Any]:
    found = _dict(schema)
    for _ in range(MAX_DEPTH):
        if "$ref" not in found:
            break
        target = shapes.get(str(found["$ref"]).rsplit("/", 1)[-1])
        if not isinstance(target, dict):
            break
        found = {**target, **{key: value for key, value in found.items() if key != "$ref"}}
    return found


def _type(schema: Any, shapes: Schema, depth: int) -> str:
    if not isinstance(schema, dict) or depth > MAX_DEPTH:
        return "any"
    found = _resolve(schema, shapes)
    for key, joint in (("anyOf", " | "), ("oneOf", " | "), ("allOf", " & ")):
        if isinstance(found.get(key), list) and found[key]:
            return joint.join(_type(part, shapes, depth + 1) for part in found[key])
    if "const" in found:
        return _json(found["const"])
    if isinstance(found.get("enum"), list) and found["enum"]:
        return " | ".join(_json(value) for value in found["enum"])
    kind = found.get("type")
    if isinstance(kind, list):
        return _union(found, kind, shapes, depth)
    if kind == "object" or (kind is None and found.get("properties")):
        return _object(found, shapes, depth + 1) if _dict(found.get("properties")) else "object"
    if kind == "array":
        return _array(found.get("items"), shapes, depth)
    return WORDS.get(kind, "null" if kind == "null" else "any") if isinstance(kind, str) else "any"


def _array(items: Any, shapes: Schema, depth: int) -> str:
    """`T[]`; objects that have a title or a description of their own say it above."""
    item = _type(items, shapes, depth + 1) if items else "any"
    said = _resolve(items, shapes)
    if item.startswith("{") and _words(said):
        return f"Array<\n{_words(said)}{item}>"
    return (f"({item})" if " | " in item and not item.startswith("{") else item) + "[]"


def _union(schema: dict[str, Any], kinds: list[Any], shapes: Schema, depth: int) -> str:
    """A list of types: each alternative carries the description again."""
    plain = {key: value for key, value in schema.items() if key != "description"}
    types = [_type({**plain, "type": one}, shapes, depth + 1) for one in kinds]
    if not schema.get("description"):
        return " | ".join(types)
    words = comment(schema["description"])
    return "\n" + "".join(f" {words} | {one}\n" for one in types)


def _object(schema: Schema, shapes: Schema, depth: int) -> str:
    required = schema.get("required")
    required = required if isinstance(required, list) else []
    rows, plain = [], True
    for key, value in _dict(schema.get("properties")).items():
        found = _resolve(value, shapes)
        words, after = _words(found), _after(found)
        plain = plain and not words and not after
        mark = "" if key in required else "?"
        rows.append((words, f"{key}{mark}: {_type(found, shapes, depth)}", after))
    if plain:
        return "{ " + ", ".join(row for _, row, _ in rows) + " }"
    return "{\n" + "".join(f"{words}{row},{after}\n" for words, row, after in rows) + "}"


def _words(schema: Schema) -> str:
    title, description = schema.get("title"), schema.get("description")
    if title and description:
        return comment(title) + "//\n" + comment(description)
    return comment(title or description) if title or description else ""


def _after(schema: Schema) -> str:
    """What is said behind a property: its default, and the limits of its value."""
    found = []
    if "default" in schema:
        value = schema["default"]
        bare = isinstance(value, str) and isinstance(schema.get("enum"), list)
        found.append(f"default: {value if bare else _json(value)}")
    limits = [f"{key}: {schema[key]}" for key in LIMITS if key in schema and _limits(schema, key)]
    if limits:
        found.append("Constraints: " + ", ".join(limits))
    return " // " + ", ".join(found) if found else ""


def _limits(schema: Schema, key: str) -> bool:
    return key != "format" or schema[key] in FORMATS
