"""The chain of causes behind the end of a run, from the run's own story."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from typing import Any

import pytest

from partner_case import BASE, fly, inputs, sanction, withdrawal
from stationkeep.attitude.figures import iss_attitude
from stationkeep.attitude.loss import Upsets
from stationkeep.campaign.document import Why, WhyLink
from stationkeep.campaign.explain import BELOW_RESERVE, chain_of
from stationkeep.campaign.prepare import prepare_campaign
from stationkeep.campaign.sampling import median_inputs
from stationkeep.catalogue.loader import load_catalogue
from stationkeep.scenario.generated import branch_without
from stationkeep.scenario.loader import load_scenario
from stationkeep.simulation.causes import Causes
from stationkeep.simulation.engine import simulate
from stationkeep.simulation.inputs import AttitudeDraw
from stationkeep.simulation.timeline import Function, Timeline
from stationkeep.timescale import iso_day, mjd_utc, parse_utc


@pytest.fixture(scope="module")
def flown() -> dict[str, Timeline]:
    scenario = load_scenario("iss-2022").scenario
    campaign = prepare_campaign(scenario, load_catalogue(), None)
    inputs = median_inputs(scenario, campaign.weather)
    names = ("cooperation", "withdrawal", "withdrawal-with-propellant", "withdrawal-with-cygnus")
    return {name: simulate(campaign.mission, name, inputs) for name in names}


@pytest.fixture(scope="module")
def without_nasa() -> Timeline:
    catalogue = load_catalogue()
    made, branch = branch_without(load_scenario("iss-2022").scenario, ["nasa"], parse_utc("2023-01-01"), catalogue)
    campaign = prepare_campaign(made, catalogue, None)
    return simulate(campaign.mission, branch, median_inputs(made, campaign.weather), limits=False)


def test_a_condition_keeps_its_first_cause_until_it_ends() -> None:
    causes = Causes()
    causes.begin(["dry"], 3)
    causes.begin(["dry", "stopped:roscosmos"], 5)
    assert causes.events(["stopped:roscosmos", "dry", "nothing"]) == (3, 5)
    causes.end("dry", "never there")
    assert causes.events(["dry"]) == ()
    causes.begin(["dry"], 7)
    assert causes.events(["dry"]) == (7,)


def test_a_withdrawal_is_followed_to_the_fall(flown: dict[str, Timeline]) -> None:
    chain = chain_of(flown["withdrawal"], 278.0)
    kinds = [link.kind for link in chain]
    assert kinds == [
        "withdrawal", "unloading-ends", "reboost-ends", "upset", "attitude-lost", "drag-up", BELOW_RESERVE, "reentered",
    ]  # fmt: skip
    by_kind = {link.kind: link for link in chain}
    assert by_kind["upset"].because == (kinds.index("unloading-ends"),)
    assert by_kind["attitude-lost"].because == (kinds.index("upset"),)
    assert by_kind["drag-up"].because == (kinds.index("attitude-lost"),)
    assert by_kind["reboost-ends"].because == (kinds.index("withdrawal"),)
    assert set(by_kind[BELOW_RESERVE].because) == {kinds.index("reboost-ends"), kinds.index("drag-up")}
    assert by_kind["withdrawal"].because == ()


def test_the_upset_and_the_drag_have_their_size(flown: dict[str, Timeline]) -> None:
    run = flown["withdrawal"]
    upset, drag = (next(event for event in run.events if event.kind == kind) for kind in ("upset", "drag-up"))
    room = iss_attitude().model(iss_attitude().at(), 1000.0).gyros.capacity_n_m_s
    assert f"more than {room / 1000.0:.0f} kN m s" in upset.title
    upsets = Upsets(12.0, 300.0, 20_000.0)
    assert upsets.share_above(upsets.median_above_n_m_s(room)) == pytest.approx(0.5 * upsets.share_above(room))
    # What the log says of the drag is what the orbit shows: the loss a day after it over that before it.
    day = int(drag.time_mjd_utc) - run.first_day_mjd
    heights = run.altitude_by_day_km
    before, after = heights[day - 3] - heights[day], heights[day + 1] - heights[day + 4]
    said = float(drag.title.split(" times")[0].rsplit(" ", 1)[1])
    assert after / before == pytest.approx(said, rel=0.05)  # the Sun changes a little within a week
    assert f"at {drag.mean_altitude_km:.0f} km" in drag.title


def test_air_too_dense_is_told_as_such() -> None:
    """Gyros that no upset finds are overcome by the air on the way down."""
    usual = inputs(flux=250.0)
    draw = AttitudeDraw({"upsets_per_year_1": 0.0, "upset_momentum_high_n_m_s": 0.0}, 1.0 - 1.0e-12)
    run = fly(withdrawal("2022-05-01"), given=replace(usual, attitude=draw))
    kinds = [event.kind for event in run.events]
    assert "upset" not in kinds
    lost = run.events[kinds.index("attitude-lost")]
    assert [run.events[cause].kind for cause in lost.because] == ["air-too-dense"]
    dense = run.events[kinds.index("air-too-dense")]
    assert {run.events[cause].kind for cause in dense.because} == {"unloading-ends", "reboost-ends"}


def test_the_end_of_loads_stands_between_the_withdrawal_and_dry_tanks(flown: dict[str, Timeline]) -> None:
    chain = chain_of(flown["withdrawal-with-propellant"], 278.0)
    kinds = [link.kind for link in chain]
    place = {kind: kinds.index(kind) for kind in kinds}
    assert chain[place["deliveries-end"]].because == (place["withdrawal"],)
    assert chain[place["propellant-gone"]].because == (place["deliveries-end"],)
    assert place["propellant-gone"] in chain[place["reboost-ends"]].because
    assert place["deliveries-end"] in chain[place["tanks-dry"]].because
    assert chain[place["unloading-ends"]].because == (place["tanks-dry"],)
    run = flown["withdrawal-with-propellant"]
    left = sum(
        entry.change_kg
        for name in ("zvezda", "zarya")
        for entry in run.ledger[name]
        if entry.reason == "aboard at the epoch"
    )
    assert f"{left:,.0f} kg are left" in chain[place["deliveries-end"]].title
    assert "the last load came before 2022-04-02" in chain[place["deliveries-end"]].title


def test_years_between_the_last_load_and_the_last_burn_are_told() -> None:
    """The commercial station burns its own store for six years once both others have left."""
    scenario = load_scenario("commercial-two-providers").scenario
    campaign = prepare_campaign(scenario, load_catalogue(), None)
    run = simulate(campaign.mission, "both-leave", median_inputs(scenario, campaign.weather), limits=False)
    chain = chain_of(run, scenario.reserve.altitude_km)
    kinds = [link.kind for link in chain]
    assert kinds == ["withdrawal", "withdrawal", "deliveries-end", "propellant-gone", "reboost-ends"]
    assert chain[2].because == (0, 1)
    loads = [event for event in run.events if event.kind in ("arrival", "delivery")]
    last = max(loads, key=lambda event: event.time_mjd_utc)
    assert iso_day(last.time_mjd_utc) in chain[2].title
    assert f"{last.propellant_kg:,.0f} kg" in chain[2].title
    burns = [event for event in run.events if event.kind == "burn"]
    assert chain[3].time_mjd_utc == burns[-1].time_mjd_utc
    since = sum(event.propellant_kg or 0.0 for event in burns if event.time_mjd_utc > chain[2].time_mjd_utc)
    assert f"{since:,.0f} kg are left" in chain[2].title


def test_loads_that_go_on_have_no_end_in_the_story(flown: dict[str, Timeline]) -> None:
    assert not {"deliveries-end", "propellant-gone"} & {event.kind for event in flown["cooperation"].events}
    back = fly(withdrawal("2022-05-10", until_utc="2022-06-20", flights_back_after_days=10.0))
    assert [event.kind for event in back.events].count("deliveries-end") == 1
    assert "propellant-gone" not in [event.kind for event in back.events]
    assert Function.RESUPPLY not in back.lost_mjd_utc


def test_propellant_that_nobody_may_burn_is_no_reason() -> None:
    """Without NASA's power and thrusters of its own Cygnus cannot push, whatever it has aboard."""
    catalogue = load_catalogue()
    day = parse_utc("2023-01-01")
    made, branch = branch_without(load_scenario("iss-2022").scenario, ["nasa", "roscosmos"], day, catalogue)
    campaign = prepare_campaign(made, catalogue, None)
    run = simulate(campaign.mission, branch, median_inputs(made, campaign.weather), limits=False)
    told = next(event for event in run.events if event.kind == "deliveries-end")
    assert "are left" not in told.title
    lost = next(event for event in run.events if event.kind == "reboost-ends")
    assert [run.events[cause].kind for cause in lost.because] == ["withdrawal", "withdrawal"]


