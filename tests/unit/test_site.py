"""The CDN build's page: its policy names the one host, and what it loads is hashed."""

from __future__ import annotations

import re

import pytest

from building.places import APP, NODE_MODULES
from building.runtime import CORE
from building.site import CDN, CDN_PYODIDE, cdn_page, integrity

INDEX = (APP / "index.html").read_text(encoding="utf-8")


def policy(html: str) -> dict[str, list[str]]:
    match = re.search(r'Content-Security-Policy" content="([^"]+)"', html)
    assert match
    parts = (part.split() for part in match[1].split(";") if part.strip())
    return {name: values for name, *values in parts}


def test_the_default_page_names_no_other_host() -> None:
    assert "://" not in INDEX.split("<body>")[0]
    rules = policy(INDEX)
    assert rules["default-src"] == ["'none'"]
    assert rules["connect-src"] == ["'self'"]
    assert rules["script-src"] == ["'self'", "'wasm-unsafe-eval'"]
    assert rules["worker-src"] == ["'self'", "blob:"]
    assert rules["form-action"] == rules["base-uri"] == ["'none'"]


@pytest.mark.skipif(
    not (NODE_MODULES / "pyodide").is_dir(), reason="npm packages are not installed"
)
def test_the_cdn_page_names_exactly_its_host_and_hashes_what_it_loads() -> None:
    html = cdn_page(INDEX)
    rules = policy(html)
    hosts = {v for values in rules.values() for v in values if v.startswith("http")}
    assert hosts == {CDN}
    assert rules["connect-src"] == ["'self'", CDN]
    for name in CORE:
        assert integrity(NODE_MODULES / "pyodide" / name) in html
    for link in re.findall(r'<link rel="modulepreload"[^>]+>', html):
        assert CDN_PYODIDE in link
        assert 'crossorigin="anonymous"' in link
    assert f'data-pyodide="{CDN_PYODIDE}"' in html


def test_a_page_without_the_policy_is_refused() -> None:
    with pytest.raises(SystemExit):
        cdn_page("<html></html>")


def test_a_browser_without_scripts_is_told_so() -> None:
    said = re.search(r"<noscript>([^<]+)</noscript>", INDEX.partition("<body>")[2])
    assert said
    assert said[1].endswith("so it needs JavaScript. Nothing is sent to a server.")
