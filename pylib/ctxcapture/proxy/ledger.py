"""Finished calls, off the hot path: one thread prices, counts and writes them, in order."""

from __future__ import annotations

import queue
import threading
from datetime import UTC, datetime
from typing import Any

from ctxcapture.capture import Capture
from ctxcapture.exchange import Exchange
from ctxcapture.guard import told_once
from ctxcapture.proxy.budgets import Budgets
from ctxcapture.proxy.metrics import Metrics
from ctxcapture.span import Span


class Ledger:
    """What a proxy knows of the calls that went through it."""

    def __init__(self, capture: Capture, budgets: Budgets, metrics: Metrics) -> None:
        self.capture, self.budgets, self.metrics = capture, budgets, metrics
        self._waiting: queue.SimpleQueue[tuple[Exchange, str] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="ctxcapture-ledger", daemon=True)
        self._thread.start()

    def put(self, exchange: Exchange, key: str) -> None:
        """A call is over. `key` is the hash of its API key, for budgets; it is not written."""
        self._waiting.put((exchange, key))

    def close(self) -> None:
        """Everything is priced and written."""
        self._waiting.put(None)
        self._thread.join()
        self.capture.close()

    def _run(self) -> None:
        while (found := self._waiting.get()) is not None:
            try:
                self._keep(*found)
            except Exception as error:
                told_once(error, "keep a call of the proxy")

    def _keep(self, exchange: Exchange, key: str) -> None:
        span = Span(exchange, self.capture.settings)
        cost = cost_pusd(span)
        self.budgets.spend({**exchange.tags, "key": key}, cost or 0)
        self.metrics.add(span, cost)
        self.capture.write(span)


def cost_pusd(span: Span) -> int | None:
    """The price of a call at the engine's rates; None without usage or without a rate."""
    if span.usage is None:
        return None
    from whytokens.model import Call, CallId, NodeId, Where
    from whytokens.prices import Unpriced
    from whytokens.prices.engine import quote
    from whytokens.prices.terms import cost_pusd as cost

    tier = span.reply.get("service_tier") or span.raw_usage.get("service_tier")
    call = Call(
        id=CallId(0),
        session="",
        api=span.exchange.endpoint.api,
        model=span.model or None,
        provider=_provider(span.exchange.endpoint.provider),
        started=datetime.fromtimestamp(span.exchange.started_ns / 1e9, UTC),
        prompt=NodeId(0),
        usage=span.usage,
        tier=tier if isinstance(tier, str) else None,
        where=Where(file="proxy"),
    )
    found: Any = quote(call)
    return None if isinstance(found, Unpriced) else cost(found, span.usage)


def _provider(name: str) -> str:
    """OpenTelemetry's name as the price book's."""
    return {"gcp.gemini": "google", "azure.ai.openai": "azure", "mistral_ai": "mistral"}.get(
        name, name
    )
