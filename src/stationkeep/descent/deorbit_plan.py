"""Which burns, on which revolution, bring a station down inside a zone? Passes, burn times, aim.

Each pass of the zone within the time allowed is flown with its burns (finite thrust, drag, J2 to J4) and shifted in
time until the pieces from the lightest to the densest lie in the middle of the clear water along its track.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from stationkeep.constants import EARTH_MU_KM3_S2, SECONDS_PER_DAY
from stationkeep.descent.debris import DebrisMix, Impacts, TrackFrame, one_fall
from stationkeep.descent.deorbit_flight import (
    DescentFlyer,
    EntryAir,
    FixedState,
    FlownArc,
    PlannedBurn,
    StationBody,
    entry_air,
    segments_of,
)
from stationkeep.descent.deorbit_need import DeorbitLimits, burn_profile
from stationkeep.descent.zones import LandDistance, Zone
from stationkeep.errors import InputError, OrbitError
from stationkeep.orbit.elements import MeanElements
from stationkeep.orbit.mean_decay import WeatherTrack
from stationkeep.orbit.precise_tables import geodetic_from_itrs
from stationkeep.propulsion.burns import Thruster
from stationkeep.propulsion.finite_burns import Ellipse, burn_duration_s
from stationkeep.propulsion.transfers import BurnLimits, lower_perigee

FloatArray = NDArray[np.float64]

LOWERING_GAP_REVOLUTIONS: Final = 1
"""From one lowering burn to the next: Mir's followed after one revolution."""
FINAL_GAP_REVOLUTIONS: Final = 2
"""From the last lowering burn to the last burn, for tracking in between: Mir's two."""
ENOUGH_WATER_KM: Final = 2000.0
"""Margin before the heel and beyond the toe that all errors together rarely use up: an ignition 280 s late."""
_PREPARATION_DAYS: Final = 0.125
_TRACK_S: Final = 20.0
_TRACK_ROWS: Final = 3000
_SLACK_STEP_KM: Final = 25.0
_SLACK_REACH_KM: Final = 5000.0
_AIM_ROUNDS: Final = 6
_AIMED_KM: Final = 30.0  # finer than a step of the slack would mean nothing
_GROUND_SPEED_KM_S: Final = 7.2  # of the impact point along the ground while the Earth turns under the orbit
_LONGEST_FALL_DAYS: Final = 0.25


@dataclass(frozen=True)
class DeorbitProblem:
    """A station in a low orbit, what pushes it, and where it may fall."""

    start: MeanElements
    """With the mean anomaly: where it is when the vehicle is ready."""
    body: StationBody
    thruster: Thruster
    zone: Zone
    keep_out: LandDistance
    weather: WeatherTrack
    mix: DebrisMix
    limits: DeorbitLimits = field(default_factory=DeorbitLimits)
    window_days: float = 1.0
    """How long to look for passes from ``start`` on."""

    def air_at(self, time_mjd_utc: float, longitude_deg: float) -> EntryAir:
        """The air of a day with its low part over the entry."""
        day = math.floor(time_mjd_utc) - self.weather.first_day_mjd
        if not 0 <= day < len(self.weather.drivers):
            raise InputError(
                "the space weather does not reach the day of the deorbit", hint="give a table or forecast that does"
            )
        # A quarter of an hour and four degrees change the low air by far less than it is known.
        return _air_of(
            round(time_mjd_utc * 96.0) / 96.0, 4.0 * round(longitude_deg / 4.0), *map(float, self.weather.drivers[day])
        )


@lru_cache(maxsize=64)
def _air_of(time_mjd_utc: float, longitude_deg: float, previous: float, mean: float, ap: float) -> EntryAir:
    return entry_air(time_mjd_utc, longitude_deg, np.array([previous, mean, ap]))


@dataclass(frozen=True, slots=True)
class FlownBurn:
    """A burn of a plan as flown."""

    start_mjd_utc: float
    duration_s: float
    delta_v_m_s: float
    propellant_kg: float
    perigee_km: float
    apogee_km: float
    """After it: mean ellipse, radius less 6378.137 km."""


