"""A run loses power, cooling, computers and ground control with a partner, as the graph of who provides what says."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from importlib.resources import files
from types import SimpleNamespace
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from partner_case import result, withdrawal
from stationkeep.campaign.matrix_graph import graph_losses, unseen
from stationkeep.campaign.matrix_segments import felt_in_runs, lived_on_in_runs
from stationkeep.campaign.prepare import Campaign, prepare_campaign
from stationkeep.campaign.sampling import median_inputs
from stationkeep.catalogue.loader import load_catalogue
from stationkeep.partnership.analysis import analyse
from stationkeep.partnership.graph import build_graph
from stationkeep.partnership.loader import load_partnership
from stationkeep.partnership.model import PartnershipError
from stationkeep.partnership.segments import FLOWN, SegmentLoss, SegmentNeeds, segments_of_station
from stationkeep.scenario.loader import load_scenario
from stationkeep.scenario.schema import Scenario
from stationkeep.simulation.causes import unpowered
from stationkeep.simulation.engine import _Run, people_at, simulate
from stationkeep.simulation.segment_events import SegmentBook, SegmentEvents
from stationkeep.simulation.timeline import Function, Timeline, TimelineEvent
from stationkeep.timescale import mjd_utc, parse_utc

DAY = parse_utc("2022-04-02")
PARTNERS = ("nasa", "roscosmos", "esa", "jaxa", "csa", "spacex", "northrop-grumman")
OPERATING = ["stop-operating-assets"]
EVERYTHING = [*OPERATING, "stop-resupply-propellant", "stop-flights", "recall-crew"]


def needs() -> SegmentNeeds:
    found = segments_of_station("iss-2022-04-02")
    assert found is not None
    return found


def told(losses: tuple[SegmentLoss, ...]) -> dict[tuple[str, str], SegmentLoss]:
    return {(one.segment, one.kind): one for one in losses}


# --- from the graph ---


def test_what_each_partner_takes_along_is_the_graphs() -> None:
    nasa = told(needs().losses(frozenset({"nasa"}), DAY))
    assert nasa.keys() == {("us", "stops"), ("us", "ground-control"), ("russian", "thinner")}
    assert nasa["us", "stops"].what == "power"
    assert nasa["us", "stops"].days == (0.05, 0.1, 0.5)  # the batteries' bridge in iss.yaml
    assert nasa["russian", "thinner"].days == (0.0, 0.0, 0.0)
    roscosmos = told(needs().losses(frozenset({"roscosmos"}), DAY))
    assert roscosmos.keys() == {("russian", "stops"), ("russian", "ground-control")}
    assert roscosmos["russian", "stops"].what == "cooling"  # the converters still give current
    for nobody in ("esa", "jaxa", "csa", "spacex", "northrop-grumman"):
        assert needs().losses(frozenset({nobody}), DAY) == ()


def test_both_gone_the_russian_segment_has_no_current_at_all() -> None:
    both = told(needs().losses(frozenset({"nasa", "roscosmos"}), DAY))
    assert both["russian", "stops"].what == "power"
    assert both["russian", "stops"].days == (0.05, 0.1, 0.5)


def test_what_the_run_flies_itself_is_not_counted_twice() -> None:
    """Without Roscosmos the graph loses American power once the gyros are full; in a run that is the attitude's."""
    assert {"attitude", "desaturation"} <= set(FLOWN)
    assert not any(one.segment == "us" for one in needs().losses(frozenset({"roscosmos"}), DAY))


@given(st.sets(st.sampled_from(PARTNERS)), st.sampled_from(PARTNERS), st.floats(0.0, 1.0))
def test_one_more_gone_never_makes_a_loss_come_later(gone: set[str], more: str, luck: float) -> None:
    fewer = {one.key: one.after_days(luck) for one in needs().losses(frozenset(gone), DAY)}
    after = {one.key: one.after_days(luck) for one in needs().losses(frozenset(gone | {more}), DAY)}
    assert fewer.keys() <= after.keys()
    assert all(after[key] <= days for key, days in fewer.items())


def test_a_segment_that_names_nobody_is_refused() -> None:
    text = (files("stationkeep.partnership") / "data" / "iss.yaml").read_text(encoding="utf-8")
    stated = yaml.safe_load(text)
    stated["segments"][0]["ground_control"] = "ground-controll-us"
    with pytest.raises(PartnershipError, match=r"segment .us. names unknown .*did you mean .ground-control-us."):
        load_partnership(stated, "mine")
    stated["segments"][0]["ground_control"] = "houston"
    with pytest.raises(PartnershipError, match="ground_control 'houston' is no function"):
        load_partnership(stated, "mine")


