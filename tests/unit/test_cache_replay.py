"""The worked examples of the facts (E1-E10), part one: cache replay. Money to the nanodollar."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pytest

from played import Turn, play
from whytokens.cache import Bill
from whytokens.cache.observed import observe, warm, warmed
from whytokens.cache.policies import AUTOMATIC, NONE, Places, Policy, policies, replay
from whytokens.cache.prompts import Prompts
from whytokens.cache.requests import Request, requests
from whytokens.cache.rules import Rules, rules_for
from whytokens.model import Options
from whytokens.waste.pricing import Pricer, billed

STATIC_5M, STATIC_1H, TAIL_5M = Policy(static=0), Policy(static=1), Policy(tail=0)


class Case:
    """One model's turns, ready to be replayed."""

    def __init__(self, model: str, turns: Iterable[Turn]) -> None:
        self.trace, found = play(model, turns)
        prompts = Prompts(self.trace)
        self.group: list[Request] = requests(found, prompts)
        quote = found[0].quote
        rules = rules_for(None, quote.row)  # type: ignore[union-attr]
        assert rules is not None
        self.rules: Rules = rules
        self.places = Places(prompts, self.group)
        self.pricer = Pricer()

    def nusd(self, policy: Policy, at_once: bool = False) -> int:
        bills = replay(self.group, self.rules, policy, self.places, at_once)
        pairs = zip(self.group, bills, strict=True)
        return sum(self.pricer.cost(request.one, bill) for request, bill in pairs) // 1000

    @property
    def billed_nusd(self) -> int:
        costs = (self.pricer.cost(request.one, billed(request.one)) for request in self.group)
        return sum(costs) // 1000

    def best(self) -> Policy:
        return min(policies(self.rules, len(self.rules.lifetimes)), key=self.nusd)


def stateless(seconds: float) -> list[Turn]:
    return [
        Turn(
            at=number * seconds,
            parts=[("system", "rules", 9000), ("user", f"q{number}", 700)],
            session=f"s{number}",
        )
        for number in range(40)
    ]


def test_e3_static_prefix_beats_the_moving_tail() -> None:
    case = Case("claude-sonnet-5", stateless(60))
    assert case.nusd(NONE) == case.billed_nusd == 776_000_000
    assert case.nusd(STATIC_5M) == 148_700_000
    assert case.nusd(TAIL_5M) == 970_000_000
    assert case.best() == STATIC_5M


def test_e4_far_apart_needs_the_hour() -> None:
    case = Case("claude-sonnet-5", stateless(1200))
    assert case.nusd(STATIC_5M) == 956_000_000
    assert case.nusd(STATIC_1H) == 162_200_000
    assert case.best() == STATIC_1H


def test_e5_below_the_minimum_nothing_is_cached() -> None:
    turns = [
        Turn(at=60 * n, parts=[("system", "rules", 3000), ("user", f"q{n}", 200)], session=f"s{n}")
        for n in range(10)
    ]
    case = Case("claude-haiku-4-5", turns)
    assert case.rules.minimum_tokens == 4096
    assert case.nusd(STATIC_5M) == case.nusd(NONE) == case.billed_nusd


def agent(write_first: int = 6000) -> list[Turn]:
    """E6: 6,000 tokens of system text cached, 1,200 more of conversation a turn."""
    turns = []
    for number in range(30):
        steps = [("user" if n % 2 == 0 else "assistant", f"m{n}", 600) for n in range(2 * number)]
        turns.append(
            Turn(
                at=30 * number,
                parts=[("system", "rules", 6000), ("user", "task", 1200), *steps],
                read=0 if number == 0 else 6000,
                write_5m=write_first if number == 0 else 0,
            )
        )
    return turns


def test_e6_the_conversation_is_the_largest_lever() -> None:
    case = Case("claude-opus-5-5", agent())
    assert case.billed_nusd == 2_296_800_000
    assert case.nusd(STATIC_5M) == 2_296_800_000  # replaying what was set gives the bill
    assert case.nusd(TAIL_5M) == 349_200_000
    found = observe(case.group, case.rules, case.places)
    assert found is not None
    assert (found.billed_read, found.replayed_read) == (29 * 6000, 29 * 6000)
    assert found.policy == "static prefix 5m"
    assert found.kappa_percent == 100


def fan_out() -> list[Turn]:
    return [
        Turn(
            at=0.01 * n,
            parts=[("system", "book", 20_000), ("user", f"chapter {n}", 300)],
            write_5m=20_000,
            session=f"s{n}",
        )
        for n in range(25)
    ]


def test_parallel_calls_all_pay_the_write_until_one_leads() -> None:
    case = Case("claude-opus-5-5", fan_out())
    assert case.billed_nusd == case.nusd(STATIC_5M) == 2_530_000_000
    assert case.nusd(NONE) == 2_030_000_000
    assert case.nusd(STATIC_5M, at_once=True) == 226_000_000


