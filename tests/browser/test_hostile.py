"""A corpus of hostile texts in every place a trace has: nothing runs in page, exports or links."""

from __future__ import annotations

import json
from pathlib import Path

from playwright.sync_api import Browser, Page, expect
from test_page import SLOW_MS, drop, opened
from test_sharing import saved
from vectors import VECTORS

COUNT = "window.hits = 0; window.hit = () => { window.hits += 1; };"
MARKS = "img[src='x'], #chart script, #table script, #inspector svg, iframe, object, embed, [onerror], [onload]"


def openai(text: str) -> dict:
    tool = {
        "type": "function",
        "function": {
            "name": text,
            "description": text,
            "parameters": {"properties": {text: {"description": text}}},
        },
    }
    call = {
        "id": text,
        "type": "function",
        "function": {"name": text, "arguments": json.dumps({"file_path": text})},
    }
    messages = [
        {"role": "system", "content": f"# {text}\n{text * 9}\n# {text}\n{text}"},
        {"role": "user", "content": text, "name": text},
        {"role": "assistant", "content": text, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": text, "content": text},
        {"role": text, "content": text},
    ]
    reply = {
        "model": text,
        "choices": [{"message": {"role": "assistant", "content": text}, "finish_reason": text}],
    }
    return {
        "request": {"model": text, "messages": messages, "tools": [tool]},
        "response": reply,
        "session": text,
        "tags": {text: text},
    }


def anthropic(text: str) -> dict:
    content = [
        {"type": "text", "text": text},
        {
            "type": "document",
            "title": text,
            "source": {"type": "text", "media_type": text, "data": text},
        },
        {"type": "tool_use", "id": text, "name": text, "input": {"path": text}},
    ]
    result = {"type": "tool_result", "tool_use_id": text, "content": text}
    messages = [
        {"role": "user", "content": content[:2]},
        {"role": "assistant", "content": content[2:]},
        {"role": "user", "content": [result]},
    ]
    tools = [
        {"name": f"mcp__{text}__{text}", "description": text, "input_schema": {"type": "object"}}
    ]
    request = {
        "model": "claude-sonnet-4-5",
        "max_tokens": 9,
        "system": text,
        "messages": messages,
        "tools": tools,
        "metadata": {"user_id": text},
    }
    reply = {
        "id": text,
        "type": "message",
        "role": "assistant",
        "model": "claude-sonnet-4-5",
        "content": content[:1],
        "stop_reason": "end_turn",
    }
    return {"request": request, "response": reply, "session": text}


def test_the_corpus_is_large() -> None:
    assert len(set(VECTORS)) >= 60


def test_nothing_of_a_hostile_trace_runs(
    desk: Page, address: str, browser: Browser, tmp_path: Path
) -> None:
    lines = [json.dumps(make(text)) for text in VECTORS for make in (openai, anthropic)]
    desk.add_init_script(COUNT)
    desk.goto(address)
    drop(desk, ("<img src=x onerror=hit()>.jsonl", "\n".join([*lines, "{bad"]).encode()))
    opened(desk, "img src")
    for key in ("2", "4", "5", "3", "1"):
        desk.keyboard.press(key)
        desk.wait_for_timeout(600)
    desk.evaluate(
        """() => { for (const g of [...document.querySelectorAll('#chart .frame')].slice(0, 60)) {
          g.querySelector('rect')?.dispatchEvent(new MouseEvent('contextmenu', {bubbles: true})); } }"""
    )
    desk.keyboard.press("Escape")
    desk.get_by_test_id("search").fill("<img")
    expect(desk.get_by_test_id("matched")).to_contain_text("matched")
    assert desk.evaluate("window.hits") == 0
    assert desk.locator(MARKS).count() == 0
    for kind in ("html", "svg"):
        path = saved(desk, kind, tmp_path)
        page = browser.new_page()
        page.add_init_script(COUNT)
        page.goto(path.as_uri())
        page.wait_for_timeout(1500)
        assert page.evaluate("window.hits") == 0, kind
        assert page.locator("img, iframe, object, embed, [onerror], [onload]").count() == 0, kind
        page.close()
    desk.keyboard.press("Escape")
    desk.get_by_test_id("share").click()
    expect(desk.get_by_test_id("share-numbers")).to_be_visible(timeout=SLOW_MS)
    link = desk.get_by_test_id("share-names").get_attribute("data-link") or ""
    assert desk.evaluate("window.hits") == 0
    if len(link) < 32_000:
        desk.goto("about:blank")
        desk.goto(link)
        expect(desk.locator("#title")).to_contain_text("shared link", timeout=SLOW_MS)
        assert desk.evaluate("window.hits") == 0
        assert desk.locator(MARKS).count() == 0
