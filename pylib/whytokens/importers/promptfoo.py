"""promptfoo: results of an evaluation as JSON or JSONL.

Spec: formats, section 5 "promptfoo". The prompt is what was sent, as text or as JSON of messages; system
prompts and tools of a provider's config stand in the config, if at all.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from whytokens.importers import Guide
from whytokens.importers.logged import Logged, tokens
from whytokens.importers.records import Format, RecordImporter, Row, opened, rows, under
from whytokens.importers.usage import usd_as_pusd
from whytokens.importers.values import (
    Json,
    as_count,
    as_dict,
    as_list,
    as_str,
    as_time,
    as_tokens,
    decoded,
)
from whytokens.model import Usage, Where

TABLE = "results"


def results(value: Any, where: Where) -> Iterator[Row]:
    """Rows of results, with the config of their evaluation."""
    one = as_dict(value)
    inner = as_dict(one.get("results"))
    found = inner.get("results") if inner else None
    if not isinstance(found, list):
        yield from rows(value, where)
        return
    config = {str(as_dict(p).get("id")): as_dict(as_dict(p).get("config"))
              for p in as_list(as_dict(one.get("config")).get("providers"))}  # fmt: skip
    for row, place in rows(found, under(where, "results", "results")):
        name = str(as_dict(row.get("provider")).get("id"))
        yield {**row, "config ": config.get(name, {}), "time ": inner.get("timestamp")}, place


def logged(row: Json, where: Where) -> Logged | None:
    provider = as_dict(row.get("provider"))
    name = as_str(provider.get("id")) or as_str(row.get("provider")) or ""
    parts = name.split(":")
    response = as_dict(opened(row, "response"))
    config = as_dict(row.get("config "))
    raw: Any = as_dict(row.get("prompt")).get("raw", row.get("prompt"))
    latency = row.get("latencyMs")
    one = Logged(
        where=where, provider=parts[0] or None, model=parts[-1] or None,
        messages=decoded(raw), tools=config.get("tools"),
        system=config.get("systemPrompt") or config.get("system"), settings=config,
        output=response.get("output"), usage=_usage(as_dict(response.get("tokenUsage") or row.get("tokenUsage"))),
        cost_pusd=usd_as_pusd(row.get("cost")), started=as_time(row.get("time ")),
        duration_ms=as_count(latency) if isinstance(latency, int | float) else None,
        error=as_str(response.get("error")) or (as_str(row.get("error")) if not response.get("output") else None),
    )  # fmt: skip
    if isinstance(one.output, dict | list):
        one.output = (
            None
            if not one.output
            else str(one.output)
            if isinstance(one.output, list)
            else one.output
        )
    one.tag(
        prompt=as_dict(row.get("prompt")).get("label") if row.get("promptIdx") is not None else None
    )
    one.tag(test=row.get("testIdx"), prompt_index=row.get("promptIdx"))
    return one


def _usage(raw: Json) -> Usage | None:
    """A reply from promptfoo's own cache was not billed."""
    details = as_dict(raw.get("completionDetails"))
    if as_tokens(raw.get("cached")) and not as_tokens(raw.get("prompt")):
        return Usage(input=0, cache_read=0, cache_write_5m=0, cache_write_1h=0, output=0)
    if raw.get("prompt") is None and raw.get("completion") is None:
        return None
    return tokens(
        as_tokens(raw.get("prompt")), as_tokens(raw.get("completion")),
        read=as_tokens(details.get("cacheReadInputTokens")),
        write=as_tokens(details.get("cacheCreationInputTokens")),
        reasoning=as_tokens(details.get("reasoning")),
    )  # fmt: skip


def _owns(row: Json) -> bool:
    return (
        ("promptIdx" in row or "promptId" in row or "testCase" in row)
        and "prompt" in row
        and ("response" in row or "provider" in row)
    )


PROMPTFOO = RecordImporter(
    Format(
        key="promptfoo",
        label="promptfoo",
        guide=Guide(
            section="Other",
            what="Results of an evaluation as JSON or JSON Lines",
            steps=("Run promptfoo eval -o results.json.",),
            example=(
                '{"evalId": "…", "results": {"results": [{"prompt": {"raw": "…"}, '
                '"response": {"output": "…", "tokenUsage": {}}}]}}'
            ),
            marks=frozenset(("evalId", "promptIdx", "testCase", "tokenUsage")),
            missing="system prompts and tools that stand in the provider's own code",
        ),
        owns=_owns,
        logged=logged,
        rows=results,
        marks=('"evalId"', '"promptIdx"'),
    )
)
