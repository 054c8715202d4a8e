"""The lab: PyScript over our Pyodide, a plug-in by micropip, and nothing that leaves the page."""

from __future__ import annotations

import zipfile
from pathlib import Path

from playwright.sync_api import Browser, Page, expect
from servers import Canary, serve
from test_page import PARALLEL, SLOW_MS
from test_privacy import PAGE_WAYS, attempt

PLUG = """class Odd:
    key = "odd-calls"
    def find(self, priced):
        return iter(())
WHYTOKENS = {"detectors": [Odd()]}
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
    expect(state).to_contain_text("odd-calls", timeout=SLOW_MS)


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
