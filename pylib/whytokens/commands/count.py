"""`whytokens count`: tokens of a text or a request before it is sent."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path

from whytokens.commands import Command
from whytokens.commands.opening import STDIN, write
from whytokens.counting import count
from whytokens.pipeline import finished


def _options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, help="a file, or - for standard input")
    parser.add_argument("--model", required=True, help="the model that would count it")
    parser.add_argument("--json", action="store_true", help="as JSON")


def _act(options: argparse.Namespace) -> int:
    stdin = str(options.file) == STDIN
    data = sys.stdin.buffer.read() if stdin else options.file.read_bytes()
    name = "standard input" if stdin else options.file.name
    found = finished(count(data, options.model, name))
    if options.json:
        value = asdict(found) | {"parts": [{"name": n, "tokens": t} for n, t in found.parts]}
        write(json.dumps(value, ensure_ascii=False) + "\n")
        return 0
    about = "" if found.exactness == "exact" else "≈ "
    lines = [f"{about}{found.tokens:,} tokens for {found.model} ({found.kind}, {found.tokenizer})"]
    if len(found.parts) > 1:
        lines += [f"  {tokens:>9,}  {label}" for label, tokens in found.parts]
    write("".join(f"{line}\n" for line in lines))
    return 0


COUNT = Command(
    name="count", help="tokens of a text or of a request body", options=_options, act=_act
)
