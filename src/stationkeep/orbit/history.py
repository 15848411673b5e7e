"""One history from any files: element sets or ephemerides, told apart by content, put in order, and said how.

The commands that look back along an orbit (burns, calibration, decay) all read through here, so that they accept the
same files and refuse the same ones.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Final, TypeVar

from stationkeep.constants import EARTH_EQUATORIAL_RADIUS_KM
from stationkeep.errors import ElementSetError, OrbitError
from stationkeep.orbit.elements import HIGHEST_PERIGEE_KM
from stationkeep.orbit.messages.files import Format, MessageText, read_message
from stationkeep.orbit.state_history import StateHistory, joined_arcs
from stationkeep.orbit.tle import (
    LONGEST_GAP_DAYS,
    ElementHistory,
    ElementSet,
    RejectedElementSet,
    histories_of_lines,
    history_of_sets,
)
from stationkeep.timescale import iso_day, iso_utc, mjd_utc

AnyHistory = ElementHistory | StateHistory
_Kind = TypeVar("_Kind", ElementHistory, StateHistory)

# On longer ellipses the Sun and the Moon, which the mean engine leaves out, move the perigee by kilometres a day.
HIGHEST_ECCENTRICITY: Final = 0.2
_VALID_RANGE: Final = (
    f"decay, burns and drag are judged for orbits whose perigee is below {HIGHEST_PERIGEE_KM:.0f} km and whose "
    f"eccentricity is below {HIGHEST_ECCENTRICITY:g}"
)
_FALLING_KM: Final = 150.0  # below this mean altitude an orbit has hours left
_SAME_EPOCH_DAYS: Final = 0.01 / 86400.0  # a TLE writes its epoch to the millisecond, an OMM to the microsecond
_CLOCK_DAYS: Final = 1.0  # catalogues give epochs a few hours ahead, and clocks are wrong
_MOST_GAPS_SAID: Final = 5
_ARC_GAP_DAYS: Final = 1.0


def read_any_history(
    paths: Sequence[Path], norad_id: str | None = None, *, low_orbit: bool = True
) -> ElementHistory | StateHistory:
    """Where was this object, by these files?

    Parameters
    ----------
    paths      one or more files: TLE, OMM (JSON, XML, KVN, CSV), OEM or OPM (KVN, XML), plain or gzipped; several of
               one kind are joined
    norad_id   which object, where the files hold several: catalogue number or designator (``1998-067A``)
    low_orbit  refuse an orbit that never dips below 1000 km, where drag makes no sense, and one of an eccentricity of
               0.2 or more, which Sun and Moon change more than drag

    Returns an :class:`ElementHistory` for element sets, a :class:`StateHistory` for ephemerides (``element_history`` of
    ``stationkeep.orbit.averaging`` makes element sets of it). Disorder, repeats, gaps and a fall are said in ``notes``.
    Raises :class:`ElementSetError` for unusable files or a missing choice, :class:`OrbitError` for an unusable orbit.
    """
    if not paths:
        raise ElementSetError("no file is given", hint="name at least one file with element sets or ephemerides")
    elements: dict[str, list[ElementHistory]] = {}
    states: dict[str, list[StateHistory]] = {}
    for path in paths:
        for key, found in _histories_of(read_message(path), path).items():
            if isinstance(found, ElementHistory):
                elements.setdefault(key, []).append(found)
            else:
                states.setdefault(key, []).append(found)
    if elements and states:
        raise ElementSetError(
            "element sets and ephemerides are given together", hint="give files of one kind: --tle or --oem"
        )
    history: AnyHistory
    if elements:
        history = _with_gaps(_joined_elements(_chosen(elements, norad_id, _element_names)))
    else:
        history = _joined_states(_chosen(states, norad_id, _state_names))
    if low_orbit:
        require_low_orbit(history)
    return history


def as_element_history(history: ElementHistory | StateHistory) -> ElementHistory:
    """The history as element sets: those it has, or the states averaged revolution by revolution."""
    return history if isinstance(history, ElementHistory) else _averaged(history)


def read_history(path: Path, norad_id: str | None = None) -> ElementHistory:
    """The history in one file as element sets: :func:`read_any_history` for whoever wants nothing else."""
    return as_element_history(read_any_history([path], norad_id))


def require_low_orbit(history: ElementHistory | StateHistory) -> None:
    """Raise :class:`OrbitError` where the last known orbit stays above 1000 km or is a long ellipse."""
    if isinstance(history, StateHistory):
        last = history.arcs[-1]
        tail = replace(last, times_mjd_utc=last.times_mjd_utc[-1:], states=last.states[-1:])
        history = _averaged(replace(history, arcs=(tail,)))
    elements = history.sets[-1].elements
    too_high = elements.perigee_altitude_km > HIGHEST_PERIGEE_KM
    if too_high or elements.eccentricity >= HIGHEST_ECCENTRICITY:
        apogee_km = elements.semi_major_axis_km * (1.0 + elements.eccentricity) - EARTH_EQUATORIAL_RADIUS_KM
        why = (
            "too high for air drag to matter"
            if too_high
            else f"at an eccentricity of {elements.eccentricity:.3f} Sun and Moon move the perigee more than drag does"
        )
        raise OrbitError(
            f"object {history.norad_id} flies at {elements.perigee_altitude_km:.0f} to {apogee_km:.0f} km on "
            f"{iso_day(elements.epoch_mjd_utc)}: {why}",
            hint=_VALID_RANGE,
        )


def _averaged(history: StateHistory) -> ElementHistory:
    from stationkeep.orbit.averaging import element_history

    return element_history(history)


def _histories_of(text: MessageText, path: Path) -> Mapping[str, AnyHistory]:
    if text.format is Format.TLE:
        return histories_of_lines(text.text.split("\n"), text.source, str(path))
    # element sets are what most people bring: the readers of messages are loaded for messages only
    from stationkeep.orbit.messages.library import declared_kind
    from stationkeep.orbit.messages.oem import histories_of_oem
    from stationkeep.orbit.messages.omm import histories_of_omm
    from stationkeep.orbit.messages.opm import histories_of_opm

    if text.format in (Format.JSON, Format.CSV):
        return histories_of_omm(text)
    kind = declared_kind(text)
    readers: dict[str, Callable[[MessageText], Mapping[str, AnyHistory]]] = {
        "OMM": histories_of_omm,
        "OEM": histories_of_oem,
        "OPM": histories_of_opm,
    }
    if kind not in readers:
        raise ElementSetError(f"{path} is a CCSDS {kind}, not an orbit history", hint="give an OMM, OEM or OPM")
    return readers[kind](text)


def _chosen(found: dict[str, list[_Kind]], wanted: str | None, names: Callable[[_Kind], set[str]]) -> list[_Kind]:
    """The one object there is, or the one asked for; several without a choice are an error that lists them."""
    labels = {key: next((item.name for item in items if item.name), "") for key, items in found.items()}
    known = ", ".join(f"{key} ({labels[key]})" if labels[key] else key for key in sorted(found)[:12])
    if wanted is None:
        if len(found) == 1:
            return next(iter(found.values()))
        raise ElementSetError(f"the files hold {len(found)} objects: {known}", hint="choose one with --norad-id")
    from stationkeep.orbit.messages.omm import tle_designator

    asked = {wanted.strip().upper(), wanted.strip().zfill(5).upper(), tle_designator(wanted), _alpha5(wanted)}
    for items in found.values():
        if any(asked & names(item) for item in items):
            return items
    raise ElementSetError(f"the files hold no object {wanted}; they hold {known}", hint="choose one of them")


def _element_names(history: ElementHistory) -> set[str]:
    return {history.norad_id.upper(), *(item.designator.upper() for item in history.sets[-1:] if item.designator)}


def _state_names(history: StateHistory) -> set[str]:
    return {history.object_id.upper()}


def _alpha5(text: str) -> str:
    """``T0001`` for 270001, as two-line files write numbers above 99999."""
    from sgp4.alpha5 import to_alpha5

    plain = text.strip()
    is_long = plain.isascii() and plain.isdigit() and 100_000 <= int(plain[:9]) <= 339_999 and len(plain) == 6
    return str(to_alpha5(int(plain))) if is_long else plain


def _joined_elements(found: list[ElementHistory]) -> ElementHistory:
    if len(found) == 1:
        return found[0]
    sets = [item for history in found for item in history.sets]
    rejected = tuple(
        RejectedElementSet(item.line_number, f"{history.source}: {item.reason}")
        for history in found
        for item in history.rejected
    )
    joined = history_of_sets(
        found[0].norad_id, _without_repeats(sets), rejected, _sources(item.source for item in found)
    )
    repeated = len(sets) - len(joined.sets)
    notes = [note for history in found for note in history.notes]
    if repeated:
        notes.append(
            _counted(repeated, "element set", "is", "are") + " in more than one file: the one of the last file is used"
        )
    return replace(joined, notes=tuple(dict.fromkeys(notes)))


def _without_repeats(sets: list[ElementSet]) -> list[ElementSet]:
    """In order of time; of sets within 10 ms of each other the last given."""
    ordered = sorted(sets, key=lambda item: item.epoch_mjd_utc)
    return [
        item
        for item, following in zip(ordered, [*ordered[1:], None], strict=True)
        if following is None or following.epoch_mjd_utc - item.epoch_mjd_utc > _SAME_EPOCH_DAYS
    ]


def _with_gaps(history: ElementHistory) -> ElementHistory:
    epochs = [item.epoch_mjd_utc for item in history.sets]
    notes = list(history.notes)
    now = mjd_utc(datetime.now(UTC))
    coming = sum(epoch > now + _CLOCK_DAYS for epoch in epochs)
    if coming:
        notes.append(
            _counted(coming, "element set", "is", "are")
            + f" of dates still to come (the last of {iso_day(epochs[-1])}): wrong epochs, or predictions"
        )
    last = history.sets[-1].elements
    if last.mean_altitude_km < _FALLING_KM:
        notes.append(
            f"the last element set, of {iso_utc(last.epoch_mjd_utc)}, is at a mean altitude of "
            f"{last.mean_altitude_km:.0f} km: the object came down within a day"
        )
    gaps = _gaps(pairwise(epochs), LONGEST_GAP_DAYS, "element set")
    return replace(history, notes=tuple(notes), gap_notes=tuple(gaps))


def _joined_states(found: list[StateHistory]) -> StateHistory:
    arcs, said = joined_arcs([arc for history in found for arc in history.arcs])
    ends = [(float(a.times_mjd_utc[-1]), float(b.times_mjd_utc[0])) for a, b in pairwise(arcs)]
    notes = [*(note for history in found for note in history.notes), *said, *_gaps(ends, _ARC_GAP_DAYS, "state")]
    source = _sources(history.source for history in found)
    return StateHistory(found[0].object_id, found[0].name, arcs, source, tuple(dict.fromkeys(notes)))


def _gaps(pairs: Iterable[tuple[float, float]], longest_days: float, what: str) -> list[str]:
    gaps = [(start, stop) for start, stop in pairs if stop - start > longest_days]
    said = [f"no {what} from {iso_day(start)} to {iso_day(stop)} ({stop - start:.0f} days)" for start, stop in gaps]
    more = len(gaps) - _MOST_GAPS_SAID
    return said if more <= 0 else [*said[:_MOST_GAPS_SAID], f"and {more} more gaps longer than {longest_days:.0f} days"]


def _counted(number: int, noun: str, one: str, many: str) -> str:
    """``1 element set is``, ``2 element sets are``."""
    return f"{number} {noun} {one}" if number == 1 else f"{number} {noun}s {many}"


def _sources(names: Iterable[str]) -> str:
    listed = list(dict.fromkeys(names))
    return ", ".join(listed[:3]) + (f" and {len(listed) - 3} more" if len(listed) > 3 else "")
