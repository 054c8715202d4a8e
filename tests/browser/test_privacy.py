"""Nothing leaves the page: page and worker try every way to reach another origin; none arrives.

The same attempts with the policy taken out do arrive, so this test can fail.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page
from servers import Canary, serve

PAGE_WAYS = {
    "fetch": "fetch(u)",
    "fetch-no-cors": "fetch(u, {mode: 'no-cors', method: 'POST', body: 'x'})",
    "xhr": "(() => { const x = new XMLHttpRequest(); x.open('GET', u); x.send(); })()",
    "websocket": "new WebSocket(u.replace('http', 'ws'))",
    "eventsource": "new EventSource(u)",
    "beacon": "navigator.sendBeacon(u, 'x')",
    "image": "(new Image()).src = u",
    "script": "add('script', {src: u})",
    "module": "add('script', {src: u, type: 'module'})",
    "stylesheet": "add('link', {rel: 'stylesheet', href: u})",
    "prefetch": "add('link', {rel: 'prefetch', href: u})",
    "modulepreload": "add('link', {rel: 'modulepreload', href: u})",
    "manifest": "add('link', {rel: 'manifest', href: u})",
    "icon": "add('link', {rel: 'icon', href: u})",
    "iframe": "add('iframe', {src: u})",
    "object": "add('object', {data: u})",
    "embed": "add('embed', {src: u})",
    "audio": "add('audio', {src: u, preload: 'auto'})",
    "video-poster": "add('video', {poster: u})",
    "font": "new FontFace('f', `url(${u})`).load()",
    "import": "import(u)",
    "worker": "new Worker(URL.createObjectURL(new Blob([`fetch('${u}')`])))",
    "shared-worker": "new SharedWorker(URL.createObjectURL(new Blob([`fetch('${u}')`])))",
    "form": """(() => { const f = add('form', {action: u, method: 'post', target: 'other'});
        add('iframe', {name: 'other'}); f.submit(); })()""",
    "css-url": "document.body.style.backgroundImage = `url(${u})`",
    "webrtc": """(() => { const p = new RTCPeerConnection({iceServers: [{urls: stun}]});
        p.createDataChannel('x'); p.createOffer().then((o) => p.setLocalDescription(o));
        window.keep = p; })()""",
}
WORKER_WAYS = {
    "worker-fetch": "fetch(u)",
    "worker-websocket": "new WebSocket(u.replace('http', 'ws'))",
    "worker-eventsource": "new EventSource(u)",
    "worker-import": "import(u)",
    "worker-xhr": "(() => { const x = new XMLHttpRequest(); x.open('GET', u); x.send(); })()",
    "worker-nested": "new Worker(URL.createObjectURL(new Blob([`fetch('${u}')`])))",
}
SCRIPT = """(async ({base, stun, ways}) => {
  const add = (tag, fields) => {
    const element = Object.assign(document.createElement(tag), fields);
    document.body.append(element);
    return element;
  };
  for (const [name, run] of ways) {
    try {
      const done = RUN(name);
      if (done && done.catch) done.catch(() => {});
    } catch {}
  }
})"""


def attempt(ways: dict[str, str]) -> str:
    """One script that tries all ways; each is a function in the text, so no eval is needed."""
    table = ", ".join(
        f"{name!r}: (u, add, stun) => {{ return {way}; }}" for name, way in ways.items()
    )
    run = f"({{{table}}})[name](`${{base}}/${{name}}`, add, stun)"
    return SCRIPT.replace("RUN(name)", run)


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
