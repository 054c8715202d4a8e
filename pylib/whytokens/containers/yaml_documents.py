"""YAML documents, read by PyYAML: installed, or its pure Python files, fetched when such a file is opened.

Spec: yaml.org/spec/1.1 as PyYAML's SafeLoader reads it. Local tags (`!ruby/object:...`) are plain values,
`!binary` is bytes. A document whose aliases unfold without end (a YAML bomb) is refused.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from whytokens.assets import Need
from whytokens.builder import TraceBuilder
from whytokens.containers import Source, libraries
from whytokens.containers.decode import head_bytes, head_text, lines
from whytokens.errors import TraceError
from whytokens.importers import Progress
from whytokens.model import Where
from whytokens.nesting import check

ASSET, MODULE = "pyyaml.zip", "yaml"
HEAD = re.compile(r"\s*(?:#[^\n]*\n\s*)*(?:%YAML[^\n]*\n)?(?:---[^\n]*\n\s*)?[\w\"' -]+:(?:\s|$)")
MAX_CHARS = 64 * 2**20
# Aliases share values in memory; a document that unfolds to more than this is a bomb.
MAX_VALUES = 5_000_000


def is_yaml(source: Source) -> bool:
    return bool(HEAD.match(head_text(head_bytes(source))))


def documents(source: Source, builder: TraceBuilder) -> Iterator[Any]:
    """A Need of the library where it is not at hand, then every document.

    Raises TraceError bad-json (with the place), too-large.
    """
    from whytokens.containers.documents import Document

    if not libraries.have(MODULE, ASSET):
        yield Need(ASSET)
    text = _text(source)
    try:
        check(text)
    except ValueError as error:
        raise _unreadable(source, 1, str(error)) from error
    progress = Progress(source.size_bytes, source.size_bytes, text.count("\n"))
    found = _loaded(text, source, builder)
    for value, line in found:
        yield Document(value, Where(file=source.name, line=line), progress)


def _text(source: Source) -> str:
    parts, size = list[str](), 0
    for line in lines(source):
        parts.append(line.text)
        size += len(line.text)
        if size > MAX_CHARS:
            raise TraceError(
                "too-large", f"{source.name} is more than {MAX_CHARS // 2**20} MB of YAML.",
                "It is read as a whole.", where=Where(file=source.name),
                hint="Save the recording as JSON, or drop fewer cassettes.",
            )  # fmt: skip
    return "".join(parts)


def _loaded(text: str, source: Source, builder: TraceBuilder) -> Iterator[tuple[Any, int]]:
    yaml = libraries.load(MODULE, ASSET)
    loader, count = None, 0
    try:
        loader = _loader()(text)
        while loader.check_node():
            node = loader.get_node()
            value = loader.construct_document(node)
            if not _bounded(value):
                raise ValueError("its aliases unfold to millions of values")
            yield value, node.start_mark.line + 1
            count += 1
    except (yaml.YAMLError, ValueError, RecursionError, OverflowError) as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 1 + text.count("\n", 0, getattr(error, "position", 0))
        reason = getattr(error, "problem", None) or str(error) or type(error).__name__
        reason = reason.split("\n")[0]
        if count:
            builder.warn(
                "partial",
                f"Not YAML from line {line:,} on: {reason}.",
                Where(file=source.name, line=line),
            )
            return
        raise _unreadable(source, line, reason) from error  # fmt: skip
    finally:
        if loader is not None:
            loader.dispose()


def _unreadable(source: Source, line: int, reason: str) -> TraceError:
    return TraceError(
        "bad-json", f"{source.name}, line {line:,}: {reason}.", "It looks like YAML but cannot be read.",
        where=Where(file=source.name, line=line), hint="Check that the file was written to its end.",
    )  # fmt: skip


def _bounded(value: Any) -> bool:
    """Does the value, unfolded, stay within MAX_VALUES?"""
    stack, seen = [value], 0
    while stack:
        one = stack.pop()
        seen += 1
        if seen > MAX_VALUES:
            return False
        if isinstance(one, dict):
            stack += one.values()
        elif isinstance(one, list):
            stack += one
    return True


@cache
def _loader() -> Any:
    """A safe loader for recordings: unknown tags are plain values."""
    yaml = libraries.load(MODULE, ASSET)

    class Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
        """Safe, and lenient about tags."""

    def plain(loader: Any, suffix: str, node: Any) -> Any:
        if isinstance(node, yaml.MappingNode):
            return loader.construct_mapping(node, deep=True)
        if isinstance(node, yaml.SequenceNode):
            return loader.construct_sequence(node, deep=True)
        return loader.construct_scalar(node)

    def binary(loader: Any, node: Any) -> Any:
        text = loader.construct_scalar(node)
        try:
            return base64.b64decode(text)
        except (binascii.Error, ValueError):
            return text

    Loader.add_multi_constructor("!", plain)
    Loader.add_multi_constructor("tag:yaml.org,2002:python/", plain)
    Loader.add_constructor("!binary", binary)
    Loader.add_constructor("tag:yaml.org,2002:binary", binary)
    return Loader
