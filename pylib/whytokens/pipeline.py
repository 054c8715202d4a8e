"""The way from files to a report, as one generator of events: progress, needed assets, a result.

Pure but for reading the sources it is given. Run by `worker.py` (page), `cli.py` and the tests.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Sequence
from typing import TypeVar

from whytokens import assets, registry
from whytokens.assets import Need as Need
from whytokens.attribution.bare import BareAttributions
from whytokens.attribution.bare_pricing import attributed
from whytokens.attribution.bare_tally import bare_tallies
from whytokens.attribution.bill import settled
from whytokens.attribution.lanes import Lanes
from whytokens.attribution.share import Attribution, attribute
from whytokens.attribution.tally import Tallies, tallying
from whytokens.bare import BareCalls
from whytokens.containers import Source
from whytokens.importing import read
from whytokens.model import Call, Trace
from whytokens.opened import Opened
from whytokens.prices.engine import Book, standard
from whytokens.prices.own import NONE, Own
from whytokens.prices.snapshot import Snapshot, is_snapshot, opened
from whytokens.returning import Returning
from whytokens.steps import Clock, Event, Step
from whytokens.waste.check import Checked, check

# Enough of a packed snapshot to unpack its first key.
SNAPSHOT_HEAD_BYTES = 256
T = TypeVar("T")
TEXT_CATEGORIES = ("system", "user", "assistant", "tool_result", "retrieved", "thinking")


def open_sources(
    sources: Sequence[Source], book: Book | None = None
) -> Generator[Event, None, Opened]:
    """Read, count and price. Raises TraceError when nothing can be opened."""
    trace = yield from read(sources)
    return (yield from analysed(trace, book))


def analysed(trace: Trace, book: Book | None = None) -> Generator[Event, None, Opened]:
    """A trace counted, priced and checked."""
    lanes = Lanes(trace)
    yield from _count(trace, lanes)
    return (yield from priced(trace, lanes, book or standard()))


def priced(trace: Trace, lanes: Lanes, book: Book) -> Generator[Event, None, Opened]:
    """Price a counted trace; again, when the rates are others."""
    attributions = yield from _price(trace, lanes, book)
    tallies = yield from _summed(attributions)
    checked = yield from checking(trace, attributions, book)
    return Opened(
        trace=trace, lanes=lanes, attributions=attributions, tallies=tallies, checked=checked,
        book=book,
    )  # fmt: skip


def apart(sources: Sequence[Source]) -> tuple[list[Source], list[Source]]:
    """Logs, and the price snapshots dropped with them."""
    found: tuple[list[Source], list[Source]] = ([], [])
    for source in sources:
        with source.open() as file:
            found[is_snapshot(file.read(SNAPSHOT_HEAD_BYTES))].append(source)
    return found


def newest(snapshots: Sequence[Source]) -> Snapshot:
    """The newest of price snapshots; TraceError bad-rates for a damaged one."""
    return max((_snapshot(one) for one in snapshots), key=lambda snapshot: snapshot.as_of)


def _snapshot(source: Source) -> Snapshot:
    with source.open() as file:
        return opened(file.read(), source.name)


def book_of(snapshot: Snapshot | None, own: Own) -> Book:
    """The given snapshot's rates, else the wheel's, with the user's prices on top."""
    if snapshot is None and own == NONE:
        return standard()
    return Book(snapshot or standard().snapshot, own)


def _count(trace: Trace, lanes: Lanes) -> Generator[Event, None, None]:
    """Count every text once for each vocabulary it is billed by, in batches."""
    if isinstance(trace.calls, BareCalls):
        return
    texts = _texts_by_counter(trace, lanes)
    total, done, clock = sum(map(len, texts.values())), 0, Clock()
    for key, found in texts.items():
        counter = lanes.counters[key]
        asset = counter.tokenizer.asset
        if asset and not assets.have(asset):
            yield Need(asset)
        for batch in _batches(found):
            counter.count_all(batch)
            done += len(batch)
            if clock.due():
                yield Step(stage="counting", done=done, total=total, unit="texts")


# A batch is counted without a look at the messages: about 50 ms of text in Pyodide.
BATCH_CHARS = 50_000


