"""A merged tree of 100,000 frames in Chromium: first draw, zoom and search, and the longest task."""

from __future__ import annotations

import json
import random
import sys
from typing import Any

from building import site
from building.browser import launched
from building.places import ROOT, SITE
from whytokens.model import CATEGORIES

FRAMES, ROUNDS = 100_000, 5
SHOW = """async (columns) => {
  const report = await (await fetch('samples/refund-agent.report.json')).json();
  report.name = 'large'; report.merged = columns;
  const { Actions } = await import('./actions.js');
  const now = performance.now();
  window.shown = now;
  Actions.latest.show(report, null);
  await new Promise((done) => requestAnimationFrame(() => setTimeout(done, 0)));
  return performance.now() - now;
}"""
SEARCH = """async (query) => {
  const field = document.getElementById('search');
  const now = performance.now();
  field.value = query;
  field.dispatchEvent(new Event('input', { bubbles: true }));
  await new Promise((done) => setTimeout(done, 0));
  return performance.now() - now;
}"""
CLICK = """async (at) => {
  const rect = document.querySelectorAll('#chart .frame')[at].querySelector('rect');
  const now = performance.now();
  rect.dispatchEvent(new MouseEvent('click', { bubbles: true }));
  await new Promise((done) => requestAnimationFrame(() => setTimeout(done, 0)));
  return performance.now() - now;
}"""


def columns(size: int) -> dict[str, Any]:
    """A tree as a real one is: few children at the top, many further down; every sum is exact."""
    chance = random.Random(7)
    later = (chance.randrange(max(0, row // 12 - 4), max(1, row // 6)) for row in range(9, size))
    parent = [-1, *[0] * 8, *later]
    own = [chance.randrange(1, 2000) for _ in range(size)]
    total = own[:]
    for row in range(size - 1, 0, -1):
        total[parent[row]] += total[row]
    depth: list[int] = [0] * size
    for row in range(1, size):
        depth[row] = depth[parent[row]] + 1
    return {
        "strings": ["all calls", *(f"frame {row}" for row in range(1, size))],
        "categories": list(CATEGORIES),
        "name": list(range(size)),
        "parent": parent,
        "category": [row % len(CATEGORIES) for row in range(size)],
        "tokens": total,
        "read": [value // 2 for value in total],
        "nusd": [value * 3000 for value in total],
        "first": [0] * size,
        "calls": [1] * size,
        "segment": [-1] * size,
        "approx": [0] * size,
    }


def show(page: Any, tree: dict[str, Any]) -> float:
    """Draw the tree; milliseconds until it stands."""
    return float(page.evaluate(SHOW, tree))


def main() -> None:
    sys.path.insert(0, str(ROOT / "tests"))
    from servers import serve

    site.build(SITE, assets="self")
    tree = columns(FRAMES)
    print(
        f"{FRAMES:,} frames, {len(json.dumps(tree)) / 1e6:.1f} MB of columns; medians of {ROUNDS}"
    )
    found: dict[str, list[float]] = {}
    with serve(SITE) as address, launched() as context:
        for _ in range(ROUNDS):
            page = context.new_page()
            page.goto(address)
            page.wait_for_selector("#chart .frame")
            found.setdefault("first draw", []).append(show(page, tree))
            found.setdefault("zoom", []).append(float(page.evaluate(CLICK, 4)))
            found.setdefault("zoom back", []).append(float(page.evaluate(CLICK, 0)))
            for query in ("frame 77", "foo(", "/9{3}$/"):
                key = f"search {query}"
                found.setdefault(key, []).append(float(page.evaluate(SEARCH, query)))
            page.close()
    for name, values in found.items():
        print(f"{name:16} {sorted(values)[len(values) // 2]:7.0f} ms  (worst {max(values):.0f})")


if __name__ == "__main__":
    main()
