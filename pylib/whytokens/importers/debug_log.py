"""Debug logs of SDKs and dumps of HTTP: requests in a text, each with the response that follows it.

Spec: OPENAI_LOG=debug and ANTHROPIC_LOG=debug (`Request options: {…}`, a dict's repr); LiteLLM's debug log (`POST
Request Sent from LiteLLM`, `RAW RESPONSE`); RFC 9112, messages as proxies and `curl -v` show them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from whytokens.builder import TraceBuilder
from whytokens.containers import Source
from whytokens.errors import TraceError
from whytokens.importers import Guide, Head, Progress, Verdict, http
from whytokens.importers.answers import answers, json_at
from whytokens.importers.apis import owner
from whytokens.importers.exchanges import exchanges
from whytokens.importers.http import Recorded
from whytokens.importers.pasted_command import text_of
from whytokens.importers.pasted_python import literal_at
from whytokens.importers.values import as_dict, as_str, as_time
from whytokens.model import Where

OPTIONS = re.compile(r"Request options: (?=\{)")
LITELLM = re.compile(
    r"POST Request Sent from LiteLLM:\s*curl -X POST \\\s*(\S+) \\.*?-d '(?=\{)", re.DOTALL
)
MESSAGE = re.compile(r"^POST (\S+) HTTP/[\d.]+\r?$", re.MULTILINE)
REQUESTS = (OPTIONS, LITELLM, MESSAGE)
# What `curl -i` prints, without the command.
ANSWER = re.compile(r"\s*HTTP/[\d.]+ \d{3}[^\n]*\n")
STATUS = re.compile(
    r"HTTP (?:Request|Response): POST \S+ \"(?:HTTP/\S+ )?(\d{3})|^(?:< )?HTTP/[\d.]+ (\d{3})",
    re.MULTILINE,
)
HOST = re.compile(r"^(?:> )?host: *(\S+)", re.IGNORECASE | re.MULTILINE)
HEADERS_END = re.compile(r"^(?:> ?)?\r?\n", re.MULTILINE)
LOGGED_AT = re.compile(r"^\[?(\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(?:[.,]\d+)?)")
SDKS = (("anthropic", "https://api.anthropic.com"), ("openai", "https://api.openai.com/v1"))


@dataclass(frozen=True, slots=True)
class _Asked:
    url: str
    body: Any
    start: int
    end: int
    time: datetime | None = None


def _requests(text: str) -> list[_Asked]:
    kinds = ((OPTIONS, _of_sdk), (LITELLM, _of_litellm), (MESSAGE, _of_message))
    found = [read(text, match) for pattern, read in kinds for match in pattern.finditer(text)]
    return sorted((one for one in found if one is not None), key=lambda one: one.start)


def _of_sdk(text: str, match: re.Match[str]) -> _Asked | None:
    begin = text.rfind("\n", 0, match.start()) + 1
    line = text[begin : text.find("\n", match.end()) % (len(text) + 1)]
    options = as_dict(literal_at(line[match.end() - begin :]))
    body = options.get("json_data")
    if not isinstance(body, dict):
        return None
    base = next((url for name, url in SDKS if f"{name}._base_client" in line), "")
    stamp = LOGGED_AT.match(line)
    time = as_time(stamp[1].replace(",", ".")) if stamp else None
    path = as_str(options.get("url")) or ""
    return _Asked(path if "://" in path else base + path, body, begin, begin + len(line), time)


def _of_litellm(text: str, match: re.Match[str]) -> _Asked | None:
    """The body is a dict's repr in single quotes, which no shell would read."""
    end = text.find("\n", match.end())
    line = text[match.end() : len(text) if end < 0 else end].rstrip().removesuffix("'")
    body = literal_at(line)
    return (
        _Asked(match[1], body, match.start(), match.end() + len(line))
        if isinstance(body, dict)
        else None
    )


def _of_message(text: str, match: re.Match[str]) -> _Asked | None:
    blank = HEADERS_END.search(text, match.end() + 1)
    if blank is None:
        return None
    host = HOST.search(text, match.end(), blank.start())
    url = match[1] if "://" in match[1] or host is None else f"https://{host[1]}{match[1]}"
    found = json_at(text, blank.end()) if text[blank.end() : blank.end() + 1] == "{" else None
    return _Asked(url, found[0], match.start(), found[1]) if found else None


def recorded(text: str, name: str) -> Iterator[Recorded]:
    """Each request with the first response and the last status before the next request."""
    asked = _requests(text)
    came = list(answers(text))
    for number, one in enumerate(asked):
        until = asked[number + 1].start if number + 1 < len(asked) else len(text)
        answer = next((a for a in came if one.end <= a.start < until), None)
        statuses = [int(m[1] or m[2]) for m in STATUS.finditer(text, one.end, until)]
        yield Recorded(
            url=one.url, request=one.body, response=answer.value if answer else None,
            status=statuses[-1] if statuses else None, started=one.time, duration_ms=None,
            where=Where(file=name, line=text.count("\n", 0, one.start) + 1),
        )  # fmt: skip


def _alone(text: str, name: str, builder: TraceBuilder) -> None:
    """Responses without their requests."""
    for answer in answers(text):
        where = Where(file=name, line=text.count("\n", 0, answer.start) + 1)
        for one in exchanges(answer.value, where):
            reader = owner(one)
            if reader is not None:
                reader.add(one, builder)


class DebugLog:
    """A text with requests in it."""

    key = "debug_log"
    label = "Debug log"
    export_hint = "Set OPENAI_LOG=debug or ANTHROPIC_LOG=debug and save what your program prints."
    guide = Guide(
        section="Requests and responses",
        what="What SDKs print with OPENAI_LOG, ANTHROPIC_LOG or LITELLM_LOG=debug, and raw HTTP as proxies dump it",
        steps=(export_hint, "Or save the request and response of a proxy as text."),
        example="[2026-01-31 18:30:00 - openai._base_client:482 - DEBUG] Request options: {'method': 'post', …}",
        marks=frozenset(("Request options", "json_data", "RAW RESPONSE")),
        missing="replies, which the SDKs of OpenAI and Anthropic do not print",
    )

    def sniff(self, head: Head) -> Verdict:
        if head.text.lstrip("\ufeff \t\r\n")[:1] == "{":
            return "no"
        told = any(pattern.search(head.text) for pattern in REQUESTS)
        return "yes" if told or ANSWER.match(head.text) else "no"

    def load(self, source: Source, builder: TraceBuilder) -> Iterator[Progress]:
        text, before = text_of(source), builder.calls_so_far
        for one in recorded(text, source.name):
            if not http.add(one, builder):
                builder.warn("partial", "A request to no model, left out.", one.where)
        if builder.calls_so_far == before and ANSWER.match(text):
            _alone(text, source.name, builder)
        yield Progress(source.size_bytes, source.size_bytes, text.count("\n"))
        if builder.calls_so_far == before:
            raise TraceError(
                "no-calls", f"No LLM calls in {source.name}.", "None of its requests goes to a model.",
                where=Where(file=source.name), hint=self.export_hint,
            )  # fmt: skip


DEBUG_LOG = DebugLog()
