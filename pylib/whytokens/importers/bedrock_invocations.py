"""Amazon Bedrock's model invocation logs, from S3 or CloudWatch.

Spec: docs.aws.amazon.com/bedrock, "Monitor model invocation": a record holds the body of the request and
of the response, of a stream its chunks; counts stand beside them, the cache's beside the input. Events of
CloudWatch wrap a record as text.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from whytokens.importers import Guide
from whytokens.importers.logged import Logged
from whytokens.importers.records import Format, RecordImporter, Row, first, opened, rows, tagged
from whytokens.importers.sse import response_of
from whytokens.importers.usage import excluding_cache, usage_of
from whytokens.importers.values import Json, as_dict, as_str, as_time, as_tokens, decoded, inside
from whytokens.model import Where

SCHEMA = "ModelInvocationLog"
WRAPPED = ("message", "@message")


def _records(value: Any, where: Where) -> Iterator[Row]:
    """Records, also out of the events of CloudWatch."""
    for row, at in rows(value, where):
        wrapper = next((key for key in WRAPPED if isinstance(row.get(key), str)), None)
        record = as_dict(decoded(row[wrapper])) if wrapper else {}
        yield (record, inside(at, wrapper)) if wrapper and record else (row, at)


def _owns(row: Json) -> bool:
    return row.get("schemaType") == SCHEMA or (
        "modelId" in row and "operation" in row and "inputTokenCount" in as_dict(row.get("input"))
    )


def _whole(value: Any) -> Json:
    found = decoded(value)
    if isinstance(found, list):
        return response_of([as_dict(one).get("chunk") or one for one in found]) or {}
    return as_dict(found)


def logged(row: Json, where: Where) -> Logged | None:
    sent, came = as_dict(row.get("input")), as_dict(row.get("output"))
    reply = _whole(opened(came, "outputBodyJson", "outputBody"))
    said = usage_of(reply.get("usage"), "bedrock")
    counted = excluding_cache(
        as_tokens(sent.get("inputTokenCount")),
        read=as_tokens(sent.get("cacheReadInputTokenCount")),
        write_5m=as_tokens(sent.get("cacheWriteInputTokenCount")),
        output=as_tokens(came.get("outputTokenCount")),
    )
    usage = said if said is not None and said.prompt is not None else counted
    place = as_str(first(row, "inferenceRegion", "region"))
    one = Logged(
        where=where, body=as_dict(opened(sent, "inputBodyJson")), reply_body=reply, provider="aws",
        model=as_str(row.get("modelId")), id=as_str(row.get("requestId")),
        usage=usage and replace(usage, region=place), started=as_time(row.get("timestamp")),
        error=as_str(row.get("errorCode")),
    )  # fmt: skip
    one.tag(user=(as_str(as_dict(row.get("identity")).get("arn")) or "").rsplit(":", 1)[-1])
    one.tag(region=place, operation=row.get("operation"))
    tagged(one, row.get("requestMetadata"))
    return one


BEDROCK_INVOCATIONS = RecordImporter(
    Format(
        key="bedrock_invocations",
        label="Bedrock invocation log",
        guide=Guide(
            section="Traces",
            what="Model invocation logs of Amazon Bedrock: files of the S3 bucket, or CloudWatch events",
            steps=(
                "Bedrock, Settings, Model invocation logging; then drop the .json.gz files of the bucket.",
                "Or aws logs filter-log-events --log-group-name <group> > events.json.",
            ),
            example='{"schemaType": "ModelInvocationLog", "modelId": "…", "input": {"inputBodyJson": {…}}}',
            marks=frozenset(
                ("schemaType", "modelId", "operation", "inputTokenCount", "requestMetadata")
            ),
            missing="bodies above 100 kB, which the log keeps as objects of their own",
        ),
        owns=_owns,
        logged=logged,
        rows=_records,
        marks=('"ModelInvocationLog"', '\\"ModelInvocationLog\\"'),
    )
)
