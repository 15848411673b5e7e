"""What the graph of who provides what says of a departure, beside what the runs say of the same functions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final, Literal

from stationkeep.campaign.matrix_document import FillIn, GraphLoss
from stationkeep.campaign.matrix_segments import felt_in_runs, lived_on_in_runs
from stationkeep.partnership.analysis import date_after, fewest_people
from stationkeep.timescale import iso_utc, mjd_utc

if TYPE_CHECKING:
    from stationkeep.campaign.document import BranchDocument
    from stationkeep.partnership.analysis import Dependence, FunctionState
    from stationkeep.partnership.model import Ends
    from stationkeep.partnership.newcomers import Shares

_DATED: Final = ("at once", "within weeks", "later")
_RUN_FUNCTION: Final = {
    "attitude": "attitude",
    "desaturation": "unloading",
    "reboost": "reboost",
    "refuelling": "resupply",
    "debris-avoidance": "reboost",  # in a run whoever can reboost can get out of the way
}
"""Functions of the graph that runs simulate, and what they call them."""
_LIVED_ON: Final = ("oxygen", "co2-removal", "water", "food", "cargo", "crew-transport")
"""Functions without which people must leave; simulated where the runs have people."""
_MOST_NAMED: Final = 6


def graph_losses(found: Dependence, branch: BranchDocument) -> list[GraphLoss]:
    """Functions the graph loses, the first one lost first; those that end the station before the others."""
    rank = {"station": 0, "crew": 1, "less": 2}
    states = [state for state in found.states if state.loss in _DATED]
    states.sort(key=lambda state: (state.lost_days[1], rank[state.function.ends]))
    felt = felt_in_runs(found, branch)
    return [_loss(found, state, branch, felt) for state in states]


def thinner(found: Dependence) -> list[str]:
    """Functions that still have enough, from fewer providers."""
    return [state.function.name for state in found.states if state.loss == "thinner"]


def _loss(found: Dependence, state: FunctionState, branch: BranchDocument, felt: Mapping[str, str | None]) -> GraphLoss:
    earliest, best, latest = (date_after(found.graph, days) for days in state.lost_days)
    names = [_node_name(found, node) for node in state.chain[1:]]
    simulated, median = _in_runs(state.function.id, branch)
    if state.function.id in felt:
        simulated, median = True, felt[state.function.id]
    elif not simulated and branch.people is not None and state.function.id in lived_on_in_runs(found, branch):
        simulated, median = True, branch.people.must_leave.median_utc
    loss = GraphLoss(
        function=state.function.id,
        title=state.function.name,
        ends=_ends(found, state),
        when=state.loss,  # type: ignore[arg-type]  # one of _DATED
        earliest_utc=None if earliest is None else iso_utc(mjd_utc(earliest)),
        best_utc=None if best is None else iso_utc(mjd_utc(best)),
        latest_utc=None if latest is None else iso_utc(mjd_utc(latest)),
        enough_for=state.enough_for,
        through=names,
        in_runs=simulated,
        run_median_utc=median,
    )
    if not (loss.in_runs and _kept_longer(loss)):
        return loss
    return loss.model_copy(update={"counted_apart": _counted_apart(state)})


def _counted_apart(state: FunctionState) -> str:
    """Why runs have it longer without contradicting the graph: both ask different questions; empty: the same one."""
    helped = bool(state.too_few) or any(one.in_time for one in state.later)
    match state.function.id:
        case "refuelling" if state.loss == "at once":
            return "what goes into the station's tanks; runs count a ship's own propellant too"
        case "reboost" if helped:
            return "less than the need; runs ask when nobody can raise it at all"
        case "debris-avoidance":
            return "who can within hours; runs take whoever can reboost"
        case "lifeboat":
            return "for all who are aboard; runs know who goes home"
        case _ if state.function.for_people and state.enough_for != 0:
            return "for all who are aboard; runs know who goes home"
    return ""


def _ends(found: Dependence, state: FunctionState) -> Ends:
    """What ends with it: not life aboard where what is left keeps at least the smallest crew."""
    if state.function.ends == "crew" and (state.enough_for or 0) >= fewest_people(found.graph):
        return "less"
    return state.function.ends


def _node_name(found: Dependence, node: str) -> str:
    if node in found.graph.functions:
        return found.graph.function(node).name
    return found.graph.asset(node).name


def _in_runs(function: str, branch: BranchDocument) -> tuple[bool, str | None]:
    """Whether the runs simulate it, and when half of them have lost it."""
    if function == "deorbit" and branch.no_return is not None:
        return True, branch.no_return.controlled_deorbit.median_utc
    if branch.people is not None and function == "lifeboat":
        return True, branch.people.without_seat.median_utc
    if branch.people is not None and function in _LIVED_ON:
        return True, branch.people.must_leave.median_utc
    name = _RUN_FUNCTION.get(function)
    if name is None:
        return False, None
    return True, next((item.median_utc for item in branch.functions_lost if item.function == name), None)


def unseen(losses: list[GraphLoss]) -> str:
    """What the runs do not see of the graph's losses, as sentences; empty where they see everything."""
    blind = [loss for loss in losses if not loss.in_runs]
    longer = [loss for loss in losses if loss.in_runs and _kept_longer(loss)]
    kept = [loss for loss in longer if not loss.counted_apart]
    apart = [loss for loss in longer if loss.counted_apart]
    said = []
    if blind:
        said.append(f"By the graph only, not simulated in the runs: {_listed([_told(loss) for loss in blind])}.")
    if kept:
        said.append(f"Lost earlier by the graph than in the runs: {_listed([_through(loss) for loss in kept])}.")
    if apart:
        told = [f"{_title(loss)} ({_when(loss)}: {loss.counted_apart})" for loss in apart]
        said.append(f"Counted otherwise by the graph: {_listed(told)}.")
    return " ".join(said)


