"""Whatever comes: seats are shared as well as they can be, nobody is doubled or lost, luck never breaks the ports."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stationkeep.errors import InputError
from stationkeep.logistics.chance import beta_quantile, beta_share, student_quantile, student_share
from stationkeep.logistics.conflicts import conflicts_of
from stationkeep.logistics.dates import mjd_of
from stationkeep.logistics.delays import DaysLaw, ShareLaw, days_law
from stationkeep.logistics.history import flown_history
from stationkeep.logistics.laws_file import shipped_laws
from stationkeep.logistics.lifeboat import Boat, Rider, seat_everyone
from stationkeep.logistics.luck import draw_luck
from stationkeep.logistics.realise import PadClosure, realise
from stationkeep.logistics.state import StationTraffic
from stationkeep.logistics.tables import manifest_of_texts
from stationkeep.logistics.watch import watch

SUITS = ("a", "b", "c")
START = mjd_of("2022-04-02")
riders = st.lists(st.frozensets(st.sampled_from(SUITS), max_size=3), max_size=7).map(
    lambda owned: [Rider(f"r{index}", suits) for index, suits in enumerate(owned)]
)
boats = st.lists(st.tuples(st.integers(0, 3), st.sampled_from(SUITS)), max_size=4).map(
    lambda given: [Boat(f"b{index}", seats, suit) for index, (seats, suit) in enumerate(given)]
)


def most_seated(people: list[Rider], craft: list[Boat]) -> int:
    """By Hall's deficiency over sets of suits: those who own nothing outside a set share the seats of that set."""
    worst = 0
    for mask in range(1 << len(SUITS)):
        owned = {suit for index, suit in enumerate(SUITS) if mask >> index & 1}
        confined = sum(1 for rider in people if rider.suits <= owned)
        room = sum(boat.seats for boat in craft if boat.suit in owned)
        worst = max(worst, confined - room)
    return len(people) - worst


@given(riders, boats)
def test_as_many_as_possible_have_a_seat(people: list[Rider], craft: list[Boat]) -> None:
    seating = seat_everyone(people, craft)
    assert len(seating.seats) == most_seated(people, craft)
    assert set(seating.seats) | set(seating.without) == {rider.key for rider in people}
    suits = {rider.key: rider.suits for rider in people}
    for boat in craft:
        held = [key for key, name in seating.seats.items() if name == boat.flight]
        assert len(held) <= boat.seats
        assert all(boat.suit in suits[key] for key in held)


@given(riders.filter(lambda people: len(people) <= 4), boats)
def test_how_many_go_without_does_not_depend_on_the_order(people: list[Rider], craft: list[Boat]) -> None:
    assert len({len(seat_everyone(list(order), craft).without) for order in permutations(people)}) <= 1


@settings(max_examples=40)
@given(st.integers(0, 2**32), st.lists(st.tuples(st.integers(0, 700), st.integers(1, 300)), max_size=2))
def test_whatever_luck_ports_are_never_shared_and_people_never_doubled(
    seed: int, closures: list[tuple[int, int]]
) -> None:
    plan = replace(flown_history(), contingencies=())
    shut = [PadClosure("baikonur-31", START + begin, START + begin + days) for begin, days in closures]
    luck = draw_luck(plan, shipped_laws(), np.random.default_rng(seed))
    came = realise(plan, luck, from_mjd_utc=START, closures=shut)
    found = conflicts_of(came.manifest)
    assert [one for one in found if one.severity == "impossible"] == []
    for flight in came.manifest.flights.values():
        if flight.launch_mjd_utc >= START and flight.kind.owner == "roscosmos":
            assert not any(shuts.from_mjd_utc < flight.launch_mjd_utc < shuts.to_mjd_utc for shuts in shut)
    names = [trip.key for trip in came.manifest.trips]
    assert len(names) == len(set(names))
    assert set(names) <= {trip.key for trip in plan.trips}
    for day in watch(came.manifest, START, START + 500).days:
        assert len({trip.name for trip in day.people}) == day.aboard
        assert day.seats <= day.seats_docked


@settings(max_examples=20)
@given(st.integers(0, 2**32))
def test_history_before_the_start_is_not_touched(seed: int) -> None:
    plan = flown_history()
    came = realise(plan, draw_luck(plan, shipped_laws(), np.random.default_rng(seed)), from_mjd_utc=START)
    for name, flight in plan.flights.items():
        if flight.departure_mjd_utc is not None and flight.departure_mjd_utc < START:
            assert came.manifest.flights[name].stays == flight.stays


@settings(max_examples=15)
@given(st.integers(58900, 60000), st.integers(1, 200))
def test_a_part_of_a_manifest_tells_the_same_days(first: int, length: int) -> None:
    whole, last = flown_history(), min(first + length, 60300)
    cut = whole.between(first, last + 1.0)
    assert len(cut.flights) <= len(whole.flights)
    one, other = watch(whole, first, last), watch(cut, first, last)
    for day, same in zip(one.days, other.days, strict=True):
        assert {trip.key for trip in day.people} == {trip.key for trip in same.people}
        assert (day.seats, day.ports, set(day.vehicles)) == (same.seats, same.ports, set(same.vehicles))
    assert [short.people for short in one.shortages] == [short.people for short in other.shortages]


def test_same_seed_same_luck() -> None:
    plan = flown_history()
    one, other = (
        realise(plan, draw_luck(plan, shipped_laws(), np.random.default_rng(7)), from_mjd_utc=START) for _ in "ab"
    )
    assert one == other


