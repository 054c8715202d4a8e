"""OpenTelemetry GenAI metrics: token usage as histograms, no spans and no content.

Spec: OpenTelemetry semantic conventions for generative AI, metric `gen_ai.client.token.usage`, in OTLP JSON. A point
is a sum over `count` calls: so many calls share it evenly, and a warning says so. Cumulative points count what is
new since the point before of the same series.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from whytokens.apportion import largest_remainder
from whytokens.builder import ROOT, TraceBuilder
from whytokens.containers import Source
from whytokens.containers.documents import documents
from whytokens.errors import TraceError
from whytokens.importers import Guide, Head, Progress, Verdict
from whytokens.importers.attributes import attributes_of
from whytokens.importers.logged import tokens
from whytokens.importers.providers import api_of, provider_of
from whytokens.importers.values import Json, as_dict, as_list, as_str, as_time, inside
from whytokens.model import Where

METRIC = "gen_ai.client.token.usage"
CUMULATIVE = (2, "2", "AGGREGATION_TEMPORALITY_CUMULATIVE")
# More calls than this are not made out of sums: a tab holds about as many.
MAX_CALLS = 500_000
TAGS = {"service": "service.name", "environment": "deployment.environment.name", "operation": "gen_ai.operation.name",
        "agent": "gen_ai.agent.name"}  # fmt: skip
Series = tuple[tuple[str, str], ...]


@dataclass(slots=True)
class _Sum:
    """What one interval of one series comes to, by type of token."""

    where: Where
    at: datetime | None
    attributes: Json
    calls: int = 0
    input: int | None = None
    output: int | None = None


@dataclass(slots=True)
class _Points:
    """The points of all files; two of them, input and output, make one sum."""

    builder: TraceBuilder
    sums: dict[tuple[Series, str], _Sum] = field(default_factory=dict)
    before: dict[Series, tuple[int, int]] = field(default_factory=dict)

    def add(self, point: Json, resource: Json, cumulative: bool, where: Where) -> bool:
        """Whether it is a point of tokens."""
        attributes = {**resource, **attributes_of(point.get("attributes"))}
        kind = attributes.pop("gen_ai.token.type", None)
        count, total = _whole(point.get("count")), _whole(point.get("sum"))
        if kind not in ("input", "output") or count is None or total is None:
            return False
        series = tuple(sorted((str(key), str(value)) for key, value in attributes.items()))
        if cumulative:
            whole = (*series, ("gen_ai.token.type", str(kind)))
            last, self.before[whole] = self.before.get(whole, (0, 0)), (count, total)
            if count >= last[0] and total >= last[1]:  # less than before: the program was restarted
                count, total = count - last[0], total - last[1]
        if not count:
            return True
        time = str(point.get("timeUnixNano", ""))
        one = self.sums.setdefault((series, time), _Sum(where, as_time(_whole(time)), attributes))
        one.calls = max(one.calls, count)
        if kind == "input":
            one.input = (one.input or 0) + total
        else:
            one.output = (one.output or 0) + total
        return True

    def finish(self) -> None:
        calls = sum(one.calls for one in self.sums.values())
        if calls > MAX_CALLS:
            raise TraceError(
                "too-large", f"These metrics are sums of {calls:,} calls.", where=Where(file="")
            )
        for one in self.sums.values():
            self._calls(one)
        if calls:
            first = next(iter(self.sums.values())).where
            text = f"Metrics are sums: {calls:,} calls share them evenly; steps by prompt size are not seen."
            self.builder.warn("partial", text, first)

    def _calls(self, one: _Sum) -> None:
        a = one.attributes
        model = as_str(a.get("gen_ai.response.model")) or as_str(a.get("gen_ai.request.model"))
        provider = provider_of(
            as_str(a.get("gen_ai.provider.name")) or as_str(a.get("gen_ai.system"))
        )
        even = [1] * one.calls
        sent = largest_remainder(even, one.input) if one.input is not None else [None] * one.calls
        got = largest_remainder(even, one.output) if one.output is not None else [None] * one.calls
        tags = {name: str(a[key]) for name, key in TAGS.items() if a.get(key)}
        for prompt, output in zip(sent, got, strict=True):
            self.builder.call(
                api=api_of(provider, model), model=model, provider=provider, prompt=ROOT, where=one.where,
                usage=tokens(prompt, output), started=one.at, tags=tags, hidden="metrics have no content",
                error=as_str(a.get("error.type")),
            )  # fmt: skip


def _whole(value: Any) -> int | None:
    """An integer that OTLP may write as text or as a float."""
    if isinstance(value, bool):
        return None
    if isinstance(value, str) and value.isascii() and value.isdecimal():
        return int(value)
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value if isinstance(value, int) and value >= 0 else None


def _metrics(value: Any, where: Where) -> Iterator[tuple[Json, Json, Where]]:
    """Metrics of token usage with their resource."""
    for r, one in enumerate(as_list(as_dict(value).get("resourceMetrics"))):
        resource = attributes_of(as_dict(as_dict(one).get("resource")).get("attributes"))
        for s, scope in enumerate(as_list(as_dict(one).get("scopeMetrics"))):
            for m, metric in enumerate(as_list(as_dict(scope).get("metrics"))):
                if as_dict(metric).get("name") == METRIC:
                    yield (
                        metric,
                        resource,
                        inside(where, "resourceMetrics", r, "scopeMetrics", s, "metrics", m),
                    )


class MetricsImporter:
    key, label = "otel_metrics", "OpenTelemetry GenAI metrics"
    guide = Guide(
        section="Traces",
        what="Token usage as OTLP metrics: totals without calls",
        steps=(
            "Export metrics with the file exporter of the OpenTelemetry collector.",
            "Drop its JSON file.",
        ),
        example='{"resourceMetrics": [{"scopeMetrics": [{"metrics": [{"name": "gen_ai.client.token.usage", …}]}]}]}',
        marks=frozenset(("resourceMetrics", "scopeMetrics", "dataPoints")),
        missing="single calls, the cache and all text",
    )
    export_hint = guide.steps[0]

    def sniff(self, head: Head) -> Verdict:
        where = Where(file=head.name)
        if any(True for value in head.values for _ in _metrics(value, where)):
            return "yes"
        return (
            "yes"
            if head.partial and "resourceMetrics" in head.text and METRIC in head.text
            else "no"
        )

    def load(self, source: Source, builder: TraceBuilder) -> Iterator[Progress]:
        shared, found = builder.gathered(self.key, _Points), 0
        for document in documents(source, builder):
            for metric, resource, where in _metrics(document.value, document.where):
                histogram = as_dict(metric.get("histogram") or metric.get("exponentialHistogram"))
                cumulative = histogram.get("aggregationTemporality") in CUMULATIVE
                for number, point in enumerate(as_list(histogram.get("dataPoints"))):
                    place = inside(where, "histogram", "dataPoints", number)
                    found += shared.add(as_dict(point), resource, cumulative, place)
            yield document.progress
        if not found:
            raise TraceError(
                "no-calls", f"No LLM calls in {source.name}.", "Its metrics count no tokens of a model.",
                where=Where(file=source.name), hint=self.export_hint,
            )  # fmt: skip


OTEL_METRICS = MetricsImporter()
