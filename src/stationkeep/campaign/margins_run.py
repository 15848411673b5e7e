"""A scenario's station at any date, as the coupled run of a branch has it then: stores, people, craft and plans."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from stationkeep.campaign.margins import StationThen
from stationkeep.campaign.prepare import Campaign, prepare_campaign
from stationkeep.campaign.sampling import median_inputs
from stationkeep.errors import InputError
from stationkeep.simulation.engine import PeopleThen, people_at, simulate
from stationkeep.simulation.loading import load_of
from stationkeep.timescale import iso_day

if TYPE_CHECKING:
    from stationkeep.catalogue.store import Catalogue
    from stationkeep.habitat.state import HabitatState
    from stationkeep.logistics.manifest import Flight
    from stationkeep.scenario.schema import Scenario
    from stationkeep.simulation.inputs import RunInputs
    from stationkeep.simulation.people_setup import PeopleSetup
    from stationkeep.simulation.timeline import Timeline

_MARGINS: Final = 0x6D617267  # of the stream of these draws, apart from those of runs


@dataclass(frozen=True)
class FlownStation:
    """One branch of a scenario with people, ready to be flown to any date."""

    campaign: Campaign
    branch: str
    setup: PeopleSetup

    def at(self, time_mjd_utc: float, random: np.random.Generator | None = None) -> StationThen:
        """The station then. ``random``: amounts, machines and loads drawn; None: best estimates.

        Nothing is late or lost and no machine breaks until then. Raises :class:`InputError` where it has fallen before.
        """
        inputs = self._inputs()
        if random is not None:
            inputs.once(("people",), lambda: self.setup.drawn(random))
        then = people_at(self.campaign.mission, self.branch, inputs, time_mjd_utc)
        if then.fell:
            fell = iso_day(then.aboard.state.time_mjd_utc)
            raise InputError(
                f"in branch {self.branch} the station has come down by {iso_day(time_mjd_utc)}",
                hint=f"it falls on {fell}: give an earlier --date, or another --branch",
            )
        return self._station(then)

    def draws(self, time_mjd_utc: float, count: int, seed: int) -> Iterator[StationThen]:
        """The station then, ``count`` times, each with a stream of its own below the seed."""
        for index in range(count):
            yield self.at(time_mjd_utc, np.random.default_rng(np.random.SeedSequence((seed, _MARGINS, index))))

    def course(self) -> Timeline:
        """What becomes of it in the reference run, to the horizon."""
        return simulate(self.campaign.mission, self.branch, self._inputs(), limits=False)

    def _inputs(self) -> RunInputs:
        return replace(median_inputs(self.campaign.mission.scenario, self.campaign.weather))

    def _station(self, then: PeopleThen) -> StationThen:
        board, aboard, then_mjd = then.board, then.aboard, then.aboard.state.time_mjd_utc

        def stow(state: HabitatState, flight: Flight, gone: frozenset[str]) -> None:
            hold = copy.copy(aboard)
            hold.state = state
            load_of(board, flight.name, hold, gone, then_mjd)

        def settle(state: HabitatState, gone: frozenset[str]) -> None:
            hold = copy.copy(aboard)
            hold.state = state
            hold.even_out(gone)

        return StationThen(
            aboard.state, board.traffic.manifest, stow, settle, self.setup.life_support.sides,
            {name: one.partners for name, one in board.craft.items()},
            self.campaign.mission.scenario.pays_for, then.gone,
        )  # fmt: skip


def flown_station(scenario: Scenario, branch: str, catalogue: Catalogue) -> FlownStation:
    """A branch of a scenario that has people, made ready."""
    campaign = prepare_campaign(scenario, catalogue)
    assert campaign.mission.people is not None  # callers see to it
    return FlownStation(campaign, branch, campaign.mission.people)
