"""``stationkeep run``, callable: fly every branch of a scenario many times and say what came of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, NamedTuple

from stationkeep.campaign.attitude_range import attitude_ranges
from stationkeep.campaign.beside import under_the_sun_that_came
from stationkeep.campaign.comparison import days_to_the_fall
from stationkeep.campaign.document import RunDocument
from stationkeep.campaign.execution import MOST_RUNS, map_runs
from stationkeep.campaign.people_summary import people_grids
from stationkeep.campaign.prepare import Campaign, prepare_campaign
from stationkeep.campaign.run_record import DrawRecord, RunRecord, mean_f107
from stationkeep.campaign.sampling import draw_inputs, median_inputs
from stationkeep.campaign.summary import summarise
from stationkeep.errors import InputError
from stationkeep.simulation.engine import simulate
from stationkeep.simulation.inputs import RunInputs
from stationkeep.simulation.timeline import Timeline

if TYPE_CHECKING:
    from stationkeep.scenario.loader import LoadedScenario


@dataclass(frozen=True)
class BranchRuns:
    """One branch: the reference run whole, and of every run, in run order, what the document needs."""

    reference: Timeline
    runs: tuple[RunRecord, ...]
    timelines: tuple[Timeline, ...] = ()
    """The runs whole; empty unless ``run_scenario`` was told to keep them."""


@dataclass(frozen=True)
class CampaignResult:
    """What came of a campaign: the document for people and files, a record of every run for further work."""

    document: RunDocument
    campaign: Campaign
    draws: tuple[DrawRecord, ...]
    branches: dict[str, BranchRuns]

    def inputs(self, index: int) -> RunInputs:
        """The draws of one run, made again."""
        return draw_inputs(self.campaign.mission.scenario, self.campaign.weather, self.document.seed, index)

    def timeline(self, branch: str, index: int) -> Timeline:
        """One run of one branch with all that happened in it, flown again: the same to the last bit."""
        return simulate(self.campaign.mission, branch, self.inputs(index))


def run_scenario(
    loaded: LoadedScenario,
    *,
    branches: Sequence[str] = (),
    runs: int = 200,
    seed: int = 1,
    space_weather: str | None = None,
    workers: int | None = None,
    progress: Callable[[], None] | None = None,
    beside_observed: bool = True,
    keep_timelines: bool = False,
) -> CampaignResult:
    """What becomes of the station, branch beside branch?

    ``branches`` empty: all that the scenario shows by default. ``progress`` is called once per finished run, all its
    branches flown. The same seed gives the same document for any number of ``workers``. ``beside_observed``: fly an
    as-known campaign under the Sun that came as well (where it is known), for the fall dates beside the forecast ones.
    A run is reduced to its record as it comes (some kilobytes each); ``keep_timelines`` keeps all runs whole beside.
    """
    from stationkeep.catalogue.loader import load_catalogue

    _refuse(runs, seed)
    names = _chosen(loaded, branches)
    campaign = prepare_campaign(loaded.scenario, load_catalogue(), space_weather)
    # The reference run goes first: it compiles the kernels once, before the workers share them.
    median = median_inputs(loaded.scenario, campaign.weather)
    references = {name: simulate(campaign.mission, name, median) for name in names}
    one = _Reduced(campaign, references, seed, keep_timelines)
    flown = map_runs(one, range(runs), workers=workers, progress=progress, interpreted=True)
    draws = tuple(item.draws for item in flown)
    results = _by_branch(references, flown)
    beside = None
    if beside_observed:
        beside = under_the_sun_that_came(campaign, {name: item.runs for name, item in results.items()}, seed, workers)
    everything = {name: (item.reference, item.runs) for name, item in results.items()}
    ranges = attitude_ranges(campaign.mission, median, references)
    document = summarise(loaded, campaign, everything, draws, one.mean_f107(draws), seed, beside, ranges)
    return CampaignResult(document, campaign, draws, results)


def _refuse(runs: int, seed: int) -> None:
    if not 1 <= runs <= MOST_RUNS:
        raise InputError(f"{runs} runs were asked for", hint=f"give --runs between 1 and {MOST_RUNS}")
    if not 0 <= seed < 2**63:
        raise InputError(f"seed {seed} cannot be used", hint="give a seed between 0 and 9223372036854775807")


class _OneRun(NamedTuple):
    """What travels back from where a run was flown."""

    draws: DrawRecord
    records: tuple[RunRecord, ...]
    timelines: tuple[Timeline, ...]


def _by_branch(references: Mapping[str, Timeline], flown: Sequence[_OneRun]) -> dict[str, BranchRuns]:
    return {
        name: BranchRuns(
            reference,
            tuple(item.records[position] for item in flown),
            tuple(item.timelines[position] for item in flown if item.timelines),
        )
        for position, (name, reference) in enumerate(references.items())
    }


class _Reduced:
    """Flies one run through every branch and keeps what the document needs of it."""

    def __init__(self, campaign: Campaign, references: Mapping[str, Timeline], seed: int, whole: bool) -> None:
        self.campaign, self.names, self.seed, self.whole = campaign, tuple(references), seed, whole
        scenario = campaign.mission.scenario
        spans = (days_to_the_fall(reference, scenario.epoch_mjd_utc) for reference in references.values())
        self.spans_days = sorted({days for days in spans if days is not None})
        self.grids = people_grids(scenario, references)

    def __call__(self, index: int) -> _OneRun:
        inputs = self._inputs(index)
        kept: list[Timeline] = []
        records = []
        for name in self.names:
            timeline = simulate(self.campaign.mission, name, inputs)
            records.append(RunRecord.of(timeline, self.campaign.mission.scenario, self.grids.get(name)))
            if self.whole:
                kept.append(timeline)
        return _OneRun(DrawRecord.of(inputs, self.spans_days), tuple(records), tuple(kept))

    def _inputs(self, index: int) -> RunInputs:
        return draw_inputs(self.campaign.mission.scenario, self.campaign.weather, self.seed, index)

    def mean_f107(self, draws: Sequence[DrawRecord]) -> Callable[[int], list[float]]:
        """The mean radio flux of every run over so many days; drawn again for a span nobody foresaw."""

        def over(days: int) -> list[float]:
            if days in self.spans_days:
                return [item.mean_f107_sfu[days] for item in draws]
            return [mean_f107(self._inputs(index), days) for index in range(len(draws))]

        return over


def _chosen(loaded: LoadedScenario, branches: Sequence[str]) -> list[str]:
    known = list(loaded.scenario.branches)
    for name in branches:
        if name not in known:
            near = get_close_matches(name, known, n=1)
            raise InputError(
                f"scenario {loaded.scenario.id} has no branch {name!r}"
                + (f"; did you mean {near[0]!r}?" if near else ""),
                hint=f"its branches are {', '.join(known)}",
            )
    if branches:
        return [name for name in known if name in branches]
    shown = [name for name in known if loaded.scenario.branches[name].shown]
    return shown or known
