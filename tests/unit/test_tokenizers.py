"""Tokenizers against known ids, their references, and inputs that hurt."""

from __future__ import annotations

import pytest

from whytokens import assets, registry
from whytokens.tokenizers import claude, gemma, openai
from whytokens.tokenizers.byte_pairs import BytePairTokenizer
from whytokens.tokenizers.choose import choose
from whytokens.tokenizers.core import CoreBPE
from whytokens.tokenizers.vocabulary import pack, unpack

ENCODINGS = (openai.O200K, openai.CL100K, openai.P50K, openai.R50K)


def core(tokenizer: BytePairTokenizer) -> CoreBPE:
    return CoreBPE(unpack(assets.read(tokenizer.asset)), {"<|end|>": 999_999}, tokenizer.pattern)


@pytest.fixture(scope="module")
def cores() -> dict[str, CoreBPE]:
    return {tokenizer.key: core(tokenizer) for tokenizer in ENCODINGS}


def test_known_ids(cores: dict[str, CoreBPE]) -> None:
    assert cores["cl100k_base"].encode_ordinary("hello world") == [15339, 1917]
    assert cores["r50k_base"].encode_ordinary("hello world") == [31373, 995]
    assert cores["o200k_base"].encode_ordinary("hello world") == [24912, 2375]


def test_special_tokens_are_text_unless_allowed(cores: dict[str, CoreBPE]) -> None:
    one = cores["o200k_base"]
    assert one.encode("a<|end|>b", {"<|end|>"})[1] == 999_999
    assert 999_999 not in one.encode_ordinary("a<|end|>b")
    assert one.decode_bytes(one.encode_ordinary("naïve 🙂 x")) == "naïve 🙂 x".encode()


def test_lone_surrogates_count_as_the_replacement_character(cores: dict[str, CoreBPE]) -> None:
    one = cores["o200k_base"]
    assert one.count("a\ud800b") == one.count("a\ufffdb")
    assert openai.O200K.count_many(["a\ud800b"]) == [one.count("a\ufffdb")]
    with pytest.raises(UnicodeEncodeError):
        one.encode_ordinary("\ud800")


@pytest.mark.parametrize(
    "text", ["a" * 200_000, " " * 200_000, "ab" * 100_000, "\n" * 99_999 + "x"]
)
def test_long_repeats_equal_the_compiled_core(cores: dict[str, CoreBPE], text: str) -> None:
    from tiktoken._tiktoken import CoreBPE as Compiled

    ranks = unpack(assets.read("o200k_base.bin"))
    compiled = Compiled(ranks, {}, openai.O200K_PATTERN)
    assert cores["o200k_base"].count(text) == len(compiled.encode_ordinary(text))


@pytest.mark.parametrize(
    ("model", "key"),
    [
        ("gpt-4o-2024-08-06", "o200k_base"),
        ("openai/gpt-4.1-mini", "o200k_base"),
        ("gpt-5.2-codex", "o200k_base"),
        ("o3-mini", "o200k_base"),
        ("ft:gpt-4o-mini:acme::x", "o200k_base"),
        ("gpt-4-0613", "cl100k_base"),
        ("gpt-4-turbo", "cl100k_base"),
        ("gpt-4-1106-preview", "cl100k_base"),
        ("gpt-35-turbo", "cl100k_base"),
        ("gpt-3.5-turbo-0125", "cl100k_base"),
        ("openai/gpt-oss-120b", "o200k_harmony"),
        ("claude-sonnet-4-5-20250929", "claude-v3"),
        ("us.anthropic.claude-opus-4-7-v1:0", "claude-v4.7"),
        ("claude-opus-4.8", "claude-v4.8"),
        ("claude-sonnet-5-5", "claude-v4.8"),
        ("gemini-2.5-pro", "gemma3"),
        ("meta-llama/Llama-3.3-70B-Instruct", "llama3"),
        ("meta.llama3-1-70b-instruct-v1:0", "llama3"),
        ("groq/llama-4-scout-17b-16e-instruct", "llama4"),
        ("deepseek-r1-distill-llama-70b", "llama3"),
        ("deepseek-ai/DeepSeek-R1-Distill-Qwen-32B", "qwen"),
        ("Qwen/Qwen3-0.6B", "qwen"),
        ("qwen3-8b", "qwen"),
        ("qwen2.5-coder:32b", "qwen"),
        ("qwen3.6-plus", "qwen3.5"),
        ("qwen3-5-9b", "qwen3.5"),
        ("deepseek-v4-flash", "deepseek"),
        ("deepseek-chat", "deepseek"),
        ("mistral.mixtral-8x7b-instruct-v0:1", "mistral-v3"),
        ("mistral-large-2407", "mistral-v3"),
        ("mistral-large-latest", "tekken"),
        ("mistralai/mistral-nemo", "tekken"),
        ("us.mistral.pixtral-large-2502-v1:0", "mistral-v3"),
        ("glm-4.6", "glm (deepseek × 0.929)"),
        ("us.amazon.nova-lite-v1:0", "nova (gemma3)"),
        ("x-ai/grok-4-fast", "grok (o200k_base × 1.015)"),
        ("moonshotai/kimi-k2-0905", "kimi (o200k_base)"),
        ("llama-2-70b-chat", "llama (o200k_base × 1.11)"),
        ("something-new", "o200k"),
    ],
)
def test_models_find_their_vocabulary(model: str, key: str) -> None:
    assert choose(model, None)[0].key == key


