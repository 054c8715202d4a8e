"""Chromium from the system, the built site, and pages that note every console error."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, ViewportSize

from servers import serve

ROOT = Path(__file__).parent.parent.parent
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    # Lets WebRTC name real addresses, so that the canary test sees it when the policy is gone.
    "--disable-features=WebRtcHideLocalIpsWithMdns",
)


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, object]:
    executable = os.environ.get("WHYTOKENS_CHROMIUM", "/usr/bin/chromium")
    return {"executable_path": executable, "args": list(FLAGS)}


@pytest.fixture(scope="session")
def site() -> Path:
    folder = Path(os.environ.get("WHYTOKENS_SITE", ROOT / "site"))
    assert (folder / "index.html").is_file(), "no site: run python3 build.py site"
    return folder


@pytest.fixture(scope="session")
def address(site: Path) -> Iterator[str]:
    with serve(site) as found:
        yield found


@pytest.fixture
def desk(browser: Browser) -> Iterator[Page]:
    """A page of 1280 x 800 that must end without an error on its console."""
    yield from _page(browser, {"width": 1280, "height": 800})


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    """The same at 390 x 844."""
    yield from _page(browser, {"width": 390, "height": 844})


def _page(browser: Browser, viewport: ViewportSize) -> Iterator[Page]:
    context = browser.new_context(viewport=viewport, reduced_motion="reduce")
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
    yield page
    context.close()
    assert errors == []
