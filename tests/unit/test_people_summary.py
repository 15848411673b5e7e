"""People over many runs: shares, dates and names from made-up courses whose answers can be counted by hand."""

from __future__ import annotations

import pickle
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sample_people import EPOCH_MJD, HORIZON_MJD, sample_course, sample_people
from stationkeep.campaign.people_document import PeopleDocument
from stationkeep.campaign.people_reference import LONGEST_PICTURE_DAYS, people_reference, pictured, thinned
from stationkeep.campaign.people_summary import NO_RELIEF, PeopleGrid, PeopleRun, people_document
from stationkeep.simulation.people_record import PeopleCourse, StoreCourse
from stationkeep.timescale import iso_utc, mjd_utc, parse_utc

LEFT = EPOCH_MJD + 160.0


def summarised(courses: list[PeopleCourse], reference: PeopleCourse | None = None) -> PeopleDocument:
    reference = reference or courses[0]
    grid = PeopleGrid.of(reference, EPOCH_MJD, HORIZON_MJD)
    return people_document(reference, [PeopleRun.of(one, grid) for one in courses], grid, HORIZON_MJD)


def test_shares_and_dates_are_those_of_the_runs() -> None:
    courses = [sample_course(LEFT + index) for index in range(6)]
    courses += [sample_course(LEFT + index, first_limit="attitude", stranded=("A", "B")) for index in range(6, 9)]
    courses += [sample_course()]
    found = summarised(courses)
    left = found.station_left
    assert (left.share, left.median_utc) == (0.9, iso_utc(LEFT + 4))
    assert left.p95_utc is None  # one run in ten is never left: the 95 % quantile lies beyond the horizon
    assert [(item.name, item.share) for item in left.reasons] == [("American food", 0.6), ("attitude", 0.3)]
    assert [(item.name, item.share) for item in found.first_limit] == [("American food", 0.6), ("attitude", 0.3)]
    assert left.stranded_share == 0.3
    assert left.why == courses[0].why["left"]
    assert found.must_leave.median_utc == iso_utc(LEFT + 3.5)
    assert found.not_flown == pytest.approx(2 * 0.9)


def test_a_run_that_says_no_reason_is_still_counted() -> None:
    found = summarised([sample_course(LEFT, first_limit="")] * 2)
    assert [item.share for item in found.station_left.reasons] == [1.0]
    assert found.first_limit == []


def test_who_is_without_a_seat() -> None:
    courses = [
        sample_course(unseated_from_mjd_utc=EPOCH_MJD + 30.0 + index, unseated=("Rubio, Francisco",),
                      why={"unseated": "MS-22 leaks"})
        for index in range(3)
    ]  # fmt: skip
    found = summarised([*courses, sample_course()])
    assert (found.without_seat.share, found.without_seat.who) == (0.75, ["Rubio, Francisco"])
    assert found.without_seat.why == "MS-22 leaks"
    assert found.without_seat.p05_utc == iso_utc(EPOCH_MJD + 30.0)
    assert found.reference.unseated_from_utc == iso_utc(EPOCH_MJD + 30.0)


def test_nitrogen_has_a_line_of_its_own_for_all_tanks_together() -> None:
    """No store people live from, and yet they left for want of it while the page said that no store ends."""

    def leaking(us: tuple[float, ...], russian: tuple[float, ...]) -> PeopleCourse:
        times = EPOCH_MJD + 100.0 * np.arange(3)
        tanks = tuple(
            StoreCourse(name, owner, "nitrogen", False, times, np.array(kg), np.full(3, reserve), None, None)
            for name, owner, kg, reserve in (
                ("us-nitrogen", "nasa", us, 27.0), ("russian-nitrogen", "roscosmos", russian, 0.0),
            )
        )  # fmt: skip
        course = sample_course()
        return replace(course, stores=(*course.stores, *tanks))

    spent = leaking((77.0, 0.0, 0.0), (50.0, 54.0, 0.0))  # one tank is dry from day 100 on, all of it from day 200 on
    found = summarised([spent, leaking((77.0, 77.0, 77.0), (0.0, 0.0, 0.0))])
    assert found.nitrogen is not None
    assert (found.nitrogen.reserve.share, found.nitrogen.zero.share) == (0.5, 0.5)
    assert found.nitrogen.reserve.p05_utc == iso_utc(EPOCH_MJD + 150.0)
    assert found.nitrogen.zero.p05_utc == iso_utc(EPOCH_MJD + 100.0 + 100.0 * 53.0 / 54.0)
    assert found.first_store is None
    assert summarised([sample_course()]).nitrogen is None


