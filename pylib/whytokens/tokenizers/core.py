"""CoreBPE in pure Python: the interface and the ids of tiktoken's compiled core.

Spec: tiktoken 0.14 `src/lib.rs` and `src/py.rs`. tiktoken's own Python layer runs on top of it in
the page (`building/tiktoken_wheel.py`); `count` is ours, for counting without making ids.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from functools import partial

from whytokens.tokenizers.classes import Shadow
from whytokens.tokenizers.pattern import translate
from whytokens.tokenizers.pieces import MAX_PIECES, Counter, well_formed
from whytokens.tokenizers.walk import Merger


class CoreBPE:
    """Byte pair encoding with a split pattern, its ranks and its special tokens."""

    def __init__(
        self, encoder: dict[bytes, int], special_tokens_encoder: dict[str, int], pattern: str
    ) -> None:
        self._ranks = encoder
        self._merger = Merger(encoder)
        self._special = special_tokens_encoder
        self._counter = Counter(
            translate(pattern), self._cost, partial(Shadow, cjk="\\p{CJK}" in pattern)
        )
        self._ids: dict[str, tuple[int, ...]] = {}
        self._bytes: dict[int, bytes] | None = None

    # -- counting ----------------------------------------------------------------------------

    def count(self, text: str) -> int:
        """``len(encode_ordinary(text))``; lone surrogates count as U+FFFD."""
        return self._counter.count(well_formed(text))

    def tokens(self, text: str) -> list[tuple[str, int]]:
        """A text's tokens as text; those that split a character stand together, with their number."""
        found: list[tuple[str, int]] = []
        for piece, cost in self._counter.shown(well_formed(text)):
            if cost == 1:
                found.append((piece, 1))
                continue
            data, number = b"", 0
            for token in self.encode_single_piece(piece.encode("utf-8")):
                data, number = data + self.decode_single_token_bytes(token), number + 1
                try:
                    found.append((data.decode("utf-8"), number))
                except UnicodeDecodeError:
                    continue
                data, number = b"", 0
        return found

    # -- tiktoken's interface ----------------------------------------------------------------

    def encode_ordinary(self, text: str) -> list[int]:
        """Ids of text in which nothing is special. Raises UnicodeEncodeError on surrogates."""
        text.encode("utf-8")
        out: list[int] = []
        known = self._ids
        for piece in self._counter.split(text):
            ids = known.get(piece)
            out.extend(ids if ids is not None else self._piece(piece))
        return out

    def encode(self, text: str, allowed_special: AbstractSet[str]) -> list[int]:
        """Ids of text in which the allowed special tokens stand for themselves."""
        names = sorted((name for name in allowed_special if name in self._special), reverse=True)
        if not names:
            return self.encode_ordinary(text)
        pattern = re.compile("(" + "|".join(map(re.escape, names)) + ")")
        out: list[int] = []
        for number, part in enumerate(pattern.split(text)):
            if number % 2:
                out.append(self._special[part])
            elif part:
                out.extend(self.encode_ordinary(part))
        return out

    def encode_to_tiktoken_buffer(self, text: str, allowed_special: AbstractSet[str]) -> bytes:
        """Ids as native 32-bit integers, for numpy."""
        return array("I", self.encode(text, allowed_special)).tobytes()

    def _encode_bytes(self, data: bytes) -> list[int]:
        """Ids of bytes, valid UTF-8 or not."""
        try:
            return self.encode_ordinary(data.decode("utf-8"))
        except UnicodeDecodeError as error:
            head = self.encode_ordinary(data[: error.start].decode("utf-8"))
            return head + self.encode_single_piece(data[error.start :])

    def encode_with_unstable(
        self, text: str, allowed_special: AbstractSet[str]
    ) -> tuple[list[int], list[list[int]]]:
        """Not offered: completions of unstable ends are no part of counting."""
        raise NotImplementedError("encode_with_unstable needs the compiled tiktoken")

    def encode_single_token(self, piece: str | bytes) -> int:
        """The id of one token. Raises KeyError when it is none."""
        data = piece.encode("utf-8") if isinstance(piece, str) else bytes(piece)
        if data in self._ranks:
            return self._ranks[data]
        return self._special[data.decode("utf-8", "replace")]

    def encode_single_piece(self, piece: bytes) -> list[int]:
        """Ids of one piece, not split first."""
        if piece in self._ranks:
            return [self._ranks[piece]]
        return self._merger.ids(piece) if piece else []

    def decode_bytes(self, tokens: Iterable[int]) -> bytes:
        """Raises KeyError on an unknown id."""
        return b"".join(map(self.decode_single_token_bytes, tokens))

    def decode_single_token_bytes(self, token: int) -> bytes:
        if self._bytes is None:
            self._bytes = {rank: data for data, rank in self._ranks.items()}
            self._bytes |= {rank: name.encode() for name, rank in self._special.items()}
        try:
            return self._bytes[token]
        except KeyError:
            raise KeyError(f"Invalid token for decoding: {token}") from None

    def token_byte_values(self) -> Sequence[bytes]:
        """All tokens' bytes, sorted."""
        return sorted(self._ranks)

    # -- inside ------------------------------------------------------------------------------

    def _cost(self, piece: str) -> int:
        data = piece.encode("utf-8")
        return 1 if data in self._ranks else len(self._merger.ids(data))

    def _piece(self, piece: str) -> tuple[int, ...]:
        data = piece.encode("utf-8")
        rank = self._ranks.get(data)
        ids = (rank,) if rank is not None else tuple(self._merger.ids(data))
        if len(self._ids) >= MAX_PIECES:
            self._ids.clear()
        self._ids[piece] = ids
        return ids
