"""llmprof: its proxy's database and its API's traces: a tree of counted components for each call.

Spec: formats, section 5 "llmprof". The text is not kept, the counts of its parts are: they are taken as
they are and marked as not exact.
"""

from __future__ import annotations

from collections.abc import Iterator

from whytokens.builder import TraceBuilder
from whytokens.importers import Guide
from whytokens.importers.providers import provider_of
from whytokens.importers.stores import Store, StoreImporter
from whytokens.importers.usage import excluding_cache, including_cache, usd_as_pusd
from whytokens.importers.values import (
    Json,
    as_count,
    as_dict,
    as_list,
    as_str,
    as_time,
    as_tokens,
    decoded,
    inside,
)
from whytokens.model import Category, MessageId, Role, SegmentId, Usage, Where

COLUMNS = ("ts", "provider", "model", "prompt_tokens", "completion_tokens", "components", "detail")
# What llmprof calls the parts of a prompt, most telling word first, in the order of a prompt.
KINDS: tuple[tuple[str, Category, Role], ...] = (
    ("tool schema", "tools", "tools"),
    ("system", "system", "system"),
    ("tool result", "tool_result", "tool"),
    ("tool call", "tool_call", "assistant"),
    ("assistant", "assistant", "assistant"),
    ("image", "media", "user"),
    ("retriev", "retrieved", "user"),
    ("", "user", "user"),
)
MAX_DEPTH = 20
OK = 400


def _owns(row: Json) -> bool:
    return {"ts", "model", "prompt_tokens", "components", "detail"} <= row.keys()


def _read(row: Json, where: Where, builder: TraceBuilder) -> None:
    provider = provider_of(as_str(row.get("provider")))
    status = as_count(row.get("status")) or 0
    tags = {key: str(row[key]) for key in ("route", "endpoint") if as_str(row.get(key))}
    found = as_count(row.get("turn"))
    builder.call(
        api="llmprof",
        model=as_str(row.get("model")),
        provider=provider,
        prompt=builder.prompt(_messages(as_dict(decoded(row.get("detail"))), where, builder)),
        where=where,
        session=as_str(row.get("session_id")),
        started=as_time(row.get("ts")),
        called_tools=tuple(str(n) for n in as_list(decoded(row.get("called_tools")))),
        usage=_usage(row, provider),
        error=f"HTTP {status}" if status >= OK else None,
        tags={**tags, **({"turn": str(found)} if found else {})},
        reported_cost_pusd=usd_as_pusd(row.get("cost_usd")),
    )


def _usage(row: Json, provider: str | None) -> Usage | None:
    """As the provider of the endpoint counts."""
    prompt, output = as_tokens(row.get("prompt_tokens")), as_tokens(row.get("completion_tokens"))
    read, write = as_tokens(row.get("cached_tokens")), as_tokens(row.get("cache_write_tokens"))
    if (read or 0) + (write or 0) > (prompt or 0):
        return excluding_cache(prompt, read=read, write_5m=write, output=output)
    total = as_tokens(row.get("total_tokens"))
    return including_cache(prompt, read=read, write_5m=write, output=output, total=total)


def _messages(tree: Json, where: Where, builder: TraceBuilder) -> list[MessageId]:
    parts = [as_dict(child) for child in as_list(tree.get("children"))]
    placed = sorted(parts, key=lambda part: KINDS.index(_kind(part)))
    found = []
    for part in placed:
        _, category, role = _kind(part)
        at = inside(where, "detail", str(part.get("name")))
        found.append(builder.message(role, _leaves(part, category, (), at, builder, 0)))
    return found


def _kind(part: Json) -> tuple[str, Category, Role]:
    name = str(part.get("name")).lower()
    return next(kind for kind in KINDS if kind[0] in name)


def _leaves(
    part: Json,
    category: Category,
    above: tuple[str, ...],
    where: Where,
    builder: TraceBuilder,
    depth: int,
) -> Iterator[SegmentId]:
    """The tree's leaves, and what a branch has beside them."""
    children = (
        [as_dict(child) for child in as_list(part.get("children"))] if depth < MAX_DEPTH else []
    )
    own = as_tokens(part.get("tokens")) or 0
    for child in children:
        own -= as_tokens(child.get("tokens")) or 0
        path = (*above, str(child.get("name")))
        yield from _leaves(child, category, path, where, builder, depth + 1)
    if own > 0:
        path = (category, *above) if above else (category, str(part.get("name")))
        yield builder.segment(category, path, None, where, name=path[-1], tokens=own)


LLMPROF = StoreImporter(
    Store(
        key="llmprof",
        label="llmprof",
        guide=Guide(
            section="Databases",
            what="~/.llmprof/llmprof.db with its -wal file, or JSON of /llmprof/api/traces",
            steps=(
                "Drop ~/.llmprof/llmprof.db together with llmprof.db-wal: new calls are in there.",
                "For the text too, set LLMPROF_CAPTURE=<folder> and drop that folder.",
            ),
            example='{"ts": 1763290000.5, "model": "…", "components": {"tool schemas": 75}, "detail": {}}',
            marks=frozenset(COLUMNS),
            missing="all text: it has the tokens of each part",
        ),
        table="traces",
        columns=COLUMNS,
        owns=_owns,
        read=_read,
        without=frozenset(("spans", "projects")),
    )
)
