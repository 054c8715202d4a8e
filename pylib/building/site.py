"""The static site: the page, Pyodide with our wheels, vocabularies, samples. Works under any path.

`assets="cdn"` takes Pyodide from a public CDN instead, with integrity hashes and a
policy that names that host; everything of ours stays on the site.
"""

from __future__ import annotations

import base64
import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

from building import bake, formats, runtime, viewer
from building.packages import npm
from building.places import APP, BUILD, DATA, NODE_MODULES
from whytokens import __version__, registry
from whytokens.pipeline import run
from whytokens.report import report
from whytokens.worker import source

PAGE_SUFFIXES = (".html", ".js", ".css", ".svg", ".webmanifest")
PAGE_DATA = ("lab.json",)
NOT_SERVED = ("vendor-entry.js", "viewer.js")
# Loaded when asked for, never ahead: the lab's own parts.
NOT_AHEAD = (
    "lab.",
    "questions.js",
    "sw.js",
    "vendor/pyscript",
    "vendor/pyodide/micropip",
    "vendor/pyodide/packaging",
)
BANNER = '<aside class="banner" aria-label="What this page may contact" data-testid="banner">'
OPEN_URL_BANNER = "This page may contact the address in the link, nothing else."
CDN = "https://cdn.jsdelivr.net"
CDN_PYODIDE = f"{CDN}/npm/pyodide@314.0.7/"


def build(out: Path, *, assets: str) -> Path:
    """Write the whole site into `out`, replacing what was there."""
    npm()
    bake.everything()
    fresh = out.with_name(out.name + ".new")
    shutil.rmtree(fresh, ignore_errors=True)
    _copy_page(fresh)
    formats.write_page(fresh)
    runtime.write(fresh / "vendor" / "pyodide", own=assets == "self")
    viewer.charts(fresh / "vendor")
    shutil.copytree(DATA, fresh / "assets")
    _pyscript(fresh / "vendor" / "pyscript")
    _samples(fresh / "samples")
    if assets == "cdn":
        index = fresh / "index.html"
        index.write_text(cdn_page(index.read_text(encoding="utf-8")), encoding="utf-8")
    _open_url(fresh)
    _build_info(fresh)
    _offline(fresh)
    shutil.rmtree(out, ignore_errors=True)
    fresh.rename(out)
    return out


def _copy_page(out: Path) -> None:
    for path in sorted(APP.rglob("*")):
        inside = path.relative_to(APP)
        if "node_modules" in inside.parts or path.name in NOT_SERVED:
            continue
        if path.is_file() and (path.suffix in PAGE_SUFFIXES or path.name in PAGE_DATA):
            target = out / inside
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)


def _pyscript(out: Path) -> None:
    """PyScript for the lab, whole but for source maps."""
    made = NODE_MODULES / "@pyscript" / "core" / "dist"
    out.mkdir(parents=True)
    for path in sorted(made.glob("*")):
        if path.suffix in (".js", ".css"):
            shutil.copyfile(path, out / path.name)


def _samples(out: Path) -> None:
    """The sample logs with their reports, so that the first picture needs no Python."""
    shutil.copytree(BUILD / "samples", out)
    index = json.loads((out / "index.json").read_text())
    for sample in index:
        name = f"{sample['id']}.jsonl"
        opened = run([source({"name": name, "path": str(out / name)})])
        made: dict[str, Any] = {"report": report(opened)}
        made |= {one.key: one.make(opened) for one in registry.LAYOUTS if one.key != "merged"}
        for key, value in made.items():
            text = json.dumps(value, separators=(",", ":"))
            (out / f"{sample['id']}.{key}.json").write_text(text, encoding="utf-8")
        sample |= {"file": f"samples/{name}", "report": f"samples/{sample['id']}.report.json"}
    (out / "index.json").write_text(json.dumps(index), encoding="utf-8")


def _open_url(out: Path) -> None:
    """The page that may fetch the one address in its link: a looser policy, and a banner that says so."""
    html = (out / "index.html").read_text(encoding="utf-8")
    changes = (
        ("connect-src 'self'", "connect-src 'self' https: http://localhost:* http://127.0.0.1:*"),
        ('<script src="guard.js">', '<script src="open-url.js"></script>\n<script src="guard.js">'),
        ("<header ", f"{BANNER}{OPEN_URL_BANNER}</aside>\n<header "),
        (
            "its security policy blocks it from contacting any other site",
            "its security policy lets it contact the address in its link, nothing else",
        ),
    )
    for old, new in changes:
        if html.count(old) != 1:
            raise SystemExit(f"index.html holds {old!r} {html.count(old)} times")
        html = html.replace(old, new)
    (out / "open-url.html").write_text(html, encoding="utf-8")


def _offline(out: Path) -> None:
    """The service worker's list of what it keeps; its version changes with any byte of them."""
    paths = [path for path in sorted(out.rglob("*")) if path.is_file()]
    names = [path.relative_to(out).as_posix() for path in paths]
    kept = {
        name: path
        for name, path in zip(names, paths, strict=True)
        if not name.startswith(NOT_AHEAD)
    }
    content = hashlib.sha256()
    for name, path in kept.items():
        content.update(name.encode() + path.read_bytes())
    worker = out / "sw.js"
    listed = json.dumps(json.dumps(list(kept)))[1:-1]
    script = worker.read_text(encoding="utf-8").replace("@@FILES@@", listed)
    script = script.replace("@@VERSION@@", content.hexdigest()[:16])
    worker.write_text(script, encoding="utf-8")


def _build_info(out: Path) -> None:
    """Every file with its size: the page shows how much of Python has come."""
    files = {
        path.relative_to(out).as_posix(): path.stat().st_size
        for path in sorted(out.rglob("*"))
        if path.is_file()
    }
    info = {"version": __version__, "files": files}
    (out / "build-info.json").write_text(json.dumps(info), encoding="utf-8")


def integrity(path: Path) -> str:
    """A subresource integrity value."""
    return "sha384-" + base64.b64encode(hashlib.sha384(path.read_bytes()).digest()).decode()


def cdn_page(html: str) -> str:
    """The page with Pyodide from the CDN: hashes for what it loads, its host in the policy."""
    for directive in ("script-src 'self'", "connect-src 'self'"):
        if directive not in html:
            raise SystemExit(f"index.html has no {directive}")
        html = html.replace(directive, f"{directive} {CDN}")
    hashes = {name: integrity(NODE_MODULES / "pyodide" / name) for name in runtime.CORE}
    links = "".join(
        f'<link rel="modulepreload" href="{CDN_PYODIDE}{name}" integrity="{hashes[name]}" '
        'crossorigin="anonymous">\n'
        for name in runtime.CORE
        if name.endswith(".mjs")
    )
    html = html.replace(
        'data-pyodide="vendor/pyodide/"',
        f'data-pyodide="{CDN_PYODIDE}" data-wasm-integrity="{hashes["pyodide.asm.wasm"]}"',
    )
    return html.replace("</head>", f"{links}</head>")
