"""Who provides what on the shipped International Space Station: margins, stores, computers, launch sites, people."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from stationkeep.partnership.analysis import Dependence, FunctionState, analyse
from stationkeep.partnership.graph import build_graph
from stationkeep.partnership.loader import shipped_partnerships
from stationkeep.partnership.model import Function

FLAGSHIP = datetime(2022, 4, 2, tzinfo=UTC)


def without(*partners: str, moment: datetime = FLAGSHIP) -> Dependence:
    return analyse(build_graph(shipped_partnerships()["iss"], moment), partners)


def state(found: Dependence, function: str) -> FunctionState:
    return next(one for one in found.states if one.function.id == function)


def test_engines_on_one_store_of_propellant_count_once() -> None:
    # Zvezda and Progress burn what the same four Progress a year bring: 21 m/s for 18 a year, not 42.
    found = without()
    assert state(found, "reboost").margin == pytest.approx(21.0 / 18.0)
    assert state(found, "reboost").spare == 1  # either engine may still fail
    assert state(found, "debris-avoidance").margin == 1.0


@pytest.mark.parametrize(
    ("pool", "said"),
    [
        ({"of": ["a", "c"], "capacity": 1.0, "assumption": "made up here"}, "'c' provides nothing of it"),
        ({"of": ["a", "a"], "capacity": 1.0, "assumption": "made up here"}, "named once"),
        ({"of": ["a", "b"], "capacity": 1.0}, "source and quality, or assumption"),
    ],
)
def test_a_store_that_cannot_be_shared_is_refused(pool: dict[str, object], said: str) -> None:
    providers = [{"asset": name, "assumption": "made up here"} for name in ("a", "b")]
    given = {"id": "reboost", "name": "-", "what": "-", "ends": "less", "providers": providers, "pools": [pool]}
    with pytest.raises(ValueError, match=said):
        Function.model_validate(given)
