"""Craft that become unfit to take people home, as drawn, and the ship that is sent."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from stationkeep.logistics.contingencies import without_flights
from stationkeep.logistics.dates import mjd_of
from stationkeep.logistics.delays import DrawnDays
from stationkeep.logistics.laws_file import shipped_laws
from stationkeep.logistics.luck import Luck, best_luck, draw_luck
from stationkeep.logistics.manifest import Manifest
from stationkeep.logistics.plans import plan_of_entries
from stationkeep.logistics.realise import realise
from stationkeep.logistics.watch import watch

START = mjd_of("2022-01-10")
NAMES = ("S1", "S2", "S3")


@pytest.fixture
def plan() -> Manifest:
    """Three Soyuz, half a year each with ten days of handover, two people in each."""
    stays = [("2022-03-01", "2022-09-10"), ("2022-08-30", "2023-03-10"), ("2023-02-28", "2023-09-10")]
    ports = ("rassvet-nadir", "prichal-nadir", "rassvet-nadir")
    return plan_of_entries(
        [
            {"name": name, "vehicle": "soyuz", "port": port, "launch_utc": launch, "departure_utc": leaves}
            for name, port, (launch, leaves) in zip(NAMES, ports, stays, strict=True)
        ],
        [
            {"name": f"{who} of {name}", "nationality": "RU", "up": name, "down": name}
            for name in NAMES for who in ("Anna", "Boris")
        ],
    )  # fmt: skip


def luck_in_which(fails: tuple[str, ...], low: float = 0.2, high: float = 0.4) -> Luck:
    """The best luck, but these craft become unfit somewhere in that part of their stay, and no others."""
    for number in range(100_000):
        luck = replace(best_luck(), key=number.to_bytes(32, "big"), unfit=0.2)
        found = {name: luck.unfit_at(name) for name in NAMES}
        if all((part is not None) == (name in fails) for name, part in found.items()) and all(
            low < part < high for part in found.values() if part is not None
        ):
            return replace(luck, uniforms=np.ones((3, 3)), normals=np.zeros((3, 2)))
    raise AssertionError("no such key")


def test_the_next_of_its_kind_comes_sooner_and_empty_and_takes_them_home(plan: Manifest) -> None:
    came = realise(plan, luck_in_which(("S1",)), from_mjd_utc=START).manifest
    trouble = next(item for item in came.contingencies if item.flight == "S1")
    first, ship = came.flights["S1"], came.flights["S2"]
    assert (trouble.problem, trouble.seats) == ("unfit", 3)
    assert first.arrival_mjd_utc is not None
    assert ship.arrival_mjd_utc is not None
    assert ship.arrival_mjd_utc == pytest.approx(trouble.from_mjd_utc + 73.0)  # as Soyuz MS-23 for MS-22
    assert ship.arrival_mjd_utc < (plan.flights["S2"].arrival_mjd_utc or 0.0)
    rides = {trip.name: (trip.up_flight, trip.down_flight) for trip in came.trips}
    assert rides["Anna of S1"] == ("S1", "S2")
    assert "Anna of S2" not in rides
    assert rides["Anna of S3"] == ("S3", "S3")
    assert first.departure_mjd_utc == pytest.approx(ship.arrival_mjd_utc + 30.0)
    short = watch(came).shortages
    assert len(short) == 1
    assert sum(day.aboard for day in watch(came).days) > 0


def test_nobody_is_sent_where_none_of_its_kind_is_left_to_come(plan: Manifest) -> None:
    alone = without_flights(plan, lambda flight: flight.name != "S1")
    came = realise(alone, luck_in_which(("S1",)), from_mjd_utc=START).manifest
    assert [item.flight for item in came.contingencies] == ["S1"]
    assert {trip.down_flight for trip in came.trips} == {"S1"}
    assert watch(came, to_mjd_utc=mjd_of("2022-09-01")).shortages


def test_craft_that_had_left_before_are_not_unfit_and_nobody_is_sent(plan: Manifest) -> None:
    came = realise(plan, luck_in_which(("S1",)), from_mjd_utc=START, left_early=frozenset({"S1"})).manifest
    assert came.contingencies == ()
    assert came.flights["S2"].arrival_mjd_utc == plan.flights["S2"].arrival_mjd_utc
    assert {trip.up_flight for trip in came.trips} == set(NAMES)


def test_what_has_happened_stays_when_later_flights_are_dropped(plan: Manifest) -> None:
    luck = luck_in_which(("S1",))
    whole = realise(plan, luck, from_mjd_utc=START).manifest
    fewer = realise(without_flights(plan, lambda one: one.name != "S1"), luck, from_mjd_utc=START).manifest
    assert whole.contingencies == fewer.contingencies


def test_how_often_is_as_the_law_says_and_the_best_luck_has_none(plan: Manifest) -> None:
    assert best_luck().unfit_at("S1") is None
    assert realise(plan, best_luck(), from_mjd_utc=START).manifest.contingencies == ()
    drawn = [draw_luck(plan, shipped_laws(), np.random.default_rng(seed)) for seed in range(4000)]
    found = [luck.unfit_at(name) for luck in drawn for name in NAMES]
    share = sum(part is not None for part in found) / len(found)
    # 12,000 draws of a share of 1.5 / 65: standard deviation 0.0014, and a little more as three share one luck
    assert share == pytest.approx(1.5 / 65.0, abs=0.006)
    parts = [part for part in found if part is not None]
    assert np.mean(parts) == pytest.approx(0.5, abs=4.0 * 0.29 / np.sqrt(len(parts)))


def lost(plan: Manifest, name: str) -> Luck:
    """The best luck, but this flight is lost, and its side's craft stand still for ten days."""
    nothing = DrawnDays(float(np.log(10.0)), 0.0)
    rows = {one: row for row, one in enumerate(plan.flights)}
    uniforms = np.ones((len(rows), 3))
    uniforms[rows[name], 1] = 0.0
    luck = replace(best_luck(), loss={"soyuz": 0.5, "unknown": 0.0}, regrounding={"russian": nothing})
    return replace(luck, uniforms=uniforms, normals=np.zeros((len(rows), 2)), rows=rows)


