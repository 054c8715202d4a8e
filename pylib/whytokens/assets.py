"""Vocabularies and libraries: big files beside the engine, loaded only when one is needed.

On a machine they lie in the package's ``data`` folder; in the page the worker fetches them from
the site's own origin and hands them over with `put` before what needs them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import resources


@dataclass(frozen=True, slots=True)
class Need:
    """The engine waits for `put(asset, ...)`."""

    asset: str


_loaded: dict[str, bytes] = {}


def put(name: str, data: bytes) -> None:
    """Provide an asset from outside (the page's worker)."""
    _loaded[name] = data


def have(name: str) -> bool:
    """Can `read` answer without help?"""
    return name in _loaded or resources.files("whytokens").joinpath("data", name).is_file()


def read(name: str) -> bytes:
    """The asset's bytes. Raises FileNotFoundError with the command that makes it."""
    if name not in _loaded:
        try:
            return resources.files("whytokens").joinpath("data", name).read_bytes()
        except FileNotFoundError as error:
            raise FileNotFoundError(
                f"{name} is not here; `python3 build.py bake` makes it"
            ) from error
    return _loaded[name]


@cache
def shipped(package: str, name: str) -> bytes:
    """A small file that is part of a package of ours."""
    return resources.files(package).joinpath(name).read_bytes()
