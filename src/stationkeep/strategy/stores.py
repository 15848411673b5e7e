"""Which propellant may a plan spend, by whom, when, and in how long a burn?"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from stationkeep.propulsion.burns import Thruster
from stationkeep.propulsion.tanks import Tank

SUPPLY_REASON = "delivery"
ATTITUDE_REASON = "attitude"


@dataclass(frozen=True, slots=True)
class Supply:
    """Propellant that comes to a store. With ``fill_to_kg`` it is loaded by need, up to ``propellant_kg``."""

    time_mjd_utc: float
    propellant_kg: float
    fill_to_kg: float | None = None

    def load_kg(self, content_kg: float) -> float:
        """What it brings to a store that holds ``content_kg``."""
        if self.fill_to_kg is None:
            return self.propellant_kg
        return min(max(self.fill_to_kg - content_kg, 0.0), self.propellant_kg)


@dataclass(frozen=True, slots=True)
class PropellantStore:
    """A provider with the tanks it burns from, and when it can push."""

    id: str
    """Its own name: a vehicle that comes several times has one store a visit."""
    provider: str
    label: str
    thruster: Thruster
    longest_burn_s: float
    initial_kg: float = 0.0
    supplies: tuple[Supply, ...] = ()
    from_mjd_utc: float = -math.inf
    until_mjd_utc: float = math.inf
    lowest_altitude_km: float = 0.0
    steady_kg_day: float = 0.0
    """What the attitude takes from it all the time it is there [kg/d]."""
    kept_kg: float = 0.0
    """What reboosts leave in it for the attitude."""
    endless: bool = False
    """True: it never runs dry once it has been filled. Only to ask what a plan would need."""

    @property
    def opens_mjd_utc(self) -> float:
        """From when on it may push: it is there, and something is in it."""
        if self.initial_kg > 0.0:
            return self.from_mjd_utc
        return max(self.from_mjd_utc, min((item.time_mjd_utc for item in self.supplies), default=math.inf))

    def pushes_at(self, time_mjd_utc: float) -> bool:
        """Whether it is there, has ever been filled, and may push."""
        return self.opens_mjd_utc <= time_mjd_utc < self.until_mjd_utc

    def steady_kg(self, start_mjd_utc: float, stop_mjd_utc: float) -> float:
        """What the attitude takes from it between two moments, as long as there is something."""
        days = min(stop_mjd_utc, self.until_mjd_utc) - max(start_mjd_utc, self.from_mjd_utc)
        return self.steady_kg_day * max(days, 0.0)

    def longest_delta_v_m_s(self, mass_kg: float) -> float:
        """What the longest burn gives a station of this mass."""
        burned = min(self.thruster.flow_kg_s * self.longest_burn_s, 0.9 * mass_kg)
        return -self.thruster.exhaust_velocity_m_s * math.log1p(-burned / mass_kg)


@dataclass(frozen=True, slots=True)
class Draw:
    """Propellant a plan takes from a store."""

    time_mjd_utc: float
    store: str
    propellant_kg: float
    reason: str = "reboost"


def ledger(
    stores: Sequence[PropellantStore],
    draws: Sequence[Draw],
    start_mjd_utc: float,
    stop_mjd_utc: float | None = None,
) -> dict[str, Tank]:
    """The tanks after a plan, entry by entry; raises :class:`stationkeep.errors.InputError` where one runs dry.

    What the attitude takes is drawn up to each entry, and to ``stop_mjd_utc`` where that is given.
    """
    tanks = {}
    for store in stores:
        tank = Tank(store.id)
        if store.initial_kg > 0.0:
            tank.fill(start_mjd_utc, store.initial_kg, "aboard at the start")
        entries: list[tuple[float, int, Supply | Draw]] = [(item.time_mjd_utc, 0, item) for item in store.supplies]
        entries += [(item.time_mjd_utc, 1, item) for item in draws if item.store == store.id]
        past = start_mjd_utc
        for time, _, item in sorted(entries, key=lambda entry: entry[:2]):
            past = _hold(tank, store, past, time)
            if isinstance(item, Supply):
                tank.fill(time, item.load_kg(tank.content_kg), SUPPLY_REASON)
            else:
                tank.draw(time, item.propellant_kg, item.reason)
        if stop_mjd_utc is not None:
            _hold(tank, store, past, stop_mjd_utc)
        tanks[store.id] = tank
    return tanks


def _hold(tank: Tank, store: PropellantStore, start_mjd_utc: float, stop_mjd_utc: float) -> float:
    """Draw what holding the attitude takes between two moments; says when that was."""
    amount = min(store.steady_kg(start_mjd_utc, stop_mjd_utc), tank.content_kg)
    if amount > 0.0:
        tank.draw(stop_mjd_utc, amount, ATTITUDE_REASON)
    return max(start_mjd_utc, stop_mjd_utc)
