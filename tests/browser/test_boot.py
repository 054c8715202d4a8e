"""How Python starts: from the memory snapshot, plainly where that is refused; a cancel before it stands."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect
from test_page import PARALLEL, SLOW_MS, drop, opened

from servers import serve

MEMORY = "**/*.memory"
BUILD_ID_AT = 16  # of Pyodide's header: magic number, three lengths, then 32 bytes of build id


def _asked(page: Page) -> list[str]:
    """Names of the files that are asked for from now on."""
    names: list[str] = []
    page.context.on("request", lambda request: names.append(request.url.split("/")[-1]))
    return names


def _memory(site: Path) -> bytes:
    (path,) = (site / "vendor" / "pyodide").glob("python-*.memory")
    return path.read_bytes()


def _of_another_build(packed: bytes) -> bytes:
    data = bytearray(gzip.decompress(packed))
    data[BUILD_ID_AT] ^= 1
    return gzip.compress(data, 1)


def test_a_visit_starts_from_the_memory_snapshot_alone(desk: Page, address: str) -> None:
    asked = _asked(desk)
    desk.goto(address)
    drop(desk, (PARALLEL.name, PARALLEL.read_bytes()))
    opened(desk, PARALLEL.name)
    assert sum(name.endswith(".memory") for name in asked) == 1
    assert not [name for name in asked if name.endswith((".whl", "stdlib.zip"))]


@pytest.mark.parametrize(
    "spoilt",
    [lambda data: b"<!doctype html>", lambda data: data[: len(data) // 2], _of_another_build],
    ids=["no-snapshot", "cut-off", "another-build"],
)
def test_a_refused_snapshot_is_a_plain_start(
    browser: Browser, address: str, site: Path, spoilt: Callable[[bytes], bytes]
) -> None:
    body = spoilt(_memory(site))
    context = browser.new_context(service_workers="block")
    page = context.new_page()
    page.route(MEMORY, lambda route: route.fulfill(body=body))
    asked = _asked(page)
    page.goto(address)
    drop(page, (PARALLEL.name, PARALLEL.read_bytes()))
    opened(page, PARALLEL.name)
    expect(page.get_by_test_id("error")).to_be_hidden()
    assert "python_stdlib.zip" in asked
    context.close()


def test_without_a_snapshot_in_the_site_it_starts_too(browser: Browser, address: str) -> None:
    context = browser.new_context(service_workers="block")
    page = context.new_page()
    page.route(MEMORY, lambda route: route.fulfill(status=404, body=""))
    page.goto(address)
    drop(page, (PARALLEL.name, PARALLEL.read_bytes()))
    opened(page, PARALLEL.name)
    context.close()


def test_cancel_before_python_stands_and_continue_after(desk: Page, site: Path) -> None:
    held: list[Route] = []
    desk.route(MEMORY, lambda route: held.append(route))
    with serve(site) as address:
        desk.goto(address)
        drop(desk, (PARALLEL.name, PARALLEL.read_bytes()))
        desk.get_by_test_id("cancel").click()
        stopped = desk.get_by_test_id("error")
        expect(stopped).to_contain_text("Stopped.", timeout=900)
        expect(desk.get_by_test_id("progress")).to_be_hidden()
        desk.wait_for_timeout(1000)
        assert len(held) <= 1  # nothing was started anew
        for route in held:
            route.continue_()
        desk.unroute(MEMORY)
        stopped.get_by_role("button", name="Continue").click()
        opened(desk, PARALLEL.name)
        expect(stopped).to_be_hidden(timeout=SLOW_MS)
