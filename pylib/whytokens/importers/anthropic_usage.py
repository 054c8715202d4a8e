"""Anthropic's usage reports: CSV of the Console's Usage page, JSON of the Admin API.

Spec: platform.claude.com/docs/en/api/admin/usage_report. Input is counted beside the cache; a row says
its tier, place and whether its prompts were above 200 k. The report on Claude Code has a line a person
and day, with the tokens of each model.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from whytokens.importers import Guide
from whytokens.importers.logged import Logged
from whytokens.importers.openai_usage import buckets
from whytokens.importers.records import Format, RecordImporter, Row, first
from whytokens.importers.sums import HIDDEN, NOTE, summed
from whytokens.importers.usage import excluding_cache
from whytokens.importers.values import Json, as_dict, as_list, as_str, as_time, as_tokens, inside
from whytokens.model import Where

FRESH = ("usage_input_tokens_no_cache", "uncached_input_tokens")
OUTPUT = ("usage_output_tokens", "output_tokens")
TAGS = {
    "workspace": ("workspace", "workspace_id"), "key": ("api_key", "api_key_id"),
    "user": ("account_id", "service_account_id"), "requests": ("request_count",),
}  # fmt: skip
SHORT = ("0-200k", "≤ 200k", "<= 200k", "≤200k")
ANYWHERE = ("global", "not_available", "")


def _rows(value: Any, where: Where) -> Iterator[Row]:
    """Rows and results; of Claude Code's report one for each person, day and model."""
    for row, at in buckets(value, where):
        models = as_list(row.get("model_breakdown"))
        for number, one in enumerate(map(as_dict, models)):
            about = as_dict(row.get("actor"))
            spent = as_dict(one.get("tokens"))
            yield {
                "usage_date_utc": row.get("date"), "model": one.get("model"), "agent": "Claude Code",
                "uncached_input_tokens": spent.get("input"), "output_tokens": spent.get("output"),
                "cache_read_input_tokens": spent.get("cache_read"),
                "cache_creation": {"ephemeral_5m_input_tokens": spent.get("cache_creation")},
                "account_id": about.get("email_address"), "api_key": about.get("api_key_name"),
            }, inside(at, "model_breakdown", number)  # fmt: skip
        if "model_breakdown" not in row:
            yield row, at


def _owns(row: Json) -> bool:
    return any(as_tokens(row.get(name)) is not None for name in FRESH) and any(
        as_tokens(row.get(name)) is not None for name in OUTPUT
    )


def logged(row: Json, where: Where) -> Logged | None:
    lifetimes = as_dict(row.get("cache_creation"))
    usage = excluding_cache(
        as_tokens(first(row, *FRESH)) or 0,
        read=as_tokens(first(row, "usage_input_tokens_cache_read", "cache_read_input_tokens")),
        write_5m=as_tokens(
            first(row, "usage_input_tokens_cache_write_5m", "usage_input_tokens_cache_write")
        )
        or as_tokens(lifetimes.get("ephemeral_5m_input_tokens")),
        write_1h=as_tokens(row.get("usage_input_tokens_cache_write_1h"))
        or as_tokens(lifetimes.get("ephemeral_1h_input_tokens")),
        output=as_tokens(first(row, *OUTPUT)) or 0,
    )
    window = as_str(row.get("context_window")) or SHORT[0]
    usage = summed(usage, long=window not in SHORT)
    searches = as_tokens(row.get("web_search_count"))
    searches = searches or as_tokens(as_dict(row.get("server_tool_use")).get("web_search_requests"))
    place = as_str(row.get("inference_geo")) or ""
    kind = as_str(first(row, "service_tier", "usage_type"))
    one = Logged(
        where=where, provider="anthropic", model=as_str(first(row, "model_version", "model")),
        usage=usage and replace(
            usage, fees={"web_search": searches} if searches else {},
            region=None if place in ANYWHERE else place,
        ),
        started=as_time(first(row, "usage_date_utc", "starting_at")), hidden=HIDDEN,
        tier="fast" if row.get("speed") == "fast" else kind,
    )  # fmt: skip
    one.tag(**{tag: first(row, *names) for tag, names in TAGS.items()}, agent=row.get("agent"))
    return one


ANTHROPIC_USAGE = RecordImporter(
    Format(
        key="anthropic_usage",
        label="Anthropic usage report",
        guide=Guide(
            section="Usage reports",
            what="The Console's usage export, or pages of the Admin API's usage_report",
            steps=(
                "platform.claude.com, Usage, Export: CSV of a month.",
                "Or save the JSON of GET /v1/organizations/usage_report/messages?group_by[]=model.",
            ),
            example="usage_date_utc,model_version,api_key,workspace,usage_type,usage_input_tokens_no_cache,…",
            marks=frozenset(
                (
                    "usage_date_utc",
                    "model_version",
                    "usage_input_tokens_no_cache",
                    "uncached_input_tokens",
                )
            ),
            missing="single requests and all text",
        ),
        owns=_owns,
        logged=logged,
        rows=_rows,
        marks=('"uncached_input_tokens"', "usage_input_tokens_no_cache"),
        note=lambda row: NOTE,
    )
)
