"""How likely something is that was never seen: the upper bound, 95 % sure.

Spec: facts, 4.2 (b): none in n bounds the chance at 1 - 0.05^(1/n), which is near 3/n.
"""

from __future__ import annotations

PPM = 1_000_000


def chance(trials: int) -> float:
    """Upper bound of the chance of what none of `trials` showed; certain where there were none."""
    return float(1 - 0.05 ** (1 / trials)) if trials else 1.0
