"""Two years of the station's life support, with changes from outside: events and amounts as they were computed first.

Recorded with the kernel that let carbon dioxide settle in substeps of a quarter of its time constant and found every
rate from the whole network; the present one takes exact steps and agrees with it here to the digits written down.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from stationkeep.habitat.failures import Breakdown, Workshop
from stationkeep.habitat.figures import shipped_habitat
from stationkeep.habitat.habitat import Habitat
from stationkeep.habitat.metabolism import Person
from stationkeep.habitat.state import HabitatEvent, HabitatState

CARGO_KG = {
    "us-food": 420.0, "russian-food": 300.0, "us-water": 250.0, "russian-water": 400.0, "us-oxygen": 40.0,
    "us-nitrogen": 25.0, "toilet-containers": 60.0, "us-spares": 100.0, "russian-spares": 80.0,
}  # fmt: skip
BREAKDOWNS = [
    Breakdown(day, machine, repair)
    for day, machine, repair in (
        (33.3, "oga", 12.0), (71.0, "vozdukh", 4.5), (120.2, "cdra-node3", 9.0), (121.7, "vozdukh", 6.0),
        (200.0, "upa", 30.0), (310.4, "elektron", 25.0), (404.0, "wpa", 3.0), (500.5, "srv-k", 8.0),
        (610.0, "thermal-amine", 45.0),
    )
]  # fmt: skip


def as_recorded() -> Habitat:
    """The shipped habitat as when the figures were written down: oxygen generators at their nominal setting, current
    shared alike."""
    habitat = shipped_habitat().habitat()
    nominal = {"oga": 5.4, "elektron": 2.6}
    machines = {
        name: replace(machine, capacity_per_day=nominal.get(name, machine.capacity_per_day), power_order=None)
        for name, machine in habitat.equipment.items()
    }
    return replace(habitat, equipment=machines)


def two_years() -> tuple[HabitatState, list[HabitatEvent]]:
    state = HabitatState(as_recorded(), 0.0)
    shop = Workshop(BREAKDOWNS, 0.0)
    events: list[HabitatEvent] = []
    for number in range(24):
        events += shop.advance(state, 30.5 * (number + 1) - state.time_mjd_utc)
        if number % 2 == 0:
            for store, kg in CARGO_KG.items():
                state.add_cargo(store, kg)
        if number in (5, 11, 17):
            state.set_people({"us": (Person(),) * 7, "russian": (Person(),) * 4})
        elif number in (6, 12, 18):
            state.set_people({"us": (Person(),) * 4, "russian": (Person(75.0),) * 3})
        if number in (8, 9):
            state.set_segment_power("russian", 0.5 if number == 8 else 1.0)
        if number in (14, 16):
            state.set_owner_active("roscosmos", number == 16)
    return state, events


EVENTS: list[tuple[float, str, str]] = [
    (204.363636364, "fell-below", "toilet-containers reserve"),
    (269.398496241, "fell-below", "toilet-containers reserve"),
    (314.511278195, "fell-below", "toilet-containers reserve"),
    (359.62406015, "fell-below", "toilet-containers reserve"),
    (389.942583732, "short", "russian-containers"),
    (389.942583732, "short", "us-containers"),
    (397.612781955, "fell-below", "toilet-containers reserve"),
    (441.612781955, "short", "russian-containers"),
    (441.612781955, "short", "us-containers"),
    (458.612781955, "fell-below", "toilet-containers reserve"),
    (502.612781955, "short", "russian-containers"),
    (502.612781955, "short", "us-containers"),
    (519.612781955, "fell-below", "toilet-containers reserve"),
    (558.299043062, "short", "russian-containers"),
    (558.299043062, "short", "us-containers"),
    (562.113192818, "fell-below", "us-food reserve"),
    (580.612781955, "fell-below", "toilet-containers reserve"),
    (624.612781955, "short", "russian-containers"),
    (624.612781955, "short", "us-containers"),
    (640.200136612, "fell-below", "us-food reserve"),
    (641.612781955, "fell-below", "toilet-containers reserve"),
    (685.612781955, "short", "russian-containers"),
    (685.612781955, "short", "us-containers"),
    (697.577185792, "fell-below", "us-food reserve"),
    (702.612781955, "fell-below", "toilet-containers reserve"),
]
AMOUNTS_KG = {
    "us-food": 497.425,
    "russian-food": 549.573244527,
    "us-water": 2500.0,
    "russian-water": 1735.396319291,
    "us-oxygen": 250.0,
    "us-nitrogen": 141.804058831,
    "candles": 106.0,
    "lithium-hydroxide": 60.0,
    "toilet-containers": 19.435,
    "trash": 2052.74389285,
    "us-spares": 1540.0,
    "russian-spares": 1140.0,
    "cabin-oxygen": 279.120366472,
    "cabin-nitrogen": 899.456731002,
    "cabin-carbon-dioxide": 5.604189942,
    "cabin-humidity": 8.853288193,
    "overboard-hydrogen": 541.626381799,
    "overboard-carbon-dioxide": 5315.788505829,
}


def test_events_and_amounts_are_those_computed_first() -> None:
    state, events = two_years()
    found = [(event.kind, event.subject) for event in events if event.bad]
    assert found == [(kind, subject) for _, kind, subject in EVENTS]
    times = [event.time_mjd_utc for event in events if event.bad]
    assert times == pytest.approx([time for time, _, _ in EVENTS], abs=1e-7)
    for store, kg in AMOUNTS_KG.items():
        assert state.amount(store) == pytest.approx(kg, rel=1e-8, abs=1e-7), store
    assert state.crew_hours == 83.0
