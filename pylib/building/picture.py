"""The picture of the page in the README, made from the built site."""

from __future__ import annotations

import sys
from pathlib import Path

from building.browser import launched
from building.places import ROOT


def take(site: Path, target: Path) -> None:
    """A screenshot at 1280 x 800 with a frame selected."""
    sys.path.insert(0, str(ROOT / "tests"))
    from servers import serve

    with serve(site) as address, launched() as context:
        page = context.new_page()
        page.goto(address)
        page.wait_for_timeout(1500)
        frame = page.locator('#chart g[aria-label^="tool results,"] > rect').first
        frame.click()
        page.keyboard.press("0")
        page.wait_for_timeout(300)
        page.screenshot(path=str(target))
