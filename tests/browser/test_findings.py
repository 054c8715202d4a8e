"""Findings on the page: the avoidable figure, evidence in the chart, the trace shown fixed."""

from __future__ import annotations

import json

from playwright.sync_api import Page, expect
from test_page import SLOW_MS, drop, opened

TOOLS = [
    {"name": name, "description": f"{name} things. " * 40, "input_schema": {"type": "object"}}
    for name in ("search", "create")
]


def wasteful(calls: int = 12) -> bytes:
    """A clock in the system text, two tools that nobody calls, nothing cached."""
    lines, messages = [], []
    for number in range(calls):
        messages = [*messages, {"role": "user", "content": f"question {number} " * 30}]
        request = {
            "model": "claude-sonnet-4-5", "max_tokens": 9, "tools": TOOLS, "messages": messages,
            "system": f"It is 09:{number:02}. " + "Be brief and kind. " * 300,
        }  # fmt: skip
        response = {
            "id": f"m{number}", "type": "message", "role": "assistant", "model": "claude-sonnet-4-5",
            "content": [{"type": "text", "text": "ok"}], "stop_reason": "end_turn",
            "usage": {"input_tokens": 2600 + 70 * number, "output_tokens": 2,
                      "cache_read_input_tokens": 0, "cache_creation_input_tokens": 0},
        }  # fmt: skip
        messages = [*messages, {"role": "assistant", "content": "ok"}]
        row = {"ts": 1_790_000_000 + 60 * number, "request": request, "response": response}
        lines.append(json.dumps(row))
    return "\n".join(lines).encode()


def show(page: Page, address: str) -> None:
    page.goto(address)
    drop(page, ("wasteful.jsonl", wasteful()))
    opened(page, "wasteful.jsonl")


def test_a_finding_opens_into_its_evidence(desk: Page, address: str) -> None:
    show(desk, address)
    panel = desk.get_by_test_id("findings")
    first = desk.get_by_test_id("finding-0")
    expect(first).to_contain_text("Keep the clock out of the cached prefix")
    expect(desk.get_by_test_id("total-avoidable")).to_contain_text("$")
    expect(desk.get_by_test_id("month")).to_contain_text("No monthly figure")
    first.locator("summary").click()
    expect(first).to_contain_text("after character 10 of the system text")
    expect(first.locator("pre")).to_contain_text("cache_control")
    expect(desk.locator("#chart .evidence").first).to_be_visible()
    tools = panel.locator("details", has_text="tool definitions nobody called").first
    tools.locator("summary").click()
    tools.get_by_test_id("evidence").first.click()
    expect(desk.get_by_test_id("inspector")).to_contain_text("search")
    outlined = desk.locator("#chart g.evidence")
    expect(outlined).to_have_count(2)


def test_the_trace_is_shown_fixed(desk: Page, address: str) -> None:
    show(desk, address)
    desk.get_by_test_id("show-fixed").click()
    expect(desk.get_by_test_id("comparison")).to_contain_text(
        "wasteful.jsonl → without the waste", timeout=SLOW_MS
    )
    expect(desk.get_by_test_id("compared")).to_contain_text("−$")


def test_a_log_without_waste_says_so(desk: Page, address: str) -> None:
    desk.goto(address)
    drop(desk, ("short.jsonl", wasteful(1)))
    opened(desk, "short.jsonl")
    expect(desk.get_by_test_id("no-waste")).to_have_text("No waste found by 23 checks.")


def test_findings_fit_a_phone(phone: Page, address: str) -> None:
    show(phone, address)
    phone.get_by_test_id("finding-0").locator("summary").click()
    wide = phone.evaluate("document.documentElement.scrollWidth > innerWidth")
    assert not wide


def test_what_a_click_far_below_draws_comes_into_sight(desk: Page, address: str) -> None:
    desk.set_viewport_size({"width": 1280, "height": 420})
    show(desk, address)
    button = desk.get_by_test_id("show-fixed")
    button.scroll_into_view_if_needed()
    expect(desk.get_by_test_id("view-merged")).not_to_be_in_viewport()
    button.click()
    expect(desk.get_by_test_id("view-compare")).to_be_in_viewport(timeout=SLOW_MS)
    expect(desk.get_by_test_id("compared")).to_be_in_viewport()
