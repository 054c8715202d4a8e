"""`build.py test`: every layer of tests, and how many ran in each."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree
from contextlib import suppress
from dataclasses import dataclass

from building import bake, site
from building.packages import npm
from building.places import APP, BUILD, NODE_MODULES, ROOT, SITE

CHROMIUM = "/usr/bin/chromium"
PYTEST_LAYERS = (
    "unit",
    "golden",
    "errors",
    "property",
    "capture",
    "real",
    "pyodide",
    "browser",
    "engines",
)
LAYERS = ("lint", *PYTEST_LAYERS)
NEED_SITE = ("pyodide", "browser", "engines")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a layer came to."""

    layer: str
    ok: bool
    tests: int
    skipped: int
    seconds: float


def run(layers: list[str]) -> int:
    """Run the layers (all when none is named); 0 when all are green."""
    wanted = layers or list(LAYERS)
    unknown = [layer for layer in wanted if layer not in LAYERS]
    if unknown:
        print(f"no layer {', '.join(unknown)}; there are: {', '.join(LAYERS)}")
        return 2
    npm()
    bake.everything()
    if any(layer in NEED_SITE for layer in wanted):
        site.build(SITE, assets="self")
    if "browser" in wanted:
        chromium()
    if "engines" in wanted:
        engines()
    outcomes = [_layer(layer) for layer in wanted]
    _table(outcomes)
    return 0 if all(outcome.ok for outcome in outcomes) else 1


def chromium() -> None:
    """Debian's Chromium, installed where it is missing."""
    if not (shutil.which("chromium") or os.environ.get("WHYTOKENS_CHROMIUM")):
        _install("chromium")


def engines() -> None:
    """Debian's Firefox and WebKit, installed where they are missing; tests skip what a system has not."""
    if not (shutil.which("firefox-esr") and shutil.which("WebKitWebDriver")):
        with suppress(subprocess.CalledProcessError, OSError):
            _install("firefox-esr", "webkit2gtk-driver", "xvfb", "xauth")


def _install(*packages: str) -> None:
    print(f"installing {', '.join(packages)} (once)", flush=True)
    sudo = [] if os.geteuid() == 0 else ["sudo"]
    apt = [*sudo, "apt-get", "-qq", "-o", "Dpkg::Use-Pty=0"]
    subprocess.run([*apt, "update"], check=True, stdout=subprocess.DEVNULL)
    install = [*apt, "install", "-y", "--no-install-recommends", *packages]
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(install, check=True, stdout=subprocess.DEVNULL, env=quiet)


def _layer(layer: str) -> Outcome:
    print(f"== {layer}", flush=True)
    start = time.monotonic()
    ok, tests, skipped = _lint() if layer == "lint" else _pytest(layer)
    return Outcome(layer, ok, tests, skipped, time.monotonic() - start)


def _lint() -> tuple[bool, int, int]:
    python = [sys.executable, "-m"]
    tools = NODE_MODULES / ".bin"
    # What counts as first-party depends on other files, which ruff's cache does not look at.
    ruff, options = [*python, "ruff"], ["--no-cache", "--quiet", "pylib", "tests", "build.py"]
    checks: list[tuple[list[str], object]] = [
        ([*ruff, "format", "--check", *options], ROOT),
        ([*ruff, "check", *options], ROOT),
        ([*python, "mypy", "--no-error-summary"], ROOT),
        ([str(tools / "biome"), "check", "--error-on-warnings", "."], APP),
        ([str(tools / "tsc"), "--project", "."], APP),
    ]
    ok = True
    for command, folder in checks:
        done = subprocess.run(command, cwd=str(folder), check=False)
        ok = ok and done.returncode == 0
    return ok, len(checks), 0


def _pytest(layer: str) -> tuple[bool, int, int]:
    folder = ROOT / "tests" / layer
    if not folder.is_dir():
        return True, 0, 0
    results = BUILD / f"{layer}.xml"
    results.unlink(missing_ok=True)
    command = [sys.executable, "-m", "pytest", "-q", str(folder), f"--junit-xml={results}"]
    code = subprocess.run(command, cwd=ROOT, check=False).returncode
    if not results.exists():
        return False, 0, 0
    suite = next(ElementTree.parse(results).getroot().iter("testsuite"))
    tests, skipped = int(suite.get("tests", 0)), int(suite.get("skipped", 0))
    return code == 0, tests - skipped, skipped


def _table(outcomes: list[Outcome]) -> None:
    print(f"\n{'layer':10} {'tests':>6} {'skipped':>8} {'seconds':>8}")
    for one in outcomes:
        state = "" if one.ok else "  FAILED"
        print(f"{one.layer:10} {one.tests:6} {one.skipped:8} {one.seconds:8.1f}{state}")
    total = sum(one.tests for one in outcomes)
    print(f"{'all':10} {total:6} {sum(one.skipped for one in outcomes):8}")
