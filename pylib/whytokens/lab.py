"""The lab's side in Python: opens dropped files in the notebook, shows tables, saves files, plugs in wheels.

Runs in Pyodide only (`app/lab.html`); results go to the page over a BroadcastChannel, as JSON text.
"""

from __future__ import annotations

import importlib
import json
from collections.abc import Iterable, Sequence
from importlib import metadata
from pathlib import Path
from types import ModuleType
from typing import Any

from whytokens import assets, registry
from whytokens.assets import Need
from whytokens.model import Trace
from whytokens.opened import Opened
from whytokens.operations import source
from whytokens.pipeline import book_of, open_sources
from whytokens.prices import own
from whytokens.protocol import Report
from whytokens.report import report
from whytokens.templates import known

CHANNEL = "whytokens-lab"
FOLDER = Path("/tmp/lab")
# What a plug-in's module may offer under the name WHYTOKENS, by the registry's own lists.
LISTS: dict[str, tuple[ModuleType, str]] = {
    "importers": (registry, "IMPORTERS"),
    "detectors": (registry, "DETECTORS"),
    "templates": (known, "TEMPLATES"),
    "exporters": (registry, "EXPORTERS"),
    "prices": (registry, "PRICES"),
}


async def load(base: str, files: Sequence[Sequence[str]]) -> tuple[Opened, Trace, Report]:
    """Open files given as (name, address); vocabularies come from `base`, the site itself."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    found = []
    for number, (name, address) in enumerate(files):
        path = FOLDER / str(number)
        path.write_bytes(await _fetch(address))
        found.append(source({"name": name, "path": str(path)}))
    steps = open_sources(found, book_of(None, priced()))
    while True:
        try:
            event = next(steps)
        except StopIteration as stop:
            opened: Opened = stop.value
            return opened, opened.trace, report(opened)
        if isinstance(event, Need):
            assets.put(event.asset, await _fetch(f"{base}assets/{event.asset}"))


async def plug(name: str, address: str) -> list[str]:
    """Install a wheel with micropip and list what its module offers in our registry."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    path = FOLDER / name
    path.write_bytes(await _fetch(address))
    micropip = importlib.import_module("micropip")
    await micropip.install(f"emfs:{path}")
    project = name.split("-")[0]
    names = [file.parts[0].removesuffix(".py") for file in metadata.files(project) or ()]
    modules = dict.fromkeys(one for one in names if one.isidentifier())
    return [word for module in modules for word in register(importlib.import_module(module))]


async def installed(name: str, address: str) -> str:
    """A wheel plugged in, or why not: a sentence."""
    try:
        return f"Installed {name}: {', '.join(await plug(name, address))}"
    except Exception as error:
        return f"{name} cannot be installed: {type(error).__name__}: {error}"


def register(module: Any) -> list[str]:
    """Put a module's WHYTOKENS lists in front of ours; returns the keys that are new."""
    added: list[str] = []
    for kind, values in getattr(module, "WHYTOKENS", {}).items():
        module_of, name = LISTS[kind]
        setattr(module_of, name, (*values, *getattr(module_of, name)))
        added += [str(value.key) for value in values]
    return added


def priced() -> own.Own:
    """What the price sources of plug-ins say, the first before the others."""
    prices: dict[str, Any] = {}
    for one in reversed(registry.PRICES):
        prices.update(one.prices)
    return own.read(json.dumps({"prices": prices}), "the plug-in")


def table(rows: Iterable[Sequence[object]], head: Sequence[str] = ()) -> None:
    """Show rows as a table below the cell."""
    cells = [[str(cell) for cell in row] for row in rows]
    _post({"kind": "table", "head": list(head), "rows": cells})


def download(name: str, text: str) -> None:
    """Offer a text as a file."""
    _post({"kind": "file", "name": name, "text": text})


def failed(error: Exception) -> None:
    """What could not be taken in, in its own words."""
    _post({"kind": "state", "text": f"That failed: {type(error).__name__}: {error}"})


def dollars(pusd: int) -> str:
    """Picodollars as dollars, for cells."""
    return f"${pusd / 10**12:.4f}"


async def _fetch(address: str) -> bytes:
    http = importlib.import_module("pyodide.http")
    response = await http.pyfetch(address)
    return bytes(await response.bytes())


def _post(message: dict[str, Any]) -> None:
    js = importlib.import_module("js")
    channel = js.BroadcastChannel.new(CHANNEL)
    channel.postMessage(json.dumps(message))
    channel.close()
