"""The motion itself, integrated in small steps: what the closed forms are checked with. Not for the main loop.

Many bodies at once: each state is (n, 7), quaternion (scalar first, from the inertial to the body frame) and rates in
the body frame [rad/s]. Circular orbit in the inertial plane: at the start the orbital frame coincides with the
inertial one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from stationkeep.attitude.inertia import FloatArray, Inertia, orbital_rate_rad_s

AirTorque = Callable[[float, FloatArray, FloatArray], FloatArray]
"""Torque of the air [N m] (n, 3) from time [s], the flight direction and the downward direction in the body (n, 3)."""


@dataclass(frozen=True, slots=True)
class Motion:
    """What was flown: times (m,), states (m, n, 7) and stored gyro momentum (m, n, 3) in the body frame."""

    time_s: FloatArray
    state: FloatArray
    gyro_n_m_s: FloatArray


@dataclass(frozen=True, slots=True)
class RigidStation:
    """A rigid body on a circular orbit, with the torques of gravity and air and, if wished, gyros that hold it."""

    inertia: Inertia
    mean_altitude_km: float
    air: AirTorque | None = None
    gravity: bool = True

    @property
    def rate_rad_s(self) -> float:
        """Orbital rate."""
        return orbital_rate_rad_s(self.mean_altitude_km)

    def start(self, axes: FloatArray) -> FloatArray:
        """State of a body that turns with the orbit at the attitudes ``axes`` (n, 3, 3) (orbital to body frame)."""
        many = np.asarray(axes, dtype=float).reshape(-1, 3, 3)
        rates = -self.rate_rad_s * many[:, :, 1]
        return np.concatenate([np.array([_quaternion(one) for one in many]), rates], axis=1)

    def orbital_axes(self, time_s: float, state: FloatArray) -> FloatArray:
        """The orbital frame as the bodies see it (n, 3, 3): columns ahead, starboard, down."""
        return np.asarray(_matrix(state[:, :4]) @ self._orbit(time_s).T)

    def _orbit(self, time_s: float) -> FloatArray:
        """From the inertial to the orbital frame, which turns at minus the orbital rate about its y axis."""
        c, s = np.cos(self.rate_rad_s * time_s), np.sin(self.rate_rad_s * time_s)
        return np.array([[c, 0.0, s], [0.0, 1.0, 0.0], [-s, 0.0, c]])

    def torque_n_m(self, time_s: float, state: FloatArray) -> FloatArray:
        """Torque on the bodies from outside (n, 3)."""
        axes = self.orbital_axes(time_s, state)
        down = axes[:, :, 2]
        torque = np.zeros((len(state), 3))
        if self.gravity:
            torque += 3.0 * self.rate_rad_s**2 * _cross(down, down @ self.inertia.matrix)
        if self.air is not None:
            torque += self.air(time_s, axes[:, :, 0], down)
        return torque

    def fly(self, state: FloatArray, duration_s: float, step_s: float, *, keep_every: int = 1) -> Motion:
        """Free motion, fourth-order Runge-Kutta; keeps every ``keep_every``-th step."""
        inverse = np.linalg.inv(self.inertia.matrix)

        def slope(time: float, now: FloatArray) -> FloatArray:
            rates = now[:, 4:]
            gyroscopic = _cross(rates, rates @ self.inertia.matrix)
            change = (self.torque_n_m(time, now) - gyroscopic) @ inverse.T
            return np.concatenate([_quaternion_rate(now[:, :4], rates), change], axis=1)

        times, states = [0.0], [state.copy()]
        now = state.copy()
        for index in range(round(duration_s / step_s)):
            time = index * step_s
            one = slope(time, now)
            two = slope(time + 0.5 * step_s, now + 0.5 * step_s * one)
            three = slope(time + 0.5 * step_s, now + 0.5 * step_s * two)
            four = slope(time + step_s, now + step_s * three)
            now = now + step_s / 6.0 * (one + 2.0 * two + 2.0 * three + four)
            now[:, :4] /= np.linalg.norm(now[:, :4], axis=1, keepdims=True)
            if (index + 1) % keep_every == 0:
                times.append(time + step_s)
                states.append(now.copy())
        flown = np.array(states)
        return Motion(np.asarray(times, dtype=np.float64), flown, np.zeros((*flown.shape[:2], 3)))

    def hold(self, axes: FloatArray, duration_s: float, step_s: float) -> Motion:
        """Held at one attitude to the orbital frame by perfect gyros: what goes into them, in small steps.

        The gyros' momentum is found from that of the whole in inertial space, ``L = L0 + integral of the torque``, less
        that of the body: no formula of :mod:`stationkeep.attitude.model` is used.
        """
        begin = self.start(axes)
        count = round(duration_s / step_s)
        times = np.asarray(np.arange(count + 1) * step_s, dtype=np.float64)
        states = np.array([self._turned(begin, time) for time in times])
        outside = np.array(
            [
                np.einsum("nij,ni->nj", _matrix(state[:, :4]), self.torque_n_m(time, state))
                for time, state in zip(times, states, strict=True)
            ]
        )
        own = np.array([self.momentum_n_m_s(state) for state in states])
        gained = np.zeros_like(own)
        gained[1:] = np.cumsum(0.5 * step_s * (outside[1:] + outside[:-1]), axis=0)
        stored = own[0] + gained - own
        in_body = np.array(
            [np.einsum("nij,nj->ni", _matrix(state[:, :4]), one) for state, one in zip(states, stored, strict=True)]
        )
        return Motion(times, states, in_body)

    def _turned(self, begin: FloatArray, time_s: float) -> FloatArray:
        """The start's attitude to the orbital frame, at a later time."""
        bodies = _matrix(begin[:, :4]) @ self._orbit(time_s)
        return np.concatenate([np.array([_quaternion(one) for one in bodies]), begin[:, 4:]], axis=1)

    def momentum_n_m_s(self, state: FloatArray) -> FloatArray:
        """Angular momentum of the bodies in the inertial frame (n, 3)."""
        return np.asarray(np.einsum("nij,ni->nj", _matrix(state[:, :4]), state[:, 4:] @ self.inertia.matrix))

    def energy_j(self, time_s: float, state: FloatArray) -> FloatArray:
        """What stays constant on a circular orbit without air (n,): Jacobi's integral, and the energy without gravity.

        ``w_rel I w_rel / 2 + 3/2 n2 d I d - n2/2 y I y`` (Hughes, section 9.1) with ``w_rel`` against the orbital
        frame.
        """
        matrix = self.inertia.matrix
        if not self.gravity:
            return np.asarray(0.5 * np.einsum("ni,ij,nj->n", state[:, 4:], matrix, state[:, 4:]))
        axes = self.orbital_axes(time_s, state)
        across, down = axes[:, :, 1], axes[:, :, 2]
        relative = state[:, 4:] + self.rate_rad_s * across
        square = np.einsum("ni,ij,nj->n", relative, matrix, relative)
        height = 3.0 * np.einsum("ni,ij,nj->n", down, matrix, down)
        height -= np.einsum("ni,ij,nj->n", across, matrix, across)
        return np.asarray(0.5 * square + 0.5 * self.rate_rad_s**2 * height)


