"""Flying a tree of parts: who is free, who still holds whom, and what each flight leaves behind."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from stationkeep.descent import entry_forces as column
from stationkeep.descent import entry_look as look
from stationkeep.descent.air import AirTable
from stationkeep.descent.body import Body, Part, material_of
from stationkeep.descent.entry import EntryOptions, EntryState, Impact, PartResult, ground_distance_km
from stationkeep.descent.entry_kernel import LEAST_MASS, fly
from stationkeep.descent.entry_sink import geodetic_degrees
from stationkeep.descent.tearing import tearing_share
from stationkeep.errors import OrbitError, StationkeepError

FloatArray = NDArray[np.float64]

_ROWS: Final = 20_000
_NONE: Final = 1.0e99
_COLUMNS: Final = (
    "time_s", "altitude_km", "speed_m_s", "mach", "knudsen", "temperature_k", "convective_w", "radiated_w", "load_g",
    "pressure_pa",
)  # fmt: skip


def body_row(part: Part, own_mass_kg: float, options: EntryOptions) -> FloatArray:
    """The numbers of one part as the compiled flight reads them, with nothing contained and heated."""
    numbers = part.numbers
    row = np.zeros(column.BODY_COLUMNS)
    row[column.OWN_MASS] = own_mass_kg
    row[column.AREA] = numbers.mean_area_m2
    row[column.HEAT_SHAPE] = numbers.heat_shape_m32
    row[column.SURFACE] = numbers.surface_m2
    row[column.SIZE] = numbers.size_m
    row[column.SUBSONIC_DRAG] = numbers.subsonic_drag
    row[column.LIFT_OVER_DRAG] = options.lift_over_drag
    row[column.BANK] = math.radians(options.bank_deg)
    row[column.SHRINKS] = float(options.recession == "shrinking")
    if options.rest == "tears":
        tears_at = tearing_share(part, own_mass_kg, options.tear_share, options.thin_wall)
        row[column.LEAST_SHARE] = 0.0 if tears_at is None else 1.0 - tears_at
    row[column.KEEPS_MELT] = float(options.rest == "all-or-nothing")
    row[column.WIDE_BRIDGE] = float(options.bridging == "wide")
    row[column.HEATED] = 1.0
    row[column.DRAG_SCALE] = options.drag_scale
    row[column.HEAT_SCALE] = options.heat_scale
    return row


@dataclass(eq=False)
class _Flight:
    """One part on its way, with what it still holds."""

    part: Part
    y: FloatArray
    time_s: float
    holds: list[Part]
    free_at_km: float
    free_at_s: float


class Tree:
    """Flies a body; see :func:`stationkeep.descent.entry.fly_entry`."""

    def __init__(self, body: Body, state: EntryState, air: AirTable, options: EntryOptions) -> None:
        self._body, self._state, self._options = body, state, options
        self._table, self._step_km = air.arrays
        self._start = state.cartesian(air)
        self._results: dict[str, PartResult] = {}
        self._waiting: deque[_Flight] = deque()

    def fly(self) -> tuple[PartResult, ...]:
        """The results, in the order of the body's parts."""
        for part in self._body.contents(None):
            self._set_free(part, self._start, 0.0, self._state.altitude_km)
        while self._waiting:
            self._fly_one(self._waiting.popleft())
        return tuple(self._results[part.name] for part in self._body.parts)

    def _set_free(self, part: Part, motion: FloatArray, time_s: float, altitude_km: float) -> None:
        y = np.zeros(look.STATE)
        y[:6] = motion[:6]
        y[look.ENTHALPY] = material_of(part).table(self._options.melting).enthalpy_j_kg(part.initial_temperature_k)
        y[look.MASS] = self._body.own_mass_kg(part)
        self._waiting.append(_Flight(part, y, time_s, list(self._body.contents(part.name)), altitude_km, time_s))

    def _altitude_of(self, flight: _Flight, part: Part) -> float | None:
        """Where a held part is let go by rule; ``None`` if only the demise of its holder or a load frees it."""
        if part.has_release_rule:
            return part.release_altitude_km
        return self._body.break_up_altitude_km if flight.part.contained_in is None else None

    def _fly_one(self, flight: _Flight) -> None:
        part = flight.part
        own = self._body.own_mass_kg(part)
        table = material_of(part).table(self._options.melting)
        row = body_row(part, max(own, 1.0e-9), self._options)
        row[column.SHRINKS] *= own > 0.0
        summary = np.zeros(look.SUMMARY)
        summary[look.MELT_TIME] = summary[look.MELT_ALTITUDE] = look.NEVER
        rows: list[FloatArray] = []
        altitude, status = flight.free_at_km, look.ALTITUDE_REACHED
        while True:
            altitude = self._release(flight, status, altitude, summary)
            if status in (look.GROUND, look.DEMISED) or (own <= 0.0 and not flight.holds):
                break
            row[column.CARRIED_MASS] = sum(item.count * item.mass_kg for item in flight.holds)
            rules = [self._altitude_of(flight, item) for item in flight.holds]
            row[column.HEATED] = float(own > 0.0 and not any(self._by_rule(flight, item) for item in flight.holds))
            stops = np.array([max([0.0, *(rule for rule in rules if rule is not None)]), *self._limits(flight)])
            record = np.empty((_ROWS if self._options.record else 0, 1 + look.LOOK + look.STATE))
            status, count = fly(
                flight.y, flight.time_s, row, (table.head, table.rows, self._table, self._step_km), stops,
                self._options.tolerance, summary, record,
            )  # fmt: skip
            rows.append(record[:count].copy())
            flight.time_s = summary[look.TIME]
            altitude = stops[0] if status in (look.GROUND, look.ALTITUDE_REACHED) else _altitude_km(flight.y)
            if status == look.TIMED_OUT:
                raise OrbitError(
                    f"{part.name!r} is still flying after 6 hours, at {altitude:.0f} km",
                    hint="give a lower speed, or a flight path that points further down",
                )
            if status == look.FAILED:
                raise StationkeepError(f"the flight of {part.name!r} stopped at {altitude:.1f} km: steps too short")
        self._results[part.name] = self._result(flight, status, altitude, own, summary, rows)

    def _by_rule(self, flight: _Flight, part: Part) -> bool:
        return part.has_release_rule or self._altitude_of(flight, part) is not None

    def _limits(self, flight: _Flight) -> tuple[float, float]:
        """The lowest load and dynamic pressure that free something."""
        loads = [item.release_load_g for item in flight.holds if item.release_load_g is not None]
        pressures = [item.release_pressure_pa for item in flight.holds if item.release_pressure_pa is not None]
        return min(loads, default=_NONE), min(pressures, default=_NONE)

    def _release(self, flight: _Flight, status: int, altitude_km: float, summary: FloatArray) -> float:
        """Frees what is due; what is still held at the ground came down inside."""
        load, pressure = self._limits(flight)
        for item in list(flight.holds):
            rule = self._altitude_of(flight, item)
            due = rule is not None and altitude_km <= rule + 1.0e-3
            due = due or (status == look.LOAD_REACHED and item.release_load_g == load)
            due = due or (status == look.PRESSURE_REACHED and item.release_pressure_pa == pressure)
            if status == look.GROUND:
                self._keep_inside(item)
            elif due or status == look.DEMISED:
                flight.holds.remove(item)
                self._set_free(item, flight.y, flight.time_s, altitude_km)
        return altitude_km

    def _keep_inside(self, part: Part) -> None:
        self._results[part.name] = self._unflown(part, "inside")
        for item in self._body.contents(part.name):
            self._keep_inside(item)

    def _unflown(self, part: Part, outcome: str) -> PartResult:
        own = self._body.own_mass_kg(part)
        return self._made(part, own, outcome=outcome, free_at_km=None, free_at_s=None, melt_onset_km=None,
                          melt_onset_s=None, demise_km=None, demise_s=None, peak_heating_w=0.0,
                          peak_heating_altitude_km=None, peak_heating_s=None,
                          peak_temperature_k=part.initial_temperature_k,
                          peak_temperature_altitude_km=None, peak_load_g=0.0, heat_in_j=0.0, heat_out_j=0.0,
                          impact=None, surviving_share=1.0)  # fmt: skip

    def _made(self, part: Part, own: float, **fields: object) -> PartResult:
        numbers = part.numbers
        return PartResult(
            name=part.name, count=self._body.total_count(part), owner=part.owner, material=part.material,
            shape=part.shape, dimensions_m=part.dimensions_m, mean_area_m2=numbers.mean_area_m2,
            longest_m=numbers.longest_m, start_mass_kg=own, **fields,  # type: ignore[arg-type]
        )  # fmt: skip

    def _result(
        self, flight: _Flight, status: int, altitude_km: float, own: float, summary: FloatArray, rows: list[FloatArray]
    ) -> PartResult:
        melted = summary[look.MELT_TIME] >= 0.0
        gone = status == look.DEMISED
        outcome = "demised" if gone else "impact" if status == look.GROUND else "empty"
        heated = summary[look.PEAK_HEAT] > 0.0
        left = self._left_kg(flight, own, gone)
        stacked = np.concatenate(rows) if rows else np.empty((0, 1 + look.LOOK + look.STATE))
        return self._made(
            flight.part, own, outcome=outcome, free_at_km=flight.free_at_km, free_at_s=flight.free_at_s,
            melt_onset_km=float(summary[look.MELT_ALTITUDE]) if melted else None,
            melt_onset_s=float(summary[look.MELT_TIME]) if melted else None,
            demise_km=float(altitude_km) if gone else None,
            demise_s=float(flight.time_s) if gone else None,
            peak_heating_w=float(summary[look.PEAK_HEAT]),
            peak_heating_altitude_km=float(summary[look.PEAK_HEAT_AT]) if heated else None,
            peak_heating_s=float(summary[look.PEAK_HEAT_TIME]) if heated else None,
            peak_temperature_k=float(max(summary[look.PEAK_K], flight.part.initial_temperature_k)),
            peak_temperature_altitude_km=float(summary[look.PEAK_K_AT]) if heated else None,
            peak_load_g=float(summary[look.PEAK_LOAD]),
            heat_in_j=float(flight.y[look.HEAT_IN]), heat_out_j=float(flight.y[look.HEAT_OUT]),
            impact=self._impact(flight, left) if outcome == "impact" else None,
            surviving_share=left / own if outcome == "impact" and own > 0.0 else 0.0,
            torn_mass_kg=left if gone and left > 2.0 * LEAST_MASS * own else 0.0,
            history=dict(zip(_COLUMNS, stacked[:, : 1 + look.LOOK].T, strict=True)) if self._options.record else {},
        )  # fmt: skip

    def _left_kg(self, flight: _Flight, own: float, gone: bool) -> float:
        """Own mass that has not gone; all of it where the melt stays until everything is molten."""
        if own <= 0.0:
            return 0.0
        keeps = self._options.rest == "all-or-nothing" and not gone
        return own if keeps else float(flight.y[look.MASS])

    def _impact(self, flight: _Flight, own_left_kg: float) -> Impact:
        y = flight.y
        held = sum(item.count * item.mass_kg for item in flight.holds)
        mass = own_left_kg + held
        latitude, longitude, _ = geodetic_degrees(y)
        speed = float(np.linalg.norm(y[3:6]))
        table = material_of(flight.part).table(self._options.melting)
        kelvin = table.temperature_k(float(y[look.ENTHALPY]))
        range_km = ground_distance_km(self._state.latitude_deg, self._state.longitude_deg, latitude, longitude)
        return Impact(mass, speed, 0.5 * mass * speed**2, range_km, float(flight.time_s), latitude, longitude, kelvin)


def _altitude_km(y: FloatArray) -> float:
    return float(geodetic_degrees(y)[2])
