"""How sure is what survives? The same entry flown many times, with what is uncertain drawn at random."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from stationkeep.descent.air import AirTable
from stationkeep.descent.body import Body, Part
from stationkeep.descent.casualty_area import nasa_casualty_area_m2
from stationkeep.descent.entry import EntryOptions, EntryState, fly_entry
from stationkeep.descent.tearing import TEAR_SHARES
from stationkeep.errors import InputError

FloatArray = NDArray[np.float64]

HARMFUL_J: Final = 15.0  # NASA-STD-8719.14C: weaker impacts do not count
HEAT_SIGMA: Final = 0.22
"""Of the logarithm of convective heating, 1 sigma: catalytic and non-catalytic walls differ by 2.7 (TITAN's regression
values at 70 km), codes among each other by a quarter."""
DRAG_SIGMA: Final = 0.10
BREAK_UP_KM: Final = (72.0, 84.0)
"""Main break-up, uniform: 71.8 to 84 km have been reconstructed or seen."""
ARRAYS_KM: Final = (90.0, 110.0)
"""Parts whose file lets them go above the main break-up, uniform."""


@dataclass(frozen=True, eq=False)
class EntrySpread:
    """What survived in each of n draws."""

    surviving_fraction: FloatArray
    """(n,)"""
    surviving_mass_kg: FloatArray
    casualty_area_m2: FloatArray
    """NASA's rule over all pieces that strike with more than 15 J, (n,)."""
    pieces: FloatArray
    """Of those, (n,)."""
    owners: tuple[str, ...]
    owner_mass_kg: FloatArray
    """Surviving, (n, owners)."""
    owner_area_m2: FloatArray
    """Casualty area, (n, owners)."""

    def quantiles(self, values: FloatArray) -> tuple[float, float, float]:
        """5 %, 50 % and 95 % of one of the arrays."""
        low, middle, high = np.quantile(values, (0.05, 0.5, 0.95))
        return float(low), float(middle), float(high)


def entry_spread(
    body: Body, state: EntryState, air: AirTable | None = None, options: EntryOptions | None = None, *,
    draws: int = 100, seed: int = 1, advance: Callable[[], None] | None = None,
) -> EntrySpread:  # fmt: skip
    """What survives of a body, over what is not known of heating, drag, break-up and its own make-up.

    Drawn independently: heating and drag (log-normal, one factor for all parts), altitude of the main break-up and of
    what comes off above it (uniform), how much there is of each part (its ``mass_uncertainty``, normal), how heavy one
    piece is where the mass of all is the same (its ``piece_uncertainty``, log-normal, one draw for all parts), and the
    molten share at which thin walls tear (uniform, :data:`tearing.TEAR_SHARES`). Draw ``i`` depends on ``seed`` and
    ``i`` alone.
    """
    if draws < 1:
        raise InputError(f"{draws} draws", hint="ask for at least one")
    base = options or EntryOptions()
    owners = tuple(sorted({part.owner for part in body.parts}))
    found = np.zeros((draws, 4))
    by_owner = np.zeros((draws, 2, len(owners)))
    for index in range(draws):
        _draw(body, state, air, base, (seed, index), found[index], by_owner[index], owners)
        if advance is not None:
            advance()
    fraction, mass_kg, area_m2, count = found.T
    return EntrySpread(fraction, mass_kg, area_m2, count, owners, by_owner[:, 0], by_owner[:, 1])


def _draw(
    body: Body, state: EntryState, air: AirTable | None, base: EntryOptions, key: tuple[int, int], found: FloatArray,
    by_owner: FloatArray, owners: tuple[str, ...],
) -> None:  # fmt: skip
    """One fall, added to ``found`` (share, mass, area, pieces) and ``by_owner`` (mass and area by owner)."""
    seed, index = key
    random = np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed, spawn_key=(index,))))
    heat, drag = np.exp(random.normal(0.0, (HEAT_SIGMA, DRAG_SIGMA)))
    body_drawn = moved(body, random.uniform(*BREAK_UP_KM), random.uniform(*ARRAYS_KM))
    rest = np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed, spawn_key=(index, 1))))
    chosen = replace(
        base, heat_scale=base.heat_scale * heat, drag_scale=base.drag_scale * drag, record=False,
        tear_share=rest.uniform(*TEAR_SHARES),
    )  # fmt: skip
    coarser = np.exp(rest.normal() * np.array([part.piece_uncertainty for part in body.parts]))
    result = fly_entry(regrouped(body_drawn, coarser), state, air, chosen)
    amounts = np.array([_amount(random, part) for part in body.parts]) / coarser
    total = sum(amount * part.count * part.start_mass_kg for amount, part in zip(amounts, result.parts, strict=True))
    for amount, part in zip(amounts, result.parts, strict=True):
        if part.impact is None:
            continue
        mass, pieces = amount * part.count * part.impact.mass_kg, amount * part.count
        harmful = part.impact.energy_j > HARMFUL_J
        area = pieces * nasa_casualty_area_m2([part.mean_area_m2]) if harmful else 0.0
        found += (mass / total, mass, area, pieces if harmful else 0.0)
        by_owner[:, owners.index(part.owner)] += (mass, area)


def _amount(random: np.random.Generator, part: Part) -> float:
    """How much there is of a part, over what its file says; never less than nothing (drawn again, not cut)."""
    while True:
        amount = float(random.normal(1.0, part.mass_uncertainty))
        if amount > 0.0:
            return amount


def regrouped(body: Body, coarser: FloatArray) -> Body:
    """The same body with each part ``coarser`` times as heavy, and as large as that makes it (plates: no thicker).

    Counts stay, so a part then stands for ``coarser`` times its mass: what is found is divided by that. What holds
    others grows with their mass, so that the whole comes down as before.
    """
    if (coarser == 1.0).all():
        return body
    masses = body.scaled_masses_kg(coarser.tolist())
    holders = {part.contained_in for part in body.parts}

    def sized(part: Part, mass_kg: float) -> Part:
        factor = mass_kg / part.mass_kg
        if part.name in holders:
            sizes = tuple(value * factor**0.5 for value in part.dimensions_m)
        elif part.shape == "plate":
            length, width, thickness = part.dimensions_m
            sizes = (length * factor**0.5, width * factor**0.5, thickness)
        else:
            sizes = tuple(value * factor ** (1.0 / 3.0) for value in part.dimensions_m)
        return replace(part, mass_kg=mass_kg, dimensions_m=sizes)

    return replace(body, parts=tuple(sized(part, mass) for part, mass in zip(body.parts, masses, strict=True)))


def moved(body: Body, break_up_km: float, arrays_km: float) -> Body:
    """The body with its main break-up and the releases above and at it elsewhere."""
    nominal = body.break_up_altitude_km

    def release(part: Part) -> float | None:
        given = part.release_altitude_km
        if given is None:
            return None
        if given > nominal + 1.0:
            return arrays_km
        return given + break_up_km - nominal

    parts = tuple(replace(part, release_altitude_km=release(part)) for part in body.parts)
    return replace(body, parts=parts, break_up_altitude_km=break_up_km)
