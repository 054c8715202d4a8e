"""The seam: requests in as JSON text, messages out as JSON text. Spec: `whytokens.protocol`.

The page's worker pumps `handle`; closing the generator cancels. One trace is open at a time.
"""

from __future__ import annotations

import gc
import json
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from whytokens.assets import Need
from whytokens.containers import MEGABYTE
from whytokens.errors import ErrorShape, TraceError
from whytokens.model import Where
from whytokens.operations import OPERATIONS, source
from whytokens.protocol import VERSION, Request
from whytokens.steps import Step

__all__ = ["handle", "source"]

# Logs of this size were opened in a tab of 1.5 GB (`build.py bench scale`).
FIRST_MB = 300
FEWER = "Try fewer calls, or `whytokens report` on your machine."


def handle(request_text: str) -> Generator[str, None, None]:
    """Answer one request: any number of progress and need messages, then a result or an error."""
    request: Request = json.loads(request_text)
    number, last = request.get("id", 0), list[Step]()
    with _unswept():
        try:
            yield from _answer(request, number, last)
        except TraceError as error:
            yield _message(number, "error", error=error.shape())
        except MemoryError:
            yield _message(number, "error", error=_out_of_memory(request, last))
        except Exception as error:
            yield _message(number, "error", error=_bug(error))


@contextmanager
def _unswept() -> Iterator[None]:
    """No search for cycles before the answer is out: on 200,000 calls it is a third of the time of opening
    them, and as much as a filter's own work."""
    on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if on:
            gc.enable()


def _answer(request: Request, number: int, last: list[Step]) -> Generator[str, None, None]:
    """`last` holds the step that was last heard of."""
    if request.get("v") != VERSION:
        raise ValueError(f"protocol version {request.get('v')!r}, this engine speaks {VERSION}")
    if request["op"] not in OPERATIONS:
        raise ValueError(f"unknown op {request['op']!r}")
    steps = OPERATIONS[request["op"]](request)
    while True:
        try:
            event = next(steps)
        except StopIteration as stop:
            yield _message(number, "result", value=stop.value)
            return
        if isinstance(event, Need):
            yield _message(number, "need", asset=event.asset)
        else:
            last[:] = [event]
            yield _message(number, "progress", **_progress(event))


def _progress(step: Step) -> dict[str, Any]:
    fields: dict[str, Any] = {"stage": step.stage, "done": step.done, "total": step.total}
    return fields | {"unit": step.unit, "file": step.file, "line": step.line}


def _message(number: int, kind: str, **fields: Any) -> str:
    return json.dumps({"id": number, "type": kind, **fields}, separators=(",", ":"))


def _out_of_memory(request: Request, last: list[Step]) -> ErrorShape:
    """Named with the line that was last reached; a file beyond FIRST_MB can be opened in part."""
    names = ", ".join(slot["name"] for slot in request.get("files", []))
    step = last[0] if last else None
    name, line = (step.file or names, step.line) if step else (names, None)
    place = f"at line {line:,} of {name}" if line else f"{step.stage} {names}" if step else names
    large = any(source(slot).size_bytes > FIRST_MB * MEGABYTE for slot in request.get("files", []))
    return TraceError(
        "out-of-memory",
        f"The tab ran out of memory {place}.",
        "Nothing was sent anywhere.",
        where=Where(file=name, line=line),
        hint=f"Try fewer calls: head -n {line // 2} {name}" if line else FEWER,
        offer={"label": f"Open the first {FIRST_MB} MB", "options": {"first_mb": str(FIRST_MB)}}
        if large
        else None,
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
