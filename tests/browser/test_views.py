"""The views beyond the first: in order, everywhere, table, sessions, compare, and the filters."""

from __future__ import annotations

import json
import re

from playwright.sync_api import Page, expect
from test_page import FIXTURES, PARALLEL, SLOW_MS, drop, frame, opened

FOLDER = FIXTURES / "claude_code" / "sub-agent-and-compaction"
CACHED = FIXTURES / "anthropic_messages" / "two-turns-cached" / "log.jsonl"


def open_sessions(page: Page) -> None:
    files = [
        (p.relative_to(FOLDER).as_posix(), p.read_bytes()) for p in sorted(FOLDER.rglob("*.jsonl"))
    ]
    drop(page, *files)
    opened(page, "2 files")


def test_the_timeline_goes_to_a_call_and_chooses_a_range(desk: Page, address: str) -> None:
    desk.goto(address)
    expect(desk.get_by_test_id("example")).to_be_visible()
    desk.keyboard.press("2")
    bars = desk.locator("#timeline .bar")
    expect(bars.first).to_be_visible()
    count = bars.count()
    box = desk.locator("#timeline svg").bounding_box()
    assert box
    step = box["width"] / count
    desk.mouse.click(box["x"] + step * 2.5, box["y"] + 40)
    expect(desk.get_by_test_id("crumbs")).to_contain_text("call 3")
    desk.keyboard.press("]")
    expect(desk.get_by_test_id("crumbs")).to_contain_text("call 4")
    desk.mouse.move(box["x"] + step * 1.5, box["y"] + 40)
    desk.mouse.down()
    desk.mouse.move(box["x"] + step * 3.5, box["y"] + 40)
    desk.mouse.up()
    expect(bars).to_have_count(3, timeout=SLOW_MS)
    expect(desk.get_by_test_id("call-first")).to_have_value("2")
    expect(desk.get_by_test_id("call-last")).to_have_value("4")
    desk.get_by_test_id("filter-clear").click()
    expect(bars).to_have_count(count, timeout=SLOW_MS)


def test_a_break_of_the_cache_has_a_red_tick(desk: Page, address: str) -> None:
    desk.goto(address)
    usage = [(0, 3000), (3000, 400), (0, 3500), (3500, 200)]
    lines = []
    for number, (read, write) in enumerate(usage):
        messages = [{"role": "user", "content": f"question {n}"} for n in range(number + 1)]
        usage_of = {"input_tokens": 5, "cache_read_input_tokens": read, "output_tokens": 2}
        request = {
            "model": "claude-sonnet-4-5",
            "max_tokens": 9,
            "system": "Be brief.",
            "messages": messages,
        }
        response = {
            "id": f"m{number}", "type": "message", "role": "assistant", "model": "claude-sonnet-4-5",
            "content": [{"type": "text", "text": "ok"}], "stop_reason": "end_turn",
            "usage": {**usage_of, "cache_creation_input_tokens": write},
        }  # fmt: skip
        lines.append(json.dumps({"request": request, "response": response}))
    drop(desk, ("breaks.jsonl", "\n".join(lines).encode()))
    opened(desk, "breaks.jsonl")
    desk.keyboard.press("2")
    expect(desk.locator("#timeline svg .tick")).to_have_count(1)
    expect(desk.get_by_test_id("breaks")).to_contain_text("call 3 at token 0")
    expect(desk.locator("#chart rect.tick")).to_have_count(1)


def test_everywhere_shows_each_call_that_carried_a_frame(desk: Page, address: str) -> None:
    desk.goto(address)
    drop(desk, (PARALLEL.name, PARALLEL.read_bytes()))
    opened(desk, PARALLEL.name)
    desk.keyboard.press("3")
    expect(desk.get_by_test_id("everywhere-empty")).to_have_text(
        "Pick a frame, then press 3 to see every call that sent it."
    )
    desk.keyboard.press("1")
    frame(desk, "tool results").click()
    label = frame(desk, "tool results").get_attribute("aria-label") or ""
    tokens = re.search(r"([\d,]+) tokens", label)
    assert tokens
    desk.get_by_test_id("show-everywhere").click()
    expect(desk.get_by_test_id("life-title")).to_have_text("tool results")
    expect(desk.get_by_test_id("life")).to_contain_text(tokens[1])
    rows = desk.locator("#everywhere tbody tr")
    heads = desk.locator("#everywhere thead th").all_inner_texts()
    cells = rows.locator(f":nth-child({heads.index('tokens') + 1})").all_inner_texts()
    carried = [int(cell.replace(",", "")) for cell in cells]
    assert sum(carried) == int(tokens[1].replace(",", ""))
    rows.first.get_by_role("button").click()
    expect(desk.get_by_test_id("crumbs")).to_contain_text("call")


