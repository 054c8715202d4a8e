"""A made-up month of calls to five providers, tagged in three dimensions and more, as flat rows of counts.

Deterministic: one seed, no clock. `Call` rows are what every format of usage-only records says in its own way.
"""

from __future__ import annotations

import csv
import io
import json
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from whytokens.builder import ROOT, TraceBuilder
from whytokens.model import Usage, Where
from whytokens.opened import Opened
from whytokens.pipeline import analysed, finished

START = datetime(2026, 10, 1, tzinfo=UTC)
# Model, provider as logged, share of calls. The last is a gateway's.
MODELS = (
    ("gpt-4o-mini", "openai", 30),
    ("gpt-4o", "openai", 10),
    ("claude-sonnet-4-5", "anthropic", 20),
    ("gemini-2.5-flash", "google", 20),
    ("anthropic.claude-haiku-4-5-20251001-v1:0", "bedrock", 12),
    ("meta-llama/llama-3.3-70b-instruct", "openrouter", 8),
)
TEAMS = ("search", "support", "billing", "")
FEATURES = {
    "rag": (4_000, 150),
    "triage": (900, 12),
    "summary": (6_000, 420),
    "agent": (12_000, 300),
}
TIERS = ("free", "pro", "enterprise")


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One call as a flat row."""

    number: int
    run: str
    started: datetime
    model: str
    provider: str
    input_tokens: int
    read_tokens: int
    output_tokens: int
    tags: tuple[tuple[str, str], ...]
    duration_ms: int
    error: str | None = None


def month(calls: int = 600, *, seed: int = 20261001, days: int = 31) -> list[Record]:
    """Runs of one to six calls with one model each; weekends are quiet, one day is dear."""
    dice = random.Random(seed)
    made: list[Record] = []
    run = 0
    while len(made) < calls:
        day = dice.randrange(days)
        if (START + timedelta(days=day)).weekday() > 4 and dice.random() < 0.6:
            continue
        run += 1
        made += _run(dice, run, day, len(made))
    return sorted(made[:calls], key=lambda one: (one.started, one.number))


def _run(dice: random.Random, run: int, day: int, number: int) -> Iterable[Record]:
    model, provider, _ = dice.choices(MODELS, [share for _, _, share in MODELS])[0]
    feature = dice.choice(list(FEATURES))
    sent, got = FEATURES[feature]
    team, tier = dice.choice(TEAMS), dice.choice(TIERS)
    outcome = dice.choices(("success", "failure", ""), (7, 2, 1))[0]
    tags = {
        "workflow": feature,
        "team": team,
        "tier": tier,
        "agent": f"{feature}-bot",
        "outcome": outcome,
    }
    at = START + timedelta(days=day, seconds=dice.randrange(80_000))
    scale = 5 if day == 20 and feature == "agent" else 1
    for turn in range(dice.randint(1, 6)):
        prompt = round(sent * scale * (1 + turn / 3) * dice.uniform(0.6, 1.4))
        yield Record(
            number=number + turn,
            run=f"run-{run}",
            started=at + timedelta(seconds=40 * turn),
            model=model,
            provider=provider,
            input_tokens=prompt,
            read_tokens=prompt // 2
            if turn and provider in ("openai", "anthropic", "bedrock")
            else 0,
            output_tokens=round(got * dice.uniform(0.4, 1.8)),
            tags=tuple((name, value) for name, value in tags.items() if value),
            duration_ms=dice.randint(200, 9_000),
            error="timeout" if dice.random() < 0.02 else None,
        )


def opened(records: Sequence[Record], parents: dict[str, str] | None = None) -> Opened:
    """Through the engine, as if an importer had read them."""
    builder = TraceBuilder("month")
    fill(builder, records)
    for child, parent in (parents or {}).items():
        builder.session(child, parent=parent)
    return finished(analysed(builder.build()))


def fill(builder: TraceBuilder, records: Sequence[Record]) -> None:
    """What an importer would say of them."""
    builder.used("made_up", "made up")
    for one in records:
        usage = Usage(
            input=one.input_tokens - one.read_tokens,
            cache_read=one.read_tokens,
            output=one.output_tokens,
        )
        builder.call(
            api="openai.chat", model=one.model, provider=one.provider, prompt=ROOT, session=one.run,
            started=one.started, duration_ms=one.duration_ms, usage=usage, tags=dict(one.tags), error=one.error,
            where=Where(file="month.jsonl", line=one.number + 1), hidden="no content was logged",
        )  # fmt: skip


def litellm(records: Sequence[Record]) -> str:
    """As rows of LiteLLM's spend log, one a line."""
    lines = []
    for one in records:
        at = one.started.strftime("%Y-%m-%d %H:%M:%S.%f")
        lines.append(json.dumps({
            "request_id": f"r{one.number}", "call_type": "acompletion", "api_key": "hash", "model": one.model,
            "custom_llm_provider": one.provider, "startTime": at, "endTime": at, "session_id": one.run,
            "total_tokens": one.input_tokens + one.output_tokens, "prompt_tokens": one.input_tokens,
            "completion_tokens": one.output_tokens, "metadata": "{}", "messages": "{}", "response": "{}",
            "request_tags": json.dumps([f"{name}:{value}" for name, value in one.tags]), "proxy_server_request": "{}",
        }))  # fmt: skip
    return "\n".join(lines)


def minimal(records: Sequence[Record]) -> list[dict[str, object]]:
    """As rows of the minimal analytics schema."""
    names = {"workflow": "workflow_name", "agent": "agent_name"}
    return [
        {
            "trace_id": one.run, "span_id": f"s{one.number}", "timestamp_utc": one.started.isoformat(),
            "model": one.model, "provider": one.provider, "input_tokens": one.input_tokens,
            "output_tokens": one.output_tokens, "cached_input_tokens": one.read_tokens,
            "latency_ms": one.duration_ms, "session_id": one.run, "error": one.error,
            **{names.get(name, name): value for name, value in one.tags},
        }
        for one in records
    ]  # fmt: skip


def csv_of(records: Sequence[Record]) -> str:
    """The minimal schema as CSV; a column that a row has no word for is empty."""
    rows = minimal(records)
    names = list(dict.fromkeys(name for row in rows for name in row))
    out = io.StringIO()
    writer = csv.DictWriter(out, names, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def helicone(records: Sequence[Record]) -> str:
    """As Helicone exports requests without bodies: tags are custom properties."""
    lines = []
    for one in records:
        properties = {"Helicone-Session-Id": one.run, **dict(one.tags)}
        lines.append(json.dumps({
            "request_id": f"r{one.number}", "request_created_at": one.started.isoformat(), "request_model": one.model,
            "response_status": 500 if one.error else 200, "provider": one.provider.upper(), "delay_ms": one.duration_ms,
            "prompt_tokens": one.input_tokens, "completion_tokens": one.output_tokens,
            "prompt_cache_read_tokens": one.read_tokens, "request_properties": properties,
        }))  # fmt: skip
    return "\n".join(lines)
