"""What the page may ask of the engine: one function an operation, listed in OPERATIONS.

Each is given the request and yields the pipeline's events; what it returns crosses the seam as JSON.
One trace is open at a time, and perhaps another that it is compared with.
"""

from __future__ import annotations

import base64
import gc
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from whytokens import assets, registry
from whytokens.assets import Need
from whytokens.attribution.bare import BareAttributions
from whytokens.containers import Source, reading
from whytokens.counting import count
from whytokens.errors import TraceError
from whytokens.exporters.sheet_csv import sheet_csv
from whytokens.filters import filtered
from whytokens.layouts.diff import compare
from whytokens.layouts.life import life
from whytokens.model import SegmentId, Where
from whytokens.opened import Opened
from whytokens.pipeline import apart, book_of, checking, newest, open_sources, priced
from whytokens.price_note import nusd
from whytokens.prices.own import NONE, Own, read
from whytokens.prices.snapshot import Snapshot
from whytokens.protocol import (
    Columns,
    Comparison,
    CountValue,
    ExportValue,
    FileSlot,
    Filter,
    LifeValue,
    Report,
    Request,
    Secret,
    SpendValue,
    TextValue,
)
from whytokens.report import reporting
from whytokens.returning import Returning
from whytokens.secrets import secrets
from whytokens.spend import whatif as what_if
from whytokens.spend.bare_cells import bare_cells
from whytokens.spend.cells import Cells
from whytokens.spend.row_cells import cells
from whytokens.spend.rows import rows
from whytokens.spend.tables import Spend
from whytokens.steps import Event, Step
from whytokens.tokenizers.choose import choose, encoding
from whytokens.tokenizers.pieces import well_formed
from whytokens.waste.fixed import fixed, headline

# Coloured pieces are elements of the page: some 5,000 of them draw in 50 ms.
MAX_SHOWN_CHARS = 20_000
Steps = Generator[Event, None, Any]
_opened: dict[str, Opened] = {}
# A read of a mounted file asks the browser for a piece of a Blob: rarely, then, and large ones.
READ_BYTES = 2**20
_snapshot: dict[str, Snapshot] = {}  # "newer": one the user dropped, kept for what is opened next
_cells: list[Cells] = []


def _open(request: Request) -> Generator[Event, None, Report]:
    slot, own = request.get("slot", "trace"), _own(request)
    asked = reading(request.get("options", {}))
    sources = [replace(source(file), reading=asked) for file in request.get("files", [])]
    logs, snapshots = apart(sources)
    if snapshots:
        _snapshot["newer"] = newest(snapshots)
        if not logs and "trace" in _opened:  # dropped alone: for what is open
            return (yield from _priced(own))
    if slot == "trace":
        _opened.clear()
        _cells.clear()
    with _settled():
        found = yield from open_sources(logs or sources, book_of(_snapshot.get("newer"), own))
        _opened[slot] = found
        return (yield from _reported(found))


@contextmanager
def _settled() -> Iterator[None]:
    """What is made here is left alone by every later search for cycles: a trace has none, and is large."""
    gc.unfreeze()
    try:
        yield
    finally:
        gc.freeze()


def _prices(request: Request) -> Generator[Event, None, Report]:
    """What is open at the prices said here and at no others said before."""
    own = _own(request)
    _, snapshots = apart([source(file) for file in request.get("files", [])])
    newer = {"newer": newest(snapshots)} if snapshots else {}
    _snapshot.clear()
    _snapshot.update(newer)
    return (yield from _priced(own))


def _priced(own: Own) -> Generator[Event, None, Report]:
    book = book_of(_snapshot.get("newer"), own)
    _cells.clear()
    for slot, one in list(_opened.items()):
        _opened[slot] = yield from priced(one.trace, one.lanes, book)
    return (yield from _reported(_opened["trace"]))


def _reported(opened: Opened) -> Generator[Event, None, Report]:
    """The report, with the last step of checking where it pauses."""
    done = len(registry.DETECTORS)
    for _ in (steps := Returning(reporting(opened))):
        yield Step(stage="checking", done=done, total=done, unit="checks")
    return steps.value


def _own(request: Request) -> Own:
    return read(request["own"]) if request.get("own") else NONE


def _trace(request: Request) -> Opened:
    return filtered(_opened["trace"], request.get("filter"))


def _report(request: Request) -> Generator[Event, None, Report]:
    found = _trace(request)
    if request.get("filter"):
        checked = yield from checking(found.trace, found.attributions, found.book)
        found = replace(found, checked=checked)
    return (yield from _reported(found))


def _layout(request: Request) -> Generator[Event, None, Columns]:
    yield from ()
    found = next((one for one in registry.LAYOUTS if one.key == request["layout"]), None)
    if found is None:
        raise ValueError(f"unknown layout {request['layout']!r}")
    return found.make(_trace(request))


def _life(request: Request) -> Generator[Event, None, LifeValue | None]:
    yield from ()
    return life(_trace(request), request["path"])


def _compare(request: Request) -> Generator[Event, None, Comparison]:
    """With the other trace, with a part of this one, or with this one as it would be."""
    asked, names = request.get("asked"), request.get("names", [])
    if asked is not None:
        yield from _assets(what_if.assets(_spending(request), asked))
        trace = _trace(request)
        found = compare(*_called(names, trace, what_if.after(trace, asked)))
        found["identical"] = False  # the same texts may cost something else
        return found
    if "before" in request:
        before = filtered(_opened["trace"], request["before"])
        return compare(*_called(names, before, _trace(request)))
    return compare(_opened["trace"], _opened["other"])


