"""What a reader of a fitted coefficient must know of the days just before it; every command that fits one says it."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from stationkeep.orbit.calibration import Calibration
from stationkeep.orbit.history import as_element_history
from stationkeep.orbit.state_history import StateHistory
from stationkeep.orbit.tle import ElementHistory
from stationkeep.timescale import iso_utc

_SETTLING_DAYS: Final = 2.0  # sets have followed a burn by then


def fit_notes(fitted: Calibration) -> list[str]:
    """A burn on the last days, or a last arc that ended long ago, in words."""
    last = fitted.last_set_mjd_utc
    notes = []
    if fitted.burns and last - fitted.burns[-1].moment_mjd_utc < _SETTLING_DAYS:
        burn = fitted.burns[-1]
        notes.append(
            f"a burn is seen less than two days before the last set ({burn.delta_v_m_s:+.2f} m/s on "
            f"{iso_utc(burn.moment_mjd_utc)}): the sets after it have not settled, so the orbit and the coefficient "
            "are uncertain; the coefficient is that of before the burn, and wrong where the burn changed the attitude"
        )
    newest_used = max(arc.stop_mjd_utc for arc in fitted.arcs)
    if last - newest_used > _SETTLING_DAYS:
        notes.append(
            f"the last burn-free arc ends {last - newest_used:.0f} days before the last element set: the coefficient "
            "is that of then"
        )
    return notes


def element_sets_of(history: ElementHistory | StateHistory) -> ElementHistory:
    """The history as element sets; of an ephemeris it is noted that it predicts, with the drag its makers assumed."""
    if isinstance(history, ElementHistory):
        return history
    said = (
        "the history is an ephemeris: past its first day it is a prediction, so the coefficient is the drag that its "
        "makers assumed, planned burns included; element sets (--tle) tell what was flown"
    )
    elements = as_element_history(history)
    return replace(elements, notes=(*elements.notes, said))