def test_a_last_load_is_named_with_its_day_and_size() -> None:
    run = fly(withdrawal("2022-08-15"))
    told = next(event for event in run.events if event.kind == "deliveries-end")
    assert told.title == "progress brings no more propellant: the last load, 500 kg, came on 2022-07-31 (Roscosmos)"


def test_gyros_that_stop_are_behind_tanks_that_run_dry(without_nasa: Timeline) -> None:
    chain = chain_of(without_nasa, 278.0)
    kinds = [link.kind for link in chain]
    place = {kind: kinds.index(kind) for kind in kinds}
    assert chain[place["handover"]].because == (place["withdrawal"],)
    assert chain[place["handover"]].title.startswith(
        "Control passes to the thrusters: without gyros they use many times"
    )
    assert chain[place["tanks-dry"]].because == (place["handover"],)
    assert place["tanks-dry"] in chain[place["holding-ends"]].because
    assert place["holding-ends"] in chain[place["attitude-lost"]].because
    assert "gyros any more" not in " ".join(link.title for link in chain)  # none ran: nobody unloaded them


def test_who_had_no_thrusters_there_is_no_cause() -> None:
    """ESA's ships flew until 2015; SpaceX is to reboost only where it is bought: neither left a gap in June 2022."""
    events = [withdrawal("2022-06-01", partner=one) for one in ("esa", "northrop-grumman", "roscosmos", "spacex")]
    run = fly(*events)
    for kind in ("unloading-ends", "reboost-ends"):
        lost = next(event for event in run.events if event.kind == kind)
        assert [run.events[cause].title.split(" ")[0] for cause in lost.because] == ["Roscosmos"]
    available = {"type": "provider-available", "provider": "cygnus", "date_utc": "2022-05-20"}
    both = fly(available, *events)  # now Northrop Grumman has a part in it
    lost = next(event for event in both.events if event.kind == "reboost-ends")
    assert [both.events[cause].title.split(" ")[0] for cause in lost.because] == ["Northrop", "Roscosmos"]


