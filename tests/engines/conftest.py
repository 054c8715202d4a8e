"""A tab of each other engine, and the built site; an engine that the system does not have is skipped."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from drivers import FIREFOX, MINI_BROWSER, WEBKIT_DRIVER, Tab, firefox, webkit

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture(scope="session")
def site() -> Path:
    folder = ROOT / "site"
    assert (folder / "index.html").is_file(), "no site: run python3 build.py site"
    return folder


@pytest.fixture(scope="session", params=["firefox", "webkit"])
def tab(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tab]:
    folder = tmp_path_factory.mktemp(request.param)
    if request.param == "firefox":
        if FIREFOX is None:
            pytest.skip("no Firefox on this system")
        with firefox(folder) as found:
            yield found
    else:
        if not (WEBKIT_DRIVER and MINI_BROWSER and shutil.which("xvfb-run")):
            pytest.skip("no WebKit with a driver on this system")
        with webkit(folder) as found:
            yield found
