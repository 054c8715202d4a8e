"""Sources to one trace: sniffed, imported, what cannot be read named."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import suppress
from dataclasses import replace

from whytokens import pdf, registry
from whytokens.assets import Need as Need
from whytokens.builder import TraceBuilder
from whytokens.containers import Source
from whytokens.containers.archives import members
from whytokens.containers.documents import documents
from whytokens.containers.pairs import join
from whytokens.containers.wrapped_lines import unwrapped
from whytokens.errors import TraceError
from whytokens.importers import Importer
from whytokens.left_out import left_out, not_as_it_stands
from whytokens.model import Trace, Where
from whytokens.sniff import choose, read_head
from whytokens.steps import Clock, Event, Step


def read(sources: Sequence[Source]) -> Generator[Event, None, Trace]:
    """Sniff and import every source into one trace; unreadable ones are named, the rest opens."""
    name = sources[0].name if len(sources) == 1 else f"{len(sources)} files"
    builder, clock, errors = TraceBuilder(name), Clock(), list[TraceError]()
    for source in _files(sources, errors):
        try:
            importer, source = _importer(source)  # its lines unwrapped, where they are
            builder.used(importer.key, importer.label)
            for step in importer.load(source, builder):
                if isinstance(step, Need):
                    yield step
                elif clock.due():
                    yield Step(
                        stage="reading", done=step.done, total=step.total, unit="bytes",
                        file=source.name, line=step.line,
                    )  # fmt: skip
        except TraceError as error:
            errors.append(error)
        for warning in not_as_it_stands(source):
            builder.warned(warning)
    size = sum(source.size_bytes for source in sources)
    for _ in builder.finishing():
        if clock.due():
            yield Step(stage="reading", done=size, total=size, unit="bytes")
    if errors and not builder.calls_so_far:
        raise min(errors, key=_telling)
    if not builder.calls_so_far:
        raise TraceError(
            "no-calls",
            f"No LLM calls in {name}.",
            "It is a format this page reads, but it holds no request to a model.",
            where=Where(file=name),
        )
    for warning in left_out(errors):
        builder.warn(warning.code, warning.message, warning.where)
    return (yield from pdf.with_texts(builder.build()))


def _files(sources: Sequence[Source], errors: list[TraceError]) -> list[Source]:
    """Every file in the sources, archives unpacked, what belongs together joined, in one order."""
    found = [member for source in sources for member in members(source, errors)]
    return sorted(join(found), key=lambda source: source.name)


def _telling(error: TraceError) -> int:
    """Of several errors the one to show: a broken log says more than a file that is none."""
    return error.code in ("unknown-format", "empty-file")


def _importer(source: Source) -> tuple[Importer, Source]:
    """The source's importer, and the source with its lines unwrapped where a collector wrapped them; what is JSON
    but for a mistake is told so, not called unknown."""
    head = read_head(source)
    try:
        return choose(head, registry.IMPORTERS), source
    except TraceError:
        inside = unwrapped(source, head.text)
        if inside is not None:
            with suppress(TraceError):
                return choose(read_head(inside), registry.IMPORTERS), inside
        if head.container == "json":
            first = next(documents(source, TraceBuilder("")), None)
            if (
                first is not None and head.partial
            ):  # its telling keys come after a text longer than the head
                with suppress(TraceError):
                    whole = replace(head, values=(first.value,), partial=False)
                    return choose(whole, registry.IMPORTERS), source
        raise
