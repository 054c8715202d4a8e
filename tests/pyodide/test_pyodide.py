"""The page's Python is the machine's: goldens byte for byte, tiktoken's ids, Claude's counts."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
import tiktoken

from golden_outputs import OUTPUTS, cases
from whytokens.tokenizers import claude, openai
from whytokens.tokenizers.vocabulary import unpack

TESTS = Path(__file__).parent.parent
SITE = TESTS.parent / "site"
TEXTS = [
    "",
    "Hello, world!\n\n  It's 2026-11-24; costs €3.50 — “fine”.",
    "def f(x):\n    return x ** 2  # naïve\n" * 20,
    "日本語のテキスト、한국어 그리고 emoji 👩‍👩‍👧🙂",
    "<|endoftext|> is text, so is <|fim_prefix|>",
    "a" * 5000 + " " * 3000 + "\n" * 40,
    "ÀÉÎ ǅ ſtraße's WE'LL ٣٤٥ ½²\u2028\u0085x\ufeff",
]


@pytest.fixture(scope="module")
def answer() -> dict[str, Any]:
    assert (SITE / "vendor" / "pyodide").is_dir(), "no site: run python3 build.py site"
    command = ["node", "--no-warnings", str(TESTS / "pyodide" / "run.mjs"), str(SITE), str(TESTS)]
    done = subprocess.run(
        command, input=json.dumps(TEXTS), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.splitlines()[-1])


def test_goldens_byte_for_byte(answer: dict[str, Any]) -> None:
    assert answer["golden"]["different"] == []
    assert answer["golden"]["compared"] == len(cases(TESTS / "fixtures")) * len(OUTPUTS) > 0


def test_import_tiktoken_gives_the_ids_of_the_compiled_one(answer: dict[str, Any]) -> None:
    from tiktoken._tiktoken import CoreBPE

    from whytokens import assets

    special = {"<|endoftext|>": 199_999}
    for tokenizer in (openai.O200K, openai.CL100K, openai.P50K, openai.R50K):
        ranks = unpack(assets.read(tokenizer.asset))
        compiled = CoreBPE(ranks, special, tokenizer._pattern)
        expected = [compiled.encode_ordinary(text) for text in TEXTS]
        assert answer["ids"][tokenizer.key] == expected
    assert answer["ids"]["o200k_harmony"] == answer["ids"]["o200k_base"]
    assert tiktoken.__version__


def test_claude_counts_are_the_same(answer: dict[str, Any]) -> None:
    for tokenizer in (claude.V3, claude.V47, claude.V48):
        assert answer["claude"][tokenizer.key] == tokenizer.count_many(TEXTS)
