"""Phoenix's own database, and data frames of its spans that were written to SQLite.

Spec: formats, section 4.2 (d) and (e): table `spans` with attributes as nested JSON, `traces` with the ids; or any
table with the data frame's dotted columns, their objects as Python's repr.
"""

from __future__ import annotations

from collections.abc import Iterator

from whytokens.builder import TraceBuilder
from whytokens.containers import Source, database
from whytokens.containers.csv_rows import cell
from whytokens.errors import TraceError
from whytokens.importers import Guide, Head, Progress, Verdict, genai
from whytokens.importers.otel import Telemetry
from whytokens.importers.spans import Span, spans_of
from whytokens.importers.values import Json
from whytokens.model import Where

FRAME = "context.span_id"
OWN = (
    "SELECT spans.*, traces.trace_id AS trace_id FROM spans "
    "LEFT JOIN traces ON traces.id = spans.trace_rowid"
)


class PhoenixDatabase:
    """Spans out of SQLite."""

    key = "phoenix_database"
    label = "Phoenix database"
    export_hint = "Copy ~/.phoenix/phoenix.db while Phoenix is stopped, or with its -wal file."
    guide = Guide(
        section="Databases",
        what="Phoenix's own phoenix.db, or its spans' data frame written to SQLite",
        steps=(export_hint, "Drop phoenix.db, with phoenix.db-wal where there is one."),
        example="tables: spans, traces, projects, …",
        marks=frozenset(("spans", "traces", "projects", FRAME)),
    )

    def sniff(self, head: Head) -> Verdict:
        if head.container != "database":
            return "no"
        return "yes" if {"spans", "traces"} <= head.tables or FRAME in head.columns else "no"

    def load(self, source: Source, builder: TraceBuilder) -> Iterator[Progress]:
        shared, found = builder.gathered("spans", Telemetry), 0
        for number, row in enumerate(_rows(source), 1):
            value = {name: cell(v) if isinstance(v, str) else v for name, v in row.items()}
            where = Where(file=source.name, line=number)
            for span in spans_of(value, where):
                if isinstance(span, Span):
                    shared.spans.append(span)
                    found += genai.kind(span) in ("call", "outer")
            yield Progress(0, source.size_bytes, number)
        if not found:
            raise TraceError(
                "no-calls", f"No LLM calls in {source.name}.", "None of its spans is of a model.",
                where=Where(file=source.name), hint=self.export_hint,
            )  # fmt: skip


def _rows(source: Source) -> Iterator[Json]:
    with database.opened(source) as connection:
        names = [
            name
            for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type='table'")
        ]
        own = "trace_rowid" in database.columns(connection, "spans") if "spans" in names else False
        frames = [name for name in names if FRAME in database.columns(connection, name)]
        quoted = [f'SELECT * FROM "{name.replace(chr(34), chr(34) * 2)}"' for name in frames]
        for query in [OWN] if own else quoted:
            cursor = connection.execute(query)
            keys = [column[0] for column in cursor.description]
            for row in cursor:
                yield dict(zip(keys, row, strict=True))


PHOENIX_DATABASE = PhoenixDatabase()
