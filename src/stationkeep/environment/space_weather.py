"""Daily solar and geomagnetic activity: what was observed, what was predicted, and what is assumed after that.

The density model NRLMSISE-00 is driven by three numbers a day: the F10.7 flux of the day before, the 81-day mean of
F10.7 centred on the day, and the daily Ap. All fluxes here are as observed at the Earth, never adjusted to 1 au: the
air feels the Sun at its real distance.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from math import floor
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from stationkeep.errors import SpaceWeatherFileError, SpaceWeatherRangeError
from stationkeep.timescale import iso_day

if TYPE_CHECKING:
    from stationkeep.environment.msafe import SolarForecast

FloatArray = npt.NDArray[np.float64]
KindArray = npt.NDArray[np.uint8]

HALF_WINDOW_DAYS = 40
"""Days on each side of the day in the centred 81-day mean (Picone et al. 2002, NRLMSISE-00's ``f107A``)."""


class DayKind(IntEnum):
    """Where a day's figures come from, from best to worst."""

    OBSERVED = 0
    INTERPOLATED = 1
    """The observatory missed the day; the table's makers interpolated the flux between neighbours."""
    DAILY_PREDICTED = 2
    """The 45-day outlook at the end of the observed table."""
    MONTHLY_PREDICTED = 3
    """The monthly outlook at the end of the observed table, interpolated to days."""
    FORECAST = 4
    """A percentile of an MSAFE bulletin, or a random realisation of one."""
    HELD = 5
    """The last 81 observed days' mean, held."""


class ContinuationPolicy(StrEnum):
    """What stands in for the Sun after the last observed day."""

    ERROR = "error"
    """Nothing: a date after the last observed day is refused."""
    HOLD = "hold"
    """The mean of the last 81 observed days, constant."""
    FORECAST = "forecast"
    """A percentile of a solar forecast, or without one the predictions the table itself carries."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class SpaceWeather:
    """How active were the Sun and the Earth's magnetic field on each UTC day of an unbroken span?

    A value: never changed after it is made, equal to another one when the identifiers and spans are equal.

    Fields, one element per UTC day from ``first_day_mjd`` (modified Julian day, UTC):

    identifier          where the figures come from, unique to their content
    f107_sfu            10.7 cm flux of the day, observed at the Earth [1e-22 W/(m2 Hz)]
    f107_81day_sfu      mean of ``f107_sfu`` over the 81 days centred on the day; within 40 days of either end of the
                        span the window shrinks symmetrically, and :meth:`drivers` refuses those days
    ap                  mean of the day's eight 3-hour ap indices [2 nT]
    kind                :class:`DayKind` of the day
    """

    identifier: str
    first_day_mjd: int
    f107_sfu: FloatArray
    f107_81day_sfu: FloatArray
    ap: FloatArray
    kind: KindArray
    _observed_days: int = field(init=False, default=0)

    def __post_init__(self) -> None:
        for name, dtype in (
            ("f107_sfu", np.float64),
            ("f107_81day_sfu", np.float64),
            ("ap", np.float64),
            ("kind", np.uint8),
        ):
            values = np.array(getattr(self, name), dtype=dtype)  # a copy: the caller keeps no handle on ours
            if values.ndim != 1 or values.size != len(self.f107_sfu) or not np.all(np.isfinite(values)):
                raise SpaceWeatherFileError(
                    f"space weather {self.identifier!r}: {name} must hold one finite number per day",
                    hint="give arrays of one dimension and equal length",
                )
            values.flags.writeable = False
            object.__setattr__(self, name, values)
        observed = self.observed_mask
        object.__setattr__(self, "_observed_days", int(np.count_nonzero(observed)))
        if not observed.any() or np.any(observed[1:] & ~observed[:-1]):
            raise SpaceWeatherFileError(
                f"space weather {self.identifier!r} does not begin with its observed days",
                hint="give at least one observed day, and predictions only after the last one",
            )

    def __repr__(self) -> str:
        return (
            f"<SpaceWeather {self.identifier!r}: observed {self.first_day_utc} to {self.last_observed_utc}, "
            f"predicted to {self.last_predicted_utc}>"
        )

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, SpaceWeather):
            return NotImplemented
        return self._key == other._key

    def __hash__(self) -> int:
        return hash(self._key)

    def __reduce__(self) -> tuple[type[SpaceWeather], tuple[Any, ...]]:
        # Rebuilding through the constructor keeps the arrays read-only in the worker that unpickles them.
        return SpaceWeather, (
            self.identifier,
            self.first_day_mjd,
            self.f107_sfu,
            self.f107_81day_sfu,
            self.ap,
            self.kind,
        )

    @property
    def _key(self) -> tuple[str, int, int]:
        return self.identifier, self.first_day_mjd, self.n_days

    @property
    def n_days(self) -> int:
        """Number of days in the span."""
        return int(self.f107_sfu.size)

    @property
    def observed_mask(self) -> npt.NDArray[np.bool_]:
        """Which days were observed (or interpolated between observations), (n_days,)."""
        return self.kind <= DayKind.INTERPOLATED

    @property
    def last_observed_mjd(self) -> int:
        """The last day whose figures are observations."""
        return self.first_day_mjd + self._observed_days - 1

    @property
    def last_predicted_mjd(self) -> int:
        """The last day of the span, observed or not."""
        return self.first_day_mjd + self.n_days - 1

    @property
    def first_day_utc(self) -> str:
        """ISO 8601 day."""
        return iso_day(self.first_day_mjd)

    @property
    def last_observed_utc(self) -> str:
        """ISO 8601 day."""
        return iso_day(self.last_observed_mjd)

    @property
    def last_predicted_utc(self) -> str:
        """ISO 8601 day."""
        return iso_day(self.last_predicted_mjd)

    @property
    def first_usable_mjd(self) -> int:
        """The first day whose drivers are whole (previous day and centred window inside the span)."""
        return self.first_day_mjd + HALF_WINDOW_DAYS

    @property
    def last_usable_mjd(self) -> int:
        """The last day whose drivers are whole."""
        return self.last_predicted_mjd - HALF_WINDOW_DAYS

    def drivers(self, first_day_mjd: float, n_days: int) -> FloatArray:
        """What drives NRLMSISE-00 on each of ``n_days`` days from ``first_day_mjd``?

        Returns (n_days, 3): F10.7 of the previous day [sfu], 81-day mean of F10.7 centred on the day [sfu], daily Ap
        of the day. The lag and the centring are those of Picone et al. (2002), J. Geophys. Res. 107, 1468.

        Raises :class:`SpaceWeatherRangeError` where a day, the day before it or its 81-day window is not in the table.
        """
        day = floor(first_day_mjd)
        if n_days < 1:
            raise SpaceWeatherRangeError(f"{n_days} days of space weather asked for", hint="ask for at least one day")
        if day < self.first_usable_mjd or day + n_days - 1 > self.last_usable_mjd:
            raise self._out_of_range(day, day + n_days - 1)
        start = day - self.first_day_mjd
        stop = start + n_days
        return np.column_stack(
            (self.f107_sfu[start - 1 : stop - 1], self.f107_81day_sfu[start:stop], self.ap[start:stop])
        )

    def kind_counts(self, first_day_mjd: float, n_days: int) -> dict[str, int]:
        """How many of these days are observed, predicted, forecast or held? For the provenance of a result."""
        start = max(0, floor(first_day_mjd) - self.first_day_mjd)
        stop = max(start, floor(first_day_mjd) - self.first_day_mjd + n_days)
        counts = Counter(self.kind[start:stop].tolist())
        return {kind.name.lower(): counts[kind] for kind in DayKind if counts[kind]}

    def observed_before(self, mjd_utc: float) -> SpaceWeather:
        """What was known of the Sun on the morning of a day: the observations of the days before it, nothing later."""
        day = floor(mjd_utc)
        stop = min(day, self.last_observed_mjd + 1) - self.first_day_mjd
        if stop < 1:
            raise self._out_of_range(day, day)
        if stop == self.n_days:
            return self
        last = iso_day(self.first_day_mjd + stop - 1)
        return space_weather_from_days(
            f"{self.identifier}, observed to {last}",
            self.first_day_mjd,
            self.f107_sfu[:stop],
            self.ap[:stop],
            self.kind[:stop],
        )

    def continued(
        self,
        until_mjd: float,
        policy: ContinuationPolicy,
        forecast: SolarForecast | None = None,
        *,
        percentile: float = 50.0,
    ) -> SpaceWeather:
        """The same table, made to reach ``until_mjd`` by a stated policy instead of by silence.

        Predicted rows at the end of a table are not observations: ``error`` refuses any day after the last observed
        one, ``hold`` and ``forecast`` with a bulletin drop the predicted rows and continue from the last observed day.

        hold        every later day has the mean F10.7 and mean Ap of the last 81 observed days
        forecast    the ``percentile`` of the bulletin's smoothed F10.7 and Ap; the flux starts from the level of the
                    last 81 observed days and relaxes to the bulletin's path with the persistence fitted to history
                    (:mod:`stationkeep.environment.variability`), so the 81-day mean does not jump. Without a bulletin
                    the predictions inside the table are used as they stand, as far as they reach.

        A table whose observations already cover ``until_mjd`` and its 81-day window is returned unchanged.
        """
        until = floor(until_mjd)
        if until + HALF_WINDOW_DAYS <= self.last_observed_mjd:
            return self
        if policy is ContinuationPolicy.ERROR:
            if until > self.last_observed_mjd:
                raise self._out_of_range(self.last_observed_mjd, until)
            return self
        if policy is ContinuationPolicy.FORECAST and forecast is None:
            if until > self.last_usable_mjd:
                raise self._out_of_range(self.last_observed_mjd, until)
            return self
        return self._with_future(
            until + HALF_WINDOW_DAYS, forecast if policy is ContinuationPolicy.FORECAST else None, percentile
        )

    def _with_future(self, last_day: int, forecast: SolarForecast | None, percentile: float) -> SpaceWeather:
        observed = self.last_observed_mjd + 1 - self.first_day_mjd
        days = np.arange(self.last_observed_mjd + 1, last_day + 1, dtype=np.float64)
        recent = slice(max(0, observed - 2 * HALF_WINDOW_DAYS - 1), observed)
        level_sfu = float(np.mean(self.f107_sfu[recent]))
        if forecast is None:
            f107 = np.full(days.size, level_sfu)
            ap = np.full(days.size, float(np.mean(self.ap[recent])))
            kind, label = DayKind.HELD, "held at the mean of the last 81 observed days"
        else:
            f107, ap = forecast.relaxed_from(level_sfu, self.last_observed_mjd + 0.5, days + 0.5, percentile)
            kind, label = DayKind.FORECAST, f"{forecast.identifier} {percentile:g} %"
        return space_weather_from_days(
            f"{self.identifier}; after {self.last_observed_utc}: {label}",
            self.first_day_mjd,
            np.concatenate((self.f107_sfu[:observed], f107)),
            np.concatenate((self.ap[:observed], ap)),
            np.concatenate((self.kind[:observed], np.full(days.size, kind, dtype=np.uint8))),
        )

    def _out_of_range(self, first_day: int, last_day: int) -> SpaceWeatherRangeError:
        return SpaceWeatherRangeError(
            f"space weather for {iso_day(first_day)} to {iso_day(last_day)} was asked of {self.identifier!r}, which is "
            f"observed from {self.first_day_utc} to {self.last_observed_utc}, predicted to {self.last_predicted_utc}; "
            f"81-day means are whole from {iso_day(self.first_usable_mjd)} to {iso_day(self.last_usable_mjd)}",
            hint="in a scenario set space_weather.past_end to hold or forecast, or shorten horizon_utc; "
            "'stationkeep data update' fetches newer observations, and --space-weather as-known or FILE (an MSAFE "
            "bulletin or a CelesTrak table) flies under another Sun",
        )


def space_weather_from_days(
    identifier: str,
    first_day_mjd: int,
    f107_sfu: npt.ArrayLike,
    ap: npt.ArrayLike,
    kind: npt.ArrayLike,
) -> SpaceWeather:
    """A table from daily figures, its centred 81-day means computed here so that they always belong to its own days."""
    f107 = np.asarray(f107_sfu, dtype=np.float64)
    return SpaceWeather(
        identifier,
        first_day_mjd,
        f107,
        centred_mean_81day(f107),
        np.asarray(ap, dtype=np.float64),
        np.asarray(kind, dtype=np.uint8),
    )


def centred_mean_81day(f107_sfu: FloatArray) -> FloatArray:
    """Mean over the 81 days centred on each day, (n,); near the ends over the widest window that is still centred.

    A one-sided window would lag a rising Sun by up to 40 days and nobody would see it; a shorter centred one is only
    noisier.
    """
    n = f107_sfu.size
    total = np.concatenate(([0.0], np.cumsum(f107_sfu)))
    index = np.arange(n)
    half = np.minimum(HALF_WINDOW_DAYS, np.minimum(index, n - 1 - index))
    return np.asarray((total[index + half + 1] - total[index - half]) / (2 * half + 1), dtype=np.float64)
