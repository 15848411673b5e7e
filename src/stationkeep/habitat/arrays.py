"""The arrays the compiled kernels work on: what never changes (:class:`Network`) and what does (:class:`Moment`)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Booleans = NDArray[np.bool_]


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
    driven: int
    """The store whose gas scrubbers follow."""
    settle_days: float


class Moment(NamedTuple):
    """Everything that changes; all arrays are written in place."""

    amount: Floats
    vented: Floats
    dry: Booleans
    brim: Booleans
    used: Floats
    available: Floats
    need: Floats
    asked: Floats
    rate: Floats
    net: Floats
    met: Floats
    short: Booleans
    mark_level: Floats
    mark_side: Floats
