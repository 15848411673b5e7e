"""The calendar of a run: what is put there before the flight, and what an action puts there while it goes on."""

from __future__ import annotations

from test_simulation import EPOCH_DAY, inputs, mission

from stationkeep.simulation.run_state import RunState


def test_an_action_may_order_what_comes_later() -> None:
    run = RunState(mission(), "stay", inputs())
    seen: list[tuple[str, float]] = []

    def order() -> None:
        seen.append(("ordered", run.now))
        run.at(run.now + 90.0, lambda: seen.append(("comes", run.now)))

    run.at(EPOCH_DAY + 300.0, order)
    run.environment.run(until=run.horizon - run.epoch)
    # 90 days after the order, not 390 days after it: times on the calendar are dates
    assert seen == [("ordered", EPOCH_DAY + 300.0), ("comes", EPOCH_DAY + 390.0)]


def test_what_is_of_one_moment_keeps_its_order_and_nothing_comes_after_the_horizon() -> None:
    run = RunState(mission(), "stay", inputs())
    seen: list[int] = []
    for number in (3, 1, 2):
        run.at(EPOCH_DAY + 10.0, lambda number=number: seen.append(number))  # type: ignore[misc]
    run.at(EPOCH_DAY - 5.0, lambda: seen.append(0))  # past: at once
    run.at(run.horizon + 1.0, lambda: seen.append(9))
    run.environment.run(until=run.horizon - run.epoch + 10.0)
    assert seen == [0, 3, 1, 2]
