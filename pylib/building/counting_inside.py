"""What `bench tokens` measures where the engine runs: in a process of CPython, in Pyodide under Node, in
a worker of a page. Pyodide is given this file as it stands; each run measures one part.

Times but those of `speed` are the process's own, so that what else the machine does counts little.
"""

from __future__ import annotations

import base64
import io
import itertools
import json
import random
import sys
import time
from collections.abc import Callable, Iterable
from typing import Any

KEYS = ("o200k_base", "claude-v3", "claude-v4.8", "gemma3")
ROUNDS = 3
# Of twice the length: twice the time, and a fifth more for what the machine's caches do. A text is
# doubled three times and the middle growth counts: memory that is fetched anew from some length on
# is a step at one of them (seen at 3.7x), work that grows faster than its text is slow at each.
LINEAR, DOUBLINGS = 2.4, 3
# A size is measured for so long in all, and the best run counts; what then seems to take more, three and
# nine times as long: inside Pyodide a process has no clock of its own. The first size takes at least
# so long, or is longer than any line of a log.
ENOUGH_S, RETRIES, LEAST_S, MOST_CHARS = 0.1, 2, 0.02, 100_000
FIRST_CHARS = 12_500
# Few enough of each script that the first round meets them all.
CJK, ARABIC, HANGUL = range(0x4E00, 0x5400), range(0x621, 0x64A), range(0xAC00, 0xB200)
MIXED = (
    *range(0x20, 0x7F),
    *range(0xA0, 0x250),
    *range(0x370, 0x500),
    *CJK[:256],
    *range(0x1F600, 0x1F640),
)

Made = Callable[[int], str]
CountMany = Callable[[Iterable[str]], list[int]]


def _drawn(pool: Any) -> Made:
    return lambda n: "".join(map(chr, random.Random(n).choices(pool, k=n)))


def _repeated(text: str) -> Made:
    return lambda n: text * (n // len(text))


HARD: dict[str, Made] = {
    "blanks": _repeated(" "),
    "tabs": _repeated("\t"),
    "newlines": _repeated("\n"),
    "carriage returns": _repeated("\r\n"),
    "blank lines": _repeated(" \n"),
    "one letter": _repeated("a"),
    "one capital": _repeated("A"),
    "case by case": _repeated("aA"),
    "random letters": _drawn(range(ord("a"), ord("z") + 1)),
    "digits": _drawn(range(ord("0"), ord("9") + 1)),
    "base64 line": lambda n: base64.b64encode(random.Random(n).randbytes(n * 3 // 4)).decode(),
    "underscores": _repeated("_"),
    "exclamation marks": _repeated("!"),
    "apostrophes": _repeated("'"),
    "contractions": _repeated("'s"),
    "CJK unspaced": _drawn(CJK),
    "Arabic unspaced": _drawn(ARABIC),
    "Hangul unspaced": _drawn(HANGUL),
    "emoji run": _repeated("\U0001f642\U0001f469\u200d\U0001f467"),
    "marks on one letter": lambda n: "a" + "\u0301" * n,
    "nested marks": _repeated("a" + "\u0301\u0323" * 50),
    "mixed scripts": _drawn(MIXED),
    "lone surrogates": _repeated("\ud800"),
}


def counters(twin: Any) -> dict[str, CountMany]:
    """Counters that have met no text yet, with the page's twin or in Python alone."""
    from whytokens.tokenizers import pieces

    pieces.offer(twin)
    from whytokens.tokenizers import known

    found = {one.key: one.count_many for one in known.TOKENIZERS if one.key in KEYS}
    for count_many in found.values():
        count_many(["warm up é"])
    return found


def timed(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def speed(twin: Any, texts: list[str]) -> dict[str, list[float]]:
    """Wall seconds of the same texts at first sight and once more."""
    found = {}
    for key, count_many in counters(twin).items():
        times = []
        for _ in range(2):
            start = time.perf_counter()
            count_many(texts)
            times.append(time.perf_counter() - start)
        found[key] = times
    return found


def adversarial(twin: Any) -> dict[str, dict[str, tuple[int, list[float]]]]:
    """By tokenizer and input: a length, and seconds for it and each doubling of it."""
    return {
        key: {name: _doubled(count_many, made) for name, made in HARD.items()}
        for key, count_many in counters(twin).items()
    }


def _doubled(count_many: CountMany, made: Made) -> tuple[int, list[float]]:
    size = FIRST_CHARS
    while _best(count_many, made, size, LEAST_S) < LEAST_S and size < MOST_CHARS:
        size *= 2
    times = [_best(count_many, made, size << n, ENOUGH_S) for n in range(DOUBLINGS + 1)]
    for tried in range(RETRIES):
        if growth(times) <= LINEAR:
            break
        enough_s = ENOUGH_S * 3 ** (tried + 1)
        again = [_best(count_many, made, size << n, enough_s) for n in range(DOUBLINGS + 1)]
        times = [min(pair) for pair in zip(times, again, strict=True)]
    return size, times


def growth(times: list[float]) -> float:
    """What a doubling of the length does to the time, in the middle of several."""
    return sorted(twice / once for once, twice in itertools.pairwise(times))[len(times) // 2 - 1]


def _best(count_many: CountMany, made: Made, size: int, enough_s: float) -> float:
    """The best of some rounds; each text is cut elsewhere, or its pieces would be remembered."""
    whole, times = made(size), list[float]()
    while len(times) < ROUNDS or sum(times) < enough_s:
        cut = next(_CUTS)
        text = f"{whole[:cut]} | {whole[cut:]}"
        times.append(timed(lambda text=text: count_many([text])))  # type: ignore[misc]
    return min(times)


_CUTS = itertools.count(1)


def session(twin: Any, log: bytes) -> dict[str, float]:
    """An agent log: seconds until it is read, seconds of counting alone, prompt tokens of all calls."""
    counters(twin)
    from whytokens.attribution.lanes import Lanes
    from whytokens.containers import Source
    from whytokens.importing import read
    from whytokens.pipeline import finished

    source = Source(name="run.jsonl", size_bytes=len(log), open=lambda: io.BytesIO(log))
    start = time.process_time()
    trace = finished(read([source]))
    reading = time.process_time() - start
    lanes, total = Lanes(trace), 0
    start = time.process_time()
    for call in trace.calls:
        lane = lanes.of(call)
        frame = lane.frame(lane.head_end(call.prompt))
        total += lane.upto(call.prompt) + sum(piece.tokens for piece in frame)
    return {"reading": reading, "counting": time.process_time() - start, "tokens": total}


def measured(part: str, twin: Any, given: bytes) -> str:
    """A part by its name, as JSON; `given` is what it reads."""
    if part == "adversarial":
        return json.dumps(adversarial(twin))
    if part == "session":
        return json.dumps(session(twin, given))
    return json.dumps(speed(twin, json.loads(given)))


if __name__ == "__main__" and len(sys.argv) > 2:
    sys.modules["tiktoken"] = None  # type: ignore[assignment]  # ours, not the compiled one
    with open(sys.argv[2], "rb") as file:
        print(measured(sys.argv[1], None, file.read()))
