"""`whytokens models`: priced models and their rates."""

from __future__ import annotations

import argparse
import json
import sys

from whytokens.commands import Command
from whytokens.models import as_json, models, usd
from whytokens.prices.engine import standard
from whytokens.prices.resolve import nearest


def _options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--like", default="", help="words that its name holds, or an id of a log")
    parser.add_argument("--json", action="store_true", help="as JSON, picodollars per token")


def _act(options: argparse.Namespace) -> int:
    found = list(models(standard(), options.like))
    if options.json:
        sys.stdout.write(json.dumps([as_json(one) for one in found], indent=1) + "\n")
        return 0 if found else 1
    for one in found:
        steps = "".join(f", others above {step:,} tokens" for step in one.above_tokens)
        tiers = f", {' '.join(one.tiers)}" if one.tiers else ""
        rates = " ".join(f"{usd(rate):>9}" for rate in one.rates_pusd)
        sys.stdout.write(f"{one.model[:58]:58} {rates}  {one.source}{steps}{tiers}\n")
    snapshot = standard().snapshot
    if not found:
        close = ", ".join(nearest(snapshot, options.like)) or "none"
        sys.stderr.write(f"No price for {options.like}. Names near it: {close}.\n")
        return 1
    words = " ".join(f"{word:>9}" for word in ("input", "read", "write", "longer", "output"))
    sys.stdout.write(f"{len(found):,} models, USD per million tokens:{'':20} {words}\n")
    sys.stdout.write(f"rates as of {snapshot.as_of}, standard tier\n")
    return 0


MODELS = Command(name="models", help="priced models and their rates", options=_options, act=_act)
