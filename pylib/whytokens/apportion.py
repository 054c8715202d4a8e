"""Splitting an integer so that the parts sum to it exactly. Spec: facts "Calibration", apportion."""

from __future__ import annotations

from collections.abc import Sequence


def largest_remainder(weights: Sequence[int], total: int) -> list[int]:
    """`total` in shares as close to `weights` as integers get; ties go to the earlier one.

    Non-negative in, non-negative out; all zeros when no weight is positive or total <= 0.
    """
    whole = sum(weights)
    if whole <= 0 or total <= 0:
        return [0] * len(weights)
    shares = [weight * total // whole for weight in weights]
    rests = [weight * total % whole for weight in weights]
    order = sorted(range(len(weights)), key=lambda i: (-rests[i], i))
    for i in order[: total - sum(shares)]:
        shares[i] += 1
    return shares


def cut(weights: Sequence[int], total: int) -> list[int]:
    """Like `largest_remainder`, but rounded along the running sum.

    So a share of ``cut(w, t)`` with ``t <= sum(w)`` never exceeds its weight: what was read from
    a cache stays within what was sent.
    """
    whole = sum(weights)
    if whole <= 0:
        return [0] * len(weights)
    shares, passed, given = [], 0, 0
    for weight in weights:
        passed += weight
        upto = total * passed // whole
        shares.append(upto - given)
        given = upto
    return shares
