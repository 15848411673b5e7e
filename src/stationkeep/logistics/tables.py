"""Flights, ports and crews as tables (CSV): every fault named with its line, what is allowed, and the way to fix it."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Final

from stationkeep.errors import InputError, ManifestError
from stationkeep.logistics.manifest import PROBLEMS, Cargo, Contingency, Flight, Manifest, PortStay, Trip, manifest_of
from stationkeep.logistics.ports import PortBook, iss_ports
from stationkeep.logistics.vehicles import Fleet, known_fleet
from stationkeep.ordinary_file import Expected, read_text
from stationkeep.timescale import mjd_utc, parse_utc

_EXPECTED: Final = Expected(ManifestError, "give a table of flights or crews (CSV)", 16, any_encoding=False)
_FLIGHT_COLUMNS: Final = ("name", "vehicle_type", "launch_utc", "arrival_utc", "first_port", "last_undock_utc")
_CREW_COLUMNS: Final = ("name", "nationality", "agency", "up_vehicle", "down_vehicle")
_STAY_COLUMNS: Final = ("vehicle", "port", "from_utc", "to_utc")
_CONTINGENCY_COLUMNS: Final = ("vehicle", "problem", "from_utc", "to_utc", "seats", "what")
_MOVE: Final = re.compile(r"(?P<port>.+?)\s+(?P<begin>\d{4}-\d\d-\d\dT[\d:]+Z?)\.\.(?P<end>\d{4}-\d\d-\d\dT[\d:]+Z?)?")
_NO_PORT: Final = frozenset({"", "?", "-", "unknown", "tbd"})
_SAME_DAY: Final = 1.0  # two tables may tell one event a few hours apart, or one of them to the day only
_FIRST_YEAR, _LAST_YEAR = 1957, 2199


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table: its cells by column, and where it stands."""

    cells: Mapping[str, str]
    place: str

    def text(self, column: str) -> str:
        """The cell, trimmed; empty where the table has no such column."""
        return (self.cells.get(column) or "").strip()

    def needed(self, column: str, what: str) -> str:
        """The cell, which must not be empty."""
        found = self.text(column)
        if not found:
            raise ManifestError(f"{self.place}: {column} is empty", hint=f"give {what}")
        return found

    def date(self, column: str) -> float | None:
        """The cell as a modified Julian day; ``None`` where empty."""
        text = self.text(column)
        return None if not text else self.moment(text, column)

    def moment(self, text: str, column: str) -> float:
        """``text`` as a modified Julian day."""
        try:
            moment = parse_utc(text)
        except InputError as error:
            raise ManifestError(f"{self.place}: {column}: {error.problem}", hint=error.hint) from None
        if not _FIRST_YEAR <= moment.year <= _LAST_YEAR:
            raise ManifestError(
                f"{self.place}: {column}: {text} is outside {_FIRST_YEAR} to {_LAST_YEAR}", hint="check the year"
            )
        return mjd_utc(moment)

    def number(self, column: str) -> float | None:
        """The cell as a number that is not negative; ``None`` where empty."""
        text = self.text(column)
        if not text:
            return None
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if not (math.isfinite(value) and value >= 0.0):
            raise ManifestError(
                f"{self.place}: {column}: {text!r} is not a number of zero or more", hint="give digits only, no unit"
            )
        return value

    def count(self, column: str) -> int:
        """The cell as a whole number; zero where empty."""
        value = self.number(column) or 0.0
        if value != int(value):
            raise ManifestError(f"{self.place}: {column}: {value:g} is not a whole number", hint="people are counted")
        return int(value)


def read_manifest(
    flights: Path,
    crew: Path | None = None,
    stays: Path | None = None,
    contingencies: Path | None = None,
    *,
    ports: PortBook | None = None,
    fleet: Fleet | None = None,
) -> Manifest:
    """Which flights and people do these tables hold?

    Parameters
    ----------
    flights        columns name, vehicle_type, launch_utc, arrival_utc, first_port, last_undock_utc; wanted but not
                   needed: moves (``PORT FROM..TO; ...``), arrival_kind, end_utc, crew_up, crew_down, cargo_up_kg,
                   cargo_up_pressurised_dry_kg, water_kg, gas_kg, propellant_kg, cargo_down_kg, outcome, cospar,
                   launch_vehicle, quality, notes
    crew           name, nationality, agency, up_vehicle, down_vehicle; wanted: arrival_utc, undock_utc, person_key
    stays          vehicle, port, from_utc, to_utc: a row a stay, to the minute; replaces first_port and moves
    contingencies  vehicle, problem (unfit, rescue-seat), from_utc, to_utc, seats, what

    Raises :class:`ManifestError` naming file, line and column for anything that cannot be read, a port or vehicle that
    is not known, and dates that contradict each other. What contradicts the *ports, seats or pads* is found by
    :func:`stationkeep.logistics.conflicts.conflicts_of` instead.
    """
    texts = [None if path is None else read_text(path, _EXPECTED) for path in (flights, crew, stays, contingencies)]
    names = [str(path) for path in (flights, crew, stays, contingencies)]
    return manifest_of_texts(texts, names, title=flights.stem, ports=ports, fleet=fleet)


