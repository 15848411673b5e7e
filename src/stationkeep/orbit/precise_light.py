"""Solar radiation pressure on a ball, and when the Earth stands before the Sun.

The pressure at one astronomical unit is 4.56e-6 N/m2 (Montenbruck and Gill, "Satellite Orbits", 2000, section 3.4) and
falls with the square of the distance. The shadow has a sharp edge, where the Sun's centre passes the limb of the
Earth's ellipsoid: the integrator stops there and changes one parameter, so that no step ever crosses a jump. Half of
the penumbra lies on either side of that edge; a passage through it takes 8 s in a low orbit, and what is lost before
the edge is won after it.
"""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from stationkeep.constants import EARTH_EQUATORIAL_RADIUS_KM, EARTH_FLATTENING
from stationkeep.orbit.precise_tables import require_heyoka

Floats = NDArray[np.float64]

PRESSURE_AT_1_AU_N_M2: Final = 4.56e-6
_ASTRONOMICAL_UNIT_KM: Final = 149597870.7
LIGHT_PARAMETERS: Final = 2  # Cr*A/m [m2/kg]; 1 in sunlight, 0 in shadow
# Stretched by this along its axis the ellipsoid becomes a sphere; straight lines stay straight.
_STRETCH: Final = 1.0 / (1.0 - EARTH_FLATTENING)


def light_acceleration(place: list[Any], sun: list[Any], first_parameter: int) -> list[Any]:
    """Acceleration by sunlight [km/s2], away from the Sun."""
    heyoka = require_heyoka()
    from_sun = [here - there for here, there in zip(place, sun, strict=True)]
    # N/m2 times m2/kg is m/s2: a thousandth of it in km/s2.
    strength = 1.0e-3 * PRESSURE_AT_1_AU_N_M2 * _ASTRONOMICAL_UNIT_KM**2
    lit = heyoka.par[first_parameter] * heyoka.par[first_parameter + 1]
    factor = strength * lit * heyoka.sum([part**2 for part in from_sun]) ** -1.5
    return [factor * part for part in from_sun]


def shadow_expression(place: list[Any], sun: list[Any]) -> Any:
    """Positive in sunlight, negative in shadow, zero where the Sun's centre touches the limb [km]."""
    heyoka = require_heyoka()
    here, there = _stretched(place), _stretched(sun)
    towards = [far - near for far, near in zip(there, here, strict=True)]
    distance = heyoka.sqrt(heyoka.sum([part**2 for part in towards]))
    along = heyoka.sum([one * two for one, two in zip(here, towards, strict=True)]) / distance
    radius_2 = heyoka.sum([part**2 for part in here])
    return along + heyoka.sqrt(radius_2 - EARTH_EQUATORIAL_RADIUS_KM**2)


def in_sunlight(place_km: Floats, sun_km: Floats) -> bool:
    """Does the satellite see the Sun's centre? Both in GCRS [km]; the same edge as :func:`shadow_expression`."""
    here, there = np.array(_stretched(list(place_km))), np.array(_stretched(list(sun_km)))
    towards = there - here
    along = float(here @ towards) / float(np.linalg.norm(towards))
    return along + math.sqrt(max(float(here @ here) - EARTH_EQUATORIAL_RADIUS_KM**2, 0.0)) > 0.0


def _stretched(place: list[Any]) -> list[Any]:
    # The pole of date is 0.2 degrees from the third axis of GCRS at most until 2070: 70 m of limb.
    return [place[0], place[1], place[2] * _STRETCH]


class ShadowSwitch:
    """Called where the edge of the shadow is crossed: turns the light on or off and lets the flight go on."""

    def __init__(self, first_parameter: int) -> None:
        self._lit = first_parameter + 1

    def __call__(self, integrator: Any, direction: int, lane: int | None = None) -> bool:
        value = 1.0 if direction > 0 else 0.0
        if lane is None:
            integrator.pars[self._lit] = value
        else:
            integrator.pars[self._lit, lane] = value
        return True