def test_dead_writes_are_pure_loss() -> None:
    turns = [
        Turn(at=9000 * n, parts=[("system", "book", 20_000), ("user", f"q{n}", 50)],
             write_1h=20_000, session=f"s{n}")
        for n in range(12)
    ]  # fmt: skip
    case = Case("claude-opus-5-5", turns)
    assert case.billed_nusd - case.nusd(NONE) == 960_000_000
    assert case.best() == NONE


def stamped() -> list[Turn]:
    """E7: 200 requests of 12,500 tokens, a stamp of 20 after the first 150 of the prefix."""
    return [
        Turn(
            at=20 * n,
            parts=[("system", "a", 150), ("system", f"stamp {n}", 20), ("system", "b", 11_830),
                   ("user", f"q{n}", 500)],
            write_5m=12_500,
            session=f"s{n}",
        )
        for n in range(200)
    ]  # fmt: skip


def test_e7_stop_useless_writes_then_move_the_stamp() -> None:
    case = Case("gpt-6.1-sol", stamped())
    assert case.billed_nusd == 6_250_000_000
    assert case.nusd(NONE) == 5_000_000_000
    assert case.best() == NONE
    texts = {message.id: message for message in case.trace.messages}
    stamps = {
        number: case.trace.segments[message.segments[0]]
        for number, message in texts.items()
        if case.trace.segments[message.segments[0]].path[-1].startswith("stamp")
    }
    first = min(stamps)
    moved = Prompts(
        case.trace,
        same=dict.fromkeys(stamps, first),
        loose={number: (segment.text or "",) for number, segment in stamps.items()},
    )
    case.group = requests([request.one for request in case.group], moved)
    case.places = Places(moved, case.group)
    # 11,980 written once and read 199 times, 520 fresh each time.
    assert case.nusd(STATIC_5M) == 11_980 * 2500 + 199 * 11_980 * 100 + 200 * 520 * 2000
    assert round(case.nusd(STATIC_5M) / 1e9, 3) == 0.476


def test_gpt_4o_reads_whole_steps_of_128() -> None:
    turns = [
        Turn(at=n * 10, parts=[("system", "rules", 2000), ("user", f"q{n}", 100)], session=f"s{n}")
        for n in range(3)
    ]
    case = Case("gpt-4o", turns)
    bills = replay(case.group, case.rules, AUTOMATIC, case.places)
    # "q0" and "q1" share their first character: 2,001 tokens, in steps of 128.
    assert [bill.read for bill in bills] == [0, 1920, 1920]


def test_an_entry_is_not_read_before_the_first_token() -> None:
    parts = [("system", "rules", 2000), ("user", "same", 100)]
    case = Case(
        "gpt-4o", [Turn(at=0, parts=parts), Turn(at=0.5, parts=parts), Turn(at=9, parts=parts)]
    )
    bills = replay(case.group, case.rules, AUTOMATIC, case.places)
    assert [bill.read for bill in bills] == [0, 0, 2048]


def test_a_lifetime_runs_from_the_start_and_is_refreshed_by_reads() -> None:
    parts = [("system", "rules", 2000), ("user", "same", 100)]
    case = Case("claude-sonnet-5", [Turn(at=at, parts=parts) for at in (0, 290, 580, 881)])
    bills = replay(case.group, case.rules, TAIL_5M, case.places)
    assert [bill.read for bill in bills] == [0, 2100, 2100, 0]
    assert [bill.write_5m for bill in bills] == [2100, 0, 0, 2100]


def test_lookback_is_twenty_positions() -> None:
    def conversation(messages: int) -> list[tuple[str, str, int]]:
        steps = [("user" if n % 2 == 0 else "assistant", f"m{n}", 100) for n in range(messages)]
        return [("system", "rules", 2000), *steps]

    for more, read in ((18, 2100), (19, 2100), (20, 0)):
        turns = [Turn(at=0, parts=conversation(1)), Turn(at=60, parts=conversation(1 + more))]
        case = Case("claude-sonnet-5", turns)
        bills = replay(case.group, case.rules, TAIL_5M, case.places)
        assert bills[1].read == read, more


@pytest.mark.parametrize(
    ("provider", "row", "mode", "minimum"),
    [
        (None, "anthropic/claude-opus-4-5", "marked", 4096),
        (None, "anthropic/claude-opus-4-8", "marked", 1024),
        ("bedrock", "aws/us.anthropic.claude-opus-4-7-v1:0", "marked", 4096),
        (None, "openai/gpt-5.6", "messages", 1024),
        (None, "openai/gpt-4o", "automatic", 1024),
        ("vertex", "google/gemini-4-argon", "automatic", 6144),
        (None, "google/gemini-2.5-pro", "automatic", 2048),
        (None, "deepseek/deepseek-chat", "units", 0),
        (None, "mistral/mistral-large-latest", "automatic", 64),
    ],
)
def test_rules_by_provider_and_model(
    provider: str | None, row: str, mode: str, minimum: int
) -> None:
    found = rules_for(provider, row)
    assert found is not None
    assert (found.mode, found.minimum_tokens) == (mode, minimum)


