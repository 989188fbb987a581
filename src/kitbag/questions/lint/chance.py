"""How likely a pattern in a bank is by chance alone."""

from collections.abc import Sequence
from math import erfc, exp, gamma, sqrt

EXACT_UP_TO = 400
"""Trials of unequal probability for which the sum over all outcomes is taken; beyond, the normal curve serves."""


def at_least(successes: int, probabilities: Sequence[float]) -> float:
    """Return the probability of at least so many successes in independent trials (Poisson binomial)."""
    if len(probabilities) > EXACT_UP_TO:
        mean = sum(probabilities)
        deviation = sqrt(sum(p * (1 - p) for p in probabilities))
        return erfc((successes - 0.5 - mean) / (deviation * sqrt(2))) / 2 if deviation else float(successes <= mean)
    chances = [1.0]  # chances[n]: n successes so far
    for p in probabilities:
        chances = [
            (chances[n] * (1 - p) if n < len(chances) else 0.0) + (chances[n - 1] * p if n else 0.0)
            for n in range(len(chances) + 1)
        ]
    return min(1.0, sum(chances[max(successes, 0) :]))


def uneven(successes: int, trials: int) -> float:
    """Return the probability that a fair coin falls at least as unevenly (binomial, two-sided)."""
    more = max(successes, trials - successes)
    return min(1.0, 2 * at_least(more, [0.5] * trials)) if 2 * more > trials else 1.0


def chi_square_of(counts: Sequence[int]) -> tuple[float, int]:
    """Return Pearson's χ² of counts that should be equal, and its degrees of freedom."""
    expected = sum(counts) / len(counts)
    return sum((count - expected) ** 2 / expected for count in counts), len(counts) - 1


def chi_square_tail(value: float, freedom: int) -> float:
    """Return the probability of a χ² at least this large; `freedom` is a whole number from 1."""
    half = value / 2
    # Q(a + 1, x) = Q(a, x) + x^a e^-x / Γ(a + 1), from Q(1/2, x) = erfc(√x) or Q(1, x) = e^-x.
    a, tail = (0.5, erfc(sqrt(half))) if freedom % 2 else (1.0, exp(-half))
    while 2 * a < freedom:
        tail += half**a * exp(-half) / gamma(a + 1)
        a += 1
    return tail
