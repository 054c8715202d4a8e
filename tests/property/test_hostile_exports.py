"""Hostile logs of every format: they open, and no export of them is more than text in its own tool."""

from __future__ import annotations

import csv
import io
import json
import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

import hostile
from vectors import VECTORS
from whytokens import assets, registry
from whytokens.exporters.html import MARK, PAGE
from whytokens.opened import Opened
from whytokens.operations import source
from whytokens.pipeline import run

# CommonMark 0.31, 6.6 and 6.3: what would begin a tag or a link's address.
MARKDOWN = re.compile(r"(?<!\\)(?:<[A-Za-z/!?]|\]\()")
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
SVG_KINDS = {"svg", "title", "defs", "pattern", "rect", "path", "text", "g"}


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Opened:
    path = tmp_path_factory.mktemp("hostile") / "all.zip"
    path.write_bytes(hostile.archive())
    return run([source({"name": f"{VECTORS[6]}.zip", "path": str(path)})])


@pytest.fixture(scope="module")
def made(opened: Opened) -> dict[str, str | bytes]:
    return {one.key: one.write(opened) for one in registry.EXPORTERS}


def test_every_importer_has_texts_to_replace() -> None:
    found = {one.importer: len(one.free) for one in hostile.hostiles()}
    assert set(found) == {one.key for one in registry.IMPORTERS}
    assert min(found.values()) > 0
    assert len(set(VECTORS)) == len(VECTORS) >= 60


def test_vectors_reach_the_trace_of_every_importer(opened: Opened) -> None:
    labels = {one.label for one in registry.IMPORTERS}
    assert labels == set(opened.trace.importer.split(" + "))
    texts = {one.text for one in opened.trace.segments} | {
        part for one in opened.trace.segments for part in one.path
    }
    reached = [one for one in VECTORS if any(text and one in text for text in texts)]
    assert len(reached) == len(VECTORS)
    calls = opened.trace.calls
    for places in (
        {call.model or "" for call in calls},
        {call.session for call in calls},
        {value for call in calls for value in call.tags.values()},
        {name for call in calls for name in call.tags},
    ):
        assert len([one for one in VECTORS if any(one in place for place in places)]) >= 60


def test_pictures_hold_text_alone(made: dict[str, str | bytes]) -> None:
    root = ElementTree.fromstring(str(made["svg"]))
    assert {element.tag.split("}")[1] for element in root.iter()} <= SVG_KINDS
    names = {name.lower() for element in root.iter() for name in element.attrib}
    assert not any(name.startswith("on") or name.endswith("href") for name in names)


def test_saved_page_ends_no_element_of_its_own(made: dict[str, str | bytes]) -> None:
    before, _, after = assets.read(PAGE).decode().partition(MARK)
    page = str(made["html"])
    assert page.startswith(before)
    assert page.endswith(after)
    data = page[len(before) : len(page) - len(after)]
    assert not set("<>&\u2028\u2029") & set(data)
    assert json.loads(data)["report"]["v"] == 1


@pytest.mark.parametrize("key", ["csv", "calls"])
def test_no_cell_is_a_formula(made: dict[str, str | bytes], key: str) -> None:
    rows = list(csv.reader(io.StringIO(str(made[key]), newline="")))
    assert {len(row) for row in rows} == {len(rows[0])}
    cells = [cell for row in rows[1:] for cell in row]
    assert any(vector in cell for cell in cells for vector in VECTORS[:60])
    assert [cell for cell in cells if cell.startswith(FORMULA)] == []


def test_markdown_is_neither_markup_nor_a_link(made: dict[str, str | bytes]) -> None:
    assert "hit" in str(made["markdown"])
    assert MARKDOWN.findall(str(made["markdown"])) == []


def test_the_rest_is_what_its_reader_takes(made: dict[str, str | bytes], tmp_path: Path) -> None:
    for key in ("json", "speedscope", "shape", "shape-names"):
        assert isinstance(json.loads(str(made[key])), dict)
    for line in str(made["calls-jsonl"]).split("\n")[:-1]:
        assert isinstance(json.loads(line), dict)
    assert all(line.rpartition(" ")[2].isdigit() for line in str(made["folded"]).splitlines())