@dataclass(frozen=True)
class DeorbitPlan:
    """One pass with its burns, flown without errors."""

    burns: tuple[FlownBurn, ...]
    planned: tuple[PlannedBurn, ...]
    before_final: FixedState
    """Where the station is half a revolution before its last burn begins."""
    mass_before_final_kg: float
    interface: FixedState
    """120 km."""
    flight_path_deg: float
    """At 120 km, inertial; negative downwards."""
    break_up: FixedState
    impacts: Impacts
    """Heel, middle and toe of one fall; seconds since the break-up."""
    frame: TrackFrame
    slack_km: tuple[float, float]
    """Clear water along the track before the heel and beyond the toe."""
    ascending: bool
    track_deg: FloatArray
    """(n, 2) latitude, longitude under the path from the end of the last burn to the break-up."""

    @property
    def margin_km(self) -> float:
        """The smaller of the two: negative where a piece leaves the zone or comes too near to land."""
        return min(self.slack_km)

    @property
    def propellant_kg(self) -> float:
        """Of all burns as flown."""
        return sum(burn.propellant_kg for burn in self.burns)

    @property
    def length_km(self) -> float:
        """Heel to toe of one fall, the path without errors."""
        along, _ = self.frame.coordinates_km(self.impacts.latitude_deg, self.impacts.longitude_deg)
        return float(np.ptp(along))


@dataclass(frozen=True, slots=True)
class ZonePass:
    """A stretch of the ground track in clear water."""

    middle_mjd_utc: float
    length_km: float


def reference_track(problem: DeorbitProblem) -> FloatArray:
    """Ground track without burns over the window: time [MJD], latitude, longitude [deg], (n, 3)."""
    start = FixedState.of(problem.start)
    stop = start.time_mjd_utc + problem.window_days + _PREPARATION_DAYS
    flyer = DescentFlyer(problem.air_at(start.time_mjd_utc, 0.0))
    rows = round((stop - start.time_mjd_utc) * SECONDS_PER_DAY / _TRACK_S) + 8
    track = flyer.fly(start, problem.body, stop, stop_altitude_km=130.0, track_rows=rows).track
    places = geodetic_from_itrs(track[:, 1:4])
    return np.column_stack([start.time_mjd_utc + track[:, 0] / SECONDS_PER_DAY, places[:, :2]])


def clear_water(
    zone: Zone, keep_out: LandDistance, latitude_deg: FloatArray, longitude_deg: FloatArray
) -> NDArray[np.bool_]:
    """Whether points are inside the zone and far enough from land, (n,)."""
    inside = zone.contains(latitude_deg, longitude_deg)
    clear = np.zeros(len(inside), dtype=bool)
    if inside.any():
        clear[inside] = keep_out.clear(latitude_deg[inside], longitude_deg[inside])
    return clear


def zone_passes(problem: DeorbitProblem) -> list[ZonePass]:
    """Every stretch of clear water the track crosses once the burns can be over, in order of time."""
    track = reference_track(problem)
    clear = clear_water(problem.zone, problem.keep_out, track[:, 1], track[:, 2])
    earliest = problem.start.epoch_mjd_utc + _lead_days(problem)
    edges = np.flatnonzero(np.diff(np.concatenate([[False], clear, [False]]).astype(int)))
    found = []
    for first, last in zip(edges[::2], edges[1::2] - 1, strict=True):
        middle = 0.5 * (track[first, 0] + track[last, 0])
        if middle >= earliest and last > first:
            seconds = (track[last, 0] - track[first, 0]) * SECONDS_PER_DAY
            found.append(ZonePass(float(middle), _GROUND_SPEED_KM_S * float(seconds)))
    return found


def _period_days(elements: MeanElements) -> float:
    return 2.0 * math.pi * math.sqrt(elements.semi_major_axis_km**3 / EARTH_MU_KM3_S2) / SECONDS_PER_DAY


def _lead_days(problem: DeorbitProblem) -> float:
    """From the first burn to the fall, and half an hour to turn the station."""
    profile = burn_profile(Ellipse.of(problem.start), problem.body.mass_kg, problem.thruster, problem.limits)
    revolutions = len(profile.lowering) * LOWERING_GAP_REVOLUTIONS + 0.6
    if profile.lowering:
        revolutions += FINAL_GAP_REVOLUTIONS - LOWERING_GAP_REVOLUTIONS
    return revolutions * _period_days(problem.start) + 0.02


def plan_pass(problem: DeorbitProblem, aim_mjd_utc: float) -> DeorbitPlan | None:
    """The plan whose pieces come down in the middle of the clear water around the place passed at ``aim_mjd_utc``.

    None where the first burn would come too early or the shifted footprint meets no clear water at all.
    """
    period = _period_days(problem.start)
    profile = burn_profile(Ellipse.of(problem.start), problem.body.mass_kg, problem.thruster, problem.limits)
    count = len(profile.lowering)
    gaps = [LOWERING_GAP_REVOLUTIONS] * max(count - 1, 0) + ([FINAL_GAP_REVOLUTIONS] if count else [])
    centre = aim_mjd_utc - 0.46 * period  # the last burn lies nearly half a revolution before the impact
    plan: DeorbitPlan | None = None
    for _ in range(_AIM_ROUNDS):
        centres = [centre - sum(gaps[index:]) * period for index in range(count)] + [centre]
        half_s = 0.5 * profile.burns[0].duration_s
        if centres[0] - half_s / SECONDS_PER_DAY < problem.start.epoch_mjd_utc:
            return None
        try:
            plan = _flown(problem, centres)
        except (InputError, OrbitError):
            return None
        if not all(math.isfinite(side) for side in plan.slack_km):
            return None
        off_km = 0.5 * (plan.slack_km[1] - plan.slack_km[0])
        if abs(off_km) < _AIMED_KM:
            break
        centre += off_km / _GROUND_SPEED_KM_S / SECONDS_PER_DAY
    return plan


