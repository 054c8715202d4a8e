"""What can be opened, said in two places from one: the page ``formats.html`` and README's table.

Both are made of the registry's guides, so that neither can drift from what is read.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from html import escape
from pathlib import Path

from building.places import APP, ROOT
from whytokens import registry
from whytokens.importers import Importer

README = ROOT / "README.md"
BEGIN, END = "<!-- formats: written by `build.py formats` -->", "<!-- /formats -->"
CONTAINERS = (
    "Each of them may be gzipped, in a zip or tar (also inside another), or a whole folder; JSON may "
    "be on one line, on many, or JSON Lines; text may be UTF-8 or UTF-16."
)
POLICY = re.compile(r'<meta http-equiv="Content-Security-Policy"[^>]+>')


def sections() -> Iterator[tuple[str, list[Importer]]]:
    """Importers under their headings, in the registry's order."""
    names = list(dict.fromkeys(one.guide.section for one in registry.IMPORTERS))
    for name in names:
        yield name, [one for one in registry.IMPORTERS if one.guide.section == name]


def table() -> str:
    """README's table."""
    rows = ["| format | what it is |", "|---|---|"]
    for _, importers in sections():
        rows += [f"| {one.label} | {one.guide.what.replace('|', '/')} |" for one in importers]
    return "\n".join(rows) + f"\n\n{CONTAINERS}\n"


def readme(text: str) -> str:
    """README with the table between its marks."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    if not after:
        raise ValueError("README.md has no marks for the table of formats")
    return f"{before}{BEGIN}\n{table()}{END}{after}"


def page(index: str) -> str:
    """``formats.html``, under the same policy as the page itself."""
    policy = POLICY.search(index)
    if policy is None:
        raise SystemExit("index.html has no policy")
    body = "".join(
        f"<h2>{escape(name)}</h2>\n" + "".join(_entry(one) for one in importers)
        for name, importers in sections()
    )
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
{policy[0]}
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>whytokens: what can I open?</title>
<link rel="icon" href="icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="styles/palette.css">
<link rel="stylesheet" href="styles/base.css">
<link rel="stylesheet" href="styles/page.css">
</head>
<body>
<header class="bar"><p class="brand"><a href="./">whytokens</a></p></header>
<main>
<section class="guide">
<h1>What can I open?</h1>
<p>The content decides, never the name. {escape(CONTAINERS)}</p>
{body}</section>
</main>
</body>
</html>
"""


def _entry(one: Importer) -> str:
    guide = one.guide
    steps = "".join(f"<li>{escape(step)}</li>" for step in guide.steps)
    lacks = f"<p>Not in such files: {escape(guide.missing)}.</p>" if guide.missing else ""
    return (
        f'<details id="{escape(one.key)}"><summary>{escape(one.label)} '
        f'<span class="muted">{escape(guide.what)}</span></summary>'
        f"<ol>{steps}</ol>{lacks}<pre>{escape(guide.example)}</pre></details>\n"
    )


def write_page(out: Path) -> None:
    """Beside ``index.html``."""
    index = (APP / "index.html").read_text(encoding="utf-8")
    (out / "formats.html").write_text(page(index), encoding="utf-8")


def main() -> int:
    """`build.py formats`: rewrite README's table."""
    README.write_text(readme(README.read_text(encoding="utf-8")), encoding="utf-8")
    sys.stdout.write(f"{len(registry.IMPORTERS)} formats\n")
    return 0
