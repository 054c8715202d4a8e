"""The same eleven calls in every format: the same tokens and dollars, but for what a format lacks.

`LACKS` names each difference: the calls concerned, and the datum that the format has no place for.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterable
from dataclasses import replace

import pytest

import contract
import writers
from calls import MADE, WASTEFUL, Made
from whytokens.containers import Source
from whytokens.opened import Opened
from whytokens.pipeline import run
from whytokens.waste import Saving


def source(name: str, text: str) -> Source:
    data = text.encode()
    return Source(name=name, size_bytes=len(data), open=lambda: io.BytesIO(data))


def opened(name: str, text: str) -> Opened:
    return run([source(name, text)])


def both_apis() -> list[Opened]:
    """The reference: raw pairs, a file for each API."""
    return [
        opened(f"{api}.jsonl", writers.pairs(one for one in MADE if one.provider == api))
        for api in ("openai", "anthropic")
    ]


def together(made: Iterable[Made], timed: bool = True) -> Opened:
    """The same as one trace of two files, for what is found across calls."""
    calls = list(made)
    return run([
        source(f"{number} {api}.jsonl", _pairs([c for c in calls if c.provider == api], timed))
        for number, api in enumerate(("openai", "anthropic"))
        if any(one.provider == api for one in calls)
    ])  # fmt: skip


def _pairs(made: list[Made], timed: bool) -> str:
    rows = [json.loads(line) for line in writers.pairs(made).splitlines()]
    for row in () if timed else rows:
        del row["timestamp"]
        row["response"].pop("created", None)
    return writers.lines(rows)


def findings(found: Opened, marked: bool) -> list[tuple[object, ...]]:
    """What must be alike in every finding, in their order: words, money, places in calls, fix."""
    return [
        (
            one.detector,
            one.title,
            one.why,
            one.state,
            one.confidence,
            one.saving and replace(one.saving, assumptions=_said(one.saving, marked)),
            one.overlaps,
            one.fix,
            tuple((item.call, item.label, item.tokens, item.note) for item in one.evidence),
        )
        for one in found.checked.findings
    ]


def rows(found: Opened) -> list[dict[str, object]]:
    """What must be alike for each call."""
    return [
        {
            "model": one.call.model,
            "session": one.call.session,
            "method": one.method,
            "prompt": one.prompt_tokens,
            "output": one.output_tokens,
            "read": one.usage.cache_read or 0,
            "write": (one.usage.cache_write_5m or 0) + (one.usage.cache_write_1h or 0),
            "pusd": one.cost_pusd,
            "visible": one.estimate_tokens,
            "called": one.call.called_tools,
            "user": one.call.tags.get("user"),
            "error": one.call.error is not None,
        }
        for one in found.attributions
    ]


def _said(saving: Saving, marked: bool) -> tuple[str, ...]:
    """A saving's assumptions; which breakpoints were replayed only where the format carries them."""
    return tuple(text for text in saving.assumptions if marked or not text.startswith(REPLAYED))


REFERENCE = [row for found in both_apis() for row in rows(found)]
# What a format has no place for, and the columns that differ for it.
LACKS: dict[str, dict[str, str]] = {
    "har": {"session": "HTTP has no conversation's key", "user": "nor a user"},
    "vcr": {"session": "HTTP has no conversation's key", "user": "nor a user"},
}


@pytest.mark.parametrize("name", writers.WRITERS)
def test_every_format_tells_the_same_calls(name: str) -> None:
    found = opened("log", writers.WRITERS[name](MADE))
    contract.check(found)
    told = rows(found)
    assert len(told) == len(REFERENCE) == 11
    for expected, row in zip(REFERENCE, told, strict=True):
        different = {key for key in expected if expected[key] != row[key]}
        assert different <= set(LACKS.get(name, {})), [
            (key, expected[key], row[key]) for key in different
        ]


def test_every_difference_is_real() -> None:
    """A difference that no call shows any more is taken off the list."""
    for name, lacks in LACKS.items():
        told = rows(opened("log", writers.WRITERS[name](MADE)))
        for key in lacks:
            pairs = zip(REFERENCE, told, strict=True)
            assert any(one[key] != two[key] for one, two in pairs), f"{name} does not lack {key}"


REPLAYED = "Replaying what you do now"
# Formats that keep texts without `cache_control`: the breakpoints are inferred from what was read. The
# money is the same, the words are not.
UNMARKED = ("braintrust", "langfuse", "otlp_new", "otlp_old")
# A cassette has no times but those of its replies, and Anthropic's have none: where one has none, nothing
# is known of pauses or retries.
UNTIMED = ("vcr",)


@pytest.mark.parametrize("name", writers.WRITERS)
@pytest.mark.parametrize("made", [MADE, WASTEFUL], ids=["shop", "wasteful"])
def test_every_format_has_the_same_findings(name: str, made: tuple[Made, ...]) -> None:
    found = opened("log", writers.WRITERS[name](made))
    expected = together(made, timed=name not in UNTIMED or made is WASTEFUL)
    marked = name not in UNMARKED
    assert findings(found, marked) == findings(expected, marked)
    assert found.checked.steps == expected.checked.steps
    assert found.checked.low_pusd == expected.checked.low_pusd


def test_what_formats_lack_is_really_lacking() -> None:
    for name in UNMARKED:
        found = opened("log", writers.WRITERS[name](MADE))
        assert findings(found, True) != findings(together(MADE), True)
    for name in UNTIMED:
        found = opened("log", writers.WRITERS[name](MADE))
        assert findings(found, True) != findings(together(MADE), True)


def test_the_wasteful_calls_show_what_was_planted() -> None:
    found = [one for one in together(WASTEFUL).checked.findings if one.state == "waste"]
    assert {one.detector for one in found} == {
        "retries", "rereads", "near-duplicates", "json-whitespace", "never-called-tools",
    }  # fmt: skip
