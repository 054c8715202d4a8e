"""Chromium for benches and pictures: the flags, and how much CPU its renderers have used."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from building.testing import CHROMIUM, chromium

FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--no-first-run",
]  # fmt: skip
TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


@contextmanager
def launched(profile: Path | None = None) -> Iterator[Any]:
    """A browser context; with a profile its caches live on between launches."""
    from playwright.sync_api import sync_playwright

    chromium()
    with sync_playwright() as play:
        options: dict[str, Any] = {"executable_path": CHROMIUM, "args": FLAGS}
        if profile is None:
            browser = play.chromium.launch(**options)
            yield browser.new_context(viewport={"width": 1280, "height": 800})
            browser.close()
        else:
            context = play.chromium.launch_persistent_context(str(profile), **options)
            yield context
            context.close()


def renderer_cpu_s() -> float:
    """CPU seconds of all Chromium renderer processes that run now."""
    total = 0.0
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            command = status.with_name("cmdline").read_bytes()
            if b"--type=renderer" in command:
                fields = status.read_text().rpartition(")")[2].split()
                total += (int(fields[11]) + int(fields[12])) / TICKS_PER_SECOND
        except OSError:
            continue
    return total
