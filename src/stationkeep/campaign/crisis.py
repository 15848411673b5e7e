"""What was said and done around a scenario's epoch, and how the station fares in each branch on those days."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

import numpy as np

from stationkeep.campaign.document import Crisis, CrisisEntry, CrisisState
from stationkeep.partnership.crisis import crisis_timeline
from stationkeep.propulsion.burns import delta_v_for_gain_m_s, propellant_for_delta_v_kg
from stationkeep.simulation.attitude_events import THRUSTERS_TAKE_OVER
from stationkeep.simulation.providers import CANNOT_BE_DRAWN
from stationkeep.simulation.run_state import ATTITUDE
from stationkeep.simulation.timeline import Function
from stationkeep.timescale import mjd_utc

if TYPE_CHECKING:
    from stationkeep.campaign.prepare import Campaign
    from stationkeep.partnership.crisis import Entry
    from stationkeep.simulation.timeline import Timeline

_TOLD: Final = {
    Function.RESUPPLY: "deliveries",
    Function.UNLOADING: "gyro unloading",
    Function.REBOOST: "reboost",
    Function.ATTITUDE: "attitude",
}
_RATE_DAYS: Final = 90  # over which the use of propellant is taken: shorter, and one burst of the Sun decides


def crisis(campaign: Campaign, references: Mapping[str, Timeline]) -> Crisis | None:
    """The timeline the scenario names, with the reference runs at the end of each day; none where it names none."""
    scenario = campaign.mission.scenario
    if scenario.timeline is None:
        return None
    timeline = crisis_timeline(scenario.timeline)
    agreement = timeline.agreement
    return Crisis(
        title=timeline.title,
        agreement=f"{agreement.name}: {' '.join(agreement.what.split())}",
        entries=[
            CrisisEntry(
                id=entry.id,
                date_utc=f"{entry.date:%Y-%m-%d}" if entry.date_known_to == "day" else f"{entry.date:%Y-%m}",
                who=entry.who, what=entry.what, source=entry.source,
                states=_states(campaign, references, entry),
            )
            for entry in timeline.entries
        ],
    )  # fmt: skip


def _states(campaign: Campaign, references: Mapping[str, Timeline], entry: Entry) -> dict[str, CrisisState]:
    """The branches at the end of the entry's day; empty where it lies outside the scenario or has no day."""
    scenario = campaign.mission.scenario
    end = mjd_utc(entry.date) + 1.0
    if entry.date_known_to != "day" or not scenario.epoch_mjd_utc < end <= scenario.horizon_mjd_utc:
        return {}
    # Where thrusters stop soon after, what they draw until then says little: the branch in which they go on tells.
    attitude_kg_day = max(_attitude_kg_day(campaign, run, end) for run in references.values())
    return {name: state_at(campaign, run, end, attitude_kg_day) for name, run in references.items()}


def state_at(campaign: Campaign, run: Timeline, time_mjd_utc: float, attitude_kg_day: float) -> CrisisState:
    """Altitude, propellant, people and what is lost for good, in one run at one midnight.

    ``attitude_kg_day``: what the thrusters draw a day to unload the gyros.
    """
    day = round(time_mjd_utc) - run.first_day_mjd
    altitude = run.altitude_by_day_km[day] if day < len(run.altitude_by_day_km) else np.nan
    lost = [told for function, told in _TOLD.items() if run.lost_mjd_utc.get(function, np.inf) <= time_mjd_utc]
    aboard = seats = None
    if run.people is not None:
        step = int(np.searchsorted(run.people.times_mjd_utc, time_mjd_utc, side="right")) - 1
        aboard, seats = int(run.people.aboard[step]), int(run.people.seats[step])
    if not np.isfinite(altitude):
        return CrisisState(mean_altitude_km=None, lost=lost)
    usable_kg = _usable_kg(campaign, run, time_mjd_utc)
    paused = [told for told in _paused(run, time_mjd_utc) if told not in lost]
    days = None
    if usable_kg is not None and not {_TOLD[Function.REBOOST], _TOLD[Function.UNLOADING]} & {*lost, *paused}:
        days = usable_kg / max(_altitude_kg_day(campaign, run, day) + attitude_kg_day, 1.0e-3)
    return CrisisState(
        mean_altitude_km=round(float(altitude), 3), propellant_kg=usable_kg, propellant_days=days,
        people_aboard=aboard, seats=seats, lost=lost, paused=paused,
    )  # fmt: skip


def _paused(run: Timeline, time_mjd_utc: float) -> list[str]:
    """What nobody does at that moment, by the run's story, whether or not it comes back.

    Thrusters that take over again, or catch a tumbling station, end both; gyros that take over end neither.
    """
    unbacked = tumbling = False
    for event in run.events:
        if event.time_mjd_utc > time_mjd_utc:
            break
        if event.kind in ("unloading-ends", "holding-ends"):
            unbacked = True
        elif event.kind == "attitude-lost":
            tumbling = True
        elif event.kind == "attitude-recovered" or (event.kind == "handover" and THRUSTERS_TAKE_OVER in event.title):
            unbacked = tumbling = False
    names = ((unbacked, Function.UNLOADING), (tumbling, Function.ATTITUDE))
    return [_TOLD[function] for holds, function in names if holds]


def _tanks(campaign: Campaign) -> tuple[str, ...]:
    """The tanks that stay with the station."""
    stay = (plan for plan in campaign.mission.providers if plan.provider.propellant is not None)
    return tuple(dict.fromkeys(name for plan in stay for name in plan.tank_names))


def _usable_kg(campaign: Campaign, run: Timeline, time_mjd_utc: float) -> float | None:
    """What can be drawn from the station's own tanks; none: it has none."""
    tanks = _tanks(campaign)
    if not tanks:
        return None
    entries = (entry for name in tanks for entry in run.ledger.get(name, ()) if entry.time_mjd_utc <= time_mjd_utc)
    return max(sum(entry.change_kg for entry in entries if entry.reason != CANNOT_BE_DRAWN), 0.0)


def _altitude_kg_day(campaign: Campaign, run: Timeline, day: int) -> float:
    """What making up the loss of a day without burns takes, by the median of the next weeks."""
    altitudes = run.altitude_by_day_km[day : day + _RATE_DAYS + 1]
    steps = np.diff(altitudes)
    losses = -steps[steps < 0.0]  # days of burns rise
    engine = next((plan for plan in campaign.mission.providers if plan.provider.propellant is not None), None)
    if not losses.size or engine is None:
        return 0.0
    delta_v_m_s = delta_v_for_gain_m_s(float(altitudes[0]), float(np.median(losses)))
    return propellant_for_delta_v_kg(campaign.mission.mass_kg, delta_v_m_s, engine.thruster.specific_impulse_s)


def _attitude_kg_day(campaign: Campaign, run: Timeline, time_mjd_utc: float) -> float:
    """What thrusters draw a day over the next weeks to unload the gyros."""
    drawn = (
        -entry.change_kg
        for name in _tanks(campaign)
        for entry in run.ledger.get(name, ())
        if entry.reason == ATTITUDE and time_mjd_utc < entry.time_mjd_utc <= time_mjd_utc + _RATE_DAYS
    )
    return sum(drawn) / _RATE_DAYS
