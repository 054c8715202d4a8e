"""The lab: PyScript over our Pyodide, a plug-in by micropip, and nothing that leaves the page."""

from __future__ import annotations

import zipfile
from pathlib import Path

from playwright.sync_api import Browser, Page, expect
from test_page import PARALLEL, SLOW_MS
from test_privacy import PAGE_WAYS, attempt

from servers import Canary, serve

PLUG = """class Odd:
    key = "odd-calls"
    looks_for = "odd calls"
    def find(self, priced):
        return iter(())
class Contract:
    key = "our-contract"
    prices = {"house-model": {"input": 2, "output": 8}}
class Diary:
    key, label = "diary", "Our diary"
    def sniff(self, head):
        return "yes" if head.values and "diary" in head.values[0] else "no"
    def load(self, source, builder):
        from whytokens.containers.documents import documents
        from whytokens.importers import Progress
        from whytokens.model import Usage
        for document in documents(source, builder):
            text = document.value["diary"]
            segment = builder.segment("user", ("user",), text, document.where)
            prompt = builder.prompt([builder.message("user", [segment])])
            builder.call(api="openai.chat", model="house-model", prompt=prompt, where=document.where,
                         session="diary", usage=Usage(input=1000000, output=0))
            yield Progress(source.size_bytes, source.size_bytes, 1)
WHYTOKENS = {"detectors": [Odd()], "prices": [Contract()], "importers": [Diary()]}
"""


def wheel(folder: Path) -> Path:
    path = folder / "whytokens_odd-0.1-py3-none-any.whl"
    info = "whytokens_odd-0.1.dist-info"
    files = {
        "whytokens_odd.py": PLUG,
        f"{info}/METADATA": "Metadata-Version: 2.1\nName: whytokens-odd\nVersion: 0.1\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    files[f"{info}/RECORD"] = "".join(f"{name},,\n" for name in (*files, f"{info}/RECORD"))
    with zipfile.ZipFile(path, "w") as out:
        for name, text in files.items():
            out.writestr(name, text)
    return path


def test_a_cell_asks_the_opened_trace_and_a_plug_in_registers(
    desk: Page, address: str, tmp_path: Path
) -> None:
    desk.goto(f"{address}lab.html")
    state = desk.get_by_test_id("lab-state")
    expect(state).to_contain_text("refund-agent.jsonl: 41 calls are open", timeout=2 * SLOW_MS)
    desk.locator(".py-editor-run-button").click()
    expect(desk.get_by_test_id("lab-table").first).to_contain_text("ticket 1", timeout=SLOW_MS)
    desk.get_by_test_id("lab-picker").set_input_files(str(PARALLEL))
    expect(state).to_contain_text(f"{PARALLEL.name}: 4 calls are open", timeout=SLOW_MS)
    desk.get_by_role("button", name="Cost per tool and day").click()
    desk.locator(".py-editor-run-button").click()
    expect(desk.get_by_test_id("lab-table").first).to_contain_text("Grep", timeout=SLOW_MS)
    expect(desk.get_by_role("button", name="Save cost-per-tool.csv")).to_be_visible()
    desk.get_by_test_id("lab-picker").set_input_files(str(wheel(tmp_path)))
    expect(state).to_contain_text("odd-calls, our-contract, diary", timeout=2 * SLOW_MS)
    log = {"name": "days.jsonl", "mimeType": "", "buffer": b'{"diary": "Dear diary"}'}
    desk.get_by_test_id("lab-picker").set_input_files(files=[log])
    expect(state).to_contain_text("days.jsonl: 1 calls are open", timeout=SLOW_MS)
    desk.get_by_role("button", name="Longest texts").click()
    desk.locator(".py-editor-run-button").click()
    expect(desk.get_by_test_id("lab-table").first).to_contain_text("days.jsonl:1", timeout=SLOW_MS)
    asked = "lab.table([(lab.dollars(report['totals']['nusd'] * 1000),)], ['cost'])"
    desk.evaluate("(code) => { document.getElementById('cell').code = code; }", asked)
    desk.locator(".py-editor-run-button").click()
    expect(desk.get_by_test_id("lab-table").first).to_contain_text("$2.0000", timeout=SLOW_MS)


def test_nothing_leaves_the_lab(browser: Browser, site: Path) -> None:
    canary = Canary()
    context = browser.new_context()
    try:
        with serve(site) as address:
            page = context.new_page()
            page.goto(f"{address}lab.html")
            expect(page.get_by_test_id("lab-state")).to_contain_text(
                "are open", timeout=2 * SLOW_MS
            )
            base, stun = f"http://127.0.0.1:{canary.port}", f"stun:127.0.0.1:{canary.udp_port}"
            listed = [[name, way] for name, way in PAGE_WAYS.items()]
            page.evaluate(attempt(PAGE_WAYS), {"base": base, "stun": stun, "ways": listed})
            for worker in page.workers:
                worker.evaluate("(u) => { fetch(u).catch(() => {}); }", f"{base}/worker-fetch")
            page.wait_for_timeout(3000)
    finally:
        context.close()
        canary.close()
    assert canary.hits == []
