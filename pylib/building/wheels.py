"""Wheels: ours for PyPI with its vocabularies, ours for the page without, tiktoken's for the page."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from importlib.metadata import distribution
from pathlib import Path

from building import bake
from building.places import ROOT
from whytokens import __version__

EPOCH = "1767225600"  # 2026-01-01, so that the same sources give the same bytes
LAB_WHEELS = 2  # micropip, packaging
SHIM = '''"""tiktoken's compiled core, in pure Python: whytokens' own, with equal ids."""

from whytokens.tokenizers.core import CoreBPE

__all__ = ["CoreBPE"]
'''
# The one change to tiktoken's Python files: vocabularies come from our assets, not from a network.
LOAD = '''"""Vocabularies from whytokens' own files; nothing is fetched."""

from whytokens import assets
from whytokens.tokenizers.vocabulary import unpack


def load_tiktoken_bpe(tiktoken_bpe_file, expected_hash=None):
    name = tiktoken_bpe_file.rsplit("/", 1)[-1].replace(".tiktoken", ".bin")
    return unpack(assets.read(name))


def data_gym_to_mergeable_bpe_ranks(*_, **__):
    return unpack(assets.read("r50k_base.bin"))
'''


def pypi(out: Path) -> Path:
    """The wheel for PyPI."""
    bake.everything()
    out.mkdir(parents=True, exist_ok=True)
    for stale in (ROOT / "build", *(ROOT / "pylib").glob("*.egg-info")):
        shutil.rmtree(stale, ignore_errors=True)
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    command += ["--disable-pip-version-check", "--wheel-dir", str(out), str(ROOT)]
    subprocess.run(command, check=True, env={**os.environ, "SOURCE_DATE_EPOCH": EPOCH})
    shutil.rmtree(ROOT / "build", ignore_errors=True)
    return out / f"whytokens-{__version__}-py3-none-any.whl"


def page(out: Path) -> Path:
    """Our wheel for the page: the package without vocabularies, command line and bytecode."""
    target = out / f"whytokens-{__version__}-py3-none-any.whl"
    package = ROOT / "pylib" / "whytokens"
    files = {
        path.relative_to(package.parent).as_posix(): path.read_bytes()
        for path in sorted(package.rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts and "data" not in path.parts
    }
    _write(target, "whytokens", __version__, files)
    return target


def tiktoken(out: Path) -> Path:
    """tiktoken's own Python layer over our core; its files are those of our own environment."""
    found = distribution("tiktoken")
    files: dict[str, bytes] = {}
    for path in found.files or ():
        if path.suffix == ".py" and path.parts[0] in ("tiktoken", "tiktoken_ext"):
            files[path.as_posix()] = Path(str(found.locate_file(path))).read_bytes()
        elif path.name == "LICENSE":
            files["tiktoken/LICENSE"] = Path(str(found.locate_file(path))).read_bytes()
    files["tiktoken/_tiktoken.py"] = SHIM.encode()
    files["tiktoken/load.py"] = LOAD.encode()
    target = out / f"tiktoken-{found.version}-py3-none-any.whl"
    _write(target, "tiktoken", found.version, files)
    return target


def lab(out: Path) -> list[Path]:
    """micropip and what it needs, as PyPI has them; the lock names their hashes."""
    lock = Path(__file__).parent / "lab.lock"
    found = sorted(out.glob("*.whl"))
    if len(found) != LAB_WHEELS or (out / "lock").read_text() != lock.read_text():
        shutil.rmtree(out, ignore_errors=True)
        command = [
            sys.executable,
            "-m",
            "pip",
            "download",
            "--quiet",
            "--no-deps",
            "--dest",
            str(out),
        ]
        command += [
            "--disable-pip-version-check",
            "--only-binary=:all:",
            "--python-version",
            "3.14",
        ]
        subprocess.run([*command, "--require-hashes", "-r", str(lock)], check=True)
        (out / "lock").write_text(lock.read_text())
        found = sorted(out.glob("*.whl"))
    return found


def _write(target: Path, name: str, version: str, files: dict[str, bytes]) -> None:
    info = f"{name}-{version}.dist-info"
    files[f"{info}/METADATA"] = (
        f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n".encode()
    )
    files[f"{info}/WHEEL"] = (
        b"Wheel-Version: 1.0\nGenerator: whytokens\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    )
    target.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(target, "w") as wheel:
        for key in sorted(files):
            wheel.writestr(zipfile.ZipInfo(key, (2026, 1, 1, 0, 0, 0)), files[key])
