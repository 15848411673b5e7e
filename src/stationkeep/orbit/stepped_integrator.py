"""Drag by any atmosphere: a slow integrator for densities that cannot be compiled.

It answers the few calls the propagator makes of heyoka's integrator. Gravity, Sun, Moon, light and thrust are heyoka's
compiled expressions; the air is asked in Python, one point at a time; the steps are those of Dormand and Prince's
8(5,3) pair in scipy (Hairer, Norsett and Wanner, 1993).
"""

from __future__ import annotations

import copy
import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from stationkeep.constants import EARTH_ROTATION_RAD_S
from stationkeep.errors import MissingExtraError
from stationkeep.orbit.finite_burn import lighter_expression
from stationkeep.orbit.precise_dynamics import (
    BALLISTIC_PARAMETER,
    STOP_ALTITUDE_PARAMETER,
    Density,
    HighFidelitySettings,
    Parameters,
    equations_of_motion,
)
from stationkeep.orbit.precise_light import shadow_expression
from stationkeep.orbit.precise_tables import require_heyoka
from stationkeep.orbit.terrestrial_time import mjd_utc_from_tt_seconds

if TYPE_CHECKING:
    from stationkeep.environment.atmosphere import Atmosphere

Floats = NDArray[np.float64]

# Per step and component: some millimetres in ten days without air.
_RELATIVE_TOLERANCE: Final = 1.0e-12
_POSITION_TOLERANCE_KM: Final = 1.0e-8
_VELOCITY_TOLERANCE_KM_S: Final = 1.0e-11
_LONGEST_STEP_S: Final = 120.0


