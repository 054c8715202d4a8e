"""What every opened trace must satisfy, whatever it was read from: the integrity check."""

from __future__ import annotations

from collections import Counter

from whytokens.attribution.share import Attribution
from whytokens.model import Trace
from whytokens.opened import Opened
from whytokens.protocol import Columns, Report
from whytokens.report import report


def check(opened: Opened) -> Report:
    """Raise AssertionError at the first broken rule; the report otherwise."""
    _trace(opened.trace)
    for one in opened.attributions:
        _attribution(one)
    found = report(opened)
    _columns(found["merged"])
    totals = found["totals"]
    assert found["merged"]["tokens"][0] == totals["input"] + totals["output"]
    assert found["merged"]["read"][0] == totals["read"]
    assert sum(row["calls"] for row in found["sessions"]) == totals["calls"]
    cost_pusd = sum(one.cost_pusd for one in opened.attributions if one.method != "unbilled")
    assert totals["nusd"] == (cost_pusd + 500) // 1000
    _waste(found)
    return found


def _waste(found: Report) -> None:
    """The reclaimable figure is a union: within the bill, and the sum of its parts."""
    back, findings = found["reclaimable"], found["findings"]
    assert back["billed_nusd"] == found["totals"]["nusd"]
    assert 0 <= back["low_nusd"] <= back["nusd"] <= back["billed_nusd"]
    savings = [one["saving"] for one in findings if one["saving"]]
    assert all(0 <= one["low_nusd"] <= one["nusd"] <= one["alone_nusd"] for one in savings)
    # Each saving and each step is rounded down on its own.
    rounding = len(savings) + len(back["steps"])
    assert abs(sum(one["nusd"] for one in savings) - back["nusd"]) <= rounding
    assert sum(step["nusd"] for step in back["steps"]) == back["nusd"]
    for number, one in enumerate(findings):
        assert one["state"] != "error", one["why"]
        assert (one["state"] == "waste") == (one["saving"] is not None)
        assert all(0 <= other < len(findings) and other != number for other in one["overlaps"])
        assert all(0 <= item["call"] < found["totals"]["calls"] for item in one["evidence"])


def _trace(trace: Trace) -> None:
    for message in trace.messages:
        assert all(0 <= segment < len(trace.segments) for segment in message.segments)
    prompts = trace.prompts
    assert len(prompts.parents) == len(prompts.messages) == len(prompts.depths)
    for node in range(1, len(prompts.parents)):
        assert prompts.parents[node] < node
        assert 0 <= prompts.messages[node] < len(trace.messages)
    keys = {session.key for session in trace.sessions}
    for number, call in enumerate(trace.calls):
        assert call.id == number
        assert call.session in keys
        assert 0 <= call.prompt < len(prompts.parents)
        assert all(0 <= segment < len(trace.segments) for segment in call.reply)
        assert call.where.file
        assert call.started is None or call.started.tzinfo is not None
    for segment in trace.segments:
        assert segment.where.file
        assert segment.path
    ids = [session.key for session in trace.sessions]
    assert len(ids) == len(set(ids))


def _attribution(one: Attribution) -> None:
    if one.method == "unbilled":
        return
    sums: Counter[str] = Counter()
    for span in one.spans():
        assert span.tokens >= 0
        sums[span.billed] += span.tokens
    assert sums.total() == one.prompt_tokens + one.output_tokens
    if one.method == "reported":
        usage = one.usage
        assert one.prompt_tokens == usage.prompt
        assert sums["read"] == (usage.cache_read or 0)
        assert sums["write_5m"] == (usage.cache_write_5m or 0)
        assert sums["write_1h"] == (usage.cache_write_1h or 0)
        assert sums["input"] == usage.input


def _columns(columns: Columns) -> None:
    size = len(columns["name"])
    assert all(len(columns[key]) == size for key in columns if key not in ("strings", "categories"))  # type: ignore[literal-required]
    for what in ("tokens", "read", "nusd"):
        own = list(columns[what])  # type: ignore[literal-required]
        for row in range(1, size):
            assert columns["parent"][row] < row
            own[columns["parent"][row]] -= columns[what][row]  # type: ignore[literal-required]
        assert min(own, default=0) >= 0, what
