"""What a reply says of itself: the same words under each API's names.

Reading streams and usage is whytokens' craft, imported on the first call, not with the package.
"""

from __future__ import annotations

import json
from typing import Any

from ctxcapture.exchange import Exchange


def reply_of(exchange: Exchange) -> dict[str, Any]:
    """The reply's body; a stream's events put together. Empty when it is neither."""
    text = exchange.reply.decode("utf-8", "replace")
    try:
        found = json.loads(text) if text else None
    except (ValueError, RecursionError):
        found = text
    if isinstance(found, list) or (isinstance(found, str) and found):
        from whytokens.importers.sse import response_of

        found = response_of(found)
    return found if isinstance(found, dict) else {}


def raw_usage(reply: dict[str, Any]) -> dict[str, Any]:
    """The usage object as the provider wrote it."""
    for key in ("usage", "usageMetadata", "usage_metadata"):
        if isinstance(reply.get(key), dict):
            return dict(reply[key])
    return {key: reply[key] for key in ("prompt_eval_count", "eval_count") if key in reply}


def usage_of(raw: dict[str, Any], provider: str = "") -> Any:
    """The usage in disjoint buckets, None when there is none."""
    if not raw:
        return None
    from whytokens.importers.usage import usage_of as read

    return read(raw, provider or None)


def model_of(reply: dict[str, Any]) -> str | None:
    return _word(reply.get("model")) or _word(
        reply.get("modelVersion") or reply.get("model_version")
    )


def id_of(reply: dict[str, Any]) -> str | None:
    return _word(reply.get("id")) or _word(reply.get("responseId"))


def finish_reasons(reply: dict[str, Any]) -> list[str]:
    """Why the model stopped, one word a choice."""
    said = [reply.get("stop_reason"), reply.get("stopReason"), reply.get("done_reason")]
    choices = [*_list(reply.get("choices")), *_list(reply.get("candidates"))]
    said += [one.get("finish_reason") or one.get("finishReason") for one in choices]
    if reply.get("object") == "response":
        details = reply.get("incomplete_details")
        said.append(details.get("reason") if isinstance(details, dict) else reply.get("status"))
    return [word for word in said if isinstance(word, str) and word]


def _word(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def _list(value: Any) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
