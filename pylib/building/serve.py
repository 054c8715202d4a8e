"""Serves the site on loopback as a plain static host would: right types, no special headers."""

from __future__ import annotations

from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


class Handler(SimpleHTTPRequestHandler):
    """Files of one folder."""

    extensions_map = {  # noqa: RUF012
        **SimpleHTTPRequestHandler.extensions_map,
        ".js": "text/javascript",
        ".mjs": "text/javascript",
        ".json": "application/json",
        ".jsonl": "text/plain",
        ".wasm": "application/wasm",
        ".whl": "application/octet-stream",
        ".bin": "application/octet-stream",
    }

    def log_message(self, format: str, *args: object) -> None:
        """One line a file would bury the address."""


def forever(folder: Path, port: int) -> None:
    """Serve until interrupted; the next free port when `port` is taken."""
    handler = partial(Handler, directory=str(folder))
    try:
        server = ThreadingHTTPServer(("127.0.0.1", port), handler)
    except OSError:
        server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    print(f"http://127.0.0.1:{server.server_port}/", flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        server.server_close()
