"""How high is a station kept while the air is thick? As much higher as brings its loss back to what can be made up."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from stationkeep.scenario.events import AltitudePolicy

SCALE_HEIGHT_KM: Final = 60.0
"""Over which the loss falls by e near 420 km: 58 km under a median Sun, 65 under a strong one (``reboost``)."""
_LOOK_BACK_DAYS = 60.0  # two solar rotations: a storm is no reason to rise


@dataclass(frozen=True, slots=True)
class KeptAltitude:
    """Between which altitudes the station is kept just now, and how often it may be pushed."""

    floor_km: float
    target_km: float
    min_days_between_burns: float


class Rising:
    """Follows the loss of one run and says between which altitudes the station is to be kept."""

    def __init__(self) -> None:
        self._stated: AltitudePolicy | None = None
        self._kept: KeptAltitude | None = None
        self._loss_km_day: float | None = None
        self._altitude_km = 0.0

    def kept(
        self, policy: AltitudePolicy | KeptAltitude | None, days: float, before_km: float, after_km: float
    ) -> AltitudePolicy | KeptAltitude | None:
        """The policy to go by after a coast of so many days from one altitude to another.

        ``policy``: the one gone by until now: the scenario's, that of an event, or what this gave before.
        """
        if isinstance(policy, AltitudePolicy):
            self._stated, self._kept = policy, None
        stated = self._stated
        if policy is None or stated is None or stated.rise is None or days <= 0.0:
            return policy
        self._learn(days, before_km, after_km)
        if self._loss_km_day is None or self._loss_km_day <= 0.0:
            return policy
        # where the loss would be what can be made up, from where it was measured
        wanted = self._altitude_km + SCALE_HEIGHT_KM * math.log(1.0e3 * self._loss_km_day / stated.rise.loss_m_day)
        target = min(max(wanted, stated.target_km), max(stated.rise.highest_km, stated.target_km))
        if target == stated.target_km:
            return stated
        floor = stated.floor_km + target - stated.target_km
        self._kept = KeptAltitude(floor, target, stated.min_days_between_burns)
        return self._kept

    def _learn(self, days: float, before_km: float, after_km: float) -> None:
        loss, middle = (before_km - after_km) / days, 0.5 * (before_km + after_km)
        if self._loss_km_day is None:
            self._loss_km_day, self._altitude_km = loss, middle
            return
        weight = -math.expm1(-days / _LOOK_BACK_DAYS)
        self._loss_km_day += weight * (loss - self._loss_km_day)
        self._altitude_km += weight * (middle - self._altitude_km)
