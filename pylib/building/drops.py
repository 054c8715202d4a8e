"""A file dropped on the built site in Chromium, watched: seconds, memory of the tab, gaps between
progress messages, long tasks of the page's own thread, seconds till a cancel is answered."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from building.browser import launched, renderer_cpu_s, tab_peak_bytes
from building.places import SITE

# Notes when each message came from the worker and of what stage, and the page's long tasks.
WATCH = """
globalThis.heard = [];
globalThis.tasks = [];
const Real = Worker;
globalThis.Worker = class extends Real {
  constructor(...given) {
    super(...given);
    this.addEventListener("message", ({ data }) => {
      const [type, stage] = ["type", "stage"].map((key) => data.slice(0, 200).match(`"${key}":"(\\\\w+)"`)?.[1]);
      heard.push([performance.now(), type ?? "", stage ?? ""]);
    });
  }
};
new PerformanceObserver((list) => {
  for (const one of list.getEntries()) tasks.push([one.startTime, one.duration]);
}).observe({ type: "longtask" });
"""
GIVE_UP_S = 900
STAGES = ("reading", "counting", "pricing", "checking")


@dataclass(frozen=True, slots=True, kw_only=True)
class Dropped:
    """What a drop cost. `stages`: seconds by stage; `last_ms` of them from the last progress on."""

    seconds: float
    cpu_s: float
    peak_bytes: int
    gap_ms: float
    gap_stage: str
    task_ms: float
    tail_ms: float
    stages: dict[str, float]
    error: str | None


@contextmanager
def ready(site: Path = SITE) -> Iterator[Any]:
    """A page whose Python stands, under watch. Needs tests on the path."""
    from servers import serve

    with serve(site) as address, launched() as context:
        page = context.new_page()
        page.add_init_script(WATCH)
        page.goto(address)
        wait(page, "performance.getEntriesByName('python-ready').length")
        yield page


def wait(page: Any, condition: str) -> None:
    until = time.monotonic() + GIVE_UP_S
    while not page.evaluate(condition):
        if time.monotonic() > until:
            raise TimeoutError(condition)
        time.sleep(0.03)


def drop(*logs: Path, site: Path = SITE) -> Dropped:
    """Drop and wait for the flame graph, or the error."""
    with ready(site) as page:
        cpu_s, start = renderer_cpu_s(), page.evaluate("performance.now()")
        page.set_input_files("#picker", [str(log) for log in logs])
        title = logs[0].name if len(logs) == 1 else f"{len(logs)} files"
        shown = f"document.querySelector('#title').textContent.includes({json.dumps(title)})"
        wait(page, f"{shown} && document.querySelector('#progress').hidden || {ERROR}")
        end = page.evaluate(
            "new Promise((done) => requestAnimationFrame(() => done(performance.now())))"
        )
        return _of(page, start, end, renderer_cpu_s() - cpu_s)


ERROR = "!document.querySelector('#error').hidden"


def _of(page: Any, start: float, end: float, cpu_s: float) -> Dropped:
    heard = [one for one in page.evaluate("heard") if one[0] >= start]
    tasks = [ms for at, ms in page.evaluate("tasks") if at >= start]
    times = [start, *(at for at, _, _ in heard), end]
    names = ["start", *(stage or kind for _, kind, stage in heard)]
    gaps = [(b - a, name) for a, b, name in zip(times, times[1:], names, strict=False)]
    stages: dict[str, float] = {}
    for gap, name in gaps:
        stages[name] = stages.get(name, 0) + gap / 1000
    gap_ms, gap_stage = max(gaps)
    error = page.locator("#error").text_content() if page.evaluate(ERROR) else None
    return Dropped(
        seconds=(end - start) / 1000, cpu_s=cpu_s, peak_bytes=tab_peak_bytes(), gap_ms=gap_ms,
        gap_stage=gap_stage, task_ms=max(tasks, default=0), tail_ms=gaps[-1][0], stages=stages,
        error=error,
    )  # fmt: skip


def cancelled(log: Path, stage: str) -> float | None:
    """Milliseconds from a press on Cancel in this stage to its answer; None: no such stage."""
    with ready() as page:
        page.set_input_files("#picker", str(log))
        reached = f"heard.some(([, , stage]) => stage === {stage!r})"
        wait(page, f"{reached} || heard.some(([, type]) => type === 'result')")
        if not page.evaluate(reached):
            return None
        page.evaluate(
            "pressed = performance.now(); document.querySelector('[data-testid=cancel]').click()"
        )
        wait(page, "heard.some(([, type]) => type === 'cancelled' || type === 'result')")
        took: float = page.evaluate(
            "heard.findLast(([, type]) => type === 'cancelled' || type === 'result')[0] - pressed"
        )
        return took
