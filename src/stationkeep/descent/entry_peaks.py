"""How hot does a body get, where and when? The peaks between two steps of a flight, in compiled code.

Steps are up to 5 s long, in which a body sinks by more than a kilometre near its peak of heating. So a peak is sought
between them: on the cubic of Hermite through the ends of each step (right to the fourth power of the step, as the
steps themselves are), where the best of three neighbouring points is replaced by the vertex of their parabola.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from stationkeep.compiled import compiled
from stationkeep.descent.entry_forces import OWN_MASS
from stationkeep.descent.entry_look import (
    ALTITUDE,
    CONVECTIVE,
    LOAD,
    LOOK,
    MASS,
    PEAK_HEAT,
    PEAK_HEAT_AT,
    PEAK_HEAT_TIME,
    PEAK_K,
    PEAK_K_AT,
    PEAK_LOAD,
    PEAK_LOAD_AT,
    PEAK_PRESSURE,
    PRESSURE,
    STATE,
    TEMPERATURE,
)
from stationkeep.descent.entry_rates import rates

_MOST_VERTICES = 8
_CLOSE_S = 0.01  # three metres of height
_NARROW_S = 2.0
_FILM_SHARE = 0.1  # the last film of a melting part is stopped by hundreds of g, which loads nothing
BEGIN, BEGIN_RATES, END, END_RATES = range(4)
"""Rows of a step that has been made."""


@compiled(fastmath=True)
def note_peaks(time: float, look: Any, y: Any, body: Any, summary: Any) -> None:
    """Keeps the highest heat, temperature, load and pressure met so far."""
    if look[CONVECTIVE] > summary[PEAK_HEAT]:
        summary[PEAK_HEAT], summary[PEAK_HEAT_AT], summary[PEAK_HEAT_TIME] = look[CONVECTIVE], look[ALTITUDE], time
    if look[TEMPERATURE] > summary[PEAK_K]:
        summary[PEAK_K], summary[PEAK_K_AT] = look[TEMPERATURE], look[ALTITUDE]
    if look[LOAD] > summary[PEAK_LOAD] and y[MASS] >= _FILM_SHARE * body[OWN_MASS]:
        summary[PEAK_LOAD], summary[PEAK_LOAD_AT] = look[LOAD], look[ALTITUDE]
    summary[PEAK_PRESSURE] = max(summary[PEAK_PRESSURE], look[PRESSURE])


@compiled(fastmath=True)
def between(step: Any, length_s: float, share: float, out: Any) -> None:
    """State at a share of a step, into ``out``: cubic through the states and rates at both ends."""
    rest = 1.0 - share
    begin, end = (1.0 + 2.0 * share) * rest * rest, (1.0 + 2.0 * rest) * share * share
    begin_rate, end_rate = length_s * share * rest * rest, -length_s * rest * share * share
    for i in range(STATE):
        out[i] = begin * step[BEGIN, i] + end * step[END, i]
        out[i] += begin_rate * step[BEGIN_RATES, i] + end_rate * step[END_RATES, i]


@compiled(fastmath=True)
def look_between(step: Any, length_s: float, share: float, body: Any, world: Any, y: Any, look: Any) -> None:
    """State and what an observer notes at a share of a step, into ``y`` and ``look``."""
    between(step, length_s, share, y)
    melting = share < 0.0  # never: it changes the rates only, and a plain False would compile all once more
    rates(y, melting, body, world, np.empty(STATE), look, np.empty(11))


@compiled(fastmath=True)
def _vertex(t: Any, f: Any) -> float:
    """Where the parabola through three points has its vertex; the middle one is not below the others."""
    left, right = (t[1] - t[0]) * (f[1] - f[2]), (t[1] - t[2]) * (f[1] - f[0])
    if left - right <= 0.0:
        return float(t[1])
    return float(t[1] - 0.5 * ((t[1] - t[0]) * left - (t[1] - t[2]) * right) / (left - right))


@compiled(fastmath=True)
def _climb(
    what: int, values: Any, steps: Any, lengths: Any, older: int, time: float, body: Any, world: Any, summary: Any
) -> None:
    """Seeks the peak of one quantity within two steps that begin at 0 s; ``time`` is the clock there."""
    first = lengths[older]
    t, f = np.array([0.0, first, first + lengths[1 - older]]), values
    y, look = np.empty(STATE), np.empty(LOOK)
    for _ in range(_MOST_VERTICES):
        at = _vertex(t, f)
        if abs(at - t[1]) < _CLOSE_S:
            if t[2] - t[0] < _NARROW_S:
                return
            # A curve that leans has its peak beside the vertex: close in from the wider side before it is believed.
            wider = t[2] - t[1] if t[2] - t[1] > t[1] - t[0] else t[0] - t[1]
            at = t[1] + 0.1 * wider
        which, since = (older, 0.0) if at < first else (1 - older, first)
        look_between(steps[which], lengths[which], (at - since) / lengths[which], body, world, y, look)
        note_peaks(time + at, look, y, body, summary)
        if look[what] >= f[1]:
            outer = 2 if at < t[1] else 0
            t[outer], f[outer] = t[1], f[1]
            t[1], f[1] = at, look[what]
        else:
            outer = 0 if at < t[1] else 2
            t[outer], f[outer] = at, look[what]


@compiled(fastmath=True)
def seek_peaks(
    looks: Any, steps: Any, lengths: Any, older: int, time: float, body: Any, world: Any, summary: Any
) -> None:
    """Mends the peaks where the middle of three points is the highest of the flight so far.

    ``looks`` where the older of two ``steps`` begins, between them, and where the newer ends; ``time`` of that end.
    """
    start = time - lengths[0] - lengths[1]
    for what, peak in ((CONVECTIVE, PEAK_HEAT), (TEMPERATURE, PEAK_K), (LOAD, PEAK_LOAD)):
        middle = looks[1, what]
        if middle >= summary[peak] and middle > looks[0, what] and middle > looks[2, what]:
            _climb(what, looks[:, what].copy(), steps, lengths, older, start, body, world, summary)


@compiled(fastmath=True)
def note_film(step: Any, length_s: float, time: float, body: Any, world: Any, summary: Any) -> None:
    """Notes the load where a melting part becomes a film, if that is within this step: beyond, load is not counted."""
    film = _FILM_SHARE * body[OWN_MASS]
    before, after = step[BEGIN, MASS], step[END, MASS]
    if before <= film or after >= film:
        return
    y, look, low, high = np.empty(STATE), np.empty(LOOK), 0.0, 1.0
    for _ in range(30):
        share = 0.5 * (low + high)
        between(step, length_s, share, y)
        if y[MASS] > film:
            low = share
        else:
            high = share
    look_between(step, length_s, low, body, world, y, look)
    note_peaks(time + (low - 1.0) * length_s, look, y, body, summary)
