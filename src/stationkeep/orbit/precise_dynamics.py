"""What pulls, brakes and pushes the satellite: the equations of motion of the high-fidelity propagator, as heyoka code.

What differs from flight to flight or from day to day (coefficients, the day's Sun, the places of Sun and Moon, a burn)
enters as run-time parameters in the order :class:`Parameters` says, so that one compiled integrator serves all.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from stationkeep.constants import EARTH_EQUATORIAL_RADIUS_KM, EARTH_ROTATION_RAD_S
from stationkeep.errors import InputError
from stationkeep.orbit.density_expression import ExponentialAtmosphere, surrogate_expression
from stationkeep.orbit.finite_burn import BURN_PARAMETERS, lighter_expression, thrust_acceleration
from stationkeep.orbit.flight_events import Recorder, Surroundings, WatchedEvent
from stationkeep.orbit.precise_bodies import BODY_PARAMETERS, sun_and_moon_expressions, third_body_acceleration
from stationkeep.orbit.precise_light import LIGHT_PARAMETERS, ShadowSwitch, light_acceleration, shadow_expression
from stationkeep.orbit.precise_tables import SECONDS_PER_JULIAN_CENTURY, heyoka_space_weather, require_heyoka

if TYPE_CHECKING:
    from stationkeep.environment.space_weather import SpaceWeather

BALLISTIC_PARAMETER: Final = 0
STOP_ALTITUDE_PARAMETER: Final = 1
_FIRST_BLOCK: Final = 2


class Density(StrEnum):
    """Which air the satellite flies through."""

    NONE = "none"
    """No air."""
    SURROGATE = "surrogate"
    """The package's surrogate of NRLMSISE-00, the density of the mean engine; 100 to 1000 km."""
    THERMONET = "thermonet"
    """heyoka's own network for NRLMSISE-00 (Izzo et al. 2024), an independent second opinion; 180 to 1000 km."""
    EXPONENTIAL = "exponential"
    """A constant exponential, for tests with a known answer."""
    ATMOSPHERE = "atmosphere"
    """Any object that answers the protocol ``environment.atmosphere.Atmosphere``, a user's own too; slow."""


@dataclass(frozen=True, slots=True)
class HighFidelitySettings:
    """What forces act, and how exactly; one compiled integrator per distinct value."""

    density: Density = Density.SURROGATE
    gravity_degree: int = 8
    """EGM2008 degree; 4 with order 0 is the zonal field J2 to J4, 0 is a point mass."""
    gravity_order: int = 8
    sun_and_moon: bool = False
    """Measured on the station: 60 m after a day, 2 km along the track after 30, altitude loss unchanged to 1e-6."""
    solar_pressure: bool = False
    """Light on a ball; its ``Cr*A/m`` is given with each flight."""
    burns: bool = False
    """Room for finite burns, given with each flight."""
    events: tuple[WatchedEvent, ...] = ()
    """What to look out for on the way (``stationkeep.orbit.flight_events``)."""
    exponential: ExponentialAtmosphere | None = None
    precession_threshold_arcsec: float = 0.001
    """Terms of precession-nutation below this are dropped; 0.001 costs 1 cm after a day, 2 cm after ten."""
    relative_tolerance: float = 1.0e-11
    """Of one step; 1e-11 costs 2 cm after ten days of a station."""

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
        if self.density is Density.ATMOSPHERE and self.events:
            raise InputError(
                "events are not watched with density 'atmosphere', which cannot be compiled",
                hint="fly density 'surrogate' for the events, or ask for output times and look between them",
            )

    @property
    def needs_weather(self) -> bool:
        return self.density in (Density.SURROGATE, Density.THERMONET, Density.ATMOSPHERE)

    @property
    def needs_bodies(self) -> bool:
        return self.sun_and_moon or self.solar_pressure or any(event.needs_sun for event in self.events)


@dataclass(frozen=True, slots=True)
class Parameters:
    """Where each block of run-time parameters begins; None where the settings have none."""

    burn: int | None
    light: int | None
    bodies: int | None
    density: int

    @classmethod
    def of(cls, settings: HighFidelitySettings) -> Parameters:
        burn = _FIRST_BLOCK
        light = burn + (BURN_PARAMETERS if settings.burns else 0)
        bodies = light + (LIGHT_PARAMETERS if settings.solar_pressure else 0)
        density = bodies + (BODY_PARAMETERS if settings.needs_bodies else 0)
        return cls(
            burn if settings.burns else None,
            light if settings.solar_pressure else None,
            bodies if settings.needs_bodies else None,
            density,
        )


@dataclass(frozen=True)
class Dynamics:
    """The equations of motion before they are compiled."""

    equations: list[tuple[Any, Any]]
    around: Surroundings
    rotate: dict[str, Any]
    """Keywords of heyoka's rotations between GCRS and the Earth."""


