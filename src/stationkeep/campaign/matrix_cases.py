"""The question behind a matrix, checked: who leaves, on which day, from which branch; and the branches that ask it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import TYPE_CHECKING, Final

from stationkeep.errors import InputError, ScenarioError
from stationkeep.partnership.crisis import moment_of
from stationkeep.partnership.graph import PartnerGraph, build_graph
from stationkeep.partnership.loader import each_by_itself, partnership_of_station
from stationkeep.scenario.earlier_start import begun_by
from stationkeep.scenario.events import Withdrawal
from stationkeep.scenario.generated import EVERYTHING, branch_without, known_partner
from stationkeep.scenario.taking_part import partners_of
from stationkeep.timescale import iso_day

if TYPE_CHECKING:
    from datetime import datetime

    from stationkeep.partnership.model import View
    from stationkeep.scenario.events import WithdrawalScope
    from stationkeep.scenario.loader import LoadedScenario
    from stationkeep.scenario.schema import Branch, Scenario

NOBODY: Final = "nobody-leaves"
_WRITE_ONE: Final = (
    "rows are held against a station nobody leaves: add a branch for it to the file, "
    "as-planned: {label: as planned, events: []}"
)


class MatrixError(InputError):
    """A departure that cannot be asked for: a partner nobody knows, a day outside the scenario."""


@dataclass(frozen=True, slots=True)
class Departure:
    """Who leaves together; nobody in the row all others are held against."""

    id: str
    partners: tuple[str, ...]
    label: str

    @property
    def scopes(self) -> tuple[WithdrawalScope, ...]:
        """What stops with them."""
        return EVERYTHING if self.partners else ()


@dataclass(frozen=True)
class Question:
    """What is asked, checked: who leaves when, from which branch, on which graph."""

    loaded: LoadedScenario
    base: str
    moment: datetime
    graph: PartnerGraph | None
    departures: tuple[Departure, ...]


# --- what is asked ----------------------------------------------------------------------------------------------------


def asked(
    loaded: LoadedScenario,
    partners: Sequence[str],
    together: Sequence[Sequence[str]],
    on: str | None,
    base: str | None,
) -> Question:
    """What :func:`stationkeep.campaign.matrix.fly_matrix` was asked, or the error that says what is wrong with it."""
    if on is not None:
        loaded = begun_by(loaded, moment_of(on, loaded.scenario.timeline))
    scenario = loaded.scenario
    moment = scenario.epoch_utc if on is None else _day_within(scenario, on)
    graph = _graph(scenario, moment)
    names = _partner_names(scenario, graph)
    if not names:
        raise MatrixError(
            f"scenario {scenario.id} has no partners: nobody provides anything in it, so that nobody can leave",
            hint="give it providers (docs/scenario.md), or a station whose partners are described (docs/partners.md)",
        )

    def known(given: str) -> str:
        return _known_partner(given, names, scenario)

    alone = list(dict.fromkeys(map(known, partners))) or ([] if together and partners else list(names))
    groups = [tuple(dict.fromkeys(map(known, group))) for group in together]
    departures = [Departure(NOBODY, (), "nobody leaves")]
    for group in dict.fromkeys([*((one,) for one in alone), *groups]):
        label = " and ".join(names[one] for one in group)
        departures.append(Departure(f"without-{'-and-'.join(group)}", group, label))
    return Question(loaded, _base_branch(scenario, base), moment, graph, tuple(departures))


def _day_within(scenario: Scenario, on: str) -> datetime:
    moment = moment_of(on, scenario.timeline)
    if not scenario.epoch_utc <= moment < scenario.horizon_utc:
        first, last = iso_day(scenario.epoch_mjd_utc), iso_day(scenario.horizon_mjd_utc)
        raise MatrixError(
            f"--on {on}: scenario {scenario.id} runs from {first} to {last}",
            hint=f"give a day from {first} on and before {last}",
        )
    return moment


def _graph(scenario: Scenario, moment: datetime) -> PartnerGraph | None:
    """Who provides what on that day; none where nobody described the station."""
    found = partnership_of_station(scenario.station or "")
    if found is None:
        return None
    control = scenario.attitude
    view: View = "roscosmos" if control is not None and control.view == "roscosmos" else "nasa"
    return build_graph(found, moment, view)


def _partner_names(scenario: Scenario, graph: PartnerGraph | None) -> dict[str, str]:
    """Everybody who provides something, by id: those of the graph, then those whom only the scenario names."""
    from stationkeep.catalogue.loader import load_catalogue

    catalogue = load_catalogue()
    found = list(graph.partners()) if graph is not None else []
    for provider in scenario.providers:
        found += [provider.partner, *(part.partner for part in provider.resupply if part.partner is not None)]
    takes_part = partners_of(scenario, catalogue)
    return {one: catalogue.partners[one].name for one in dict.fromkeys(found) if one in takes_part}


def _known_partner(given: str, names: dict[str, str], scenario: Scenario) -> str:
    from stationkeep.catalogue.loader import load_catalogue

    listed = f"partners that provide something are {', '.join(names)}"
    try:
        partner = known_partner(scenario, given, load_catalogue())
    except ScenarioError as error:
        raise MatrixError(error.problem, hint=error.hint if each_by_itself(given) else listed) from None
    if partner not in names:
        raise MatrixError(f"{given!r} provides nothing in the scenario {scenario.id}", hint=listed)
    return partner


def _base_branch(scenario: Scenario, wanted: str | None) -> str:
    """The branch that goes on but for who leaves; nobody may leave in it already."""
    staying = [name for name, branch in scenario.branches.items() if not _somebody_leaves(branch)]
    if wanted is None and staying:
        return staying[0]
    hint = f"branches in which nobody leaves: {', '.join(staying)}" if staying else _WRITE_ONE
    if wanted is None:
        raise MatrixError(f"scenario {scenario.id}: a partner leaves in every branch", hint=hint)
    if wanted not in scenario.branches:
        near = get_close_matches(wanted, list(scenario.branches), n=1)
        said = f"; did you mean {near[0]!r}?" if near else ""
        raise MatrixError(f"scenario {scenario.id} has no branch {wanted!r}{said}", hint=hint)
    if wanted not in staying:
        raise MatrixError(f"branch {wanted!r}: a partner leaves in it already", hint=hint)
    return wanted


def _somebody_leaves(branch: Branch) -> bool:
    return any(isinstance(event, Withdrawal) for event in branch.events)


# --- what is flown ----------------------------------------------------------------------------------------------------


def with_departures(question: Question) -> LoadedScenario:
    """The scenario with one branch for each departure instead of its own."""
    scenario = question.loaded.scenario
    branches = {one.id: _branch(scenario, question, one) for one in question.departures}
    return replace(
        question.loaded,
        scenario=scenario.model_copy(update={"branches": branches, "comparisons": (), "timeline": None}),
    )


def _branch(scenario: Scenario, question: Question, departure: Departure) -> Branch:
    from stationkeep.catalogue.loader import load_catalogue

    made, name = scenario, question.base
    if departure.partners:
        made, name = branch_without(scenario, departure.partners, question.moment, load_catalogue(), base=question.base)
    return made.branches[name].model_copy(update={"label": departure.label, "shown": True})
