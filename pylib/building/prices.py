"""Compiles genai-prices (MIT, pinned) into the snapshot that the engine prices by.

Build-time only: genai-prices cannot be imported in the page and takes seconds; the snapshot loads in
milliseconds. Run by hand with a new version; the output is committed with its manifest:
``PYTHONPATH=pylib .build/venv/bin/python -m building.prices``.
"""

from __future__ import annotations

import gzip
import hashlib
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

OUT = Path(__file__).parent.parent / "whytokens" / "prices"
# genai-prices' names of rates: USD per million tokens, or per thousand requests.
TOKEN_RATES = {
    "input_mtok": "i",
    "output_mtok": "o",
    "cache_read_mtok": "r",
    "cache_write_mtok": "w",
    "cache_write_5m_mtok": "w",
    "cache_write_1h_mtok": "h",
}
FEES = {"web_searches_kcount": "web_search"}
# The version whose rates were checked against the providers' pages, and the day of that check.
PINNED, AS_OF = "0.2.3", "2026-11-22"
PUSD_PER_MTOK_DOLLAR, PUSD_PER_KCOUNT_DOLLAR = 10**6, 10**9


def main() -> None:
    import genai_prices
    from genai_prices import data_snapshot

    providers = {p.id: _provider(p) for p in data_snapshot.get_snapshot().providers}
    if genai_prices.__version__ != PINNED:
        raise SystemExit(f"genai-prices {PINNED} is pinned, {genai_prices.__version__} is here")
    as_of = AS_OF
    document = {
        "v": 1,
        "as_of": as_of,
        "source": f"genai-prices {genai_prices.__version__}",
        "providers": providers,
    }
    raw = json.dumps(document, separators=(",", ":"), ensure_ascii=False).encode()
    packed = gzip.compress(raw, 9, mtime=0)
    (OUT / "snapshot.json.gz").write_bytes(packed)
    models = sum(len(p["models"]) for p in providers.values())
    manifest = {
        "genai-prices": genai_prices.__version__,
        "as_of": as_of,
        "providers": len(providers),
        "models": models,
        "bytes": len(packed),
        "sha256": hashlib.sha256(packed).hexdigest(),
    }
    (OUT / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")
    print(manifest)


def _provider(provider: Any) -> dict[str, Any]:
    found: dict[str, Any] = {"models": [_model(model) for model in provider.models]}
    if provider.model_match:
        found["owns"] = _match(provider.model_match)
    if provider.provider_match:
        found["named"] = _match(provider.provider_match)
    if provider.fallback_model_providers:
        found["fallback"] = list(provider.fallback_model_providers)
    return found


def _model(model: Any) -> dict[str, Any]:
    prices = model.prices if isinstance(model.prices, list) else None
    dated = (
        [[_when(p.constraint), _rates(p.prices)] for p in prices]
        if prices
        else [[None, _rates(model.prices)]]
    )
    row: dict[str, Any] = {"id": model.id, "match": _match(model.match), "rates": dated}
    variants = [
        [variant.when, _when(variant.constraint), _rates(variant.prices)]
        for variant in model.price_variants or []
        if _rates(variant.prices)
    ]
    if variants:
        row["variants"] = variants
    return row


def _rates(prices: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in vars(prices).items():
        if value is None:
            continue
        if name in TOKEN_RATES:
            found[TOKEN_RATES[name]] = _scaled(value, PUSD_PER_MTOK_DOLLAR)
        elif name in FEES:
            found[FEES[name]] = _scaled(value, PUSD_PER_KCOUNT_DOLLAR)
    return found


def _scaled(value: Any, scale: int) -> int | list[int]:
    """An integer, or base price and then (prompt tokens above which, price) pairs."""
    if isinstance(value, Decimal):
        return _whole(value * scale)
    steps = [number for tier in value.tiers for number in (tier.start, _whole(tier.price * scale))]
    return [_whole(value.base * scale), *steps]


def _whole(value: Decimal) -> int:
    """The nearest picodollar; some converted prices have digits beyond it."""
    return int(value.quantize(Decimal(1)))


def _when(constraint: Any) -> Any:
    if constraint is None:
        return None
    if hasattr(constraint, "start_date"):
        return constraint.start_date.isoformat()
    times = (constraint.start_time, constraint.end_time)
    return [time.hour * 60 + time.minute for time in times]


def _match(match: Any) -> Any:
    for name, mark in (
        ("equals", "="), ("starts_with", "^"), ("ends_with", "$"), ("contains", "*"), ("regex", "~"),
    ):  # fmt: skip
        if hasattr(match, name):
            text = getattr(match, name)
            return mark + (text if mark == "~" else text.lower())
    if hasattr(match, "or_"):
        return [_match(part) for part in match.or_]
    return {"all": [_match(part) for part in match.and_]}


if __name__ == "__main__":
    main()