def disagreeing(losses: list[GraphLoss], branch: BranchDocument) -> list[Literal["fall", "people"]]:
    """Which answers of the runs the graph contradicts: it loses what the station, or life aboard, needs, and runs go on
    without simulating that, or keep it longer."""
    found: list[Literal["fall", "people"]] = []
    kept = [loss for loss in losses if loss.in_runs and not loss.counted_apart and _kept_longer(loss)]
    unseen_end = branch.reentry.median_utc is None and any(_ends_unseen(loss, "station") for loss in losses)
    if unseen_end or any(loss.ends == "station" for loss in kept):
        found.append("fall")
    people = branch.people
    living_on = people is not None and people.must_leave.median_utc is None
    if any(loss.ends == "crew" for loss in kept) or (living_on and any(_ends_unseen(loss) for loss in losses)):
        found.append("people")
    return found


def _ends_unseen(loss: GraphLoss, *ends: Ends) -> bool:
    """Whether the station, or life aboard, ends with it and no run simulates it."""
    return not loss.in_runs and loss.ends in (ends or ("station", "crew"))


def _kept_longer(loss: GraphLoss) -> bool:
    """Whether half of the runs still have it at the latest moment of the graph."""
    if loss.latest_utc is None:
        return False
    return loss.run_median_utc is None or loss.run_median_utc > loss.latest_utc


def _told(loss: GraphLoss) -> str:
    return f"{_title(loss)} ({_when(loss)})"


def _through(loss: GraphLoss) -> str:
    why = f", through {loss.through[-1]}" if loss.through else ""
    return f"{_title(loss)} ({_when(loss)}{why})"


def _title(loss: GraphLoss) -> str:
    """The function; where what is left is enough for fewer people, for how many."""
    people = "person" if loss.enough_for == 1 else "people"
    return f"{loss.title} for more than {loss.enough_for} {people}" if loss.enough_for else loss.title


def _when(loss: GraphLoss) -> str:
    if loss.when == "at once" or loss.best_utc is None:
        return "at once"
    return loss.best_utc[:10]


def _listed(parts: list[str]) -> str:
    shown = parts[:_MOST_NAMED]
    more = f" and {len(parts) - len(shown)} more" if len(parts) > len(shown) else ""
    return "; ".join(shown) + more


def graph_fill_in(found: Dependence) -> Iterator[FillIn]:
    """Who does what is lost or thinner, now or later: of those the graph knows."""
    for state in found.states:
        if state.loss in ("no", "nobody"):
            continue
        for name in dict.fromkeys(_owner_and_name(found, node) for node in state.left):
            yield FillIn(title=state.function.name, who=name, standing="goes on", says=_margin(state), by="graph")
        if state.loss == "thinner":
            continue
        yield from _too_few(found, state)
        for newcomer in state.later:
            yield FillIn(
                title=state.function.name,
                who=newcomer.asset.name,
                standing="later" if newcomer.in_time else "too late",
                says=newcomer.words,
                by="graph",
                from_utc=iso_utc(mjd_utc(newcomer.from_utc)),
                share_of_need=_share(newcomer.given.alone, newcomer.given),
                with_others=_share(newcomer.given.together, newcomer.given),
            )


def _too_few(found: Dependence, state: FunctionState) -> Iterator[FillIn]:
    """Who is there and goes on for a while, with too little; those that never stop are told as going on."""
    staying = {found.graph.asset(node).id for node in state.left}
    for one in state.too_few:
        if one.asset.id in staying:
            continue
        until = date_after(found.graph, one.stops_days)
        who = f"{one.asset.name} ({found.graph.loaded.partner_names[one.asset.operator or '']})"
        says = f"not enough: {one.given.words}" + ("" if until is None else f", until {until:%Y-%m-%d}")
        yield FillIn(
            title=state.function.name,
            who=who,
            standing="goes on",
            says=says,
            by="graph",
            share_of_need=_share(one.given.alone, one.given),
            with_others=_share(one.given.together, one.given),
        )


def _share(share: float, given: Shares) -> float | None:
    """A share of the need, told only of who gives too little by itself."""
    return None if given.enough_alone else round(share, 4)


def _owner_and_name(found: Dependence, node: str) -> str:
    return f"{found.graph.asset(node).name} ({found.graph.loaded.partner_names[found.graph.operators[node]]})"


def _margin(state: FunctionState) -> str:
    if state.loss == "thinner":
        if state.spare and state.hangs_on:
            return "enough, but all of it hangs on one thing"
        return f"enough, {state.may_fail} more may fail" if state.may_fail else "just enough, nothing more may fail"
    return f"not enough: {100.0 * state.margin:.0f} % of what is needed" if state.margin < 1.0 else "until its own end"
