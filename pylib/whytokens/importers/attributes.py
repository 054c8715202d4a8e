"""Attributes of spans and log records as flat objects: unions opened, nested names joined, indexed names listed.

Spec: opentelemetry-proto, common.proto (AnyValue); OpenInference, "Flattening"; formats, sections 4.1 and 4.2.
"""

from __future__ import annotations

from typing import Any

from whytokens.importers.values import Json, as_dict, as_list

UNIONS = ("stringValue", "string_value", "intValue", "int_value", "doubleValue", "double_value",
          "boolValue", "bool_value", "bytesValue", "bytes_value")  # fmt: skip
# Attributes that hold JSON of their own.
WHOLE = frozenset(("input.value", "output.value", "llm.invocation_parameters", "metadata"))
MAX_DEPTH = 60


def attributes_of(value: Any) -> Json:
    """Attributes as an object: OTLP's list of keys and unions, Jaeger's tags, or an object."""
    if isinstance(value, dict):
        return {str(key): value_of(found) for key, found in value.items()}
    found: Json = {}
    for item in as_list(value):
        one = as_dict(item)
        if isinstance(one.get("key"), str):
            found[one["key"]] = value_of(one.get("value"))
    return found


def value_of(value: Any, depth: int = 0) -> Any:
    """An OTLP value out of its union; int64 are texts there. Anything else as it is."""
    if not isinstance(value, dict) or depth > MAX_DEPTH:
        return value
    for key in ("arrayValue", "array_value"):
        if isinstance(value.get(key), dict):
            return [value_of(item, depth + 1) for item in as_list(value[key].get("values"))]
    for key in ("kvlistValue", "kvlist_value"):
        if isinstance(value.get(key), dict):
            items = (as_dict(item) for item in as_list(value[key].get("values")))
            return {str(i.get("key")): value_of(i.get("value"), depth + 1) for i in items}
    for key in UNIONS:
        if value.get(key) is not None:
            found = value[key]
            if key in ("intValue", "int_value") and isinstance(found, str):
                return int(found) if found.lstrip("-").isdigit() and len(found) < 25 else found
            return found
    if value and set(value) <= {
        *UNIONS,
        "arrayValue",
        "array_value",
        "kvlistValue",
        "kvlist_value",
    }:
        return None
    return value


def flattened(value: Json, prefix: str = "") -> Json:
    """Nested objects of attributes as dotted names, only where the names are of a convention."""
    found: Json = {}
    for key, inner in value.items():
        name = f"{prefix}{key}"
        opens = name.split(".")[0] in ("llm", "gen_ai", "openinference", "input", "output", "session",
                                       "user", "ai", "tag", "embedding", "traceloop")  # fmt: skip
        if (
            isinstance(inner, dict)
            and opens
            and name not in WHOLE
            and len(name) < 60
            and inner
            and "role" not in inner
        ):
            found |= flattened(inner, f"{name}.")
        elif isinstance(inner, list) and name in (
            "llm.input_messages",
            "llm.output_messages",
            "llm.tools",
        ):
            for number, item in enumerate(inner):
                found |= _indexed(item, f"{name}.{number}")
        else:
            found[name] = inner
    return found


def _indexed(value: Any, prefix: str, depth: int = 0) -> Json:
    if (
        isinstance(value, dict)
        and value
        and depth < 12
        and not prefix.endswith(("arguments", "json_schema"))
    ):
        return {
            k: v
            for key, item in value.items()
            for k, v in _indexed(item, f"{prefix}.{key}", depth + 1).items()
        }
    if isinstance(value, list) and value and isinstance(value[0], dict) and depth < 12:
        return {
            k: v
            for i, item in enumerate(value)
            for k, v in _indexed(item, f"{prefix}.{i}", depth + 1).items()
        }
    return {prefix: value}


def nested(attributes: Json, prefix: str) -> list[Any]:
    """The list that indexed names spell: prefix.0.role, prefix.0.content, prefix.1.role …"""
    root: Json = {}
    for key, value in attributes.items():
        if key.startswith(prefix + "."):
            node = root
            *path, last = key[len(prefix) + 1 :].split(".")
            for step in path:
                inner = node.setdefault(step, {})
                node = inner if isinstance(inner, dict) else node.setdefault(step + " ", {})
            node[last] = value
    return [_lists(root[key]) for key in sorted(root, key=_order)]


def _lists(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    if value and all(key.isdigit() for key in value):
        return [_lists(value[key]) for key in sorted(value, key=_order)]
    return {key: _lists(inner) for key, inner in value.items()}


def _order(key: str) -> tuple[int, str]:
    return (int(key), "") if key.isdigit() and len(key) < 12 else (10**12, key)
