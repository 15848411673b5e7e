"""The compiled heart: rates that respect every store at a moment, and time steps from one event to the next.

Rates are constant between events. Where several draw on a store that is empty, the first ``share_order`` is served
first and equals are cut by the same share; all stores are looked at together, so no order of equipment matters.
The scrubbers' carbon dioxide follows its exponential; a step takes its exact mean, so that matter is kept exactly.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from stationkeep.compiled import compiled

CREW: Final = 0
HOLD: Final = 1
PROPORTIONAL: Final = 2
FLOW: Final = 3
LEAK: Final = 4

EMPTY: Final = 0
FULL: Final = 1
FELL_BELOW: Final = 2
ROSE_ABOVE: Final = 3
SHORT: Final = 4
MET: Final = 5

_TINY: Final = 1e-9  # kg: a store within this of its end is at its end
_CLASSES: Final = 3
_ROUNDS: Final = 2000
_PASSES: Final = 24
_LEVELS: Final = 16
_SUBSTEP: Final = 0.25  # of the time constant of carbon dioxide, while it settles
_SETTLED: Final = 1e-3  # of its equilibrium


@compiled(inner=True)
def _limits(
    rate: Any,
    amount: Any,
    capacity: Any,
    vents: Any,
    starts: Any,
    stores: Any,
    coefficients: Any,
    share_order: Any,
    demand: Any,
    supply: Any,
    limit: Any,
) -> None:
    """Cuts rates until no empty store gives more than it gets and no full one takes more than it gives."""
    n_process, n_store = rate.size, amount.size
    for _round in range(_ROUNDS):
        demand[:] = 0.0
        supply[:] = 0.0
        for p in range(n_process):
            if rate[p] > 0.0:
                for k in range(starts[p], starts[p + 1]):
                    flow = coefficients[k] * rate[p]
                    # Rows: what a class takes out (0) and puts in (1) of a store.
                    if flow < 0.0:
                        demand[0, share_order[p], stores[k]] -= flow
                        supply[0, stores[k]] -= flow
                    else:
                        demand[1, share_order[p], stores[k]] += flow
                        supply[1, stores[k]] += flow
        worst = 0.0
        limit[:] = 1.0
        for s in range(n_store):
            for side in range(2):
                if side == 0 and amount[s] > _TINY:
                    continue
                if side == 1 and (vents[s] or amount[s] < capacity[s] - _TINY):
                    continue
                left = supply[1 - side, s]
                if supply[side, s] <= left * (1.0 + 1e-13) + 1e-16:
                    continue
                for c in range(_CLASSES):
                    wanted = demand[side, c, s]
                    if wanted > left:
                        limit[side, c, s] = left / wanted
                        worst = max(worst, wanted - left)
                        left = 0.0
                    else:
                        left -= wanted
        if worst == 0.0:
            return
        for p in range(n_process):
            if rate[p] > 0.0:
                smallest = 1.0
                for k in range(starts[p], starts[p + 1]):
                    smallest = min(smallest, limit[0 if coefficients[k] < 0.0 else 1, share_order[p], stores[k]])
                # A loop that gives back nearly all it takes would shrink slowly: cut it harder after a while.
                rate[p] *= smallest if _round < 100 else smallest**4
                if rate[p] < 1e-12:
                    # A loop that feeds only itself shrinks for ever; this is where for ever ends.
                    rate[p] = 0.0
    for s in range(n_store):
        # Not reached in any case known: stop whatever still draws on an empty store, rather than go below zero.
        if amount[s] <= _TINY and supply[0, s] > supply[1, s]:
            for p in range(n_process):
                for k in range(starts[p], starts[p + 1]):
                    if stores[k] == s and coefficients[k] < 0.0:
                        rate[p] = 0.0


@compiled(inner=True)
def _net(rate: Any, starts: Any, stores: Any, coefficients: Any, net: Any) -> None:
    net[:] = 0.0
    for p in range(rate.size):
        if rate[p] != 0.0:
            for k in range(starts[p], starts[p + 1]):
                net[stores[k]] += coefficients[k] * rate[p]


@compiled(inner=True)
def _balance(
    amount: Any,
    capacity: Any,
    vents: Any,
    starts: Any,
    stores: Any,
    coefficients: Any,
    cap: Any,
    available: Any,
    mode: Any,
    group: Any,
    order: Any,
    share_order: Any,
    gain: Any,
    hold_store: Any,
    hold_target: Any,
    hold_sign: Any,
    need: Any,
    leak_kg_day: float,
    kpa_per_kg: Any,
    mean_driven: float,
    settle_days: float,
    work: Any,
    asked: Any,
    rate: Any,
    net: Any,
    met: Any,
) -> None:
    """Rates of every process at this moment; ``met`` gets each group's share of what it asked for.

    What a hold is asked follows from what all others do, and what members can do from what the stores let them, so
    both are repeated until they no longer change. What a member could not do passes to the next of its group, but
    only once the holds know their task: before that a store may look dry that they are about to feed.
    """
    usable, wanted, before, demand, supply, limit = work
    usable[:] = cap * available
    _wishes(wanted, usable, amount, stores, starts, mode, gain, available, mean_driven, leak_kg_day, kpa_per_kg)
    for _pass in range(_PASSES):
        for p in range(cap.size):
            rate[p] = wanted[p] if mode[p] >= PROPORTIONAL else 0.0
        _assign(asked, usable, mode, group, order, rate)
        before[:] = rate
        _limits(rate, amount, capacity, vents, starts, stores, coefficients, share_order, demand, supply, limit)
        _net(rate, starts, stores, coefficients, net)
        settled = True
        for g in range(need.size):
            task = need[g]
            if hold_store[g] >= 0:
                task = _hold(g, hold_store, hold_target, hold_sign, amount, net, settle_days,
                             rate, mode, group, starts, stores, coefficients)  # fmt: skip
            settled = settled and abs(task - asked[g]) <= 1e-10 * max(task, 1.0)
            asked[g] = task
        if settled and not _learn(rate, before, usable, mode):
            break
    for g in range(need.size):
        done = 0.0
        for p in range(rate.size):
            if group[p] == g:
                done += rate[p]
        met[g] = 1.0 if asked[g] <= 1e-9 else min(1.0, done / asked[g])


@compiled(inner=True)
def _wishes(
    wanted: Any,
    usable: Any,
    amount: Any,
    stores: Any,
    starts: Any,
    mode: Any,
    gain: Any,
    available: Any,
    mean_driven: float,
    leak_kg_day: float,
    kpa_per_kg: Any,
) -> None:
    """What each process of no group would do if its stores let it."""
    air = 0.0
    for s in range(amount.size):
        if kpa_per_kg[s] > 0.0:
            air += amount[s]
    for p in range(wanted.size):
        wanted[p] = 0.0
        if mode[p] == PROPORTIONAL:
            wanted[p] = min(usable[p], gain[p] * available[p] * mean_driven)
        elif mode[p] == FLOW:
            wanted[p] = usable[p]
        elif mode[p] == LEAK and air > 0.0:
            wanted[p] = leak_kg_day * amount[stores[starts[p]]] / air


@compiled(inner=True)
def _hold(
    g: int,
    hold_store: Any,
    hold_target: Any,
    hold_sign: Any,
    amount: Any,
    net: Any,
    settle_days: float,
    rate: Any,
    mode: Any,
    group: Any,
    starts: Any,
    stores: Any,
    coefficients: Any,
) -> float:
    """Units a day the members of a hold must do so that their gas stays at, or comes back to, its target."""
    s = hold_store[g]
    others = net[s]
    for p in range(rate.size):
        if mode[p] == HOLD and group[p] == g and rate[p] > 0.0:
            for k in range(starts[p], starts[p + 1]):
                if stores[k] == s:
                    others -= coefficients[k] * rate[p]
    missing = (hold_target[g] - amount[s]) * hold_sign[g]
    if missing < -_TINY * max(1.0, hold_target[g]):
        return 0.0
    if missing <= _TINY * max(1.0, hold_target[g]):
        missing = 0.0
    return max(0.0, -others * hold_sign[g] + missing / settle_days)


@compiled(inner=True)
def _assign(asked: Any, usable: Any, mode: Any, group: Any, order: Any, rate: Any) -> None:
    """Gives each group's task to its members, the lowest order first, equals by capacity."""
    for g in range(asked.size):
        left = asked[g]
        for level in range(_LEVELS):
            if left <= 0.0:
                break
            total = 0.0
            for p in range(rate.size):
                if mode[p] <= HOLD and group[p] == g and order[p] == level:
                    total += usable[p]
            if total > 0.0:
                share = min(1.0, left / total)
                for p in range(rate.size):
                    if mode[p] <= HOLD and group[p] == g and order[p] == level:
                        rate[p] = share * usable[p]
                left -= share * total


