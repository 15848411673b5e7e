"""The manifest: who and what flies when, to which port, and with whom it leaves."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final, Literal

from stationkeep.errors import ManifestError
from stationkeep.logistics.vehicles import VehicleKind

Problem = Literal["unfit", "rescue-seat"]

PROBLEMS: Final[tuple[Problem, ...]] = ("unfit", "rescue-seat")
"""``unfit``: its seats are there, but for use in the utmost need only; ``rescue-seat``: makeshift places are added."""

_CORRECT: Final = "correct one of the two dates"


@dataclass(frozen=True, slots=True)
class Cargo:
    """What a flight brings [kg]; ``total_kg`` may be known where its parts are not. ``None``: not known."""

    total_kg: float | None = None
    dry_kg: float | None = None
    water_kg: float | None = None
    gas_kg: float | None = None
    propellant_kg: float | None = None
    down_kg: float | None = None
    """Taken away, home or to burn up with the craft."""


@dataclass(frozen=True, slots=True)
class PortStay:
    """A flight at one port; ``to_mjd_utc`` ``None``: still there when the table ends."""

    port: str
    from_mjd_utc: float
    to_mjd_utc: float | None


@dataclass(frozen=True, slots=True)
class Flight:
    """One craft, from launch to end.

    ``arrival_mjd_utc`` ``None``: it never arrived. ``departure_mjd_utc`` ``None``: still attached when the table ends.
    ``place`` says where it was read (``flights.csv, line 12``), for messages.
    """

    name: str
    kind: VehicleKind
    launch_mjd_utc: float
    arrival_mjd_utc: float | None
    departure_mjd_utc: float | None
    stays: tuple[PortStay, ...] = ()
    end_mjd_utc: float | None = None
    crew_up: int = 0
    crew_down: int = 0
    cargo: Cargo = Cargo()
    outcome: str = "success"
    cospar: str = ""
    launch_vehicle: str = ""
    quality: str = ""
    note: str = ""
    place: str = ""

    @property
    def arrived(self) -> bool:
        """Whether it reached the station."""
        return self.arrival_mjd_utc is not None

    @property
    def lost(self) -> bool:
        """Whether it flew and did not arrive; one that is only planned is not lost."""
        return not self.arrived and "plan" not in self.outcome.casefold()

    @property
    def attached_days(self) -> float | None:
        """How long it stayed; ``None`` where it never arrived or has not left."""
        if self.arrival_mjd_utc is None or self.departure_mjd_utc is None:
            return None
        return self.departure_mjd_utc - self.arrival_mjd_utc

    @property
    def leaves_station_mjd_utc(self) -> float | None:
        """When it is no longer attached: it may hang on the arm for hours before it is let go."""
        last = self.stays[-1].to_mjd_utc if self.stays else None
        return self.departure_mjd_utc if last is None else last

    @property
    def seats(self) -> int:
        """How many people it can take home."""
        return self.kind.seats_of_launch(self.launch_mjd_utc)

    def dated(
        self, launch: float, arrival: float | None, departure: float | None, stays: tuple[PortStay, ...], outcome: str
    ) -> Flight:
        """The same flight at other dates (as ``dataclasses.replace``, which takes five times as long)."""
        return Flight(
            self.name, self.kind, launch, arrival, departure, stays, self.end_mjd_utc, self.crew_up, self.crew_down,
            self.cargo, outcome, self.cospar, self.launch_vehicle, self.quality, self.note, self.place,
        )  # fmt: skip

    def attached_at(self, time_mjd_utc: float) -> bool:
        """Whether it is with the station then."""
        return (
            self.arrival_mjd_utc is not None
            and self.arrival_mjd_utc <= time_mjd_utc
            and (self.leaves_station_mjd_utc is None or time_mjd_utc < self.leaves_station_mjd_utc)
        )


@dataclass(frozen=True, slots=True)
class Trip:
    """One person's stay: who, from where, up and down in which flight.

    ``person_key`` tells two people of one name apart. Dates ``None``: those of the flights.
    """

    name: str
    nationality: str
    agency: str
    up_flight: str
    down_flight: str
    arrival_mjd_utc: float | None = None
    departure_mjd_utc: float | None = None
    person_key: str = ""
    suits: tuple[str, ...] = ()
    """Liners and suits beyond those of the flights up and down."""
    place: str = ""

    def dated(self, arrival: float | None, departure: float | None) -> Trip:
        """The same trip at other dates."""
        return Trip(
            self.name, self.nationality, self.agency, self.up_flight, self.down_flight, arrival, departure,
            self.person_key, self.suits, self.place,
        )  # fmt: skip

    def going_home_in(self, flight: str) -> Trip:
        """The same trip with another craft down, at its dates."""
        return Trip(
            self.name, self.nationality, self.agency, self.up_flight, flight, self.arrival_mjd_utc, None,
            self.person_key, self.suits, self.place,
        )  # fmt: skip

    @property
    def key(self) -> str:
        """What names this trip."""
        return f"{self.person_key or self.name}/{self.up_flight}"


@dataclass(frozen=True, slots=True)
class Contingency:
    """What went wrong with the seats of a flight, from when to when (``None``: until it leaves)."""

    flight: str
    problem: Problem
    from_mjd_utc: float
    to_mjd_utc: float | None
    seats: int
    """How many seats are unfit, or how many makeshift ones are added."""
    what: str
    source: str = ""
    quality: str = ""
    cospar: str = ""
    """Of the flight, so that another table's flight of the same name is not meant."""
    person: str = ""
    """For whom makeshift places are made first; empty: for whoever is without."""
    place: str = ""


