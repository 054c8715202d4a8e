"""The command `whytokens`: the page's engine in a terminal. Exit codes: 0 done, 1 not opened, 2 usage."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from whytokens import __version__, worker
from whytokens.containers import Source
from whytokens.counting import Count, count
from whytokens.errors import TraceError
from whytokens.exporters.folded import folded
from whytokens.exporters.report_json import report_json
from whytokens.exporters.text import text
from whytokens.model import Where
from whytokens.models import as_json, models, usd
from whytokens.money import dollars
from whytokens.pipeline import Event, Step, finished, run
from whytokens.price_note import nusd
from whytokens.prices.engine import standard
from whytokens.prices.own import NONE, Own, read
from whytokens.prices.resolve import nearest
from whytokens.report import report
from whytokens.tokenizers.choose import choose

FORMATS = ("text", "json", "folded")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command."""
    options = _parser().parse_args(arguments)
    if options.command == "count":
        return _count(options)
    if options.command == "models":
        return _models(options)
    try:
        sources = [*_sources(options.files), *_sources([p for p in [options.snapshot] if p])]
        found = report(run(sources, _see if sys.stderr.isatty() else None, _own(options)))
    except TraceError as error:
        _complain(error)
        return 1
    if options.format == "json":
        sys.stdout.write(report_json(found))
    elif options.format == "folded":
        sys.stdout.write(folded(found["merged"]))
    else:
        sys.stdout.write(text(found))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="whytokens", description=__doc__.splitlines()[0])
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(dest="command", required=True)
    command = commands.add_parser("report", help="where the tokens and dollars of logs went")
    command.add_argument("files", nargs="+", type=Path, help="logs, or folders of logs")
    command.add_argument("--format", choices=FORMATS, default="text")
    _price_options(command)
    command = commands.add_parser("count", help="tokens of a text or of a request body")
    command.add_argument("files", nargs="+", metavar="FILE", help="a file, or - for standard input")
    command.add_argument("--model", required=True, help="the model that would count it")
    command.add_argument("--json", action="store_true", help="as JSON, a line a file")
    command.add_argument("--pieces", action="store_true", help="show what is counted, a line each")
    command = commands.add_parser("models", help="priced models and their rates")
    command.add_argument("--like", default="", help="words that its name holds, or an id of a log")
    command.add_argument("--json", action="store_true", help="as JSON, picodollars per token")
    return parser


def _price_options(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--price", action="append", default=[], metavar="MODEL=PRICE",
        help="INPUT/OUTPUT or INPUT/CACHE_READ/OUTPUT in USD per million tokens, or another model's name",
    )  # fmt: skip
    command.add_argument(
        "--multiplier", action="append", default=[], metavar="[PROVIDER=]SHARE",
        help="your contract's share of list prices, 0.85 for 15 % off",
    )  # fmt: skip
    command.add_argument("--rates", type=Path, help="your own prices as JSON (see the README)")
    command.add_argument("--snapshot", type=Path, help="a newer price snapshot")


def _own(options: argparse.Namespace) -> Own:
    """The user's prices: those of the file, then those of the command line."""
    try:
        text = options.rates.read_text(encoding="utf-8") if options.rates else ""
    except (OSError, UnicodeDecodeError) as error:
        raise TraceError(
            "bad-rates", f"{options.rates} cannot be read.", str(error), where=Where(file=str(options.rates))
        ) from error  # fmt: skip
    own = read(text, options.rates.name) if text else NONE
    return own.with_words(options.price, options.multiplier)


def _models(options: argparse.Namespace) -> int:
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


def _count(options: argparse.Namespace) -> int:
    """Every file in turn; one that cannot be read does not stop the others."""
    counts, failed = list[Count](), 0
    for file in options.files:
        name = "standard input" if file == "-" else Path(file).name
        try:
            data = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
            found = finished(count(data, options.model, name))
        except TraceError as error:
            _complain(error)
            failed = 1
            continue
        except OSError as error:
            sys.stderr.write(f"{name}: {error.strerror}\n")
            failed = 1
            continue
        counts.append(found)
        pieces = _pieces(data, options.model) if options.pieces and found.kind == "text" else []
        if options.json:
            _count_json(found, name, pieces)
        else:
            _count_text(found, f"{name}: " if len(options.files) > 1 else "", pieces)
    if len(counts) > 1 and not options.json:
        about = "" if all(one.exactness == "exact" for one in counts) else "≈ "
        sys.stdout.write(f"{about}{sum(one.tokens for one in counts):,} tokens together\n")
    return failed


def _pieces(data: bytes, model: str) -> list[tuple[str, int]]:
    return choose(model, None)[0].pieces(data.decode("utf-8-sig"))


def _count_json(found: Count, name: str, pieces: list[tuple[str, int]]) -> None:
    value = {"file": name} | asdict(found)
    value["parts"] = [{"name": n, "tokens": t} for n, t in found.parts]
    if pieces:
        value["pieces"] = [{"text": text, "tokens": tokens} for text, tokens in pieces]
    sys.stdout.write(json.dumps(value, ensure_ascii=False) + "\n")


def _count_text(found: Count, name: str, pieces: list[tuple[str, int]]) -> None:
    about = "" if found.exactness == "exact" else "≈ "
    band = f" ± {found.band_per_mille / 10:g} %" if found.band_per_mille else ""
    cost = ", unpriced" if found.pusd is None else f", {dollars(nusd(found.pusd))} as input"
    sys.stdout.write(
        f"{name}{about}{found.tokens:,} tokens{band} for {found.model} "
        f"({found.kind}, {found.tokenizer}){cost}\n"
    )
    for label, tokens in found.parts if len(found.parts) > 1 else ():
        sys.stdout.write(f"  {tokens:>9,}  {label}\n")
    for piece, tokens in pieces:
        sys.stdout.write(f"  {tokens or '':>9}  {json.dumps(piece, ensure_ascii=False)}\n")


def _sources(paths: Sequence[Path]) -> list[Source]:
    """Files as given; a folder stands for every file below it."""
    found: list[Source] = []
    for path in paths:
        files = sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]
        for file in files:
            name = str(file.relative_to(path.parent)) if path.is_dir() else file.name
            found.append(worker.source({"name": name, "path": str(file)}))
    return found


def _see(event: Event) -> None:
    if isinstance(event, Step):
        sys.stderr.write(f"\r{event.stage} {event.done:,} of {event.total:,} {event.unit}\x1b[K")
        if event.stage == "checking":
            sys.stderr.write("\r\x1b[K")


def _complain(error: TraceError) -> None:
    place = error.where.file + (f":{error.where.line}" if error.where.line else "")
    lines = [f"{error.title} {error.message}".strip(), error.excerpt, error.hint]
    sys.stderr.write(f"{error.code} ({place})\n" + "".join(f"  {line}\n" for line in lines if line))


if __name__ == "__main__":
    sys.exit(main())
