"""OpenTelemetry GenAI in all its dialects: one importer for each that people know by name.

Spec: formats, sections 4.1, 4.2 and 4.9 "Vercel AI SDK". They differ in how a file is told; spans of
any dialect may stand in any file, so all are read alike and nested ones are settled together.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from whytokens.builder import TraceBuilder
from whytokens.containers import Source
from whytokens.containers.documents import documents
from whytokens.errors import TraceError
from whytokens.importers import Guide, Head, Progress, Verdict, genai
from whytokens.importers.gemini_cli_telemetry import counted
from whytokens.importers.kept import Kept
from whytokens.importers.ledger import Ledger
from whytokens.importers.logged import Logged
from whytokens.importers.shared_bodies import SharedBodies, name_components
from whytokens.importers.spans import Event, Span, spans_of
from whytokens.importers.usage import excluding_cache, usd_as_pusd
from whytokens.importers.values import as_count, as_str, as_tokens
from whytokens.model import Where

CONTENT_EVENTS = ("gen_ai.", "openinference.instrumentation")
# Log events of coding agents that report a request's totals, without content.
TOTALS_EVENTS = (
    "claude_code.api_request", "api_request", "gemini_cli.api_response", "qwen-code.api_response",
)  # fmt: skip


# Gemini CLI says a response's totals again in the conventions' own event, which has the content.
RESTATED, DETAILS = ("gemini_cli.api_response", "qwen-code.api_response"), "gen_ai.client.inference"


def _events(records: dict[tuple[str, str], list[Event]]) -> Iterator[Event]:
    return (one for heard in records.values() for one in heard)


@dataclass(slots=True)
class Telemetry:
    """Spans of all files, waiting for the log records that belong to them."""

    builder: TraceBuilder
    kept: Kept = field(default_factory=Kept)
    spans: list[Span] = field(default_factory=list)
    records: dict[tuple[str, str], list[Event]] = field(default_factory=lambda: defaultdict(list))

    def add(self, span: Span) -> None:
        self.kept.keep(span.attributes)
        for event in span.events:
            self._keep(event)
        self.spans.append(span)

    def hear(self, record: Event, own: str) -> None:
        self._keep(record)
        self.records[(record.trace, record.span or f"{own}{len(self.records)}")].append(record)

    def _keep(self, event: Event) -> None:
        self.kept.keep(event.attributes)
        event.body = self.kept.value(event.body)

    def finish(self) -> Iterator[None]:
        """A pause before every span."""
        builder = self.builder
        ledger, embeddings = Ledger(builder), list[Span]()
        self.kept = Kept()  # its texts are the spans' alone now
        self.spans.reverse()
        while self.spans:
            yield
            span = self.spans.pop()
            heard = self.records.pop((span.trace, span.id), [])
            one, kind = genai.logged(span, heard), genai.kind(span)
            if kind in ("call", "outer"):
                ledger.add(one)
            else:
                ledger.note(one)
                embeddings += [span] if kind == "embedding" else []
        restated = any(one.name.startswith(DETAILS) for one in _events(self.records))
        for heard in self.records.values():
            yield
            if not (restated and heard[0].name in RESTATED):
                ledger.add(_alone(heard))
        if embeddings:
            count, first = len(embeddings), embeddings[0].where
            builder.warn("partial", f"{count:,} calls of embedding models are left out.", first)
        ledger.finish()


def _alone(heard: list[Event]) -> Logged:
    """Log records whose span is in no file: content, at most the model and usage they repeat."""
    first = heard[0]
    where = first.where or Where(file="")
    span = Span(
        trace=first.trace, id=first.span, parent="", name="", scope="", events=[], failed=None,
        attributes={"gen_ai.operation.name": "chat", **first.attributes}, resource=first.resource,
        started=first.time, ended=None, where=where,
    )  # fmt: skip
    if first.name in TOTALS_EVENTS:
        return _totals(first, where)
    return genai.logged(span, heard)


def _totals(event: Event, where: Where) -> Logged:
    """A coding agent's own telemetry: Claude Code's input excludes the cache, Gemini CLI's holds it."""
    if "input_token_count" in event.attributes:
        return Logged(
            where=where, model=as_str(event.attributes.get("model")), started=event.time,
            provider="google" if event.name.startswith("gemini") else None,
            session=as_str(event.attributes.get("session.id")), hidden="telemetry has no content",
            usage=counted({k: _whole(v) for k, v in event.attributes.items()}),
        )  # fmt: skip
    a = {key: _whole(v) for key, v in event.attributes.items()}
    found = Logged(
        where=where, provider="anthropic", model=as_str(a.get("model")), started=event.time,
        session=as_str(a.get("session.id")), duration_ms=as_count(a.get("duration_ms")),
        cost_pusd=usd_as_pusd(a.get("cost_usd")), hidden="Claude Code's telemetry has no content",
        usage=excluding_cache(
            as_tokens(a.get("input_tokens")),
            output=as_tokens(a.get("output_tokens")),
            read=as_tokens(a.get("cache_read_tokens")),
            write_5m=as_tokens(a.get("cache_creation_tokens")),
        ),
    )  # fmt: skip
    found.tag(user=a.get("user.id"), source=a.get("query_source"))
    return found


