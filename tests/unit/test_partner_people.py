"""What partners do reaches flights and people: withdrawn, back, under sanctions, sent home, taken away."""

from __future__ import annotations

from functools import cache
from itertools import permutations
from typing import Any

import pytest

from partner_case import response, result, sanction, withdrawal
from stationkeep.campaign.people_summary import PeopleGrid, PeopleRun
from stationkeep.campaign.prepare import Campaign, prepare_campaign
from stationkeep.campaign.sampling import draw_inputs, median_inputs
from stationkeep.catalogue.loader import load_catalogue
from stationkeep.scenario.loader import load_scenario
from stationkeep.scenario.schema import Scenario
from stationkeep.simulation.engine import simulate
from stationkeep.simulation.people_record import CALLED_HOME, PeopleCourse
from stationkeep.simulation.timeline import Timeline
from stationkeep.timescale import iso_day, mjd_utc, parse_utc

EVERYTHING = ["stop-operating-assets", "stop-resupply-propellant", "stop-flights", "recall-crew"]


@cache
def base() -> dict[str, Any]:
    fields = load_scenario("iss-2024").scenario.model_dump(by_alias=True)
    return {**fields, "horizon_utc": "2025-07-01", "comparisons": (), "branches": {"x": {"label": "x"}}}


@cache
def prepared() -> Campaign:
    return prepare_campaign(Scenario.model_validate(base()), load_catalogue())


def fly(*events: dict[str, Any], index: int | None = None, **fields: Any) -> Timeline:
    scenario = Scenario.model_validate({**base(), **fields, "branches": {"x": {"label": "x", "events": list(events)}}})
    ready = prepare_campaign(scenario, load_catalogue())
    weather = (ready if fields else prepared()).weather
    drawn = median_inputs(scenario, weather) if index is None else draw_inputs(scenario, weather, 1, index)
    return simulate(ready.mission, "x", drawn, limits=False)


def people(timeline: Timeline) -> PeopleCourse:
    assert timeline.people is not None
    return timeline.people


def aboard(timeline: Timeline, day: str) -> int:
    course = people(timeline)
    time = mjd_utc(parse_utc(day))
    return int(course.aboard[course.times_mjd_utc <= time][-1])


def flights(timeline: Timeline, kind: str) -> list[str]:
    return [event.title.split(" arrives")[0] for event in timeline.events if event.kind == kind]


def test_a_recalled_crew_goes_home_and_no_relief_comes() -> None:
    timeline = fly(withdrawal("2024-06-01", scope=EVERYTHING))
    assert aboard(timeline, "2024-05-31") == 7
    # Soyuz MS-25 takes Kononenko, Chub and Dyson home; Grebenkin of Roscosmos sits in NASA's Dragon
    assert aboard(timeline, "2024-06-02") == 4
    assert "Soyuz MS-26" not in flights(timeline, "crew-arrival")


def test_who_is_called_home_leaves_for_that() -> None:
    """All partners leave on one day: nobody waits until the station tumbles, or the air is bad."""
    everybody = ["csa", "esa", "jaxa", "nasa", "northrop-grumman", "roscosmos", "spacex"]
    timeline = fly(*(withdrawal("2024-06-01", partner=one, scope=EVERYTHING) for one in everybody))
    course = people(timeline)
    assert aboard(timeline, "2024-06-02") == 0
    assert course.left_reason == CALLED_HOME
    assert course.why["left"] in ("NASA recalls its crew", "Roscosmos recalls its crew")
    grid = PeopleGrid.of(course, 60000.0, 60800.0)
    assert PeopleRun.of(course, grid).left_because == CALLED_HOME


def test_who_calls_people_home_sends_nobody_while_it_lasts() -> None:
    timeline = fly(withdrawal("2024-06-01", scope=["recall-crew"]))
    assert aboard(timeline, "2024-06-02") == 4
    assert not [name for name in flights(timeline, "crew-arrival") if name in ("Soyuz MS-26", "Soyuz MS-27")]
    cargo = [event for event in timeline.events if event.kind == "delivery"]
    assert [event for event in cargo if event.time_mjd_utc > mjd_utc(parse_utc("2024-06-01"))]  # only people stay away
    back = fly(withdrawal("2024-06-01", scope=["recall-crew"], until_utc="2024-10-01", flights_back_after_days=60.0))
    assert "Soyuz MS-26" not in flights(back, "crew-arrival")
    assert "Soyuz MS-27" in flights(back, "crew-arrival")
    assert any("its flights come again from 2024-11-30" in event.title for event in back.events)


