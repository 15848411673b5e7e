"""Lays out ``flown_burns.md`` from what ``flown_burns.py`` found."""
# ruff: noqa: E501  (rows of a table cannot be broken)

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from stationkeep.timescale import iso_utc

PAGE = """# Burns computed against burns planned and flown

Written by `validation/flown_burns.py`; the promises are kept by `tests/validation/test_flown_burns.py`. What the forms
do is told in [docs/propulsion.md](../docs/propulsion.md).

## NASA's own burns

NASA's ephemerides hold the burns planned for the two weeks ahead, with a state every two seconds while the engine runs.
A high-fidelity flight (EGM2008 8x8, no drag) from the first of these states, with the force as the only unknown, shows
how hard the engine pushes and where to; it ends {miss_median:.1f} m from NASA's last state in the median, {miss_worst:.1f} m
at worst, after up to 25 minutes. So the thrust turns with the local horizon: with a direction fixed in space the same
flights miss by up to 160 m. In {tilted} of {count} burns it points 2 to 8 degrees up or down and 4 to 7 degrees to the
side (the station's balance attitude); in the others it is exactly along the horizon. The length of the speed agrees with the header
(one decimal) in {header} of {count}: within {header_worst:.3f} m/s.

Then the closed forms, given only that speed, the mass, the duration and the place: errors of the change of the mean
axis (*gain*) and of the change of the eccentricity vector (*shape*; length of the error vector over length of the
change). `finite_burn` knows the tilt in the orbit's plane, `quick_burn` takes the force along the horizon. The
speed is read from the same states, so this tests the forms, not the speed; that is tested by the header.

| ephemeris | burn | mass [t] | duration [s] | header [m/s] | found [m/s] | force along track [N] | up [deg] | aside [deg] | miss [m] | gain [km] | gain error | shape error | quick: gain | quick: shape |
|---|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|
{planned}

`finite_burn`: gain within {gain_worst:.2f} %, shape within {shape_worst:.2f} %. `quick_burn`: gain within
{quick_gain:.2f} %; shape within {quick_straight:.1f} % where the thrust is along the horizon, {quick_worst:.1f} % where it
is tilted, which it leaves out.

## What operators told

Mass: the NASA ephemeris header nearest in time, good to 2 % where a ship came or went in between (before 2021: as told
by ESA or estimated, good to 3 %). Force: mass
times speed over duration; where only a gain was told, its speed is the one that gain costs. Computed gain: `finite_burn`
of the told speed and duration. *Tracking* is the gain the burn detector finds in element sets, where they are dense.

| burn | by | duration [s] | mass [t] | speed [m/s] | force [N] | gain told [km] | computed [km] | off | told digits allow | tracking [km] | |
|---|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---|
{reports}

Of {both} statements with both speed and gain, {close} agree with the physics within 5 %, {more} more within their own
last digits. In the rest speed and gain contradict each other. Where tracking saw the burn it sides with the speed told, or, on
24 December 2021, lies between (1.1 m/s may be 1.05, which lowers by 1.86 km): {wrong}. Not decided, for want of
tracking: {undecided}; either figure may be at fault, or what is computed here.

- 14 September 2015: the report names Progress M-28M, but 6.2 kN is Zvezda's pair of main engines, and Zvezda's aft
  port, which must be free for them, had been free since 11 September (GCAT). So it was in all six cases found in
  which these engines burned or were to burn (2006, 2015, 2017, 2018, twice in 2021).
- 11 March 2022: 0.52 m/s cost 0.92 km; 0.85 km would be 0.48 m/s. No element sets are dense enough to decide.
- 8 February 2022: no gain was told; tracking and NASA's own plan (0.263 m/s, 142.26 s) agree with the speed.

### Force by engine

| engine | flown, median [N] | range [N] | burns | planned by NASA [N] |
|---|---:|---|---:|---|
{forces}

The makers' ratings: Progress 8 x 129 N = 1,032 N less canting and off-pulsing; Zvezda 2 x 3,069 N (690 pounds of force
each, NASA, 14 July 2000); Cygnus 445 N; ATV 2 x 490 N. From one burn to another with the same ship docked the force varies
by 10 to 20 %, because thrusters pause to steer; a campaign draws it from the range.

## Mir, 23 March 2001

Two perigee burns by the eight small thrusters of Progress M1-5 (135 t). Told: {mir_told}. The told speeds and durations
give 1,010 and 1,057 N, what eight thrusters are rated for. The told heights do not fit the told speeds: computed perigees
are {mir_reached}, and the told ones would need {mir_needed}. Period tells the same as speed (88.4 to 88.1 min
is 10 to 20 km of axis; computed 17.6 km). Heights of different sources that day differ by 20 km, for they are counted
from an ellipsoid or a sphere, at the perigee or as a minimum; no conclusion is drawn from them. Burning over 84 to 90
degrees of the orbit cost {mir_loss}.
"""


