"""Libraries that only some files need: installed ones, else a zip of pure Python files among the assets.

The engine itself stays on the standard library; the page fetches such a zip from its own site when a
file asks for it, as it does with vocabularies (`whytokens.assets`).
"""

from __future__ import annotations

import atexit
import importlib
import importlib.util
import shutil
import sys
import tempfile
from pathlib import Path
from types import ModuleType

from whytokens import assets


def have(module: str, asset: str) -> bool:
    """Can `load` answer without fetching?"""
    return (
        module in sys.modules or importlib.util.find_spec(module) is not None or assets.have(asset)
    )


def load(module: str, asset: str) -> ModuleType:
    """The module, installed or out of the asset."""
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError:
        folder = Path(tempfile.mkdtemp(prefix="whytokens-"))
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        path = folder / asset
        path.write_bytes(assets.read(asset))
        sys.path.append(str(path))
        importlib.invalidate_caches()
        return importlib.import_module(module)
