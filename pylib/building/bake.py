"""Everything made from something else and not committed: vocabularies, libraries, the saved page, samples."""

from __future__ import annotations

from building import libraries, samples, viewer, vocab
from building.places import BUILD, DATA


def everything() -> None:
    """Make what is missing or older than its source."""
    vocab.bake(DATA)
    libraries.bake(DATA)
    viewer.bake(DATA)
    samples.write(BUILD / "samples")
