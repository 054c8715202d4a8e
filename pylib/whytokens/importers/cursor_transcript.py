"""A chat exported from Cursor as Markdown.

Spec: formats, section 3.8.
"""

from __future__ import annotations

import re

from whytokens.importers import Guide
from whytokens.importers.transcript_blocks import cursor_blocks
from whytokens.importers.transcripts import Transcript, TranscriptImporter

CURSOR_TRANSCRIPT = TranscriptImporter(
    Transcript(
        key="cursor_transcript",
        label="Cursor transcript",
        guide=Guide(
            section="Chats",
            what="A chat exported from Cursor as Markdown",
            steps=("In Cursor's chat: ⋯, Export Transcript.",),
            example="# Title\n_Exported on … from Cursor (2.0)_\n\n---\n\n**User**\n\nFix the test.",
            missing="usage, the system prompt and the tool schemas",
        ),
        start=re.compile(r"^_Exported on .* from Cursor", re.MULTILINE),
        blocks=cursor_blocks,
    )
)
