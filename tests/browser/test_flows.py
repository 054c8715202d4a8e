"""What the page promises beyond its views: ways in, what waits, what is kept, what stays."""

from __future__ import annotations

import base64
import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from test_page import DROP, PARALLEL, SLOW_MS, drop, frame, opened
from test_views import CACHED, open_sessions

DRAG = """({name, x, over}) => {
  const transfer = new DataTransfer();
  transfer.items.add(new File(['{}'], name));
  for (const kind of over ? ['dragenter', 'dragover'] : ['dragleave']) {
    window.dispatchEvent(new DragEvent(kind, {dataTransfer: transfer, bubbles: true, cancelable: true, clientX: x}));
  }
}"""
# A folder as a file manager gives it: entries to walk, names by their place in it.
FOLDER = """({files}) => {
  const file = ([path, text]) => ({
    isFile: true, isDirectory: false, fullPath: '/' + path,
    file: (done) => done(new File([Uint8Array.from(atob(text), (c) => c.charCodeAt(0))], path.split('/').pop())),
  });
  const folder = {isFile: false, isDirectory: true, fullPath: '/logs', createReader: () => {
    const batches = [files.map(file), []];
    return {readEntries: (done) => done(batches.shift())};
  }};
  DataTransferItem.prototype.webkitGetAsEntry = () => folder;
  const transfer = new DataTransfer();
  transfer.items.add(new File([''], 'logs'));
  window.dispatchEvent(new DragEvent('drop', {dataTransfer: transfer, bubbles: true, cancelable: true}));
}"""


def paste(page: Page, target: str, text: str) -> None:
    page.evaluate(
        """([target, text]) => {
          const data = new DataTransfer();
          data.setData('text/plain', text);
          document.querySelector(target).dispatchEvent(new ClipboardEvent('paste', {clipboardData: data, bubbles: true}));
        }""",
        [target, text],
    )


def test_each_sample_opens_without_python(desk: Page, address: str) -> None:
    desk.route("**/vendor/pyodide/**", lambda _: None)
    desk.goto(address)
    for name, calls in (("rag-chatbot", 6), ("coding-agent", 150), ("refund-agent", 41)):
        desk.get_by_test_id(f"sample-{name}").click()
        expect(desk.get_by_test_id("example")).to_have_text(f"Example: {name}.jsonl, {calls} calls")
        expect(frame(desk, "all calls")).to_be_visible()


