"""What the coding agent's sample says: an agent adds time zones to an invented ferry timetable.

The files, tests and outputs are made up from a few words, the same on every run.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

Json = dict[str, Any]
# One block of a turn of the agent, and what the tool gave back; None where it only speaks.
Action = tuple[Json, str | None]

CWD = "/home/ida/fjordline"
MODULES = (
    "timetable", "departures", "fares", "berths", "crews", "tides", "tickets", "weather", "notices",
    "capacity", "refunds", "reports",
)  # fmt: skip
VERBS = ("load", "merge", "check", "sort", "find", "round", "group", "count", "format", "store")
NOUNS = ("sailings", "stops", "delays", "slots", "rows", "windows")
PROJECT = """# fjordline
Timetables and berths of eleven ferries. Python 3.12, no framework. Run the tests with `pytest -q`.
- Times are stored in UTC and shown in the harbour's own zone. Never use naive datetimes.
- One module, one noun. Functions under fifteen lines. Type everything.
- Do not touch `legacy/`; it is replaced next spring.
"""
FIRST = (
    "All times in the reports are off by an hour since the clocks changed. Please find every place "
    "that makes a naive datetime, module by module, use the harbour's zone instead, and keep the "
    "tests green."
)
BACK = "Sorry, I was at lunch. Please go on with the remaining modules."
DONE = "All twelve modules use the harbour's zone now and every test is green."


def source(module: str, fixed: bool = False) -> str:
    """A module of ten small functions; `fixed` after the agent's edit."""
    now = "datetime.now(harbour.zone)" if fixed else "datetime.now()"
    head = f'"""{module.capitalize()} of the ferries, as the harbours publish them."""\n\n'
    head += "from __future__ import annotations\n\nfrom datetime import datetime, timedelta\n\n"
    head += f"from fjordline.harbours import Harbour\n\nMAX_{module.upper()} = {len(module) * 40}\n"
    bodies = []
    for number, verb in enumerate(VERBS):
        noun = NOUNS[(number + len(module)) % len(NOUNS)]
        bodies.append(
            f"\n\ndef {verb}_{noun}(rows: list[dict[str, str]], harbour: Harbour) -> list[dict[str, str]]:\n"
            f'    """{verb.capitalize()} the {noun} of a harbour, oldest first."""\n'
            f"    start = {now} - timedelta(minutes={(number + 1) * 15})\n"
            f'    kept = [row for row in rows if row["harbour"] == harbour.name]\n'
            f'    kept.sort(key=lambda row: (row["departs"], row["vessel"]))\n'
            f"    if len(kept) > MAX_{module.upper()}:\n"
            f'        raise ValueError(f"{{len(kept)}} {noun} are more than a day can hold")\n'
            f'    return [row for row in kept if row["departs"] >= start.isoformat()]\n'
        )
    return head + "".join(bodies)


def tests(module: str) -> str:
    """The test file of a module."""
    out = f'"""{module}: one harbour, one day, and the night when the clocks change."""\n\n'
    for number, verb in enumerate(VERBS):
        noun = NOUNS[(number + len(module)) % len(NOUNS)]
        out += (
            f"\ndef test_{verb}_{noun}_on_the_night_the_clocks_change(harbour, rows):\n"
            f"    found = {module}.{verb}_{noun}(rows, harbour)\n"
            f"    assert [row['vessel'] for row in found] == ['Havørn', 'Sula', 'Terna'][: {number % 3 + 1}]\n"
        )
    return out


def numbered(text: str) -> str:
    """As the agent's Read tool prints a file."""
    return "\n".join(f"{number:6}\t{line}" for number, line in enumerate(text.splitlines(), 1))


def pytest_output(module: str, failed: int) -> str:
    """A long run: every test on a line, a traceback for each failure."""
    lines = ["============================= test session starts =============================="]
    for number, verb in enumerate(VERBS):
        noun = NOUNS[(number + len(module)) % len(NOUNS)]
        state = "FAILED" if number < failed else "PASSED"
        lines.append(
            f"tests/test_{module}.py::test_{verb}_{noun}_on_the_night_the_clocks_change {state}"
        )
    for number in range(failed):
        noun = NOUNS[(number + len(module)) % len(NOUNS)]
        lines += [
            f"________ test_{VERBS[number]}_{noun}_on_the_night_the_clocks_change ________",
            f"    def test_{VERBS[number]}_{noun}_on_the_night_the_clocks_change(harbour, rows):",
            f">       found = {module}.{VERBS[number]}_{noun}(rows, harbour)",
            f"E       NameError: name 'harbour' is not defined in fjordline/{module}.py:{12 + number * 11}",
        ]
    lines.append(
        f"=== {failed} failed, {len(VERBS) - failed} passed in {0.4 + failed / 10:.2f}s ==="
    )
    return "\n".join(lines)


def actions() -> Iterator[list[Action]]:
    """The agent's 150 turns: twelve modules, some of which need a second and a third try."""
    yield [(_use("Bash", command="git status --short && ls fjordline tests"), _listing())]
    yield [(_use("Grep", pattern=r"datetime\.now\(\)", path="fjordline"), _hits())]
    for number, module in enumerate(MODULES):
        yield from _module(number, module)
    yield [(_use("Bash", command="pytest -q"), "=== 120 passed in 4.81s ===")]
    yield [
        (_use("mcp__tracker__comment", issue="FL-318", text=DONE), '{"ok": true, "comment": 9120}')
    ]
    yield [(_use("Bash", command="git diff --stat"), _stat())]
    yield [({"type": "text", "text": DONE}, None)]


def _module(number: int, module: str) -> Iterator[list[Action]]:
    path, test = f"{CWD}/fjordline/{module}.py", f"{CWD}/tests/test_{module}.py"
    yield [
        (_use("Read", file_path=path), numbered(source(module))),
        (_use("Read", file_path=test), numbered(tests(module))),
    ]
    yield [(_use("TodoWrite", todos=_todos(number)), "Todos have been modified successfully.")]
    for attempt in range(3):
        edit = _use(
            "Edit",
            file_path=path,
            old_string="datetime.now()",
            new_string="datetime.now(harbour.zone)",
        )
        yield [(edit, f"The file {path} has been updated.")]
        failed = (0, 4, 7)[(number + attempt) % 3] if attempt < 2 else 0
        command = f"pytest -q tests/test_{module}.py"
        yield [(_use("Bash", command=command), pytest_output(module, failed))]
        yield [(_use("Read", file_path=path), numbered(source(module, fixed=True)))]
    said = f"`{module}.py` uses the harbour's zone in all ten functions."
    yield [({"type": "text", "text": said}, None)]


def _use(tool: str, **arguments: Any) -> Json:
    return {"type": "tool_use", "name": tool, "input": arguments}


def _todos(done: int) -> list[Json]:
    states = ["completed"] * done + ["in_progress"] + ["pending"] * (len(MODULES) - done - 1)
    return [
        {"content": f"Make {module}.py aware of zones", "status": state}
        for module, state in zip(MODULES, states, strict=True)
    ]


def _listing() -> str:
    return "\n".join(
        [*(f"{name}.py" for name in MODULES), *(f"test_{name}.py" for name in MODULES)]
    )


def _hits() -> str:
    return "\n".join(
        f"fjordline/{name}.py:{12 + 11 * line}: start = datetime.now()"
        for name in MODULES
        for line in range(len(VERBS))
    )


def _stat() -> str:
    rows = [f" fjordline/{name}.py | 20 ++++++++++----------" for name in MODULES]
    return "\n".join([*rows, f" {len(MODULES)} files changed, 120 insertions(+), 120 deletions(-)"])
