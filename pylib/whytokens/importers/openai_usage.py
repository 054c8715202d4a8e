"""OpenAI's usage reports: CSV of the dashboard's Usage page, JSON of /v1/organization/usage/….

Spec: platform.openai.com/docs/api-reference/usage. A bucket of time holds results by project, user, key,
model and batch, each the sum of `num_model_requests`; input includes what was read from the cache.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from whytokens.importers import Guide
from whytokens.importers.logged import Logged, tokens
from whytokens.importers.records import Format, RecordImporter, Row, first, rows
from whytokens.importers.sums import HIDDEN, NOTE, summed
from whytokens.importers.values import Json, as_dict, as_list, as_str, as_time, as_tokens, inside
from whytokens.model import Where

RESULT = "organization.usage."
TAGS = {
    "project": ("project_name", "project_id"), "user": ("user_email", "user_id"),
    "key": ("api_key_name", "api_key_id"), "requests": ("num_model_requests",),
}  # fmt: skip
SOUND = ("input_audio", "output_audio")


def buckets(value: Any, where: Where) -> Iterator[Row]:
    """The results of a page's buckets, each with its bucket's start; other rows as they are."""
    for one, at in rows(value, where):
        results = as_list(one.get("results"))
        for number, result in enumerate(map(as_dict, results)):
            start: Json = {key: one[key] for key in ("start_time", "starting_at") if key in one}
            yield {**start, **result}, inside(at, "results", number)
        if "results" not in one:
            yield one, at


def _owns(row: Json) -> bool:
    return as_tokens(row.get("input_tokens")) is not None and (
        str(row.get("object")).startswith(RESULT) or "num_model_requests" in row
    )


def logged(row: Json, where: Where) -> Logged | None:
    output = as_tokens(row.get("output_tokens"))
    usage = tokens(
        as_tokens(row.get("input_tokens")),
        output or 0,
        read=as_tokens(row.get("input_cached_tokens")),
    )
    heard = {name: count for name in SOUND if (count := as_tokens(row.get(f"{name}_tokens")))}
    usage = summed(usage)
    one = Logged(
        where=where, provider="openai", model=as_str(row.get("model")), hidden=HIDDEN,
        usage=usage and replace(usage, detail=heard),
        started=as_time(first(row, "start_time", "start_time_iso")),
        tier="batch" if str(row.get("batch")).lower() == "true" else None,
    )  # fmt: skip
    one.tag(**{tag: first(row, *names) for tag, names in TAGS.items()})
    return one


OPENAI_USAGE = RecordImporter(
    Format(
        key="openai_usage",
        label="OpenAI usage report",
        guide=Guide(
            section="Usage reports",
            what="The Usage page's export, or pages of /v1/organization/usage/completions",
            steps=(
                "platform.openai.com, Usage, Export: group by model, and by project or key.",
                "Or save the JSON of GET /v1/organization/usage/completions?group_by=model.",
            ),
            example="start_time,end_time,num_model_requests,model,batch,input_tokens,output_tokens,input_cached_tokens",
            marks=frozenset(("num_model_requests", "input_cached_tokens", "api_key_id", "batch")),
            missing="single requests and all text",
        ),
        owns=_owns,
        logged=logged,
        rows=buckets,
        marks=('"num_model_requests"', "organization.usage."),
        note=lambda row: NOTE,
    )
)
