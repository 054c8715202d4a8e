"""What-if identities: nothing changed is the exact bill; caching is the waste detector's replay; models and
batches are what genai-prices says of the same usage."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import genai_prices
import pytest
from genai_prices import data_snapshot
from genai_prices import types as genai

import month
from building.places import BUILD
from building.prices import overlay
from whytokens.layouts.diff import compare
from whytokens.opened import Opened
from whytokens.pipeline import run
from whytokens.prices import Quote
from whytokens.prices.engine import standard
from whytokens.spend import whatif
from whytokens.spend.replay import SUMMARIES, as_opened, total, unchanged
from whytokens.spend.scenarios import (
    Rule,
    Scene,
    batched,
    budgeted,
    cached,
    capped,
    routed,
    rules,
    windowed,
    without_tools,
)
from whytokens.waste.pricing import billed
from whytokens.worker import source

FIXTURES = Path(__file__).parent.parent / "fixtures"
CASES = sorted(
    path
    for path in FIXTURES.glob("*/*")
    if path.is_dir() and path.parent.name not in ("errors", "protocol")
)


def opened_case(folder: Path) -> Opened:
    logs = [
        p
        for p in sorted(folder.rglob("*"))
        if p.is_file() and p.name not in ("folded.txt", "in_order.txt", "report.json")
    ]
    return run([source({"name": p.name, "path": str(p)}) for p in logs])


@pytest.fixture(scope="module")
def many() -> list[Opened]:
    samples = sorted((BUILD / "samples").glob("*.jsonl"))  # baked from hand-made scripts
    logs = [run([source({"name": path.name, "path": str(path)})]) for path in samples]
    return [*(opened_case(folder) for folder in CASES), *logs]


@pytest.fixture(scope="module")
def made_month() -> Opened:
    return month.opened(month.month(1_500))


def test_no_change_is_the_exact_bill(many: list[Opened], made_month: Opened) -> None:
    for opened in (*many, made_month):
        scene, steps, bad = whatif.applied(opened, {})
        assert steps == [("as billed", sum(one.cost_pusd for one in opened.attributions))]
        assert bad == []
        assert not any(one.touched for one in scene.calls)


def test_every_call_priced_anew_by_its_own_terms_is_its_bill(
    many: list[Opened], made_month: Opened
) -> None:
    priced = 0
    for opened in (*many, made_month):
        for one in unchanged(opened.attributions):
            if not isinstance(one.one.quote, Quote):
                continue
            one.touched = True
            off = abs(one.cost(standard()) - one.one.cost_pusd)
            # What a provider charged itself is kept in whole picodollars per token there, in total here.
            assert off <= (
                one.one.prompt_tokens + one.output if one.one.quote.reported_pusd is not None else 0
            )
            priced += 1
    assert priced > 1_500


def test_the_best_cache_is_the_replay_of_the_waste_detectors(many: list[Opened]) -> None:
    plans = 0
    for opened in many:
        scene = Scene(opened, standard(), unchanged(opened.attributions))
        before = {one.one.call.id: one.cost(scene.book) for one in scene.calls}
        cached(scene)
        after = {one.one.call.id: one.cost(scene.book) for one in scene.calls}
        chosen = [plan for plan in opened.checked.plans if plan.improves]
        touched = set()
        for plan in chosen:
            ids = {request.one.call.id for request in plan.requests}
            assert sum(after[i] for i in ids) == plan.best.pusd
            touched |= ids
            plans += 1
        assert all(after[i] == before[i] for i in before if i not in touched)
    assert plans >= 1


def _usd(pusd: int) -> Decimal:
    return Decimal(pusd) / 10**12


@pytest.mark.parametrize("model", ["gpt-4o-mini", "claude-sonnet-4-5", "gemini-2.5-flash"])
def test_another_model_costs_what_genai_prices_says(made_month: Opened, model: str) -> None:
    scene = Scene(made_month, standard(), unchanged(made_month.attributions))
    some, _ = rules(f"all -> {model}")
    routed(some)(scene)
    compared = 0
    for one in scene.calls[::25]:
        usage = one.usage()
        prompt = (usage.input or 0) + (usage.cache_read or 0)
        theirs = genai_prices.calc_price(
            genai.Usage(input_tokens=prompt, cache_read_tokens=usage.cache_read, output_tokens=usage.output),
            model, genai_request_timestamp=one.call.started or datetime(2026, 10, 1, tzinfo=UTC),
        )  # fmt: skip
        assert _usd(one.cost(scene.book)) == theirs.total_price
        compared += 1
    assert compared >= 50


def test_every_model_and_its_batch_cost_what_genai_prices_says(made_month: Opened) -> None:
    """Each model that both know by its own name, alone and in a batch; but what our overlay says otherwise."""
    told, models, batches = overlay.names(), set(), set()
    some = month.opened(month.month(3, seed=7))
    for provider in data_snapshot.get_snapshot().providers:
        for model in provider.models:
            for batch in (False, True):
                scene = Scene(some, standard(), unchanged(some.attributions))
                routed([Rule(model.id)])(scene)
                if batch:
                    batched(scene)
                for one in scene.calls:
                    quote, call = one.quote(scene.book), one.call
                    name = f"{provider.id}/{model.id}"
                    if quote is None or quote.row != name or name in told or not one.touched:
                        continue
                    if batch != (call.tier == "batch") or any(
                        "known from" in n for n in quote.notes
                    ):
                        continue
                    usage = one.usage()
                    theirs = model.calc_price(
                        genai.Usage(
                            input_tokens=(usage.input or 0) + (usage.cache_read or 0),
                            cache_read_tokens=usage.cache_read, output_tokens=usage.output,
                        ),
                        provider, genai_request_timestamp=call.started,
                        price_context={"processing": "batch"} if batch else None,
                    ).total_price  # fmt: skip
                    assert abs(_usd(one.cost(scene.book)) - theirs) <= Decimal(1) / 10**9, name
                    (batches if batch else models).add(name)
    print(f"{len(models)} models, {len(batches)} in a batch")
    assert len(models) > 500 and len(batches) > 30


def test_a_routing_rule_between_providers_is_a_plain_recomputation(made_month: Opened) -> None:
    text = "workflow=triage and prompt<2000 -> gpt-4o-mini; provider=anthropic -> gemini-2.5-flash"
    scene, steps, _ = whatif.applied(made_month, {"rules": text})
    plain = 0
    for one in made_month.attributions:
        call = one.call
        if call.tags.get("workflow") == "triage" and one.prompt_tokens < 2000:
            model = "gpt-4o-mini"
        elif call.provider == "anthropic":
            model = "gemini-2.5-flash"
        else:
            plain += one.cost_pusd
            continue
        if model == call.model:
            plain += one.cost_pusd
            continue
        rates = standard().quote(replace(call, model=model, provider=None, tier=None, region=None))
        assert isinstance(rates, Quote)
        bill = billed(one)
        plain += (
            bill.fresh * rates.input_pusd
            + bill.read * rates.cache_read_pusd
            + one.output_tokens * rates.output_pusd
        )
    assert steps[-1][1] == plain < steps[0][1]
    assert any("needs an eval" in note for note in scene.notes)


def test_a_batch_is_half_where_the_provider_says_so(made_month: Opened) -> None:
    scene, steps, _ = whatif.applied(made_month, {"batch": "1"})
    for one in scene.calls:
        if one.call.model == "gpt-4o-mini" and one.call.tier == "batch":
            assert 2 * one.cost(scene.book) == one.one.cost_pusd
            break
    else:
        pytest.fail("no call went in a batch")
    assert steps[-1][1] < steps[0][1]


def test_a_budget_blocks_what_goes_beyond_it_and_says_when(made_month: Opened) -> None:
    scene = Scene(made_month, standard(), unchanged(made_month.attributions))
    cap = total(scene.calls, scene.book) // 62
    budgeted(cap, "day")(scene)
    spent: dict[str, int] = {}
    for one in scene.calls:
        assert one.call.started
        day = one.call.started.date().isoformat()
        spent[day] = spent.get(day, 0) + one.cost(scene.book)
    assert max(spent.values()) <= cap
    assert scene.blocked
    assert sum(one.calls for one in scene.blocked) == sum(one.bill is None for one in scene.calls)


def test_capped_answers_and_rules_that_are_none(made_month: Opened) -> None:
    scene = Scene(made_month, standard(), unchanged(made_month.attributions))
    capped(100)(scene)
    assert max(one.output for one in scene.calls) <= 100
    assert rules("prompt<2,000 -> m; nonsense; what -> m")[1] == ["nonsense", "what -> m"]


def test_what_would_be_is_a_trace_whose_spans_meet_its_bill(many: list[Opened]) -> None:
    """So the differential flame graph draws the dollars that the table says."""
    summarised = 0
    for opened in many:
        scene = Scene(opened, standard(), unchanged(opened.attributions))
        without_tools(None)(scene)
        windowed(1, 40)(scene)
        capped(20)(scene)
        after = as_opened(opened, scene.calls, scene.book)
        for one, changed in zip(
            after.attributions, (c for c in scene.calls if c.bill), strict=True
        ):
            assert sum(s.tokens for s in one.spans() if s.billed != "output") == one.prompt_tokens
            assert changed.bill and changed.bill.tokens == one.prompt_tokens
            if isinstance(one.quote, Quote):
                assert one.cost_pusd == changed.cost(scene.book)
        replies = after.tallies.reply_overhead.get(SUMMARIES)
        beside = sum(c.beside_pusd for c in scene.calls if c.bill)
        assert (replies.pusd if replies else 0) == beside
        summarised += bool(beside)
        tree = compare(opened, after)["tree"]
        assert sum(tree["tokens_after"][:1]) <= sum(tree["tokens_before"][:1])
    assert summarised


def test_nothing_changed_compares_as_nothing(many: list[Opened]) -> None:
    for opened in many:
        tree = compare(opened, whatif.after(opened, {}))["tree"]
        assert len(tree["name"]) == 1
