"""Real element sets told worse than they were: re-issues and fits that missed a burn, for ``burns.py``."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from stationkeep.constants import EARTH_MU_KM3_S2
from stationkeep.orbit.elements import MeanElements


def _aged(elements: MeanElements, days: float) -> MeanElements:
    """The same fit at a later epoch: what a catalogue issues that has not noticed a burn."""
    motion = np.sqrt(EARTH_MU_KM3_S2 / elements.semi_major_axis_km**3) * 86400.0
    anomaly = (elements.mean_anomaly_rad + motion * days) % (2.0 * np.pi)
    return replace(elements, epoch_mjd_utc=elements.epoch_mjd_utc + days, mean_anomaly_rad=float(anomaly))


def _without_the_day_after(sets: list[MeanElements], burns: list[float]) -> list[MeanElements]:
    return [item for item in sets if not any(0.0 <= item.epoch_mjd_utc - burn < 1.0 for burn in burns)]


def _with_stale_sets(sets: list[MeanElements], burns: list[float]) -> list[MeanElements]:
    before = [max((item for item in sets if item.epoch_mjd_utc < burn), key=_epoch) for burn in burns]
    return [*sets, *(_aged(old, burn + 0.25 - old.epoch_mjd_utc) for old, burn in zip(before, burns, strict=True))]


def _issued_again(sets: list[MeanElements], burns: list[float]) -> list[MeanElements]:
    rng = np.random.default_rng(3)
    again = [_aged(item, 1.0 / 1440.0) for item in sets[::3]]
    return [
        *sets,
        *(replace(item, semi_major_axis_km=item.semi_major_axis_km + rng.normal(0.0, 0.03)) for item in again),
    ]


def _epoch(elements: MeanElements) -> float:
    return elements.epoch_mjd_utc


RETELLERS = {
    "without the sets of the day after each burn": _without_the_day_after,
    "with the last fit before each burn issued again 6 h after it": _with_stale_sets,
    "with every third set issued again a minute later, 30 m off": _issued_again,
}
