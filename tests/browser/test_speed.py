"""A tree of 100,000 frames: what is drawn stays small. Times are printed by `build.py bench chart`."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from building.bench_chart import columns, show


def test_a_hundred_thousand_frames_draw_and_search(desk: Page, address: str) -> None:
    desk.goto(address)
    expect(desk.get_by_test_id("example")).to_be_visible()
    show(desk, columns(100_000))
    expect(desk.locator("#title")).to_contain_text("large")
    frames = desk.locator("#chart svg > g").count()
    assert 20 < frames < 4_000
    for query in ("frame 7", "foo(", "/frame (1|2)9/"):
        desk.get_by_test_id("search").fill(query)
        expect(desk.get_by_test_id("matched")).to_contain_text("atche")
    desk.get_by_test_id("search").fill("")
    desk.keyboard.press("Escape")
    desk.locator("#chart .frame > rect:first-of-type").nth(3).dispatch_event("click")
    desk.keyboard.press("0")
    assert desk.locator("#chart svg > g").count() == frames
