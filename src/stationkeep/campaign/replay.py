"""``stationkeep replay``: the flown flights and crews gone through day by day, as a document.

Schema ``stationkeep.replay/1``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from pydantic import Field

import stationkeep
from stationkeep.campaign.part import Part
from stationkeep.errors import ManifestError
from stationkeep.logistics.conflicts import Conflict, conflicts_of
from stationkeep.logistics.crew import side_of
from stationkeep.logistics.manifest import Manifest
from stationkeep.logistics.ports import PortBook, iss_ports
from stationkeep.logistics.state import TrafficEvent, TrafficSnapshot
from stationkeep.logistics.watch import Shortage, Watch, span_of, watch
from stationkeep.timescale import iso_day, iso_utc

SCHEMA: Final = "stationkeep.replay/1"
_LONGEST_DAYS: Final = 40_000
_QUIET_DAYS: Final = 31.0  # so long without an arrival and the tables may have ended


class ReplayDay(Part):
    """One day at 12:00 UTC."""

    date: str
    aboard: int
    russian: int = Field(description="of those aboard, trained for the Russian segment")
    seats: int = Field(description="working seats home")
    seats_docked: int = Field(description="seats home attached, unfit ones too")
    seats_by_kind: dict[str, int] = Field(description="of seats_docked, by kind of craft")
    without_seat: list[str] = Field(description="people without a proper seat home; some may have a makeshift place")
    vehicles: list[str]
    ports: dict[str, str] = Field(description="craft by port")


class ReplayConflict(Part):
    """Something that cannot be (impossible), or breaks a rule of keeping a station (rule)."""

    kind: str
    severity: Literal["impossible", "rule"]
    from_utc: str
    to_utc: str | None
    what: str
    fix: str
    flights: list[str]
    people: list[str]
    place: str = Field(description="file and line")


class ReplayShortage(Part):
    """A time in which somebody had no proper seat home."""

    from_utc: str
    to_utc: str | None
    people: list[str]
    makeshift: list[str] = Field(description="those of them who had a makeshift place at some time of it")
    most_without: int
    cause: str
    mishap: bool = Field(description="true: attached seats were unfit; false: there were too few, also a conflict")


class ReplayStay(Part):
    """A craft at one port."""

    vehicle: str
    kind: str
    owner: str
    port: str
    from_utc: str
    to_utc: str | None


class ReplayTrip(Part):
    """One person's stay."""

    name: str
    nationality: str
    agency: str
    side: str
    up_vehicle: str
    down_vehicle: str
    from_utc: str
    to_utc: str | None


class ReplayEvent(Part):
    """Something that happened."""

    time_utc: str
    kind: str
    vehicle: str
    port: str
    people: list[str] = Field(description="who came or left")
    what: str


class ReplayDocument(Part):
    """What ``stationkeep replay`` writes."""

    schema_: Literal["stationkeep.replay/1"] = Field(SCHEMA, alias="schema")
    title: str
    from_utc: str
    to_utc: str
    days: list[ReplayDay]
    conflicts: list[ReplayConflict]
    shortages: list[ReplayShortage]
    lost: list[str] = Field(description="flights that never arrived")
    stays: list[ReplayStay]
    trips: list[ReplayTrip]
    port_names: dict[str, str]
    events: list[ReplayEvent]
    notes: list[str]
    provenance: dict[str, str]


@dataclass(frozen=True, slots=True)
class Replay:
    """A replay as a document, and the conflicts it found."""

    document: ReplayDocument
    conflicts: tuple[Conflict, ...]


def replay_manifest(
    manifest: Manifest,
    from_mjd_utc: float | None = None,
    to_mjd_utc: float | None = None,
    ports: PortBook | None = None,
) -> Replay:
    """Go through a manifest day by day: who and what was there, and what of it cannot be?

    Raises :class:`ManifestError` for a span that is empty or longer than a century. Contradictions do not raise: they
    are in ``conflicts``.
    """
    book = ports or iss_ports()
    first, last = span_of(manifest)
    first, last = (first if from_mjd_utc is None else from_mjd_utc), (last if to_mjd_utc is None else to_mjd_utc)
    if last < first:
        raise ManifestError(f"{iso_day(last)} is before {iso_day(first)}", hint="give --from and --to in order")
    if last - first > _LONGEST_DAYS:
        raise ManifestError(
            f"{last - first:.0f} days are more than a century", hint="check the years of --from and --to"
        )
    seen = watch(manifest, first, last)
    static = [one for one in conflicts_of(manifest, book) if _touches(one, first, last)]
    conflicts = sorted([*static, *seen.conflicts], key=lambda one: one.from_mjd_utc)
    stays, trips = _stays(manifest, seen), _trips(manifest, seen)
    document = ReplayDocument(
        schema=SCHEMA, title=manifest.title, from_utc=iso_day(first), to_utc=iso_day(last),
        days=[_day(day) for day in seen.days],
        conflicts=[_conflict(one) for one in conflicts], shortages=[_shortage(one) for one in seen.shortages],
        lost=[
            flight.name for flight in manifest.flights.values()
            if flight.lost and first <= flight.launch_mjd_utc <= last + 1.0
        ],
        stays=stays, trips=trips,
        port_names={port: book.ports[port].name for port in book.ports if port in {stay.port for stay in stays}},
        events=[_event(event) for event in seen.events], notes=_notes(manifest, last),
        provenance={"stationkeep": stationkeep.__version__} | {
            f"source {index}": credit for index, credit in enumerate(manifest.credits, 1)
        },
    )  # fmt: skip
    return Replay(document, tuple(conflicts))


