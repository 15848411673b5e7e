"""Balances of an entry over random bodies, states and materials: energy, heat and mass."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from stationkeep.descent import entry_look as look
from stationkeep.descent.air import us76_air
from stationkeep.descent.body import Part
from stationkeep.descent.entry import EntryOptions, EntryState
from stationkeep.descent.entry_kernel import fly
from stationkeep.descent.entry_sink import mechanical_energy
from stationkeep.descent.entry_tree import body_row
from stationkeep.descent.materials import material_named, materials
from stationkeep.descent.shapes import DIMENSIONS, shape_numbers

states = st.builds(
    EntryState, latitude_deg=st.floats(-85.0, 85.0), longitude_deg=st.floats(-180.0, 180.0),
    altitude_km=st.floats(75.0, 125.0), speed_m_s=st.floats(6500.0, 7450.0), flight_path_deg=st.floats(-6.0, -0.3),
    heading_deg=st.floats(0.0, 360.0),
)  # fmt: skip
options = st.builds(
    EntryOptions, recession=st.sampled_from(["constant-radius", "shrinking"]),
    rest=st.sampled_from(["tears", "thins", "all-or-nothing"]), tear_share=st.floats(0.05, 0.6),
    bridging=st.sampled_from(["sesam", "wide"]),
    lift_over_drag=st.sampled_from([0.0, 0.0, 0.2]), tolerance=st.just(0.01),
)  # fmt: skip


@st.composite
def parts(draw: st.DrawFn) -> Part:
    """A part of any shape, solid or a thin shell."""
    shape = draw(st.sampled_from(sorted(DIMENSIONS)))
    sizes = [draw(st.floats(0.05, 3.0)) for _ in DIMENSIONS[shape]]
    if shape == "plate":
        sizes[2] = draw(st.floats(0.002, 0.03))
    material = material_named(draw(st.sampled_from(sorted(materials()))))
    volume = shape_numbers(shape, tuple(sizes)).volume_m3
    filled = draw(st.floats(0.02, 1.0))
    return Part("part", shape, tuple(sizes), filled * volume * material.density_kg_m3, material.name)


@given(part=parts(), state=states, option=options)
@settings(max_examples=60)
def test_energy_heat_and_mass_balance_to_a_millionth(part: Part, state: EntryState, option: EntryOptions) -> None:
    table = material_named(part.material).table()
    grid, step_km = us76_air().arrays
    row = body_row(part, part.mass_kg, option)
    y = np.zeros(look.STATE)
    y[:6] = state.cartesian(us76_air())
    y[look.ENTHALPY], y[look.MASS] = table.enthalpy_j_kg(300.0), part.mass_kg
    start, energy = y.copy(), mechanical_energy(y)
    summary, record = np.zeros(look.SUMMARY), np.empty((0, 1 + look.LOOK + look.STATE))
    summary[look.MELT_TIME] = summary[look.MELT_ALTITUDE] = look.NEVER
    stops = np.array([0.0, 1e99, 1e99])
    status, _ = fly(y, 0.0, row, (table.head, table.rows, grid, step_km), stops, option.tolerance, summary, record)
    assert status in (look.GROUND, look.DEMISED)
    # Motion: what the air took is what is missing. Against the energy of motion at the start.
    motion = 0.5 * float(start[3:6] @ start[3:6])
    assert abs(energy + y[look.WORK] - mechanical_energy(y)) < 1e-6 * motion
    # Heat: brought less radiated is in what is left, and was carried off, melted, by what is not.
    melted = start[look.MASS] - y[look.MASS]
    if option.rest == "all-or-nothing":  # the melt stays: all of it is as hot as the rest
        kept, carried = part.mass_kg * (y[look.ENTHALPY] - start[look.ENTHALPY]), melted * table.head[1]
    elif melted > 0.0:
        kept = y[look.MASS] * (y[look.ENTHALPY] - start[look.ENTHALPY])
        carried = melted * (table.head[0] - start[look.ENTHALPY] + table.head[1])
    else:
        kept, carried = start[look.MASS] * (y[look.ENTHALPY] - start[look.ENTHALPY]), 0.0
    scale = max(y[look.HEAT_IN], abs(y[look.HEAT_OUT]), kept + carried)
    assert abs(y[look.HEAT_IN] - y[look.HEAT_OUT] - kept - carried) < 1e-6 * scale
    # Mass: never gained, and gone only where it melted.
    assert 0.0 <= y[look.MASS] <= start[look.MASS]
    assert (melted > 0.0) == (summary[look.MELT_TIME] >= 0.0)


@given(part=parts(), state=states)
@settings(max_examples=25)
def test_places_do_not_depend_on_the_tolerance(part: Part, state: EntryState) -> None:
    grid, step_km = us76_air().arrays
    table = material_named(part.material).table(melting=False)
    ends = []
    for tolerance in (1.0, 1e-3):
        y = np.zeros(look.STATE)
        y[:6] = state.cartesian(us76_air())
        y[look.ENTHALPY], y[look.MASS] = table.enthalpy_j_kg(300.0), part.mass_kg
        summary, record = np.zeros(look.SUMMARY), np.empty((0, 1 + look.LOOK + look.STATE))
        row = body_row(part, part.mass_kg, EntryOptions())
        world = (table.head, table.rows, grid, step_km)
        status, _ = fly(y, 0.0, row, world, np.array([0.0, 1e99, 1e99]), tolerance, summary, record)
        assert status == look.GROUND
        ends.append(y[:3].copy())
    # A fast setting is for footprints, whose sizes are kilometres: a hundred metres is nothing there.
    assert np.linalg.norm(ends[0] - ends[1]) < 200.0
