"""Calls as columns: what each sent, read, wrote and cost, and where the prompt cache broke.

A break: the prompt was long enough to be read as far as the call before it had it cached (its reads
and writes), but was not. Providers name no reason; the first text that was not read is shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from whytokens.attribution.share import Attribution
from whytokens.layouts.labels import branch, leaf
from whytokens.model import Trace
from whytokens.protocol import CacheBreak, CallColumns

# OpenAI counts reads in steps of 128 tokens (facts, caching): less than that is no break.
STEP_TOKENS = 128
# Values of one tag beyond this are ids, not something to choose from.
MAX_TAG_VALUES = 50


def call_columns(trace: Trace, found: Iterable[Attribution]) -> CallColumns:
    """One row a billed call, in order."""
    sessions = {session.key: at for at, session in enumerate(trace.sessions)}
    models: dict[str, int] = {}
    tags: dict[str, set[str]] = {}
    billed = [one for one in found if one.method != "unbilled"]
    out = CallColumns(
        id=[], session=[], model=[], started_ms=[], input=[], read=[], write=[], output=[], nusd=[],
        models=[], sessions=list(sessions), tags={}, breaks=list(breaks(trace, billed)),
    )  # fmt: skip
    for one in billed:
        call, usage = one.call, one.usage
        out["id"].append(call.id)
        out["session"].append(sessions[call.session])
        out["model"].append(models.setdefault(call.model or "", len(models)))
        out["started_ms"].append(int(call.started.timestamp() * 1000) if call.started else -1)
        out["input"].append(one.prompt_tokens)
        out["read"].append(usage.cache_read or 0)
        out["write"].append((usage.cache_write_5m or 0) + (usage.cache_write_1h or 0))
        out["output"].append(one.output_tokens)
        out["nusd"].append((one.cost_pusd + 500) // 1000)
        for key, value in call.tags.items():
            tags.setdefault(key, set()).add(value)
    out["models"] = list(models)
    out["tags"] = {
        key: sorted(values)
        for key, values in sorted(tags.items())
        if 1 < len(values) <= MAX_TAG_VALUES
    }
    return out


def breaks(trace: Trace, found: Iterable[Attribution]) -> Iterator[CacheBreak]:
    """Where a session's cache was not read as far as it reached."""
    cached: dict[tuple[str, str | None], int] = {}
    for one in found:
        key, usage = (one.call.session, one.call.model), one.usage
        had, read = cached.get(key, 0), usage.cache_read or 0
        lost = had - read
        if one.method == "reported" and one.prompt_tokens >= had and lost > STEP_TOKENS:
            label, segment = _at(trace, one, read)
            yield CacheBreak(
                call=one.call.id, lost=lost, position=read, label=label, segment=segment
            )
        cached[key] = read + (usage.cache_write_5m or 0) + (usage.cache_write_1h or 0)


def _at(trace: Trace, one: Attribution, position: int) -> tuple[str, int]:
    """What stands at a token offset of a call's prompt."""
    for span in one.spans():
        if span.position <= position < span.position + span.tokens:
            if span.segment is None:
                return span.cause, -1
            segment = trace.segments[span.segment]
            path = branch(segment)
            return " › ".join(path if len(path) > 1 else (*path, leaf(segment))), segment.id
    return "the end", -1
