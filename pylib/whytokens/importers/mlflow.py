"""MLflow traces: Trace.to_json, downloads, artifacts and data frames of search_traces.

Spec: formats, section 4.8. Every attribute is JSON; a span's inputs are the keywords of the client's
call; the trace's own token usage is a sum.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from whytokens.importers import Guide, genai
from whytokens.importers.logged import Logged, tokens
from whytokens.importers.records import Format, RecordImporter, Row, rows, under
from whytokens.importers.spans import Span, hex_id, spans_of
from whytokens.importers.usage import usage_of, usd_as_pusd
from whytokens.importers.values import Json, as_dict, as_list, as_str, as_tokens, decoded
from whytokens.model import Usage, Where

CALLS = frozenset(("CHAT_MODEL", "LLM"))
TRACE_TAGS = {"user": "mlflow.trace.user", "source": "mlflow.source.name"}


def spans(value: Any, where: Where) -> Iterator[Row]:
    """Spans with what their trace says; a frame's row holds the trace as JSON."""
    if isinstance(value, list):
        for number, item in enumerate(value):
            yield from spans(item, under(where, number))
        return
    one = as_dict(decoded(value))
    whole = as_dict(decoded(one.get("trace"))) or one
    found = as_list(as_dict(decoded(whole.get("data"))).get("spans")) or as_list(
        decoded(whole.get("spans"))
    )
    info = as_dict(decoded(whole.get("info"))) or one
    for row, place in rows(found, under(where, "data", "spans")):
        yield {**row, "info ": info}, place


def logged(row: Json, where: Where) -> Logged | None:
    span = next(iter(spans_of({k: v for k, v in row.items() if k != "info "}, where)), None)
    if not isinstance(span, Span):
        return None
    raw = {key: decoded(value) for key, value in as_dict(row.get("attributes")).items()}
    one = genai.logged(span)
    info = as_dict(row.get("info "))
    kind = str(raw.get("mlflow.spanType")).strip('"')
    one.call = kind in CALLS
    one.left_out = "embedding" if kind == "EMBEDDING" else None
    one.group = one.group or hex_id(info.get("trace_id"))
    about = as_dict(decoded(info.get("trace_metadata"))) or as_dict(
        decoded(info.get("request_metadata"))
    )
    one.session = as_str(about.get("mlflow.trace.session"))
    one.tag(**{tag: about.get(key) for tag, key in TRACE_TAGS.items()})
    for key, value in as_dict(decoded(info.get("tags"))).items():
        if not str(key).startswith("mlflow."):
            one.tag(**{str(key): value})
    one.tag(workflow=as_dict(decoded(info.get("tags"))).get("mlflow.traceName"))
    if one.call:
        _content(one, raw)
    return one


def _content(one: Logged, raw: Json) -> None:
    said, output = raw.get("mlflow.spanInputs"), raw.get("mlflow.spanOutputs")
    one.model = as_str(raw.get("mlflow.llm.model")) or one.model
    one.provider = as_str(raw.get("mlflow.llm.provider")) or one.provider
    body = as_dict(said)
    keys = ("messages", "contents", "input", "prompt")
    if any(body.get(key) for key in keys):
        one.body = body if "model" in body or "contents" in body else {}
        one.messages = next(body[key] for key in keys if body.get(key))
        one.system = body.get("system")
    else:
        one.messages = said
    one.model = one.model or as_str(body.get("model"))
    reply = as_dict(output)
    if any(
        isinstance(reply.get(key), list) for key in ("choices", "content", "candidates", "output")
    ):
        one.reply_body = reply
    else:
        one.output = _chunks(output)
    one.model = as_str(reply.get("model")) or one.model
    one.tools = one.tools or raw.get("mlflow.chat.tools")
    one.cost_pusd = usd_as_pusd(as_dict(raw.get("mlflow.llm.cost")).get("total_cost"))
    one.id = as_str(reply.get("id"))
    one.usage = (
        _usage(as_dict(raw.get("mlflow.chat.tokenUsage")))
        or usage_of(reply.get("usage"))
        or one.usage
    )


def _chunks(output: Any) -> Any:
    """A stream is logged as its text or as its chunks."""
    if isinstance(output, list) and output and all(isinstance(item, str) for item in output):
        return "".join(output)
    return output


def _usage(raw: Json) -> Usage | None:
    return tokens(
        as_tokens(raw.get("input_tokens")), as_tokens(raw.get("output_tokens")),
        read=as_tokens(raw.get("cache_read_input_tokens")),
        write=as_tokens(raw.get("cache_creation_input_tokens")),
        write_1h=as_tokens(raw.get("cache_creation_input_tokens_above_1hr")),
    )  # fmt: skip


def _owns(row: Json) -> bool:
    return "info " in row and any(
        str(k).startswith("mlflow.") for k in as_dict(row.get("attributes"))
    )


MLFLOW = RecordImporter(
    Format(
        key="mlflow",
        label="MLflow",
        guide=Guide(
            section="Traces",
            what="Traces as JSON: Trace.to_json(), a download, or traces.json of an artifact store",
            steps=(
                (
                    "In Python: mlflow.search_traces(return_type='list'), then Trace.to_json(), "
                    "one a line."
                ),
                "Or open a trace in the UI and download it.",
            ),
            example=(
                '{"info": {"trace_id": "…"}, "data": {"spans": [{"attributes": '
                '{"mlflow.spanType": "\\"CHAT_MODEL\\""}}]}}'
            ),
            marks=frozenset(
                ("mlflow.spanType", "mlflow.spanInputs", "spans", "trace_metadata", "info")
            ),
            missing="",
        ),
        marks=("mlflow.spanType", "mlflow.trace.", "mlflow.traceName"),
        owns=_owns,
        logged=logged,
        rows=spans,
    )
)
