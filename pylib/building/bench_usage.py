"""Usage of every recorded response as buckets: how many by provider, and every exception by name.

Needs `../shared` (the corpus, and logs of every format); says so where it is not there. A bucket
below zero, a reading that is not the recorder's billed input, or a sum that is not the provider's
own total is an exception and is printed.
"""

from __future__ import annotations

import json
import re
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from building import corpus
from building.places import ROOT
from whytokens.importers.usage import anthropic, bedrock_invoke, usage_of
from whytokens.model import Usage

SAMPLES = ROOT.parent / "shared" / "samples" / "dev"
# Objects that count tokens of a request before it is sent: no response, no usage.
COUNTING = frozenset(
    ("messages.count_tokens", "bedrock.count_tokens", "responses.input_tokens", "countTokens")
)
OBJECT = re.compile(r'\\*"(usage|usageMetadata|usage_metadata)\\*"\s*:\s*(?=\{)')


@dataclass(frozen=True, slots=True)
class Reading:
    """One usage object, what became of it, and why it is an exception (None: it is none)."""

    provider: str
    value: Any
    usage: Usage | None
    exception: str | None


def of_corpus() -> Iterator[Reading]:
    """Every response of the corpus, read by the shape of its API."""
    for row in corpus.rows():
        if row["api"] in COUNTING:
            continue
        value, provider = row["usage"], row["provider"]
        if row["api"] in ("messages", "bedrock.invoke"):
            usage = anthropic(value) if row["api"] == "messages" else bedrock_invoke(value)
        else:
            usage = usage_of(value, provider)
        found = _exception(usage, value) or _off(usage, row)
        yield Reading(provider, value, usage, found)


def of_samples() -> Iterator[Reading]:
    """Every usage object in a log's text, in responses and in what wraps them."""
    for path in sorted(SAMPLES.rglob("*")):
        if path.is_file():
            for value in _objects(path):
                usage = usage_of(value)
                if usage is not None or _reports(value):
                    yield Reading(path.parent.name, value, usage, _exception(usage, value))


def _objects(path: Path) -> Iterator[Any]:
    seen = set()
    for text in texts(path):
        for plain in (text, text.replace('\\\\"', '"').replace('\\"', '"')):
            for match in OBJECT.finditer(plain):
                try:
                    value, _ = json.JSONDecoder().raw_decode(plain, match.end())
                except ValueError:
                    continue
                key = json.dumps(value, sort_keys=True)
                if key not in seen:
                    seen.add(key)
                    yield value


def texts(path: Path) -> Iterator[str]:
    data = path.read_bytes()
    if not data.startswith(b"PK"):
        yield data.decode("utf-8", "ignore")
        return
    with zipfile.ZipFile(path) as archive:
        for info in archive.infolist():
            if info.compress_type in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                yield archive.read(info).decode("utf-8", "ignore")


def _reports(value: Any) -> bool:
    """Does it name tokens at all?"""
    return isinstance(value, dict) and any(
        "token" in key.lower() and isinstance(item, int) for key, item in value.items()
    )


def _exception(usage: Usage | None, value: Any) -> str | None:
    if usage is None:
        return "no shape is known for it"
    if usage.refused:
        return f"refused: {usage.refused}"
    buckets = (usage.input, usage.cache_read, usage.cache_write_5m, usage.cache_write_1h)
    if any(tokens is not None and tokens < 0 for tokens in (*buckets, usage.output)):
        return "a bucket is below zero"
    if usage.unsaid:
        return (
            f"its parts sum to {(usage.total or 0) - usage.unsaid:,}, its total is {usage.total:,}"
        )
    return None


def _off(usage: Usage | None, row: dict[str, Any]) -> str | None:
    """Where the recorder's billed input is another figure than ours, and the total is silent."""
    ours = usage.prompt if usage else None
    if ours is None or ours == row["input_total"] or (usage and usage.total is not None):
        return None
    if any(one.get("type") == "compaction" for one in row["usage"].get("iterations") or []):
        return None  # the recorder's figure leaves compactions out; the bill does not
    return f"prompt is {ours:,}, the recorder's is {row['input_total']:,}"


def main() -> None:
    for name, here, readings in (
        ("corpus", corpus.CORPUS.exists(), of_corpus),
        ("samples", SAMPLES.exists(), of_samples),
    ):
        if here:
            _table(name, list(readings()))
        else:
            print(f"../shared/{name} is not beside the checkout: nothing to measure")


def _table(name: str, found: list[Reading]) -> None:
    read = Counter(one.provider for one in found)
    checked = Counter(one.provider for one in found if one.usage and one.usage.total is not None)
    odd = Counter(one.provider for one in found if one.exception)
    print(f"{name}: {'provider':34} {'responses':>9} {'own total':>9} {'exceptions':>10}")
    for provider, count in read.most_common():
        print(f"  {provider:40} {count:9,} {checked[provider]:9,} {odd[provider]:10,}")
    print(
        f"  {'all':40} {len(found):9,} {sum(checked.values()):9,} {sum(odd.values()):10,}"
        f" ({1 - sum(odd.values()) / max(len(found), 1):.2%} clean)"
    )
    for provider, count, example in _grouped(found):
        print(f"  {count:4} x {provider}: {example}")


def _grouped(found: list[Reading]) -> list[tuple[str, int, str]]:
    """Exceptions that differ in their figures only, as one line with the first of them."""
    groups: dict[tuple[str, str], list[str]] = {}
    for one in found:
        if one.exception:
            kind = re.sub(r"[0-9,]+", "#", one.exception)
            groups.setdefault((one.provider, kind), []).append(one.exception)
    rows = [(provider, len(texts), texts[0]) for (provider, _), texts in groups.items()]
    return sorted(rows, key=lambda row: (-row[1], row[0]))


if __name__ == "__main__":
    main()
