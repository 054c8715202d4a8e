"""One call of a model as it passes through an HTTP client: what was sent, what came, and when."""

from __future__ import annotations

import time
from collections.abc import Callable

from ctxcapture import context
from ctxcapture.endpoints import Endpoint

# A reply larger than this is kept to here and marked as cut; the host gets all of it.
MAX_REPLY_BYTES = 64 * 2**20


class Exchange:
    """Filled by a hook while the host waits; `done` hands it over, once.

    Times are epoch nanoseconds. `reply` is the decoded body: JSON, or the transcript of a stream.
    `error` names what ended the call early, None when it was answered.
    """

    def __init__(self, endpoint: Endpoint, body: bytes, done: Callable[[Exchange], None]) -> None:
        self.endpoint = endpoint
        self.body = body
        self.started_ns = time.time_ns()
        self.first_ns = 0
        self.ended_ns = 0
        self.status = 0
        self.resend_count = 0
        self.reply = b""
        self.cut = False
        self.error: str | None = None
        self.caller = context.caller()
        self.tags = context.current_tags()
        self.components = context.current_components()
        self.trace_id = context.current_trace() or context.new_id(16)
        self.span_id = context.new_id(8)
        self.streamed = False
        self._chunks: list[bytes] = []
        self._size = 0
        self._done = done

    def chunk(self, data: bytes) -> None:
        """A piece of a streamed body has passed by."""
        if not self._chunks:
            self.first_ns = time.time_ns()
        self._size += len(data)
        if self._size > MAX_REPLY_BYTES:
            self.cut = True
        else:
            self._chunks.append(data)

    def streamed_bytes(self) -> bytes:
        return b"".join(self._chunks)

    def finish(self, reply: bytes = b"", error: str | None = None) -> None:
        """The call is over; later words change nothing."""
        if self.ended_ns:
            return
        self.ended_ns = time.time_ns()
        self.reply, self.error = reply, error
        self._chunks = []
        if self.status >= 400 and error is None:
            self.error = str(self.status)
        self._done(self)