class SteppedIntegrator:
    """Flies under an :class:`~stationkeep.environment.atmosphere.Atmosphere`; one per thread."""

    def __init__(self, settings: HighFidelitySettings, orientation: Any, atmosphere: Atmosphere) -> None:
        self.atmosphere = atmosphere
        self.time = 0.0
        self.state = np.zeros(6)
        self.drivers: Floats | None = None
        """(3,) of the day: previous-day F10.7, its 81-day mean, Ap."""
        self.nt_events: list[Any] = []
        self._light = Parameters.of(settings).light
        self._compile(settings, orientation)
        _scipy_solver()

    def _compile(self, settings: HighFidelitySettings, orientation: Any) -> None:
        heyoka = require_heyoka()
        airless = replace(settings, density=Density.NONE)
        dynamics = equations_of_motion(airless, orientation, None)
        around, at = dynamics.around, Parameters.of(airless)
        edge, heavier = heyoka.expression(1.0), heyoka.expression(1.0)
        if at.light is not None:
            assert around.sun_km is not None
            edge = shadow_expression(around.place_km, around.sun_km)
        if at.burn is not None:
            heavier = lighter_expression(at.burn)
        rates = [rate for _, rate in dynamics.equations[3:]]
        place = [*around.itrs_km, around.altitude_km, around.latitude_rad, around.longitude_rad]
        variables = [*around.place_km, *around.velocity_km_s]
        self._forces = heyoka.cfunc([*rates, *place, edge, heavier], variables, compact_mode=True)
        winds = list(heyoka.make_vars("wx", "wy", "wz"))
        self._turn = heyoka.cfunc(heyoka.model.rot_itrs_icrs(winds, **dynamics.rotate), winds, compact_mode=True)
        # The first two are always there, used by an equation or not.
        self._used = self._forces.nparams
        self.pars = np.zeros(max(self._used, STOP_ALTITUDE_PARAMETER + 1))

    def __deepcopy__(self, memo: dict[int, Any]) -> SteppedIntegrator:
        twin = object.__new__(SteppedIntegrator)
        for name, value in vars(self).items():
            # A model of the air may hold files or locks: it is shared, as its protocol has no state.
            setattr(twin, name, value if name == "atmosphere" else copy.deepcopy(value, memo))
        return twin

    def reset_cooldowns(self) -> None:
        """Part of heyoka's interface; events here have no cooldown."""

    def propagate_until(self, until_tt_s: float, c_output: bool = True, max_steps: int = 0) -> tuple[Any, ...]:
        """Fly until a time or the stop altitude; the answer has the shape of heyoka's."""
        outcomes = require_heyoka().taylor_outcome
        solver = _scipy_solver()

        def sinking(time: float, state: Floats) -> float:
            return float(self._at(time, state)[6]) - float(self.pars[STOP_ALTITUDE_PARAMETER])

        sinking.terminal, sinking.direction = True, -1.0  # type: ignore[attr-defined]
        tolerance = [_POSITION_TOLERANCE_KM] * 3 + [_VELOCITY_TOLERANCE_KM_S] * 3
        origin = self.time  # counted from the start of the piece: no digits are lost to seconds since J2000
        with np.errstate(over="ignore", invalid="ignore"):
            flown = solver(
                lambda time, state: self._rates(origin + time, state), (0.0, until_tt_s - origin), self.state,
                method="DOP853", dense_output=c_output, rtol=_RELATIVE_TOLERANCE, atol=tolerance,
                max_step=_LONGEST_STEP_S, events=_shifted(sinking, origin),
            )  # fmt: skip
        self.time, self.state = origin + float(flown.t[-1]), np.array(flown.y[:, -1])
        if flown.status < 0 or not np.all(np.isfinite(self.state)):
            return outcomes.err_nf_state, 0.0, 0.0, len(flown.t), None, None
        code = outcomes.time_limit if flown.status == 0 else outcomes.success
        return code, 0.0, 0.0, len(flown.t), lambda time: flown.sol(time - origin), None

    def _at(self, time_tt_s: float, state: Floats) -> Floats:
        if self._light is not None:
            self.pars[self._light + 1] = 1.0
        return np.asarray(self._forces(state, pars=self.pars[: self._used], time=time_tt_s), dtype=np.float64)

    def _rates(self, time_tt_s: float, state: Floats) -> Floats:
        now = self._at(time_tt_s, state)
        if self._light is not None and now[9] < 0.0:
            self.pars[self._light + 1] = 0.0
            now = np.asarray(self._forces(state, pars=self.pars[: self._used], time=time_tt_s), dtype=np.float64)
        drag = self._drag(time_tt_s, state[3:], now[3:6], now[6:9], float(now[10]))
        return np.concatenate([state[3:], now[:3] + drag])

    def _drag(self, time_tt_s: float, velocity: Floats, itrs_km: Floats, geodetic: Floats, lighter: float) -> Floats:
        ballistic = float(self.pars[BALLISTIC_PARAMETER]) * lighter
        if ballistic == 0.0:
            return np.zeros(3)
        assert self.drivers is not None
        mjd = mjd_utc_from_tt_seconds(time_tt_s)
        altitude, latitude, longitude = (float(value) for value in geodetic)
        density = float(
            np.asarray(
                self.atmosphere.density_kg_m3(
                    mjd, math.degrees(latitude), math.degrees(longitude), max(altitude, 0.0), self.drivers
                )
            )
        )
        wind_km_s = np.asarray(self.atmosphere.air_velocity_m_s(mjd, itrs_km * 1e3), dtype=np.float64).ravel() * 1e-3
        turning = EARTH_ROTATION_RAD_S * np.array([-itrs_km[1], itrs_km[0], 0.0])
        air = np.asarray(self._turn(turning + wind_km_s, time=time_tt_s), dtype=np.float64)
        through = velocity - air
        return -0.5e3 * density * ballistic * float(np.linalg.norm(through)) * through


def _shifted(event: Any, origin: float) -> Any:
    def moved(time: float, state: Floats) -> float:
        return float(event(origin + time, state))

    moved.terminal, moved.direction = event.terminal, event.direction  # type: ignore[attr-defined]
    return moved


def _scipy_solver() -> Any:
    try:
        from scipy.integrate import solve_ivp
    except ImportError:
        raise MissingExtraError(
            "drag by an atmosphere that cannot be compiled needs scipy, which is not installed",
            hint='pip install "stationkeep[precise]"',
        ) from None
    return solve_ivp
