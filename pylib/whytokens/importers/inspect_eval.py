"""Inspect AI logs: ``.eval`` (a zip, its members packed with Zstandard since 0.3.206) and ``.json``.

Spec: formats, section 5 "Inspect AI". Model events hold their prompt, or refer to ranges of a pool of
messages; long texts are attachments named by a hash.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from whytokens.builder import TraceBuilder
from whytokens.importers import Guide
from whytokens.importers.conversation import Conversation
from whytokens.importers.talks import Talk, TalkImporter
from whytokens.importers.usage import excluding_cache, including_cache
from whytokens.importers.values import Json, as_dict, as_list, as_str, as_time, as_tokens, inside
from whytokens.model import Usage, Where

ATTACHMENT = re.compile(r"attachment://([0-9a-f]{32})")
MAX_DEPTH = 60


def _is_log(one: Json) -> bool:
    return {"eval", "plan"} <= one.keys()


def _is_sample(one: Json) -> bool:
    return {"id", "epoch", "input", "messages"} <= one.keys() or (
        {"id", "epoch", "input", "target"} <= one.keys()
    )


def _owns(value: Any) -> bool:
    one = as_dict(value)
    if _is_log(one) or _is_sample(one):
        return True
    rows = [as_dict(row) for row in as_list(value)[:5]]
    return any(
        {"id", "epoch", "target"} <= row.keys() or {"scorer", "samples"} <= row.keys()
        for row in rows
    )


def _read(value: Any, where: Where, builder: TraceBuilder) -> bool:
    one = as_dict(value)
    if _is_log(one):
        tags = _tags(as_dict(one.get("eval")))
        for number, sample in enumerate(as_list(one.get("samples"))):
            _sample(as_dict(sample), inside(where, "samples", number), tags, builder)
    elif _is_sample(one) and isinstance(one.get("messages"), list):
        _sample(one, where, {}, builder)
    return _owns(value)


def _tags(about: Json) -> dict[str, str]:
    found = {"task": about.get("task"), "model": about.get("model"), "run": about.get("run_id")}
    return {key: str(value) for key, value in found.items() if as_str(value)}


def _sample(sample: Json, where: Where, tags: dict[str, str], builder: TraceBuilder) -> None:
    texts = {k: v for k, v in as_dict(sample.get("attachments")).items() if isinstance(v, str)}
    pool = as_list(as_dict(sample.get("events_data")).get("messages"))
    pool = pool or as_list(sample.get("message_pool"))
    folder = where.file.partition("/samples/")[0]
    key = f"{folder} sample {sample.get('id')} epoch {sample.get('epoch')}"
    tags = {**tags, "sample": str(sample.get("id"))}
    found = 0
    for number, value in enumerate(_events(sample)):
        event = as_dict(value)
        if event.get("event") == "model":
            at = inside(where, "events", number)
            _model(_attached(event, texts, 0), _attached(pool, texts, 0), at, key, tags, builder)
            found += 1
    if not found and as_dict(sample.get("output")).get("choices"):
        _answered(_attached(sample, texts, 0), where, key, tags, builder)


def _events(sample: Json) -> Iterator[Any]:
    yield from as_list(sample.get("events")) or as_list(
        as_dict(sample.get("transcript")).get("events")
    )


def _attached(value: Any, texts: dict[str, str], depth: int) -> Any:
    """The same with attachments put in."""
    if not texts or depth > MAX_DEPTH:
        return value
    if isinstance(value, str):
        if "attachment://" not in value:
            return value
        return ATTACHMENT.sub(lambda match: texts.get(match[1], match[0]), value)
    if isinstance(value, list):
        return [_attached(item, texts, depth + 1) for item in value]
    if isinstance(value, dict):
        return {key: _attached(item, texts, depth + 1) for key, item in value.items()}
    return value


def _model(
    event: Json,
    pool: list[Any],
    where: Where,
    key: str,
    tags: dict[str, str],
    builder: TraceBuilder,
) -> None:
    output = as_dict(event.get("output"))
    name = as_str(event.get("model")) or ""
    provider = name.partition("/")[0] if "/" in name else None
    model = as_str(output.get("model")) or name.rpartition("/")[2]
    talk = Conversation(builder, key, None, model=model, provider=provider)
    if event.get("tools") and event.get("tool_choice") != "none":
        talk.declare(event.get("tools"), where)
    messages = as_list(event.get("input"))
    for refs in as_list(event.get("input_refs")):
        span = as_list(refs)
        if len(span) == 2 and all(isinstance(n, int) for n in span):
            messages = messages + pool[max(0, span[0]) : max(0, span[1])]
    for number, message in enumerate(messages):
        talk.hear(_message(message), inside(where, "input", number))
    choice = as_dict(next(iter(as_list(output.get("choices"))), None))
    error = as_str(event.get("error")) or as_str(output.get("error"))
    talk.reply(
        _message({"role": "assistant", **as_dict(choice.get("message"))}),
        inside(where, "output"),
        usage(output.get("usage"), provider),
        started=as_time(event.get("timestamp")),
        duration_ms=_ms(output.get("time") or event.get("working_time")),
        stop_reason=as_str(choice.get("stop_reason")),
        error=error,
        tags=tags,
    )


def _message(value: Any) -> Json:
    """Inspect's own names of a result's tool and an image's data."""
    message = as_dict(value)
    content = message.get("content")
    if isinstance(content, list):
        content = [
            {
                "type": "image_url",
                "image_url": {"url": one.get("image"), "detail": one.get("detail")},
            }
            if one.get("type") == "image"
            else one
            for one in map(as_dict, content)
        ]
    found = {
        k: message[k] for k in ("role", "tool_calls", "tool_call_id", "reasoning") if message.get(k)
    }
    if found.get("tool_calls"):
        found["tool_calls"] = [
            {**call, "name": call.get("function")}
            if isinstance(call.get("function"), str)
            else call
            for call in map(as_dict, as_list(found["tool_calls"]))
        ]
    name = message.get("function") if isinstance(message.get("function"), str) else None
    return {**found, "content": content, **({"name": name} if name else {})}