def test_who_only_pays_for_other_ships_is_no_cause() -> None:
    """NASA sends nothing that Progress needs; without its flights Progress pushes as before."""
    flights = withdrawal("2022-05-20", partner="nasa", scope=["stop-flights", "stop-resupply-propellant"])
    run = fly(flights, withdrawal("2022-06-01"))
    lost = next(event for event in run.events if event.kind == "reboost-ends")
    assert [run.events[cause].title.split(" ")[0] for cause in lost.because] == ["Roscosmos"]


def test_notice_comes_before_the_withdrawal() -> None:
    run = fly(withdrawal("2022-05-01", notice_days=60.0))
    chain = chain_of(run, 278.0)
    assert [link.kind for link in chain][:3] == ["withdrawal-notice", "withdrawal", "unloading-ends"]
    assert (iso_day(chain[0].time_mjd_utc), iso_day(chain[1].time_mjd_utc)) == ("2022-05-01", "2022-06-30")
    assert chain[1].because == (0,)
    back = withdrawal("2022-05-01", notice_days=60.0, until_utc="2022-05-20")  # taken back, and later done at once
    again = fly(back, withdrawal("2022-06-30"))
    assert [link.kind for link in chain_of(again, 278.0)][:2] == ["withdrawal", "unloading-ends"]


def test_a_hand_over_stands_before_what_it_made_possible() -> None:
    over = ["hand-over-control", "stop-resupply-propellant", "stop-flights"]
    handed = withdrawal("2022-05-01", scope=over, hand_over_to="nasa", hand_over_days=20.0)
    run = fly(handed, providers=little_propellant(), altitude_policy=None)
    dry = next(event for event in run.events if event.kind == "tanks-dry")
    behind = [run.events[cause] for cause in dry.because]
    assert [event.kind for event in behind] == ["deliveries-end", "control-handed-over"]
    assert [run.events[cause].kind for cause in behind[1].because] == ["withdrawal"]


