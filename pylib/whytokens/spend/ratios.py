"""Output per input token that a kind of task usually has: outside it, someone should look.

Rules of thumb, not measurements; named as such on the page. A task is known by a word in its name.
"""

from __future__ import annotations

# Word in the task's name -> from, to, in output tokens per thousand input tokens.
EXPECTED: tuple[tuple[tuple[str, ...], int, int], ...] = (
    (("classif", "triage", "route", "routing", "moderat", "label"), 1, 50),
    (("extract", "parse", "ocr"), 20, 400),
    (("summar", "digest"), 30, 300),
    (("rag", "search", "answer", "qa", "lookup"), 5, 150),
    (("translat",), 600, 1_600),
    (("draft", "write", "generat", "compose", "email"), 100, 4_000),
    (("code", "coding", "refactor", "review"), 5, 500),
    (("agent", "tool", "plan"), 5, 120),
    (("chat", "support", "assist"), 20, 500),
)


def expected(task: str, ratio: int | None) -> str:
    """A verdict in words; empty where nothing is expected of such a task."""
    name = task.lower()
    found = next((row for row in EXPECTED if any(word in name for word in row[0])), None)
    if found is None:
        return ""
    _, low, high = found
    range_ = f"{low / 1000:g} to {high / 1000:g}"
    if ratio is None or low <= ratio <= high:
        return range_
    return f"{range_}: {'low' if ratio < low else 'high'}"