# --- in time ---


class _Needs:
    """Losses that are given."""

    def __init__(self, **days: float) -> None:
        self.days = days

    def losses(self, stopped: frozenset[str], moment: datetime) -> tuple[SegmentLoss, ...]:
        return tuple(
            SegmentLoss("stops", partner, partner, "power", (days, days, days), (partner,))
            for partner, days in self.days.items()
            if partner in stopped
        )


def test_whoever_stopped_first_counts_from_then_and_who_is_back_no_more() -> None:
    book = SegmentBook(_Needs(a=10.0, b=5.0), (0.5, 0.5))  # type: ignore[arg-type]
    assert book.change(100.0, frozenset({"a"})) == [110.0]
    assert book.change(108.0, frozenset({"a", "b"})) == [110.0, 113.0]  # b's going does not put a's loss off
    assert [one.segment for one in book.lost(111.0).values()] == ["a"]
    assert book.change(112.0, frozenset({"b"})) == [113.0]  # b has been gone since 108, with a or without
    assert not book.lost(112.0)
    assert [one.segment for one in book.lost(113.0).values()] == ["b"]
    assert book.change(114.0, frozenset()) == []
    assert not book.lost(1000.0)


# --- in a run ---


@cache
def base() -> dict[str, Any]:
    fields = load_scenario("iss-2024").scenario.model_dump(by_alias=True)
    return {**fields, "horizon_utc": "2024-12-01", "comparisons": (), "branches": {"x": {"label": "x"}}}


@cache
def prepared() -> Campaign:
    return prepare_campaign(Scenario.model_validate(base()), load_catalogue())


def ready(*events: dict[str, Any]) -> Any:
    scenario = Scenario.model_validate({**base(), "branches": {"x": {"label": "x", "events": list(events)}}})
    campaign = prepare_campaign(scenario, load_catalogue())
    return campaign.mission, median_inputs(scenario, prepared().weather)


def fly(*events: dict[str, Any]) -> Timeline:
    mission, drawn = ready(*events)
    return simulate(mission, "x", drawn, limits=False)


def nasa(**changes: Any) -> dict[str, Any]:
    given = {"scope": OPERATING, "flights_back_after_days": 0.0, **changes}
    return withdrawal("2024-03-01", partner="nasa", **given)


_OF_SEGMENTS = ("segment-stops", "segment-power", "segment-back", "ground-control-lost")


def first(timeline: Timeline, kind: str) -> TimelineEvent:
    return next(event for event in timeline.events if event.kind == kind)


def test_without_nasa_the_russian_segment_has_less_power_and_the_american_none() -> None:
    mission, drawn = ready(nasa())
    before = people_at(mission, "x", drawn, mjd_utc(parse_utc("2024-02-28"))).aboard.state
    after = people_at(mission, "x", drawn, mjd_utc(parse_utc("2024-03-02"))).aboard.state
    assert before.available("elektron") == before.available("acls-electrolyser") == 1.0
    assert after.available("acls-electrolyser") == 0.0  # ESA's machine, on American power
    assert after.available("us-oxygen-tanks") == 1.0  # a valve
    assert after.available("vozdukh") == 1.0
    # 63.5 % of 2,060 W are left; the scrubber and the condensers take 860 W, Elektron and SRV-K share the rest.
    assert after.available("elektron") == pytest.approx((0.635 * 2060.0 - 860.0) / 1200.0, abs=1e-9)


def test_the_story_tells_what_is_lost_and_with_whom() -> None:
    timeline = fly(nasa())
    lost = first(timeline, "segment-power")
    assert lost.title == (
        "Russian segment loses the power it drew from the American arrays: 64 % of what its life support needs is left"
    )
    assert [timeline.events[one].title.split(":")[0] for one in lost.because] == ["NASA withdraws"]
    assert first(timeline, "segment-stops").time_mjd_utc == pytest.approx(lost.time_mjd_utc + 0.1, abs=1e-6)


def test_people_who_leave_for_want_of_air_leave_because_of_the_power(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SegmentEvents, "_drawn_luck", lambda self: (0.5, 0.0))  # 27 % of its power left
    timeline = fly(nasa())
    leave = next(event for event in timeline.events if event.kind in ("must-leave", "crew-reduced"))
    assert "carbon dioxide" in leave.title
    chain = [timeline.events[one] for one in leave.because]
    told = next(one for one in chain if one.kind == "segment-power")
    assert "27 %" in told.title
    assert timeline.events[told.because[0]].title.startswith("NASA withdraws")