def usage(value: Any, provider: str | None) -> Usage | None:
    """Anthropic's input leaves the cache out, the others' holds it; the total says which."""
    raw = as_dict(value)
    fresh, output = as_tokens(raw.get("input_tokens")), as_tokens(raw.get("output_tokens"))
    read = as_tokens(raw.get("input_tokens_cache_read"))
    write = as_tokens(raw.get("input_tokens_cache_write"))
    reasoning = as_tokens(raw.get("reasoning_tokens"))
    if provider in ("anthropic", "bedrock") or (read or 0) + (write or 0) > (fresh or 0):
        return excluding_cache(fresh, read=read, write_5m=write, output=output, reasoning=reasoning)
    total = as_tokens(raw.get("total_tokens"))
    return including_cache(
        fresh, read=read, write_5m=write, output=output, reasoning=reasoning, total=total
    )


def _ms(value: Any) -> int | None:
    seconds = value if isinstance(value, int | float) and not isinstance(value, bool) else None
    return round(seconds * 1000) if seconds is not None and 0 <= seconds < 1e6 else None


def _answered(
    sample: Json, where: Where, key: str, tags: dict[str, str], builder: TraceBuilder
) -> None:
    """A sample without events: its last answer is all that is known of its calls."""
    output = as_dict(sample.get("output"))
    messages = as_list(sample.get("messages"))
    if as_dict(messages[-1] if messages else None).get("role") == "assistant":
        messages = messages[:-1]
    event = {"model": tags.get("model"), "input": messages, "output": output}
    _model(event, [], where, key, tags, builder)


INSPECT_EVAL = TalkImporter(
    Talk(
        key="inspect_eval",
        label="Inspect AI log",
        guide=Guide(
            section="Coding agents",
            what="*.eval (Zstandard too) or *.json of Inspect AI's logs/ folder",
            steps=(
                "Drop files of the logs/ folder of your evaluation (INSPECT_LOG_DIR).",
                "A log without model events was written with --no-log-model-api or is a header only.",
            ),
            example='{"version": 2, "eval": {"task": "…"}, "plan": {}, "samples": [{"events": […]}]}',
            marks=frozenset(("eval", "plan", "samples", "epoch", "model_usage")),
        ),
        owns=_owns,
        read=_read,
        text=('"epoch"', '"messages"'),
        gathers=True,
    )
)
