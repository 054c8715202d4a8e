"""What a person does on the page, in real Chromium, against the built site under a sub-path."""

from __future__ import annotations

import base64
import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from whytokens.pipeline import run
from whytokens.report import report
from whytokens.worker import source

ROOT = Path(__file__).parent.parent.parent
FIXTURES = ROOT / "tests" / "fixtures"
PARALLEL = FIXTURES / "claude_code" / "tools-in-parallel" / "session.jsonl"
AXE = ROOT / "app" / "node_modules" / "axe-core" / "axe.min.js"
SLOW_MS = 30_000
DROP = """({files}) => {
  const transfer = new DataTransfer();
  for (const [name, text] of files) {
    const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
    transfer.items.add(new File([bytes], name));
  }
  for (const kind of ['dragenter', 'dragover', 'drop']) {
    window.dispatchEvent(new DragEvent(kind, {dataTransfer: transfer, bubbles: true, cancelable: true}));
  }
}"""


def drop(page: Page, *files: tuple[str, bytes]) -> None:
    """Drop files on the page as a file manager would."""
    listed = [[name, base64.b64encode(data).decode()] for name, data in files]
    page.evaluate(DROP, {"files": listed})


def opened(page: Page, name: str) -> None:
    """Wait until a file of that name is drawn."""
    expect(page.locator("#title")).to_contain_text(name, timeout=SLOW_MS)
    expect(page.get_by_test_id("progress")).to_be_hidden(timeout=SLOW_MS)


def frame(page: Page, label: str):
    return page.locator(f'#chart g[role="treeitem"][aria-label^="{label},"]').first


def test_the_example_is_drawn_and_zooms_before_python_has_come(desk: Page, address: str) -> None:
    desk.route("**/vendor/pyodide/**", lambda _: None)
    desk.goto(address)
    expect(desk.get_by_test_id("example")).to_contain_text("refund-agent.jsonl")
    frame(desk, "tools").click()
    expect(desk.get_by_test_id("crumbs")).to_have_text(re.compile("all calls.*tools"))
    expect(desk.get_by_test_id("inspector")).to_contain_text("tools")
    assert "f=tools" in desk.url
    desk.keyboard.press("0")
    expect(desk.get_by_test_id("crumbs")).to_have_text("all calls")


def test_the_page_shows_what_the_command_says(desk: Page, address: str) -> None:
    expected = report(run([source({"name": PARALLEL.name, "path": str(PARALLEL)})]))
    desk.goto(address)
    drop(desk, (PARALLEL.name, PARALLEL.read_bytes()))
    opened(desk, PARALLEL.name)
    totals = expected["totals"]
    expect(desk.get_by_test_id("total-input")).to_have_text(f"{totals['input']:,}")
    expect(desk.get_by_test_id("total-output")).to_have_text(f"{totals['output']:,}")
    root = desk.locator("#frame-0")
    label = root.get_attribute("aria-label") or ""
    assert f"{totals['input'] + totals['output']:,} tokens" in label


def test_the_status_line_reads_the_frame_under_the_pointer(desk: Page, address: str) -> None:
    desk.goto(address)
    status = desk.get_by_test_id("status")
    expect(status).to_contain_text("all calls,")
    frame(desk, "tools").hover()
    expect(status).to_have_text(frame(desk, "tools").get_attribute("aria-label") or "no label")
    desk.mouse.move(5, 5)
    expect(status).to_contain_text("all calls,")
    desk.keyboard.press("4")
    expect(status).to_be_hidden()


def test_search_shows_the_matched_share_and_never_throws(desk: Page, address: str) -> None:
    desk.goto(address)
    expect(desk.get_by_test_id("example")).to_be_visible()
    desk.keyboard.press("/")
    desk.keyboard.type("refund_policy")
    expect(desk.get_by_test_id("matched")).to_contain_text("Nothing matches")
    desk.get_by_test_id("search").fill("search_help")
    expect(desk.get_by_test_id("matched")).to_contain_text("matched")
    expect(desk.locator("#chart .match").first).to_be_visible()
    for query in ("foo(", "[", "\\", "*", "(?<"):
        desk.get_by_test_id("search").fill(query)
        expect(desk.get_by_test_id("matched")).to_contain_text("matches")


def test_width_colour_flip_and_the_link_that_restores_them(desk: Page, address: str) -> None:
    desk.goto(address)
    expect(desk.get_by_test_id("example")).to_be_visible()
    for key in ("u", "c", "i"):
        desk.keyboard.press(key)
    expect(desk.get_by_test_id("unit-tokens")).to_have_attribute("aria-pressed", "true")
    expect(desk.get_by_test_id("legend")).to_contain_text("read from cache")
    link = desk.url
    assert link.endswith("#1&u=tokens&k=billing&i=1")
    desk.goto("about:blank")
    desk.goto(link)
    expect(desk.get_by_test_id("colour-billing")).to_have_attribute("aria-pressed", "true")
    expect(desk.get_by_test_id("unit-tokens")).to_have_attribute("aria-pressed", "true")


