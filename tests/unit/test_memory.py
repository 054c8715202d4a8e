"""The memory that the page starts from, on this machine: what it imports, what comes late."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import whytokens
from whytokens import memory


def ran(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)


def test_fill_imports_everything_but_the_command_line_and_the_lab() -> None:
    done = ran(
        "import sys\nfrom whytokens import memory\nmemory.fill(['csv', 'json.JSONEncoder'])\n"
        "print('csv' in sys.modules, 'whytokens.registry' in sys.modules,"
        " [name for name in sys.modules if name.startswith(('whytokens.cli', 'whytokens.commands.', 'whytokens.lab'))])"
    )
    assert done.stdout == "True True []\n", done.stderr


def test_only_modules_of_the_standard_library_are_fetched_and_only_once() -> None:
    done = ran(
        "import sys\nfrom whytokens import memory\nfetched = []\nmemory.wake(lambda: fetched.append(1))\n"
        "try:\n    import not_there_at_all\nexcept ImportError:\n    print(len(fetched))\n"
        "import colorsys\nprint(len(fetched))\nimport wave\nprint(len(fetched))"
    )
    assert done.stdout == "0\n1\n1\n", done.stderr


def test_a_fetch_that_fails_is_an_import_that_fails_and_is_tried_again() -> None:
    done = ran(
        "from whytokens import memory\nanswers = [OSError('offline')]\n"
        "def fetch():\n    if answers: raise answers.pop()\n"
        "memory.wake(fetch)\n"
        "try:\n    import colorsys\nexcept ImportError as error:\n    print(error)\n"
        "import colorsys\nprint(colorsys.__name__)"
    )
    assert done.stdout == "colorsys could not be fetched\ncolorsys\n", done.stderr


def test_every_file_of_the_package_that_is_read_is_in_the_memory() -> None:
    """A restored memory has no files: what reads one later than that ends in the page alone."""
    package = Path(whytokens.__file__).parent
    inside = {path.relative_to(package) for path in package.rglob("*") if path.is_file()}
    kept = {Path(*name.split(".")[1:], file) for name, file in memory.SHIPPED} | {
        Path("prices", "manifest.json"),
        Path("py.typed"),
    }  # nobody reads these in the page
    code = {path for path in inside if path.suffix in (".py", ".pyc")}
    data = {path for path in inside if path.parts[0] == "data"}  # assets, asked for by `Need`
    assert inside - code - data <= kept
    reading = [
        path.name
        for path in code
        if path.suffix == ".py"
        and "resources.files(" in (package / path).read_text(encoding="utf-8")
    ]
    assert reading == ["assets.py"]
