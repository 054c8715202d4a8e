"""Calls as columns: what each sent, read, wrote and cost, and where the prompt cache broke.

A break: the prompt was long enough to be read as far as the call before it had it cached (its reads
and writes), but was not. Providers name no reason; the first text that was not read is shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from whytokens.attribution.bare import BareAttributions
from whytokens.attribution.share import Attribution
from whytokens.layouts.labels import branch, leaf
from whytokens.model import CallId, Trace
from whytokens.protocol import CacheBreak, CallColumns

# OpenAI counts reads in steps of 128 tokens (facts, caching): less than that is no break.
STEP_TOKENS = 128
# Values of one tag beyond this are ids, not something to choose from.
MAX_TAG_VALUES = 50


def call_columns(trace: Trace, found: Sequence[Attribution]) -> CallColumns:
    """One row a billed call, in order."""
    if isinstance(found, BareAttributions):
        return _bare_columns(trace, found.billed())
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
    out["tags"] = _few(tags)
    return out


def _few(tags: Mapping[str, set[str]]) -> dict[str, list[str]]:
    """Tags to choose from."""
    return {
        key: sorted(values)
        for key, values in sorted(tags.items())
        if 1 < len(values) <= MAX_TAG_VALUES
    }


def _bare_columns(trace: Trace, found: BareAttributions) -> CallColumns:
    """The same of calls without text."""
    calls, columns = found.calls, found.columns
    sessions = {session.key: at for at, session in enumerate(trace.sessions)}
    models: dict[str, int] = {}
    tags: dict[str, set[str]] = {}
    names = [kind.model or "" for kind in calls.kinds]
    for number in set(found.of_call(calls.tags)):
        for key, value in calls.tagsets[number].items():
            tags.setdefault(key, set()).add(value)
    writes = map(sum, zip(columns.write_5m, columns.write_1h, strict=True))
    return CallColumns(
        id=[CallId(at) for at in columns.at],
        session=[sessions[key or ""] for key in found.of_call(calls.sessions)],
        model=[models.setdefault(names[kind], len(models)) for kind in found.of_call(calls.kind)],
        started_ms=[int(at.timestamp() * 1000) if at else -1 for at in found.of_call(calls.started)],
        input=columns.prompt, read=columns.read, write=list(writes), output=columns.output,
        nusd=[(pusd + 500) // 1000 for pusd in columns.pusd],
        models=list(models), sessions=list(sessions), tags=_few(tags),
        breaks=list(_bare_breaks(trace, found)),
    )  # fmt: skip


def _bare_breaks(trace: Trace, found: BareAttributions) -> Iterator[CacheBreak]:
    cached: dict[tuple[str | None, str | None], int] = {}
    models = [kind.model for kind in found.calls.kinds]
    columns = found.columns
    for row, (session, kind, prompt, read, five, hour) in enumerate(
        zip(
            found.of_call(found.calls.sessions), found.of_call(found.calls.kind), columns.prompt,
            columns.read, columns.write_5m, columns.write_1h, strict=True,
        )
    ):  # fmt: skip
        key = (session, models[kind])
        had = cached.get(key, 0)
        if prompt >= had and had - read > STEP_TOKENS:
            at, frame = CallId(columns.at[row]), found.frame(kind)
            if at not in found.odd and read < prompt - frame.fixed_tokens:
                yield CacheBreak(
                    call=at, lost=had - read, position=read, label=frame.cause, segment=-1
                )
            elif (one := found[row]).method == "reported":
                yield _break(trace, one, had - read, read)
        cached[key] = read + five + hour


def breaks(trace: Trace, found: Iterable[Attribution]) -> Iterator[CacheBreak]:
    """Where a session's cache was not read as far as it reached."""
    cached: dict[tuple[str, str | None], int] = {}
    for one in found:
        key, usage = (one.call.session, one.call.model), one.usage
        had, read = cached.get(key, 0), usage.cache_read or 0
        lost = had - read
        if one.method == "reported" and one.prompt_tokens >= had and lost > STEP_TOKENS:
            yield _break(trace, one, lost, read)
        cached[key] = read + (usage.cache_write_5m or 0) + (usage.cache_write_1h or 0)


def _break(trace: Trace, one: Attribution, lost: int, position: int) -> CacheBreak:
    label, segment = _at(trace, one, position)
    return CacheBreak(call=one.call.id, lost=lost, position=position, label=label, segment=segment)


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
