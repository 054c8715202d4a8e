"""Everything that is made from something else and not committed: vocabularies, the saved page, sample logs."""

from __future__ import annotations

from building import samples, viewer, vocab
from building.places import BUILD, DATA


def everything() -> None:
    """Make what is missing or older than its source."""
    vocab.bake(DATA)
    viewer.bake(DATA)
    samples.write(BUILD / "samples")
