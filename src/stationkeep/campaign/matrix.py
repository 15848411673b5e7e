"""``stationkeep matrix``, callable: every partner leaves in turn, and the same runs are flown for each."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import TYPE_CHECKING, Final

from stationkeep.campaign.matrix_document import CutSet, MatrixDocument
from stationkeep.campaign.matrix_rows import matrix_rows
from stationkeep.campaign.run import CampaignResult, run_scenario
from stationkeep.errors import InputError
from stationkeep.partnership.analysis import Dependence, analyse, known_partner
from stationkeep.partnership.graph import PartnerGraph, build_graph
from stationkeep.partnership.loader import partnership_of_station
from stationkeep.scenario.events import Withdrawal, WithdrawalScope
from stationkeep.timescale import iso_day, iso_utc, mjd_utc, parse_utc

if TYPE_CHECKING:
    from datetime import datetime

    from stationkeep.partnership.model import View
    from stationkeep.scenario.loader import LoadedScenario
    from stationkeep.scenario.schema import Branch, Scenario

NOBODY: Final = "nobody-leaves"
SCOPES: Final = (WithdrawalScope.STOP_OPERATING_ASSETS, WithdrawalScope.STOP_RESUPPLY_PROPELLANT)


class MatrixError(InputError):
    """A departure that cannot be asked for: a partner nobody knows, a day outside the scenario."""


@dataclass(frozen=True, slots=True)
class Departure:
    """Who leaves together; nobody in the row all others are held against."""

    id: str
    partners: tuple[str, ...]
    label: str


@dataclass(frozen=True)
class MatrixResult:
    """The document, the runs behind it, and the graph of each departure."""

    document: MatrixDocument
    flown: CampaignResult
    dependences: dict[str, Dependence]


@dataclass(frozen=True)
class _Question:
    """What is asked, checked: who leaves when, from which branch, on which graph."""

    loaded: LoadedScenario
    base: str
    moment: datetime
    graph: PartnerGraph | None
    departures: tuple[Departure, ...]


def fly_matrix(
    loaded: LoadedScenario,
    *,
    partners: Sequence[str] = (),
    together: Sequence[Sequence[str]] = (),
    on: str | None = None,
    base: str | None = None,
    runs: int = 100,
    seed: int = 1,
    space_weather: str | None = None,
    workers: int | None = None,
    progress: Callable[[], None] | None = None,
) -> MatrixResult:
    """What becomes of a station if each of its partners leaves on one day with everything it does?

    ``partners``: one row each (ids or names; none: all there are); ``together``: one row for each group that leaves at
    once. ``on``: the day (ISO 8601 UTC; none: the epoch). ``base``: the branch that goes on but for who leaves (none:
    the first in which nobody leaves). Draws are made once a run and fly every row; the same seed gives the same document
    for any number of ``workers``. Functions that no run simulates come from the graph of who provides what.
    Raises :class:`MatrixError` for an unknown partner or branch, a day outside the scenario, a scenario without partners.
    """
    question = _asked(loaded, partners, together, on, base)
    flown = run_scenario(
        _with_departures(question),
        runs=runs,
        seed=seed,
        space_weather=space_weather,
        workers=workers,
        progress=progress,
        beside_observed=False,
    )
    dependences = {one.id: _dependence(question.graph, one) for one in question.departures if question.graph}
    return MatrixResult(_document(question, flown, dependences), flown, dependences)


# --- what is asked ----------------------------------------------------------------------------------------------------


def _asked(
    loaded: LoadedScenario,
    partners: Sequence[str],
    together: Sequence[Sequence[str]],
    on: str | None,
    base: str | None,
) -> _Question:
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
        return _known_partner(given, names, graph)

    alone = list(dict.fromkeys(map(known, partners))) or ([] if together and partners else list(names))
    groups = [tuple(dict.fromkeys(map(known, group))) for group in together]
    departures = [Departure(NOBODY, (), "nobody leaves")]
    for group in dict.fromkeys([*((one,) for one in alone), *groups]):
        label = " and ".join(names[one] for one in group)
        departures.append(Departure(f"without-{'-and-'.join(group)}", group, label))
    return _Question(loaded, _base_branch(scenario, base), moment, graph, tuple(departures))


def _day_within(scenario: Scenario, on: str) -> datetime:
    moment = parse_utc(on)
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

    names = {partner.id: partner.name for partner in load_catalogue().partners.values()}
    found = list(graph.partners()) if graph is not None else []
    for provider in scenario.providers:
        found += [provider.partner, *(part.partner for part in provider.resupply if part.partner is not None)]
    return {one: names.get(one, one) for one in dict.fromkeys(found)}


def _known_partner(given: str, names: dict[str, str], graph: PartnerGraph | None) -> str:
    for partner, name in names.items():
        if given.casefold() in (partner, name.casefold()):
            return partner
    if graph is not None:
        return known_partner(graph, given)  # raises, with the nearest name
    near = get_close_matches(given.casefold(), list(names), n=1, cutoff=0.5)
    raise MatrixError(
        f"unknown partner {given!r}" + (f"; did you mean {near[0]!r}?" if near else ""),
        hint=f"partners of this scenario are {', '.join(names)}",
    )


def _base_branch(scenario: Scenario, wanted: str | None) -> str:
    """The branch that goes on but for who leaves; nobody may leave in it already."""
    staying = [name for name, branch in scenario.branches.items() if not _somebody_leaves(branch)]
    if wanted is None and staying:
        return staying[0]
    hint = f"branches in which nobody leaves: {', '.join(staying) or 'none; write one'}"
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


def _with_departures(question: _Question) -> LoadedScenario:
    """The scenario with one branch for each departure instead of its own."""
    scenario = question.loaded.scenario
    branches = {one.id: _branch(scenario, question, one) for one in question.departures}
    return replace(
        question.loaded, scenario=scenario.model_copy(update={"branches": branches, "comparisons": (), "timeline": None})
    )


def _branch(scenario: Scenario, question: _Question, departure: Departure) -> Branch:
    base = scenario.branches[question.base]
    leaving = tuple(
        Withdrawal(type="withdrawal", date_utc=question.moment, partner=partner, scope=SCOPES)
        for partner in departure.partners
    )
    return base.model_copy(
        update={"label": departure.label, "description": "", "shown": True, "events": (*base.events, *leaving)}
    )


def _dependence(graph: PartnerGraph, departure: Departure) -> Dependence:
    """What the graph loses; partners who are only in the scenario are not in it."""
    present = graph.partners()
    return analyse(graph, [one for one in departure.partners if one in present])


# --- what came of it --------------------------------------------------------------------------------------------------


def _document(question: _Question, flown: CampaignResult, dependences: dict[str, Dependence]) -> MatrixDocument:
    scenario, document = question.loaded.scenario, flown.document
    moment_mjd = mjd_utc(question.moment)
    cut_sets = next(iter(dependences.values())).cut_sets if dependences else {}
    return MatrixDocument(
        scenario=document.scenario,
        partnership=None if question.graph is None else question.graph.loaded.partnership.id,
        base_branch=question.base,
        base_label=scenario.branches[question.base].label,
        on_utc=iso_utc(moment_mjd),
        runs=document.runs,
        seed=document.seed,
        rows=matrix_rows(question.departures, document, dependences, moment_mjd),
        cut_sets=[
            CutSet(ends=ends, partners=list(group))
            for ends, groups in cut_sets.items()
            if ends != "less"
            for group in groups
        ],
        notes=_notes(question, flown),
        provenance=document.provenance,
    )


def _notes(question: _Question, flown: CampaignResult) -> list[str]:
    """What a reader must know of the rows, then of the runs."""
    stops = "everything it does: it no longer operates what it has at the station and sends nothing more"
    notes = [
        f"Leaving is {stops}. Everybody else goes on as in the branch {question.base!r} and nobody answers in new ways.",
    ]
    if question.graph is None:
        notes.append(f"Nobody has described who provides what on {question.loaded.scenario.station}: only runs speak.")
    else:
        edges = question.graph.graph.number_of_edges()
        assumed = sum(bool(data["assumed"]) for _, _, data in question.graph.graph.edges(data=True))
        notes.append(
            "By the graph: functions and dates that follow from who provides what and what that needs (stationkeep "
            f"depends), {assumed} of its {edges} edges assumptions. No date of a fall comes from it."
        )
    if math.isclose(mjd_utc(question.moment), question.loaded.scenario.epoch_mjd_utc) is False:
        notes.append("The graph counts its stores from the day of departure; runs fly from the epoch.")
    return [*notes, *flown.document.notes]
