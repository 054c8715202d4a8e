"""Hooks into httpx and requests: every call to a model's API passes by, whichever SDK makes it.

The hooks add nothing to what the host sees: the same response, the same exceptions, the same order.
"""

from __future__ import annotations

import functools
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

from ctxcapture.endpoints import endpoint
from ctxcapture.exchange import Exchange
from ctxcapture.guard import safe

Done = Callable[[Exchange], None]
MARK = "_ctxcapture_original"
RETRIES = "x-stainless-retry-count"


@safe("begin")
def begin(method: str, url: str, body: Any, headers: Any, done: Done) -> Exchange | None:
    """An exchange when this request is a call of a model."""
    found = endpoint(url) if method == "POST" else None
    if found is None or not isinstance(body, bytes | str):
        return None
    data = body.encode() if isinstance(body, str) else body
    exchange = Exchange(found, data, done)
    exchange.resend_count = int(headers.get(RETRIES) or 0)
    return exchange


def httpx_sync(module: Any, send: Callable[..., Any], done: Done) -> Callable[..., Any]:
    """`httpx.Client.send` that is watched."""
    tee = _sync_tee(module)

    @functools.wraps(send)
    def watched(client: Any, request: Any, *args: Any, **kwargs: Any) -> Any:
        exchange = _begin_httpx(request, done)
        if exchange is None:
            return send(client, request, *args, **kwargs)
        try:
            response = send(client, request, *args, **kwargs)
        except BaseException as error:
            _failed(exchange, error)
            raise
        _answered(module, exchange, response, tee)
        return response

    setattr(watched, MARK, send)
    return watched


def httpx_async(module: Any, send: Callable[..., Any], done: Done) -> Callable[..., Any]:
    """`httpx.AsyncClient.send` that is watched."""
    tee = _async_tee(module)

    @functools.wraps(send)
    async def watched(client: Any, request: Any, *args: Any, **kwargs: Any) -> Any:
        exchange = _begin_httpx(request, done)
        if exchange is None:
            return await send(client, request, *args, **kwargs)
        try:
            response = await send(client, request, *args, **kwargs)
        except BaseException as error:
            _failed(exchange, error)
            raise
        _answered(module, exchange, response, tee)
        return response

    setattr(watched, MARK, send)
    return watched


def requests_session(module: Any, send: Callable[..., Any], done: Done) -> Callable[..., Any]:
    """`requests.Session.send` that is watched."""

    @functools.wraps(send)
    def watched(session: Any, request: Any, **kwargs: Any) -> Any:
        exchange = begin(
            request.method or "", request.url or "", request.body, request.headers, done
        )
        if exchange is None:
            return send(session, request, **kwargs)
        try:
            response = send(session, request, **kwargs)
        except BaseException as error:
            _failed(exchange, error)
            raise
        _answered_requests(exchange, response, bool(kwargs.get("stream")))
        return response

    setattr(watched, MARK, send)
    return watched


# -- httpx -----------------------------------------------------------------------------------


@safe("begin")
def _begin_httpx(request: Any, done: Done) -> Exchange | None:
    if request.method != "POST" or endpoint(str(request.url)) is None:
        return None
    return begin(request.method, str(request.url), request.content, request.headers, done)


@safe("reply")
def _answered(module: Any, exchange: Exchange, response: Any, tee: Callable[..., Any]) -> None:
    exchange.status = response.status_code
    if response.is_stream_consumed or response.is_closed:
        exchange.finish(response.content)
    elif response.status_code >= 400:  # some hosts drop it without reading or closing it
        exchange.finish()
    else:
        exchange.streamed = True
        response.stream = tee(
            response.stream, exchange, functools.partial(_decoded, module, response)
        )


def _decoded(module: Any, response: Any, raw: bytes) -> bytes:
    """A raw body without its content encoding, by the client's own decoders."""
    if not response.headers.get("content-encoding"):
        return raw
    headers = {"content-encoding": response.headers["content-encoding"]}
    return bytes(module.Response(200, headers=headers, content=raw).content)


def _sync_tee(module: Any) -> Callable[..., Any]:
    class Tee(module.SyncByteStream):  # type: ignore[misc]
        def __init__(
            self, inner: Any, exchange: Exchange, decode: Callable[[bytes], bytes]
        ) -> None:
            self._inner, self._exchange, self._decode = inner, exchange, decode

        def __iter__(self) -> Iterator[bytes]:
            try:
                for data in self._inner:
                    _passed(self._exchange, data)
                    yield data
            except BaseException as error:
                _ended(self._exchange, self._decode, error)
                raise
            _ended(self._exchange, self._decode, None)

        def close(self) -> None:
            try:
                self._inner.close()
            finally:
                _closed(self._exchange, self._decode)

    return Tee


def _async_tee(module: Any) -> Callable[..., Any]:
    class Tee(module.AsyncByteStream):  # type: ignore[misc]
        def __init__(
            self, inner: Any, exchange: Exchange, decode: Callable[[bytes], bytes]
        ) -> None:
            self._inner, self._exchange, self._decode = inner, exchange, decode

        async def __aiter__(self) -> AsyncIterator[bytes]:
            try:
                async for data in self._inner:
                    _passed(self._exchange, data)
                    yield data
            except BaseException as error:
                _ended(self._exchange, self._decode, error)
                raise
            _ended(self._exchange, self._decode, None)

        async def aclose(self) -> None:
            try:
                await self._inner.aclose()
            finally:
                _closed(self._exchange, self._decode)

    return Tee


# -- requests --------------------------------------------------------------------------------


@safe("reply")
def _answered_requests(exchange: Exchange, response: Any, stream: bool) -> None:
    exchange.status = response.status_code
    if not stream or response.status_code >= 400:
        exchange.finish(b"" if stream else response.content)
        return
    exchange.streamed = True
    iter_content, close = response.iter_content, response.close

    def watched(*args: Any, **kwargs: Any) -> Iterator[Any]:
        try:
            for data in iter_content(*args, **kwargs):
                _passed(exchange, data)
                yield data
        except BaseException as error:
            _ended(exchange, bytes, error)
            raise
        _ended(exchange, bytes, None)

    def closed() -> None:
        try:
            close()
        finally:
            _closed(exchange, bytes)

    response.iter_content, response.close = watched, closed


# -- both ------------------------------------------------------------------------------------


@safe("stream")
def _passed(exchange: Exchange, data: bytes | str) -> None:
    exchange.chunk(data.encode() if isinstance(data, str) else data)


@safe("stream")
def _ended(
    exchange: Exchange, decode: Callable[[bytes], bytes], error: BaseException | None
) -> None:
    raw = exchange.streamed_bytes()
    if isinstance(error, GeneratorExit):
        _closed(exchange, decode)
    else:
        exchange.finish(decode(raw), type(error).__name__ if error else None)


@safe("stream")
def _closed(exchange: Exchange, decode: Callable[[bytes], bytes]) -> None:
    """The host has closed the stream: finished when its last event had come, else cut short."""
    if exchange.ended_ns:
        return
    raw = decode(exchange.streamed_bytes())
    exchange.finish(raw, None if _complete(raw) else "cancelled")


_LAST_EVENTS = (
    b"[DONE]",
    b"message_stop",
    b"response.completed",
    b'"finishReason"',
    b'"done":true',
)


def _complete(raw: bytes) -> bool:
    """Clients stop reading at the last event, before the body ends."""
    return any(event in raw[-4096:] for event in _LAST_EVENTS)


@safe("failure")
def _failed(exchange: Exchange, error: BaseException) -> None:
    exchange.finish(error=type(error).__name__)
