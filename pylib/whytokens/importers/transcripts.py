"""The importer that transcripts in Markdown share: turns of a user and a model, as text.

Spec: formats, section 3.8. They hold the words alone; only aider's log of requests holds whole prompts.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from whytokens.builder import TraceBuilder
from whytokens.containers import Source
from whytokens.containers.decode import lines
from whytokens.errors import TraceError
from whytokens.importers import Guide, Head, Progress, Verdict
from whytokens.importers.conversation import SYSTEM_AND_TOOLS, Conversation
from whytokens.importers.transcript_blocks import Block
from whytokens.importers.values import as_time
from whytokens.model import Where

MAX_CHARS = 256 * 2**20


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcript:
    """`start` is found near a file's beginning; `blocks` takes the text apart. `whole`: every answer
    has its own whole prompt before it."""

    key: str
    label: str
    guide: Guide
    start: re.Pattern[str]
    blocks: Callable[[list[str]], Iterator[Block]]
    hidden: str | None = SYSTEM_AND_TOOLS
    whole: bool = False


class TranscriptImporter:
    """One kind of transcript."""

    def __init__(self, kind: Transcript) -> None:
        self.kind = kind
        self.key, self.label, self.guide = kind.key, kind.label, kind.guide
        self.export_hint = kind.guide.steps[0]

    def sniff(self, head: Head) -> Verdict:
        return (
            "yes" if head.container == "text" and self.kind.start.search(head.text[:4000]) else "no"
        )

    def load(self, source: Source, builder: TraceBuilder) -> Iterator[Progress]:
        found, size, last = list[str](), 0, 0
        for line in lines(source):
            found.append(line.text.rstrip("\r\n"))
            size, last = size + len(line.text), line.number
            if size > MAX_CHARS:
                raise TraceError(
                    "too-large", f"{source.name} is too long for a transcript.",
                    where=Where(file=source.name), hint=self.export_hint,
                )  # fmt: skip
            if last % 5000 == 0:
                yield Progress(line.read_bytes, source.size_bytes, last)
        before = builder.calls_so_far
        self._read(self.kind.blocks(found), source, builder)
        yield Progress(source.size_bytes, source.size_bytes, last)
        if builder.calls_so_far == before:
            raise TraceError(
                "no-calls", f"No LLM calls in {source.name}.", f"It is {self.label}, without an answer.",
                where=Where(file=source.name), hint=self.export_hint,
            )  # fmt: skip

    def _read(self, blocks: Iterator[Block], source: Source, builder: TraceBuilder) -> None:
        talk = Conversation(builder, source.name, self.kind.hidden)
        for block in blocks:
            where = Where(file=source.name, line=block.line)
            if block.session is not None:
                talk = Conversation(builder, block.session or source.name, self.kind.hidden)
                continue
            if block.role == "assistant" and block.answers:
                talk.model = block.model or talk.model
                talk.reply(block.message(), where, None, started=as_time(block.time))
                if self.kind.whole:
                    talk = Conversation(builder, None, self.kind.hidden)
            else:
                talk.hear(block.message(), where)
            if block.result:
                talk.hear({"role": "tool", "name": block.tool, "content": block.result}, where)
