"""``stationkeep matrix``, callable: every partner leaves in turn, and the same runs are flown for each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stationkeep.campaign.matrix_cases import Departure, Question, asked, with_departures
from stationkeep.campaign.matrix_document import CutSet, MatrixDocument
from stationkeep.campaign.matrix_rows import matrix_rows
from stationkeep.campaign.run import CampaignResult, run_scenario
from stationkeep.partnership.analysis import Dependence, analyse, fewest_people
from stationkeep.timescale import iso_utc, mjd_utc

if TYPE_CHECKING:
    from stationkeep.partnership.graph import PartnerGraph
    from stationkeep.scenario.loader import LoadedScenario


@dataclass(frozen=True)
class MatrixResult:
    """The document, the runs behind it, and the graph of each departure."""

    document: MatrixDocument
    flown: CampaignResult
    dependences: dict[str, Dependence]


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
    the first in which nobody leaves). Draws are made once a run and fly every row; the same seed gives the same
    document for any number of ``workers``. Functions that no run simulates come from the graph of who provides what.
    Raises :class:`MatrixError` for an unknown branch or partner, a day outside the scenario, one without partners.
    """
    question = asked(loaded, partners, together, on, base)
    flown = run_scenario(
        with_departures(question),
        runs=runs,
        seed=seed,
        space_weather=space_weather,
        workers=workers,
        progress=progress,
        beside_observed=False,
    )
    dependences = {one.id: _dependence(question.graph, one) for one in question.departures if question.graph}
    return MatrixResult(_document(question, flown, dependences), flown, dependences)


# --- what came of it --------------------------------------------------------------------------------------------------


def _dependence(graph: PartnerGraph, departure: Departure) -> Dependence:
    """What the graph loses; partners who are only in the scenario are not in it."""
    present = graph.partners()
    return analyse(graph, [one for one in departure.partners if one in present])


def _document(question: Question, flown: CampaignResult, dependences: dict[str, Dependence]) -> MatrixDocument:
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
        smallest_crew=None if question.graph is None else fewest_people(question.graph),
        cut_sets=[CutSet(ends=ends, partners=list(group)) for ends, groups in cut_sets.items() for group in groups],
        notes=_notes(question, flown),
        provenance=document.provenance,
    )


def _notes(question: Question, flown: CampaignResult) -> list[str]:
    """What a reader must know of the rows, then of the runs."""
    notes = [
        "Leaving is everything a partner does: it no longer operates what it has at the station and sends nothing "
        "more, its people go home, and flights it pays for end. Everybody else goes on as in the branch "
        f"{question.base!r}; nobody answers in new ways.",
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
    if question.moment > question.loaded.scenario.epoch_utc:
        notes.append("The graph counts its stores from the day of departure; runs fly from the epoch.")
    return [*notes, *flown.document.notes]