def little_propellant() -> list[dict[str, Any]]:
    providers = deepcopy(BASE["providers"])
    providers[0]["propellant"]["initial_kg"] = 600.0
    providers[0]["resupply"][0]["propellant_kg"] = 20.0
    return list(providers)


def test_gyros_that_fail_are_behind_tanks_that_run_dry() -> None:
    outage = {"type": "asset-outage", "asset": "gyros", "date_utc": "2022-06-10"}
    leaving = withdrawal("2022-06-20", scope=["stop-resupply-propellant"])
    run = fly(outage, leaving, providers=little_propellant(), altitude_policy=None)
    dry = next(event for event in run.events if event.kind == "tanks-dry")
    assert [run.events[cause].kind for cause in dry.because] == ["handover", "deliveries-end"]
    alone, ended = (run.events[cause] for cause in dry.because)
    assert [run.events[cause].kind for cause in alone.because] == ["asset-outage"]
    assert [run.events[cause].kind for cause in ended.because] == ["withdrawal"]


def test_gyros_back_in_time_have_nothing_to_do_with_it() -> None:
    outage = {"type": "asset-outage", "asset": "gyros", "date_utc": "2022-06-10", "until_utc": "2022-06-12"}
    leaving = withdrawal("2022-06-20", scope=["stop-resupply-propellant"])
    run = fly(outage, leaving, providers=little_propellant(), altitude_policy=None)
    dry = next(event for event in run.events if event.kind == "tanks-dry")
    assert [run.events[cause].kind for cause in dry.because] == ["deliveries-end"]


def test_sanctions_on_payments_are_not_why_thrusters_stop() -> None:
    run = fly(sanction(what="payments", rate=0.5), withdrawal())
    ends = next(event for event in run.events if event.kind == "unloading-ends")
    assert [run.events[cause].kind for cause in ends.because] == ["withdrawal"]
    stopped = next(event for event in run.events if event.kind == "reboost-ends")
    assert [run.events[cause].kind for cause in stopped.because] == ["withdrawal"]


@pytest.mark.parametrize(("rate", "what"), [(0.0, "launches"), (0.25, "production")])
def test_sanctions_on_flights_are_why_tanks_run_dry(rate: float, what: str) -> None:
    run = fly(sanction(what=what, rate=rate), providers=little_propellant(), altitude_policy=None)
    dry = next(event for event in run.events if event.kind == "tanks-dry")
    behind = ["deliveries-end"] if rate == 0.0 else ["sanction"]  # with a quarter of the flights some still come
    assert [run.events[cause].kind for cause in dry.because] == behind
    ended = run.events[dry.because[0]]
    assert ended.kind == "sanction" or [run.events[cause].kind for cause in ended.because] == ["sanction"]
    lifted = fly(
        sanction("2022-04-05", what=what, rate=rate, until_utc="2022-04-06"), providers=little_propellant(),
        altitude_policy=None,
    )  # fmt: skip
    assert next(event for event in lifted.events if event.kind == "tanks-dry").because == ()


def test_sanctions_on_assets_are_why_nobody_unloads() -> None:
    run = fly(sanction(what="assets", rate=0.0))
    for kind in ("unloading-ends", "reboost-ends"):
        lost = next(event for event in run.events if event.kind == kind)
        assert [run.events[cause].kind for cause in lost.because] == ["sanction"]


def test_sanctions_that_changed_nothing_are_no_reason() -> None:
    """Whoever stops operating its engines does not reboost, whatever keeps its ships on the ground."""
    gone = withdrawal("2022-06-01", scope=["stop-operating-assets"])
    for sanctions in ((), (sanction("2022-05-01", rate=0.0),)):
        run = fly(*sanctions, gone)
        lost = next(event for event in run.events if event.kind == "reboost-ends")
        assert [run.events[cause].kind for cause in lost.because] == ["withdrawal"]


