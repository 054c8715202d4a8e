"""OpenAI's two APIs: tools and schema at the head, then messages, tool calls and results.

Spec: facts 2.1 and 2.2; the constants where they differ are `openai_constants.py`.
"""

from __future__ import annotations

from collections.abc import Sequence

from whytokens.model import Message, Role, Segment
from whytokens.templates import (
    Context,
    Piece,
    openai_constants,
    openai_head,
    openai_turns,
    parts,
)
from whytokens.templates.openai_constants import (
    BEFORE_4O,
    FIRST_O,
    LAUNCH_TOKENS,
    LAUNCH_TOOL_TOKENS,
    SEARCHES,
    ApiConstants,
    family,
)


class OpenAITemplate:
    """One of the two APIs."""

    def __init__(self, key: str, constants: ApiConstants) -> None:
        self.key, self.constants = key, constants

    def knows(self, api: str, model: str) -> bool:
        return api == self.key

    def head(self, context: Context, messages: Sequence[Message]) -> list[Piece]:
        tools = [s for m in messages if m.role == "tools" for s in parts.segments(context, m)]
        schemas = [s for m in messages if m.role == "format" for s in parts.segments(context, m)]
        systems = [message for message in messages if message.role == "system"]
        first = openai_turns.message(context, self.constants, systems[0]) if systems else []
        spoken = (
            "".join(s.text or "" for s in parts.segments(context, systems[0])) if systems else None
        )
        pieces = first + openai_head.tools(context, self.constants, tools, spoken)
        pieces += openai_head.schemas(context, self.constants, schemas, bool(tools), spoken)
        for message in systems[1:]:
            pieces += openai_turns.message(context, self.constants, message)
        return pieces

    def turn(self, context: Context, message: Message, before: Role | None) -> list[Piece]:
        categories = {segment.category for segment in parts.segments(context, message)}
        if message.role == "tools":
            return openai_head.later_tools(context, parts.segments(context, message))
        if "tool_call" in categories:
            return openai_turns.calls(context, self.constants, message)
        if "tool_result" in categories:
            return openai_turns.results(context, self.constants, message)
        return openai_turns.message(context, self.constants, message)

    def frame(self, context: Context, head: Sequence[Message]) -> list[Piece]:
        kind = family(context.model)
        priming = 3 if kind == "gpt" or FIRST_O.search(context.model) else 2
        if BEFORE_4O.search(context.model):
            priming = self.constants.priming_before_4o
        pieces = [parts.frame(priming, "reply priming")]
        if context.options.hosted or SEARCHES.search(context.model):
            pieces.append(
                Piece(None, 0, "hidden", False, "hosted tools")
            )  # known from the bill only
        tools = [s for m in head if m.role == "tools" for s in parts.segments(context, m)]
        if tools and kind == "gpt":
            pieces.append(parts.frame(self._choice(context, tools), "tool choice"))
        if context.options.launch and kind == "gpt":
            said = LAUNCH_TOOL_TOKENS if tools else LAUNCH_TOKENS
            pieces.append(parts.frame(said, "instructions of the API's first weeks"))
        return pieces

    def _choice(self, context: Context, tools: Sequence[Segment]) -> int:
        """Tokens of `tool_choice` on gpt models: which one tool must be called."""
        choice, name = context.options.tool_choice, context.options.tool_name
        if choice == "required" and self.constants.forces_one and len(tools) == 1:
            choice, name = "tool", tools[0].name
        if choice == "tool":
            return self.constants.named_choice + context.count(f"functions.{name or ''}")
        return self.constants.choices.get(choice or "", 0)

    def reply(self, context: Context, segments: Sequence[Segment]) -> list[Piece]:
        pieces = []
        for segment in segments:
            extra = context.count(segment.name or "") if segment.category == "tool_call" else 0
            pieces.append(parts.text(context, segment, extra))
        return pieces

    def around_reply(self, context: Context) -> int:
        return 0


CHAT = OpenAITemplate("openai.chat", openai_constants.CHAT)
RESPONSES = OpenAITemplate("openai.responses", openai_constants.RESPONSES)
