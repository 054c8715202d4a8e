"""The worked examples of the facts (E1-E10), part two: claims, re-pricing, the telescope, the month."""

from __future__ import annotations

from datetime import timedelta

import pytest

from played import START, Always, Turn, checked, finding, play
from whytokens.cache import Bill
from whytokens.cache.prompts import Prompts
from whytokens.detectors.binary_text import entropy
from whytokens.detectors.history_growth import SUMMARY_TOKENS, TAIL_TOKENS, turns_to_pay
from whytokens.model import NodeId
from whytokens.waste import WHOLE, Claim, Fix, Remove, Waste
from whytokens.waste.claims import Claims
from whytokens.waste.pricing import Pricer, billed
from whytokens.waste.projection import Event, project
from whytokens.waste.rule_of_three import chance
from whytokens.waste.traffic import Traffic

FIX = Fix(text="fix")


def removal(*claims: Claim, title: str = "w") -> Waste:
    return Waste(title=title, why="", change=Remove(claims), evidence=(), fix=FIX)


def claims_of(trace, found) -> Claims:
    return Claims(trace, Traffic(Prompts(trace), [one.call for one in found]))


def saved_nusd(trace, found, *claims: Claim) -> int:
    mine, pricer = claims_of(trace, found), Pricer()
    mine.add(claims)
    costs = (one.cost_pusd - pricer.cost(one, mine.bill(one, billed(one))) for one in found)
    return sum(costs) // 1000


def test_e1_a_second_copy_costs_what_its_positions_cost() -> None:
    parts = [
        ("system", "rules", 20_000), ("tool_result", "Read/a.py", 6_000), ("user", "q", 7_000),
        ("tool_result", "Read/a.py", 6_000), ("user", "r", 1_000),
    ]  # fmt: skip
    turn = Turn(at=0, parts=parts, read=36_000, write_5m=3_000)
    trace, found = play("claude-opus-5-5", [turn])
    copy = trace.prompts.path(found[0].call.prompt)[3]
    assert saved_nusd(trace, found, Claim(copy, 0, copy)) == 15_600_000


def test_e1b_copies_of_an_auto_cached_agent() -> None:
    """An 8,000-token file read at turns 5, 12 and 20 of 30; each turn's prompt is cached."""
    turns, parts = [], [("system", "rules", 2_000)]
    for number in range(1, 31):
        before = sum(part[2] for part in parts)
        if number in (5, 12, 20):
            parts = [*parts, ("tool_result", "Read/big.py", 8_000)]
        parts = [*parts, ("assistant", f"turn {number}", 100)]
        size = sum(part[2] for part in parts)
        read = before if number > 1 else 0
        turns.append(Turn(at=30 * number, parts=parts, read=read, write_5m=size - read))
    found = finding(checked("claude-opus-5-5", turns), "rereads")
    assert found is not None
    assert found.saving is not None
    assert found.saving.alone_pusd // 1000 == 8000 * (5000 + 18 * 200) + 8000 * (5000 + 10 * 200)
    assert round(found.saving.alone_pusd / 1e12, 3) == 0.125
    assert [item.note for item in found.evidence] == ["first in call 5", "first in call 5"]


def test_e2_unused_tools_uncached_and_cached() -> None:
    tools = [("tools", f"t{n}", 600) for n in range(7)]
    parts = [*tools, ("system", "rules", 3_000), ("user", "q", 500)]
    plain = [Turn(at=n, parts=parts, session=f"s{n}", reply="done") for n in range(1500)]
    alone = finding(checked("claude-sonnet-5", plain), "never-called-tools")
    assert alone is not None
    assert alone.saving is not None
    assert alone.saving.alone_pusd // 1000 == 12_600_000_000
    cached = [
        Turn(at=n, parts=parts, read=0 if n % 25 < 2 else 7_200, session=f"s{n}", reply="done",
             write_5m=7_200 if n % 25 < 2 else 0)
        for n in range(1500)
    ]  # fmt: skip
    found = finding(checked("claude-sonnet-5", cached), "never-called-tools")
    assert found is not None
    assert found.saving is not None
    # 92 % read, 8 % written.
    assert found.saving.alone_pusd // 1000 == 4200 * (1380 * 200 + 120 * 2500)
    assert round(found.saving.alone_pusd / 1e12, 2) == 2.42
    assert len(found.evidence) == 7


