"""NASA's own ephemerides of the station: read right, turned right, averaged right.

Outside truths: an index of the headers made by other code, the ascending nodes NASA quotes in each file, the
catalogue's element sets of the same days, and heyoka's frames and flights.
"""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from stationkeep.constants import EARTH_EQUATORIAL_RADIUS_KM
from stationkeep.orbit.averaging import averaged_mean_elements
from stationkeep.orbit.elements import MeanElements
from stationkeep.orbit.frames import Frame, converted_states
from stationkeep.orbit.history import as_element_history, read_any_history, read_history
from stationkeep.orbit.mean_osculating import mean_semi_major_axis_km
from stationkeep.orbit.messages.epochs import epoch_mjd_utc
from stationkeep.orbit.messages.files import read_message
from stationkeep.orbit.messages.library import messages_of
from stationkeep.orbit.messages.trajectory_comments import ascending_nodes
from stationkeep.orbit.messages.writing import write_oem
from stationkeep.orbit.state_history import StateArc, StateHistory
from stationkeep.orbit.tle import ElementHistory

# Both languages of the standard, with and without events, before and after NASA changed its format.
SOME = (
    "iss_oem_2021-08-13.xml.gz",
    "iss_oem_2021-12-24.xml.gz",
    "iss_oem_2023-02-22.xml.gz",
    "iss_oem_2023-03-13.txt.gz",
    "iss_oem_2023-04-14.txt.gz",
)


@pytest.fixture(scope="module")
def everything(shared_data: Path) -> dict[str, StateHistory]:
    """Every ephemeris by file name."""
    found = {}
    for path in sorted((shared_data / "oem").glob("*.gz")):
        history = read_any_history([path])
        assert isinstance(history, StateHistory)
        found[path.name] = history
    return found


@pytest.fixture(scope="module")
def catalogue(shared_data: Path) -> ElementHistory:
    return read_history(shared_data / "tle" / "25544_iss.tle")


def rows(path: Path) -> list[dict[str, str]]:
    with path.open() as stream:
        return list(csv.DictReader(stream))


def test_headers_and_states_agree_with_the_index(everything: dict[str, StateHistory], shared_data: Path) -> None:
    index = {round(epoch_mjd_utc(row["start"]), 5): row for row in rows(shared_data / "oem" / "oem_index.csv")}
    assert len(everything) == 31
    for name, history in everything.items():
        (arc,) = history.arcs
        row = index[round(float(arc.times_mjd_utc[0]), 5)]
        assert arc.object_id == "98067A", name
        assert arc.frame is Frame.EME2000
        assert len(arc.times_mjd_utc) == int(row["n_vectors"])
        # Times are doubles of days: half a microsecond.
        assert arc.times_mjd_utc[-1] == pytest.approx(epoch_mjd_utc(row["stop"]), abs=1e-11)
        assert arc.created_mjd_utc == pytest.approx(epoch_mjd_utc(row["creation"]), abs=1e-11)
        assert arc.spacecraft.mass_kg == float(row["mass_kg"])
        assert arc.spacecraft.drag_area_m2 == float(row["drag_area_m2"])
        assert arc.spacecraft.drag_coefficient == float(row["drag_coeff"])
        radius = np.linalg.norm(arc.states[:, :3], axis=1)
        # The index gives two decimals.
        assert radius.min() == pytest.approx(float(row["rmin"]), abs=0.006)
        assert radius.max() == pytest.approx(float(row["rmax"]), abs=0.006)
        assert not history.notes


def test_events_agree_with_the_list(everything: dict[str, StateHistory], shared_data: Path) -> None:
    listed: dict[float, list[dict[str, str]]] = {}
    for row in rows(shared_data / "oem" / "oem_events.csv"):
        listed.setdefault(round(epoch_mjd_utc(row["oem_creation"]), 6), []).append(row)
    events = 0
    for name, history in everything.items():
        (arc,) = history.arcs
        assert arc.created_mjd_utc is not None
        told = listed.get(round(arc.created_mjd_utc, 6), [])
        # The list read one file from two places; its rows are then there twice.
        once = {(row["tig_utc"], row["event"]): row for row in told}
        expected = [once[key] for key in sorted(once)]
        if arc.events and arc.events[0].time_mjd_utc >= epoch_mjd_utc("2024-01-01T00:00:00"):
            continue  # the list ends with 2023
        assert len(arc.events) == len(expected), name
        events += len(expected)
        for event, row in zip(arc.events, expected, strict=True):
            assert event.name == " ".join(row["event"].split())
            assert event.time_mjd_utc == pytest.approx(epoch_mjd_utc(row["tig_utc"]), abs=1e-8), event.name
            assert event.delta_v_m_s == float(row["dv_m_s"])
            assert event.apogee_altitude_km == float(row["apogee_km"])
            assert event.perigee_altitude_km == float(row["perigee_km"])
    assert events == 82


