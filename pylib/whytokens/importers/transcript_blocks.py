"""Taking Markdown transcripts apart: who said what, from which line on.

Spec: the tools' own writers: SpecStory 2, aider's `io.py`, Cursor's export.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from whytokens.importers.dialects import Speaker
from whytokens.importers.values import Json

SPECSTORY_SESSION = re.compile(r"^<!-- (.+?) Session (\S+) ")
SPECSTORY_TURN = re.compile(r"^_\*\*(User|Assistant|Agent)(?: \(([^)]*)\))?\*\*_\s*$")
TOOL_START = re.compile(r'^<tool-use\b[^>]*data-tool-name="([^"]*)"')
TOOL_END, THINK_START, THINK_END = "</tool-use>", "<think>", "</think>"
AIDER_SESSION = re.compile(r"^# aider chat started at (.+)$")
REQUEST = re.compile(r"^(TO LLM|LLM RESPONSE) (\d{4}-\S+)\s*$")
ROLE_LINE = re.compile(r"^(SYSTEM|USER|ASSISTANT|TOOL)(?: (.*))?$")
CURSOR_TURN = re.compile(r"^\*\*(User|Cursor)\*\*\s*$")
ROLES: dict[str, Speaker] = {
    "User": "user", "Assistant": "assistant", "Agent": "assistant", "Cursor": "assistant",
    "SYSTEM": "system", "USER": "user", "ASSISTANT": "assistant", "TOOL": "tool",
}  # fmt: skip


@dataclass(slots=True)
class Block:
    """One turn, or the start of a session (`session`, "" where it has no name). `answers`: it is an
    answer of the model, not one that is shown again in a prompt."""

    role: Speaker
    line: int
    text: list[str] = field(default_factory=list)
    time: str | None = None
    model: str | None = None
    tool: str | None = None
    arguments: str = ""
    result: str = ""
    thinking: str = ""
    answers: bool = True
    session: str | None = None

    def message(self) -> Json:
        text = "\n".join(self.text).strip("\n-").strip()
        content: list[Json] = (
            [{"type": "thinking", "thinking": self.thinking}] if self.thinking else []
        )
        content += [{"type": "text", "text": text}] if text else []
        if self.tool:
            about = {"input": self.arguments.strip("`")} if self.arguments else {}
            content.append({"type": "tool_call", "name": self.tool, "arguments": about})
        return {"role": self.role, "content": content}

    @property
    def said(self) -> bool:
        return bool("".join(self.text).strip(" \n-") or self.tool or self.thinking)


def specstory_blocks(found: list[str]) -> Iterator[Block]:
    """Turns by their headings; what a tool got and gave stands in an element of its own."""
    block: Block | None = None
    inside = ""
    for number, line in enumerate(found, 1):
        session = None if inside else SPECSTORY_SESSION.match(line)
        turn = None if inside else SPECSTORY_TURN.match(line)
        if session:
            yield Block("user", number, session=session[2])
        elif turn:
            after = _turn(turn, number)
            if block and _goes_on(block, after):
                after.line, after.text, after.thinking = block.line, block.text, block.thinking
            elif block and block.said:
                yield block
            block = after
        elif block is not None:
            inside = _specstory_line(block, line, inside)
    if block and block.said:
        yield block


def _goes_on(block: Block, after: Block) -> bool:
    """Thinking, words and a call under headings of their own are one answer."""
    return (
        block.role == after.role == "assistant"
        and block.tool is None
        and block.model == after.model
    )


def _turn(match: re.Match[str], number: int) -> Block:
    block = Block(ROLES[match[1]], number)
    words = (match[2] or "").split(" ")
    if match[1] != "User" and len(words) == 3:
        block.model = words[0] or None
        words = words[1:]
    if len(words) == 2:
        block.time = " ".join(words).replace(" ", "T", 1)
    return block


def _specstory_line(block: Block, line: str, inside: str) -> str:
    """Add a line; returns the element that goes on."""
    tool = TOOL_START.match(line)
    if tool and not inside:
        block.tool = tool[1]
        return "tool"
    if line.startswith(THINK_START) and not inside:
        return "" if THINK_END in line else "think"
    if inside == "tool":
        if TOOL_END in line:
            return ""
        if not block.result and not line.startswith("```") and not block.arguments:
            block.arguments = "" if line.startswith("<summary>") else line.strip()
        elif not line.startswith("```"):
            block.result += line + "\n"
        return inside
    if inside == "think":
        end = THINK_END in line
        block.thinking += line.replace("</details>", "").replace(THINK_END, "") + "\n"
        return "" if end else inside
    block.text.append(line)
    return ""


def aider_blocks(found: list[str]) -> Iterator[Block]:
    """`#### ` is the user, `> ` the program, everything else the model."""
    block: Block | None = None
    for number, line in enumerate(found, 1):
        start = AIDER_SESSION.match(line)
        role: Speaker | None = "assistant"
        if start:
            if block and block.said:
                yield block
            block = None
            yield Block("user", number, session=start[1].strip())
            continue
        if line.startswith("#### "):
            role, line = "user", line[5:]
        elif line.startswith(">"):
            role = None
        if role is None or (not line.strip() and block is None):
            continue
        if block is not None and block.role != role and (line.strip() or role == "user"):
            if block.said:
                yield block
            block = None
        block = block or Block(role, number)
        block.text.append(line)
    if block and block.said:
        yield block


def request_blocks(found: list[str]) -> Iterator[Block]:
    """Prompts and answers of `--llm-history-file`: each line has its role before it."""
    block: Block | None = None
    answers, time = False, None
    for number, line in enumerate(found, 1):
        request = REQUEST.match(line)
        role = ROLE_LINE.match(line)
        if request or line.strip() == "-------":
            if block and block.said:
                yield block
            block = None
            if request:
                answers, time = request[1] == "LLM RESPONSE", request[2]
        elif role:
            if block is not None and block.role != ROLES[role[1]]:
                yield block
                block = None
            block = block or Block(ROLES[role[1]], number, answers=answers, time=time)
            block.text.append(role[2] or "")
        elif block is not None and line.strip():
            block.text.append(line)
    if block and block.said:
        yield block


def cursor_blocks(found: list[str]) -> Iterator[Block]:
    block: Block | None = None
    for number, line in enumerate(found, 1):
        turn = CURSOR_TURN.match(line)
        if turn:
            if block and block.said:
                yield block
            block = Block(ROLES[turn[1]], number)
        elif block is not None:
            block.text.append(line)
    if block and block.said:
        yield block
