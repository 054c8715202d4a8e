"""Chromium for benches and pictures: the flags, and how much CPU its renderers have used."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from building.testing import CHROMIUM, chromium

FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--no-first-run",
]  # fmt: skip
SETTLE_S = 1
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
    """CPU seconds of the renderers that this process has launched and that run now."""
    return sum((int(s[11]) + int(s[12])) / TICKS_PER_SECOND for _, s in _renderers())


def settled() -> None:
    """Wait until the browser's own first pages are done: they took 0.5 s of CPU beside whatever page came first."""
    before = -1.0
    while (now := renderer_cpu_s()) > before:
        before = now
        time.sleep(SETTLE_S)


def tab_peak_bytes() -> int:
    """The most memory that any of those renderers ever had resident (VmHWM)."""
    peaks = [0]
    for folder, _ in _renderers():
        with suppress(OSError):
            found = re.search(r"VmHWM:\s+(\d+) kB", (folder / "status").read_text())
            peaks += [int(found[1]) * 1024] if found else []
    return max(peaks)


def _renderers() -> Iterator[tuple[Path, list[str]]]:
    """Each with its fields of /proc/PID/stat after the name (proc(5)); of our browser alone, for
    others may run on the machine."""
    running = dict(_processes())
    for pid, fields in running.items():
        folder = Path("/proc", str(pid))
        with suppress(OSError):
            if b"--type=renderer" in (folder / "cmdline").read_bytes() and _ours(pid, running):
                yield folder, fields


def _processes() -> Iterator[tuple[int, list[str]]]:
    for status in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            yield int(status.parent.name), status.read_text().rpartition(")")[2].split()


def _ours(pid: int, running: dict[int, list[str]]) -> bool:
    while pid in running:
        if pid == os.getpid():
            return True
        pid = int(running[pid][1])
    return False
