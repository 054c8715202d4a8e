"""The box that counts as one types, in real Chromium."""

from __future__ import annotations

import json
from pathlib import Path

from playwright.sync_api import Page, expect

ROOT = Path(__file__).parent.parent.parent
TOLD = json.loads((ROOT / "tests/fixtures/protocol/count.json").read_text(encoding="utf-8"))
AXE = ROOT / "app" / "node_modules" / "axe-core" / "axe.min.js"
SLOW_MS = 30_000


def count(page: Page, text: str, model: str) -> None:
    page.get_by_test_id("counter-model").fill(model)
    page.get_by_test_id("counter-text").fill(text)


def test_it_counts_as_one_types_and_colours_the_pieces(desk: Page, address: str) -> None:
    desk.goto(address)
    count(desk, TOLD["request"]["text"], TOLD["request"]["model"])
    answer = desk.get_by_test_id("counter-answer")
    expect(answer).to_contain_text("9 tokens", timeout=SLOW_MS)
    expect(answer).to_contain_text("exact")
    pieces = desk.get_by_test_id("counter-pieces").locator(".piece")
    assert pieces.all_text_contents() == TOLD["value"]["pieces"]
    desk.get_by_test_id("counter-text").press("End")
    desk.keyboard.type(" and more")
    expect(answer).to_contain_text("11 tokens", timeout=SLOW_MS)
    count(desk, "some text", "claude-sonnet-4-5")
    expect(answer).to_contain_text("≈ ", timeout=SLOW_MS)
    expect(answer).to_contain_text("claude-v3, reconstructed")
    count(desk, "<img src=x onerror=alert(1)>", "no-such-model")
    expect(answer).to_contain_text("unpriced", timeout=SLOW_MS)
    assert desk.locator(".counter img").count() == 0
    count(desk, "some text", "cl100k_base")
    expect(answer).to_have_text("2 tokens · cl100k_base, exact", timeout=SLOW_MS)
    count(desk, "", "gpt-4o")
    expect(answer).to_have_text("")


def test_a_request_is_counted_as_its_api_renders_it(desk: Page, address: str) -> None:
    desk.goto(address)
    body = {"model": "gpt-4o", "messages": [{"role": "user", "content": "Hello, world!"}]}
    count(desk, json.dumps(body), "gpt-4o")
    answer = desk.get_by_test_id("counter-answer")
    expect(answer).to_contain_text("11 tokens", timeout=SLOW_MS)
    expect(answer).to_contain_text("OpenAI Chat Completions")


def test_it_fits_a_phone_in_both_themes_without_a_finding(phone: Page, address: str) -> None:
    phone.goto(address)
    count(phone, "word " * 300, "gpt-4o")
    expect(phone.get_by_test_id("counter-answer")).to_contain_text("tokens", timeout=SLOW_MS)
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    phone.evaluate(AXE.read_text(encoding="utf-8"))
    for scheme in ("light", "dark"):
        phone.emulate_media(color_scheme=scheme)
        found = phone.evaluate("axe.run('.counter').then((r) => r.violations.map((v) => v.id))")
        assert found == [], scheme
