"""The bodies that are read verbatim, and whose body one is.

Kept apart from the registry: containers (HAR, VCR) and observability formats hold bodies of any API.
"""

from __future__ import annotations

from whytokens.importers.anthropic_messages import ANTHROPIC_MESSAGES
from whytokens.importers.bedrock_converse import BEDROCK_CONVERSE
from whytokens.importers.bodies import BodyImporter
from whytokens.importers.cohere_chat import COHERE_CHAT
from whytokens.importers.completions import COMPLETIONS
from whytokens.importers.exchanges import Exchange
from whytokens.importers.gemini_generate import GEMINI_GENERATE
from whytokens.importers.mistral_chat import MISTRAL_CHAT
from whytokens.importers.ollama_chat import OLLAMA_CHAT
from whytokens.importers.openai_chat import OPENAI_CHAT
from whytokens.importers.openai_responses import OPENAI_RESPONSES

# Most specific marks first; the generic test of roles and content last.
BODIES: tuple[BodyImporter, ...] = (
    GEMINI_GENERATE,
    BEDROCK_CONVERSE,
    OPENAI_RESPONSES,
    OLLAMA_CHAT,
    MISTRAL_CHAT,
    COHERE_CHAT,
    ANTHROPIC_MESSAGES,
    COMPLETIONS,
    OPENAI_CHAT,
)


def owner(one: Exchange) -> BodyImporter | None:
    """Who reads this exchange; None when it is no call of a model."""
    return next((body for body in BODIES if body.owns(one)), None)
