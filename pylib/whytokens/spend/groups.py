"""Cells summed by one or more dimensions, dearest first. Untagged spend is a group of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from operator import add

from whytokens.spend.cells import Cells, picked
from whytokens.spend.stats import divided, percentile


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Sums over calls. `unpriced` of the `calls` have no price and add nothing to `pusd`. A run's
    part in the group is what `run_pusd` and `run_tokens` list, smallest first. `now_pusd` is the cost of
    the last seven days of all groups, `before_pusd` that of the seven before."""

    key: tuple[str, ...]
    calls: int
    sessions: int
    errors: int
    unpriced: int
    input_tokens: int
    read_tokens: int
    write_tokens: int
    output_tokens: int
    reasoning_tokens: int
    pusd: int
    now_pusd: int
    before_pusd: int
    run_pusd: tuple[int, ...]
    run_tokens: tuple[int, ...]

    @property
    def trend_permille(self) -> int | None:
        """By how much the last seven days cost more than the seven before; None where those cost nothing."""
        if not self.before_pusd:
            return None
        more = self.now_pusd - self.before_pusd
        return (2000 * more + self.before_pusd) // (2 * self.before_pusd)

    @property
    def runs(self) -> int:
        return len(self.run_pusd)

    @property
    def tokens(self) -> int:
        return self.input_tokens + self.output_tokens

    @property
    def read_share(self) -> float:
        """The part of the prompts that was read from a cache."""
        return self.read_tokens / self.input_tokens if self.input_tokens else 0.0

    @property
    def mean_pusd(self) -> int:
        """Of a run."""
        return divided(self.pusd, self.runs)

    @property
    def p95_pusd(self) -> int:
        return percentile(self.run_pusd, 95)

    @property
    def mean_tokens(self) -> int:
        return divided(self.tokens, self.runs)

    @property
    def p95_tokens(self) -> int:
        return percentile(self.run_tokens, 95)


SUMMED = (
    "calls", "errors", "unpriced", "input_tokens", "read_tokens", "write_tokens", "output_tokens",
    "reasoning_tokens", "pusd",
)  # fmt: skip


def grouped(found: Cells, names: Sequence[str]) -> list[Group]:
    """Cells by their values in `names`, dearest first."""
    codes, keys = found.joined(names)
    rows = found.rows_of(codes, len(keys))
    parts = dict(zip(SUMMED, found.in_parts(rows, SUMMED), strict=True))
    summed = {name: list(map(sum, some)) for name, some in parts.items()}
    now_pusd, before_pusd = (
        [sum(picked(week, some)) for some in rows] for week in found.last_weeks()
    )
    if found.alone:
        pusd, sessions = parts["pusd"], list(map(len, rows))
        tokens = [
            list(map(add, *both))
            for both in zip(parts["input_tokens"], parts["output_tokens"], strict=True)
        ]
    else:
        pusd, tokens = found.run_sums(codes, len(keys))
        of = found.coded("session")[0]
        sessions = [len(set(picked(of, some))) for some in rows]
    made = [
        Group(
            key=key,
            now_pusd=now_pusd[at],
            before_pusd=before_pusd[at],
            sessions=sessions[at],
            run_pusd=tuple(sorted(pusd[at])),
            run_tokens=tuple(sorted(tokens[at])),
            **{name: values[at] for name, values in summed.items()},
        )
        for at, key in enumerate(keys)
        if summed["calls"][at]
    ]
    return sorted(made, key=lambda one: (-one.pusd, -one.input_tokens, one.key))


def whole(found: Cells) -> Group:
    """Everything as one group; an empty one of no calls."""
    return next(iter(grouped(found, ())), _NOTHING)


_NOTHING = Group(
    key=(), sessions=0, now_pusd=0, before_pusd=0, run_pusd=(), run_tokens=(), **dict.fromkeys(SUMMED, 0)
)  # fmt: skip
