"""opencode: storage folders (session, message, part files), `opencode export`, and ``opencode.db``.

Spec: formats, section 3.8. A message's parts are files or rows of their own; a step of the model ends in
a part `step-finish` with its tokens, which exclude the cache. Joined by the ids in them.
"""

from __future__ import annotations

from collections.abc import Iterator

from whytokens.builder import TraceBuilder
from whytokens.containers import Source, database
from whytokens.containers.documents import documents
from whytokens.importers import Guide, Head, Progress, Verdict
from whytokens.importers.opencode_storage import (
    Storage,
    add_export,
    is_export,
    is_message,
    is_part,
    is_session,
)
from whytokens.importers.values import (
    as_dict,
    decoded,
)
from whytokens.model import Where

TABLES = frozenset(("session", "message", "part"))


class OpenCode:
    """Files of a storage folder, one exported session, or the database."""

    key = "opencode"
    label = "opencode session"
    guide = Guide(
        section="Coding agents",
        what="~/.local/share/opencode/storage/ (the folder), opencode.db, or opencode export",
        steps=(
            "Drop the folder ~/.local/share/opencode/storage, or opencode.db with opencode.db-wal beside it.",
            "Or run `opencode export <session> > session.json` and drop that.",
        ),
        example='{"info": {"id": "ses_…"}, "messages": [{"info": {"role": "user"}, "parts": […]}]}',
        marks=frozenset(("sessionID", "messageID", "projectID", "parts", "modelID", "providerID")),
        missing="the system prompt and tool schemas",
    )
    export_hint = guide.steps[0]

    def sniff(self, head: Head) -> Verdict:
        if head.container == "database":
            return "yes" if head.tables >= TABLES else "no"
        tests = (is_export, is_message, is_part, is_session)
        found = [as_dict(value) for value in head.values]
        if head.partial and all(mark in head.text for mark in ('"info"', '"sessionID"', '"parts"')):
            return "yes"
        return "yes" if any(test(one) for one in found for test in tests) else "no"

    def load(self, source: Source, builder: TraceBuilder) -> Iterator[Progress]:
        shared = builder.gathered("opencode", Storage)
        with source.open() as raw:
            start = raw.read(16)
        if database.is_database(start):
            yield from self._database(source, shared)
            return
        strange = list[Where]()
        for document in documents(source, builder):
            one, where = as_dict(document.value), document.where
            if is_export(one):
                add_export(one, where, shared)
            elif not shared.add(one, where):
                strange.append(where)
            yield document.progress
        if strange:
            text = f"{len(strange):,} records are not {self.label}, skipped."
            builder.warn("partial", text, strange[0])

    def _database(self, source: Source, shared: Storage) -> Iterator[Progress]:
        """Rows whose column `data` is the JSON that older versions kept in files."""
        with database.opened(source) as connection:
            count = 0
            for table, names in _COLUMNS.items():
                for row in database.rows(connection, table, names):
                    one = as_dict(decoded(row.pop("data", None)))
                    for column, key in _KEYS.items():
                        if row.get(column) is not None:
                            one.setdefault(key, row[column])
                    if table == "session":
                        one.setdefault("projectID", "")
                        one.setdefault("title", "")
                    where = Where(file=source.name, pointer=f"/{table}/{row.get('id')}")
                    if not shared.add(one, where):
                        shared.builder.warn("partial", "A row without its fields, skipped.", where)
                    count += 1
                    yield Progress(source.size_bytes, source.size_bytes, count)


_COLUMNS = {
    "session": ("id", "project_id", "parent_id", "title", "directory", "data"),
    "message": ("id", "session_id", "time_created", "data"),
    "part": ("id", "message_id", "session_id", "data"),
}
_KEYS = {
    "id": "id", "project_id": "projectID", "parent_id": "parentID", "title": "title",
    "directory": "directory", "session_id": "sessionID", "message_id": "messageID",
}  # fmt: skip


OPENCODE = OpenCode()
