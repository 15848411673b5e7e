"""Bad histories on the real commands: refused with exit code 2 and one message, or used with what was wrong said."""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from stationkeep.orbit.messages.epochs import epoch_mjd_utc

Run = Callable[..., tuple[int, str, str]]
COMMANDS = ("decay", "burns", "calibrate")
FEW_RUNS = {"decay": ("-n", "4", "--space-weather", "observed"), "burns": (), "calibrate": ()}


@pytest.fixture
def cli(run_command: Callable[..., tuple[int, str, str]]) -> Run:
    def run(command: str, *arguments: object) -> tuple[int, str, str]:
        return run_command(command, *arguments, *FEW_RUNS[command])

    return run


@pytest.fixture(scope="module")
def lines(shared_data: Path) -> list[str]:
    """The station's sets from 28 December 2021 to 3 March 2022, lines without their ends."""
    found = (shared_data / "tle" / "25544_iss.tle").read_text().splitlines()
    start = next(
        index
        for index, line in enumerate(found)
        if line.startswith("1 ") and line[18:23] >= "21362" and line[18] == "2"
    )
    stop = next(index for index in range(start, len(found), 2) if found[index][18:23] >= "22063")
    return found[start:stop]


def put(folder: Path, content: str | bytes, name: str = "in.tle") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def summed(line: str) -> str:
    total = sum(int(char) if char.isdigit() else char == "-" for char in line[:68]) % 10
    return f"{line[:68]}{total}"


def used(cli: Run, command: str, path: Path, *arguments: object) -> dict[str, Any]:
    code, out, error = cli(command, "--tle", path, *arguments, "--json", "-")
    assert code == 0, error
    document: dict[str, Any] = json.loads(out)
    return document


def notes_of(document: dict[str, Any]) -> str:
    return " | ".join([*document["object"].get("notes", ()), *document["notes"]])


@pytest.mark.parametrize(
    "written",
    [
        lambda text: text.replace("\n", "\r\n").encode(),
        lambda text: text.replace("\n", "\r").encode(),
        lambda text: b"\xef\xbb\xbf" + text.encode(),
        lambda text: text.encode("utf-16"),
        lambda text: b"\xfe\xff" + text.encode("utf-16-be"),
        lambda text: gzip.compress(text.encode()),
        lambda text: "".join(f"  {line}  \n" for line in text.splitlines()).encode(),
    ],
    ids=["windows", "old mac", "mark", "utf-16", "utf-16 big", "gzip", "blanks"],
)
def test_ways_to_write_the_same_sets_change_nothing(
    cli: Run, lines: list[str], written: Callable[[str], bytes], tmp_path: Path
) -> None:
    text = "\n".join(lines[:120]) + "\n"
    plain = used(cli, "burns", put(tmp_path, text, "a.tle"))
    other = used(cli, "burns", put(tmp_path, written(text), "b.tle"))
    assert other["object"] == plain["object"]
    assert other["burns"] == plain["burns"]


@pytest.mark.parametrize("command", COMMANDS)
def test_files_that_cannot_be_used_are_refused_by_every_command(
    cli: Run, lines: list[str], command: str, tmp_path: Path
) -> None:
    text = "\n".join(lines[:120]) + "\n"
    for content, words in (
        (b"", "is empty"),
        (os.urandom(10) + b"\0" * 90, "not plain text"),
        (b"PK\x03\x04zip", "is a zip archive"),
        (gzip.compress(text.encode())[:-100], "broken gzip archive"),
        ("\n".join(line[:60] for line in lines[:40]), "each for the same reason; line 1: line 1 has 60 columns"),
        ("\n".join(line[:68] + str((int(line[68]) + 1) % 10) for line in lines[:40]), "fails its checksum"),
        ("<html><body>404</body></html>", "root <html>, not a CCSDS message"),
        (text.encode("utf-16-le"), "UTF-16 without its mark"),
    ):
        path = put(tmp_path, content)
        code, out, error = cli(command, "--tle", path, "--json", tmp_path / "out.json")
        assert (code, out) == (2, ""), words
        assert words in error
        assert error.count("error:") == 1
        assert list(tmp_path.iterdir()) == [path]


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission_is_refused(cli: Run, lines: list[str], tmp_path: Path) -> None:
    path = put(tmp_path, "\n".join(lines[:40]))
    path.chmod(0)
    code, _, error = cli("burns", "--tle", path)
    assert code == 2
    assert "Permission denied" in error


@pytest.mark.parametrize("command", COMMANDS)
def test_orbits_out_of_range_are_refused_with_the_range(
    cli: Run, lines: list[str], command: str, tmp_path: Path
) -> None:
    def orbit(line: str, inclination: float, eccentricity: float, rate: float) -> str:
        shape = f"{inclination:8.4f}{line[16:26]}{round(eccentricity * 1e7):07d}"
        return summed(f"{line[:8]}{shape}{line[33:52]}{rate:11.8f}{line[63:]}")

    for values, words in (
        ((0.05, 0.0002, 1.0027), "too high for air drag"),
        ((63.4, 0.74, 2.006), "Sun and Moon move the perigee"),
        ((7.0, 0.73, 2.27), "Sun and Moon move the perigee"),
    ):
        text = "".join(f"{one}\n{orbit(two, *values)}\n" for one, two in zip(lines[:40:2], lines[1:40:2], strict=True))
        code, out, error = cli(command, "--tle", put(tmp_path, text))
        assert (code, out) == (2, "")
        assert words in error
        assert "perigee is below 1000 km and whose eccentricity is below 0.2" in error


