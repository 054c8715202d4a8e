"""Thrift's compact protocol, as far as Parquet's headers need it.

Spec: github.com/apache/thrift, doc/specs/thrift-compact-protocol.md. A struct is a dict by field number.
"""

from __future__ import annotations

import struct
from typing import Any

MAX_DEPTH = 40
MAX_ITEMS = 10_000_000


class Reader:
    """Reads values from `at` on; `at` then stands behind them."""

    def __init__(self, data: bytes, at: int) -> None:
        self.data, self.at = data, at

    def varint(self) -> int:
        found = shift = 0
        while True:
            byte = self.data[self.at]
            self.at += 1
            found |= (byte & 0x7F) << shift
            if byte < 0x80:
                return found
            shift += 7
            if shift > 70:
                raise ValueError("a number without end")

    def zigzag(self) -> int:
        found = self.varint()
        return (found >> 1) ^ -(found & 1)

    def struct(self, depth: int = 0) -> dict[int, Any]:
        if depth > MAX_DEPTH:
            raise ValueError("nested too deeply")
        found: dict[int, Any] = {}
        number = 0
        while True:
            head = self.data[self.at]
            self.at += 1
            if head == 0:
                return found
            kind, step = head & 15, head >> 4
            number = number + step if step else self.zigzag()
            found[number] = kind == 1 if kind in (1, 2) else self._value(kind, depth)

    def _value(self, kind: int, depth: int) -> Any:
        if kind in (1, 2, 3):
            self.at += 1
            byte = self.data[self.at - 1]
            return byte == 1 if kind != 3 else byte
        if kind in (4, 5, 6):
            return self.zigzag()
        if kind == 7:
            self.at += 8
            return struct.unpack_from("<d", self.data, self.at - 8)[0]
        if kind == 8:
            size = self.varint()
            self.at += size
            return self.data[self.at - size : self.at]
        if kind in (9, 10):
            head = self.data[self.at]
            self.at += 1
            size = head >> 4 if head >> 4 < 15 else self.varint()
            if size > MAX_ITEMS:
                raise ValueError("a list of more items than a file can hold")
            return [self._value(head & 15, depth + 1) for _ in range(size)]
        if kind == 12:
            return self.struct(depth + 1)
        if kind == 11:
            size = self.varint()
            kinds = self.data[self.at] if size else 0
            self.at += 1 if size else 0
            return {
                self._value(kinds >> 4, depth + 1): self._value(kinds & 15, depth + 1)
                for _ in range(size)
            }
        raise ValueError(f"type {kind} is not of the compact protocol")
