"""Content that is no plain text, as Anthropic's Messages API weighs it: images, documents, thinking.

Spec: facts 2.3 "Images". What stands between texts and media of one message is `between`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import partial

from whytokens.model import Segment
from whytokens.templates import Context, Piece, images, parts
from whytokens.templates import anthropic_tools as tool_markup
from whytokens.templates.anthropic_models import bare_name
from whytokens.tokenizers.claude import Family

# A page of a PDF is an image of it besides its text; a document of text has a frame and may have a title.
PAGE, DOCUMENT, TITLE = 1599, 37, 10
UNTITLED = "document"
SEARCH_RESULT = 44
# Where documents are to be cited, each of their sentences has a mark.
CITED_SENTENCE = 31
SENTENCE_END = re.compile(r"[.!?](?=\s|$)")
# Before media that something precedes, and before text that follows media (images: 7 projects).
# The word that opens a message of the older families is part of its frame.
BEFORE_MEDIA, FIRST_MEDIA = 1, {"v3": 0, "v4.7": 0, "v4.8": 1}
TEXT_AFTER_MEDIA = {"v3": 2, "v4.7": 2, "v4.8": 1}
TEXT_AFTER_RESULT, MEDIA_AFTER_RESULT = 6, 6
# A result of several blocks: each has its frame, and so has their list (two projects, results of
# one, two and three blocks). A document in a result has less.
RESULT_BLOCK, RESULT_DOCUMENT = 6, 4
THINKING_BLOCK = 9
# Hidden thinking by its seal: characters that the seal spends on itself, tokens per mille of the
# others. Sonnet 4.6: 13 seals, Opus 4.7: 5, Sonnet 5: 2; off by some 5 %.
SEALS = {"v3": (292, 318), "v4.7": (238, 413), "v4.8": (375, 413)}
SUMMARISED = re.compile(r"4-[6-9]|(sonnet|opus|haiku)-5|fable|mythos")
EVEN_CELLS = re.compile(r"3-5-haiku")


def piece(context: Context, kind: Family, segment: Segment) -> Piece:
    """Any segment but the calls and results that are written as one block."""
    if segment.category == "thinking":
        return _thinking(context, kind, segment)
    if segment.media is not None:
        name = bare_name(context.model)
        size = partial(images.claude, new=kind != "v3", even=bool(EVEN_CELLS.search(name)))
        says = parts.said(context, segment)
        return parts.media(segment, lambda w, h, _: size(w, h) - BEFORE_MEDIA, PAGE, says)
    if segment.category == "tools":
        return tool_markup.found_tool(context, segment)
    if segment.category == "retrieved":
        return _document(context, segment)
    return parts.text(context, segment)


def between(kind: Family, found: Sequence[Segment]) -> int:
    """Tokens between the results, texts and media of one message, and around those in a result."""
    tokens, before = _in_results(found), ""
    results = any(segment.category == "tool_result" for segment in found)
    for segment in found:
        media = segment.category in ("media", "retrieved")
        if segment.category not in ("user", "media", "retrieved") or (media and segment.name):
            continue
        if not before and results:
            tokens += MEDIA_AFTER_RESULT if media else TEXT_AFTER_RESULT
        elif media:
            tokens += BEFORE_MEDIA if before else FIRST_MEDIA[kind]
        elif before == "media":
            tokens += TEXT_AFTER_MEDIA[kind]
        before = "media" if media else "text"
    return tokens


def _in_results(found: Sequence[Segment]) -> int:
    inside = [s for s in found if s.category in ("media", "retrieved") and s.name]
    pictures = [s for s in inside if s.media is not None and s.media.kind == "image"]
    tokens = RESULT_DOCUMENT * (len(inside) - len(pictures))
    if pictures:
        texts = sum(s.category == "tool_result" and bool(s.text) for s in found)
        tokens += RESULT_BLOCK * (1 + texts) + (RESULT_BLOCK + BEFORE_MEDIA) * len(pictures)
    return tokens


def _document(context: Context, segment: Segment) -> Piece:
    """Its path is its title, or the source and the title of a search result."""
    heads = segment.path[1:]
    tokens = sum(context.count(head) for head in heads if head != UNTITLED)
    if len(heads) > 1:
        tokens += SEARCH_RESULT
    else:
        tokens += DOCUMENT if heads[0] == UNTITLED else DOCUMENT + TITLE
    sentences = 0
    if context.options.citations:
        sentences = max(1, len(SENTENCE_END.findall(segment.text or "")))
    whole = parts.text(context, segment, tokens + CITED_SENTENCE * sentences)
    return whole._replace(exact=whole.exact and not sentences and len(heads) == 1)


def _thinking(context: Context, kind: Family, segment: Segment) -> Piece:
    """Newer models show a summary of their thinking or nothing, and what is billed is in the seal."""
    text = segment.text
    seal = segment.media.size_bytes if segment.media is not None else 0
    own, per_mille = SEALS[kind]
    if seal and (not text or SUMMARISED.search(bare_name(context.model))):
        tokens = max(0, seal - own) * per_mille // 1000
        return Piece(segment.id, tokens, "hidden", False)
    if not text:
        return Piece(segment.id, 0, "hidden", False)
    return parts.text(context, segment, THINKING_BLOCK)
