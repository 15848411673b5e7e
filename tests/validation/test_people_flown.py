"""People by flight, against counts that agencies and news published and the list of persons it was made from."""

from __future__ import annotations

import csv
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

from stationkeep.logistics.history import flown_history
from stationkeep.partnership.people_flown import flights_between, people_flights
from stationkeep.timescale import mjd_utc


def until(year: int, month: int, day: int) -> datetime:
    return datetime(year, month, day, tzinfo=UTC)


def test_number_of_different_people_by_may_2020() -> None:
    # NASA by Statista, 25 May 2020: 240 people had been there. Exact: it is a count.
    assert sum(one.first_time for one in flights_between(None, until(2020, 5, 25))) == 240


def test_shuttle_flights_and_crewed_dragons() -> None:
    # TASS, 2 November 2025: 37 Shuttle flights; NASA: Demo-2 and Crew-1 to -3 before April 2022. Exact: counts.
    flights = Counter(one.vehicle for one in flights_between(None, until(2022, 4, 2)))
    assert (flights["Shuttle"], flights["Dragon"]) == (37, 4)


def test_table_against_the_flown_record_that_ships() -> None:
    # Two tables of the package made from the same public lists, one by flight, one by person: a slip in either shows.
    since = until(2020, 1, 1)
    by_person = Counter(
        trip.up_flight
        for trip in flown_history().trips
        if trip.arrival_mjd_utc is not None and trip.arrival_mjd_utc >= mjd_utc(since)
    )
    assert {one.flight: one.people_up for one in flights_between(since, until(2024, 1, 1))} == dict(by_person)


def test_table_against_the_list_of_persons(shared_data: Path) -> None:
    seats: Counter[str] = Counter()
    long_stays: Counter[str] = Counter()
    with (shared_data / "people" / "crew.csv").open(encoding="utf-8") as stream:
        for row in csv.DictReader(stream):
            if row["arrival_utc"]:
                seats[row["up_vehicle"]] += 1
                long_stays[row["up_vehicle"]] += float(row["days_aboard"]) >= 20.0
    assert {one.flight: one.people_up for one in people_flights()} == dict(seats)
    assert {one.flight: one.long_stays for one in people_flights()} == dict(long_stays)
