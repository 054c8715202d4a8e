"""The corpus of real requests with billed usage, read as the engine reads a log.

`../shared/corpus` (its README says what a row holds). Media were taken out of the bodies; each comes
back as a file of its kind and size whose header says the same, so that importers measure it.
"""

from __future__ import annotations

import base64
import json
import lzma
import re
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from building.places import ROOT
from whytokens.attribution.lanes import Lanes
from whytokens.builder import TraceBuilder
from whytokens.importers.apis import APIS
from whytokens.importers.exchanges import Exchange
from whytokens.model import Where

CORPUS = ROOT.parent / "shared" / "corpus" / "dev.jsonl.xz"
# What is billed but not in the body.
OPEN = frozenset(("server_state", "remote_media", "remote_file", "hosted_tools", "context_mgmt"))
MEDIA = re.compile(r"@@media:([0-9a-f]{16})")


@dataclass(frozen=True, slots=True)
class Group:
    """Rows that one bar speaks of: who was asked, over which API, and which importer reads them."""

    name: str
    providers: frozenset[str]
    apis: frozenset[str]
    family: str
    importer: str
    reads_files: bool = False  # bills the text that it reads out of a document


GROUPS = (
    Group(
        "OpenAI Chat",
        frozenset(("openai", "azure-openai")),
        frozenset(("chat.completions",)),
        "openai",
        "openai_chat",
        reads_files=True,
    ),
    Group(
        "OpenAI Responses",
        frozenset(("openai", "azure-openai")),
        frozenset(("responses",)),
        "openai",
        "openai_responses",
        reads_files=True,
    ),
    Group(
        "Anthropic",
        frozenset(("anthropic", "bedrock", "vertex-anthropic", "azure-ai")),
        frozenset(("messages", "messages.count_tokens", "bedrock.invoke")),
        "claude",
        "anthropic_messages",
    ),
    Group(
        "Gemini",
        frozenset(("gemini", "vertex")),
        frozenset(("generateContent", "countTokens")),
        "gemini",
        "gemini_generate",
    ),
)


@dataclass(frozen=True, slots=True)
class Counted:
    """A row and our count of its prompt; `exact` says whether the count claims to be."""

    row: dict[str, Any]
    tokens: int
    exact: bool

    @property
    def billed(self) -> int:
        return int(self.row["input_total"])

    @property
    def off(self) -> int:
        return self.tokens - self.billed


