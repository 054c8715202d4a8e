"""Offline after the first visit, with the server gone; and a log from an address on open-url.html."""

from __future__ import annotations

import urllib.parse
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

from playwright.sync_api import Browser, Page, expect
from test_page import PARALLEL, SLOW_MS, drop, opened

from servers import serve


def test_all_of_it_works_with_the_server_gone(browser: Browser, site: Path) -> None:
    context = browser.new_context()
    page = context.new_page()
    with serve(site) as address:
        page.goto(address)
        page.get_by_test_id("open").hover()
        for _ in range(3 * SLOW_MS // 200):
            if page.evaluate("performance.getEntriesByName('offline-ready').length"):
                break
            page.wait_for_timeout(200)
        names = page.evaluate("caches.keys()")
    assert len(names) == 1
    page.goto(address)
    expect(page.get_by_test_id("example")).to_be_visible(timeout=SLOW_MS)
    drop(page, (PARALLEL.name, PARALLEL.read_bytes()))
    opened(page, PARALLEL.name)
    kept = page.evaluate(
        "caches.keys().then((k) => caches.open(k[0])).then((c) => c.keys()).then((k) => k.map((r) => r.url))"
    )
    assert kept
    assert not any(PARALLEL.name in url or "blob:" in url for url in kept)
    context.close()


class _Open(SimpleHTTPRequestHandler):
    """Another site that allows itself to be read."""

    def end_headers(self) -> None:
        self.send_header("Access-Control-Allow-Origin", "*")
        super().end_headers()

    def log_message(self, *_: object) -> None:
        pass


def test_an_address_opens_on_its_own_page_only(desk: Page, address: str) -> None:
    def handler(*arguments):
        return _Open(*arguments, directory=str(PARALLEL.parent))

    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    Thread(target=server.serve_forever, daemon=True).start()
    link = urllib.parse.quote(f"http://127.0.0.1:{server.server_port}/{PARALLEL.name}", safe="")
    try:
        desk.goto(f"{address}open-url.html?u={link}")
        expect(desk.get_by_test_id("banner")).to_have_text(
            "This page may contact the address in the link, nothing else."
        )
        opened(desk, PARALLEL.name)
    finally:
        server.shutdown()
        server.server_close()
