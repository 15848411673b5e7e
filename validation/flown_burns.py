"""Burns as computed against burns as flown and as NASA planned them; writes ``flown_burns.md``.

Run ``python validation/flown_burns.py ../shared/data`` (two minutes). Three questions:

1. Does a finite burn do to the orbit what the closed forms say? NASA's ephemerides hold its own planned burns, a state
   every two seconds: force, direction and effect can be read off and compared with ``finite_burn`` and ``quick_burn``.
2. Do the operators' statements (duration, speed, gain) agree with the physics, and with tracking?
3. Does the perigee come down as Mir's did?
"""

from __future__ import annotations

import csv
import importlib.util
import math
import sys
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from types import ModuleType

import numpy as np
from numpy.typing import NDArray

from stationkeep.orbit.frames import Frame, converted_states
from stationkeep.orbit.high_fidelity import HighFidelityPropagator, HighFidelitySettings, PropagatorFactory
from stationkeep.orbit.history import read_any_history
from stationkeep.orbit.mean_osculating import mean_columns_from_states, mean_semi_major_axis_km
from stationkeep.orbit.precise_dynamics import Density
from stationkeep.orbit.state_history import PlannedEvent, StateArc, StateHistory
from stationkeep.propulsion.burns import Thruster
from stationkeep.propulsion.finite_burns import Ellipse, finite_burn, quick_burn
from stationkeep.propulsion.transfers import BurnLimits, lower_perigee
from stationkeep.timescale import mjd_utc, parse_utc

Floats = NDArray[np.float64]
SECONDS = 86400.0
KICKS = 24
"""A burn of 25 minutes in 24 kicks at the middles of its parts: the error of that rule is 1e-4 of the burn."""
ISP_S = {"Progress": 290.0, "Zvezda": 295.0, "Cygnus": 329.0, "Dragon": 300.0, "ATV": 310.0}


# --- 1. NASA's planned burns ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class PlannedBurn:
    """A burn inside a NASA ephemeris, from the state before its first to the state after its last second."""

    file: str
    event: PlannedEvent
    mass_kg: float
    start_mjd_utc: float
    stop_mjd_utc: float
    before: Floats
    """State in GCRF [km, km/s]."""
    after: Floats

    @property
    def duration_s(self) -> float:
        """Time between the two states."""
        return (self.stop_mjd_utc - self.start_mjd_utc) * SECONDS


@dataclass(frozen=True)
class Reading:
    """What the high-fidelity flight found in such a burn, and what the closed forms say of it."""

    burn: PlannedBurn
    delta_v_m_s: tuple[float, float, float]
    """Along the horizon, outward, across."""
    miss_m: float
    """How far the high-fidelity flight with this burn ends from NASA's state."""
    gain_km: float
    """Change of the mean axis, NASA's states."""
    shape: tuple[float, float]
    """Change of the eccentricity vector, NASA's states."""
    computed: Ellipse
    computed_quickly: Ellipse
    start: Ellipse

    @property
    def total_m_s(self) -> float:
        """Length of the speed gained."""
        return float(np.linalg.norm(self.delta_v_m_s))

    @property
    def force_n(self) -> float:
        """Force along the track."""
        return self.burn.mass_kg * abs(self.delta_v_m_s[0]) / self.burn.duration_s

    def gain_error(self, quick: bool = False) -> float:
        """Relative error of the computed gain."""
        after = self.computed_quickly if quick else self.computed
        return (after.semi_major_axis_km - self.start.semi_major_axis_km) / self.gain_km - 1.0

    def shape_error(self, quick: bool = False) -> float:
        """Length of the error of the eccentricity vector's change, as a part of that change."""
        after = self.computed_quickly if quick else self.computed
        wrong = (after.e_cos - self.start.e_cos - self.shape[0], after.e_sin - self.start.e_sin - self.shape[1])
        return math.hypot(*wrong) / math.hypot(*self.shape)


def planned_burns(data: Path, days: tuple[str, ...] = ("",)) -> list[PlannedBurn]:
    """Every burn in the ephemerides (those that start on ``days``) whose states follow it second by second."""
    found = []
    for path in sorted(file for day in days for file in (data / "oem").glob(f"iss_oem_{day}*.gz")):
        history = read_any_history([path])
        assert isinstance(history, StateHistory)
        burns = (_burn_in(path.name, history.arcs[0], event) for event in history.events if event.is_burn)
        found += [burn for burn in burns if burn is not None]
    return found


