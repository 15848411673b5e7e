"""Mean elements and the state a satellite really has: one becomes the other by the J2 periodic terms.

The mean decay engine and element sets speak of Brouwer mean elements; an integrator needs the osculating state.
The bridge is the first-order theory as SGP4 uses it (Hoots and Roehrich, Spacetrack Report No. 3, 1980, after
Brouwer 1959 and Kozai 1959): long-period terms from J3 on the eccentricity vector, short-period terms from J2 on
radius, argument of latitude, node, inclination and both speeds. Terms of order J2 times eccentricity are left out,
as in SGP4; that is a few metres for a near-circular low orbit.

Everything here is in a true-equator frame (TEME of date) and free of heyoka.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stationkeep.constants import EARTH_EQUATORIAL_RADIUS_KM, EARTH_J2, EARTH_J3, EARTH_J4, EARTH_MU_KM3_S2
from stationkeep.errors import OrbitError
from stationkeep.orbit.elements import MeanElements

Floats = NDArray[np.float64]

# The fixed-point inversion contracts by about J2 (1e-3) each round; ten rounds reach rounding with room to spare.
_INVERSION_ROUNDS: Final = 10
_KEPLER_ROUNDS: Final = 12
_SMALLEST_COSINE_GAP: Final = 1.5e-12  # 1 + cos(i): keeps the J3 longitude term finite at 180 deg, as SGP4 does


class ZonalGravity(NamedTuple):
    """The Earth as an oblate body: what the periodic terms depend on."""

    mu_km3_s2: float
    equatorial_radius_km: float
    j2: float
    j3: float
    j4: float


EGM2008: Final = ZonalGravity(EARTH_MU_KM3_S2, EARTH_EQUATORIAL_RADIUS_KM, EARTH_J2, EARTH_J3, EARTH_J4)
# The constants SGP4 fits element sets with (Vallado et al., AIAA 2006-6753, table 1).
WGS72: Final = ZonalGravity(398600.8, 6378.135, 1.082616e-3, -2.53881e-6, -1.65597e-6)


class _Nonsingular(NamedTuple):
    """Elements that stay smooth for circular orbits: (a, e cos w, e sin w, i, node, M + w)."""

    semi_major_axis_km: Floats
    e_cos: Floats
    e_sin: Floats
    inclination: Floats
    node: Floats
    mean_latitude: Floats


def state_from_mean_elements(
    elements: MeanElements, *, gravity: ZonalGravity = EGM2008, long_period: bool = True
) -> Floats:
    """Where is the satellite, and how fast, when these are its mean elements?

    Parameters
    ----------
    elements     Brouwer mean elements in TEME of date
    gravity      constants the elements were fitted with (``WGS72`` for element sets)
    long_period  True where the eccentricity vector is free of J3's forced part (element sets);
                 False where it already contains it (an engine that integrates J3's long-period effect)

    Returns the state ``(6,)`` in TEME of date [km, km/s] at the epoch of the elements. Raises :class:`OrbitError` for
    a perigee below ground. Source: SGP4 (Vallado et al., AIAA 2006-6753, appendix A).
    """
    columns = np.array(
        [
            elements.semi_major_axis_km,
            elements.eccentricity,
            elements.inclination_rad,
            elements.raan_rad,
            elements.argument_of_perigee_rad,
            elements.mean_anomaly_rad,
        ]
    )
    return states_from_mean_columns(columns, gravity=gravity, long_period=long_period)


def mean_elements_from_state(
    state: ArrayLike, epoch_mjd_utc: float, *, gravity: ZonalGravity = EGM2008, long_period: bool = True
) -> MeanElements:
    """Which mean elements does a satellite with this state have?

    ``state`` is ``(6,)`` in TEME of date [km, km/s]; the other arguments mean the same as in
    :func:`state_from_mean_elements`, whose exact inverse this is.
    """
    columns = mean_columns_from_states(state, gravity=gravity, long_period=long_period)
    a, e, i, node, perigee, anomaly = (float(value) for value in columns)
    return MeanElements(epoch_mjd_utc, a, e, i, node, perigee, anomaly)


def states_from_mean_columns(
    columns: ArrayLike, *, gravity: ZonalGravity = EGM2008, long_period: bool = True
) -> Floats:
    """The states of many sets of mean elements at once, as :func:`state_from_mean_elements` gives one.

    ``columns`` is ``(..., 6)``: semi-major axis [km], eccentricity, inclination, right ascension of the node, argument
    of perigee, mean anomaly [rad]. Returns ``(..., 6)`` in TEME of date [km, km/s].
    """
    a, e, i, node, perigee, anomaly = np.moveaxis(_six_columns(columns, "a, e, i, node, perigee, anomaly"), -1, 0)
    _refuse_unusable(a, e, gravity)
    mean = _Nonsingular(a, e * np.cos(perigee), e * np.sin(perigee), i, node, perigee + anomaly)
    return _osculating_state(mean, gravity, long_period)


def mean_columns_from_states(states: ArrayLike, *, gravity: ZonalGravity = EGM2008, long_period: bool = True) -> Floats:
    """The mean elements of many states at once: the inverse of :func:`states_from_mean_columns`.

    Found by repeating the forward theory until it lands on each state, so the round trip is exact to rounding.
    Raises :class:`OrbitError` for a state that is not on an ellipse above ground.
    """
    target = _nonsingular_of_state(_six_columns(states, "x, y, z [km] and their rates [km/s]"), gravity)
    _refuse_unusable(target.semi_major_axis_km, np.hypot(target.e_cos, target.e_sin), gravity)
    mean = target
    for _ in range(_INVERSION_ROUNDS):
        reached = _nonsingular_of_state(_osculating_state(mean, gravity, long_period), gravity)
        mean = _Nonsingular(
            mean.semi_major_axis_km + (target.semi_major_axis_km - reached.semi_major_axis_km),
            mean.e_cos + (target.e_cos - reached.e_cos),
            mean.e_sin + (target.e_sin - reached.e_sin),
            mean.inclination + (target.inclination - reached.inclination),
            mean.node + _wrapped(target.node - reached.node),
            mean.mean_latitude + _wrapped(target.mean_latitude - reached.mean_latitude),
        )
    perigee = np.arctan2(mean.e_sin, mean.e_cos)
    angles = np.mod(np.stack([mean.node, perigee, mean.mean_latitude - perigee]), 2.0 * np.pi)
    columns = [mean.semi_major_axis_km, np.hypot(mean.e_cos, mean.e_sin), mean.inclination, *angles]
    return np.stack(columns, axis=-1)


def mean_semi_major_axis_km(states: ArrayLike, *, gravity: ZonalGravity = EGM2008) -> Floats:
    """What is the mean semi-major axis, judged by the energy of the orbit?

    The energy in the field of J2 to J4 does not change along a drag-free orbit, while the short-period series, cut
    off at first order, leaves a ripple of metres. So this solves for the mean axis whose averaged Hamiltonian,
    ``-mu/(2a) + <U2> + <U4>``, equals the energy of the state: exact in the eccentricity for J2, and within about
    a metre of Brouwer's axis, whose second-order constant is left out.

    ``states`` is ``(..., 6)`` in a true-equator frame [km, km/s]; returns ``(...)`` [km]. Tesseral gravity still makes
    the answer ripple by tens of metres within a day: average over a day where that matters. A perigee below
    ground is allowed (a fall's last minutes); :class:`OrbitError` is raised for a state that is not on an ellipse.
    """
    checked = _six_columns(states, "x, y, z [km] and their rates [km/s]")
    osculating = _nonsingular_of_state(checked, gravity)
    eta2 = 1.0 - osculating.e_cos**2 - osculating.e_sin**2
    if not np.all((osculating.semi_major_axis_km > 0.0) & (eta2 > 0.0)):
        raise OrbitError(
            "a state is not on an ellipse", hint="an object that escapes or falls straight has no mean axis"
        )
    sin2_i = np.sin(osculating.inclination) ** 2
    energy = _zonal_energy(checked, gravity)
    axis = osculating.semi_major_axis_km
    for _ in range(_INVERSION_ROUNDS):
        scale = gravity.equatorial_radius_km / axis
        average_j2 = 0.5 * gravity.j2 * scale**2 * (1.5 * sin2_i - 1.0) / eta2**1.5
        # A circular average is enough here: J4 is a thousandth of J2 and its eccentric part e^2 times that.
        average_j4 = gravity.j4 * scale**4 * (13.125 * sin2_i**2 - 15.0 * sin2_i + 3.0) / 8.0
        axis = -gravity.mu_km3_s2 * (0.5 - average_j2 - average_j4) / energy
    return axis


def _zonal_energy(states: Floats, gravity: ZonalGravity) -> Floats:
    """Energy per mass in the field of mu, J2, J3 and J4 [km2/s2]."""
    position, velocity = states[..., :3], states[..., 3:]
    radius = np.linalg.norm(position, axis=-1)
    s = position[..., 2] / radius
    scale = gravity.equatorial_radius_km / radius
    zonal = (
        gravity.j2 * scale**2 * (1.5 * s**2 - 0.5)
        + gravity.j3 * scale**3 * (2.5 * s**3 - 1.5 * s)
        + gravity.j4 * scale**4 * (35.0 * s**4 - 30.0 * s**2 + 3.0) / 8.0
    )
    kinetic = 0.5 * np.sum(velocity**2, axis=-1)
    return np.asarray(kinetic - gravity.mu_km3_s2 / radius * (1.0 - zonal))


def _osculating_state(mean: _Nonsingular, gravity: ZonalGravity, long_period: bool) -> Floats:
    """Add the J3 long-period and the J2 short-period terms and place the result in space."""
    a, cos_i, sin_i = mean.semi_major_axis_km, np.cos(mean.inclination), np.sin(mean.inclination)
    e_cos, e_sin, latitude = mean.e_cos, mean.e_sin, mean.mean_latitude
    if long_period:
        forced_y, forced_longitude = _long_period_j3(mean, gravity)
        e_sin, latitude = e_sin + forced_y, latitude + forced_longitude
    eta = np.sqrt(1.0 - e_cos**2 - e_sin**2)
    radius, radius_rate, cos_u, sin_u = _kepler_motion(a, e_cos, e_sin, latitude, gravity.mu_km3_s2)
    p = a * eta**2
    mean_motion = np.sqrt(gravity.mu_km3_s2 / a**3)
    k1 = 0.5 * gravity.j2 * gravity.equatorial_radius_km**2 / p  # [km]
    k2 = k1 / p
    cos_2u, sin_2u = 1.0 - 2.0 * sin_u**2, 2.0 * sin_u * cos_u
    con41, sin2_i = 3.0 * cos_i**2 - 1.0, sin_i**2
    r = radius * (1.0 - 1.5 * k2 * eta * con41) + 0.5 * k1 * sin2_i * cos_2u
    u = np.arctan2(sin_u, cos_u) - 0.25 * k2 * (7.0 * cos_i**2 - 1.0) * sin_2u
    node = mean.node + 1.5 * k2 * cos_i * sin_2u
    inclination = mean.inclination + 1.5 * k2 * cos_i * sin_i * cos_2u
    r_rate = radius_rate - mean_motion * k1 * sin2_i * sin_2u
    transverse = np.sqrt(gravity.mu_km3_s2 * p) / radius + mean_motion * k1 * (sin2_i * cos_2u + 1.5 * con41)
    outward, along = _orientation(u, node, inclination)
    position = r[..., None] * outward
    velocity = r_rate[..., None] * outward + transverse[..., None] * along
    return np.concatenate([position, velocity], axis=-1)


def _long_period_j3(mean: _Nonsingular, gravity: ZonalGravity) -> tuple[Floats, Floats]:
    """J3's forced eccentricity (its component across the node) and the shift of longitude that goes with it."""
    cos_i, sin_i = np.cos(mean.inclination), np.sin(mean.inclination)
    p = mean.semi_major_axis_km * (1.0 - mean.e_cos**2 - mean.e_sin**2)
    ratio = gravity.j3 / gravity.j2 * gravity.equatorial_radius_km / p
    forced_y = -0.5 * ratio * sin_i
    gap = np.maximum(1.0 + cos_i, _SMALLEST_COSINE_GAP)
    forced_longitude = -0.25 * ratio * sin_i * (3.0 + 5.0 * cos_i) / gap * mean.e_cos
    return np.asarray(forced_y), np.asarray(forced_longitude)


def _kepler_motion(
    a: Floats, e_cos: Floats, e_sin: Floats, latitude: Floats, mu: float
) -> tuple[Floats, Floats, Floats, Floats]:
    """Radius, its rate, and cosine and sine of the argument of latitude on a Kepler ellipse."""
    f = latitude + e_cos * np.sin(latitude) - e_sin * np.cos(latitude)
    for _ in range(_KEPLER_ROUNDS):
        cos_f, sin_f = np.cos(f), np.sin(f)
        step = (latitude - e_sin * cos_f + e_cos * sin_f - f) / (1.0 - e_cos * cos_f - e_sin * sin_f)
        f = f + np.clip(step, -0.95, 0.95)  # far from the root Newton's step may overshoot a revolution
    cos_f, sin_f = np.cos(f), np.sin(f)
    e_cos_anomaly, e_sin_anomaly = e_cos * cos_f + e_sin * sin_f, e_cos * sin_f - e_sin * cos_f
    eta = np.sqrt(1.0 - e_cos**2 - e_sin**2)
    radius = a * (1.0 - e_cos_anomaly)
    share = e_sin_anomaly / (1.0 + eta)
    sin_u = a / radius * (sin_f - e_sin - e_cos * share)
    cos_u = a / radius * (cos_f - e_cos + e_sin * share)
    return radius, np.sqrt(mu * a) * e_sin_anomaly / radius, cos_u, sin_u


def _orientation(u: Floats, node: Floats, inclination: Floats) -> tuple[Floats, Floats]:
    """Unit vectors outward and along the motion, ``(..., 3)`` each."""
    cos_u, sin_u, cos_n, sin_n = np.cos(u), np.sin(u), np.cos(node), np.sin(node)
    cos_i, sin_i = np.cos(inclination), np.sin(inclination)
    outward = np.stack([cos_n * cos_u - sin_n * cos_i * sin_u, sin_n * cos_u + cos_n * cos_i * sin_u, sin_i * sin_u])
    along = np.stack([-cos_n * sin_u - sin_n * cos_i * cos_u, -sin_n * sin_u + cos_n * cos_i * cos_u, sin_i * cos_u])
    return np.moveaxis(outward, 0, -1), np.moveaxis(along, 0, -1)


def _nonsingular_of_state(states: Floats, gravity: ZonalGravity) -> _Nonsingular:
    """Osculating Kepler elements of states ``(..., 6)``, with the node at zero for an exactly equatorial orbit."""
    position, velocity = states[..., :3], states[..., 3:]
    mu = gravity.mu_km3_s2
    radius = np.linalg.norm(position, axis=-1)
    a = 1.0 / (2.0 / radius - np.sum(velocity**2, axis=-1) / mu)
    momentum = np.cross(position, velocity)
    in_plane = np.hypot(momentum[..., 0], momentum[..., 1])
    inclination = np.arctan2(in_plane, momentum[..., 2])
    node = np.where(in_plane > 0.0, np.arctan2(momentum[..., 0], -momentum[..., 1]), 0.0)
    towards_node, across_node = _orientation(np.zeros_like(node), node, inclination)
    e_vector = np.cross(velocity, momentum) / mu - position / radius[..., None]
    e_cos, e_sin = np.sum(e_vector * towards_node, axis=-1), np.sum(e_vector * across_node, axis=-1)
    x, y = np.sum(position * towards_node, axis=-1) / a, np.sum(position * across_node, axis=-1) / a
    eta = np.sqrt(np.maximum(1.0 - e_cos**2 - e_sin**2, np.finfo(np.float64).tiny))
    beta = 1.0 / (1.0 + eta)
    cos_f = e_cos + ((1.0 - e_cos**2 * beta) * x - e_cos * e_sin * beta * y) / eta
    sin_f = e_sin + ((1.0 - e_sin**2 * beta) * y - e_cos * e_sin * beta * x) / eta
    latitude = np.arctan2(sin_f, cos_f) - e_cos * sin_f + e_sin * cos_f
    return _Nonsingular(a, e_cos, e_sin, inclination, node, latitude)


def _six_columns(values: ArrayLike, meaning: str) -> Floats:
    array = np.asarray(values, dtype=np.float64)
    if array.ndim == 0 or array.shape[-1] != 6:
        raise OrbitError(f"six numbers are needed, the array given has shape {array.shape}", hint=f"give {meaning}")
    if not np.all(np.isfinite(array)):
        raise OrbitError("a state or element is NaN or infinite", hint=f"give {meaning}, all finite")
    return array


def _refuse_unusable(a_km: Floats, eccentricity: Floats, gravity: ZonalGravity) -> None:
    """Only ellipses whose perigee clears the ground have mean elements."""
    perigee_km = a_km * (1.0 - eccentricity) - gravity.equatorial_radius_km
    usable = (a_km > 0.0) & (eccentricity < 1.0) & (perigee_km > 0.0)
    if not np.all(usable):
        index = tuple(int(n[0]) for n in np.nonzero(np.atleast_1d(~usable)))
        a_bad, e_bad = np.atleast_1d(a_km)[index], np.atleast_1d(eccentricity)[index]
        raise OrbitError(
            f"semi-major axis {a_bad:.1f} km with eccentricity {e_bad:.4f} is no orbit above ground",
            hint="the eccentricity must be below 1 and the perigee above the equatorial radius of "
            f"{gravity.equatorial_radius_km:.3f} km",
        )


def _wrapped(angle: Floats) -> Floats:
    """Bring an angle difference to [-pi, pi)."""
    return np.mod(angle + np.pi, 2.0 * np.pi) - np.pi
