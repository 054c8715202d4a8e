"""The page's Python starts from a memory snapshot (Pyodide's), made when the site is built.

Such a memory holds what was imported, but no files. So `fill` imports all that a request may want before
it is made, and `wake`, in the page, has the standard library's files fetched if a module beyond those is
imported after all. Random numbers would be the same on every visit, so they are seeded anew.
"""

from __future__ import annotations

import codecs
import importlib
import pkgutil
import random
import sys
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType

import whytokens
from whytokens import assets

# Not for the page's requests: the command line, and the lab, which starts a Python of its own.
ABSENT = ("whytokens.__main__", "whytokens.cli", "whytokens.commands", "whytokens.lab")
SHIPPED = (
    ("whytokens.prices", "snapshot.json.gz"),
    ("whytokens.cache", "rules.json"),
    ("whytokens.waste", "remedies.json"),
)
# A codec is a module too, imported when first asked for: those a log may be written in.
CODECS = ("utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "latin-1", "cp1252")


# What modules of the standard library import only when used.
INNER = ("_ast_unparse", "_strptime", "calendar")


def fill(names: Iterable[str]) -> None:
    """Import the engine and the named modules; those that are names inside a module are passed over."""
    for found in pkgutil.walk_packages(whytokens.__path__, "whytokens.", onerror=_raise):
        if not found.name.startswith(ABSENT):
            importlib.import_module(found.name)
    for name in (*names, *INNER):
        with suppress(ModuleNotFoundError):
            importlib.import_module(name)
    for codec in CODECS:
        codecs.lookup(codec)
    for package, file in SHIPPED:
        assets.shipped(package, file)


def wake(fetch: Callable[[], object]) -> None:
    """The first thing to do in a restored memory. `fetch` puts the standard library's files in place."""
    random.seed()
    sys.meta_path.insert(0, _Late(fetch))


class _Late(MetaPathFinder):
    """Asked for modules that are not in the memory; has the files fetched for the first one."""

    def __init__(self, fetch: Callable[[], object]) -> None:
        self._fetch = fetch

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname.partition(".")[0] in sys.stdlib_module_names:
            sys.meta_path.remove(self)
            try:
                self._fetch()
            except Exception as error:
                sys.meta_path.insert(0, self)
                raise ImportError(f"{fullname} could not be fetched", name=fullname) from error
            importlib.invalidate_caches()
        return None


def _raise(name: str) -> None:
    raise ImportError(f"{name} cannot be imported", name=name)