def rows() -> list[dict[str, Any]]:
    with lzma.open(CORPUS, "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def open_because(group: Group, row: dict[str, Any]) -> str | None:
    """Why not everything that was billed is in the body, None when it is. Recordings with replaced
    texts are told apart, and rows whose texts the corpus holds by reference only."""
    features = OPEN.intersection(row["features"])
    if features:
        return sorted(features)[0]
    if "maybe_redacted" in row["features"]:
        return "replaced texts"
    if any(_is_text(media) for media in row["media"].values()) or _media_in_text(row):
        return "a text by reference"
    if group.reads_files and any(_is_document(media) for media in row["media"].values()):
        return "a document's text by reference"
    if _thinking_by_id(row):
        return "thinking by its id"
    return "the provider's own prompts" if _prompts_itself(row) else None


def lacks_duration(row: dict[str, Any]) -> bool:
    """Sound and film are billed by their duration; the corpus holds their size in bytes alone."""
    mimes = [media.get("mime") or "" for media in row["media"].values()]
    return any(mime.startswith(("audio/", "video/")) for mime in mimes)


def _is_text(media: dict[str, Any]) -> bool:
    mime = media.get("mime") or ""
    return media.get("kind") == "other" and (not mime or mime.startswith("text/"))


def _is_document(media: dict[str, Any]) -> bool:
    return media.get("kind") == "pdf" or "document" in (media.get("mime") or "")


def _media_in_text(row: dict[str, Any]) -> bool:
    """Base64 in the text of a tool's result is billed as that text, which the corpus cut out."""
    messages = row["request_body"].get("messages")
    said = [one.get("content") for one in messages or () if isinstance(one, dict)]
    return any(isinstance(text, str) and "@@media:" in text for text in said)


def _thinking_by_id(row: dict[str, Any]) -> bool:
    """Reasoning of the running turn that is sent as the id of what the provider has stored."""
    items = row["request_body"].get("input")
    items = [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []
    last = max((i for i, item in enumerate(items) if item.get("role") == "user"), default=0)
    return any(
        item.get("type") == "reasoning" and not item.get("encrypted_content")
        for item in items[last:]
    )


def _prompts_itself(row: dict[str, Any]) -> bool:
    """Search models search, and "pro" reasoning drafts several times, at the caller's bill."""
    reasoning = row["request_body"].get("reasoning")
    pro = isinstance(reasoning, dict) and reasoning.get("mode") == "pro"
    return pro or "-search-" in (row["response_model"] or "")


def of(group: Group, found: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for row in found:
        if (
            row["provider"] in group.providers
            and row["api"] in group.apis
            and row["tokenizer_family"] == group.family
            and row["input_total"]
        ):
            yield row


def counted(
    group: Group, found: list[dict[str, Any]], thoughts: Mapping[str, int] | None = None
) -> list[Counted]:
    """Our count of each row's prompt, as for a request whose bill nobody knows. `thoughts` are
    what the log's earlier replies said of their seals."""
    api = next(one for one in APIS if one.key == group.importer)
    builder = TraceBuilder("corpus")
    for seal, tokens in (thoughts or {}).items():
        builder.remember(seal, tokens)
    for number, row in enumerate(found):
        where = Where(file="corpus", line=number + 1)
        model = row["response_model"] or row["model"]
        called = [{"type": "function_call", "name": call[0]} for call in _calls(row)]
        response = {"model": model, "modelVersion": model, "output": called}
        exchange = _exchange(row, response, where)
        request = api.request(exchange, builder)
        builder.call(
            api=api.api,
            model=model,
            provider=row["provider"],
            prompt=builder.prompt(request.messages),
            where=where,
            options=request.options,
        )
    trace = builder.build()
    lanes = Lanes(trace)
    answers = []
    for call, row in zip(trace.calls, found, strict=True):
        lane = lanes.of(call)
        end = lane.head_end(call.prompt)
        pieces = [*lane.frame(end)]
        for node in [end, *(n for n in trace.prompts.path(call.prompt) if n > end)]:
            pieces += lane.pieces(node, end)
        tokens = sum(piece.tokens for piece in pieces) // call.options.shared_by
        answers.append(Counted(row, tokens, all(piece.exact for piece in pieces)))
    return answers


def thoughts(found: list[dict[str, Any]]) -> dict[str, int]:
    """Seals of hidden thinking that a recording's later requests send back, and how many tokens the
    reply that made each had thought: what a log of whole sessions says and a lone request does not."""
    asked: dict[tuple[str, str, str, str], set[int]] = {}
    for row in found:
        spent = row["usage"].get("thoughtsTokenCount") or 0
        asked.setdefault(_turns(row, _contents(row)), set()).add(spent)
    known = dict[str, int]()
    for row in found:
        contents = _contents(row)
        for number, content in enumerate(contents):
            seals = [part.get("thoughtSignature") for part in content.get("parts") or []]
            seals = [seal for seal in seals if seal]
            spent = asked.get(_turns(row, contents[:number]), set())
            if len(seals) == len(spent) == 1:
                known[seals[0]] = next(iter(spent))
    return known


def _contents(row: dict[str, Any]) -> list[dict[str, Any]]:
    found = row["request_body"].get("contents")
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _turns(row: dict[str, Any], contents: list[dict[str, Any]]) -> tuple[str, str, str, str]:
    """Of one recording: a path may hold many, one after another, and each reply thought anew."""
    return row["repo"], row["path"], row["blob"], json.dumps(contents, sort_keys=True)


def _calls(row: dict[str, Any]) -> list[list[str]]:
    """Name and arguments of the calls that came back."""
    return (row.get("output") or {}).get("tool_calls") or []


def _time(row: dict[str, Any]) -> datetime | None:
    """When the reply was made, where it says so in seconds."""
    said = row.get("created")
    return datetime.fromtimestamp(said, UTC) if isinstance(said, int) else None


def _exchange(row: dict[str, Any], response: dict[str, Any], where: Where) -> Exchange:
    return Exchange(
        request=body(row),
        response=response,
        status=None,
        error=None,
        started=_time(row),
        duration_ms=None,
        tags={},
        url=_url(row),
        where=where,
    )


def _url(row: dict[str, Any]) -> str:
    """What of the address the API's readers ask for; the corpus has only what came of it."""
    if row["api"] != "generateContent":
        return ""
    return ":streamGenerateContent" if row["stream"] else ":generateContent"


def body(row: dict[str, Any]) -> dict[str, Any]:
    """The request with its media back."""
    text = json.dumps(row["request_body"])
    if "@@media:" in text:
        text = MEDIA.sub(
            lambda m: base64.b64encode(_file(row["media"].get(m[1], {}))).decode(), text
        )
    value = json.loads(text)
    return value if isinstance(value, dict) else {}


def _file(media: dict[str, Any]) -> bytes:
    if media.get("kind") == "image" and media.get("w"):
        size = struct.pack(">II", media["w"], media["h"])
        return b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + size + b"\x08\x02\0\0\0"
    if media.get("kind") == "pdf":
        return b"%PDF-1.4\n" + b"<< /Type /Page >>\n" * (media.get("pages") or 1)
    return b"\0" * min(media.get("bytes") or 0, 1000)
