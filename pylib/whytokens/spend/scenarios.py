"""Changes a user may try on their own calls, each a function from calls to calls as they would be.

Spec: issue "Spend over time", what-if. What cannot be known from a log is said in `notes`: another model needs an
eval, a shorter memory may need more turns.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from whytokens.attribution.share import Attribution
from whytokens.cache import Bill
from whytokens.model import CallId, NodeId, SegmentId, Usage
from whytokens.opened import Opened
from whytokens.prices import Quote, Unpriced
from whytokens.prices.engine import Book, price
from whytokens.spend.replay import Changed
from whytokens.tokenizers import Tokenizer
from whytokens.tokenizers.choose import choose
from whytokens.waste import Claim
from whytokens.waste.claims import Claims
from whytokens.waste.plans import bills_of

PPM = 1_000_000
# Enough text to know a ratio of two vocabularies to a per mille, little enough to count at once.
SAMPLE_CHARS = 200_000


@dataclass(slots=True)
class Blocked:
    """A period in which a budget's cap would have stopped calls."""

    period: str
    since: datetime
    calls: int = 0
    pusd: int = 0


@dataclass(slots=True)
class Scene:
    """What a change works on, and what it has to say."""

    opened: Opened
    book: Book
    calls: list[Changed]
    notes: list[str] = field(default_factory=list)
    blocked: list[Blocked] = field(default_factory=list)

    def made(self) -> Iterable[Changed]:
        return (one for one in self.calls if one.bill is not None)


Change = Callable[[Scene], None]


# -- which model, which tier -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Rule:
    """Calls that fit all of these go to `model`."""

    model: str
    tags: tuple[tuple[str, str], ...] = ()
    under_tokens: int | None = None
    over_tokens: int | None = None

    def fits(self, one: Attribution) -> bool:
        tokens, call = one.prompt_tokens, one.call
        return (
            (self.under_tokens is None or tokens < self.under_tokens)
            and (self.over_tokens is None or tokens > self.over_tokens)
            and all((call.model if k == "model" else call.provider if k == "provider" else call.tags.get(k)) == v
                    for k, v in self.tags)
        )  # fmt: skip


RULE = re.compile(r"^\s*(?P<when>.*?)\s*->\s*(?P<model>\S+)\s*$")


def rules(text: str) -> tuple[list[Rule], list[str]]:
    """ "task=triage -> gpt-4o-mini; prompt<2000 -> m", first fit wins; and the parts that are no rule."""
    made, bad = [], []
    for part in re.split(r"[;\n]", text):
        if not part.strip():
            continue
        match = RULE.match(part)
        rule = _rule(match["when"], match["model"]) if match else None
        if rule is None:
            bad.append(part.strip())
        else:
            made.append(rule)
    return made, bad


def _rule(when: str, model: str) -> Rule | None:
    tags, under, over = [], None, None
    for part in when.split(" and ") if when else []:
        if match := re.fullmatch(r"\s*prompt\s*([<>])\s*([\d,_]+)\s*", part):
            size = int(re.sub(r"[,_]", "", match[2]))
            under, over = (size, over) if match[1] == "<" else (under, size)
        elif "=" in part:
            name, _, value = part.partition("=")
            tags.append((name.strip(), value.strip()))
        elif part.strip() != "all":
            return None
    return Rule(model, tuple(tags), under, over)


def routed(some: Sequence[Rule]) -> Change:
    """Each call to the model of the first rule it fits, its tokens by the ratio of the two tokenizers."""

    def change(scene: Scene) -> None:
        ratios = _Ratios(scene)
        moved = 0
        for one in scene.made():
            rule = next((rule for rule in some if rule.fits(one.one)), None)
            if rule is None or rule.model == one.call.model:
                continue
            call = replace(one.call, model=rule.model, provider=None, tier=None, region=None)
            if isinstance(scene.book.terms(call), Unpriced):
                ratios.unpriced[rule.model] = None
                continue
            ratio = ratios.of(one.one, rule.model)
            bill = one.bill or Bill(0)
            one.call, one.touched = call, True
            one.bill = Bill(*[_scaled(tokens, ratio) for tokens in bill])
            one.output = _scaled(one.output, ratio)
            moved += isinstance(one.one.quote, Quote)
        scene.notes += ratios.notes()
        if moved:
            scene.notes.append(
                f"{moved:,} calls go to another model: needs an eval. What is read from its cache is taken as it was."
            )

    return change