def _touches(conflict: Conflict, first: float, last: float) -> bool:
    end = conflict.to_mjd_utc
    return conflict.from_mjd_utc <= last + 1.0 and (end is None or end >= first)


def _day(day: TrafficSnapshot) -> ReplayDay:
    names = {trip.key: trip.name for trip in day.people}
    return ReplayDay(
        date=iso_day(day.time_mjd_utc), aboard=day.aboard, russian=day.sides["russian"], seats=day.seats,
        seats_docked=day.seats_docked, seats_by_kind=day.seats_by_kind,
        without_seat=[names[key] for key in day.seating.without_proper_seat], vehicles=list(day.vehicles),
        ports=day.ports,
    )  # fmt: skip


def _conflict(one: Conflict) -> ReplayConflict:
    return ReplayConflict(
        kind=one.kind, severity=one.severity, from_utc=iso_utc(one.from_mjd_utc),
        to_utc=None if one.to_mjd_utc is None else iso_utc(one.to_mjd_utc), what=one.what, fix=one.fix,
        flights=list(one.flights), people=list(one.people), place=one.place,
    )  # fmt: skip


def _shortage(one: Shortage) -> ReplayShortage:
    return ReplayShortage(
        from_utc=iso_utc(one.from_mjd_utc), to_utc=iso_utc(one.to_mjd_utc) if one.ended else None,
        people=list(one.people), makeshift=list(one.makeshift), most_without=one.most_without, cause=one.cause,
        mishap=not one.seats_missing,
    )  # fmt: skip


def _stays(manifest: Manifest, seen: Watch) -> list[ReplayStay]:
    end = seen.to_mjd_utc + 1.0
    return [
        ReplayStay(
            vehicle=flight.name, kind=flight.kind.id, owner=flight.kind.owner, port=stay.port,
            from_utc=iso_utc(stay.from_mjd_utc), to_utc=None if stay.to_mjd_utc is None else iso_utc(stay.to_mjd_utc),
        )
        for flight in manifest.flights.values()
        for stay in flight.stays
        if stay.from_mjd_utc < end and (stay.to_mjd_utc is None or stay.to_mjd_utc > seen.from_mjd_utc)
    ]  # fmt: skip


def _trips(manifest: Manifest, seen: Watch) -> list[ReplayTrip]:
    found = []
    for trip in manifest.trips:
        up, down = manifest.flights.get(trip.up_flight), manifest.flights.get(trip.down_flight)
        came = trip.arrival_mjd_utc if up is None else up.arrival_mjd_utc
        went = trip.departure_mjd_utc if down is None else down.leaves_station_mjd_utc
        if came is None or came >= seen.to_mjd_utc + 1.0 or (went is not None and went <= seen.from_mjd_utc):
            continue
        found.append((came, trip, went))
    return [
        ReplayTrip(
            name=trip.name, nationality=trip.nationality, agency=trip.agency, side=side_of(trip),
            up_vehicle=trip.up_flight, down_vehicle=trip.down_flight, from_utc=iso_utc(came),
            to_utc=None if went is None else iso_utc(went),
        )
        for came, trip, went in sorted(found, key=lambda item: item[0])
    ]  # fmt: skip


def _event(event: TrafficEvent) -> ReplayEvent:
    told = event.contingency.what if event.contingency else ""
    return ReplayEvent(
        time_utc=iso_utc(event.time_mjd_utc), kind=event.kind, vehicle=event.flight.name if event.flight else "",
        port=event.port, people=[trip.name for trip in (*event.came, *event.went)], what=told,
    )  # fmt: skip


def _notes(manifest: Manifest, to_mjd_utc: float) -> list[str]:
    notes = [
        "Days are counted at 12:00 UTC. A seat counts for somebody who owns the liner or suit it needs: those of the "
        "craft up and down, and a Soyuz liner for who came by Shuttle and stayed.",
        "seats leaves out seats known to be unfit; seats_docked counts them.",
    ]
    notes += [
        f"{item.flight}: {item.problem} from {iso_utc(item.from_mjd_utc)[:16]}: {item.what} ({item.source})"
        for item in manifest.contingencies
    ]
    arrivals = [flight.arrival_mjd_utc for flight in manifest.flights.values() if flight.arrival_mjd_utc is not None]
    if arrivals and to_mjd_utc > max(arrivals) + _QUIET_DAYS:
        notes.append(f"No craft arrives after {iso_day(max(arrivals))}: who came later with one the tables do not name "
                     "is missing here, with its seats.")  # fmt: skip
    return [*notes, *manifest.notes]