@pytest.mark.parametrize("command", COMMANDS)
def test_a_burn_on_the_last_day_is_said(cli: Run, lines: list[str], command: str, tmp_path: Path) -> None:
    """The reboost of 26 February 2022, 01:37 UTC, seen by the sets of its day."""
    kept = [line for one in zip(lines[::2], lines[1::2], strict=True) if one[0][18:32] < "22057.85" for line in one]
    path = put(tmp_path, "\n".join(kept))
    assert "less than two days before the" in notes_of(used(cli, command, path))
    code, out, _ = cli(command, "--tle", path)
    assert code == 0
    assert "less than two days before the" in " ".join(out.split())
    if command != "burns":
        assert "uncertain" in " ".join(out.split())


def test_sets_cut_off_by_years_are_named_with_a_way_on(cli: Run, lines: list[str], tmp_path: Path) -> None:
    lone = [summed(f"{lines[-2][:18]}26{lines[-2][20:]}"), lines[-1]]
    path = put(tmp_path, "\n".join([*lines, *lone]))
    code, _, error = cli("decay", "--tle", path)
    assert code == 2
    assert "there is none from 2022-03-03 to 2026-03-03" in error
    assert "--as-of 2022-03-04" in error
    assert used(cli, "decay", path, "--as-of", "2022-03-04T12:00+02:00")["as_of_utc"] == "2022-03-04T10:00:00Z"


def test_sets_of_the_future_are_named(cli: Run, lines: list[str], tmp_path: Path) -> None:
    text = [summed(f"{line[:18]}35{line[20:]}") if line[0] == "1" else line for line in lines[40:]]
    assert "of dates still to come" in notes_of(used(cli, "burns", put(tmp_path, "\n".join(text))))


def test_a_negative_b_star_means_nothing(cli: Run, lines: list[str], tmp_path: Path) -> None:
    negative = [summed(f"{line[:53]}-14224-3{line[61:]}") if line[0] == "1" else line for line in lines]
    one, two = (used(cli, "calibrate", put(tmp_path, "\n".join(text))) for text in (lines, negative))
    assert one["value_m2_kg"] == two["value_m2_kg"]


def test_an_object_long_down_is_said(cli: Run, shared_data: Path) -> None:
    document = used(cli, "decay", shared_data / "tle/37820_tiangong1.tle", "--as-of", "2018-06-01")
    assert "presumably come down" in notes_of(document)


def test_two_files_are_joined_by_decay_too(cli: Run, lines: list[str], tmp_path: Path) -> None:
    half = len(lines) // 4 * 2
    late, early = put(tmp_path, "\n".join(lines[half:]), "b.tle"), put(tmp_path, "\n".join(lines[:half]), "a.tle")
    whole = used(cli, "decay", put(tmp_path, "\n".join(lines)))
    assert used(cli, "decay", late, "--tle", early)["reentry"] == whole["reentry"]
    assert used(cli, "decay", late, early)["reentry"] == whole["reentry"]


def test_an_ephemeris_is_named_a_prediction(cli: Run, shared_data: Path) -> None:
    document = used(cli, "decay", shared_data / "oem/iss_oem_2023-03-01.txt.gz")
    assert "the history is an ephemeris" in notes_of(document)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("TIME_SYSTEM          = UTC", "TIME_SYSTEM = UT1", "cut.oem: time system 'UT1' is not converted"),
        ("REF_FRAME            = EME2000", "REF_FRAME = MOD", "cut.oem: reference frame 'MOD' is not known"),
        ("2023-03-01T12:08:00.000", "2023-03-01T12:08:00.000+02:00", "carries a time zone"),
        ("2023-03-01T12:08:00.000", "2023-02-31T12:08:00.000", "cut.oem: epoch '2023-02-31T12:08:00.000' is not a day"),
    ],
)
def test_ephemerides_in_other_terms_are_refused_by_name(
    cli: Run, shared_data: Path, old: str, new: str, words: str, tmp_path: Path
) -> None:
    text = gzip.decompress((shared_data / "oem/iss_oem_2023-03-01.txt.gz").read_bytes()).decode()
    assert old in text
    code, out, error = cli("burns", "--oem", put(tmp_path, text.replace(old, new), "cut.oem"))
    assert (code, out) == (2, "")
    assert words in error


def test_other_time_scales_are_converted_and_said(cli: Run, shared_data: Path, tmp_path: Path) -> None:
    text = gzip.decompress((shared_data / "oem/iss_oem_2023-03-01.txt.gz").read_bytes()).decode()
    path = put(tmp_path, text.replace("TIME_SYSTEM          = UTC", "TIME_SYSTEM = TAI"))
    assert "epochs are given in TAI and turned to UTC" in notes_of(used(cli, "burns", path))
    # TDB runs 1.66 ms ahead of TT a quarter of a year after perihelion and as much behind half a year later.
    for month, ahead_s in (("04-04", 0.00166), ("10-05", -0.00166), ("01-04", 0.0)):
        tt, tdb = (epoch_mjd_utc(f"2022-{month}T00:00:00", scale) for scale in ("TT", "TDB"))
        assert (tt - tdb) * 86400.0 == pytest.approx(ahead_s, abs=3e-5)


def test_a_row_cut_short_is_no_other_object(cli: Run, tmp_path: Path) -> None:
    names = "OBJECT_NAME,OBJECT_ID,EPOCH,MEAN_MOTION,ECCENTRICITY,INCLINATION,RA_OF_ASC_NODE,ARG_OF_PERICENTER,"
    row = "ISS,1998-067A,2022-03-27T13:08:21,15.49578,.0003979,51.6447,20.9354,317.3996,16.1142,25544"
    path = put(tmp_path, f"{names}MEAN_ANOMALY,NORAD_CAT_ID\n{row}\n{row[:-6]}\n", "cut.csv")
    code, _, error = cli("burns", "--tle", path)
    assert code == 2
    assert "too few element sets" in error  # one set of one object, not two objects