@pytest.mark.parametrize(
    ("model", "sure"),
    [
        ("qwen-plus", "estimated"),
        ("qwen3-32b", "exact"),
        ("codestral-2508", "estimated"),
        ("deepseek-coder-33b", "estimated"),
        ("grok-4", "estimated"),
        ("gemini-3-pro", "reconstructed"),
    ],
)
def test_how_sure(model: str, sure: str) -> None:
    tokenizer, said = choose(model, None)
    assert said == sure
    assert tokenizer.band_per_mille is None or 0 <= tokenizer.band_per_mille < 300


def test_counts_of_open_models() -> None:
    """As their packages' own tokenizers count."""
    text = "Qu'est-ce que c'est? 12345 東京タワー — naïve façade\n\n    def f(x):  # 🙂\n"
    counts = {
        key: t.count_many([text, "", " a", "e\u0301"])
        for t in registry.TOKENIZERS
        for key in [t.key]
        if key in ("llama3", "llama4", "qwen", "qwen3.5", "deepseek", "tekken", "mistral-v3")
    }
    assert counts == COUNTS


COUNTS = {
    "llama4": [26, 0, 1, 2],
    "llama3": [28, 0, 1, 2],
    "qwen3.5": [30, 0, 1, 1],
    "qwen": [33, 0, 1, 1],
    "deepseek": [28, 0, 1, 2],
    "mistral-v3": [41, 0, 2, 2],
    "tekken": [32, 0, 1, 3],
}


def test_the_last_tokenizer_knows_every_model() -> None:
    assert registry.TOKENIZERS[-1].knows("", None) == "estimated"


def test_vocabulary_round_trip() -> None:
    ranks = {b"a": 0, b"bc": 1, bytes(range(200)): 3}
    assert unpack(pack(ranks)) == ranks
    with pytest.raises(ValueError, match="256 bytes"):
        pack({b"x" * 256: 0})


def test_claude_families() -> None:
    one, two, three = (
        t.count_many(["Hello, world! It's 5 PM."])[0] for t in (claude.V3, claude.V47, claude.V48)
    )
    assert (one, two, three) == reference("Hello, world! It's 5 PM.")
    assert claude.V3.count_many(["", " ", "\n"]) == [0, 0, 0] or reference("\n")[0] >= 0


def reference(text: str) -> tuple[int, int, int]:
    ctok = pytest.importorskip("ctok", reason="the reference ctok is not installed")
    versions = ("3.0", "4.7", "4.8")
    return tuple(ctok.token_count(text, v) - ctok.token_count("", v) for v in versions)  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("text", "tokens"),
    [  # as the `tokenizers` package counts with the same vocabulary
        ("Hello, world!", 4),
        ("  two blanks\n\n\n\tand a tab", 8),
        ("<div> </div><b>bold</b>", 6),
        ("YYYY-MM-DD YYYY", 8),
        ("naïve façade 東京 🦜 \u0378", 10),
        ("1234567890", 10),
        ("x" * 100, 13),
        ("a> </b", 3),
        ("def f(x):\n    return x\n", 10),
        ("", 0),
    ],
)
def test_gemma_counts(text: str, tokens: int) -> None:
    assert gemma.GEMMA3.count_many([text]) == [tokens]


@pytest.mark.parametrize(
    ("text", "tokens"),
    [  # as the `tokenizers` package counts with the same vocabulary
        ("Hello, world!", 4),
        ("  two blanks\n\n\n\tand a tab", 8),
        ("<div> </div><b>bold</b>", 9),
        ("YYYY-MM-DD YYYY", 6),
        ("naïve façade 東京 🦜 \u0378", 9),
        ("नमस्ते दुनिया", 5),
        ("ссср СССР ссср", 6),
        ("x" * 100, 7),
        ("a> </b", 4),
        ("def f(x):\n    return x\n", 10),
        ("", 0),
    ],
)
def test_gemma_2_counts(text: str, tokens: int) -> None:
    assert gemma.GEMMA2.count_many([text]) == [tokens]


@pytest.mark.parametrize(
    ("model", "provider", "key"),
    [
        ("gemini-2.0-flash", "google", "gemma2"),
        ("gemini-1.5-pro-002", None, "gemma2"),
        ("gemini-2.5-flash", "vertex", "gemma2"),
        ("gemini-3-flash-preview", "vertex", "gemma2"),
        ("gemini-3.5-flash", "vertex", "gemma3"),
        ("gemini-2.5-flash", "google", "gemma3"),
        ("google/gemma-2-9b-it", None, "gemma2"),
        ("gemma:7b", None, "gemma2"),
        ("gemma-7b-it", None, "gemma2"),
        ("codegemma", None, "gemma2"),
        ("gemma3:27b", None, "gemma3"),
        ("gemma-3-27b-it", None, "gemma3"),
        ("gemma-3n-e4b-it", None, "gemma3"),
        ("embeddinggemma-300m", None, "gemma3"),
    ],
)
def test_which_gemma(model: str, provider: str | None, key: str) -> None:
    assert choose(model, provider)[0].key == key


def test_a_token_that_merging_never_makes_is_no_step_of_a_walk() -> None:
    """No pair merges to "abc", so a long piece of it stays letters; "de" does merge."""
    ranks = {b"a": 0, b"b": 1, b"c": 2, b"abc": 3, b"d": 4, b"e": 5, b"de": 6}
    core = CoreBPE(ranks, {}, r"\p{L}+")
    assert core.encode_single_piece(b"abc" * 400) == [0, 1, 2] * 400
    assert core.encode_single_piece(b"abcde" * 400) == [0, 1, 2, 6] * 400
