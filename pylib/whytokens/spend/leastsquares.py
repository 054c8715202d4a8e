"""Ordinary least squares with the covariance of its coefficients. Spec: normal equations, Gauss-Jordan.

Statistics of the future, not money: floats are fine here and nowhere else in `spend`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fit:
    """`inverse` is (X'X)^-1; `variance` of one observation; `freedom` degrees of freedom."""

    beta: tuple[float, ...]
    inverse: tuple[tuple[float, ...], ...]
    variance: float
    freedom: int
    residuals: tuple[float, ...]

    def mean(self, x: Sequence[float]) -> float:
        return sum(a * b for a, b in zip(x, self.beta, strict=True))

    def covariance(self, x: Sequence[float], z: Sequence[float]) -> float:
        """Of two fitted means."""
        through = [sum(a * b for a, b in zip(row, z, strict=True)) for row in self.inverse]
        return self.variance * sum(a * b for a, b in zip(x, through, strict=True))


def fit(rows: Sequence[Sequence[float]], values: Sequence[float]) -> Fit:
    """Raises ZeroDivisionError where the columns depend on each other."""
    size = len(rows[0])
    square = [[sum(row[i] * row[j] for row in rows) for j in range(size)] for i in range(size)]
    right = [
        sum(row[i] * value for row, value in zip(rows, values, strict=True)) for i in range(size)
    ]
    inverse = inverted(square)
    beta = tuple(sum(a * b for a, b in zip(line, right, strict=True)) for line in inverse)
    off = tuple(
        value - sum(a * b for a, b in zip(row, beta, strict=True))
        for row, value in zip(rows, values, strict=True)
    )
    freedom = len(rows) - size
    variance = sum(one * one for one in off) / freedom
    return Fit(beta, tuple(map(tuple, inverse)), variance, freedom, off)


def inverted(square: Sequence[Sequence[float]]) -> list[list[float]]:
    size = len(square)
    work = [[*row, *(float(i == j) for j in range(size))] for i, row in enumerate(square)]
    for at in range(size):
        pivot = max(range(at, size), key=lambda row: abs(work[row][at]))
        work[at], work[pivot] = work[pivot], work[at]
        lead = work[at][at]
        if abs(lead) < 1e-12:
            raise ZeroDivisionError("dependent columns")
        work[at] = [value / lead for value in work[at]]
        for row in range(size):
            if row != at and work[row][at]:
                factor = work[row][at]
                work[row] = [a - factor * b for a, b in zip(work[row], work[at], strict=True)]
    return [row[size:] for row in work]


def student_95(freedom: int) -> float:
    """The 95th percentile of Student's t (a 90 % interval), by Cornish and Fisher's expansion."""
    z = 1.6448536269514722
    v = freedom
    return (
        z
        + (z**3 + z) / (4 * v)
        + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * v**2)
        + (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / (384 * v**3)
    )
