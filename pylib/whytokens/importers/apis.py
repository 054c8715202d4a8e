"""The bodies that are read verbatim, and whose body one is.

Kept apart from the registry: containers (HAR, VCR) and observability formats hold bodies of any API.
"""

from __future__ import annotations

from whytokens.importers.anthropic_messages import ANTHROPIC_MESSAGES
from whytokens.importers.bodies import BodyImporter
from whytokens.importers.exchanges import Exchange
from whytokens.importers.gemini_generate import GEMINI_GENERATE
from whytokens.importers.openai_chat import OPENAI_CHAT
from whytokens.importers.openai_responses import OPENAI_RESPONSES

# Most specific marks first; the generic test of roles and content last.
BODIES: tuple[BodyImporter, ...] = (
    GEMINI_GENERATE,
    OPENAI_RESPONSES,
    ANTHROPIC_MESSAGES,
    OPENAI_CHAT,
)


def owner(one: Exchange) -> BodyImporter | None:
    """Who reads this exchange; None when it is no call of a model."""
    return next((body for body in BODIES if body.owns(one)), None)
