"""The address and the page follow each other: Back, a hash typed or pasted, a link that is reloaded."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect
from test_page import PARALLEL, SLOW_MS, drop, frame, opened


def pressed(page: Page, view: str) -> None:
    expect(page.get_by_test_id(f"view-{view}")).to_have_attribute(
        "aria-pressed", "true", timeout=SLOW_MS
    )


def test_back_and_forward_lead_through_views_and_zooms(desk: Page, address: str) -> None:
    desk.goto(address)
    crumbs = desk.get_by_test_id("crumbs")
    expect(crumbs).to_have_text("all calls")
    frame(desk, "tools").click()
    expect(crumbs).to_have_text(re.compile("tools$"))
    desk.get_by_test_id("view-table").click()
    pressed(desk, "table")
    desk.get_by_test_id("search").fill("orders")
    desk.go_back()
    pressed(desk, "merged")
    expect(crumbs).to_have_text(re.compile("tools$"))
    desk.go_back()
    expect(crumbs).to_have_text("all calls")
    desk.go_forward()
    expect(crumbs).to_have_text(re.compile("tools$"))
    desk.go_forward()
    pressed(desk, "table")
    expect(desk.get_by_test_id("search")).to_have_value("orders")


def test_back_undoes_a_filter(desk: Page, address: str) -> None:
    desk.goto(address)
    drop(desk, (PARALLEL.name, PARALLEL.read_bytes()))
    opened(desk, PARALLEL.name)
    whole = desk.get_by_test_id("total-input").inner_text()
    last = desk.get_by_test_id("call-last")
    last.fill("1")
    last.press("Enter")
    expect(desk.get_by_test_id("total-input")).not_to_have_text(whole, timeout=SLOW_MS)
    desk.go_back()
    expect(desk.get_by_test_id("total-input")).to_have_text(whole, timeout=SLOW_MS)


def test_a_hash_that_is_typed_takes_effect_at_once(desk: Page, address: str) -> None:
    desk.goto(address)
    expect(desk.get_by_test_id("example")).to_be_visible()
    desk.evaluate("location.hash = '#1&v=table&u=tokens&q=orders'")
    pressed(desk, "table")
    expect(desk.get_by_test_id("unit-tokens")).to_have_attribute("aria-pressed", "true")
    expect(desk.get_by_test_id("search")).to_have_value("orders")


def test_a_shared_link_outlives_a_reload_and_opens_where_it_is_pasted(
    desk: Page, address: str
) -> None:
    desk.goto(address)
    drop(desk, (PARALLEL.name, PARALLEL.read_bytes()))
    opened(desk, PARALLEL.name)
    total = desk.get_by_test_id("total-input").inner_text()
    desk.get_by_test_id("share").click()
    link = desk.get_by_test_id("share-numbers").get_attribute("data-link", timeout=SLOW_MS) or ""
    desk.goto("about:blank")
    desk.goto(address)
    expect(desk.get_by_test_id("example")).to_contain_text("refund-agent")
    desk.evaluate("(hash) => { location.hash = hash; }", "#" + link.split("#")[1])
    opened(desk, "shared link")
    expect(desk.get_by_test_id("total-input")).to_have_text(total)
    desk.get_by_test_id("view-table").click()
    pressed(desk, "table")
    assert "#t=" in desk.url
    assert "v=table" in desk.url
    desk.reload()
    opened(desk, "shared link")
    expect(desk.get_by_test_id("total-input")).to_have_text(total)
    pressed(desk, "table")
    desk.go_back()
    pressed(desk, "merged")
    expect(desk.get_by_test_id("total-input")).to_have_text(total)
    drop(desk, (PARALLEL.name, PARALLEL.read_bytes()))
    opened(desk, PARALLEL.name)
    assert "#t=" not in desk.url