def _whole(value: Any) -> Any:
    return int(value) if isinstance(value, str) and value.isdigit() else value


class SpanImporter:
    """Spans, told to be of one dialect by the names of their attributes."""

    def __init__(self, key: str, label: str, guide: Guide, *marks: str, scopes: str = "") -> None:
        self.key, self.label, self.guide = key, label, guide
        self.export_hint = guide.steps[0]
        self._marks, self._scopes = marks, scopes

    def sniff(self, head: Head) -> Verdict:
        """Yes where any span has a mark; maybe where there are spans at all."""
        where, any_span = Where(file=head.name), False
        for value in head.values:
            for one in spans_of(value, where):
                any_span = True
                if self._told(one):
                    return "yes"
        named = (f'"{mark}' in head.text for mark in self._marks)
        if head.partial and any(named) and "pan" in head.text:
            return "maybe" if not any_span else "yes"
        return "maybe" if any_span and not self._scopes and "gen_ai." in self._marks else "no"

    def _told(self, one: Span | Event) -> bool:
        if isinstance(one, Span) and self._scopes:
            return one.scope.startswith(self._scopes)
        name = one.name if isinstance(one, Event) else ""
        names = [*one.attributes, name, *(e.name for e in getattr(one, "events", ()))]
        return any(key.startswith(mark) for key in names for mark in self._marks)

    def load(self, source: Source, builder: TraceBuilder) -> Iterator[Progress]:
        shared, found = builder.gathered("spans", Telemetry), 0
        bodies = SharedBodies()
        for document in documents(source, builder):
            for one in spans_of(document.value, document.where):
                if isinstance(one, Span):
                    if not bodies.restore(document.value, one.attributes):
                        lost = "Its request refers to a line that is not in this file."
                        builder.warn("partial", lost, one.where)
                    name_components(one.attributes, builder)
                    shared.add(one)
                    found += genai.kind(one) in ("call", "outer")
                elif one.name.startswith(CONTENT_EVENTS) or one.name in TOTALS_EVENTS:
                    own = f"{document.where.line}" if one.name in TOTALS_EVENTS else ""
                    shared.hear(one, own)
                    found += 1
            yield document.progress
        if not found:
            raise TraceError(
                "no-calls", f"No LLM calls in {source.name}.", "Its spans are of no call to a model.",
                where=Where(file=source.name), hint=self.export_hint,
            )  # fmt: skip


def _guide(what: str, steps: tuple[str, ...], attribute: str) -> Guide:
    return Guide(
        section="Traces",
        what=what,
        steps=steps,
        example=(
            '{"resourceSpans": [{"scopeSpans": [{"spans": [{"name": "chat", "attributes": '
            f'[{{"key": "{attribute}", "value": …}}]}}]}}]}}]}}'
        ),
        marks=frozenset(("resourceSpans", "scopeSpans", "traceId", "spanId", "attributes")),
        missing="the text, where message content was not captured",
    )


CTXCAPTURE = SpanImporter(
    "ctxcapture",
    "ctxcapture",
    _guide(
        "The .otlp.jsonl that ctxcapture writes, one request a line",
        ("Run your program under ctxcapture.", "Drop the file that it names."),
        "ctxcapture.request",
    ),
    "ctxcapture.",
    scopes="ctxcapture",
)
AI_SDK = SpanImporter(
    "vercel_ai_sdk",
    "Vercel AI SDK spans",
    _guide(
        "Spans of the AI SDK, exported as OTLP JSON or by a console exporter",
        (
            "Set experimental_telemetry: { isEnabled: true } in your calls.",
            "Export the spans as JSON, for example with the collector's file exporter.",
        ),
        "ai.prompt.messages",
    ),
    "ai.",
)
OPENINFERENCE = SpanImporter(
    "openinference",
    "OpenInference / Phoenix",
    _guide(
        "Spans of Phoenix or Arize: OTLP JSON, the REST API's JSON, or data frames as JSON",
        (
            (
                "Phoenix: client.spans.get_spans_dataframe() and to_json(orient='records', "
                "lines=True)."
            ),
            "Or GET /v1/projects/<project>/spans of your Phoenix.",
        ),
        "llm.input_messages.0.message.content",
    ),
    "openinference.",
    "llm.input_messages",
    "llm.token_count",
    "attributes.llm.",
)
LOGFIRE = SpanImporter(
    "logfire",
    "Logfire",
    _guide(
        "Spans of Pydantic Logfire as OTLP JSON, or its records as JSON",
        (
            "Query records with SQL in Logfire and export them as JSON.",
            "Or add an OTLP file exporter beside Logfire's own.",
        ),
        "logfire.msg",
    ),
    "logfire.",
    scopes="logfire",
)
OTEL = SpanImporter(
    "otel_genai",
    "OpenTelemetry GenAI",
    _guide(
        "OTLP JSON of any GenAI instrumentation, with its logs beside it where content is in them",
        (
            (
                "Export traces as OTLP JSON (the collector's file exporter), with message "
                "content captured."
            ),
            (
                "Drop the traces file, and the logs file with it where the instrumentation "
                "logs messages."
            ),
        ),
        "gen_ai.input.messages",
    ),
    "gen_ai.",
    "llm.request.",
    "llm.usage.",
    "gcp.vertex.agent.",
    "traceloop.",
    "claude_code.",
)