def test_where_nothing_runs_less_power_is_not_the_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    """First less power with NASA, then none with Roscosmos: the later event stands behind it."""
    run = []
    monkeypatch.setattr(SegmentEvents, "_tell_segments", _kept(SegmentEvents._tell_segments, run))
    fly(nasa(), withdrawal("2024-04-01", scope=OPERATING))
    book = run[-1].causes.events([unpowered("russian")])
    assert [run[-1].events[one].kind for one in book] == ["segment-stops"]


def _kept(done: Any, runs: list[Any]) -> Any:
    def tell(self: Any) -> None:
        done(self)
        runs.append(self)

    return tell


def test_what_was_lost_is_back_with_the_partner() -> None:
    mission, drawn = ready(nasa(until_utc="2024-03-11"))
    state = people_at(mission, "x", drawn, mjd_utc(parse_utc("2024-03-12"))).aboard.state
    assert state.available("elektron") == state.available("acls-electrolyser") == 1.0
    timeline = fly(nasa(until_utc="2024-03-11"))
    back = [event.title for event in timeline.events if event.kind == "segment-back"]
    assert "Russian segment: power it drew from the American arrays is there again" in back
    assert len(back) == 3


@pytest.mark.parametrize("esa_leaves", ["2024-02-15", "2024-03-01"])
def test_a_segment_stays_dead_when_somebody_returns_who_has_nothing_to_do_with_it(esa_leaves: str) -> None:
    esa = withdrawal(esa_leaves, partner="esa", scope=OPERATING, until_utc="2024-04-01", flights_back_after_days=0.0)
    alone, with_esa = (
        [(event.kind, event.title, event.time_mjd_utc) for event in timeline.events if event.kind in _OF_SEGMENTS]
        for timeline in (fly(nasa()), fly(nasa(), esa))
    )
    assert with_esa == alone


def test_reversed_at_once_nothing_is_lost() -> None:
    assert result(fly(nasa(until_utc="2024-03-01"))) == result(fly())


def test_nothing_docks_whose_docking_nobody_clears() -> None:
    """NASA stops operating and pays on: Dragon would fly, but Houston clears its dockings; Soyuz flies to Korolyov."""
    back = mjd_utc(parse_utc("2024-04-10"))
    timeline = fly(nasa(until_utc="2024-04-10"))
    closed = [
        event for event in timeline.events
        if event.kind == "flight-put-off" and "nobody on the ground clears" in event.title
    ]  # fmt: skip
    assert [event.title.split(",")[0] for event in closed] == ["Dragon CRS-30"]  # all that are still to come, at once
    assert all(timeline.events[place].kind == "ground-control-lost" for one in closed for place in one.because)
    gone = [event for event in timeline.events if mjd_utc(parse_utc("2024-03-01")) <= event.time_mjd_utc < back]
    assert [event.title[:5] for event in gone if event.kind == "crew-arrival"] == ["Soyuz"]
    came = [event.title for event in timeline.events if event.time_mjd_utc > back]
    assert any(title.startswith("Dragon CRS-30 arrives") for title in came)
    assert first(timeline, "flights-resume").time_mjd_utc <= back


def test_cargo_that_cannot_come_is_not_counted_on() -> None:
    """A Dragon that nobody clears, a Cygnus that nobody catches: whoever looks ahead does without them."""
    mission, drawn = ready(nasa())
    run = _Run(mission, "x", drawn)
    run.horizon = mjd_utc(parse_utc("2024-03-03"))
    run.timeline(limits=False)
    ahead = mjd_utc(parse_utc("2024-11-01"))
    counted = [name for _, name in run.supplies_until(ahead)]
    assert counted
    assert all(name.startswith("Progress") for name in counted)
    planned = {name for name, flight in run.board.plan.flights.items() if flight.kind.role == "cargo"}
    assert any(name.startswith("Dragon") for name in planned)


def without_operator_a(date: str, scope: list[str] = OPERATING) -> Timeline:
    fields = load_scenario("commercial-two-providers").scenario.model_dump(by_alias=True)
    leaves = {"type": "withdrawal", "date_utc": date, "partner": "operator-a", "scope": scope}
    fields |= {"horizon_utc": "2032-01-01", "branches": {"x": {"label": "x", "events": [leaves]}}, "comparisons": ()}
    scenario = Scenario.model_validate(fields)
    campaign = prepare_campaign(scenario, load_catalogue())
    return simulate(campaign.mission, "x", median_inputs(scenario, campaign.weather), limits=False)


