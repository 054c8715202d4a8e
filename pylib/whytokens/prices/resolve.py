"""From a logged model id to a price row: as written, then without known prefixes and suffixes.

Spec: facts, section 1 "Resolving an id". Never invents a price: what is left over is unpriced. The
answer says how the row was reached and how sure that is.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from whytokens.prices import Sure
from whytokens.prices.snapshot import Row, Snapshot

# Suffixes, outermost first: what they say, and a regular expression.
SUFFIXES = (
    ("date", re.compile(r"[-@](?:20\d\d-?\d\d-?\d\d|\d{6})$")),
    ("version", re.compile(r"(?:-v\d+(?::\d+)?|:\d+|@[\w.-]+)$")),
    ("mark", re.compile(r"(?:\[[^\]]*\]|-(?:latest|default|preview|exp|build))$")),
    ("routing", re.compile(r":(?:nitro|floor|online|thinking|extended|beta|exacto)$")),
    ("effort", re.compile(r"-(?:none|minimal|low|medium|high|xhigh|max)$")),
)
# Hosts that put a Claude's version before its size, as Anthropic did up to 3.7.
VERSION_FIRST = re.compile(r"^claude-(\d)(?:[.-](\d))?-(opus|sonnet|haiku)(?=-|:|@|$)")
COMPACT_DATE = re.compile(r"(?<=-)(20\d\d)(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?=-|:|$)")
GEO = r"(?:(?:us|eu|apac|jp|au|ca|sa|me|af|global|us-gov)\.)?"
BEDROCK = re.compile(
    rf"^{GEO}(?:anthropic|amazon|meta|mistral|cohere|ai21|openai|deepseek|qwen|writer|google|minimax"
    r"|moonshotai|moonshot|zai|nvidia|twelvelabs|stability)\.[a-z]"
)
VERTEX = re.compile(r"publishers/[^/]+/models/([^/:]+.*)$")
# Names that no provider's own rule claims.
OPENAI_ONLY = re.compile(
    r"^(?:text-embedding|chatgpt|text-moderation|omni-moderation|davinci|babbage|codex-)"
)
# What clouds put between their name and a model's: a region or a way of calling.
BETWEEN = re.compile(
    r"^(?:us|eu|apac|jp|au|global|global-standard|[a-z]{2}(?:-gov)?-[a-z]+-\d|responses|converse|invoke"
    r"|litellm|litellm_proxy|proxy)$"
)
# Names of the second source that hold a place or a way of buying.
PLACED = re.compile(r"^(?:azure|azure_ai|bedrock|vertex_ai)/[^/]+/")
# Providers that a log names although another serves: what an importer takes for granted, clouds.
MAKERS = frozenset(("openai", "anthropic", "google", "azure", "aws", "mistral", "cohere"))
ALIASES = {
    "gemini": "google", "vertex_ai": "google", "vertex": "google", "google-vertex": "google",
    "gcp.vertex_ai": "google", "gcp.gemini": "google", "google_genai": "google",
    "bedrock": "aws", "bedrock_converse": "aws", "bedrock_mantle": "aws", "amazon-bedrock": "aws",
    "aws.bedrock": "aws", "aws_bedrock": "aws",
    "azure_ai": "azure", "az.ai.openai": "azure", "az.ai.inference": "azure",
    "azure-openai": "azure", "azure_openai": "azure", "azure-ai": "azure", "azure_text": "azure",
    "xai": "x-ai", "x_ai": "x-ai", "grok": "x-ai",
    "together_ai": "together", "togetherai": "together",
    "fireworks_ai": "fireworks", "fireworks-ai": "fireworks",
    "moonshot": "moonshotai", "mistral_ai": "mistral", "mistralai": "mistral",
    "github_copilot": "github-copilot", "copilot": "github-copilot", "cohere_chat": "cohere",
    "openai.responses": "openai", "text-completion-openai": "openai", "chatgpt": "openai",
    "deepseek-ai": "deepseek", "z-ai": "zai", "zai-org": "zai", "meta_llama": "meta",
    "vertex-anthropic": "google",
}  # fmt: skip
# How the second source begins the names of a provider.
SECOND_NAMES = {
    "aws": ("bedrock",), "google": ("gemini", "vertex_ai"), "x-ai": ("xai",),
    "together": ("together_ai",), "fireworks": ("fireworks_ai",), "moonshotai": ("moonshot",),
    "github-copilot": ("github_copilot",), "azure": ("azure", "azure_ai"),
}  # fmt: skip
# Where else a maker sells its models by their bare names.
SISTERS = {"zhipuai": ("zai",)}
MAX_PEELS = 4
FREE = {"i": 0, "o": 0, "r": 0, "w": 0}


@dataclass(frozen=True, slots=True)
class Resolved:
    """A row, the way to it, and how sure that is."""

    row: Row
    how: str
    sure: Sure


@dataclass(frozen=True, slots=True)
class _Try:
    """A name to look up at a provider (None: whoever owns such a name)."""

    name: str
    provider: str | None
    how: str
    sure: Sure = "sure"


def resolve(snapshot: Snapshot, model: str, provider: str | None) -> Resolved | None:
    """None when no row fits."""
    name = model.strip().lower()
    if name.endswith(":free"):
        owner = provider_key(snapshot, provider) or "openrouter"
        return Resolved(Row(owner, name, ((None, FREE),), (), snapshot.source), "free", "sure")
    tries = list(_tries(snapshot, name, provider))
    found = _first(snapshot, tries[:1])
    second = snapshot.more(name) if "/" in name else None
    if second is not None and (found is None or PLACED.match(name)):  # a place's own price
        return Resolved(second, "exact", "sure")
    found = found or _first(snapshot, (*tries, *_shorter(tries)))
    if found is not None:
        return found
    for one in tries:
        for row in _seconds(snapshot, one, provider):
            return Resolved(row, one.how, "likely" if one.sure == "sure" else one.sure)
    return _by_name_alone(snapshot, tries)


def _first(snapshot: Snapshot, tries: Iterable[_Try]) -> Resolved | None:
    for one in tries:
        row = _row(snapshot, one)
        if row is not None:
            return Resolved(row, one.how, "low" if row.low else one.sure)
    return None


def _by_name_alone(snapshot: Snapshot, tries: list[_Try]) -> Resolved | None:
    """The log's provider has no such row: its maker's price. That is likely right of a gateway or of
    what an importer took for granted, and doubtful of a host that has rates of its own."""
    host = next((one.provider for one in tries if one.provider), None)
    sure: Sure = "likely" if host is None or host in MAKERS else "low"
    alone = [_Try(one.name, None, "by name alone", sure) for one in tries]
    found = _first(snapshot, (*alone, *_shorter(alone)))
    return found and replace(
        found, how="by name alone", sure="low" if found.sure == "low" else sure
    )


def nearest(snapshot: Snapshot, model: str) -> tuple[str, ...]:
    """Up to three known names close to an unknown one."""
    wanted = model.strip().lower()
    head = re.split(r"[^a-z]", wanted, maxsplit=1)[0][:3]
    names = snapshot.names()
    near = [name for name in names if head and head in name] or [
        name for name in names if abs(len(name) - len(wanted)) <= 2
    ]
    return tuple(difflib.get_close_matches(wanted, near, 3, 0.6))


def provider_key(snapshot: Snapshot, hint: str | None) -> str | None:
    """A provider's key in the snapshot, by whatever name a log gives it."""
    name = (hint or "").strip().lower()
    alias = ALIASES.get(name)
    if alias in snapshot.providers:
        return alias
    return snapshot.provider(name)