def test_in_order_shows_calls_and_text_comes_on_demand(desk: Page, address: str) -> None:
    desk.goto(address)
    drop(desk, (PARALLEL.name, PARALLEL.read_bytes()))
    opened(desk, PARALLEL.name)
    desk.keyboard.press("2")
    expect(frame(desk, "call 1")).to_be_visible(timeout=SLOW_MS)
    expect(frame(desk, "call 4")).to_be_visible()
    frame(desk, "call 4").click()
    expect(frame(desk, "history")).to_be_visible()
    desk.keyboard.press("1")
    desk.get_by_test_id("search").fill("CLAUDE.md")
    frame(desk, "user").click()
    desk.get_by_test_id("search").fill("")
    frame(desk, "CLAUDE.md").click()
    desk.get_by_test_id("show-text").click()
    expect(desk.get_by_test_id("text")).to_contain_text("Keep every note in its own file")
    expect(desk.get_by_test_id("where")).to_contain_text("session.jsonl:2 · /message/content/0")


def test_the_keyboard_alone_reaches_frames_and_table(desk: Page, address: str) -> None:
    desk.goto(address)
    expect(desk.get_by_test_id("example")).to_be_visible()
    desk.get_by_test_id("chart").focus()
    desk.keyboard.press("ArrowDown")
    active = desk.get_by_test_id("chart").get_attribute("aria-activedescendant")
    assert active not in (None, "frame-0")
    desk.keyboard.press("ArrowRight")
    assert desk.get_by_test_id("chart").get_attribute("aria-activedescendant") != active
    desk.keyboard.press("Enter")
    assert "f=" in desk.url
    desk.keyboard.press("Escape")
    desk.keyboard.press("4")
    rows = desk.locator('#table [role="row"][data-row]')
    expect(rows.first).to_be_visible()
    before = rows.count()
    rows.nth(1).focus()
    desk.keyboard.press("ArrowRight")
    assert rows.count() > before
    desk.keyboard.press("Shift+?")
    expect(desk.get_by_test_id("shortcuts")).to_be_visible()


def test_paste_and_pick(desk: Page, address: str) -> None:
    desk.goto(address)
    body = {"model": "gpt-4o", "messages": [{"role": "user", "content": "Hello there"}]}
    desk.evaluate(
        """(text) => {
          const data = new DataTransfer();
          data.setData('text/plain', text);
          document.body.dispatchEvent(new ClipboardEvent('paste', {clipboardData: data, bubbles: true}));
        }""",
        json.dumps(body),
    )
    opened(desk, "pasted text")
    expect(desk.get_by_test_id("total-input")).to_have_text(re.compile("≈ "))
    expect(desk.get_by_test_id("notes")).to_contain_text("counted, not billed figures")
    desk.get_by_test_id("picker").set_input_files(str(PARALLEL))
    opened(desk, PARALLEL.name)


def test_a_file_that_cannot_be_read_says_why_and_the_page_goes_on(desk: Page, address: str) -> None:
    desk.goto(address)
    drop(desk, ("run.json", (FIXTURES / "errors" / "bad-json" / "run.json").read_bytes()))
    error = desk.get_by_test_id("error")
    expect(error).to_contain_text("run.json, line 4, column 21", timeout=SLOW_MS)
    expect(error.locator("pre")).to_contain_text("^")
    drop(desk, (PARALLEL.name, PARALLEL.read_bytes()))
    opened(desk, PARALLEL.name)
    expect(error).to_be_hidden()


def test_several_files_are_one_trace_with_sessions(desk: Page, address: str) -> None:
    folder = FIXTURES / "claude_code" / "sub-agent-and-compaction"
    files = [
        (p.relative_to(folder).as_posix(), p.read_bytes()) for p in sorted(folder.rglob("*.jsonl"))
    ]
    desk.goto(address)
    drop(desk, *files)
    opened(desk, "2 files")
    expect(desk.get_by_test_id("session")).to_be_visible()
    assert desk.get_by_test_id("session").locator("option").count() == 3


def test_cancel_stops_and_continue_goes_on(desk: Page, address: str) -> None:
    line = {"model": "gpt-4o", "messages": [{"role": "user", "content": "x"}]}
    lines = []
    for number in range(2000):
        line["messages"][0]["content"] = " ".join(f"word{number}{n}" for n in range(250))
        lines.append(json.dumps(line))
    desk.goto(address)
    expect(desk.get_by_test_id("example")).to_be_visible()
    drop(desk, ("big.jsonl", "\n".join(lines).encode()))
    desk.get_by_test_id("cancel").click()
    expect(desk.get_by_test_id("error")).to_contain_text("Stopped", timeout=5000)
    desk.get_by_role("button", name="Continue").click()
    opened(desk, "big.jsonl")
    expect(desk.locator("#title")).to_contain_text("2,000 calls")


