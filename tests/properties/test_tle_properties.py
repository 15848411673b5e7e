"""Two-line element sets under arbitrary input: read right, or refused with a reason; never another error."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from stationkeep.errors import ElementSetError, InputError
from stationkeep.orbit.tle import ElementHistory, ElementSet, histories_of_lines, read_element_set
from stationkeep.ordinary_file import Expected, read_text

EXPECTED = Expected(ElementSetError, "give two-line element sets", largest_mebibytes=1)

# No deadlines: what a slow machine does to a test says nothing about the orbit.
unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

# A station, one in its last days whose second derivative counts, and one from before 2000 with a negative first one.
GOOD = [
    (
        "1 25544U 98067A   22086.54746528  .00007553  00000+0  14224-3 0  9994",
        "2 25544  51.6447  20.9354 0003979 317.3996  16.1142 15.49578066332518",
    ),
    (
        "1 16609U 86017A   01081.92334318  .00905378  11898-4  39359-3 0  7787",
        "2 16609  51.6348 251.1851 0003524 208.4275 291.6897 16.21854268863255",
    ),
    (
        "1 25544U 98067A   98324.28472222 -.00003657  11563-4  00000+0 0    10",
        "2 25544  51.5908 168.3788 0125362  86.4185 359.7454 16.05064833    05",
    ),
]
GOOD_FILE = "\n".join(["ISS (ZARYA)", *GOOD[0], "# a comment", "", *GOOD[1], "0 ISS", *GOOD[2], ""])

# WGS-72 and the un-Kozai of Hoots and Roehrich, Spacetrack Report No. 3 (1980), section 6, written out again here.
WGS72_RADIUS_KM = 6378.135
WGS72_KE = 0.0743669161  # sqrt(mu) in Earth radii^1.5 per minute
WGS72_J2 = 0.001082616
EQUATORIAL_RADIUS_KM = 6378.137


def with_checksum(line: str) -> str:
    total = sum(int(char) if char in "0123456789" else char == "-" for char in line[:68]) % 10
    return f"{line[:68]}{total}"


@dataclass(frozen=True)
class Elements:
    """What was put into the columns, to be found again."""

    norad_id: str
    year: int
    day_of_year_e8: int
    inclination_e4: int
    raan_e4: int
    eccentricity_e7: int
    argument_e4: int
    anomaly_e4: int
    revolutions_per_day_e8: int
    tail: tuple[int, int, str, str, str]

    def lines(self) -> tuple[str, str]:
        day, fraction = divmod(self.day_of_year_e8, 10**8)
        number, revolution, drag, curvature, bstar = self.tail
        epoch = f"{self.year % 100:02d}{day:03d}.{fraction:08d}"
        line1 = f"1 {self.norad_id}U 98067A   {epoch} {drag} {curvature} {bstar} 0 {number:4d}"
        angles = [
            f"{value / 1e4:8.4f}" for value in (self.inclination_e4, self.raan_e4, self.argument_e4, self.anomaly_e4)
        ]
        motion = f"{self.revolutions_per_day_e8 / 1e8:11.8f}{revolution:5d}"
        line2 = f"2 {self.norad_id} {angles[0]} {angles[1]} {self.eccentricity_e7:07d} {angles[2]} {angles[3]} {motion}"
        return with_checksum(line1), with_checksum(line2)

    @property
    def epoch_mjd_utc(self) -> float:
        whole, fraction = divmod(self.day_of_year_e8, 10**8)
        before = self.year - 1
        ordinal = before * 365 + before // 4 - before // 100 + before // 400 + whole
        return ordinal - 678576 + fraction / 1e8  # 678576: the ordinal of MJD 0, 17 November 1858

    @property
    def semi_major_axis_km(self) -> float:
        """Brouwer's axis, from the printed (Kozai) mean motion."""
        motion = self.revolutions_per_day_e8 / 1e8 * 2.0 * math.pi / 1440.0
        eccentricity, cosine = self.eccentricity_e7 / 1e7, math.cos(math.radians(self.inclination_e4 / 1e4))
        kozai = (WGS72_KE / motion) ** (2.0 / 3.0)
        flattening = 0.75 * WGS72_J2 * (3.0 * cosine**2 - 1.0) / (1.0 - eccentricity**2) ** 1.5
        delta = flattening / kozai**2
        delta = flattening / (kozai * (1.0 - delta * (1.0 / 3.0 + delta * (1.0 + 134.0 / 81.0 * delta)))) ** 2
        return float((WGS72_KE * (1.0 + delta) / motion) ** (2.0 / 3.0)) * WGS72_RADIUS_KM


