"""A plan as it may come: handovers, stay limits, grounding, pads, ports, a partner that stops; luck chosen by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from stationkeep.logistics.contingencies import without_flights, without_partner
from stationkeep.logistics.dates import mjd_of
from stationkeep.logistics.delays import DrawnDays, drawn_lateness, longest_lateness_days
from stationkeep.logistics.laws_file import shipped_laws
from stationkeep.logistics.luck import Luck, best_luck, draw_luck
from stationkeep.logistics.manifest import Manifest
from stationkeep.logistics.plans import plan_of_entries
from stationkeep.logistics.realise import PadClosure, realise, reliefs_of
from stationkeep.logistics.watch import watch

START = mjd_of("2022-01-10")


def entry(name: str, vehicle: str, port: str, launch: str, departure: str) -> dict[str, str]:
    return {"name": name, "vehicle": vehicle, "port": port, "launch_utc": launch, "departure_utc": departure}


@pytest.fixture
def plan() -> Manifest:
    return plan_of_entries(
        [
            entry("S1", "soyuz", "rassvet-nadir", "2022-01-01", "2022-06-20"),
            entry("P1", "progress", "zvezda-aft", "2022-02-01", "2022-07-01"),
            entry("S2", "soyuz", "prichal-nadir", "2022-06-10", "2022-12-10"),
            entry("P2", "progress", "zvezda-aft", "2022-07-03", "2022-12-01"),
        ],
        [
            {"name": "Anna", "nationality": "RU", "up": "S1", "down": "S1"},
            {"name": "Carol", "nationality": "US", "up": "S1", "down": "S2"},
            {"name": "Boris", "nationality": "RU", "up": "S2", "down": "S2"},
        ],
    )


def luck_of(plan: Manifest, late: dict[str, float] | None = None, lost: tuple[str, ...] = ()) -> Luck:
    """Late by so many days, lost: these and no others. A loss grounds for 100 days."""
    uniforms, normals = np.ones((len(plan.flights), 3)), np.zeros((len(plan.flights), 2))
    for index, name in enumerate(plan.flights):
        if name in (late or {}):
            uniforms[index, 0], normals[index, 0] = 0.0, np.log((late or {})[name])
        if name in lost:
            uniforms[index, 1] = 0.0
    share = dict.fromkeys(("progress", "soyuz", "dragon", "unknown"), 0.5)
    sides = {"russian": DrawnDays(float(np.log(100.0)), 0.0), "american": DrawnDays(float(np.log(300.0)), 0.0)}
    return Luck(share, {"russian": 0.5, "american": 0.5}, DrawnDays(0.0, 1.0), sides, 0.5, uniforms, normals)


def test_the_relief_is_read_from_the_plan(plan: Manifest) -> None:
    assert reliefs_of(plan) == {"S1": ("S2", pytest.approx(9.0))}


def test_a_craft_waits_for_its_late_relief_with_the_same_handover(plan: Manifest) -> None:
    came = realise(plan, luck_of(plan, {"S2": 12.0}), from_mjd_utc=START).manifest
    assert came.flights["S2"].arrival_mjd_utc == mjd_of("2022-06-23")
    assert came.flights["S1"].departure_mjd_utc == mjd_of("2022-07-02")
    assert watch(came).shortages == ()


def test_without_relief_it_leaves_when_its_time_is_up_and_its_people_with_it(plan: Manifest) -> None:
    """De-crewing: a lost relief; the Soyuz stays as long as any has (244 d) and takes home all who came in it."""
    came = realise(plan, luck_of(plan, lost=("S2",)), from_mjd_utc=START)
    assert came.lost == ("S2",)
    assert came.manifest.flights["S1"].departure_mjd_utc == mjd_of("2022-01-02") + 244.0
    assert {trip.name: trip.down_flight for trip in came.manifest.trips} == {"Anna": "S1", "Carol": "S1"}
    found = watch(came.manifest, to_mjd_utc=mjd_of("2022-12-01"))
    assert (found.days[200].aboard, found.days[-1].aboard) == (2, 0)
    assert found.shortages == ()


def test_a_loss_grounds_all_that_flies_on_the_rocket(plan: Manifest) -> None:
    """Progress lost on 1 February: the Soyuz of June is free again by then, one of April would not be."""
    came = realise(plan, luck_of(plan, lost=("P1",)), from_mjd_utc=START).manifest
    assert came.flights["S2"].launch_mjd_utc == mjd_of("2022-06-10")
    soon = replace(plan, flights={name: flight for name, flight in plan.flights.items() if name != "S2"})
    early = replace(plan.flights["S2"], launch_mjd_utc=mjd_of("2022-04-01"), arrival_mjd_utc=mjd_of("2022-04-02"))
    flights = dict(sorted({**soon.flights, "S2": early}.items(), key=lambda item: item[1].launch_mjd_utc))
    moved = replace(plan, flights=flights)
    came = realise(moved, luck_of(moved, lost=("P1",)), from_mjd_utc=START).manifest
    assert came.flights["S2"].launch_mjd_utc == mjd_of("2022-02-01") + 100.0


def test_a_closed_pad_puts_launches_off_and_keeps_their_distance(plan: Manifest) -> None:
    shut = [PadClosure("baikonur-31", mjd_of("2022-06-01"), mjd_of("2022-08-01"))]
    came = realise(plan, luck_of(plan), from_mjd_utc=START, closures=shut).manifest
    assert came.flights["S2"].launch_mjd_utc == mjd_of("2022-08-01")
    assert came.flights["P2"].launch_mjd_utc == mjd_of("2022-08-01") + 13.0


def test_a_taken_port_sends_it_to_another_that_fits(plan: Manifest) -> None:
    """P1 is kept at the stern past the coming of P2."""
    stays = replace(plan.flights["P1"], departure_mjd_utc=mjd_of("2022-08-01"))
    kept = replace(plan, flights={**plan.flights, "P1": stays})
    came = realise(kept, luck_of(kept), from_mjd_utc=START)
    assert came.other_port == ("P2",)
    assert came.manifest.flights["P2"].stays[0].port in ("poisk-zenith", "rassvet-nadir")
    assert came.manifest.flights["P2"].arrival_mjd_utc == mjd_of("2022-07-04")


def test_a_cargo_ship_takes_no_port_from_a_crew_that_comes_there(plan: Manifest) -> None:
    """A Progress at Rassvet in a Soyuz' place once left a crew no day to hand over."""
    crews = plan_of_entries([
        entry("S3", "soyuz", "rassvet-nadir", "2022-08-20", "2023-02-10"),
        entry("S4", "soyuz", "poisk-zenith", "2022-09-10", "2023-02-20"),
    ], []).flights  # fmt: skip
    stays = replace(plan.flights["P1"], departure_mjd_utc=mjd_of("2022-08-01"))
    kept = replace(plan, flights={**plan.flights, "P1": stays, **crews})
    came = realise(kept, luck_of(kept), from_mjd_utc=START)
    assert came.other_port == ()
    assert came.manifest.flights["P2"].stays[0].port == "zvezda-aft"
    assert came.manifest.flights["P2"].arrival_mjd_utc == mjd_of("2022-08-01") + 0.5
    for name in ("S3", "S4"):
        assert came.manifest.flights[name].arrival_mjd_utc == kept.flights[name].arrival_mjd_utc
    never = replace(plan.flights["P1"], departure_mjd_utc=None)
    kept = replace(kept, flights={**kept.flights, "P1": never})
    came = realise(kept, luck_of(kept), from_mjd_utc=START)
    assert came.not_flown == ()  # where it could not come at all otherwise, it comes
    assert came.other_port[0] == "P2"


