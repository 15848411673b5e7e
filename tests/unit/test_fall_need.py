"""What a controlled fall takes: of any station, and which engines count together."""

from __future__ import annotations

import math
from typing import Any

import pytest
from pydantic import ValidationError

from partner_case import CATALOGUE, MADE_UP, scenario
from stationkeep.campaign.document import DeorbitChances
from stationkeep.campaign.part import Interval
from stationkeep.campaign.prepare import carry_to
from stationkeep.constants import STANDARD_GRAVITY_M_S2
from stationkeep.descent.deorbit_need import DeorbitLimits, minimum_vehicle
from stationkeep.propulsion.burns import Thruster
from stationkeep.propulsion.finite_burns import Ellipse
from stationkeep.report.limits import lacking_text
from stationkeep.scenario.loader import load_scenario
from stationkeep.scenario.schema import Scenario
from stationkeep.simulation.deorbit import Load, shortage, used_together
from stationkeep.simulation.engine import Mission
from stationkeep.simulation.fall_need import MIR_BALLISTIC_M2_KG, PUBLISHED_ISS, FallNeed, as_hard_as_km, computed_need
from stationkeep.simulation.providers import plan_providers

INCLINATION = math.radians(51.6)
ENGINE = [Thruster(400.0, 300.0)]
EXHAUST = 300.0 * STANDARD_GRAVITY_M_S2


def need_of(stated: Scenario) -> FallNeed:
    mass = stated.mass_kg if stated.mass_kg is not None else CATALOGUE.stations[stated.station].mass_kg.best
    return Mission(stated, carry_to(stated.orbit.elements(), stated), mass, plan_providers(stated, CATALOGUE)).fall_need


def test_what_is_computed_for_the_space_station_is_what_nasa_published() -> None:
    """57 m/s (ISS Deorbit Analysis Summary, 2024): computed without knowing it; 5 % as paper and flown plans differ."""
    computed = computed_need(INCLINATION, 420e3, 0.0071, ENGINE, 180.0)
    assert computed.delta_v_m_s == pytest.approx(57.0, rel=0.05)


def test_what_is_computed_for_mir_lies_between_what_was_announced_and_what_was_seen() -> None:
    """9.3 + 10.4 + 28.0 m/s were announced; by the orbits an observer saw the last burn gave some 40 m/s."""
    computed = computed_need(INCLINATION, 135e3, MIR_BALLISTIC_M2_KG, ENGINE, 180.0)
    assert computed.from_altitude_km == 220.0
    assert 47.7 < computed.delta_v_m_s < 59.7
    assert 28.0 < computed.final_burn_m_s < 40.0


def test_the_space_stations_last_burn_is_that_of_the_planner() -> None:
    least = minimum_vehicle(Ellipse.near_circular(220.0, INCLINATION), 460e3, 300.0, DeorbitLimits())
    assert least.final_burn_m_s == pytest.approx(PUBLISHED_ISS.final_burn_m_s, abs=0.05)
    assert least.thrust_n == pytest.approx(460e3 * 34.7 / 1800.0, rel=0.02)


def test_more_drag_begins_higher_and_takes_more() -> None:
    low, high = (computed_need(INCLINATION, 72e3, ballistic, ENGINE, 180.0) for ballistic in (0.004, 0.012))
    assert low.from_altitude_km < 220.0 < high.from_altitude_km
    assert low.delta_v_m_s < high.delta_v_m_s
    assert as_hard_as_km(220.0, 0.005, 0.005) == pytest.approx(220.0)
    # twice the drag area is worth a scale height times ln 2: 30 to 45 km at 220 km
    assert 30.0 * math.log(2.0) < as_hard_as_km(220.0, 0.005, 0.01) - 220.0 < 45.0 * math.log(2.0)


def test_every_station_is_asked_for_its_own() -> None:
    iss, other = (
        need_of(load_scenario(name, catalogue=CATALOGUE).scenario) for name in ("iss-2022", "commercial-two-providers")
    )
    assert iss == PUBLISHED_ISS
    assert other.source.startswith("computed for 72 t")
    assert other.from_altitude_km > 225.0  # more area for its mass than Mir had
    assert other.delta_v_m_s != iss.delta_v_m_s


