"""The page in Firefox and in WebKit: a log opens with the same numbers, every view draws, nothing leaves."""

from __future__ import annotations

import time
from pathlib import Path

from drivers import Tab

from leaks import PAGE_WAYS, WORKER_WAYS, attempt
from servers import Canary, serve
from whytokens.pipeline import run
from whytokens.report import report
from whytokens.worker import source

FIXTURES = Path(__file__).parent.parent / "fixtures"
LOG = FIXTURES / "anthropic_messages" / "clock-and-unused-tools" / "log.jsonl"
READY = "performance.getEntriesByName('python-ready').length"


def opened(tab: Tab, address: str, log: Path) -> None:
    tab.go(address)
    tab.until(READY, 120)
    tab.put_file("#picker", log)
    tab.until(f"document.querySelector('#title').textContent.includes({log.name!r})")


def test_a_log_has_the_numbers_of_the_command(tab: Tab, site: Path) -> None:
    totals = report(run([source({"name": LOG.name, "path": str(LOG)})]))["totals"]
    with serve(site) as address:
        opened(tab, address, LOG)
        said = tab.run("return document.querySelector('dl.summary').textContent;")
    assert f"{totals['input']:,}" in said


def test_every_view_draws(tab: Tab, site: Path) -> None:
    with serve(site) as address:
        opened(tab, address, LOG)
        tab.run(
            "window.wrong = []; addEventListener('error', (event) => window.wrong.push(event.message));"
            "addEventListener('unhandledrejection', (event) => window.wrong.push(String(event.reason)));"
        )
        views = tab.run(
            "return [...document.querySelectorAll('#tabs button')].filter((tab) => tab.checkVisibility())"
            ".map((tab) => tab.dataset.testid);"
        )
        assert len(views) >= 5
        for view in views:
            tab.run(f"document.querySelector('[data-testid={view}]').click();")
            tab.until(
                f"document.querySelector('[data-testid={view}]').getAttribute('aria-pressed') === 'true'"
            )
        tab.until("document.querySelector('[data-testid=sheet-days]')")
        assert tab.run("return window.wrong;") == []


def arrivals(tab: Tab, site: Path, *, open_policy: bool) -> set[str]:
    canary = Canary()
    try:
        with serve(site, open_policy=open_policy) as address:
            tab.go(address)
            tab.until(READY, 120)
            base, stun = f"http://127.0.0.1:{canary.port}", f"stun:127.0.0.1:{canary.udp_port}"
            asked = {
                "base": base,
                "stun": stun,
                "ways": [[name, way] for name, way in PAGE_WAYS.items()],
            }
            tab.run(f"{attempt(PAGE_WAYS)}(values[0]);", asked)
            asked["ways"] = [[name, way] for name, way in WORKER_WAYS.items()]
            # A worker as the page makes its own: from a blob, so that the page's policy is its own.
            tab.run(
                "const text = `const add = null; onmessage = (event) => (${values[0]})(event.data);`;"
                "const url = URL.createObjectURL(new Blob([text], {type: 'text/javascript'}));"
                "window.kept = new Worker(url, {type: 'module'}); window.kept.postMessage(values[1]);",
                attempt(WORKER_WAYS), asked,
            )  # fmt: skip
            time.sleep(3)
    finally:
        canary.close()
    return {hit.split("?")[0].strip("/") for hit in canary.hits}


def test_nothing_arrives(tab: Tab, site: Path) -> None:
    assert arrivals(tab, site, open_policy=False) == set()


def test_without_the_policy_the_same_attempts_arrive(tab: Tab, site: Path) -> None:
    found = arrivals(tab, site, open_policy=True)
    assert {"fetch", "image", "beacon", "script", "import", "worker-fetch"} <= found
    assert len(found) >= 18
