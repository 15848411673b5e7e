"""The arrays the compiled kernels work on: what never changes (:class:`Network`) and what does (:class:`Moment`)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Booleans = NDArray[np.bool_]

GRADES = {"all": 0, "bad": 1, "serious": 2}
"""Events by how much they matter: nobody minds, people mind, people must leave."""


class Network(NamedTuple):
    """Processes (rows ``starts[p]`` to ``starts[p + 1]`` of stores and coefficients), groups, stores and marks."""

    starts: Integers
    stores: Integers
    coefficients: Floats
    """Kilograms per unit: below zero taken, above zero given."""
    cap: Floats
    mode: Integers
    group: Integers
    order: Integers
    member_starts: Integers
    """By group: where its members begin in ``members``; one more at the end."""
    members: Integers
    """Processes by group, in their order."""
    plain: Booleans
    """Of a scrubber: what it takes goes where nobody takes it from, so that only the driven gas feels it."""
    share_order: Integers
    gain: Floats
    """Of a scrubber: units a day for a kilogram of the driven gas."""
    hold_store: Integers
    """By group: the store it holds, -1 for a need of people."""
    hold_target: Floats
    hold_sign: Floats
    capacity: Floats
    vents: Booleans
    wake: Floats
    """How much must be in a store that ran dry before it is used again other than from hand to mouth [kg]."""
    kpa_per_kg: Floats
    """By store: the cabin's gases; 0 for all else."""
    mark_store: Integers
    """By mark: the store it watches, -1 for the total pressure."""
    store_grade: Integers
    """By store: how bad it is when it runs out, see ``GRADES``."""
    mark_grade: Integers
    """By mark: how bad it is to cross it, below zero where the bad side is below."""
    driven: int
    """The store whose gas scrubbers follow."""
    settle_days: float


def packed(network: Network) -> tuple[Integers, Floats]:
    """A network as two arrays, since handing twenty to a kernel takes longer than what it does with them."""
    n_group, n_mark = len(network.hold_store), len(network.mark_store)
    sizes = [len(network.cap), len(network.capacity), n_group, n_mark, len(network.stores), len(network.members)]
    integers = [
        [*sizes, network.driven], network.starts, network.stores, network.mode, network.group, network.order,
        network.share_order, network.plain, network.member_starts, network.members, network.hold_store, network.vents,
        network.mark_store, network.store_grade, network.mark_grade,
    ]  # fmt: skip
    floats = [
        [network.settle_days], network.coefficients, network.cap, network.gain, network.hold_target, network.hold_sign,
        network.capacity, network.wake, network.kpa_per_kg,
    ]  # fmt: skip
    return (
        np.concatenate([np.asarray(one, np.int64) for one in integers]),
        np.concatenate([np.asarray(one, float) for one in floats]),
    )


class Moment(NamedTuple):
    """Everything that changes; all arrays are written in place, and lie one after the other in one :func:`block`."""

    amount: Floats
    vented: Floats
    brought: Floats
    """From outside since the start; below zero: taken away."""
    dry: Floats
    """1 for a store that ran dry and is lived from hand to mouth, else 0; ``brim`` likewise for full ones."""
    brim: Floats
    net: Floats
    used: Floats
    available: Floats
    rate: Floats
    need: Floats
    asked: Floats
    met: Floats
    short: Floats
    mark_level: Floats
    mark_side: Floats


BY_STORE, BY_PROCESS, BY_GROUP, BY_MARK = 6, 3, 4, 2
"""How many arrays of a :class:`Moment` go by stores, processes, groups and marks, in this order."""


def block(n_store: int, n_process: int, n_group: int, n_mark: int) -> Floats:
    """Room for a :class:`Moment`, all zero."""
    return np.zeros(BY_STORE * n_store + BY_PROCESS * n_process + BY_GROUP * n_group + BY_MARK * n_mark)


def places(n_store: int, n_process: int, n_group: int, n_mark: int) -> tuple[slice, ...]:
    """Where in a block the arrays of a :class:`Moment` lie."""
    found, begin = [], 0
    for count, size in ((BY_STORE, n_store), (BY_PROCESS, n_process), (BY_GROUP, n_group), (BY_MARK, n_mark)):
        for _ in range(count):
            found.append(slice(begin, begin + size))
            begin += size
    return tuple(found)


def moment_of(state: Floats, where: tuple[slice, ...]) -> Moment:
    """The arrays of a block, as views of it."""
    return Moment._make(map(state.__getitem__, where))
