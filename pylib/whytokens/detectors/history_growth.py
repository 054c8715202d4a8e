"""A conversation so long that summing it up would pay.

Spec: facts, 4.2 (d) "history growth": compaction pays after
n* = [S o + H r + w (S + tail)] / [r (H - S)] more turns. Advice: a summary changes what the model knows.
"""

from __future__ import annotations

from collections.abc import Iterator

from whytokens.attribution.share import Attribution
from whytokens.detectors.snippets import sum_up
from whytokens.prices import Quote
from whytokens.waste import Say, Waste
from whytokens.waste.priced import Priced

# A summary of a working session and the recent messages kept beside it, in tokens.
SUMMARY_TOKENS, TAIL_TOKENS = 4_000, 10_000
MIN_HISTORY_TOKENS = 60_000


class HistoryGrowth:
    key = "history-growth"
    looks_for = "conversations long enough to sum up"

    def find(self, priced: Priced) -> Iterator[Waste]:
        found = []
        for history in priced.histories:
            for turn, tokens in enumerate(history.prompt_tokens):
                if tokens < MIN_HISTORY_TOKENS:
                    continue
                one, left = history.calls[turn], len(history.calls) - turn - 1
                needed = turns_to_pay(one)
                if needed and left > needed:
                    found.append((one, left, needed))
                    break
        if found:
            one, left, needed = max(found, key=lambda row: row[1])
            yield Waste(
                title="Sum up long conversations",
                why=(
                    f"At call {one.call.id + 1:,} the prompt has {one.prompt_tokens:,} tokens and {left:,} "
                    f"calls follow; a summary of {SUMMARY_TOKENS:,} tokens pays for itself after {needed:.0f} of them."
                ),
                change=Say(),
                evidence=tuple(priced.call_evidence(row[0]) for row in found),
                fix=sum_up(one),
                certainty="estimated",
                confidence="low",
            )


def turns_to_pay(one: Attribution) -> float | None:
    """Turns after which a summary is cheaper than going on; None where it never is."""
    quote = one.quote
    if not isinstance(quote, Quote) or one.prompt_tokens <= SUMMARY_TOKENS:
        return None
    read, size = quote.cache_read_pusd, one.prompt_tokens
    if read <= 0:
        return None
    once = SUMMARY_TOKENS * quote.output_pusd + size * read
    once += (SUMMARY_TOKENS + TAIL_TOKENS) * quote.cache_write_5m_pusd
    return once / (read * (size - SUMMARY_TOKENS))


HISTORY_GROWTH = HistoryGrowth()
