"""What knocks a station about: dockings, undockings, burns off the centre of mass, large turns."""

from __future__ import annotations

import math
from dataclasses import dataclass

from stationkeep.attitude.inertia import Inertia
from stationkeep.errors import InputError


@dataclass(frozen=True, slots=True)
class Load:
    """Angular momentum that an event leaves behind, to be taken up by gyros or thrown off by thrusters."""

    name: str
    momentum_n_m_s: float


def docking_load(name: str, visitor_mass_kg: float, station_mass_kg: float, speed_m_s: float, lever_m: float) -> Load:
    """What does a craft leave behind that arrives (or is pushed off) at ``speed_m_s``, ``lever_m`` beside the centre?

    Reduced mass times speed times lever (across the direction of motion): what both keep about their common centre.
    """
    if not (visitor_mass_kg > 0.0 and station_mass_kg > 0.0 and speed_m_s >= 0.0 and lever_m >= 0.0):
        raise InputError(
            f"docking of {visitor_mass_kg!r} kg to {station_mass_kg!r} kg at {speed_m_s!r} m/s, lever {lever_m!r} m",
            hint="masses must be above zero, speed and lever not negative",
        )
    reduced = visitor_mass_kg * station_mass_kg / (visitor_mass_kg + station_mass_kg)
    return Load(name, reduced * speed_m_s * lever_m)


def burn_load(name: str, thrust_n: float, duration_s: float, lever_m: float) -> Load:
    """What does a burn leave behind whose line of thrust passes ``lever_m`` beside the centre of mass?"""
    if not (thrust_n >= 0.0 and duration_s >= 0.0):
        raise InputError(f"burn of {thrust_n!r} N for {duration_s!r} s", hint="neither may be negative")
    return Load(name, thrust_n * duration_s * abs(lever_m))


def turn_load(name: str, inertia: Inertia, axis: str, rate_deg_s: float) -> Load:
    """What must be given and taken again to turn about ``x``, ``y`` or ``z`` at a steady rate?

    Gyros that give it need that capacity; thrusters pay it twice (start and stop).
    """
    if axis not in ("x", "y", "z"):
        raise InputError(f"axis {axis!r}", hint="give x (roll), y (pitch) or z (yaw)")
    moment = float(inertia.matrix["xyz".index(axis), "xyz".index(axis)])
    return Load(name, moment * math.radians(abs(rate_deg_s)))
