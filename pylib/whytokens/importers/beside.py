"""What a home-made log keeps beside a body: the reply as text, counts, cost, duration, who was asked.

Spec: none; the names that loggers and SDK callbacks choose. Read only where the bodies do not say it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from whytokens.importers.flat_columns import COST, INPUT, OUTPUT, READ, REASONING, WRITE
from whytokens.importers.logged import tokens
from whytokens.importers.providers import provider_of
from whytokens.importers.usage import usage_of, usd_as_pusd
from whytokens.importers.usage.langchain import langchain
from whytokens.importers.values import Json, as_dict, as_str, as_tokens, decoded
from whytokens.model import Usage

COUNTS = (INPUT, OUTPUT, READ, WRITE, REASONING)
USAGE = ("usage", "token_usage", "usage_metadata", "usageMetadata", "tokenUsage", "tokens")
REPLY = ("response", "completion", "output", "reply", "answer", "result", "response_text", "output_text",
         "completion_text",
         "assistant", "assistant_response", "response_content", "generated_text", "text")  # fmt: skip
PROVIDER = ("provider", "provider_name", "custom_llm_provider", "llm_provider", "vendor")


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """`said` is the reply in any dialect."""

    said: Any = None
    usage: Usage | None = None
    cost_pusd: int | None = None
    provider: str | None = None


NOTHING = Beside()


def beside(outer: Json) -> Beside:
    """Of a body's wrapper, or of the body itself where a log adds to it."""
    provider = provider_of(next((p for key in PROVIDER if (p := as_str(outer.get(key)))), None))
    return Beside(
        said=_said(outer),
        usage=_usage(outer, provider),
        cost_pusd=usd_as_pusd(
            next((outer[k] for k in ("response_cost", *COST) if outer.get(k) is not None), None)
        ),
        provider=provider,
    )


def _said(outer: Json) -> Any:
    for key in REPLY:
        found = decoded(outer.get(key))
        if isinstance(found, dict):
            inner = found.get("messages") or found.get("message")
            found = inner or (found if "role" in found else None)
        if as_str(found) or (isinstance(found, list) and found and _speaks(found)):
            return found
        if isinstance(found, dict) and "role" in found:
            return [found]
    return None


def _speaks(value: list[Any]) -> bool:
    return all("role" in as_dict(one) for one in value)


def _usage(outer: Json, provider: str | None) -> Usage | None:
    for key in USAGE:
        raw = as_dict(decoded(outer.get(key)))
        found = langchain(raw) if key == "usage_metadata" else None
        found = found or (usage_of(raw, provider) if raw else None)
        if found is not None:
            return found

    prompt, output, read, write, reasoning = (
        next((n for name in names if (n := as_tokens(outer.get(name))) is not None), None)
        for names in COUNTS
    )
    return tokens(prompt, output, read=read, write=write, reasoning=reasoning)
