"""Craft that cannot leave: nobody operates them, nobody works the arm, or the station tumbles."""

from __future__ import annotations

from itertools import pairwise

import pytest

from people_runs import day, events, flown
from stationkeep.errors import StationkeepError
from stationkeep.simulation.people_record import PeopleCourse
from stationkeep.simulation.timeline import Timeline

ALL = "stop-operating-assets, stop-resupply-propellant, stop-flights, recall-crew"
WITHDRAWAL = "{type: withdrawal, date_utc: 2022-04-02, partner: roscosmos, scope: [%s]}"


def left(timeline: Timeline, flight: str) -> str | None:
    assert timeline.people is not None
    return day(next(one.to_mjd_utc for one in timeline.people.ports if one.flight == flight))


def told(timeline: Timeline) -> dict[str, str]:
    return {day(event.time_mjd_utc) or "": event.title for event in timeline.events if event.kind == "craft-stays"}


def test_nobody_undocks_what_nobody_operates() -> None:
    run, timeline = flown(events(WITHDRAWAL % ALL))
    assert left(timeline, "Progress MS-18") is None
    assert left(timeline, "Progress MS-19") is None
    assert left(timeline, "Soyuz MS-21") == "2022-04-02"  # a lifeboat is flown by those in it
    assert told(timeline)["2022-06-01"] == "Progress MS-18 cannot leave: nobody operates it any more"
    assert {"Progress MS-18", "Progress MS-19"} <= run.board.traffic.attached.keys()


def test_nothing_but_lifeboats_leaves_a_tumbling_station() -> None:
    run, timeline = flown(events(WITHDRAWAL % ALL))
    lost = next(event.time_mjd_utc for event in timeline.events if event.kind == "attitude-lost")
    assert timeline.people is not None
    gone = [one.vehicle for one in timeline.people.ports if (one.to_mjd_utc or 0.0) > lost]
    assert set(gone) == {"crew-dragon"}
    assert "Cygnus NG-18" in run.board.traffic.attached
    assert told(timeline)["2023-02-25"] == "Cygnus NG-18 cannot leave: the station tumbles"


def test_their_mass_and_area_stay_with_the_station() -> None:
    run, _ = flown(events(WITHDRAWAL % ALL), horizon="2022-06-02")
    usual, _ = flown(events(WITHDRAWAL % "stop-resupply-propellant, stop-flights, recall-crew"), horizon="2022-06-02")
    assert run.setup is not None
    mass, area = run.setup.craft("progress")
    station = 0.00706 * 460000 / 2.2
    assert run.area_factor - usual.area_factor == pytest.approx(area / station, rel=1.0e-9)
    assert run.mass_kg - usual.mass_kg == pytest.approx(mass, rel=0.05)  # the rest: what went overboard, and burns


def test_they_leave_once_somebody_operates_them_again() -> None:
    back = WITHDRAWAL.replace("2022-04-02,", "2022-04-02, until_utc: 2022-07-01,")
    _, timeline = flown(events(back % "stop-operating-assets"), horizon="2022-09-01")
    assert told(timeline)["2022-06-01"].startswith("Progress MS-18 cannot leave")
    assert left(timeline, "Progress MS-18") == "2022-07-01"


def test_nobody_comes_to_a_port_that_is_still_taken() -> None:
    back = WITHDRAWAL.replace("2022-04-02,", "2022-04-02, until_utc: 2022-07-01,")
    _, timeline = flown(events(back % "stop-operating-assets"), horizon="2022-09-01")
    people: PeopleCourse | None = timeline.people
    assert people is not None
    stays: dict[str, list[tuple[float, float]]] = {}
    for one in people.ports:
        stays.setdefault(one.port, []).append((one.from_mjd_utc, one.to_mjd_utc or float("inf")))
    for at_port in stays.values():
        at_port.sort()
        assert all(first[1] <= second[0] for first, second in pairwise(at_port))


def test_a_berthed_craft_needs_those_who_work_the_arm() -> None:
    canada = "{type: withdrawal, date_utc: 2022-04-02, partner: csa, scope: [stop-operating-assets]}"
    _, timeline = flown(events(canada), horizon="2022-08-01")
    assert left(timeline, "Cygnus NG-17") is None
    assert told(timeline)["2022-06-28"] == "Cygnus NG-17 cannot leave: nobody works the arm any more"
    assert left(timeline, "Progress MS-18") == "2022-06-01"


def test_a_lost_attitude_is_told_once() -> None:
    _, timeline = flown(events(WITHDRAWAL % ALL))
    assert [event.kind for event in timeline.events].count("attitude-lost") == 1


def test_sinking_low_does_not_undock_what_cannot_leave() -> None:
    """Neither arm nor Houston, and no attitude: its propellant stays as well, all the way down."""
    alone = "{type: withdrawal, date_utc: 2022-06-01, partner: %s, scope: [stop-operating-assets, stop-flights]}"
    pushes = "{type: provider-available, date_utc: 2022-04-02, provider: cygnus}"
    run, timeline = flown(events(pushes, alone % "nasa", alone % "roscosmos"), horizon="2026-01-01")
    assert told(timeline)["2022-06-28"].startswith("Cygnus NG-17 cannot leave")
    assert min(one for one in timeline.altitude_by_day_km if one > 0.0) < 330.0  # where Cygnus would be let go
    assert [event.title for event in timeline.events if event.kind == "departure"] == []
    assert "Cygnus NG-17" in run.board.traffic.attached


def test_a_station_without_mass_stops_the_run_with_words_of_its_own() -> None:
    run, _ = flown(events(), horizon="2022-06-02")
    run.mass_kg = -93300.0
    with pytest.raises(StationkeepError, match=r"the station has -93.3 t .* a fault of the program"):
        _ = run.drag_per_mass
