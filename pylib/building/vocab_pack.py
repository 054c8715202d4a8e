"""How vocabularies are written: packed, and compressed where a host may not do it."""

from __future__ import annotations

import lzma
from collections.abc import Mapping

from whytokens.tokenizers.vocabulary import pack

# A page should not fetch more for one encoding; and a small file unpacks faster as it is.
MAX_PLAIN_BYTES = 800_000


def compact(ranks: Mapping[bytes, int]) -> bytes:
    """The file's bytes."""
    packed = pack(ranks)
    if len(packed) <= MAX_PLAIN_BYTES:
        return packed
    # Not CRC64: a checksum that every build of liblzma has.
    return lzma.compress(packed, check=lzma.CHECK_CRC32, preset=9 | lzma.PRESET_EXTREME)
