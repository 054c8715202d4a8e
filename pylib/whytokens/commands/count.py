"""`whytokens count`: tokens of texts or requests before they are sent."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path

from whytokens.commands import Command
from whytokens.commands.complaint import complain
from whytokens.commands.opening import STDIN
from whytokens.counting import Count, count
from whytokens.errors import TraceError
from whytokens.money import dollars
from whytokens.pipeline import finished
from whytokens.price_note import nusd
from whytokens.tokenizers.choose import choose, encoding, encodings


def _options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("files", nargs="+", metavar="FILE", help="a file, or - for standard input")
    by = parser.add_mutually_exclusive_group(required=True)
    by.add_argument("--model", help="the model that would count it")
    by.add_argument(
        "--encoding",
        choices=list(encodings()),
        metavar="NAME",
        help="a vocabulary by name, for the text as it stands: " + ", ".join(encodings()),
    )
    parser.add_argument("--json", action="store_true", help="as JSON, a line a file")
    parser.add_argument("--pieces", action="store_true", help="show what is counted, a line each")


def _act(options: argparse.Namespace) -> int:
    """Every file in turn; one that cannot be read does not stop the others."""
    counts, failed = list[Count](), 0
    vocabulary = encoding(options.encoding) if options.encoding else None
    model = options.encoding or options.model
    for file in options.files:
        name = "standard input" if file == STDIN else Path(file).name
        try:
            data = sys.stdin.buffer.read() if file == STDIN else Path(file).read_bytes()
            found = finished(count(data, model, name, vocabulary))
        except TraceError as error:
            complain(error)
            failed = 1
            continue
        except OSError as error:
            sys.stderr.write(f"{name}: {error.strerror}\n")
            failed = 1
            continue
        counts.append(found)
        shown = options.pieces and found.kind == "text"
        text = data.decode("utf-8-sig") if shown else ""
        pieces = (vocabulary or choose(model, None))[0].pieces(text) if shown else []
        if options.json:
            _as_json(found, name, pieces)
        else:
            _as_text(found, f"{name}: " if len(options.files) > 1 else "", pieces)
    if len(counts) > 1 and not options.json:
        about = "" if all(one.exactness == "exact" for one in counts) else "≈ "
        sys.stdout.write(f"{about}{sum(one.tokens for one in counts):,} tokens together\n")
    return failed


def _as_json(found: Count, name: str, pieces: list[tuple[str, int]]) -> None:
    value = {"file": name} | asdict(found)
    value["parts"] = [{"name": n, "tokens": t} for n, t in found.parts]
    if pieces:
        value["pieces"] = [{"text": text, "tokens": tokens} for text, tokens in pieces]
    sys.stdout.write(json.dumps(value, ensure_ascii=False) + "\n")


def _as_text(found: Count, name: str, pieces: list[tuple[str, int]]) -> None:
    about = "" if found.exactness == "exact" else "≈ "
    band = f" ± {found.band_per_mille / 10:g} %" if found.band_per_mille else ""
    said = f"{name}{about}{found.tokens:,} tokens{band} "
    if found.model == found.tokenizer:  # a vocabulary has no price
        said += f"in {found.tokenizer}"
    else:
        cost = "unpriced" if found.pusd is None else f"{dollars(nusd(found.pusd))} as input"
        said += f"for {found.model} ({found.kind}, {found.tokenizer}), {cost}"
    sys.stdout.write(said + "\n")
    for label, tokens in found.parts if len(found.parts) > 1 else ():
        sys.stdout.write(f"  {tokens:>9,}  {label}\n")
    for piece, tokens in pieces:
        sys.stdout.write(f"  {tokens or '':>9}  {json.dumps(piece, ensure_ascii=False)}\n")


COUNT = Command(
    name="count", help="tokens of a text or of a request body", options=_options, act=_act
)