@pytest.mark.parametrize("name", SOME)
def test_ascending_nodes_are_where_nasa_says(name: str, everything: dict[str, StateHistory], shared_data: Path) -> None:
    text = read_message(shared_data / "oem" / name)
    nodes = ascending_nodes(messages_of(text)[0].segments[0].data.comment)
    assert len(nodes) == 2
    history = everything[name]
    of_date, fixed = history.states_in(Frame.TOD), history.states_in(Frame.ITRF)
    for epoch, longitude_deg in nodes:
        moment = epoch_mjd_utc(epoch)
        z, z_rate = interpolated(history, of_date, moment)[[2, 5]]
        # The quoted moment has milliseconds and the interpolation over ten states half of one. In EME2000
        # the crossing is up to 2.4 s off, so this sees the precession and nutation to 0.01 arcsec.
        assert abs(z / z_rate) < 1.5e-3
        x, y = interpolated(history, fixed, moment)[:2]
        # Five decimals are quoted; a millisecond turns the node by 6e-5 degrees.
        assert np.degrees(np.arctan2(y, x)) == pytest.approx(longitude_deg, abs=1e-4)


def interpolated(history: StateHistory, states: NDArray[np.float64], moment: float) -> NDArray[np.float64]:
    """Polynomial through the ten states around a moment."""
    times = history.times_mjd_utc
    first = int(np.clip(np.searchsorted(times, moment) - 5, 0, len(times) - 10))
    x = (times[first : first + 10] - moment) * 360.0
    weights = np.array([np.prod([-x[j] / (x[i] - x[j]) for j in range(10) if j != i]) for i in range(10)])
    return np.asarray(weights @ states[first : first + 10])


def test_averaged_axes_are_those_of_the_catalogue(
    everything: dict[str, StateHistory], catalogue: ElementHistory
) -> None:
    differences_m = []
    for history in everything.values():
        start = float(history.times_mjd_utc[0])
        # The first day is close to tracking. A burn planned within it would blur both sides.
        if any(event.is_burn and event.time_mjd_utc < start + 2.0 for event in history.events):
            continue
        mine = as_element_history(history.until(start + 1.5))
        near = [item for item in catalogue.sets if start + 0.1 <= item.epoch_mjd_utc <= start + 1.0]
        for item in near:
            axis_km = np.interp(item.epoch_mjd_utc, mine.epochs_mjd_utc, mine.mean_altitudes_km)
            differences_m.append(1000.0 * (item.elements.mean_altitude_km - axis_km))
    assert len(differences_m) > 40
    # A catalogue axis is good to 10 to 50 m: the median must be far inside that, the spread like it.
    assert abs(np.median(differences_m)) < 15.0
    assert np.percentile(np.abs(differences_m), 80) < 50.0


def test_averaged_planes_and_positions_are_those_of_the_catalogue(
    everything: dict[str, StateHistory], catalogue: ElementHistory
) -> None:
    mine = as_element_history(everything["iss_oem_2023-04-14.txt.gz"])
    start = float(mine.epochs_mjd_utc[0])
    near = [item for item in catalogue.sets if start <= item.epoch_mjd_utc <= start + 1.0]
    assert near
    for item in near:
        closest = min(mine.sets, key=lambda other: abs(other.epoch_mjd_utc - item.epoch_mjd_utc)).elements
        # SGP4's neglected terms and tracking: about 0.005 deg in the plane, 5e-5 in eccentricity (0.3 km).
        assert closest.inclination_deg == pytest.approx(item.elements.inclination_deg, abs=0.01)
        drift = np.degrees(closest.raan_rad - item.elements.raan_rad)
        moved_deg = -5.0 * (closest.epoch_mjd_utc - item.epoch_mjd_utc)  # the node goes back 5 deg a day
        assert (drift - moved_deg + 180.0) % 360.0 - 180.0 == pytest.approx(0.0, abs=0.02)
        for part in (np.cos, np.sin):
            theirs = item.elements.eccentricity * part(item.elements.argument_of_perigee_rad)
            assert closest.eccentricity * part(closest.argument_of_perigee_rad) == pytest.approx(theirs, abs=1e-4)


@pytest.mark.parametrize("suffix", [".xml", ".oem"])
def test_an_ephemeris_survives_writing(suffix: str, everything: dict[str, StateHistory], tmp_path: Path) -> None:
    history = everything["iss_oem_2023-02-22.xml.gz"]
    path = tmp_path / f"iss{suffix}"
    write_oem(path, history)
    back = read_any_history([path])
    assert isinstance(back, StateHistory)
    # Every digit of a state; epochs to the microsecond they are written with.
    assert np.array_equal(back.arcs[0].states, history.arcs[0].states)
    assert np.abs(back.times_mjd_utc - history.times_mjd_utc).max() * 86400.0 <= 1.0e-6
    assert back.arcs[0].spacecraft == history.arcs[0].spacecraft
    assert [event.name for event in back.events] == [event.name for event in history.events]
    for event, original in zip(back.events, history.events, strict=True):
        assert abs(event.time_mjd_utc - original.time_mjd_utc) * 86400.0 < 1.0e-3
        assert event.delta_v_m_s == original.delta_v_m_s


