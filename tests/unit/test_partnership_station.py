"""Who provides what on the shipped International Space Station: margins, stores, computers, launch sites, people."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from stationkeep.partnership.analysis import Dependence, FunctionState, analyse, date_after, grounded_vehicles
from stationkeep.partnership.document import depends_document
from stationkeep.partnership.graph import build_graph
from stationkeep.partnership.loader import shipped_partnerships
from stationkeep.partnership.losses import find_losses
from stationkeep.partnership.model import Function
from stationkeep.scenario.loader import load_scenario

FLAGSHIP = datetime(2022, 4, 2, tzinfo=UTC)


def without(*partners: str, moment: datetime = FLAGSHIP) -> Dependence:
    return analyse(build_graph(shipped_partnerships()["iss"], moment), partners)


def state(found: Dependence, function: str) -> FunctionState:
    return next(one for one in found.states if one.function.id == function)


def test_engines_on_one_store_of_propellant_count_once() -> None:
    # Zvezda and Progress burn what the same four Progress a year bring: 21 m/s for 18 a year, not 42.
    found = without()
    assert state(found, "reboost").margin == pytest.approx(21.0 / 18.0)
    assert state(found, "reboost").spare == 1  # either engine may still fail
    assert state(found, "debris-avoidance").margin == 1.0


@pytest.mark.parametrize(
    ("pool", "said"),
    [
        ({"of": ["a", "c"], "capacity": 1.0, "assumption": "made up here"}, "'c' provides nothing of it"),
        ({"of": ["a", "a"], "capacity": 1.0, "assumption": "made up here"}, "named once"),
        ({"of": ["a", "b"], "capacity": 1.0}, "source and quality, or assumption"),
    ],
)
def test_a_store_that_cannot_be_shared_is_refused(pool: dict[str, object], said: str) -> None:
    providers = [{"asset": name, "assumption": "made up here"} for name in ("a", "b")]
    given = {"id": "reboost", "name": "-", "what": "-", "ends": "less", "providers": providers, "pools": [pool]}
    with pytest.raises(ValueError, match=said):
        Function.model_validate(given)


def test_one_store_of_propellant_has_one_clock() -> None:
    # NASA leaves: no gyroscopes turn, thrusters hold the station alone, and what they draw on ends once for all.
    found = without("nasa")
    tanks = found.losses.days["station-tanks"]
    assert tanks == pytest.approx(110.0, abs=1.0)
    assert found.losses.days["attitude"] == found.losses.days["zvezda-thrusters"] == tanks
    assert found.losses.days["refuelling"] == tanks  # nothing docks any more
    # With the least use and full loads Progress brings enough: the runs have both.
    assert state(found, "attitude").lost_days[0] < 30.0
    assert date_after(found.graph, state(found, "attitude").lost_days[2]) is None
    # There is nothing left to unload: it must not outlast the gyroscopes, as the tanks would let it.
    assert state(found, "desaturation").loss == "at once"
    assert "gyro" in state(found, "desaturation").chain[2]


def test_burns_leave_the_attitude_its_share_of_the_tanks() -> None:
    graph = build_graph(shipped_partnerships()["iss"], FLAGSHIP)
    for estimate in ("low", "best", "high"):
        days = find_losses(graph, removed=["progress-flights"], estimate=estimate).days
        assert days["reboost"] < days["station-tanks"] == days["desaturation"]
        assert days["station-tanks"] - days["reboost"] == pytest.approx(180.0, abs=3.0)  # reserve_days of iss-2022


@pytest.mark.parametrize(
    ("computers", "needing"),
    [
        # SpaceNews, 15 June 2007: without the Russian computers no Russian thrusters.
        ("russian-computers", ["zvezda-thrusters", "desaturation", "reboost", "elektron", "data-network"]),
        # April 2001 (NASA, CSA): no commands from the ground, no work with the arm.
        ("us-computers", ["gyro/1", "canadarm2", "berthing", "oga", "wrs", "tdrs", "data-network"]),
    ],
)
def test_who_needs_the_computers(computers: str, needing: list[str]) -> None:
    days = find_losses(build_graph(shipped_partnerships()["iss"], FLAGSHIP), removed=[computers]).days
    assert all(days[node] < 10.0 for node in needing)


def test_links_need_current() -> None:
    # Without Roscosmos the attitude goes, then the power, then the last link; until then one of two is left.
    found = without("roscosmos")
    links = state(found, "communications")
    assert links.left == ()
    assert links.lost_days[1] == pytest.approx(state(found, "power-us").lost_days[1] + 0.1)
    assert state(without("nasa"), "communications").left == ("russian-links",)


def test_launch_sites_are_those_that_ships_need() -> None:
    sites = {
        year: set(state(without(moment=datetime(year, 7, 1, tzinfo=UTC)), "launch-sites").providers)
        for year in (2022, 2024, 2028)
    }
    both = {"baikonur-31", "falcon-9"}
    assert sites == {2022: both | {"antares"}, 2024: both, 2028: both | {"tanegashima"}}
    # Cygnus goes on without SpaceX in 2022, so Baikonur is not the only pad.
    assert state(without("spacex"), "launch-sites").left == ("baikonur-31", "antares")
    assert find_losses(without().graph, removed=["antares"]).days["cygnus-antares"] == 0.0


@pytest.mark.parametrize("name", ["iss-2022", "iss-2024", "iss-2028-planned"])
def test_the_graph_stands_on_the_day_its_scenario_begins(name: str) -> None:
    begins = load_scenario(name).scenario.epoch_utc
    assert shipped_partnerships()["iss"].partnership.configurations[name].date_utc == begins


def test_no_day_without_cygnus_between_two_rockets() -> None:
    # Last Antares: 2 August 2023; first Falcon 9 with a Cygnus: 30 January 2024, under contract before.
    found = without("northrop-grumman", moment=datetime(2024, 1, 1, tzinfo=UTC))
    for function in ("food", "cargo", "reboost"):
        assert state(found, function).loss == "thinner"


def test_who_comes_after_people_have_gone_hungry_is_too_late() -> None:
    # Food for seven ends in May 2024; HTV-X first came on 26 October 2025, 17 to 18 months after.
    htv_x, *_ = state(without("spacex", moment=datetime(2024, 1, 1, tzinfo=UTC)), "food").later
    assert not htv_x.in_time
    assert htv_x.needs_last
    assert htv_x.words == "18 months after it is lost, for 42 % of the need, 115 % with the others there then"
    # Reboost is no matter of people: three months later is not too late, and said.
    cygnus = state(without("roscosmos"), "reboost").later[0]
    assert (cygnus.in_time, cygnus.words) == (True, "3 months after it is lost, for 31 % of the need")
    # The deorbit vehicle replaces nothing that was there before: only what it needs can make it too late.
    usdv = state(without("roscosmos"), "deorbit").later[0]
    assert usdv.words == "what it needs is gone by then"


def test_fewer_people_need_less_and_their_stores_last_longer() -> None:
    day = datetime(2024, 1, 1, tzinfo=UTC)
    loaded = shipped_partnerships()["iss"]
    seven, five, two = (build_graph(loaded, day, people=people) for people in (None, 5, 2))
    assert find_losses(seven, without=["spacex"]).days["food"] == 130.0
    assert find_losses(five, without=["spacex"]).works("food")  # Progress alone brings 9.2 of 9 kg a day
    gone = ["spacex", "roscosmos"]
    lasts = [find_losses(graph, without=gone).days["oxygen"] - find_losses(graph, without=gone).days["oga"]
             for graph in (seven, two)]  # fmt: skip
    assert lasts == pytest.approx([45.0, 45.0 * 7 / 2])
    assert two.functions["water"].threshold == pytest.approx(24.5 * 2 / 7)
    assert two.functions["reboost"].threshold == seven.functions["reboost"].threshold


def test_nobody_able_to_live_aboard_is_not_said_of_seven_eaters() -> None:
    # Four of seven go home in the Dragon: SpaceX's leaving in 2024 leaves food for five, by Progress alone.
    found = without("spacex", moment=datetime(2024, 1, 1, tzinfo=UTC))
    assert state(found, "food").enough_for == 5
    assert state(found, "lifeboat").enough_for == 3
    assert state(found, "reboost").enough_for is None
    assert ("spacex",) in found.cut_sets["full crew"]
    assert found.cut_sets["crew"] == (("roscosmos",), ("nasa",))
    told = {one["ends"]: one["meaning"] for one in depends_document(found)["cut_sets"]}
    assert "not even 2" in told["crew"]
    assert "not all 7" in told["full crew"]


def test_what_needs_the_leaving_partner_is_no_help() -> None:
    # Dragons fly to the station under NASA's contracts and from its control centre; Progress does not.
    loaded = shipped_partnerships()["iss"]
    gone = grounded_vehicles(loaded, FLAGSHIP, ["nasa"])
    assert {"crew-dragon", "cargo-dragon", "cargo-dragon-boost", "cygnus", "htv-x"} <= gone
    assert not {"progress-ms", "soyuz-ms"} & gone
    assert grounded_vehicles(loaded, FLAGSHIP, []) == frozenset()
    assert "cygnus" not in grounded_vehicles(loaded, FLAGSHIP, ["spacex"])  # one of its two rockets goes on


def test_without_nasa_no_american_ship_burns() -> None:
    # As in the runs (push_needs): a Cygnus still docked waits for Houston.
    losses = without("nasa", moment=datetime(2023, 1, 1, tzinfo=UTC)).losses
    assert losses.days["cygnus-engine"] == 0.0
    assert losses.days["reboost"] < 1.0


def test_cygnus_has_a_rocket_of_its_own_again_when_the_next_antares_is_counted_on() -> None:
    found = without("spacex", moment=datetime(2024, 1, 1, tzinfo=UTC))
    rocket = next(one for one in state(found, "food").later if one.asset.id == "cygnus-antares-330")
    assert rocket.from_utc == datetime(2028, 10, 1, tzinfo=UTC)
    assert not rocket.in_time  # four years after food for seven has ended
    # With Progress (9.2) and HTV-X (5.3): Cygnus brings 6.9 of the 12.6 kg a day.
    assert (rocket.given.alone, rocket.given.together) == pytest.approx((6.9 / 12.6, 21.4 / 12.6))
    after = without("spacex", moment=datetime(2029, 1, 1, tzinfo=UTC))
    assert "cygnus-antares-330" in state(after, "cargo").left
    assert "antares-330" in state(after, "launch-sites").left


def test_two_rockets_bring_no_more_cygnus_than_one() -> None:
    loaded = shipped_partnerships()["iss"]
    before, then = (build_graph(loaded, datetime(2028, month, 1, tzinfo=UTC)) for month in (9, 10))
    for function in ("food", "water"):
        assert then.functions[function].capacity(then.operators) == before.functions[function].capacity(
            before.operators
        )


def test_a_rocket_years_away_keeps_nobody_flying_today() -> None:
    loaded = shipped_partnerships()["iss"]
    assert "cygnus" in grounded_vehicles(loaded, datetime(2024, 1, 1, tzinfo=UTC), ["spacex"])
    assert "cygnus" not in grounded_vehicles(loaded, datetime(2029, 1, 1, tzinfo=UTC), ["spacex"])
