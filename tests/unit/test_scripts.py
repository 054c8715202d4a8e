"""JavaScript's literals, as programs and printers write them."""

from __future__ import annotations

from typing import Any

import pytest

from whytokens.containers.script_literals import NoLiteral, literal


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("{a: 1, 'b-c': -2.5e3, \"d\": 0x1F, $e: 10n, f: 1_000}", {"a": 1, "b-c": -2500.0, "d": 31, "$e": 10, "f": 1000}),
        ("[true, false, null, undefined, NaN,]", [True, False, None, None, None]),
        (r"""'it\'s \u00fc \x41\n' + "!" """.strip(), "it's ü A\n!"),
        ("`two\nlines ${name}`", "two\nlines ${name}"),
        ("{a, ...rest, b: f({x: ')'}), c: [1, ...more, 2], d() {}, e: 'x'.trim()}", {"b": None, "c": [1, 2], "e": "x"}),
        ("{a: 1, // one\n /* two */ b: [Object], c: [ 1, ... 98 more items ]}", {"a": 1, "b": None, "c": [1]}),
    ],
)  # fmt: skip
def test_literals(text: str, value: Any) -> None:
    found, end = literal(text, 0)
    assert found == value
    assert end == len(text)


@pytest.mark.parametrize("text", ["{a: 'open", "[1 2]", "", "{'a\n': 1}", "[" * 3000])
def test_what_is_no_literal_is_refused(text: str) -> None:
    with pytest.raises(NoLiteral):
        literal(text, 0)
