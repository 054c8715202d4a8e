"""`whytokens check`: limits for continuous integration. Exit code 3 when one is broken."""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path

from whytokens.commands import Command
from whytokens.commands.benchmarks import RULE as BENCHMARKS
from whytokens.commands.benchmarks import beyond
from whytokens.commands.limits import SHARE, Limits, breaches
from whytokens.commands.opening import file_options, opened
from whytokens.commands.verdicts import junit, sarif
from whytokens.spend.benchmarks import read as read_benchmarks

BROKEN = 3
_NUMBER = re.compile(r"(\d+)(?:\.(\d+))?$")


def _options(parser: argparse.ArgumentParser) -> None:
    file_options(parser)
    parser.add_argument("--max-cost", type=_nusd, metavar="USD", help="of all calls together")
    parser.add_argument("--max-context", type=int, metavar="TOKENS", help="of any prompt")
    parser.add_argument("--max-waste", type=_waste, metavar="SHARE|$USD", help="20%% or $0.50")
    parser.add_argument(
        "--require-cached-prefix", type=_parts, metavar="SHARE", help="of all prompt tokens, 60%%"
    )
    parser.add_argument(
        "--max-growth", type=int, metavar="TOKENS", help="of a session's prompt, a call, on average"
    )
    parser.add_argument(
        "--benchmarks", type=Path, metavar="FILE",
        help="a file that the page's Benchmarks saved: every workflow's runs are held to it",
    )  # fmt: skip
    parser.add_argument("--sarif", type=Path, help="write the breaches as SARIF")
    parser.add_argument("--junit", type=Path, help="write the limits as JUnit XML")


def _act(options: argparse.Namespace) -> int:
    share, money = options.max_waste or (None, None)
    limits = Limits(
        cost_nusd=options.max_cost, context_tokens=options.max_context, waste_parts=share,
        waste_nusd=money, prefix_parts=options.require_cached_prefix,
        growth_tokens=options.max_growth,
    )  # fmt: skip
    asked = [
        rule
        for rule, value in (
            ("max-cost", options.max_cost), ("max-context", options.max_context),
            ("max-waste", options.max_waste), ("require-cached-prefix", limits.prefix_parts),
            ("max-growth", options.max_growth),
        )
        if value is not None
    ]  # fmt: skip
    base = None
    if options.benchmarks:
        try:
            base = read_benchmarks(options.benchmarks.read_text("utf-8"), options.benchmarks.name)
        except (OSError, UnicodeDecodeError) as error:
            sys.stderr.write(f"{options.benchmarks.name}: {error}\n")
            return 1
        asked.append(BENCHMARKS)
    if not asked:
        sys.stderr.write("no limit is given: see `whytokens check --help`\n")
        return 2
    found = opened(options)
    broken = breaches(found, limits)
    if base:
        broken += beyond(found, *base)
    if options.sarif:
        options.sarif.write_text(sarif(broken, found.trace.name), encoding="utf-8")
    if options.junit:
        options.junit.write_text(junit(broken, asked), encoding="utf-8")
    for rule in asked:
        words = [one.message for one in broken if one.rule == rule]
        sys.stdout.write(
            "".join(f"broken  {rule}: {word}\n" for word in words) or f"ok      {rule}\n"
        )
    return BROKEN if broken else 0


def _nusd(text: str) -> int:
    """Dollars as nanodollars, by integers."""
    found = _NUMBER.match(text.removeprefix("$"))
    if not found:
        raise argparse.ArgumentTypeError(f"{text!r} is no amount of dollars")
    return int(found[1]) * 10**9 + int((found[2] or "")[:9].ljust(9, "0"))


def _parts(text: str) -> int:
    """A share as millionths: 60% or 0.6."""
    found = _NUMBER.match(text.removesuffix("%"))
    if not found:
        raise argparse.ArgumentTypeError(f"{text!r} is no share: 60% or 0.6")
    parts = int(found[1]) * SHARE + int((found[2] or "")[:6].ljust(6, "0"))
    return parts // 100 if text.endswith("%") else parts


def _waste(text: str) -> tuple[int | None, int | None]:
    """(millionths of the bill, None), or (None, nanodollars) for an amount with a dollar sign."""
    return (None, _nusd(text)) if text.startswith("$") else (_parts(text), None)


CHECK = Command(name="check", help="limits for continuous integration", options=_options, act=_act)
