"""Calls without text as columns give what the same calls give as objects: attributions, sums, report, cells."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import month
from random_turns import EXAMPLES
from whytokens.attribution.bare import BareAttributions
from whytokens.attribution.tally import tally
from whytokens.bare import BareCalls
from whytokens.builder import ROOT, TraceBuilder
from whytokens.filters import filtered
from whytokens.model import Options, Trace, Usage, Where
from whytokens.opened import Opened
from whytokens.pipeline import analysed, finished
from whytokens.report import report
from whytokens.spend.agents import growths
from whytokens.spend.bare_cells import bare_cells
from whytokens.spend.cells import Cells
from whytokens.spend.price_levels import Levels
from whytokens.spend.replay import total, unchanged
from whytokens.spend.row_cells import cells
from whytokens.spend.rows import rows

EPOCH, NEXT = datetime(2026, 9, 1, tzinfo=UTC), date(2026, 12, 15)
MODELS = (
    ("gpt-4o-mini", "openai", "openai.chat"), ("claude-sonnet-4-5", "anthropic", "anthropic.messages"),
    ("gemini-2.5-pro", "google", "gemini.generate"), ("deepseek-chat", "deepseek", "openai.chat"),
    ("my-own-model", None, "openai.chat"), (None, None, "openai.chat"),
)  # fmt: skip
COUNTS = st.one_of(st.integers(0, 12), st.integers(0, 300_000))
MAYBE = st.one_of(st.none(), COUNTS)


@st.composite
def usages(draw: st.DrawFn) -> Usage | None:
    kind = draw(st.sampled_from(("plain",) * 8 + ("none", "no input", "refused", "fees", "media")))
    if kind == "none":
        return None
    if kind == "no input":
        return Usage(output=draw(MAYBE))
    if kind == "refused":
        return Usage(refused="reports 9 tokens read from cache in a prompt of 8")
    output = draw(MAYBE)
    return Usage(
        input=draw(COUNTS), cache_read=draw(MAYBE), cache_write_5m=draw(st.one_of(st.none(), st.just(0), COUNTS)),
        cache_write_1h=draw(st.one_of(st.none(), st.just(0))), output=output,
        reasoning=None if output is None else draw(st.one_of(st.none(), st.integers(0, output))),
        total=draw(st.one_of(st.none(), COUNTS)), fees={"web_search": 2} if kind == "fees" else {},
        detail={"input_audio": 3} if kind == "media" else {}, tier=draw(st.sampled_from((None, None, "flex"))),
    )  # fmt: skip


@st.composite
def logs(draw: st.DrawFn) -> list[dict[str, Any]]:
    made = []
    for number in range(draw(st.integers(1, 14))):
        model, provider, api = draw(st.sampled_from(MODELS))
        at = EPOCH + timedelta(minutes=draw(st.integers(0, 200_000)))
        if draw(st.booleans()):
            at = at.astimezone(timezone(timedelta(hours=5, minutes=30)))
        made.append({
            "api": api, "model": model, "provider": provider, "prompt": ROOT,
            "where": Where(file=draw(st.sampled_from("ab")), line=number + 1),
            "session": draw(st.sampled_from((None, "s", "t"))), "started": draw(st.sampled_from((None, at, at))),
            "duration_ms": draw(st.sampled_from((None, 900))), "usage": draw(usages()),
            "error": draw(st.sampled_from((None, None, "timeout"))), "hidden": draw(st.sampled_from((None, "no text"))),
            "tags": draw(st.sampled_from(({}, {"team": "a"}, {"team": "b", "user": "u"}))),
            "tier": draw(st.sampled_from((None, None, "batch", "priority"))),
            "called_tools": draw(st.sampled_from(((), (), ("search",)))),
            "options": draw(st.sampled_from((Options(), Options(), Options(hosted=("web_search",)), Options(shared_by=2)))),
            "reported_cost_pusd": draw(st.sampled_from((None, None, 0, 1, 10**9, 10**12))),
        })  # fmt: skip
    return made


def as_columns(calls: list[dict[str, Any]]) -> Trace:
    builder = TraceBuilder("made up")
    for one in calls:
        builder.call(**one)
    return builder.build()


def as_objects(calls: list[dict[str, Any]]) -> Trace:
    builder = TraceBuilder("made up")
    builder._bare = None
    for one in calls:
        builder.call(**one)
    return builder.build()


def opened(trace: Trace) -> Opened:
    return finished(analysed(trace))


def told(found: Cells) -> tuple[Any, ...]:
    """Cells whatever the numbers of their labels."""
    names = ("run", "session", "model", "provider", "template", "day", *found.tags)
    words = {name: [found.labels[name][code] for code in found.codes[name]] for name in names}
    return words, found.measures, found.started_ms, found.first, found.tags


def same(columns: Opened, objects: Opened) -> None:
    assert isinstance(columns.attributions, BareAttributions)
    assert list(columns.trace.calls) == list(objects.trace.calls)
    for mine, theirs in zip(columns.attributions, objects.attributions, strict=True):
        for name in ("call", "quote", "method", "usage", "prompt_tokens", "front", "pieces", "tail", "reply",
                     "output_counted", "problem", "cost_pusd"):  # fmt: skip
            assert getattr(mine, name) == getattr(theirs, name), name
    lines = columns.attributions.columns
    assert lines.pusd == [one.cost_pusd for one in objects.attributions]
    assert lines.prompt == [one.prompt_tokens for one in objects.attributions]
    assert columns.tallies == objects.tallies == tally(columns.attributions)
    assert report(columns) == report(objects)
    sessions = objects.trace.sessions
    mine, theirs = (
        bare_cells(columns.attributions, sessions),
        cells(rows(objects.attributions, sessions)),
    )
    assert told(mine) == told(theirs)
    assert growths(columns.attributions) == growths(objects.attributions)
    day = date(2026, 10, 1)
    assert Levels(columns.attributions, day).on(NEXT) == Levels(objects.attributions, day).on(NEXT)
    costs = [total(unchanged(one.attributions), one.book) for one in (columns, objects)]
    assert costs[0] == costs[1]


@settings(max_examples=EXAMPLES, deadline=None)
@given(logs())
def test_columns_and_objects_give_one_report(calls: list[dict[str, Any]]) -> None:
    columns, objects = opened(as_columns(calls)), opened(as_objects(calls))
    same(columns, objects)
    for wanted in (
        {"models": ["gpt-4o-mini", ""]}, {"sessions": ["s"]}, {"runs": ["t"]}, {"tags": {"team": "a"}},
        {"first": 1, "last": 4}, {"since": "2026-10-01"},
    ):  # fmt: skip
        some, others = filtered(columns, wanted), filtered(objects, wanted)  # type: ignore[arg-type]
        if others.attributions:
            same_parts(some, others)


def same_parts(some: Opened, others: Opened) -> None:
    assert [one.call for one in some.attributions] == [one.call for one in others.attributions]
    assert some.tallies == others.tallies
    assert report(some) == report(others)


def test_a_month_of_five_providers() -> None:
    records = month.month(3_000)
    builder = TraceBuilder("month")
    month.fill(builder, records)
    plain = TraceBuilder("month")
    plain._bare = None
    month.fill(plain, records)
    same(opened(builder.build()), opened(plain.build()))


def test_text_turns_columns_into_objects() -> None:
    builder = TraceBuilder("mixed")
    builder.call(
        api="openai.chat",
        model="gpt-4o",
        prompt=ROOT,
        where=Where(file="a", line=1),
        usage=Usage(input=5, output=1),
    )
    where = Where(file="a", line=2)
    said = builder.message("user", [builder.segment("user", ("user",), "hello", where)])
    builder.call(api="openai.chat", model="gpt-4o", prompt=builder.prompt([said]), where=where)
    found = builder.build()
    assert isinstance(found.calls, tuple)
    assert [call.usage and call.usage.input for call in found.calls] == [5, None]


@pytest.mark.parametrize("at", [3, -4])
def test_there_is_no_call_beyond_the_last(at: int) -> None:
    found = as_columns(
        [{"api": "openai.chat", "model": "m", "prompt": ROOT, "where": Where(file="a")}] * 3
    )
    assert isinstance(found.calls, BareCalls)
    assert found.calls[-1].id == 2 and len(found.calls[:2]) == 2
    with pytest.raises(IndexError):
        found.calls[at]
