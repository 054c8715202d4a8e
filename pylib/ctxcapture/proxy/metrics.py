"""What Prometheus reads at `/metrics`: tokens, cost, latency, calls, by agent, workflow and model."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest

from ctxcapture.exchange import Exchange
from ctxcapture.proxy.budgets import PUSD_PER_USD
from ctxcapture.span import Span

LABELS = ("provider", "model", "agent", "workflow", "feature")
SECONDS = (0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 60, 120)
TOKENS = (100, 500, 1_000, 5_000, 10_000, 50_000, 100_000, 200_000, 500_000, 1_000_000)


class Metrics:
    """One registry a proxy."""

    def __init__(self) -> None:
        self.registry = found = CollectorRegistry()
        self.calls = Counter("whytokens_calls", "Calls", (*LABELS, "status"), registry=found)
        self.tokens = Counter(
            "whytokens_tokens", "Billed tokens", (*LABELS, "kind"), registry=found
        )
        self.cost = Counter("whytokens_cost_usd", "Cost in USD", LABELS, registry=found)
        self.unpriced = Counter(
            "whytokens_unpriced_calls", "Without a rate", LABELS, registry=found
        )
        self.latency = Histogram(
            "whytokens_latency_seconds", "Request to last byte", LABELS, buckets=SECONDS, registry=found
        )  # fmt: skip
        self.first_chunk = Histogram(
            "whytokens_first_chunk_seconds", "Request to first byte of a stream", LABELS,
            buckets=SECONDS, registry=found,
        )  # fmt: skip
        self.prompt = Histogram(
            "whytokens_prompt_tokens", "Size of a prompt", LABELS, buckets=TOKENS, registry=found
        )
        self.refused = Counter(
            "whytokens_refused_calls", "Over a hard budget", ("budget",), registry=found
        )

    def add(self, span: Span, cost_pusd: int | None) -> None:
        """Count a finished call."""
        one, words = span.exchange, _labels(span)
        self.calls.labels(**words, status=one.error or "ok").inc()
        self.latency.labels(**words).observe((one.ended_ns - one.started_ns) / 1e9)
        if one.first_ns:
            self.first_chunk.labels(**words).observe((one.first_ns - one.started_ns) / 1e9)
        usage = span.usage
        if usage is None:
            return
        kinds = {
            "input": usage.input,
            "cache_read": usage.cache_read,
            "cache_write": (usage.cache_write_5m or 0) + (usage.cache_write_1h or 0),
            "output": usage.output,
        }
        for kind, tokens in kinds.items():
            self.tokens.labels(**words, kind=kind).inc(tokens or 0)
        self.prompt.labels(**words).observe(usage.prompt or 0)
        if cost_pusd is None:
            self.unpriced.labels(**words).inc()
        else:
            self.cost.labels(**words).inc(cost_pusd / PUSD_PER_USD)

    def text(self) -> bytes:
        return bytes(generate_latest(self.registry))


def _labels(span: Span) -> dict[str, str]:
    one: Exchange = span.exchange
    named = {word: one.tags.get(word, "") for word in ("agent", "workflow", "feature")}
    return {"provider": one.endpoint.provider, "model": span.model, **named}