def _fixed(_: Request) -> Generator[Event, None, Comparison]:
    """The trace beside itself with every counted change made."""
    yield from ()
    before = _opened["trace"]
    found = compare(before, fixed(before))
    found["identical"] = False
    found["note"] = headline(before)
    return found


def _called(names: list[str], *opened: Opened) -> list[Opened]:
    """Traces under other names, where some are given."""
    pairs = zip(opened, names or [one.trace.name for one in opened], strict=True)
    return [replace(one, trace=replace(one.trace, name=name)) for one, name in pairs]


def _spend(request: Request) -> Generator[Event, None, SpendValue | ExportValue]:
    """A table of spend; with a `path`, the sheet it names as CSV."""
    table = next((one for one in registry.SPEND if one.key == request["table"]), None)
    if table is None:
        raise ValueError(f"unknown table {request['table']!r}")
    spend, asked = _spending(request), request.get("asked", {})
    yield from _assets(table.needs(spend, asked))
    made = table.make(spend, asked)
    wanted = request.get("path")
    if wanted:
        found = next(one for one in made["sheets"] if [one["key"]] == wanted)
        return ExportValue(
            name=f"{found['key']}.csv", mime="text/csv", text=sheet_csv(found), base64=None
        )
    return {**made, "tags": list(spend.cells.tags)}


def _assets(names: Iterable[str]) -> Generator[Event, None, None]:
    for asset in names:
        if not assets.have(asset):
            yield Need(asset)


def _spending(request: Request) -> Spend:
    """Cells are made once a trace: a filter only leaves some of them, unless it counts calls."""
    wanted = request.get("filter") or Filter()
    if "first" in wanted or "last" in wanted:
        return Spend(_cells_of(_trace(request)), lambda: _trace(request))
    if not _cells:
        with _settled():
            _cells.append(_cells_of(_opened["trace"]))
    return Spend(_cells[0].where(wanted), lambda: _trace(request))


def _cells_of(opened: Opened) -> Cells:
    if isinstance(opened.attributions, BareAttributions):
        return bare_cells(opened.attributions, opened.trace.sessions)
    same = opened.checked.telescope.traffic.id
    return cells(rows(opened.attributions, opened.trace.sessions, opened.trace, same))


def _export(request: Request) -> Generator[Event, None, ExportValue]:
    exporter = next((one for one in registry.EXPORTERS if one.key == request["format"]), None)
    if exporter is None:
        raise ValueError(f"unknown format {request['format']!r}")
    yield from _assets(exporter.assets)
    made = exporter.write(_trace(request))
    stem = Path(_opened["trace"].trace.name).name.split(".")[0] or "trace"
    text, data = (made, None) if isinstance(made, str) else (None, base64.b64encode(made).decode())
    return ExportValue(name=f"{stem}.{exporter.suffix}", mime=exporter.mime, text=text, base64=data)


def _secrets(_: Request) -> Generator[Event, None, list[Secret]]:
    yield from ()
    return secrets(_opened["trace"].trace)


def _text(request: Request) -> Generator[Event, None, TextValue]:
    yield from ()
    segment = _opened["trace"].trace.segments[SegmentId(request["segment"])]
    return {
        "segment": segment.id,
        "category": segment.category,
        "path": list(segment.path),
        "text": segment.text or (segment.media.text if segment.media else None),
        "file": segment.where.file,
        "line": segment.where.line,
        "pointer": segment.where.pointer,
    }


def _count(request: Request) -> Generator[Event, None, CountValue]:
    text, model = well_formed(request["text"]), request["model"]
    known = choose(model, None)
    # "deepseek" is a model before it is a vocabulary; "o200k_base" is no model.
    vocabulary = encoding(model) if known[1] == "estimated" else None
    found = yield from count(text.encode(), model, "pasted text", vocabulary)
    pieces = (vocabulary or known)[0].pieces(text[:MAX_SHOWN_CHARS]) if found.kind == "text" else []
    return {
        "model": found.model,
        "kind": found.kind,
        "tokenizer": found.tokenizer,
        "exactness": found.exactness,
        "tokens": found.tokens,
        "band": found.band_per_mille,
        "nusd": None if found.pusd is None else nusd(found.pusd),
        "parts": [{"name": name, "tokens": tokens} for name, tokens in found.parts],
        "pieces": [piece for piece, _ in pieces],
        "tokens_of": [tokens for _, tokens in pieces],
        "cut": len(text) > MAX_SHOWN_CHARS,
    }


def _close(_: Request) -> Generator[Event, None, None]:
    yield from ()
    _opened.clear()
    _cells.clear()


OPERATIONS: dict[str, Callable[[Request], Steps]] = {
    "open": _open,
    "report": _report,
    "prices": _prices,
    "layout": _layout,
    "life": _life,
    "compare": _compare,
    "fixed": _fixed,
    "export": _export,
    "secrets": _secrets,
    "text": _text,
    "count": _count,
    "spend": _spend,
    "close": _close,
}


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
