"""How near our counts come to what providers billed, beside three peers, on the corpus.

Only closed requests: everything that is billed is in the body. Our count is made as for a request
whose bill nobody knows, by the importers and templates that the page runs. Needs `../shared/corpus`.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from statistics import median

from building import corpus, doubts
from building.corpus import Counted
from building.places import BUILD
from building.sessions import vocabulary

PEERS = ("litellm==1.110.2", "tokencost==0.1.26", "llmprof==0.1.4")
PROGRAM = Path(__file__).parent / "peers_accuracy.py"
# The first that a request has names its row; the largest problem first.
FEATURES = (
    "pdf/doc", "audio", "video", "image", "json_schema", "history_thinking", "tool_result", "tools",
    "multi_turn",
)  # fmt: skip
WORST = 10


def main() -> None:
    if not corpus.CORPUS.exists():
        print("../shared/corpus is not beside the checkout: nothing to measure")
        return
    rows = corpus.rows()
    for group in corpus.GROUPS:
        mine = list(corpus.of(group, rows))
        by_reason = defaultdict(list)
        for row in mine:
            by_reason[corpus.open_because(group, row)].append(row)
        closed = by_reason.pop(None, [])
        print(f"\n{group.name}: {len(mine)} requests, {len(closed)} closed")
        counted = corpus.counted(group, closed)
        found = _apart(counted)
        _print("whytokens", _errors(found))
        for name, counts in _peers(group.name, found).items():
            pairs = [(n, one.billed) for n, one in zip(counts, found, strict=True) if n is not None]
            _print(name, pairs, len(found))
        by_feature = defaultdict(list)
        for one in found:
            by_feature[_feature(one)].append(one)
        for feature, some in sorted(by_feature.items(), key=lambda item: -len(item[1])):
            _print(f"  {feature}", _errors(some))
        open_only = [one for one in found if "history_thinking" not in one.row["features"]]
        if len(open_only) < len(found):
            _print("  no sealed thinking", _errors(open_only))
        seen = corpus.thoughts(mine)
        if seen:  # as in a log of whole sessions
            again = corpus.counted(group, [one.row for one in found], seen)
            _print("  with the replies", _errors(again))
        _worst(found)
        print("  not closed, and so in no bar:")
        for reason, some in sorted(by_reason.items(), key=lambda item: -len(item[1])):
            _print(f"  {reason}", _errors(corpus.counted(group, some)))


def _apart(counted: list[Counted]) -> list[Counted]:
    """The rows that can be measured; the others are printed with their count and error."""
    edited = doubts.edited(counted)
    groups: dict[str, list[Counted]] = {
        "": [], "edited recording": [], "made up": [], "no duration": [],
    }  # fmt: skip
    for number, one in enumerate(counted):
        lacks = corpus.lacks_duration(one.row)
        name = "no duration" if lacks else "edited recording" if number in edited else ""
        name = name or ("made up" if doubts.made_up(one.row) else "")
        groups[name].append(one)
    for name, some in groups.items():
        if name and some:
            _print(f"  apart: {name}", _errors(some))
    return groups[""]


def _feature(one: Counted) -> str:
    features = one.row["features"]
    if "additional_tools" in json.dumps(one.row["request_body"]):
        return "tools"
    return next((feature for feature in FEATURES if feature in features), "plain text")


def _errors(found: Iterable[Counted]) -> list[tuple[int, int]]:
    return [(one.tokens, one.billed) for one in found]


def _print(name: str, pairs: list[tuple[int, int]], asked: int | None = None) -> None:
    if not pairs:
        print(f"{name:20} answers nothing")
        return
    size = len(pairs)
    off = sorted(abs(count - billed) / billed for count, billed in pairs)
    exact = sum(not error for error in off) / size
    near = sum(error <= 0.02 for error in off) / size
    answered = f", answers {size / asked:.0%}" if asked and asked != size else ""
    print(
        f"{name:20} n {size:5,}  exact {exact:6.1%}  within 2 % {near:6.1%}"
        f"  median {median(off):6.2%}  p90 {off[int(size * 0.9)]:7.2%}{answered}"
    )


def _worst(found: list[Counted]) -> None:
    """The largest errors, one for each project and error."""
    seen = set()
    print(f"  the {WORST} largest errors, ours minus billed:")
    for one in sorted(found, key=lambda one: -abs(one.off) / one.billed):
        key = (one.row["repo"], one.off)
        if key in seen or not one.off:
            continue
        seen.add(key)
        model = one.row["response_model"] or one.row["model"]
        print(
            f"    {one.off:+6,} of {one.billed:6,}  {model:28} {one.row['repo']}"
            f"  {', '.join(one.row['features'])}"
        )
        if len(seen) == WORST:
            break


def _peers(group: str, found: list[Counted]) -> dict[str, list[int | None]]:
    """Each peer's counts, from their own environment."""
    venv = BUILD / "peers"
    python = venv / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(venv)], check=True)
        subprocess.run([str(python), "-m", "pip", "install", "--quiet", *PEERS], check=True)
    lines = []
    for one in found:
        model = one.row["response_model"] or one.row["model"]
        lines.append(json.dumps({"api": group, "model": model, "body": one.row["request_body"]}))
    variables = {**vocabulary(), "PYTHONPATH": "", "PATH": os.environ["PATH"]}
    done = subprocess.run(
        [str(python), str(PROGRAM)],
        input="\n".join(lines),
        env=variables,
        capture_output=True,
        text=True,
        check=False,
    )
    answers = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    if len(answers) != len(found):
        print(f"peers did not run: {done.stderr[-300:]}")
        return {}
    return {name: [answer[name] for answer in answers] for name in answers[0]}
