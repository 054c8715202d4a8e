"""The registry holds every part that is written, and says what README and the formats page say."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest

import whytokens
from building import formats
from building.places import APP
from whytokens import registry

PACKAGE = Path(whytokens.__file__).parent
PARTS = {
    "importers": (registry.IMPORTERS, ("sniff", "load")),
    "templates": (registry.TEMPLATES, ("knows", "turn")),
    "tokenizers": (registry.TOKENIZERS, ("knows", "count_many")),
}


@pytest.mark.parametrize("folder", PARTS)
def test_no_part_is_an_orphan(folder: str) -> None:
    """Every constant of a module that has the methods of its kind is in the registry."""
    listed, methods = PARTS[folder]
    for path in sorted((PACKAGE / folder).glob("*.py")):
        module = importlib.import_module(f"whytokens.{folder}.{path.stem}")
        for name, value in vars(module).items():
            made_here = name.isupper() and all(callable(getattr(value, m, None)) for m in methods)
            if made_here and not isinstance(value, type):
                assert any(value is one for one in listed), f"{folder}/{path.name}: {name}"


def test_keys_and_labels_are_unique() -> None:
    for listed in (registry.IMPORTERS, registry.TOKENIZERS):
        keys = [one.key for one in listed]  # type: ignore[attr-defined]
        assert len(keys) == len(set(keys))
    labels = [one.label for one in registry.IMPORTERS]
    assert len(labels) == len(set(labels))


def test_readme_says_what_the_registry_holds() -> None:
    text = formats.README.read_text(encoding="utf-8")
    assert formats.readme(text) == text, "python3 build.py formats rewrites the table"


def test_the_formats_page_has_every_format_and_the_policy() -> None:
    index = (APP / "index.html").read_text(encoding="utf-8")
    html = formats.page(index)
    for importer in registry.IMPORTERS:
        assert f'id="{importer.key}"' in html
    assert formats.POLICY.findall(html) == formats.POLICY.findall(index)
    assert "<script" not in html
