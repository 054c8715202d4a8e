"""The proxy as an ASGI application: bytes through unchanged and in order, a copy for the ledger.

Spec: ASGI 3.0. Nothing is parsed while a client waits; a stream is read at its end from the bytes that
passed, so an event cut at any byte is whole again. The body is decoded only in the copy.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, NamedTuple

import httpx

from ctxcapture.endpoints import endpoint
from ctxcapture.exchange import Exchange
from ctxcapture.guard import told_once
from ctxcapture.proxy import headers
from ctxcapture.proxy.budgets import Spent
from ctxcapture.proxy.ledger import Ledger
from ctxcapture.proxy.upstreams import Route, route

Send = Callable[[dict[str, Any]], Awaitable[None]]
Receive = Callable[[], Awaitable[dict[str, Any]]]
# Models may think for minutes; only reaching the provider is bounded.
TIMEOUT = httpx.Timeout(None, connect=30.0)
LIMITS = httpx.Limits(max_connections=None, max_keepalive_connections=200)
BUDGET_HEADER = b"x-whytokens-budget"
JSON = (b"content-type", b"application/json")


class Proxy:
    """`upstreams`: base address by name."""

    def __init__(self, upstreams: Mapping[str, str], ledger: Ledger) -> None:
        self.upstreams, self.ledger = upstreams, ledger
        self._client = httpx.AsyncClient(timeout=TIMEOUT, limits=LIMITS, follow_redirects=False)

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
        elif scope["type"] == "http":
            await self._request(scope, receive, send)
        else:  # a websocket: nothing here speaks it, and silence would hang the client
            await receive()
            await send({"type": "websocket.close", "code": 1003})

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.shutdown":
                await self._client.aclose()
                self.ledger.close()
            await send({"type": f"{message['type']}.complete"})
            if message["type"] == "lifespan.shutdown":
                return

    async def _request(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        path = scope.get("raw_path", b"").decode("latin-1").partition("?")[0] or scope["path"]
        if path == "/metrics":
            kind = (b"content-type", b"text/plain; version=0.0.4; charset=utf-8")
            await _answer(send, 200, self.ledger.metrics.text(), [kind])
            return
        said = headers.plain(scope["headers"])
        found = route(path, said, self.upstreams)
        if found is None:
            await _answer(send, 404, _unknown(path, self.upstreams), [JSON])
            return
        key, tags = headers.key_of(said), headers.tags(said)
        spent = self.ledger.budgets.of({**tags, "key": key})
        over = next((one for one in spent if one.over and one.budget.hard), None)
        if over is not None:
            self.ledger.metrics.refused.labels(budget=str(over.budget)).inc()
            await _answer(send, 429, _refusal(over, found.name), [JSON, _budget(over)])
            return
        more = [_budget(one) for one in spent[:1] if one.over]
        query = scope.get("query_string", b"").decode("latin-1")
        url = f"{found.base}{found.path}" + (f"?{query}" if query else "")
        asked = Asked(scope["method"], url, found, scope["headers"], tags, key)
        await self._forward(asked, more, receive, send)

    async def _forward(
        self, asked: Asked, more: headers.Pairs, receive: Receive, send: Send
    ) -> None:
        body = await _body(receive)
        exchange, request = self._exchange(asked, body), self._outgoing(asked, body)
        try:
            response = await self._client.send(request, stream=True)
        except httpx.HTTPError as error:
            _finish(exchange, None, type(error).__name__)
            await _answer(send, 502, _unreachable(asked.to, error), [JSON])
            return
        except BaseException as error:
            _finish(exchange, None, type(error).__name__)
            raise
        try:
            await _pass_on(response, more, exchange, send)
        except BaseException as error:  # the client must see a broken stream, not a short one
            _finish(exchange, response, type(error).__name__)
            raise
        finally:
            await response.aclose()
        _finish(exchange, response, None)

    def _outgoing(self, asked: Asked, body: bytes) -> httpx.Request:
        sent = headers.upstream(asked.headers)
        request = self._client.build_request(asked.method, asked.url, headers=sent, content=body)
        names = {name.lower() for name, _ in sent}
        for name in (b"accept", b"accept-encoding", b"user-agent"):  # a proxy adds nothing
            if name not in names:
                request.headers.pop(name.decode(), None)
        return request

    def _exchange(self, asked: Asked, body: bytes) -> Exchange | None:
        """What the ledger will get, where the request is a call of a model."""
        point = endpoint(asked.url) if asked.method == "POST" else None
        if point is None:
            return None
        name = asked.to.name
        provider = {"gemini": "gcp.gemini", "azure": "azure.ai.openai"}.get(name, name)
        point = point._replace(provider=provider)
        exchange = Exchange(point, body, lambda one: self.ledger.put(one, asked.key))
        exchange.caller, exchange.tags = None, asked.tags
        return exchange


class Asked(NamedTuple):
    """A request as the client sent it; `key` is the hash of its API key."""

    method: str
    url: str
    to: Route
    headers: headers.Pairs
    tags: dict[str, str]
    key: str


async def _pass_on(
    response: httpx.Response, more: headers.Pairs, exchange: Exchange | None, send: Send
) -> None:
    """The response to the client as it comes, a copy to the exchange."""
    back = headers.downstream(response.headers.raw) + more
    start = {"type": "http.response.start", "status": response.status_code, "headers": back}
    if exchange is not None:
        exchange.streamed = "event-stream" in response.headers.get("content-type", "")
    await send(start)
    async for chunk in response.aiter_raw():
        if exchange is not None:
            exchange.chunk(chunk)
        await send({"type": "http.response.body", "body": chunk, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


def _finish(exchange: Exchange | None, response: httpx.Response | None, error: str | None) -> None:
    if exchange is None:
        return
    try:
        if response is not None:
            exchange.status = response.status_code
        exchange.finish(_decoded(response, exchange.streamed_bytes()), error)
    except Exception as mistake:
        told_once(mistake, "finish a call of the proxy")


def _decoded(response: httpx.Response | None, raw: bytes) -> bytes:
    coding = response.headers.get("content-encoding") if response is not None else None
    if not coding or not raw:
        return raw
    return httpx.Response(200, headers={"content-encoding": coding}, content=raw).content


async def _body(receive: Receive) -> bytes:
    parts = []
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ConnectionError("the client has gone")
        parts.append(message.get("body", b""))
        if not message.get("more_body"):
            return b"".join(parts)


async def _answer(send: Send, status: int, body: bytes, more: headers.Pairs) -> None:
    length = (b"content-length", str(len(body)).encode())
    start = {"type": "http.response.start", "status": status, "headers": [*more, length]}
    await send(start)
    await send({"type": "http.response.body", "body": body})


def _budget(one: Spent) -> tuple[bytes, bytes]:
    kind = "hard" if one.budget.hard else "soft"
    return BUDGET_HEADER, f"{one.budget}; spent {one.spent_pusd / 10**12:.4f}; {kind}".encode()


def _refusal(one: Spent, upstream: str) -> bytes:
    """In the shape of the provider's own errors, so that SDKs understand it."""
    text = f"Budget {one.budget} of {one.budget.tag} {one.owner!r} is spent (whytokens proxy)."
    error: dict[str, Any] = {"type": "rate_limit_error", "message": text}
    if upstream == "anthropic":
        return json.dumps({"type": "error", "error": error}).encode()
    if upstream == "gemini":
        error = {"code": 429, "status": "RESOURCE_EXHAUSTED", "message": text}
    else:
        error = {"type": "insufficient_quota", "code": "budget_exceeded", "message": text}
    return json.dumps({"error": error}).encode()


def _unknown(path: str, upstreams: Mapping[str, str]) -> bytes:
    ways = ", ".join(f"/{name}" for name in upstreams)
    text = f"Whose path {path} is cannot be told, so it goes nowhere. Put one of {ways} before it."
    return json.dumps({"error": {"type": "unknown_upstream", "message": text}}).encode()


def _unreachable(to: Route, error: Exception) -> bytes:
    text = f"{to.base} cannot be reached: {type(error).__name__}."
    return json.dumps({"error": {"type": "bad_gateway", "message": text}}).encode()
