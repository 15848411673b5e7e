"""A plan written by hand (in a scenario's YAML) as a manifest, judged as strictly as a table.

Entries are mappings of plain values, as a schema hands them over; ``places`` say where each stands in its file, so that
a refusal can name the line.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from stationkeep.errors import ManifestError
from stationkeep.logistics.book import nearest
from stationkeep.logistics.conflicts import conflicts_of, refuse_impossible
from stationkeep.logistics.dates import mjd_of
from stationkeep.logistics.manifest import Cargo, Contingency, Flight, Manifest, PortStay, Trip, manifest_of
from stationkeep.logistics.ports import PortBook, iss_ports
from stationkeep.logistics.vehicles import Fleet, known_fleet

_FLIGHT_KEYS: Final = (
    "name",
    "vehicle",
    "port",
    "launch_utc",
    "arrival_utc",
    "departure_utc",
    "moves",
    "cargo",
    "note",
)
_CREW_KEYS: Final = ("name", "nationality", "agency", "up", "down", "suits")
_CARGO_KEYS: Final = ("total_kg", "dry_kg", "water_kg", "gas_kg", "propellant_kg", "down_kg")
_USUAL_TRANSIT_DAYS: Final = 1.0


def plan_of_entries(
    flights: Sequence[Mapping[str, Any]],
    crew: Sequence[Mapping[str, Any]] = (),
    contingencies: Sequence[Contingency] = (),
    *,
    flight_places: Sequence[str] = (),
    crew_places: Sequence[str] = (),
    ports: PortBook | None = None,
    fleet: Fleet | None = None,
) -> Manifest:
    """The manifest of a plan.

    Parameters
    ----------
    flights   name, vehicle (id of a kind), port, launch_utc; wanted: arrival_utc (else a day after the launch),
              departure_utc, moves (list of port and from_utc), cargo (``dry_kg``, ``water_kg``, ...), note
    crew      name, up (flight), down (flight); wanted: nationality, agency, suits

    Raises :class:`ManifestError`, with place and way to fix it, for an unknown port, vehicle or field, two craft at one
    port, a craft before it exists, a person without a craft.
    """
    book, craft = ports or iss_ports(), fleet or known_fleet()
    found = [
        _flight(entry, _place(flight_places, index, "flights"), book, craft) for index, entry in enumerate(flights)
    ]
    trips = [_trip(entry, _place(crew_places, index, "crew")) for index, entry in enumerate(crew)]
    manifest = manifest_of(found, trips, contingencies, title="plan")
    refuse_impossible(conflicts_of(manifest, book, craft))
    return manifest


def _flight(entry: Mapping[str, Any], place: str, ports: PortBook, fleet: Fleet) -> Flight:
    _refuse_unknown(entry, _FLIGHT_KEYS, place)
    name, kind = str(_needed(entry, "name", place)), fleet.kind(str(_needed(entry, "vehicle", place)), place)
    launch = _date(_needed(entry, "launch_utc", place), "launch_utc", place)
    arrival = _date(entry["arrival_utc"], "arrival_utc", place) if entry.get("arrival_utc") else None
    arrival = launch + _USUAL_TRANSIT_DAYS if arrival is None else arrival
    leaves = _date(entry["departure_utc"], "departure_utc", place) if entry.get("departure_utc") else None
    began = [(ports.find(str(_needed(entry, "port", place)), place).id, arrival)]
    for move in entry.get("moves") or ():
        port = ports.find(str(_needed(move, "port", place)), place).id
        began.append((port, _date(_needed(move, "from_utc", place), "moves", place)))
    ends: list[float | None] = [*(start for _, start in began[1:]), leaves]
    stays = tuple(PortStay(port, start, end) for (port, start), end in zip(began, ends, strict=True))
    return Flight(
        name, kind, launch, arrival, leaves, stays, cargo=_cargo(entry.get("cargo") or {}, place),
        note=str(entry.get("note") or ""), place=place,
    )  # fmt: skip


def _trip(entry: Mapping[str, Any], place: str) -> Trip:
    _refuse_unknown(entry, _CREW_KEYS, place)
    return Trip(
        name=str(_needed(entry, "name", place)), nationality=str(entry.get("nationality") or ""),
        agency=str(entry.get("agency") or ""), up_flight=str(entry.get("up") or ""),
        down_flight=str(entry.get("down") or ""), suits=tuple(entry.get("suits") or ()), place=place,
    )  # fmt: skip


def _cargo(given: Mapping[str, Any], place: str) -> Cargo:
    _refuse_unknown(given, _CARGO_KEYS, f"{place}: cargo")
    for key, value in given.items():
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0.0 <= value < float("inf"):
            raise ManifestError(f"{place}: cargo.{key}: {value!r} is no mass", hint="give kilograms, zero or more")
    return Cargo(**{key: float(value) for key, value in given.items()})


def _refuse_unknown(entry: Mapping[str, Any], known: Sequence[str], place: str) -> None:
    for key in entry:
        if key not in known:
            raise ManifestError(f"{place}: there is no field {key!r}", hint=nearest(str(key), dict.fromkeys(known)))


def _needed(entry: Mapping[str, Any], key: str, place: str) -> Any:
    if entry.get(key) in (None, ""):
        raise ManifestError(f"{place}: {key} is missing", hint=f"give {key}")
    return entry[key]


def _date(given: Any, key: str, place: str) -> float:
    try:
        return mjd_of(given)
    except ValueError as error:
        raise ManifestError(f"{place}: {key}: {error}", hint="write it as 2022-04-02 or 2022-04-02T12:00Z") from None


def _place(places: Sequence[str], index: int, name: str) -> str:
    return places[index] if index < len(places) else f"{name}[{index}]"