def manifest_of_texts(
    texts: Sequence[str | None],
    names: Sequence[str],
    *,
    title: str,
    ports: PortBook | None = None,
    fleet: Fleet | None = None,
) -> Manifest:
    """As :func:`read_manifest`, from the texts of flights, crew, stays, contingencies; ``names`` are for messages."""
    book, craft = ports or iss_ports(), fleet or known_fleet()
    flights, crew, stays, contingencies = texts
    at_ports = {} if stays is None else _stays_by_vehicle(rows_of(stays, names[2], _STAY_COLUMNS), book)
    found = [flight_of(row, book, craft) for row in rows_of(flights or "", names[0], _FLIGHT_COLUMNS)]
    found = [replace(flight, stays=_within(flight, at_ports.pop(flight.name, flight.stays))) for flight in found]
    for name, left in at_ports.items():
        raise ManifestError(
            f"{names[2]}: vehicle {name!r} is at {left[0].port} but is not among the flights",
            hint=f"add it to {names[0]}",
        )
    trips = [] if crew is None else [trip_of(row) for row in rows_of(crew, names[1], _CREW_COLUMNS)]
    wrong = [] if contingencies is None else contingencies_of(contingencies, names[3])
    return manifest_of(found, trips, wrong, title=title)


def read_contingencies(path: Path) -> list[Contingency]:
    """What went wrong with seats: columns vehicle, problem, from_utc, to_utc, seats, what; wanted: cospar, source."""
    return contingencies_of(read_text(path, _EXPECTED), str(path))


def contingencies_of(text: str, name: str) -> list[Contingency]:
    """What went wrong with seats, from a table given as text."""
    return [contingency_of(row) for row in rows_of(text, name, _CONTINGENCY_COLUMNS)]


def rows_of(text: str, name: str, needed: tuple[str, ...]) -> Iterator[Row]:
    """The rows of a table given as text; lines starting with ``#`` say where it comes from and are passed over."""
    lines = [(number, line) for number, line in enumerate(text.split("\n"), 1) if not line.startswith("#")]
    numbers = [number for number, _ in lines]
    reader = csv.DictReader(io.StringIO("\n".join(line for _, line in lines)), strict=True)
    try:
        columns = tuple(column.strip() for column in reader.fieldnames or ())
        missing = [column for column in needed if column not in columns]
        if missing:
            raise ManifestError(
                f"{name}: there is no column {missing[0]}", hint=f"its first line must name {', '.join(needed)}"
            )
        reader.fieldnames = list(columns)
        for cells in reader:
            place = f"{name}, line {numbers[min(reader.line_num, len(numbers)) - 1]}"
            if None in cells or None in cells.values():
                raise ManifestError(
                    f"{place}: it does not have the {len(columns)} cells of the first line",
                    hint="put a cell that holds a comma in quotes",
                )
            yield Row(cells, place)
    except csv.Error as error:
        line = numbers[min(reader.line_num, len(numbers)) - 1]
        raise ManifestError(f"{name}, line {line}: {error}", hint="close every quote") from None


def flight_of(row: Row, ports: PortBook, fleet: Fleet) -> Flight:
    """The flight of a row."""
    name = row.needed("name", "the name of the flight")
    launch = row.moment(row.needed("launch_utc", "the launch date"), "launch_utc")
    arrival, departure = row.date("arrival_utc"), row.date("last_undock_utc")
    vehicle_type = row.needed("vehicle_type", "the kind of craft, e.g. Progress")
    kind = fleet.kind_of_flight(vehicle_type, name, row.text("arrival_kind"), launch, f"{row.place}: vehicle_type")
    return Flight(
        name=name, kind=kind, launch_mjd_utc=launch, arrival_mjd_utc=arrival, departure_mjd_utc=departure,
        stays=_stays_of(row, ports, arrival, departure), end_mjd_utc=row.date("end_utc"),
        crew_up=row.count("crew_up"), crew_down=row.count("crew_down"), cargo=_cargo_of(row),
        outcome=row.text("outcome") or "success", cospar=row.text("cospar"), launch_vehicle=row.text("launch_vehicle"),
        quality=row.text("quality"), note=row.text("notes"), place=row.place,
    )  # fmt: skip


