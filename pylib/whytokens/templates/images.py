"""What an image costs, from its size in pixels. Spec: facts 2.1 "Images" and 2.3 "Images"."""

from __future__ import annotations

import math
import re

from whytokens.model import Media

PATCH_MODELS = (  # model, most patches, tokens per patch
    (re.compile(r"gpt-4\.1-mini"), 1536, 1.62),
    (re.compile(r"gpt-4\.1-nano"), 1536, 2.46),
    (re.compile(r"gpt-5(\.\d)?-mini"), 1536, 1.2),
    (re.compile(r"gpt-5(\.\d)?-nano"), 1536, 1.5),
    (re.compile(r"o4-mini"), 1536, 1.72),
    (re.compile(r"gpt-5\.[23]"), 1536, 1.2),
    (re.compile(r"gpt-5\.[4-9]|gpt-[6-9]"), 2500, 1.2),
)
TILE_MODELS = (  # model, base, per 512-px tile
    (re.compile(r"gpt-4o-mini"), 2833, 5667),
    (re.compile(r"computer-use"), 65, 129),
    (re.compile(r"(^|/)o[13]"), 75, 150),
    (re.compile(r"gpt-5"), 70, 140),
    (re.compile(r""), 85, 170),
)
EARLY_GEMINI = re.compile(r"gemini-[12]\b|gemini-(pro|flash)|gemma")
GEMINI_TILE = 258
# Most cells of the grid that an image or a page of a PDF is given (3 and later).
GEMINI_IMAGE, GEMINI_PAGE = 1120, 560
LETTER = (612, 792)
_EPSILON = 1e-9


def openai(model: str, width: int, height: int, detail: str | None) -> int:
    """Tokens of an image for an OpenAI model."""
    name = model.lower()
    for pattern, cap, factor in PATCH_MODELS:  # in floats as it is billed: 300 * 1.62 is over 486
        if pattern.search(name):
            return math.ceil(_patches(width, height, cap) * factor) + 1
    base, tile = next((base, tile) for pattern, base, tile in TILE_MODELS if pattern.search(name))
    return base if detail == "low" else base + tile * _tiles(width, height)


def claude(width: int, height: int, *, new: bool, even: bool = False) -> int:
    """Tokens of an image for a Claude model; `new` from Opus 4.7 on. 3.5 Haiku counts cells in
    blocks of four (`even`)."""
    edge, cap = (2576, 4784) if new else (1568, 1568)
    scale = min(1.0, edge / max(width, height))
    if _cells(width * scale, height * scale, 28) > cap:
        low, high = 0.0, scale
        for _ in range(40):
            middle = (low + high) / 2
            fits = _cells(width * middle, height * middle, 28) <= cap
            low, high = (middle, high) if fits else (low, middle)
        scale = low * (1 - 1e-9)
    if even:
        return 4 * _cells(width * scale, height * scale, 56) + 3
    return _cells(width * scale, height * scale, 28) + 3


def gemini(model: str, width: int, height: int) -> int:
    """Tokens of an image for a Gemini model: one tile until 384 pixels, else tiles and the whole
    (1.5, 2.0); always one (2.5); a grid of at most 1,120 cells of the image's shape (3 and later)."""
    name = model.lower()
    if not EARLY_GEMINI.search(name):
        return _grid(width, height, GEMINI_IMAGE)
    if "gemini-2.5" in name or (width <= 384 and height <= 384):
        return GEMINI_TILE
    side = min(max(int(min(width, height) / 1.5), 256), 768)
    return GEMINI_TILE * (math.ceil(width / side) * math.ceil(height / side) + 1)


def gemini_page(model: str, page: Media, *, finer: bool = False) -> int:
    """Tokens of a page of a PDF; of its shape where that counts (3 and later; US letter where the
    shape is not known), and as fine as an image where a tool gave it to the Developer API."""
    if EARLY_GEMINI.search(model.lower()):
        return GEMINI_TILE
    most = GEMINI_IMAGE if finer else GEMINI_PAGE
    return _grid(page.width or LETTER[0], page.height or LETTER[1], most)


def _grid(width: int, height: int, most: int) -> int:
    shape = width / height
    return max(1, math.floor(math.sqrt(most * shape))) * max(1, math.floor(math.sqrt(most / shape)))


def _cells(width: float, height: float, size: int) -> int:
    return math.ceil(width / size - _EPSILON) * math.ceil(height / size - _EPSILON)


def _tiles(width: int, height: int) -> int:
    scale = min(1.0, 2048 / max(width, height))
    scale *= min(1.0, 768 / (min(width, height) * scale))
    return _cells(width * scale, height * scale, 512)


def _patches(width: int, height: int, cap: int) -> int:
    count = _cells(width, height, 32)
    if count <= cap:
        return count
    scale = math.sqrt(32 * 32 * cap / (width * height))
    wide, high = width * scale / 32, height * scale / 32
    scale *= min(math.floor(wide) / wide, math.floor(high) / high)
    return min(cap, _cells(width * scale, height * scale, 32))
