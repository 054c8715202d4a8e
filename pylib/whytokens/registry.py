"""The one explicit list of everything pluggable, in the order it is asked."""

from __future__ import annotations

from whytokens.importers import Importer
from whytokens.importers.anthropic_messages import ANTHROPIC_MESSAGES
from whytokens.importers.braintrust import BRAINTRUST
from whytokens.importers.claude_code import CLAUDE_CODE
from whytokens.importers.gemini_generate import GEMINI_GENERATE
from whytokens.importers.langfuse import LANGFUSE
from whytokens.importers.langsmith import LANGSMITH
from whytokens.importers.litellm import LITELLM
from whytokens.importers.mlflow import MLFLOW
from whytokens.importers.openai_chat import OPENAI_CHAT
from whytokens.importers.openai_responses import OPENAI_RESPONSES
from whytokens.importers.otel import AI_SDK, CTXCAPTURE, LOGFIRE, OPENINFERENCE, OTEL
from whytokens.templates import Template
from whytokens.templates.anthropic import MESSAGES
from whytokens.templates.gemini import GENERATE
from whytokens.templates.openai import CHAT, RESPONSES
from whytokens.templates.plain import PLAIN
from whytokens.tokenizers import Tokenizer
from whytokens.tokenizers.claude import V3, V47, V48
from whytokens.tokenizers.estimate import ANY, LLAMA
from whytokens.tokenizers.gemma import GEMMA
from whytokens.tokenizers.openai import CL100K, HARMONY, O200K, P50K, R50K

# Most specific marks first; the generic test of roles and content last.
IMPORTERS: tuple[Importer, ...] = (
    CLAUDE_CODE,
    LANGFUSE,
    LANGSMITH,
    LITELLM,
    BRAINTRUST,
    MLFLOW,
    CTXCAPTURE,
    AI_SDK,
    OPENINFERENCE,
    LOGFIRE,
    OTEL,
    GEMINI_GENERATE,
    OPENAI_RESPONSES,
    ANTHROPIC_MESSAGES,
    OPENAI_CHAT,
)
TEMPLATES: tuple[Template, ...] = (CHAT, RESPONSES, MESSAGES, GENERATE, PLAIN)
TOKENIZERS: tuple[Tokenizer, ...] = (
    HARMONY,
    CL100K,
    O200K,
    P50K,
    R50K,
    V47,
    V48,
    V3,
    GEMMA,
    LLAMA,
    ANY,
)