def test_unknown_providers_have_no_rules() -> None:
    assert rules_for("ollama", "nobody/llama") is None


def test_what_was_cached_before_the_log_begins_is_taken_from_the_bill() -> None:
    parts = [("system", "rules", 3000), ("user", "task", 500)]
    turns = [Turn(at=0, parts=parts, read=3000, write_5m=500), Turn(at=60, parts=parts, read=3500)]
    case = Case("claude-sonnet-5", turns)
    found = observe(case.group, case.rules, case.places)
    assert found is not None
    assert (found.billed_read, found.replayed_read, found.warm_read) == (6500, 6500, 3000)
    assert found.bills[0] == Bill(3500, 3000, 0, 500)
    cold = Bill(3500, 0, 2000, 1500)
    assert warm(case.group[0], cold, 3000) == Bill(3500, 3000, 0, 500)


def test_what_a_transcript_hides_is_kept_warm_by_other_sessions() -> None:
    """A pause of an hour: the conversation is gone, the client's own system text is read again."""
    parts = [("user", "task", 500), ("user", "more", 700)]
    turns = [
        Turn(at=0, parts=parts[:1], extra=4000, read=3000, write_5m=1500, hidden="system prompt"),
        Turn(at=3600, parts=parts, extra=4000, read=3000, write_5m=2200, hidden="system prompt"),
    ]
    case = Case("claude-sonnet-5", turns)
    found = observe(case.group, case.rules, case.places)
    assert found is not None
    assert found.policy == "moving tail 5m"
    assert found.bills[1] == Bill(5200, 3000, 0, 2200)
    seen = [replace(turn, hidden=None) for turn in turns]
    whole = Case("claude-sonnet-5", seen)
    bills = [Bill(4500, 0, 0, 4500), Bill(5200, 0, 0, 5200)]
    warmed(whole.group, bills)
    assert bills == [Bill(4500, 3000, 0, 1500), Bill(5200, 0, 0, 5200)]


def test_a_place_stands_where_the_call_that_ended_there_was_billed() -> None:
    """The second call bills 2,000 tokens that its text does not show: they are not in the prefix."""
    parts = [("user", "task", 1500), ("user", "more", 700)]
    turns = [
        Turn(at=0, parts=parts[:1], write_5m=1500),
        Turn(at=60, parts=parts, extra=2000, read=1500, write_5m=2700),
    ]
    case = Case("claude-sonnet-5", turns)
    assert case.group[1].at(case.group[0].node) == 3500
    assert replay(case.group, case.rules, TAIL_5M, case.places)[1] == Bill(4200, 1500, 0, 2700)


def test_calls_that_report_nothing_are_compared_with_nothing() -> None:
    parts = [("user", "task", 1500), ("user", "more", 700), ("user", "last", 100)]
    turns = [
        Turn(at=0, parts=parts[:1], write_5m=1500),
        Turn(at=60, parts=parts[:2], read=1500, write_5m=700),
        Turn(at=90, parts=parts, reported=False),
    ]
    case = Case("claude-sonnet-5", turns)
    found = observe(case.group, case.rules, case.places)
    assert found is not None
    assert (found.billed_read, found.replayed_read) == (1500, 1500)


def test_reads_without_a_word_of_writes_are_a_cache_all_the_same() -> None:
    """An API in OpenAI's shape before a Claude model reports what was read, never what was written."""
    parts = [("user", "task", 9000), ("user", "more", 700)]
    turns = [Turn(at=0, parts=parts[:1]), Turn(at=60, parts=parts, read=9000)]
    case = Case("claude-sonnet-5", turns)
    found = observe(case.group, case.rules, case.places)
    assert found is not None
    assert (found.policy, found.replayed_read) == ("moving tail 5m", 9000)


@pytest.mark.parametrize(
    ("model", "options", "read"),
    [
        ("claude-sonnet-5", Options(thinking="enabled"), 3000),
        ("claude-sonnet-5", Options(tool_choice="any"), 3000),
        ("claude-sonnet-5", Options(citations=True), 0),
        ("gpt-4o", Options(structured=True), 0),
        ("gpt-4o", Options(tool_choice="none"), 4480),
    ],
)
def test_a_changed_setting_breaks_the_prefix_from_its_level_on(
    model: str, options: Options, read: int
) -> None:
    parts = [("system", "rules", 3000), ("user", "task", 1500), ("user", "more", 700)]
    case = Case(
        model, [Turn(at=0, parts=parts[:2]), Turn(at=60, parts=parts, options=options)]
    )  # fmt: skip
    policy = Policy(static=0, tail=0) if case.rules.has_breakpoints else AUTOMATIC
    assert replay(case.group, case.rules, policy, case.places)[1].read == read
