"""Tables of spend and what-if identities on real logs: pandas finds no difference, nothing changed is the bill.

Needs `../shared` beside the checkout; skips with a message where it is not.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from spend_oracle import differences, frame
from whytokens.errors import TraceError
from whytokens.opened import Opened
from whytokens.pipeline import run
from whytokens.prices import Quote
from whytokens.spend import whatif
from whytokens.spend.replay import unchanged
from whytokens.spend.row_cells import cells
from whytokens.spend.rows import rows
from whytokens.worker import source

SAMPLES = Path(__file__).parent.parent.parent.parent / "shared" / "samples" / "dev"
# Of each folder the first files of a size that opens in a second.
MAX_BYTES, FILES_EACH = 3_000_000, 15

pytestmark = pytest.mark.skipif(
    not SAMPLES.exists(), reason="../shared/samples is not beside the checkout"
)


def traces() -> Iterator[Opened]:
    for folder in sorted(SAMPLES.iterdir()):
        small = (
            p for p in sorted(folder.rglob("*")) if p.is_file() and p.stat().st_size < MAX_BYTES
        )
        files = list(small)[:FILES_EACH]
        for path in files[:FILES_EACH]:
            try:
                yield run([source({"name": path.name, "path": str(path)})])
            except TraceError:
                continue  # a file that says what it is not; other tests are about those


def test_pandas_finds_no_difference_and_nothing_changed_is_the_bill() -> None:
    calls = priced = 0
    for opened in traces():
        found = rows(opened.attributions, opened.trace.sessions, opened.trace)
        if found:
            assert differences(cells(found), frame(found)) == []
        _, steps, _ = whatif.applied(opened, {})
        assert steps == [("as billed", sum(one.cost_pusd for one in opened.attributions))]
        for one in unchanged(opened.attributions):
            if isinstance(one.one.quote, Quote) and one.one.quote.reported_pusd is None:
                one.touched = True
                assert one.cost(opened.book) == one.one.cost_pusd
                priced += 1
        calls += len(found)
    print(calls, priced)
    assert calls > 300 and priced > 100
