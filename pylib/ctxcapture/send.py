"""Captured calls to an OTLP/HTTP address (Phoenix, MLflow, Langfuse, LangSmith, Weave, a collector).

Off the host's path: a bounded queue and one daemon thread. What does not fit is dropped and counted.
"""

from __future__ import annotations

import atexit
import queue
import threading
import time
from typing import TYPE_CHECKING, Any

from ctxcapture import protobuf
from ctxcapture.guard import told_once
from ctxcapture.settings import Settings

if TYPE_CHECKING:
    from ctxcapture.span import Span

MAX_WAITING = 1000
MAX_BATCH = 50
TIMEOUT_S = 10.0
# How long a program that ends waits for what is still to be sent.
PATIENCE_S = 5.0
TRACES_PATH = "/v1/traces"


class Sender:
    """Sends spans in batches, as binary protobuf."""

    def __init__(self, settings: Settings) -> None:
        self._url = traces_url(settings.otlp)
        self._headers = {"Content-Type": "application/x-protobuf", **settings.otlp_headers}
        self._waiting: queue.Queue[Span | None] = queue.Queue(MAX_WAITING)
        self._thread = threading.Thread(target=self._run, name="ctxcapture", daemon=True)
        self._idle = threading.Event()
        self._idle.set()
        self.dropped = 0
        self._thread.start()
        atexit.register(self.close)

    def put(self, span: Span) -> None:
        """Queue a span; never waits."""
        self._idle.clear()
        try:
            self._waiting.put_nowait(span)
        except queue.Full:
            self.dropped += 1
            told_once(OSError("the queue is full"), "send, the OTLP address is too slow")

    def flush(self) -> bool:
        """Wait until all is sent; False when patience ended first."""
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            if self._waiting.empty() and self._idle.wait(0.05):
                return True
        return False

    def close(self) -> None:
        """Send what can be sent in time; the daemon thread ends with the program."""
        if self._thread.is_alive() and self.flush():
            self._waiting.put(None)
            self._thread.join(PATIENCE_S)

    def _run(self) -> None:
        while True:
            first = self._waiting.get()
            if first is None:
                return
            batch = [first]
            while len(batch) < MAX_BATCH and not self._waiting.empty():
                span = self._waiting.get()
                if span is None:
                    return
                batch.append(span)
            try:
                self._post(batch)
            except Exception as error:
                told_once(error, f"send to {self._url}")
            if self._waiting.empty():
                self._idle.set()

    def _post(self, batch: list[Span]) -> None:
        from urllib.request import Request, urlopen

        found: list[Any] = []
        for span in batch:
            found += span.traces(span.everything())["resourceSpans"]
        data = protobuf.traces(found)
        request = Request(self._url, data=data, headers=self._headers, method="POST")
        with urlopen(request, timeout=TIMEOUT_S) as answer:
            answer.read()


def traces_url(address: str) -> str:
    """An OTLP base address or the traces address itself."""
    address = address.rstrip("/")
    return address if address.endswith("/traces") else address + TRACES_PATH
