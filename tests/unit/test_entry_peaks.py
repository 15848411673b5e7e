"""Peaks of heating, temperature and load: where they are, not where a step happened to end."""

from __future__ import annotations

import numpy as np
import pytest

from stationkeep.descent.body import Body, Part
from stationkeep.descent.entry import EntryOptions, EntryState, PartResult, fly_entry
from stationkeep.descent.fragments import FAST_TOLERANCE

PARTS = (
    Part("ball", "sphere", (0.1,), 1.4729, "AA7075"),
    Part("tank", "sphere", (0.6,), 30.0, "titanium"),
    Part("panel", "plate", (1.0, 1.0, 0.002), 5.0, "AA6061"),
    Part("wheel", "cylinder", (0.3, 0.1), 6.0, "steel"),
)
STATES = (
    EntryState(10.0, 20.0, 120.0, 7450.0, -0.2, 60.0),  # a natural decay
    EntryState(-30.0, 200.0, 110.0, 7450.0, -1.8, 45.0),  # a controlled one
    EntryState(29.546, -82.134, 77.5, 7500.0, -0.959331, 347.168),
)
COLUMNS = {"convective_w": "peak_heating", "temperature_k": "peak_temperature"}


def flown(part: Part, state: EntryState, tolerance: float, *, melting: bool, record: bool = False) -> PartResult:
    options = EntryOptions(tolerance=tolerance, melting=melting, record=record, rest="thins")
    return fly_entry(Body("body", (part,)), state, options=options).parts[0]


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.name)
def test_a_peak_is_where_short_steps_find_it(part: Part, state: EntryState) -> None:
    # Steps of a tolerance a million times tighter are a fraction of a second long: the highest of their rows is the
    # peak to a few metres, with nothing sought between them.
    fine = flown(part, state, 1e-8, melting=False, record=True).history
    for tolerance in (0.01, FAST_TOLERANCE):
        found = flown(part, state, tolerance, melting=False)
        row = int(np.argmax(fine["convective_w"]))
        assert found.peak_heating_w == pytest.approx(fine["convective_w"][row], rel=1e-4)
        assert found.peak_heating_altitude_km == pytest.approx(fine["altitude_km"][row], abs=0.1)
        assert found.peak_heating_s == pytest.approx(fine["time_s"][row], abs=0.5)
        row = int(np.argmax(fine["temperature_k"]))
        assert found.peak_temperature_k == pytest.approx(fine["temperature_k"][row], abs=0.1)
        assert found.peak_temperature_altitude_km == pytest.approx(fine["altitude_km"][row], abs=0.1)
        assert found.peak_load_g == pytest.approx(fine["load_g"].max(), rel=2e-3)


def test_the_load_on_a_melting_part_counts_until_a_tenth_of_it_is_left() -> None:
    # Steps end where they please: until the film began within one, its load came out between 10.3 and 13.7 g.
    loads = [flown(PARTS[0], STATES[2], tolerance, melting=True).peak_load_g for tolerance in (1.0, 0.01, 1e-6)]
    assert loads == pytest.approx([loads[-1]] * 3, rel=1e-4)
    assert loads[-1] == pytest.approx(13.713, abs=0.01)


def test_a_recorded_flight_is_the_same_flight_with_a_row_a_second() -> None:
    bare, told = (flown(PARTS[1], STATES[1], 0.01, melting=True, record=record) for record in (False, True))
    assert told.impact == bare.impact
    assert told.peak_heating_altitude_km == bare.peak_heating_altitude_km
    history = told.history
    assert np.all(np.diff(history["time_s"]) > 0.0)
    heated = history["convective_w"] > 0.0
    assert np.diff(history["time_s"][heated]).max() <= 1.0 + 1e-9
    assert told.peak_heating_w == pytest.approx(history["convective_w"].max(), rel=1e-3)
    at = float(np.interp(told.peak_heating_s or 0.0, history["time_s"], history["altitude_km"]))
    assert at == pytest.approx(told.peak_heating_altitude_km, abs=0.01)
