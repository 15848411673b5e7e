"""Entry against something nobody here wrote: SESAM's sphere, DRAMA's drag table, recovered parts, published fractions.

The same numbers with their discussion: ``validation/entry.md``.
"""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from stationkeep.campaign.reentry_body import ground_pieces
from stationkeep.descent.body import Body, Part, shipped_body
from stationkeep.descent.entry import EntryOptions, EntryState, PartResult, fly_entry
from stationkeep.descent.entry_forces import continuum_sphere_drag, drag_coefficient
from stationkeep.descent.entry_spread import entry_spread
from stationkeep.descent.pieces import total_casualty_area_m2

STATE = EntryState(29.546, -82.134, 77.5, 7500.0, -0.959331, 347.168)
NATURAL = EntryState(0.0, 0.0, 120.0, 7500.0, -0.15, 45.0)


def sphere(melting: bool) -> PartResult:
    body = Body("sphere", (Part("sphere", "sphere", (0.100,), 1.4729, "AA7075"),))
    return fly_entry(body, STATE, options=EntryOptions(melting=melting, record=True)).parts[0]


@pytest.fixture(scope="module")
def solid() -> PartResult:
    return sphere(melting=False)


def test_the_molten_sphere_of_sesam() -> None:
    # SESAM (ESA DRAMA 4.1.4) on US76: melting begins at 71.005 km after 43.55 s, mass zero at 66.476 km. The goal is
    # 0.5 km; a second and a half is what a tenth of heating is worth.
    molten = sphere(melting=True)
    assert molten.melt_onset_km == pytest.approx(71.005, abs=0.5)
    assert molten.melt_onset_s == pytest.approx(43.55, abs=1.5)
    assert molten.demise_km == pytest.approx(66.476, abs=0.5)


def test_the_solid_sphere_of_sesam(solid: PartResult) -> None:
    impact = solid.impact
    assert impact is not None
    assert solid.peak_heating_w == pytest.approx(31_694.0, rel=0.03)  # the goal
    assert solid.peak_heating_altitude_km == pytest.approx(59.88, abs=1.0)  # flat: within 1 % over 3 km
    assert solid.peak_temperature_k == pytest.approx(2103.9, rel=0.015)
    assert solid.peak_temperature_altitude_km == pytest.approx(44.6, abs=0.5)
    assert solid.heat_in_j == pytest.approx(3.7164e6, rel=0.02)
    assert solid.peak_load_g == pytest.approx(8.187, rel=0.03)
    # SESAM's drag steps to half below Mach 1; ours rises through Mach 1, so it takes 2 % longer.
    assert impact.time_s == pytest.approx(366.2, rel=0.025)
    assert impact.downrange_km == pytest.approx(1038.6, rel=0.015)
    assert impact.speed_m_s == pytest.approx(83.0, rel=0.03)


def test_the_printed_flight_of_sesam(solid: PartResult, shared_data: Path) -> None:
    with (shared_data / "reentry" / "sesam_sphere_trajectories.csv").open() as stream:
        rows = list(csv.DictReader(line for line in stream if not line.startswith("#")))
    for row in rows:
        if float(row["airspeed_km_s"]) < 1.0:
            continue
        time = float(row["time_s"])

        def ours(name: str, at: float = time) -> float:
            return float(np.interp(at, solid.history["time_s"], solid.history[name]))  # type: ignore[index]

        # 3-DOF over the same Earth: what is left is SESAM's density, which lags by 0.1 to 1 %.
        assert ours("altitude_km") == pytest.approx(float(row["altitude_km"]), abs=0.05)
        assert ours("speed_m_s") == pytest.approx(1e3 * float(row["airspeed_km_s"]), abs=10.0)
        # Heating in transition differs by 3 % at the start and is felt all the way down.
        assert ours("temperature_k") == pytest.approx(float(row["temperature_K"]), rel=0.03)


