"""Pasted JavaScript and TypeScript: calls of a client, objects as console.log prints them.

Spec: the README of OpenAI's, Anthropic's and Google's clients for Node.js, of the AI SDK; Node.js, util.inspect. The
text is parsed, never run.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from whytokens.builder import TraceBuilder
from whytokens.containers import Source
from whytokens.containers.script_literals import NoLiteral, literal
from whytokens.importers import Guide, Head, Progress, Verdict
from whytokens.importers.apis import owner
from whytokens.importers.exchanges import Exchange, exchanges, is_response
from whytokens.importers.pasted_command import text_of
from whytokens.importers.pasted_python import URLS, read_pasted
from whytokens.importers.values import Json, as_dict, as_list, as_str
from whytokens.model import Where

# A method or a function that is called with an object.
CALL = re.compile(r"(?<![\w.$])([\w.$]{1,200})\s*(?:<[^<>\n]*>)?\(\s*(?=\{)")
PRINTED = re.compile(r"^(?:\w+\s+)?(?=\{)", re.MULTILINE)
KEYS = re.compile(r"\b(?:messages|contents|input|prompt|choices|candidates)['\"]?\s*:")
ASKED = ("messages", "contents", "input", "prompt")
MADE = re.compile(
    r"\b(?:openai|anthropic|google|mistral|bedrock|azure|vertex|groq|xai)\s*(?:\.\w+)?\(\s*['\"]([\w./:-]+)['\"]"
)
AI_SDK = ("generateText", "streamText", "generateObject", "streamObject")
MODEL_WITHIN_CHARS = 400
# A text with more braces that begin no object is no paste of one; each is read until it proves to be none.
MAX_FAILED = 300
CAMELS = {"generateContent": "generate_content", "generateContentStream": "generate_content"}


class PastedScript:
    """JavaScript in a text."""

    key = "pasted_script"
    label = "Pasted JavaScript"
    export_hint = (
        "Paste the call (client.chat.completions.create({…})) or what console.log prints of it."
    )
    guide = Guide(
        section="Requests and responses",
        what="A client's call in JavaScript or TypeScript, or an object as console.log prints it; parsed, never run",
        steps=(export_hint,),
        example="await client.chat.completions.create({ model: 'gpt-4o', messages: [{ role: 'user', content: … }] })",
        marks=frozenset(("client.chat", "messages:", "await")),
        missing="what only running would tell; objects deeper than the printer went",
    )

    def sniff(self, head: Head) -> Verdict:
        if any(isinstance(value, dict | list) for value in head.values) or not KEYS.search(
            head.text
        ):
            return "no"
        return "yes" if _found(head.text, Where(file=head.name)) else "no"

    def load(self, source: Source, builder: TraceBuilder) -> Iterator[Progress]:
        text = text_of(source)
        found = _found(text, Where(file=source.name))
        yield from read_pasted(found, text, source, builder, "JavaScript", self.export_hint)


def _found(text: str, where: Where) -> list[Exchange]:
    """Every request that is sent, and objects that are printed; a response with the request before it."""
    found: list[Exchange] = []
    for match, value in _objects(text):
        at = Where(file=where.file, line=text.count("\n", 0, match.end()) + 1)
        name = match[1] if match.re is CALL else ""
        if name and any(value.get(key) for key in ASKED):
            made = _body(value, name, text[match.end() : match.end() + MODEL_WITHIN_CHARS])
            found.append(_exchange(made, name, at))
        elif not name:
            last = found[-1] if found else None
            if last is not None and is_response(value) and not last.response:
                found[-1] = _answered(last, value)
            else:
                found += [
                    one
                    for one in exchanges(value, at)
                    if (one.request or one.response) and owner(one)
                ]
    return [one for one in found if owner(one) is not None]


def _objects(text: str) -> Iterator[tuple[re.Match[str], Json]]:
    """Objects that are arguments, or begin a line, in order; none within another."""
    at = failed = 0
    while failed < MAX_FAILED:
        found = [m for m in (CALL.search(text, at), PRINTED.search(text, at)) if m is not None]
        match = min(found, key=lambda m: m.end(), default=None)
        if match is None:
            return
        try:
            value, end = literal(text, match.end())
        except (NoLiteral, RecursionError):
            at, failed = match.end() + 1, failed + 1
            continue
        if isinstance(value, dict):
            yield match, value
        at = max(end, match.end() + 1)


def _body(value: Json, name: str, written: str) -> Json:
    """Google's client and the AI SDK take some fields under other names; the latter's tools are code."""
    body = {**value, **as_dict(value.pop("config", None))}
    if not as_str(body.get("model")):
        made = MADE.search(written)
        body["model"] = made[1] if made else None
    if "maxOutputTokens" in body and "contents" not in body:
        body["max_tokens"] = body.pop("maxOutputTokens")
    if "contents" not in body and isinstance(body.get("prompt"), str) and "messages" not in body:
        body["messages"] = [{"role": "user", "content": body.pop("prompt")}]
    if name.split(".")[-1] in AI_SDK:
        system, tools = body.pop("system", None), body.pop("tools", None)
        said = [{"role": "system", "content": system}] if as_str(system) else []
        body["messages"] = [*said, *as_list(body.get("messages"))]
        body["tools"] = tools if isinstance(tools, list) else None
    return {key: one for key, one in body.items() if one is not None}


def _exchange(body: Json, name: str, where: Where) -> Exchange:
    python = next((known for camel, known in CAMELS.items() if name.endswith(camel)), name)
    url = next((url for part, url in URLS if part in python), "")
    return Exchange(
        request=body, response={}, status=None, error=None, started=None, duration_ms=None, tags={}, url=url,
        where=where,
    )  # fmt: skip


def _answered(asked: Exchange, response: Any) -> Exchange:
    return Exchange(
        request=asked.request, response=response, status=None, error=None, started=None, duration_ms=None, tags={},
        url=asked.url, where=asked.where,
    )  # fmt: skip


PASTED_SCRIPT = PastedScript()
