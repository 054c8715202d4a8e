"""Batch files: inputs, outputs, and both joined by their custom ids when dropped together.

Spec: formats, section 5 "OpenAI batch"; docs of Anthropic's Message Batches, Gemini's and Mistral's batches; Vertex
AI and Bedrock, "Batch inference", whose output repeats the request. A batch's output has no prompt else; its
input has no usage.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from whytokens.builder import TraceBuilder
from whytokens.containers import Source
from whytokens.containers.documents import documents
from whytokens.importers import Guide, Head, Progress, Verdict
from whytokens.importers.apis import owner
from whytokens.importers.exchanges import Exchange, asks_for_numbers, error_of
from whytokens.importers.values import Json, as_count, as_dict, as_list, as_str
from whytokens.model import Where

TIER = "batch"


@dataclass(slots=True)
class _Half:
    body: Json
    where: Where
    url: str = ""
    status: int | None = None
    error: str | None = None
    named: bool = True


@dataclass(slots=True)
class Batches:
    """Requests and results by custom id."""

    builder: TraceBuilder
    asked: dict[str, _Half] = field(default_factory=dict)
    answered: dict[str, _Half] = field(default_factory=dict)

    def finish(self) -> None:
        for key in dict.fromkeys((*self.asked, *self.answered)):
            one, two = self.asked.get(key), self.answered.get(key)
            first = one or two
            if first is None:
                continue
            exchange = Exchange(
                request=one.body if one else {}, response=two.body if two else {},
                status=two.status if two else None, error=two.error if two else None, started=None,
                duration_ms=None, tags={"custom_id": key} if first.named else {}, url=first.url, where=first.where,
            )  # fmt: skip
            reader = owner(exchange)
            if asks_for_numbers(exchange.request, exchange.response, exchange.url):
                self.builder.warn(
                    "partial", f"Request {key} asks for no model's answer, left out.", first.where
                )
            elif reader is None and exchange.error and not exchange.request:
                self.builder.warn(
                    "partial", f"Request {key} failed: {exchange.error}.", first.where
                )
            elif reader is None:
                self.builder.warn("partial", f"Request {key} is of no API known here.", first.where)
            else:
                reader.add(exchange, self.builder, tier=TIER)


class BatchImporter:
    """Lines of a batch, of either side."""

    key = "batch"
    label = "Batch file"
    export_hint = "Drop the batch's input file and its output file together."
    guide = Guide(
        section="Requests and responses",
        what=(
            "Input and output of a batch of OpenAI, Anthropic, Gemini, Mistral, Vertex or Bedrock, "
            "joined by their ids"
        ),
        steps=("Drop the batch's input file and its output file together.",),
        example='{"custom_id": "a", "method": "POST", "url": "/v1/chat/completions", "body": {…}}',
        marks=frozenset(
            ("custom_id", "batch_req", "params", "result", "modelInput", "processed_time")
        ),
        missing="the prompts, where only the output is dropped",
    )

    def sniff(self, head: Head) -> Verdict:
        return "yes" if any(_kind(as_dict(value)) for value in _lines(head.values)) else "no"

    def load(self, source: Source, builder: TraceBuilder) -> Iterator[Progress]:
        shared = builder.gathered(self.key, Batches)
        for document in documents(source, builder):
            for value in _lines((document.value,)):
                _read(as_dict(value), document.where, shared, builder)
            yield document.progress


def _lines(values: Any) -> Iterator[Any]:
    for value in values:
        requests = as_dict(value).get("requests")
        yield from value if isinstance(value, list) else as_list(requests) if requests else (value,)


def _kind(row: Json) -> str | None:
    """ "asked" or "answered"."""
    if isinstance(row.get("modelInput"), dict):  # Bedrock
        return "asked"
    if (
        isinstance(row.get("request"), dict)
        and "contents" in row["request"]
        and "processed_time" in row
    ):
        return "asked"  # Vertex
    if "custom_id" in row and not isinstance(row.get("request"), dict):
        if isinstance(row.get("body"), dict) or isinstance(row.get("params"), dict):
            return "asked"
        if isinstance(row.get("result"), dict) or "response" in row or "error" in row:
            return "answered"
    if "key" in row and isinstance(row.get("request"), dict) and "contents" in row["request"]:
        return "asked"
    if "key" in row and isinstance(row.get("response"), dict) and "candidates" in row["response"]:
        return "answered"
    return None


def _read(row: Json, where: Where, shared: Batches, builder: TraceBuilder) -> None:
    own = next(
        (row[name] for name in ("custom_id", "key", "recordId") if row.get(name) is not None), None
    )
    kind, key = (
        _kind(row),
        str(own if own is not None else f"{where.file}:{where.line}{where.pointer}"),
    )
    if kind is None:
        builder.warn("partial", "Not a line of a batch, skipped.", where)
    elif kind == "asked":
        body = as_dict(
            row.get("body") or row.get("params") or row.get("request") or row.get("modelInput")
        )
        model = as_str(row.get("modelId"))
        url = (
            f"https://bedrock-runtime.amazonaws.com/model/{model or 'x'}/invoke"
            if "modelInput" in row
            else ""
        )
        shared.asked[key] = _Half(body, where, as_str(row.get("url")) or url, named=own is not None)
        reply = row.get("response", row.get("modelOutput"))
        failed = error_of({}, None, row) or _failed(row.get("status"))
        if isinstance(reply, dict) or failed:
            shared.answered[key] = _Half(as_dict(reply), where, "", None, failed)
    else:
        result = as_dict(row.get("result"))
        response = as_dict(row.get("response"))
        body = as_dict(result.get("message")) or as_dict(response.get("body")) or response
        status = as_count(response.get("status_code"))
        error = error_of(body, status, {"error": row.get("error") or result.get("error")})
        outcome = as_str(result.get("type"))
        error = error or (outcome if outcome in ("expired", "canceled", "errored") else None)
        shared.answered[key] = _Half(body, where, "", status, error)


def _failed(status: Any) -> str | None:
    """Vertex says in `status` what went wrong; nothing where nothing did."""
    return as_str(status) if status not in ("", "OK") else None


BATCH = BatchImporter()
