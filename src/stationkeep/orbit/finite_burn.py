"""Burns that take time: thrust, mass flow and direction, and what they do to the satellite's mass."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from stationkeep.constants import SECONDS_PER_DAY, STANDARD_GRAVITY_M_S2
from stationkeep.errors import InputError, OrbitError
from stationkeep.orbit.precise_tables import require_heyoka
from stationkeep.timescale import iso_utc

Floats = NDArray[np.float64]


class BurnFrame(StrEnum):
    """The axes a thrust direction is given in; they turn with the satellite during the burn."""

    LVLH = "LVLH"
    """The station's axes: X forward in the plane (at right angles to Z), Y against the momentum, Z to the Earth's
    centre (CCSDS ``LVLH_ROTATING``)."""
    RTN = "RTN"
    """R away from the Earth's centre, T forward in the plane at right angles to it, N along the momentum."""
    VNC = "VNC"
    """V along the inertial velocity, N along the momentum, C completing them (V x N): outward on a circle."""


@dataclass(frozen=True, slots=True)
class FiniteBurn:
    """One burn at constant thrust.

    Give the specific impulse [s] or the mass flow [kg/s]. ``direction`` is where the thrust pushes the satellite, in
    the axes of ``frame``; only its direction counts.
    """

    start_mjd_utc: float
    duration_s: float
    thrust_n: float
    direction: tuple[float, float, float]
    frame: BurnFrame = BurnFrame.LVLH
    specific_impulse_s: float | None = None
    mass_flow_kg_s: float | None = None

    def __post_init__(self) -> None:
        if not (math.isfinite(self.start_mjd_utc) and 0.0 < self.duration_s < math.inf):
            raise OrbitError(f"a burn of {self.duration_s} s", hint="give a start (MJD UTC) and a duration above 0 s")
        if not 0.0 < self.thrust_n < math.inf:
            raise OrbitError(f"a thrust of {self.thrust_n} N", hint="thrust is positive; turn the direction round")
        if len(self.direction) != 3 or not 0.0 < math.hypot(*self.direction) < math.inf:
            raise OrbitError(f"thrust direction {self.direction}", hint="three numbers, not all zero, e.g. (1, 0, 0)")
        given = [value for value in (self.specific_impulse_s, self.mass_flow_kg_s) if value is not None]
        if len(given) != 1 or not 0.0 < given[0] < math.inf:
            raise OrbitError(
                f"specific impulse {self.specific_impulse_s} s and mass flow {self.mass_flow_kg_s} kg/s",
                hint="give one of the two, above zero",
            )

    @property
    def stop_mjd_utc(self) -> float:
        return self.start_mjd_utc + self.duration_s / SECONDS_PER_DAY

    @property
    def flow_kg_s(self) -> float:
        """Propellant used per second."""
        if self.mass_flow_kg_s is not None:
            return self.mass_flow_kg_s
        assert self.specific_impulse_s is not None
        return self.thrust_n / (self.specific_impulse_s * STANDARD_GRAVITY_M_S2)

    @property
    def propellant_kg(self) -> float:
        return self.flow_kg_s * self.duration_s

    def delta_v_m_s(self, mass_kg: float) -> float:
        """Change of speed of a satellite that weighs ``mass_kg`` at the start (Tsiolkovsky)."""
        return self.thrust_n / self.flow_kg_s * math.log(mass_kg / (mass_kg - self.propellant_kg))


# Parameters: thrust [kN] along R, T, N, V, C; mass the coefficients are for [kg]; mass flow [kg/s]; mass [kg] at a
# time [TT s].
BURN_PARAMETERS: Final = 9
_REFERENCE, _FLOW, _MASS, _SINCE = 5, 6, 7, 8


def burn_parameters(burn: FiniteBurn | None, mass_kg: float, since_tt_s: float, reference_mass_kg: float) -> Floats:
    """Run-time parameters of a stretch with one burn, or with none."""
    values = np.zeros(BURN_PARAMETERS)
    if burn is not None:
        x, y, z = np.array(burn.direction) / math.hypot(*burn.direction) * burn.thrust_n * 1.0e-3
        if burn.frame is BurnFrame.LVLH:
            values[:3] = -z, x, -y
        elif burn.frame is BurnFrame.RTN:
            values[:3] = x, y, z
        else:
            values[[3, 2, 4]] = x, y, z
        values[_FLOW] = burn.flow_kg_s
    values[[_MASS, _SINCE, _REFERENCE]] = mass_kg, since_tt_s, reference_mass_kg
    return values


def mass_expression(first_parameter: int) -> Any:
    """The satellite's mass now [kg]."""
    heyoka = require_heyoka()
    par = heyoka.par
    flown = heyoka.time - par[first_parameter + _SINCE]
    return par[first_parameter + _MASS] - par[first_parameter + _FLOW] * flown


def lighter_expression(first_parameter: int) -> Any:
    """By how much more air and light push a satellite that has used propellant: mass at the start over mass now."""
    return require_heyoka().par[first_parameter + _REFERENCE] / mass_expression(first_parameter)


def thrust_acceleration(place: list[Any], speed: list[Any], first_parameter: int) -> list[Any]:
    """Acceleration by the engine [km/s2]."""
    heyoka = require_heyoka()
    radial, along_velocity, normal = _unit(place), _unit(speed), _unit(_cross(place, speed))
    axes = [radial, _cross(normal, radial), normal, along_velocity, _cross(along_velocity, normal)]
    mass = mass_expression(first_parameter)
    return [
        heyoka.sum([heyoka.par[first_parameter + k] * axis[i] for k, axis in enumerate(axes)]) / mass for i in range(3)
    ]


def _unit(vector: list[Any]) -> list[Any]:
    heyoka = require_heyoka()
    inverse = heyoka.sum([part**2 for part in vector]) ** -0.5
    return [part * inverse for part in vector]


def _cross(a: list[Any], b: list[Any]) -> list[Any]:
    return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]


def checked_burns(
    burns: Sequence[FiniteBurn], mass_kg: float | None, start_mjd_utc: float, stop_mjd_utc: float
) -> list[FiniteBurn]:
    """The burns in order of time; refuses those that overlap, lie outside the flight, or use more than there is."""
    ordered = sorted(burns, key=lambda burn: burn.start_mjd_utc)
    if not ordered:
        return []
    if mass_kg is None or not 0.0 < mass_kg < math.inf:
        raise InputError(f"burns with a mass of {mass_kg} kg", hint="give mass_kg, the satellite's mass at the start")
    last_kg = mass_kg - sum(burn.propellant_kg for burn in ordered)
    if last_kg <= 0.0:
        raise OrbitError(
            f"the burns use {mass_kg - last_kg:.6g} kg of a satellite of {mass_kg:g} kg",
            hint="check thrust (N), specific impulse (s) and duration (s)",
        )
    free_from = start_mjd_utc
    for burn in ordered:
        if burn.start_mjd_utc < free_from or burn.stop_mjd_utc > stop_mjd_utc:
            raise OrbitError(
                f"the burn of {iso_utc(burn.start_mjd_utc)} overlaps another or lies outside the flight",
                hint=f"burns follow each other between {iso_utc(start_mjd_utc)} and {iso_utc(stop_mjd_utc)}",
            )
        free_from = burn.stop_mjd_utc
    return ordered
