"""Logs that send messages again: parsed as the standard library parses them, whatever repeats."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from whytokens.containers import resent
from whytokens.containers.resent import Resent

SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
MESSAGES = st.fixed_dictionaries(
    {"role": st.sampled_from(["user", "assistant"]), "content": VALUES}
)
HISTORIES = st.lists(st.one_of(MESSAGES, MESSAGES, MESSAGES, VALUES), max_size=6)
KEYS = st.sampled_from(["messages", "contents", "input", "other"])


@pytest.fixture(autouse=True)
def any_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resent, "SMALL_CHARS", 0)
    monkeypatch.setattr(resent, "LIST_CHARS", 0)


@st.composite
def logs(draw: st.DrawFn) -> list[str]:
    """Lines whose histories grow, are cut, are edited, or start anew, spaced in several ways."""
    history, found = draw(HISTORIES), []
    for _ in range(draw(st.integers(1, 6))):
        change = draw(st.sampled_from(["grow", "cut", "edit", "anew"]))
        if change == "grow":
            history = history + draw(HISTORIES)
        elif change == "cut":
            history = history[: draw(st.integers(0, 3))]
        elif change == "edit" and history:
            at = draw(st.integers(0, len(history) - 1))
            history = [*history[:at], draw(MESSAGES), *history[at + 1 :]]
        elif change == "anew":
            history = draw(HISTORIES)
        body: dict[str, Any] = {"ts": draw(VALUES), draw(KEYS): history, "tools": draw(VALUES)}
        line = draw(st.sampled_from([body, {"request": body, "response": draw(VALUES)}, history]))
        found.append(json.dumps(line, indent=draw(st.sampled_from([None, 1]))))
    return found


@settings(deadline=None)
@given(logs())
def test_every_line_is_what_json_says_it_is(lines: list[str]) -> None:
    parser = Resent()
    for line in lines:
        # As text: True is not 1, and the order of members counts.
        assert repr(parser.parse(line)) == repr(json.loads(line))


@settings(deadline=None)
@given(logs(), st.integers(0, 200), st.sampled_from(["", ",", "}", "]", '"', "x", "\\", "\x00"]))
def test_a_broken_line_raises_what_json_raises(lines: list[str], at: int, other: str) -> None:
    parser = Resent()
    for line in lines:
        parser.parse(line)
    broken = lines[-1][:at] + other + lines[-1][at + 1 :]
    try:
        expected = repr(json.loads(broken))
    except json.JSONDecodeError as error:
        with pytest.raises(json.JSONDecodeError) as caught:
            parser.parse(broken)
        assert (caught.value.msg, caught.value.pos) == (error.msg, error.pos)
    else:
        assert repr(parser.parse(broken)) == expected


def test_what_repeats_is_the_same_object() -> None:
    parser = Resent()
    old = {"role": "user", "content": "as before"}
    first = parser.parse(json.dumps({"ts": 1, "request": {"messages": [old]}}))
    second = parser.parse(json.dumps({"ts": 22, "request": {"messages": [old, {"role": "x"}]}}))
    third = parser.parse(json.dumps({"ts": 22, "request": {"messages": [{**old, "n": 1}]}}))
    assert second["request"]["messages"][0] is first["request"]["messages"][0]
    assert second["request"]["messages"] is not first["request"]["messages"]
    assert third["request"]["messages"] == [{**old, "n": 1}]