def test_progress_that_comes_for_the_attitude_is_a_delivery(without_nasa: Timeline) -> None:
    lost, gone = without_nasa.lost_mjd_utc, mjd_utc(parse_utc("2023-01-01"))
    last = max(event.time_mjd_utc for event in without_nasa.events if event.kind == "delivery")
    assert last > gone
    assert lost[Function.REBOOST] == gone
    assert lost[Function.RESUPPLY] > last
    assert without_nasa.last_by[Function.RESUPPLY] == "Roscosmos"


def test_every_link_follows_from_earlier_ones_and_all_hang_together(flown: dict[str, Timeline]) -> None:
    for run in flown.values():
        chain = chain_of(run, 278.0)
        times = [link.time_mjd_utc for link in chain]
        assert times == sorted(times)
        reached = {len(chain) - 1}
        for index in range(len(chain) - 1, -1, -1):
            assert all(cause < index for cause in chain[index].because)
            if index in reached:
                reached.update(chain[index].because)
        assert reached == (set(range(len(chain))) if chain else {-1})


def test_a_station_that_loses_nothing_has_no_chain(flown: dict[str, Timeline]) -> None:
    assert flown["cooperation"].outcome.reentered is False
    assert chain_of(flown["cooperation"], 278.0) == []


def test_the_chain_names_only_what_is_in_the_story(flown: dict[str, Timeline]) -> None:
    run = flown["withdrawal"]
    told = {(event.time_mjd_utc, event.title) for event in run.events}
    for link in chain_of(run, 278.0):
        assert link.kind == BELOW_RESERVE or (link.time_mjd_utc, link.title) in told


def test_the_report_sets_what_was_said_beside_what_follows() -> None:
    from stationkeep.campaign.run import run_scenario
    from stationkeep.report.crisis import crisis_section
    from stationkeep.report.why import why_line, why_section

    document = run_scenario(load_scenario("iss-2022"), branches=["withdrawal"], runs=2, workers=1).document
    assert document.crisis is not None
    assert len(document.crisis.entries) >= 15
    page = crisis_section(document)
    assert page.index("Publishes the replies") < page.index("Roscosmos withdraws") < page.index("Falls through 120 km")
    assert "follows from" in why_section(document)
    line = why_line(document.branches["withdrawal"])
    assert line.startswith("Roscosmos withdraws (2 Apr 2022) → ")
    assert "Falls through 120 km (" in line
    assert "→ Attitude lost (" in line
    assert document.branches["withdrawal"].why.share_alike <= 1.0


def link(title: str, *because: int, day: str = "2022-04-02", **more: Any) -> WhyLink:
    return WhyLink(
        time_utc=f"{day}T00:00:00Z", kind="x", title=title, mean_altitude_km=400.0, because=list(because), **more
    )


def line(*chain: WhyLink) -> str:
    from stationkeep.report.why import chain_line

    return chain_line(Why(chain=list(chain), share_alike=1.0)).replace(" (2 Apr 2022)", "")


def test_an_arrow_stands_only_between_cause_and_consequence() -> None:
    assert line(link("A"), link("B", 0), link("C", 1)) == "A → B → C"
    assert line(link("A"), link("B", 0), link("C", 0)) == "A → B; A → C"
    assert line(link("A"), link("B", 0), link("C", 0), link("D", 1, 2)) == "A → B; A → C; B + C → D"
    assert line(link("A"), link("B")) == "A; B"
    assert line(link("A"), link("B", 0), link("C", 0), link("D", 0), link("E", 1, 2)) == (
        "A → B; A → C; A → D; B + C → E"
    )
    three = line(link("A"), link("B"), link("C"), link("D", 0, 1, 2))
    assert three == "A; B; C; A + B + C → D"
    # A strand is told to its end before the next begins, whatever comes earlier.
    assert line(link("A"), link("B", 0), link("C", 0), link("D", 1), link("E", 2, 3)) == "A → B → D; A → C; C + D → E"
    assert line(link("A (x, y)"), link("B: b; c and d", 0)) == "A → B"
    # who answers in short: what follows a semicolon would read as another strand
    said = "NASA: lets the station down, nobody raises it any more; from 220 km it is to be brought down on target"
    down = WhyLink(**{**link(said).model_dump(), "kind": "response"})
    assert line(down, link("B", 0)) == "NASA: lets the station down → B"
    # What another cause goes back to anyway is no arrow of its own: A brings B, both are said to bring C.
    assert line(link("A"), link("B", 0), link("C", 0, 1)) == "A → B → C"