def test_the_store_that_ends_first_is_the_one_that_does_in_most_runs() -> None:
    def ending(food: float | None, water: float | None) -> PeopleCourse:
        course = sample_course()
        dates = {"us-food": food, "us-water": water, "us-spares": EPOCH_MJD + 1.0}
        stores = tuple(replace(store, empty_mjd_utc=dates.get(store.name)) for store in course.stores)
        return replace(course, stores=stores)

    early, late = EPOCH_MJD + 100.0, EPOCH_MJD + 150.0
    found = summarised([ending(early, late), ending(early, None), ending(late, early), ending(None, None)])
    assert found.first_store is not None  # spares end on the first day, but nobody dies of that
    assert (found.first_store.name, found.first_store.owner, found.first_store.of_runs) == ("us-food", "nasa", 0.5)
    assert (found.first_store.share, found.first_store.median_utc) == (0.75, iso_utc(early))
    # Nothing fell below its reserve by itself: what has ended is below it, so no store ends before one is low.
    assert found.first_reserve is not None
    assert (found.first_reserve.share, found.first_reserve.median_utc) == (0.75, iso_utc(early))
    food = next(store for store in found.stores if store.name == "us-food")
    assert (food.zero.share, food.zero.p05_utc, food.zero.p95_utc) == (0.75, iso_utc(early), None)
    assert food.reserve.share == 0.0


def test_stores_are_found_by_name_not_by_place() -> None:
    reference = sample_course(LEFT)
    other = replace(reference, stores=tuple(reversed(reference.stores))[:-1])  # the first one is missing
    found = summarised([reference, other], reference)
    by_name = {store.name: store.reserve.share for store in found.stores}
    assert by_name["us-food"] == 0.5  # of the run that has no such store it never runs short
    assert by_name["russian-food"] == 1.0


def test_people_over_time_are_counts_that_occurred() -> None:
    found = summarised([sample_course(LEFT - 20.0 * index) for index in range(3)])
    days = [mjd_utc(parse_utc(date)) for date in found.aboard.dates_utc]
    assert days[0] == EPOCH_MJD
    assert np.diff(days) == pytest.approx(5.0)
    early, late = np.searchsorted(days, [LEFT - 30.0, LEFT - 10.0])
    assert (found.aboard.p05[early], found.aboard.median[early], found.aboard.p95[early]) == (0, 7, 7)
    assert (found.aboard.p05[late], found.aboard.median[late], found.aboard.p95[late]) == (0, 0, 7)
    assert found.aboard.p95[-1] == 0  # the table ends once nobody is aboard in any run
    assert days[-1] < LEFT + 6.0


def test_a_kept_run_is_small_and_its_document_reads_back() -> None:
    grid = PeopleGrid.of(sample_course(), EPOCH_MJD, HORIZON_MJD)
    assert len(pickle.dumps(PeopleRun.of(sample_course(), grid))) < 500
    found = sample_people(LEFT)
    assert PeopleDocument.model_validate_json(found.model_dump_json()) == found


def test_pictures_end_some_months_after_the_station_is_left() -> None:
    start, stop = pictured(sample_course(LEFT), HORIZON_MJD)
    assert start == EPOCH_MJD
    assert LEFT + 60.0 < stop < LEFT + 200.0
    assert pictured(sample_course(), HORIZON_MJD) == (EPOCH_MJD, EPOCH_MJD + LONGEST_PICTURE_DAYS)
    start, stop = pictured(replace(sample_course(), left_mjd_utc=EPOCH_MJD + 2000.0), HORIZON_MJD)
    assert stop - start == LONGEST_PICTURE_DAYS  # of nine years the three around the end
    assert stop > EPOCH_MJD + 2000.0


