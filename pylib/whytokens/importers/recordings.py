"""The importer that recordings of HTTP share: JSON or YAML documents of requests, most of them not to models."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from whytokens.assets import Need
from whytokens.builder import TraceBuilder
from whytokens.containers import Source, yaml_documents
from whytokens.containers.documents import Document, documents
from whytokens.errors import TraceError
from whytokens.importers import Guide, Head, Progress, Verdict, http
from whytokens.importers.http import Recorded
from whytokens.importers.values import pointer
from whytokens.model import Where


class RecordingImporter:
    """`recorded` takes a document apart, `owns` says whether it is one; `marks` and `also` are words
    of which a head that cannot be read whole must hold one each."""

    def __init__(
        self,
        *,
        key: str,
        label: str,
        guide: Guide,
        recorded: Callable[[Any, Where], Iterator[Recorded]],
        owns: Callable[[Any], bool],
        marks: tuple[str, ...],
        also: tuple[str, ...],
    ) -> None:
        self.key, self.label, self.guide, self.export_hint = key, label, guide, guide.steps[0]
        self._recorded, self._owns, self._marks, self._also = recorded, owns, marks, also

    def sniff(self, head: Head) -> Verdict:
        if any(self._owns(value) for value in head.values):
            return "yes"
        if head.values and not head.partial:
            return "no"
        told = all(any(m in head.text for m in group) for group in (self._marks, self._also))
        return "yes" if told else "no"

    def load(self, source: Source, builder: TraceBuilder) -> Iterator[Progress | Need]:
        before, other = builder.calls_so_far, 0
        for step in self._documents(source, builder):
            if not isinstance(step, Document):
                yield step
                continue
            other += http.add_all(self._recorded(step.value, step.where), builder)
            yield step.progress
        if builder.calls_so_far == before:
            raise TraceError(
                "no-calls", f"No LLM calls in {source.name}.",
                f"None of its {other:,} requests goes to a model.",
                where=Where(file=source.name), hint=self.export_hint,
            )  # fmt: skip

    def _documents(self, source: Source, builder: TraceBuilder) -> Iterator[Document | Need]:
        if yaml_documents.is_yaml(source):
            yield from yaml_documents.documents(source, builder)
        else:
            yield from documents(source, builder)


def under(where: Where, *keys: str | int) -> Where:
    """A place inside a place."""
    return Where(file=where.file, line=where.line, pointer=pointer(where.pointer, *keys))
