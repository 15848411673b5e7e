"""What in a manifest cannot be, or breaks a rule: ports, craft, pads and people against each other.

Nothing here raises: a conflict is a finding with its line and the way to fix it. ``impossible`` ones contradict the
world as it is (two craft at one port); ``rule`` ones could be flown, but break what the station lives by (nobody
without a seat home, nobody trained for a segment, a craft kept longer than any of its kind).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, Literal

from stationkeep.errors import ManifestError
from stationkeep.logistics.manifest import Flight, Manifest, PortStay, Trip
from stationkeep.logistics.ports import Port, PortBook, iss_ports, misfit
from stationkeep.logistics.vehicles import Fleet, known_fleet
from stationkeep.timescale import iso_day, iso_utc

ConflictKind = Literal[
    "two-at-one-port", "port-misfit", "no-port", "before-first-flight", "after-last-flight", "person-without-vehicle",
    "too-many-people", "crew-count", "pad", "stay-limit", "no-seat", "segment-unattended",
]  # fmt: skip
Severity = Literal["impossible", "rule"]

_TOUCH_DAYS: Final = 1.0 / 86400.0  # tables give minutes: leaving and coming within a second is the same minute
_ONE_DAY: Final = 1.0  # a cell may hold a day without its time
_MOST_TOLD: Final = 8


@dataclass(frozen=True, slots=True)
class Conflict:
    """One contradiction: what, from when to when (``None``: it does not end), where it was read, how to fix it."""

    kind: ConflictKind
    severity: Severity
    from_mjd_utc: float
    to_mjd_utc: float | None
    what: str
    fix: str
    flights: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    place: str = ""


def conflicts_of(manifest: Manifest, ports: PortBook | None = None, fleet: Fleet | None = None) -> tuple[Conflict, ...]:
    """Which flights, ports, pads and people contradict each other? Those about seats in time are in ``watch``.

    In the order of their dates. ``ports`` and ``fleet``: those of the International Space Station where not given.
    """
    book, craft = ports or iss_ports(), fleet or known_fleet()
    found = [
        *_shared_ports(manifest, book),
        *_misfits(manifest, book),
        *_out_of_service(manifest),
        *_pads(manifest, craft),
        *_long_stays(manifest),
        *_people(manifest),
    ]
    return tuple(sorted(found, key=lambda conflict: (conflict.from_mjd_utc, conflict.kind)))


def refuse_impossible(conflicts: Iterable[Conflict]) -> None:
    """Raise :class:`ManifestError` naming every impossible conflict, with its line and the way to fix it."""
    found = [one for one in conflicts if one.severity == "impossible"]
    if not found:
        return
    told = [f"{one.place}: {one.what}" if one.place else one.what for one in found]
    if len(found) == 1:
        raise ManifestError(told[0], hint=found[0].fix)
    listed = "".join(f"\n  {line} ({one.fix})" for line, one in zip(told[:_MOST_TOLD], found, strict=False))
    more = f"\n  and {len(told) - _MOST_TOLD} more" if len(told) > _MOST_TOLD else ""
    raise ManifestError(f"{len(told)} contradictions:{listed}{more}", hint="correct them and try again")


def _shared_ports(manifest: Manifest, ports: PortBook) -> Iterator[Conflict]:
    by_port: dict[str, list[tuple[PortStay, Flight]]] = {}
    for flight in manifest.flights.values():
        for stay in flight.stays:
            by_port.setdefault(stay.port, []).append((stay, flight))
    for port, stays in by_port.items():
        stays.sort(key=lambda item: item[0].from_mjd_utc)
        for index, (stay, flight) in enumerate(stays):
            # Not the neighbour only: a long stay may cover several later ones.
            for later, other in stays[index + 1 :]:
                end = stay.to_mjd_utc
                if end is not None and later.from_mjd_utc > end - _TOUCH_DAYS:
                    break
                if other.name != flight.name:
                    yield _shared(ports.ports.get(port), port, (stay, flight), (later, other))


def _shared(port: Port | None, port_id: str, one: tuple[PortStay, Flight], other: tuple[PortStay, Flight]) -> Conflict:
    (stay, flight), (later, guest) = one, other
    ends = [end for end in (stay.to_mjd_utc, later.to_mjd_utc) if end is not None]
    name = port_id if port is None else port.name
    until = "the end of the table" if stay.to_mjd_utc is None else _when(stay.to_mjd_utc)
    return Conflict(
        "two-at-one-port", "impossible", later.from_mjd_utc, min(ends) if ends else None,
        f"{guest.name} comes to {name} on {_when(later.from_mjd_utc)} while {flight.name} is there until {until}",
        f"give {guest.name} another port, or let {flight.name} leave before",
        flights=(flight.name, guest.name), place=guest.place,
    )  # fmt: skip


def _misfits(manifest: Manifest, ports: PortBook) -> Iterator[Conflict]:
    for flight in manifest.flights.values():
        kind = flight.kind
        if flight.arrival_mjd_utc is not None and not flight.stays:
            yield Conflict(
                "no-port", "rule", flight.arrival_mjd_utc, flight.departure_mjd_utc,
                f"{flight.name} arrives, but its port is not given", "name the port it arrives at",
                flights=(flight.name,), place=flight.place,
            )  # fmt: skip
        for stay in flight.stays:
            port = ports.find(stay.port, flight.place)
            reason = misfit(port, kind.standards, stay.from_mjd_utc)
            if reason is None and port.carriers_only and kind.role != "module":
                reason = f"{port.name} served the delivery of a module only"
            if reason is None:
                continue
            fitting = ports.fitting(kind.standards, stay.from_mjd_utc, carrier=kind.role == "module")
            names = ", ".join(item.name for item in fitting) or "none on that date"
            yield Conflict(
                "port-misfit", "impossible", stay.from_mjd_utc, stay.to_mjd_utc,
                f"{flight.name} ({kind.name}) cannot be at {port.name}: {reason}", f"ports that fit: {names}",
                flights=(flight.name,), place=flight.place,
            )  # fmt: skip


def _out_of_service(manifest: Manifest) -> Iterator[Conflict]:
    for flight in manifest.flights.values():
        kind = flight.kind
        if flight.launch_mjd_utc < kind.first_flight_mjd_utc:
            yield Conflict(
                "before-first-flight", "impossible", flight.launch_mjd_utc, kind.first_flight_mjd_utc,
                f"{flight.name} is launched on {iso_day(flight.launch_mjd_utc)}, but {kind.name} first flew on "
                f"{iso_day(kind.first_flight_mjd_utc)}",
                "launch it later, or choose a craft that flew then", flights=(flight.name,), place=flight.place,
            )  # fmt: skip
        elif kind.retired_mjd_utc is not None and flight.launch_mjd_utc > kind.retired_mjd_utc:
            yield Conflict(
                "after-last-flight", "impossible", flight.launch_mjd_utc, None,
                f"{flight.name} is launched on {iso_day(flight.launch_mjd_utc)}, but {kind.name} was retired on "
                f"{iso_day(kind.retired_mjd_utc)}",
                "launch it earlier, or choose a craft that still flies", flights=(flight.name,), place=flight.place,
            )  # fmt: skip


def _pads(manifest: Manifest, fleet: Fleet) -> Iterator[Conflict]:
    """Launches closer than a pad allows. Tables name no pad: each takes the one of its kind free the longest."""
    last: dict[str, Flight] = {}
    for flight in manifest.flights.values():
        pads = [fleet.pads[pad] for pad in flight.kind.pads if pad in fleet.pads]
        open_pads = [pad for pad in pads if pad.retired_mjd_utc is None or flight.launch_mjd_utc < pad.retired_mjd_utc]
        if not open_pads:
            continue
        free = {pad.id: last[pad.id].launch_mjd_utc + pad.shortest_days if pad.id in last else 0.0 for pad in open_pads}
        chosen = min(open_pads, key=lambda pad: free[pad.id])
        # A launch known to the day only may have been a day later.
        if flight.launch_mjd_utc + _ONE_DAY < free[chosen.id]:
            before = last[chosen.id]
            yield Conflict(
                "pad", "rule", flight.launch_mjd_utc, free[chosen.id],
                f"{flight.name} is launched {flight.launch_mjd_utc - before.launch_mjd_utc:.1f} d after {before.name} "
                f"from {chosen.name}, which takes {chosen.shortest_days:g} d",
                f"launch it on {iso_day(free[chosen.id])} or later", flights=(before.name, flight.name),
                place=flight.place,
            )  # fmt: skip
        last[chosen.id] = flight


def _long_stays(manifest: Manifest) -> Iterator[Conflict]:
    for flight in manifest.flights.values():
        limit, stayed, arrival = flight.kind.stay_limit_days, flight.attached_days, flight.arrival_mjd_utc
        if limit is not None and stayed is not None and arrival is not None and stayed > limit.high:
            yield Conflict(
                "stay-limit", "rule", arrival + limit.high, flight.departure_mjd_utc,
                f"{flight.name} stays {stayed:.0f} d; no {flight.kind.name} is known to be good for more than "
                f"{limit.high:.0f} d",
                "let it leave earlier", flights=(flight.name,), place=flight.place,
            )  # fmt: skip


def _people(manifest: Manifest) -> Iterator[Conflict]:
    if not manifest.trips or not manifest.flights:
        return
    launches = [flight.launch_mjd_utc for flight in manifest.flights.values()]
    first = min(launches) if manifest.first_mjd_utc is None else manifest.first_mjd_utc
    last = max(launches) if manifest.last_mjd_utc is None else manifest.last_mjd_utc
    up: dict[str, list[Trip]] = {}
    down: dict[str, list[Trip]] = {}
    for trip in manifest.trips:
        up.setdefault(trip.up_flight, []).append(trip)
        down.setdefault(trip.down_flight, []).append(trip)
        reason = _without_ride(trip, manifest, first, last)
        if reason is not None:
            when = trip.arrival_mjd_utc or trip.departure_mjd_utc or first
            yield Conflict(
                "person-without-vehicle", "impossible", when, None, f"{trip.name}: {reason}",
                "name a flight of the table that was with the station then", people=(trip.name,), place=trip.place,
            )  # fmt: skip
    yield from _crowded(manifest, up, down)


def _without_ride(trip: Trip, manifest: Manifest, first: float, last: float) -> str | None:
    """Why nobody could have travelled so; people who came before the table begins or leave after it ends are fine."""
    came, leaves = manifest.flights.get(trip.up_flight), manifest.flights.get(trip.down_flight)
    if not trip.up_flight:
        return "no flight brought this person (up_vehicle is empty)"
    if came is None and (trip.arrival_mjd_utc is None or trip.arrival_mjd_utc > first):
        return f"the flight up, {trip.up_flight!r}, is not in the table"
    if came is not None and not came.arrived:
        return None if trip.arrival_mjd_utc is None else f"{came.name} never arrived, but this person did"
    if leaves is None and trip.down_flight and first <= (trip.departure_mjd_utc or last + 1.0) <= last:
        return f"the flight down, {trip.down_flight!r}, is not in the table"
    if leaves is not None and not leaves.arrived:
        return f"{leaves.name}, the flight down, never arrived"
    arrival = came.arrival_mjd_utc if came is not None else trip.arrival_mjd_utc
    return _wrong_dates(trip, arrival, None if leaves is None else leaves.departure_mjd_utc)


def _wrong_dates(trip: Trip, arrival: float | None, departure: float | None) -> str | None:
    if arrival is not None and departure is not None and departure < arrival:
        return f"{trip.down_flight}, the flight down, left before {trip.up_flight} came"
    for mine, craft, flight in (
        (trip.arrival_mjd_utc, arrival, trip.up_flight),
        (trip.departure_mjd_utc, departure, trip.down_flight),
    ):
        if mine is not None and craft is not None and abs(mine - craft) > _ONE_DAY:
            return f"travels on {iso_day(mine)}, but {flight} on {iso_day(craft)}"
    return None


def _crowded(manifest: Manifest, up: dict[str, list[Trip]], down: dict[str, list[Trip]]) -> Iterator[Conflict]:
    for flight in manifest.flights.values():
        most = 0 if flight.kind.seats is None else round(flight.kind.seats.high)
        for way, riders in (("brings", up.get(flight.name, [])), ("takes", down.get(flight.name, []))):
            if len(riders) > most:
                yield Conflict(
                    "too-many-people", "impossible", flight.launch_mjd_utc, flight.departure_mjd_utc,
                    f"{flight.name} {way} {len(riders)} people but has {most} seats", "give some another flight",
                    flights=(flight.name,), people=tuple(trip.name for trip in riders), place=riders[most].place,
                )  # fmt: skip
        named = len(up.get(flight.name, []))
        if flight.crew_up and flight.crew_up != named:
            yield Conflict(
                "crew-count", "impossible", flight.launch_mjd_utc, None,
                f"{flight.name} brings {flight.crew_up} people, but the crew table names {named}",
                "correct crew_up, or add the missing rows", flights=(flight.name,), place=flight.place,
            )  # fmt: skip


def _when(time_mjd_utc: float) -> str:
    return iso_utc(time_mjd_utc)[:16].replace("T", " ")
