"""What a person asks ``stationkeep reentry``, checked, and the way to its answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, cast

from stationkeep.campaign.fallen_body import Fallen, given_area
from stationkeep.campaign.reentry_options import Ground, PeopleOptions, RiskOptions, chosen_ground
from stationkeep.campaign.reentry_risk import Assessment, assess_risk
from stationkeep.descent.pieces import CASUALTY_LAWS, CasualtyLaw
from stationkeep.descent.risk_interval import AREA_FACTOR
from stationkeep.descent.sheltering import USUAL_PROTECTION, Sheltering
from stationkeep.environment.population_raster import RASTER_HOLDS, Holds
from stationkeep.errors import InputError, OrbitError

if TYPE_CHECKING:
    from stationkeep.campaign.reentry_last_days import LastFalls
    from stationkeep.orbit.tle import ElementHistory

Progress = Callable[[], None] | None
MOST_BREAK_UPS = 2000
_BREAK_UPS_BESIDE = 40  # of a whole station, beside the odds by published cases


@dataclass(frozen=True, slots=True)
class Question:
    """Everything that may be asked; the fields are the options of the command."""

    scenario: str | None = None
    inclination_deg: float | None = None
    casualty_area_m2: float | None = None
    area_factor: float | None = None
    body: str | None = None
    break_ups: int = 100
    law: str = "nasa"
    branch: str | None = None
    year: int | None = None
    population_raster: Path | None = None
    raster_year: int | None = None
    raster_holds: str = "people"
    people_per_km2: float | None = None
    sheltered: float | None = None
    shelter_protection: float = USUAL_PROTECTION
    tle: tuple[Path, ...] = ()
    norad_id: str | None = None
    as_of: str | None = None
    on: str | None = None
    from_: str | None = None
    to: str | None = None
    node_longitude_deg: float | None = None
    by_orbit: bool = False
    runs: int = 200
    seed: int = 1
    space_weather: str | None = None
    size_m: float = 4.0


def answer(question: Question, progress: Progress = None) -> Assessment:
    """The answer. Raises :class:`InputError` for a question that says too little, too much or the impossible."""
    _check(question)
    options = _options(question)
    if question.scenario is not None:
        return _of_scenario(question, options, progress)
    if question.tle:
        return _of_tracked(question, options, progress)
    assert question.inclination_deg is not None  # _check saw to it
    ground = chosen_ground(options.people)
    fallen = _fallen(question, question.inclination_deg, progress=progress)
    return assess_risk(fallen, question.inclination_deg, options, ground)


# --- Checks ---------------------------------------------------------------------------------------------------------


def _check(question: Question) -> None:
    _check_orbit(question)
    _check_fall(question)
    if question.law not in CASUALTY_LAWS:
        raise InputError(
            f"no law of casualty areas is called {question.law!r}", hint=f"choose {' or '.join(CASUALTY_LAWS)}"
        )
    if question.raster_holds not in RASTER_HOLDS:
        raise InputError(f"a raster cannot hold {question.raster_holds!r}", hint=f"choose {' or '.join(RASTER_HOLDS)}")
    if not 0 <= question.seed < 2**63:
        raise InputError(f"seed {question.seed} cannot be used", hint="give a seed between 0 and 9223372036854775807")
    if question.shelter_protection != USUAL_PROTECTION and question.sheltered is None:
        raise InputError("--shelter-protection was given without --sheltered", hint="add --sheltered 0.2")
    if (question.on or question.from_ or question.to) and not question.tle:
        raise InputError(
            "a day or hours were given, but no orbit to be on then",
            hint="add --tle FILE with element sets of the last days; without, ask for an orbit by --node-longitude-deg",
        )
    if question.on and (question.from_ or question.to):
        raise InputError("--on was given beside --from or --to", hint="a day, or two moments")


def _check_orbit(question: Question) -> None:
    orbits = {
        "a scenario": question.scenario is not None,
        "--inclination-deg": question.inclination_deg is not None,
        "--tle": bool(question.tle),
    }
    given = [name for name, there in orbits.items() if there]
    if len(given) != 1:
        raise InputError(
            f"which orbit does it fall from? {' and '.join(given) + ' were' if given else 'nothing was'} given",
            hint="give one of --inclination-deg 57, --tle FILE or a scenario such as iss-2022",
        )
    if question.inclination_deg is not None and not 0.0 <= question.inclination_deg <= 180.0:
        raise OrbitError(
            f"an inclination of {question.inclination_deg:g} degrees does not exist",
            hint="inclinations run from 0 to 180 degrees; above 90 the orbit is retrograde",
        )
    if question.scenario is None and question.branch is not None:
        raise InputError("--branch was given without a scenario", hint="add the scenario, for example iss-2022")


def _check_fall(question: Question) -> None:
    area, body = question.casualty_area_m2 is not None, question.body is not None
    if area and body:
        raise InputError("a casualty area and a body were given", hint="give --casualty-area-m2 or --body, not both")
    if not (area or body or question.scenario):
        raise InputError(
            "what falls? No casualty area and no body was given",
            hint="add --casualty-area-m2 22.4, or --body FILE with its parts",
        )
    if question.area_factor is not None and not area:
        raise InputError("--area-factor was given without --casualty-area-m2", hint="leave it out")
    if not 0 <= question.break_ups <= MOST_BREAK_UPS:
        raise InputError(f"--break-ups {question.break_ups} is out of range", hint=f"give 0 to {MOST_BREAK_UPS}")


def _options(question: Question) -> RiskOptions:
    sheltering = None
    if question.sheltered is not None:
        sheltering = Sheltering(question.sheltered, question.shelter_protection)
    return RiskOptions(
        people=PeopleOptions(
            year=question.year,
            raster=question.population_raster,
            raster_year=question.raster_year,
            raster_holds=cast("Holds", question.raster_holds),
            people_per_km2=question.people_per_km2,
        ),
        sheltering=sheltering,
        seed=question.seed,
        node_longitude_deg=question.node_longitude_deg,
        by_orbit=question.by_orbit,
        claim=question.scenario is not None,
    )


# --- What falls -----------------------------------------------------------------------------------------------------


def steps(question: Question) -> int:
    """How often :func:`answer` reports progress: for each run of the way down, and for each break-up."""
    parts = question.casualty_area_m2 is None and (question.body is not None or question.scenario is not None)
    beside = question.body is None  # a station's own parts are flown beside published cases
    break_ups = min(question.break_ups, _BREAK_UPS_BESIDE) if beside else question.break_ups
    return (question.runs if question.tle or question.scenario else 0) + (break_ups if parts else 0)


def _fallen(
    question: Question, inclination_deg: float, last: LastFalls | None = None, progress: Progress = None
) -> Fallen:
    if question.casualty_area_m2 is not None:
        factor = AREA_FACTOR if question.area_factor is None else question.area_factor
        return given_area(question.casualty_area_m2, factor)
    from stationkeep.campaign.reentry_body import fly_body, named_body

    assert question.body is not None  # _check saw to it
    law = cast("CasualtyLaw", question.law)
    return fly_body(
        named_body(question.body), inclination_deg, draws=question.break_ups, law=law, seed=question.seed, last=last,
        progress=progress,
    )  # fmt: skip


# --- The three ways -------------------------------------------------------------------------------------------------


def _with_year(options: RiskOptions, year: int) -> RiskOptions:
    """The people of the year it falls in, where nobody asked for others."""
    people = options.people
    if people.year is not None or people.raster is not None or people.people_per_km2 is not None:
        return options
    return replace(options, people=replace(people, year=year))


def _of_scenario(question: Question, options: RiskOptions, progress: Progress) -> Assessment:
    from stationkeep.campaign.reentry_scenario import computed_beside, fly_station, other_area, shipped_parts
    from stationkeep.compiled import spare_linear_algebra
    from stationkeep.scenario.loader import load_scenario

    assert question.scenario is not None
    spare_linear_algebra()
    loaded = load_scenario(question.scenario)
    fall = fly_station(
        loaded, question.branch, runs=question.runs, seed=question.seed, space_weather=question.space_weather,
        progress=progress,
    )  # fmt: skip
    options = _with_year(options, fall.year)
    ground = chosen_ground(options.people)
    asked = question.casualty_area_m2 is not None or question.body is not None
    fallen = _fallen(question, fall.inclination_deg, progress=progress) if asked else fall.published
    found = assess_risk(fallen, fall.inclination_deg, options, ground).updated(
        name=loaded.scenario.title, when=fall.when
    )
    if asked:
        label = "range of published cases, for the mass of the station"
        others = [other_area(label, fall.published, fall.inclination_deg, options, ground)]
        return found.updated(other_areas=others)
    parts = shipped_parts(loaded.scenario.station)
    if parts is None:
        return found
    draws = min(question.break_ups, _BREAK_UPS_BESIDE)
    computed = _fallen(replace(question, body=parts, break_ups=draws), fall.inclination_deg, progress=progress)
    return computed_beside(found, computed, options, ground)


def _of_tracked(question: Question, options: RiskOptions, progress: Progress) -> Assessment:
    from stationkeep.orbit.history import as_element_history, read_any_history
    from stationkeep.timescale import datetime_utc, mjd_utc, parse_utc

    history = as_element_history(read_any_history([*question.tle], question.norad_id))
    as_of = history.sets[-1].epoch_mjd_utc if question.as_of is None else mjd_utc(parse_utc(question.as_of))
    known = history.until(as_of)
    options = _with_year(options, datetime_utc(as_of).year)
    ground = chosen_ground(options.people)
    inclination_deg = known.sets[-1].elements.inclination_deg
    last, why_not = _last_falls(question, known, as_of, ground, progress)
    fallen = _fallen(question, inclination_deg, last, progress)
    found = assess_risk(fallen, inclination_deg, options, ground)
    found = found.updated(name=known.name or f"Object {known.norad_id}")
    if last is None:
        return found.updated(notes=[f"By latitude only: {why_not}.", *found.document.notes])
    from stationkeep.campaign.reentry_last_days import window_views

    return found.with_views(window_views(last, fallen, ground, options, _between(question)))


def _last_falls(
    question: Question, known: ElementHistory, as_of: float, ground: Ground, progress: Progress
) -> tuple[LastFalls | None, str]:
    """Its possible falls; or none, and why: it has too long to go."""
    from stationkeep.campaign.reentry_last_days import foreseen_falls
    from stationkeep.campaign.reentry_window import WindowOptions

    window = WindowOptions(
        space_weather=question.space_weather or "as-known", runs=question.runs, seed=question.seed,
        size_m=question.size_m,
    )  # fmt: skip
    try:
        return foreseen_falls(known, as_of, window, ground.land, progress), ""
    except OrbitError as error:
        if question.on or question.from_ or question.to:
            raise
        return None, error.problem


def _between(question: Question) -> tuple[float | None, float | None]:
    from stationkeep.timescale import mjd_utc, parse_utc

    if question.on is not None:
        start = mjd_utc(parse_utc(question.on))
        return start, start + 1.0
    first, last = (None if text is None else mjd_utc(parse_utc(text)) for text in (question.from_, question.to))
    return first, last
