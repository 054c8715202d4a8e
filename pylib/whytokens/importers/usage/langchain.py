"""LangChain's `usage_metadata`: input includes the cache, whose parts have names of LangChain's own.

Spec: langchain_core.messages.ai.UsageMetadata.
"""

from __future__ import annotations

from typing import Any

from whytokens.importers.usage.buckets import including_cache
from whytokens.importers.values import as_dict, as_tokens
from whytokens.model import Usage


def langchain(value: Any) -> Usage | None:
    """None where it is no such object."""
    raw = as_dict(value)
    sent = as_tokens(raw.get("input_tokens"))
    if (
        sent is None
        or not {"input_token_details", "output_token_details", "total_tokens"} & raw.keys()
    ):
        return None
    details, out = as_dict(raw.get("input_token_details")), as_dict(raw.get("output_token_details"))
    hour = as_tokens(details.get("ephemeral_1h_input_tokens")) or 0
    write = as_tokens(details.get("cache_creation")) or 0
    write = max(write, hour + (as_tokens(details.get("ephemeral_5m_input_tokens")) or 0))
    return including_cache(
        sent, read=as_tokens(details.get("cache_read")), write_5m=write - min(hour, write),
        write_1h=min(hour, write), output=as_tokens(raw.get("output_tokens")),
        reasoning=as_tokens(out.get("reasoning")), total=as_tokens(raw.get("total_tokens")),
    )  # fmt: skip
