"""The debris of a deorbit and who it may hit: the land struck, the people, the traffic."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from stationkeep.campaign.deorbit_document import DeorbitRisk
from stationkeep.descent.casualty_area import casualty_area_model
from stationkeep.descent.debris import DebrisMix, assumed_mix
from stationkeep.descent.footprint_risk import footprint_risk
from stationkeep.descent.ground_risk import uncontrolled_risk
from stationkeep.descent.traffic import traffic_risk
from stationkeep.environment.population import LandMask, PopulationGrid, load_land, load_population
from stationkeep.timescale import datetime_utc

if TYPE_CHECKING:
    from stationkeep.descent.deorbit_dispersion import Dispersed, DispersedFalls, Dispersions
    from stationkeep.descent.traffic import TrafficGrid
    from stationkeep.orbit.elements import MeanElements

FloatArray = NDArray[np.float64]

PIECES_A_RUN = 30
REQUIREMENT = 1.0e-4
"""Casualty expectation allowed for a fall (NASA-STD-8719.14C, ESSB-ST-U-007)."""
_AREA_OF_A_PIECE_M2 = 2.6
"""Casualty area of one piece of a square metre, (0.6 + 1)^2: turns a casualty area into a number of pieces."""


@dataclass(frozen=True)
class Debris:
    """Pieces to fly, and the casualty area of all that survives [m2]: 5 %, median, 95 %."""

    mix: DebrisMix
    areas_m2: tuple[float, float, float]
    source: str


def debris_of(mass_kg: float, body: Path | None, elements: MeanElements) -> Debris:
    """The debris of a station of this mass: computed from a body file, else the assumed mix."""
    del elements
    model = casualty_area_model(mass_kg)
    areas = (model.low.casualty_area_m2, model.median.casualty_area_m2, model.high.casualty_area_m2)
    return Debris(assumed_mix(PIECES_A_RUN), areas, "10 to 40 % of the mass, published cases per surviving kilogram")


def ground_risk(
    dispersed: Dispersed, debris: Debris, elements: MeanElements, errors: Dispersions, traffic: TrafficGrid | None
) -> DeorbitRisk:
    """Casualty expectation and chance of land, where the burn works and where it fails."""
    year = datetime_utc(elements.epoch_mjd_utc).year
    people, land = load_population(min(max(year, 1950), 2099)), load_land()
    low, middle, high = debris.areas_m2
    works, works_land = _of_falls(dispersed.nominal, debris, middle, people, land)
    fails, fails_land = _of_failures(dispersed.failed, debris, middle, elements, people, land)
    p = errors.failure_probability
    total = (1.0 - p) * works + p * fails
    struck = None
    if traffic is not None:
        falls = dispersed.nominal
        pieces = np.tile(debris.mix.casualty_area_share, falls.runs) * middle / _AREA_OF_A_PIECE_M2 / falls.runs
        struck = traffic_risk(traffic, falls.latitude_deg.ravel(), falls.longitude_deg.ravel(), pieces)
    return DeorbitRisk(
        casualty_area_m2=round(middle, 1),
        casualty_area_low_m2=round(low, 1),
        casualty_area_high_m2=round(high, 1),
        burn_works=float(f"{works:.3g}"),
        burn_fails=float(f"{fails:.3g}"),
        failure_probability=p,
        failure_probability_allowed=_allowed(works, fails),
        expectation_low=float(f"{total * low / middle:.3g}"),
        expectation_high=float(f"{total * high / middle:.3g}"),
        land_if_burn_works=float(f"{works_land:.3g}"),
        land_if_burn_fails=float(f"{fails_land:.3g}"),
        ships_struck=None if struck is None else float(f"{struck.ships:.3g}"),
        aircraft_struck=None if struck is None else float(f"{struck.aircraft:.3g}"),
    )


def _allowed(works: float, fails: float) -> float | None:
    if works >= REQUIREMENT or fails <= REQUIREMENT:
        return None
    return float(f"{(REQUIREMENT - works) / (fails - works):.2g}")


def _of_falls(
    falls: DispersedFalls, debris: Debris, area_m2: float, people: PopulationGrid, land: LandMask
) -> tuple[float, float]:
    """Casualty expectation of one fall, and the chance that any of its pieces strikes land."""
    if not falls.runs:
        return 0.0, 0.0
    areas = np.tile(debris.mix.casualty_area_share * area_m2, falls.runs)
    risk = footprint_risk(
        falls.latitude_deg.ravel(), falls.longitude_deg.ravel(), 1.0 / falls.runs, areas, people, land
    )
    fraction = land.land_fraction(falls.latitude_deg, falls.longitude_deg)
    touched = 1.0 - np.prod(1.0 - np.clip(fraction, 0.0, 1.0), axis=1)
    return risk.casualty_expectation, float(touched.mean())


def _of_failures(
    falls: DispersedFalls, debris: Debris, area_m2: float, elements: MeanElements, people: PopulationGrid,
    land: LandMask,
) -> tuple[float, float]:  # fmt: skip
    """The same for burns that stopped; what stays in orbit falls at random."""
    count = falls.runs + falls.not_down
    if not count:
        return 0.0, 0.0
    soon, soon_land = _of_falls(falls, debris, area_m2, people, land)
    random = uncontrolled_risk(elements.inclination_deg, area_m2, people, land)
    share = falls.not_down / count
    # A random fall strews pieces over thousands of kilometres: its chance of land is that of one place or more.
    return (1.0 - share) * soon + share * random.casualty_expectation, (1.0 - share) * soon_land + share * (
        1.0 - random.ocean_share
    )