def _burn_in(file: str, arc: StateArc, event: PlannedEvent) -> PlannedBurn | None:
    first = int(np.argmin(np.abs(arc.times_mjd_utc - event.time_mjd_utc)))
    last = first
    while last + 1 < len(arc.times_mjd_utc) and (arc.times_mjd_utc[last + 1] - arc.times_mjd_utc[last]) * SECONDS < 3.0:
        last += 1
    if last == first or arc.spacecraft.mass_kg is None:
        return None
    ends = [first, last]
    times = arc.times_mjd_utc[ends]
    states = converted_states(arc.states[ends], times, arc.frame, Frame.GCRF)
    return PlannedBurn(file, event, arc.spacecraft.mass_kg, float(times[0]), float(times[1]), states[0], states[1])


@cache
def propagator() -> HighFidelityPropagator:
    """EGM2008 8x8, no air: in 25 minutes drag takes a metre off the mean axis."""
    return PropagatorFactory().propagator(HighFidelitySettings(density=Density.NONE))


def _coast(state: Floats, start_mjd: float, stop_mjd: float) -> Floats:
    return propagator().propagate(state[:3], state[3:], start_mjd, stop_mjd).final_state_gcrs


def flown(burn: PlannedBurn, delta_v_m_s: Floats) -> Floats:
    """The state after the burn, with the speed given in kicks along horizon, outward and across of each moment."""
    state, time, half = burn.before, burn.start_mjd_utc, 0.5 * burn.duration_s / KICKS / SECONDS
    for _ in range(KICKS):
        state = _coast(state, time, time + half).copy()
        outward = state[:3] / np.linalg.norm(state[:3])
        across = np.cross(state[:3], state[3:])
        across /= np.linalg.norm(across)
        axes = np.array([np.cross(across, outward), outward, across])
        state[3:] += 1.0e-3 / KICKS * (delta_v_m_s @ axes)
        state = _coast(state, time + half, time + 2.0 * half)
        time += 2.0 * half
    return state


def read_burn(burn: PlannedBurn) -> Reading:
    """Find force and direction in NASA's states, and compare the effect with the closed forms."""
    # Metres and metres per second count alike once speeds are multiplied by half the duration.
    weight = np.array([1.0] * 3 + [0.5 * burn.duration_s] * 3)
    base = flown(burn, np.zeros(3))
    effect = np.array([(flown(burn, one) - base) * weight for one in np.eye(3)]).T
    delta_v, *_ = np.linalg.lstsq(effect, (burn.after - base) * weight, rcond=None)
    miss_m = 1.0e3 * float(np.linalg.norm(flown(burn, delta_v)[:3] - burn.after[:3]))
    # Both at the same moment and nearly the same place: the ripples that the mean elements leave in cancel.
    frames = propagator().frames
    pair = frames.teme_states(np.array([burn.after, base]), np.full(2, burn.stop_mjd_utc))
    axes, columns = mean_semi_major_axis_km(pair), mean_columns_from_states(pair, long_period=False)
    vectors = columns[:, 1, None] * np.stack([np.cos(columns[:, 4]), np.sin(columns[:, 4])], axis=-1)
    start = Ellipse(float(axes[1]), float(vectors[1, 0]), float(vectors[1, 1]))
    latitude = _latitude(frames.teme_states(_coast(burn.before, burn.start_mjd_utc, burn.start_mjd_utc
                                            + 0.5 * burn.duration_s / SECONDS), burn.start_mjd_utc)[0])  # fmt: skip
    in_plane = math.copysign(math.hypot(delta_v[0], delta_v[1]), delta_v[0])
    # NASA's states hold no propellant flow; 0.03 % of mass during a burn matters to nothing here.
    thruster = Thruster(burn.mass_kg * abs(in_plane) / burn.duration_s, ISP_S["Progress"])
    tilt = math.atan2(math.copysign(delta_v[1], delta_v[1] * delta_v[0]), abs(delta_v[0]))
    computed = finite_burn(start, burn.mass_kg, in_plane, latitude, thruster, outward_rad=tilt).after
    quick = quick_burn(start, burn.mass_kg, float(delta_v[0]), latitude, thruster).after
    change = vectors[0] - vectors[1]
    return Reading(burn, tuple(float(x) for x in delta_v), miss_m, float(axes[0] - axes[1]),
                   (float(change[0]), float(change[1])), computed, quick, start)  # fmt: skip


