"""Servers for browser tests: the built site as a plain static host would serve it, and a canary."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

BASE = "/some/project/"  # a sub-path, as on GitHub Pages
POLICY = re.compile(rb'<meta\s+http-equiv="Content-Security-Policy".*?>', re.DOTALL)


class _Site(SimpleHTTPRequestHandler):
    """The folder under BASE, without any special header. `open_policy` strips the CSP element."""

    extensions_map = {  # noqa: RUF012
        **SimpleHTTPRequestHandler.extensions_map,
        ".mjs": "text/javascript",
        ".js": "text/javascript",
        ".wasm": "application/wasm",
        ".json": "application/json",
    }

    def __init__(self, *arguments, folder: Path, open_policy: bool) -> None:
        self.open_policy = open_policy
        super().__init__(*arguments, directory=str(folder))

    def do_GET(self) -> None:
        if not self.path.startswith(BASE):
            self.send_error(404)
            return
        self.path = "/" + self.path.removeprefix(BASE)
        if self.open_policy and self.path.split("?")[0] in ("/", "/index.html"):
            body = POLICY.sub(b"", Path(self.directory, "index.html").read_bytes())
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
            return
        super().do_GET()

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def serve(folder: Path, *, open_policy: bool = False) -> Iterator[str]:
    """The site's address while the block runs."""
    handler = partial(_Site, folder=folder, open_policy=open_policy)
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}{BASE}"
    finally:
        server.shutdown()
        server.server_close()


class Canary:
    """Another origin that remembers what reached it, over HTTP and over UDP (WebRTC)."""

    def __init__(self) -> None:
        self.hits: list[str] = []
        canary = self

        class Handler(SimpleHTTPRequestHandler):
            def _note(self) -> None:
                canary.hits.append(self.path)
                self.send_response(200)
                self.send_header("Access-Control-Allow-Origin", "*")
                self.send_header("Content-Type", "text/javascript")
                self.send_header("Content-Length", "0")
                self.end_headers()

            do_GET = do_POST = do_OPTIONS = do_HEAD = _note  # noqa: N815

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_port
        self.udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.udp.bind(("127.0.0.1", 0))
        self.udp_port = self.udp.getsockname()[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        while True:
            try:
                data, _ = self.udp.recvfrom(2048)
            except OSError:
                return
            if data:
                self.hits.append("/webrtc")

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.udp.close()
