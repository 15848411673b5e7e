"""Propellant is conserved whatever is done with it, and splitting a burn changes nothing but its gravity loss."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stationkeep.errors import InputError
from stationkeep.propulsion.burns import Thruster, propellant_for_delta_v_kg
from stationkeep.propulsion.feed import FeedNetwork
from stationkeep.propulsion.finite_burns import Ellipse, arc_efficiency, finite_burn
from stationkeep.propulsion.tanks import Tank
from stationkeep.propulsion.transfers import BurnLimits, burn_series, two_burn_transfer

NOW = 59671.0
NAMES = ("progress", "refuel", "zvezda", "zarya")
ENGINES = ("small", "main", "attitude")
kilograms = st.floats(0.0, 6000.0)
moves = st.one_of(
    st.tuples(st.just("draw"), st.sampled_from(ENGINES), st.just(""), kilograms),
    st.tuples(st.just("pump"), st.sampled_from(NAMES), st.sampled_from(NAMES), kilograms),
    st.tuples(st.just("pump all"), st.sampled_from(NAMES), st.just(""), st.just(0.0)),
    st.tuples(st.just("fill"), st.sampled_from(NAMES), st.just(""), kilograms),
)
Move = tuple[str, str, str, float]


def network(contents: tuple[float, ...] = (150.0, 500.0, 400.0, 2500.0)) -> FeedNetwork:
    tanks = [
        Tank("progress", residual_kg=15.0, reserved_kg=100.0),
        Tank("refuel"),
        Tank("zvezda", capacity_kg=860.0, residual_kg=17.0),
        Tank("zarya", capacity_kg=5500.0, residual_kg=110.0),
    ]
    for tank, content in zip(tanks, contents, strict=True):
        tank.fill(NOW, min(content, tank.capacity_kg), "aboard")
    return FeedNetwork(
        {tank.name: tank for tank in tanks},
        {"small": ("progress", "refuel", "zvezda"), "main": ("zvezda",), "attitude": ("zvezda", "progress")},
        {"zarya": ("zvezda",), "refuel": ("zvezda", "zarya")},
    )


def attempt(done: Callable[[], object]) -> bool:
    """Whether it was accepted; every other exception than a refusal fails the test."""
    try:
        done()
    except InputError:
        return False
    return True


def perform(feed: FeedNetwork, move: Move) -> bool:
    what, one, other, amount = move
    if what == "draw":
        return attempt(lambda: feed.draw(NOW, one, amount, "burn"))
    if what == "pump":
        return attempt(lambda: feed.transfer(NOW, one, other, amount))
    if what == "pump all":
        return attempt(lambda: feed.pump_all(NOW, one))
    return attempt(lambda: feed.tanks[one].fill(NOW, amount, "delivery"))


def contents(feed: FeedNetwork) -> dict[str, float]:
    return {name: tank.content_kg for name, tank in feed.tanks.items()}


@given(st.lists(moves, max_size=30))
def test_propellant_is_conserved(made: list[Move]) -> None:
    feed = network()
    brought, burnt = feed.content_kg, 0.0
    for move in made:
        before = contents(feed)
        accepted = perform(feed, move)
        if not accepted:
            assert contents(feed) == before  # a refusal leaves no trace
        elif move[0] == "draw":
            burnt += move[3]
        elif move[0] == "fill":
            brought += move[3]
        for tank in feed.tanks.values():
            assert 0.0 <= tank.content_kg <= tank.capacity_kg + 1e-6
    assert feed.content_kg == pytest.approx(brought - burnt, rel=1e-9, abs=1e-9 * brought)
    for tank in feed.tanks.values():
        # The content is the sum of the entries, to the gram and far below.
        assert tank.content_kg == pytest.approx(math.fsum(entry.change_kg for entry in tank.entries), abs=1e-8)
        assert tank.filled_kg - tank.drawn_kg == pytest.approx(tank.content_kg, abs=1e-8)


@given(st.lists(moves.filter(lambda move: move[0] != "fill"), max_size=20))
def test_what_must_stay_behind_stays(made: list[Move]) -> None:
    feed = network()
    for move in made:
        perform(feed, move)
    assert feed.tanks["progress"].content_kg >= 115.0 - 1e-8
    assert feed.tanks["zvezda"].content_kg >= 17.0 - 1e-8
    assert feed.tanks["zarya"].content_kg >= 110.0 - 1e-8
    # A vehicle leaves with all of it.
    left = feed.tanks["progress"].content_kg
    assert feed.remove(NOW, "progress", "undocking") == left
    assert "progress" not in feed.feeds["small"]
    assert feed.tanks.keys() == {"refuel", "zvezda", "zarya"}


@given(kilograms, st.integers(1, 20))
def test_a_draw_in_parts_is_a_draw_at_once(amount: float, parts: int) -> None:
    whole, split = network(), network()
    accepted = attempt(lambda: whole.draw(NOW, "small", amount, "burn"))
    if not accepted:
        return
    for _ in range(parts):
        split.draw(NOW, "small", amount / parts, "burn")
    assert contents(split) == pytest.approx(contents(whole), abs=1e-8)


@given(st.permutations(range(6)), st.lists(st.floats(0.0, 60.0), min_size=6, max_size=6))
def test_the_order_of_what_can_all_be_done_does_not_matter(order: list[int], amounts: list[float]) -> None:
    made: list[Callable[[FeedNetwork], object]] = [
        lambda feed: feed.draw(NOW, "small", amounts[0], "burn"),
        lambda feed: feed.draw(NOW, "small", amounts[1], "burn"),
        lambda feed: feed.draw(NOW, "main", amounts[2], "burn"),
        lambda feed: feed.transfer(NOW, "zarya", "zvezda", amounts[3]),
        lambda feed: feed.transfer(NOW, "refuel", "zarya", amounts[4]),
        lambda feed: feed.tanks["zvezda"].fill(NOW, amounts[5], "delivery"),
    ]
    straight, shuffled = network(), network()
    for index in range(6):
        made[index](straight)
    for index in order:
        made[index](shuffled)
    assert contents(shuffled) == pytest.approx(contents(straight), abs=1e-8)


@given(st.floats(allow_nan=True, allow_infinity=True))
def test_no_amount_breaks_a_tank(amount: float) -> None:
    tank = Tank("test", capacity_kg=100.0)
    tank.fill(NOW, 50.0, "aboard")
    for change in (tank.fill, tank.draw):
        accepted = attempt(lambda change=change: change(NOW, amount, "anything"))  # type: ignore[misc]
        assert accepted is False or 0.0 <= amount <= 100.0
        assert 0.0 <= tank.content_kg <= 100.0


# --- burns ---

orbits = st.builds(
    Ellipse, st.floats(6378.137 + 250.0, 6378.137 + 700.0), st.floats(-3e-3, 3e-3), st.floats(-3e-3, 3e-3)
)
angles = st.floats(0.0, 2.0 * math.pi)
speeds = st.floats(0.05, 2.0)


@given(orbits, angles, speeds, st.integers(2, 12), st.booleans())
def test_splitting_a_burn_changes_only_its_gravity_loss(
    orbit: Ellipse, latitude: float, speed: float, passes: int, up: bool
) -> None:
    thruster, mass = Thruster(760.0, 290.0), 460_000.0
    delta_v = speed if up else -speed
    whole = finite_burn(orbit, mass, delta_v, latitude, thruster)
    burns, after, mass_after = burn_series(orbit, mass, delta_v, latitude, thruster, passes=passes)
    assert mass - mass_after == pytest.approx(whole.propellant_kg, rel=1e-9)
    assert sum(burn.propellant_kg for burn in burns) == pytest.approx(whole.propellant_kg, rel=1e-9)
    assert sum(burn.duration_s for burn in burns) == pytest.approx(whole.duration_s, rel=1e-9)
    # The gain in energy depends on the speed along the arc, which the eccentricity changes by 0.3 % at most.
    gain = after.semi_major_axis_km - orbit.semi_major_axis_km
    assert gain == pytest.approx(whole.mean_altitude_gain_km, rel=5e-3)
    change = math.hypot(after.e_cos - orbit.e_cos, after.e_sin - orbit.e_sin)
    at_once = math.hypot(whole.after.e_cos - orbit.e_cos, whole.after.e_sin - orbit.e_sin)
    expected = arc_efficiency(whole.arc_rad / passes) / arc_efficiency(whole.arc_rad)
    assert change / at_once == pytest.approx(expected, rel=6e-3)


@given(orbits, angles, speeds)
def test_propellant_of_a_burn_is_the_rocket_equations(orbit: Ellipse, latitude: float, speed: float) -> None:
    burn = finite_burn(orbit, 460_000.0, speed, latitude, Thruster(760.0, 290.0))
    assert burn.propellant_kg == pytest.approx(propellant_for_delta_v_kg(460_000.0, speed, 290.0), rel=1e-12)
    assert burn.after.semi_major_axis_km > orbit.semi_major_axis_km


@given(orbits, st.floats(-30.0, 30.0), st.floats(-3e-3, 3e-3), st.floats(-3e-3, 3e-3), st.sampled_from([200.0, 6250.0]))
def test_a_transfer_arrives_and_never_beats_sudden_kicks(
    orbit: Ellipse, gain_km: float, e_cos: float, e_sin: float, thrust_n: float
) -> None:
    target = Ellipse(orbit.semi_major_axis_km + gain_km, e_cos, e_sin)
    limits = BurnLimits(longest_burn_s=1200.0)
    plan = two_burn_transfer(orbit, target, 460_000.0, Thruster(thrust_n, 290.0), limits=limits)
    assert plan.after.semi_major_axis_km == pytest.approx(target.semi_major_axis_km, abs=1e-3)
    assert math.hypot(plan.after.e_cos - e_cos, plan.after.e_sin - e_sin) < 1e-7
    assert plan.mass_after_kg == pytest.approx(460_000.0 - plan.propellant_kg, rel=1e-12)
    # The cheapest pair of sudden kicks in a near-circular orbit (Edelbaum 1967), to first order.
    least = 0.5 * orbit.mean_speed_m_s * max(
        abs(gain_km) / orbit.semi_major_axis_km, math.hypot(e_cos - orbit.e_cos, e_sin - orbit.e_sin)
    )  # fmt: skip
    assert plan.sudden_delta_v_m_s == pytest.approx(least, rel=0.02, abs=0.02)
    assert plan.gravity_loss_m_s >= -1e-3 * plan.delta_v_m_s - 2e-4
    assert all(burn.duration_s <= 1200.0 * (1.0 + 1e-9) for burn in plan.burns)