def _tries(snapshot: Snapshot, name: str, provider: str | None) -> Iterator[_Try]:
    hint, how = provider_key(snapshot, provider), "exact"
    if name.startswith("arn:"):
        name, hint, how = name.rsplit("/", 1)[-1], "aws", "without its ARN"
    vertex = VERTEX.search(name)
    if vertex:
        name, hint, how = vertex[1], "google", "without its path"
    for prefix in ("models/", "tunedmodels/"):
        if name.startswith(prefix):
            name, hint, how = name.removeprefix(prefix), hint or "google", f"without {prefix}"
    if BEDROCK.match(name):
        hint = "aws"
    if hint is None and OPENAI_ONLY.match(name):
        hint = "openai"
    if hint == "fireworks" and "/" not in name:
        yield _Try(f"accounts/fireworks/models/{name}", hint, how)
    if name.startswith("ft:"):
        yield _Try(":".join(name.split(":")[:2]), "openai", "its base's fine-tuned price")
        return
    yield _Try(name, hint, how)
    yield from _unprefixed(snapshot, name, hint)


def _unprefixed(snapshot: Snapshot, name: str, hint: str | None) -> Iterator[_Try]:
    """Without prefixes that name a provider or, in between, a place; who serves it keeps its rows."""
    served = hint
    for _ in range(MAX_PEELS):
        head, slash, rest = name.partition("/")
        owner = provider_key(snapshot, head) if slash else None
        if not slash or (owner is None and not BETWEEN.match(head)):
            return
        how, name = f"without {head}/", rest
        if BEDROCK.match(name):
            owner = served = "aws"
        if served and served != owner:
            yield _Try(name, served, how)
        if owner:
            sure: Sure = (
                "sure" if served in (None, owner) else "likely" if served in MAKERS else "low"
            )
            yield _Try(name, owner, how, sure)
            if served is None or served in MAKERS:
                served = owner
        elif served is None:
            yield _Try(name, None, how)