def test_a_file_dropped_before_python_stands_waits_its_turn(desk: Page, address: str) -> None:
    held: list = []
    desk.route("**/pyodide.asm.wasm", lambda route: held.append(route))
    desk.goto(address)
    expect(desk.get_by_test_id("example")).to_be_visible()
    drop(desk, (PARALLEL.name, PARALLEL.read_bytes()))
    progress = desk.get_by_test_id("progress")
    expect(progress).to_contain_text(re.compile("Starting Python"))
    expect(progress.get_by_test_id("cancel")).to_be_visible()
    frame(desk, "tools").click()
    expect(desk.get_by_test_id("crumbs")).to_contain_text("tools")
    for _ in range(SLOW_MS // 100):
        if held:
            break
        desk.wait_for_timeout(100)
    for route in held:
        route.continue_()
    opened(desk, PARALLEL.name)


def test_a_folder_opens_with_its_files_by_their_place(desk: Page, address: str) -> None:
    desk.goto(address)
    files = [
        [f"logs/{path.name}/{path.name}", base64.b64encode(path.read_bytes()).decode()]
        for path in (PARALLEL, CACHED)
    ]
    desk.evaluate(FOLDER, {"files": files})
    opened(desk, "2 files")
    expect(desk.locator("#title")).to_contain_text("7 calls")


def test_a_drag_says_what_a_drop_would_do(desk: Page, address: str) -> None:
    desk.goto(address)
    expect(desk.get_by_test_id("example")).to_be_visible()
    cover = desk.locator("#drop")
    desk.evaluate(DRAG, {"name": "a.json", "x": 900, "over": True})
    expect(cover).to_have_text("Drop to open")
    desk.evaluate(DRAG, {"name": "a.json", "x": 900, "over": False})
    expect(cover).to_be_hidden()
    drop(desk, (PARALLEL.name, PARALLEL.read_bytes()))
    opened(desk, PARALLEL.name)
    desk.evaluate(DRAG, {"name": "a.json", "x": 900, "over": True})
    expect(cover).to_contain_text(f"Compare with {PARALLEL.name}")
    expect(cover).to_have_attribute("data-side", "compare")
    desk.evaluate(DRAG, {"name": "a.json", "x": 100, "over": True})
    expect(cover).to_have_attribute("data-side", "open")


def test_a_drop_on_the_right_half_compares(desk: Page, address: str) -> None:
    desk.goto(address)
    drop(desk, (PARALLEL.name, PARALLEL.read_bytes()))
    opened(desk, PARALLEL.name)
    right = DROP.replace("cancelable: true}", "cancelable: true, clientX: innerWidth - 10}")
    files = [["second.jsonl", base64.b64encode(CACHED.read_bytes()).decode()]]
    desk.evaluate(right, {"files": files})
    expect(desk.get_by_test_id("comparison")).to_contain_text(
        f"{PARALLEL.name} → second.jsonl", timeout=SLOW_MS
    )
    expect(desk.locator("#title")).to_contain_text(PARALLEL.name)
    frame(desk, "−").first.click() if frame(desk, "−").count() else None
    expect(desk.get_by_test_id("inspector")).to_contain_text("before")
    desk.get_by_test_id("swap").click()
    expect(desk.get_by_test_id("view-compare")).to_be_hidden()


def test_a_paste_into_a_field_is_the_fields(desk: Page, address: str) -> None:
    desk.goto(address)
    expect(desk.get_by_test_id("example")).to_be_visible()
    body = {"model": "gpt-4o", "messages": [{"role": "user", "content": "Hello"}]}
    for target in ("#search", "#counter-text"):
        paste(desk, target, json.dumps(body))
    desk.wait_for_timeout(300)
    expect(desk.get_by_test_id("progress")).to_be_hidden()
    expect(desk.get_by_test_id("example")).to_be_visible()


def test_a_link_restores_view_filter_zoom_and_frame(desk: Page, address: str) -> None:
    desk.goto(f"{address}#1&v=order&u=tokens&c=3-9&q=search_help")
    expect(desk.locator("#timeline .bar")).to_have_count(7, timeout=2 * SLOW_MS)
    expect(desk.get_by_test_id("call-first")).to_have_value("3")
    expect(desk.get_by_test_id("search")).to_have_value("search_help")
    expect(desk.get_by_test_id("unit-tokens")).to_have_attribute("aria-pressed", "true")
    desk.goto("about:blank")
    desk.goto(f"{address}#1&v=everywhere&p=tools/mcp%3Acrm")
    expect(desk.get_by_test_id("life-title")).to_have_text("mcp:crm", timeout=2 * SLOW_MS)
    desk.goto("about:blank")
    desk.goto(f"{address}#1&f=tool%20results/get_order")
    expect(desk.get_by_test_id("crumbs")).to_have_text("all calls › tool results › get_order")
    desk.goto("about:blank")
    desk.goto(f"{address}#9&v=table")
    expect(desk.get_by_test_id("chart")).to_be_visible()


def test_a_link_is_copied_and_a_long_one_says_so(browser: Browser, address: str) -> None:
    context = browser.new_context(permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.goto(address)
    open_sessions(page)
    page.keyboard.press("s")
    go = page.get_by_test_id("share-numbers-go")
    expect(go).to_be_visible(timeout=SLOW_MS)
    go.click()
    expect(page.get_by_test_id("share-numbers")).to_contain_text("Copied.")
    link = page.get_by_test_id("share-numbers").get_attribute("data-link")
    assert page.evaluate("navigator.clipboard.readText()") == link
    page.keyboard.press("Escape")
    # Texts that nothing repeats: a shape of many pieces, which no chat would take as a link.
    rows = [
        {"model": "gpt-4o", "messages": [{"role": "user", "content": "word " * (n * 7919 % 5003)}]}
        for n in range(1200)
    ]
    drop(page, ("many.jsonl", "\n".join(map(json.dumps, rows)).encode()))
    opened(page, "many.jsonl")
    page.keyboard.press("s")
    expect(go).to_have_text(re.compile("Copy long link|Save shape file"), timeout=2 * SLOW_MS)
    context.close()


def test_nothing_of_a_trace_is_kept(desk: Page, address: str) -> None:
    desk.goto(address)
    drop(desk, (PARALLEL.name, PARALLEL.read_bytes()))
    opened(desk, PARALLEL.name)
    desk.keyboard.press("t")
    desk.wait_for_timeout(300)
    kept = desk.evaluate(
        """async () => ({
          local: Object.keys(localStorage), session: sessionStorage.length,
          bases: (await indexedDB.databases()).length, cookies: document.cookie,
          cached: (await Promise.all((await caches.keys()).map(async (key) =>
            (await (await caches.open(key)).keys()).map((one) => one.url)))).flat(),
        })"""
    )
    assert kept["local"] == ["theme"]
    assert [kept["session"], kept["bases"], kept["cookies"]] == [0, 0, ""]
    assert not [url for url in kept["cached"] if PARALLEL.name in url]


def test_the_theme_is_the_systems_until_chosen_and_stays(desk: Page, address: str) -> None:
    desk.emulate_media(color_scheme="dark")
    desk.goto(address)
    expect(desk.get_by_test_id("example")).to_be_visible()
    ground = "getComputedStyle(document.body).backgroundColor"
    dark = desk.evaluate(ground)
    desk.get_by_test_id("theme").click()
    light = desk.evaluate(ground)
    assert light == "rgb(255, 255, 255)" != dark
    desk.reload()
    expect(desk.get_by_test_id("example")).to_be_visible()
    assert desk.evaluate(ground) == light
    desk.goto(f"{address}lab.html")
    assert desk.evaluate(ground) == light


def test_how_to_check_that_nothing_leaves_is_said(desk: Page, address: str) -> None:
    desk.goto(address)
    promise = desk.get_by_text("Your file stays on this device.")
    promise.click()
    expect(desk.get_by_text("tab Network")).to_be_visible()


def test_the_chart_flips_and_frames_are_a_tree_to_a_reader(desk: Page, address: str) -> None:
    desk.goto(address)
    expect(desk.get_by_test_id("example")).to_be_visible()
    top = "document.querySelector('#frame-0').getBoundingClientRect().top"
    child = "document.querySelector('#chart [aria-level=\"2\"]').getBoundingClientRect().top"
    assert desk.evaluate(f"{top} < {child}")
    desk.keyboard.press("i")
    desk.wait_for_timeout(200)
    assert desk.evaluate(f"{top} > {child}")
    picture = desk.locator("#chart svg").bounding_box()
    root = desk.locator("#frame-0").bounding_box()
    assert picture and root
    assert root["y"] + root["height"] <= picture["y"] + picture["height"]
    highest = desk.evaluate(
        "Math.min(...[...document.querySelectorAll('#chart g[id]')].map((g) => g.getBoundingClientRect().top))"
    )
    assert abs(highest - picture["y"]) <= 2
    chart = desk.get_by_role("tree")
    expect(chart).to_have_attribute("aria-label", re.compile("Arrow keys move"))
    label = frame(desk, "tools").get_attribute("aria-label") or ""
    assert re.fullmatch(
        r"tools, (about )?[\d,]+ tokens, \$[\d.,]+, [\d.]+ % of trace, [\d.]+ % read from cache",
        label,
    )


@pytest.mark.parametrize("unit", ["cost", "tokens"])
def test_a_phone_opens_levels_in_place_and_keeps_every_action(
    phone: Page, address: str, unit: str
) -> None:
    phone.goto(address)
    expect(phone.get_by_test_id("table")).to_be_visible()
    phone.get_by_test_id(f"unit-{unit}").click()
    row = phone.locator("#table tr[data-row]", has_text="tool results").first
    shown = row.locator("td:visible")
    expect(shown).to_have_count(1)
    expect(shown).to_have_text(re.compile(r"\$" if unit == "cost" else r"^[≈ \d,]+$"))
    before = phone.locator("#table tr[data-row]").count()
    row.locator(".twist").click()
    assert phone.locator("#table tr[data-row]").count() > before
    expect(phone.get_by_test_id("inspector")).to_be_hidden()
    phone.get_by_test_id("more-actions").click()
    phone.get_by_test_id("more-export").click()
    expect(phone.get_by_test_id("export-svg")).to_be_visible()
    phone.keyboard.press("Escape")
    phone.get_by_test_id("more-actions").click()
    phone.get_by_test_id("more-theme").click()
    assert phone.evaluate("document.documentElement.dataset.theme") == "dark"


def test_a_phone_compares_in_a_list(phone: Page, address: str) -> None:
    phone.goto(address)
    drop(phone, (PARALLEL.name, PARALLEL.read_bytes()))
    opened(phone, PARALLEL.name)
    phone.get_by_test_id("more-actions").click()
    with phone.expect_file_chooser() as chooser:
        phone.get_by_test_id("more-compare").click()
    chooser.value.set_files(str(CACHED))
    expect(phone.get_by_test_id("compared")).to_be_visible(timeout=SLOW_MS)
    cells = phone.locator("#table td:visible").all_inner_texts()
    assert cells
    assert all(cell[0] in "+−±" for cell in cells)
    assert phone.locator("#table .d-less, #table .d-more").count() > 0
    phone.locator("#table tr[data-row]").nth(1).click()
    expect(phone.get_by_test_id("inspector")).to_contain_text("before")
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390


def test_no_view_scrolls_sideways_on_a_phone(phone: Page, address: str) -> None:
    phone.goto(address)
    open_sessions(phone)
    for name in ("order", "everywhere", "table", "sessions", "spend", "merged"):
        phone.get_by_test_id(f"view-{name}").click()
        phone.wait_for_timeout(500)
        expect(phone.get_by_test_id("progress")).to_be_hidden(timeout=SLOW_MS)
        assert phone.evaluate("document.documentElement.scrollWidth") <= 390, name
    for page in ("formats.html", "lab.html"):
        phone.goto(address + page)
        phone.wait_for_timeout(500)
        assert phone.evaluate("document.documentElement.scrollWidth") <= 390, page


def test_what_is_going_on_is_said_to_a_reader(desk: Page, address: str) -> None:
    desk.goto(address)
    drop(desk, (PARALLEL.name, PARALLEL.read_bytes()))
    opened(desk, PARALLEL.name)
    expect(desk.locator("#live")).to_have_attribute("aria-live", "polite")
    expect(desk.locator("#live")).not_to_be_empty()


def test_saved_names_are_the_traces(desk: Page, address: str, tmp_path: Path) -> None:
    desk.goto(address)
    drop(desk, (PARALLEL.name, PARALLEL.read_bytes()))
    opened(desk, PARALLEL.name)
    for key, suffix in (("csv", "csv"), ("markdown", "md"), ("json", "report.json")):
        desk.keyboard.press("e")
        with desk.expect_download(timeout=SLOW_MS) as waiting:
            desk.get_by_test_id(f"export-{key}").click()
        assert waiting.value.suggested_filename == f"{Path(PARALLEL.name).stem}.{suffix}"


def test_without_a_trace_nothing_can_be_shared(desk: Page, address: str) -> None:
    desk.goto(address + "#t=1.cut")
    expect(desk.get_by_test_id("error")).to_be_visible(timeout=SLOW_MS)
    for name in ("compare", "share", "export"):
        expect(desk.get_by_test_id(name)).to_be_disabled()
    desk.keyboard.press("s")
    desk.keyboard.press("e")
    expect(desk.get_by_test_id("dialog")).to_be_hidden()
    expect(desk.get_by_test_id("menu")).to_be_hidden()
    desk.get_by_test_id("sample-rag-chatbot").click()
    expect(desk.get_by_test_id("share")).to_be_enabled()


@pytest.mark.parametrize("which", ["desk", "phone"])
def test_a_long_name_leaves_room_for_the_page(
    request: pytest.FixtureRequest, which: str, address: str
) -> None:
    page: Page = request.getfixturevalue(which)
    name = "run-" + "\u65e5\u672c " * 20 + "\u05e9\u05dc\u05d5\u05dd " * 20 + "w" * 150 + ".jsonl"
    page.goto(address)
    drop(page, (name, PARALLEL.read_bytes()))
    opened(page, "run-")
    title = page.locator("#title")
    expect(title).to_contain_text("calls")
    expect(title.locator("span")).to_be_in_viewport(ratio=1)
    expect(title.locator(".file")).to_have_attribute("title", name)
    box = page.locator("header.bar").bounding_box()
    assert box and box["height"] < 110
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_log_with_texts_after_one_without_opens_as_a_chart(desk: Page, address: str) -> None:
    rows = "".join(f"2026-05-{day:02d},gpt-4o,{1000 + day},20\n" for day in range(1, 29))
    desk.goto(address)
    drop(desk, ("usage.csv", ("date,model,input_tokens,output_tokens\n" + rows).encode()))
    opened(desk, "usage.csv")
    expect(desk.get_by_test_id("view-spend")).to_have_attribute("aria-pressed", "true")
    drop(desk, (PARALLEL.name, PARALLEL.read_bytes()))
    opened(desk, PARALLEL.name)
    expect(desk.get_by_test_id("view-merged")).to_have_attribute("aria-pressed", "true")


def test_what_cannot_be_read_leads_to_what_can(desk: Page, address: str) -> None:
    desk.goto(address)
    drop(desk, ("rows.json", b'{"rows": [1], "cursor": 2}'))
    link = desk.get_by_test_id("error").get_by_role("link", name="What can I open?")
    expect(link).to_have_attribute("href", "formats.html", timeout=SLOW_MS)