def names_aboard(timeline: Timeline) -> set[str]:
    return {stay.name for stay in people(timeline).crew if stay.from_mjd_utc > mjd_utc(parse_utc("2024-02-01"))}


def test_who_calls_people_home_sends_nobody_in_the_craft_of_others() -> None:
    """Grebenkin of Roscosmos was launched in NASA's Dragon seven weeks after everybody had been called home."""
    gone = fly(withdrawal("2024-01-01", scope=EVERYTHING))
    assert "Grebenkin, Alexander" not in names_aboard(gone)
    assert "Dominick, Matthew" in names_aboard(gone)  # his seat flies empty
    told = [event.title for event in gone.events if event.kind == "people-kept-home"]
    assert told
    assert all(one.startswith("Roscosmos sends nobody any more in ") for one in told)  # the crew list has ROSCOSMOS
    back = fly(withdrawal("2024-01-01", scope=["recall-crew"], until_utc="2024-01-10", flights_back_after_days=10.0))
    assert "Grebenkin, Alexander" in names_aboard(back)


def test_flights_come_again_after_the_return() -> None:
    gone = withdrawal("2024-06-01", scope=EVERYTHING, until_utc="2024-07-15", flights_back_after_days=30.0)
    timeline = fly(gone)
    assert "Soyuz MS-26" in flights(timeline, "crew-arrival")
    assert aboard(timeline, "2024-07-20") == 4
    assert aboard(timeline, "2024-10-15") == 7
    deliveries = [iso_day(event.time_mjd_utc) for event in timeline.events if event.kind == "delivery"]
    assert not [day for day in deliveries if "2024-06-01" < day < "2024-08-14"]
    assert [day for day in deliveries if day > "2024-08-14"]


def test_a_withdrawal_reversed_at_once_changes_nothing_for_people_either() -> None:
    untouched = fly()
    for partner in ("roscosmos", "nasa"):
        back = fly(withdrawal("2024-06-01", partner=partner, scope=EVERYTHING, until_utc="2024-06-01"))
        assert result(back) == result(untouched)
        assert people(back).aboard.tolist() == people(untouched).aboard.tolist()
        assert people(back).crew == people(untouched).crew


def test_nasas_flights_end_with_nasa() -> None:
    timeline = fly(withdrawal("2024-03-01", partner="nasa", scope=["stop-flights"]))
    arrivals = ("crew-arrival", "cargo-arrival", "arrival")
    cut = mjd_utc(parse_utc("2024-03-02"))
    later = [event.title for event in timeline.events if event.kind in arrivals and event.time_mjd_utc > cut]
    assert later
    assert all("Soyuz" in title or "Progress" in title for title in later)


def test_sanctions_keep_every_second_flight_of_each_kind() -> None:
    timeline = fly(sanction("2024-01-05", rate=0.5, until_utc="2025-06-30"))
    free = fly()
    for kind in ("Soyuz", "Progress"):
        came = [port.flight for port in people(timeline).ports if kind in port.flight]
        planned = [port.flight for port in people(free).ports if kind in port.flight]
        assert len(came) < len(planned)
        assert len(planned) - len(came) >= (len(planned) - 2) // 2  # two are docked at the epoch
    assert [event for event in timeline.events if event.kind == "flights-cut"]


def test_fewer_people_stay() -> None:
    timeline = fly(response("2024-06-01", what="reduce-crew", people=4), response("2024-12-01", what="leave"))
    assert aboard(timeline, "2024-06-02") <= 4
    assert aboard(timeline, "2024-12-03") == 0
    assert aboard(timeline, "2025-06-01") == 0


