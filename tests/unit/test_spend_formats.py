"""Usage-only records of any kind feed every table of spend, through the same seam as the page."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import month
from whytokens import registry
from whytokens.worker import handle

METRICS = (
    Path(__file__).parent.parent
    / "fixtures"
    / "otel_metrics"
    / "delta-and-cumulative"
    / "metrics.jsonl"
)
RECORDS = month.month(120)
KNOWN = {one.key for one in registry.IMPORTERS}
# Importer, file, text, whether the format carries what was read from a cache.
FORMATS: list[tuple[str, str, Callable[[], str], bool]] = [
    ("litellm", "spend.jsonl", lambda: month.litellm(RECORDS), False),
    ("otel_metrics", "metrics.jsonl", METRICS.read_text, False),
    (
        "flat_rows",
        "minimal.jsonl",
        lambda: "\n".join(map(json.dumps, month.minimal(RECORDS))),
        True,
    ),
    ("flat_rows", "calls.csv", lambda: month.csv_of(RECORDS), True),
    ("helicone", "requests.jsonl", lambda: month.helicone(RECORDS), True),
]


def ask(**request: Any) -> Any:
    answer = [json.loads(text) for text in handle(json.dumps({"v": 1, "id": 1, **request}))][-1]
    assert answer["type"] == "result", answer
    return answer["value"]


@pytest.mark.parametrize(
    ("name", "text", "cached"),
    [one[1:] for one in FORMATS if one[0] in KNOWN],
    ids=lambda one: one if isinstance(one, str) else "",
)
def test_every_table_of_every_format(
    name: str, text: Callable[[], str], cached: bool, tmp_path: Path
) -> None:
    path = tmp_path / name
    path.write_text(text(), encoding="utf-8")
    report = ask(op="open", files=[{"name": name, "path": str(path)}])
    if name != "metrics.jsonl":
        assert report["totals"]["calls"] == len(RECORDS)
        assert report["totals"]["input"] == sum(one.input_tokens for one in RECORDS)
    if cached:
        billed = sum(one.cost_pusd for one in month.opened(RECORDS).attributions)
        assert report["totals"]["nusd"] == (billed + 500) // 1000
        teams = ask(op="spend", table="chargeback", asked={"by": "team"})["sheets"][0]["rows"]
        assert {row[1] for row in teams} == {"search", "support", "billing", "(untagged)"}
    for table in registry.SPEND:
        value = ask(
            op="spend",
            table=table.key,
            asked={"by": "service" if name == "metrics.jsonl" else "team"},
        )
        assert value["sheets"] or value["notes"]
    whole = ask(op="spend", table="chargeback", asked={"by": "model"})
    assert abs(whole["facts"][0]["value"] - report["totals"]["nusd"]) <= 1
    sheet = ask(op="spend", table="chargeback", asked={"by": "model"}, path=["chargeback"])
    assert sheet["name"] == "chargeback.csv" and sheet["text"].startswith(
        "level,model,of_all,cost_usd"
    )


def test_comparisons_and_what_ifs_cross_the_seam(tmp_path: Path) -> None:
    path = tmp_path / "spend.jsonl"
    path.write_text(month.litellm(RECORDS), encoding="utf-8")
    ask(op="open", files=[{"name": "spend.jsonl", "path": str(path)}])
    runs = sorted({one.run for one in RECORDS})
    found = ask(
        op="compare", before={"runs": [runs[0]]}, filter={"runs": [runs[1]]}, names=["a", "b"]
    )
    assert (found["before"], found["after"], found["identical"]) == ("a", "b", False)
    counts = [sum(one.run == run for one in RECORDS) for run in runs[:2]]
    assert found["calls"] == counts
    same = ask(op="compare", asked={}, names=["a", "b"])
    assert len(same["tree"]["name"]) == 1
    cheaper = ask(op="compare", asked={"rules": "all -> gpt-4o-mini"}, names=["a", "b"])
    value = ask(op="spend", table="what_if", asked={"rules": "all -> gpt-4o-mini"})
    assert abs(cheaper["tree"]["nusd_after"][0] - value["facts"][1]["value"]) <= 1
