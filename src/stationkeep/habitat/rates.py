"""Rates that respect every store at a moment, compiled: what each process does, given what all the others do.

Where several draw on a store that is empty, the lower ``share_order`` is served first and equals are cut by the same
share; all stores are looked at together, so no order of equipment matters.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np

from stationkeep.compiled import compiled

CREW: Final = 0
HOLD: Final = 1
PROPORTIONAL: Final = 2
FLOW: Final = 3
LEAK: Final = 4

TINY: Final = 1e-9  # kg: a store within this of its end is at its end
CLASSES: Final = 3
_ROUNDS: Final = 160
_PATIENCE: Final = 40
_GUESSES_FROM: Final = 8  # turns of cutting, before the end of them is worked out; most need fewer
_GUESS_EVERY: Final = 4
_LEAST_PIVOT: Final = 1e-9
_MOST_BOUND: Final = 8  # stores whose balances are solved together
_PASSES: Final = 24
_NEARLY: Final = 1e-6  # of a hold's task: from here on it is known well enough to learn from
_EXACTLY: Final = 1e-10


class Ends(NamedTuple):
    """Stores at their end, dry or full, and who draws on them or fills them: a few of many."""

    count: Any
    """How many stores, how many entries."""
    found_at: Any
    """By store: its place in ``stores``; -1: not at its end."""
    stores: Any
    process: Any
    """By entry, as ``place`` (of its store, among those at their end) and ``coefficient``; in the order of
    processes."""
    place: Any
    coefficient: Any
    cut_by: Any
    """By process: twice the place of the store that cut it last, and one more where it was full; -1: none did."""


@compiled(inner=True)
def _ask(n: Any, rate: Any, ends: Any, demand: Any, supply: Any) -> None:
    """What each class takes out of (row 0) and puts into (row 1) every store at its end, and the sums over classes."""
    for k in range(ends.count[0]):
        for side in range(2):
            supply[k, side] = 0.0
            for c in range(CLASSES):
                demand[k, side, c] = 0.0
    for i in range(ends.count[1]):
        p, k = ends.process[i], ends.place[i]
        flow = ends.coefficient[i] * rate[p]
        if flow != 0.0:
            side = 0 if flow < 0.0 else 1
            demand[k, side, n.share_order[p]] += abs(flow)
            supply[k, side] += abs(flow)


@compiled(inner=True)
def _shortest(n: Any, m: Any, ends: Any, demand: Any, supply: Any, limit: Any) -> bool:
    """By which share must each class be cut at each store? Says whether any must."""
    found = False
    for k in range(ends.count[0]):
        s = ends.stores[k]
        for side in range(2):
            for c in range(CLASSES):
                limit[k, side, c] = 1.0
            left = supply[k, 1 - side]
            if supply[k, side] <= left * (1.0 + 1e-13) + 1e-16:
                continue
            if not (m.dry[s] > 0.0 if side == 0 else m.brim[s] > 0.0 and n.vents[s] == 0):
                continue
            found = True
            for c in range(CLASSES):
                wanted = demand[k, side, c]
                if wanted > left:
                    limit[k, side, c] = left / wanted
                    left = 0.0
                else:
                    left -= wanted
    return found


@compiled(inner=True)
def _limits(n: Any, m: Any, ends: Any, demand: Any, supply: Any, limit: Any) -> None:
    """Cuts rates until no dry store gives more than it gets and no full one takes more than it gives."""
    rate, count = m.rate, ends.count[1]
    ends.cut_by[:] = -1
    for turn in range(_ROUNDS):
        _ask(n, rate, ends, demand, supply)
        if not _shortest(n, m, ends, demand, supply, limit):
            return
        i = 0
        while i < count:
            p, smallest = ends.process[i], 1.0
            while i < count and ends.process[i] == p:
                side = 0 if ends.coefficient[i] < 0.0 else 1
                allowed = limit[ends.place[i], side, n.share_order[p]]
                if allowed < smallest:
                    smallest, ends.cut_by[p] = allowed, 2 * ends.place[i] + side
                i += 1
            # A loop that gives back all, or nearly all, it takes would shrink for ever: after a while whoever
            # still has to be cut is halved, and stops where next to nothing is left.
            rate[p] *= smallest if turn < _PATIENCE or smallest == 1.0 else min(smallest, 0.5)
        for p in range(rate.size):
            if rate[p] < 1e-12:
                rate[p] = 0.0
        if turn >= _GUESSES_FROM and turn % _GUESS_EVERY == 0:
            _foresee(rate, ends)
    # Not reached in any case known: rather nothing at all than a store below zero.
    rate[:] = 0.0


@compiled(inner=True)
def _foresee(rate: Any, ends: Any) -> None:
    """Where loops feed each other, cutting comes near its end ever more slowly: goes there at once.

    Whoever was cut last at the same end of a store is cut by one factor, such that all these stores give just what
    they get; nothing is done where no such factors between 0 and 1 exist.
    """
    bound, size = np.empty(_MOST_BOUND, np.int64), 0
    column = np.full(rate.size, -1)
    for p in range(rate.size):
        if ends.cut_by[p] >= 0 and rate[p] > 0.0:
            j = 0
            while j < size and bound[j] != ends.cut_by[p]:
                j += 1
            if j == _MOST_BOUND:
                return
            if j == size:
                bound[j], size = ends.cut_by[p], size + 1
            column[p] = j
    table = np.zeros((size, size + 1))
    for i in range(ends.count[1]):
        p = ends.process[i]
        for j in range(size):
            if rate[p] > 0.0 and ends.place[i] == bound[j] // 2:
                flow = ends.coefficient[i] * rate[p]
                if column[p] >= 0:
                    table[j, column[p]] += flow
                else:
                    table[j, size] -= flow
    if not _solve(table):
        return
    for j in range(size):
        if not 0.0 <= table[j, size] <= 1.0:
            return
    for p in range(rate.size):
        if column[p] >= 0:
            rate[p] *= table[column[p], size]


@compiled(inner=True)
def _solve(table: Any) -> bool:
    """Gauss and Jordan, in place: the answer is the last column; false where there is none."""
    size = table.shape[0]
    for j in range(size):
        best = j
        for i in range(j + 1, size):
            if abs(table[i, j]) > abs(table[best, j]):
                best = i
        if abs(table[best, j]) < _LEAST_PIVOT:
            return False
        for k in range(j, size + 1):
            table[j, k], table[best, k] = table[best, k], table[j, k]
        for k in range(size, j - 1, -1):
            table[j, k] /= table[j, j]
        for i in range(size):
            if i != j:
                for k in range(size, j - 1, -1):
                    table[i, k] -= table[i, j] * table[j, k]
    return True


@compiled(inner=True)
def _net(n: Any, m: Any) -> None:
    m.net[:] = 0.0
    for p in range(m.rate.size):
        if m.rate[p] != 0.0:
            for k in range(n.starts[p], n.starts[p + 1]):
                m.net[n.stores[k]] += n.coefficients[k] * m.rate[p]


@compiled(inner=True)
def balance(n: Any, m: Any, leak_share: float, mean_driven: float, work: Any) -> None:
    """Rates of every process at this moment; ``met`` gets each group's share of what it asked for.

    What a hold is asked follows from what all others do, and what members can do from what the stores let them, so
    both are repeated until they no longer change. What a member could not do passes to the next of its group, but
    only once the holds know their task: before that a store may look dry that they are about to feed.
    """
    usable, wanted, before, demand, supply, limit, ends = work
    rate = m.rate
    _look(n, m, ends)
    for p in range(rate.size):
        usable[p] = n.cap[p] * m.available[p]
    _rule_out(m, ends, usable, supply)
    _wishes(n, m, wanted, usable, mean_driven, leak_share)
    for _pass in range(_PASSES):
        for p in range(rate.size):
            rate[p] = wanted[p] if n.mode[p] >= PROPORTIONAL else 0.0
        _assign(n, m, usable)
        before[:] = rate
        _limits(n, m, ends, demand, supply, limit)
        _net(n, m)
        change = 0.0
        for g in range(m.need.size):
            task = m.need[g] if n.hold_store[g] < 0 else _hold(g, n, m)
            change = max(change, abs(task - m.asked[g]) / max(task, 1.0))
            m.asked[g] = task
        if change <= _NEARLY and not _learn(n, m, before, usable) and change <= _EXACTLY:
            break
    for g in range(m.need.size):
        done = 0.0
        for i in range(n.member_starts[g], n.member_starts[g + 1]):
            done += rate[n.members[i]]
        m.met[g] = 1.0 if m.asked[g] <= 1e-9 else min(1.0, done / m.asked[g])


@compiled(inner=True)
def _look(n: Any, m: Any, ends: Any) -> None:
    """Which stores are dry, which full? One that ran dry stays so until it holds enough to be worth it again."""
    ends.count[:] = 0
    for s in range(m.amount.size):
        if m.amount[s] <= TINY:
            m.dry[s] = 1.0
        elif m.amount[s] >= n.wake[s] * (1.0 - 1e-9):
            m.dry[s] = 0.0
        if m.amount[s] <= n.capacity[s] - n.wake[s] * (1.0 - 1e-9):
            m.brim[s] = 0.0
        elif m.amount[s] >= n.capacity[s] - TINY:
            m.brim[s] = 1.0
        ends.found_at[s] = -1
        if m.dry[s] > 0.0 or (m.brim[s] > 0.0 and n.vents[s] == 0):
            ends.found_at[s] = ends.count[0]
            ends.stores[ends.count[0]] = s
            ends.count[0] += 1
    for p in range(m.rate.size):
        for k in range(n.starts[p], n.starts[p + 1]):
            if ends.found_at[n.stores[k]] >= 0:
                i = ends.count[1]
                ends.process[i], ends.place[i], ends.coefficient[i] = p, ends.found_at[n.stores[k]], n.coefficients[k]
                ends.count[1] += 1


@compiled(inner=True)
def _rule_out(m: Any, ends: Any, usable: Any, supply: Any) -> None:
    """Who lives from a store that is dry, and that nobody can fill, can do nothing."""
    for k in range(ends.count[0]):
        supply[k, 1] = 0.0
    for i in range(ends.count[1]):
        if usable[ends.process[i]] > 0.0 and ends.coefficient[i] > 0.0:
            supply[ends.place[i], 1] += ends.coefficient[i]
    for i in range(ends.count[1]):
        k = ends.place[i]
        if ends.coefficient[i] < 0.0 and m.dry[ends.stores[k]] > 0.0 and supply[k, 1] <= 0.0:
            usable[ends.process[i]] = 0.0


@compiled(inner=True)
def _wishes(n: Any, m: Any, wanted: Any, usable: Any, mean_driven: float, leak_share: float) -> None:
    """What each process of no group would do if its stores let it (a leak loses a share of the air a day)."""
    for p in range(wanted.size):
        if n.mode[p] == PROPORTIONAL:
            wanted[p] = min(usable[p], n.gain[p] * m.available[p] * mean_driven)
        elif n.mode[p] == FLOW:
            wanted[p] = usable[p]
        else:
            s = n.stores[n.starts[p]]
            held = mean_driven if s == n.driven else m.amount[s]
            wanted[p] = leak_share * held if n.mode[p] == LEAK else 0.0


@compiled(inner=True)
def _hold(g: int, n: Any, m: Any) -> float:
    """Units a day the members of a hold must do so that their gas stays at, or comes back to, its target."""
    s = n.hold_store[g]
    others = m.net[s]
    for i in range(n.member_starts[g], n.member_starts[g + 1]):
        p = n.members[i]
        if m.rate[p] > 0.0:
            for k in range(n.starts[p], n.starts[p + 1]):
                if n.stores[k] == s:
                    others -= n.coefficients[k] * m.rate[p]
    missing = (n.hold_target[g] - m.amount[s]) * n.hold_sign[g]
    near = TINY * max(1.0, n.hold_target[g])
    if missing < -near:
        return 0.0
    if missing <= near:
        missing = 0.0
    return float(max(0.0, -others * n.hold_sign[g] + missing / n.settle_days))


@compiled(inner=True)
def _assign(n: Any, m: Any, usable: Any) -> None:
    """Gives each group's task to its members, the lowest order first, equals by capacity."""
    for g in range(m.asked.size):
        left, first, end = m.asked[g], n.member_starts[g], n.member_starts[g + 1]
        while first < end and left > 0.0:
            total, last = 0.0, first
            while last < end and n.order[n.members[last]] == n.order[n.members[first]]:
                total += usable[n.members[last]]
                last += 1
            if total > 0.0:
                share = min(1.0, left / total)
                for i in range(first, last):
                    m.rate[n.members[i]] = share * usable[n.members[i]]
                left -= share * total
            first = last