def test_a_scenario_may_state_it() -> None:
    own: dict[str, Any] = {
        "delta_v_m_s": 80.0, "final_burn_m_s": 40.0, "longest_final_burn_s": 900.0, "from_altitude_km": 250.0,
        "source": MADE_UP,
    }  # fmt: skip
    assert need_of(scenario(controlled_deorbit=own)) == FallNeed(80.0, 40.0, 900.0, 250.0, 180.0, MADE_UP)
    waits = need_of(scenario(controlled_deorbit={"wait_days": 90.0}))
    assert (waits.delta_v_m_s, waits.wait_days) == (57.0, 90.0)
    with pytest.raises(ValidationError, match="wait_days"):
        scenario(controlled_deorbit={"wait_days": 1.0e6})  # every load ever planned would be a promise
    for name in own:
        with pytest.raises(ValidationError, match=f"{name} is missing"):
            scenario(controlled_deorbit={key: value for key, value in own.items() if key != name})
    with pytest.raises(ValidationError, match=r"a last burn of 90 m/s of 80 m/s in all"):
        scenario(controlled_deorbit=own | {"final_burn_m_s": 90.0})


def test_engines_that_push_the_other_way_do_not_add_up() -> None:
    bow, stern = Load(9000.0, EXHAUST, 5000.0, 180.0), Load(9000.0, EXHAUST, 5000.0, 0.0)
    needed = 420e3 * 34.7 / 1800.0
    assert shortage(420e3, [stern, stern], PUBLISHED_ISS).none
    lacking = shortage(420e3, [bow, stern], PUBLISHED_ISS)
    assert lacking.propellant_kg == 0.0
    assert lacking.thrust_n == pytest.approx(needed - 5000.0)


def test_the_strong_one_must_have_the_propellant_of_the_last_burn_itself() -> None:
    strong, full = Load(2000.0, EXHAUST, 20e3, 180.0), Load(9000.0, EXHAUST, 500.0, 0.0)
    lacking, chosen = used_together(420e3, [full, strong], PUBLISHED_ISS)
    assert chosen == (1, 0)
    # of 34.7 m/s its two tonnes give 14.0
    assert lacking.propellant_kg == pytest.approx(420e3 * -math.expm1(-(34.7 - 14.04) / EXHAUST), rel=0.01)
    assert lacking.thrust_n == 0.0


def test_of_two_at_one_port_one_counts() -> None:
    def load(port: str | None) -> Load:
        return Load(5000.0, EXHAUST, 5000.0, 0.0, port)

    assert shortage(420e3, [load("aft"), load("bow")], PUBLISHED_ISS).none
    assert shortage(420e3, [load("aft"), load(None)], PUBLISHED_ISS).none
    alone = shortage(420e3, [load("aft")], PUBLISHED_ISS)
    assert shortage(420e3, [load("aft"), load("aft")], PUBLISHED_ISS) == alone
    # the better of the two is the one that counts
    better = Load(9000.0, EXHAUST, 9000.0, 0.0, "aft")
    assert used_together(420e3, [load("aft"), better], PUBLISHED_ISS)[1] == (1,)


def test_two_ships_of_the_commercial_station_want_the_same_port() -> None:
    plans = plan_providers(load_scenario("commercial-two-providers", catalogue=CATALOGUE).scenario, CATALOGUE)
    assert {plan.provider.id: plan.only_port for plan in plans} == {
        "ship-b": "service-aft", "ship-c": "service-aft", "own-thrusters": None,
    }  # fmt: skip


def test_little_that_is_missing_is_not_nothing() -> None:
    one = Interval(median=0.0, p05=0.0, p95=0.0)
    point = DeorbitChances(
        share=0.7, p05_utc=None, median_utc=None, p95_utc=None, possible_share=0.3, from_utc=None,
        missing_propellant_kg=0.3, missing_propellant_kg_interval=one, missing_thrust_n=0.18,
        missing_thrust_n_interval=one,
    )  # fmt: skip
    assert lacking_text(point) == "0.30 kg, 0.18 N"
    assert lacking_text(point.model_copy(update={"missing_propellant_kg": 0.0, "missing_thrust_n": 0.0})) == "nothing"
