"""Which Claude model is meant, and the tool-use preamble that Anthropic gives it.

Spec: facts 2.3, table "Tools". Names come with regions, dates and versions around them.
"""

from __future__ import annotations

import re

from whytokens.model import Options

# Tokens of the tool-use preamble by tool_choice: auto, any, none, tool. The 4.8 row and the
# preambles of Opus 5 and Fable rest on one project each.
PREAMBLES: tuple[tuple[re.Pattern[str], tuple[int, int, int, int]], ...] = tuple(
    (re.compile(pattern), row)
    for pattern, row in (
        (r"4-6", (491, 583, 491, 586)),
        (r"(sonnet|haiku|opus)-4-5", (490, 582, 490, 585)),
        (r"opus-4-7", (667, 796, 667, 799)),
        (r"opus-4-8", (280, 400, 280, 402)),
        (r"opus-5", (277, 397, 277, 399)),
        (r"fable|mythos", (281, 401, 281, 403)),
        (r"sonnet-5|haiku-5|claude-5", (345, 465, 345, 467)),
        (r"3-7", (307, 309, 307, 311)),
        (r"sonnet-4|opus-4", (307, 309, 307, 312)),
        (r"3-5-sonnet", (307, 309, 307, 312)),
        (r"3-5-haiku|3-haiku", (258, 349, 258, 352)),
        (r"3-opus", (527, 290, 527, 293)),
        (r"3-sonnet", (153, 230, 153, 235)),
        (r"", (490, 582, 490, 585)),
    )
)
# With `disable_parallel_tool_use`, and of the first Claude 3.5 Sonnet.
SINGLE_CALL_MODELS = re.compile(r"(sonnet|opus)-4(-[015])?$")
SINGLE_CALL_PREAMBLE, JUNE_SONNET_PREAMBLE = 282, 288
CHOICES = ("auto", "any", "none", "tool")


def bare_name(model: str) -> str:
    """ "us.anthropic.claude-sonnet-4-5-20250929-v1:0" -> "claude-sonnet-4-5"."""
    name = re.sub(r".*claude", "claude", model.lower())
    return re.sub(r"-(20\d{6}).*|@.*|-v\d.*|-latest|:.*", "", name).replace(".", "-")


def preamble_tokens(model: str, options: Options) -> int:
    """Without the name of a tool that must be called."""
    single = options.single_call and options.tool_choice in (None, "auto")
    if single and SINGLE_CALL_MODELS.search(bare_name(model)):
        return SINGLE_CALL_PREAMBLE
    if "3-5-sonnet-20240620" in model:
        return JUNE_SONNET_PREAMBLE
    name, choice = bare_name(model), options.tool_choice or "auto"
    row = next(row for pattern, row in PREAMBLES if pattern.search(name))
    return row[CHOICES.index(choice if choice in CHOICES else "auto")]