def _latitude(state: Floats) -> float:
    momentum = np.cross(state[:3], state[3:])
    node = np.array([-momentum[1], momentum[0], 0.0]) / math.hypot(momentum[0], momentum[1])
    ahead = np.cross(momentum / np.linalg.norm(momentum), node)
    return math.atan2(float(state[:3] @ ahead), float(state[:3] @ node))


# --- 2. the operators' statements -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Report:
    """A burn as told; texts keep the digits that were told."""

    day: str
    engine: str
    duration: str
    speed: str
    gain: str
    altitude_km: float
    source: str
    mass_kg: float | None = None
    """Only where no ephemeris header is near."""

    def value(self, text: str) -> float | None:
        """The number told, or None."""
        return float(text) if text else None

    @property
    def mjd_utc(self) -> float:
        """Day, or moment, of the burn."""
        return mjd_utc(parse_utc(self.day))


REPORTS = (
    Report("2006-05-04", "Progress", "390", "", "2.8", 345.0, "space.com, 4 May 2006", 186_000.0),
    Report("2008-06-19", "ATV", "1200", "4.05", "7", 345.0, "ESA, 20 Jun 2008 (300 t)", 300_000.0),
    Report("2012-08-15", "ATV", "1876", "4.4", "7.7", 414.4, "ESA, plan of 15 Aug 2012", 417_000.0),
    Report("2013-03-21", "Progress", "673", "1.5", "2.6", 410.4, "Roscosmos, 21 Mar 2013", 417_000.0),
    Report("2015-09-14", "Progress", "146", "2.2", "3.7", 405.0, "orbiter.ch from Roscosmos, 14 Sep 2015", 410_000.0),
    Report("2017-03-02", "Zvezda", "40", "", "1", 404.5, "rusreality.com, 2 Mar 2017", 410_000.0),
    Report("2018-01-17", "Zvezda", "15.6", "0.24", "", 403.0, "Roscosmos, 17 Jan 2018", 407_500.0),
    Report("2018-07-10", "Cygnus", "50", "", "0.09", 403.0, "Spaceflight Now, 11 Jul 2018 (450 t)", 450_000.0),
    Report("2021-01-21", "Progress", "417.5", "0.7", "1.25", 419.79, "Roscosmos, 21 Jan 2021", 435_000.0),
    Report("2021-04-02T12:14Z", "Progress", "129.3", "0.21", "0.36", 419.0, "Roscosmos, 2 Apr 2021", 440_000.0),
    Report("2021-08-21T04:04Z", "Zvezda", "50", "0.71", "1.2", 419.5, "Roscosmos, 21 Aug 2021"),
    Report("2021-11-10T20:15Z", "Progress", "361", "0.7", "1.24", 420.7, "Roscosmos, 10 Nov 2021"),
    Report("2021-12-24T01:18Z", "Progress", "539", "-1.1", "-1.8", 417.5, "Roscosmos, 24 Dec 2021"),
    Report("2022-01-12T18:24Z", "Progress", "395.4", "", "1.2", 418.0, "Roscosmos, 12 Jan 2022"),
    Report("2022-02-08T07:56Z", "Progress", "142.3", "0.26", "", 418.0, "Roscosmos, 8 Feb 2022"),
    Report("2022-03-11T19:15Z", "Progress", "320.1", "0.52", "0.85", 418.44, "Roscosmos, 11 Mar 2022", 459_700.0),
    Report("2022-06-25", "Cygnus", "301", "", "0.5", 417.0, "SpaceNews, 28 Jun 2022 (+0.8 and +0.2 km)"),
    Report("2022-09-15T18:10Z", "Progress", "118.6", "0.22", "0.41", 416.25, "Roscosmos, 15 Sep 2022"),
    Report("2022-10-01T12:00Z", "Progress", "719.5", "1.36", "2.4", 417.6, "Roscosmos, 1 Oct 2022"),
    Report("2022-10-25T00:25Z", "Progress", "305", "0.5", "0.88", 417.0, "Roscosmos and NASA, 25 Oct 2022"),
    Report("2022-11-30T12:00Z", "Progress", "712.5", "1.2", "2.1", 417.6, "Roscosmos, 30 Nov 2022"),
    Report("2023-01-18T14:57Z", "Progress", "591.4", "0.95", "1.6", 417.0, "Roscosmos, 18 Jan 2023"),
    Report("2023-02-20T04:20Z", "Progress", "958.3", "1.8", "3.2", 418.9, "Roscosmos, 20 Feb 2023"),
    Report("2023-04-30T00:31Z", "Progress", "716.8", "", "1.95", 417.12, "Roscosmos, 30 Apr 2023"),
    Report("2023-05-18T16:43Z", "Progress", "353.07", "", "1", 416.6, "Roscosmos via TASS, 18 May 2023"),
    Report("2023-07-04T21:07Z", "Progress", "1130.8", "1.85", "3.25", 417.9, "Roscosmos via Interfax, 5 Jul 2023"),
    Report("2023-08-11T14:35Z", "Cygnus", "1368", "", "2.49", 417.0, "NASA via Aviation Week (+0.3 and +2.8 miles)"),
    Report("2023-10-19T03:46Z", "Progress", "1029.9", "1.5", "2.8", 418.23, "Roscosmos, 19 Oct 2023"),
    Report("2023-11-09T21:11Z", "Progress", "905.7", "1.43", "2.5", 417.98, "Roscosmos via Interfax, 10 Nov 2023"),
    Report("2024-01-27T11:39Z", "Progress", "788.2", "1.17", "2", 418.64, "Roscosmos via Interfax, 29 Jan 2024"),
    Report("2024-06-14", "Progress", "1390.3", "2", "3.5", 418.38, "Roscosmos via Interfax, 17 Jun 2024"),
    Report("2024-07-31", "Progress", "1233.3", "1.78", "3.1", 418.1, "Roscosmos, 31 Jul 2024"),
    Report("2024-09-05T19:45Z", "Progress", "781.98", "1.42", "2.48", 420.69, "Roscosmos, 6 Sep 2024"),
    Report("2024-11-08", "Dragon", "750", "", "0.62", 417.0, "NASA, 8 Nov 2024 (+0.07 and +0.7 miles)"),
    Report("2025-09-03", "Dragon trunk", "303", "", "0.8", 416.2, "NASA, 3 Sep 2025 (perigee +1 mile)"),
)  # fmt: skip
"""Everything with a duration and a speed or a gain that was found. Masses without header: ESA (417 t in June 2011),
Roscosmos and press of the day, or estimated from the modules aboard (good to 3 %). On 11 March 2022 the header of
27 April stands for the nearer one of 18 February, which was before Cygnus NG-17 came with 7.5 t."""

