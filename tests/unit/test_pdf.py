"""PDFs in requests: pages in plain and in packed objects, their text, and what is counted of it."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
import zlib
from pathlib import Path

import pytest

from whytokens.importers import pictures
from whytokens.pipeline import run
from whytokens.worker import source

ROOT = Path(__file__).parent.parent.parent
FONT = "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"


def objects(texts: list[str]) -> list[bytes]:
    """Catalogue, tree of pages, then a page and its packed content for each text."""
    kids = " ".join(f"{3 + 2 * n} 0 R" for n in range(len(texts)))
    made = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(texts)} >>".encode(),
    ]
    for n, text in enumerate(texts):
        page = f"/MediaBox [0 0 612 792] /Resources << /Font << /F1 {FONT} >> >>"
        made.append(f"<< /Type /Page /Parent 2 0 R {page} /Contents {4 + 2 * n} 0 R >>".encode())
        content = zlib.compress(f"BT /F1 12 Tf 72 720 Td ({text}) Tj ET".encode())
        head = b"<< /Length %d /Filter /FlateDecode >>" % len(content)
        made.append(head + b"\nstream\n" + content + b"\nendstream")
    return made


def pdf(texts: list[str]) -> bytes:
    """As PDF 1.4 writes it: every object in the open, and a table of places (7.5.4)."""
    out, places = b"%PDF-1.4\n", []
    for number, one in enumerate(objects(texts), 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, one)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(places) + 1
    trailer = b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % (size, len(out))
    return out + b"xref\n0 %d\n0000000000 65535 f \n%s" % (size, table) + trailer


def packed_pdf(texts: list[str]) -> bytes:
    """As PDF 1.5 does: objects without a stream in an object stream, places in another (7.5.7, 7.5.8)."""
    out, rows, inside = b"%PDF-1.5\n", {}, []
    made = objects(texts)
    for number, one in enumerate(made, 1):
        if b"stream" in one:
            rows[number] = (1, len(out), 0)
            out += b"%d 0 obj\n%s\nendobj\n" % (number, one)
        else:
            inside.append((number, one))
    box, table = len(made) + 1, len(made) + 2
    index, body = b"", b""
    for at, (number, one) in enumerate(inside):
        index += b"%d %d " % (number, len(body))
        body += one + b" "
        rows[number] = (2, box, at)
    rows[box] = (1, len(out), 0)
    data = zlib.compress(index + body)
    head = b"<< /Type /ObjStm /N %d /First %d /Length %d /Filter /FlateDecode >>"
    out += b"%d 0 obj\n%s\nstream\n%s\nendstream\nendobj\n" % (
        box, head % (len(inside), len(index), len(data)), data,
    )  # fmt: skip
    start = rows[table] = len(out)
    rows[table] = (1, start, 0)
    lines = [(0, 0, 65535), *(rows[number] for number in range(1, table + 1))]
    data = zlib.compress(
        b"".join(
            bytes([kind]) + a.to_bytes(4, "big") + b.to_bytes(2, "big") for kind, a, b in lines
        )
    )
    head = b"<< /Type /XRef /Size %d /W [1 4 2] /Root 1 0 R /Length %d /Filter /FlateDecode >>"
    return out + b"%d 0 obj\n%s\nstream\n%s\nendstream\nendobj\nstartxref\n%d\n%%%%EOF" % (
        table, head % (table + 1, len(data)), data, start,
    )  # fmt: skip


def log(
    tmp_path: Path, raw: bytes, billed: int, model: str = "claude-sonnet-4-5"
) -> dict[str, str]:
    data = {
        "type": "base64",
        "media_type": "application/pdf",
        "data": base64.b64encode(raw).decode(),
    }
    parts = [{"type": "document", "source": data}, {"type": "text", "text": "What is due?"}]
    request = {"model": model, "max_tokens": 9, "messages": [{"role": "user", "content": parts}]}
    answer = {"id": "msg_1", "type": "message", "role": "assistant", "model": model,
              "content": [{"type": "text", "text": "100"}],
              "usage": {"input_tokens": billed, "output_tokens": 4}}  # fmt: skip
    path = tmp_path / "log.jsonl"
    path.write_text(json.dumps({"request": request, "response": answer}))
    return {"name": "log.jsonl", "path": str(path)}


def media_of(file: dict[str, str]):
    opened = run([source(file)])
    (found,) = [one.media for one in opened.trace.segments if one.media]
    return opened, found


@pytest.mark.parametrize("make", [pdf, packed_pdf])
def test_pages_and_text_are_read(make, tmp_path: Path) -> None:
    _, found = media_of(log(tmp_path, make(["Total due 100", "Second page"]), 5_000))
    assert (found.pages, found.pages_read, found.width, found.height) == (2, 2, 612, 792)
    assert found.text.split("\n") == ["Total due 100", "Second page"]
    assert found.data is None


def test_pages_are_known_before_the_text_is_read() -> None:
    raw = base64.b64encode(packed_pdf(["a", "b", "c"])).decode()
    assert pictures.media(raw, "application/pdf").pages == 3


def test_a_document_weighs_its_pages_and_its_text(tmp_path: Path) -> None:
    words = "word " * 400
    short, _ = media_of(log(tmp_path, pdf(["a"]), 9_000))
    long, _ = media_of(log(tmp_path, pdf([words]), 9_000))
    tokens = [
        next(piece.tokens for piece in one.attributions[0].prompt_pieces() if piece.kind == "media")
        for one in (short, long)
    ]
    assert tokens[0] > 1_500
    assert 400 <= tokens[1] - tokens[0] <= 420


def test_pages_that_were_not_read_count_as_the_others(tmp_path: Path, monkeypatch) -> None:
    texts = ["the same words on every page"] * 6
    whole, _ = media_of(log(tmp_path, pdf(texts), 30_000))
    monkeypatch.setattr("whytokens.pdf.MAX_PAGES", 2)
    part, found = media_of(log(tmp_path, pdf(texts), 30_000))
    assert (found.pages, found.pages_read) == (6, 2)
    sizes = [
        next(piece.tokens for piece in one.attributions[0].prompt_pieces() if piece.kind == "media")
        for one in (whole, part)
    ]
    assert abs(sizes[0] - sizes[1]) <= 6


def test_an_estimate_gives_way_to_the_bill_before_the_text_does(tmp_path: Path) -> None:
    sizes = []
    for billed in (9_000, 1_800):
        opened, _ = media_of(log(tmp_path, pdf(["word " * 400]), billed))
        (one,) = opened.attributions
        assert one.prompt_tokens == sum(piece.tokens for piece in one.prompt_pieces()) == billed
        sizes += [piece.tokens for piece in one.prompt_pieces() if piece.kind == "text"]
    assert sizes[0] == sizes[1] > 0


@pytest.mark.parametrize(
    "raw",
    [b"%PDF-1.4 /Type /Page endobj", pdf(["a"])[:300], b"", packed_pdf(["a"])[:-40], b"\0" * 99],
)
def test_a_damaged_document_opens_all_the_same(raw: bytes, tmp_path: Path) -> None:
    opened, found = media_of(log(tmp_path, raw, 5_000))
    assert found.data is None
    assert opened.attributions[0].prompt_tokens == 5_000


def test_it_is_read_by_the_asset_where_nothing_is_installed(tmp_path: Path) -> None:
    file = log(tmp_path, pdf(["Total due 100"]), 5_000)
    script = (
        "import sys; sys.path.insert(0, 'pylib')\n"
        "from whytokens.pipeline import run\n"
        "from whytokens.worker import source\n"
        f"opened = run([source({file!r})])\n"
        "print([one.media.text for one in opened.trace.segments if one.media])\n"
        "print(sys.modules['pypdf'].__file__)\n"
    )
    command = [sys.executable, "-I", "-S", "-c", script]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    told = done.stdout.splitlines()
    assert told[0] == "['Total due 100']"
    assert "pypdf.zip" in told[1]