@pytest.mark.parametrize(
    ("mach", "continuum", "free"),
    [(5.0, 0.8988, 2.361), (10.0, 0.9102, 2.148), (15.0, 0.9123, 2.089), (20.0, 0.9131, 2.062), (30.0, 0.9136, 2.037)],
)
def test_drag_of_a_sphere(mach: float, continuum: float, free: float) -> None:
    assert continuum_sphere_drag(mach) == pytest.approx(continuum, rel=0.005)  # wind tunnels against HTG's table
    # Diffuse reflection; the table's wall is colder than ours, which matters more the slower the stream.
    assert drag_coefficient(mach, 100.0, 1.5, 0.47, 0.0) == pytest.approx(free, rel=0.05)


def test_the_recovered_parts_of_a_delta_stage() -> None:
    # 22 January 1997: a steel tank of 250 kg and a titanium sphere of 30 kg reached Texas, the sphere 107 km further
    # on (Ailor and others, ESA SP-587, 2005). Break-up 77.8 km; flight path unknown, sizes to 20 %.
    body = Body(
        "stage",
        (Part("tank", "cylinder", (1.74, 2.7), 250.0, "AISI410"), Part("ball", "sphere", (0.70,), 30.0, "titanium")),
    )
    for angle in (-0.6, -1.3):
        result = fly_entry(body, EntryState(41.0, -94.3, 77.8, 7500.0, angle, 193.0))
        tank, ball = (part.impact for part in result.parts)
        assert tank is not None
        assert ball is not None
        assert tank.mass_kg == pytest.approx(250.0)
        assert ball.mass_kg == pytest.approx(30.0)
        assert 50.0 < ball.downrange_km - tank.downrange_km < 200.0


def test_the_station_lies_where_large_structures_lie() -> None:
    # Klinkrad: 10 to 40 % of large stations; Columbia 38 % recovered. The list is an assumption, so its nominal value
    # must lie inside and its spread must hold both ends.
    body = shipped_body("iss")
    assert 0.10 < fly_entry(body, NATURAL).surviving_fraction < 0.40
    spread = entry_spread(body, NATURAL, draws=12)
    assert spread.surviving_fraction.min() < 0.25
    assert spread.surviving_fraction.max() > 0.38


def test_tearing_does_not_touch_the_sphere_of_sesam() -> None:
    body = Body("sphere", (Part("sphere", "sphere", (0.100,), 1.4729, "AA7075"),))
    ends = [fly_entry(body, STATE, options=EntryOptions(rest=rest)).parts[0] for rest in ("tears", "thins")]  # type: ignore[arg-type]
    assert ends[0].demise_km == ends[1].demise_km
    assert ends[0].torn_mass_kg == 0.0


def test_a_satellite_like_uars() -> None:
    # NASA computed 532 of 5668 kg (9.4 %) in 26 pieces and 22.4 m2. Its miss (22 %, 234 pieces, 356 m2) led to the rule
    # that thin walls tear, so it is no independent check; the shares at which they tear were not set by it. The mass is
    # low, since the list holds less steel and titanium than 532 kg.
    result = fly_entry(shipped_body("uars-like"), NATURAL)
    pieces = [piece for piece in ground_pieces(result) if piece.dangerous]
    assert 0.03 < result.surviving_fraction < 0.094
    assert sum(piece.count for piece in pieces) == pytest.approx(26, abs=8)
    assert total_casualty_area_m2(pieces) == pytest.approx(22.4, rel=0.3)
    metals = {result.body.part(piece.name).material for piece in pieces}
    # What NASA's ORSAT leaves of TRMM and of EUVE is titanium and steel; no thin aluminium.
    assert not {name for name in metals if name.startswith("AA")}


def test_massive_beams_of_aluminium_survive() -> None:
    # NASA before CGRO's fall: six aluminium I-beams of 816 kg each survive. Their size is assumed; solid metal it is.
    body = Body("beam", (Part("beam", "box", (5.0, 0.35, 0.25), 816.0, "AA7075"),))
    beam = fly_entry(body, EntryState(0.0, 0.0, 78.0, 7500.0, -0.5, 45.0)).parts[0]
    assert beam.outcome == "impact"
    assert beam.surviving_share > 0.9