signs = st.sampled_from(" -+")
small_exponents = st.builds(
    lambda sign, digits, power: f"{sign}{digits:05d}-{power}", signs, st.integers(0, 99999), st.integers(3, 9)
)
days_e8 = st.integers(10**8, 366 * 10**8 - 1)  # day 1.0 to the end of day 365: any year has them


def element_sets(norad_ids: st.SearchStrategy[str], low: int, high: int) -> st.SearchStrategy[Elements]:
    """Random elements with a mean motion between ``low`` and ``high`` [1e-8 revolutions per day]."""
    circle = st.integers(0, 359_9999)
    return st.builds(
        Elements,
        norad_id=norad_ids,
        year=st.integers(1957, 2056),
        day_of_year_e8=days_e8,
        inclination_e4=st.integers(0, 180_0000),
        raan_e4=circle,
        eccentricity_e7=st.one_of(st.integers(0, 200_000), st.integers(0, 9_999_999)),
        argument_e4=circle,
        anomaly_e4=circle,
        revolutions_per_day_e8=st.integers(low, high),
        tail=st.tuples(
            st.integers(0, 9999),
            st.integers(0, 99999),
            st.builds(lambda sign, digits: f"{sign}.{digits:08d}", signs, st.integers(0, 10**7)),
            small_exponents,
            small_exponents,
        ),
    )


any_norad_id = st.one_of(
    st.integers(0, 99999).map(lambda number: f"{number:05d}"),
    st.builds(
        lambda letter, rest: f"{letter}{rest:04d}", st.sampled_from("ABCDEFGHJKLMNPQRSTUVWXYZ"), st.integers(0, 9999)
    ),
)
# From 20 days a revolution, beyond what anybody publishes, to 18 a day, below ground.
any_elements = element_sets(any_norad_id, 5_000_000, 18 * 10**8)
# 14.5 to 15.9 revolutions per day and next to no eccentricity: 200 to 700 km up, nothing physics could object to.
flyable = element_sets(st.sampled_from(["00005", "25544", "37820"]), 14_5000_0000, 15_9000_0000).map(
    lambda item: Elements(**{**item.__dict__, "eccentricity_e7": item.eccentricity_e7 % 20_000})
)


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("tle") / "fuzzed.tle"


def assert_sound(histories: dict[str, ElementHistory], n_lines: int) -> None:
    """Nothing half-right gets through: what is accepted is a closed orbit above ground, sorted, one set per epoch."""
    assert histories
    for norad_id, history in histories.items():
        epochs = [item.epoch_mjd_utc for item in history.sets]
        assert epochs == sorted(set(epochs))
        assert history.sets
        for item in history.sets:
            assert item.norad_id == norad_id
            assert item.elements.perigee_altitude_km >= 0.0
            assert read_element_set(item.line1, item.line2, item.name) == item
        numbers = [item.line_number for item in history.rejected]
        assert numbers == sorted(numbers)
        assert all(
            1 <= number <= n_lines and item.reason for number, item in zip(numbers, history.rejected, strict=True)
        )


def read_or_refuse(path: Path, content: bytes) -> dict[str, ElementHistory]:
    """The histories in a file of these bytes, none where it is refused; any other error fails the test."""
    path.write_bytes(content)
    try:
        lines = read_text(path, EXPECTED).split("\n")
        histories = histories_of_lines(lines, path.name)
    except ElementSetError:
        return {}
    assert_sound(histories, len(lines))
    return histories


def read_set_or_refuse(line1: str, line2: str) -> ElementSet | None:
    """The set in these lines, None where it is refused; any other error fails the test."""
    try:
        item = read_element_set(line1, line2)
    except InputError:
        return None
    assert math.isfinite(item.epoch_mjd_utc)
    assert item.elements.perigee_altitude_km >= 0.0
    return item


@unhurried
@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(path: Path, content: bytes) -> None:
    read_or_refuse(path, content)


