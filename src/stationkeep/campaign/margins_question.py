"""``stationkeep margins``, callable: from a scenario's name to the document."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Final

from stationkeep.campaign.margins import StationThen, left_by, station_margins
from stationkeep.campaign.margins_document import (
    MarginGone,
    MarginRun,
    MarginScenario,
    MarginsDocument,
    MarginsQuestion,
    margins_document,
)
from stationkeep.campaign.margins_empty import empty_orbit
from stationkeep.campaign.margins_run import FlownStation, flown_station
from stationkeep.errors import InputError, ScenarioError
from stationkeep.logistics.history import CREDITS
from stationkeep.logistics.state import StationTraffic
from stationkeep.scenario.loader import LoadedScenario, load_scenario
from stationkeep.scenario.problems import not_known
from stationkeep.scenario.shipped import shipped_scenarios
from stationkeep.simulation.timeline import Function
from stationkeep.timescale import iso_day, iso_utc

if TYPE_CHECKING:
    from stationkeep.scenario.schema import Scenario

MOST_DRAWS: Final = 10_000


def ask_margins(
    scenario: str,
    time_mjd_utc: float | None = None,
    branch: str | None = None,
    without: Sequence[str] = (),
    *,
    draws: int = 100,
    seed: int = 1,
    advance: Callable[[], None] | None = None,
) -> MarginsDocument:
    """What is left of everything at a date of a scenario, and for whom?

    ``time_mjd_utc`` None: the epoch. ``advance`` is called after each draw. Raises :class:`InputError` for a scenario
    without people, a date outside it, a branch or partner it does not know.
    """
    from stationkeep.catalogue.loader import load_catalogue

    loaded = load_scenario(scenario)
    _require_people(loaded)
    moment = _moment(loaded.scenario, time_mjd_utc)
    if not 0 <= draws <= MOST_DRAWS or not 0 <= seed < 2**63:
        raise InputError(
            f"{draws} draws, seed {seed}", hint=f"give --draws from 0 to {MOST_DRAWS:,} and a --seed from 0"
        )
    catalogue = load_catalogue()
    station = flown_station(loaded.scenario, _branch(loaded.scenario, branch), catalogue)
    best = station.at(moment)
    gone = frozenset(_partner(name, best) for name in without)
    found = station_margins(best, _counted(station.draws(moment, draws, seed), advance), gone)
    head = MarginScenario(
        id=loaded.scenario.id, hash=loaded.hash, title=loaded.scenario.title,
        epoch_utc=iso_utc(loaded.scenario.epoch_mjd_utc), branch=station.branch,
    )  # fmt: skip
    told = None if gone else run_told(station)
    orbit = empty_orbit(loaded.scenario, station.branch, moment, gone, catalogue)
    return margins_document(found, MarginsQuestion(head, seed, gone_with(best, gone), _sources(station), told, orbit))


def _counted(draws: Iterator[StationThen], advance: Callable[[], None] | None) -> Iterator[StationThen]:
    for one in draws:
        yield one
        if advance is not None:
            advance()


def _sources(station: FlownStation) -> tuple[str, ...]:
    """Where amounts, and the craft and people that are there, come from."""
    stores, traffic = station.setup.life_support.source, station.setup.traffic
    credits = CREDITS if traffic.history is not None else ()
    return tuple(text for text in (stores, traffic.source, *credits) if text is not None)


def run_told(station: FlownStation) -> MarginRun:
    """What becomes of people and attitude in the reference run of the branch, to the horizon."""
    timeline = station.course()
    course = timeline.people
    assert course is not None  # the scenario has people
    return MarginRun(
        attitude_lost_utc=_utc(timeline.lost_mjd_utc.get(Function.ATTITUDE)),
        must_leave_utc=_utc(course.must_leave_mjd_utc), must_leave_why=course.why.get("first_limit", ""),
        left_utc=_utc(course.left_mjd_utc), without_seat_utc=_utc(course.unseated_from_mjd_utc),
    )  # fmt: skip


def gone_with(then: StationThen, partners: frozenset[str]) -> MarginGone:
    """What goes with these partners: craft, people, and the flights that do not come."""
    after, now = left_by(then, partners), then.state.time_mjd_utc
    there, left = StationTraffic(then.plan, now), StationTraffic(after.plan, now)
    stay = {trip.key for trip in left.people}
    return MarginGone(
        partners=sorted(partners),
        craft=[name for name in there.attached if name not in left.attached],
        people=[trip.name for trip in there.people if trip.key not in stay],
        flights=[
            name for name, one in then.plan.flights.items()
            if one.launch_mjd_utc >= now and name not in after.plan.flights
        ],
    )  # fmt: skip


def _require_people(loaded: LoadedScenario) -> None:
    scenario = loaded.scenario
    if scenario.life_support is not None and scenario.traffic is not None:
        return
    have = [name for name in shipped_scenarios() if _has_people(name)]
    raise ScenarioError(
        f"scenario {scenario.id} has no sections life_support and traffic: nobody knows who lives there on what",
        hint=f"scenarios with both: {', '.join(have) or 'none is shipped'}; the sections: docs/margins.md",
    )


def _has_people(name: str) -> bool:
    scenario = load_scenario(name).scenario
    return scenario.life_support is not None and scenario.traffic is not None


def _moment(scenario: Scenario, time_mjd_utc: float | None) -> float:
    epoch, horizon = scenario.epoch_mjd_utc, scenario.horizon_mjd_utc
    if time_mjd_utc is None:
        return epoch
    if not epoch <= time_mjd_utc <= horizon:
        raise InputError(
            f"{iso_day(time_mjd_utc)} lies outside scenario {scenario.id}",
            hint=f"give --date from {iso_day(epoch)} to {iso_day(horizon)}",
        )
    return time_mjd_utc


def _branch(scenario: Scenario, branch: str | None) -> str:
    known = list(scenario.branches)
    if branch is None:
        return known[0]
    if branch not in known:
        raise InputError(not_known("branch", branch, known), hint=f"its branches are {', '.join(known)}")
    return branch


def _partner(name: str, best: StationThen) -> str:
    habitat = best.state.habitat
    owners = {store.owner for store in habitat.stores.values()} | {one.owner for one in habitat.equipment.values()}
    owners |= {one.kind.owner for one in best.plan.flights.values()}
    owners |= {partner for partners in best.accounts.values() for partner in partners}
    wanted = name.strip().casefold()
    if wanted not in owners - {""}:
        raise InputError(not_known("partner", name, sorted(owners - {""})), hint="name one of them after --without")
    return wanted


def _utc(time_mjd_utc: float | None) -> str | None:
    return None if time_mjd_utc is None else iso_utc(time_mjd_utc)