def trip_of(row: Row) -> Trip:
    """The trip of a row."""
    return Trip(
        name=row.needed("name", "the person's name"), nationality=row.text("nationality"), agency=row.text("agency"),
        up_flight=row.text("up_vehicle"), down_flight=row.text("down_vehicle"),
        arrival_mjd_utc=row.date("arrival_utc"), departure_mjd_utc=row.date("undock_utc"),
        person_key=row.text("person_key"), place=row.place,
    )  # fmt: skip


def contingency_of(row: Row) -> Contingency:
    """The contingency of a row."""
    given = row.needed("problem", f"one of {', '.join(PROBLEMS)}")
    problem = next((known for known in PROBLEMS if known == given), None)
    if problem is None:
        raise ManifestError(f"{row.place}: there is no problem {given!r}", hint=f"allowed are: {', '.join(PROBLEMS)}")
    return Contingency(
        flight=row.needed("vehicle", "the name of a flight"), problem=problem,
        from_mjd_utc=row.moment(row.needed("from_utc", "when it began"), "from_utc"), to_mjd_utc=row.date("to_utc"),
        seats=row.count("seats"), what=row.text("what"), source=row.text("source"), quality=row.text("quality"),
        cospar=row.text("cospar"), person=row.text("person"), place=row.place,
    )  # fmt: skip


def _stays_of(row: Row, ports: PortBook, arrival: float | None, departure: float | None) -> tuple[PortStay, ...]:
    """First port and moves; a stay whose end is not given ends when the next begins."""
    first = row.text("first_port")
    if arrival is None:
        if first:
            raise ManifestError(
                f"{row.place}: {row.text('name')} has a port but no arrival_utc", hint="give both or neither"
            )
        return ()
    if first.casefold() in _NO_PORT:
        return ()
    began = [(ports.find(first, f"{row.place}: first_port").id, arrival, departure)]
    for part in filter(None, (piece.strip() for piece in row.text("moves").split(";"))):
        match = _MOVE.fullmatch(part)
        if match is None:
            raise ManifestError(
                f"{row.place}: moves: {part!r} cannot be read",
                hint="write PORT FROM..TO, e.g. Poisk zenith 2021-03-19T17:12Z..2021-04-17T01:34Z",
            )
        port = ports.find(match["port"], f"{row.place}: moves").id
        end = departure if match["end"] is None else row.moment(match["end"], "moves")
        began.append((port, row.moment(match["begin"], "moves"), end))
    began.sort(key=lambda stay: stay[1])
    ends = [_earlier(end, following[1]) for (_, _, end), following in pairwise(began)]
    return tuple(PortStay(port, start, end) for (port, start, _), end in zip(began, [*ends, began[-1][2]], strict=True))


def _earlier(end: float | None, following: float) -> float:
    return following if end is None else min(end, following)


def _within(flight: Flight, stays: tuple[PortStay, ...]) -> tuple[PortStay, ...]:
    """The stays cut to the flight's own arrival and departure, where they differ by less than a day."""
    arrival, departure = flight.arrival_mjd_utc, flight.departure_mjd_utc
    found = []
    for stay in stays:
        begin, end = stay.from_mjd_utc, stay.to_mjd_utc
        if arrival is not None and arrival - _SAME_DAY < begin < arrival:
            begin = arrival
        if departure is not None and end is not None and departure < end < departure + _SAME_DAY:
            end = departure
        found.append(replace(stay, from_mjd_utc=begin, to_mjd_utc=end))
    return tuple(found)


def _stays_by_vehicle(rows: Iterator[Row], ports: PortBook) -> dict[str, tuple[PortStay, ...]]:
    found: dict[str, list[PortStay]] = {}
    for row in rows:
        port = ports.find(row.needed("port", "a port of the station"), f"{row.place}: port").id
        begin = row.moment(row.needed("from_utc", "when it came"), "from_utc")
        vehicle = row.needed("vehicle", "the name of a flight")
        found.setdefault(vehicle, []).append(PortStay(port, begin, row.date("to_utc")))
    return {name: tuple(sorted(stays, key=_begin)) for name, stays in found.items()}


_begin: Callable[[PortStay], float] = lambda stay: stay.from_mjd_utc  # noqa: E731


def _cargo_of(row: Row) -> Cargo:
    return Cargo(
        total_kg=row.number("cargo_up_kg"), dry_kg=row.number("cargo_up_pressurised_dry_kg"),
        water_kg=row.number("water_kg"), gas_kg=row.number("gas_kg"), propellant_kg=row.number("propellant_kg"),
        down_kg=row.number("cargo_down_kg"),
    )  # fmt: skip
