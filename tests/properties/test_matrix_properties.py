"""A matrix: who provides nothing changes nothing, and rows do not know of each other."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stationkeep.campaign.matrix import fly_matrix
from stationkeep.campaign.matrix_cases import asked
from stationkeep.campaign.matrix_document import MatrixDocument
from stationkeep.scenario.loader import LoadedScenario, load_scenario

PARTNERS = ("nasa", "roscosmos", "esa", "jaxa", "csa", "spacex", "northrop-grumman")
RUNS = 3


def with_idle_partner() -> LoadedScenario:
    """A small station with a provider that never plays a part, of a partner that does nothing else."""
    loaded = load_scenario("small-station")
    first = loaded.scenario.providers[0]
    idle = first.model_copy(
        update={"id": "idle", "label": "Idle", "partner": "esa", "enabled": False, "resupply": (), "propellant": None}
    )
    scenario = loaded.scenario.model_copy(update={"providers": (*loaded.scenario.providers, idle)})
    return replace(loaded, scenario=scenario)


def test_a_partner_that_provides_nothing_changes_nothing() -> None:
    document = fly_matrix(with_idle_partner(), partners=["esa"], runs=RUNS, workers=1).document
    nobody, idle = document.rows
    assert idle.outcome == "as before"
    assert idle.fall == nobody.fall
    assert idle.casualties == nobody.casualties
    assert idle.lost_in_runs == nobody.lost_in_runs
    assert idle.lost_by_graph == []
    assert idle.lost_first.functions == []


@pytest.fixture(scope="module")
def both() -> MatrixDocument:
    return fly_matrix(load_scenario("small-station"), runs=RUNS, workers=1).document


@pytest.mark.parametrize("order", list(permutations(("operator-a", "operator-b"))))
def test_rows_do_not_know_of_each_other(both: MatrixDocument, order: tuple[str, ...]) -> None:
    document = fly_matrix(load_scenario("small-station"), partners=order, runs=RUNS, workers=1).document
    assert [row.partners for row in document.rows] == [[], *([one] for one in order)]
    assert {row.id: row for row in document.rows} == {row.id: row for row in both.rows}


@settings(max_examples=25)
@given(st.lists(st.sampled_from(PARTNERS), min_size=1, max_size=9))
def test_a_partner_named_twice_has_one_row(names: list[str]) -> None:
    departures = asked(load_scenario("iss-2022"), names, (), None, None).departures
    assert [one.partners for one in departures[1:]] == [(name,) for name in dict.fromkeys(names)]
    assert len({one.id for one in departures}) == len(departures)
