"""A station everybody has left, with nothing more delivered: how long are its attitude and its height kept?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from stationkeep.campaign.margins_run import flown_station
from stationkeep.errors import ScenarioError
from stationkeep.outcome import OutcomeReason
from stationkeep.scenario.events import Withdrawal, WithdrawalScope
from stationkeep.scenario.generated import EVERYTHING, branch_without
from stationkeep.scenario.taking_part import partners_of
from stationkeep.simulation.timeline import Function, Timeline
from stationkeep.timescale import datetime_utc, mjd_utc

if TYPE_CHECKING:
    from collections.abc import Collection

    from stationkeep.catalogue.store import Catalogue
    from stationkeep.scenario.schema import Scenario

_DELIVERS_NOTHING: Final = (
    WithdrawalScope.STOP_RESUPPLY_PROPELLANT,
    WithdrawalScope.STOP_FLIGHTS,
    WithdrawalScope.RECALL_CREW,
)


@dataclass(frozen=True, slots=True)
class EmptyOrbit:
    """What becomes of an empty station that is operated from the ground on what is aboard. None: not by the horizon."""

    attitude_lost_mjd_utc: float | None
    """For good; nothing docks any more."""
    too_low_mjd_utc: float | None
    """Below the altitude at which crews leave."""
    fall_mjd_utc: float | None

    def end(self) -> tuple[float, str] | None:
        """From when on nobody can come back, and why; None: not by the horizon."""
        ends = [
            (self.attitude_lost_mjd_utc, "attitude control is lost and nothing can dock"),
            (self.too_low_mjd_utc, "it has sunk too low for crews"),
            (self.fall_mjd_utc, "it falls"),
        ]
        return min(((time, words) for time, words in ends if time is not None), default=None)


def empty_orbit(
    scenario: Scenario, branch: str, time_mjd_utc: float, without: Collection[str], catalogue: Catalogue
) -> EmptyOrbit | None:
    """The reference run of a branch in which, from a date on, nobody sends anything and everybody goes home.

    Whoever takes part goes on operating what is there; those ``without`` whom it is asked do not even that. None: the
    branch has withdrawals this contradicts.
    """
    asked: dict[tuple[WithdrawalScope, ...], list[str]] = {}
    for partner in partners_of(scenario, catalogue):
        stopped = _stopped(scenario, branch, partner, time_mjd_utc)
        scope = tuple(one for one in (EVERYTHING if partner in without else _DELIVERS_NOTHING) if one not in stopped)
        if scope:
            asked.setdefault(scope, []).append(partner)
    try:
        for scope, partners in asked.items():
            scenario, branch = branch_without(
                scenario, partners, datetime_utc(time_mjd_utc), catalogue, scope=scope, base=branch
            )
    except ScenarioError:
        return None
    return _read(flown_station(scenario, branch, catalogue).course(), scenario, time_mjd_utc)


def _stopped(scenario: Scenario, branch: str, partner: str, time_mjd_utc: float) -> set[WithdrawalScope]:
    """What a partner has stopped by then, and not begun again."""
    return {
        one
        for event in scenario.branches[branch].events
        if isinstance(event, Withdrawal) and event.partner == partner and event.effect_mjd_utc <= time_mjd_utc
        and (event.until_utc is None or mjd_utc(event.until_utc) > time_mjd_utc)
        for one in event.scope
    }  # fmt: skip


def _read(run: Timeline, scenario: Scenario, now_mjd_utc: float) -> EmptyOrbit:
    assert scenario.traffic is not None  # callers see to it
    low = run.altitude_by_day_km < scenario.traffic.lowest_altitude_km
    days = run.first_day_mjd + np.flatnonzero(low)
    days = days[days >= now_mjd_utc]
    fell = run.outcome.reason is not OutcomeReason.TIME_LIMIT
    return EmptyOrbit(
        run.lost_mjd_utc.get(Function.ATTITUDE), float(days[0]) if len(days) else None,
        run.outcome.time_mjd_utc if fell else None,
    )  # fmt: skip
