"""Share and export: links that carry numbers only, files that open in their own tools, secrets named."""

from __future__ import annotations

import json
import re
import shutil
import urllib.parse
from pathlib import Path

from playwright.sync_api import Browser, Page, expect
from test_page import PARALLEL, ROOT, SLOW_MS, drop, frame, opened

from servers import serve

SPEEDSCOPE = ROOT / "app" / "node_modules" / "speedscope" / "dist" / "release"
KEY = "sk-ant-" + "api03-" + "A" * 40


def saved(page: Page, key: str, folder: Path) -> Path:
    page.get_by_test_id("export").click()
    with page.expect_download(timeout=SLOW_MS) as waiting:
        page.get_by_test_id(f"export-{key}").click()
    path = folder / waiting.value.suggested_filename
    waiting.value.save_as(path)
    return path


def open_parallel(page: Page, address: str) -> None:
    page.goto(address)
    drop(page, (PARALLEL.name, PARALLEL.read_bytes()))
    opened(page, PARALLEL.name)


def test_a_link_of_numbers_opens_to_the_same_totals(desk: Page, address: str) -> None:
    open_parallel(desk, address)
    totals = [
        desk.get_by_test_id(one).inner_text()
        for one in ("total-input", "total-output", "total-cached")
    ]
    desk.keyboard.press("s")
    choice = desk.get_by_test_id("share-numbers")
    expect(choice).to_be_visible(timeout=SLOW_MS)
    link = choice.get_attribute("data-link") or ""
    assert len(link) < 1500
    expect(desk.get_by_test_id("share-numbers-go")).to_have_text(
        re.compile(r"Copy link, \d\.\d kB")
    )
    choice.get_by_text("Show exactly what is in it").click()
    expect(choice.locator("pre")).to_contain_text("whytokens_shape")
    assert "session.jsonl" not in choice.locator("pre").inner_text()
    expect(desk.get_by_test_id("share-names")).to_contain_text("Read")
    desk.goto("about:blank")
    desk.goto(link)
    expect(desk.locator("#title")).to_contain_text("shared link", timeout=SLOW_MS)
    again = [
        desk.get_by_test_id(one).inner_text()
        for one in ("total-input", "total-output", "total-cached")
    ]
    assert again == totals
    expect(frame(desk, "tool results")).to_be_visible()


def test_a_broken_link_says_so(desk: Page, address: str) -> None:
    desk.goto(f"{address}#t=1.AAAA")
    expect(desk.get_by_test_id("error")).to_contain_text(
        "This link is cut off or was made by a newer version.", timeout=SLOW_MS
    )


def test_a_sample_opens_by_its_name(desk: Page, address: str) -> None:
    desk.goto(f"{address}?trace=refund-agent#1&v=order")
    expect(desk.get_by_test_id("example")).to_be_visible()
    expect(frame(desk, "call 1")).to_be_visible()


def test_files_open_in_their_own_tools(
    desk: Page, address: str, browser: Browser, tmp_path: Path
) -> None:
    open_parallel(desk, address)
    svg = saved(desk, "svg", tmp_path)
    assert "foreignObject" not in svg.read_text(encoding="utf-8")
    assert saved(desk, "png", tmp_path).read_bytes().startswith(b"\x89PNG")
    assert saved(desk, "csv", tmp_path).read_text(encoding="utf-8").startswith("depth,path,label")
    assert json.loads(saved(desk, "json", tmp_path).read_text(encoding="utf-8"))["v"] == 1
    assert "| calls |" in saved(desk, "markdown", tmp_path).read_text(encoding="utf-8")
    assert saved(desk, "pprof", tmp_path).read_bytes().startswith(b"\x1f\x8b")
    assert "all calls;" in saved(desk, "folded", tmp_path).read_text(encoding="utf-8")
    profile = saved(desk, "speedscope", tmp_path)
    page = browser.new_page()
    shutil.copytree(SPEEDSCOPE, tmp_path / "tool")
    shutil.copyfile(profile, tmp_path / "tool" / "profile.json")
    with serve(tmp_path / "tool") as tool:
        # Its own importer, from npm: the name of the first profile is on the screen.
        page.goto(f"{tool}#profileURL={urllib.parse.quote(f'{tool}profile.json', safe='')}")
        expect(page.locator("body")).to_contain_text("tokens, merged (1/3)", timeout=SLOW_MS)
    page.close()


def test_the_saved_page_works_alone(
    desk: Page, address: str, browser: Browser, tmp_path: Path
) -> None:
    open_parallel(desk, address)
    totals = desk.get_by_test_id("total-input").inner_text()
    page_file = saved(desk, "html", tmp_path)
    context = browser.new_context(viewport={"width": 1280, "height": 800}, offline=True)
    page = context.new_page()
    problems: list[str] = []
    asked: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda said: problems.append(said.text) if said.type == "error" else None)
    page.on("request", lambda request: asked.append(request.url))
    page.goto(page_file.as_uri())
    expect(page.get_by_test_id("total-input")).to_have_text(totals)
    frame(page, "tool results").click()
    page.keyboard.press("0")
    page.keyboard.press("2")
    expect(frame(page, "call 1")).to_be_visible()
    page.keyboard.press("1")
    page.get_by_test_id("search").fill("CLAUDE.md")
    frame(page, "user").click()
    frame(page, "CLAUDE.md").click()
    page.get_by_test_id("show-text").click()
    expect(page.get_by_test_id("text")).to_contain_text("Keep every note in its own file")
    assert [url for url in asked if not url.startswith("file:")] == []
    context.close()
    assert problems == []


def test_secrets_are_named_before_anything_is_saved(
    desk: Page, address: str, tmp_path: Path
) -> None:
    desk.goto(address)
    body = {"model": "gpt-4o", "messages": [{"role": "user", "content": f"my key is {KEY} ok"}]}
    drop(desk, ("keys.json", json.dumps(body).encode()))
    opened(desk, "keys.json")
    desk.keyboard.press("e")
    desk.get_by_test_id("export-csv").click()
    note = desk.get_by_test_id("secrets")
    expect(note).to_contain_text("Anthropic key", timeout=SLOW_MS)
    assert KEY not in note.inner_text()
    with desk.expect_download() as waiting:
        desk.get_by_test_id("export-anyway").click()
    waiting.value.save_as(tmp_path / "x.csv")
    desk.keyboard.press("s")
    expect(desk.get_by_test_id("share-everything")).to_contain_text(
        "Anthropic key", timeout=SLOW_MS
    )
    assert KEY not in (desk.get_by_test_id("share-numbers").text_content() or "")