def _scaled(tokens: int, ratio_ppm: int) -> int:
    return (2 * tokens * ratio_ppm + PPM) // (2 * PPM)


class _Ratios:
    """Tokens of the target's vocabulary for one of the source's, by counting the trace's own texts."""

    def __init__(self, scene: Scene) -> None:
        self._known: dict[tuple[str, str], int] = {}
        self._texts = _sample(scene.opened)
        self.unpriced: dict[str, None] = {}
        self._said: dict[str, None] = {}

    def of(self, one: Attribution, model: str) -> int:
        source, (target, _) = one.lane.counter.tokenizer, choose(model, None)
        key = (source.key, target.key)
        if key not in self._known:
            self._known[key] = self._counted(source, target)
        return self._known[key]

    def _counted(self, source: Tokenizer, target: Tokenizer) -> int:
        if source.key == target.key:
            return PPM
        if not self._texts:
            self._said[
                f"No text to count: {target.key} is taken to count as many tokens as {source.key}."
            ] = None
            return PPM
        before, after = sum(source.count_many(self._texts)), sum(target.count_many(self._texts))
        ratio = (2 * after * PPM + before) // (2 * before) if before else PPM
        self._said[
            f"{target.key} counts {ratio / PPM:.3f} tokens for one of {source.key}, on these texts."
        ] = None
        return ratio

    def notes(self) -> list[str]:
        return [
            *self._said,
            *(f"No price is known for {model}: those calls stay." for model in self.unpriced),
        ]


def _sample(opened: Opened) -> list[str]:
    texts, size = [], 0
    for segment in opened.trace.segments:
        if segment.text:
            texts.append(segment.text[:SAMPLE_CHARS])
            size += len(texts[-1])
            if size > SAMPLE_CHARS:
                break
    return texts


def assets_for(opened: Opened, models: Iterable[str]) -> list[str]:
    """Vocabularies that counting for these models takes."""
    if not _sample(opened):
        return []
    return [asset for model in models if (asset := choose(model, None)[0].asset)]


def batched(scene: Scene) -> None:
    """Every call that may wait goes in a batch: half price at most providers, by the price engine's own row."""
    missing = 0
    for one in scene.made():
        call = replace(one.call, tier="batch")
        if isinstance(scene.book.terms(call), Unpriced):
            missing += isinstance(one.one.quote, Quote)
            continue
        one.call, one.touched = call, True
    if missing:
        scene.notes.append(f"{missing:,} calls have no batch price: they stay as they are.")
    scene.notes.append("Answers of a batch come within 24 hours, not at once.")


# -- caching and content ---------------------------------------------------------------------------


def cached(scene: Scene) -> None:
    """The cheapest cache configuration of each group of calls: the waste detector's own replay."""
    plans = [plan for plan in scene.opened.checked.plans if plan.improves]
    bills: dict[CallId, Bill] = {}
    for plan in plans:
        bills |= bills_of(plan, plan.best)
    for one in scene.made():
        if one.call.id in bills:
            one.rebill(bills[one.call.id])
    if not plans:
        scene.notes.append("No cache configuration beats the one in use.")


