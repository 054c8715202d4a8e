"""The page's Python is the machine's: goldens byte for byte, tiktoken's ids, Claude's counts."""

from __future__ import annotations

import json
import random
import subprocess
from pathlib import Path
from typing import Any

import pytest
import tiktoken

from golden_outputs import OUTPUTS, cases
from whytokens import registry
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
ODD = [
    " ", "  ", "\n", "\t", "\r\n", "a", "B", "foo", "Bar", "HELLO", "1", "23", "'", "'s", "'LL", "(", ")", "--", "é", "e\u0301", "—", "漢",
    "한", "’", "«", "\u0301", "🙂", "👩‍👩‍👧", "٣", "①", "½", "ſ", "ǅ", "\x85", "\xa0", "\u2028", "\u3000", "\ufeff", "\ud800", "<b>", "> </", "▁",
]  # fmt: skip
DICE = random.Random(20261125)
TEXTS += ["".join(DICE.choices(ODD, k=DICE.randint(1, 40))) for _ in range(400)]
TEXTS += ["".join(f"a{chr(c)} {chr(c)}b1\n" for c in range(start, start + 997, 7)) for start in range(0xE000, 0x20000, 997)]  # fmt: skip
WELL_FORMED = [text for text in TEXTS if "\ud800" not in text]


@pytest.fixture(scope="module")
def answer(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    assert (SITE / "vendor" / "pyodide").is_dir(), "no site: run python3 build.py site"
    texts = tmp_path_factory.mktemp("pyodide") / "texts.json"
    texts.write_text(json.dumps(TEXTS))
    script = TESTS / "pyodide" / "run.mjs"
    command = ["node", "--no-warnings", str(script), str(SITE), str(TESTS), str(texts)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.splitlines()[-1])


def test_goldens_byte_for_byte(answer: dict[str, Any]) -> None:
    assert answer["golden"]["different"] == []
    assert answer["exports"] == []
    assert answer["golden"]["compared"] == len(cases(TESTS / "fixtures")) * len(OUTPUTS) > 0


def test_import_tiktoken_gives_the_ids_of_the_compiled_one(answer: dict[str, Any]) -> None:
    from tiktoken._tiktoken import CoreBPE

    from whytokens import assets

    special = {"<|endoftext|>": 199_999}
    for tokenizer in (openai.O200K, openai.CL100K, openai.P50K, openai.R50K):
        ranks = unpack(assets.read(tokenizer.asset))
        compiled = CoreBPE(ranks, special, tokenizer.pattern)
        expected = [compiled.encode_ordinary(text) for text in WELL_FORMED]
        assert answer["ids"][tokenizer.key] == expected
    assert answer["ids"]["o200k_harmony"] == answer["ids"]["o200k_base"]
    assert tiktoken.__version__


def test_claude_counts_are_the_same(answer: dict[str, Any]) -> None:
    for tokenizer in (claude.V3, claude.V47, claude.V48):
        assert answer["claude"][tokenizer.key] == tokenizer.count_many(TEXTS)


def test_the_twin_counts_as_python_does(answer: dict[str, Any]) -> None:
    assert len(answer["twin"]) >= 20
    assert answer["twin"] == answer["alone"]
    for tokenizer in registry.TOKENIZERS:
        assert answer["alone"][tokenizer.key] == tokenizer.count_many(TEXTS)


@pytest.fixture(scope="module")
def restored() -> dict[str, Any]:
    """What the engine answers in a memory restored from the site's snapshot."""
    script = TESTS / "pyodide" / "memory.mjs"
    command = ["node", "--no-warnings", str(script), str(SITE), str(TESTS)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.splitlines()[-1])


def test_a_restored_memory_gives_the_same_goldens(restored: dict[str, Any]) -> None:
    assert restored["golden"]["different"] == []
    assert restored["golden"]["compared"] == len(cases(TESTS / "fixtures")) * len(OUTPUTS) > 0


def test_it_has_all_modules_that_logs_ask_for(restored: dict[str, Any]) -> None:
    assert restored["late"] == []


def test_others_are_fetched_once_when_imported(restored: dict[str, Any]) -> None:
    assert restored["before"] == 0
    assert restored["once"] == 1
    assert restored["imported"] == ["colorsys", "wave"]


def test_random_numbers_differ_from_visit_to_visit(restored: dict[str, Any]) -> None:
    first, other = restored["random"]
    assert first != other
