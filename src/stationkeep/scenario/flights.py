"""The flights of a scenario as a manifest: what is docked at the epoch, and what was planned to come.

Repeated flights are written out, those of a provider take its dates, and everything is judged as strictly as a flight
table: two craft at one port, a craft before it exists, somebody without a craft. Each fault is named at its place.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from stationkeep.constants import EARTH_EQUATORIAL_RADIUS_KM
from stationkeep.errors import InputError, ManifestError, ScenarioError
from stationkeep.logistics.conflicts import conflicts_of
from stationkeep.logistics.manifest import Flight, Manifest, PortStay, Trip, manifest_of
from stationkeep.logistics.ports import Port, PortBook, iss_ports
from stationkeep.logistics.vehicles import known_fleet
from stationkeep.scenario.events import FlightEvent
from stationkeep.scenario.people import FlightCargo
from stationkeep.scenario.problems import Location, Problem, not_known
from stationkeep.scenario.schedule import Delivery, Stay, deliveries, stays
from stationkeep.timescale import iso_day, mjd_utc

if TYPE_CHECKING:
    from stationkeep.scenario.people import PlannedFlight, Traffic
    from stationkeep.scenario.schema import Provider, Scenario

HISTORIES: Final = ("iss-2020-2023",)
_TRANSIT_DAYS: Final = 1.0
_BEYOND_HORIZON_DAYS: Final = 120.0  # flights planned after it count as coming: the end of the scenario ends nothing
_MOST_FLIGHTS: Final = 5000
_ISS_PORTS: Final = "; these are the International Space Station's: list those of another station under traffic.ports"


@dataclass(frozen=True, slots=True)
class PlannedCraft:
    """What a flight of the plan brings beside its people, and on whose account it flies."""

    cargo: FlightCargo = field(default_factory=FlightCargo)
    provider: str | None = None
    load: Delivery | Stay | None = None
    """What it brings for its provider; none: nothing, or it is docked and its propellant is aboard."""
    partners: tuple[str, ...] = ()
    """Any one of them ends it by withdrawing."""


@dataclass(frozen=True)
class FlightPlan:
    """Everything planned at the epoch."""

    manifest: Manifest
    craft: Mapping[str, PlannedCraft]
    ports: PortBook


def flight_plan(scenario: Scenario) -> FlightPlan:
    """The flights of a scenario with a ``traffic`` section; raises :class:`ScenarioError` naming what cannot be."""
    work = _Work(scenario)
    problems = list(work.problems())
    if problems:
        told = "; ".join(f"{'.'.join(map(str, one.location))}: {one.message}" for one in problems)
        raise ScenarioError(f"scenario {scenario.id}: {told}", hint="correct the traffic section")
    return work.plan()


def people_problems(scenario: Scenario) -> Iterator[Problem]:
    """Each thing in the traffic and the life support of a scenario that cannot be, at its place."""
    manifest = None
    if scenario.traffic is not None:
        yield from _sunk_already(scenario, scenario.traffic)
        work = _Work(scenario)
        problems = [*work.problems(), *_unknown_flights(scenario, work)]
        yield from problems
        manifest = None if problems else work.plan().manifest
    else:
        yield from _unknown_flights(scenario, None)
    if scenario.life_support is not None or scenario.traffic is not None:
        from stationkeep.scenario.stores import life_support_problems

        yield from life_support_problems(scenario, manifest)


def _sunk_already(scenario: Scenario, traffic: Traffic) -> Iterator[Problem]:
    """A lowest altitude for people above the station: all of them would leave at once."""
    try:
        altitude_km = scenario.orbit.elements().semi_major_axis_km - EARTH_EQUATORIAL_RADIUS_KM
    except InputError:
        return  # the orbit itself is refused
    if traffic.lowest_altitude_km >= altitude_km:
        yield Problem(
            ("traffic", "lowest_altitude_km"),
            f"{traffic.lowest_altitude_km:g} km given, but the station is at {altitude_km:.1f} km at the epoch: "
            "everybody would leave at once; give less",
        )


def _unknown_flights(scenario: Scenario, work: _Work | None) -> Iterator[Problem]:
    """Events of flights that are not planned."""
    for name, branch in scenario.branches.items():
        for index, event in enumerate(branch.events):
            if not isinstance(event, FlightEvent):
                continue
            where: Location = ("branches", name, "events", index)
            if work is None:
                yield Problem((*where, "type"), f"{event.type} needs a traffic section: without it, nobody flies")
            elif event.flight not in work.flights:
                yield Problem((*where, "flight"), not_known("flight", event.flight, list(work.flights)))


def own_ports(traffic: Traffic) -> PortBook:
    """The ports of the scenario's station."""
    if not traffic.ports:
        return iss_ports()
    found = {}
    for name, given in traffic.ports.items():
        written = {
            "id": name,
            "name": name.replace("-", " ") if len(name) > 1 else f"port {name}",
            "segment": given.owner,
            "owner": given.owner,
            "spans": [{"standard": given.standard, "from_utc": "1960-01-01"}],
            "source": f"scenario: {given.source}",
            "quality": "D",
        }
        found[name] = Port.model_validate(written)
    return PortBook(found)