def test_no_fewer_stay_than_was_decided() -> None:
    """Four in one Dragon, three to stay: it once went home with all four, and nobody came any more."""
    gone = withdrawal("2024-05-20", scope=["stop-flights"])
    timeline = fly(gone, response("2024-11-01", what="reduce-crew", people=3))
    told = next(event.title for event in timeline.events if event.kind == "response")
    assert "nobody goes home, 4 stay: no craft could go and leave 3; SpaceX Crew-10" in told
    assert aboard(timeline, "2024-11-02") == 4
    assert aboard(timeline, "2025-06-01") == 3
    assert people(timeline).left_mjd_utc is None


def test_kinds_that_stay_come_again_where_fewer_are_to_stay() -> None:
    timeline = fly(response("2024-06-20", what="reduce-crew", people=5))
    assert aboard(timeline, "2024-06-22") >= 5
    assert {"Soyuz MS-26", "SpaceX Crew-9", "SpaceX Crew-10"} <= set(flights(timeline, "crew-arrival"))
    assert 5 <= aboard(timeline, "2025-06-01") <= 6


def test_a_progress_brought_forward_brings_its_propellant() -> None:
    free, early = fly(), fly(response("2024-03-01", what="bring-forward", provider="progress", days_forward=14.0))
    days = [
        [iso_day(event.time_mjd_utc) for event in run.events if event.kind == "delivery"][1] for run in (free, early)
    ]
    assert days == ["2024-05-18", "2024-05-04"]


def test_craft_taken_away_take_people_and_mass_along() -> None:
    timeline = fly(withdrawal("2024-06-01", scope=["take-assets-away", "stop-flights"]))
    assert aboard(timeline, "2024-06-02") == 4
    docked = [port for port in people(timeline).ports if port.owner == "roscosmos" and port.to_mjd_utc is None]
    assert not docked
    assert timeline.taken_away_kg == pytest.approx(3670.0 + 6295.0 + 19627.0 + 4066.0)  # modules; craft go as flights


def test_no_module_leaves_with_a_craft_at_its_ports() -> None:
    """Rassvet once left with the Soyuz three people had as their seat home, and the Soyuz stayed."""
    timeline = fly(withdrawal("2024-06-01", scope=["take-assets-away"]))
    gone = {
        event.title.split(" takes ")[1].split(" away")[0].lower(): event
        for event in timeline.events
        if event.kind == "undocked"
    }
    assert {"rassvet", "poisk"} & gone.keys()
    for name, event in gone.items():
        left = [
            port for port in people(timeline).ports
            if port.port.startswith(f"{name}-") and (port.to_mjd_utc is None or port.to_mjd_utc > event.time_mjd_utc)
        ]  # fmt: skip
        assert not left, (name, left)
    assert [event for event in timeline.events if event.kind == "undocking-waits"]


def test_a_module_that_stays_after_all_has_its_ports_again() -> None:
    """Called off while it waited for its last craft, it kept its ports closed to the end."""

    def rassvet(**fields: Any) -> tuple[list[str], list[str]]:
        event = withdrawal("2024-06-01", scope=["take-assets-away"], **fields)
        timeline = fly(event, horizon_utc="2025-12-01")
        titles = [event.title for event in timeline.events if event.kind.startswith("undock")]
        return [port.flight for port in people(timeline).ports if port.port == "rassvet-nadir"], titles

    docked, told = rassvet()
    assert "Rassvet stays until Soyuz MS-26 leaves it" in told
    assert any("takes Rassvet away" in title for title in told)
    assert docked[-1] == "Soyuz MS-26"
    docked, told = rassvet(until_utc="2024-11-01")
    assert not any("takes Rassvet away" in title for title in told)
    assert docked[-1] == "Soyuz MS-28"


def test_no_order_of_one_moment_matters_with_people() -> None:
    day = "2024-06-01"
    events = [
        withdrawal(day, scope=EVERYTHING, until_utc="2024-09-01"),
        withdrawal(day, partner="spacex", scope=["stop-flights"]),
        sanction(day, on="northrop-grumman", rate=0.5, delay_days=10.0),
        response(day, what="reduce-crew", people=3),
    ]
    first, *others = [fly(*order, index=0) for order in list(permutations(events))[::5]]
    for other in others:
        assert result(other) == result(first)
        assert people(other).aboard.tolist() == people(first).aboard.tolist()
        assert people(other).crew == people(first).crew
