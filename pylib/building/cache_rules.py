"""Compiles the table of cache and billing facts into the rules that the replay runs by.

Input: `../shared/facts/caching.json` (13 providers, a source per fact). Run by hand when facts change;
the output is committed with its date: ``PYTHONPATH=pylib .build/venv/bin/python -m building.cache_rules``.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from building.places import ROOT

FACTS = ROOT.parent / "shared" / "facts" / "caching.json"
OUT = Path(__file__).parent.parent / "whytokens" / "cache" / "rules.json"
# Share of a simulated saving that may be claimed, by how sure the table is of a provider's rules: a
# documented lifetime is kept; best-effort caches lose entries to routing and eviction.
RELIABILITY_PERCENT = {
    "high": 100, "medium-high": 95, "medium": 90, "low-medium": 70, "low": 50,
}  # fmt: skip
# A lifetime that no page states: the shortest idle time any provider documents (OpenAI, 5 min).
UNSTATED_MS = 300_000
# "*" of the table covers models of two default retentions: "24h; default on gpt-5.4/5.2/5.1/5, 4.1".
LONG_RETENTION, SHORT_RETENTION = ["gpt-5", "gpt-4.1"], ["gpt-", "chatgpt-", "o1", "o3", "o4"]
# "gemini-4-argon implicit only": it takes no cache that a user stores.
IMPLICIT_ONLY = ["gemini-4-argon"]
PROVIDERS = ("deepseek", "xai", "mistral", "groq", "together", "fireworks")


def main() -> None:
    facts = json.loads(FACTS.read_text(encoding="utf-8"))
    document = {
        "as_of": facts["as_of"],
        "source": "provider documentation as tabled in caching.json",
        "aliases": {
            alias: name
            for name, provider in facts["providers"].items()
            for alias in (*provider["aliases"], name)
        },
        "rules": [rule for rules in _all(facts["providers"]) for rule in rules],
    }
    text = json.dumps(document, indent=1, ensure_ascii=False)
    OUT.write_text(text + "\n", encoding="utf-8")
    print(f"{len(document['rules'])} rules as of {document['as_of']}, {len(text):,} bytes")


def _all(providers: dict[str, Any]) -> list[list[dict[str, Any]]]:
    claude = providers["anthropic"]
    bedrock = _claude(providers["bedrock"], "bedrock", providers["bedrock"]["caching"]["claude"])
    openai, gemini = providers["openai"], providers["google"]
    return [
        [
            bedrock,
            *(_claude(claude, name) for name in ("anthropic", "vertex", "azure", "openrouter")),
        ],
        *[_openai(openai, name) for name in ("openai", "azure", "bedrock", "openrouter")],
        [_gemini(gemini, name) for name in ("google", "vertex")],
        [_automatic(providers[name], name) for name in PROVIDERS],
    ]


def _reliability(provider: dict[str, Any]) -> dict[str, Any]:
    said = provider["cache_savings_confidence"].split(" (")[0].split(" for ")[0]
    return {"confidence": said, "reliability_percent": RELIABILITY_PERCENT[said]}


def _lifetime(ttl: dict[str, Any], bucket: str) -> dict[str, Any]:
    seconds = ttl["seconds"]
    return {
        "id": ttl["id"],
        "ms": seconds * 1000 if seconds else UNSTATED_MS,
        "bucket": bucket,
        "basis": ttl["basis"],
    }


def _minimum(table: Any) -> dict[str, int]:
    """Model prefix to tokens; "" is the default."""
    if isinstance(table, int):
        return {"": table}
    by_model = table.get("by_model") or {k: v for k, v in table.items() if k.startswith("claude-")}
    return {"": table.get("default") or 0 if "default" in table else 1024, **by_model}


def _claude(
    provider: dict[str, Any], name: str, caching: dict[str, Any] | None = None
) -> dict[str, Any]:
    found = caching or provider["caching"]
    buckets = {"5m": "write_5m", "1h": "write_1h"}
    return {
        "provider": name,
        "match": ["claude-"],
        "mode": "marked",
        "minimum": _minimum(found["min_tokens"]),
        "increment": 1,
        "lifetimes": [_lifetime(ttl, buckets[ttl["id"]]) for ttl in found["ttl"]],
        "lookback": found["lookback_blocks"],
        "marks": found.get("max_breakpoints") or found["max_checkpoints"],
        **_reliability(provider),
    }


def _openai(provider: dict[str, Any], name: str) -> list[dict[str, Any]]:
    found = []
    for generation in _generations(provider["caching"]["generations"]):
        marked = "max_writes_per_request" in generation
        ttl, buckets = generation["ttl"], ["write_5m", "write_1h"] if marked else ["input"]
        found.append({
            "provider": name,
            "match": generation["match"],
            "mode": "messages" if marked else "automatic",
            "minimum": {"": generation["min_tokens"]},
            "increment": generation["increment"],
            "lifetimes": [_lifetime(t, b) for t, b in zip(ttl, buckets, strict=True)],
            "lookback": 20 if marked else 0,
            "marks": generation.get("max_writes_per_request", 0),
            "confidence": "high" if marked else "medium",
            "reliability_percent": RELIABILITY_PERCENT["high" if marked else "medium"],
        })  # fmt: skip
    return found


def _generations(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The table's, with "*" split by the retention that is each model's default."""
    *named, rest = found
    short, long = rest["ttl"]
    return [
        *named,
        {**rest, "match": LONG_RETENTION, "ttl": [long]},
        {**rest, "match": SHORT_RETENTION, "ttl": [short]},
    ]


def _gemini(provider: dict[str, Any], name: str) -> dict[str, Any]:
    caching = provider["caching"]
    minimum = _minimum(caching["min_tokens"])
    if name == "vertex":
        minimum |= {"gemini-4-argon": 6144, "gemini-3-flash": 6144, "gemini-3.1-pro": 6144}
    return {
        "provider": name,
        "match": ["gemini-"],
        "mode": "automatic",
        "minimum": minimum,
        "increment": caching["increment"],
        "lifetimes": [_lifetime(caching["ttl"][0], "input")],
        "explicit": {"ms": caching["ttl"][1]["seconds"] * 1000, "except": IMPLICIT_ONLY},
        "lookback": 0,
        "marks": 0,
        **_reliability(provider),
    }


def _automatic(provider: dict[str, Any], name: str) -> dict[str, Any]:
    caching = provider["caching"]
    return {
        "provider": name,
        "match": [],
        "mode": "units" if "unit" in caching else "automatic",
        "minimum": {"": caching["min_tokens"]["default"] or 0},
        "increment": caching.get("increment", 1),
        "lifetimes": [_lifetime(caching["ttl"][0], "input")],
        "lookback": 0,
        "marks": 0,
        **_reliability(provider),
    }


if __name__ == "__main__":
    main()
