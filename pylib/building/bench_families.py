"""Families without a vocabulary of their own: which stands in best, by which factor, how far off.

For each family of the corpus: requests whose bill is all in the body. The frame of a model at a host
is a constant for the same tools and sequence of roles, so the factor is the median slope between two
requests that differ in text alone (pairs weigh by how much). What factor and frame then miss, as a
share of the bill, is the band: nine of ten requests lie within it. Families whose vocabulary we have
are printed too: their factor is 1. `whytokens/tokenizers/estimate.py` holds what was chosen.
"""

from __future__ import annotations

import json
import statistics
from collections import defaultdict
from itertools import combinations
from typing import Any

from building import corpus
from whytokens.registry import TOKENIZERS
from whytokens.tokenizers import Tokenizer

# Family, and a word of its models where it holds several vocabularies.
FAMILIES = (
    ("llama", "3"), ("llama", "llama-4"), ("qwen", "3.5"), ("deepseek", ""), ("mistral", ""), ("gpt-oss", ""),
    ("granite", ""), ("sonar", ""), ("glm", ""), ("kimi", ""), ("grok", ""), ("amazon", "nova"), ("cohere", ""),
)  # fmt: skip
STAND_INS = frozenset(
    [
        "o200k_base",
        "llama3",
        "llama4",
        "qwen",
        "qwen3.5",
        "deepseek",
        "tekken",
        "gemma3",
        "mistral-v3",
    ]
)
# Local engines report what a cache or a cut left of a prompt.
LOCAL = frozenset(("local", "llamafile", "unknown", "ollama", "charm-hyper"))
# What is billed beside text: media, and what models said to themselves before.
HIDDEN = frozenset(("image", "pdf/doc", "audio", "history_thinking", "multi_turn", "tool_result"))
FIXED = ("tools", "toolConfig", "response_format", "tool_choice", "text")
NO_TEXT = ("id", "Id", "role", "status")
SHOWN = 4
MIN_APART_TOKENS = 8
MAX_PAIRS = 4000  # more of one group say nothing new
Group = list[tuple[list[str], int]]


def main() -> None:
    if not corpus.CORPUS.exists():
        print("../shared/corpus is not beside the checkout: nothing to fit")
        return
    rows = corpus.rows()
    tokenizers = [one for one in TOKENIZERS if one.key in STAND_INS]
    for family, word in FAMILIES:
        groups = _groups(rows, family, word)
        print(f"{family} {word}: {sum(map(len, groups))} requests, {len(groups)} models and frames")
        fits = [(fit, one.key) for one in tokenizers if (fit := _fit(one, groups))]
        for (band, factor, pairs, requests), key in sorted(fits)[:SHOWN]:
            print(f"  {key:12} factor {factor:.3f} ({pairs} pairs), band {band:.1%} of {requests}")


def _groups(rows: list[dict[str, Any]], family: str, word: str) -> list[Group]:
    """Texts and bill of the requests of each model, host and sequence of roles."""
    found = defaultdict[str, Group](list)
    for row in rows:
        model = str(row["response_model"] or row["model"]).lower()
        if row["tokenizer_family"] == family and word in model and (read := _read(row)):
            roles, texts = read
            found[f"{row['provider']} {row['api']} {model} {roles}"].append(
                (texts, row["input_total"])
            )
    return list(found.values())


def _read(row: dict[str, Any]) -> tuple[str, list[str]] | None:
    body = row["request_body"]
    if row["provider"] in LOCAL or not row["input_total"] or row["media"]:
        return None
    if not corpus.closed(row) or HIDDEN.intersection(row["features"]):
        return None
    listed = body.get("messages") or body.get("input") or []
    listed = [{"role": "user", "content": listed}] if isinstance(listed, str) else listed
    messages = [*(body.get("system") or ()), *listed]
    if not messages or not all(isinstance(message, dict) for message in messages):
        return None
    texts = [text for message in messages for text in _texts(message.get("content", message))]
    texts += [text for message in messages for text in _texts(message.get("tool_calls"))]
    frame = [body.get(name) for name in FIXED] + [
        [message.get("role", "system"), _shape(message)] for message in messages
    ]
    return json.dumps(frame), texts


def _texts(value: object) -> list[str]:
    """What is text of a message's content or calls: all strings but kinds and ids."""
    if isinstance(value, str):
        return [value] if value else []
    if isinstance(value, list):
        return [text for inner in value for text in _texts(inner)]
    if not isinstance(value, dict):
        return []
    if isinstance(value.get("input", value.get("json")), dict):
        return [json.dumps(value.get("input", value.get("json"))), str(value.get("name", ""))]
    kept = [key for key in value if key != "type" and not key.endswith(NO_TEXT)]
    return [text for key in kept for text in _texts(value[key])]


def _shape(message: dict[str, Any]) -> list[object]:
    """How many parts and calls a message has; the frame of two such messages is the same."""
    content = message.get("content")
    parts = content if isinstance(content, list) else []
    kinds = [sorted(set(part) - {"id"}) for part in parts if isinstance(part, dict)]
    return [kinds, len(message.get("tool_calls") or ())]


def _fit(tokenizer: Tokenizer, groups: list[Group]) -> tuple[float, float, int, int] | None:
    """Band, factor, pairs that speak for it, requests that the band is of."""
    counted = [
        sorted({(sum(tokenizer.count_many(texts)), billed) for texts, billed in group})
        for group in groups
    ]
    slopes = [
        ((y - x) / (b - a), b - a)
        for group in counted
        for (a, x), (b, y) in list(combinations(group, 2))[:MAX_PAIRS]
        if b - a >= MIN_APART_TOKENS
    ]
    if len(slopes) < 2:
        return None
    factor, errors = _weighted_median(slopes), list[float]()
    for group in (group for group in counted if len(group) > 1):
        frame = statistics.median(billed - factor * tokens for tokens, billed in group)
        errors += [abs(frame + factor * tokens - billed) / billed for tokens, billed in group]
    return sorted(errors)[int(0.9 * (len(errors) - 1))], factor, len(slopes), len(errors)


def _weighted_median(pairs: list[tuple[float, int]]) -> float:
    half, seen = sum(weight for _, weight in pairs) / 2, 0
    for value, weight in sorted(pairs):
        seen += weight
        if seen >= half:
            return value
    return 1.0
