"""`whytokens open FILES`: the page on loopback, with these files open. Nothing leaves the machine.

The page is the built site: `--site`, else WHYTOKENS_SITE, else `site/` of a checkout.
"""

from __future__ import annotations

import argparse
import json
import os
import secrets
import sys
import webbrowser
from collections.abc import Sequence
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import quote

from whytokens.commands import Command
from whytokens.commands.opening import STDIN
from whytokens.errors import TraceError
from whytokens.model import Where

TYPES = {".js": "text/javascript", ".mjs": "text/javascript", ".wasm": "application/wasm"}


class Handler(SimpleHTTPRequestHandler):
    """The site's files, and under `/local/<secret>/` the files to open."""

    extensions_map = {**SimpleHTTPRequestHandler.extensions_map, **TYPES}  # noqa: RUF012

    def __init__(self, *args: object, files: Sequence[Path], key: str, site: Path) -> None:
        self.files, self.key = files, key
        super().__init__(*args, directory=str(site))  # type: ignore[arg-type]

    def log_message(self, format: str, *args: object) -> None:
        """A line a request would bury the address."""

    def do_GET(self) -> None:
        """A file of the user's, or one of the site."""
        start = f"/local/{self.key}/"
        if not self.path.startswith(start):
            super().do_GET()
            return
        name = self.path.removeprefix(start).partition("?")[0]
        if name == "files.json":
            names = [file.name for file in self.files]
            self._send(json.dumps(names).encode(), "application/json")
        elif name.isdigit() and int(name) < len(self.files):
            self._send(self.files[int(name)].read_bytes(), "application/octet-stream")
        else:
            self.send_error(404)

    def _send(self, data: bytes, kind: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


def _options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("files", nargs="*", help="logs or folders of logs")
    parser.add_argument("--site", type=Path, help="the built site")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--no-browser", action="store_true", help="print the address only")


def _act(options: argparse.Namespace) -> int:
    server, address = serving(options.files, find_site(options.site), options.port)
    sys.stdout.write(f"{address}\n")
    sys.stdout.flush()
    if not options.no_browser:
        webbrowser.open(address)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        server.server_close()
    return 0


def serving(names: Sequence[str], site: Path, port: int) -> tuple[ThreadingHTTPServer, str]:
    """A server that is bound, and the address that opens the files. Raises TraceError, OSError."""
    paths = [Path(name) for name in names if name != STDIN]
    files = [
        f for p in paths for f in (sorted(p.rglob("*")) if p.is_dir() else [p]) if not f.is_dir()
    ]
    for file in files:
        if not file.is_file():
            place = Where(file=file.name)
            raise TraceError(
                "unknown-format", f"{file} cannot be read.", "It is no file.", where=place
            )
    key = secrets.token_urlsafe(12)  # other pages of this machine cannot guess where the files are
    handler = partial(Handler, files=files, key=key, site=site)
    server = ThreadingHTTPServer(("127.0.0.1", port), handler)
    query = f"?local={quote(key)}" if files else ""
    return server, f"http://127.0.0.1:{server.server_port}/{query}"


def find_site(given: Path | None) -> Path:
    """The folder of the built site. Raises TraceError where there is none."""
    own = os.environ.get("WHYTOKENS_SITE")
    checkout = Path(__file__).parents[3] / "site"
    site = given or (Path(own) if own else checkout)
    if (site / "index.html").is_file():
        return site
    raise TraceError(
        "unknown-format", f"There is no built site in {site}.", "The page is a folder of static files.",
        where=Where(file=str(site)), hint="python3 build.py site, or --site FOLDER.",
    )  # fmt: skip


OPEN = Command(
    name="open", help="the page on this machine with logs open", options=_options, act=_act
)
