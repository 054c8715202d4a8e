"""Runs in llmprof's own environment: its USD per million input and output tokens of each id on
standard input, one JSON line each; null where it knows none."""

from __future__ import annotations

import json
import sys
from typing import Any


def main() -> None:
    from llmprof import pricing

    for line in sys.stdin:
        print(json.dumps(_of(pricing, line.rstrip("\n"))))


def _of(pricing: Any, model: str) -> list[float] | None:
    """What it would charge for a million tokens each way."""
    try:
        prompt = pricing.cost(model, 1_000_000, 0)
        reply = pricing.cost(model, 0, 1_000_000)
    except Exception:  # a peer that fails has not answered
        return None
    return None if prompt is None or reply is None else [float(prompt), float(reply)]


if __name__ == "__main__":
    main()
