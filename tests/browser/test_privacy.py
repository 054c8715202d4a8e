"""Nothing leaves the page: page and worker try every way to reach another origin; none arrives.

The same attempts with the policy taken out do arrive, so this test can fail.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from leaks import PAGE_WAYS, WORKER_WAYS, attempt
from servers import Canary, serve


def arrivals(browser: Browser, site: Path, *, open_policy: bool) -> set[str]:
    canary = Canary()
    context = browser.new_context()
    try:
        with serve(site, open_policy=open_policy) as address:
            page = context.new_page()
            page.goto(address)
            page.mouse.move(5, 5)
            base, stun = f"http://127.0.0.1:{canary.port}", f"stun:127.0.0.1:{canary.udp_port}"
            worker = _worker(page)
            for target, ways in ((page, PAGE_WAYS), (worker, WORKER_WAYS)):
                listed = [[name, way] for name, way in ways.items()]
                target.evaluate(attempt(ways), {"base": base, "stun": stun, "ways": listed})
            page.wait_for_timeout(3000)
    finally:
        context.close()
        canary.close()
    return {hit.split("?")[0].strip("/") for hit in canary.hits}


def _worker(page: Page):
    """The Python worker, once it runs."""
    page.get_by_test_id("open").first.hover()
    for _ in range(300):
        if page.workers:
            return page.workers[0]
        page.wait_for_timeout(100)
    pytest.fail("the page started no worker in 30 s")


def test_nothing_arrives(browser: Browser, site: Path) -> None:
    assert arrivals(browser, site, open_policy=False) == set()


def test_without_the_policy_the_same_attempts_arrive(browser: Browser, site: Path) -> None:
    found = arrivals(browser, site, open_policy=True)
    assert {"fetch", "image", "beacon", "script", "import", "worker-fetch"} <= found
    assert len(found) >= 20
