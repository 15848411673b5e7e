"""What pulls and brakes the satellite: the equations of motion of the high-fidelity propagator, as heyoka code.

Run-time parameters of the compiled integrator: the ballistic coefficient, the stop altitude, and for the surrogate
what :func:`stationkeep.orbit.density_expression.surrogate_parameters` says of the day.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from stationkeep.constants import EARTH_EQUATORIAL_RADIUS_KM, EARTH_ROTATION_RAD_S
from stationkeep.errors import InputError
from stationkeep.orbit.density_expression import ExponentialAtmosphere, surrogate_expression
from stationkeep.orbit.precise_tables import SECONDS_PER_JULIAN_CENTURY, heyoka_space_weather, require_heyoka

if TYPE_CHECKING:
    from stationkeep.environment.space_weather import SpaceWeather

# Truncation of the analytical theories of Moon and Sun: 1e-6 of their terms, metres per month in a low orbit.
_MOON_THRESHOLD: Final = 1.0e-6
_SUN_THRESHOLD: Final = 1.0e-6
BALLISTIC_PARAMETER: Final = 0
STOP_ALTITUDE_PARAMETER: Final = 1
FIRST_DENSITY_PARAMETER: Final = 2


class Density(StrEnum):
    """Which air the satellite flies through."""

    NONE = "none"
    """No air: gravity alone."""
    SURROGATE = "surrogate"
    """The package's surrogate of NRLMSISE-00, the density of the mean engine; 100 to 1000 km."""
    THERMONET = "thermonet"
    """heyoka's own network for NRLMSISE-00 (Izzo et al. 2024), an independent second opinion; 180 to 1000 km."""
    EXPONENTIAL = "exponential"
    """A constant exponential, for tests with a known answer."""


@dataclass(frozen=True, slots=True)
class HighFidelitySettings:
    """What forces act, and how exactly; one compiled integrator per distinct value."""

    density: Density = Density.SURROGATE
    gravity_degree: int = 8
    """EGM2008 degree; 4 with order 0 is the zonal field J2 to J4, 0 is a point mass."""
    gravity_order: int = 8
    sun_and_moon: bool = False
    """Measured on the station: 60 m after a day, 2 km along the track after 30, altitude loss unchanged to 1e-6."""
    exponential: ExponentialAtmosphere | None = None
    precession_threshold_arcsec: float = 0.01
    """Terms of precession-nutation below this are dropped; 0.01 costs 0.3 m after a day, 6 m after 30."""
    relative_tolerance: float = 1.0e-13

    def __post_init__(self) -> None:
        if not 0 <= self.gravity_order <= self.gravity_degree:
            raise InputError(
                f"gravity degree {self.gravity_degree} with order {self.gravity_order}",
                hint="the order must lie between 0 and the degree, e.g. 8 and 8, or 4 and 0 for zonal terms only",
            )
        if (self.density is Density.EXPONENTIAL) != (self.exponential is not None):
            raise InputError(
                f"density {self.density.value!r} with exponential={self.exponential}",
                hint="give ExponentialAtmosphere(...) with density 'exponential', and only then",
            )


def build_integrator(settings: HighFidelitySettings, orientation: Any, space_weather: SpaceWeather | None) -> Any:
    """Compile the equations of motion with a stop at a geodetic altitude."""
    heyoka = require_heyoka()
    options: dict[str, Any] = {}
    if settings.sun_and_moon:
        options |= {"elp2000_thresh": _MOON_THRESHOLD, "vsop2013_thresh": _SUN_THRESHOLD}
    if settings.density is Density.THERMONET and space_weather is not None:
        options |= {"Cb": heyoka.par[BALLISTIC_PARAMETER], "sw_data": heyoka_space_weather(space_weather)}
    equations = heyoka.model.eo_dynamics(
        max_geo_degree=settings.gravity_degree,
        max_geo_order=settings.gravity_order,
        eop_data=orientation,
        iau2006_thresh=settings.precession_threshold_arcsec,
        **options,
    )
    rotate = {
        "time_expr": heyoka.time / SECONDS_PER_JULIAN_CENTURY,
        "thresh": settings.precession_threshold_arcsec,
        "eop_data": orientation,
    }
    itrs = heyoka.model.rot_icrs_itrs(list(heyoka.make_vars("x", "y", "z")), **rotate)
    geodetic = heyoka.model.cart2geo(itrs, R_eq=EARTH_EQUATORIAL_RADIUS_KM)
    if settings.density in (Density.SURROGATE, Density.EXPONENTIAL):
        density = _density(settings, itrs, geodetic)
        equations = _with_drag(equations, density, itrs, rotate)
    # Only the descent through the altitude ends the flight: an eccentric orbit may start near it and climb.
    stop = heyoka.t_event(geodetic[0] - heyoka.par[STOP_ALTITUDE_PARAMETER], direction=heyoka.event_direction.negative)
    return heyoka.taylor_adaptive(
        equations, state=[7000.0, 0.0, 0.0, 0.0, 7.5, 0.0], t_events=[stop],
        compact_mode=True, tol=settings.relative_tolerance,
    )  # fmt: skip


def _density(settings: HighFidelitySettings, itrs_km: list[Any], geodetic: list[Any]) -> Any:
    if settings.exponential is not None:
        return settings.exponential.expression(geodetic[0])
    return surrogate_expression(itrs_km, geodetic, FIRST_DENSITY_PARAMETER)


def _with_drag(equations: list[Any], density: Any, itrs_km: list[Any], rotate: dict[str, Any]) -> list[Any]:
    """Add ``-rho B |w| w / 2`` to the accelerations, ``w`` being the velocity through air that turns with the Earth."""
    heyoka = require_heyoka()
    turning = [-EARTH_ROTATION_RAD_S * itrs_km[1], EARTH_ROTATION_RAD_S * itrs_km[0], heyoka.expression(0.0)]
    air = heyoka.model.rot_itrs_icrs(turning, **rotate)
    through = [v - w for v, w in zip(heyoka.make_vars("vx", "vy", "vz"), air, strict=True)]
    speed = heyoka.sqrt(heyoka.sum([w**2 for w in through]))
    # kg/m3 times m2/kg is per metre; velocities are in km/s, so a thousand per kilometre.
    factor = -0.5e3 * density * heyoka.par[BALLISTIC_PARAMETER] * speed
    drag = [heyoka.expression(0.0)] * 3 + [factor * w for w in through]
    return [(variable, rate + extra) for (variable, rate), extra in zip(equations, drag, strict=True)]