def test_luck_of_a_flight_does_not_depend_on_a_closed_pad() -> None:
    """Branches share random numbers: closing a pad changes dates, not which flights are lost."""
    plan = replace(flown_history(), contingencies=())
    for seed in range(20):
        luck = draw_luck(plan, shipped_laws(), np.random.default_rng(seed))
        shut = [PadClosure("baikonur-31", START, START + 200.0)]
        assert (
            realise(plan, luck, from_mjd_utc=START).lost == realise(plan, luck, from_mjd_utc=START, closures=shut).lost
        )


def test_with_the_best_of_luck_the_plan_comes_as_planned() -> None:
    """No delay, no loss: what differs is only ports and departures that the plan's own dates leave open."""
    plan = replace(flown_history(), contingencies=())
    luck = draw_luck(plan, shipped_laws(), np.random.default_rng(1))
    kind = replace(luck, uniforms=np.ones_like(luck.uniforms))
    came = realise(plan, kind, from_mjd_utc=START)
    assert came.lost == ()
    assert max(abs(days) for days in came.delay_days.values()) < 0.6  # half a day between two craft at one port
    assert conflicts_of(came.manifest) == ()
    real, made = watch(plan, START, START + 600), watch(came.manifest, START, START + 600)
    differ = sum(one.aboard != other.aboard for one, other in zip(real.days, made.days, strict=True))
    assert differ <= 12  # handovers a day longer or shorter


def test_losses_come_as_often_as_the_laws_say() -> None:
    plan = replace(flown_history(), contingencies=())
    laws = shipped_laws()
    flown = [flight for flight in plan.flights.values() if flight.launch_mjd_utc >= START]
    from stationkeep.logistics.delays import GROUPS

    group_of = {kind: group for group, kinds in GROUPS.items() for kind in kinds}
    expected = sum(laws.losses[group_of[flight.kind.id]].mean for flight in flown)
    lost = [
        len(realise(plan, draw_luck(plan, laws, np.random.default_rng(seed)), from_mjd_utc=START).lost)
        for seed in range(400)
    ]
    # four standard errors of the mean of these very numbers
    assert abs(np.mean(lost) - expected) < 4.0 * np.std(lost) / np.sqrt(len(lost))


@given(st.floats(0.2, 60.0), st.floats(0.2, 60.0), st.floats(0.001, 0.999))
def test_beta_quantile_is_the_inverse(a: float, b: float, share: float) -> None:
    assert beta_share(beta_quantile(share, a, b), a, b) == pytest.approx(share, abs=1e-9)


@given(st.floats(1.0, 60.0), st.floats(0.01, 0.99))
def test_student_quantile_is_the_inverse(freedom: float, share: float) -> None:
    assert student_share(student_quantile(share, freedom), freedom) == pytest.approx(share, abs=1e-9)


def test_quantiles_agree_with_tables() -> None:
    """Student's t: 2.353 at 95 % with 3 degrees of freedom, 12.706 at 97.5 % with 1; binomial limits."""
    assert student_quantile(0.95, 3) == pytest.approx(2.353363, abs=1e-6)
    assert student_quantile(0.975, 1) == pytest.approx(12.7062047, abs=1e-6)
    # Clopper-Pearson for 3 of 95, 95 %: 0.7 to 9.0 % (the published interval of Progress losses)
    assert beta_quantile(0.025, 3, 93) == pytest.approx(0.007, abs=5e-4)
    assert beta_quantile(0.975, 4, 92) == pytest.approx(0.090, abs=5e-4)


@given(st.lists(st.floats(0.1, 500.0), min_size=3, max_size=40).filter(lambda days: max(days) / min(days) > 1.01))
def test_a_new_case_is_less_certain_than_the_median(days: list[float]) -> None:
    law = days_law(days)
    low, high = law.median_interval_days()
    assert law.quantile_days(0.05) < low < law.median_days < high < law.quantile_days(0.95)


def test_drawn_laws_spread_as_their_intervals_say() -> None:
    law, random = DaysLaw(12, 4.0, 0.5), np.random.default_rng(3)
    medians = np.exp([law.draw(random).mean_log for _ in range(4000)])
    low, high = law.median_interval_days()
    assert np.mean((medians > low) & (medians < high)) == pytest.approx(0.9, abs=0.02)  # 4 sigma of a share of 4000
    share = ShareLaw(3, 50)
    shares = np.array([share.draw(random) for _ in range(4000)])
    low, high = share.interval()
    assert np.mean((shares > low) & (shares < high)) == pytest.approx(0.9, abs=0.02)


@settings(max_examples=150)
@given(st.text(max_size=200), st.text(max_size=120))
def test_no_text_brings_a_traceback(flights: str, crew: str) -> None:
    head = "name,vehicle_type,launch_utc,arrival_utc,first_port,last_undock_utc\n"
    try:
        made = manifest_of_texts([head + flights, crew, None, None], ["f", "c", "s", "x"], title="noise")
    except InputError:
        return
    StationTraffic(made).advance(1.0e5)


cells = st.sampled_from(
    ["", "Soyuz", "Progress", "2022-01-01", "2022-02-01T10:00Z", "Poisk zenith", "2021-13-01", "-1", '"']
)


@settings(max_examples=200)
@given(st.lists(st.lists(cells, min_size=6, max_size=6), max_size=5))
def test_no_table_brings_a_traceback(rows: list[list[str]]) -> None:
    head = "name,vehicle_type,launch_utc,arrival_utc,first_port,last_undock_utc\n"
    text = head + "\n".join(",".join(row) for row in rows)
    try:
        made = manifest_of_texts([text, None, None, None], ["f", "c", "s", "x"], title="noise")
    except InputError:
        return
    conflicts_of(made)
    watch(made)
