"""Every exporter against the reader of its own tool, and against hostile text."""

from __future__ import annotations

import csv
import gzip
import io
import json
import subprocess
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

import golden_outputs
from whytokens import registry
from whytokens.attribution.lanes import Lanes
from whytokens.attribution.share import attribute
from whytokens.attribution.tally import tally
from whytokens.builder import TraceBuilder
from whytokens.exporters.html import HTML, embedded
from whytokens.exporters.markdown import escaped
from whytokens.exporters.pprof import pprof
from whytokens.exporters.shape import shape
from whytokens.exporters.svg import svg
from whytokens.layouts.merged import MERGED, UNFOLDED
from whytokens.model import Trace, Usage, Where
from whytokens.opened import Opened
from whytokens.pipeline import finished
from whytokens.prices.engine import quote
from whytokens.report import report
from whytokens.secrets import masked, secrets
from whytokens.waste.check import check

ROOT = Path(__file__).parent.parent.parent
CASE = ROOT / "tests" / "fixtures" / "claude_code" / "tools-in-parallel"
NAMES = {one.key: one for one in registry.EXPORTERS}
HOSTILE = "</script><img src=x onerror=hit()>;=cmd|' /C calc'!A0 & \u2028 \x07 ]]> @someone"
READ_PPROF = """
import { Profile } from "pprof-format";
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
const profile = Profile.decode(gunzipSync(readFileSync(process.argv[1])));
const text = (at) => profile.stringTable.strings[at];
const names = new Map(profile.function.map((one) => [Number(one.id), text(one.name)]));
const at = new Map(profile.location.map((one) => [Number(one.id), names.get(Number(one.line[0].functionId))]));
console.log(JSON.stringify({
  types: profile.sampleType.map((one) => [text(one.type), text(one.unit)]),
  samples: profile.sample.map((one) => [one.locationId.map((id) => at.get(Number(id))), one.value.map(Number)]),
}));
"""


@pytest.fixture(scope="module")
def opened() -> Opened:
    return golden_outputs.opened(CASE)


def trace_of(*texts: str, label: str = "label") -> Trace:
    """Calls that each send one text more, under a label."""
    builder, where = TraceBuilder("t"), Where(file=label)
    node = builder.prompt(())
    for number, text in enumerate(texts):
        segment = builder.segment("user", ("user", label), text, where)
        node = builder.prompt([builder.message("user", [segment])], node)
        usage = Usage(input=100 + number, cache_read=100 * number, output=5)
        builder.call(
            api="test",
            model="claude-sonnet-4-5",
            prompt=node,
            where=where,
            session=label,
            usage=usage,
        )
    return builder.build()


def hostile() -> Opened:
    """A trace whose every name is the hostile text."""
    trace = trace_of(HOSTILE, f"{HOSTILE} again", label=HOSTILE)
    lanes = Lanes(trace)
    found = tuple(attribute(call, lanes.of(call), quote(call)) for call in trace.calls)
    checked = finished(check(trace, found, ()))  # type: ignore[arg-type]
    return Opened(
        trace=trace, lanes=lanes, attributions=found, tallies=tally(found), checked=checked
    )


def test_every_exporter_writes_every_trace(opened: Opened) -> None:
    for exporter in registry.EXPORTERS:
        for on in (opened, hostile()):
            made = exporter.write(on)
            assert made
            assert isinstance(made, bytes) == (exporter.suffix == "pb.gz")
            assert made == exporter.write(on), "the same trace gives the same bytes"


def test_speedscope_document_follows_its_schema(opened: Opened) -> None:
    document = json.loads(NAMES["speedscope"].write(opened))
    frames = document["shared"]["frames"]
    totals = report(opened)["totals"]
    for profile in document["profiles"]:
        assert profile["type"] == "sampled"
        assert profile["unit"] == "none"
        assert len(profile["samples"]) == len(profile["weights"])
        assert all(0 <= frame < len(frames) for sample in profile["samples"] for frame in sample)
        assert profile["endValue"] == sum(profile["weights"])
    sums = [profile["endValue"] for profile in document["profiles"]]
    assert sums == [
        totals["input"] + totals["output"],
        totals["nusd"],
        totals["input"] + totals["output"],
    ]


