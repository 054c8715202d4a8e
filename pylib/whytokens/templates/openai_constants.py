"""What OpenAI's two APIs add in tokens, by model family.

Spec: facts 2.1 and 2.2, fitted on billed requests. `ApiConstants` holds where Chat Completions and
Responses differ; what both share stands beside it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Family = Literal["gpt", "o", "gpt5"]
REASONING = re.compile(r"(^|/)(o\d|gpt-5|codex-mini|gpt-6|computer-use)", re.IGNORECASE)
GPT5 = re.compile(r"(^|/)gpt-[5-9]", re.IGNORECASE)
LATE_GPT5 = re.compile(r"gpt-(5\.[4-9]|[6-9])", re.IGNORECASE)
SMALL = re.compile(r"-(mini|nano)", re.IGNORECASE)
# Models that search on their own.
SEARCHES = re.compile(r"-search-(preview|api)|deep-research", re.IGNORECASE)
BEFORE_4O = re.compile(r"(^|/)gpt-4($|-\d{4}|-turbo)", re.IGNORECASE)

# The first snapshot of GPT-3.5 Turbo: a token more for each message, and a name stands for the role
# (OpenAI Cookbook, "How to count tokens").
FIRST_TURBO = re.compile(r"gpt-3\.5-turbo-0301", re.IGNORECASE)
# The first of the o-series prime a reply as gpt models do (two projects).
FIRST_O = re.compile(r"(^|/)o1-(mini|preview)", re.IGNORECASE)

MESSAGE_TOKENS = 4
# The channel marker of what a reasoning model said earlier.
CHANNEL_TOKENS = 2
# A page of a PDF in Chat Completions besides its text; Responses bill little but the text.
PAGE_TOKENS = 215
# A recording: its frame, and ten tokens for each second (five requests of four projects).
RECORDING_TOKENS, MS_PER_AUDIO_TOKEN = 4, 100
# What tools cost that an `additional_tools` item brings, besides their text.
LATER_TOOLS = 86
# A call that a request repeats by its id in a stored response, on full-size models.
STORED_CALL = 3
# Said to the model of a grammar that a custom tool's input follows (one project, over both APIs).
GRAMMAR_TOKENS = 47
# What a hosted tool's instructions cost, by tool and generation, where requests show it that did not
# use the tool (gpt models: three projects; GPT-5.4 one, nine requests). Its use comes on top.
HOSTED_TOKENS = {
    ("web_search", "gpt"): 294,
    ("web_search", "late"): 4430,
}
# Until 27 March 2025 Responses gave gpt models instructions of its own: without tools, and with
# them (four projects, 13 requests).
LAUNCH_TOKENS, LAUNCH_TOOL_TOKENS = 18, 216
# Around the results of parallel calls that are one message.
PACKED_RESULTS = 8
# Reasoning in the history is billed by a hidden length. It is sealed (Fernet, base64): an empty one
# is about 800 characters long (890 from GPT-5.5 on), each token makes it about 6.6 longer; a sealed
# conversation, as `compact` makes it, 7.5. Of 25 requests of three projects 18 come out within 2 %.
SEAL_CHARS = 800
LATE_SEAL_CHARS = 890
LATE_SEAL = re.compile(r"gpt-(5\.[5-9]|[6-9])", re.IGNORECASE)
THOUGHT_TOKENS_PER_1000_CHARS = 152
COMPACTED_TOKENS_PER_1000_CHARS = 133


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiConstants:
    """Tokens that an API adds, by family. `joins_head`: gpt models read tools as part of the first
    system message. `packs`: parallel calls as one `multi_tool_use` message, with so much around it;
    "late" is GPT-5.4 and later. `named_choice`: around "functions.NAME" where
    one tool must be called; `forces_one`: "required" with one tool is that."""

    tools: Mapping[Family, int]
    call: Mapping[str, int]
    schema: Mapping[Family, int]
    schema_alone: int
    schema_after_tools: int
    joins_head: bool
    packs: Mapping[str, int]
    full_author: bool  # a result's author is "functions.NAME", not NAME
    structured_reply: Mapping[str, int]  # an earlier JSON answer, where the call has a schema
    named_choice: int
    forces_one: bool
    choices: Mapping[str, int]
    priming_before_4o: int  # reply priming of GPT-4 and GPT-4 Turbo


CHAT = ApiConstants(
    tools={"gpt": -1, "o": 4, "gpt5": 84},
    call={"gpt": 4, "o": 7, "gpt5": 10, "late": 10},
    schema={"gpt": 4, "o": 4, "gpt5": 4},
    schema_alone=6,
    schema_after_tools=1,
    joins_head=True,
    packs={"gpt": 12, "gpt5": 18, "late": 18},
    full_author=False,
    structured_reply={"gpt": 4, "o": 4, "gpt5": 4, "late": 4},
    named_choice=6,
    forces_one=False,
    choices={"none": 1},
    priming_before_4o=3,
)
RESPONSES = ApiConstants(
    tools={"gpt": -3, "o": 0, "gpt5": 3},
    call={"gpt": 2, "o": 8, "gpt5": 8, "late": 11},
    schema={"gpt": 1, "o": 0, "gpt5": 0},
    schema_alone=1,
    schema_after_tools=1,
    joins_head=False,
    packs={"late": 22},
    full_author=True,
    structured_reply={"gpt5": 3},
    named_choice=6,
    forces_one=True,
    choices={"none": 1},
    priming_before_4o=2,
)


def generation(model: str) -> str:
    """The family, GPT-5.4 and later told apart as "late"."""
    return "late" if LATE_GPT5.search(model) else family(model)


def family(model: str) -> Family:
    if GPT5.search(model):
        return "gpt5"
    return "o" if REASONING.search(model) else "gpt"
