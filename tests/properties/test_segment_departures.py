"""Segments of a run under any order of departures and returns: who is gone, and since when, is all that counts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cache

from hypothesis import given, settings
from hypothesis import strategies as st

from stationkeep.partnership.segments import SegmentLoss, SegmentNeeds, segments_of_station
from stationkeep.simulation.segment_events import Key, SegmentBook
from stationkeep.timescale import mjd_utc, parse_utc

PARTNERS = ("a", "b", "c", "d")
IRRELEVANT = "e"
ISS = ("nasa", "roscosmos", "esa", "jaxa")
ISS_IRRELEVANT = "csa"
START = mjd_utc(parse_utc("2024-03-01"))


@dataclass(frozen=True)
class Rules:
    """Each loss comes so many days after all of some partners have stopped: one more gone never takes one back."""

    stated: tuple[tuple[frozenset[str], str, float], ...]

    def losses(self, stopped: frozenset[str], moment: datetime) -> tuple[SegmentLoss, ...]:
        return tuple(
            SegmentLoss("stops", segment, segment, "power", (0.5 * days, days, 2.0 * days), ())
            for needed, segment, days in self.stated
            if needed <= stopped
        )


Moments = list[frozenset[str]]
"""Who has stopped from each day on, day by day."""
RULES = st.lists(
    st.tuples(
        st.frozensets(st.sampled_from(PARTNERS), min_size=1), st.sampled_from(("us", "russian")), st.integers(0, 9)
    ),
    max_size=6,
).map(lambda found: Rules(tuple((needed, segment, float(days)) for needed, segment, days in found)))


def gone(*names: str) -> st.SearchStrategy[Moments]:
    """Many change little from one day to the next, as partners do."""
    return st.lists(st.frozensets(st.sampled_from(names)), min_size=1, max_size=14)


def played(needs: Rules | SegmentNeeds, days: Moments, luck: float = 0.5) -> list[dict[Key, float]]:
    """After each day: every loss, with when it comes."""
    book, found = SegmentBook(needs, (luck, 0.5)), []  # type: ignore[arg-type]
    for day, stopped in enumerate(days):
        ahead = book.change(START + day, stopped)
        assert all(time > START + day for time in ahead)
        found.append({key: time for key, (time, _) in book.ahead.items()})
    return found


def never_later(more: list[dict[Key, float]], fewer: list[dict[Key, float]]) -> bool:
    return all(
        key in worse and worse[key] <= time
        for worse, better in zip(more, fewer, strict=True)
        for key, time in better.items()
    )


@cache
def iss() -> SegmentNeeds:
    found = segments_of_station("iss-2022-04-02")
    assert found is not None
    return found


# --- any needs that more departures only worsen -----------------------------------------------------------------------


@given(RULES, gone(*PARTNERS), st.lists(st.frozensets(st.sampled_from(PARTNERS)), max_size=14), st.floats(0.0, 1.0))
def test_more_gone_is_never_better(rules: Rules, days: Moments, besides: Moments, luck: float) -> None:
    more = [stopped | (besides[day] if day < len(besides) else frozenset()) for day, stopped in enumerate(days)]
    assert never_later(played(rules, more, luck), played(rules, days, luck))


@given(RULES, gone(*PARTNERS), st.lists(st.booleans(), min_size=14, max_size=14))
def test_whoever_has_nothing_to_do_with_it_changes_nothing(rules: Rules, days: Moments, away: list[bool]) -> None:
    with_it = [stopped | {IRRELEVANT} if away[day] else stopped for day, stopped in enumerate(days)]
    assert played(rules, with_it) == played(rules, days)


@given(RULES, gone(*PARTNERS), st.lists(gone(*PARTNERS).map(lambda passing: passing[:3]), max_size=8))
def test_the_order_of_one_moment_never_matters(rules: Rules, days: Moments, between: list[Moments]) -> None:
    book = SegmentBook(rules, (0.5, 0.5))  # type: ignore[arg-type]
    found = []
    for day, stopped in enumerate(days):
        for passing in between[day] if day < len(between) else ():
            book.change(START + day, passing)
        book.change(START + day, stopped)
        found.append({key: time for key, (time, _) in book.ahead.items()})
    assert found == played(rules, days)


@given(RULES, gone(*PARTNERS))
def test_only_who_is_gone_and_since_when_counts(rules: Rules, days: Moments) -> None:
    """Of a loss: the partners it hangs on, the last of them to go, and the days from then on; said without a book."""
    since: dict[str, int] = {}
    for day, stopped in enumerate(days):
        since = {partner: since.get(partner, day) for partner in stopped}
    expected: dict[Key, float] = {}
    for needed, segment, after in rules.stated:
        if needed <= since.keys():
            key: Key = (segment, "stops", "")
            expected[key] = min(expected.get(key, float("inf")), START + max(since[one] for one in needed) + after)
    assert played(rules, days)[-1] == expected


# --- the needs of the real station ------------------------------------------------------------------------------------


@settings(max_examples=15, deadline=None)
@given(gone(*ISS).map(lambda days: days[:5]), gone(*ISS), st.sampled_from((0.0, 0.5, 1.0)))
def test_at_the_real_station_more_gone_is_never_better(days: Moments, besides: Moments, luck: float) -> None:
    more = [stopped | (besides[day] if day < len(besides) else frozenset()) for day, stopped in enumerate(days)]
    assert never_later(played(iss(), more, luck), played(iss(), days, luck))


@settings(max_examples=15, deadline=None)
@given(gone(*ISS).map(lambda days: days[:5]), st.lists(st.booleans(), min_size=5, max_size=5))
def test_at_the_real_station_the_arms_owner_changes_no_segment(days: Moments, away: list[bool]) -> None:
    with_it = [stopped | {ISS_IRRELEVANT} if away[day] else stopped for day, stopped in enumerate(days)]
    assert played(iss(), with_it) == played(iss(), days)
