"""Replay on the tree equals the plainest replay of whole lists, on random traces."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from played import Part, Turn, play
from random_turns import EXAMPLES, turns
from whytokens.cache import Bill
from whytokens.cache.policies import AUTOMATIC, Places, Policy, policies, replay
from whytokens.cache.prompts import Prompts
from whytokens.cache.requests import FIRST_TOKEN_MS, requests
from whytokens.cache.rules import Rules, rules_for


def plain_automatic(found: list[Turn], rules: Rules) -> list[int]:
    """Common prefix with every earlier call still alive, text by text."""
    reads = []
    for number, turn in enumerate(found):
        best = 0
        for earlier in found[:number]:
            wait = FIRST_TOKEN_MS if earlier.duration_ms is None else earlier.duration_ms
            ready = earlier.at * 1000 + min(wait, FIRST_TOKEN_MS)
            parts, others = list(turn.parts), list(earlier.parts)
            goes_on = len(others) < len(parts) and parts[: len(others)] == others
            alive = turn.at * 1000 < earlier.at * 1000 + rules.lifetimes[0].ms
            if alive and (ready <= turn.at * 1000 or goes_on):
                best = max(best, _common(parts, others))
        best = min(best, sum(size for _, _, size in turn.parts) - 1)
        step = rules.increment_tokens
        reads.append(best // step * step if best >= rules.minimum_tokens else 0)
    return reads


def _common(parts: list[Part], others: list[Part]) -> int:
    total = 0
    for mine, other in zip(parts, others, strict=False):
        if mine == other:
            total += mine[2]
            continue
        if mine[:2] == other[:2]:  # a text of another role begins with another frame
            total += min(mine[2], other[2])
        break
    return total


def plain_marked(found: list[Turn], rules: Rules, policy: Policy) -> list[Bill]:
    """Entries by the whole list of parts before them."""
    entries: dict[tuple[Part, ...], list] = {}
    bills = []
    for turn, places in zip(found, _places(found), strict=True):
        parts, now = tuple(turn.parts), turn.at * 1000
        size = [0]
        for part in parts:
            size.append(size[-1] + part[2])
        marks = [(places, policy.static), (len(parts), policy.tail)]
        marks = sorted((j, ttl) for j, ttl in marks if ttl is not None and j)
        marks = [(j, ttl) for j, ttl in marks if size[j] >= rules.minimum_tokens]

        def live(j: int, parts: tuple[Part, ...] = parts, now: float = now) -> list | None:
            entry = entries.get(parts[:j])
            if entry is None or entry[0] <= now:
                return None
            writer = entry[3]
            goes_on = len(writer) < len(parts) and parts[: len(writer)] == writer
            return entry if entry[1] <= now or goes_on else None

        hit = 0
        for j, _ in marks:
            for x in range(j, max(0, j - rules.lookback), -1):
                if live(x):
                    hit = max(hit, x)
                    break
        for x in {j for j, _ in marks if j <= hit} | {hit}:
            entry = live(x)
            if entry:
                entry[0] = now + rules.lifetimes[entry[2]].ms
        hour = max([j for j, ttl in marks if ttl == 1 and j > hit], default=hit)
        last = max([j for j, _ in marks if j > hit], default=hit)
        wait = FIRST_TOKEN_MS if turn.duration_ms is None else min(turn.duration_ms, FIRST_TOKEN_MS)
        for j, ttl in marks:
            if j > hit:
                entries[parts[:j]] = [now + rules.lifetimes[ttl].ms, now + wait, ttl, parts]
        bills.append(
            Bill(
                size[-1],
                size[hit],
                size[hour] - size[hit],
                max(0, size[last] - size[max(hour, hit)]),
            )
        )
    return bills


def _places(found: list[Turn]) -> list[int]:
    """Where each call's static prefix ends: shared by two sessions, else its leading system parts."""
    sessions = {turn.session for turn in found}
    ends = []
    for turn in found:
        if len(sessions) == 1:
            heads = [part[0] == "system" for part in turn.parts]
            ends.append(heads.index(False) if False in heads else len(heads))
            continue
        best = 0
        for j in range(1, len(turn.parts) + 1):
            users = {o.session for o in found if list(o.parts[:j]) == list(turn.parts[:j])}
            if len(users) > 1:
                best = j
        ends.append(best)
    return ends


@settings(max_examples=EXAMPLES, deadline=None)
@given(turns())
def test_automatic_replay_equals_the_plain_one(found: list[Turn]) -> None:
    trace, shared = play("gpt-4o", found)
    rules = rules_for(None, "openai/gpt-4o")
    assert rules is not None
    prompts = Prompts(trace)
    group = requests(shared, prompts)
    bills = replay(group, rules, AUTOMATIC, Places(prompts, group))
    assert [bill.read for bill in bills] == plain_automatic(found, rules)
    assert all(0 <= bill.read <= bill.tokens for bill in bills)


@settings(max_examples=EXAMPLES, deadline=None)
@given(turns(), st.sampled_from(policies(rules_for(None, "anthropic/claude-sonnet-5"), 2)))  # type: ignore[arg-type]
def test_marked_replay_equals_the_plain_one(found: list[Turn], policy: Policy) -> None:
    trace, shared = play("claude-sonnet-5", found)
    rules = rules_for(None, "anthropic/claude-sonnet-5")
    assert rules is not None
    prompts = Prompts(trace)
    group = requests(shared, prompts)
    bills = replay(group, rules, policy, Places(prompts, group))
    assert bills == plain_marked(found, rules, policy)
    for bill in bills:
        assert min(bill.read, bill.write_1h, bill.write_5m, bill.fresh) >= 0
