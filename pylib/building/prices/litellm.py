"""Rows that genai-prices does not have, from the price table inside litellm's wheel.

Two releases of 2026-03 carried malware: the wheel is pinned, one JSON file is unzipped, nothing of it
is installed or imported. Regional rows are kept where their price differs from the model's own.
"""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
import zipfile
from decimal import Decimal
from pathlib import Path
from typing import Any

from building.places import BUILD
from whytokens.prices.resolve import resolve
from whytokens.prices.snapshot import Snapshot

VERSION = "1.109.1"
WHEEL = f"litellm-{VERSION}-cp310-abi3-manylinux_2_28_x86_64.whl"
WHEEL_SHA256 = "1c8b4dd671fa0cd0850aa751678704ff77e595fb1e6085b2dc3be39ee19bdaaf"
MEMBER = "litellm/model_prices_and_context_window_backup.json"
MODES = ("chat", "responses", "completion", "embedding")
KEYS = {
    "input_cost_per_token": "i",
    "output_cost_per_token": "o",
    "cache_read_input_token_cost": "r",
    "cache_creation_input_token_cost": "w",
    "cache_creation_input_token_cost_above_1hr": "h",
    "cache_creation_input_token_cost_above_12hr": "h",
    "input_cost_per_audio_token": "ia",
    "output_cost_per_audio_token": "oa",
    "cache_read_input_audio_token_cost": "ra",
    "output_cost_per_reasoning_token": "or",
}
TIERS = {"": None, "_batches": "batch", "_flex": "flex", "_priority": "priority"}
NAME = re.compile(
    rf"^(?P<key>{'|'.join(sorted(KEYS, key=len, reverse=True))})"
    rf"(?:_above_(?P<above>\d+)k_tokens)?(?P<tier>{'|'.join(sorted(TIERS, key=len, reverse=True))})$"
)
REGIONAL = re.compile(r"^(?:azure|azure_ai|bedrock|vertex_ai)/[^/]+/")
PUSD_PER_DOLLAR = 10**12


def table() -> dict[str, Any]:
    """The price table of the pinned wheel, downloaded once."""
    folder = BUILD / "litellm"
    wheel = folder / WHEEL
    if not wheel.exists():
        folder.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary"]
        command += [":all:", "--platform", "manylinux_2_28_x86_64", "--dest", str(folder)]
        subprocess.run([*command, f"litellm=={VERSION}"], check=True)
    actual = hashlib.sha256(wheel.read_bytes()).hexdigest()
    if actual != WHEEL_SHA256:
        raise SystemExit(f"{Path(WHEEL).name}: sha256 is {actual}, wanted {WHEEL_SHA256}")
    with zipfile.ZipFile(wheel) as archive:
        found: dict[str, Any] = json.loads(archive.read(MEMBER), parse_float=Decimal)
        return found


def rows(document: dict[str, Any]) -> dict[str, Any]:
    """Rows by litellm's provider and lower-case name: rates, and variants where there are any."""
    snapshot = Snapshot(document)
    found: dict[str, Any] = {}
    for name, value in table().items():
        if value.get("mode") not in MODES or not _priced(value):
            continue
        provider = value["litellm_provider"]
        rates = rates_of(value)
        known = resolve(snapshot, name, provider)
        same = known and known.how != "by name alone" and (known.sure != "low" or known.row.low)
        if (
            known
            and same
            and not (REGIONAL.match(name) and _differs(known.row.rates[-1][1], rates[None]))
        ):
            continue
        tiers = [
            [_when(tier), None, own] for tier, own in rates.items() if tier is not None and own
        ]
        row = [rates[None], tiers] if tiers else [rates[None]]
        found.setdefault(provider, {})[name.lower()] = row
    return found


def _priced(value: dict[str, Any]) -> bool:
    return bool(value.get("input_cost_per_token") or value.get("output_cost_per_token"))


def _differs(one: Any, other: Any) -> bool:
    base = [rate[0] if isinstance(rate, list) else rate for rate in (one.get("i"), other.get("i"))]
    return base[0] != base[1]


def _when(tier: str) -> dict[str, str]:
    return {"processing": "batch"} if tier == "batch" else {"service_tier": tier}


def rates_of(value: dict[str, Any]) -> dict[str | None, dict[str, Any]]:
    """Rates by tier; a rate with steps is a list: base, then (tokens above which, rate) pairs."""
    found: dict[str | None, dict[str, Any]] = {None: {}}
    steps: list[tuple[int, str | None, str, int]] = []
    for name, cost in value.items():
        match = NAME.match(name)
        if not match or not isinstance(cost, int | Decimal):
            continue
        key, tier = KEYS[match["key"]], TIERS[match["tier"]]
        pusd = int((Decimal(cost) * PUSD_PER_DOLLAR).quantize(Decimal(1)))
        if match["above"]:
            steps.append((int(match["above"]) * 1000, tier, key, pusd))
        else:
            found.setdefault(tier, {})[key] = pusd
    for above, tier, key, pusd in sorted(steps, key=lambda step: step[0]):
        rates = found.get(tier, {})
        if key in rates:
            base = rates[key] if isinstance(rates[key], list) else [rates[key]]
            rates[key] = [*base, above, pusd]
    return found
