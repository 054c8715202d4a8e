"""From a logged model id to a price row: exact first, then without known prefixes and suffixes.

Spec: facts, section 1 "Resolving an id". Never invents a price: what is left over is unpriced.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass

from whytokens.prices.snapshot import Row, Snapshot

# `-2024-08-06`, `-20250929`, `@20250929`, `-v1:0`, `:free`, `[1m]`, `-latest`, effort words.
SUFFIX = re.compile(
    r"(?:[-@](?:20\d\d-?\d\d-?\d\d|\d{6}|latest|default|preview|exp)|-v\d+(?::\d+)?|:\d+|\[[^\]]*\]"
    r"|:(?:nitro|floor|online|thinking|extended|beta|exacto)"
    r"|-(?:none|minimal|low|medium|high|xhigh|max)|@[\w.-]+)$"
)
BEDROCK = re.compile(
    r"^(?:(?:us|eu|apac|jp|au|ca|sa|me|af|global|us-gov)\.)?"
    r"(?:anthropic|amazon|meta|mistral|cohere|ai21|openai|deepseek|qwen|writer|google)\.[a-z]"
)
VERTEX = re.compile(r"publishers/[^/]+/models/(.+)$")
ALIASES = {
    "gemini": "google", "vertex_ai": "google", "vertex": "google", "bedrock": "aws",
    "amazon-bedrock": "aws", "aws.bedrock": "aws", "azure_ai": "azure", "azure-openai": "azure",
    "xai": "x-ai", "together_ai": "together", "fireworks_ai": "fireworks", "mistralai": "mistral",
}  # fmt: skip
MAX_PEELS = 4


@dataclass(frozen=True, slots=True)
class Resolved:
    """A row and the way to it."""

    row: Row
    how: str


def resolve(snapshot: Snapshot, model: str, provider: str | None) -> Resolved | None:
    """None when no row fits."""
    for name, hint, how in _candidates(snapshot, model.strip().lower(), provider):
        row = _row(snapshot, name, hint)
        if row is not None:
            return Resolved(row, how)
    return None


def nearest(snapshot: Snapshot, model: str) -> tuple[str, ...]:
    """Up to three known names close to an unknown one."""
    return tuple(difflib.get_close_matches(model.lower(), snapshot.names(), 3, 0.6))


def _candidates(
    snapshot: Snapshot, name: str, provider: str | None
) -> Iterator[tuple[str, str | None, str]]:
    hint = _provider(snapshot, provider)
    if name.startswith("arn:"):
        name, hint = name.rsplit("/", 1)[-1], "aws"
    vertex = VERTEX.search(name)
    if vertex:
        name, hint = vertex[1], "google"
    if BEDROCK.match(name):
        hint = "aws"
    if name.startswith("ft:"):
        yield name, hint or "openai", "exact"
        name, hint = name.split(":")[1], hint or "openai"
    names = list(_unprefixed(snapshot, name, hint))
    for number, (bare, owner) in enumerate(names):
        yield bare, owner, "prefix stripped" if number else "exact"
    for bare, owner in names:
        for _ in range(MAX_PEELS):
            shorter = SUFFIX.sub("", bare)
            if shorter == bare:
                break
            bare = shorter
            yield bare, owner, "suffix stripped"
    for bare, _ in names:  # the log's provider may be a gateway that has no rates of its own
        yield bare, None, "by name alone"


def _unprefixed(
    snapshot: Snapshot, name: str, hint: str | None
) -> Iterator[tuple[str, str | None]]:
    yield name, hint
    for _ in range(MAX_PEELS):
        head, slash, rest = name.partition("/")
        if not slash:
            return
        owner = _provider(snapshot, head)
        if owner is None and head != "models":
            return
        name, hint = rest, owner or hint
        yield name, hint


def _provider(snapshot: Snapshot, hint: str | None) -> str | None:
    found = snapshot.provider(hint)
    alias = ALIASES.get((hint or "").lower())
    return found or (alias if alias in snapshot.providers else None)


def _row(snapshot: Snapshot, name: str, hint: str | None) -> Row | None:
    if hint is not None:
        return snapshot.find(hint, name)
    return next((row for own in snapshot.owners(name) if (row := snapshot.find(own, name))), None)
