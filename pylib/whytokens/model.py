"""The nouns of whytokens: what an importer makes and everything else reads.

Spec: ``pylib/ARCHITECTURE.md``, section "Words". All products are frozen; only
`whytokens.builder.TraceBuilder` mutates.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, NewType

SegmentId = NewType("SegmentId", int)
MessageId = NewType("MessageId", int)
NodeId = NewType("NodeId", int)
CallId = NewType("CallId", int)

Category = Literal[
    "system",
    "tools",
    "user",
    "assistant",
    "tool_call",
    "tool_result",
    "retrieved",
    "media",
    "thinking",
    "overhead",
]
CATEGORIES: tuple[Category, ...] = (
    "system",
    "tools",
    "user",
    "assistant",
    "tool_call",
    "tool_result",
    "retrieved",
    "media",
    "thinking",
    "overhead",
)
Role = Literal["tools", "format", "system", "user", "assistant", "tool"]
HEAD_ROLES: frozenset[Role] = frozenset(("tools", "format", "system"))
Billed = Literal["read", "write_5m", "write_1h", "input", "output"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """A place in what the user opened. `line` counts from 1; `pointer` is an RFC 6901 JSON pointer."""

    file: str
    line: int | None = None
    pointer: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Media:
    """An image, document or recording: priced by the provider's formula, never by its base64 text.

    `text` is what the first `pages_read` pages of a document say. `data` is the base64 of one that is
    still to be read (`whytokens.pdf`)."""

    kind: Literal["image", "document", "audio", "video", "file"]
    mime: str | None = None
    size_bytes: int = 0
    width: int | None = None
    height: int | None = None
    pages: int | None = None
    pages_read: int = 0
    text: str | None = field(default=None, repr=False)
    data: str | None = field(default=None, repr=False)
    duration_ms: int | None = None
    detail: str | None = None
    tokens: int | None = None  # where the log itself says what it weighs


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """One piece of text or media, interned once by content.

    `path` is how people see it, its first element the category's word, e.g.
    ``("tool_result", "Read", "src/app.py")``. `name` is the bare name a template
    renders (a tool's name; `components.INLINE` for a part of a plain text). `text` of a tool
    definition is its JSON as sent; of a tool call, its arguments as JSON text. ``None`` where the log has no content;
    `tokens` is then what the log says it counts to, where it does.
    """

    id: SegmentId
    category: Category
    path: tuple[str, ...]
    name: str | None
    text: str | None
    media: Media | None
    tokens: int | None = None
    where: Where


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """Segments that travel under one role. Tool definitions ("tools") and a response schema
    ("format") are messages too: they stand in the prompt like everything else. Consecutive
    results of parallel tool calls are one "tool" message."""

    id: MessageId
    role: Role
    segments: tuple[SegmentId, ...]
    name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptTree:
    """All prompts of a trace as one tree of shared prefixes. Node 0 is the empty prompt;
    node n is the prompt of ``parents[n]`` plus ``messages[n]``. ``parents[n] < n``."""

    parents: tuple[NodeId, ...]
    messages: tuple[MessageId, ...]
    depths: tuple[int, ...]

    def path(self, node: NodeId) -> list[NodeId]:
        """Nodes from the first message to `node`, the empty prompt left out."""
        found: list[NodeId] = []
        while node:
            found.append(node)
            node = self.parents[node]
        found.reverse()
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Billed tokens in DISJOINT buckets, whatever the provider's convention.

    ``None`` = not reported, 0 = reported zero. `input` is what was neither read from nor written
    to a cache. `cache_write_1h` are writes with the longer lifetime (1 h at Anthropic, 12 h at
    OpenAI). `output` includes `reasoning`. `fees` counts per-call extras ("web_search": 2);
    `detail` holds modality counts as reported ("input_audio": 120; "read_audio" within it), already
    inside the buckets. `total`, `cost_pusd`, `tier` and `region` are what the usage object itself
    says. `refused` says why the counters cannot be a bill; the buckets are then empty. `beside` is
    what other models spent within this response (an advisor), none of it in the buckets: each
    becomes a call of its own. `prompt_size` is how long a prompt is that price steps go by, where the
    usage sums many calls; else it is all of the prompt.
    """

    input: int | None = None
    cache_read: int | None = None
    cache_write_5m: int | None = None
    cache_write_1h: int | None = None
    output: int | None = None
    reasoning: int | None = None
    fees: Mapping[str, int] = field(default_factory=dict)
    detail: Mapping[str, int] = field(default_factory=dict)
    total: int | None = None
    cost_pusd: int | None = None
    tier: str | None = None
    region: str | None = None
    refused: str | None = None
    beside: tuple[tuple[str, Usage], ...] = ()
    prompt_size: int | None = None

    @property
    def prompt(self) -> int | None:
        """Billed prompt tokens: the sum of the four input buckets; None when none is reported."""
        parts = (self.input, self.cache_read, self.cache_write_5m, self.cache_write_1h)
        return None if self.input is None else sum(part or 0 for part in parts)

    @property
    def step_tokens(self) -> int:
        """The size that price steps go by."""
        return (self.prompt or 0) if self.prompt_size is None else self.prompt_size

    @property
    def unsaid(self) -> int:
        """The provider's own total less the buckets: 0 where they agree or nothing can be checked."""
        if self.total is None or self.prompt is None or self.output is None:
            return 0
        return self.total - self.prompt - self.output


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What of a request changes its rendering besides its messages. Hashable: a memo key."""

    tool_choice: str | None = None  # "auto" | "none" | "any" | "required" | "tool"
    tool_name: str | None = None  # with tool_choice "tool"
    thinking: str | None = None  # "enabled" | "adaptive" | None
    single_call: bool = False  # no parallel tool calls
    structured: bool = False  # the reply must follow a JSON schema
    prefilled: bool = False  # the request begins the reply
    citations: bool = False  # documents are to be cited
    task_budget: int | None = None  # tokens that the model is told it has left
    shared_by: int = 1  # the reported prompt is divided by so many parallel calls of the reply
    launch: bool = False  # asked in the first weeks of OpenAI's Responses API
    stored: bool = False  # tool calls are referred to by the ids of a stored response
    hosted: tuple[str, ...] = ()  # hosted tools whose schemas the provider adds, e.g. "web_search"
    server_state: str | None = None  # e.g. "previous_response_id": history that is not in the file


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request to a model and its reply.

    `api` says whose rendering applies ("openai.chat", "openai.responses", "anthropic.messages").
    `importer` is the key of the one that read it: a client of its own (a coding agent) or any API's.
    `prompt` is the visible prompt; `hidden` names what was sent but is not in the file ("system
    prompt and tool schemas"), None when the file holds the whole request. `cache_marks` are
    depths in the prompt tree after which a cache breakpoint stands. `tier` and `region` as the
    response reports them ("flex"; "us" where the place has a price of its own).
    """

    id: CallId
    session: str
    parent: CallId | None = None
    importer: str = ""
    api: str
    model: str | None
    provider: str | None = None
    started: datetime | None = None
    duration_ms: int | None = None
    prompt: NodeId
    options: Options = Options()
    hidden: str | None = None
    reply: tuple[SegmentId, ...] = ()
    called_tools: tuple[str, ...] = ()
    stop_reason: str | None = None
    error: str | None = None
    usage: Usage | None = None
    tier: str | None = None
    region: str | None = None
    cache_marks: tuple[int, ...] = ()
    tags: Mapping[str, str] = field(default_factory=dict)
    reported_cost_pusd: int | None = None
    where: Where


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """Calls that belong to one conversation or agent run. A sub-agent's session names its parent."""

    key: str
    parent: str | None = None
    title: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceWarning:
    """Something of the opened files that was not used as it stands. `code` as in errors.py; `offer` is
    what the page can do about it (`errors.Offer`): a label and the options to open the files with."""

    code: str
    message: str
    where: Where
    offer: tuple[str, Mapping[str, str]] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """One opened file or set of files after import. Ids index their tuples."""

    name: str
    importer: str
    segments: tuple[Segment, ...]
    messages: tuple[Message, ...]
    prompts: PromptTree
    calls: Sequence[Call]
    sessions: tuple[Session, ...]
    warnings: tuple[TraceWarning, ...]