def test_pprof_reads_what_was_written(opened: Opened, tmp_path: Path) -> None:
    path = tmp_path / "out.pb.gz"
    columns = MERGED.make(opened)
    path.write_bytes(pprof(columns))
    done = subprocess.run(
        ["node", "--input-type=module", "--eval", READ_PPROF, str(path)],
        cwd=ROOT / "app", capture_output=True, text=True, check=True,
    )  # fmt: skip
    found = json.loads(done.stdout)
    assert found["types"] == [["tokens", "count"], ["cost", "nanodollars"]]
    assert sum(values[0] for _, values in found["samples"]) == columns["tokens"][0]
    assert sum(values[1] for _, values in found["samples"]) == columns["nusd"][0]
    assert all(stack[-1] == "all calls" for stack, _ in found["samples"])
    assert gzip.decompress(path.read_bytes())


def test_svg_is_plain_and_well_formed(opened: Opened) -> None:
    for on in (opened, hostile()):
        text = svg(report(on))
        root = ElementTree.fromstring(text)
        kinds = {element.tag.split("}")[1] for element in root.iter()}
        assert kinds <= {"svg", "title", "defs", "pattern", "rect", "path", "text", "g"}
        assert not any(
            name.lower().startswith("on") for element in root.iter() for name in element.attrib
        )


def test_csv_cells_are_no_formulas(opened: Opened) -> None:
    for on in (opened, hostile()):
        rows = list(csv.DictReader(io.StringIO(str(NAMES["csv"].write(on)), newline="")))
        columns = UNFOLDED.make(on)
        assert len(rows) == len(columns["name"])
        assert int(rows[0]["tokens"]) == columns["tokens"][0]
        assert not any(row["label"].startswith(("=", "+", "-", "@")) for row in rows)


def test_markdown_names_nobody_and_links_nowhere() -> None:
    text = escaped("see @octocat #12 [x](http://y) <b>")
    assert text == "see @\u200boctocat \\#12 \\[x\\]\\(http://y\\) \\<b\\>"
    assert "<img" not in str(NAMES["markdown"].write(hostile())).replace("\\<", "")


def test_the_saved_page_holds_texts_that_cannot_end_its_script() -> None:
    page = str(HTML.write(hostile()))
    assert page.lower().count("</script") == page.lower().count("<script") == 2
    assert (
        "onerror=hit" not in page.replace("\\u003e", "").split("@@")[0] or "<img src=x" not in page
    )
    assert json.loads(embedded({"x": HOSTILE})) == {"x": HOSTILE}


def test_a_shape_with_names_holds_names_and_nothing_else(opened: Opened) -> None:
    numbers, named = shape(opened), shape(opened, names=True)
    texts = [
        segment.text for segment in opened.trace.segments if segment.text and len(segment.text) > 12
    ]
    assert texts
    assert not any(text in numbers or text in named for text in texts)
    assert "Read" in named
    assert "Read" not in numbers


KEYS = (
    "sk-ant-" + "api03-" + "A" * 30, "sk-" + "proj-" + "b" * 40, "AKIA" + "IOSFODNN7EXAMPLE",
    "ghp_" + "c" * 36, "xoxb-" + "1234567890-abc", "AIza" + "d" * 35, "hf_" + "e" * 34,
    "-----BEGIN RSA " + "PRIVATE KEY-----", "postgres://me:" + "hunter22@db/x",
)  # fmt: skip


@pytest.mark.parametrize("key", KEYS)
def test_keys_are_found_and_masked(key: str) -> None:
    found = secrets(trace_of(f"It is {key} as agreed.", label=f"notes {key}"))
    assert found
    assert found[0]["shown"] == masked(key) or found[0]["kind"] == "password in an address"
    assert all(key not in json.dumps([one["shown"], one["path"]]) for one in found)


def test_ordinary_text_is_no_secret() -> None:
    assert (
        secrets(
            trace_of("a task-management-skeleton of sk-8 and https://x.org/a:b@c", "no keys here")
        )
        == []
    )