def test_without_the_ground_no_cargo_comes_and_the_chain_says_so() -> None:
    """The commercial station: Operator A commands it; the ships of B and C, which push, dock no more."""
    timeline = without_operator_a("2030-02-01")
    gone = mjd_utc(parse_utc("2030-02-01"))
    assert not [event for event in timeline.events if event.kind == "cargo-arrival" and event.time_mjd_utc > gone]
    ends = first(timeline, "reboost-ends")
    assert "ground-control-lost" in {timeline.events[one].kind for one in ends.because}
    assert timeline.lost_mjd_utc[Function.RESUPPLY] == pytest.approx(gone)


def test_whoever_leaves_at_the_epoch_leaves_the_craft_docked_then_with_what_they_have() -> None:
    """Cargo C-1 is docked from the first day with propellant that Operator C may burn until it leaves."""
    timeline = without_operator_a("2030-01-01", EVERYTHING)
    ends = [event for event in timeline.events if event.kind == "reboost-ends"]
    left = next(event for event in timeline.events if event.kind == "departure" and event.title.startswith("Cargo C-1"))
    assert [event.time_mjd_utc for event in ends] == [left.time_mjd_utc]  # not "nobody can" while it is there
    assert timeline.reboost_ends_mjd_utc == left.time_mjd_utc
    assert " with 0 kg" not in left.title
    assert "are left" in first(timeline, "deliveries-end").title
    home = [event.title for event in timeline.events if event.kind == "people-kept-home"]
    assert [title.split(" sends")[0] for title in home] == ["Operator A"]  # its name, not its id


def test_a_partner_who_provides_none_of_it_changes_none_of_it() -> None:
    kinds = {"segment-power", "segment-stops", "ground-control-lost"}
    timeline = fly(withdrawal("2024-03-01", partner="csa", scope=OPERATING))
    assert not kinds & {event.kind for event in timeline.events}


# --- in the matrix ---


def test_runs_feel_what_segments_hang_on_and_say_when() -> None:
    branch: Any = SimpleNamespace(
        people=object(), functions_lost=[SimpleNamespace(function="attitude", median_utc="2023-05-01T00:00:00Z")]
    )
    graph = build_graph(needs().loaded, DAY)
    nasa_gone = felt_in_runs(analyse(graph, ["nasa"]), branch)
    for function in ("power-us", "power-russian", "thermal-us", "data-network", "ground-control-us", "berthing"):
        assert nasa_gone[function] == "2022-04-02T00:00:00Z", function
    roscosmos_gone = felt_in_runs(analyse(graph, ["roscosmos"]), branch)
    assert roscosmos_gone["ground-control-russian"] == "2022-04-02T00:00:00Z"
    assert roscosmos_gone["power-us"] == "2023-05-01T00:00:00Z"  # once the run's attitude goes
    assert not {"research", "communications", "outside-work"} & nasa_gone.keys()
    branch.people = None
    assert felt_in_runs(analyse(graph, ["nasa"]), branch) == {}


def test_what_machines_of_a_segment_make_is_simulated_whatever_the_file_calls_it() -> None:
    """The commercial station's "Air and water": runs leave for want of it a month before the graph loses it."""
    commercial = segments_of_station("commercial-station")
    assert commercial is not None
    leaves = SimpleNamespace(median_utc="2030-01-01T00:00:00Z")
    people = SimpleNamespace(must_leave=leaves, without_seat=SimpleNamespace(median_utc=None))
    branch: Any = SimpleNamespace(people=people, functions_lost=[], no_return=None)
    found = analyse(build_graph(commercial.loaded, parse_utc("2030-01-01")), ["operator-a"])
    lost = {one.function: one for one in graph_losses(found, branch)}
    assert (lost["air"].in_runs, lost["air"].run_median_utc) == (True, leaves.median_utc)
    assert "Air and water" not in unseen(list(lost.values()))
    leaves.median_utc = None
    assert "Air and water" in unseen(graph_losses(found, branch))  # then they have it longer, and the matrix says so
    branch.people = None
    assert not {one.function: one for one in graph_losses(found, branch)}["air"].in_runs
    branch.people = people
    at_iss = lived_on_in_runs(analyse(build_graph(needs().loaded, DAY), ["nasa"]), branch)
    assert {"oxygen", "co2-removal", "water"} <= at_iss
    assert "launch-sites" not in at_iss
