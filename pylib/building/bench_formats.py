"""`build.py bench formats`: every real file beside the checkout, by format: recognised, opened, calls.

Needs `../shared/samples`. A file counts as right when it is opened as its folder's format, every call
with usage sums to its bill, and its calls are as many as listed, or the difference is explained.
"""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path
from typing import Any

from building.places import ROOT
from whytokens.errors import TraceError
from whytokens.pipeline import run
from whytokens.worker import source


def main() -> None:
    for folder in ("tests", "tests/real"):
        sys.path.insert(0, str(ROOT / folder))
    import test_samples as real

    if not real.SAMPLES.is_dir():
        print("../shared/samples is not beside the checkout")
        return
    listed, notes, totals = real.listed(), list[str](), Counter[str]()
    print(f"{'folder':32} files right refused  calls listed reported")
    folders = [f"{kind.name}/{p.name}" for kind in sorted(real.SAMPLES.iterdir()) if kind.is_dir()
               for p in sorted(kind.iterdir()) if p.is_dir()]  # fmt: skip
    for folder in folders:
        row = Counter[str]()
        for path in sorted(p for p in (real.SAMPLES / folder).rglob("*") if p.is_file()):
            _file(path, folder, real, listed, row, notes)
        totals.update(row)
        print(_row(folder, row))
    print(_row("all", totals))
    for note in notes:
        print(f"  {note}")


def _row(name: str, row: Counter[str]) -> str:
    return (
        f"{name:32} {row['files']:5} {row['right']:5} {row['refused']:7} {row['calls']:6} "
        f"{row['listed']:6} {row['reported']:8}"
    )


def _file(
    path: Path, folder: str, real: Any, listed: dict[str, str], row: Counter[str], notes: list[str]
) -> None:
    """Judge one file, and say what differs."""
    import contract

    row["files"] += 1
    short = path.relative_to(real.SAMPLES).as_posix()
    expected = listed.get(short, "")
    row["listed"] += int(expected) if expected.isdigit() else 0
    try:
        found = run([source({"name": path.name, "path": str(path)})])
        contract.check(found)
    except TraceError as error:
        row["refused"] += 1
        right = expected in ("", "0")
        row["right"] += right
        if not right or error.code != "no-calls":
            notes.append(f"{short}: {error.code}, {expected or 'none'} listed")
        return
    except AssertionError as error:
        notes.append(f"{short}: broken sums {error}")
        return
    calls = len(found.trace.calls)
    row["calls"] += calls
    row["reported"] += sum(one.method == "reported" for one in found.attributions)
    other = next((real.OTHERS[end] for end in real.OTHERS if path.name.endswith(end)), None)
    named = other or real.FOLDERS.get(folder)
    why = next((real.EXPLAINED[end][1] for end in real.EXPLAINED if path.name.endswith(end)), None)
    if named is not None and found.trace.importer != named:
        notes.append(f"{short}: opened as {found.trace.importer}")
    elif str(calls) == expected or why:
        row["right"] += 1
        if why and str(calls) != expected:
            notes.append(f"{short}: {calls} calls, {expected or 'none'} listed: {why}")
    elif named is None:
        notes.append(
            f"{short}: {calls} calls as {found.trace.importer}, {expected or 'none'} listed"
        )
    else:
        notes.append(f"{short}: {calls} calls, {expected or 'none'} listed")
