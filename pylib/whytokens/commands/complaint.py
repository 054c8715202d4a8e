"""An error as the terminal shows it: code and place, then what happened, where, what to do."""

from __future__ import annotations

import sys

from whytokens.errors import TraceError


def complain(error: TraceError) -> None:
    """To standard error."""
    place = error.where.file + (f":{error.where.line}" if error.where.line else "")
    lines = [f"{error.title} {error.message}".strip(), error.excerpt, error.hint]
    sys.stderr.write(f"{error.code} ({place})\n" + "".join(f"  {line}\n" for line in lines if line))
