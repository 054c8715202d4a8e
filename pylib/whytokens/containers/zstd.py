"""Zstandard (RFC 8878): the standard library's from Python 3.14 on, its backport before.

The page runs 3.14 and needs nothing. On 3.11 to 3.13 `pip install whytokens[zstd]` brings
backports.zstd, the same module by the same authors.
"""

from __future__ import annotations

import importlib
from typing import Any, BinaryIO, cast

MAGIC = b"\x28\xb5\x2f\xfd"
MODULES = ("compression.zstd", "backports.zstd")
HINT = "pip install backports.zstd, or use Python 3.14"


def _module() -> Any:
    for name in MODULES:
        try:
            return importlib.import_module(name)
        except ImportError:
            continue
    return None


def stream(raw: BinaryIO) -> BinaryIO:
    """The unpacked bytes, frame after frame. Raises OSError where no decoder is installed."""
    module = _module()
    if module is None:
        raise OSError(f"It is packed with Zstandard, which this Python cannot read. {HINT}.")
    return cast(BinaryIO, module.ZstdFile(raw))


def errors() -> tuple[type[Exception], ...]:
    """What a broken stream raises."""
    module = _module()
    return (module.ZstdError,) if module else ()
