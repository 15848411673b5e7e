"""Ports: which mechanism, whose, since when, and what fits there."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from stationkeep.catalogue.base import Identifier, Sourced
from stationkeep.catalogue.names import folded
from stationkeep.errors import ManifestError
from stationkeep.logistics.book import entries_of, nearest, read_book
from stationkeep.logistics.dates import MjdUtc
from stationkeep.timescale import iso_day

Standard = Literal["SSVP", "APAS", "IDSS", "CBM"]

ARM_STANDARDS: Final = frozenset({"CBM"})
"""Mechanisms a craft cannot dock with by itself: the station's arm catches it and puts it there."""

_FILE: Final = "ports-iss.yaml"


class Span(BaseModel):
    """From when to when a port had this mechanism; ``to_mjd_utc`` null: still."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    standard: Standard
    from_mjd_utc: MjdUtc = Field(validation_alias="from_utc")
    to_mjd_utc: MjdUtc | None = Field(None, validation_alias="to_utc")

    def holds_at(self, time_mjd_utc: float) -> bool:
        """Whether the port had this mechanism then."""
        return self.from_mjd_utc <= time_mjd_utc and (self.to_mjd_utc is None or time_mjd_utc <= self.to_mjd_utc)


class Port(Sourced):
    """A place to attach a visiting craft. ``carriers_only``: it serves the delivery of a module, nothing else."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: Identifier
    name: str = Field(min_length=2)
    names: tuple[str, ...] = ()
    segment: str = Field(min_length=2)
    owner: str = Field(min_length=2)
    refuels: bool = False
    carriers_only: bool = False
    spans: tuple[Span, ...] = Field(min_length=1)
    note: str = ""

    @model_validator(mode="after")
    def _spans_follow(self) -> Port:
        for earlier, later in zip(self.spans, self.spans[1:], strict=False):
            if earlier.to_mjd_utc is None or later.from_mjd_utc < earlier.to_mjd_utc:
                raise ValueError("spans overlap: the first must end before the next begins")
        return self

    def standard_at(self, time_mjd_utc: float) -> Standard | None:
        """Its mechanism then; ``None`` while it has none (not there yet, taken away, adapter not mounted)."""
        return next((span.standard for span in self.spans if span.holds_at(time_mjd_utc)), None)

    def arm_needed_at(self, time_mjd_utc: float) -> bool:
        """Whether the station's arm must place a craft here."""
        return self.standard_at(time_mjd_utc) in ARM_STANDARDS


@dataclass(frozen=True, slots=True)
class PortBook:
    """The ports of one station by id."""

    ports: Mapping[str, Port]
    _by_name: dict[str, str] = field(init=False, repr=False, compare=False)
    _turns: tuple[float, ...] = field(init=False, repr=False, compare=False)
    """Dates at which a port changes its mechanism."""
    _found: dict[tuple[object, ...], tuple[Port, ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        names = {folded(name): port.id for port in self.ports.values() for name in (port.id, port.name, *port.names)}
        object.__setattr__(self, "_by_name", names)
        spans = [span for port in self.ports.values() for span in port.spans]
        turns = {time for span in spans for time in (span.from_mjd_utc, span.to_mjd_utc) if time is not None}
        object.__setattr__(self, "_turns", tuple(sorted(turns)))
        object.__setattr__(self, "_found", {})

    def find(self, name: str, where: str = "") -> Port:
        """Which port is meant? Raises :class:`ManifestError` with the closest names; ``where`` is file and line."""
        found = self._by_name.get(folded(name))
        if found is None:
            place = f"{where}: " if where else ""
            raise ManifestError(f"{place}there is no port {name!r}", hint=nearest(name, self.ports))
        return self.ports[found]

    def fitting(self, standards: Iterable[str], time_mjd_utc: float, *, carrier: bool = False) -> tuple[Port, ...]:
        """The ports a craft with one of these mechanisms can use then, in the order of the book."""
        wanted = tuple(standards)
        # Between two dates of the book the answer is the same, and a thousand runs ask the same few questions.
        key = (wanted, carrier, bisect_left(self._turns, time_mjd_utc), bisect_right(self._turns, time_mjd_utc))
        found = self._found.get(key)
        if found is None:
            found = self._found[key] = tuple(
                port
                for port in self.ports.values()
                if port.standard_at(time_mjd_utc) in wanted and (carrier or not port.carriers_only)
            )
        return found


@cache
def iss_ports() -> PortBook:
    """The ports of the International Space Station, 1998 to today; immutable, read once per process."""
    return PortBook(entries_of(read_book(_FILE), "ports", Port, _FILE))


def misfit(port: Port, standards: Iterable[str], time_mjd_utc: float) -> str | None:
    """Why a craft with these mechanisms cannot use the port then; ``None`` where it can."""
    standard = port.standard_at(time_mjd_utc)
    wanted = tuple(standards)
    if standard is None:
        return f"{port.name} could not be used on {iso_day(time_mjd_utc)} ({_spans_told(port)})"
    if standard not in wanted:
        article = "an" if standard[0] in "AI" else "a"
        return f"{port.name} is {article} {standard} port, it needs {' or '.join(wanted)}"
    return None


def _spans_told(port: Port) -> str:
    return "; ".join(
        f"{span.standard} from {iso_day(span.from_mjd_utc)}"
        + ("" if span.to_mjd_utc is None else f" to {iso_day(span.to_mjd_utc)}")
        for span in port.spans
    )
