"""Every fixture, whole: integrity, the same under an unknown name, and its committed outputs.

`WHYTOKENS_BLESS=1` rewrites the outputs; read `folded.txt` in the diff.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

import contract
import golden_exports
import golden_outputs
from whytokens import registry
from whytokens.cli import main

FIXTURES = Path(__file__).parent.parent / "fixtures"
CASES = golden_outputs.cases(FIXTURES)


def case_id(case: Path) -> str:
    return f"{case.parent.name}/{case.name}"


@pytest.mark.parametrize("case", CASES, ids=case_id)
def test_outputs(case: Path) -> None:
    contract.check(golden_outputs.opened(case))
    for name, text in golden_outputs.outputs(case).items():
        path = case / name
        if os.environ.get("WHYTOKENS_BLESS"):
            path.write_text(text, encoding="utf-8")
        assert path.is_file(), f"{path} is missing; WHYTOKENS_BLESS=1 writes it"
        assert path.read_text(encoding="utf-8") == text, f"{name} differs"


@pytest.mark.parametrize("case", CASES, ids=case_id)
def test_opens_without_its_name(case: Path) -> None:
    named, unknown = golden_outputs.opened(case), golden_outputs.opened(case, "unknown")
    assert unknown.trace.importer == named.trace.importer
    found, again = contract.check(unknown), contract.check(named)
    assert found["totals"] == again["totals"]
    assert found["merged"]["tokens"] == again["merged"]["tokens"]


@pytest.mark.parametrize("case", CASES, ids=case_id)
def test_the_command_says_the_same(case: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = golden_outputs.inputs(case)
    if len(files) > 1:
        pytest.skip("the command names files of a folder by the folder")
    assert main(["report", "--format", "folded", str(files[0])]) == 0
    assert capsys.readouterr().out == (case / "folded.txt").read_text(encoding="utf-8")
    assert main(["report", str(files[0])]) == 0
    assert "prompt tokens" in capsys.readouterr().out


@pytest.mark.parametrize("case", golden_exports.EXPORTED)
def test_exports(case: str) -> None:
    folder = golden_exports.folder(FIXTURES, case)
    made = golden_exports.exports(FIXTURES, case)
    if os.environ.get("WHYTOKENS_BLESS"):
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in made.items():
            (folder / name).write_bytes(text.encode())
    for name, text in made.items():
        path = folder / name
        assert path.is_file(), f"{path} is missing; WHYTOKENS_BLESS=1 writes it"
        assert path.read_bytes().decode() == text, f"{name} differs"
    assert {path.name for path in folder.iterdir()} == set(made), "no exporter writes the rest"


def test_every_importer_has_cases() -> None:
    folders = {case.parent.name for case in CASES}
    assert {importer.key for importer in registry.IMPORTERS} <= folders
