"""``stationkeep reentry``: the examples of the help, every refusal with exit code 2 and one message."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

Run = Callable[..., tuple[int, str, str]]
UARS = ("--inclination-deg", 57, "--casualty-area-m2", 22.4, "--year", 2011)


@pytest.fixture
def cli(run_command: Run) -> Run:
    return partial(run_command, "reentry")


def test_the_example_of_the_help(cli: Run) -> None:
    code, out, _ = cli(*UARS)
    assert code == 0
    assert "Casualty expectation" in out
    assert "1 in 3,1" in out  # NASA said 1 in 3,200


def test_json_alone_on_standard_output(cli: Run) -> None:
    code, out, _ = cli(*UARS, "--json", "-")
    document = json.loads(out)
    assert code == 0
    assert document["schema"] == "stationkeep.reentry/1"
    assert document["casualty_area_m2"] == 22.4
    assert document["fragments"] is None
    assert document["one_in"] == pytest.approx(3200, rel=0.05)
    assert document["population"]["year"] == 2011
    assert document["by_country"][0]["country"] == "China"
    assert document["claim"] is None


def test_a_page_figures_and_an_orbit(cli: Run, tmp_path: Path) -> None:
    code, out, _ = cli(*UARS, "--node-longitude-deg", 20, "--output", "page.html", "--figures", "maps")
    assert code == 0
    assert "On the orbit" in out
    assert "<svg" in (tmp_path / "page.html").read_text(encoding="utf-8")
    assert (tmp_path / "maps" / "footprint-1.png").exists()


def test_a_flat_world_by_hand(cli: Run) -> None:
    code, out, _ = cli("--inclination-deg", 51.6, "--casualty-area-m2", 10, "--people-per-km2", 14, "--json", "-")
    assert code == 0
    assert json.loads(out)["casualty_expectation"] == pytest.approx(1.4e-4, rel=1e-6)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ((), "which orbit"),
        (("--inclination-deg", 57), "what falls"),
        (("--inclination-deg", 190, "--casualty-area-m2", 10), "190"),
        (("--inclination-deg", "nan", "--casualty-area-m2", 10), "nan"),
        (("--inclination-deg", 57, "--casualty-area-m2", -3), "cannot be"),
        (("--inclination-deg", 57, "--casualty-area-m2", 10, "--body", "x.yaml"), "not both"),
        (("--inclination-deg", 57, "--body", "nowhere.yaml"), "nowhere.yaml"),
        (("--inclination-deg", 57, "--casualty-area-m2", 10, "--year", 1890), "1890"),
        (("iss-2022", "--inclination-deg", 57), "which orbit"),
        ((*UARS, "--branch", "withdrawal"), "without a scenario"),
        ((*UARS, "--on", "2018-04-02"), "no orbit to be on"),
        ((*UARS, "--sheltered", 1.5), "0 to 1"),
        ((*UARS, "--shelter-protection", 0.5), "--sheltered"),
        ((*UARS, "--area-factor", 0.2), "factor"),
        ((*UARS, "--casualty-law", "esa"), "nasa or opiela-matney"),
        ((*UARS, "--raster-holds", "cows"), "people"),
        ((*UARS, "--population-raster", "missing_2020.tif"), "missing_2020.tif"),
        ((*UARS, "--raster-year", 2020), "without a raster"),
        ((*UARS, "--seed", -1), "seed"),
        ((*UARS, "--break-ups", -1), "--break-ups"),
        (("no-such-scenario",), "no-such-scenario"),
        (("--tle", "missing.tle", "--casualty-area-m2", 10), "missing.tle"),
        ((*UARS, "--json", "."), "not a file name"),
    ],
)
def test_refusals_are_one_message(cli: Run, arguments: tuple[object, ...], says: str) -> None:
    code, out, error = cli(*arguments)
    assert code == 2, out
    assert says in error
    assert "Traceback" not in error
    assert len(error.strip().splitlines()) <= 4


def test_a_raster_without_projection_is_one_message(cli: Run, tmp_path: Path) -> None:
    rasterio = pytest.importorskip("rasterio", reason="reading rasters needs the extra 'rasters'")
    import numpy as np

    with rasterio.open(
        tmp_path / "people_2020.tif", "w", driver="GTiff", height=4, width=4, count=1, dtype="float32",
        transform=rasterio.transform.from_origin(0, 50, 1, 1),
    ) as target:  # fmt: skip
        target.write(np.ones((4, 4), dtype=np.float32), 1)
    code, _, error = cli(*UARS, "--population-raster", "people_2020.tif")
    assert code == 2
    assert "no projection" in error
    assert "EPSG:4326" in error