def _shorter(tries: list[_Try]) -> Iterator[_Try]:
    """The same names with a compact date written out, then suffix after suffix taken off."""
    for one in tries:
        turned = VERSION_FIRST.sub(_size_first, one.name)
        if turned != one.name:
            one = _Try(turned, one.provider, "with its version last", one.sure)
            yield one
        dashed = COMPACT_DATE.sub(r"\1-\2-\3", one.name)
        if dashed != one.name:
            yield _Try(dashed, one.provider, one.how, one.sure)
        name, taken = one.name, list[str]()
        for _ in range(MAX_PEELS):
            what, shorter = next(
                ((word, cut) for word, rule in SUFFIXES if (cut := rule.sub("", name)) != name),
                ("", name),
            )
            if shorter == name:
                break
            name = shorter
            taken.append(what)
            sure: Sure = "likely" if {"mark", "effort", "routing"} & set(taken) else one.sure
            yield _Try(name, one.provider, f"without its {' and '.join(taken)}", sure)
        if one.name.startswith("gemini-"):
            yield _Try(f"{one.name}-preview", one.provider, "as its preview", "likely")


def _size_first(found: re.Match[str]) -> str:
    major, minor, size = found.groups()
    return f"claude-{size}-{major}" + (f"-{minor}" if minor else "")


def _row(snapshot: Snapshot, one: _Try) -> Row | None:
    if one.provider is not None:
        return snapshot.find(one.provider, one.name)
    owners = [shop for own in snapshot.owners(one.name) for shop in (own, *SISTERS.get(own, ()))]
    return next((row for own in owners if (row := snapshot.find(own, one.name))), None)


def _seconds(snapshot: Snapshot, one: _Try, provider: str | None) -> Iterator[Row]:
    """Rows of the second source, under the names it would give this one."""
    owners = [owner for owner in (provider, one.provider) if owner]
    prefixes = [p for owner in owners for p in (owner.lower(), *SECOND_NAMES.get(owner, ()))]
    for name in (one.name, *(f"{prefix}/{one.name}" for prefix in prefixes)):
        row = snapshot.more(name)
        if row is not None:
            yield row
