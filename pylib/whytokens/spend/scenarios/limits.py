"""Answers from a cache, shorter answers, and budgets that block what goes beyond them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from whytokens.attribution.share import Attribution
from whytokens.spend.scenarios.scene import Blocked, Change, Scene


def answered_before(hours: int, loosely: bool) -> Change:
    """A cache of responses: a request that was made before, within `hours`, is not made again."""

    def change(scene: Scene) -> None:
        known: dict[tuple[object, ...], datetime | None] = {}
        hits = bare = 0
        for one in scene.made():
            call = one.call
            if not call.prompt:
                bare += 1
                continue
            key = (call.model, call.options, *_asked(one.one, loosely))
            if key in known and _within(known[key], call.started, hours):
                hits += 1
                one.rebill(None)
                continue
            known[key] = call.started
        how = " in other spelling" if loosely else ""
        scene.notes.append(
            f"{hits:,} of {len(scene.calls):,} calls repeat an earlier request{how}."
        )
        if bare:
            scene.notes.append(
                f"{bare:,} calls have no text: whether they repeat one is not known."
            )

    return change


def _within(before: datetime | None, now: datetime | None, hours: int) -> bool:
    return before is None or now is None or now - before <= timedelta(hours=hours)


def _asked(one: Attribution, loosely: bool) -> tuple[object, ...]:
    """What makes two requests the same: the whole prompt, or all but its last message's spelling."""
    node, trace = one.call.prompt, one.lane.trace
    if not loosely:
        return (node,)
    message = trace.messages[trace.prompts.messages[node]]
    texts = [trace.segments[number].text or str(number) for number in message.segments]
    return (
        trace.prompts.parents[node],
        *(" ".join(re.findall(r"\w+", text.casefold())) for text in texts),
    )


def capped(tokens: int) -> Change:
    """A limit on the length of answers."""

    def change(scene: Scene) -> None:
        cut = 0
        for one in scene.made():
            if one.output > tokens:
                one.output, one.touched = tokens, True
                cut += 1
        scene.notes.append(f"{cut:,} answers would be cut off at {tokens:,} tokens: needs an eval.")

    return change


def budgeted(cap_pusd: int, period: str) -> Change:
    """No call once a day (or month) has spent its budget."""

    def change(scene: Scene) -> None:
        spent: dict[str, int] = {}
        blocked: dict[str, Blocked] = {}
        for one in sorted(
            scene.made(),
            key=lambda c: (c.call.started or datetime.max.replace(tzinfo=UTC), c.call.id),
        ):
            if one.call.started is None:
                continue
            key = one.call.started.astimezone(UTC).isoformat()[: 10 if period == "day" else 7]
            cost = one.cost(scene.book)
            if spent.get(key, 0) + cost > cap_pusd:
                mark = blocked.setdefault(key, Blocked(key, one.call.started))
                mark.calls, mark.pusd = mark.calls + 1, mark.pusd + cost
                one.rebill(None)
            else:
                spent[key] = spent.get(key, 0) + cost
        scene.blocked = list(blocked.values())
        if not blocked:
            scene.notes.append(f"No {period} reaches this budget.")

    return change