def test_the_table_sorts_by_each_column(desk: Page, address: str) -> None:
    desk.goto(address)
    expect(desk.get_by_test_id("example")).to_be_visible()
    desk.keyboard.press("4")
    expect(desk.get_by_role("treegrid")).to_be_visible()
    heads = desk.locator("#table thead button.sort")
    for column in range(heads.count()):
        heads.nth(column).click()
        sort = desk.locator("#table thead th").nth(column).get_attribute("aria-sort")
        assert sort in ("ascending", "descending")
    heads.nth(0).click()
    labels = desk.locator('#table tr[aria-level="2"] .name').all_inner_texts()
    assert labels == sorted(labels, key=str.casefold)
    heads.nth(2).click()
    cells = desk.locator('#table tr[aria-level="2"] td:nth-child(3)').all_inner_texts()
    values = [int(re.sub(r"\D", "", cell)) for cell in cells]
    assert values == sorted(values, reverse=True)


def test_sessions_filter_every_view(desk: Page, address: str) -> None:
    desk.goto(address)
    open_sessions(desk)
    whole = desk.get_by_test_id("total-input").inner_text()
    desk.keyboard.press("5")
    rows = desk.locator("#sessions tbody tr")
    expect(rows).to_have_count(2)
    rows.last.get_by_role("button").click()
    expect(desk.get_by_test_id("total-input")).not_to_have_text(whole, timeout=SLOW_MS)
    part = desk.get_by_test_id("total-input").inner_text().replace("≈ ", "")
    desk.keyboard.press("1")
    output = desk.get_by_test_id("total-output").inner_text().replace("≈ ", "")
    everything = int(part.replace(",", "")) + int(output.replace(",", ""))
    expect(desk.locator("#frame-0")).to_have_attribute(
        "aria-label", re.compile(f"{everything:,} tokens")
    )
    desk.get_by_test_id("filter-clear").click()
    expect(desk.get_by_test_id("total-input")).to_have_text(whole, timeout=SLOW_MS)


def test_compare_says_what_changed(desk: Page, address: str) -> None:
    desk.goto(address)
    drop(desk, (PARALLEL.name, PARALLEL.read_bytes()))
    opened(desk, PARALLEL.name)
    other = desk.get_by_test_id("picker-other")
    other.set_input_files(str(PARALLEL))
    compared = desk.get_by_test_id("compared")
    expect(compared).to_contain_text("These two traces send the same", timeout=SLOW_MS)
    other.set_input_files(str(CACHED))
    expect(compared).to_contain_text(
        re.compile(r"tokens, .*per run .*: mostly .* per call"), timeout=SLOW_MS
    )
    expect(desk.get_by_test_id("comparison")).to_contain_text("only categories are compared")
    assert desk.locator("#chart .d-less, #chart .d-more").count() > 0
    assert desk.locator("#chart foreignObject").first.text_content().strip()[0] in "−+±"


def test_the_menu_of_a_frame_by_mouse_and_keys(desk: Page, address: str) -> None:
    desk.goto(address)
    expect(desk.get_by_test_id("example")).to_be_visible()
    frame(desk, "tools").click(button="right")
    menu = desk.get_by_test_id("menu")
    expect(menu).to_be_visible()
    expect(menu.get_by_role("menuitem").first).to_be_focused()
    desk.keyboard.press("Escape")
    expect(menu).to_be_hidden()
    desk.get_by_test_id("chart").focus()
    desk.keyboard.press("Shift+F10")
    expect(menu).to_be_visible()
    desk.keyboard.press("ArrowDown")
    desk.keyboard.press("ArrowUp")
    desk.keyboard.press("Enter")
    expect(menu).to_be_hidden()
    expect(desk.get_by_test_id("crumbs")).to_contain_text("tools")


def test_search_steps_through_matches_and_takes_patterns(desk: Page, address: str) -> None:
    desk.goto(address)
    expect(desk.get_by_test_id("example")).to_be_visible()
    desk.keyboard.press("Control+f")
    search = desk.get_by_test_id("search")
    expect(search).to_be_focused()
    search.fill("/^search_(orders|help)$/")
    expect(desk.get_by_test_id("matched")).to_contain_text("matched")
    desk.keyboard.press("Enter")
    first = desk.get_by_test_id("inspector").locator("h2").inner_text()
    desk.keyboard.press("Enter")
    assert desk.get_by_test_id("inspector").locator("h2").inner_text() != first or first.startswith(
        "search"
    )
    desk.keyboard.press("Shift+Enter")
    expect(desk.get_by_test_id("inspector").locator("h2")).to_have_text(first)
    search.fill("serch_hepl")
    expect(desk.get_by_test_id("matched")).to_have_text(
        "Nothing matches “serch_hepl”. Closest: search_help"
    )
    search.fill("/(a+)+$/")
    expect(desk.get_by_test_id("matched")).to_contain_text("Nothing matches")