def test_a_partner_gone_leaves_nobody_without_a_ride(plan: Manifest) -> None:
    left = without_partner(plan, "roscosmos", mjd_of("2022-03-01"))
    came = realise(left, luck_of(left), from_mjd_utc=START).manifest
    assert {trip.name: trip.down_flight for trip in came.trips} == {"Anna": "S1", "Carol": "S1"}
    assert watch(came, to_mjd_utc=mjd_of("2022-07-01")).days[-1].aboard == 0


def test_what_was_launched_before_the_start_is_history(plan: Manifest) -> None:
    came = realise(plan, luck_of(plan, {"S1": 50.0}), from_mjd_utc=START).manifest
    assert came.flights["S1"].arrival_mjd_utc == plan.flights["S1"].arrival_mjd_utc


def test_a_flight_keeps_its_luck_whatever_else_is_planned(plan: Manifest) -> None:
    """Also where it stands elsewhere in the plan, or was not in it when the luck was drawn."""
    luck = draw_luck(plan, shipped_laws(), np.random.default_rng(4))
    fewer = without_flights(plan, lambda flight: flight.name in ("P1", "S2"))
    other = draw_luck(fewer, shipped_laws(), np.random.default_rng(4))
    for name in plan.flights:
        assert luck.of(name) == other.of(name)
    assert len({luck.of(name) for name in plan.flights}) == len(plan.flights)
    came = [realise(one, luck, from_mjd_utc=START).delay_days.get("P2") for one in (plan, fewer)]
    again = [realise(one, other, from_mjd_utc=START).delay_days.get("P2") for one in (plan, fewer)]
    assert came == again


