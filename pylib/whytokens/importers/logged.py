"""A chat request as an observability log has it: the one shape that every such format maps to.

`whytokens.importers.ledger` turns it into segments, messages and a call. Content stays in whatever
dialect it was logged; `whytokens.importers.dialects` reads them all.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from whytokens.importers import usage
from whytokens.importers.values import Json, as_str
from whytokens.model import Usage, Where


@dataclass(slots=True, kw_only=True)
class Logged:
    """Everything may be missing. `body` and `reply_body` are verbatim bodies where the log has
    them: they win over `system`, `messages`, `tools` and `output`. `group`, `span` and `parent` place
    it among nested spans; `outer` says that it is known to sum up what is nested in it; `echo` that it
    repeats the request of an earlier span, whose stream it ends; `left_out` says what else than a model's
    answer was asked for; `hidden` names what was sent but is not in the file."""

    where: Where
    body: Json = field(default_factory=dict)
    reply_body: Json = field(default_factory=dict)
    url: str = ""
    provider: str | None = None
    model: str | None = None
    responses: bool = False
    system: Any = None
    messages: Any = None
    tools: Any = None
    output: Any = None
    settings: Json = field(default_factory=dict)
    usage: Usage | None = None
    cost_pusd: int | None = None
    id: str | None = None
    stop_reason: str | None = None
    error: str | None = None
    tier: str | None = None
    started: datetime | None = None
    ended: datetime | None = None
    duration_ms: int | None = None
    session: str | None = None
    tags: dict[str, str] = field(default_factory=dict)
    group: str = ""
    span: str = ""
    parent: str = ""
    call: bool = True
    outer: bool = False
    echo: bool = False
    left_out: str | None = None
    hidden: str | None = None

    def tag(self, **found: Any) -> None:
        """Note tags; what was noted first stays."""
        for key, value in found.items():
            text = as_str(value) if not isinstance(value, int | float) else str(value)
            if text and key not in self.tags:
                self.tags[key] = text[:MAX_TAG_CHARS]


# A tag is a word to group by, not a text.
MAX_TAG_CHARS = 200


def tokens(
    prompt: int | None,
    output: int | None,
    *,
    read: int | None = None,
    write: int | None = None,
    write_1h: int | None = None,
    reasoning: int | None = None,
    total: int | None = None,
) -> Usage | None:
    """Counts of a log whose input includes what was cached; more read than input says that it does
    not (formats, rule 1: some exporters hand on Anthropic's own counts)."""
    cached, hour = (read or 0) + (write or 0), min(write_1h or 0, write or 0)
    if prompt is not None and cached > prompt:
        return usage.excluding_cache(
            prompt, read=read, write_5m=(write or 0) - hour, write_1h=hour,
            output=output, reasoning=reasoning,
        )  # fmt: skip
    return usage.including_cache(
        prompt, read=read, write_5m=(write or 0) - hour, write_1h=hour,
        output=output, reasoning=reasoning, total=total,
    )  # fmt: skip
