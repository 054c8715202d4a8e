"""The importer that logs of conversations share: documents that each hold one or are a part of one.

What differs by format is a `Talk`: which documents it owns, and how one is read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from whytokens.builder import TraceBuilder
from whytokens.containers import Source
from whytokens.containers.documents import documents
from whytokens.errors import TraceError
from whytokens.importers import Guide, Head, Progress, Verdict
from whytokens.model import Where


@dataclass(frozen=True, slots=True, kw_only=True)
class Talk:
    """`read` adds what a document says; it answers False where the document is not the format's
    after all. `finish` comes after a file's last document. `gathers`: calls are added when all files
    are read, so that a file without any is no error by itself. `text` are marks of files whose first
    value is cut in the 64 kB of a sniffer."""

    key: str
    label: str
    guide: Guide
    owns: Callable[[Any], bool]
    read: Callable[[Any, Where, TraceBuilder], bool | None]
    finish: Callable[[TraceBuilder], None] | None = None
    gathers: bool = False
    text: tuple[str, ...] = ()


class TalkImporter:
    """Documents of one format, in any container."""

    def __init__(self, talk: Talk) -> None:
        self.talk = talk
        self.key, self.label, self.guide = talk.key, talk.label, talk.guide
        self.export_hint = talk.guide.steps[0]

    def sniff(self, head: Head) -> Verdict:
        if any(self.talk.owns(value) for value in head.values):
            return "yes"
        cut = head.partial and self.talk.text
        return "yes" if cut and all(mark in head.text for mark in self.talk.text) else "no"

    def load(self, source: Source, builder: TraceBuilder) -> Iterator[Progress]:
        before, strange = builder.calls_so_far, list[Where]()
        for document in documents(source, builder):
            if self.talk.read(document.value, document.where, builder) is False:
                strange.append(document.where)
            yield document.progress
        if self.talk.finish:
            self.talk.finish(builder)
        if strange:
            text = f"{len(strange):,} records are not {self.label}, skipped."
            builder.warn("partial", text, strange[0])
        if builder.calls_so_far == before and not self.talk.gathers:
            raise TraceError(
                "no-calls", f"No LLM calls in {source.name}.",
                f"It is {self.label}, without any answer of a model.",
                where=Where(file=source.name), hint=self.export_hint,
            )  # fmt: skip
