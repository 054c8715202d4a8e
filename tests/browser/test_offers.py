"""Errors and warnings that offer to do something about it, and what is shown after a stop."""

from __future__ import annotations

import json
from pathlib import Path

from playwright.sync_api import Page, expect
from test_page import FIXTURES, PARALLEL, SLOW_MS, drop, frame, opened

NO_UTF8 = FIXTURES / "openai_chat" / "no-utf8" / "run.jsonl"
BROKEN = FIXTURES / "errors" / "bad-json.entries" / "run.json"


def _drop(page: Page, path: Path) -> None:
    drop(page, (path.name, path.read_bytes()))


def test_a_log_that_breaks_off_opens_to_its_break(desk: Page, address: str) -> None:
    desk.goto(address)
    _drop(desk, BROKEN)
    error = desk.get_by_test_id("error")
    expect(error).to_contain_text("The 2 entries before it are fine.", timeout=SLOW_MS)
    error.get_by_role("button", name="Open those 2").click()
    opened(desk, "run.json · 2 calls")
    expect(error).to_be_hidden()
    expect(desk.get_by_test_id("notes")).to_contain_text("Only what comes before line 4 was read")


def test_bytes_that_are_no_text_can_be_read_as_latin_1(desk: Page, address: str) -> None:
    desk.goto(address)
    _drop(desk, NO_UTF8)
    opened(desk, "run.jsonl · 3 calls")
    notes = desk.get_by_test_id("notes")
    expect(notes).to_contain_text("Lines 2, 3: 3 bytes are not UTF-8, read as \ufffd. run.jsonl:2")
    notes.get_by_role("button", name="Read as Latin-1").click()
    expect(notes).to_contain_text("read as Latin-1.", timeout=SLOW_MS)
    expect(notes.get_by_role("button", name="Read as Latin-1")).to_have_count(0)


def test_what_is_shown_still_answers_after_the_next_log_was_stopped(
    desk: Page, address: str
) -> None:
    desk.goto(address)
    _drop(desk, PARALLEL)
    opened(desk, PARALLEL.name)
    text = " ".join(f"word{n}" for n in range(60))
    line = {"model": "gpt-4o", "messages": [{"role": "user", "content": text}]}
    lines = []
    for number in range(6000):
        line["messages"] = [{"role": "user", "content": f"{number} {text}"}]
        lines.append(json.dumps(line))
    drop(desk, ("big.jsonl", "\n".join(lines).encode()))
    desk.get_by_test_id("cancel").click()
    expect(desk.get_by_test_id("error")).to_contain_text("Stopped.", timeout=5000)
    expect(desk.locator("#title")).to_contain_text(PARALLEL.name)
    desk.get_by_test_id("error").get_by_role("button", name="Close").click()
    desk.keyboard.press("2")
    expect(frame(desk, "call 4")).to_be_visible(timeout=SLOW_MS)
    expect(desk.get_by_test_id("error")).to_be_hidden()


def test_a_mistake_of_ours_can_be_copied_without_the_users_text(desk: Page, address: str) -> None:
    desk.context.grant_permissions(["clipboard-read", "clipboard-write"])
    desk.goto(address)
    _drop(desk, PARALLEL)
    opened(desk, PARALLEL.name)
    desk.evaluate(
        """async () => {
          const { Actions } = await import("./actions.js");
          await Actions.latest.told("x", () => Actions.latest.ask({ op: "layout", layout: "no such thing" }));
        }"""
    )
    error = desk.get_by_test_id("error")
    expect(error).to_contain_text("Something in whytokens broke.", timeout=SLOW_MS)
    error.get_by_role("button", name="Copy a report without your text").click()
    copied = desk.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("Something in whytokens broke.\nValueError at operations.py:")
    assert PARALLEL.name not in copied
    error.get_by_role("button", name="Close").click()
    expect(error).to_be_hidden()
