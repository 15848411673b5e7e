"""At which latitude does an uncontrolled object come down?

A nearly circular orbit whose last revolution is unknown comes down with equal probability at every argument of
latitude ``u``; the geocentric latitude below it is ``asin(sin i sin u)``. A 51.6-degree orbit spends half of its time
beyond 33.7 degrees north or south, so the turning latitudes are the most likely ones. Longitude is then uniform: the
Earth turns beneath the orbit, and over weeks the node precesses around it. Two small things are left aside: the slight
preference of drag for the equatorial bulge, and the cross-track spread of the debris (tens of kilometres).

Bands and densities are asked for in geodetic latitude, the latitude of maps, unless ``figure="sphere"`` takes the
Earth for a sphere, as most published tables of density by inclination do.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stationkeep.constants import EARTH_FLATTENING
from stationkeep.environment.population import Figure
from stationkeep.errors import OrbitError

FloatArray = NDArray[np.float64]


def geocentric_latitude_deg(geodetic_latitude_deg: ArrayLike) -> FloatArray:
    """Angle at the Earth's centre of a point on the WGS 84 ellipsoid with this map latitude [deg]."""
    latitude = np.radians(np.asarray(geodetic_latitude_deg, dtype=np.float64))
    # Sine and cosine instead of the tangent: finite at the poles.
    return np.degrees(np.arctan2((1.0 - EARTH_FLATTENING) ** 2 * np.sin(latitude), np.cos(latitude)))


def probability_south_of(
    latitude_deg: ArrayLike, inclination_deg: float, *, figure: Figure = "ellipsoid"
) -> FloatArray:
    """How likely does it come down south of a latitude?

    ``1/2 + asin(sin(latitude) / sin(inclination)) / pi`` in geocentric latitude, 0 and 1 beyond the turning
    latitudes. Retrograde inclinations (90 to 180 degrees) reach as far as their supplement. An equatorial orbit
    comes down on the equator itself. Raises :class:`OrbitError` for an inclination outside 0 to 180 degrees.
    """
    if not 0.0 <= inclination_deg <= 180.0:
        raise OrbitError(
            f"an inclination of {inclination_deg} degrees does not exist",
            hint="inclinations run from 0 to 180 degrees; above 90 the orbit is retrograde",
        )
    latitude = np.asarray(latitude_deg, dtype=np.float64)
    sine = np.sin(np.radians(geocentric_latitude_deg(latitude) if figure == "ellipsoid" else latitude))
    # The supplement is taken in degrees: sin(pi) is not zero in floating point.
    reach = np.sin(np.radians(min(inclination_deg, 180.0 - inclination_deg)))
    if reach < 1.0e-12:  # an equatorial orbit; dividing by less than that would overflow
        return np.asarray(0.5 + 0.5 * np.sign(sine))
    return np.asarray(0.5 + np.arcsin(np.clip(sine, -reach, reach) / reach) / np.pi)


def band_probability(
    south_deg: ArrayLike, north_deg: ArrayLike, inclination_deg: float, *, figure: Figure = "ellipsoid"
) -> FloatArray:
    """How likely does it come down between two latitudes? Exact integral of the law, any array shape."""
    north = probability_south_of(north_deg, inclination_deg, figure=figure)
    return np.asarray(north - probability_south_of(south_deg, inclination_deg, figure=figure))


def density_per_deg(latitude_deg: ArrayLike, inclination_deg: float) -> FloatArray:
    """How likely is each geocentric latitude, per degree of latitude?

    ``cos(latitude) / (180 sqrt(sin^2 i - sin^2 latitude))``; infinite at the turning latitude, where only the band
    integral makes sense, and zero beyond it. Undefined (raises :class:`OrbitError`) for an equatorial orbit.
    """
    probability_south_of(0.0, inclination_deg)  # refuses impossible inclinations
    reach = np.sin(np.radians(min(inclination_deg, 180.0 - inclination_deg)))
    if reach < 1.0e-12:  # an equatorial orbit; dividing by less than that would overflow
        raise OrbitError(
            "an equatorial orbit has no density by latitude: it comes down on the equator",
            hint="ask for the probability of a band around the equator instead",
        )
    latitude = np.radians(np.asarray(latitude_deg, dtype=np.float64))
    room = reach**2 - np.sin(latitude) ** 2
    with np.errstate(divide="ignore"):
        inside = np.cos(latitude) / (180.0 * np.sqrt(np.maximum(room, 0.0)))
    return np.where(room >= 0.0, inside, 0.0)