@dataclass
class _Work:
    """Builds the plan step by step; what is wrong is gathered, and its flights left out."""

    scenario: Scenario
    flights: dict[str, Flight] = field(default_factory=dict)
    craft: dict[str, PlannedCraft] = field(default_factory=dict)
    trips: list[Trip] = field(default_factory=list)
    places: dict[str, Location] = field(default_factory=dict)
    wrong: list[Problem] = field(default_factory=list)

    def __post_init__(self) -> None:
        assert self.scenario.traffic is not None  # callers see to it
        self.traffic = self.scenario.traffic
        self.book = own_ports(self.traffic)
        self.history = self._history()
        self._dock()
        for index, entry in enumerate(self.traffic.flights):
            self._add(entry, ("traffic", "flights", index))
        self._ride_home()

    def plan(self) -> FlightPlan:
        """The plan as a manifest."""
        kept = [] if self.history is None else self.history.contingencies
        before = [one for one in kept if one.flight in self.flights and self._began_before(one.from_mjd_utc)]
        manifest = manifest_of(self.flights.values(), self.trips, before, title=self.scenario.id)
        return FlightPlan(manifest, self.craft, self.book)

    def problems(self) -> Iterator[Problem]:
        """Everything wrong with it."""
        yield from self.wrong
        if self.wrong:
            return
        try:
            manifest = self.plan().manifest
        except ManifestError as error:
            yield Problem(("traffic", "flights"), error.problem)
            return
        for one in conflicts_of(manifest, self.book, known_fleet()):
            if one.severity == "impossible":
                named = [name for name in (one.place, *one.flights) if name in self.places]
                where = self.places[named[-1]] if named else ("traffic",)
                yield Problem(where, f"{one.what}: {one.fix}")

    def _began_before(self, time_mjd_utc: float) -> bool:
        return time_mjd_utc <= self.scenario.epoch_mjd_utc

    # --- what is there --------------------------------------------------------------------------------------------

    def _history(self) -> Manifest | None:
        name = self.traffic.history
        if name is None:
            return None
        if name not in HISTORIES:
            self.wrong.append(Problem(("traffic", "history"), not_known("history", name, list(HISTORIES))))
            return None
        from stationkeep.logistics.history import flown_history

        return flown_history()

    def _dock(self) -> None:
        """The craft of the history that are there at the epoch, as then planned to leave, and their people."""
        epoch = self.scenario.epoch_mjd_utc
        there = {} if self.history is None else self.history.flights
        there = {name: flight for name, flight in there.items() if flight.attached_at(epoch)}
        for index, entry in enumerate(self.traffic.docked):
            where: Location = ("traffic", "docked", index, "flight")
            if entry.flight not in there:
                self.wrong.append(Problem(where, not_known("craft docked at the epoch", entry.flight, list(there))))
                continue
            flight, leaves = there[entry.flight], mjd_utc(entry.departure_utc)
            if leaves <= epoch:
                self.wrong.append(Problem((*where[:-1], "departure_utc"), "must be after epoch_utc: it is docked then"))
                continue
            port = next(stay for stay in reversed(flight.stays) if stay.from_mjd_utc <= epoch)
            stays_at = (*(one for one in flight.stays if one.from_mjd_utc < port.from_mjd_utc), port)
            stays_at = (*stays_at[:-1], replace(port, to_mjd_utc=leaves))
            # Nor do heads counted at its launch matter: some of those who came with it may have left in another craft.
            there_until = replace(
                flight, departure_mjd_utc=leaves, end_mjd_utc=None, stays=stays_at, crew_up=0, crew_down=0
            )
            load, partners = self._present(entry.provider), (flight.kind.owner,)
            self._keep(there_until, where[:-1], PlannedCraft(provider=entry.provider, load=load, partners=partners))
        for name in there:
            if not any(entry.flight == name for entry in self.traffic.docked):
                message = f"{name} is docked at the epoch: say when it was planned to leave (flight, departure_utc)"
                self.wrong.append(Problem(("traffic", "docked"), message))
        for trip in () if self.history is None else self.history.trips:
            if trip.arrival_mjd_utc is not None and trip.arrival_mjd_utc <= epoch < (
                trip.departure_mjd_utc or epoch + 1
            ):
                self.trips.append(replace(trip, departure_mjd_utc=None, place=""))

    def _present(self, provider_id: str | None) -> Stay | None:
        provider = self._provider(provider_id)
        epoch = self.scenario.epoch_mjd_utc
        found = [] if provider is None else stays(provider, self.scenario)
        return next((one for one in found if one.arrives_mjd_utc <= epoch), None)

    def _provider(self, provider_id: str | None) -> Provider | None:
        return next((one for one in self.scenario.providers if one.id == provider_id), None)

    # --- what is to come -----------------------------------------------------------------------------------------

    def _add(self, entry: PlannedFlight, where: Location) -> None:
        kinds = known_fleet().kinds
        if entry.vehicle not in kinds:
            self.wrong.append(Problem((*where, "vehicle"), not_known("vehicle", entry.vehicle, list(kinds))))
            return
        for number, port in enumerate(entry.ports):
            if port not in self.book.ports:
                place: Location = (*where, "ports") if len(entry.ports) == 1 else (*where, "ports", number)
                whose = "" if self.traffic.ports else _ISS_PORTS
                self.wrong.append(Problem(place, f"{not_known('port', port, list(self.book.ports))}{whose}"))
                return
        if entry.provider is not None and self._provider(entry.provider) is None:
            known = [one.id for one in self.scenario.providers]
            self.wrong.append(Problem((*where, "provider"), not_known("provider", entry.provider, known)))
            return
        kind = kinds[entry.vehicle]
        if entry.crew and kind.seats is None:
            message = f"{kind.name} carries no people: a crew member needs a craft with seats"
            self.wrong.append(Problem((*where, "crew", 0), message))
            return
        partners = tuple(dict.fromkeys(name for name in (kind.owner, entry.partner) if name is not None))
        for number, (arrival, leaves, load) in enumerate(self._dates(entry, where)):
            name = counted(entry.name, number)
            launch = arrival - _TRANSIT_DAYS
            if entry.launch_utc is not None:
                first = mjd_utc(entry.arrival_utc) if entry.arrival_utc else mjd_utc(entry.launch_utc) + _TRANSIT_DAYS
                launch = arrival - (first - mjd_utc(entry.launch_utc))
            port = entry.ports[number % len(entry.ports)]
            flight = Flight(
                name, kind, launch, arrival, leaves, (PortStay(port, arrival, leaves),),
                launch_vehicle=entry.rocket or "", place=name,
            )  # fmt: skip
            self._keep(flight, where, PlannedCraft(entry.cargo, entry.provider, load, partners))
            self._man(entry, flight)

    def _dates(self, entry: PlannedFlight, where: Location) -> list[tuple[float, float | None, Delivery | Stay | None]]:
        """Arrival, departure and what it brings for its provider, of each flight of an entry."""
        provider = self._provider(entry.provider)
        stay = entry.stay_days
        if provider is not None and provider.visits:
            epoch = self.scenario.epoch_mjd_utc
            told = any(
                one.provider == provider.id for one in self.traffic.docked
            )  # the one there comes from the history
            coming = [one for one in stays(provider, self.scenario) if one.arrives_mjd_utc > epoch or not told]
            return [(one.arrives_mjd_utc, one.leaves_mjd_utc, one) for one in coming]
        if provider is not None:
            if stay is None:
                self.wrong.append(Problem((*where, "stay_days"), "is missing: how long does each of them stay?"))
                return []
            return [(one.time_mjd_utc, one.time_mjd_utc + stay, one) for one in deliveries(provider, self.scenario)]
        assert entry.arrival_utc is not None or entry.launch_utc is not None  # the schema sees to it
        first = mjd_utc(entry.arrival_utc) if entry.arrival_utc else mjd_utc(entry.launch_utc) + _TRANSIT_DAYS  # type: ignore[arg-type]
        if entry.departure_utc is not None:
            stay = mjd_utc(entry.departure_utc) - first
        return [(time, None if stay is None else time + stay, None) for time in self._times(entry, first)]

    def _times(self, entry: PlannedFlight, first: float) -> list[float]:
        end = self.scenario.horizon_mjd_utc + _BEYOND_HORIZON_DAYS
        if entry.until_utc is not None:
            end = min(end, mjd_utc(entry.until_utc))
        count = 1 if entry.every_days is None else int((end - first) // entry.every_days) + 1
        return [first + number * (entry.every_days or 0.0) for number in range(min(max(count, 0), _MOST_FLIGHTS))]

    def _man(self, entry: PlannedFlight, flight: Flight) -> None:
        for number, person in enumerate(entry.crew):
            for index in range(person.count):
                name = person.name or f"{person.agency} {index + 1} of {flight.name}"
                self.trips.append(Trip(name, person.nationality, person.agency, flight.name, person.down or flight.name,
                                       person_key=f"{name}/{number}/{index}", place=flight.name))  # fmt: skip

    def _keep(self, flight: Flight, where: Location, craft: PlannedCraft) -> None:
        if flight.name in self.flights:
            message = (
                f"flight {flight.name!r} comes twice (on {iso_day(flight.launch_mjd_utc)} again): give another name"
            )
            self.wrong.append(Problem((*where, "name"), message))
            return
        self.flights[flight.name], self.craft[flight.name] = flight, craft
        self.places[flight.name] = where

    def _ride_home(self) -> None:
        """Whoever should leave in a craft that is not planned leaves in the one they came in, if it is there."""
        for index, trip in enumerate(self.trips):
            if trip.down_flight not in self.flights:
                known = trip.up_flight if trip.up_flight in self.flights else ""
                if trip.place and trip.down_flight:
                    message = f"{trip.name}: {not_known('flight', trip.down_flight, list(self.flights))}"
                    where = (*self.places.get(trip.place, ("traffic",)), "crew")
                    if not any(one.location == where for one in self.wrong):  # of several the first is told
                        self.wrong.append(Problem(where, message))
                self.trips[index] = replace(trip, down_flight=known)


def counted(name: str, number: int) -> str:
    """The name of the ``number``-th flight after this one: Progress MS-20 and 1 make Progress MS-21."""
    if number == 0:
        return name
    found = re.search(r"\d+$", name)
    if found is None:
        return f"{name} {number + 1}"
    return f"{name[: found.start()]}{int(found.group()) + number}"
