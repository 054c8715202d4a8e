"""Prices against their oracle, every bar of them in one command.

Parity with genai-prices on 20,000 random calls; the table of ids; ids of real logs (`../shared`, said
so where it is not there); size, load and speed in Pyodide; llmprof side by side.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

from building import bench_usage, site
from building.bench_accuracy import PEERS
from building.places import BUILD, SITE
from building.prices import AS_OF, SNAPSHOT, gates, overlay, parity
from whytokens.model import Call, CallId, NodeId, Usage, Where
from whytokens.prices import Quote, Unpriced
from whytokens.prices.engine import Book, standard

CASES, SEED = 20_000, 20261122
FOLDER = Path(__file__).parent
MODEL_KEYS = "model|model_name|modelId|modelID|modelVersion|response_model|model_id|ls_model_name"
MODEL = re.compile(rf'\\*"(?:[\w.\- ]*\.)?(?:{MODEL_KEYS})\\*"\s*:\s*\\*"([^"\\]{{2,120}})\\*"')
WITHIN = 0.01
TOKENS = 10
NOON = datetime.fromisoformat(AS_OF).replace(hour=12, tzinfo=UTC)


def main() -> None:
    _parity()
    _table()
    _seen()
    _pyodide()
    _beside()


def _parity() -> None:
    found = parity.differences(Book(standard().snapshot), CASES, SEED)
    print(
        f"parity: {found.cases:,} random cases, {found.compared:,} compared, "
        f"{len(found.unexplained)} differ by more than a nanodollar"
    )
    for line in found.unexplained[:20]:
        print(f"  {line}")
    reasons = overlay.names()
    for name, count in found.overlaid.most_common():
        print(f"  overlay, {count} x {name}: {reasons[name]}")
    for reason, count in found.unpriced.most_common():
        print(f"  not compared, {count:,} x {reason}")
    print(
        f"  not compared, {sum(found.late_tier.values()):,} x a tier before the day its rates were "
        "recorded (genai-prices: standard rates; ours: that tier's first, marked likely)"
    )


def _table() -> None:
    snapshot = standard()
    rows = gates.id_table()
    bare = [name for name, _, _, _ in rows if _row(snapshot, name, None)]
    given = [name for name, provider, _, _ in rows if _row(snapshot, name, provider)]
    print(f"id table: {len(bare)} of {len(rows)} bare, {len(given)} with their provider")
    for name, provider, _, _ in rows:
        quoted = _quote(snapshot, name, provider)
        if isinstance(quoted, Unpriced):
            print(f"  must ask: {name} ({provider}): {quoted.reason}")
        elif not quoted.input_pusd and not quoted.output_pusd and not name.endswith(":free"):
            print(f"  SILENT ZERO: {name}")


def _row(book: Book, name: str, provider: str | None) -> str | None:
    found = book.resolved(name, provider)
    return None if isinstance(found, Unpriced) else found.row.name


def _seen() -> None:
    if not bench_usage.SAMPLES.exists():
        print("../shared/samples is not beside the checkout: no ids of real logs")
        return
    seen = Counter(name for name in _names())
    missing = {
        name: found for name in sorted(seen)
        if isinstance(found := standard().resolved(name), Unpriced)
    }  # fmt: skip
    print(f"ids of real logs: {len(seen)}, {len(seen) - len(missing)} resolve bare")
    for name, found in missing.items():
        print(f"  {name}: {found.reason} {', '.join(found.nearest)}".rstrip())


def _names() -> Iterator[str]:
    for path in sorted(bench_usage.SAMPLES.rglob("*")):
        if path.is_file():
            for text in bench_usage.texts(path):
                yield from MODEL.findall(text)


def _pyodide() -> None:
    size = SNAPSHOT.stat().st_size
    print(f"snapshot in the wheel: {size:,} bytes, {size / 1024:.1f} KB (bar: 80)")
    site.build(SITE, assets="self")
    command = ["node", "--no-warnings", str(FOLDER / "bench_prices.mjs"), str(SITE)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found: dict[str, list[float]] = json.loads(done.stdout.splitlines()[-1])
    for key, bar in (("load_ms", 60), ("price_us", 60)):
        times = found[key]
        print(
            f"Pyodide {key}: median {median(times):.1f} (bar: {bar}), first {times[0]:.1f}, "
            f"all {' '.join(f'{one:.1f}' for one in times)}"
        )


def _beside() -> None:
    """Each model id of genai-prices with text prices: who comes within 1 % of both its rates."""
    from genai_prices import data_snapshot

    wanted = []
    for provider in data_snapshot.get_snapshot().providers:
        for model in provider.models:
            prices = model.get_prices(NOON).__dict__
            rates = [prices.get("input_mtok"), prices.get("output_mtok")]
            if all(rate is not None for rate in rates):
                base = [float(getattr(rate, "base", rate)) for rate in rates]
                wanted.append((provider.id, model.id, base))
    ours = {
        "whytokens, id alone": [_ours(name, None) for _, name, _ in wanted],
        "whytokens, id and provider": [_ours(name, provider) for provider, name, _ in wanted],
        "llmprof 0.1.4, id alone": _llmprof([name for _, name, _ in wanted]),
        "llmprof 0.1.4, provider/id": _llmprof([f"{p}/{name}" for p, name, _ in wanted]),
    }
    print(f"beside llmprof: {len(wanted):,} ids with text prices, within 1 % of genai-prices")
    for name, answers in ours.items():
        right = sum(_close(a, base) for a, (_, _, base) in zip(answers, wanted, strict=True))
        silent = sum(answer is None for answer in answers)
        wrong = len(wanted) - right - silent
        print(
            f"  {name:28} {right:5,} right ({right / len(wanted):.1%}), {wrong:5,} other, {silent:5,} none"
        )


def _close(answer: list[float] | None, wanted: list[float]) -> bool:
    return answer is not None and all(
        abs(a - b) <= WITHIN * b for a, b in zip(answer, wanted, strict=True)
    )


def _ours(model: str, provider: str | None) -> list[float] | None:
    """USD of a million tokens each way, as a call of ten would pay."""
    found = _quote(standard(), model, provider)
    if isinstance(found, Unpriced):
        return None
    reply = found.output_pusd + sum(e.pusd for e in found.extras if "rates" in e.name) // TOKENS
    return [found.input_pusd / 1e6, reply / 1e6]


def _quote(book: Book, model: str, provider: str | None) -> Quote | Unpriced:
    call = Call(
        id=CallId(0), session="s", api="x", model=model, provider=provider, prompt=NodeId(0),
        where=Where(file="f"), started=NOON, usage=Usage(input=TOKENS, output=TOKENS),
    )  # fmt: skip
    return book.quote(call)


def _llmprof(names: list[str]) -> list[Any]:
    """Its answers, from its own environment."""
    venv = BUILD / "peers"
    python = venv / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(venv)], check=True)
        subprocess.run([str(python), "-m", "pip", "install", "--quiet", *PEERS], check=True)
    done = subprocess.run(
        [str(python), str(FOLDER / "peers_prices.py")], input="\n".join(names), text=True,
        capture_output=True, check=False, env={**os.environ, "PYTHONPATH": ""},
    )  # fmt: skip
    found = [json.loads(line) for line in done.stdout.splitlines()]
    if len(found) != len(names):
        raise SystemExit(f"llmprof did not run: {done.stderr[-300:]}")
    return found


if __name__ == "__main__":
    main()
