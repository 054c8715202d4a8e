"""Everyone can use it: axe in six states and both themes, the keyboard alone, high contrast, no motion."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import Page, expect
from test_page import AXE, PARALLEL, SLOW_MS, drop, frame, opened
from test_sharing import KEY

STATES = (
    "order", "everywhere", "sessions", "compare", "share", "menu", "spend", "shortcuts", "secrets",
    "inspector", "finding", "lab", "formats", "open-url",
)  # fmt: skip


def reach(page: Page, address: str, state: str) -> None:
    if state in ("lab", "formats", "open-url"):
        page.goto(f"{address}{state}.html")
        if state == "lab":
            page.locator(".py-editor-run-button").click(timeout=2 * SLOW_MS)
            expect(page.get_by_test_id("lab-table")).to_be_visible(timeout=SLOW_MS)
        return
    page.goto(address)
    expect(page.get_by_test_id("example")).to_be_visible()
    if state == "order":
        page.keyboard.press("2")
        expect(page.locator("#timeline .bar").first).to_be_visible()
    elif state == "sessions":
        page.keyboard.press("5")
        expect(page.get_by_test_id("session-list")).to_be_visible()
    elif state == "spend":
        page.keyboard.press("7")
        expect(page.get_by_test_id("sheet-days")).to_be_visible(timeout=SLOW_MS)
    elif state == "shortcuts":
        page.get_by_test_id("help").click()
        expect(page.get_by_test_id("shortcuts")).to_be_visible()
    elif state == "finding":
        page.get_by_test_id("finding-0").locator("summary").click()
        expect(page.locator("#chart .evidence").first).to_be_visible()
    elif state == "secrets":
        key = {"role": "user", "content": f"my key is {KEY} ok"}
        drop(page, ("keys.json", json.dumps({"model": "gpt-4o", "messages": [key]}).encode()))
        opened(page, "keys.json")
        page.keyboard.press("e")
        page.get_by_test_id("export-csv").click()
        expect(page.get_by_test_id("secrets")).to_be_visible(timeout=SLOW_MS)
    elif state == "menu":
        page.get_by_test_id("export").click()
        expect(page.get_by_test_id("menu")).to_be_visible()
    else:
        drop(page, (PARALLEL.name, PARALLEL.read_bytes()))
        opened(page, PARALLEL.name)
    if state == "everywhere":
        page.keyboard.press("3")
        page.locator("#everywhere .offers button").first.click()
        expect(page.get_by_test_id("life")).to_be_visible(timeout=SLOW_MS)
    elif state == "compare":
        page.get_by_test_id("picker-other").set_input_files(str(PARALLEL))
        expect(page.get_by_test_id("compared")).to_be_visible(timeout=SLOW_MS)
    elif state == "inspector":
        frame(page, "user").click()
        frame(page, "CLAUDE.md").click()
        page.get_by_test_id("show-text").click()
        expect(page.get_by_test_id("text")).to_be_visible(timeout=SLOW_MS)
    elif state == "share":
        page.keyboard.press("s")
        expect(page.get_by_test_id("share-numbers")).to_be_visible(timeout=SLOW_MS)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("state", STATES)
def test_axe_finds_nothing(desk: Page, address: str, scheme: str, state: str) -> None:
    desk.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    reach(desk, address, state)
    desk.evaluate(AXE.read_text(encoding="utf-8"))
    found = desk.evaluate(
        "axe.run().then((r) => r.violations.map((v) => [v.id, v.nodes.map((n) => n.html.slice(0, 160)).slice(0, 3)]))"
    )
    assert found == []


def test_high_contrast_keeps_edges(desk: Page, address: str) -> None:
    desk.emulate_media(forced_colors="active")
    desk.goto(address)
    expect(desk.get_by_test_id("example")).to_be_visible()
    stroke, fill = desk.evaluate(
        "(() => { const s = getComputedStyle(document.querySelector('#chart .k-tools > rect')); return [s.stroke, s.fill]; })()"
    )
    assert stroke != fill


def test_paper_is_light_whole_and_without_controls(desk: Page, address: str) -> None:
    desk.emulate_media(color_scheme="dark")
    desk.goto(address)
    expect(desk.get_by_test_id("example")).to_be_visible()
    desk.keyboard.press("4")
    expect(desk.get_by_role("treegrid")).to_be_visible()
    desk.evaluate("dispatchEvent(new Event('beforeprint'))")
    desk.emulate_media(media="print")
    assert desk.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    for name in ("open", "share", "view-merged", "search", "show-fixed"):
        expect(desk.get_by_test_id(name)).to_be_hidden()
    expect(desk.get_by_test_id("total-cost")).to_be_visible()
    table = desk.locator("#table")
    assert table.evaluate("(one) => one.scrollHeight === one.clientHeight")
    desk.emulate_media(media="screen")
    desk.evaluate("dispatchEvent(new Event('afterprint'))")
    assert desk.evaluate("document.documentElement.dataset.theme") is None
    desk.keyboard.press("1")
    desk.set_viewport_size({"width": 794, "height": 1000})
    desk.emulate_media(media="print")
    picture = desk.locator("#chart svg").bounding_box()
    root = desk.locator("#frame-0 > rect").first.bounding_box()
    assert picture and root
    assert picture["width"] <= 794
    assert abs(root["width"] - picture["width"]) < 3


def test_what_is_pressed_is_seen_in_forced_colours(desk: Page, address: str) -> None:
    desk.emulate_media(forced_colors="active")
    desk.goto(address)
    expect(desk.get_by_test_id("example")).to_be_visible()
    for on, off in (("view-merged", "view-table"), ("unit-cost", "unit-tokens")):
        colours = [
            desk.get_by_test_id(name).evaluate("(one) => getComputedStyle(one).backgroundColor")
            for name in (on, off)
        ]
        assert colours[0] != colours[1]
