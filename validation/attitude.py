"""Attitude against fine integration and published events; the ranges of its figures and what they do.

Run ``python validation/attitude.py`` to write ``validation/attitude.md`` and the tables of ``docs/attitude.md`` again
(a minute of computing; no data needed).
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
from attitude_truth import (
    AIR,
    ALTITUDE_KM,
    DRAG_AREA_M2,
    DRAWS,
    SEED,
    altitude_of_density_km,
    conserved,
    density_kg_m3,
    drawn,
    fine_comparison,
    first_harmonic,
    spread,
    survival_of_2004,
    textbook_attitude_error,
    tumble,
)

from stationkeep.attitude.array_modes import ArrayMode
from stationkeep.attitude.drag_area import iss_drag_area
from stationkeep.attitude.figures import iss_attitude
from stationkeep.attitude.loss import ControlMode, Upsets, time_to_loss
from stationkeep.attitude.model import AttitudeModel


def _row(*cells: str) -> str:
    return "| " + " | ".join(cells) + " |"


def _range(values: list[float], form: str = "{:.3g}") -> str:
    low, middle, high = (form.format(value) if math.isfinite(value) else "never" for value in spread(values))
    return f"{middle} ({low} to {high})"


def fine_table() -> str:
    """Closed form and fine integration."""
    rows = [_row("quantity", "closed form", "fine integration", "difference"), "|---|---:|---:|---:|"]
    for name, (closed, fine) in fine_comparison().items():
        rows.append(_row(name, f"{closed:.4g}", f"{fine:.4g}", f"{abs(fine / closed - 1.0):.1e}"))
    return "\n".join(rows)


def events_table() -> str:
    """Published events and figures."""
    area = iss_drag_area()
    glider = 1.0 - area.relative_drag(ArrayMode.NIGHT_GLIDER, 0.0)
    low, middle, high = survival_of_2004()
    balance = iss_attitude().model(iss_attitude().at(), DRAG_AREA_M2)
    density = density_kg_m3(ALTITUDE_KM, "spring 2022")
    areas = [value for mode in ArrayMode if mode is not ArrayMode.BRAKING for value in area.area_m2[mode]]
    rows = [
        _row("what", "published", "here"),
        "|---|---|---|",
        _row("balance attitude of a textbook station (Betts 2010)", "attitude matrix",
             f"same to {textbook_attitude_error():.0e}"),
        _row("one degree off, four full gyros", "about an hour",
             f"{_range([one.hours_one_degree for one in drawn()])} h"),
        _row("two gyros, 21 April to 30 June 2004", "held 70 days; thrusters stood by and took dockings",
             f"chance to hold 70 days with none at all: {middle:.0%} ({low:.0%} to {high:.0%})"),
        _row("pitch of the balance attitude (Dempsey 2017)", "-3 degrees typical, within 15",
             f"{balance.balance_pitch_deg(density, ALTITUDE_KM):+.1f} degrees"),
        _row("night glider (Landis, Lu 1991)", "18.5 % less propellant", f"{glider:.1%} less drag at Sun's angle 0"),
        _row("drag area, NASA ephemeris headers 2021-26", "1130 to 2041 m2, median 1515",
             f"{min(areas):.0f} (edge-on) to {max(areas):.0f} m2 (tracking, Sun's angle 0)"),
        _row("steady hold by thrusters (derived from 2004)", "10 to 30 kg a day",
             f"{_range([one.hold_kg_day for one in drawn()])} kg a day"),
        _row("attitude propellant a year (what deliveries leave)", "at most 300 to 800 kg",
             f"{_range([one.managed_kg_year for one in drawn()])} kg managed, "
             f"{_range([one.thruster_events_kg_year for one in drawn()])} kg with thrusters for every event"),
    ]  # fmt: skip
    return "\n".join(rows)


def loss_table() -> str:
    """Days to loss by gyros and by way of holding."""
    rows = [_row("gyros", "managed: days", "chance to hold 30 days", "held off balance: hours"), "|---|---:|---:|---:|"]
    figures, density = iss_attitude(), density_kg_m3(ALTITUDE_KM, "spring 2022")
    random = np.random.default_rng(SEED)
    u = random.random((DRAWS, len(figures.uncertain)))
    for index, gyros in enumerate((4, 3, 2)):
        chance = _range([math.exp(-30.0 * one.hazards_per_day[index]) for one in drawn()], "{:.0%}")
        hours = []
        for one in u[:500]:
            values = figures.at(dict(zip(figures.uncertain, map(float, one), strict=True)))
            model = figures.model(values, DRAG_AREA_M2, failed_gyros=4 - gyros)
            found = time_to_loss(model, Upsets.of(values), density, ALTITUDE_KM, mode=ControlMode.HELD,
                                 offset_deg=values["hold_offset_deg"])  # fmt: skip
            hours.append(24.0 * found.days)
        rows.append(_row(str(gyros), _range([one.days[index] for one in drawn()]), chance, _range(hours)))
    return "\n".join(rows)


def floor_table() -> str:
    """Lowest altitude with attitude control by air and by who holds."""
    rows = [_row("held by", "densest air [kg/m3]", *(f"{air} [km]" for air in AIR)), "|---|---:|" + "---:|" * len(AIR)]
    limits = spread([one.limit_kg_m3 for one in drawn()])
    names = [f"gyros alone, {name} of the draws" for name in ("5 %", "median", "95 %")]
    figures = iss_attitude()
    values = figures.at()
    model = figures.model(values, DRAG_AREA_M2)
    thrusters = figures.thrusters(values).torque_n_m
    two = figures.model(values, DRAG_AREA_M2, failed_gyros=2)
    cases = list(zip(names, limits, strict=True))
    cases.append(("two gyros, best estimates", two.controllable_down_to_density_kg_m3(300.0)))
    cases.append(
        (f"gyros and thrusters of {thrusters:.0f} N m", model.controllable_down_to_density_kg_m3(200.0, thrusters))
    )
    for name, limit in cases:
        rows.append(_row(name, f"{limit:.1e}", *(_altitude(limit, air) for air in AIR)))
    return "\n".join(rows)


def _altitude(density: float, air: str) -> str:
    found = altitude_of_density_km(density, air)
    return f"{found:.0f}" if found > 131.0 else "below 131"


def sensitivity_table() -> str:
    """One figure at a time at the ends of its range."""
    figures = iss_attitude()
    shown: list[tuple[str, Callable[[dict[str, float]], float]]] = [
        ("half of all draws lost after [d]", lambda v: _median_days(v)),
        ("one degree off [h]", lambda v: _full(v).hours_to_saturation(1.0, 0.0, ALTITUDE_KM)),
        ("lowest altitude, spring 2022 [km]", lambda v: altitude_of_density_km(
            figures.model(v, DRAG_AREA_M2).controllable_down_to_density_kg_m3(300.0), "spring 2022")),
        ("thruster hold [kg/d]", lambda v: figures.thrusters(v).holding_kg_day(
            _full(v).secular_torque_n_m(v["hold_offset_deg"], 0.0, ALTITUDE_KM))),
    ]  # fmt: skip
    best = [function(figures.at()) for _, function in shown]
    rows = [_row("figure (low to high)", *(name for name, _ in shown)), "|---|" + "---:|" * len(shown)]
    rows.append(_row("all at their best estimate", *(f"{value:.3g}" for value in best)))
    for name in figures.uncertain:
        pairs = [(f(figures.at({name: 0.0})), f(figures.at({name: 1.0}))) for _, f in shown]
        cells = [
            "" if max(abs(a - b), abs(a - base)) < 1.0e-3 * base else f"{a:.3g} to {b:.3g}"
            for (a, b), base in zip(pairs, best, strict=True)
        ]
        if any(cells):
            figure = figures.figures[name]
            label = f"`{name}` ({figure.low:g} to {figure.high:g})"
            rows.append(_row(label, *cells))
    return "\n".join(rows)


def _full(values: dict[str, float]) -> AttitudeModel:
    return iss_attitude().model(values, DRAG_AREA_M2, full_gyros=True)


def _median_days(values: dict[str, float]) -> float:
    model = iss_attitude().model(values, DRAG_AREA_M2)
    density = density_kg_m3(ALTITUDE_KM, "spring 2022")
    return time_to_loss(model, Upsets.of(values), density, ALTITUDE_KM, u=0.5).days


def air_table() -> str:
    """What the air does at each altitude, best estimates, spring 2022."""
    rows = [
        _row("mean altitude [km]", "density [kg/m3]", "torque [N m]", "balance pitch [deg]",
             "in and out each orbit [N m s]", "first harmonic of density", "thrusters against it [kg/d]"),
        "|---:|---:|---:|---:|---:|---:|---:|",
    ]  # fmt: skip
    figures = iss_attitude()
    model = figures.model(figures.at(), DRAG_AREA_M2)
    for altitude in (418.0, 370.0, 330.0, 300.0, 278.0, 250.0, 220.0, 200.0):
        density = density_kg_m3(altitude, "spring 2022")
        torque = model.air_torque_n_m(density, altitude)
        pitch = model.balance_pitch_deg(density, altitude)
        low, high = first_harmonic(altitude, "spring 2022")
        rows.append(
            _row(f"{altitude:.0f}", f"{density:.1e}", f"{torque:.1f}",
                 f"{pitch:+.1f}" if math.isfinite(pitch) else "none",
                 f"{model.cyclic_momentum_n_m_s(density, altitude):,.0f}", f"{low:.2f} to {high:.2f}",
                 f"{figures.thrusters(figures.at()).holding_kg_day(torque):.0f}")
        )  # fmt: skip
    return "\n".join(rows)


def area_table() -> str:
    """Drag area and power by mode."""
    area = iss_drag_area()
    angles = (0.0, 30.0, 60.0, 75.0)
    rows = [
        _row("mode", *(f"{angle:.0f} deg" for angle in angles), "drag over tracking at 0 / 30 / 60 deg"),
        "|---|" + "---:|" * 5,
    ]
    for mode in ArrayMode:
        cells = [f"{area.drag_area_m2(mode, a):.0f} m2, {area.relative_power(mode, a):.0%}" for a in angles]
        ratios = " / ".join(f"{area.relative_drag(mode, a):.2f}" for a in angles[:3])
        rows.append(_row(str(mode), *cells, ratios))
    ratios = " / ".join(f"{area.relative_tumbling_drag(a):.2f}" for a in angles[:3])
    rows.append(_row("tumbling", *([f"{area.tumbling_area_m2:.0f} m2, about 25%"] * 4), ratios))
    return "\n".join(rows)


def tumble_text() -> str:
    """Free motion after the loss."""
    found, area = tumble(), iss_drag_area()
    return (
        f"Twelve stations let go within a degree or two of the balance, three days of free motion: mean area "
        f"{found['mean_area_m2']:.0f} m2 (from {found['least_m2']:.0f} to {found['most_m2']:.0f}), arrays stuck "
        f"flat. Evenly from all sides and over eight settings of the arrays: {area.tumbling_area_m2:.0f} m2 (from "
        f"{area.tumbling_least_m2:.0f} to {area.tumbling_most_m2:.0f}); a quarter of all surfaces, without shadows: "
        f"{area.surface_quarter_m2:.0f} m2. Fastest turning {found['fastest_deg_s']:.2f} degrees a second."
    )


def conserved_text() -> str:
    """What the fine integration keeps."""
    jacobi, momentum, energy = conserved()
    return (
        f"Over two hours of tumbling at steps of 10 s the fine integration keeps Jacobi's integral to {jacobi:.0e}, "
        f"and without gravity momentum to {momentum:.0e} and energy to {energy:.0e}."
    )


BLOCKS: dict[str, Callable[[], str]] = {
    "fine": fine_table,
    "conserved": conserved_text,
    "events": events_table,
    "loss": loss_table,
    "floor": floor_table,
    "sensitivity": sensitivity_table,
    "air": air_table,
    "area": area_table,
    "tumble": tumble_text,
}


def filled(page: str) -> str:
    """The page with every block between ``<!-- name -->`` and ``<!-- end -->`` written again."""

    def block(found: re.Match[str]) -> str:
        return f"<!-- {found[1]} -->\n{BLOCKS[found[1]]()}\n<!-- end -->"

    return re.sub(r"<!-- (\w+) -->\n(?:.*?\n)??<!-- end -->", block, page, flags=re.DOTALL)


if __name__ == "__main__":
    here = Path(__file__).resolve()
    for target in (here.with_suffix(".md"), here.parents[1] / "docs/attitude.md"):
        target.write_text(filled(target.read_text(encoding="utf-8")), encoding="utf-8")
        print(f"wrote {target}")