def test_numbers_by_name_are_uniform_and_normal(plan: Manifest) -> None:
    luck = draw_luck(plan, shipped_laws(), np.random.default_rng(4))
    numbers = np.array([luck.of(f"flight {index}") for index in range(8000)])
    # Four standard errors of mean and variance, of a uniform and of a normal number, from 8000 of them.
    assert np.abs(numbers[:, :3].mean(axis=0) - 0.5).max() < 4.0 / np.sqrt(12 * 8000)
    assert np.abs(numbers[:, 3:].mean(axis=0)).max() < 4.0 / np.sqrt(8000)
    assert np.abs(numbers[:, 3:].var(axis=0) - 1.0).max() < 4.0 * np.sqrt(2.0 / 8000)
    assert np.abs(np.corrcoef(numbers.T) - np.eye(5)).max() < 4.5 / np.sqrt(8000)


def test_with_the_best_luck_all_comes_as_planned(plan: Manifest) -> None:
    came = realise(plan, best_luck(), from_mjd_utc=START)
    assert (came.lost, set(came.delay_days.values())) == ((), {0.0})


def test_lateness_has_an_end_and_keeps_no_ship_on_the_ground_for_good(plan: Manifest) -> None:
    law = shipped_laws().lateness_days
    longest = longest_lateness_days(law)
    assert 11.8 < longest == law.quantile_days(0.95) < 30.0  # the worst on record; five cases know of no more
    random = np.random.default_rng(8)
    late = [drawn_lateness(law, random).days(float(random.standard_normal())) for _ in range(3000)]
    assert max(late) == longest
    assert np.median(late) == pytest.approx(law.median_days, rel=0.15)
    assert np.mean(np.array(late) == longest) == pytest.approx(0.05, abs=0.02)
    # later than it was to stay: it comes all the same, and is unloaded
    came = realise(plan, luck_of(plan, late={"P1": 160.0}), from_mjd_utc=START)
    late_one = came.manifest.flights["P1"]
    assert not came.not_flown
    assert late_one.arrival_mjd_utc == pytest.approx((plan.flights["P1"].arrival_mjd_utc or 0.0) + 160.0)
    assert (late_one.departure_mjd_utc or 0.0) >= (late_one.arrival_mjd_utc or 0.0) + 5.0
