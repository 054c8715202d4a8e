"""`whytokens models` and the price options of `whytokens report`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from whytokens.cli import main

LOG = Path(__file__).parent.parent / "fixtures" / "openai_chat" / "parallel-calls" / "log.jsonl"


def printed(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert main(list(words)) == 0
    return capsys.readouterr().out


def test_models_are_found_by_words_and_by_an_id_of_a_log(
    capsys: pytest.CaptureFixture[str],
) -> None:
    out = printed(capsys, "models", "--like", "anthropic opus-5-5")
    assert "anthropic/claude-opus-5-5" in out
    assert "rates as of 2026-11-22, standard tier" in out
    dated = printed(capsys, "models", "--like", "gpt-5.2-2025-12-11")
    assert dated.splitlines()[0].split()[:4] == ["openai/gpt-5.2", "1.75", "0.175", "-"]
    assert len(printed(capsys, "models").splitlines()) > 4000


def test_models_as_json_are_integers(capsys: pytest.CaptureFixture[str]) -> None:
    found = json.loads(printed(capsys, "models", "--like", "anthropic/claude-haiku-5-5", "--json"))
    one = next(row for row in found if row["model"] == "anthropic/claude-haiku-5-5")
    assert one["above_tokens"] == [100_000]
    assert one["rates_pusd"]["cache_write_long"] == 2 * one["rates_pusd"]["input"]
    assert "batch" in one["tiers"]


def test_an_unknown_model_names_its_neighbours(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["models", "--like", "gtp-4o"]) == 1
    assert "gpt-4o" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "nusd"),
    [
        ((), 1_612_500),
        (("--multiplier", "0.5"), 806_250),
        (("--multiplier", "openai=0.5"), 806_250),
        (("--multiplier", "anthropic=0.5"), 1_612_500),
        (("--price", "gpt-4o-2024-08-06=1/2"), 373_000 + 136_000),
        (("--price", "gpt-4o-2024-08-06=1/0.5/2"), 373_000 + 136_000),
        (("--price", "gpt-4o-2024-08-06=gpt-4o-mini"), 373 * 150 + 68 * 600),
    ],
)
def test_prices_on_the_command_line(
    capsys: pytest.CaptureFixture[str], options: tuple[str, ...], nusd: int
) -> None:
    found = json.loads(printed(capsys, "report", str(LOG), "--format", "json", *options))
    assert found["totals"]["nusd"] == nusd


def test_prices_of_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rates = tmp_path / "rates.json"
    rates.write_text(json.dumps({"multipliers": {"*": 0.5}}))
    found = json.loads(
        printed(capsys, "report", str(LOG), "--format", "json", "--rates", str(rates))
    )
    assert found["totals"]["nusd"] == 806_250
    assert main(["report", str(LOG), "--rates", str(tmp_path / "none.json")]) == 1
    assert "bad-rates" in capsys.readouterr().err
    assert main(["report", str(LOG), "--multiplier", "free"]) == 1
    assert "bad-rates" in capsys.readouterr().err
