"""Turns of played traces for tests of detectors: an agent that grows, texts of a seed, one detector alone."""

from __future__ import annotations

import random

from played import Part, Turn, checked, finding
from whytokens import registry

CLAUDE, GPT = "claude-sonnet-5", "gpt-4o"
NAMES = ("Ana", "Bo", "Chi", "Dov", "Eva", "Finn", "Gus", "Hana", "Ivo", "Jun", "Kim", "Lea", "Max")
RULES: Part = ("system", "rules", 2_000)
WORDS = [f"word{n}" for n in range(400)]


def only(key: str, turns: list[Turn]):
    """What one detector finds when nothing else is done: priced as it was billed."""
    detectors = [detector for detector in registry.DETECTORS if detector.key == key]
    return finding(checked(CLAUDE, turns, detectors), key)


def growing(steps: list[list[Part]], **fields) -> list[Turn]:
    """An agent: each step's parts are added to the prompt of the one before, 30 s apart."""
    turns, parts = [], [RULES]
    for number, step in enumerate(steps):
        parts = [*parts, *step]
        turns.append(Turn(at=30 * number, parts=list(parts), **fields))
    return turns


def call_and_result(tool: str, arguments: str, result: str, path: str = "a.py") -> list[Part]:
    return [
        ("tool_call", tool, 0, arguments),
        ("tool_result", f"{tool}/{path}", 0, result),
    ]


def text(words: int, seed: int = 0) -> str:
    chosen = random.Random(seed)
    return " ".join(chosen.choice(WORDS) + str(chosen.randrange(99)) for _ in range(words))