@compiled(inner=True)
def _learn(n: Any, m: Any, before: Any, usable: Any) -> bool:
    """Members that could not do their task can do no more than they did; says whether any was found.

    Only those who are served first among the cut: whoever is served after them was cut for what they asked in vain.
    """
    first = CLASSES
    for p in range(usable.size):
        if n.mode[p] <= HOLD and m.rate[p] < before[p] * (1.0 - 1e-9):
            first = min(first, n.share_order[p])
    for p in range(usable.size):
        if n.mode[p] <= HOLD and n.share_order[p] == first and m.rate[p] < before[p] * (1.0 - 1e-9):
            usable[p] = m.rate[p]
    return bool(first < CLASSES)


@compiled(inner=True)
def working_space(n_process: int, n_store: int, n_entry: int) -> Any:
    """Scratch arrays of :func:`balance`, made once for many steps."""
    ends = Ends(
        np.zeros(2, np.int64), np.empty(n_store, np.int64), np.empty(n_store, np.int64), np.empty(n_entry, np.int64),
        np.empty(n_entry, np.int64), np.empty(n_entry), np.empty(n_process, np.int64),
    )  # fmt: skip
    return (
        np.empty(n_process), np.empty(n_process), np.empty(n_process), np.empty((n_store, 2, CLASSES)),
        np.empty((n_store, 2)), np.empty((n_store, 2, CLASSES)), ends,
    )  # fmt: skip
