"""From an exchange to the log: the one place that writes, sends, and counts what was spent."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ctxcapture.exchange import Exchange
from ctxcapture.guard import safe
from ctxcapture.settings import Settings
from ctxcapture.writer import Writer

if TYPE_CHECKING:
    from ctxcapture.span import Span


class Capture:
    """What is set up now. One a process; `configure` replaces it."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.writer = Writer(settings)
        self.sender: Any = None
        if settings.otlp:
            from ctxcapture.send import Sender

            self.sender = Sender(settings)

    def keep(self, exchange: Exchange) -> None:
        """Read a finished exchange, tell those who listen, write it."""
        from ctxcapture.span import Span

        span = Span(exchange, self.settings)
        for hear in HEARERS:
            hear(span)
        self.write(span)

    def write(self, span: Span) -> None:
        """One call to the log, and to the OTLP address where there is one."""
        self.writer.write(span)
        if self.sender is not None:
            self.sender.put(span)

    def close(self) -> None:
        self.writer.close()
        if self.sender is not None:
            self.sender.close()


_now: list[Capture] = []
# Those who want to know of every captured call: `spending` blocks.
HEARERS: list[Callable[[Any], None]] = []


def configure(settings: Settings) -> Capture:
    """Set capture up anew; what was open is closed."""
    close()
    _now.append(Capture(settings))
    return _now[0]


def current() -> Capture:
    return _now[0] if _now else configure(Settings())


@safe("capture")
def take(exchange: Exchange) -> None:
    """Keep a finished exchange. Never raises."""
    current().keep(exchange)


def close() -> None:
    """Write and send what is left; the next call sets capture up anew."""
    while _now:
        _now.pop().close()


def flush() -> None:
    """Everything that was captured is written and sent, or the sender's patience has ended."""
    if _now and _now[0].sender is not None:
        _now[0].sender.flush()
