"""The same eleven calls in every format: the same tokens and dollars, but for what a format lacks.

`LACKS` names each difference: the calls concerned, and the datum that the format has no place for.
"""

from __future__ import annotations

import io

import pytest

import contract
import writers
from calls import MADE
from whytokens.containers import Source
from whytokens.opened import Opened
from whytokens.pipeline import run


def opened(name: str, text: str) -> Opened:
    data = text.encode()
    return run([Source(name=name, size_bytes=len(data), open=lambda: io.BytesIO(data))])


def both_apis() -> list[Opened]:
    """The reference: raw pairs, a file for each API."""
    return [
        opened(f"{api}.jsonl", writers.pairs(one for one in MADE if one.provider == api))
        for api in ("openai", "anthropic")
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
