"""A pasted command or browser snippet that calls a model: curl, wget, PowerShell, fetch().

Spec: formats, section 2 "curl"; curl(1), options -d, --data*, --json, --url, -T. The address tells the
provider and, for Gemini and Bedrock, the model.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from whytokens.builder import TraceBuilder
from whytokens.containers import Source, shell
from whytokens.containers.decode import lines
from whytokens.errors import TraceError
from whytokens.importers import Guide, Head, Progress, Verdict, http
from whytokens.importers.answers import Answer, answers
from whytokens.importers.http import Recorded
from whytokens.model import Where
from whytokens.nesting import loads

COMMAND = re.compile(
    r"(?:^|[\s;&|(])(?:curl|curl\.exe|wget)\s|Invoke-(?:WebRequest|RestMethod)|\b(?:iwr|irm)\s+-"
    r"|\bfetch\(\s*[\"']http"
)
DATA = ("-d", "--data", "--data-raw", "--data-binary", "--data-ascii", "--json", "--post-data",
        "--body-data", "-body", "--data-urlencode", "-b")  # fmt: skip
ADDRESS = ("--url", "-uri")
FETCH = re.compile(r"\bfetch\(\s*([\"'])(https?://.*?)\1", re.DOTALL)
BODY = re.compile(
    r"[\"']?body[\"']?\s*:\s*"
    r"(?:JSON\.stringify\((\{.*\})\)|(\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'))",
    re.DOTALL,
)
MAX_CHARS = 64 * 2**20


class PastedCommand:
    """Commands in a text; what stands around them is left alone."""

    key = "pasted_command"
    label = "Pasted command"
    export_hint = "DevTools, Network, right click the request, Copy as cURL."
    guide = Guide(
        section="Requests and responses",
        what=(
            "curl in the quoting of any shell, wget, PowerShell or fetch(), as copied "
            "from a browser or documentation"
        ),
        steps=(
            "DevTools, Network, right click the request, Copy as cURL.",
            "Paste it on the page.",
        ),
        example='curl https://api.openai.com/v1/chat/completions -d \'{"model": "gpt-4o", "messages": […]}\'',
        marks=frozenset(("curl", "--data-raw", "Invoke-WebRequest")),
        missing="the response, where it does not follow the command",
    )

    def sniff(self, head: Head) -> Verdict:
        if head.text.lstrip("\ufeff \t\r\n")[:1] in ("", "{", "["):
            return "no"  # what stands in here-documents is JSON, what stands around is not
        return "yes" if COMMAND.search(head.text) else "no"

    def load(self, source: Source, builder: TraceBuilder) -> Iterator[Progress]:
        text = text_of(source)
        found = 0
        came = list(answers(text))
        asked = list(requests(_without(text, came)))
        for number, (url, body, line) in enumerate(asked):
            until = asked[number + 1][2] if number + 1 < len(asked) else text.count("\n") + 2
            answer = next(
                (a.value for a in came if line < text.count("\n", 0, a.start) + 1 < until), None
            )
            where = Where(file=source.name, line=line)
            if body and body.startswith("@"):
                builder.warn("partial", f"The body is in another file ({body[:80]}).", where)
                continue
            recorded = Recorded(
                url=url, request=body, response=answer, status=None, started=None, duration_ms=None,
                where=where,
            )  # fmt: skip
            found += http.add(recorded, builder)
        yield Progress(source.size_bytes, source.size_bytes, text.count("\n"))
        if not found:
            raise TraceError(
                "no-calls", f"No LLM calls in {source.name}.", "Its commands send no request to a model.",
                where=Where(file=source.name), hint=self.export_hint,
            )  # fmt: skip


def text_of(source: Source) -> str:
    """The whole text of a paste; more than a paste is refused."""
    parts, size = list[str](), 0
    for line in lines(source):
        parts.append(line.text)
        size += len(line.text)
        if size > MAX_CHARS:
            raise TraceError(
                "too-large", f"{source.name} is too long for a pasted text.",
                f"It has more than {MAX_CHARS // 2**20} MB.", where=Where(file=source.name),
                hint="Save the requests as JSON Lines.",
            )  # fmt: skip
    return "".join(parts)


def _without(text: str, came: list[Answer]) -> str:
    """The text with blanks where responses stand, whose quotes are no shell's."""
    for one in came:
        blank = re.sub(r"[^\n]", " ", text[one.start : one.end])
        text = text[: one.start] + blank + text[one.end :]
    return text


def requests(text: str) -> Iterator[tuple[str, str | None, int]]:
    """Address, body and line of each request."""
    for match in FETCH.finditer(text):
        body = BODY.search(text, match.end())
        yield match[2], _script(body), text.count("\n", 0, match.start()) + 1
    if re.search(r"Invoke-(WebRequest|RestMethod)|\b(iwr|irm)\s+-", text, re.IGNORECASE):
        url, data = _arguments(shell.powershell(text))
        yield url, data, 1
        return
    commands = iter((shell.cmd(text),)) if shell.is_cmd(text) else shell.words(text)
    rows = [n for n, row in enumerate(text.split("\n"), 1) if re.search(r"\b(?:curl|wget)\b", row)]
    for command in commands:
        names = [word.rsplit("/", 1)[-1] for word in command]
        start = next(
            (i for i, name in enumerate(names) if name in ("curl", "curl.exe", "wget")), None
        )
        if start is None:
            continue
        url, data = _arguments(command)
        line = rows.pop(0) if len(rows) > 1 else next(iter(rows), 1)
        yield url, data, line


def _arguments(command: list[str]) -> tuple[str, str | None]:
    """The address and the data of a command; data from standard input is its here-document."""
    url, parts = "", list[str]()
    here = command[command.index("<<") + 1] if "<<" in command[:-1] else None
    at = 0
    while at < len(command):
        word = command[at]
        name, equals, value = word.partition("=")
        if equals and name.lower() in (*DATA, *ADDRESS):
            word, command = name, [*command[: at + 1], value, *command[at + 1 :]]
        following = command[at + 1] if at + 1 < len(command) else ""
        if word.lower() in DATA and word not in ("-b", "-B"):
            parts.append(
                here if following in ("@-", "@/dev/stdin") and here is not None else following
            )
            at += 1
        elif word.startswith("-d") and len(word) > 2 and word[2] in "'{@":
            parts.append(word[2:])
        elif word.lower() in ADDRESS:
            url = following
            at += 1
        elif re.match(r"https?://", word) and not url:
            url = word
        at += 1
    if not parts and here is not None:
        parts.append(here)
    if parts in ([], ["@-"]) and "|" in command:  # echo '{...}' | curl -d @-
        parts = [word for word in command[: command.index("|")] if word.lstrip()[:1] == "{"]
    return url, "&".join(parts) if parts else None


def _script(match: re.Match[str] | None) -> str | None:
    """The body of fetch(): a string literal, or the object that is stringified."""
    if match is None:
        return None
    if match[1]:
        return match[1]
    text = match[2]
    if text[0] == "'":
        text = '"' + text[1:-1].replace("\\'", "'").replace('"', '\\"') + '"'
    try:
        found = loads(text)
    except ValueError:
        return None
    return found if isinstance(found, str) else None


PASTED_COMMAND = PastedCommand()
