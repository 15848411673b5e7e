"""The crisis in a run's document and on its page: how each branch fares on the day of each statement and act."""

from __future__ import annotations

import pytest

from stationkeep.campaign.departures import departure
from stationkeep.campaign.document import CrisisState, RunDocument
from stationkeep.campaign.run import CampaignResult, run_scenario
from stationkeep.report.crisis import crisis_section, state_text
from stationkeep.scenario.loader import load_scenario
from stationkeep.simulation.timeline import Function
from stationkeep.timescale import mjd_utc, parse_utc


@pytest.fixture(scope="module")
def result() -> CampaignResult:
    branches = ["cooperation", "withdrawal"]
    return run_scenario(load_scenario("iss-2022"), branches=branches, runs=1, workers=1, beside_observed=False)


@pytest.fixture(scope="module")
def document(result: CampaignResult) -> RunDocument:
    return result.document


def states(document: RunDocument, entry_id: str) -> dict[str, CrisisState]:
    assert document.crisis is not None
    return next(entry.states for entry in document.crisis.entries if entry.id == entry_id)


def test_days_before_the_epoch_have_no_state(document: RunDocument) -> None:
    assert document.crisis is not None
    for entry in document.crisis.entries:
        assert (entry.states == {}) == (entry.date_utc < "2022-04-02"), entry.id


def test_states_are_those_of_the_reference_runs(result: CampaignResult, document: RunDocument) -> None:
    end = mjd_utc(parse_utc("2022-07-16"))
    for name, state in states(document, "seat-exchange").items():
        run = result.branches[name].reference
        assert state.mean_altitude_km == pytest.approx(run.altitude_by_day_km[round(end) - run.first_day_mjd], abs=1e-3)
        assert ("reboost" in state.lost) == (run.lost_mjd_utc.get(Function.REBOOST, 1e9) <= end)
        assert run.people is not None
        assert state.people_aboard == sum(one.from_mjd_utc <= end < (one.to_mjd_utc or 1e9) for one in run.people.crew)


def test_propellant_is_what_the_ledger_has_left(result: CampaignResult, document: RunDocument) -> None:
    first, later = states(document, "replies-published"), states(document, "after-2024")
    # 1,750 kg, the middle of the assumed 500 to 3,000, less what a day's attitude took.
    assert first["withdrawal"].propellant_kg == pytest.approx(1750.0, abs=1.0)
    assert later["withdrawal"].propellant_kg == pytest.approx(
        first["withdrawal"].propellant_kg, abs=1.0
    )  # nobody burns
    assert later["withdrawal"].propellant_days is None
    kept = later["cooperation"]
    assert kept.propellant_kg is not None
    assert kept.propellant_days is not None
    # 40 to 130 m a day at 91 kg a kilometre and a kilogram or so for the attitude.
    assert 3.0 < kept.propellant_kg / kept.propellant_days < 15.0
    drawn = result.branches["cooperation"].reference
    whole = sum(entry.change_kg for name in ("zvezda", "zarya") for entry in drawn.ledger[name])
    assert whole == pytest.approx(drawn.tank_content_kg["zvezda"] + drawn.tank_content_kg["zarya"])


def test_the_page_tells_each_state_once_and_the_days_before(document: RunDocument) -> None:
    page = crisis_section(document)
    assert page.count("before the runs begin (2 Apr 2022)") == 8  # one for each day, though two have two entries
    assert page.count(state_text(states(document, "seat-exchange")["withdrawal"])) == 1
    assert "demand-letters · TASS, 12 March 2022" in page
    assert page.index("Roscosmos withdraws") < page.index("out of use")


def test_states_in_words() -> None:
    flying = CrisisState(
        mean_altitude_km=417.96, propellant_kg=1750.0, propellant_days=341.2, people_aboard=7, seats=1, lost=[]
    )
    assert state_text(flying) == "418.0 km · 1.8 t of propellant, enough for 340 days · 7 aboard, 1 seat home"
    dry = flying.model_copy(update={"propellant_kg": 0.2, "people_aboard": 0, "lost": ["attitude"]})
    assert state_text(dry) == "418.0 km · no propellant · nobody aboard · lost: attitude"
    assert state_text(CrisisState(mean_altitude_km=None)) == "fallen"
    assert state_text(CrisisState(mean_altitude_km=300.0)) == "300.0 km"


def test_what_nobody_operates_for_half_a_year_is_out_of_use() -> None:
    loaded, branches = departure(
        load_scenario("iss-2022"), ["cooperation"], ["roscosmos"], "2022-06-01", None, until="2022-12-01"
    )
    document = run_scenario(loaded, branches=branches, runs=1, workers=1, beside_observed=False).document
    before, during = (states(document, one)["without-roscosmos"] for one in ("replies-published", "seat-exchange"))
    assert before.propellant_days is not None
    assert before.paused == []
    assert during.paused == ["gyro unloading"]
    assert during.lost == []
    assert during.propellant_days is None  # Zvezda is not operated: nobody draws on its tanks
    assert "of propellant, out of use" in state_text(during)
    assert state_text(during).endswith("nobody does for the time being: gyro unloading")
    beside = states(document, "seat-exchange")["cooperation"]
    assert beside.paused == []
    assert "enough for" in state_text(beside)
