"""Time steps from one event to the next, compiled: the heart of :meth:`stationkeep.habitat.state.HabitatState.advance`.

Rates are constant between events. The scrubbers' carbon dioxide, which is not, follows its exponential; a step takes
its exact mean, so that matter is kept exactly.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from stationkeep.compiled import compiled
from stationkeep.habitat.rates import HOLD, LEAK, PROPORTIONAL, TINY, balance, working_space
from stationkeep.habitat.unpacking import moment_in, network_of

EMPTY: Final = 0
FULL: Final = 1
FELL_BELOW: Final = 2
ROSE_ABOVE: Final = 3
SHORT: Final = 4
MET: Final = 5

_SUBSTEP: Final = 0.25  # of the time constant of carbon dioxide, while it settles
_SETTLED: Final = 1e-3  # of its equilibrium
_TURNS: Final = 8
_PATIENCE: Final = 6  # steps of no length after each other, before marks no longer hold up time


@compiled()
def advance(
    ints: Any, floats: Any, state: Any, span_days: float, leak_share: float, least: int, stop: bool,
    place: bool, times: Any, kinds: Any, indices: Any,
) -> Any:  # fmt: skip
    """Flies the stores through ``span_days``; returns (number of events, days flown).

    ``ints`` and ``floats`` are a packed network, ``state`` a block. Only events of grade ``least`` or more are noted;
    ``stop``: the first of them ends the flight. Stops early as well, with days flown short of the span, when the event
    list is full: call again. ``place``: something was changed from outside, so marks are placed anew. With a span of 0
    only the rates of this moment are found.
    """
    n, m = network_of(ints, floats), moment_in(ints, state)
    work = working_space(m.rate.size, m.amount.size, n.stores.size)
    room = times.size - n.mark_store.size - 2 * m.amount.size - m.need.size
    if place:
        _place_marks(n, m)
    flown, count, stuck = 0.0, 0, 0
    line = np.empty(2)
    while count < room and (least < 2 or flown < span_days or span_days == 0.0):
        if stuck > 0:
            # Stores lived from hand to mouth can be shared in more ways than one: found afresh, the same way is found
            # again at the same moment, and no mark is crossed to and fro for ever.
            m.asked[:] = 0.0
        balance(n, m, leak_share, m.amount[n.driven], work)
        for g in range(m.need.size):
            short = m.met[g] < 0.999
            if short != (m.short[g] > 0.0):
                m.short[g] = 1.0 if short else 0.0
                if least <= (1 if short else 0):
                    count = _note(times, kinds, indices, count, flown, SHORT if short else MET, g)
        if flown >= span_days or count >= room or (stop and count > 0):
            break
        marks = stuck < _PATIENCE
        if _settling(n, m, leak_share, line):
            # The driven gas follows one exponential and nothing else feels it: as far as the next change in one step.
            step = _next_change(n, m, span_days - flown, leak_share, marks, True)
            step = min(step, _regime_end(n, m, line, marks))
            for _turn in range(_TURNS):
                longest, mean = step, _mean_over(m.amount[n.driven], step, line)
                _shift(n, m, mean, leak_share)
                step = _next_change(n, m, longest, leak_share, marks, False)
                if step >= longest * (1.0 - 1e-9):
                    break
        else:
            # The mean must be that of the step really made, so whatever else ends the step is asked before it.
            step = _next_change(n, m, span_days - flown, leak_share, marks, False)
            step, mean = _driven_mean(n, m, step)
            if mean != m.amount[n.driven]:
                balance(n, m, leak_share, mean, work)
            step = _next_change(n, m, step, leak_share, marks, False)
        _move(n, m, step)
        flown = span_days if span_days - flown - step < 1e-12 else flown + step
        for s in range(m.amount.size):
            if m.amount[s] <= TINY and m.dry[s] == 0.0:
                if least <= n.store_grade[s]:
                    count = _note(times, kinds, indices, count, flown, EMPTY, s)
            elif least == 0 and m.amount[s] >= n.capacity[s] - TINY and m.brim[s] == 0.0 and n.capacity[s] > 0.0:
                count = _note(times, kinds, indices, count, flown, FULL, s)
        count = _note_marks(n, m, flown, least, times, kinds, indices, count)
        stuck = stuck + 1 if step <= 0.0 else 0
    return count, flown


@compiled(inner=True)
def _place_marks(n: Any, m: Any) -> None:
    """On which side of every mark does its store stand?"""
    pressure, _ = _total(n, m)
    for i in range(n.mark_store.size):
        level = m.amount[n.mark_store[i]] if n.mark_store[i] >= 0 else pressure
        m.mark_side[i] = 1.0 if level > m.mark_level[i] else -1.0


@compiled(inner=True)
def _settling(n: Any, m: Any, leak_share: float, line: Any) -> bool:
    """Whether the driven gas follows one exponential that nothing else feels; ``line``: its equilibrium, its rate."""
    now = m.amount[n.driven]
    if m.dry[n.driven] > 0.0 or now <= TINY:
        return False
    others, slope = m.net[n.driven], 0.0
    for p in range(m.rate.size):
        if n.mode[p] == PROPORTIONAL and (m.rate[p] > 0.0 or n.cap[p] * m.available[p] > 0.0):
            share = n.gain[p] * m.available[p]
            others += m.rate[p]
            if m.rate[p] >= n.cap[p] * m.available[p] * (1.0 - 1e-12):
                others -= m.rate[p]
            elif n.plain[p] == 0 or abs(m.rate[p] - share * now) > 1e-9 * max(1.0, m.rate[p]):
                return False
            else:
                slope += share
        elif n.mode[p] == LEAK and n.stores[n.starts[p]] == n.driven:
            others += m.rate[p]
            slope += leak_share
        elif n.mode[p] == HOLD and m.rate[p] > 0.0 and n.hold_store[n.group[p]] == n.driven:
            return False
    line[0], line[1] = others / slope if slope > 0.0 else 0.0, slope
    return slope > 0.0 and line[0] > TINY


@compiled(inner=True)
def _regime_end(n: Any, m: Any, line: Any, marks: bool) -> float:
    """How long until the driven gas crosses a mark, a target, or the level at which a scrubber can do no more?"""
    found = np.inf
    for p in range(m.rate.size):
        if n.mode[p] == PROPORTIONAL and n.gain[p] * m.available[p] > 0.0:
            # A little beyond, so that the scrubber is seen on the other side.
            found = min(found, _time_to(n.cap[p] / n.gain[p], m.amount[n.driven], line) * (1.0 + 1e-9) + 1e-9)
    for g in range(n.hold_store.size):
        if n.hold_store[g] == n.driven:
            found = min(found, _time_to(n.hold_target[g], m.amount[n.driven], line))
    for i in range(n.mark_store.size if marks else 0):
        if n.mark_store[i] == n.driven:
            found = min(found, _time_to(m.mark_level[i], m.amount[n.driven], line))
    return float(found)


@compiled(inner=True)
def _time_to(level: float, now: float, line: Any) -> float:
    """When an exponential towards ``line[0]`` passes a level; infinity: never, or it is there."""
    far, left = now - line[0], level - line[0]
    if far * left <= 0.0 or abs(left) >= abs(far) - TINY:
        return np.inf
    return float(np.log(far / left) / line[1])


@compiled(inner=True)
def _mean_over(now: float, step: float, line: Any) -> float:
    """The mean of an exponential from ``now`` towards ``line[0]`` over a step."""
    x = line[1] * step
    share = -np.expm1(-x) / x if x > 1e-9 else 1.0 - 0.5 * x
    return float(line[0] + (now - line[0]) * share)


@compiled(inner=True)
def _shift(n: Any, m: Any, mean: float, leak_share: float) -> None:
    """The rates that hang on the driven gas at its mean, with what flows by them; all others stay."""
    for p in range(m.rate.size):
        rate = m.rate[p]
        if n.mode[p] == PROPORTIONAL and rate < n.cap[p] * m.available[p] * (1.0 - 1e-12):
            rate = min(n.cap[p] * m.available[p], n.gain[p] * m.available[p] * mean)
        elif n.mode[p] == LEAK and n.stores[n.starts[p]] == n.driven:
            rate = leak_share * mean
        if rate != m.rate[p]:
            for k in range(n.starts[p], n.starts[p + 1]):
                m.net[n.stores[k]] += n.coefficients[k] * (rate - m.rate[p])
            m.rate[p] = rate


@compiled(inner=True)
def _driven_mean(n: Any, m: Any, longest: float) -> tuple[float, float]:
    """How long may a step be, and what is the mean of the driven gas over it? (step days, mean kg)"""
    now, others = m.amount[n.driven], m.net[n.driven]
    slope, fixed = 0.0, 0.0
    for p in range(m.rate.size):
        if n.mode[p] == PROPORTIONAL:
            others += m.rate[p]
            if m.rate[p] >= n.cap[p] * m.available[p] * (1.0 - 1e-12):
                fixed += m.rate[p]
            else:
                slope += n.gain[p] * m.available[p]
    if slope <= 0.0:
        return longest, now
    equilibrium = max(0.0, (others - fixed) / slope)
    step = longest
    if abs(now - equilibrium) > _SETTLED * max(equilibrium, 0.1):
        step = min(longest, _SUBSTEP / slope)
    x = slope * step
    share = -np.expm1(-x) / x if x > 1e-9 else 1.0 - 0.5 * x
    return step, equilibrium + (now - equilibrium) * share


@compiled(inner=True)
def _next_change(n: Any, m: Any, step: float, leak_share: float, marks: bool, but_driven: bool) -> float:
    """How long until the first store ends (or is worth using again), a target is reached or a mark is crossed?

    ``but_driven``: what the driven gas reaches is left out.
    """
    for s in range(m.amount.size):
        amount, net = m.amount[s], m.net[s]
        if but_driven and s == n.driven:
            continue
        if net < 0.0:
            if m.dry[s] == 0.0 and amount > TINY:
                step = min(step, amount / -net)
            if m.brim[s] > 0.0 and n.wake[s] > TINY:
                step = min(step, max(0.0, amount - n.capacity[s] + n.wake[s]) / -net)
        elif net > 0.0:
            if amount < n.capacity[s] - TINY and n.capacity[s] < np.inf:
                step = min(step, (n.capacity[s] - amount) / net)
            if m.dry[s] > 0.0 and n.wake[s] > TINY:
                step = min(step, max(0.0, n.wake[s] - amount) / net)
    if leak_share > 0.0:
        # The leak keeps its rate and composition within a step, so a step may take no more than a fiftieth of the air.
        step = min(step, 0.02 / leak_share)
    for g in range(n.hold_store.size):
        if n.hold_store[g] >= 0 and not (but_driven and n.hold_store[g] == n.driven):
            net = m.net[n.hold_store[g]]
            distance = n.hold_target[g] - m.amount[n.hold_store[g]]
            if distance * net > 0.0 and abs(distance) > TINY * max(1.0, n.hold_target[g]):
                step = min(step, distance / net)
    pressure, rise = _total(n, m)
    for i in range(n.mark_store.size if marks else 0):
        s = n.mark_store[i]
        if but_driven and s == n.driven:
            continue
        level, slope = (m.amount[s], m.net[s]) if s >= 0 else (pressure, rise)
        if slope * m.mark_side[i] < 0.0:
            step = min(step, max(0.0, (m.mark_level[i] - level) / slope))
    return float(step)


@compiled(inner=True)
def _total(n: Any, m: Any) -> tuple[float, float]:
    """The cabin's total pressure and how fast it changes [kPa, kPa/d]: what marks of store -1 watch."""
    level, slope = 0.0, 0.0
    for gas in range(m.amount.size):
        level += n.kpa_per_kg[gas] * m.amount[gas]
        slope += n.kpa_per_kg[gas] * m.net[gas]
    return level, slope