def test_after_a_lost_crew_flight_the_next_comes_sooner_with_its_crew(plan: Manifest) -> None:
    """As Soyuz MS-11 after MS-10: the crew aboard is relieved though theirs did not come."""
    came = realise(plan, lost(plan, "S2"), from_mjd_utc=START).manifest
    first, second, third = (came.flights[name] for name in NAMES)
    assert second.lost
    assert third.arrival_mjd_utc == pytest.approx(second.launch_mjd_utc + 53.0)
    assert first.departure_mjd_utc == pytest.approx(third.arrival_mjd_utc + 11.0, abs=2.0)  # a handover of ten days
    rides = {trip.name: (trip.up_flight, trip.down_flight) for trip in came.trips}
    assert rides["Anna of S3"] == ("S3", "S3")
    assert rides["Anna of S1"] == ("S1", "S1")
    assert third.departure_mjd_utc is not None
    assert third.departure_mjd_utc - (third.arrival_mjd_utc or 0.0) <= 244.0 + 1e-9


def test_a_ship_that_comes_sooner_for_another_reason_is_not_sent_empty(plan: Manifest) -> None:
    """Its predecessor becomes unfit in the handover, a week after it came with its own crew."""
    luck = lost(plan, "S1")
    unfit = {"S2": mjd_of("2022-12-20")}
    came = realise(plan, luck, from_mjd_utc=START, unfit=unfit).manifest
    second, third = came.flights["S2"], came.flights["S3"]
    assert second.arrival_mjd_utc == pytest.approx(came.flights["S1"].launch_mjd_utc + 53.0)
    assert (third.arrival_mjd_utc or 0.0) < unfit["S2"] < (plan.flights["S3"].arrival_mjd_utc or 0.0)
    assert any(trip.up_flight == "S3" for trip in came.trips)
