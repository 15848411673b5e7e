"""The flight of one body through the air, in compiled code: motion, heat balance, melting; from anywhere to the ground.

Frame: fixed to the turning Earth, metres and seconds. The state of a body (``STATE`` numbers): place (3), velocity over
the ground (3), specific enthalpy [J/kg] above :data:`stationkeep.descent.materials.ENTHALPY_FROM_K`, own mass [kg], and
running sums of heat brought [J], heat radiated [J], work of the air per mass [J/kg]. Dormand and Prince's pair of
orders 5 and 4 with steps by their difference; events are met by shortening the step.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from stationkeep.compiled import compiled
from stationkeep.descent.entry_forces import LEAST_SHARE, OWN_MASS, flying_mass_kg
from stationkeep.descent.entry_look import (
    ALTITUDE,
    ALTITUDE_REACHED,
    CONVECTIVE,
    DEMISED,
    ENTHALPY,
    FAILED,
    GROUND,
    HEAT_AT_MELT,
    HEAT_IN,
    LOAD,
    LOAD_REACHED,
    LOOK,
    MASS,
    MELT_ALTITUDE,
    MELT_TIME,
    MELTS,
    PRESSURE,
    PRESSURE_REACHED,
    RADIATED,
    STATE,
    STEPS,
    TIME,
    TIMED_OUT,
)
from stationkeep.descent.entry_peaks import (
    BEGIN,
    BEGIN_RATES,
    END,
    END_RATES,
    look_between,
    note_film,
    note_peaks,
    seek_peaks,
)
from stationkeep.descent.entry_rates import rates
from stationkeep.descent.entry_sink import settled, sink

_LONGEST_STEP_S = 5.0
_RECORD_S = 1.0
_LONGEST_S = 6.0 * 3600.0
_MOST_STEPS = 200_000
_EVENT_S = 2.0e-3  # how near to an event a step has to end: half a metre of height
LEAST_MASS = 1.0e-3  # of the own mass: below it a body counts as gone, unless its row says more

# Dormand and Prince (1980), J. Comp. Appl. Math. 6, table 2.
_A21 = 1 / 5
_A31, _A32 = 3 / 40, 9 / 40
_A41, _A42, _A43 = 44 / 45, -56 / 15, 32 / 9
_A51, _A52, _A53, _A54 = 19372 / 6561, -25360 / 2187, 64448 / 6561, -212 / 729
_A61, _A62, _A63, _A64, _A65 = 9017 / 3168, -355 / 33, 46732 / 5247, 49 / 176, -5103 / 18656
_B1, _B3, _B4, _B5, _B6 = 35 / 384, 500 / 1113, 125 / 192, -2187 / 6784, 11 / 84
_E1, _E3, _E4, _E5, _E6, _E7 = 71 / 57600, -71 / 16695, 71 / 1920, -17253 / 339200, 22 / 525, -1 / 40


@compiled(fastmath=True)
def _try_step(
    y: Any,
    h: float,
    melting: bool,
    body: Any,
    world: Any,
    k: Any,
    new: Any,
    look: Any,
    spare: Any,
) -> float:
    """A step of ``h`` seconds from ``y`` into ``new``; ``k[0]`` holds the rates at ``y``. Returns the error over 1."""
    for i in range(STATE):
        new[i] = y[i] + h * _A21 * k[0, i]
    rates(new, melting, body, world, k[1], look, spare)
    for i in range(STATE):
        new[i] = y[i] + h * (_A31 * k[0, i] + _A32 * k[1, i])
    rates(new, melting, body, world, k[2], look, spare)
    for i in range(STATE):
        new[i] = y[i] + h * (_A41 * k[0, i] + _A42 * k[1, i] + _A43 * k[2, i])
    rates(new, melting, body, world, k[3], look, spare)
    for i in range(STATE):
        new[i] = y[i] + h * (_A51 * k[0, i] + _A52 * k[1, i] + _A53 * k[2, i] + _A54 * k[3, i])
    rates(new, melting, body, world, k[4], look, spare)
    for i in range(STATE):
        new[i] = y[i] + h * (_A61 * k[0, i] + _A62 * k[1, i] + _A63 * k[2, i] + _A64 * k[3, i] + _A65 * k[4, i])
    rates(new, melting, body, world, k[5], look, spare)
    for i in range(STATE):
        new[i] = y[i] + h * (_B1 * k[0, i] + _B3 * k[2, i] + _B4 * k[3, i] + _B5 * k[4, i] + _B6 * k[5, i])
    rates(new, melting, body, world, k[6], look, spare)
    worst = 0.0
    for i in range(MASS + 1):
        off = h * (_E1 * k[0, i] + _E3 * k[2, i] + _E4 * k[3, i] + _E5 * k[4, i] + _E6 * k[5, i] + _E7 * k[6, i])
        worst = max(worst, abs(off) / _allowed(i, body))
    return worst


@compiled(fastmath=True)
def _allowed(i: int, body: Any) -> float:
    """Error a step may have at tolerance 1: metres, metres a second, joules a kilogram, kilograms."""
    if i < 3:
        return 1.0
    if i < 6:
        return 2.0e-3
    return 50.0 if i == ENTHALPY else 1.0e-4 * body[OWN_MASS]


@compiled(fastmath=True)
def _crossing(
    y: Any, new: Any, before: Any, after: Any, melting: bool, head: Any, body: Any, stops: Any
) -> tuple[float, int]:
    """Which event lies first within a step, and at which share of it? ``(2, FAILED)`` if none."""
    first, which = 2.0, FAILED
    if after[ALTITUDE] <= stops[0]:
        share = (before[ALTITUDE] - stops[0]) / max(before[ALTITUDE] - after[ALTITUDE], 1.0e-12)
        first, which = share, ALTITUDE_REACHED
    if after[LOAD] >= stops[1]:
        share = (stops[1] - before[LOAD]) / max(after[LOAD] - before[LOAD], 1.0e-12)
        if share < first:
            first, which = share, LOAD_REACHED
    if after[PRESSURE] >= stops[2]:
        share = (stops[2] - before[PRESSURE]) / max(after[PRESSURE] - before[PRESSURE], 1.0e-12)
        if share < first:
            first, which = share, PRESSURE_REACHED
    if melting:
        least = max(LEAST_MASS, body[LEAST_SHARE]) * body[OWN_MASS]
        if new[MASS] <= least:
            share = (y[MASS] - least) / max(y[MASS] - new[MASS], 1.0e-300)
            if share < first:
                first, which = share, DEMISED
    elif new[ENTHALPY] > head[0] and new[ENTHALPY] > y[ENTHALPY]:
        share = (head[0] - y[ENTHALPY]) / max(new[ENTHALPY] - y[ENTHALPY], 1.0e-300)
        if share < first:
            first, which = share, MELTS
    return max(first, 0.0), which


@compiled(fastmath=True)
def _copy(source: Any, target: Any) -> None:
    """As ``target[:] = source``, which takes seconds to compile for its messages alone."""
    for i in range(len(source)):
        target[i] = source[i]


@compiled(fastmath=True)
def _record(time: float, look: Any, y: Any, record: Any, rows: int) -> int:
    """A row of the record, while there is room."""
    if rows >= record.shape[0]:
        return rows
    record[rows, 0] = time
    _copy(look, record[rows, 1 : 1 + LOOK])
    _copy(y, record[rows, 1 + LOOK :])
    return rows + 1


@compiled(fastmath=True)
def _record_step(step: Any, h: float, time: float, look: Any, body: Any, world: Any, record: Any, rows: int) -> int:
    """A step that ends at ``time``: its end, and before it a row about every second, so that a curve has no corners."""
    parts = math.ceil(h / _RECORD_S)
    if rows + parts < record.shape[0]:
        y, seen = np.empty(STATE), np.empty(LOOK)
        for part in range(1, parts):
            look_between(step, h, part / parts, body, world, y, seen)
            rows = _record(time + (part / parts - 1.0) * h, seen, y, record, rows)
    return _record(time, look, step[END], record, rows)


@compiled(fastmath=True)
def _keep(y: Any, k: Any, new: Any, step: Any) -> None:
    """The ends of a step, for what is sought between them."""
    for i in range(STATE):
        step[BEGIN, i], step[BEGIN_RATES, i], step[END, i], step[END_RATES, i] = y[i], k[0, i], new[i], k[6, i]


@compiled(fastmath=True)
def _shift(looks: Any, look: Any, after: Any) -> None:
    """The last three looks move on by one step, at whose end ``look`` is ``after``."""
    for i in range(LOOK):
        looks[0, i], looks[1, i], looks[2, i] = looks[1, i], look[i], after[i]
        look[i] = after[i]


@compiled(fastmath=True)
def _begin_to_melt(y: Any, time: float, look: Any, head: Any, body: Any, summary: Any) -> None:
    """The step ends a hair beyond the melting point: what is beyond has melted something already."""
    y[MASS] -= flying_mass_kg(y[MASS], body) * (y[ENTHALPY] - head[0]) / head[1]
    y[ENTHALPY] = head[0]
    if summary[MELT_TIME] < 0.0:
        summary[MELT_TIME], summary[MELT_ALTITUDE], summary[HEAT_AT_MELT] = time, look[ALTITUDE], y[HEAT_IN]


@compiled(fastmath=True)
def fly(
    y: Any,
    start_time: float,
    body: Any,
    world: Any,
    stops: Any,
    tolerance: float,
    summary: Any,
    record: Any,
) -> tuple[int, int]:
    """Flies ``y`` (changed in place) to the first stop; how it ended, and how many rows of ``record`` were filled.

    ``world``: enthalpy of melting and heat of fusion, rows of the material, table of the air and its step [km].
    ``stops``: altitude [km], load [g0], dynamic pressure [Pa]; with altitude 0 the ground. ``summary`` is added to.
    """
    k, new, after, spare = np.empty((7, STATE)), np.empty(STATE), np.empty(LOOK), np.empty(11)
    look, time, h, rows = np.empty(LOOK), start_time, 0.5, 0
    looks, steps, lengths, newer = np.zeros((3, LOOK)), np.empty((2, 4, STATE)), np.zeros(2), 0
    melting = y[ENTHALPY] >= world[0][0]
    rates(y, melting, body, world, k[0], look, spare)
    note_peaks(time, look, y, body, summary)
    rows = _record(time, look, y, record, rows)
    for _ in range(_MOST_STEPS):
        summary[STEPS] += 1.0
        if melting and look[CONVECTIVE] < look[RADIATED]:
            melting = look[CONVECTIVE] >= look[RADIATED]  # false; see where it begins
            rates(y, melting, body, world, k[0], look, spare)
        h = min(h, _LONGEST_STEP_S)
        error = _try_step(y, h, melting, body, world, k, new, after, spare) / tolerance
        if not error <= 1.0:
            h *= max(0.2, 0.9 * error**-0.2) if error < 1.0e12 else 0.1
            if h < 1.0e-9:
                return FAILED, rows
            continue
        share, event = _crossing(y, new, look, after, melting, world[0], body, stops)
        if share < 1.0 - 1.0e-9 and h > 1.0e-6:
            # Aim a little beyond the event, so that the last short step falls past it and not before it for ever.
            h = max(h * share * (1.0 + 1.0e-7), 1.0e-6)
            _try_step(y, h, melting, body, world, k, new, after, spare)
            share, event = _crossing(y, new, look, after, melting, world[0], body, stops)
        time += h
        newer = 1 - newer
        lengths[newer] = h
        _keep(y, k, new, steps[newer])
        _shift(looks, look, after)
        _copy(new, y)
        _copy(k[6], k[0])
        note_peaks(time, look, y, body, summary)
        if melting:
            note_film(steps[newer], h, time, body, world, summary)
        if lengths[1 - newer] > 0.0:
            seek_peaks(looks, steps, lengths, 1 - newer, time, body, world, summary)
        rows = _record_step(steps[newer], h, time, look, body, world, record, rows)
        summary[TIME] = time
        if event != FAILED and (1.0 - share) * h < _EVENT_S:
            if event != MELTS:
                return (GROUND if event == ALTITUDE_REACHED and stops[0] <= 0.0 else event), rows
            melting = event == MELTS  # true; for a plain True all would compile once more
            _begin_to_melt(y, time, look, world[0], body, summary)
            rates(y, melting, body, world, k[0], look, spare)
        if settled(y, look, body, world):
            summary[TIME] = sink(y, time, body, world, stops[0], look)
            rows = _record(summary[TIME], look, y, record, rows)
            return (GROUND if stops[0] <= 0.0 else ALTITUDE_REACHED), rows
        if time - start_time > _LONGEST_S:
            return TIMED_OUT, rows
        h = max(h * (min(4.0, 0.9 * max(error, 1.0e-8) ** -0.2) if event == FAILED else 1.0), 1.0e-3)
    return FAILED, rows
