"""Where things lie in the checkout."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
BUILD = ROOT / ".build"
APP = ROOT / "app"
NODE_MODULES = APP / "node_modules"
SITE = ROOT / "site"
DATA = ROOT / "pylib" / "whytokens" / "data"