@unhurried
@given(st.data())
def test_a_damaged_file_is_read_or_refused(path: Path, data: st.DataObject) -> None:
    content = GOOD_FILE.encode()
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(content)))
        stop = data.draw(st.integers(start, min(len(content), start + 80)))
        content = content[:start] + data.draw(st.binary(max_size=20)) + content[stop:]
    read_or_refuse(path, content)


@unhurried
@given(st.sampled_from(GOOD), st.integers(0, 1), st.data())
def test_a_changed_digit_is_always_refused(good: tuple[str, str], which: int, data: st.DataObject) -> None:
    line = good[which]
    column = data.draw(st.sampled_from([k for k, char in enumerate(line) if char.isdigit()]))
    digit = data.draw(st.sampled_from([char for char in "0123456789" if char != line[column]]))
    changed = line[:column] + digit + line[column + 1 :]
    lines = (changed, good[1]) if which == 0 else (good[0], changed)
    with pytest.raises(ElementSetError):
        read_element_set(*lines)


@unhurried
@given(st.sampled_from(GOOD), st.integers(0, 1), st.data())
def test_any_columns_with_a_right_checksum_are_read_or_refused(
    good: tuple[str, str], which: int, data: st.DataObject
) -> None:
    """A checksum is no proof of sense: blanks inside a number, a sign where a digit belongs, an impossible day."""
    line = good[which]
    for _ in range(data.draw(st.integers(1, 6))):
        column = data.draw(st.integers(2, 67))
        line = line[:column] + data.draw(st.sampled_from("0123456789 +-.AZ")) + line[column + 1 :]
    read_set_or_refuse(*((with_checksum(line), good[1]) if which == 0 else (good[0], with_checksum(line))))


@unhurried
@given(st.sampled_from(GOOD), st.integers(0, 1), st.integers(0, 60), st.integers(1, 9))
def test_blanked_columns_are_read_or_refused(good: tuple[str, str], which: int, start: int, width: int) -> None:
    line = good[which]
    blanked = with_checksum(line[: start + 2] + " " * width + line[start + 2 + width :])
    read_set_or_refuse(*((blanked, good[1]) if which == 0 else (good[0], blanked)))


def assert_recovered(item: ElementSet, given_elements: Elements) -> None:
    found = item.elements
    assert item.norad_id == given_elements.norad_id
    # 1e-8 day is the last column of the epoch; a double holds a day number of 60,000 to 1e-11.
    assert found.epoch_mjd_utc == pytest.approx(given_elements.epoch_mjd_utc, abs=1e-9, rel=0.0)
    # Columns are exact decimal figures: nothing but the rounding of a double may be lost.
    assert found.eccentricity == pytest.approx(given_elements.eccentricity_e7 / 1e7, abs=1e-12)
    for value, column in (
        (found.inclination_rad, given_elements.inclination_e4),
        (found.raan_rad, given_elements.raan_e4),
        (found.argument_of_perigee_rad, given_elements.argument_e4),
        (found.mean_anomaly_rad, given_elements.anomaly_e4),
    ):
        assert math.degrees(value) == pytest.approx(column / 1e4, abs=1e-9)
    # The constant ke is printed with nine digits: 1e-8 of the axis, a tenth of a metre.
    assert found.semi_major_axis_km == pytest.approx(given_elements.semi_major_axis_km, rel=3e-9)


@unhurried
@given(any_elements)
def test_any_orbit_is_recovered_or_refused_by_physics(elements: Elements) -> None:
    lines = elements.lines()
    assert [len(line) for line in lines] == [69, 69]
    axis = elements.semi_major_axis_km
    perigee_km = axis * (1.0 - elements.eccentricity_e7 / 1e7) - EQUATORIAL_RADIUS_KM
    assume(abs(perigee_km) > 0.01)  # not on the edge, where the ninth digit of ke decides
    if perigee_km < 0.0:
        with pytest.raises(InputError):
            read_element_set(*lines)
    else:
        assert_recovered(read_element_set(*lines), elements)


@unhurried
@given(flyable)
def test_any_low_orbit_is_recovered(elements: Elements) -> None:
    assert_recovered(read_element_set(*elements.lines()), elements)


