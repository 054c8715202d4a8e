"""Rows of counts read by columns give the trace that reading them one by one gives; so do documents in batches."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from random_turns import EXAMPLES
from whytokens.builder import TraceBuilder
from whytokens.containers import Source
from whytokens.containers.batches import batches
from whytokens.containers.documents import documents
from whytokens.importers.flat_rows import FLAT_ROWS
from whytokens.importers.records import RecordImporter
from whytokens.model import Trace

ONE_BY_ONE = RecordImporter(replace(FLAT_ROWS.format, counted=None))
COUNT = st.one_of(st.integers(0, 9), st.sampled_from((0, 7, -1, 2**60, None, "", 3.0, 2.5, True)))
WORD = st.sampled_from(("a", "b", "", None, 0, 5, True))
FIELDS = {
    "input_tokens": COUNT, "prompt_tokens": COUNT, "output_tokens": COUNT, "cached_input_tokens": COUNT,
    "cache_write_tokens": COUNT, "reasoning_tokens": COUNT, "model": st.sampled_from(("gpt-4o", "claude-x", None, 3)),
    "provider": WORD, "timestamp_utc": st.sampled_from(("2026-10-01T10:00:00Z", "2026-10-01", 1_790_000_000, "soon", None)),
    "cost_usd": st.sampled_from((0.25, "0.1", None, -1, float("nan"))), "session_id": WORD, "trace_id": WORD,
    "span_id": WORD, "parent_span_id": st.sampled_from((None, None, None, "a")), "response_id": st.sampled_from((None, "r")),
    "error": WORD, "latency_ms": st.sampled_from((None, 5, 2.6, float("inf"))), "team": WORD, "agent_name": WORD,
    "agent": WORD, "usage_input_tokens_uncached": COUNT,
}  # fmt: skip
PLAIN = st.fixed_dictionaries(
    {
        "input_tokens": st.integers(10, 99),
        "output_tokens": st.integers(0, 9),
        "model": st.just("gpt-4o"),
    },
    optional={
        "session_id": WORD,
        "team": WORD,
        "span_id": st.sampled_from("abcdefgh"),
        "cached_tokens": st.integers(0, 10),
    },
)
ROW = st.one_of(PLAIN, st.fixed_dictionaries({}, optional=FIELDS))


def source(text: str) -> Source:
    data = text.encode()
    return Source(name="rows.jsonl", size_bytes=len(data), open=lambda: io.BytesIO(data), path="")


def trace(importer: RecordImporter, text: str) -> Trace | str:
    builder = TraceBuilder("rows")
    try:
        for _ in importer.load(source(text), builder):
            pass
    except Exception as error:
        return repr(error)
    builder.finish()
    return builder.build()


def told(found: Trace | str) -> Any:
    if isinstance(found, str):
        return found
    return list(found.calls), found.sessions, found.warnings


@settings(max_examples=EXAMPLES * 2, deadline=None)
@given(st.lists(ROW, min_size=1, max_size=12), st.booleans())
def test_rows_by_columns_and_one_by_one(rows: list[dict[str, Any]], whole: bool) -> None:
    text = json.dumps(rows) if whole else "\n".join(map(json.dumps, rows))
    assert told(trace(FLAT_ROWS, text)) == told(trace(ONE_BY_ONE, text))


LINE = st.sampled_from((
    '{"a": 1}', '  {"a": [1, {"b": 2}]}  ', '{"a": 1} {"b": 2}', '{"a": ', '{"a": NaN}', "[1, 2]", "3", "", "   ", "nonsense",
    '{"a": "\\ud800"}', "{}", '{"a": 1},', "[" * 600 + "]" * 600,
))  # fmt: skip


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.lists(LINE, min_size=1, max_size=12), st.sampled_from(("\n", "\r\n")))
def test_documents_in_batches_and_one_by_one(lines: list[str], end: str) -> None:
    text = end.join(['{"first": 1}', *lines])
    one, two = TraceBuilder("a"), TraceBuilder("b")
    single = [(repr(d.value), d.where.line) for d in documents(source(text), one)]
    many = [
        (repr(value), line)
        for batch in batches(source(text), two)
        for value, line in zip(batch.values, batch.lines, strict=True)
    ]
    assert many == single
    assert one._warnings == two._warnings
