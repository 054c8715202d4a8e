"""The keyboard alone: a tour that reaches everything with the focus in sight, no trap, and keys turned off."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import FileChooser, Page, expect
from test_findings import wasteful
from test_page import PARALLEL, SLOW_MS, frame, opened

MOST_STOPS = 150
# What has the focus: its name, whether it is drawn, and whether a ring around it or a mark in it shows that.
FOCUSED = """() => {
  const one = document.activeElement;
  if (!one || one === document.body) return null;
  const style = getComputedStyle(one);
  const box = one.getBoundingClientRect();
  return {
    name: one.dataset.testid ?? one.id,
    within: [...document.querySelectorAll('[data-testid]')].filter((host) => host.contains(one)).map((host) => host.dataset.testid),
    tag: one.tagName,
    drawn: box.width > 1 && box.height > 1 && style.visibility === 'visible',
    ring: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2,
  };
}"""


def focused(page: Page) -> dict:
    found = page.evaluate(FOCUSED)
    assert found, "nothing has the focus"
    assert found["drawn"], found
    assert found["ring"], found
    return found


def tab_to(page: Page, name: str, tag: str = "") -> None:
    """Press Tab until a control of that name, or one inside the part of that name, has the focus."""
    for _ in range(MOST_STOPS):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement === document.body"):
            continue  # The end of the page: the browser's own controls come next.
        found = focused(page)
        inside = name in found["within"] and (not tag or found["tag"] == tag)
        if found["name"] == name or (tag and inside):
            return
    raise AssertionError(f"Tab does not reach {name}")


def stops(page: Page) -> list[str]:
    """Every stop of Tab, once round the page."""
    page.evaluate("document.activeElement?.blur(); scrollTo(0, 0)")
    names: list[str] = []
    for _ in range(MOST_STOPS):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement === document.body"):
            if names:
                return names
            continue
        found = focused(page)
        names.append(found["name"] or found["tag"])
    raise AssertionError(f"Tab does not come to an end: {names[-5:]}")


def choose(page: Page, key: str, file: Path, asked: list[FileChooser]) -> None:
    """A key that asks for a file, and the file. Listened for from the start: a listener made for the
    key alone comes too late now and then."""
    before = len(asked)
    page.keyboard.press(key)
    for _ in range(50):
        if len(asked) > before:
            break
        page.wait_for_timeout(100)
    asked[-1].set_files(str(file))


def test_a_tour_without_a_mouse(desk: Page, address: str, tmp_path: Path) -> None:
    asked: list[FileChooser] = []
    desk.on("filechooser", lambda chooser: asked.append(chooser))
    desk.goto(address)
    expect(desk.get_by_test_id("example")).to_be_visible()
    desk.keyboard.press("Tab")
    assert focused(desk)["name"] == "skip"
    desk.keyboard.press("Enter")
    expect(desk.locator("#table tr[data-row='0']")).to_be_focused()
    desk.keyboard.press("1")

    tab_to(desk, "open-landing")
    log = tmp_path / "wasteful.jsonl"
    log.write_bytes(wasteful())
    choose(desk, "Enter", log, asked)
    opened(desk, "wasteful.jsonl")

    for name, part in (
        ("view-order", "timeline"), ("view-everywhere", "everywhere"), ("view-table", "table"),
        ("view-sessions", "sessions"), ("view-spend", "spend"), ("view-merged", "chart"),
    ):  # fmt: skip
        tab_to(desk, name)
        desk.keyboard.press("Enter")
        expect(desk.get_by_test_id(part)).to_be_visible(timeout=SLOW_MS)
        assert focused(desk)["name"] == name
    for name in ("unit-tokens", "colour-billing"):
        tab_to(desk, name)
        desk.keyboard.press("Space")
        expect(desk.get_by_test_id(name)).to_have_attribute("aria-pressed", "true")

    tab_to(desk, "chart")
    for key in ("ArrowDown", "ArrowRight", "ArrowLeft", "ArrowDown", "ArrowUp", "Enter"):
        desk.keyboard.press(key)
    chosen = desk.get_by_test_id("inspector").locator("h2").inner_text().split(" · ")[0]
    expect(desk.get_by_test_id("crumbs")).to_contain_text(chosen)
    desk.keyboard.press("Escape")
    expect(desk.get_by_test_id("crumbs")).to_have_text("all calls")
    desk.keyboard.press("ArrowDown")
    desk.keyboard.press("Shift+F10")
    expect(desk.get_by_role("menuitem").first).to_be_focused()
    desk.keyboard.press("Escape")
    expect(desk.get_by_test_id("chart")).to_be_focused()

    desk.keyboard.press("/")
    desk.keyboard.type("question 11")
    desk.keyboard.press("Enter")
    expect(desk.get_by_test_id("inspector")).to_contain_text("question 11")
    tab_to(desk, "show-text")
    desk.keyboard.press("Enter")
    expect(desk.get_by_test_id("text")).to_contain_text("question 11 question 11")
    tab_to(desk, "text")
    desk.keyboard.press("/")
    desk.keyboard.press("Control+a")
    desk.keyboard.press("Delete")
    desk.keyboard.press("Escape")

    tab_to(desk, "call-last")
    desk.keyboard.press("Control+a")
    desk.keyboard.type("3")
    desk.keyboard.press("Enter")
    expect(desk.get_by_test_id("filter-clear")).to_be_visible(timeout=SLOW_MS)
    assert focused(desk)["name"] == "call-last"
    tab_to(desk, "filter-clear")
    desk.keyboard.press("Enter")
    expect(desk.get_by_test_id("filter-clear")).to_be_hidden(timeout=SLOW_MS)

    tab_to(desk, "finding-0", "SUMMARY")
    desk.keyboard.press("Enter")
    expect(desk.locator("#chart .evidence").first).to_be_visible()
    tab_to(desk, "evidence")
    desk.keyboard.press("Enter")
    expect(desk.get_by_test_id("inspector").locator("h2")).not_to_have_text("all calls")

    desk.keyboard.press("s")
    expect(desk.get_by_test_id("share-numbers-go")).to_be_focused(timeout=SLOW_MS)
    for _ in range(12):
        desk.keyboard.press("Tab")
        inside = "document.activeElement === document.body || !!document.activeElement.closest('#dialog')"
        assert desk.evaluate(inside)
    desk.keyboard.press("Escape")
    expect(desk.get_by_test_id("dialog")).to_be_hidden()

    desk.keyboard.press("e")
    expect(desk.get_by_test_id("export-svg")).to_be_focused()
    focused(desk)
    desk.keyboard.press("ArrowDown")
    desk.keyboard.press("ArrowUp")
    with desk.expect_download(timeout=SLOW_MS):
        desk.keyboard.press("Enter")

    choose(desk, "d", PARALLEL, asked)
    expect(desk.get_by_test_id("compared")).to_be_visible(timeout=SLOW_MS)
    tab_to(desk, "swap")
    desk.keyboard.press("Enter")
    expect(desk.get_by_test_id("chart")).to_be_visible()

    desk.keyboard.press("Shift+?")
    expect(desk.get_by_test_id("shortcuts")).to_be_visible()
    desk.keyboard.press("Escape")
    expect(desk.get_by_test_id("shortcuts")).to_be_hidden()


def test_every_stop_shows_the_focus_and_tab_comes_round(desk: Page, address: str) -> None:
    desk.goto(address)
    expect(desk.get_by_test_id("example")).to_be_visible()
    names = stops(desk)
    for name in (
        "skip", "open", "compare", "share", "export", "theme", "help", "open-landing", "sample-rag-chatbot",
        "counter-text", "counter-model", "view-merged", "view-spend", "unit-tokens", "colour-billing",
        "search", "session", "call-first", "call-last", "chart", "show-fixed", "rates-title",
    ):  # fmt: skip
        assert name in names, f"Tab does not reach {name}"
    for key, least in (("2", "chart"), ("4", "TR"), ("5", "BUTTON")):
        desk.keyboard.press(key)
        desk.wait_for_timeout(500)
        assert least in stops(desk), key


def test_single_keys_can_be_turned_off_and_stay_off(desk: Page, address: str) -> None:
    desk.goto(address)
    expect(desk.get_by_test_id("example")).to_be_visible()
    desk.get_by_test_id("help").click()
    box = desk.get_by_test_id("single-keys")
    expect(box).to_be_checked()
    box.focus()
    desk.keyboard.press("Space")
    desk.keyboard.press("Escape")
    before = desk.url
    for _ in range(2):
        for key in ("2", "4", "u", "c", "i", "t", "s", "e", "/", "?", "["):
            desk.keyboard.press(key)
        desk.wait_for_timeout(200)
        assert desk.url == before
        expect(desk.get_by_test_id("chart")).to_be_visible()
        for part in ("dialog", "shortcuts", "menu"):
            expect(desk.get_by_test_id(part)).to_be_hidden()
        assert desk.evaluate("document.documentElement.dataset.theme") is None
        desk.reload()
        expect(desk.get_by_test_id("example")).to_be_visible()
    frame(desk, "tools").click()
    desk.get_by_test_id("chart").focus()
    desk.keyboard.press("ArrowDown")
    desk.keyboard.press("Enter")
    expect(desk.get_by_test_id("crumbs")).to_contain_text("tools ›")
    desk.get_by_test_id("help").click()
    desk.get_by_test_id("single-keys").check()
    desk.keyboard.press("Escape")
    desk.keyboard.press("4")
    expect(desk.get_by_role("treegrid")).to_be_visible()


def test_no_single_key_acts_while_a_field_has_the_focus(desk: Page, address: str) -> None:
    desk.goto(address)
    expect(desk.get_by_test_id("example")).to_be_visible()
    for name in ("search", "counter-text", "counter-model", "call-last"):
        desk.get_by_test_id(name).focus()
        for key in ("4", "u", "c", "t", "?"):
            desk.keyboard.press(key)
        expect(desk.get_by_test_id("chart")).to_be_visible()
        expect(desk.get_by_test_id("unit-cost")).to_have_attribute("aria-pressed", "true")
        expect(desk.get_by_test_id("shortcuts")).to_be_hidden()
        desk.get_by_test_id(name).fill("")


def test_the_lab_is_used_without_a_mouse(desk: Page, address: str) -> None:
    desk.goto(f"{address}lab.html")
    expect(desk.get_by_test_id("lab-state")).to_contain_text("are open", timeout=2 * SLOW_MS)
    desk.get_by_role("button", name="Longest texts").focus()
    desk.keyboard.press("Enter")
    cell = desk.get_by_role("textbox", name="Python cell")
    cell.focus()
    desk.keyboard.press("Shift+Enter")
    expect(desk.get_by_test_id("lab-table").first).to_contain_text(
        "refund-agent.jsonl", timeout=SLOW_MS
    )
    expect(desk.get_by_text("Esc, then Tab leaves it.")).to_be_visible()
    desk.keyboard.press("Tab")
    expect(cell).to_be_focused()
    desk.keyboard.press("Escape")
    desk.keyboard.press("Tab")
    expect(cell).not_to_be_focused()