def test_a_phone_gets_the_inspector_as_a_sheet(phone: Page, address: str) -> None:
    phone.goto(address)
    expect(phone.get_by_test_id("table")).to_be_visible()
    expect(phone.get_by_test_id("inspector")).to_be_hidden()
    phone.get_by_text("tool results").first.click()
    sheet = phone.get_by_test_id("inspector")
    expect(sheet).to_be_visible()
    chosen = phone.locator('#table tr[aria-selected="true"]')
    expect(chosen).to_contain_text("tool results")
    phone.wait_for_timeout(100)
    row, over = chosen.bounding_box(), sheet.bounding_box()
    assert row and over
    assert row["y"] + row["height"] <= over["y"] + 1
    phone.get_by_test_id("close-sheet").click()
    expect(phone.get_by_test_id("inspector")).to_be_hidden()


def many(calls: int) -> bytes:
    """Calls that cost the same, each of a text of its own, far more than a chart has pixels for."""
    lines = []
    for number in range(calls):
        request = {
            "model": "claude-sonnet-4-5", "max_tokens": 9, "system": "Be brief.",
            "messages": [{"role": "user", "content": f"question {number} " * 9}],
        }  # fmt: skip
        response = {
            "id": f"m{number}", "type": "message", "role": "assistant", "model": "claude-sonnet-4-5",
            "content": [{"type": "text", "text": f"answer {number}"}], "stop_reason": "end_turn",
            "usage": {"input_tokens": 60, "output_tokens": 9},
        }  # fmt: skip
        lines.append(json.dumps({"request": request, "response": response}))
    return "\n".join(lines).encode()


def test_calls_too_thin_to_draw_keep_their_place_in_order(desk: Page, address: str) -> None:
    desk.goto(address)
    drop(desk, ("many.jsonl", many(1500)))
    opened(desk, "many.jsonl")
    desk.keyboard.press("2")
    expect(desk.get_by_test_id("view-order")).to_have_attribute(
        "aria-pressed", "true", timeout=SLOW_MS
    )
    calls = desk.locator('#chart [aria-level="2"]')
    expect(calls.first).to_be_visible()
    assert 100 < calls.count() < 500
    chart = desk.locator("#chart").bounding_box()
    assert chart
    places = desk.evaluate(
        """[...document.querySelectorAll('#chart [aria-level="2"]')].map((g) => {
          const box = g.getBoundingClientRect();
          return [box.left, box.right, Number(/call ([\\d,]+)/.exec(g.getAttribute('aria-label'))[1].replace(',', ''))];
        }).sort((a, b) => a[0] - b[0])"""
    )
    assert abs(places[0][0] - chart["x"]) < 2
    assert abs(places[-1][1] - chart["x"] - chart["width"]) < 2
    for left, right, call in places:
        assert left - 2 <= chart["x"] + chart["width"] * (call - 0.5) / 1500 <= right + 2
    calls.nth(calls.count() // 2).hover()
    expect(desk.get_by_test_id("status")).to_contain_text(
        re.compile(r"^\d+ thin frames, the widest is call [\d,]+, ")
    )


def test_a_view_on_its_way_is_marked(desk: Page, address: str) -> None:
    desk.goto(address)
    expect(desk.get_by_test_id("example")).to_be_visible()
    held: list = []
    desk.route("**/refund-agent.in_order.json", lambda route: held.append(route))
    tab = desk.get_by_test_id("view-order")
    tab.click()
    expect(tab).to_have_attribute("aria-busy", "true")
    expect(tab).to_have_attribute("aria-pressed", "false")
    held[0].continue_()
    expect(tab).to_have_attribute("aria-pressed", "true")
    expect(tab).to_have_attribute("aria-busy", "false")


def test_joined_frames_are_not_offered_and_say_why(desk: Page, address: str) -> None:
    desk.goto(address)
    drop(desk, ("many.jsonl", many(1500)))
    opened(desk, "many.jsonl")
    desk.keyboard.press("3")
    expect(desk.get_by_test_id("everywhere-empty")).to_be_visible()
    assert "small items" not in desk.locator("#everywhere").inner_text()
    desk.keyboard.press("1")
    joined = desk.locator('#chart g[aria-label*="small items"]').first
    joined.click()
    desk.get_by_test_id("show-everywhere").click()
    expect(desk.get_by_test_id("everywhere-missed")).to_contain_text("Open Table to see each")


def test_a_phone_keeps_its_filter_behind_a_button(phone: Page, address: str) -> None:
    phone.goto(address)
    open_sessions(phone)
    fold = phone.get_by_test_id("filter-fold")
    expect(phone.get_by_test_id("session")).to_be_hidden()
    fold.click()
    expect(fold).to_have_attribute("aria-expanded", "true")
    phone.get_by_test_id("session").select_option(index=1)
    clear = phone.get_by_test_id("filter-clear")
    expect(clear).to_be_visible(timeout=SLOW_MS)
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
