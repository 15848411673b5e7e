"""Margins of stores, seats and an empty station: against hand-made cases whose answer is plain arithmetic."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from stationkeep.campaign.margins import StationThen, empty_margin, left_by, station_margins, with_plan
from stationkeep.campaign.margins_document import (
    MarginGone,
    MarginScenario,
    MarginsDocument,
    MarginsQuestion,
    margins_document,
)
from stationkeep.campaign.margins_seats import good_until, partner_of, seat_margins, without_partners
from stationkeep.campaign.margins_words import limit_in_words
from stationkeep.habitat.figures import read_habitat, shipped_habitat
from stationkeep.habitat.margins import Limit
from stationkeep.habitat.state import HabitatState
from stationkeep.logistics.history import flown_history
from stationkeep.logistics.manifest import Flight, Manifest, PortStay, Trip, manifest_of
from stationkeep.logistics.vehicles import known_fleet
from stationkeep.simulation.people_words import words

EPOCH = 59671.0  # 2 April 2022
FOOD_KG_DAY = 1.83053  # a standard person's, packaging included (docs/life-support.md)


def craft(name: str, kind: str, port: str, came: float, leaves: float | None) -> Flight:
    stays = (PortStay(port, came, leaves),)
    return Flight(name, known_fleet().kind(kind), came - 1.0, came, leaves, stays)


def person(name: str, up: str, down: str, agency: str = "NASA", nationality: str = "US") -> Trip:
    return Trip(name, nationality, agency, up, down)


def two_crews() -> Manifest:
    """Three Russians in a Soyuz, four in a Dragon; a relief of the Dragon planned, none of the Soyuz."""
    flights = [
        craft("Soyuz A", "soyuz", "prichal-nadir", EPOCH - 15.0, EPOCH + 175.0),
        craft("Crew-1", "crew-dragon", "harmony-forward", EPOCH - 140.0, EPOCH + 30.0),
        craft("Crew-2", "crew-dragon", "harmony-zenith", EPOCH + 25.0, EPOCH + 190.0),
        craft("Cygnus X", "cygnus", "unity-nadir", EPOCH + 50.0, EPOCH + 110.0),
    ]
    people = [person(f"R{n}", "Soyuz A", "Soyuz A", "Roscosmos", "RU") for n in range(3)]
    people += [person(f"A{n}", "Crew-1", "Crew-1") for n in range(4)]
    people += [person(f"B{n}", "Crew-2", "Crew-2") for n in range(4)]
    return manifest_of(flights, people)


def station(stowage: dict[str, float] | None = None, plan: Manifest | None = None) -> StationThen:
    state = HabitatState(shipped_habitat().habitat(), EPOCH)

    def stow(habitat: HabitatState, flight: Flight, _: frozenset[str]) -> None:
        for store, kg in (stowage or {}).items() if flight.kind.id == "cygnus" else ():
            habitat.add_cargo(store, kg)

    return StationThen(state, plan or two_crews(), stow)


def question() -> MarginsQuestion:
    gone = MarginGone(partners=[], craft=[], people=[], flights=[])
    return MarginsQuestion(MarginScenario(id="x", hash="", title="x", epoch_utc="", branch="b"), 1, gone)


def test_nothing_more_delivered_is_arithmetic() -> None:
    found = station_margins(station())
    food = {one.name: one for one in found.best.stores}["us-food"]
    # Four people eat 1,318 kg; the reserve is 45 days' of theirs.
    days = 1318.0 / (4 * FOOD_KG_DAY)
    assert food.days_to_zero == pytest.approx(days, rel=1e-3)
    assert food.days_to_reserve == pytest.approx(days - 45.0, rel=1e-3)
    assert found.state.people_aboard == 7


def test_cargo_of_the_plan_moves_the_end_by_what_it_feeds() -> None:
    # Between days 25 and 30 both Dragons' crews are aboard: four people more for five days.
    without = {one.name: one for one in station_margins(station()).best.planned_stores}["us-food"]
    given = {one.name: one for one in station_margins(station({"us-food": 73.0})).best.planned_stores}["us-food"]
    assert without.days_to_zero is not None
    assert given.days_to_zero is not None
    assert without.days_to_zero == pytest.approx(1318.0 / (4 * FOOD_KG_DAY) - 5.0, abs=0.2)
    assert given.days_to_zero - without.days_to_zero == pytest.approx(73.0 / (4 * FOOD_KG_DAY), rel=1e-3)


def test_seats_now_and_under_the_plan() -> None:
    seats = seat_margins(two_crews(), EPOCH, EPOCH + 730.0)
    assert (seats.aboard, seats.seats, seats.without) == (7, 7, ())
    assert seats.short_from_mjd_utc is None
    # Nobody comes any more: Dragon is good for 210 days from its arrival, Soyuz for 200.
    assert seats.until_mjd_utc(7) == EPOCH - 140.0 + 210.0
    assert seats.until_mjd_utc(3) == EPOCH - 15.0 + 200.0
    assert seats.until_mjd_utc(8) == -math.inf
    assert seats.until_mjd_utc(0) == math.inf


def test_a_leak_leaves_three_without_a_seat_as_in_december_2022() -> None:
    seats = seat_margins(flown_history().between(EPOCH, EPOCH + 730.0), EPOCH, EPOCH + 730.0)
    assert seats.short_from_mjd_utc == pytest.approx(59928.03, abs=0.01)  # 15 December 2022, 00:45 UTC
    assert seats.short == ("Petelin, Dmitry", "Prokopyev, Sergey", "Rubio, Francisco")


def test_a_partner_leaves_with_its_people_and_its_craft() -> None:
    then = left_by(station(), frozenset({"roscosmos"}))
    assert then.state.people_aboard == 4
    assert "Soyuz A" not in then.plan.flights
    assert then.state.available("elektron") == 0.0
    before = station()
    left_by(before, frozenset({"roscosmos"}))
    assert before.state.available("elektron") == 1.0  # the station given is not touched


def test_who_pays_for_a_craft_takes_it_along_with_its_people() -> None:
    # Crew Dragon is SpaceX's; its four people are NASA's, who pays for the flight.
    partners = frozenset({"nasa"})
    plan = without_partners(two_crews(), partners, EPOCH, pays_for={"nasa": frozenset({"spacex"})})
    assert (seat_margins(plan, EPOCH, EPOCH + 730.0).aboard, list(plan.flights)) == (3, ["Soyuz A", "Cygnus X"])
    unpaid = without_partners(two_crews(), partners, EPOCH)
    assert seat_margins(unpaid, EPOCH, EPOCH + 730.0).aboard == 7


def test_people_of_others_stay_without_a_seat_when_their_craft_is_gone() -> None:
    plan = without_partners(two_crews(), frozenset({"spacex"}), EPOCH)
    seats = seat_margins(plan, EPOCH, EPOCH + 730.0)
    assert seats.aboard == 7
    assert seats.seats == 3
    assert seats.without == ("A0", "A1", "A2", "A3")
    assert seats.short_from_mjd_utc == EPOCH
    assert "Crew-2" not in plan.flights


def test_a_craft_that_has_left_long_ago_is_no_ride_home() -> None:
    plan = two_crews()
    old = craft("Crew-0", "crew-dragon", "harmony-zenith", EPOCH - 300.0, EPOCH - 130.0)
    plan = replace(plan, flights={"Crew-0": old, **plan.flights})
    gone = without_partners(plan, frozenset({"spacex"}), EPOCH)
    assert all(trip.down_flight != "Crew-0" for trip in gone.trips)


def test_good_until_is_never_before_the_planned_departure() -> None:
    assert good_until(craft("long", "soyuz", "prichal-nadir", EPOCH, EPOCH + 371.0)) == EPOCH + 371.0
    assert good_until(craft("open", "soyuz", "prichal-nadir", EPOCH, None)) == EPOCH + 200.0


def test_partner_of_a_person() -> None:
    assert partner_of(person("x", "a", "b", "Roscosmos", "RU")) == "roscosmos"
    assert partner_of(person("x", "a", "b", "ESA", "DE")) == "esa"


def test_an_empty_station_loses_its_air_by_the_leak_alone() -> None:
    text = """