def build_integrator(
    settings: HighFidelitySettings, orientation: Any, space_weather: SpaceWeather | None, *, lanes: int = 1
) -> Any:
    """Compile the equations of motion with a stop at a geodetic altitude; ``lanes`` flights at once if above 1."""
    heyoka = require_heyoka()
    dynamics = equations_of_motion(settings, orientation, space_weather)
    one_lane = lanes == 1
    terminal = heyoka.t_event if one_lane else heyoka.t_event_batch
    # Only the descent through the altitude ends the flight: an eccentric orbit may start near it and climb.
    height = dynamics.around.altitude_km - heyoka.par[STOP_ALTITUDE_PARAMETER]
    stops = [terminal(height, direction=heyoka.event_direction.negative)]
    light = Parameters.of(settings).light
    if light is not None:
        edge = shadow_expression(dynamics.around.place_km, _sun_of(dynamics.around))
        stops.append(terminal(edge, callback=ShadowSwitch(light)))
    start = [7000.0, 0.0, 0.0, 0.0, 7.5, 0.0]
    options: dict[str, Any] = {"t_events": stops, "compact_mode": True, "tol": settings.relative_tolerance}
    if one_lane:
        watched = [_watched(event, dynamics.around) for event in settings.events]
        return heyoka.taylor_adaptive(dynamics.equations, state=start, nt_events=watched, **options)
    return heyoka.taylor_adaptive_batch(dynamics.equations, state=[[value] * lanes for value in start], **options)


def _watched(event: WatchedEvent, around: Surroundings) -> Any:
    heyoka = require_heyoka()
    directions = heyoka.event_direction
    direction = {1: directions.positive, -1: directions.negative}.get(event.direction, directions.any)
    return heyoka.nt_event(event.expression(around), callback=Recorder(event.name), direction=direction)


def equations_of_motion(
    settings: HighFidelitySettings, orientation: Any, space_weather: SpaceWeather | None
) -> Dynamics:
    """All forces but the drag of an atmosphere that cannot be compiled."""
    heyoka = require_heyoka()
    at = Parameters.of(settings)
    ballistic = heyoka.par[BALLISTIC_PARAMETER]
    if at.burn is not None:
        ballistic = ballistic * lighter_expression(at.burn)
    options: dict[str, Any] = {}
    if settings.density is Density.THERMONET and space_weather is not None:
        options |= {"Cb": ballistic, "sw_data": heyoka_space_weather(space_weather)}
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
    around = _surroundings(at, rotate)
    forces = _forces(settings, at, around)
    if settings.density in (Density.SURROGATE, Density.EXPONENTIAL):
        forces.append(_drag(_density(settings, at, around), ballistic, around, rotate))
    for force in forces:
        extra = [heyoka.expression(0.0)] * 3 + force
        equations = [(variable, rate + more) for (variable, rate), more in zip(equations, extra, strict=True)]
    return Dynamics(equations, around, rotate)


def _surroundings(at: Parameters, rotate: dict[str, Any]) -> Surroundings:
    heyoka = require_heyoka()
    place, velocity = list(heyoka.make_vars("x", "y", "z")), list(heyoka.make_vars("vx", "vy", "vz"))
    itrs = heyoka.model.rot_icrs_itrs(place, **rotate)
    altitude, latitude, longitude = heyoka.model.cart2geo(itrs, R_eq=EARTH_EQUATORIAL_RADIUS_KM)
    sun, moon = (None, None) if at.bodies is None else sun_and_moon_expressions(at.bodies)
    return Surroundings(place, velocity, itrs, altitude, latitude, longitude, sun, moon)


def _sun_of(around: Surroundings) -> list[Any]:
    assert around.sun_km is not None
    return around.sun_km


def _forces(settings: HighFidelitySettings, at: Parameters, around: Surroundings) -> list[list[Any]]:
    """Accelerations [km/s2] by everything but gravity of the Earth and air."""
    forces = []
    if settings.sun_and_moon:
        assert around.moon_km is not None
        forces.append(third_body_acceleration(around.place_km, _sun_of(around), around.moon_km))
    if at.light is not None:
        push = light_acceleration(around.place_km, _sun_of(around), at.light)
        forces.append(push if at.burn is None else [part * lighter_expression(at.burn) for part in push])
    if at.burn is not None:
        forces.append(thrust_acceleration(around.place_km, around.velocity_km_s, at.burn))
    return forces


def _density(settings: HighFidelitySettings, at: Parameters, around: Surroundings) -> Any:
    if settings.exponential is not None:
        return settings.exponential.expression(around.altitude_km)
    geodetic = [around.altitude_km, around.latitude_rad, around.longitude_rad]
    return surrogate_expression(around.itrs_km, geodetic, at.density)


def _drag(density: Any, ballistic: Any, around: Surroundings, rotate: dict[str, Any]) -> list[Any]:
    """``-rho B |w| w / 2`` [km/s2], ``w`` being the velocity through air that turns with the Earth."""
    heyoka = require_heyoka()
    itrs = around.itrs_km
    turning = [-EARTH_ROTATION_RAD_S * itrs[1], EARTH_ROTATION_RAD_S * itrs[0], heyoka.expression(0.0)]
    air = heyoka.model.rot_itrs_icrs(turning, **rotate)
    through = [v - w for v, w in zip(around.velocity_km_s, air, strict=True)]
    speed = heyoka.sqrt(heyoka.sum([w**2 for w in through]))
    # kg/m3 times m2/kg is per metre; velocities are in km/s, so a thousand per kilometre.
    factor = -0.5e3 * density * ballistic * speed
    return [factor * w for w in through]
