"""What a reader must know before trusting a number: notices about usage, text and prices.

Each is one warning for the whole trace, naming the first place and how many calls share it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from whytokens.attribution import band
from whytokens.attribution.share import Attribution
from whytokens.model import TraceWarning
from whytokens.money import dollars
from whytokens.opened import Opened
from whytokens.price_note import price_note, stale
from whytokens.prices import Quote, Unpriced
from whytokens.protocol import Priced

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
    yield from _notice(found, "old-rates", _stale, " Drop a newer snapshot to check.")
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


def _stale(one: Attribution) -> str | None:
    if stale(one) and one.call.started and isinstance(one.quote, Quote):
        day = one.call.started.date()
        return f"is of {day}, its rates are of {one.quote.as_of}: they may have changed since"
    return None


def _no_content(one: Attribution) -> str | None:
    if one.method == "reported" and not one.call.prompt:
        return "reports token counts but no messages"
    return None


def assumptions(opened: Opened) -> list[str]:
    """How the counts and the prices were made, in sentences."""
    rows = price_note(opened.attributions)["rows"]
    return [*_counts(opened), *_charged(rows), *_prices(rows), *_storage(opened)]


def _charged(rows: Sequence[Priced]) -> Iterator[str]:
    """Where the log holds the provider's own figure, and how far ours is from it."""
    calls = sum(row["reported_calls"] for row in rows)
    if calls:
        charged = sum(row["reported_nusd"] for row in rows)
        ours = sum(row["ours_nusd"] for row in rows)
        verb = "says" if calls == 1 else "say"
        yield (
            f"{calls:,} {'call' if calls == 1 else 'calls'} {verb} what was charged, "
            f"{dollars(charged)}: that is shown. Our rates come to {dollars(ours)}."
        )


def _prices(rows: Sequence[Priced]) -> Iterator[str]:
    """Rows that were reached by more than their name, and what the rates leave open."""
    for row in rows:
        if row["sure"] != "sure":
            yield f"“{row['model']}” is priced as {row['row']} ({row['how']}, {row['sure']}) (≈)."
        for note in row["notes"]:
            yield f"“{row['model']}”: {note}."


def _storage(opened: Opened) -> Iterator[str]:
    """Explicit Gemini caches cost by the hour, which no response says."""
    found = opened.book.snapshot.storage
    for model, pusd in found.items():
        if any(
            isinstance(one.quote, Quote)
            and one.quote.row == f"google/{model}"
            and one.usage.cache_read
            for one in opened.attributions
        ):
            yield (
                f"An explicit cache of {model} also costs {dollars(pusd * 1000)} per million tokens and "
                "hour to keep; no response says so, and it is not in these figures."
            )


def _counts(opened: Opened) -> list[str]:
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
