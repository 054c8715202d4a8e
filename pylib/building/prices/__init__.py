"""`build.py prices`: compiles the price sources into the snapshot that the engine prices by.

Run by hand with a new version of a source; the output is committed with its manifest. Sources (facts,
section 1): genai-prices, pinned by hash in requirements.lock and only imported here, since it cannot
be imported in the page; the price table inside litellm's wheel, pinned by version and hash below,
downloaded and unzipped, never installed or imported; and `overlay.json`, where each row names its
source. Nothing is written while a gate fails, unless told so.
"""

from __future__ import annotations

import gzip
import hashlib
import json
from pathlib import Path
from typing import Any

from building.prices import gates, genai, litellm, overlay

OUT = Path(__file__).parent.parent.parent / "whytokens" / "prices"
SNAPSHOT, MANIFEST = OUT / "snapshot.json.gz", OUT / "manifest.json"
VERSION = 2
# The day whose rates the pinned sources hold, all of them checked against each other.
AS_OF = "2026-11-22"


def main(accept: bool = False) -> int:
    """Compile, check, print every changed price, write. `accept` writes despite failed gates."""
    document, counts = compiled()
    before = json.loads(gzip.decompress(SNAPSHOT.read_bytes())) if SNAPSHOT.exists() else None
    failed = gates.check(document, before)
    if failed and not accept:
        print(f"{failed} gates failed; nothing is written (--accept writes all the same)")
        return 1
    packed = pack(document)
    SNAPSHOT.write_bytes(packed)
    manifest = {
        "as_of": AS_OF,
        "sources": {
            "genai-prices": {"version": genai.VERSION, "sha256": genai.data_sha256()},
            "litellm": {"version": litellm.VERSION, "wheel_sha256": litellm.WHEEL_SHA256},
            "overlay": {"as_of": overlay.read()["as_of"], "sha256": overlay.sha256()},
        },
        **counts,
        "bytes": len(packed),
        "sha256": hashlib.sha256(packed).hexdigest(),
    }
    MANIFEST.write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(manifest, indent=2))
    return 0


def compiled() -> tuple[dict[str, Any], dict[str, int]]:
    """The snapshot document, and how many rows came from where."""
    providers = genai.providers()
    models = sum(len(provider["models"]) for provider in providers.values())
    document: dict[str, Any] = {
        "v": VERSION,
        "as_of": AS_OF,
        "source": f"genai-prices {genai.VERSION}",
        "more_source": f"litellm {litellm.VERSION}",
        "providers": providers,
        "more": {},
    }
    changed = overlay.apply(document)
    document["more"] = litellm.rows(document)
    more = sum(len(rows) for rows in document["more"].values())
    return document, {
        "providers": len(providers),
        "models": models,
        "more_models": more,
        "overlaid_models": changed,
    }


def pack(document: dict[str, Any]) -> bytes:
    """Canonical bytes: the same sources give the same file."""
    raw = json.dumps(document, separators=(",", ":"), ensure_ascii=False).encode()
    return gzip.compress(raw, 9, mtime=0)
