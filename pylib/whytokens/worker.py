"""The seam: requests in as JSON text, messages out as JSON text. Spec: `whytokens.protocol`.

The page's worker pumps `handle`; closing the generator cancels. One trace is open at a time.
"""

from __future__ import annotations

import json
from collections.abc import Generator
from pathlib import Path
from typing import Any

from whytokens.containers import Source
from whytokens.errors import ErrorShape, TraceError
from whytokens.layouts.in_order import in_order
from whytokens.model import SegmentId, Where
from whytokens.pipeline import Event, Need, Opened, open_sources
from whytokens.protocol import VERSION, FileSlot, Request, TextValue
from whytokens.report import report

_opened: dict[str, Opened] = {}


def handle(request_text: str) -> Generator[str, None, None]:
    """Answer one request: any number of progress and need messages, then a result or an error."""
    request: Request = json.loads(request_text)
    number = request.get("id", 0)
    try:
        yield from _answer(request, number)
    except TraceError as error:
        yield _message(number, "error", error=error.shape())
    except MemoryError:
        yield _message(number, "error", error=_out_of_memory(request))
    except Exception as error:
        yield _message(number, "error", error=_bug(error))


def _answer(request: Request, number: int) -> Generator[str, None, None]:
    if request.get("v") != VERSION:
        raise ValueError(f"protocol version {request.get('v')!r}, this engine speaks {VERSION}")
    op = request["op"]
    if op == "open":
        _opened.clear()
        steps = open_sources([source(slot) for slot in request.get("files", [])])
        opened = yield from _told(steps, number)
        _opened["trace"] = opened
        yield _message(number, "result", value=report(opened))
    elif op == "layout":
        opened = _opened["trace"]
        session = request.get("session")
        chosen = [o for o in opened.attributions if session is None or o.call.session == session]
        yield _message(number, "result", value=in_order(opened.trace, chosen))
    elif op == "text":
        yield _message(number, "result", value=_text(request["segment"]))
    elif op == "close":
        _opened.clear()
        yield _message(number, "result", value=None)
    else:
        raise ValueError(f"unknown op {op!r}")


def source(slot: FileSlot) -> Source:
    """A mounted file."""
    path = Path(slot["path"])
    try:
        size_bytes = path.stat().st_size
    except OSError as error:
        place = Where(file=slot["name"])
        raise TraceError(
            "unknown-format", f"{slot['name']} cannot be read.", str(error.strerror), where=place
        ) from error
    return Source(
        name=slot["name"], size_bytes=size_bytes, open=lambda: path.open("rb"), path=str(path)
    )


def _told(steps: Generator[Event, None, Opened], number: int) -> Generator[str, None, Opened]:
    """The pipeline's events as messages."""
    while True:
        try:
            event = next(steps)
        except StopIteration as stop:
            opened: Opened = stop.value
            return opened
        if isinstance(event, Need):
            yield _message(number, "need", asset=event.asset)
        else:
            fields: dict[str, Any] = {
                "stage": event.stage,
                "done": event.done,
                "total": event.total,
            }
            fields |= {"unit": event.unit, "file": event.file, "line": event.line}
            yield _message(number, "progress", **fields)


def _text(number: int) -> TextValue:
    segment = _opened["trace"].trace.segments[SegmentId(number)]
    return {
        "segment": number,
        "category": segment.category,
        "path": list(segment.path),
        "text": segment.text,
        "file": segment.where.file,
        "line": segment.where.line,
        "pointer": segment.where.pointer,
    }


def _message(number: int, kind: str, **fields: Any) -> str:
    return json.dumps({"id": number, "type": kind, **fields}, separators=(",", ":"))


def _out_of_memory(request: Request) -> ErrorShape:
    name = ", ".join(slot["name"] for slot in request.get("files", []))
    return TraceError(
        "out-of-memory",
        f"The tab ran out of memory reading {name}.",
        "Nothing was sent anywhere.",
        where=Where(file=name),
        hint="Try fewer calls, or `whytokens report` on your machine.",
    ).shape()


def _bug(error: Exception) -> ErrorShape:
    """Our own mistake: the kind of error and where in our code, never the user's text."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace else "?"
    return TraceError(
        "bug",
        "Something in whytokens broke.",
        "Your file is fine and still here.",
        where=Where(file=""),
        hint=f"{type(error).__name__} at {place}",
    ).shape()
