"""Element sets: accepted, refused with line and reason, never taken as osculating."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from stationkeep.errors import ElementSetError, OrbitError
from stationkeep.orbit.elements import MeanElements
from stationkeep.orbit.history import read_history
from stationkeep.orbit.tle import read_element_set, teme_state

LINE1 = "1 25544U 98067A   22086.54746528  .00007553  00000+0  14224-3 0  9994"
LINE2 = "2 25544  51.6447  20.9354 0003979 317.3996  16.1142 15.49578066332518"
OTHER1 = "1 16609U 86017A   01081.92334318  .00905378  11898-4  39359-3 0  7787"
OTHER2 = "2 16609  51.6348 251.1851 0003524 208.4275 291.6897 16.21854268863255"


def with_checksum(line: str) -> str:
    total = sum(int(char) if char.isdigit() else char == "-" for char in line[:68]) % 10
    return f"{line[:68]}{total}"


def test_mean_motion_is_un_kozai_d() -> None:
    elements = read_element_set(LINE1, LINE2).elements
    # FACTS: the published mean altitude of this set is 418.46 km; taking the printed (Kozai) mean motion at face value
    # would give 5 km more, which is a week of the station's decay a kilometre at a time.
    assert elements.mean_altitude_km == pytest.approx(418.464, abs=0.005)
    kozai_axis = (398600.8 / (15.49578066 * 2.0 * math.pi / 86400.0) ** 2) ** (1.0 / 3.0)
    assert abs(kozai_axis - elements.semi_major_axis_km) > 0.5


def test_mean_axis_is_not_the_osculating_axis() -> None:
    item = read_element_set(LINE1, LINE2)
    axes = [teme_state(item, item.epoch_mjd_utc + minutes / 1440.0).semi_major_axis_km for minutes in range(0, 93, 3)]
    # J2 swings the osculating axis by several km within one revolution around a nearly constant mean.
    assert max(axes) - min(axes) > 10.0
    assert np.mean(axes) == pytest.approx(item.elements.semi_major_axis_km, abs=5.0)


@pytest.mark.parametrize(
    ("line1", "line2", "reason"),
    [
        (LINE1[:-1] + "5", LINE2, "fails its checksum"),
        (LINE1, LINE2[:-1] + "1", "fails its checksum"),
        (LINE1[:60], LINE2, "columns"),
        (LINE1, LINE2 + "0", "columns"),
        (LINE1, with_checksum(LINE2.replace("51.6447", "5x.6447")), "not in TLE columns"),
        (LINE1, OTHER2, "line 2 of 16609"),
        (LINE1, with_checksum(LINE2.replace(" 51.6447", "191.6447")), "inclination"),
        (LINE1, with_checksum(LINE2.replace("15.49578066", " 0.00000000")), "sgp4"),
    ],
)
def test_bad_sets_are_refused_with_their_reason(line1: str, line2: str, reason: str) -> None:
    with pytest.raises((ElementSetError, OrbitError), match=reason):
        read_element_set(line1, line2)


def test_orbit_below_ground_is_refused() -> None:
    with pytest.raises(OrbitError, match="below ground"):
        read_element_set(LINE1, with_checksum(LINE2.replace("0003979", "1003979")))


def test_rest_of_a_file_is_still_used(tmp_path: Path) -> None:
    path = tmp_path / "mixed.tle"
    bad = LINE1[:-1] + "0"
    path.write_text("\n".join(["# a comment", "ISS (ZARYA)", LINE1, LINE2, "", bad, LINE2, LINE1, "2 broken", LINE2]))
    history = read_history(path)
    assert history.name == "ISS (ZARYA)"
    assert len(history.sets) == 1
    assert [item.line_number for item in history.rejected] == [6, 8, 10]
    assert "checksum" in history.rejected[0].reason


def test_forged_sets_are_refused_one_by_one(shared_data: Path) -> None:
    path = shared_data / "tle" / "forged_iss_2022.tle"
    with pytest.raises(ElementSetError) as caught:
        read_history(path)
    assert "all 12 element sets are refused" in str(caught.value)
    for number in range(1, 24, 2):
        assert f"line {number}: " in str(caught.value)


def test_forged_sets_do_not_spoil_good_ones(shared_data: Path, tmp_path: Path) -> None:
    path = tmp_path / "mixed.tle"
    forged = (shared_data / "tle" / "forged_iss_2022.tle").read_text()
    path.write_text(f"{forged}{LINE1}\n{LINE2}\n")
    history = read_history(path)
    assert len(history.sets) == 1
    assert len(history.rejected) == 12


def test_every_real_set_is_accepted(shared_data: Path) -> None:
    history = read_history(shared_data / "tle" / "25544_iss.tle")
    assert not history.rejected
    # 11,623 sets in the file, 81 of them re-issues that share an epoch with another.
    assert len(history.sets) == 11542
    assert np.all(np.diff(history.epochs_mjd_utc) > 0.0)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "is empty"),
        (b"\n \n", "is empty"),
        (b"\x00\x01\x02 binary", "not plain text"),
        (f"{LINE1}\n{LINE2}\n".encode("utf-16-le"), "not plain text"),
        (f"{LINE1}\n{LINE2}\n".encode("utf-32"), "not plain text"),
        (b"hello\nworld\n", "no orbit history in a known format"),
        (LINE1.encode(), "line 1 without a line 2"),
        (f"{LINE1}\n{LINE2[:40]}".encode(), "40 columns"),
    ],
)
def test_unusable_files_say_why(tmp_path: Path, content: bytes, reason: str) -> None:
    path = tmp_path / "x.tle"
    path.write_bytes(content)
    with pytest.raises(ElementSetError, match=reason):
        read_history(path)


def test_missing_file_and_folder(tmp_path: Path) -> None:
    with pytest.raises(ElementSetError, match="No such file"):
        read_history(tmp_path / "none.tle")
    with pytest.raises(ElementSetError, match="is a folder"):
        read_history(tmp_path)


def test_several_objects_need_a_choice(tmp_path: Path) -> None:
    path = tmp_path / "two.tle"
    path.write_text("\n".join([LINE1, LINE2, OTHER1, OTHER2]))
    with pytest.raises(ElementSetError, match="2 objects: 16609, 25544"):
        read_history(path)
    assert read_history(path, "16609").norad_id == "16609"
    with pytest.raises(ElementSetError, match="hold no object 5"):
        read_history(path, "5")


def test_sgp4_errors_are_not_swallowed() -> None:
    item = read_element_set(OTHER1, OTHER2)
    with pytest.raises(ElementSetError, match="SGP4 cannot place"):
        teme_state(item, item.epoch_mjd_utc + 100.0)


def test_mean_elements_refuse_the_impossible() -> None:
    with pytest.raises(OrbitError, match="not a closed orbit"):
        MeanElements(59000.0, -7000.0, 1.2, 0.9, 0.0, 0.0)
    with pytest.raises(OrbitError, match="not a number"):
        MeanElements(59000.0, float("nan"), 0.0, 0.9, 0.0, 0.0)
    with pytest.raises(OrbitError, match="0 to 180"):
        MeanElements(59000.0, 7000.0, 0.0, 4.0, 0.0, 0.0)