@dataclass(frozen=True, slots=True)
class Manifest:
    """Flights by name, in the order of launch, with the people's trips and what went wrong."""

    flights: Mapping[str, Flight]
    trips: tuple[Trip, ...] = ()
    contingencies: tuple[Contingency, ...] = ()
    title: str = ""
    credits: tuple[str, ...] = ()
    first_mjd_utc: float | None = None
    last_mjd_utc: float | None = None
    """The days it is complete for; ``None``: from the first arrival to the last date given."""
    notes: tuple[str, ...] = field(default=())

    def between(self, from_mjd_utc: float, to_mjd_utc: float) -> Manifest:
        """The part that matters from one date to another: craft attached or launched then, people aboard then.

        What a simulation of many runs should be given: it is gone through once a run.
        """
        kept = {
            name: flight
            for name, flight in self.flights.items()
            if flight.launch_mjd_utc <= to_mjd_utc
            and (flight.leaves_station_mjd_utc or math.inf if flight.arrived else flight.launch_mjd_utc) > from_mjd_utc
        }
        trips = tuple(_dated(trip, self.flights, kept) for trip in self.trips)
        wanted = tuple(trip for trip in trips if _aboard_between(trip, kept, from_mjd_utc, to_mjd_utc))
        troubles = tuple(item for item in self.contingencies if item.flight in kept)
        return replace(self, flights=kept, trips=wanted, contingencies=troubles)

    def with_contingencies(self, more: Iterable[Contingency]) -> Manifest:
        """The same with those of ``more`` whose flight is in it, by its international designator or its name."""
        by_cospar = {flight.cospar: flight.name for flight in self.flights.values() if flight.cospar}
        fitting = []
        for item in more:
            name = by_cospar.get(item.cospar, item.flight)
            same = self.flights.get(name)
            if same is not None and (not item.cospar or same.cospar in ("", item.cospar)):
                fitting.append(replace(item, flight=name))
        return replace(self, contingencies=(*self.contingencies, *fitting))


def manifest_of(
    flights: Iterable[Flight],
    trips: Iterable[Trip] = (),
    contingencies: Iterable[Contingency] = (),
    title: str = "",
) -> Manifest:
    """A manifest of these flights and trips, in the order of launch.

    Raises :class:`ManifestError` for two flights of one name, a flight that leaves before it arrives or arrives before
    its launch, stays outside it, or a contingency of a flight that is not there.
    """
    ordered = sorted(flights, key=lambda flight: (flight.launch_mjd_utc, flight.name))
    found: dict[str, Flight] = {}
    for flight in ordered:
        if flight.name in found:
            raise ManifestError(
                f"{_at(flight)}flight {flight.name!r} is already given{_elsewhere(found[flight.name])}",
                hint="give each flight a name of its own",
            )
        _check_order(flight)
        found[flight.name] = flight
    kept = tuple(contingencies)
    for item in kept:
        if item.flight not in found:
            place = f"{item.place}: " if item.place else ""
            raise ManifestError(
                f"{place}no flight {item.flight!r} to be {item.problem}", hint="name a flight of the table"
            )
    return Manifest(found, tuple(trips), kept, title)


def _check_order(flight: Flight) -> None:
    arrival, departure = flight.arrival_mjd_utc, flight.departure_mjd_utc
    if arrival is None:
        if flight.stays or departure is not None:
            raise ManifestError(
                f"{_at(flight)}{flight.name} never arrived but has a port or a departure",
                hint="give its arrival, or leave port and departure empty",
            )
        return
    # Tables give some dates as a day only: midnight of the day of the launch is not before it.
    if arrival < math.floor(flight.launch_mjd_utc) or (arrival < flight.launch_mjd_utc and arrival % 1.0):
        raise ManifestError(
            f"{_at(flight)}{flight.name} arrives before its launch", hint="correct one of the two dates"
        )
    if departure is not None and departure < arrival:
        raise ManifestError(f"{_at(flight)}{flight.name} leaves before it arrives", hint=_CORRECT)
    for stay in flight.stays:
        ends = stay.to_mjd_utc
        if ends is not None and ends < stay.from_mjd_utc:
            raise ManifestError(
                f"{_at(flight)}{flight.name} leaves {stay.port} before it comes there",
                hint="correct one of the two dates",
            )
        if stay.from_mjd_utc < arrival or (departure is not None and (ends or departure) > departure):
            raise ManifestError(
                f"{_at(flight)}{flight.name} is at {stay.port} while it is not with the station",
                hint="keep its stays at ports between arrival and departure",
            )


def _dated(trip: Trip, flights: Mapping[str, Flight], kept: Mapping[str, Flight]) -> Trip:
    """The trip with the dates of its craft where these are not kept, and without dates of its own where they are."""
    up, down = flights.get(trip.up_flight), flights.get(trip.down_flight)
    arrival = trip.arrival_mjd_utc if up is None else up.arrival_mjd_utc
    departure = trip.departure_mjd_utc if down is None else down.departure_mjd_utc
    return replace(
        trip,
        arrival_mjd_utc=None if trip.up_flight in kept else arrival,
        departure_mjd_utc=None if trip.down_flight in kept else departure,
    )


def _aboard_between(trip: Trip, kept: Mapping[str, Flight], start: float, stop: float) -> bool:
    if trip.up_flight in kept:
        return True
    came, went = trip.arrival_mjd_utc, trip.departure_mjd_utc
    return came is not None and came <= stop and (trip.down_flight in kept or (went or math.inf) > start)


def _at(flight: Flight) -> str:
    return f"{flight.place}: " if flight.place else ""


def _elsewhere(flight: Flight) -> str:
    return f" ({flight.place})" if flight.place else ""
