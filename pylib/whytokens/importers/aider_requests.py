"""aider's log of requests (``--llm-history-file``): every prompt whole.

Spec: formats, section 3.8.
"""

from __future__ import annotations

import re

from whytokens.importers import Guide
from whytokens.importers.transcript_blocks import request_blocks
from whytokens.importers.transcripts import Transcript, TranscriptImporter

AIDER_REQUESTS = TranscriptImporter(
    Transcript(
        key="aider_requests",
        label="aider request log",
        guide=Guide(
            section="Coding agents",
            what="The file of aider's --llm-history-file: every prompt whole",
            steps=("Run aider with --llm-history-file requests.txt and drop that file.",),
            example="TO LLM 2026-11-16T10:00:00\n-------\nSYSTEM Act as an expert…\n-------\nUSER add a test",
            missing="usage and the model's name",
        ),
        start=re.compile(r"^TO LLM \d{4}-", re.MULTILINE),
        blocks=request_blocks,
        hidden=None,
        whole=True,
    )
)
