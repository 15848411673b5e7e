"""The debris of a deorbit and who it may hit: the land struck, the people, the traffic."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from stationkeep.campaign.deorbit_document import DeorbitRisk
from stationkeep.descent.casualty_area import PERSON_WIDTH_M, casualty_area_model
from stationkeep.descent.debris import DebrisMix, assumed_mix, computed_mix
from stationkeep.descent.entry import EntryState
from stationkeep.descent.footprint_risk import footprint_risk, people_per_km2_at
from stationkeep.descent.ground_risk import uncontrolled_risk
from stationkeep.descent.traffic import traffic_risk
from stationkeep.environment.population import LandMask, PopulationGrid, load_land, load_population
from stationkeep.errors import InputError
from stationkeep.timescale import datetime_utc

if TYPE_CHECKING:
    from stationkeep.descent.deorbit_dispersion import Dispersed, DispersedFalls, Dispersions
    from stationkeep.descent.traffic import TrafficGrid
    from stationkeep.orbit.elements import MeanElements

FloatArray = NDArray[np.float64]

PIECES_A_RUN = 30
_DRAWS = 4000
_DRAW_SEED = 20_010_323
REQUIREMENT = 1.0e-4
"""Casualty expectation allowed for a fall (NASA-STD-8719.14C, ESSB-ST-U-007)."""
_AREA_OF_A_PIECE_M2 = 2.6
"""Casualty area of one piece of a square metre, (0.6 + 1)^2: how many an assumed casualty area is taken to be."""
_HARMLESS_J = 15.0
_HYPERSONIC_DRAG = 0.92
"""Of any convex tumbling body on its mean shadow: 1.83 cos^2 on every face, averaged over attitudes (a sphere's)."""
_BODY_DRAWS = 100
"""Falls of a body with the unknown drawn: as many, and the same, as ``reentry --body`` draws."""
_USUAL_ENTRY = EntryState(-20.0, -150.0, 120.0, 7560.0, -0.7, 130.0)


@dataclass(frozen=True)
class Debris:
    """Pieces to fly, the casualty area of all that survives, and how many pieces that is."""

    mix: DebrisMix
    area_m2: float
    """Mean: an expectation is linear in the area."""
    area_draws_m2: FloatArray
    source: str
    pieces: float
    """That strike with more than 15 J: ships and aircraft are struck by number."""
    pieces_source: str


def debris_of(mass_kg: float, body: str | None) -> Debris:
    """The debris of a station of this mass: computed for a body (shipped, or a file), else the assumed mix."""
    if body is not None:
        return _computed(body)
    model = casualty_area_model(mass_kg)
    _, draws = model.sample(*np.random.default_rng(_DRAW_SEED).random((2, _DRAWS)))
    source = "10 to 40 % of the mass, published cases per surviving kilogram; the mean of both"
    area = model.mean.casualty_area_m2
    assumed = f"assumed: the casualty area in pieces of {_AREA_OF_A_PIECE_M2:g} m2"
    return Debris(assumed_mix(PIECES_A_RUN), area, draws, source, area / _AREA_OF_A_PIECE_M2, assumed)


def _computed(name: str) -> Debris:
    """What survives the demise computed for the parts of a body, entering as after a usual last burn.

    The pieces that are flown are those of the most probable fall; casualty area and number are the means of many falls
    with the unknown drawn (:mod:`stationkeep.descent.entry_spread`), whose spread is the interval.
    """
    from stationkeep.campaign.reentry_body import named_body
    from stationkeep.descent.entry import fly_entry
    from stationkeep.descent.entry_spread import entry_spread

    body = named_body(name)
    struck = [
        (part, part.impact) for part in fly_entry(body, _USUAL_ENTRY).parts
        if part.impact is not None and part.impact.energy_j > _HARMLESS_J
    ]  # fmt: skip
    if not struck:
        raise InputError(f"nothing of {body.name} reaches the ground with 15 J", hint="there is no footprint to keep")
    ballistic = [impact.mass_kg / (_HYPERSONIC_DRAG * part.mean_area_m2) for part, impact in struck]
    areas = [part.count * (PERSON_WIDTH_M + part.mean_area_m2**0.5) ** 2 for part, _ in struck]
    counts = [float(part.count) for part, _ in struck]
    spread = entry_spread(body, _USUAL_ENTRY, draws=_BODY_DRAWS)
    source = f"computed for the body {body.name}"
    return Debris(
        computed_mix(ballistic, areas, source, counts), float(spread.casualty_area_m2.mean()), spread.casualty_area_m2,
        f"{source}, the mean of {_BODY_DRAWS} falls with heating, drag, break-up, tearing and amounts drawn",
        float(spread.pieces.mean()),
        f"counted from its list, the mean of those falls; {sum(counts):,.0f} in the most probable one",
    )  # fmt: skip


def ground_risk(
    dispersed: Dispersed, debris: Debris, elements: MeanElements, errors: Dispersions, traffic: TrafficGrid | None
) -> DeorbitRisk:
    """Casualty expectation and chance of land, where the burn works and where it fails."""
    year = datetime_utc(elements.epoch_mjd_utc).year
    people, land = load_population(min(max(year, 1950), 2099)), load_land()
    middle = debris.area_m2
    low, high = (float(level) for level in np.quantile(debris.area_draws_m2, (0.05, 0.95)))
    works, works_land = _of_runs(dispersed.nominal, debris, middle, elements, people, land)
    fails, fails_land = _of_runs(dispersed.failed, debris, middle, elements, people, land)
    p = errors.failure_probability
    spread = _expectation_draws(dispersed, debris, works, fails, p, people)
    struck = None
    if traffic is not None:
        falls = dispersed.nominal
        pieces = np.tile(debris.mix.piece_share, falls.runs) * debris.pieces / falls.runs
        struck = traffic_risk(traffic, falls.latitude_deg.ravel(), falls.longitude_deg.ravel(), pieces)
    return DeorbitRisk(
        casualty_area_m2=round(middle, 1),
        casualty_area_low_m2=round(low, 1),
        casualty_area_high_m2=round(high, 1),
        burn_works=float(f"{works:.3g}"),
        burn_fails=float(f"{fails:.3g}"),
        failure_probability=p,
        failure_probability_allowed=_allowed(works, fails),
        expectation_low=float(f"{np.quantile(spread, 0.05):.3g}"),
        expectation_high=float(f"{np.quantile(spread, 0.95):.3g}"),
        land_if_burn_works=float(f"{works_land:.3g}"),
        land_if_burn_fails=float(f"{fails_land:.3g}"),
        pieces=float(f"{debris.pieces:.4g}"),
        pieces_source=debris.pieces_source,
        ships_struck=None if struck is None else float(f"{struck.ships:.3g}"),
        aircraft_struck=None if struck is None else float(f"{struck.aircraft:.3g}"),
    )


def _expectation_draws(
    dispersed: Dispersed, debris: Debris, works: float, fails: float, failure_probability: float,
    people: PopulationGrid,
) -> FloatArray:  # fmt: skip
    """Casualty expectation (n,) as it may be: the casualty area, and which of the failed burns chance has flown.

    Few of the failed ones fall on people, so a hundred or so of them leave their mean uncertain: they are drawn anew
    with replacement.
    """
    rng = np.random.default_rng(_DRAW_SEED + 1)
    areas = rng.permutation(debris.area_draws_m2) / debris.area_m2
    each = _people_under(dispersed.failed, debris, people)
    if not each.sum():
        return np.asarray(((1.0 - failure_probability) * works + failure_probability * fails) * areas)
    means = each[rng.integers(0, len(each), (len(areas), len(each)))].mean(axis=1) / each.mean()
    return np.asarray(((1.0 - failure_probability) * works + failure_probability * fails * means) * areas)


def _people_under(falls: DispersedFalls, debris: Debris, people: PopulationGrid) -> FloatArray:
    """People per km2 below the pieces of each run, weighted by their casualty areas (n,); empty for none."""
    if not falls.runs:
        return np.empty(0)
    shares = debris.mix.casualty_area_share / debris.mix.casualty_area_share.sum()
    return np.asarray(people_per_km2_at(falls.latitude_deg, falls.longitude_deg, people) @ shares)


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


def _of_runs(
    falls: DispersedFalls, debris: Debris, area_m2: float, elements: MeanElements, people: PopulationGrid,
    land: LandMask,
) -> tuple[float, float]:  # fmt: skip
    """The same, runs that stayed in orbit counted (a burn that stopped, a tank run dry): they fall at random."""
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