def _flown(problem: DeorbitProblem, centres: Sequence[float]) -> DeorbitPlan:
    """Fly burns centred at these moments: each lowering burn to its share of the way, the last to the final perigee."""
    flyer = DescentFlyer(problem.air_at(centres[-1], 0.0))
    now, body = FixedState.of(problem.start), problem.body
    targets = _perigee_targets(now.ellipse.perigee_altitude_km, len(centres), problem.limits)
    burns: list[FlownBurn] = []
    planned: list[PlannedBurn] = []
    before, mass_before = now, body.mass_kg
    for index, (centre, target) in enumerate(zip(centres, targets, strict=True)):
        burn, arc, start = _one_burn(flyer, now, body, centre, target, problem.thruster)
        if index == len(centres) - 1:
            mass_before = body.mass_kg
            early = burn.start_mjd_utc - 0.5 * _period_days(problem.start)
            # Half a revolution before the last burn: where tracking last corrects the plan.
            before = flyer.fly(now, body, early).end if early > now.time_mjd_utc else now
        now, body = arc.end, replace(body, mass_kg=arc.mass_kg)
        burns.append(burn)
        planned.append(start)
    return _down(problem, flyer, (now, body), (tuple(burns), tuple(planned)), (before, mass_before))


def _perigee_targets(now_km: float, count: int, limits: DeorbitLimits) -> list[float]:
    steps = count - 1
    lowered = [now_km + (limits.hold_perigee_km - now_km) * (k + 1) / steps for k in range(steps)]
    return [*lowered, limits.final_perigee_km]


def _one_burn(
    flyer: DescentFlyer, now: FixedState, body: StationBody, centre_mjd: float, target_km: float, thruster: Thruster
) -> tuple[FlownBurn, FlownArc, PlannedBurn]:
    """Solve one burn from the orbit it will find, and fly it."""
    at_centre = flyer.fly(now, body, centre_mjd).end
    elements = at_centre.elements
    latitude = elements.argument_of_perigee_rad + elements.mean_anomaly_rad
    solved = lower_perigee(
        Ellipse.of(elements), target_km, body.mass_kg, thruster, latitude_rad=latitude,
        limits=BurnLimits(math.inf, math.pi),
    )  # fmt: skip
    delta_v = solved.delta_v_m_s
    duration = burn_duration_s(body.mass_kg, delta_v, thruster)
    begin = centre_mjd - 0.5 * duration / SECONDS_PER_DAY
    start = flyer.fly(now, body, begin).end
    planned = PlannedBurn(begin, delta_v)
    rows, _ = segments_of([planned], body.mass_kg, thruster, start.time_mjd_utc)
    arc = flyer.fly(start, body, begin + duration / SECONDS_PER_DAY, segments=rows)
    if arc.reached_altitude:
        raise OrbitError("the station breaks up while it still burns", hint="a stronger engine, or a higher perigee")
    orbit = arc.end.ellipse
    burn = FlownBurn(
        begin, duration, delta_v, body.mass_kg - arc.mass_kg, orbit.perigee_altitude_km, orbit.apogee_altitude_km
    )
    return burn, arc, planned


