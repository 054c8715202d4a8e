"""Efficiency: mean input tokens against how often it works, a bubble for each agent or workflow.

Spec: issue "Spend over time", overview, layer 3. The frontier: nothing with fewer tokens works as often.
"""

from __future__ import annotations

from collections.abc import Sequence

from whytokens.protocol import Plot, SpendValue
from whytokens.spend.cells import Cells
from whytokens.spend.groups import grouped
from whytokens.spend.rows import UNTAGGED
from whytokens.spend.runs import AGENT_TAGS, workflow_tag
from whytokens.spend.stats import divided
from whytokens.spend.tables import Asked, Spend, Table, filter_of, nusd, sheet, value
from whytokens.spend.workflows import outcomes

SCORE_TAGS = ("score", "quality", "rating", "eval_score")
MICRO = 1_000_000


def scores(found: Cells, name: str) -> tuple[str, dict[str, int]]:
    """Share of successes, else the mean score, in millionths, by a dimension; and which it is."""
    ended = outcomes(found, name)
    if ended:
        return "success rate", {key: one.good * MICRO // one.known for key, one in ended.items()}
    tag = next((one for one in SCORE_TAGS if one in found.tags), None)
    if tag is None:
        return "", {}
    codes, labels = found.coded(name)
    words, texts = found.coded(tag)
    values = [micro(text) for text in texts]
    sums: dict[str, tuple[int, int]] = {}
    for code, word, calls in zip(codes, words, found.measures["calls"], strict=True):
        score = values[word]
        if score is not None:
            total, count = sums.get(labels[code], (0, 0))
            sums[labels[code]] = (total + score * calls, count + calls)
    return f"mean {tag}", {key: divided(total, count) for key, (total, count) in sums.items()}


def micro(text: str) -> int | None:
    """A decimal number in millionths."""
    whole, _, part = text.strip().partition(".")
    digits = whole.removeprefix("-")
    if text == UNTAGGED or not (digits + part).isdecimal() or not (digits + part).isascii():
        return None
    size = int((digits or "0") + part[:6].ljust(6, "0"))
    return -size if whole.startswith("-") else size


def frontier(points: Sequence[tuple[int, int]]) -> list[bool]:
    """Whether no other point has as few tokens and a better score, or fewer and as good a one."""
    return [not any((x <= a and y > b) or (x < a and y >= b) for x, y in points) for a, b in points]


def efficiency(spend: Spend, asked: Asked) -> SpendValue:
    found = spend.cells
    name = asked.get("agent") or workflow_tag(found, AGENT_TAGS)
    word, known = scores(found, name)
    groups = [one for one in grouped(found, [name]) if one.key[0] in known]
    points = [(divided(one.input_tokens, one.calls), known[one.key[0]]) for one in groups]
    best = frontier(points)
    rows = [
        [
            one.key[0],
            tokens,
            score // 1000,
            one.calls,
            nusd(divided(one.pusd, one.calls)),
            "on it" if on else "",
        ]
        for one, (tokens, score), on in zip(groups, points, best, strict=True)
    ]
    columns = [(name, "text"), ("mean input tokens", "count"), (word, "share"), ("calls", "count"),
               ("mean cost of a call", "nusd"), ("frontier", "text")]  # fmt: skip
    plot: Plot = {
        "kind": "scatter",
        "x": 1,
        "y": [2],
        "band": None,
        "size": 3,
        "compare_days": None,
    }
    made = sheet("efficiency", f"Input tokens against {word}, by {name}", columns, rows, plot=plot,
                 filters=[filter_of([name], one.key) for one in groups])  # fmt: skip
    if not rows:
        missing = "No call has a tag outcome or score: how well a run went is not known."
        return value("efficiency", [], [], [missing], agent=name)
    return value("efficiency", [], [made], agent=name)


EFFICIENCY = Table("efficiency", efficiency)
