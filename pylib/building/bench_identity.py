"""Identity: our ids and counts beside the references', on 50 MB of real text and on inputs that hurt.

References: the compiled tiktoken (ids), PyPI `ctok` for Claude, Hugging Face's `tokenizers` for Gemma
and DeepSeek and `sentencepiece` for Mistral with the files that the vocabularies were made from
(counts). Text: the corpus, the sample logs, the sources of Python and of what is installed beside
it, all assigned Unicode, repeats, lone surrogates, special tokens' names as text.

`WHYTOKENS_IDENTITY_MB=5` reads that much instead; `WHYTOKENS_IDENTITY=claude-v3,gemma3` only some.
"""

from __future__ import annotations

import json
import os
import sys
import sysconfig
import tempfile
import time
import unicodedata
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from building import corpus
from building.packages import wheel_members
from building.places import ROOT
from building.vocab import GEMMA_PACKAGES, gemma_tokenizer
from building.vocab_wheels import VOCABULARIES
from whytokens import assets
from whytokens.registry import TOKENIZERS
from whytokens.tokenizers.byte_pairs import BytePairTokenizer
from whytokens.tokenizers.core import CoreBPE
from whytokens.tokenizers.pieces import well_formed
from whytokens.tokenizers.vocabulary import unpack

WANTED_BYTES = 50_000_000
SAMPLES = ROOT.parent / "shared" / "samples" / "dev"
# Reference implementations take long strings badly; a text is cut where lines end.
CHUNK_CHARS = 20_000
CTOK_VERSIONS = {"claude-v3": "3.0", "claude-v4.7": "4.7", "claude-v4.8": "4.8"}
SPECIAL = ("<|endoftext|>", "<|im_start|>user<|im_end|>", "<bos><start_of_turn>", "[INST] x [/INST]",
           "<|begin_of_text|>", "<｜User｜>", "</s><s>", "\n\nHuman: x\n\nAssistant:", "<|fim_prefix|>")  # fmt: skip
UNITS = (" ", "\n", "\t", "a", "ab", "A", "=", "0", "é", "e\u0301", "\u0301", "漢", "한", "🙂", "👩‍👩‍👧",
         "'s", "’", "/", "\\n", "\r\n", "\x00", "\ufeff", "\u200b", "\u3000", "ſ", "İ", "٣", "½")  # fmt: skip
Count = Callable[[str], int | list[int]]


def main() -> None:
    limit = int(float(os.environ.get("WHYTOKENS_IDENTITY_MB", WANTED_BYTES / 1e6)) * 1e6)
    chosen = [name for name in os.environ.get("WHYTOKENS_IDENTITY", "").split(",") if name]
    texts = [*hard(), *_upto(real(), limit)]
    size = sum(len(text.encode("utf-8", "surrogatepass")) for text in texts)
    print(f"{len(texts):,} texts, {size / 1e6:.1f} MB")
    total = 0
    for key, ours, reference in _pairs(chosen):
        start, found = time.perf_counter(), list[str]()
        found = [text for text in texts if ours(text) != reference(well_formed(text))]
        total += len(found)
        seconds = time.perf_counter() - start
        print(
            f"{key:14} {size / 1e6:6.1f} MB, {len(found)} differences ({seconds:.0f} s)", flush=True
        )
        for text in found[:3]:
            print(f"  {text[:200]!r}: {_brief(ours(text))}, reference {_brief(reference(text))}")
    print(f"{total} differences")
    if total:
        sys.exit(1)


def _brief(found: int | list[int]) -> str:
    return str(found if isinstance(found, int) else f"{len(found)} ids")


def _pairs(chosen: list[str]) -> Iterator[tuple[str, Count, Count]]:
    """Names, our counting in pure Python, the reference's."""
    references: dict[str, Callable[[], Count]] = {"deepseek": _deepseek, "mistral-v3": _mistral}
    for name in GEMMA_PACKAGES:
        references[name] = partial(_gemma, name)
    for tokenizer in TOKENIZERS:
        key = tokenizer.key
        if (chosen and key not in chosen) or key == "o200k_harmony":  # the same as o200k_base
            continue
        if key in CTOK_VERSIONS:
            yield key, _counting(tokenizer.count_many), _ctok(CTOK_VERSIONS[key])
        elif key in references:
            yield key, _counting(tokenizer.count_many), references[key]()
        elif isinstance(tokenizer, BytePairTokenizer):
            yield key, *_ids(tokenizer)


