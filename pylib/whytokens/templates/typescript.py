"""Tool definitions as OpenAI renders them: a TypeScript namespace with comments.

Spec: facts "OpenAI chat.completions", bullet "Tools" (fitted on billed requests, 91.5 % of 272 tool
sets token-exact). Limits such as `format`, `minimum` or `additionalProperties` are not rendered.
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
        item = _type(found["items"], shapes, depth + 1) if found.get("items") else "any"
        return (f"({item})" if " | " in item and not item.startswith("{") else item) + "[]"
    return WORDS.get(kind, "null" if kind == "null" else "any") if isinstance(kind, str) else "any"


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
        words, default = _words(found), _default(found)
        plain = plain and not words and not default
        mark = "" if key in required else "?"
        rows.append((words, f"{key}{mark}: {_type(found, shapes, depth)}", default))
    if plain:
        return "{ " + ", ".join(row for _, row, _ in rows) + " }"
    return "{\n" + "".join(f"{words}{row},{default}\n" for words, row, default in rows) + "}"


def _words(schema: Schema) -> str:
    title, description = schema.get("title"), schema.get("description")
    if title and description:
        return comment(title) + "//\n" + comment(description)
    return comment(title or description) if title or description else ""


def _default(schema: Schema) -> str:
    if "default" not in schema:
        return ""
    value = schema["default"]
    bare = isinstance(value, str) and isinstance(schema.get("enum"), list)
    return f" // default: {value if bare else _json(value)}"
