"""The palette: labels can be read on every colour, and no two categories look alike to anyone.

Contrast: WCAG 2.2, 1.4.3 and 1.4.11. Colour blindness: Machado, Oliveira and Fernandes (2009), full
strength, on linear RGB. Difference: CIE 1976, D65.
"""

from __future__ import annotations

import re
from itertools import combinations
from pathlib import Path

import pytest

from whytokens.exporters.svg import COLOURS
from whytokens.model import CATEGORIES

STYLES = Path(__file__).parent.parent.parent / "app" / "styles" / "palette.css"
# Pastel flame colours score 1.3, plain Okabe-Ito with grey 3.8 (UX 2.6).
LEAST_DIFFERENCE = 9.0
LABEL, EDGE = 4.5, 3.0
SEEN = {
    "normal": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protan": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deutan": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "tritan": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
}
Colour = tuple[float, float, float]


def themes() -> dict[str, dict[str, str]]:
    text = STYLES.read_text(encoding="utf-8")
    found = {}
    light = dict(re.findall(r"--([\w-]+): (#[0-9a-f]+);", text[: text.index("}")]))
    for name, start in (
        ("light", ":root {"),
        ("dark", ':root[data-theme="dark"] {'),
        ("system dark", ':root:not([data-theme="light"]) {'),
    ):
        block = text[text.index(start) :]
        found[name] = light | dict(
            re.findall(r"--([\w-]+): (#[0-9a-f]+);", block[: block.index("}")])
        )
    return found


THEMES = themes()


def linear(colour: str) -> Colour:
    digits = colour.lstrip("#")
    digits = digits if len(digits) == 6 else "".join(2 * one for one in digits)
    parts = (int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4))
    r, g, b = (one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in parts)
    return r, g, b


def luminance(colour: str) -> float:
    r, g, b = linear(colour)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(one: str, two: str) -> float:
    low, high = sorted((luminance(one), luminance(two)))
    return (high + 0.05) / (low + 0.05)


def lab(colour: str, eye: str) -> Colour:
    rgb = linear(colour)
    r, g, b = (
        min(1.0, max(0.0, sum(k * c for k, c in zip(row, rgb, strict=True)))) for row in SEEN[eye]
    )
    xyz = (
        (0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.95047,
        0.2126 * r + 0.7152 * g + 0.0722 * b,
        (0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.08883,
    )
    x, y, z = (v ** (1 / 3) if v > 0.008856 else 7.787 * v + 16 / 116 for v in xyz)
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def difference(one: str, two: str, eye: str) -> float:
    return sum((a - b) ** 2 for a, b in zip(lab(one, eye), lab(two, eye), strict=True)) ** 0.5


@pytest.mark.parametrize("theme", THEMES)
def test_labels_can_be_read(theme: str) -> None:
    colours = THEMES[theme]
    for name in (*CATEGORIES, "read", "part", "paid", "less", "more"):
        assert contrast(colours[name], colours[f"{name}-ink"]) >= LABEL, name


@pytest.mark.parametrize("theme", THEMES)
def test_the_page_can_be_read(theme: str) -> None:
    colours = THEMES[theme]
    for ground in ("bg", "soft"):
        for name in ("text", "muted", "link", "error"):
            assert contrast(colours[name], colours[ground]) >= LABEL, (name, ground)
    assert contrast(colours["edge"], colours["bg"]) >= EDGE


@pytest.mark.parametrize("theme", THEMES)
def test_frames_stand_out_from_the_page(theme: str) -> None:
    """By their fill where neighbours are parted by the page's own colour, else by their edge."""
    colours = THEMES[theme]
    edge = contrast(colours["frame-edge"], colours["bg"])
    for name in CATEGORIES:
        assert max(edge, contrast(colours[name], colours["bg"])) >= EDGE, name


@pytest.mark.parametrize("eye", SEEN)
@pytest.mark.parametrize("theme", THEMES)
def test_no_two_categories_look_alike(theme: str, eye: str) -> None:
    colours = THEMES[theme]
    worst = min(
        (difference(colours[a], colours[b], eye), a, b) for a, b in combinations(CATEGORIES, 2)
    )
    assert worst[0] >= LEAST_DIFFERENCE, worst


def test_both_ways_into_the_dark_are_the_same() -> None:
    assert THEMES["dark"] == THEMES["system dark"]


def test_the_exported_picture_has_the_light_colours() -> None:
    light = THEMES["light"]
    assert {key: fill for key, (fill, _) in COLOURS.items()} == {
        key: light[key] for key in CATEGORIES
    }
    for fill, ink in COLOURS.values():
        assert contrast(fill, ink) >= LABEL
