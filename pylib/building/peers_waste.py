"""Runs in a peer's own environment: what it says of one log of request / response pairs.

``peers_waste.py NAME LOG``; prints one JSON object: `claimed_usd` (its own figure for this log, or
`monthly_usd` where it gives only that), `bill_usd` as it sees it, `tools` it calls unused, `texts` its
sentences, for a person to read.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

Json = dict[str, Any]


def rows(log: Path) -> list[Json]:
    return [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]


def llmprof(log: Path) -> Json:
    """0.1.4: its store, as its proxy fills it."""
    from llmprof import proxy
    from llmprof.store import SQLiteStore

    claude = "anthropic" in log.name
    provider, wire = ("anthropic", "messages") if claude else ("openai", "chat")

    class App:
        state: Any

    class State:
        store: Any

    app, app.state = App(), State()  # type: ignore[misc]
    app.state.store = SQLiteStore(tempfile.mktemp(suffix=".db"))
    for row in rows(log):
        body = json.dumps(row["response"]).encode()
        proxy._record_blocking(
            app, provider, "/x", row["request"]["model"], row["request"],
            proxy._usage_from_body(body, wire), proxy._called_tools_from_body(body, wire),
            None, 200, row["ts"], False,
        )  # fmt: skip
    found = app.state.store.reclaimable_summary()
    return {
        "claimed_usd": found["reclaimable_usd"],
        "bill_usd": found["cost_usd"],
        "texts": [f"{one['action']} ${one['save_usd']:.4f}" for one in found["actions"]],
    }


def contextlens(log: Path) -> Json:
    """0.1.0: snapshots as its collector makes them."""
    from contextlens.analyzer import analyze_trace
    from contextlens.models import Trace, TurnSnapshot

    provider, turns = "anthropic" if "anthropic" in log.name else "openai", []
    for number, row in enumerate(rows(log)):
        request, response = row["request"], row["response"]
        if provider == "anthropic":
            called = [b["name"] for b in response["content"] if b["type"] == "tool_use"]
            defined = [tool["name"] for tool in request["tools"]]
        else:
            message = response["choices"][0]["message"]
            called = [c["function"]["name"] for c in message.get("tool_calls", [])]
            defined = [tool["function"]["name"] for tool in request["tools"]]
        turns.append(
            TurnSnapshot(
                turn_index=number, timestamp=datetime.fromtimestamp(row["ts"], UTC),
                model=request["model"], provider=provider, raw_request=request,
                tool_names_defined=defined, tool_names_called=called,
            )
        )  # fmt: skip
    found = analyze_trace(Trace(run_id="run", model=turns[0].model, provider=provider, turns=turns))
    return {
        "claimed_usd": found.recoverable_cost_usd,
        "findings_usd": sum(one.wasted_cost_usd for one in found.findings),
        "bill_usd": found.total_cost_usd,
        "texts": [f"{one.description} ${one.wasted_cost_usd:.4f}" for one in found.findings],
    }


def inferopt(log: Path) -> Json:
    """0.11.1: `inferopt analyze --json`; it gives months only."""
    command = [str(Path(sys.executable).parent / "inferopt"), "analyze", "--json", str(log)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if "{" not in done.stdout:
        return {"failed": (done.stderr or done.stdout)[-200:]}
    found = json.loads(done.stdout[done.stdout.index("{") :])
    groups = found["groups"].values()
    return {
        "monthly_usd": sum(one["monthly_savings"] for one in found["findings"]),
        "bill_usd": sum(one["cost"] for one in groups),
        "texts": [
            f"{one['kind']} ${one['monthly_savings']:.2f} a month: {one['detail']}"
            for one in found["findings"]
        ],
    }


if __name__ == "__main__":
    peer = {"llmprof": llmprof, "contextlens": contextlens, "inferopt": inferopt}[sys.argv[1]]
    print(json.dumps(peer(Path(sys.argv[2]))))
