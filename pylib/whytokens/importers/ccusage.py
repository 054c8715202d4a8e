"""Reports of ccusage as JSON: daily, weekly, monthly, by session or by block, of Claude Code or Codex.

Spec: ccusage's `--json`. Claude Code's counts stand beside the cache; Codex's input includes it. The
costs in it are ccusage's own estimates and are left to our price list.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from whytokens.importers import Guide
from whytokens.importers.logged import Logged, tokens
from whytokens.importers.records import Format, RecordImporter, Row, first
from whytokens.importers.sums import HIDDEN, NOTE, summed
from whytokens.importers.usage import excluding_cache
from whytokens.importers.values import Json, as_dict, as_list, as_str, as_time, as_tokens, inside
from whytokens.model import Where

LISTS = ("daily", "weekly", "monthly", "sessions", "session", "blocks")
TIMES = ("date", "week", "month", "lastActivity", "startTime")
COUNTS = ("inputTokens", "outputTokens", "cacheCreationTokens", "cacheReadTokens")


def _rows(value: Any, where: Where) -> Iterator[Row]:
    """A row for each model of each entry; projects hold entries of their own."""
    report = as_dict(value)
    for name in LISTS:
        for number, entry in enumerate(map(as_dict, as_list(report.get(name)))):
            yield from _entry(entry, inside(where, name, number))
    for project, entries in as_dict(report.get("projects")).items():
        for number, entry in enumerate(map(as_dict, as_list(entries))):
            about = {"project": project, **entry}
            yield from _entry(about, inside(where, "projects", project, number))


def _entry(entry: Json, where: Where) -> Iterator[Row]:
    about = {
        "at": first(entry, *TIMES), "session": first(entry, "sessionId", "session"),
        "project": first(entry, "project", "projectPath"),
    }  # fmt: skip
    each = as_list(entry.get("modelBreakdowns"))
    named = as_dict(entry.get("models"))
    for number, one in enumerate(map(as_dict, each)):
        yield (
            {**about, **one, "model": one.get("modelName")},
            inside(where, "modelBreakdowns", number),
        )
    for model, one in named.items():
        yield {**about, **as_dict(one), "model": model}, inside(where, "models", model)
    if each or named or entry.get("isGap"):
        return
    models = as_list(entry.get("modelsUsed")) or as_list(entry.get("models"))
    spent = as_dict(entry.get("tokenCounts")) or entry
    yield {
        **about, "model": models[0] if len(models) == 1 else None,
        "inputTokens": spent.get("inputTokens"), "outputTokens": spent.get("outputTokens"),
        "cacheCreationTokens": first(spent, "cacheCreationTokens", "cacheCreationInputTokens"),
        "cacheReadTokens": first(spent, "cacheReadTokens", "cacheReadInputTokens"),
    }, where  # fmt: skip


def _owns(row: Json) -> bool:
    return all(as_tokens(row.get(name)) is not None for name in COUNTS[:2])


def logged(row: Json, where: Where) -> Logged | None:
    sent, output = as_tokens(row.get("inputTokens")), as_tokens(row.get("outputTokens"))
    if "cachedInputTokens" in row:
        usage = tokens(
            sent, output, read=as_tokens(row.get("cachedInputTokens")),
            reasoning=as_tokens(row.get("reasoningOutputTokens")),
        )  # fmt: skip
    else:
        write, read = (as_tokens(row.get(name)) for name in COUNTS[2:])
        usage = excluding_cache(sent, read=read, write_5m=write, output=output)
    session = as_str(row.get("session"))
    one = Logged(
        where=where, model=as_str(row.get("model")), usage=summed(usage), hidden=HIDDEN,
        started=as_time(row.get("at")), session=session,
    )  # fmt: skip
    one.tag(project=row.get("project"))
    return one


CCUSAGE = RecordImporter(
    Format(
        key="ccusage",
        label="ccusage report",
        guide=Guide(
            section="Usage reports",
            what="ccusage with --json: daily, weekly, monthly, session or blocks",
            steps=(
                "Run npx ccusage@latest daily --json --breakdown > usage.json and drop that.",
                "The files it reads say more: drop ~/.claude/projects itself for texts and waste.",
            ),
            example='{"daily": [{"date": "2026-11-12", "modelBreakdowns": [{"modelName": "…", "inputTokens": 1}]}]}',
            marks=frozenset((*LISTS, "totals", "modelBreakdowns", "modelsUsed")),
            missing="single requests and all text",
        ),
        owns=_owns,
        logged=logged,
        rows=_rows,
        marks=('"modelBreakdowns"',),
        note=lambda row: NOTE,
    )
)
