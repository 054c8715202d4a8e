"""Rows of the corpus whose bill cannot be that of their body, by what the row itself says.

None of the reasons looks at how far our count is off: each holds for exact and inexact rows alike.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from typing import Any

from building.corpus import Counted
from whytokens.tokenizers.choose import choose

# Ids as OpenAI and Anthropic make them; a recorder's own placeholder says so.
OWN_ID = re.compile(r"chatcmpl-|resp_|msg_")
REAL_ID = re.compile(
    r"chatcmpl-([A-Za-z0-9]{20,}|[0-9a-f-]{36})$|resp_[0-9a-f]{32,}$|msg_(bdrk_|vrtx_)?[A-Za-z0-9]{20,}$"
)
PLACEHOLDER = re.compile(r"REDACTED")
# The reply that Anthropic's documentation shows; what carries its id was written after it.
DOCUMENTED_ID = "msg_01XFDUDYJgAACzvnptvVoYEL"
# Since before these models Anthropic says in each reply's usage where it was made: of 411 rows of
# theirs 410 have it, the other's recording was given the name of a later model.
SAYS_WHERE = re.compile(r"claude-[a-z]+-(4-[6-9]|[5-9](-|$))")
OFFERS = ("tools", "functions", "toolConfig", "mcp_servers", "additional_tools", "prompt")


def edited(found: Sequence[Counted]) -> set[int]:
    """Positions of rows whose recording was edited: bodies of one project that count differently
    share one reply and its bill to the token, so at most one of them was sent."""
    same: dict[tuple[str, str, str], list[int]] = {}
    for number, one in enumerate(found):
        usage, output = (json.dumps(one.row[key], sort_keys=True) for key in ("usage", "output"))
        same.setdefault((one.row["repo"], usage, output), []).append(number)
    differ = [group for group in same.values() if len({found[i].tokens for i in group}) > 1]
    return {number for group in differ for number in group}


def made_up(row: dict[str, Any]) -> str | None:
    """Why no provider can have sent this reply and its bill for this body, None where one can."""
    return next((reason for reason, holds in REASONS.items() if holds(row)), None)


def _odd_id(row: dict[str, Any]) -> bool:
    said = row.get("resp_id") or ""
    own = OWN_ID.match(said) and not PLACEHOLDER.search(said)
    return bool(own) and not REAL_ID.match(said)


def _documented_id(row: dict[str, Any]) -> bool:
    return row.get("resp_id") == DOCUMENTED_ID


def _renamed(row: dict[str, Any]) -> bool:
    own = row["provider"] == "anthropic" and row["api"] == "messages"
    return bool(
        own and SAYS_WHERE.match(row["model"] or "") and "inference_geo" not in row["usage"]
    )


def _calls_unoffered(row: dict[str, Any]) -> bool:
    called = (row.get("output") or {}).get("tool_calls")
    return bool(called) and not any(f'"{key}"' in json.dumps(row["request_body"]) for key in OFFERS)


def _says_more_than_billed(row: dict[str, Any]) -> bool:
    """Google's counts of streamed replies are left alone: some projects log the first chunk's."""
    usage = row["usage"] if isinstance(row.get("usage"), dict) else {}
    billed = usage.get("completion_tokens", usage.get("output_tokens"))
    text = (row.get("output") or {}).get("text") or ""
    model = row["response_model"] or row["model"] or ""
    if not isinstance(billed, int) or row["tokenizer_family"] not in ("openai", "claude"):
        return False
    return choose(model, row["provider"])[0].count_many([text])[0] > billed + 1


def _streams_usage_unasked(row: dict[str, Any]) -> bool:
    body = row["request_body"]
    asked = (body.get("stream_options") or {}).get("include_usage")
    chat = row["provider"] == "openai" and row["api"] == "chat.completions"
    return bool(chat and body.get("stream") and not asked)


REASONS: dict[str, Callable[[dict[str, Any]], bool]] = {
    "an id that the provider does not make": _odd_id,
    "the id of the documentation's example": _documented_id,
    "a model younger than its usage": _renamed,
    "calls a tool, and none is offered": _calls_unoffered,
    "says more than is billed": _says_more_than_billed,
    "streams usage that is not asked for": _streams_usage_unasked,
}
