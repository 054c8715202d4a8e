"""200,000 calls of usage-only records in Chromium: from drop to the first picture, then filters of the Spend view.

A made-up file (tests/month.py) as rows of the minimal schema where they are read, else of LiteLLM's spend log. Printed
beside it: the same stages under CPython, in CPU seconds.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from building import site
from building.browser import launched, renderer_cpu_s
from building.places import BUILD, ROOT, SITE
from whytokens import registry
from whytokens.pipeline import run
from whytokens.report import report
from whytokens.worker import source

if TYPE_CHECKING:
    from playwright.sync_api import Page

CALLS, DAYS = 200_000, 60
SETTLE_S = 15
# The report of the calls that a filter leaves is made after the table: it is not what is measured here.
REST_S = 5
FILTERS = (
    ("tag-team", "search"),
    ("tag-tier", "pro"),
    ("tag-workflow", "agent"),
    ("tag-workflow", ""),
)


def main() -> None:
    sys.path.insert(0, str(ROOT / "tests"))
    log = _log()
    print(f"{log.name}: {CALLS:,} calls, {log.stat().st_size / 1e6:.0f} MB")
    start = time.process_time()
    report(run([source({"name": log.name, "path": str(log)})]))
    print(f"CPython, opened and reported: {time.process_time() - start:.1f} CPU s")
    site.build(SITE, assets="self")
    _browse(log)


def _log() -> Path:
    import month

    records = month.month(CALLS, days=DAYS)
    flat = any(one.key == "flat_rows" for one in registry.IMPORTERS)
    text = "\n".join(map(json.dumps, month.minimal(records))) if flat else month.litellm(records)
    path = BUILD / "bench-spend" / ("minimal.jsonl" if flat else "litellm.jsonl")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def _browse(log: Path) -> None:
    from servers import serve

    with serve(SITE) as address, launched() as context:
        page = context.new_page()
        page.goto(address)
        _until(lambda: page.evaluate("performance.getEntriesByName('python-ready').length"))
        start, cpu_s = time.perf_counter(), renderer_cpu_s()
        page.set_input_files("#picker", str(log))
        _until(lambda: log.name in (page.locator("#title").text_content() or ""))
        print(
            f"Chromium, drop to picture: {time.perf_counter() - start:.1f} s, "
            f"{renderer_cpu_s() - cpu_s:.1f} CPU s"
        )
        start = time.perf_counter()
        page.get_by_test_id("view-spend").click()
        page.get_by_test_id("sheet-days").wait_for()
        print(f"Chromium, first table of spend: {time.perf_counter() - start:.1f} s")
        for part in ("overview", "chargeback"):
            if page.get_by_test_id("filter-clear").count():
                page.get_by_test_id("filter-clear").click()
            page.get_by_test_id(f"spend-{part}").click()
            time.sleep(
                SETTLE_S
            )  # the whole trace's table is drawn before the first filter is chosen
            print(f"Chromium, filters of {part}: ", end="")
            print(*(_filter(page, test, value) for test, value in FILTERS), sep=", ")


# From the choice to the first change of the facts on top, by the page's own clock: a test driver's waiting for
# the control to stand still, and its asking every 5 ms, took 30 to 60 ms of the page's time.
CHOSEN = """([test, value]) => new Promise((done) => {
  const facts = () => document.querySelector("[data-testid=spend-facts]")?.innerText;
  const select = document.querySelector(`[data-testid=${test}]`);
  const before = facts(), start = performance.now();
  const seen = new MutationObserver(() => {
    if (!facts() || facts() === before) return;
    seen.disconnect();
    done(performance.now() - start);
  });
  seen.observe(document.body, { subtree: true, childList: true, characterData: true });
  select.value = value;
  select.dispatchEvent(new Event("change", { bubbles: true }));
})"""


def _filter(page: Page, test: str, value: str) -> str:
    """How long until the facts on top are other ones."""
    cpu_s = renderer_cpu_s()
    wall_ms = page.evaluate(CHOSEN, [test, value])
    used_ms = (renderer_cpu_s() - cpu_s) * 1000
    time.sleep(REST_S)
    return f"{wall_ms:.0f} ms ({used_ms:.0f} CPU ms)"


def _until(done: Callable[[], object]) -> None:
    while not done():
        time.sleep(0.005)