@compiled(inner=True)
def _learn(rate: Any, before: Any, usable: Any, mode: Any) -> bool:
    """Members that could not do their task can do no more than they did; says whether any was found."""
    found = False
    for p in range(rate.size):
        if mode[p] <= HOLD and rate[p] < before[p] * (1.0 - 1e-9):
            usable[p] = rate[p]
            found = True
    return found


@compiled(inner=True)
def _driven_mean(
    driven: int, amount: Any, net: Any, rate: Any, mode: Any, gain: Any, cap: Any, available: Any, longest: float
) -> tuple[float, float]:
    """How long may a step be, and what is the mean of the driven gas over it? (step days, mean kg)"""
    others, slope, fixed = net[driven], 0.0, 0.0
    now = amount[driven]
    for p in range(rate.size):
        if mode[p] == PROPORTIONAL:
            others += rate[p]
            if rate[p] >= cap[p] * available[p] * (1.0 - 1e-12):
                fixed += rate[p]
            else:
                slope += gain[p] * available[p]
    if slope <= 0.0:
        return longest, now
    equilibrium = max(0.0, (others - fixed) / slope)
    step = longest
    if abs(now - equilibrium) > _SETTLED * max(equilibrium, 1e-3):
        step = min(longest, _SUBSTEP / slope)
    x = slope * step
    share = -np.expm1(-x) / x if x > 1e-9 else 1.0 - 0.5 * x
    return step, equilibrium + (now - equilibrium) * share


