"""What may go wrong, as changes of a manifest: a leaking lifeboat, a lost flight, a failed docking, a partner gone.

Each function returns a new manifest; none changes the one given. What follows for the seats is seen by
:func:`stationkeep.logistics.watch.watch`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from stationkeep.errors import ManifestError
from stationkeep.logistics.book import nearest
from stationkeep.logistics.lifeboat import suits_of
from stationkeep.logistics.manifest import Contingency, Flight, Manifest, PortStay, Trip

RETRY_DAYS: Final = 2.0
"""After a docking given up: Progress M-06M came back in 2 days (July 2010), Soyuz MS-14 in 3 (August 2019)."""


def with_leak(manifest: Manifest, flight: str, time_mjd_utc: float, what: str = "coolant lost") -> Manifest:
    """A crew craft becomes unfit to take anybody home from a date on, as Soyuz MS-22 in December 2022."""
    craft = flight_named(manifest, flight)
    item = Contingency(flight, "unfit", time_mjd_utc, None, craft.seats, what)
    return replace(manifest, contingencies=(*manifest.contingencies, item))


def with_rescue_seat(
    manifest: Manifest, flight: str, from_mjd_utc: float, to_mjd_utc: float | None, seats: int = 1, person: str = ""
) -> Manifest:
    """Makeshift places in a craft, as the liner laid in Dragon in January 2023."""
    flight_named(manifest, flight)
    item = Contingency(flight, "rescue-seat", from_mjd_utc, to_mjd_utc, seats, "makeshift place", person=person)
    return replace(manifest, contingencies=(*manifest.contingencies, item))


def with_failed_docking(manifest: Manifest, flight: str, days: float = RETRY_DAYS) -> Manifest:
    """The first docking fails and is tried again some days later; it leaves as planned."""
    craft = flight_named(manifest, flight)
    if craft.arrival_mjd_utc is None:
        return manifest
    arrival = craft.arrival_mjd_utc + days
    leaves = craft.departure_mjd_utc
    if leaves is not None and arrival >= leaves:
        return with_lost(manifest, flight)
    later = replace(
        craft, arrival_mjd_utc=arrival, stays=_stays_from(craft.stays, arrival), outcome="docking failed once"
    )
    return replace(manifest, flights={**manifest.flights, flight: later}, trips=_at_craft_dates(manifest.trips, flight))


def with_lost(manifest: Manifest, flight: str) -> Manifest:
    """A flight never arrives. Its people get down alive elsewhere; those it should take home need another ride."""
    craft = flight_named(manifest, flight)
    lost = replace(
        craft, arrival_mjd_utc=None, departure_mjd_utc=None, stays=(), crew_up=0, crew_down=0, outcome="lost"
    )
    return rebooked(replace(manifest, flights={**manifest.flights, flight: lost}))


def without_partner(manifest: Manifest, owner: str, time_mjd_utc: float) -> Manifest:
    """A partner launches nothing any more from a date on; what is docked stays and leaves as planned."""
    return without_flights(
        manifest, lambda flight: flight.kind.owner == owner and flight.launch_mjd_utc >= time_mjd_utc
    )


def without_flights(manifest: Manifest, gone: Callable[[Flight], bool]) -> Manifest:
    """The same without some flights; whoever came with them is not aboard, whoever should leave in them is rebooked."""
    kept = {name: flight for name, flight in manifest.flights.items() if not gone(flight)}
    dropped = manifest.flights.keys() - kept.keys()
    trips = tuple(trip for trip in manifest.trips if trip.up_flight not in dropped)
    troubles = tuple(item for item in manifest.contingencies if item.flight in kept)
    left = replace(manifest, flights=kept, trips=trips, contingencies=troubles)
    return rebooked(left, dropped=frozenset(dropped), were=manifest)


def rebooked(manifest: Manifest, dropped: frozenset[str] = frozenset(), were: Manifest | None = None) -> Manifest:
    """Everyone whose craft home does not come gets another ride, where there is one.

    First choice is the craft they came in, then the next to leave that they have a liner or suit for; each within its
    seats. Who finds none stays aboard (``down_flight`` empty): the lifeboat rule then speaks of them.
    """
    gone = dropped | {name for name, flight in manifest.flights.items() if not flight.arrived}
    trips = [trip for trip in manifest.trips if not (trip.up_flight in gone and trip.up_flight in manifest.flights)]
    taken: dict[str, int] = {}
    for trip in trips:
        if trip.down_flight not in gone:
            taken[trip.down_flight] = taken.get(trip.down_flight, 0) + 1
    found = []
    for trip in trips:
        if trip.down_flight not in gone:
            found.append(trip)
            continue
        ride = _next_ride(trip, manifest, taken, were or manifest)
        taken[ride] = taken.get(ride, 0) + 1
        # The suit for the craft that does not come was to come with it.
        found.append(trip.going_home_in(ride))
    return replace(manifest, trips=tuple(found))


def in_time(manifest: Manifest, plan: Manifest) -> Manifest:
    """Nobody waits without a lifeboat for a craft that is late: who came in one that must leave first, leaves in it.

    Only where the plan had the two overlap, and within the seats.
    """
    riders: dict[str, int] = {}
    for trip in manifest.trips:
        riders[trip.down_flight] = riders.get(trip.down_flight, 0) + 1
    found = []
    for trip in manifest.trips:
        own = manifest.flights.get(trip.up_flight)
        late = _gap_days(trip, manifest) > max(0.0, _gap_days(trip, plan))
        if own is None or not late or riders.get(own.name, 0) >= own.seats:
            found.append(trip)
            continue
        riders[own.name] = riders.get(own.name, 0) + 1
        found.append(trip.going_home_in(own.name))
    return replace(manifest, trips=tuple(found))


def _gap_days(trip: Trip, manifest: Manifest) -> float:
    """Between the leaving of the craft up and the coming of the craft down; negative where they overlap."""
    up, down = manifest.flights.get(trip.up_flight), manifest.flights.get(trip.down_flight)
    if up is None or down is None or up.departure_mjd_utc is None or down.arrival_mjd_utc is None:
        return -math.inf
    return down.arrival_mjd_utc - up.departure_mjd_utc


def flight_named(manifest: Manifest, name: str) -> Flight:
    """The flight of that name; raises :class:`ManifestError` with the closest names."""
    if name not in manifest.flights:
        raise ManifestError(f"there is no flight {name!r}", hint=nearest(name, manifest.flights))
    return manifest.flights[name]


def _next_ride(trip: Trip, manifest: Manifest, taken: dict[str, int], were: Manifest) -> str:
    own = manifest.flights.get(trip.up_flight)
    came = own.arrival_mjd_utc if own is not None else trip.arrival_mjd_utc
    suits = suits_of(replace(trip, down_flight=""), were.flights)
    leaving = sorted(
        (flight for flight in manifest.flights.values() if flight.arrived and flight.seats),
        key=lambda flight: (flight is not own, flight.departure_mjd_utc or math.inf),
    )
    for flight in leaving:
        leaves = flight.departure_mjd_utc or math.inf
        if (
            flight.kind.suit in suits
            and came is not None
            and leaves > came
            and taken.get(flight.name, 0) < flight.seats
        ):
            return flight.name
    return ""


def _stays_from(stays: tuple[PortStay, ...], arrival: float) -> tuple[PortStay, ...]:
    """The stays of a craft that comes later: what lies before is cut off."""
    left = [stay for stay in stays if stay.to_mjd_utc is None or stay.to_mjd_utc > arrival]
    return tuple(replace(stay, from_mjd_utc=max(stay.from_mjd_utc, arrival)) for stay in left)


def _at_craft_dates(trips: tuple[Trip, ...], flight: str) -> tuple[Trip, ...]:
    return tuple(
        replace(
            trip,
            arrival_mjd_utc=None if trip.up_flight == flight else trip.arrival_mjd_utc,
            departure_mjd_utc=None if trip.down_flight == flight else trip.departure_mjd_utc,
        )
        for trip in trips
    )
