"""Token counts among the attributes of a GenAI span, by the names of every generation.

Spec: formats, section 4.1, column "Usage", and 4.2; input includes what was cached (rule 1).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from whytokens.importers import usage
from whytokens.importers.logged import tokens
from whytokens.importers.values import Json, as_dict, as_tokens, decoded
from whytokens.model import Usage


def usage_of_span(a: Json) -> Usage | None:
    """Input includes what was cached (formats, rule 1), by whatever names."""

    def count(*keys: str) -> int | None:
        return next((n for key in keys if (n := as_tokens(_int(a.get(key)))) is not None), None)

    raw = as_dict(decoded(a.get("ctxcapture.response.usage") or a.get("gen_ai.usage.raw")))
    prompt = count("gen_ai.usage.input_tokens", "gen_ai.usage.prompt_tokens", "llm.token_count.prompt",
                   "llm.usage.prompt_tokens", "ai.usage.inputTokens", "ai.usage.promptTokens")  # fmt: skip
    output = count("gen_ai.usage.output_tokens", "gen_ai.usage.completion_tokens",
                   "llm.token_count.completion", "llm.usage.completion_tokens",
                   "ai.usage.outputTokens", "ai.usage.completionTokens")  # fmt: skip
    if raw:
        known = usage.usage_of(raw)
        if known is not None and (
            prompt is None or known.prompt == prompt or known.input == prompt
        ):
            return known
    meta = as_dict(as_dict(decoded(a.get("ai.response.providerMetadata"))).get("anthropic"))
    vercel = as_dict(meta.get("usage"))
    claude = (
        usage.anthropic(vercel) if prompt is None or vercel.get("input_tokens") == prompt else None
    )
    if claude is not None and claude.input is not None:  # its own count, beside the cache
        return claude
    read = count("gen_ai.usage.cache_read.input_tokens", "gen_ai.usage.cache_read_input_tokens",
                 "gen_ai.usage.input_tokens.cached", "gen_ai.usage.details.cached_tokens",
                 "gen_ai.usage.details.cache_read_tokens",
                 "llm.token_count.prompt_details.cache_read", "ai.usage.cachedInputTokens",
                 "ai.usage.inputTokenDetails.cacheReadTokens",
                 "gen_ai.usage.details.cache_read_input_tokens")  # fmt: skip
    write = count("gen_ai.usage.cache_write.input_tokens", "gen_ai.usage.cache_creation.input_tokens",
                  "gen_ai.usage.cache_creation_input_tokens", "gen_ai.usage.details.cache_write_tokens",
                  "llm.token_count.prompt_details.cache_write", "ai.usage.inputTokenDetails.cacheWriteTokens",
                  "gen_ai.usage.details.cache_creation_input_tokens")  # fmt: skip
    if read is None:
        read = as_tokens(vercel.get("cache_read_input_tokens", meta.get("cacheReadInputTokens")))
    if write is None:
        write = as_tokens(
            vercel.get("cache_creation_input_tokens", meta.get("cacheCreationInputTokens"))
        )
    hour = count("anthropic.usage.cache_creation.ephemeral_1h_input_tokens")
    reasoning = count("gen_ai.usage.reasoning.output_tokens", "gen_ai.usage.reasoning_tokens",
                      "llm.token_count.completion_details.reasoning", "ai.usage.reasoningTokens",
                      "gen_ai.usage.details.reasoning_tokens")  # fmt: skip
    found = tokens(prompt, output, read=read, write=write, write_1h=hour, reasoning=reasoning)
    detail = {name: n for name, keys in MODALITIES.items() if (n := count(*keys))}
    return replace(found, detail=detail) if found and detail else found


# Within the counts, by what the spec calls them and by OpenInference's names.
MODALITIES = {
    f"{side}_{kind}": (
        f"gen_ai.usage.{kind}.{side}_tokens",
        f"llm.token_count.{half}_details.{kind}",
    )
    for kind in ("audio", "image", "video")
    for side, half in (("input", "prompt"), ("output", "completion"))
} | {
    f"read_{kind}": (f"gen_ai.usage.{kind}.cache_read.input_tokens",)
    for kind in ("audio", "image", "video")
}
# An unsigned -1, which exporters write where nothing was set.
UNSET = 2**64 - 1


def _int(value: Any) -> Any:
    if value == UNSET or value == str(UNSET):
        return None
    return int(value) if isinstance(value, str) and value.isdigit() and len(value) < 16 else value