@compiled(inner=True)
def _move(n: Any, m: Any, step: float) -> None:
    for s in range(m.amount.size):
        m.amount[s] += m.net[s] * step
        if m.amount[s] > n.capacity[s]:
            # At the brim of a closed store this is rounding; a venting one lets go what is over.
            if n.vents[s] != 0:
                m.vented[s] += m.amount[s] - n.capacity[s]
            m.amount[s] = n.capacity[s]
        elif m.amount[s] < 0.0:
            m.amount[s] = 0.0
    for p in range(m.rate.size):
        m.used[p] += m.rate[p] * step


@compiled(inner=True)
def _note(times: Any, kinds: Any, indices: Any, count: int, time: float, kind: int, index: int) -> int:
    times[count], kinds[count], indices[count] = time, kind, index
    return count + 1


@compiled(inner=True)
def _note_marks(n: Any, m: Any, flown: float, least: int, times: Any, kinds: Any, indices: Any, count: int) -> int:
    pressure, rise = _total(n, m)
    for i in range(n.mark_store.size):
        s = n.mark_store[i]
        level, slope = (m.amount[s], m.net[s]) if s >= 0 else (pressure, rise)
        over = level - m.mark_level[i]
        if slope * m.mark_side[i] < 0.0 and over * m.mark_side[i] <= 1e-12 * max(1.0, m.mark_level[i]):
            m.mark_side[i] = -m.mark_side[i]
            kind = FELL_BELOW if m.mark_side[i] < 0.0 else ROSE_ABOVE
            if least <= max(0.0, n.mark_grade[i] * m.mark_side[i]):
                count = _note(times, kinds, indices, count, flown, kind, i)
    return count
