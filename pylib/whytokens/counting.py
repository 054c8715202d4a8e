"""Tokens of one text, or of one request body, for a model: before it is sent, without a bill."""

from __future__ import annotations

import io
from collections.abc import Generator
from dataclasses import dataclass, replace

from whytokens import assets
from whytokens.assets import Need
from whytokens.attribution.lanes import Lanes
from whytokens.attribution.share import attribute
from whytokens.attribution.tally import tally
from whytokens.containers import Source
from whytokens.errors import TraceError
from whytokens.importing import read
from whytokens.model import Call, CallId, NodeId, Trace, Usage, Where
from whytokens.prices import Unpriced
from whytokens.prices.engine import standard
from whytokens.prices.terms import price
from whytokens.steps import Event
from whytokens.tokenizers import Exactness, Tokenizer
from whytokens.tokenizers.choose import Vocabulary, choose

NO_PRICE = Unpriced(reason="not priced: counted only")


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """Prompt tokens. `kind` is the format of a request ("OpenAI Responses") or "text"; `parts` says
    what they are for, largest first, and sums to `tokens`. `band_per_mille`: nine of ten such counts
    lie within this share of what is billed; None where nobody has measured it. `pusd` is what they
    cost as uncached input by today's rates, None where no rate is known."""

    model: str
    kind: str
    tokenizer: str
    exactness: Exactness
    tokens: int
    band_per_mille: int | None
    pusd: int | None
    parts: tuple[tuple[str, int], ...]


def count(
    data: bytes, model: str, name: str = "text", vocabulary: Vocabulary | None = None
) -> Generator[Event, None, Count]:
    """Count a request body of a known API as that API renders it, anything else as plain text. With
    a `vocabulary`, named by `model`, the data are the text that they are.

    Raises TraceError not-utf8 for bytes that are no text.
    """
    trace = None if vocabulary else (yield from _request(data, name))
    if trace is not None:
        return (yield from _of_request(trace, model))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise TraceError(
            "not-utf8", f"{name} is no text.", f"Byte {error.start:,} is not UTF-8.",
            where=Where(file=name), hint="Save it as UTF-8, or count the request that holds it.",
        ) from error  # fmt: skip
    tokenizer, exactness = vocabulary or choose(model, None)
    if tokenizer.asset and not assets.have(tokenizer.asset):
        yield Need(tokenizer.asset)
    tokens = tokenizer.count_many([text])[0]
    call = Call(
        id=CallId(0), session="", api="", model=model, prompt=NodeId(0), where=Where(file=name)
    )
    return Count(
        model=model,
        kind="text",
        tokenizer=tokenizer.key,
        exactness=exactness,
        tokens=tokens,
        band_per_mille=_band(tokenizer, exactness),
        pusd=None if vocabulary else _pusd(call, tokens),
        parts=(("text", tokens),),
    )


def _band(tokenizer: Tokenizer, exactness: Exactness) -> int | None:
    """A vocabulary's own band does not hold for a model that only may read with it."""
    return tokenizer.band_per_mille or (0 if exactness != "estimated" else None)


def _pusd(call: Call, tokens: int) -> int | None:
    terms = standard().terms(call)
    return None if isinstance(terms, Unpriced) else price(terms, Usage(input=tokens))


def _request(data: bytes, name: str) -> Generator[Event, None, Trace | None]:
    """The data as the one request that it may be."""
    if data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] not in (b"{", b"["):
        return None
    source = Source(name=name, size_bytes=len(data), open=lambda: io.BytesIO(data))
    try:
        trace = yield from read([source])
    except TraceError:
        return None
    return trace if len(trace.calls) == 1 else None


def _of_request(trace: Trace, model: str) -> Generator[Event, None, Count]:
    sent = replace(trace.calls[0].options, shared_by=1)
    call = replace(trace.calls[0], model=model, usage=Usage(), reply=(), error=None, options=sent)
    trace = replace(trace, calls=(call,))
    lanes = Lanes(trace)
    lane = lanes.of(call)
    asset = lane.counter.tokenizer.asset
    if asset and not assets.have(asset):
        yield Need(asset)
    shared = attribute(call, lane, NO_PRICE)
    sums = tally([shared])
    parts: dict[str, int] = {}
    for number, found in sums.prompt.items():
        label = trace.segments[number].path[0]
        if label == "tools":
            label = " ".join(trace.segments[number].path[:3])
        parts[label] = parts.get(label, 0) + found.tokens
    for cause, found in sums.overhead.items():
        parts[cause] = parts.get(cause, 0) + found.tokens
    exact = all(piece.exact for piece in shared.prompt_pieces())
    sure: Exactness = lane.exactness if exact or lane.exactness != "exact" else "estimated"
    return Count(
        model=model,
        kind=trace.importer,
        tokenizer=lane.counter.tokenizer.key,
        exactness=sure,
        tokens=shared.prompt_tokens,
        band_per_mille=_band(lane.counter.tokenizer, sure),
        pusd=_pusd(call, shared.prompt_tokens),
        parts=tuple(sorted(parts.items(), key=lambda item: -item[1])),
    )