LATER_HEADERS = {"2024-05-15": 459_822.0, "2024-08-14": 465_919.0, "2025-02-26": 454_339.0, "2025-11-12": 494_605.0}
"""NASA ephemeris headers after the files at hand (dates and masses as published)."""


@cache
def masses(data: Path) -> tuple[Floats, Floats]:
    """Days and station masses of NASA's ephemeris headers."""
    with (data / "oem" / "oem_index.csv").open(newline="") as stream:
        known = {row["start"][:10]: float(row["mass_kg"]) for row in csv.DictReader(stream)}
    with (data / "stations" / "iss_oem_headers_extra.csv").open(newline="") as stream:
        rows = [row for row in csv.DictReader(stream) if row["oem_creation_or_start"][:2] == "20"]
        known |= {row["oem_creation_or_start"][:10]: float(row["mass_kg"]) for row in rows}
    known |= LATER_HEADERS
    days = sorted(known)
    return np.array([mjd_utc(parse_utc(day)) for day in days]), np.array([known[day] for day in days])


def mass_of(report: Report, data: Path) -> float:
    """The station's mass on that day: the header nearest in time."""
    if report.mass_kg is not None:
        return report.mass_kg
    days, kilograms = masses(data)
    return float(kilograms[np.argmin(np.abs(days - report.mjd_utc))])


def _half_digit(text: str) -> float:
    return 0.5 * 10.0 ** -len(text.partition(".")[2])