def _matrix(quaternion: FloatArray) -> FloatArray:
    """Inertial to body (n, 3, 3)."""
    w, x, y, z = quaternion.T
    rows = [
        [1.0 - 2.0 * (y * y + z * z), 2.0 * (x * y + w * z), 2.0 * (x * z - w * y)],
        [2.0 * (x * y - w * z), 1.0 - 2.0 * (x * x + z * z), 2.0 * (y * z + w * x)],
        [2.0 * (x * z + w * y), 2.0 * (y * z - w * x), 1.0 - 2.0 * (x * x + y * y)],
    ]
    return np.moveaxis(np.array(rows), 2, 0)


def _quaternion(matrix: FloatArray) -> FloatArray:
    """Quaternion of one turn inertial to body (Shepperd's method, largest element first)."""
    trace = float(np.trace(matrix))
    squares = np.array([trace, *np.diag(matrix)])
    largest = int(np.argmax(squares))
    skew = np.array([matrix[1, 2] - matrix[2, 1], matrix[2, 0] - matrix[0, 2], matrix[0, 1] - matrix[1, 0]])
    if largest == 0:
        found = np.array([1.0 + trace, *skew])
    else:
        k = largest - 1
        found = np.empty(4)
        found[0] = skew[k]
        found[1:] = matrix[k] + matrix[:, k]
        found[largest] = 1.0 - trace + 2.0 * matrix[k, k]
    return np.asarray(found / np.linalg.norm(found))


def _cross(a: FloatArray, b: FloatArray) -> FloatArray:
    """Vector product of rows, several times faster than numpy's for few rows."""
    (a1, a2, a3), (b1, b2, b3) = a.T, b.T
    return np.stack([a2 * b3 - a3 * b2, a3 * b1 - a1 * b3, a1 * b2 - a2 * b1], axis=1)


def _quaternion_rate(quaternion: FloatArray, rates: FloatArray) -> FloatArray:
    w, x, y, z = quaternion.T
    p, q, r = rates.T
    return 0.5 * np.stack(
        [-x * p - y * q - z * r, w * p + y * r - z * q, w * q + z * p - x * r, w * r + x * q - y * p], axis=1
    )
