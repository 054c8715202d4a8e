"""aider's chat history: what was said, without the files that were sent.

Spec: formats, section 3.8.
"""

from __future__ import annotations

import re

from whytokens.importers import Guide
from whytokens.importers.transcript_blocks import aider_blocks
from whytokens.importers.transcripts import Transcript, TranscriptImporter

AIDER_HISTORY = TranscriptImporter(
    Transcript(
        key="aider",
        label="aider chat history",
        guide=Guide(
            section="Chats",
            what=".aider.chat.history.md of a project",
            steps=(
                "Drop .aider.chat.history.md.",
                "Better: run aider with --llm-history-file requests.txt and drop that: it holds whole prompts.",
            ),
            example="# aider chat started at 2026-11-16 10:00:00\n\n#### add a test\n\nSure…",
            missing="usage (its counts are rounded), the system prompt and the files",
        ),
        start=re.compile(r"^# aider chat started at ", re.MULTILINE),
        blocks=aider_blocks,
    )
)
