"""Zones of the ocean and the distance to land."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from stationkeep.descent.zones import LandDistance, Zone, read_zone, require_reach, shipped_zones, zone_named
from stationkeep.errors import InputError


def geojson(path: Path, coordinates: list[list[list[float]]], kind: str = "Polygon") -> Path:
    path.write_text(json.dumps({"type": "Feature", "properties": {"name": "box"}, "geometry": {
        "type": kind, "coordinates": coordinates}}))  # fmt: skip
    return path


def test_the_shipped_zone_holds_point_nemo_and_not_new_zealand() -> None:
    zone = zone_named("SPOUA")
    inside = zone.contains([-48.877, -41.3, -45.0, -45.0], [-123.393, 174.8, 190.0, -170.0])
    assert inside.tolist() == [True, False, True, True]


def test_a_zone_across_the_date_line_holds_both_sides(tmp_path: Path) -> None:
    path = geojson(tmp_path / "z.geojson", [[[170, -50], [200, -50], [200, -30], [170, -30], [170, -50]]])
    inside = read_zone(path).contains([-40.0] * 5, [175.0, -175.0, 185.0, 165.0, -155.0])
    assert inside.tolist() == [True, True, True, False, False]
    assert shipped_zones()["south-pacific"].contains([-40.0, -40.0], [175.0, -150.0]).all()


def test_parts_on_both_sides_of_the_line_and_holes(tmp_path: Path) -> None:
    parts = [
        [[[170, -50], [180, -50], [180, -30], [170, -30], [170, -50]]],
        [[[-180, -50], [-160, -50], [-160, -30], [-180, -30], [-180, -50]],
         [[-175, -45], [-170, -45], [-170, -40], [-175, -40], [-175, -45]]],
    ]  # fmt: skip
    zone = read_zone(geojson(tmp_path / "z.geojson", parts, "MultiPolygon"))
    assert zone.contains([-40.0, -48.0, -42.0], [175.0, -172.0, -172.0]).tolist() == [True, True, False]


def test_a_yaml_zone(tmp_path: Path) -> None:
    path = tmp_path / "z.yaml"
    path.write_text("name: test\ncorners: [[-30, -150], [-30, -120], [-50, -120], [-50, -150], [-30, -150]]\n")
    zone = zone_named(str(path))
    assert zone.name == "test"
    assert zone.contains(-40.0, -130.0).all()


@pytest.mark.parametrize(
    ("coordinates", "said"),
    [
        ([[[170, -50], [200, -50], [200, -30], [170, -30]]], "not closed"),
        ([[[170, -50], [200, -30], [200, -50], [170, -30], [170, -50]]], "crosses itself"),
        ([[[170, -50], [-160, -50], [-160, -30], [170, -30], [170, -50]]], "date line"),
        ([[[170, -150], [180, -50], [180, -30], [170, -150]]], "not on Earth"),
        ([[[170, -50], [180, -50], [170, -50]]], "three corners"),
        ([[[170], [180], [170], [170]]], "pairs of numbers"),
        ([], "Polygon"),
    ],
)
def test_a_zone_that_cannot_be_is_refused(tmp_path: Path, coordinates: list[list[list[float]]], said: str) -> None:
    with pytest.raises(InputError, match=said):
        read_zone(geojson(tmp_path / "z.geojson", coordinates))


def test_a_jump_is_told_how_to_write(tmp_path: Path) -> None:
    path = geojson(tmp_path / "z.json", [[[170, -50], [-160, -50], [-160, -30], [170, -30], [170, -50]]])
    with pytest.raises(InputError) as caught:
        read_zone(path)
    assert "170 to 200" in str(caught.value.hint)


def test_names_and_files_that_are_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no zone"):
        zone_named("atlantis")
    with pytest.raises(InputError):
        zone_named(str(tmp_path / "none.geojson"))
    (tmp_path / "bad.yaml").write_text("[1, 2")
    with pytest.raises(InputError, match="cannot be read"):
        zone_named(str(tmp_path / "bad.yaml"))


def test_distances_to_land() -> None:
    """Point Nemo lies 2,688 km from Ducie, Motu Nui and Maher Island; never more by ours, at most 60 km less."""
    land = LandDistance()
    foreign, home = land.distances_km([-48.877, -24.7, 40.0], [-123.393, -124.8, -100.0])
    assert 2628.0 < min(foreign[0], home[0]) <= 2690.0
    assert foreign[1] < 20.0  # Ducie, which the half-degree mask lacks
    assert home[2] == 0.0
    assert foreign[2] > 500.0


def test_keep_out_distances_differ_by_owner() -> None:
    near_hawaii = (np.array([20.0]), np.array([-159.2]))
    assert LandDistance().clear(*near_hawaii)[0]
    assert not LandDistance(home_km=300.0).clear(*near_hawaii)[0]
    with pytest.raises(InputError, match="keep-out"):
        LandDistance(-1.0)


def test_a_zone_no_orbit_reaches() -> None:
    zone = shipped_zones()["spoua"]
    require_reach(zone, 51.6)
    require_reach(zone, 128.4)
    with pytest.raises(InputError, match=r"29.0 degrees.*28.5"):
        require_reach(zone, 28.5)
    inland = Zone("inland", shipped_zones()["spoua"].polygons)
    with pytest.raises(InputError, match="no place"):
        require_reach(inland, 51.6, LandDistance(5000.0, 5000.0))