def _down(
    problem: DeorbitProblem,
    flyer: DescentFlyer,
    burnt: tuple[FixedState, StationBody],
    burns: tuple[tuple[FlownBurn, ...], tuple[PlannedBurn, ...]],
    before: tuple[FixedState, float],
) -> DeorbitPlan:
    """From the end of the last burn to the ground."""
    now, body = burnt
    interface = flyer.fly(
        now, body, now.time_mjd_utc + _LONGEST_FALL_DAYS, stop_altitude_km=120.0, track_rows=_TRACK_ROWS
    )
    if not interface.reached_altitude:
        raise OrbitError("the last burn does not bring it down", hint="aim at a lower final perigee")
    longitude = math.degrees(math.atan2(interface.end.state[1], interface.end.state[0]))
    air = problem.air_at(interface.end.time_mjd_utc, longitude)
    over, end = DescentFlyer(air), now.time_mjd_utc + _LONGEST_FALL_DAYS
    wings = over.fly(interface.end, body, end, stop_altitude_km=body.wings_off_km, track_rows=_TRACK_ROWS)
    last = over.fly(wings.end, body, end, track_rows=_TRACK_ROWS)
    broken = last.end
    between_s = (broken.time_mjd_utc - wings.end.time_mjd_utc) * SECONDS_PER_DAY
    impacts = one_fall(wings.end.state, broken.state, between_s, air, problem.mix)
    frame = TrackFrame.through(impacts.latitude_deg, impacts.longitude_deg)
    return DeorbitPlan(
        burns=burns[0],
        planned=burns[1],
        before_final=before[0],
        mass_before_final_kg=before[1],
        interface=interface.end,
        flight_path_deg=_flight_path_deg(interface.end),
        break_up=broken,
        impacts=impacts,
        frame=frame,
        slack_km=_slack(problem, frame, impacts),
        ascending=bool(impacts.latitude_deg[-1] > impacts.latitude_deg[0]),
        track_deg=geodetic_from_itrs(
            np.vstack([interface.track[:, 1:4], wings.track[::20, 1:4], last.track[::20, 1:4], broken.state[None, :3]])
        )[:, :2],
    )


def _flight_path_deg(state: FixedState) -> float:
    from stationkeep.constants import EARTH_ROTATION_RAD_S

    position, moving = state.state[:3], state.state[3:]
    inertial = moving + np.cross(np.array([0.0, 0.0, EARTH_ROTATION_RAD_S]), position)
    rising = float(position @ inertial) / float(np.linalg.norm(position) * np.linalg.norm(inertial))
    return math.degrees(math.asin(rising))


def _slack(problem: DeorbitProblem, frame: TrackFrame, impacts: Impacts) -> tuple[float, float]:
    """Clear water along the track before the heel and beyond the toe; how far they stick out where it is negative.

    Infinite where the footprint meets no clear water within reach.
    """
    along, _ = frame.coordinates_km(impacts.latitude_deg, impacts.longitude_deg)
    heel, toe = float(along.min()), float(along.max())
    places = np.arange(heel - _SLACK_REACH_KM, toe + _SLACK_REACH_KM, _SLACK_STEP_KM)
    clear = clear_water(problem.zone, problem.keep_out, *frame.places(places, np.zeros_like(places)))
    if not clear.any():
        return math.inf, math.inf
    edges = np.flatnonzero(np.diff(np.concatenate([[False], clear, [False]]).astype(int)))
    runs = [(float(places[a]), float(places[b - 1])) for a, b in zip(edges[::2], edges[1::2], strict=True)]
    # The stretch the footprint is nearest to, by how much of it lies inside and then by how near.
    middle = 0.5 * (heel + toe)
    first, last = min(runs, key=lambda run: max(run[0] - middle, middle - run[1], 0.0))
    return heel - first, last - toe


@dataclass(frozen=True)
class PlanSearch:
    """All passes looked at, the best first where any holds the footprint."""

    passes: tuple[ZonePass, ...]
    plans: tuple[DeorbitPlan, ...]

    def best(self, affordable: Callable[[DeorbitPlan], bool] = lambda plan: True) -> DeorbitPlan | None:
        """The first with water enough around it, else the one with most, among those the propellant suffices for.

        The earlier the better: in such low orbits each further revolution makes the fall less certain. Where none that
        holds the pieces can be afforded, the cheapest of them.
        """
        able = [plan for plan in self._holding() if affordable(plan)]
        if not able:
            return self.cheapest()
        return max(able, key=lambda plan: (min(plan.margin_km, ENOUGH_WATER_KM), -plan.burns[0].start_mjd_utc))

    def cheapest(self) -> DeorbitPlan | None:
        """The one of least propellant among those with water enough, or with most of it where none has enough."""
        wanted = min(max((plan.margin_km for plan in self.plans), default=0.0), ENOUGH_WATER_KM)
        roomy = [plan for plan in self.plans if plan.margin_km >= wanted]
        return min(roomy, key=lambda plan: plan.propellant_kg, default=None)

    def _holding(self) -> Sequence[DeorbitPlan]:
        return [plan for plan in self.plans if plan.margin_km >= 0.0] or self.plans


def search(problem: DeorbitProblem) -> PlanSearch:
    """Fly every pass of the zone within the window and keep those whose burns can be flown."""
    passes = zone_passes(problem)
    plans = [plan for one in passes if (plan := plan_pass(problem, one.middle_mjd_utc)) is not None]
    return PlanSearch(tuple(passes), tuple(plans))
