"""HAR 1.2 of browsers, proxies and Polly.js: the requests to models among all others.

Spec: w3c.github.io/web-performance/specs/HAR; formats, section 5. Polly also keeps YAML.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from whytokens.importers import Guide, http
from whytokens.importers.http import Recorded
from whytokens.importers.recordings import RecordingImporter, under
from whytokens.importers.values import as_count, as_dict, as_list, as_str, as_time
from whytokens.model import Where


def recorded(value: Any, where: Where) -> Iterator[Recorded]:
    log = as_dict(as_dict(value).get("log"))
    for number, item in enumerate(as_list(log.get("entries"))):
        entry = as_dict(item)
        request, response = as_dict(entry.get("request")), as_dict(entry.get("response"))
        content = as_dict(response.get("content"))
        text = as_str(content.get("text")) or ""
        yield Recorded(
            url=as_str(request.get("url")) or "",
            request=as_str(as_dict(request.get("postData")).get("text")),
            response=http.from_base64(text) if content.get("encoding") == "base64" else text,
            status=as_count(response.get("status")),
            started=as_time(entry.get("startedDateTime")),
            duration_ms=http.milliseconds(entry.get("time")),
            packing=http.header(response.get("headers"), "content-encoding"),
            date=http.header(response.get("headers"), "date"),
            where=under(where, "log", "entries", number, "request", "postData", "text"),
        )


def _is(value: Any) -> bool:
    return isinstance(as_dict(as_dict(value).get("log")).get("entries"), list)


HAR = RecordingImporter(
    key="har",
    label="HAR",
    guide=Guide(
        section="Requests and responses",
        what="Network requests of a browser or proxy, requests to models picked out of all others",
        steps=(
            "DevTools, Network, Export HAR (with content).",
            "Or save the flows of mitmproxy, Proxyman or Charles as HAR.",
        ),
        example=(
            '{"log": {"version": "1.2", "entries": [{"request": {"url": "…", '
            '"postData": {…}}, "response": {…}}]}}'
        ),
        marks=frozenset(("log", "entries", "startedDateTime", "postData")),
        missing="responses that the browser had already dropped",
    ),
    recorded=recorded,
    owns=_is,
    marks=('"entries"', "entries:"),
    also=('"startedDateTime"', "startedDateTime:"),
)
