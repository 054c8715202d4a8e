"""Request-response logs of Vertex AI: rows of the BigQuery table, as JSON, JSON Lines or Parquet.

Spec: cloud.google.com/vertex-ai, "Log requests and responses". `full_request` and `full_response` are
bodies of Gemini, or of Claude by rawPredict; exports write them as JSON or as text.
"""

from __future__ import annotations

from whytokens.importers import Guide
from whytokens.importers.logged import Logged
from whytokens.importers.records import Format, RecordImporter, first, opened, tagged
from whytokens.importers.sse import response_of
from whytokens.importers.usage import usage_of
from whytokens.importers.values import Json, as_dict, as_str, as_time
from whytokens.model import Where


def _owns(row: Json) -> bool:
    return "full_request" in row and ("full_response" in row or "logging_time" in row)


def logged(row: Json, where: Where) -> Logged | None:
    came = opened(row, "full_response")
    reply = (response_of(came) if isinstance(came, list) else as_dict(came)) or {}
    request = as_dict(opened(row, "full_request"))
    endpoint = as_str(row.get("endpoint")) or ""
    time = as_str(row.get("logging_time")) or ""
    one = Logged(
        where=where, body=request, reply_body=reply, provider="vertex",
        model=as_str(first(row, "model_version", "model")) or endpoint.rsplit("/", 1)[-1] or None,
        usage=usage_of(first(reply, "usageMetadata", "usage")),
        id=as_str(first(reply, "responseId", "id")) or as_str(row.get("request_id")),
        started=as_time(time.removesuffix(" UTC")),
    )  # fmt: skip
    one.tag(method=row.get("api_method"), deployment=row.get("deployed_model_id"))
    tagged(one, request.get("labels"))
    return one


VERTEX_LOGS = RecordImporter(
    Format(
        key="vertex_logs",
        label="Vertex AI request-response log",
        guide=Guide(
            section="Traces",
            what="The BigQuery table of Vertex AI's request-response logging",
            steps=(
                "BigQuery: export the logging table as JSON Lines or Parquet.",
                "Or bq query --format=json 'SELECT * FROM …' > log.json.",
            ),
            example='{"model": "gemini-2.5-flash", "logging_time": "…", "full_request": {…}, "full_response": {…}}',
            marks=frozenset(("full_request", "full_response", "logging_time", "api_method")),
        ),
        owns=_owns,
        logged=logged,
        marks=('"full_request"',),
    )
)
