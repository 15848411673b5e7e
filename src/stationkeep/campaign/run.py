"""``stationkeep run``, callable: fly every branch of a scenario many times and say what came of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import TYPE_CHECKING

from stationkeep.campaign.attitude_range import attitude_ranges
from stationkeep.campaign.beside import under_the_sun_that_came
from stationkeep.campaign.document import RunDocument
from stationkeep.campaign.execution import MOST_RUNS, map_runs
from stationkeep.campaign.prepare import Campaign, prepare_campaign
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
    """All runs of one branch, in run order, and the reference run."""

    reference: Timeline
    runs: tuple[Timeline, ...]


@dataclass(frozen=True)
class CampaignResult:
    """Everything a campaign flew: the document for people and files, the timelines for further work."""

    document: RunDocument
    campaign: Campaign
    inputs: tuple[RunInputs, ...]
    branches: dict[str, BranchRuns]


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
) -> CampaignResult:
    """What becomes of the station, branch beside branch?

    ``branches`` empty: all that the scenario shows by default. ``progress`` is called once per finished run, all its
    branches flown. The same seed gives the same document for any number of ``workers``. ``beside_observed``: fly an
    as-known campaign under the Sun that came as well (where it is known), for the fall dates beside the forecast ones.
    """
    from stationkeep.catalogue.loader import load_catalogue

    if not 1 <= runs <= MOST_RUNS:
        raise InputError(f"{runs} runs were asked for", hint=f"give --runs between 1 and {MOST_RUNS}")
    if not 0 <= seed < 2**63:
        raise InputError(f"seed {seed} cannot be used", hint="give a seed between 0 and 9223372036854775807")
    names = _chosen(loaded, branches)
    campaign = prepare_campaign(loaded.scenario, load_catalogue(), space_weather)
    # The reference run goes first: it compiles the kernels once, before the workers share them.
    median = median_inputs(loaded.scenario, campaign.weather)
    references = {name: simulate(campaign.mission, name, median) for name in names}

    def one(index: int) -> tuple[RunInputs, tuple[Timeline, ...]]:
        inputs = draw_inputs(loaded.scenario, campaign.weather, seed, index)
        timelines = tuple(simulate(campaign.mission, name, inputs) for name in names)
        return replace(inputs), timelines  # a fresh copy: what was worked out on the way need not travel

    flown = map_runs(one, range(runs), workers=workers, progress=progress, interpreted=True)
    inputs = tuple(item for item, _ in flown)
    results = {
        name: BranchRuns(references[name], tuple(timelines[position] for _, timelines in flown))
        for position, name in enumerate(names)
    }
    beside = None
    if beside_observed:
        beside = under_the_sun_that_came(campaign, {name: item.runs for name, item in results.items()}, seed, workers)
    everything = {name: (item.reference, item.runs) for name, item in results.items()}
    ranges = attitude_ranges(campaign.mission, median, references)
    document = summarise(loaded, campaign, everything, inputs, seed, beside, ranges)
    return CampaignResult(document, campaign, inputs, results)


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
