"""Claude's vocabularies by the public reconstruction `ctok` (MIT). Never exact: "reconstructed"."""

from __future__ import annotations

import re
from typing import Literal

Family = Literal["v3", "v4.7", "v4.8"]
V4_7 = re.compile(r"opus-4[-.]7", re.IGNORECASE)
V4_8 = re.compile(r"opus-4[-.][89]|(sonnet|opus|haiku)-5|fable|mythos|claude-5", re.IGNORECASE)


def family(model: str) -> Family:
    """Which generation's vocabulary a Claude model reads with."""
    if V4_7.search(model):
        return "v4.7"
    return "v4.8" if V4_8.search(model) else "v3"
