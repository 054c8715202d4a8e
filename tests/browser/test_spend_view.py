"""The Spend view in Chromium: tables, charts, filters, the way to a flame graph, saved files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from test_page import AXE, SLOW_MS, drop, opened

import month

ROOT = Path(__file__).parent.parent.parent


def open_month(page: Page, address: str) -> None:
    page.goto(address)
    drop(page, ("month.jsonl", month.litellm(month.month(400)).encode()))
    opened(page, "month.jsonl")
    page.get_by_test_id("view-spend").click()
    expect(page.get_by_test_id("sheet-days")).to_be_visible(timeout=SLOW_MS)


def test_every_table_is_drawn_and_no_chart_is_without_its_table(desk: Page, address: str) -> None:
    open_month(desk, address)
    for part, sheet in (
        ("workflows", "workflows"), ("chargeback", "chargeback"), ("leaderboard", "leaderboard"),
        ("efficiency", "efficiency"), ("benchmarks", "benchmarks"), ("what_if", "steps"),
        ("forecast", "forecast"), ("units", "units"), ("agents", "growth"), ("overview", "days"),
    ):  # fmt: skip
        desk.get_by_test_id(f"spend-{part}").click()
        expect(desk.get_by_test_id(f"sheet-{sheet}")).to_be_visible(timeout=SLOW_MS)
        assert (
            desk.locator("[data-testid^=plot-]").count()
            <= desk.locator("[data-testid^=sheet-]").count()
        )
    expect(desk.get_by_test_id("plot-days").locator("canvas")).to_be_visible()


def test_the_page_shows_what_the_protocol_says(desk: Page, address: str) -> None:
    told = json.loads((ROOT / "tests/fixtures/protocol/spend.json").read_text(encoding="utf-8"))
    desk.goto(address)
    drop(desk, (told["name"], "\n".join(map(json.dumps, told["log"])).encode()))
    opened(desk, told["name"])
    desk.get_by_test_id("view-spend").click()
    desk.get_by_test_id("spend-chargeback").click()
    desk.get_by_test_id("ask-by1").select_option("team")
    grid = desk.get_by_test_id("sheet-chargeback")
    expect(grid).to_contain_text("(untagged)", timeout=SLOW_MS)
    (sheet,) = told["asks"][0]["value"]["sheets"]
    expect(grid.locator("tbody tr")).to_have_count(len(sheet["rows"]))
    for line, row in zip(grid.locator("tbody tr").all(), sheet["rows"], strict=True):
        cells = line.locator("th, td").all_inner_texts()
        assert cells[0].strip() == row[1]
        assert [cell.replace(",", "") for cell in cells[4:7]] == [str(n) for n in row[5:8]]


def test_a_hierarchy_is_walked_and_folded_by_keys(desk: Page, address: str) -> None:
    open_month(desk, address)
    desk.get_by_test_id("spend-chargeback").click()
    grid = desk.get_by_test_id("sheet-chargeback")
    expect(grid).to_have_attribute("role", "treegrid", timeout=SLOW_MS)
    rows = grid.locator("tbody tr")
    whole = rows.count()
    assert rows.first.get_attribute("aria-level") == "1"
    assert rows.nth(1).get_attribute("aria-level") == "2"
    rows.first.focus()
    desk.keyboard.press("ArrowLeft")
    expect(rows.first).to_have_attribute("aria-expanded", "false")
    assert rows.count() < whole
    desk.keyboard.press("ArrowDown")
    assert desk.evaluate("document.activeElement.getAttribute('aria-level')") == "1"
    desk.keyboard.press("ArrowUp")
    desk.keyboard.press("ArrowRight")
    expect(rows).to_have_count(whole)
    desk.keyboard.press("ArrowRight")
    assert desk.evaluate("document.activeElement.getAttribute('aria-level')") == "2"
    desk.keyboard.press("ArrowLeft")
    assert desk.evaluate("document.activeElement.getAttribute('aria-level')") == "1"


def test_targets_are_typed_and_what_is_none_is_said(desk: Page, address: str) -> None:
    open_month(desk, address)
    desk.get_by_test_id("spend-benchmarks").click()
    desk.get_by_test_id("ask-targets").fill("triage=0.0000001; nobody=1; junk")
    desk.get_by_test_id("spend-apply").click()
    notes = desk.get_by_test_id("spend-notes")
    expect(notes).to_contain_text("“nobody”", timeout=SLOW_MS)
    expect(notes).to_contain_text("“junk” is no target")
    expect(desk.get_by_test_id("sheet-benchmarks")).to_contain_text("above it")
    with desk.expect_download() as saved:
        desk.get_by_test_id("spend-save").click()
    flows = json.loads(Path(saved.value.path()).read_text())["workflows"]
    assert flows["triage"]["target_pusd"] == 100_000
    assert "target_pusd" not in flows["rag"]


def test_a_filter_holds_in_the_tables_and_in_the_flame_graph(desk: Page, address: str) -> None:
    open_month(desk, address)
    desk.get_by_test_id("spend-chargeback").click()
    expect(desk.get_by_test_id("sheet-chargeback")).to_contain_text("(untagged)")
    desk.get_by_test_id("tag-team").select_option("search")
    expect(desk.get_by_test_id("sheet-chargeback")).not_to_contain_text("(untagged)")
    shown = desk.get_by_test_id("spend-facts").locator("dd").first.inner_text()
    desk.get_by_test_id("view-merged").click()
    expect(desk.get_by_test_id("total-cost")).to_have_text(shown, timeout=SLOW_MS)


def test_a_run_leads_to_its_calls_and_to_a_usual_run(desk: Page, address: str) -> None:
    open_month(desk, address)
    row = desk.get_by_test_id("sheet-outliers").locator("tbody tr").first
    cost = row.locator("td").nth(3).inner_text()
    row.get_by_role("button", name="compare with").click()
    expect(desk.get_by_test_id("comparison")).to_contain_text("→", timeout=SLOW_MS)
    desk.get_by_test_id("view-spend").click()
    row.locator("th button").click()
    expect(desk.get_by_test_id("chart")).to_be_visible(timeout=SLOW_MS)
    expect(desk.get_by_test_id("total-cost")).to_have_text(cost, timeout=SLOW_MS)


def test_what_if_shows_its_dollars_and_its_flame_graph(desk: Page, address: str) -> None:
    open_month(desk, address)
    desk.get_by_test_id("spend-what_if").click()
    desk.get_by_test_id("ask-model").fill("gpt-4o-mini")
    desk.get_by_test_id("spend-apply").click()
    expect(desk.get_by_test_id("spend-notes")).to_contain_text("needs an eval", timeout=SLOW_MS)
    expect(desk.get_by_test_id("spend-facts")).to_contain_text("less")
    desk.get_by_test_id("spend-flame").click()
    expect(desk.get_by_test_id("comparison")).to_contain_text(
        "as billed → as it would be", timeout=SLOW_MS
    )


def test_tables_and_benchmarks_are_saved(desk: Page, address: str) -> None:
    open_month(desk, address)
    with desk.expect_download() as saved:
        desk.get_by_test_id("csv-days").click()
    lines = Path(saved.value.path()).read_text().splitlines()
    assert lines[0].startswith("day,cost_usd,calls") and len(lines) == 32
    desk.get_by_test_id("spend-benchmarks").click()
    expect(desk.get_by_test_id("sheet-benchmarks")).to_be_visible(timeout=SLOW_MS)
    with desk.expect_download() as saved:
        desk.get_by_test_id("spend-save").click()
    assert json.loads(Path(saved.value.path()).read_text())["format"] == "whytokens-benchmarks"


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_nothing_of_it_bars_a_reader(phone: Page, address: str, theme: str) -> None:
    phone.emulate_media(color_scheme="dark" if theme == "dark" else "light")
    open_month(phone, address)
    phone.evaluate(AXE.read_text())
    for part in ("overview", "what_if", "forecast"):
        phone.get_by_test_id(f"spend-{part}").click()
        phone.wait_for_timeout(300)
        assert phone.evaluate("document.documentElement.scrollWidth") <= 390
        found = phone.evaluate(
            "axe.run().then((r) => r.violations.map((v) => v.id + ': ' + v.nodes[0].html))"
        )
        assert found == [], "\n".join(found)


def test_a_log_without_texts_opens_on_its_sums(desk: Page, address: str) -> None:
    """Its chart would be one frame: all of it overhead."""
    rows = "".join(f"2026-05-{day:02d},gpt-4o,{1000 + day},20\n" for day in range(1, 29))
    desk.goto(address)
    drop(desk, ("usage.csv", ("date,model,input_tokens,output_tokens\n" + rows).encode()))
    opened(desk, "usage.csv")
    expect(desk.get_by_test_id("sheet-days")).to_be_visible(timeout=SLOW_MS)
    desk.get_by_test_id("view-merged").click()
    expect(desk.get_by_test_id("chart")).to_be_visible(timeout=SLOW_MS)


def test_days_lead_only_where_there_are_calls(desk: Page, address: str) -> None:
    open_month(desk, address)
    rows = desk.get_by_test_id("sheet-days").locator("tbody tr")
    expect(rows.first).to_be_visible()
    assert rows.first.get_by_role("button", name="week before").count() == 0
    calls = {
        row.locator("th").inner_text(): row.locator("td").nth(1).inner_text() for row in rows.all()
    }
    for number, row in enumerate(rows.all()):
        day = row.locator("th").inner_text()
        before = list(calls)[number - 7] if number >= 7 else ""
        both = calls[day] != "0" and calls.get(before, "0") != "0"
        assert row.get_by_role("button", name="week before").count() == int(both), day
    empty = next(day for day, some in calls.items() if some == "0")
    rows.get_by_role("button", name=empty, exact=True).click()
    expect(desk.get_by_test_id("matched")).to_have_text(
        "No call is left by this filter.", timeout=SLOW_MS
    )
    expect(desk.get_by_test_id("total-cost")).to_have_text("$0")
    desk.get_by_test_id("filter-clear").click()
    expect(desk.get_by_test_id("total-cost")).not_to_have_text("$0", timeout=SLOW_MS)
