"""What evaluators of claims may look at: the scenario, the catalogue, the partnership, and runs flown on demand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from stationkeep.catalogue.entries import Station, Vehicle
from stationkeep.catalogue.loader import load_catalogue
from stationkeep.catalogue.store import Catalogue
from stationkeep.partnership.claims_file import ClaimsError
from stationkeep.timescale import datetime_utc

if TYPE_CHECKING:
    from stationkeep.campaign.document import BranchDocument, RunDocument
    from stationkeep.scenario.loader import LoadedScenario


@dataclass
class Evidence:
    """The material of a check. Branches are flown together, once, when the first evaluator asks for one."""

    loaded: LoadedScenario
    branches: tuple[str, ...]
    runs: int
    seed: int
    workers: int | None = None
    progress: Callable[[], None] | None = None
    catalogue: Catalogue = field(default_factory=load_catalogue)
    _document: RunDocument | None = None

    @property
    def document(self) -> RunDocument:
        """The campaign over all branches any claim asks for."""
        if self._document is None:
            from stationkeep.campaign.run import run_scenario

            flown = run_scenario(
                self.loaded,
                branches=self.branches,
                runs=self.runs,
                seed=self.seed,
                workers=self.workers,
                progress=self.progress,
                beside_observed=False,
            )
            self._document = flown.document
        return self._document

    def branch(self, name: str) -> BranchDocument:
        """One branch of the campaign; raises :class:`ClaimsError` for one the scenario does not have."""
        if name not in self.loaded.scenario.branches:
            raise ClaimsError(
                f"scenario {self.loaded.scenario.id} has no branch {name!r}",
                hint=f"its branches are {', '.join(self.loaded.scenario.branches)}",
            )
        return self.document.branches[name]

    def vehicle(self, name: str) -> Vehicle:
        """A vehicle of the catalogue; raises :class:`ClaimsError` for an unknown id."""
        if name not in self.catalogue.vehicles:
            raise ClaimsError(
                f"the catalogue has no vehicle {name!r}", hint=f"vehicles are {', '.join(self.catalogue.vehicles)}"
            )
        return self.catalogue.vehicles[name]

    @property
    def station(self) -> Station:
        """The station of the scenario, as the catalogue has it."""
        name = self.loaded.scenario.station
        if name is None or name not in self.catalogue.stations:
            raise ClaimsError(
                "this scenario names no station of the catalogue", hint="claims about its crew or mass need one"
            )
        return self.catalogue.stations[name]

    @property
    def epoch(self) -> datetime:
        """The start of the scenario."""
        return datetime_utc(self.loaded.scenario.epoch_mjd_utc)

    def reproduce(self) -> str:
        """The command that flies the same runs."""
        chosen = " ".join(f"--branch={name}" for name in self.branches)
        return f"stationkeep run {self.loaded.scenario.id} {chosen} --runs={self.runs} --seed={self.seed}"

    def by_run(self, what: str, value: Any) -> dict[str, Any]:
        """One line of evidence that rests on the runs."""
        return {"what": what, "value": value, "from": self.reproduce()}


def by_table(what: str, value: Any, source: str) -> dict[str, Any]:
    """One line of evidence that rests on a table or file."""
    return {"what": what, "value": value, "from": source}
