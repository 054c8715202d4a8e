"""What a reader must know before trusting a number: notices about usage, text and prices.

Each is one warning for the whole trace, naming the first place and how many calls share it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from whytokens.attribution import band
from whytokens.attribution.share import Attribution
from whytokens.model import TraceWarning
from whytokens.pipeline import Opened
from whytokens.prices import Unpriced

# Overhead worth a word: more than 2 % of a prompt and 50 tokens, in calls that should have none.
NOTABLE_SHARE, NOTABLE_TOKENS = 0.02, 50


def notices(opened: Opened) -> Iterator[TraceWarning]:
    """At most one notice of each kind."""
    found = opened.attributions
    yield from _notice(
        found, "usage-impossible", lambda one: one.problem, " Its usage is not used."
    )
    yield from _notice(found, "usage-impossible", _placeholder, " Its reply is counted.")
    yield from _notice(found, "no-usage", _no_usage, "")
    yield from _notice(found, "usage-mismatch", _mismatch, "")
    yield from _notice(found, "unknown-model", _unpriced, " Widths show tokens.")
    yield from _notice(found, "no-content", _no_content, " You can see totals, not sources.")


def _notice(
    found: tuple[Attribution, ...],
    code: str,
    says: Callable[[Attribution], str | None],
    then: str,
) -> Iterator[TraceWarning]:
    hits = [(one, text) for one in found if (text := says(one))]
    if not hits:
        return
    first, text = hits[0]
    more = f" So do {len(hits) - 1:,} more calls." if len(hits) > 1 else ""
    message = f"Call {first.call.id + 1} {text}.{then}{more}"
    yield TraceWarning(code=code, message=message, where=first.call.where)


def _no_usage(one: Attribution) -> str | None:
    if one.method == "counted" and one.problem is None:
        return "reports no usage: its tokens are counted, not billed figures, and marked ≈"
    return None


def _placeholder(one: Attribution) -> str | None:
    said = one.usage.output
    if not one.output_counted or said is None:
        return None
    return f"reports {said:,} output tokens; its reply counts to {one.output_tokens:,}"


def _mismatch(one: Attribution) -> str | None:
    unsaid = one.usage.unsaid
    if unsaid:
        total = one.usage.total or 0
        return f"reports {total - unsaid:,} tokens in parts and {total:,} in total; the parts are shown"
    extra = sum(p.tokens for p in (*one.front, *one.tail) if p.kind == "hidden")
    if one.method != "reported" or one.call.hidden or one.call.options.server_state:
        return None
    if extra <= NOTABLE_TOKENS or extra <= one.prompt_tokens * NOTABLE_SHARE:
        return None
    return (
        f"reports {one.prompt_tokens:,} prompt tokens; its text counts to "
        f"{one.estimate_tokens:,}. The other {extra:,} are shown as overhead"
    )


def _unpriced(one: Attribution) -> str | None:
    if one.call.usage and one.call.usage.refused:
        return None
    if isinstance(one.quote, Unpriced) and one.method != "unbilled":
        return f"has no price for “{one.call.model or 'no model'}”"
    return None


def _no_content(one: Attribution) -> str | None:
    if one.method == "reported" and not one.call.prompt:
        return "reports token counts but no messages"
    return None


def assumptions(opened: Opened) -> list[str]:
    """How the counts were made, in sentences."""
    billed = [one for one in opened.attributions if one.method != "unbilled"]
    lanes = {(one.lane.counter.tokenizer.key, one.lane.exactness) for one in billed}
    words = {
        "exact": "counted exactly with {}",
        "reconstructed": "counted with {}, a reconstruction of the provider's vocabulary (≈)",
        "estimated": "estimated with {} (≈)",
    }
    said = [f"Text is {words[sure].format(key)}." for key, sure in sorted(lanes)]
    said += band.sentences(opened.attributions)
    if any(one.pieces is not None and one.pieces for one in opened.attributions):
        said.append(
            "Where text counted to more than was billed, it is scaled down to the bill (≈)."
        )
    return said
