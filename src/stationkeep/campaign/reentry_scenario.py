"""A station that nobody pushes any more: when it falls, what survives, who is at risk."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from stationkeep.campaign.fallen_body import Fallen
from stationkeep.campaign.part import Interval
from stationkeep.campaign.reentry_body import fly_body
from stationkeep.campaign.reentry_conditional import drawn
from stationkeep.campaign.reentry_options import Ground, RiskOptions, chosen_ground
from stationkeep.campaign.reentry_risk import Assessment, owners_of, parts_of
from stationkeep.campaign.reentry_risk_document import OtherArea, WhenItFalls
from stationkeep.campaign.run import run_scenario
from stationkeep.campaign.sampling import draw_inputs
from stationkeep.descent.body import shipped_bodies, shipped_body
from stationkeep.descent.casualty_area import CasualtyAreaModel, casualty_area_model
from stationkeep.descent.ground_risk import uncontrolled_risk
from stationkeep.descent.risk_interval import people_sigma
from stationkeep.errors import InputError
from stationkeep.scenario.loader import LoadedScenario
from stationkeep.timescale import datetime_utc

_TRIAL = "mir"
_TRIAL_INCLINATION_DEG = 51.6
_TRIAL_PIECES = 1_500  # announced by the Russian agency before the fall (Flight International, 2001)


@dataclass(frozen=True, eq=False)
class StationFall:
    """When a branch of a scenario falls, and what then comes down by the range of published cases."""

    when: WhenItFalls
    inclination_deg: float
    entry_mass_kg: float
    """Median at the fall."""
    year: int
    """Of the median fall: its people are counted."""
    published: Fallen
    """Casualty area by the published cases (descent/casualty_area.py), one draw a run."""


def fly_station(
    loaded: LoadedScenario,
    branch: str | None = None,
    *,
    runs: int = 200,
    seed: int = 1,
    space_weather: str | None = None,
    progress: Callable[[], None] | None = None,
) -> StationFall:
    """When does the station fall in this branch (null: the first withdrawal shown), and how heavy is it then?

    Raises :class:`InputError` for an unknown branch, or one in which no run falls by the horizon.
    """
    name = branch or _withdrawal(loaded)
    result = run_scenario(
        loaded, branches=[name], runs=runs, seed=seed, space_weather=space_weather, progress=progress,
        beside_observed=False,
    )  # fmt: skip
    document, flown = result.document.branches[name], result.branches[name].runs
    fallen = [run for run in flown if run.outcome.reentered]
    if not fallen:
        raise InputError(
            f"in branch {name!r} of {loaded.scenario.id} the station does not fall by {loaded.scenario.horizon_utc}",
            hint="choose another branch with --branch, or a later horizon_utc",
        )
    mass = float(np.median([run.mass_kg for run in fallen]))
    years = sorted(datetime_utc(run.outcome.time_mjd_utc).year for run in fallen)
    draws = [draw_inputs(loaded.scenario, result.campaign.weather, seed, run.run_index).casualty_draws for run in flown]
    when = WhenItFalls(
        branch=name,
        runs=len(flown),
        probability=document.reentry.probability,
        p05_utc=document.reentry.p05_utc,
        median_utc=document.reentry.median_utc,
        p95_utc=document.reentry.p95_utc,
    )
    return StationFall(
        when=when,
        inclination_deg=result.campaign.mission.elements.inclination_deg,
        entry_mass_kg=mass,
        year=years[len(years) // 2],
        published=_published(loaded.scenario.title, mass, np.array(draws)),
    )


def _withdrawal(loaded: LoadedScenario) -> str:
    names = list(loaded.scenario.branches)
    return next((name for name in names if "withdrawal" in name), names[-1])


def _published(name: str, mass_kg: float, draws: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> Fallen:
    model: CasualtyAreaModel = casualty_area_model(mass_kg)
    masses, areas = model.sample(draws[:, 0], draws[:, 1])
    return Fallen(
        name=name,
        casualty_area_m2=float(areas.mean()),
        law="nasa",
        area_draws_m2=areas,
        mass_draws_kg=masses,
        entry_mass_kg=mass_kg,
        published=True,
        notes=(model.reasoning,),
        details={"casualty_area": "range of published cases"},
    )


def shipped_parts(station: str) -> str | None:
    """The shipped body that stands for a station of the catalogue (``iss-2022-04-02``: ``iss``); null: none."""
    return next((name for name in shipped_bodies() if station == name or station.startswith(f"{name}-")), None)


def computed_beside(found: Assessment, computed: Fallen, options: RiskOptions, ground: Ground) -> Assessment:
    """The answer by published cases, with the station's parts flown to the ground set beside it.

    Why the computed casualty area does not lead: the number of pieces is an assumption of the part list, and the area
    counts a person for every piece. It spreads by an order of magnitude and its middle lies above the published cases.
    How far such a list is off where a number of pieces was announced is said beside it: Mir, 1,500.
    """
    document = found.document
    label = f"parts of {computed.name} flown to the ground"
    beside = other_area(label, computed, document.inclination_deg, options, ground)
    trial = fly_body(shipped_body(_TRIAL), _TRIAL_INCLINATION_DEG, draws=0).fragments or 0
    note = (
        f"Parts and owners are those of the computation ({beside.surviving_mass_kg or 0.0:,.0f} kg arrive, in the most "
        f"probable fall {computed.fragments or 0:,} pieces above 15 J, {computed.casualty_area_m2:,.0f} m2). How many "
        f"pieces a station breaks into is assumed: for Mir such a list gives {trial:,} above 15 J, where "
        f"{_TRIAL_PIECES:,} were announced. So the odds above rest on the published cases."
    )
    return found.updated(
        parts=parts_of(computed),
        by_owner=owners_of(computed),
        other_areas=[*document.other_areas, beside],
        notes=[*document.notes, *computed.notes, note],
        provenance={**document.provenance, "beside": computed.details},
    )


def other_area(
    label: str, fallen: Fallen, inclination_deg: float, options: RiskOptions, ground: Ground | None = None
) -> OtherArea:
    """The same fall with the casualty area of another source, for comparison."""
    ground = ground or chosen_ground(options.people)
    result = uncontrolled_risk(inclination_deg, fallen.mean_area_m2, ground.population, ground.land)
    levels = drawn(fallen, result.people_per_km2, people_sigma(inclination_deg), options).area_quantiles()
    factor = options.sheltering.factor if options.sheltering else 1.0
    expected = factor * result.casualty_expectation
    return OtherArea(
        label=label,
        casualty_area_m2=fallen.mean_area_m2,
        casualty_area_m2_interval=Interval(p05=levels[0], median=levels[1], p95=levels[2]),
        surviving_mass_kg=fallen.surviving_mass_kg,
        casualty_expectation=expected,
        one_in=1.0 / expected if expected > 0.0 else None,
    )
