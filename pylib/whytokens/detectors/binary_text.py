"""Base64 and other binary data sent as text: tokens that no model can read.

Spec: facts, 4.2 (d) "base64 / binary", E8: >= 256 characters of the alphabet with high entropy.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator

from whytokens.attribution.share import Attribution
from whytokens.model import SegmentId
from whytokens.waste import WHOLE, Fix, Waste
from whytokens.waste.priced import Found, Priced, some

MIN_CHARS = 256
BLOB = re.compile(r"[A-Za-z0-9+/_-]{256,}={0,2}(?:\r?\n[A-Za-z0-9+/_-]{16,}={0,2})*")
# Bits per character: base64 of compressed data has 5.9, hexadecimal 4.0, a long identifier below 3.6.
MIN_ENTROPY_BITS = 4.6
# Keys of sealed content in the APIs: encrypted search results, signatures of thinking.
SEALED = re.compile(
    r"""(?:encrypted|signature|redacted|sealed)[\w]*["']?\s*[:=]\s*["']?$""", re.IGNORECASE
)
SEALED_CHARS = 60

FIX = Fix(
    text="Send images and files as media parts, and keep other binary data out of the prompt.",
    snippet='re.sub(r"[A-Za-z0-9+/]{256,}={0,2}", "[binary data removed]", result)',
    language="python",
    risk="None, unless the model must repeat the data.",
)


class BinaryText:
    key = "binary-text"
    looks_for = "binary data sent as text"

    def find(self, priced: Priced) -> Iterator[Waste]:
        found = Found()
        known: dict[SegmentId, list[tuple[int, int]]] = {}
        for history in priced.histories:
            for arrival in history.arrivals:
                if arrival.segment.category == "media" or not arrival.segment.text:
                    continue
                parts = known.get(arrival.segment.id)
                if parts is None:
                    one = history.calls[arrival.turn]
                    parts = known[arrival.segment.id] = list(_parts(one, arrival.segment.text))
                if parts:
                    found.add(priced, history, arrival, _note(parts), parts=parts)
        if found:
            yield Waste(
                title="Keep binary data out of the text",
                why=f"{some(len(found), 'text')} with {MIN_CHARS} characters and more that only a machine can read.",
                change=found.change,
                evidence=tuple(found.evidence),
                fix=FIX,
                confidence="high",
                assumptions=("The data is not sent; the text around it stays.",),
            )


def _note(parts: list[tuple[int, int]]) -> str:
    share = sum(high - low for low, high in parts) / WHOLE
    return f"{share * 100:.0f} % of it is binary data"


def _parts(one: Attribution, text: str) -> Iterator[tuple[int, int]]:
    """Blobs as millionths of the text's tokens."""
    blobs = [match.span() for match in BLOB.finditer(text) if _binary(text, match)]
    if not blobs:
        return
    count = one.lane.counter.count
    whole = max(1, count(text))
    for start, end in blobs:
        before, own = count(text[:start]), count(text[start:end])
        yield min(WHOLE, before * WHOLE // whole), min(WHOLE, (before + own) * WHOLE // whole)


def _binary(text: str, match: re.Match[str]) -> bool:
    """High entropy, and not what a provider sealed and wants back as it is."""
    sealed = SEALED.search(text[max(0, match.start() - SEALED_CHARS) : match.start()])
    return sealed is None and entropy(match[0]) >= MIN_ENTROPY_BITS


def entropy(text: str) -> float:
    """Bits per character."""
    counts = Counter(text).values()
    return -sum(n / len(text) * math.log2(n / len(text)) for n in counts)


BINARY_TEXT = BinaryText()
