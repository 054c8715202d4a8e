"""What the user of a coding agent can do about a finding: settings and commands, not API calls.

Spec: `remedies.json`, a row per client and findings, from the clients' own documentation. The first row
that fits holds; rows without a client are for those that have none. "needs": "servers" asks for tools of
MCP servers. `{server}` repeats its block of lines for each, `{tools}` and `{names}` are lists, `{cap}` and
`{chars}` a limit that the texts found would not have passed.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

from whytokens import assets
from whytokens.waste import Fix, Waste
from whytokens.waste.clients import Client

MAX_NAMES = 12
# No cap below this: it would cut what is read in good faith. Characters of a token in most text.
MIN_CAP_TOKENS, CHARS = 500, 4


def remedy(client: Client, detector: str, waste: Waste) -> Fix:
    """A finding's fix in the words of a client's user; the detector's own where there are none."""
    servers = _servers(waste)
    for row in rows():
        fits = row["client"] in (client.key, "") and detector in row["findings"]
        if fits and (servers or row.get("needs") != "servers"):
            lines = _filled(row.get("snippet", ()), servers, waste)
            return replace(
                waste.fix,
                text=row["text"].replace("{name}", client.name),
                snippet="\n".join(lines),
                language=row.get("language", ""),
                risk=row.get("risk", ""),
            )
    return waste.fix


@cache
def rows() -> Sequence[Mapping[str, Any]]:
    """The table, a client's own rows before those of any."""
    packed = assets.shipped("whytokens.waste", "remedies.json")
    found: Sequence[Mapping[str, Any]] = json.loads(packed)["rows"]
    return sorted(found, key=lambda row: row["client"] == "")


def _filled(lines: Sequence[str], servers: Sequence[str], waste: Waste) -> Iterator[str]:
    tools = [item.label for item in waste.evidence]
    names = [label.partition(" ")[2] or label for label in tools]
    cap = _cap(item.tokens for item in waste.evidence)
    for line in lines:
        for server in servers if "{server}" in line else ("",):
            yield (
                line.replace("{server}", server)
                .replace("{servers}", _quoted(servers))
                .replace("{tools}", _quoted(tools))
                .replace("{names}", _quoted(names))
                .replace("{cap}", str(cap))
                .replace("{chars}", str(cap * CHARS))
            )


def _cap(sizes: Iterable[int]) -> int:
    """Half of the smallest in round tokens."""
    return max(MIN_CAP_TOKENS, min(sizes, default=0) // 2 // MIN_CAP_TOKENS * MIN_CAP_TOKENS)


def _servers(waste: Waste) -> list[str]:
    """MCP servers among the labels of tools ("mcp:github search")."""
    labels = (item.label.partition(" ")[0] for item in waste.evidence)
    return list(dict.fromkeys(name[4:] for name in labels if name.startswith("mcp:")))


def _quoted(names: Sequence[str]) -> str:
    shown = ", ".join(f'"{name}"' for name in names[:MAX_NAMES])
    return shown + (", ..." if len(names) > MAX_NAMES else "")
