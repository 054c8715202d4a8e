"""From what a log calls a provider to the provider asked and the API whose rendering applies.

A model is rendered by its maker whoever serves it: Claude on Bedrock is Claude.
"""

from __future__ import annotations

import re
from functools import lru_cache

ALIASES = (
    (r"az(ure)?[._-]?(ai[._-]?)?(openai|inference)?|az\.ai.*|azureopenai|azure.*", "azure"),
    (r"aws.*|(amazon[._-]?)?bedrock.*|chatbedrock.*|amazon_bedrock.*", "aws"),
    (r"(gcp[._])?vertex.*|google[._-]vertex.*|chatvertexai", "vertex"),
    (r"(gcp[._])?gemini|google.*|gcp\.gen_ai|chatgooglegenerativeai|genai", "google"),
    (r"anthropic.*|chatanthropic|claude.*", "anthropic"),
    (r"mistral.*|chatmistralai", "mistral"), (r"cohere.*|chatcohere", "cohere"),
    (r"ollama.*|chatollama", "ollama"), (r"x[._-]?ai|grok|chatxai", "xai"), (r"deepseek.*", "deepseek"),
    (r"openrouter.*", "openrouter"), (r"(chat)?groq.*", "groq"),
    (r"openai.*|chatopenai|codex.*", "openai"),
)  # fmt: skip
MAKERS = (
    (r"claude", "anthropic.messages"),
    (r"gemini", "gemini.generate"),
    (r"mistral|codestral|ministral|magistral|pixtral|devstral", "mistral.chat"),
    (r"(^|/|\.)(command|c4ai)", "cohere.chat"),
)
HOSTS = (
    (r"openai\.azure\.com|cognitiveservices\.azure|models\.inference\.ai\.azure", "azure"),
    (r"bedrock.*\.amazonaws\.com", "aws"), (r"aiplatform\.googleapis\.com", "vertex"),
    (r"generativelanguage\.googleapis\.com", "google"), (r"api\.anthropic\.com", "anthropic"),
    (r"api\.openai\.com", "openai"), (r"api\.mistral\.ai", "mistral"), (r"api\.cohere\.(com|ai)", "cohere"),
    (r"openrouter\.ai", "openrouter"), (r"api\.groq\.com", "groq"), (r"api\.x\.ai", "xai"),
    (r"api\.deepseek\.com", "deepseek"), (r"api\.together\.(xyz|ai)", "together"),
    (r"api\.fireworks\.ai", "fireworks"), (r"localhost:11434|127\.0\.0\.1:11434", "ollama"),
)  # fmt: skip


# Addresses that name a place with a price of its own; `global` has none.
REGIONS = (
    r"(?:^|//)([a-z]+(?:-[a-z]+)+\d)-aiplatform\.googleapis\.com",
    r"aiplatform\.googleapis\.com/.*/locations/([\w-]+)/",
    r"(?:^|//)(us|eu)\.api\.openai\.com",
    r"(?:^|//)([a-z]{2}-[a-z]+-\d)\.api\.x\.ai",
)


def region_of(url: str) -> str | None:
    """The place an address asks for, where providers price places apart."""
    found = next((m[1] for pattern in REGIONS if (m := re.search(pattern, url))), None)
    return None if found == "global" else found


@lru_cache(maxsize=4096)
def provider_of(said: str | None, url: str = "") -> str | None:
    """The provider by its name in the log, else by the host; a name that is not known stays."""
    host = next((name for pattern, name in HOSTS if re.search(pattern, url)), None)
    if not said:
        return host
    word = said.strip().lower()
    found = next((name for pattern, name in ALIASES if re.fullmatch(pattern, word)), word)
    return host if host and found == "openai" else found


@lru_cache(maxsize=4096)
def api_of(provider: str | None, model: str | None, *, responses: bool = False) -> str:
    """Whose rendering applies; what is not known speaks OpenAI's dialect, as nearly all do."""
    name = (model or "").lower()
    maker = next((api for pattern, api in MAKERS if re.search(pattern, name)), None)
    if maker:
        return maker
    if re.search(r"gpt|^o\d|/o\d|chatgpt|text-embedding|codex", name):
        return "openai.responses" if responses else "openai.chat"
    by_provider = {
        "anthropic": "anthropic.messages", "google": "gemini.generate", "vertex": "gemini.generate",
        "aws": "bedrock.converse", "ollama": "ollama.chat", "mistral": "mistral.chat",
        "cohere": "cohere.chat",
    }  # fmt: skip
    return by_provider.get(provider or "", "openai.responses" if responses else "openai.chat")


def maker_of(api: str) -> str:
    """The provider that an API is of."""
    maker = api.split(".")[0]
    return {"gemini": "google", "bedrock": "aws"}.get(maker, maker)
