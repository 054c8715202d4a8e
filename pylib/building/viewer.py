"""The saved page: index.html with its scripts and styles inside it and a place for the data.

Its policy names the hashes of exactly that script and style and allows nothing else: a saved page can
neither fetch nor run anything that came with a trace.
"""

from __future__ import annotations

import base64
import hashlib
import re
import shutil
import subprocess
from pathlib import Path

from building.packages import npm
from building.places import APP, BUILD, NODE_MODULES

DATA_MARK = "@@DATA@@"
STYLE = re.compile(r'<link rel="stylesheet" href="(styles/[\w-]+\.css)">')
# Chart libraries, each one module: what the page takes of it, and its name in the site.
VENDORED = {"flame/vendor-entry.js": "flamegraph.js", "charts/vendor-entry.js": "uplot.js"}


def bake(out: Path) -> None:
    """Write ``viewer.html`` when what it is made of is newer."""
    npm()
    sources = [path for path in sorted(APP.rglob("*")) if _counts(path)]
    content = b"".join(path.read_bytes() for path in sources) + Path(__file__).read_bytes()
    stamp = BUILD / "viewer.sha256"
    wanted = hashlib.sha256(content).hexdigest()
    target = out / "viewer.html"
    if target.exists() and stamp.exists() and stamp.read_text() == wanted:
        return
    script, style = _bundled()
    target.write_text(_page(script, style), encoding="utf-8")
    stamp.write_text(wanted)


def _counts(path: Path) -> bool:
    inside = path.relative_to(APP)
    return "node_modules" not in inside.parts and path.suffix in (".js", ".css", ".html")


def charts(out: Path) -> None:
    """The chart libraries with what they depend on, each as one module in the folder `out`."""
    for entry, name in VENDORED.items():
        made = out / name
        _esbuild(
            APP / entry,
            "--format=esm",
            "--target=es2022",
            "--legal-comments=eof",
            f"--outfile={made}",
        )
        made.with_suffix(".css").unlink(missing_ok=True)


def _bundled() -> tuple[str, str]:
    work = BUILD / "viewer"
    shutil.rmtree(work, ignore_errors=True)
    shutil.copytree(APP, work, ignore=shutil.ignore_patterns("node_modules"))
    charts(work / "vendor")
    _esbuild(work / "viewer.js", "--format=iife", "--target=es2022", "--legal-comments=none",
             "--charset=utf8", f"--outfile={work / 'out.js'}")  # fmt: skip
    index = (work / "index.html").read_text(encoding="utf-8")
    style = "".join((work / name).read_text(encoding="utf-8") for name in STYLE.findall(index))
    return (work / "out.js").read_text(encoding="utf-8").strip(), style


def _esbuild(entry: Path, *options: str) -> None:
    program = str(NODE_MODULES / ".bin" / "esbuild")
    command = [program, str(entry), "--bundle", "--minify", "--log-level=error", *options]
    subprocess.run(command, check=True)


def _page(script: str, style: str) -> str:
    """The page's body in a document that needs no other file."""
    if "</script" in script.lower() or "</style" in style.lower():
        raise SystemExit("the bundle would end its own element")
    html = (APP / "index.html").read_text(encoding="utf-8")
    body = html[html.index("<body>") : html.index("</body>")]
    policy = (
        f"default-src 'none'; script-src '{_hash(script)}'; style-src '{_hash(style)}'; "
        "img-src data: blob:; form-action 'none'; base-uri 'none'"
    )
    head = re.sub(r"\n<(?:link|script)[^\n]*", "", html[: html.index("<body>")])
    head = re.sub(r'(Content-Security-Policy" content=")[^"]*', rf"\g<1>{policy}", head)
    return (
        head.replace("</head>", f"<style>{style}</style>\n</head>")
        + body
        + f'<script type="application/json" id="data">{DATA_MARK}</script>\n'
        + f"<script>{script}</script>\n</body>\n</html>\n"
    )


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
