"""Our own shape files and links: numbers without texts. Spec: `whytokens.exporters.shape`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from whytokens.builder import TraceBuilder
from whytokens.containers import Source
from whytokens.containers.documents import documents
from whytokens.errors import TraceError
from whytokens.exporters.shape import CAUSES, FEES, FRONTS, ROLES, TIERS, VERSION
from whytokens.importers import Guide, Head, Progress, Verdict
from whytokens.model import CATEGORIES, MessageId, Options, Role, SegmentId, Usage, Where

API = "whytokens.shape"


class ShapeImporter:
    """Segments have a category and a number of tokens, no text."""

    key = "whytokens_shape"
    label = "whytokens shape"
    export_hint = "Share, “Numbers only”"
    guide = Guide(
        section="Other",
        what="A shape file or link of this page: every number, no text",
        steps=("On this page: Share, “Numbers only”; drop the file or open the link.",),
        example='{"whytokens_shape": 1, "pieces": [], "messages": [], "calls": []}',
        marks=frozenset(("whytokens_shape", "pieces")),
        missing="all text, on purpose",
    )

    def sniff(self, head: Head) -> Verdict:
        first = head.values[0] if head.values else None
        return "yes" if isinstance(first, dict) and "whytokens_shape" in first else "no"

    def load(self, source: Source, builder: TraceBuilder) -> Iterator[Progress]:
        for document in documents(source, builder):
            try:
                _Reader(document.value, builder, document.where).read()
            except (LookupError, TypeError, ValueError, AttributeError) as error:
                raise TraceError(
                    "link-unreadable",
                    "This link is cut off or was made by a newer version.",
                    "Ask for the file instead.",
                    where=document.where,
                ) from error
            yield Progress(source.size_bytes, source.size_bytes, 1)


class _Reader:
    """One shape on its way into a builder."""

    def __init__(self, value: Any, builder: TraceBuilder, where: Where) -> None:
        if value["whytokens_shape"] != VERSION:
            raise ValueError("another version")
        self.value, self.builder, self.where = value, builder, where
        names = value.get("names", {})
        seen = dict.fromkeys(range(len(CATEGORIES)), 0)
        self.pieces: list[SegmentId] = []
        for number, (kind, tokens, estimated) in enumerate(value["pieces"]):
            if kind >= 0:
                seen[kind] += 1
            path = names.get(str(number))
            self.pieces.append(self._piece(kind, tokens, estimated, seen, path))
        self.messages = [self._message(*row) for row in value["messages"]]

    def _piece(
        self, kind: int, tokens: int, estimated: int, seen: dict[int, int], path: list[str] | None
    ) -> SegmentId:
        """The name of a segment is what a template renders: here its tokens, "~" for about."""
        count = f"{'~' if estimated else ''}{int(tokens)}"
        if kind < 0:
            labels: tuple[str, ...] = ("overhead", CAUSES[-1 - kind])
            return self.builder.segment("overhead", labels, None, self.where, name=count)
        category = CATEGORIES[kind]
        word = category.replace("_", " ")
        labels = (*map(str, path),) if path else (f"{word} {seen[kind]}",)
        # The ordinal keeps two segments of one size and label apart.
        where = Where(file=self.where.file, pointer=f"/pieces/{sum(seen.values())}")
        name = f"{count}#{seen[kind]}"
        return self.builder.segment(category, (category, *labels), None, where, name=name)

    def _message(self, role: int, *pieces: int) -> MessageId:
        found: Role = ROLES[role]  # type: ignore[assignment]
        return self.builder.message(found, [self.pieces[piece] for piece in pieces])

    def read(self) -> None:
        before: list[MessageId] = []
        for row in self.value["calls"]:
            session, model, tier, same, new, reply, usage, front, unbilled = row
            before = [*before[: int(same)], *(self.messages[number] for number in new)]
            provider, _, name = str(self.value["models"][model]).partition("/")
            self.builder.call(
                api=API,
                model=name or None,
                provider=provider or None,
                prompt=self.builder.prompt(before),
                where=self.where,
                session=f"session {int(session) + 1}",
                options=Options(),
                hidden=FRONTS[front] if front >= 0 else "not named" if front == -1 else None,
                reply=tuple(self.pieces[piece] for piece in reply),
                usage=_usage(usage),
                tier=TIERS[tier],
                error="failed" if unbilled else None,
            )


def _usage(values: list[Any]) -> Usage | None:
    if len(values) < 6:
        return Usage(output=values[0]) if values[0] is not None else None
    fees = {FEES[key]: int(count) for key, count in (values[6] if len(values) > 6 else [])}
    return Usage(
        input=values[0], cache_read=values[1], cache_write_5m=values[2], cache_write_1h=values[3],
        output=values[4], reasoning=values[5], fees=fees,
        prompt_size=values[7] if len(values) > 7 else None,
    )  # fmt: skip


WHYTOKENS_SHAPE = ShapeImporter()
