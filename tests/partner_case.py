"""A small coupled station to let partners leave, hand over, take away and come back."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import numpy as np

from stationkeep.catalogue.loader import load_catalogue
from stationkeep.orbit.mean_decay import WeatherTrack
from stationkeep.scenario.schema import Scenario
from stationkeep.simulation.engine import Mission, simulate
from stationkeep.simulation.inputs import AttitudeDraw, RunInputs
from stationkeep.simulation.providers import plan_providers
from stationkeep.simulation.timeline import Timeline

EPOCH_DAY = 59671  # 2022-04-02
DAYS = 800
CATALOGUE = load_catalogue()
ALL_OF_IT = ["stop-operating-assets", "stop-resupply-propellant", "stop-flights"]
MADE_UP = "made up for this test"
BASE: dict[str, Any] = {
    "schema": "stationkeep.scenario/1",
    "id": "partners",
    "title": "Test",
    "epoch_utc": "2022-04-02",
    "horizon_utc": "2024-04-01",
    "station": "iss-2022-04-02",
    "mass_kg": 460000.0,
    "mass_source": MADE_UP,
    "orbit": {"mean_elements": {"epoch_utc": "2022-04-02", "mean_altitude_km": 416.0, "inclination_deg": 51.6}},
    "drag": {
        "ballistic_coefficient_m2_kg": 0.00706,
        "density_model": "NRLMSISE-00",
        "spread_percent": 8.0,
        "reference_mass_kg": 460000.0,
        "source": MADE_UP,
    },
    "altitude_policy": {"floor_km": 415.0, "target_km": 418.0},
    "attitude": {"tanks_of": "progress", "view": "nasa"},
    "providers": [
        {
            "id": "progress",
            "vehicle": "progress-ms",
            "partner": "roscosmos",
            "max_burn_duration_s": 1300.0,
            "push_needs": ["nasa"],
            "propellant": {"initial_kg": 2000.0, "tanks": ["zvezda", "zarya"], "source": MADE_UP},
            "resupply": [
                {"first_utc": "2022-06-01", "every_days": 60.0, "propellant_kg": 500.0, "source": MADE_UP},
            ],
        },
        {
            "id": "cygnus",
            "vehicle": "cygnus",
            "partner": "northrop-grumman",
            "bought_by": "nasa",
            "arrival_needs": ["csa"],
            "enabled": False,
            "max_burn_duration_s": 600.0,
            "visits": [
                {
                    "arrives_utc": "2022-05-01",
                    "leaves_utc": "2022-09-01",
                    "every_days": 130.0,
                    "propellant_kg": 400.0,
                    "source": MADE_UP,
                }
            ],
        },
    ],
    "branches": {"x": {"label": "x"}},
}


def withdrawal(date: str = "2022-08-01", **changes: Any) -> dict[str, Any]:
    return {"type": "withdrawal", "partner": "roscosmos", "date_utc": date, "scope": ALL_OF_IT, **changes}


def sanction(date: str = "2022-05-01", **changes: Any) -> dict[str, Any]:
    return {
        "type": "sanction", "imposed_by": "United States", "on": "roscosmos", "what": "launches", "date_utc": date,
        **changes,
    }  # fmt: skip


def response(date: str | None = "2022-05-01", **changes: Any) -> dict[str, Any]:
    trigger = {} if date is None else {"date_utc": date}
    return {"type": "response", "who": "nasa", "source": MADE_UP, **trigger, **changes}


def scenario(*events: dict[str, Any], **changes: Any) -> Scenario:
    fields = {**deepcopy(BASE), "branches": {"x": {"label": "x", "events": list(events)}}, **changes}
    return Scenario.model_validate(fields)


def inputs(*, flux: float = 150.0, loss: float = 0.9, **more: Any) -> RunInputs:
    track = WeatherTrack(EPOCH_DAY, np.tile([flux, flux, 12.0], (DAYS, 1)))
    return RunInputs(0, track, np.full(DAYS, 0.00706), {}, attitude=AttitudeDraw({}, loss), **more)


def fly(*events: dict[str, Any], given: RunInputs | None = None, **changes: Any) -> Timeline:
    """One run of a branch with these events."""
    stated = scenario(*events, **changes)
    station = CATALOGUE.stations[stated.station]
    names = {partner.id: partner.name for partner in CATALOGUE.partners.values()}
    plans = plan_providers(stated, CATALOGUE)
    mission = Mission(stated, stated.orbit.elements(), 460000.0, plans, names, station=station)
    return simulate(mission, "x", given if given is not None else inputs())


def result(timeline: Timeline) -> tuple[Any, ...]:
    """Everything that came of a run, to the last bit."""
    return (
        timeline.outcome, timeline.altitude_by_day_km.tobytes(), timeline.events, timeline.mass_kg, timeline.ledger,
        timeline.lost_mjd_utc, timeline.last_by, timeline.no_return, timeline.burn_count,
    )  # fmt: skip