def _counting(count_many: Callable[[list[str]], list[int]]) -> Count:
    return lambda text: count_many([text])[0]


def _ids(tokenizer: BytePairTokenizer) -> tuple[Count, Count]:
    from tiktoken._tiktoken import CoreBPE as Compiled

    ranks = unpack(assets.read(tokenizer.asset))
    ours = CoreBPE(ranks, {}, tokenizer.pattern)
    compiled = Compiled(ranks, {}, tokenizer.pattern)

    def mine(text: str) -> int | list[int]:
        text = well_formed(text)
        ids = ours.encode_ordinary(text)
        return ids if ours.count(text) == len(ids) else -1

    return mine, compiled.encode_ordinary


def _ctok(version: str) -> Count:
    import ctok

    empty = ctok.token_count("", version)
    return lambda text: int(ctok.token_count(text, version)) - empty


def _gemma(name: str) -> Count:
    return _hugging_face(gemma_tokenizer(name))


def _deepseek() -> Count:
    return _hugging_face(_member("deepseek.bin"))


def _hugging_face(data: bytes) -> Count:
    """The file's own tokenizer, with nothing special in the text."""
    from tokenizers import Tokenizer

    value = json.loads(data)
    # Chat markers are no part of what a provider takes from text; runs and tags of Gemma's are.
    value["added_tokens"] = [
        token
        for token in value["added_tokens"]
        if not token["special"] and "｜" not in token["content"]
    ]
    tokenizer = Tokenizer.from_str(json.dumps(value))
    return lambda text: len(tokenizer.encode(text, add_special_tokens=False).ids)


def _mistral() -> Count:
    from sentencepiece import SentencePieceProcessor

    with tempfile.NamedTemporaryFile(suffix=".model") as file:
        file.write(_member("mistral.bin"))
        file.flush()
        model = SentencePieceProcessor(model_file=file.name)
    return lambda text: len(model.encode(text))


def _member(asset: str) -> bytes:
    one = next(one for one in VOCABULARIES if one.asset == asset)
    return wheel_members(one.wheel, {one.member: one.sha256})[one.member]


def hard() -> list[str]:
    """All assigned characters in several places, repeats, surrogates, special tokens as text."""
    codes = [chr(c) for c in range(0x110000) if unicodedata.category(chr(c)) not in ("Cn", "Co")]
    found = [
        "".join(f"a{c} {c}b1{c}\n" for c in codes[start : start + 64])
        for start in range(0, len(codes), 64)
    ]
    found += [unit * times for unit in UNITS for times in (1, 2, 3, 7, 16, 33, 100, 999, 20_000)]
    found += [f"x{text} y" for text in SPECIAL] + list(SPECIAL)
    return [*found, "a\ud800b", "\udc00", "x \ud83d y \ude00", "\ud83d\ude00"]


def real() -> Iterator[str]:
    """Strings of the corpus, sample logs as they are, sources; each once, in chunks."""
    seen = set[str]()
    for text in _sources():
        for chunk in _chunks(text):
            if chunk and chunk not in seen:
                seen.add(chunk)
                yield chunk


def _sources() -> Iterator[str]:
    if corpus.CORPUS.exists():
        for row in corpus.rows():
            yield from _strings(row["request_body"])
            yield json.dumps(row["request_body"], ensure_ascii=False)
    for path in sorted(SAMPLES.rglob("*")) if SAMPLES.exists() else ():
        if path.is_file():
            yield path.read_text(encoding="utf-8", errors="surrogateescape")
    folders = [sysconfig.get_path("stdlib"), sysconfig.get_path("purelib")]
    for folder in folders:
        for path in sorted(Path(folder).rglob("*.py")):
            yield path.read_text(encoding="utf-8", errors="replace")


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _strings(inner)


def _chunks(text: str) -> Iterator[str]:
    while len(text) > CHUNK_CHARS:
        end = text.rfind("\n", 1, CHUNK_CHARS) + 1 or CHUNK_CHARS
        yield text[:end]
        text = text[end:]
    yield text


def _upto(texts: Iterator[str], limit: int) -> Iterator[str]:
    size = 0
    for text in texts:
        yield text
        size += len(text.encode("utf-8", "surrogatepass"))
        if size >= limit:
            return
