"""Another model for some calls, its tokens by the ratio of two vocabularies; and a batch for those that may wait."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from whytokens.attribution.share import Attribution
from whytokens.cache import Bill
from whytokens.opened import Opened
from whytokens.prices import Quote, Unpriced
from whytokens.spend.scenarios.rules import Rule
from whytokens.spend.scenarios.scene import Change, Scene
from whytokens.tokenizers import Tokenizer
from whytokens.tokenizers.choose import choose

PPM = 1_000_000
# Enough text to know a ratio of two vocabularies to a per mille, little enough to count at once.
SAMPLE_CHARS = 200_000


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