@dataclass(frozen=True)
class Comparison:
    """A statement against the physics: what speed and gain ought to be, and whether the two agree."""

    report: Report
    mass_kg: float
    speed_m_s: float
    """As told, or what the told gain costs."""
    force_n: float
    gain_km: float | None
    """Computed from the told speed, by a finite burn; None where only a gain was told."""
    deviation: float | None
    """Computed over told gain, less one."""
    rounding: float | None
    """How far the digits told could put the deviation off by themselves."""
    tracked_km: float | None = None

    @property
    def consistent(self) -> bool | None:
        """Whether speed and gain agree within 5 %, or within their own last digits; None where only one was told."""
        if self.deviation is None or self.rounding is None:
            return None
        return abs(self.deviation) <= max(0.05, self.rounding)


def gain_of(report: Report, mass_kg: float, speed_m_s: float) -> float:
    """Mean altitude gained by one burn of this speed and the duration told, averaged over its place in the orbit."""
    duration = float(report.duration)
    impulse = ISP_S[report.engine.split()[0]]
    thruster = Thruster(mass_kg * abs(speed_m_s) / duration, impulse)
    start = Ellipse.near_circular(report.altitude_km - (report.value(report.gain) or 0.0), math.radians(51.64))
    places = np.arange(8) * math.pi / 4.0
    return float(np.mean([finite_burn(start, mass_kg, speed_m_s, u, thruster).mean_altitude_gain_km for u in places]))


def compare(report: Report, data: Path) -> Comparison:
    """One statement against the physics."""
    mass, told, gain = mass_of(report, data), report.value(report.speed), report.value(report.gain)
    per_m_s = gain_of(report, mass, 1.0)
    speed = told if told is not None else (gain or 0.0) / per_m_s
    force = mass * abs(speed) / float(report.duration)
    if told is None or gain is None:
        return Comparison(report, mass, speed, force, None, None, None)
    computed = gain_of(report, mass, told)
    rounding = _half_digit(report.speed) / abs(told) + _half_digit(report.gain) / abs(gain)
    return Comparison(report, mass, speed, force, computed, computed / gain - 1.0, rounding)


@cache
def _tracking() -> ModuleType:
    specification = importlib.util.spec_from_file_location("burns_by_tracking", Path(__file__).with_name("burns.py"))
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    sys.modules[specification.name] = module
    specification.loader.exec_module(module)
    return module


def tracked(comparisons: list[Comparison], data: Path) -> list[Comparison]:
    """The same with the gain that the burn detector found in element sets, where they surround the burn closely."""
    finder = _tracking()
    burns = finder.station_search(data).burns

    def gain(one: Comparison) -> float | None:
        if not finder.in_dense_data(one.report.mjd_utc):
            return None
        known = finder.KnownBurn(one.report.day, one.speed_m_s, None, float(one.report.duration), "")
        match = finder.match(burns, known)
        return None if match is None else float(match.delta_mean_altitude_km)

    return [replace(one, tracked_km=gain(one)) for one in comparisons]


# --- 3. Mir -----------------------------------------------------------------------------------------------------------

MIR_MASS_KG = 135_000.0
MIR_BURNS = ((9.3, 1244.0, 212.0, 217.0, 188.0, 219.0), (10.4, 1328.0, 188.0, 219.0, 158.0, 219.0))
"""Speed, duration, perigee and apogee before, perigee and apogee after (mission control as quoted on 23 March 2001)."""


def mir() -> list[tuple[float, float, float, float, float]]:
    """Told speed, computed speed, told perigee, perigee computed from the told speed, loss by the arc, per burn."""
    rows = []
    for speed, duration, low, high, after, _ in MIR_BURNS:
        start = Ellipse(6378.137 + 0.5 * (low + high), 0.5 * (high - low) / (6378.137 + 0.5 * (low + high)))
        thruster = Thruster(MIR_MASS_KG * speed / duration, 290.0)
        limits = BurnLimits(longest_arc_rad=math.pi)
        plan = lower_perigee(start, after, MIR_MASS_KG, thruster, limits=limits)
        reached = finite_burn(start, MIR_MASS_KG, -speed, math.pi, thruster).after.perigee_altitude_km
        rows.append((speed, plan.delta_v_m_s, after, reached, plan.gravity_loss_m_s))
    return rows


if __name__ == "__main__":
    from flown_burns_page import page

    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "../shared/data")
    target = Path(__file__).with_suffix(".md")
    target.write_text(page(sys.modules[__name__], folder))
    print(f"wrote {target}")
