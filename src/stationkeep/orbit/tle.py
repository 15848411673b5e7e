"""Two-line element sets: read through sgp4, checksums enforced, each refusal with its line and reason.

A TLE enters only through SGP4: its mean motion is Kozai's and is converted by sgp4's own initialisation, its
elements are mean and never taken as osculating, its B* is a fit parameter and never used as a drag coefficient.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from stationkeep.errors import ElementSetError, OrbitError
from stationkeep.orbit.elements import MeanElements, OsculatingState
from stationkeep.timescale import iso_utc

_LINE_LENGTH = 69  # columns of a TLE line, checksum last
_WGS72_RADIUS_KM = 6378.135  # the radius sgp4 counts in; its elements were fitted with it
_MOST_REASONS = 12  # shown where no set is usable
_MJD_MINUS_JD = -2400000.5

# Fixed columns (CelesTrak, "NORAD Two-Line Element Set Format"); [A-Z0-9] in the number is the Alpha-5 extension.
_LINE_1 = re.compile(
    r"1 [A-Z0-9 ]\d{4}[UCS ] .{8} \d\d[\d ]\d\d\.\d{8} [-+ ]\.\d{8} "
    r"[-+ ][\d ]{5}[-+ ]\d [-+ ][\d ]{5}[-+ ]\d [\d ] [\d ]{4}\d"
)
_LINE_2 = re.compile(
    r"2 [A-Z0-9 ]\d{4} [\d ]{3}\.[\d ]{4} [\d ]{3}\.[\d ]{4} \d{7} "
    r"[\d ]{3}\.[\d ]{4} [\d ]{3}\.[\d ]{4} [\d ]\d\.\d{8}[\d ]{5}\d"
)


@dataclass(frozen=True, slots=True)
class ElementSet:
    """One accepted element set: its two lines, and the mean elements SGP4 makes of them."""

    norad_id: str
    designator: str
    name: str
    line1: str
    line2: str
    elements: MeanElements

    @property
    def epoch_mjd_utc(self) -> float:
        """Epoch, modified Julian day (UTC)."""
        return self.elements.epoch_mjd_utc


LONGEST_GAP_DAYS: Final = 30.0
"""Over a longer gap nothing is said: drag alone may have done it, and revolutions can no longer be counted."""


@dataclass(frozen=True, slots=True)
class RejectedElementSet:
    """Why an element set was refused, and on which line of the file (counted from 1)."""

    line_number: int
    reason: str


@dataclass(frozen=True)
class ElementHistory:
    """Element sets of one object, sorted by epoch, one per epoch, with what was refused on the way."""

    norad_id: str
    name: str
    sets: tuple[ElementSet, ...]
    rejected: tuple[RejectedElementSet, ...] = ()
    source: str = ""
    notes: tuple[str, ...] = ()
    """What a reader should know of how the history was put together: re-issues, order."""
    gap_notes: tuple[str, ...] = ()
    """Where no set is for more than ``LONGEST_GAP_DAYS``; apart, because a question may concern some years only."""

    @property
    def epochs_mjd_utc(self) -> NDArray[np.float64]:
        """Epochs, (n_set,)."""
        return np.array([item.epoch_mjd_utc for item in self.sets])

    @property
    def mean_altitudes_km(self) -> NDArray[np.float64]:
        """Mean semi-major axis minus 6378.137 km, (n_set,)."""
        return np.array([item.elements.mean_altitude_km for item in self.sets])

    def until(self, as_of_mjd_utc: float) -> ElementHistory:
        """The history as known at a moment: sets with an epoch up to it."""
        kept = tuple(item for item in self.sets if item.epoch_mjd_utc <= as_of_mjd_utc)
        if not kept:
            first = iso_utc(self.sets[0].epoch_mjd_utc)
            raise ElementSetError(
                f"no element set of object {self.norad_id} up to {iso_utc(as_of_mjd_utc)}; the first is of {first}",
                hint="give a later --as-of, or a file that reaches further back",
            )
        return replace(self, sets=kept)


def read_element_set(line1: str, line2: str, name: str = "") -> ElementSet:
    """Which mean orbit do these two lines describe?

    Raises :class:`ElementSetError` with the reason: wrong length or columns, bad checksum, two objects mixed,
    or an orbit SGP4 cannot start.
    """
    from sgp4.api import WGS72, Satrec

    line1, line2 = line1.rstrip(), line2.rstrip()
    _check_line(line1, _LINE_1, "1")
    _check_line(line2, _LINE_2, "2")
    if line1[2:7] != line2[2:7]:
        raise ElementSetError(f"line 1 is of object {line1[2:7].strip()}, line 2 of {line2[2:7].strip()}")
    _check_epoch(line1)
    _check_angles(line2)
    try:
        record = Satrec.twoline2rv(line1, line2, WGS72)
    except ValueError as error:
        raise ElementSetError(f"sgp4 refuses it: {error}") from None
    if record.error not in (0, 6) or not record.a > 0.0:
        raise ElementSetError("sgp4 cannot start this orbit: mean motion or eccentricity is out of range")
    return ElementSet(
        norad_id=line1[2:7].strip(),
        designator=line1[9:17].strip(),
        name=name,
        line1=line1,
        line2=line2,
        elements=MeanElements(
            epoch_mjd_utc=record.jdsatepoch + _MJD_MINUS_JD + record.jdsatepochF,
            # sgp4 has un-Kozai'd the mean motion at initialisation; `a` is Brouwer's, in its own Earth radii.
            semi_major_axis_km=record.a * _WGS72_RADIUS_KM,
            eccentricity=record.ecco,
            inclination_rad=record.inclo,
            raan_rad=record.nodeo,
            argument_of_perigee_rad=record.argpo,
            mean_anomaly_rad=record.mo,
        ),
    )


def teme_state(element_set: ElementSet, time_mjd_utc: float) -> OsculatingState:
    """Where is the object at a moment, by SGP4? Position and velocity in TEME of date.

    Raises :class:`ElementSetError` where SGP4 reports an error (decayed, out of range): never a NaN.
    """
    from sgp4.api import SGP4_ERRORS, WGS72, Satrec

    if not element_set.line1:
        raise ElementSetError(
            f"the elements of object {element_set.norad_id} have no two-line form, which SGP4 starts from",
            hint="use element sets (TLE or OMM), or the states themselves",
        )
    record = Satrec.twoline2rv(element_set.line1, element_set.line2, WGS72)
    day = math.floor(time_mjd_utc)
    error, position, velocity = record.sgp4(day - _MJD_MINUS_JD, time_mjd_utc - day)
    if error:
        raise ElementSetError(
            f"SGP4 cannot place object {element_set.norad_id} at {iso_utc(time_mjd_utc)}: {SGP4_ERRORS[error]}",
            hint="use an element set nearer to that date",
        )
    return OsculatingState(time_mjd_utc, position, velocity, "TEME")


def histories_of_lines(lines: list[str], source: str, path: str | None = None) -> dict[str, ElementHistory]:
    """Which element sets do these lines hold, object by object?

    Two- and three-line files; blank lines and lines starting with ``#`` are skipped, blanks around a line mean
    nothing. A set that fails its checksum or its columns is refused with its line number in ``rejected``; the rest is
    still used. Of several sets with one epoch the last is kept (a re-issue). ``source`` names the text in the history,
    ``path`` in messages. Raises :class:`ElementSetError` where there is no usable set.
    """
    accepted: dict[str, list[ElementSet]] = {}
    rejected: list[RejectedElementSet] = []
    for line_number, name, line1, line2 in _pairs(lines, rejected):
        try:
            item = read_element_set(line1, line2, name)
        except (ElementSetError, OrbitError) as error:
            rejected.append(RejectedElementSet(line_number, error.problem))
        else:
            accepted.setdefault(item.norad_id, []).append(item)
    if not accepted:
        raise ElementSetError(
            _nothing_usable(path or source, rejected), hint="each set needs two 69-column lines starting '1 ' and '2 '"
        )
    rejected.sort(key=lambda item: item.line_number)
    return {key: history_of_sets(key, found, tuple(rejected), source) for key, found in accepted.items()}


def history_of_sets(
    norad_id: str, sets: list[ElementSet], rejected: tuple[RejectedElementSet, ...] = (), source: str = ""
) -> ElementHistory:
    """The history of one object from its sets in any order: sorted, of several with one epoch the last given."""
    by_epoch = {item.epoch_mjd_utc: item for item in sets}
    notes = []
    if any(later.epoch_mjd_utc < item.epoch_mjd_utc for item, later in pairwise(sets)):
        notes.append(f"the element sets of {source or 'the history'} were not in order of time: sorted")
    if len(by_epoch) < len(sets):
        again = len(sets) - len(by_epoch)
        notes.append(
            f"{again} element set{'s were' if again > 1 else ' was'} issued again for one epoch: the last is used"
        )
    name = next((item.name for item in sets if item.name), "")
    return ElementHistory(
        norad_id, name, tuple(by_epoch[epoch] for epoch in sorted(by_epoch)), rejected, source, tuple(notes)
    )


def two_line_text(sets: Sequence[ElementSet]) -> str:
    """The sets as a two-line file, each under its name where it has one.

    Raises :class:`ElementSetError` for sets that have no two-line form.
    """
    without = [item for item in sets if not item.line1]
    if without:
        raise ElementSetError(
            f"{len(without)} of {len(sets)} element sets of object {without[0].norad_id} have no two-line form",
            hint="numbers above 339999, and elements averaged from states, are written as OMM",
        )
    return "".join(f"{item.name}\n" * bool(item.name) + f"{item.line1}\n{item.line2}\n" for item in sets)


# What each byte counts for in a line's checksum: digits their value, a minus sign one, the rest nothing.
_CHECKSUM_VALUES = bytes(byte - 48 if 48 <= byte < 58 else int(byte == 45) for byte in range(256))


def _check_line(line: str, columns: re.Pattern[str], which: str) -> None:
    if len(line) != _LINE_LENGTH:
        raise ElementSetError(f"line {which} has {len(line)} columns, a TLE line has {_LINE_LENGTH}")
    if not line.isascii() or not columns.fullmatch(line):
        raise ElementSetError(f"line {which} is not in TLE columns: {line!r}")
    total = sum(line[:-1].encode("ascii").translate(_CHECKSUM_VALUES)) % 10
    if total != int(line[-1]):
        raise ElementSetError(f"line {which} fails its checksum: it ends in {line[-1]}, its columns add up to {total}")


def _check_epoch(line1: str) -> None:
    # sgp4 counts on past the end of the year, and back before its start, without a word.
    day = float(line1[20:32])
    if not 1.0 <= day < 367.0:
        raise ElementSetError(f"the epoch is day {day} of its year; days run from 1 to 366")


def _check_angles(line2: str) -> None:
    for label, columns, limit in (
        ("inclination", slice(8, 16), 180.0),
        ("right ascension", slice(17, 25), 360.0),
        ("argument of perigee", slice(34, 42), 360.0),
        ("mean anomaly", slice(43, 51), 360.0),
    ):
        try:
            value = float(line2[columns])
        except ValueError:
            raise ElementSetError(f"{label} is not a number: {line2[columns]!r}") from None
        if value > limit:
            raise ElementSetError(f"{label} {value} deg is above {limit:.0f} deg")


def _pairs(lines: list[str], rejected: list[RejectedElementSet]) -> Iterator[tuple[int, str, str, str]]:
    """Pair lines 1 and 2; everything left over that looks like half a set goes to ``rejected``."""
    name, pending, pending_number = "", "", 0
    for number, raw in enumerate(lines, start=1):
        line = raw.strip()
        if not line or line.startswith("#"):
            continue
        if line.startswith("1 "):
            if pending:
                rejected.append(RejectedElementSet(pending_number, "line 1 without a line 2 after it"))
            pending, pending_number = line, number
        elif line.startswith("2 ") and pending:
            yield pending_number, name, pending, line
            pending, name = "", ""
        elif line.startswith("2 "):
            rejected.append(RejectedElementSet(number, "line 2 without a line 1 before it"))
        else:
            if pending:
                rejected.append(RejectedElementSet(pending_number, "line 1 without a line 2 after it"))
                pending = ""
            name = line.removeprefix("0 ").strip()
    if pending:
        rejected.append(RejectedElementSet(pending_number, "line 1 without a line 2 after it (the file ends)"))


def _nothing_usable(path: str, rejected: list[RejectedElementSet]) -> str:
    if not rejected:
        return f"{path} holds no two-line element sets"
    return f"{path}: all {len(rejected)} element sets are refused{refusals_text(rejected, 'line')}"


def refusals_text(rejected: Sequence[RejectedElementSet], place: str) -> str:
    """Why sets are refused, a line each for the first dozen; one line where all are for the same reason."""
    first = rejected[0]
    if len(rejected) > 1 and all(item.reason == first.reason for item in rejected):
        return f", each for the same reason; {place} {first.line_number}: {first.reason}"
    shown = "".join(f"\n  {place} {item.line_number}: {item.reason}" for item in rejected[:_MOST_REASONS])
    return shown + (f"\n  and {len(rejected) - _MOST_REASONS} more" if len(rejected) > _MOST_REASONS else "")
