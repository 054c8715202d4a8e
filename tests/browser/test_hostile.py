"""Hostile logs of every format, every vector in every text of each: nothing runs in page, exports or links."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from test_page import SLOW_MS
from test_sharing import saved

import hostile
from vectors import VECTORS
from whytokens import registry

NAME = "<img src=x onerror=hit()>"
COUNT = "window.hits = 0; window.hit = () => { window.hits += 1; };"
FOREIGN = "img, iframe, object, embed, form:not(.asked, .rates), base, video, audio, math, marquee"
HANDLERS = (
    "[onerror], [onload], [onfocus], [ontoggle], [onmouseover], [onbegin], [href^='javascript:']"
)
SPEND = (
    "overview workflows chargeback leaderboard efficiency benchmarks what_if forecast units agents"
)


def clean(page: Page, where: str) -> None:
    """Nothing has run, and no text has become an element."""
    assert page.evaluate("window.hits") == 0, where
    assert page.locator(f":is(main, dialog) :is({FOREIGN})").count() == 0, where
    assert page.locator(HANDLERS).count() == 0, where
    assert page.locator("main script").count() == 0, where


def settled(page: Page) -> None:
    page.wait_for_timeout(300)
    expect(page.get_by_test_id("progress")).to_be_hidden(timeout=4 * SLOW_MS)


def opened(page: Page, address: str, path: Path) -> None:
    page.add_init_script(COUNT)
    page.goto(address)
    expect(page.get_by_test_id("example")).to_be_visible()
    page.get_by_test_id("picker").set_input_files(str(path))
    expect(page.locator("#title")).to_contain_text("img src", timeout=4 * SLOW_MS)
    settled(page)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The whole corpus, and a part of it, under a hostile name each."""
    made = tmp_path_factory.mktemp("hostile")
    (made / f"{NAME}.zip").write_bytes(hostile.archive())
    (made / f"{NAME} 2.zip").write_bytes(hostile.archive(range(0, hostile.TURNS, 5)))
    return made


def test_every_view_shows_texts_as_text(desk: Page, address: str, folder: Path) -> None:
    opened(desk, address, folder / f"{NAME}.zip")
    importers = desk.locator("#title").inner_text().split(" · ")[-1].split(" + ")
    assert set(importers) == {one.label for one in registry.IMPORTERS}
    for key in ("2", "3", "4", "5", "1"):
        desk.keyboard.press(key)
        settled(desk)
        clean(desk, f"view {key}")
    desk.keyboard.press("4")
    for _ in range(12):
        desk.locator("#table tr[aria-expanded='false']").first.click()
        settled(desk)
        if desk.get_by_test_id("show-text").count():
            desk.get_by_test_id("show-text").click()
            expect(desk.locator("#inspector pre, #inspector .muted").first).to_be_visible()
    clean(desk, "inspector")
    desk.keyboard.press("3")  # of the frame that is chosen
    expect(desk.get_by_test_id("life")).to_be_visible(timeout=SLOW_MS)
    clean(desk, "everywhere")
    desk.keyboard.press("1")
    for details in desk.locator("#work details").all():
        details.locator("summary").first.click()
    frames = desk.locator("#chart g.frame > rect:first-child")
    for at in range(min(6, frames.count())):
        frames.nth(at).click(button="right", force=True)
        expect(desk.get_by_test_id("menu")).to_be_visible()
        desk.keyboard.press("Escape")
    desk.get_by_test_id("search").fill("<img")
    expect(desk.get_by_test_id("matched")).to_contain_text("match")
    clean(desk, "findings, menu and search")


def test_spend_compare_and_links_show_texts_as_text(desk: Page, address: str, folder: Path) -> None:
    opened(desk, address, folder / f"{NAME} 2.zip")
    desk.keyboard.press("7")
    for part in SPEND.split():
        desk.get_by_test_id(f"spend-{part}").click()
        settled(desk)
        clean(desk, part)
    desk.keyboard.press("1")
    desk.get_by_test_id("picker-other").set_input_files(str(folder / f"{NAME} 2.zip"))
    expect(desk.get_by_test_id("compared")).to_be_visible(timeout=2 * SLOW_MS)
    clean(desk, "compare")
    desk.keyboard.press("s")
    shared = desk.get_by_test_id("share-names")
    expect(shared).to_be_visible(timeout=SLOW_MS)
    for details in desk.locator("#dialog details").all():
        details.locator("summary").first.click()
    clean(desk, "share")
    link = shared.get_attribute("data-link") or ""
    desk.goto("about:blank")
    desk.goto(link)
    expect(desk.locator("#title")).to_contain_text("shared link", timeout=2 * SLOW_MS)
    desk.keyboard.press("4")
    expect(desk.get_by_role("treegrid")).to_be_visible()
    clean(desk, "link")


def test_saved_files_show_texts_as_text(
    desk: Page, address: str, folder: Path, browser: Browser, tmp_path: Path
) -> None:
    opened(desk, address, folder / f"{NAME} 2.zip")
    for kind in ("html", "svg"):
        path = saved(desk, kind, tmp_path)
        page = browser.new_page()
        page.add_init_script(COUNT)
        page.goto(path.as_uri())
        page.wait_for_timeout(1500)
        if kind == "html":
            expect(page.locator("#title")).to_contain_text("img src")
            for key in ("2", "4", "1"):
                page.keyboard.press(key)
                page.wait_for_timeout(300)
            clean(page, "saved page")
        assert page.evaluate("window.hits") == 0, kind
        assert (
            page.locator(f"{HANDLERS}, img, iframe, object, embed, foreignObject img").count() == 0
        )
        page.close()


def test_the_same_texts_do_run_where_they_are_markup(browser: Browser) -> None:
    """So that the tests above can fail."""
    page = browser.new_page()
    page.add_init_script(COUNT)
    page.goto("about:blank")
    ran = page.evaluate(
        """async (texts) => {
          let ran = 0;
          for (const text of texts) {
            const before = window.hits;
            const host = document.createElement('div');
            host.innerHTML = text;
            document.body.append(host);
            await new Promise((done) => setTimeout(done, 5));
            if (window.hits > before || host.children.length) ran += 1;
            host.remove();
          }
          return [ran, window.hits];
        }""",
        [text for text in VECTORS if "refresh" not in text and "<base" not in text],
    )
    page.close()
    assert ran[0] >= 40, json.dumps(ran)
    assert ran[1] >= 10, json.dumps(ran)
