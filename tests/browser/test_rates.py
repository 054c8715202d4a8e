"""Set a price: for a model without one, refused when it is none, kept only when the user says so."""

from __future__ import annotations

import json
import re

from playwright.sync_api import Page, expect
from test_page import AXE, PARALLEL, SLOW_MS, drop, opened

LOG = json.dumps(
    {
        "request": {
            "model": "shop-deployment-7",
            "messages": [{"role": "user", "content": "When do you open?"}],
        },
        "response": {
            "model": "shop-deployment-7",
            "choices": [{"message": {"role": "assistant", "content": "At nine."}}],
            "usage": {"prompt_tokens": 1000, "completion_tokens": 100, "total_tokens": 1100},
        },
    }
).encode()


def open_log(page: Page) -> None:
    drop(page, ("shop.json", LOG))
    opened(page, "shop.json")


def fill(page: Page, **values: str) -> None:
    for label, value in values.items():
        word = label.replace("_", " ")
        page.get_by_label(f"shop-deployment-7: {word}", exact=True).fill(value)


def test_a_price_is_set_and_forgotten_with_the_page(desk: Page, address: str) -> None:
    desk.goto(address)
    open_log(desk)
    expect(desk.get_by_test_id("total-cost")).to_have_text("no price")
    expect(desk.get_by_test_id("rates-title")).to_have_text("Set a price · 1 model has none")
    fill(desk, input="1", output="20")
    desk.get_by_test_id("rates-apply").click()
    expect(desk.get_by_test_id("total-cost")).to_have_text("$0.0030", timeout=SLOW_MS)
    expect(desk.get_by_test_id("summary")).to_contain_text("rates, your own price, standard tier")
    expect(desk.get_by_test_id("inspector-rates")).to_contain_text("your own price")
    assert desk.evaluate("localStorage.getItem('rates')") is None
    desk.reload()
    open_log(desk)
    expect(desk.get_by_test_id("total-cost")).to_have_text("no price")


def test_another_models_price_and_a_contract_are_kept_when_asked(desk: Page, address: str) -> None:
    desk.goto(address)
    open_log(desk)
    fill(desk, or_the_price_of="gpt-4o")
    desk.get_by_label("Your contract's share of list prices").fill("0.5")
    desk.get_by_test_id("rates-keep").check()
    desk.get_by_test_id("rates-apply").click()
    expect(desk.get_by_test_id("total-cost")).to_have_text("$0.0018", timeout=SLOW_MS)
    desk.reload()
    open_log(desk)
    expect(desk.get_by_test_id("total-cost")).to_have_text("$0.0018")
    desk.get_by_test_id("rates-title").click()
    expect(desk.get_by_test_id("rates-table")).to_contain_text("as gpt-4o, as you set it")
    desk.get_by_test_id("rates-forget").click()
    expect(desk.get_by_test_id("total-cost")).to_have_text("no price", timeout=SLOW_MS)
    assert desk.evaluate("localStorage.getItem('rates')") is None


def test_a_price_that_is_none_is_refused_and_nothing_changes(desk: Page, address: str) -> None:
    desk.goto(address)
    open_log(desk)
    fill(desk, input="cheap", output="2")
    desk.get_by_test_id("rates-apply").click()
    expect(desk.get_by_test_id("error")).to_contain_text("shop-deployment-7", timeout=SLOW_MS)
    drop(desk, (PARALLEL.name, PARALLEL.read_bytes()))
    opened(desk, PARALLEL.name)
    expect(desk.get_by_test_id("total-cost")).to_have_text(re.compile(r"\$"))


def test_the_panel_is_accessible_and_fits_a_phone(phone: Page, address: str) -> None:
    phone.goto(address)
    open_log(phone)
    expect(phone.get_by_test_id("rates-form")).to_be_visible()
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")
    phone.evaluate(AXE.read_text(encoding="utf-8"))
    found = phone.evaluate(
        "axe.run('#rates').then((r) => r.violations.map((v) => [v.id, v.nodes.map((n) => n.html.slice(0, 160))]))"
    )
    assert found == []


def test_what_has_no_price_is_never_shown_as_nothing(desk: Page, address: str) -> None:
    desk.goto(address)
    open_log(desk)
    expect(desk.get_by_test_id("total-cost")).to_have_text("no price")
    expect(desk.get_by_test_id("summary")).to_contain_text("shop-deployment-7 (1 call)")
    expect(desk.get_by_test_id("status")).to_contain_text("1,100 tokens, unpriced, 100 % of trace")
    inspector = desk.get_by_test_id("inspector")
    expect(inspector.locator("tr", has_text="cost").first).to_contain_text("unpriced")
    expect(inspector).not_to_contain_text("share of cost")
    desk.keyboard.press("4")
    cells = desk.locator("#table tbody td:nth-child(5)")
    expect(cells.first).to_have_text("unpriced")
    assert set(cells.all_inner_texts()) == {"unpriced"}
    desk.keyboard.press("5")
    expect(desk.get_by_test_id("session-list")).to_contain_text("unpriced")
    assert "$0" not in desk.locator("#trace").inner_text()


def test_a_side_without_a_price_is_compared_in_tokens_only(desk: Page, address: str) -> None:
    desk.goto(address)
    drop(desk, (PARALLEL.name, PARALLEL.read_bytes()))
    opened(desk, PARALLEL.name)
    desk.get_by_test_id("picker-other").set_input_files(
        [{"name": "shop.json", "mimeType": "application/json", "buffer": LOG}]
    )
    expect(desk.get_by_test_id("compared-unpriced")).to_have_text(
        "One side has no price: only tokens are compared.", timeout=SLOW_MS
    )
    expect(desk.get_by_test_id("compared")).not_to_contain_text("$")
    expect(desk.get_by_test_id("unit-tokens")).to_have_attribute("aria-pressed", "true")
    expect(desk.get_by_test_id("inspector")).to_contain_text("unpriced")


def test_the_unit_comes_back_with_a_trace_that_has_prices(desk: Page, address: str) -> None:
    desk.goto(address)
    open_log(desk)
    expect(desk.get_by_test_id("unit-tokens")).to_have_attribute("aria-pressed", "true")
    drop(desk, (PARALLEL.name, PARALLEL.read_bytes()))
    opened(desk, PARALLEL.name)
    expect(desk.get_by_test_id("unit-cost")).to_have_attribute("aria-pressed", "true")
