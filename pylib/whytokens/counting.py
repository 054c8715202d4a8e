"""Tokens of one text, or of one request body, for a model: before it is sent, without a bill."""

from __future__ import annotations

import io
from collections.abc import Generator
from dataclasses import dataclass, replace

from whytokens import assets
from whytokens.attribution.lanes import Lanes
from whytokens.attribution.share import attribute
from whytokens.attribution.tally import tally
from whytokens.containers import Source
from whytokens.errors import TraceError
from whytokens.model import Trace, Usage, Where
from whytokens.pipeline import Event, Need, read
from whytokens.prices import Unpriced
from whytokens.tokenizers import Exactness
from whytokens.tokenizers.choose import choose

NO_PRICE = Unpriced(reason="not priced: counted only")


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """Prompt tokens. `kind` is the format of a request ("OpenAI Responses") or "text"; `parts` says
    what they are for, largest first, and sums to `tokens`."""

    model: str
    kind: str
    tokenizer: str
    exactness: Exactness
    tokens: int
    parts: tuple[tuple[str, int], ...]


def count(data: bytes, model: str, name: str = "text") -> Generator[Event, None, Count]:
    """Count a request body of a known API as that API renders it, anything else as plain text.

    Raises TraceError not-utf8 for bytes that are no text.
    """
    trace = yield from _request(data, name)
    if trace is not None:
        return (yield from _of_request(trace, model))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise TraceError(
            "not-utf8", f"{name} is no text.", f"Byte {error.start:,} is not UTF-8.",
            where=Where(file=name), hint="Save it as UTF-8, or count the request that holds it.",
        ) from error  # fmt: skip
    tokenizer, exactness = choose(model, None)
    if tokenizer.asset and not assets.have(tokenizer.asset):
        yield Need(tokenizer.asset)
    tokens = tokenizer.count_many([text])[0]
    return Count(
        model=model,
        kind="text",
        tokenizer=tokenizer.key,
        exactness=exactness,
        tokens=tokens,
        parts=(("text", tokens),),
    )


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
    return Count(
        model=model,
        kind=trace.importer,
        tokenizer=lane.counter.tokenizer.key,
        exactness=lane.exactness if exact or lane.exactness != "exact" else "estimated",
        tokens=shared.prompt_tokens,
        parts=tuple(sorted(parts.items(), key=lambda item: -item[1])),
    )