def test_e8_removal_reprices_the_whole_call_below_a_step() -> None:
    turn = Turn(at=0, parts=[("system", "a", 98_000), ("user", "blob", 6_000)], out=1_000)
    trace, found = play("claude-haiku-5-5", [turn])
    blob = trace.prompts.path(found[0].call.prompt)[1]
    saved = saved_nusd(trace, found, Claim(blob, 0, blob))
    # 104k at five times the rate, output too, against 98k at the plain rate.
    assert saved == (104_000 * 500 - 98_000 * 100) + 1_000 * (2_500 - 500)
    assert round(saved / 1e9, 3) == 0.044


def test_e9_a_summary_pays_after_seven_and_a_half_turns() -> None:
    assert (SUMMARY_TOKENS, TAIL_TOKENS) == (4_000, 10_000)
    _, found = play("claude-opus-5-5", [Turn(at=0, parts=[("user", "h", 120_000)])])
    needed = turns_to_pay(found[0])
    assert needed is not None
    assert round(needed, 1) == 7.5


def test_e10_a_month_with_its_interval() -> None:
    """260 sessions in 10 days; 14 of them are large, so the interval is wide."""
    small, large, sessions = 164_380_000_000, 1_360_000_000_000, 260
    seconds = 10 * 86_400 / (sessions - 1)
    events = [
        Event(f"s{n}", START + timedelta(seconds=n * seconds), large if n % 19 == 9 else small, 10**12)
        for n in range(sessions)
    ]  # fmt: skip
    found = project(events)
    assert found.refusal is None
    assert found.monthly_pusd is not None
    assert found.low_pusd is not None
    assert found.high_pusd is not None
    assert round(found.monthly_pusd / 1e12) == 181
    assert round(found.low_pusd / 1e12) == 150
    assert round(found.high_pusd / 1e12) == 219
    assert found.grade == "medium"


@pytest.mark.parametrize(
    ("hours", "sessions", "says"),
    [(20, 50, "24 hours"), (200, 19, "20 sessions"), (200, 20, None)],
)
def test_small_windows_give_no_month(hours: int, sessions: int, says: str | None) -> None:
    step = timedelta(hours=hours / (sessions - 1))
    events = [Event(f"s{n}", START + n * step, 10**9, 10**10) for n in range(sessions)]
    found = project(events)
    assert (found.refusal is None) == (says is None)
    assert says is None or says in (found.refusal or "")
    assert found.per_1000_pusd == 10**12


def test_calls_without_a_time_give_no_month() -> None:
    assert project([Event("s", None, 5, 10)] * 30).refusal == "not all calls have a time"


def test_chance_of_need_is_the_rule_of_three() -> None:
    assert [round(chance(n) * 100, 1) for n in (30, 90, 300)] == [9.5, 3.3, 1.0]


def test_e7_in_one_run() -> None:
    """Stop the useless writes, move the stamp: two findings that add up to the whole."""
    turns = [
        Turn(at=20 * n, session=f"s{n}", write_5m=12_500,
             parts=[("system", "rules", 0, "z" * 150 + f"{n:020d}" + "y" * 11_830),
                    ("user", f"q{n}", 500)])
        for n in range(200)
    ]  # fmt: skip
    found = checked("gpt-6.1-sol", turns)
    assert found.billed_pusd == 6_250_000_000_000
    writes, stamp = finding(found, "dead-writes"), finding(found, "cache-buster")
    assert writes is not None
    assert stamp is not None
    assert writes.saving is not None
    assert stamp.saving is not None
    assert writes.saving.pusd == 1_250_000_000_000
    assert round(stamp.saving.pusd / 1e12, 2) == 4.52
    assert found.reclaimable_pusd == writes.saving.pusd + stamp.saving.pusd
    assert "after character 169" in stamp.why  # the last digit of the counter
    assert stamp.title == "Keep the counter out of the cached prefix"


