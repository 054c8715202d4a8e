"""What if: changes combined in one order, each step's dollars, by workflow, and what a budget would have blocked.

Spec: issue "Spend over time", what-if. The order is that of a request's life: answered from a cache, routed,
made shorter, cached by the provider, cut off, batched, blocked.
"""

from __future__ import annotations

from collections.abc import Sequence

from whytokens.opened import Opened
from whytokens.prices.engine import Book
from whytokens.protocol import Sheet, SheetCell, SpendValue
from whytokens.spend.replay import as_opened, total, unchanged
from whytokens.spend.rows import UNTAGGED
from whytokens.spend.runs import WORKFLOW_TAGS
from whytokens.spend.scenarios import (
    Change,
    Scene,
    answered_before,
    assets_for,
    batched,
    budgeted,
    cached,
    capped,
    routed,
    rules,
    windowed,
    without_tools,
)
from whytokens.spend.tables import Asked, Spend, Table, fact, nusd, permille, pusd_of, sheet, value

DEFAULT_HOURS = 24
NOTHING = "Nothing is changed yet: name a model, a rule, a cache or a budget above."


def changes(asked: Asked) -> tuple[list[tuple[str, Change]], list[str]]:
    """What a user asked for, in order, with its name; and what could not be read."""
    made: list[tuple[str, Change]] = []
    some, bad = rules(asked.get("rules", ""))
    answers = asked.get("answers", "")
    if answers in ("exact", "loose"):
        hours = _count(asked.get("hours")) or DEFAULT_HOURS
        made.append(("answers cached", answered_before(hours, answers == "loose")))
    if asked.get("cache"):
        made.append(("best prompt cache", cached))
    if tools := asked.get("tools", ""):
        names = None if tools == "unused" else [name.strip() for name in tools.split(",")]
        made.append(("tools dropped", without_tools(names)))
    if (turns := _count(asked.get("turns"))) is not None:
        made.append((f"last {turns} turns", windowed(turns, _count(asked.get("summary")) or 0)))
    if some:
        made.append(("another model", routed(some)))
    if (tokens := _count(asked.get("max_tokens"))) is not None:
        made.append((f"answers up to {tokens:,} tokens", capped(tokens)))
    if asked.get("batch"):
        made.append(("batch", batched))
    made += [
        (f"budget a {period}", budgeted(cap, period))
        for period in ("day", "month")
        if (cap := pusd_of(asked.get(f"{period}_cap"))) is not None
    ]
    return made, [
        f"“{part}” is not a rule: write task=triage -> model, or prompt<2000 -> model."
        for part in bad
    ]


def _count(text: str | None) -> int | None:
    said = (text or "").replace(",", "").strip()
    return int(said) if said.isascii() and said.isdecimal() else None


def applied(
    opened: Opened, asked: Asked, book: Book | None = None
) -> tuple[Scene, list[tuple[str, int]], list[str]]:
    """The calls after all changes, the total after each, and what could not be read."""
    scene = Scene(opened, book or opened.book, unchanged(opened.attributions))
    steps = [("as billed", total(scene.calls, scene.book))]
    made, bad = changes(asked)
    for name, change in made:
        change(scene)
        steps.append((name, total(scene.calls, scene.book)))
    return scene, steps, bad


def what_if(spend: Spend, asked: Asked) -> SpendValue:
    scene, steps, bad = applied(spend.opened(), asked)
    before, after = steps[0][1], steps[-1][1]
    facts = [
        fact("as billed", nusd(before), "nusd"),
        fact("as it would be", nusd(after), "nusd", _saved(before, after)),
        fact(
            "calls not made",
            sum(one.bill is None for one in scene.calls),
            "count",
            f"of {len(scene.calls):,}",
        ),
    ]
    nothing = [] if len(steps) > 1 or bad else [NOTHING]
    sheets = [_steps(steps), _by(scene)]
    if scene.blocked:
        sheets.append(_blocked(scene))
    return value("what_if", facts, sheets, [*nothing, *bad, *scene.notes])


def _saved(before: int, after: int) -> str:
    share = permille(abs(before - after), before)
    if share is None or before == after:
        return "the same"
    return f"{share // 10}.{share % 10} % {'less' if after < before else 'more'}"


def _steps(steps: Sequence[tuple[str, int]]) -> Sheet:
    rows: list[list[SheetCell]] = []
    last = steps[0][1]
    for name, pusd in steps:
        rows.append([name, nusd(pusd), nusd(pusd) - nusd(last)])
        last = pusd
    return sheet(
        "steps",
        "Step by step",
        [("change", "text"), ("cost then", "nusd"), ("difference", "signed")],
        rows,
    )


def _by(scene: Scene) -> Sheet:
    """Before and after by workflow and model."""
    name = next(
        (tag for tag in WORKFLOW_TAGS if any(tag in one.call.tags for one in scene.calls)), "model"
    )
    sums: dict[tuple[str, str], list[int]] = {}
    for one in scene.calls:
        call = one.one.call
        flow = call.tags.get(name) or UNTAGGED if name != "model" else "all"
        part = sums.setdefault((flow, call.model or UNTAGGED), [0, 0, 0])
        part[0] += 1
        part[1] += one.one.cost_pusd
        part[2] += one.cost(scene.book)
    order = sorted(sums, key=lambda key: (sums[key][2] - sums[key][1], -sums[key][1], key))
    rows: list[list[SheetCell]] = [
        [
            *key,
            sums[key][0],
            nusd(sums[key][1]),
            nusd(sums[key][2]),
            nusd(sums[key][2]) - nusd(sums[key][1]),
        ]
        for key in order
    ]
    head = name if name != "model" else "calls of"
    columns = [(head, "text"), ("model", "text"), ("calls", "count"),
               ("before", "nusd"),
               ("after", "nusd"), ("difference", "signed")]  # fmt: skip
    return sheet("parts", "Before and after", columns, rows)


def _blocked(scene: Scene) -> Sheet:
    rows: list[list[SheetCell]] = [
        [one.period, int(one.since.timestamp() * 1000), one.calls, nusd(one.pusd)]
        for one in scene.blocked
    ]
    columns = [
        ("period", "text"),
        ("blocked since", "time"),
        ("calls blocked", "count"),
        ("their cost", "nusd"),
    ]
    return sheet("blocked", "What the budget would have blocked", columns, rows)


def after(opened: Opened, asked: Asked) -> Opened:
    """The trace as it would be, for a differential flame graph."""
    scene, _, _ = applied(opened, asked)
    return as_opened(opened, scene.calls, scene.book)


def assets(spend: Spend, asked: Asked) -> list[str]:
    """Vocabularies the models in the rules are counted with."""
    some, _ = rules(asked.get("rules", ""))
    return assets_for(spend.opened(), {rule.model for rule in some}) if some else []


WHAT_IF = Table("what_if", what_if, assets)