@unhurried
@given(st.integers(1957, 2056), st.one_of(st.integers(0, 10**8 - 1), st.integers(367 * 10**8, 999 * 10**8)), flyable)
def test_days_no_year_has_are_refused(year: int, day_e8: int, elements: Elements) -> None:
    impossible = Elements(**{**elements.__dict__, "year": year, "day_of_year_e8": day_e8})
    with pytest.raises(ElementSetError):
        read_element_set(*impossible.lines())


@dataclass(frozen=True)
class Block:
    """A piece of a file whose content is known: lines, and the set in it, or None where it must be refused."""

    lines: tuple[str, ...]
    key: tuple[str, float] | None
    refused: int


def good_block(elements: Elements, name: str | None) -> Block:
    lines = elements.lines()
    key = (elements.norad_id, round(elements.epoch_mjd_utc, 8))
    return Block((name, *lines) if name else lines, key, 0)


def bad_block(elements: Elements, which: int, column: int) -> Block:
    lines = list(elements.lines())
    line = lines[which]
    digits = [k for k, char in enumerate(line) if char.isdigit() and k > 6]
    at = digits[column % len(digits)]
    lines[which] = line[:at] + str((int(line[at]) + 1 + column % 9) % 10) + line[at + 1 :]
    return Block(tuple(lines), None, 1)


names = st.sampled_from([None, "ISS (ZARYA)", "0 TIANGONG 1", "# a comment", "", "   "])
blocks = st.lists(
    st.one_of(
        st.builds(good_block, flyable, names), st.builds(bad_block, flyable, st.integers(0, 1), st.integers(0, 500))
    ),
    min_size=1,
    max_size=8,
)
newlines = st.sampled_from(["\n", "\r\n", " \n", "\n\n"])


def content_of(parts: list[Block], newline: str) -> bytes:
    return "".join(line + newline for part in parts for line in part.lines).encode()


def keys_of(histories: dict[str, ElementHistory]) -> set[tuple[str, float]]:
    return {
        (norad_id, round(item.epoch_mjd_utc, 8)) for norad_id, history in histories.items() for item in history.sets
    }


def refusals_of(histories: dict[str, ElementHistory]) -> int:
    return len(next(iter(histories.values())).rejected)


def lines_of(histories: dict[str, ElementHistory]) -> dict[tuple[str, float], tuple[str, str]]:
    return {
        (norad_id, item.epoch_mjd_utc): (item.line1, item.line2)
        for norad_id, history in histories.items()
        for item in history.sets
    }


@unhurried
@given(blocks, newlines)
def test_every_good_set_of_a_file_is_used_and_every_bad_one_counted(
    path: Path, parts: list[Block], newline: str
) -> None:
    histories = read_or_refuse(path, content_of(parts, newline))
    expected = {part.key for part in parts if part.key is not None}
    assert keys_of(histories) == expected
    if expected:
        assert refusals_of(histories) == sum(part.refused for part in parts)


@unhurried
@given(blocks, blocks, newlines)
def test_a_file_of_two_files_holds_the_sets_of_both(
    path: Path, first: list[Block], second: list[Block], newline: str
) -> None:
    one, two = (read_or_refuse(path, content_of(parts, newline)) for parts in (first, second))
    both = read_or_refuse(path, content_of([*first, *second], newline))
    # Of two sets with one epoch the later in the file stands, as a re-issue does.
    assert lines_of(both) == {**lines_of(one), **lines_of(two)}
    if one and two:
        assert refusals_of(both) == refusals_of(one) + refusals_of(two)


@unhurried
@given(
    st.lists(flyable, min_size=1, max_size=6, unique_by=lambda item: (item.norad_id, item.day_of_year_e8, item.year)),
    st.data(),
)
def test_a_cut_file_loses_at_most_the_set_under_the_knife(
    path: Path, items: list[Elements], data: st.DataObject
) -> None:
    content = content_of([good_block(item, None) for item in items], "\n")
    cut = data.draw(st.integers(0, len(content)))
    size = 2 * 70  # two lines of 69 columns and a newline
    keys = [good_block(item, None).key for item in items]
    whole_before = (cut + 1) // size  # the last newline may be missing
    whole_after = -(-cut // size)
    assert keys_of(read_or_refuse(path, content[:cut])) == set(keys[:whole_before])
    assert keys_of(read_or_refuse(path, content[cut:])) == set(keys[whole_after:])