def test_a_tail_that_is_written_each_time_is_not_advised() -> None:
    turns = [
        Turn(at=60 * n, parts=[("system", "rules", 9000), ("user", f"q{n}", 700)], session=f"s{n}")
        for n in range(40)
    ]
    found = finding(checked("claude-sonnet-5", turns), "uncached-prefix")
    assert found is not None
    assert found.saving is not None
    assert found.saving.pusd == 776_000_000_000 - 148_700_000_000
    assert found.title == "Cache the part of the prompt that never changes"
    assert found.fix is not None
    assert '"cache_control": {"type": "ephemeral"}' in found.fix.snippet


def test_e5_nothing_is_advised_below_the_minimum() -> None:
    turns = [
        Turn(at=60 * n, parts=[("system", "rules", 3000), ("user", f"q{n}", 200)], session=f"s{n}")
        for n in range(10)
    ]
    assert finding(checked("claude-haiku-4-5", turns), "uncached-prefix") is None


def test_claims_take_a_position_once() -> None:
    parts = [("system", "rules", 100), ("user", "q", 50)]
    trace, found = play("claude-sonnet-5", [Turn(at=0, parts=parts)])
    node = trace.prompts.path(found[0].call.prompt)[0]
    half, all_of_it = Claim(node, 0, node, 0, WHOLE // 2), Claim(node, 0, node)
    mine = claims_of(trace, found)
    for claims, tokens in ((half, 100), (all_of_it, 50), (half, 50)):
        mine.add([claims])
        assert mine.bill(found[0], Bill(150)) == Bill(tokens)
    mine.drop([all_of_it])
    assert mine.bill(found[0], Bill(150)) == Bill(100)


def test_a_claim_holds_from_the_call_that_made_it_useless() -> None:
    old = [("system", "r", 10), ("tool_result", "Read/a", 40)]
    turns = [Turn(at=0, parts=old), Turn(at=1, parts=[*old, ("user", "next", 5)])]
    trace, found = play("claude-sonnet-5", turns)
    read, later = trace.prompts.path(found[1].call.prompt)[1:]
    mine = claims_of(trace, found)
    mine.add([Claim(read, 0, later)])
    assert [mine.bill(one, billed(one)).tokens for one in found] == [50, 15]
    mine.add([Claim(read, 0, read)])
    assert [mine.bill(one, billed(one)).tokens for one in found] == [10, 15]


def test_overlapping_findings_name_each_other_and_pay_once() -> None:
    turns = [Turn(at=0, parts=[("system", "rules", 100), ("user", "q", 50)])]
    node = NodeId(1)
    wastes = [
        removal(Claim(node, 0, node), title="one"),
        removal(Claim(node, 0, node, 0, WHOLE // 2)),
    ]
    found = checked("claude-sonnet-5", turns, [Always("a", wastes[:1]), Always("b", wastes[1:])])
    assert [one.saving and one.saving.pusd for one in found.findings] == [100 * 2_000_000, None]
    again = checked("claude-sonnet-5", turns, [Always("b", wastes[1:]), Always("a", wastes[:1])])
    assert again.reclaimable_pusd == found.reclaimable_pusd == 100 * 2_000_000
    assert [one.overlaps for one in again.findings] == [(), (0,)]


def test_a_detector_that_breaks_is_a_finding() -> None:
    class Broken:
        key, looks_for = "broken", "nothing in particular"

        def find(self, priced):
            yield removal()
            raise KeyError("a text of the user")

    turns = [Turn(at=0, parts=[("system", "rules", 100)])]
    found = checked("claude-sonnet-5", turns, [Broken(), Always("fine", [])])
    assert [(one.detector, one.state) for one in found.findings] == [
        ("broken", "error"),
        ("fine", "ok"),
    ]
    assert "user" not in found.findings[0].why


def test_entropy_tells_data_from_words() -> None:
    assert entropy("abababab") == 1.0
    assert entropy("aaaa") == 0.0
