"""The seam under CPython: messages in, messages out, and a cancel that leaves nothing open."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from whytokens import assets, registry
from whytokens.assets import Need
from whytokens.importers import Importer
from whytokens.pipeline import open_sources
from whytokens.prices import snapshot
from whytokens.worker import handle, source

FIXTURES = Path(__file__).parent.parent / "fixtures"
LOG = FIXTURES / "claude_code" / "tools-in-parallel" / "session.jsonl"


def ask(**request: Any) -> list[dict[str, Any]]:
    return [json.loads(text) for text in handle(json.dumps({"v": 1, "id": 7, **request}))]


def open_log() -> dict[str, Any]:
    return ask(op="open", files=[{"name": "s.jsonl", "path": str(LOG)}])[-1]


def test_open_then_text_and_layout() -> None:
    result = open_log()
    assert (result["id"], result["type"]) == (7, "result")
    report = result["value"]
    assert report["totals"]["calls"] == 4
    segment = next(number for number in report["merged"]["segment"] if number >= 0)
    text = ask(op="text", segment=segment)[-1]["value"]
    assert text["segment"] == segment
    assert text["file"] == "s.jsonl"
    order = ask(op="layout", layout="in_order")[-1]["value"]
    assert order["tokens"][0] == report["merged"]["tokens"][0]
    assert order["nusd"][0] == report["merged"]["nusd"][0]


def test_the_page_and_the_engine_name_the_same_fields() -> None:
    report = open_log()["value"]
    script = (FIXTURES.parent.parent / "app" / "protocol.js").read_text(encoding="utf-8")
    for name in (*report, *report["totals"], *report["merged"], *report["sessions"][0]):
        assert f"{name}:" in script or f"{name}?:" in script, name


def test_the_trace_beside_itself_without_its_waste() -> None:
    before = open_log()["value"]
    found = ask(op="fixed")[-1]["value"]
    assert (found["before"], found["after"]) == ("s.jsonl", "without the waste")
    assert found["identical"] is False
    tree = found["tree"]
    assert tree["nusd_before"][0] == before["totals"]["nusd"]
    saved = tree["nusd_before"][0] - tree["nusd_after"][0]
    assert 0 <= before["reclaimable"]["nusd"] <= saved + 1


def test_a_filter_is_checked_for_waste_anew() -> None:
    whole = open_log()["value"]
    session = whole["sessions"][0]["key"]
    part = ask(op="report", filter={"sessions": [session]})[-1]["value"]
    assert part["reclaimable"]["billed_nusd"] == part["totals"]["nusd"]


OWN = json.dumps({"prices": {"claude-sonnet-4-5-20250929": {"input": 1, "output": 1}}})
SNAPSHOT = Path(snapshot.__file__).with_name("snapshot.json.gz")


def test_what_is_open_is_priced_anew_without_reading_it_again() -> None:
    before = open_log()["value"]
    after = ask(op="prices", own=OWN)[-1]["value"]
    assert after["totals"]["input"] == before["totals"]["input"]
    assert after["totals"]["nusd"] < before["totals"]["nusd"]
    assert after["prices"]["source"] == "your own price"
    assert ask(op="prices")[-1]["value"] == before
    bad = ask(op="prices", own="{")[-1]["error"]
    assert bad["code"] == "bad-rates"
    assert ask(op="prices")[-1]["value"] == before


def test_a_snapshot_dropped_on_the_page_prices_what_is_open(tmp_path: Path) -> None:
    document = json.loads(gzip.decompress(SNAPSHOT.read_bytes()))
    newer = tmp_path / "snapshot.json"
    newer.write_text(json.dumps(document | {"as_of": "2027-03-01"}, separators=(",", ":")))
    before = open_log()["value"]
    slot = {"name": newer.name, "path": str(newer)}
    after = ask(op="open", files=[slot])[-1]["value"]
    assert after["prices"]["as_of"] == "2027-03-01"
    assert after["totals"] == before["totals"]
    together = ask(op="open", files=[slot, {"name": "s.jsonl", "path": str(LOG)}])[-1]["value"]
    assert together["prices"]["as_of"] == "2027-03-01"
    assert together["totals"] == before["totals"]
    newer.write_bytes(SNAPSHOT.read_bytes()[:5000])
    assert ask(op="open", files=[slot])[-1]["error"]["code"] == "bad-rates"


def test_errors_are_messages() -> None:
    missing = ask(op="open", files=[{"name": "gone.json", "path": "/nowhere/gone.json"}])[-1]
    assert missing["error"]["code"] == "unknown-format"
    assert ask(op="dance")[-1]["error"]["code"] == "bug"
    assert json.loads(next(handle('{"v": 2, "id": 1, "op": "open"}')))["error"]["code"] == "bug"


def test_an_error_of_ours_never_quotes_the_users_text(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("secret prompt text")

    monkeypatch.setattr("whytokens.operations.reporting", broken)
    error = ask(op="open", files=[{"name": "s.jsonl", "path": str(LOG)}])[-1]["error"]
    assert error["code"] == "bug"
    assert "secret" not in json.dumps(error)
    assert "RuntimeError at test_worker.py" in error["hint"]


def test_a_missing_vocabulary_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assets, "have", lambda name: False)
    events = list(open_sources([source({"name": "s.jsonl", "path": str(LOG)})]))
    assert Need("claude-v3.bin") in events


def test_closing_the_generator_stops_the_work() -> None:
    steps = handle(json.dumps({"v": 1, "id": 1, "op": "open", "files": []}))
    steps.close()
    assert list(steps) == []


def test_every_importer_is_in_the_registry() -> None:
    """No orphans: a module with a constant that sniffs and loads is listed."""
    import importlib
    import pkgutil

    import whytokens.importers as package
    from whytokens.importers.apis import APIS, BODIES
    from whytokens.importers.bodies import Api

    found, described = list[object](BODIES), list[object]()
    for module in pkgutil.iter_modules(package.__path__):
        names = vars(importlib.import_module(f"whytokens.importers.{module.name}"))
        found += [v for k, v in names.items() if k.isupper() and hasattr(v, "sniff")]
        described += [v for v in names.values() if isinstance(v, Api)]
    listed: tuple[Importer, ...] = registry.IMPORTERS
    assert {id(one) for one in found} == {id(one) for one in listed}
    assert {id(one) for one in described} == {id(one) for one in APIS}
    assert len({one.key for one in listed}) == len(listed)


TOLD = json.loads((FIXTURES / "protocol" / "spend.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("told", TOLD["asks"], ids=lambda told: told["request"]["op"])
def test_what_is_asked_of_spend_is_answered_as_the_fixture_says(
    told: dict[str, Any], tmp_path: Path
) -> None:
    log = tmp_path / TOLD["name"]
    log.write_text("\n".join(map(json.dumps, TOLD["log"])), encoding="utf-8")
    ask(op="open", files=[{"name": TOLD["name"], "path": str(log)}])
    found = ask(**told["request"])[-1]
    assert found["type"] == "result", found
    value = found["value"]
    assert {name: value[name] for name in told["value"]} == told["value"]
    script = (FIXTURES.parent.parent / "app" / "protocol.js").read_text(encoding="utf-8")
    for name in value:
        assert f"{name}:" in script or f"{name}?:" in script, name
