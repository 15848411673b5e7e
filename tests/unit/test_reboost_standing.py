"""What withdrawals, sanctions and answers leave of the stores a plan of reboosts may burn from."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from partner_case import CATALOGUE, response, sanction, scenario, withdrawal
from stationkeep.campaign.reboost_setup import ReboostOptions, bands_of, stores_of
from stationkeep.errors import InputError
from stationkeep.simulation.providers import plan_providers
from stationkeep.strategy.stores import PropellantStore
from stationkeep.timescale import iso_day

AVAILABLE = {"type": "provider-available", "provider": "cygnus", "date_utc": "2022-04-10"}


def stores(*events: dict[str, Any]) -> dict[str, PropellantStore]:
    stated = scenario(*events)
    mission = SimpleNamespace(scenario=stated, providers=plan_providers(stated, CATALOGUE))
    made, _, _ = stores_of(SimpleNamespace(mission=mission), CATALOGUE, "x", None)  # type: ignore[arg-type]
    return {store.id: store for store in made}


def supplied(store: PropellantStore) -> list[str]:
    return [iso_day(supply.time_mjd_utc) for supply in store.supplies]


def test_who_needs_another_stops_with_it() -> None:
    without_nasa = stores(withdrawal(partner="nasa", scope=["stop-operating-assets"]))["progress"]
    assert iso_day(without_nasa.until_mjd_utc) == "2022-08-01"
    assert stores(withdrawal(partner="csa", scope=["stop-operating-assets"]))["progress"] == stores()["progress"]


def test_flights_end_with_who_pays_and_with_who_catches_them() -> None:
    everything = [name for name in stores(AVAILABLE) if name.startswith("cygnus")]
    for gone in (
        withdrawal("2022-08-15", partner="nasa", scope=["stop-flights"]),
        withdrawal("2022-08-15", partner="csa", scope=["stop-operating-assets"]),
    ):
        left = [name for name in stores(AVAILABLE, gone) if name.startswith("cygnus")]
        assert left == everything[:1]  # the one that is docked


def test_half_of_the_deliveries_come_and_late() -> None:
    usual = supplied(stores()["progress"])
    halved = sanction("2022-05-01", rate=0.5, delay_days=10.0, until_utc="2023-01-01")
    hit = supplied(stores(halved)["progress"])
    before = [day for day in usual if day < "2023-01-01"]
    after = [day for day in usual if day >= "2023-01-01"]
    assert hit[-len(after) :] == after
    late = hit[: -len(after)]
    assert abs(len(late) - len(before) / 2.0) <= 0.5
    assert not set(late) & set(usual)
    none = stores(sanction("2022-05-01", rate=0.0, until_utc="2023-01-01"))["progress"]
    assert supplied(none) == after


def test_sanctions_on_assets() -> None:
    assert iso_day(stores(sanction(what="assets", rate=0.0))["progress"].until_mjd_utc) == "2022-05-01"
    assert stores(sanction(what="assets", rate=0.5))["progress"].longest_burn_s == 650.0


def test_what_is_bought_takes_part_from_its_day() -> None:
    assert not any(name.startswith("cygnus") for name in stores())
    bought = stores(response("2022-06-01", what="buy", provider="cygnus", lead_days=30.0))
    first = next(store for name, store in bought.items() if name.startswith("cygnus"))
    assert iso_day(first.from_mjd_utc) == "2022-07-01"


def test_a_station_that_is_let_down_has_no_plan() -> None:
    stated = scenario(response("2022-06-01", what="deorbit", lead_days=10.0))
    with pytest.raises(InputError, match="lets the station down from 2022-06-11"):
        bands_of(stated, "x", stated.horizon_mjd_utc, ReboostOptions())
