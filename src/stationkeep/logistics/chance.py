"""The few laws of chance this room needs, without a statistics package: beta and Student-t, their quantiles.

The incomplete beta function is summed by its continued fraction (Abramowitz and Stegun, 26.5.8); quantiles are found by
bisection, to twelve digits.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Final

_TINY: Final = 1.0e-300
_TERMS: Final = 500
_HALVINGS: Final = 200


def beta_share(x: float, a: float, b: float) -> float:
    """The probability that a beta-distributed number lies below ``x``: the regularised incomplete beta function."""
    if x <= 0.0 or x >= 1.0:
        return 0.0 if x <= 0.0 else 1.0
    # The fraction converges fast only below the mean; above it the mirror image is taken.
    if x > (a + 1.0) / (a + b + 2.0):
        return 1.0 - beta_share(1.0 - x, b, a)
    front = math.exp(math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x))
    return front * _fraction(x, a, b) / a


def beta_quantile(share: float, a: float, b: float) -> float:
    """Below which number does a beta-distributed one lie with this probability?"""
    return _solved(lambda x: beta_share(x, a, b), share, 0.0, 1.0)


def student_share(t: float, freedom: float) -> float:
    """The probability that a Student-t number with ``freedom`` degrees of freedom lies below ``t``."""
    inside = beta_share(t * t / (freedom + t * t), 0.5, 0.5 * freedom)
    return 0.5 + math.copysign(0.5 * inside, t)


def student_quantile(share: float, freedom: float) -> float:
    """Below which number does a Student-t one lie with this probability?"""
    reach = 1.0
    while student_share(reach, freedom) < max(share, 1.0 - share):
        reach *= 2.0
    return _solved(lambda t: student_share(t, freedom), share, -reach, reach)


def _fraction(x: float, a: float, b: float) -> float:
    """The continued fraction of the incomplete beta function, from the front (Lentz's way of summing it)."""
    c, d = 1.0, 1.0 / _away_from_zero(1.0 - (a + b) * x / (a + 1.0))
    total = d
    for m in range(1, _TERMS):
        even = m * (b - m) * x / ((a + 2 * m - 1.0) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1.0))
        step = 1.0
        for term in (even, odd):
            d = 1.0 / _away_from_zero(1.0 + term * d)
            c = _away_from_zero(1.0 + term / c)
            step = c * d
            total *= step
        if abs(step - 1.0) < 1.0e-15:
            break
    return total


def _away_from_zero(value: float) -> float:
    return value if abs(value) > _TINY else _TINY


def _solved(share_below: Callable[[float], float], share: float, low: float, high: float) -> float:
    for _ in range(_HALVINGS):
        middle = 0.5 * (low + high)
        if share_below(middle) < share:
            low = middle
        else:
            high = middle
    return 0.5 * (low + high)
