"""Between which altitudes is a station kept, when may it be pushed, and what do arriving vehicles ask for?

One :class:`AltitudeStrategy` serves the planner (:mod:`stationkeep.strategy.planner`), which knows the whole Sun, and
the rule that is flown day by day (:mod:`stationkeep.strategy.rule`), which knows only the loss of today.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np

from stationkeep.errors import InputError
from stationkeep.timescale import iso_day, iso_utc

QUARTERLY_DAYS = 91.3125  # a quarter of a Julian year
AS_NEEDED_DAYS = 7.0
_DAYS_PER_YEAR = 365.25


@dataclass(frozen=True, slots=True)
class AltitudeBand:
    """From this moment on the mean altitude stays between floor and ceiling."""

    from_mjd_utc: float
    floor_km: float
    ceiling_km: float

    def __post_init__(self) -> None:
        if not self.floor_km < self.ceiling_km:
            raise InputError(
                f"the floor of {self.floor_km:g} km is not below the ceiling of {self.ceiling_km:g} km: "
                f"{self.floor_km - self.ceiling_km:g} km too high",
                hint="give --floor-km below --ceiling-km",
            )


@dataclass(frozen=True, slots=True)
class ArrivalWindow:
    """On the day a vehicle arrives (or leaves) the mean altitude lies within what its phasing allows."""

    date_mjd_utc: float
    lowest_km: float
    highest_km: float
    label: str = "an arrival"

    def __post_init__(self) -> None:
        if not self.lowest_km <= self.highest_km:
            raise InputError(
                f"{self.label} on {iso_day(self.date_mjd_utc)} asks for {self.lowest_km:g} to {self.highest_km:g} km: "
                f"the lower end is {self.lowest_km - self.highest_km:g} km above the upper one",
                hint="give the lower altitude first, as in 2022-09-21:413-418",
            )


@dataclass(frozen=True, slots=True)
class AvoidanceBurn:
    """One manoeuvre to pass debris: when it was decided, when it is flown, how large."""

    decided_mjd_utc: float
    burn_mjd_utc: float
    delta_v_m_s: float


@dataclass(frozen=True, slots=True)
class AvoidanceRate:
    """How often debris is avoided, how hard, and with how much notice.

    The International Space Station had made 16 such burns by the end of 2013 (NASA, Orbital Debris Quarterly News,
    January 2014) and 39 by November 2024 (list kept by Kall Morris Inc.): 2.1 a year between the two. Sizes: 0.3 m/s
    down (3 December 2021), 0.5 (25 October 2022), 0.7 and 0.3 m/s up (6 and 14 March 2023), by tracking and Roscosmos.
    """

    per_year: float = 2.1
    smallest_m_s: float = 0.3
    largest_m_s: float = 0.7
    notice_hours: float = 30.0

    def __post_init__(self) -> None:
        if not (0.0 <= self.per_year < math.inf and 0.0 < self.smallest_m_s <= self.largest_m_s):
            raise InputError(
                f"avoidance burns: {self.per_year:g} a year of {self.smallest_m_s:g} to {self.largest_m_s:g} m/s",
                hint="give a rate of zero or more and sizes above zero, the smaller first",
            )

    def burns(self, rng: np.random.Generator, start_mjd_utc: float, stop_mjd_utc: float) -> tuple[AvoidanceBurn, ...]:
        """One possible series of them: independent of each other, at any time alike, raising the orbit."""
        span = max(stop_mjd_utc - start_mjd_utc, 0.0)
        count = int(rng.poisson(self.per_year * span / _DAYS_PER_YEAR))
        times = np.sort(rng.uniform(start_mjd_utc, stop_mjd_utc, count))
        sizes = rng.uniform(self.smallest_m_s, self.largest_m_s, count)
        notice = self.notice_hours / 24.0
        return tuple(
            AvoidanceBurn(float(time) - notice, float(time), float(size))
            for time, size in zip(times, sizes, strict=True)
        )


@dataclass(frozen=True)
class AltitudeStrategy:
    """How a station is kept up.

    Parameters
    ----------
    bands         floor and ceiling from each date on, the first at or before the start; a later, lower band is a
                  deliberate lowering
    arrivals      dates on which vehicles need the station within their own range
    cadence_days  days between two opportunities to push: 91 for quarterly burns, 7 for as needed
    lead_days     a further opportunity so many days before each arrival, for its phasing
    avoidance     burns to pass debris; None: none
    may_lower     whether the station may be pushed down where waiting is not enough

    Altitudes are mean altitudes (mean semi-major axis minus 6378.137 km). Raises :class:`InputError` for limits that
    contradict each other, naming the first and by how much.
    """

    bands: tuple[AltitudeBand, ...]
    arrivals: tuple[ArrivalWindow, ...] = ()
    cadence_days: float = 30.0
    lead_days: float = 4.0
    avoidance: AvoidanceRate | None = field(default_factory=AvoidanceRate)
    may_lower: bool = True

    def __post_init__(self) -> None:
        if not self.bands:
            raise InputError("no floor and no ceiling are given", hint="give --floor-km and --ceiling-km")
        if not 1.0 <= self.cadence_days <= 3660.0:
            raise InputError(
                f"{self.cadence_days:g} days between burns", hint="give --every-days between 1 and 3660 days"
            )
        object.__setattr__(self, "bands", tuple(sorted(self.bands, key=lambda band: band.from_mjd_utc)))
        object.__setattr__(self, "arrivals", tuple(sorted(self.arrivals, key=lambda item: item.date_mjd_utc)))
        for arrival in self.arrivals:
            self._require_reachable(arrival)

    def band_at(self, time_mjd_utc: float) -> AltitudeBand:
        """The limits that hold at a moment (before the first band: those of the first)."""
        found = self.bands[0]
        for band in self.bands[1:]:
            if band.from_mjd_utc <= time_mjd_utc:
                found = band
        return found

    def opportunities(self, start_mjd_utc: float, stop_mjd_utc: float) -> list[float]:
        """When the station may be pushed: every ``cadence_days``, and ``lead_days`` before each arrival."""
        count = int((stop_mjd_utc - start_mjd_utc) / self.cadence_days) + 1
        regular = [start_mjd_utc + index * self.cadence_days for index in range(count)]
        phasing = [arrival.date_mjd_utc - self.lead_days for arrival in self.arrivals]
        return sorted({time for time in (*regular, *phasing) if start_mjd_utc <= time < stop_mjd_utc})

    def _require_reachable(self, arrival: ArrivalWindow) -> None:
        band = self.band_at(arrival.date_mjd_utc)
        said = f"{arrival.label} on {iso_utc(arrival.date_mjd_utc)[:10]}"
        if arrival.highest_km < band.floor_km:
            raise InputError(
                f"{said} needs at most {arrival.highest_km:g} km, {band.floor_km - arrival.highest_km:.2f} km below "
                f"the floor of {band.floor_km:g} km",
                hint="lower the floor or move the arrival",
            )
        if arrival.lowest_km > band.ceiling_km:
            raise InputError(
                f"{said} needs at least {arrival.lowest_km:g} km, {arrival.lowest_km - band.ceiling_km:.2f} km above "
                f"the ceiling of {band.ceiling_km:g} km",
                hint="raise the ceiling or move the arrival",
            )