def page(truth: ModuleType, data: Path) -> str:
    """The whole page."""
    readings = [truth.read_burn(burn) for burn in truth.planned_burns(data)]
    compared = truth.tracked([truth.compare(report, data) for report in truth.REPORTS], data)
    tilts = [_angles(one) for one in readings]
    straight = [one for one, tilt in zip(readings, tilts, strict=True) if max(map(abs, tilt)) < 1.0]
    misses = [one.miss_m for one in readings]
    header_off = [abs(one.total_m_s - abs(one.burn.event.delta_v_m_s)) for one in readings]
    both = [one for one in compared if one.deviation is not None]
    wrong = [one for one in both if not one.consistent]
    rows = truth.mir()
    return PAGE.format(
        miss_median=np.median(misses),
        miss_worst=max(misses),
        count=len(readings),
        tilted=len(readings) - len(straight),
        header=sum(off <= 0.0501 for off in header_off),
        header_worst=max(header_off),
        planned="\n".join(_planned_row(one) for one in readings),
        gain_worst=100.0 * max(abs(one.gain_error()) for one in readings),
        shape_worst=100.0 * max(one.shape_error() for one in readings),
        quick_gain=100.0 * max(abs(one.gain_error(True)) for one in readings),
        quick_straight=100.0 * max(one.shape_error(True) for one in straight),
        quick_worst=100.0 * max(one.shape_error(True) for one in readings),
        reports="\n".join(_report_row(one) for one in compared),
        both=len(both),
        close=sum(abs(one.deviation) <= 0.05 for one in both),
        more=sum(one.consistent and abs(one.deviation) > 0.05 for one in both),
        wrong="; ".join(_wrong(one) for one in wrong if one.tracked_km is not None),
        undecided="; ".join(_wrong(one) for one in wrong if one.tracked_km is None),
        forces="\n".join(_force_row(engine, compared, readings) for engine in truth.ISP_S),
        mir_told=" and ".join(f"{row[0]:g} m/s to a perigee of {row[2]:g} km" for row in rows),
        mir_reached=" and ".join(f"{row[3]:.0f}" for row in rows) + " km",
        mir_needed=" and ".join(f"{row[1]:.1f}" for row in rows) + " m/s",
        mir_loss=" and ".join(f"{row[4]:.2f}" for row in rows) + " m/s of gravity loss",
    )


def _angles(one: Any) -> tuple[float, float]:
    along, up, aside = one.delta_v_m_s
    return float(np.degrees(np.arctan2(up, abs(along)))), float(np.degrees(np.arctan2(aside, abs(along))))


def _planned_row(one: Any) -> str:
    up, aside = _angles(one)
    return (
        f"| {one.burn.file[8:18]} | {iso_utc(one.burn.event.time_mjd_utc)[:16]} {one.burn.event.name.strip()} | "
        f"{one.burn.mass_kg / 1000:.1f} | {one.burn.duration_s:.1f} | {abs(one.burn.event.delta_v_m_s):.1f} | "
        f"{one.total_m_s:.3f} | {one.force_n:,.0f} | {up:+.1f} | {aside:+.1f} | {one.miss_m:.1f} | {one.gain_km:+.3f} | "
        f"{100 * one.gain_error():+.2f} % | {100 * one.shape_error():.2f} % | {100 * one.gain_error(True):+.2f} % | "
        f"{100 * one.shape_error(True):.2f} % |"
    )


def _report_row(one: Any) -> str:
    report = one.report
    computed = "" if one.gain_km is None else f"{one.gain_km:+.2f}"
    off = "" if one.deviation is None else f"{100 * one.deviation:+.1f} %"
    allowed = "" if one.rounding is None else f"{100 * one.rounding:.1f} %"
    seen = "" if one.tracked_km is None else f"{one.tracked_km:+.2f}"
    verdict = "" if one.consistent is None else "agrees" if one.consistent else _unlike(one)
    speed = report.speed if report.speed else f"({one.speed_m_s:.2f})"
    gain = f"{float(report.gain):+g}" if report.gain else ""
    return (
        f"| {report.day[:10]} | {report.engine} | {report.duration} | {one.mass_kg / 1000:.0f} | {speed} | "
        f"{one.force_n:,.0f} | {gain} | {computed} | {off} | {allowed} | {seen} | {verdict} |"
    )


def _unlike(one: Any) -> str:
    """Only tracking can tell whether the report or the computation is wrong."""
    return "**not decided**" if one.tracked_km is None else "**contradicts itself**"


def _wrong(one: Any) -> str:
    seen = "" if one.tracked_km is None else f", tracking {one.tracked_km:+.2f}"
    return f"{one.report.day[:10]} told {float(one.report.gain):+g} km, computed {one.gain_km:+.2f}{seen}"


def _force_row(engine: str, compared: list[Any], readings: list[Any]) -> str:
    # The burn of 14 September 2015 is Zvezda's, whatever the report says.
    flown = [
        one.force_n
        for one in compared
        if ("Zvezda" if one.report.day == "2015-09-14" else one.report.engine.split()[0]) == engine
        and "trunk" not in one.report.engine
    ]
    planned = [one.force_n for one in readings if _engine(one) == engine]
    text = f"{min(planned):,.0f} to {max(planned):,.0f} ({len(planned)})" if planned else ""
    return f"| {engine} | {np.median(flown):,.0f} | {min(flown):,.0f} to {max(flown):,.0f} | {len(flown)} | {text} |"


def _engine(one: Any) -> str:
    if "Cyg" in one.burn.event.name:
        return "Cygnus"
    return "Zvezda" if one.force_n > 2000.0 else "Progress"