cabin: {volume_m3: 1000, start_kpa: {cabin-oxygen: 21.3, cabin-nitrogen: 78.7}, target_kpa: {}}
leak: 1 kg/d
stores:
  nitrogen: {substance: nitrogen, amount_kg: 50, owner: nasa}
"""
    state = HabitatState(read_habitat(text, "small.yaml").habitat(), EPOCH)
    found = empty_margin(state)
    # The leak slows with the pressure: 16 of 21.3 kPa are left after ln(21.3/16) of the time the whole would take.
    full_kg = sum(state.amount(gas) for gas in ("cabin-oxygen", "cabin-nitrogen"))
    assert found.limit is not None
    assert found.limit.what == "cabin-oxygen below 16 kPa"
    assert found.limit.days == pytest.approx(full_kg * math.log(21.3 / 16.0), rel=0.01)
    assert found.low_pressure_days == pytest.approx(full_kg * math.log(100.0 / 97.9), rel=0.01)
    assert found.nitrogen_days is None  # nothing draws on the tank


def test_a_crumb_in_a_tank_is_no_nitrogen() -> None:
    state = HabitatState(shipped_habitat().habitat(), EPOCH)
    for name in ("us-nitrogen", "russian-nitrogen"):
        state.add_cargo(name, 1e-11 - state.amount(name))
    assert empty_margin(state).nitrogen_days == 0.0


def test_the_plan_ends_a_limit_that_a_delivery_has_put_off() -> None:
    _, bare = with_plan(station(), 400.0)
    _, fed = with_plan(station({"us-food": 2000.0, "russian-food": 2000.0}), 400.0)
    assert bare is not None
    assert fed is None or fed.days > bare.days


def test_words() -> None:
    habitat = shipped_habitat().habitat()
    assert limit_in_words(habitat, Limit("us-food", 1.0)) == "the last food is gone: American food ends"
    assert limit_in_words(habitat, Limit("cabin-carbon-dioxide above 1.01 kPa", 1.0)) == (
        "the partial pressure of carbon dioxide rises above 1.01 kPa"
    )
    assert limit_in_words(habitat, Limit("pressure below 70 kPa", 1.0)) == "the cabin pressure falls below 70 kPa"
    assert words("acls-hydrogen") == "ACLS hydrogen"


def test_the_document_says_who_can_stay_and_until_when() -> None:
    document = margins_document(station_margins(station()), question())
    assert document.first_limit is not None
    assert document.first_limit.kind == "seats"
    assert document.first_limit.days == pytest.approx(70.0)
    by_people = {one.people: one for one in document.people_until}
    assert sorted(by_people) == list(range(1, 8))
    assert by_people[7].days == pytest.approx(70.0)
    assert by_people[3].days == pytest.approx(185.0)
    # Fewer people never have less time.
    days = [by_people[number].days or math.inf for number in range(7, 0, -1)]
    assert days == sorted(days)
    assert "us-urine" not in {one.name for one in document.stores}


def test_the_document_survives_its_own_json() -> None:
    document = margins_document(station_margins(station(), [station(), station()]), question())
    text = document.model_dump_json(by_alias=True)
    assert MarginsDocument.model_validate_json(text) == document
    assert '"schema":"stationkeep.margins/1"' in text
    food = next(one for one in document.stores if one.name == "us-food")
    assert food.days_to_zero_interval is not None
    assert food.days_to_zero_interval.p05 == food.days_to_zero_interval.p95 == food.days_to_zero


def test_an_interval_holds_its_best_estimate_also_where_all_draws_lie_beyond_it() -> None:
    fuller = station()
    fuller.state.add_cargo("us-food", 300.0)
    document = margins_document(station_margins(station(), [fuller] * 5), question())
    food = next(one for one in document.stores if one.name == "us-food")
    spread = food.days_to_zero_interval
    assert spread is not None
    assert spread.p05 is not None
    assert spread.p95 is not None
    assert spread.p05 == food.days_to_zero
    assert spread.median == spread.p95
    assert spread.p05 < spread.p95
