"""Headers on their way through: what is ours stays here, what belongs to one hop ends with it.

Tags come in `x-whytokens-<tag>` and in the headers that Helicone's users already send; none of
them reaches the provider. Keys pass through and are never kept; a budget knows a key by its hash.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping

Pairs = list[tuple[bytes, bytes]]
HOP_BY_HOP = frozenset(
    (b"connection", b"keep-alive", b"proxy-authenticate", b"proxy-authorization", b"te", b"trailer",
     b"transfer-encoding", b"upgrade", b"host", b"content-length")
)  # fmt: skip
OURS = (b"x-whytokens-", b"helicone-")
TAG = "x-whytokens-"
PROPERTY = "helicone-property-"
HELICONE = {
    "helicone-user-id": "user",
    "helicone-session-id": "session",
    "helicone-session-name": "workflow",
    "helicone-session-path": "agent",
    "helicone-prompt-id": "prompt",
}
KEYS = ("authorization", "x-api-key", "api-key", "x-goog-api-key")


def plain(raw: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    """Headers by lower-case name, the last of a name."""
    return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in raw}


def upstream(raw: Iterable[tuple[bytes, bytes]]) -> Pairs:
    """What goes on to the provider."""
    return [
        (name, value)
        for name, value in raw
        if name.lower() not in HOP_BY_HOP and not name.lower().startswith(OURS)
    ]


def downstream(raw: Iterable[tuple[bytes, bytes]]) -> Pairs:
    """What goes back to the client: the provider's own, its length included."""
    kept = HOP_BY_HOP - {b"content-length"}
    return [(name, value) for name, value in raw if name.lower() not in kept]


def tags(headers: Mapping[str, str]) -> dict[str, str]:
    """The tags of a request."""
    found = {word: headers[name] for name, word in HELICONE.items() if headers.get(name)}
    for name, value in headers.items():
        for start in (PROPERTY, TAG):
            if name.startswith(start) and value:
                found[name.removeprefix(start).replace("-", "_")] = value
    return found


def key_of(headers: Mapping[str, str]) -> str:
    """A name for the key of a request that cannot be turned back into it; "" without one."""
    found = next((headers[name] for name in KEYS if headers.get(name)), "")
    return hashlib.sha256(found.encode()).hexdigest()[:12] if found else ""