@compiled()
def advance(
    span_days: float,
    amount: Any,
    vented: Any,
    capacity: Any,
    vents: Any,
    starts: Any,
    stores: Any,
    coefficients: Any,
    cap: Any,
    available: Any,
    mode: Any,
    group: Any,
    order: Any,
    share_order: Any,
    gain: Any,
    hold_store: Any,
    hold_target: Any,
    hold_sign: Any,
    need: Any,
    leak_kg_day: float,
    kpa_per_kg: Any,
    driven: int,
    settle_days: float,
    mark_store: Any,
    mark_level: Any,
    mark_side: Any,
    was_short: Any,
    asked: Any,
    rate: Any,
    net: Any,
    met: Any,
    used: Any,
    event_time: Any,
    event_kind: Any,
    event_index: Any,
) -> tuple[int, float, int]:
    """Flies the stores through ``span_days``; returns (number of events, days flown, steps).

    Stops early, with days flown short of the span, when the event list is full: call again. With a span of 0 only the
    rates of this moment are found.
    """
    work = (
        np.empty(cap.size), np.empty(cap.size), np.empty(cap.size), np.empty((2, _CLASSES, amount.size)),
        np.empty((2, amount.size)), np.empty((2, _CLASSES, amount.size)),
    )  # fmt: skip
    old = amount.copy()
    flown, events, steps = 0.0, 0, 0
    room = event_time.size - mark_store.size - amount.size - need.size
    while events < room:
        _balance(amount, capacity, vents, starts, stores, coefficients, cap, available, mode, group, order,
                 share_order, gain, hold_store, hold_target, hold_sign, need, leak_kg_day, kpa_per_kg,
                 amount[driven], settle_days, work, asked, rate, net, met)  # fmt: skip
        events = _note_shortages(flown, met, was_short, event_time, event_kind, event_index, events)
        if flown >= span_days or events >= room:
            break
        steps += 1
        step, mean = _driven_mean(driven, amount, net, rate, mode, gain, cap, available, span_days - flown)
        if mean != amount[driven]:
            _balance(amount, capacity, vents, starts, stores, coefficients, cap, available, mode, group, order,
                     share_order, gain, hold_store, hold_target, hold_sign, need, leak_kg_day, kpa_per_kg,
                     mean, settle_days, work, asked, rate, net, met)  # fmt: skip
        step = _next_change(step, amount, capacity, net, hold_store, hold_target, mark_store, mark_level,
                            mark_side, kpa_per_kg, leak_kg_day)  # fmt: skip
        old[:] = amount
        _move(step, amount, vented, capacity, vents, net)
        for p in range(rate.size):
            used[p] += rate[p] * step
        flown = span_days if span_days - flown - step < 1e-12 else flown + step
        events = _note_ends(flown, old, amount, capacity, event_time, event_kind, event_index, events)
        events = _note_marks(flown, amount, net, kpa_per_kg, mark_store, mark_level, mark_side,
                             event_time, event_kind, event_index, events)  # fmt: skip
    return events, flown, steps


