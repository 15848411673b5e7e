"""Campaigns: one seed per run index, shared by branches, the same for any number of workers; honest quantiles."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stationkeep.campaign.comparison import comparison_notes
from stationkeep.campaign.density_error import DensityError
from stationkeep.campaign.packing import packed_integers, unpacked_integers
from stationkeep.campaign.people_summary import NO_RELIEF, people_grids
from stationkeep.campaign.quantiles import altitude_quantiles, date_quantiles, interval
from stationkeep.campaign.run import CampaignResult, run_scenario
from stationkeep.campaign.run_record import RunRecord
from stationkeep.errors import InputError
from stationkeep.report.verdict import verdict_rows
from stationkeep.scenario.loader import load_scenario
from stationkeep.simulation.people_words import words


@pytest.fixture(scope="module")
def flown() -> CampaignResult:
    return run_scenario(load_scenario("iss-2022"), runs=6, seed=7, workers=1)


def test_same_numbers_for_any_number_of_workers(flown: CampaignResult) -> None:
    again = run_scenario(load_scenario("iss-2022"), runs=6, seed=7, workers=3)
    assert again.document.model_dump() == flown.document.model_dump()


def test_more_runs_begin_with_the_same_runs(flown: CampaignResult) -> None:
    more = run_scenario(load_scenario("iss-2022"), runs=8, seed=7, branches=["withdrawal"])
    few = flown.document.branches["withdrawal"].reentry.dates_utc
    assert more.document.branches["withdrawal"].reentry.dates_utc[:6] == few


def test_another_seed_gives_other_numbers(flown: CampaignResult) -> None:
    other = run_scenario(load_scenario("iss-2022"), runs=6, seed=8, branches=["withdrawal"])
    assert (
        other.document.branches["withdrawal"].reentry.dates_utc
        != flown.document.branches["withdrawal"].reentry.dates_utc
    )


def test_branches_share_their_random_numbers(flown: CampaignResult) -> None:
    # With the same Sun and the same drag, help can only delay a fall, run by run.
    alone = flown.branches["withdrawal"].runs
    helped = flown.branches["withdrawal-with-cygnus"].runs
    for without, with_help in zip(alone, helped, strict=True):
        assert without.run_index == with_help.run_index
        # (where the attitude is lost before the first burn, the Cygnus that leaves takes 0.3 t of 460 t along: a day)
        assert without.outcome.time_mjd_utc <= with_help.outcome.time_mjd_utc + (
            1.0 if with_help.burn_count == 0 else 0
        )
        # and until the first burn they fly the same orbit
        assert without.altitude.metres()[:16] == pytest.approx(with_help.altitude.metres()[:16], abs=1)


def test_cooperation_keeps_the_station_between_floor_and_target(flown: CampaignResult) -> None:
    reference = flown.branches["cooperation"].reference
    altitude = reference.altitude_by_day_km[np.isfinite(reference.altitude_by_day_km)]
    assert altitude.min() > 414.9
    # the target, and what a burn out of the way of debris adds to it (0.5 m/s, 0.9 km)
    assert altitude.max() < 419.0
    assert reference.burn_count > 10


def test_a_run_flown_again_is_the_run_that_was_counted(flown: CampaignResult) -> None:
    again = flown.timeline("withdrawal", 3)
    scenario, branch = flown.campaign.mission.scenario, flown.branches["withdrawal"]
    grid = people_grids(scenario, {"withdrawal": branch.reference})["withdrawal"]
    assert RunRecord.of(again, scenario, grid) == branch.runs[3]
    assert again.ledger
    assert again.events


def test_runs_are_kept_whole_only_where_that_is_asked_for(flown: CampaignResult) -> None:
    assert flown.branches["withdrawal"].timelines == ()
    kept = run_scenario(load_scenario("iss-2022"), runs=2, seed=7, branches=["withdrawal"], keep_timelines=True)
    part = kept.branches["withdrawal"]
    assert [whole.outcome for whole in part.timelines] == [run.outcome for run in part.runs]
    assert part.runs == flown.branches["withdrawal"].runs[:2]


def test_what_is_kept_of_a_run_is_small(flown: CampaignResult) -> None:
    # A whole run takes 30 to 60 kB pickled, its draws 100 kB; 10,000 runs of four branches would take gigabytes.
    for name, branch in flown.branches.items():
        assert max(len(pickle.dumps(run)) for run in branch.runs) < 2_500, name
    assert max(len(pickle.dumps(draw)) for draw in flown.draws) < 500


@given(st.lists(st.integers(-(2**31), 2**31 - 1), min_size=1, max_size=50))
def test_courses_packed_come_out_as_they_went_in(values: list[int]) -> None:
    course = np.array(values, dtype=np.int32)
    assert (unpacked_integers(packed_integers(course)) == course).all()


def test_people_are_followed_in_every_branch(flown: CampaignResult) -> None:
    known = {"attitude", "altitude", NO_RELIEF}
    for name, branch in flown.document.branches.items():
        people = branch.people
        assert people is not None
        assert (people.people_at_epoch, people.seats_at_epoch) == (7, 7)
        assert people.aboard.median[0] in (4, 7)  # those called home are gone by then
        stores = {store.name for store in people.stores}
        for reason in people.station_left.reasons:
            # a store, the air, or one of these: another word would reach the page untranslated
            store = any(reason.name == words(one) for one in stores)
            assert reason.name in known or store or "cabin" in reason.name, (name, reason.name)
    home = flown.document.branches["withdrawal"].people
    assert home is not None
    assert home.station_left.share == 1.0


def test_document_is_whole(flown: CampaignResult) -> None:
    document = flown.document
    assert list(document.branches) == [
        "cooperation", "withdrawal", "withdrawal-with-propellant", "withdrawal-with-cygnus",
    ]  # fmt: skip
    risk = document.branches["withdrawal"].ground_risk
    assert risk is not None
    assert sum(item.share for item in risk.by_region) == pytest.approx(1.0)
    assert sum(item.impact_share for item in risk.by_region) + risk.ocean_share == pytest.approx(1.0)
    assert risk.one_in == pytest.approx(1.0 / risk.casualty_expectation)
    assert document.provenance["space_weather"]["mode"] == "as-known"
    assert document.provenance["space_weather"]["observed_until_utc"] == "2022-04-01"
    days = document.provenance["space_weather"]["days_by_kind"]
    assert set(days) <= {"observed", "forecast"}
    altitude = document.branches["withdrawal"].mean_altitude_km
    assert altitude.dates_utc[0] == "2022-04-02"
    assert altitude.median[0] == pytest.approx(document.scenario.mean_altitude_km, abs=0.01)
    assert document.branches["withdrawal"].reboost_ends_utc == "2022-04-02T00:00:00Z"


def test_as_known_uses_nothing_from_after_the_epoch(flown: CampaignResult) -> None:
    # 2023 and 2024 were far more active than the bulletin's median: knowing them would show.
    median = flown.campaign.weather.median.drivers
    assert median[366:730, 1].mean() == pytest.approx(131.0, abs=8.0)  # MSAFE April 2022, 50 %, April 2023 - March 2024
    observed = run_scenario(load_scenario("iss-2022"), runs=1, branches=["withdrawal"], space_weather="observed")
    assert observed.campaign.weather.median.drivers[366:730, 1].mean() > 155.0


def test_published_figures_stand_beside_ours(flown: CampaignResult) -> None:
    references = {name: item.reference for name, item in flown.branches.items()}
    notes = comparison_notes(load_scenario("iss-2022").scenario, flown.document.branches, references)
    assert any("m a day over the first month" in note for note in notes)
    assert any("1-2 years" in note and "Here, withdrawal:" in note for note in notes)
    assert any("2-5 years" in note for note in notes)


@pytest.mark.parametrize(("runs", "seed"), [(0, 1), (-1, 1), (10**7, 1), (1, -1)])
def test_impossible_requests_are_refused(runs: int, seed: int) -> None:
    with pytest.raises(InputError):
        run_scenario(load_scenario("iss-2022"), runs=runs, seed=seed)


def test_unknown_branch_is_named_with_the_known_ones() -> None:
    with pytest.raises(InputError, match="did you mean 'withdrawal'"):
        run_scenario(load_scenario("iss-2022"), branches=["withdrawl"])


def test_density_error_is_slow_and_fast() -> None:
    model = DensityError()
    paths = np.log([model.path(1500, np.random.default_rng(seed)) for seed in range(600)])
    # Standard deviations of 600 paths are known to 3 %; 10 % is three sigma.
    # On the first day only the fast part is there: the slow one is inside the fitted coefficient.
    assert paths[:, 0].std() == pytest.approx(0.20, rel=0.1)
    # after four years both are
    assert paths[:, 1499].std() == pytest.approx(np.hypot(0.30, 0.20), rel=0.1)
    # the mean over three days is still as wrong as the fast part; over two months most of it has averaged out
    assert paths[:, :3].mean(axis=1).std() == pytest.approx(0.18, rel=0.15)
    assert paths[:, :60].mean(axis=1).std() < 0.14
    # no bias: the median factor is one
    assert np.median(paths) == pytest.approx(0.0, abs=0.02)


def test_quantiles_of_dates_that_may_never_come() -> None:
    assert date_quantiles([1.0, 2.0, 3.0, None]) == [1.0, 2.0, None]
    assert date_quantiles([None, None]) == [None, None, None]
    assert date_quantiles([5.0]) == [5.0, 5.0, 5.0]


@given(st.lists(st.one_of(st.none(), st.floats(0.0, 1.0e5)), min_size=1, max_size=50))
def test_date_quantiles_are_in_order_and_among_the_dates(dates: list[float | None]) -> None:
    found = date_quantiles(dates)
    assert all(date in dates for date in found)
    as_numbers = [np.inf if date is None else date for date in found]
    assert as_numbers == sorted(as_numbers)
    # at least that share has come by each quantile
    for level, quantile in zip((0.05, 0.5, 0.95), as_numbers, strict=True):
        assert np.mean([(np.inf if date is None else date) <= quantile for date in dates]) >= level - 1.0e-9


def test_fallen_runs_do_not_lift_the_fan() -> None:
    table = np.array([[400.0, 300.0, np.nan], [400.0, 350.0, np.nan], [400.0, 390.0, 380.0]])
    low, middle, high = altitude_quantiles(table)
    assert low == [400.0, 300.0, None]
    assert middle == [400.0, 350.0, None]
    assert high == [400.0, 390.0, 380.0]


def test_interval_of_one_value() -> None:
    assert interval([3.0]).median == 3.0


def test_the_sun_that_came_stands_beside_an_as_known_fall() -> None:
    loaded = load_scenario("tiangong1-2018")
    known = run_scenario(loaded, runs=6).document
    fall = known.branches["uncontrolled"].reentry_observed
    assert fall is not None
    assert known.provenance["space_weather_observed"]["mode"] == "observed"
    # the same seeds under the same Sun: as if the campaign had been flown under it
    alone = run_scenario(loaded, runs=6, space_weather="observed").document
    assert fall.dates_utc == alone.branches["uncontrolled"].reentry.dates_utc
    assert alone.branches["uncontrolled"].reentry_observed is None
    rows = [row.label for row in verdict_rows(known)]
    assert "under the observed Sun" in rows
    assert "under the observed Sun" not in [row.label for row in verdict_rows(alone)]


def test_no_sun_beside_where_it_is_not_wanted_or_nothing_falls() -> None:
    loaded = load_scenario("iss-2022")
    assert run_scenario(loaded, runs=2, branches=["cooperation"]).document.provenance["space_weather_observed"] is None
    document = run_scenario(load_scenario("tiangong1-2018"), runs=2, beside_observed=False).document
    assert document.branches["uncontrolled"].reentry_observed is None
