"""Gemini CLI's telemetry file (``--telemetry-outfile``), and Qwen Code's: records set one after another.

Spec: Gemini CLI's documents, "Telemetry", and the OpenTelemetry SDK's own JSON of log records. Each
`api_response` counts one request; the request's contents stand in the `api_request` before it, where
prompts may be logged. Spans and metrics in the file say the same again.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from whytokens.builder import TraceBuilder
from whytokens.importers import Guide, usage
from whytokens.importers.conversation import SYSTEM_AND_TOOLS, Conversation
from whytokens.importers.per_file import by_file
from whytokens.importers.talks import Talk, TalkImporter
from whytokens.importers.values import (
    Json,
    as_count,
    as_dict,
    as_list,
    as_str,
    as_time,
    decoded,
    inside,
)
from whytokens.model import Usage, Where

PREFIXES = {"gemini_cli.": "google", "qwen-code.": None}
COUNTERS = {
    "input_token_count": "promptTokenCount", "output_token_count": "candidatesTokenCount",
    "cached_content_token_count": "cachedContentTokenCount", "thoughts_token_count": "thoughtsTokenCount",
    "tool_token_count": "toolUsePromptTokenCount", "total_token_count": "totalTokenCount",
}  # fmt: skip
# What other records of the file have: spans, metrics, and records of no event.
ALSO = frozenset(("hrTime", "scopeMetrics", "traceId", "spanContext", "descriptor", "resource"))


def counted(attributes: Json) -> Usage | None:
    """The counts of a response, under the names that the API gives them."""
    return usage.gemini({name: attributes.get(key) for key, name in COUNTERS.items()})


def _prefix(attributes: Json) -> str | None:
    name = as_str(attributes.get("event.name")) or ""
    return next((one for one in PREFIXES if name.startswith(one)), None)


class _Log:
    """The records of one file."""

    def __init__(self, builder: TraceBuilder, file: str) -> None:
        self.builder = builder
        self._asked: dict[
            str, tuple[Any, Where]
        ] = {}  # by prompt, the contents of its last request

    def line(self, value: Any, where: Where) -> bool:
        record = as_dict(value)
        about = as_dict(record.get("attributes"))
        prefix = _prefix(about)
        if prefix is None:
            return bool(ALSO & record.keys())
        kind, prompt = about["event.name"].removeprefix(prefix), str(about.get("prompt_id"))
        if kind == "api_request":
            at = inside(where, "attributes", "request_text")
            self._asked[prompt] = (decoded(about.get("request_text")), at)
        elif kind in ("api_response", "api_error"):
            self._call(record, about, PREFIXES[prefix], self._asked.pop(prompt, None), where)
        return True

    def _call(
        self,
        record: Json,
        about: Json,
        provider: str | None,
        asked: tuple[Any, Where] | None,
        where: Where,
    ) -> None:
        spent, error = (
            counted(about),
            as_str(about.get("error")) or as_str(about.get("error.message")),
        )
        if spent is None and error is None:
            return
        talk = Conversation(
            self.builder, as_str(about.get("session.id")), SYSTEM_AND_TOOLS,
            model=as_str(about.get("model")), provider=provider,
        )  # fmt: skip
        for number, content in enumerate(as_list(asked[0]) if asked else ()):
            talk.hear(content, inside(asked[1], number) if asked else where)
        status = as_count(about.get("status_code"))
        talk.reply(
            {"role": "assistant", "content": decoded(about.get("response_text"))},
            where,
            spent if error is None else None,
            started=as_time(about.get("event.timestamp")) or _time(record),
            duration_ms=as_count(about.get("duration_ms")),
            error=error or (f"HTTP {status}" if status and status >= 400 else None),
            tags={"auth": str(about["auth_type"])} if as_str(about.get("auth_type")) else {},
        )

    def finish(self) -> None:
        self._asked.clear()


def _time(record: Json) -> datetime | None:
    """The SDK's pair of seconds and nanoseconds."""
    pair = as_list(record.get("hrTime")) or as_list(record.get("_hrTime"))
    return as_time(pair[0]) if pair else None


def _owns(value: Any) -> bool:
    record = as_dict(value)
    return "resourceLogs" not in record and _prefix(as_dict(record.get("attributes"))) is not None


GEMINI_CLI_TELEMETRY = TalkImporter(
    Talk(
        key="gemini_cli_telemetry",
        label="Gemini CLI telemetry",
        guide=Guide(
            section="Coding agents",
            what="The file that gemini --telemetry-outfile writes, Qwen Code's too",
            steps=(
                "Run gemini --telemetry --telemetry-target=local --telemetry-outfile=telemetry.log.",
                "With --telemetry-log-prompts the text of the requests is in it.",
            ),
            example='{"hrTime": [1788256803, 0], "attributes": {"event.name": "gemini_cli.api_response"}}',
            marks=frozenset(("hrTime", "instrumentationScope", "input_token_count", "prompt_id")),
            missing="the system prompt and the tool schemas",
        ),
        owns=_owns,
        read=by_file("gemini_cli_telemetry", _Log),
        gathers=True,
    )
)