@compiled(inner=True)
def _next_change(
    step: float,
    amount: Any,
    capacity: Any,
    net: Any,
    hold_store: Any,
    hold_target: Any,
    mark_store: Any,
    mark_level: Any,
    mark_side: Any,
    kpa_per_kg: Any,
    leak_kg_day: float,
) -> float:
    """How long until the first store ends, a target is reached or a mark is crossed?"""
    air = 0.0
    for s in range(amount.size):
        if kpa_per_kg[s] > 0.0:
            air += amount[s]
        if net[s] < 0.0 and amount[s] > _TINY:
            step = min(step, amount[s] / -net[s])
        elif net[s] > 0.0 and amount[s] < capacity[s] - _TINY and capacity[s] < np.inf:
            step = min(step, (capacity[s] - amount[s]) / net[s])
    if leak_kg_day > 0.0:
        # The leak keeps its composition within a step, so a step may take no more than a fiftieth of the air.
        step = min(step, 0.02 * max(air, 1.0) / leak_kg_day)
    for g in range(hold_store.size):
        if hold_store[g] >= 0:
            s = hold_store[g]
            distance = hold_target[g] - amount[s]
            if distance * net[s] > 0.0 and abs(distance) > _TINY * max(1.0, hold_target[g]):
                step = min(step, distance / net[s])
    for m in range(mark_store.size):
        level, slope = _marked(mark_store[m], amount, net, kpa_per_kg)
        if slope * mark_side[m] < 0.0:
            step = min(step, max(0.0, (mark_level[m] - level) / slope))
    return step


@compiled(inner=True)
def _marked(store: int, amount: Any, net: Any, kpa_per_kg: Any) -> tuple[float, float]:
    """What a mark watches and how fast it changes: a store [kg], or the total pressure [kPa] for store -1."""
    if store >= 0:
        return amount[store], net[store]
    level, slope = 0.0, 0.0
    for s in range(amount.size):
        level += kpa_per_kg[s] * amount[s]
        slope += kpa_per_kg[s] * net[s]
    return level, slope


@compiled(inner=True)
def _move(step: float, amount: Any, vented: Any, capacity: Any, vents: Any, net: Any) -> None:
    for s in range(amount.size):
        amount[s] += net[s] * step
        if amount[s] > capacity[s]:
            # At the brim of a closed store this is rounding; a venting one lets go what is over.
            if vents[s]:
                vented[s] += amount[s] - capacity[s]
            amount[s] = capacity[s]
        elif amount[s] < 0.0:
            amount[s] = 0.0


@compiled(inner=True)
def _note_ends(
    flown: float, old: Any, amount: Any, capacity: Any, event_time: Any, event_kind: Any, event_index: Any, events: int
) -> int:
    for s in range(amount.size):
        if old[s] > _TINY >= amount[s]:
            event_time[events], event_kind[events], event_index[events] = flown, EMPTY, s
            events += 1
        elif old[s] < capacity[s] - _TINY <= amount[s]:
            event_time[events], event_kind[events], event_index[events] = flown, FULL, s
            events += 1
    return events


@compiled(inner=True)
def _note_marks(
    flown: float,
    amount: Any,
    net: Any,
    kpa_per_kg: Any,
    mark_store: Any,
    mark_level: Any,
    mark_side: Any,
    event_time: Any,
    event_kind: Any,
    event_index: Any,
    events: int,
) -> int:
    for m in range(mark_store.size):
        level, slope = _marked(mark_store[m], amount, net, kpa_per_kg)
        over = level - mark_level[m]
        if slope * mark_side[m] < 0.0 and over * mark_side[m] <= 1e-12 * max(1.0, mark_level[m]):
            mark_side[m] = -mark_side[m]
            kind = FELL_BELOW if mark_side[m] < 0.0 else ROSE_ABOVE
            event_time[events], event_kind[events], event_index[events] = flown, kind, m
            events += 1
    return events


@compiled(inner=True)
def _note_shortages(
    flown: float, met: Any, was_short: Any, event_time: Any, event_kind: Any, event_index: Any, events: int
) -> int:
    for g in range(met.size):
        short = met[g] < 0.999
        if short != was_short[g]:
            was_short[g] = short
            event_time[events], event_kind[events], event_index[events] = flown, SHORT if short else MET, g
            events += 1
    return events