def _batches(texts: Iterable[str]) -> Iterable[list[str]]:
    batch: list[str] = []
    chars = 0
    for text in texts:
        batch.append(text)
        chars += len(text)
        if chars > BATCH_CHARS:
            yield batch
            batch, chars = [], 0
    if batch:
        yield batch


def _texts_by_counter(trace: Trace, lanes: Lanes) -> dict[str, dict[str, None]]:
    """Texts to count, by vocabulary: walks each prompt only until it meets a known node."""
    texts: dict[str, dict[str, None]] = {}
    seen: dict[str, set[int]] = {}
    for call in trace.calls:
        key = lanes.of(call).counter.tokenizer.key
        found, nodes = texts.setdefault(key, {}), seen.setdefault(key, set())
        segments = list(call.reply)
        node = call.prompt
        while node and node not in nodes:
            nodes.add(node)
            segments += trace.messages[trace.prompts.messages[node]].segments
            node = trace.prompts.parents[node]
        for number in segments:
            segment = trace.segments[number]
            if segment.text and segment.category in TEXT_CATEGORIES:
                found[segment.text] = None
            elif segment.media is not None and segment.media.text:
                found[segment.media.text] = None
    return texts


def _price(trace: Trace, lanes: Lanes, book: Book) -> Generator[Event, None, Sequence[Attribution]]:
    """Attribute and price every call."""
    found, clock = list[Attribution](), Clock()
    if isinstance(trace.calls, BareCalls):
        return (yield from _price_bare(trace.calls, lanes, book))
    carried: dict[tuple[str, int], int] = {}
    for call in trace.calls:
        lane = lanes.of(call)
        key = (call.session, id(lane))
        one = attribute(call, lane, book.quote(call), carried.get(key, 0))
        if one.method == "reported":
            carried[key] = max(0, one.prompt_tokens - one.estimate_tokens)
        found.append(settled(one))
        if clock.due():
            yield Step(stage="pricing", done=len(found), total=len(trace.calls), unit="calls")
    return tuple(found)


def _price_bare(
    calls: BareCalls, lanes: Lanes, book: Book
) -> Generator[Event, None, BareAttributions]:
    clock = Clock()
    for done in (steps := Returning(attributed(calls, lanes, book))):
        if clock.due():
            yield Step(stage="pricing", done=done, total=len(calls), unit="calls")
    return steps.value


def _summed(attributions: Sequence[Attribution]) -> Generator[Event, None, Tallies]:
    """Sum all calls: the end of pricing."""
    if isinstance(attributions, BareAttributions):
        return bare_tallies(attributions)
    total, clock = len(attributions), Clock()
    for _ in (steps := Returning(tallying(attributions))):
        if clock.due():
            yield Step(stage="pricing", done=total, total=total, unit="calls")
    return steps.value


def checking(
    trace: Trace, attributions: Sequence[Attribution], book: Book
) -> Generator[Event, None, Checked]:
    """Look for waste; every detector is a step."""
    total, clock, before = len(registry.DETECTORS), Clock(), -1
    for done in (steps := Returning(check(trace, attributions, registry.DETECTORS, book))):
        if done != before or clock.due():
            yield Step(stage="checking", done=done, total=total, unit="checks")
        before = done
    return steps.value


def run(
    sources: Sequence[Source], see: Callable[[Event], None] | None = None, own: Own = NONE
) -> Opened:
    """`open_sources` to its end, for callers that need no pauses; assets come from the package."""
    logs, snapshots = apart(sources)
    book = book_of(newest(snapshots) if snapshots else None, own)
    return finished(open_sources(logs or sources, book), see)


def finished(steps: Generator[Event, None, T], see: Callable[[Event], None] | None = None) -> T:
    """What a generator of events returns, its assets provided from the package."""
    for event in (kept := Returning(steps)):
        if isinstance(event, Need):
            assets.read(event.asset)
        if see:
            see(event)
    return kept.value


def session_calls(trace: Trace, session: str | None) -> tuple[Call, ...]:
    """The calls of one session, or all."""
    return tuple(call for call in trace.calls if session is None or call.session == session)
