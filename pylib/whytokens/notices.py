"""What a reader must know before trusting a number: notices about usage, text and prices.

Each is one warning for the whole trace, naming the first place and how many calls share it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from whytokens.attribution import band
from whytokens.attribution.bare import LUMP, OUTPUT, TOTAL, BareAttributions
from whytokens.attribution.either import apart, billed, lanes_of, rows_read
from whytokens.attribution.share import Attribution
from whytokens.model import TraceWarning
from whytokens.money import dollars
from whytokens.opened import Opened
from whytokens.price_note import price_note, stale, until
from whytokens.prices import Quote, Unpriced
from whytokens.protocol import Priced, Prices

# Overhead worth a word: more than 2 % of a prompt and 50 tokens, in calls that should have none.
NOTABLE_SHARE, NOTABLE_TOKENS = 0.02, 50


def notices(opened: Opened) -> Iterator[TraceWarning]:
    """At most one notice of each kind."""
    found = opened.attributions
    yield from _notice(found, "usage-impossible", _problem, " Its usage is not used.")
    yield from _notice(found, "usage-impossible", _placeholder, " Its reply is counted.")
    yield from _notice(found, "no-usage", _no_usage, "")
    yield from _notice(found, "usage-mismatch", _mismatch, "")
    yield from _notice(found, "unknown-model", _unpriced, " Widths show tokens.")
    yield from _notice(found, "old-rates", _stale, " Drop a newer snapshot to check.")
    yield from _notice(found, "no-content", _no_content, " You can see totals, not sources.")


def _problem(one: Attribution) -> str | None:
    return one.problem


def _notice(
    found: Sequence[Attribution],
    code: str,
    says: Callable[[Attribution], str | None],
    then: str,
) -> Iterator[TraceWarning]:
    if isinstance(found, BareAttributions):
        rows = sorted((*(row for row, one in found.odd_rows() if says(one)), *_plain(found, code)))
        count, first = len(rows), found[rows[0]] if rows else None
    else:
        hits = [one for one in found if says(one)]
        count, first = len(hits), hits[0] if hits else None
    if first is None:
        return
    text = says(first)
    others = f"{count - 1:,} more {'call' if count == 2 else 'calls'}"
    more = f" The same holds for {others}." if count > 1 else ""
    message = f"Call {first.call.id + 1} {text}.{then}{more}"
    yield TraceWarning(code=code, message=message, where=first.call.where)


def _is_notable(extra_tokens: int, prompt_tokens: int) -> bool:
    return extra_tokens > NOTABLE_TOKENS and extra_tokens > prompt_tokens * NOTABLE_SHARE


def _plain(found: BareAttributions, code: str) -> Iterable[int]:
    """Lines of plain bare calls that a notice is about; a kind's first line speaks for it where that can be."""
    if code in ("usage-impossible", "no-usage"):
        return ()
    if code == "no-content":
        return found.plain_rows()
    if code == "usage-mismatch":
        return _mismatched(found)
    rows = list[int]()
    started = found.of_call(found.calls.started)
    for (_, number), some in found.groups().items():
        quote = found.quotes[number]
        if code == "unknown-model" and isinstance(quote, Unpriced):
            rows += (row for row in some if found.columns.charge[row] != LUMP)
        elif code == "old-rates" and (last := until(quote)):
            rows += (row for row in some if (at := started[row]) and at > last)
    return rows


def _mismatched(found: BareAttributions) -> Iterator[int]:
    """Where a total is not that of its parts, or more is billed than any prompt's frame that nothing explains."""
    totals, said = found.of_call(found.calls.counts[TOTAL]), 1 << TOTAL | 1 << OUTPUT
    columns = found.columns
    for (kind, _), rows in found.groups().items():
        of_kind = found.calls.kinds[kind]
        unexplained = not (of_kind.hidden or of_kind.options.server_state)
        sums = of_kind.said & said == said
        fixed = found.frame(kind).fixed_tokens
        off = [
            row
            for row in rows
            if (sums and totals[row] != columns.prompt[row] + columns.output[row])
            or (unexplained and _is_notable(columns.prompt[row] - fixed, columns.prompt[row]))
        ]
        yield from off


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
    if not _is_notable(extra, one.prompt_tokens):
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


def assumptions(opened: Opened, prices: Prices | None = None) -> list[str]:
    """How the counts and the prices were made, in sentences."""
    rows = (prices or price_note(opened.attributions))["rows"]
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
    cached = rows_read(opened.attributions) if found else set()
    for model, pusd in found.items():
        if f"google/{model}" in cached:
            yield (
                f"An explicit cache of {model} also costs {dollars(pusd * 1000)} per million tokens and "
                "hour to keep; no response says so, and it is not in these figures."
            )


def _counts(opened: Opened) -> list[str]:
    found = opened.attributions
    lanes = {(lane.counter.tokenizer.key, lane.exactness) for lane in lanes_of(billed(found))}
    words = {
        "exact": "counted exactly with {}",
        "reconstructed": "counted with {}, a reconstruction of the provider's vocabulary (≈)",
        "estimated": "estimated with {} (≈)",
    }
    said = [f"Text is {words[sure].format(key)}." for key, sure in sorted(lanes)]
    said += band.sentences(apart(found))
    if any(one.pieces is not None and one.pieces for one in apart(found)):
        said.append(
            "Where text counted to more than was billed, it is scaled down to the bill (≈)."
        )
    return said
