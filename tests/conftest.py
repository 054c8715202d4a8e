"""Every run draws the same random examples, so that a red build says something of the change.

`build.py bench invariants` (WHYTOKENS_EXAMPLES) looks for new ones.
"""

from __future__ import annotations

import os

from hypothesis import settings

settings.register_profile("same", derandomize=True)
if "WHYTOKENS_EXAMPLES" not in os.environ:
    settings.load_profile("same")
