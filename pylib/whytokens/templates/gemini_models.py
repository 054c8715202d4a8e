"""Which of Gemini's renderings a request has: by the API that was asked and the model's generation.

Spec: facts 2.4. "early" = 1.5 and 2.0 everywhere, and Vertex until 3.1; "keyed" = Vertex from 3.5 on.
"""

from __future__ import annotations

import re
from typing import Literal

from whytokens.templates import Context

Rendering = Literal["early", "keyed", "2.5", "3"]
GENERATION = re.compile(r"gemini-(\d+)(?:\.(\d+))?")
KEYED = (3, 5)


def generation(context: Context) -> tuple[int, int]:
    match = GENERATION.search(context.model)
    return (int(match[1]), int(match[2] or 0)) if match else (3, 0)


def rendering(context: Context) -> Rendering:
    major, minor = generation(context)
    if context.provider == "vertex" and (major, minor) >= KEYED:
        return "keyed"
    if context.provider == "vertex" or (major, minor) < (2, 5):
        return "early"
    return "2.5" if major == 2 else "3"
