"""The columns of the arrays that the compiled flight reads and writes, by name."""

from __future__ import annotations

STATE = 11
"""Numbers of a body's state: place [m], velocity over the ground [m/s] in the turning frame, then the columns below."""
ENTHALPY, MASS, HEAT_IN, HEAT_OUT, WORK = range(6, 11)
ALTITUDE, SPEED, MACH, KNUDSEN, TEMPERATURE, CONVECTIVE, RADIATED, LOAD, PRESSURE = range(9)
LOOK = 9
"""What an observer notes: km, m/s through the air, Mach, Knudsen, K, W, W, g0, Pa."""
TIME, MELT_TIME, MELT_ALTITUDE, PEAK_HEAT, PEAK_HEAT_AT, PEAK_K, PEAK_K_AT, PEAK_LOAD, PEAK_LOAD_AT = range(9)
PEAK_PRESSURE, HEAT_AT_MELT, STEPS, PEAK_HEAT_TIME = range(9, 13)
SUMMARY = 13
"""What a flight leaves behind beside its last state."""
GROUND, ALTITUDE_REACHED, DEMISED, LOAD_REACHED, PRESSURE_REACHED, TIMED_OUT, FAILED, MELTS = range(8)
"""How a flight ends; ``MELTS`` ends nothing."""
NEVER = -1.0
"""Time and altitude of a melting that did not begin."""