def without_tools(names: Iterable[str] | None) -> Change:
    """Tool definitions no longer sent: these, or those that no call ever used."""

    def change(scene: Scene) -> None:
        trace = scene.opened.trace
        wanted = set(names) if names is not None else _never_called(scene)
        claims = Claims(trace, scene.opened.checked.telescope.traffic)
        gone: set[SegmentId] = set()
        for number in range(1, len(trace.prompts.parents)):
            node = NodeId(number)
            for slot, segment in enumerate(trace.messages[trace.prompts.messages[node]].segments):
                found = trace.segments[segment]
                if found.category == "tools" and (found.name or found.path[-1]) in wanted:
                    claims.add([Claim(node, slot, node)])
                    gone.add(segment)
        for one in scene.made():
            before = one.bill or Bill(0)
            one.rebill(claims.bill(one.one, before))
            if one.bill != before:
                one.gone |= gone
        scene.notes.append(
            f"{len(gone):,} tool definitions dropped."
            if gone
            else "No tool definition to drop was found."
        )

    return change


def _never_called(scene: Scene) -> set[str]:
    trace = scene.opened.trace
    called = {name for one in scene.calls for name in one.one.call.called_tools}
    called |= {s.name or s.path[-1] for s in trace.segments if s.category == "tool_call"}
    return {s.name or s.path[-1] for s in trace.segments if s.category == "tools"} - called


def windowed(turns: int, summary_tokens: int) -> Change:
    """The last turns of a conversation, and a summary of those before that is written as the window moves.

    A turn begins with an assistant's message. Nothing behind the head is read from a cache once the window
    moves; each move pays a call that reads what leaves and the old summary, and writes the new one."""

    def change(scene: Scene) -> None:
        left: dict[str, int] = {}
        moved = 0
        for one in scene.made():
            removed, gone = _before_window(one.one, turns)
            if removed <= summary_tokens:
                continue
            moved += 1
            bill = one.bill or Bill(0)
            head = min(
                bill.tokens,
                one.one.front_tokens + one.one.lane.upto(one.one.lane.head_end(one.call.prompt)),
            )
            tokens = bill.tokens - min(removed, bill.tokens) + summary_tokens
            read = min(bill.read, head)
            write_1h = min(bill.write_1h, max(0, head - read))
            write_5m = min(bill.write_5m, max(0, head - read - write_1h))
            one.rebill(Bill(tokens, read, write_1h, write_5m))
            one.gone, one.summary = one.gone | gone, summary_tokens
            fresh = max(0, removed - left.get(one.call.session, 0))
            left[one.call.session] = removed
            if fresh and summary_tokens:
                terms = scene.book.terms(one.call)
                if not isinstance(terms, Unpriced):
                    one.beside_pusd += price(
                        terms, Usage(input=fresh + summary_tokens, output=summary_tokens)
                    )
        scene.notes.append(
            f"{moved:,} calls would send less history: needs an eval." if moved
            else f"No call sends more than {turns} turns with text to drop."
        )  # fmt: skip

    return change


def _before_window(one: Attribution, turns: int) -> tuple[int, frozenset[SegmentId]]:
    """Billed tokens of the turns that fall out, and their segments."""
    trace, lane = one.lane.trace, one.lane
    end = lane.head_end(one.call.prompt)
    nodes = [node for node in trace.prompts.path(one.call.prompt) if node > end]
    starts = [
        at
        for at, node in enumerate(nodes)
        if trace.messages[trace.prompts.messages[node]].role == "assistant"
    ]
    if len(starts) <= turns:
        return 0, frozenset()
    cut = starts[len(starts) - turns] if turns else len(nodes) - 1
    if cut <= 0:
        return 0, frozenset()
    text = lane.upto(nodes[cut - 1]) - lane.upto(end)
    if one.pieces is not None and one.estimate_tokens > 0:
        text = text * one.prompt_tokens // one.estimate_tokens
    kept = {
        s for node in nodes[cut:] for s in trace.messages[trace.prompts.messages[node]].segments
    }
    gone = {
        s for node in nodes[:cut] for s in trace.messages[trace.prompts.messages[node]].segments
    }
    return text, frozenset(gone - kept)


# -- answers and limits ----------------------------------------------------------------------------


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
