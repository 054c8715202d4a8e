"""Python as the page loads it: Pyodide, libraries and our wheels as bytecode, and a memory snapshot.

Both are made by Pyodide itself under Node, from the very files the site serves, once for each content.
The snapshot is what a visit starts from; where a browser refuses it, the rest makes a plain start.
"""

from __future__ import annotations

import ast
import hashlib
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from building import wheels
from building.packages import node
from building.places import APP, BUILD, NODE_MODULES, ROOT
from whytokens.memory import ABSENT

CORE = ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm")
PYODIDE = NODE_MODULES / "pyodide"
DEPENDS = {"tiktoken": ["whytokens"], "micropip": ["packaging"]}
HERE = Path(__file__).parent
ENGINE = ROOT / "pylib" / "whytokens"


def write(target: Path, *, own: bool) -> None:
    """The folder `vendor/pyodide`; without Pyodide's core where that comes from elsewhere."""
    target.mkdir(parents=True)
    made = _bytecode()
    for path in (*(PYODIDE / name for name in CORE if own), *made, _memory(made)):
        shutil.copyfile(path, target / path.name)
    made += wheels.lab(BUILD / "lab-wheels")
    for path in made[-wheels.LAB_WHEELS :]:
        shutil.copyfile(path, target / path.name)
    lock = json.loads((PYODIDE / "pyodide-lock.json").read_text())
    packages = [path for path in made if path.suffix == ".whl"]
    lock["packages"] = {path.name.split("-")[0]: _lock_entry(path) for path in packages}
    (target / "pyodide-lock.json").write_text(json.dumps(lock), encoding="utf-8")


def _bytecode() -> list[Path]:
    """The standard library and the page's wheels, compiled."""
    raw = BUILD / "wheels"
    shutil.rmtree(raw, ignore_errors=True)
    sources = [PYODIDE / "python_stdlib.zip", wheels.page(raw), wheels.tiktoken(raw)]
    script = HERE / "compile.mjs"
    folder = BUILD / "bytecode" / _digest(*sources, script)
    if not folder.exists():
        work = folder.with_suffix(".new")
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir(parents=True)
        _run(script, *(str(part) for path in sources for part in (path, work / path.name)))
        work.rename(folder)
    return [folder / path.name for path in sources]


def _memory(made: list[Path]) -> Path:
    """The memory snapshot, packed; its name says what it is made of, so that none is ever mistaken."""
    library, engine, _ = made
    script = HERE / "memory.mjs"
    core = [PYODIDE / name for name in CORE]
    path = BUILD / "memory" / f"python-{_digest(library, engine, script, *core)}.memory"
    if not path.exists():
        path.parent.mkdir(exist_ok=True)
        fresh = path.with_suffix(".new")
        names = json.dumps(sorted(set(_imported())))
        _run(script, f"{PYODIDE}/", str(library), str(engine), names, str(fresh))
        fresh.rename(path)
    return path


def _imported() -> Iterator[str]:
    """Every name that the engine imports, those that wait inside a function too."""
    for path in ENGINE.rglob("*.py"):
        module = ".".join(("whytokens", *path.relative_to(ENGINE).with_suffix("").parts))
        if module.startswith(ABSENT):
            continue
        for found in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(found, ast.Import):
                yield from (one.name for one in found.names)
            elif isinstance(found, ast.ImportFrom) and found.module and not found.level:
                yield from (found.module, *(f"{found.module}.{one.name}" for one in found.names))


def _run(script: Path, *arguments: str) -> None:
    beside = APP / f".{script.name}"  # so that Node finds node_modules
    shutil.copyfile(script, beside)
    try:
        node(beside, *arguments)
    finally:
        beside.unlink()


def _digest(*paths: Path) -> str:
    return hashlib.sha256(b"".join(path.read_bytes() for path in paths)).hexdigest()[:16]


def _lock_entry(wheel: Path) -> dict[str, Any]:
    name, version = wheel.name.split("-")[:2]
    return {
        "name": name,
        "version": version,
        "file_name": wheel.name,
        "install_dir": "site",
        "sha256": hashlib.sha256(wheel.read_bytes()).hexdigest(),
        "package_type": "package",
        "imports": [name],
        "depends": DEPENDS.get(name, []),
        "unvendored_tests": False,
    }
