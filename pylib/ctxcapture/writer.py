"""Append-only log files: one line a call, one file a process, so that nobody waits for anybody.

A line is one write; a process that is killed loses at most the line it was writing. Files rotate
by size; a folder never grows past its cap: the oldest finished files make room, and where there are
none, new lines are dropped and counted.
"""

from __future__ import annotations

import os
import threading
import time
from typing import TYPE_CHECKING

from ctxcapture.guard import told_once
from ctxcapture.settings import Settings

if TYPE_CHECKING:
    from ctxcapture.shared import Shared
    from ctxcapture.span import Span

SUFFIX = ".otlp.jsonl"
PACKED = SUFFIX + ".gz"
# Other processes fill the same folder: look again after this much of our own.
RECOUNT_BYTES = 8 * 2**20


class Writer:
    """The files of one process. Safe for threads, and for a fork."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lock = threading.Lock()
        self._file = -1
        self._pid = 0
        self._size = 0
        self._shared: Shared | None = None
        self._room = 0  # bytes until the folder is counted again
        self.path = ""
        self.dropped = 0

    def write(self, span: Span) -> None:
        """Append one call. Raises OSError where the folder cannot be written."""
        with self._lock:
            if self._file < 0 or self._pid != os.getpid():
                self._open()
            data = self._line(span)
            if self._size and self._size + len(data) > self._settings.max_file_bytes:
                self._rotate()
                data = self._line(span)
            if self._has_room(len(data)):
                _write_all(self._file, data)
                self._size += len(data)
                if self._shared is not None:
                    self._shared.commit()

    def _line(self, span: Span) -> bytes:
        return span.line(self._shared)

    def close(self) -> None:
        with self._lock:
            if self._file >= 0 and self._pid == os.getpid():
                self._finish()

    def _open(self) -> None:
        os.makedirs(self._settings.folder, exist_ok=True)
        stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
        self._pid = os.getpid()
        name = f"{stamp}-{self._pid}-{os.urandom(3).hex()}{SUFFIX}"
        self.path = os.path.join(self._settings.folder, name)
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_CLOEXEC", 0)
        self._file = os.open(self.path, flags, 0o600)
        self._size = 0
        if self._settings.shared:
            from ctxcapture.shared import Shared

            self._shared = Shared()

    def _rotate(self) -> None:
        self._finish()
        self._open()

    def _finish(self) -> None:
        os.close(self._file)
        self._file = -1
        if self._settings.gzip and self._size:
            _pack(self.path)

    def _has_room(self, size_bytes: int) -> bool:
        self._room -= size_bytes
        if self._room < 0:
            left = _make_room(self._settings.folder, self._settings.max_disk_bytes, self.path)
            self._room = min(left, RECOUNT_BYTES) - size_bytes
            if self._room < 0:
                self.dropped += 1
                told_once(OSError("max_disk_mb is reached"), "write, the folder is full")
                return False
        return True


def _write_all(file: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(file, view) :]


def _make_room(folder: str, cap_bytes: int, mine: str) -> int:
    """Bytes left below the cap, after the oldest finished files have made room."""
    files = sorted(
        (entry.stat().st_mtime_ns, entry.stat().st_size, entry.path)
        for entry in os.scandir(folder)
        if entry.name.endswith((SUFFIX, PACKED))
    )
    left = cap_bytes - sum(size for _, size, _ in files)
    for _, size, path in files:
        if left >= RECOUNT_BYTES or left >= cap_bytes // 2:
            break
        if path != mine and not _in_use(path):
            os.unlink(path)
            left += size
    return left


def _in_use(path: str) -> bool:
    """Does the process that wrote it still run?"""
    parts = os.path.basename(path).split("-")
    if path.endswith(PACKED) or len(parts) < 3 or not parts[1].isdigit():
        return False
    if os.name == "nt":  # there, signal 0 ends a process
        return True
    try:
        os.kill(int(parts[1]), 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def _pack(path: str) -> None:
    """Compress a finished file; the plain one goes when the packed one is whole."""
    import gzip
    import shutil

    with open(path, "rb") as plain, gzip.open(f"{path}.gz", "wb", 6) as packed:
        shutil.copyfileobj(plain, packed, 2**20)
    os.unlink(path)