def test_dates_of_all_runs_stand_beside_those_of_the_reference_run() -> None:
    late = link("B", 0, day="2024-05-15", share=1.0, median_utc="2023-03-01T00:00:00Z")
    assert line(link("A"), late).endswith("B (15 May 2024, median Mar 2023)")
    same = link("B", 0, day="2024-05-15", share=1.0, median_utc="2024-05-01T00:00:00Z")
    assert line(link("A"), same).endswith("B (15 May 2024)")
    seldom = line(link("A"), link("B", 0, day="2023-01-05", share=0.25))
    assert seldom == "A → B (5 Jan 2023, in 25 % of the runs)"


def test_the_page_says_what_comes_by_itself() -> None:
    from stationkeep.report.why import _because

    assert _because([], 1) == "not from those before; "
    assert _because([], 0) == ""
    assert _because([0], 1) == ""
    assert _because([0], 2) == "follows from 1; "
    assert _because([0, 2], 4) == "follows from 1 and 3; "


def test_what_is_named_again_has_few_words() -> None:
    up = link("Drag goes up 1.27 times at 408 km: it tumbles", 0)
    none = link("Nobody can reboost any more", 0)
    chain = (
        link("A"), WhyLink(**{**up.model_dump(), "kind": "drag-up"}),
        WhyLink(**{**none.model_dump(), "kind": "reboost-ends"}), link("Sinks below 278 km", 1, 2),
    )  # fmt: skip
    assert line(*chain).endswith("A → Nobody can reboost any more; drag up + no reboost → Sinks below 278 km")


def test_medians_of_the_chain_are_those_of_the_table() -> None:
    from stationkeep.campaign.run import run_scenario

    document = run_scenario(load_scenario("iss-2022"), branches=["withdrawal"], runs=5, workers=1).document
    branch = document.branches["withdrawal"]
    chain = {one.kind: one for one in branch.why.chain}
    lost = {one.function: one.median_utc for one in branch.functions_lost}
    assert chain["attitude-lost"].median_utc == lost["attitude"]
    assert chain["unloading-ends"].median_utc == lost["unloading"]
    assert chain["reboost-ends"].median_utc == branch.reboost_ends_utc
    assert chain["reentered"].median_utc == branch.reentry.median_utc
    assert chain["reentered"].share == branch.reentry.probability
    assert chain["withdrawal"].share is None


def test_an_unknown_timeline_is_refused_with_the_nearest() -> None:
    from stationkeep.errors import ScenarioError
    from stationkeep.scenario.loader import read_scenario
    from stationkeep.scenario.shipped import shipped_scenarios

    text = shipped_scenarios()["iss-2022"].read_text(encoding="utf-8")
    with pytest.raises(ScenarioError, match="crisis-2022"):
        read_scenario(text.replace("timeline: crisis-2022", "timeline: crisis-2020"), "mine.yaml")


def test_one_craft_has_one_name_throughout_a_run(flown: dict[str, Timeline]) -> None:
    """Who comes as Cygnus NG-18 burns and leaves as Cygnus NG-18; propellant is brought by the flight that docks."""
    run = flown["withdrawal-with-cygnus"]
    assert run.people is not None
    docked = {stay.flight for stay in run.people.ports}
    own = [event for event in run.events if event.provider == "cygnus" and event.kind != "provider-available"]
    assert {event.kind for event in own} == {"burn", "arrival", "departure"}
    for event in own:
        name = event.title.removeprefix("Reboost by ").split(":")[0].split(" arrives")[0].split(" leaves")[0]
        assert name in docked
    loads = [event.title for event in flown["cooperation"].events if event.kind == "delivery"]
    assert loads
    assert all(title.removesuffix(" brings propellant") in docked | {
        stay.flight for stay in flown["cooperation"].people.ports  # type: ignore[union-attr]
    } for title in loads)  # fmt: skip


def test_days_in_a_chain_are_written_as_people_do() -> None:
    from stationkeep.report.text import with_days

    assert with_days("came on 2031-06-01 (C-4)") == "came on 1 Jun 2031 (C-4)"
    assert with_days("Progress MS-20") == "Progress MS-20"