def test_python_that_dies_is_started_again_with_the_same_file(desk: Page, address: str) -> None:
    desk.add_init_script(
        """const Real = Worker; window.workers = [];
        window.Worker = class extends Real { constructor(...a) { super(...a); workers.push(this); } };"""
    )
    desk.goto(address)
    for _ in range(SLOW_MS // 100):
        if desk.evaluate("performance.getEntriesByName('python-ready').length"):
            break
        desk.wait_for_timeout(100)
    desk.evaluate("workers[0].dispatchEvent(new ErrorEvent('error', {message: 'gone'}))")
    drop(desk, (PARALLEL.name, PARALLEL.read_bytes()))
    opened(desk, PARALLEL.name)
    assert desk.evaluate("workers.length") == 2


VECTORS = (
    "<img src=x onerror=hit()>",
    "<script>hit()</script>",
    '"><svg onload=hit()>',
    "javascript:hit()",
    "</script><script>hit()</script>",
    "{{constructor.constructor('hit()')()}}",
)


def test_text_of_a_trace_never_runs(desk: Page, address: str) -> None:
    text = "".join(VECTORS)
    tool = {"type": "function", "function": {"name": text, "description": text, "parameters": {}}}
    call = {"id": text, "type": "function", "function": {"name": text, "arguments": text}}
    messages = [
        {"role": "system", "content": f"# {text}\n{text * 20}\n# {text}\n{text}"},
        {"role": "user", "content": text, "name": text},
        {"role": "assistant", "content": text, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": text, "content": text},
    ]
    line = {"request": {"model": text, "messages": messages, "tools": [tool]}, "session": text}
    desk.add_init_script("window.hits = 0; window.hit = () => { window.hits += 1; };")
    desk.goto(address)
    drop(desk, (f"{VECTORS[0].replace('/', '')}.jsonl", (json.dumps(line) + "\n{bad").encode()))
    opened(desk, "img src")
    for view in ("2", "4", "1"):
        desk.keyboard.press(view)
        desk.wait_for_timeout(300)
    desk.evaluate(
        """() => { for (let row = 0; row < 12; row++) {
          document.getElementById(`frame-${row}`)?.querySelector('rect')?.dispatchEvent(
            new MouseEvent('click', {bubbles: true})); } }"""
    )
    desk.wait_for_timeout(300)
    assert desk.evaluate("window.hits") == 0
    assert desk.locator("img[src='x'], #chart script, #table script, #inspector svg").count() == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("state", ["landing", "trace", "table", "error"])
def test_axe_finds_nothing(desk: Page, address: str, scheme: str, state: str) -> None:
    desk.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    desk.goto(address)
    expect(desk.get_by_test_id("example")).to_be_visible()
    if state == "trace":
        drop(desk, (PARALLEL.name, PARALLEL.read_bytes()))
        opened(desk, PARALLEL.name)
    elif state == "table":
        desk.keyboard.press("4")
    elif state == "error":
        drop(desk, ("x.json", b"{]"))
        expect(desk.get_by_test_id("error")).to_be_visible(timeout=SLOW_MS)
    desk.evaluate(AXE.read_text(encoding="utf-8"))
    found = desk.evaluate(
        "axe.run().then((r) => r.violations.map((v) => [v.id, v.nodes.map((n) => n.html.slice(0, 160)).slice(0, 3)]))"
    )
    assert found == []


def test_a_narrow_screen_gets_the_list_and_no_sideways_scroll(phone: Page, address: str) -> None:
    phone.goto(address)
    expect(phone.get_by_test_id("table")).to_be_visible()
    expect(phone.get_by_test_id("chart")).to_be_hidden()
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    phone.get_by_text("tool results").first.click()
    expect(phone.get_by_test_id("inspector")).to_contain_text("tool results")


def test_a_text_of_the_example_is_shown_by_one_click(desk: Page, address: str) -> None:
    desk.goto(address)
    expect(desk.get_by_test_id("example")).to_be_visible()
    frame(desk, "LO-51002").click()
    desk.get_by_test_id("show-text").click()
    expect(desk.get_by_test_id("text")).to_contain_text("51002", timeout=SLOW_MS)
    expect(desk.get_by_test_id("where")).to_contain_text("refund-agent.jsonl:")
    expect(desk.get_by_test_id("inspector").locator("h2")).to_contain_text("LO-51002")
