"""What `gemini -p … --output-format json` prints: an answer and, by model, the sums of its run.

Spec: the headless mode of Gemini CLI. The prompt includes the cache; thoughts and what tools put into the
prompt are counted apart, as the total shows.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from whytokens.importers import Guide
from whytokens.importers.logged import Logged
from whytokens.importers.records import Format, RecordImporter, Row, rows
from whytokens.importers.sums import HIDDEN, NOTE, summed
from whytokens.importers.usage import including_cache
from whytokens.importers.values import Json, as_dict, as_str, as_tokens, inside
from whytokens.model import Where


def _models(value: Any, where: Where) -> Iterator[Row]:
    """A row for each model of each run."""
    for run, at in rows(value, where):
        for model, one in as_dict(as_dict(run.get("stats")).get("models")).items():
            about = {"model": model, "session": run.get("session_id")}
            yield {**as_dict(one), **about}, inside(at, "stats", "models", model)


def _owns(row: Json) -> bool:
    return "prompt" in as_dict(row.get("tokens")) and "api" in row


def logged(row: Json, where: Where) -> Logged | None:
    spent = as_dict(row.get("tokens"))
    names = ("prompt", "tool", "candidates", "thoughts")
    prompt, tool, said, thoughts = (as_tokens(spent.get(name)) or 0 for name in names)
    usage = including_cache(
        prompt + tool,
        read=as_tokens(spent.get("cached")),
        output=said + thoughts,
        reasoning=thoughts,
    )
    one = Logged(
        where=where, provider="google", model=as_str(row.get("model")), usage=summed(usage),
        session=as_str(row.get("session")), hidden=HIDDEN,
    )  # fmt: skip
    one.tag(requests=as_dict(row.get("api")).get("totalRequests"))
    return one


GEMINI_CLI_OUTPUT = RecordImporter(
    Format(
        key="gemini_cli_output",
        label="Gemini CLI output",
        guide=Guide(
            section="Coding agents",
            what="What gemini -p prints with --output-format json",
            steps=(
                "Save the output of gemini -p … --output-format json.",
                "Or drop ~/.gemini/tmp/<project>/chats: it says more.",
            ),
            example='{"response": "…", "stats": {"models": {"gemini-2.5-pro": {"tokens": {"prompt": 24939}}}}}',
            marks=frozenset(("response", "stats", "session_id")),
            missing="single requests and all text",
        ),
        owns=_owns,
        logged=logged,
        rows=_models,
        note=lambda row: NOTE,
    )
)
