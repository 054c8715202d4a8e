"""The text of PDFs in a trace, read by pypdf: installed, or its pure Python files, fetched when a log holds a PDF.

Spec: ISO 32000-1 as pypdf reads it. How a provider takes the text out of a page is not told: counts are estimates.
"""

from __future__ import annotations

import base64
import binascii
import io
from collections.abc import Generator, Iterator
from dataclasses import replace

from whytokens.assets import Need
from whytokens.containers import libraries
from whytokens.model import Media, Segment, Trace
from whytokens.returning import Returning
from whytokens.steps import Clock, Event, Step

ASSET, MODULE = "pypdf.zip", "pypdf"
# Of one document and of all; a page takes up to 0.1 s. The others count as those that were read.
MAX_PAGES, MAX_ALL_PAGES = 60, 600


def with_texts(trace: Trace) -> Generator[Event, None, Trace]:
    """The trace with its PDFs read; what pypdf cannot read keeps the pages that its objects name."""
    waiting = [one for one in trace.segments if one.media is not None and one.media.data]
    if not waiting:
        return trace
    if not libraries.have(MODULE, ASSET):
        yield Need(ASSET)
    segments, clock, left = list(trace.segments), Clock(), MAX_ALL_PAGES
    for done, segment in enumerate(waiting):
        for _ in (steps := Returning(_read(segment, min(left, MAX_PAGES)))):
            if clock.due():
                yield Step(
                    stage="reading", done=done, total=len(waiting), unit="documents",
                    file=segment.where.file, line=segment.where.line,
                )  # fmt: skip
        segments[segment.id] = replace(segment, media=steps.value)
        left -= steps.value.pages_read
    return replace(trace, segments=tuple(segments))


def _read(segment: Segment, most: int) -> Generator[None, None, Media]:
    assert segment.media is not None and segment.media.data
    found = replace(segment.media, data=None)
    texts, pages = list[str](), found.pages
    try:
        for text, number in _pages(segment.media.data):
            pages = number
            if len(texts) == most:
                break
            texts.append(text)
            yield
    except (
        Exception
    ):  # of a damaged document pypdf raises whatever it meets: what was read so far counts
        pages = pages or len(texts) or None
    return replace(found, pages=pages, pages_read=len(texts), text="\n".join(texts) or None)


def _pages(data: str) -> Iterator[tuple[str, int]]:
    """The text of each page, and how many there are."""
    try:
        raw = base64.b64decode("".join(data.split()))
    except (binascii.Error, ValueError):
        return
    import logging  # not for the memory snapshot, which most logs are read from

    logging.getLogger(MODULE).setLevel(logging.CRITICAL)
    reader = libraries.load(MODULE, ASSET).PdfReader(io.BytesIO(raw))
    count = len(reader.pages)
    for page in reader.pages:
        yield page.extract_text(), count
