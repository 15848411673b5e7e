"""The rows of a matrix: what the runs and the graph of who provides what say of each departure, put together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from statistics import median_low
from typing import TYPE_CHECKING, Final, Literal

from stationkeep.campaign.matrix_document import (
    Casualties,
    FillIn,
    GraphLoss,
    LostFirst,
    LostNow,
    MatrixPeople,
    MatrixRow,
)
from stationkeep.campaign.matrix_graph import disagreeing, graph_fill_in, graph_losses, thinner, unseen
from stationkeep.campaign.matrix_outcome import PLAN_ENDS_DAYS, never_better_than_parts, row_outcome, usual_verdict
from stationkeep.campaign.part import LossDates
from stationkeep.timescale import iso_utc, mjd_utc, parse_utc

if TYPE_CHECKING:
    from stationkeep.campaign.document import BranchDocument, LostFunction, RunDocument
    from stationkeep.campaign.matrix_cases import Departure
    from stationkeep.campaign.people_document import PeopleOverTime
    from stationkeep.partnership.analysis import Dependence

_SETTLED_DAYS: Final = 365.0  # after a departure: who was aboard has gone home, others have come
_SAME_DAYS: Final = 1.0  # what goes within a day goes together
_RANK: Final = {"station": 0, "crew": 1, "less": 2}
_ALIKE: Final = {
    "unloading": "desaturation",
    "resupply": "refuelling",
    "reboost": "reboost",
    "attitude": "attitude",
}
"""What the graph calls the functions of a run: told once where both have them."""


def matrix_rows(
    departures: Sequence[Departure], flown: RunDocument, dependences: Mapping[str, Dependence], moment_mjd: float
) -> list[MatrixRow]:
    """One row for each departure, nobody first; ``dependences``: the graph of each, where there is one."""
    before = flown.branches[departures[0].id]
    horizon = flown.scenario.horizon_utc
    rows = [
        _row(one, flown.branches[one.id], before, dependences.get(one.id), moment_mjd, horizon) for one in departures
    ]
    return never_better_than_parts(rows)


def _row(
    departure: Departure,
    branch: BranchDocument,
    before: BranchDocument,
    found: Dependence | None,
    moment_mjd: float,
    horizon_utc: str,
) -> MatrixRow:
    by_graph = graph_losses(found, branch) if found is not None else []
    counted = [loss for loss in by_graph if not _counted_by_runs(loss)]
    fewer = thinner(found) if found is not None else []
    in_runs = [item for item in branch.functions_lost if item.median_utc is not None]
    caused = [item for item in in_runs if not _lost_anyway(item, before)]
    outcome = row_outcome(
        branch, before, counted, something_lost=bool(caused), fewer=bool(fewer), horizon_utc=horizon_utc
    )
    return MatrixRow(
        id=departure.id,
        label=departure.label,
        partners=list(departure.partners),
        leaves_utc=iso_utc(moment_mjd) if departure.partners else None,
        scopes=[str(scope) for scope in departure.scopes],
        outcome=outcome.word,
        outcome_share=outcome.share,
        verdict=outcome.verdict if departure.partners else usual_verdict(branch),
        lost_first=_lost_first(caused, counted, moment_mjd),
        lost_in_runs=branch.functions_lost,
        lost_by_graph=by_graph,
        thinner=fewer,
        not_simulated=unseen(by_graph),
        disagrees=disagreeing(by_graph, branch),
        people=_people(branch, moment_mjd, mjd_utc(parse_utc(horizon_utc))),
        fall=_fall(branch),
        casualties=_casualties(branch),
        controlled_deorbit=branch.no_return.controlled_deorbit if branch.no_return is not None else None,
        fill_in=list(_fill_in(caused, found)) if departure.partners else [],
        why=branch.why,
    )


def _counted_by_runs(loss: GraphLoss) -> bool:
    """Whether runs count it better: the graph wants seats and meals for all of today, runs know who goes home."""
    return loss.in_runs and bool(loss.enough_for)


def _lost_anyway(item: LostFunction, before: BranchDocument) -> bool:
    """Whether it is lost as early where nobody leaves."""
    return any(
        one.function == item.function and one.median_utc is not None and one.median_utc <= (item.median_utc or "")
        for one in before.functions_lost
    )


def _fall(branch: BranchDocument) -> LossDates:
    fall = branch.reentry
    return LossDates(share=fall.probability, p05_utc=fall.p05_utc, median_utc=fall.median_utc, p95_utc=fall.p95_utc)


def _casualties(branch: BranchDocument) -> Casualties | None:
    risk, probability = branch.ground_risk, branch.reentry.probability
    if risk is None or probability <= 0.0:
        return None
    return Casualties(
        one_in_if_it_falls=risk.one_in,
        one_in_if_it_falls_interval=risk.one_in_interval,
        probability=probability,
        one_in=risk.one_in / probability,
    )


def _people(branch: BranchDocument, moment_mjd: float, horizon_mjd: float) -> MatrixPeople | None:
    people = branch.people
    if people is None:
        return None
    told = {name: getattr(people, name) for name in MatrixPeople.model_fields if name != "crew"}
    return MatrixPeople(**told, crew=_crew(people.aboard, moment_mjd + _SETTLED_DAYS, horizon_mjd - PLAN_ENDS_DAYS))


def _crew(aboard: PeopleOverTime, first_mjd: float, last_mjd: float) -> int | None:
    """How many live aboard on most of those days."""
    dates = [mjd_utc(parse_utc(date)) for date in aboard.dates_utc]
    found = [count for date, count in zip(dates, aboard.median, strict=True) if first_mjd <= date <= last_mjd]
    return median_low(found) if found else None


# --- what goes first --------------------------------------------------------------------------------------------------


def _lost_first(caused: Sequence[LostFunction], by_graph: Sequence[GraphLoss], moment_mjd: float) -> LostFirst:
    """Everything that goes within a day of the first loss, by the runs (medians) or by the graph (best estimates)."""
    told = {loss.function: loss.title for loss in by_graph}
    dated: list[tuple[float, str, LostNow]] = []
    for item in caused:
        name = _ALIKE[item.function]
        title = told.get(name, _capital(item.title))
        dated.append((_mjd(item.median_utc), name, LostNow(title=title, ends="station", by=["runs"])))
    for loss in by_graph:
        if loss.best_utc is not None:
            lost = LostNow(title=loss.title, ends=loss.ends, by=_told_by(loss))
            dated.append((_mjd(loss.best_utc), loss.function, lost))
    if not dated:
        return LostFirst(date_utc=None, at_once=False, functions=[])
    first = max(min(time for time, _, _ in dated), moment_mjd)
    together: dict[str, LostNow] = {}
    for time, name, lost in dated:
        if time > first + _SAME_DAYS:
            continue
        known = together.get(name)
        by = list(dict.fromkeys([*(known.by if known is not None else ()), *lost.by]))
        together[name] = (lost if known is None else known).model_copy(update={"by": by})
    functions = sorted(together.values(), key=lambda one: _RANK[one.ends])
    return LostFirst(date_utc=iso_utc(first), at_once=first <= moment_mjd + _SAME_DAYS, functions=functions)


def _told_by(loss: GraphLoss) -> list[Literal["runs", "graph"]]:
    """By the graph, and by the runs where half of them lose it on the same day."""
    median = loss.run_median_utc if loss.in_runs else None
    if median is None or abs(_mjd(median) - _mjd(loss.best_utc)) > _SAME_DAYS:
        return ["graph"]
    return ["runs", "graph"]


def _mjd(date_utc: str | None) -> float:
    return mjd_utc(parse_utc(date_utc or ""))


def _capital(title: str) -> str:
    return title[:1].upper() + title[1:]


# --- who can fill in --------------------------------------------------------------------------------------------------


def _fill_in(caused: Sequence[LostFunction], found: Dependence | None) -> Iterator[FillIn]:
    """By the runs for what they lose, by the graph for everything else that is lost or thinner."""
    for item in caused:
        for said in item.could_have:
            who, _, why = said.rpartition(": ")
            if who in (item.provided_by or ""):
                continue  # it is this that is lost
            standing = "had shown" if said in item.had_shown else "could have"
            yield FillIn(
                title=_capital(item.title),
                who=who,
                standing=standing,  # type: ignore[arg-type]  # one of the two
                says=why,
                by="runs",
            )
    if found is not None:
        yield from graph_fill_in(found)