def test_store_courses_keep_their_jumps_and_their_shape() -> None:
    course = sample_course()
    reference = people_reference(course, HORIZON_MJD)
    for store, line in zip(course.stores, reference.stores, strict=True):
        times = np.array([mjd_utc(parse_utc(date)) for date in line.dates_utc])
        for moment in np.arange(EPOCH_MJD + 1.0, EPOCH_MJD + LONGEST_PICTURE_DAYS, 7.3):
            shown = float(np.interp(moment, times, line.amount_kg))
            real = float(np.interp(moment, store.times_mjd_utc, store.amount_kg))
            assert shown == pytest.approx(real, abs=0.01 * float(store.amount_kg.max()) + 0.02)
    assert list(reference.port_names.values())[:2] == ["Zvezda aft", "Poisk zenith"]


def test_steps_at_one_moment_are_one() -> None:
    course = sample_course()
    doubled = replace(
        course,
        times_mjd_utc=np.repeat(course.times_mjd_utc, 2),
        aboard=np.repeat(course.aboard, 2) - np.tile([1, 0], len(course.aboard)),
        seats=np.repeat(course.seats, 2),
    )
    assert people_reference(doubled, HORIZON_MJD).steps == people_reference(course, HORIZON_MJD).steps


@given(
    st.lists(st.tuples(st.floats(0.0, 50.0), st.floats(0.0, 100.0)), min_size=1, max_size=60),
    st.floats(0.01, 20.0),
)
def test_no_dropped_point_is_off_by_more_than_the_tolerance(points: list[tuple[float, float]], allowed: float) -> None:
    times = np.cumsum([gap for gap, _ in points])
    levels = np.array([[level] for _, level in points])
    kept = thinned(times, levels, allowed)
    assert kept[0] == 0
    assert kept[-1] == len(points) - 1
    for first, last in pairwise(kept):
        span = times[last] - times[first]
        for inside in range(first + 1, last):
            share = (times[inside] - times[first]) / span if span > 0.0 else 0.0
            on_chord = levels[first, 0] + share * (levels[last, 0] - levels[first, 0])
            assert abs(on_chord - levels[inside, 0]) <= allowed + 1.0e-9


def test_people_without_stores_are_followed_all_the_same() -> None:
    bare = replace(sample_course(LEFT), stores=())
    found = summarised([bare, bare])
    assert (found.stores, found.first_store, found.first_reserve) == ([], None, None)
    assert found.station_left.share == 1.0


def test_the_reason_of_leaving_is_that_of_the_last_departure() -> None:
    # people had to go once, came back, and left for good years later for another reason
    back = {"must_leave_mjd_utc": LEFT - 100.0, "first_limit": "attitude"}
    why = [
        "the last craft went home as planned, and no other came",
        "the station tumbles",
        "",
    ]
    courses = [sample_course(LEFT, why={"left": text}, **back) for text in why]
    food = {"why": {"left": "American food would end in 28 days"}, "left_reason": "American food"}
    found = summarised([*courses, sample_course(LEFT, **food, **back)])
    assert {item.name: item.share for item in found.station_left.reasons} == {
        NO_RELIEF: 0.5, "attitude": 0.25, "American food": 0.25,
    }  # fmt: skip
    assert [item.name for item in found.first_limit] == ["attitude"]


def test_a_station_that_is_manned_again_was_empty_all_the_same() -> None:
    """Two runs of four are empty at some time, one of them at the end; an hour between two craft is none."""
    course = sample_course()
    times = EPOCH_MJD + np.array([0.0, 100.0, 130.0, 200.0, 200.04])
    back = replace(course, times_mjd_utc=times, aboard=np.array([7, 0, 4, 0, 7]), seats=np.array([7, 0, 4, 0, 7]))
    hour = replace(course, times_mjd_utc=times, aboard=np.array([7, 4, 4, 0, 7]), seats=np.array([7, 4, 4, 0, 7]))
    assert back.emptied_mjd_utc == EPOCH_MJD + 100.0
    assert hour.emptied_mjd_utc is None
    found = summarised([course, hour, back, sample_course(LEFT)])
    assert (found.emptied.share, found.station_left.share) == (0.5, 0.25)
    assert found.emptied.p05_utc == iso_utc(EPOCH_MJD + 100.0)
