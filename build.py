#!/usr/bin/env python3
"""The one entry for everything: serve, test, site, wheel, bake, formats, bench.

    python3 build.py serve     set up, build the site, serve it, print the address
    python3 build.py test      set up (Chromium too), run every test; `test unit golden` runs some
    python3 build.py site      build the static folder; --assets cdn, --out FOLDER, --picture
    python3 build.py wheel     build dist/*.whl for PyPI
    python3 build.py bake      make vocabularies and samples
    python3 build.py formats   rewrite the table of formats in README.md from the registry
    python3 build.py bench     measure; `bench boot` measures one thing
    python3 build.py prices    compile the price snapshot anew from its pinned sources

Standard library only until `.build/venv` stands; then `pylib/building` goes on in it.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
BUILD = ROOT / ".build"
VENV = BUILD / "venv"
LOCKS = ROOT / "pylib" / "building"
COMMANDS = ("serve", "test", "site", "wheel", "bake", "formats", "bench", "prices")


def main() -> int:
    if len(sys.argv) < 2 or sys.argv[1] not in COMMANDS:
        print(__doc__)
        return 0 if sys.argv[1:] in (["--help"], ["-h"]) else 2
    if sys.version_info < (3, 11):
        print(f"whytokens needs Python 3.11 or newer; this is {sys.version.split()[0]}")
        return 2
    python = environment()
    paths = [str(ROOT / "pylib"), str(ROOT / "tests")]
    variables = {**os.environ, "PYTHONPATH": os.pathsep.join(paths), "PYTHONUTF8": "1"}
    command = [str(python), "-m", "building", *sys.argv[1:]]
    return subprocess.run(command, cwd=ROOT, env=variables, check=False).returncode


def environment() -> Path:
    """The Python of our own environment, made when it or its lock is new."""
    python = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    locks = [LOCKS / name for name in ("requirements.lock", "sdks.lock", "oracles.lock")]
    wanted = hashlib.sha256(b"".join(lock.read_bytes() for lock in locks)).hexdigest()
    stamp = VENV / "whytokens-lock"
    if python.exists() and stamp.exists() and stamp.read_text() == wanted:
        return python
    print("setting up .build/venv (once)", flush=True)
    subprocess.run([sys.executable, "-m", "venv", "--clear", str(VENV)], check=True)
    pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    pip += ["--require-hashes", "-r"]
    subprocess.run([*pip, str(locks[0]), "-r", str(locks[1])], check=True)
    # References that tests compare with; ctok asks for a newer Python than it needs.
    subprocess.run([*pip, str(locks[2]), "--no-deps", "--ignore-requires-python"], check=True)
    stamp.write_text(wanted)
    return python


if __name__ == "__main__":
    sys.exit(main())