@pytest.mark.needs_heyoka
def test_frames_are_those_of_heyoka() -> None:
    pytest.importorskip("heyoka", reason="heyoka is not installed (extra 'precise')")
    from stationkeep.orbit.precise_tables import FrameRotations

    rotations = FrameRotations()
    random = np.random.default_rng(5)
    times = random.uniform(46000.0, 61200.0, 40)
    states = np.hstack([6800.0 * directions(random, 40), 7.7 * directions(random, 40)])
    mine = converted_states(states, times, Frame.GCRF, Frame.TEME)
    theirs = rotations.teme_states(states, times)
    # The nutation terms left out make 1 milliarcsec (3 cm); heyoka's chain has every term above 0.1.
    assert np.linalg.norm((mine - theirs)[:, :3], axis=1).max() < 1.0e-4
    fixed = converted_states(states, times, Frame.GCRF, Frame.ITRF)[:, :3]
    # UT1 taken as UTC: up to 0.9 s of turning, 0.42 km at the equator; polar motion 0.02 km.
    assert np.linalg.norm(fixed - rotations.itrs_positions_km(states[:, :3], times), axis=1).max() < 0.45
    there_and_back = converted_states(
        converted_states(states, times, Frame.EME2000, Frame.ITRF), times, Frame.ITRF, Frame.EME2000
    )
    assert np.abs(there_and_back - states).max() < 1e-9


def directions(random: np.random.Generator, count: int) -> NDArray[np.float64]:
    raw = random.normal(size=(count, 3))
    return np.asarray(raw / np.linalg.norm(raw, axis=1)[:, None])


@pytest.mark.needs_heyoka
def test_mean_elements_survive_a_high_fidelity_flight() -> None:
    pytest.importorskip("heyoka", reason="heyoka is not installed (extra 'precise')")
    from stationkeep.orbit.high_fidelity import HighFidelityPropagator
    from stationkeep.orbit.precise_dynamics import Density, HighFidelitySettings

    propagator = HighFidelityPropagator(HighFidelitySettings(Density.NONE, gravity_degree=4, gravity_order=4))
    start = MeanElements(59671.0, EARTH_EQUATORIAL_RADIUS_KM + 418.0, 0.0006, 0.9012, 1.0, 0.7, 2.0)
    times = start.epoch_mjd_utc + np.arange(0.0, 3.0, 240.0 / 86400.0)
    state = propagator.frames.gcrs_state_from_mean_elements(start)
    flown = propagator.propagate(state[:3], state[3:], times[0], times[-1], output_times_mjd_utc=times)
    teme = converted_states(flown.states_gcrs, times, Frame.GCRF, Frame.TEME)
    averaged = averaged_mean_elements(times, teme, spacing_revolutions=0.5)
    axes_km = np.array([item.semi_major_axis_km for item in averaged])
    single_km = np.array([mean_semi_major_axis_km(one) for one in teme])
    # Nothing brakes it, so its mean axis is one number: the ripple left is that of the tesseral harmonics, which
    # single states show at several times the size.
    assert np.ptp(axes_km) < 0.025
    assert np.ptp(axes_km) < 0.5 * np.ptp(single_km)
    assert axes_km.mean() == pytest.approx(single_km.mean(), abs=0.003)
    # The start is one state, so it carries the ripple of a moment: tens of metres.
    assert axes_km.mean() == pytest.approx(start.semi_major_axis_km, abs=0.04)
    # The plane and the shape, over the first hours, against what went in.
    assert averaged[0].inclination_rad == pytest.approx(start.inclination_rad, abs=5e-5)
    assert averaged[0].eccentricity == pytest.approx(start.eccentricity, abs=5e-5)


def test_too_sparse_an_ephemeris_is_used_and_said(everything: dict[str, StateHistory]) -> None:
    (arc,) = everything["iss_oem_2023-04-14.txt.gz"].arcs
    full = as_element_history(StateHistory("98067A", "ISS", (arc,)))
    sparse = StateArc("98067A", "ISS", arc.frame, arc.times_mjd_utc[::20], arc.states[::20], source="sparse.oem")
    mine = as_element_history(StateHistory("98067A", "ISS", (sparse,)))
    assert any("too short or sparse" in note for note in mine.notes)
    expected = np.interp(mine.epochs_mjd_utc, full.epochs_mjd_utc, full.mean_altitudes_km)
    inside = mine.epochs_mjd_utc < full.epochs_mjd_utc[-1]
    # Single states keep the ripple of a revolution: a hundred metres, no more.
    off_km = np.abs(mine.mean_altitudes_km - expected)[inside]
    assert off_km.max() < 0.2
    assert np.median(off_km) < 0.06
