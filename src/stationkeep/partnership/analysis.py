"""What a departure costs: functions lost, when and through what; single points of failure; sets of partners whose
departure ends the station."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import combinations
from typing import Final, Literal

from stationkeep.partnership.graph import PartnerGraph, build_graph
from stationkeep.partnership.loader import LoadedPartnership, each_by_itself, nearest
from stationkeep.partnership.losses import AT_ONCE_DAYS, NEVER, Losses, find_losses
from stationkeep.partnership.model import Asset, CutEnds, Function, PartnershipError
from stationkeep.partnership.newcomers import Newcomer, Remnant, newcomers, remnants

Loss = Literal["at once", "within weeks", "later", "thinner", "no", "nobody"]
WEEKS_DAYS: Final = 84.0
_LONGEST_DAYS: Final = 36_500.0


@dataclass(frozen=True)
class FunctionState:
    """How one function stands: who still provides it, how much margin is left, when it is lost.

    ``left``: providers that never stop; ``gone_at_once``: those that stop within a day. ``margin``: capacity that
    stays over what is needed (1: just enough); ``spare``: how many more of its direct providers may fail, whichever
    they are. ``enough_for``: how many people what never stops suffices for (none: not counted by people).
    ``lost_days``: earliest, best estimate and latest, over the ranges of the stores; infinite: never.
    ``hangs_on``: assets whose loss alone would stop it, after this departure; none where it is lost anyhow.
    ``later``: who comes after that day; ``never``: who was to come and needs those who left.
    ``too_few``: who still provides it once it is lost, best estimate: too little.
    """

    function: Function
    providers: tuple[str, ...]
    left: tuple[str, ...]
    owners: tuple[str, ...]
    margin: float
    spare: int
    loss: Loss
    enough_for: int | None
    lost_days: tuple[float, float, float]
    chain: tuple[str, ...]
    later: tuple[Newcomer, ...]
    never: tuple[Asset, ...]
    gone_at_once: tuple[str, ...]
    too_few: tuple[Remnant, ...]
    hangs_on: tuple[str, ...]

    @property
    def may_fail(self) -> int:
        """How many of its providers may fail, whichever they are, and whatever they hang on."""
        return 0 if self.hangs_on else self.spare


@dataclass(frozen=True)
class SinglePoint:
    """Something whose loss alone stops these functions."""

    node: str
    partner: str
    functions: tuple[str, ...]


@dataclass(frozen=True)
class Dependence:
    """Everything ``stationkeep depends`` shows.

    ``cut_sets``: departures that end the station; that leave nobody able to live aboard, not even the smallest crew;
    and, where that is smaller than today's, after which not all of today's people can stay.
    """

    graph: PartnerGraph
    without: tuple[str, ...]
    losses: Losses
    states: tuple[FunctionState, ...]
    single_points: tuple[SinglePoint, ...]
    partner_points: tuple[SinglePoint, ...]
    cut_sets: dict[CutEnds, tuple[tuple[str, ...], ...]]


def analyse(graph: PartnerGraph, without: Sequence[str] = ()) -> Dependence:
    """What is lost if these partners leave on the graph's day, what hangs on one thing, which departures end it?

    Single points and cut sets are those of the station as it stands before anybody leaves.
    Raises :class:`PartnershipError` for a partner that provides nothing, and for a function that nobody provides
    before anybody has left.
    """
    gone = tuple(dict.fromkeys(known_partner(graph, name) for name in without))
    before = find_losses(graph)
    refuse_unprovided(graph, before)
    after = find_losses(graph, without=gone)
    ends = [find_losses(graph, without=gone, estimate=estimate) for estimate in ("low", "high")]
    single = _single_assets(graph)
    hangs = _hangs_on(graph, _single_assets(graph, gone) if gone else single)
    states = tuple(
        _state(graph, function, before, after, ends, gone, hangs[function.id])
        for function in graph.loaded.partnership.functions
    )
    return Dependence(graph, gone, after, states, single, _single_partners(graph), _all_cut_sets(graph))


def known_partner(graph: PartnerGraph, name: str) -> str:
    """The id of a partner given by id or name; raises :class:`PartnershipError` with the nearest one otherwise."""
    names = graph.loaded.partner_names
    partners = graph.partners()
    for partner in partners:
        if name.casefold() in (partner, names[partner].casefold()):
            return partner
    listed = f"partners on that day are {', '.join(partners)}"
    if name.casefold() in names or name.casefold() in (text.casefold() for text in names.values()):
        raise PartnershipError(f"{name!r} operates nothing on this station on {graph.moment:%Y-%m-%d}", hint=listed)
    if repeated := each_by_itself(name):
        raise PartnershipError(f"unknown partner {name!r}: it names several", hint=f"give each by itself: {repeated}")
    raise PartnershipError(f"unknown partner {name!r}{nearest(name, list(partners))}", hint=listed)


def known_function(graph: PartnerGraph, name: str) -> str:
    """The id of a function given by id or name; raises :class:`PartnershipError` with the nearest one otherwise."""
    functions = graph.loaded.partnership.functions
    for function in functions:
        if name.casefold() in (function.id, function.name.casefold()):
            return function.id
    ids = [function.id for function in functions]
    raise PartnershipError(f"unknown function {name!r}{nearest(name, ids)}", hint=f"functions are {', '.join(ids)}")


def refuse_unprovided(graph: PartnerGraph, before: Losses) -> None:
    """A function that is missing before anybody left is a mistake, unless the file says that this is a finding."""
    for function in graph.loaded.partnership.functions:
        term = graph.functions[function.id]
        if function.may_lack or before.works(function.id):
            continue
        outside = _outside_words(graph)
        if outside:
            raise PartnershipError(
                f"nobody has described who provides what on {graph.moment:%Y-%m-%d}: {outside}",
                hint="give a day from then on with --on",
            )
        offered = term.capacity([node for node in term.capacities if before.works(node)])
        amount = f"{offered:g} of the {term.threshold:g}{f' {function.unit}' if function.unit else ''} it needs"
        raise PartnershipError(
            f"{graph.loaded.name}: function {function.id!r} has "
            + ("no provider" if not term.capacities else f"only {amount} from working providers")
            + f" on {graph.moment:%Y-%m-%d}, before anybody leaves",
            hint="correct its providers or their dates, or write  may_lack: true  if nobody having it is the point",
        )


def _outside_words(graph: PartnerGraph) -> str:
    """Whether the day lies before all that the file describes; empty where it does not."""
    described = graph.loaded.partnership.configurations
    first = min(described.values(), key=lambda one: one.date_utc, default=None)
    if first is None or graph.moment >= first.date_utc:
        return ""
    return f"{graph.loaded.name} begins on {first.date_utc:%Y-%m-%d}"


def cut_sets(graph: PartnerGraph, functions: Collection[str]) -> tuple[tuple[str, ...], ...]:
    """Which smallest sets of partners, leaving together, stop at least one of these functions?

    Every subset of partners that holds no smaller such set is tried; the first come with the fewest partners.
    """
    lacking = find_losses(graph)
    wanted = [name for name in functions if lacking.works(name)]
    partners = graph.partners()
    found: list[tuple[str, ...]] = []
    for size in range(1, len(partners) + 1):
        for group in combinations(partners, size):
            if any(set(known) <= set(group) for known in found):
                continue
            losses = find_losses(graph, without=group)
            if any(not losses.works(name) for name in wanted):
                found.append(group)
    return tuple(found)


def _all_cut_sets(graph: PartnerGraph) -> dict[CutEnds, tuple[tuple[str, ...], ...]]:
    functions = graph.loaded.partnership.functions
    station = [function.id for function in functions if function.ends == "station"]
    life = [function.id for function in functions if function.ends in ("station", "crew")]
    found: dict[CutEnds, tuple[tuple[str, ...], ...]] = {"station": cut_sets(graph, station)}
    fewest = fewest_people(graph)
    if fewest == graph.people:
        return {**found, "crew": cut_sets(graph, life)}
    few = build_graph(graph.loaded, graph.moment, graph.view, people=fewest)
    return {**found, "crew": cut_sets(few, life), "full crew": cut_sets(graph, life)}


def fewest_people(graph: PartnerGraph) -> int:
    """The smallest crew that could keep the station."""
    stated = graph.loaded.partnership.smallest_crew
    return graph.people if stated is None else min(graph.people, stated.people)


def _single_assets(graph: PartnerGraph, gone: Sequence[str] = ()) -> tuple[SinglePoint, ...]:
    before = find_losses(graph, without=gone)
    nodes = (
        (node, partner, find_losses(graph, without=gone, removed=[node]))
        for node, partner in graph.operators.items()
        if partner not in gone
    )
    return tuple(_points(graph, before, nodes))


def _hangs_on(graph: PartnerGraph, single: Sequence[SinglePoint]) -> dict[str, tuple[str, ...]]:
    return {name: tuple(point.node for point in single if name in point.functions) for name in graph.functions}


def _single_partners(graph: PartnerGraph) -> tuple[SinglePoint, ...]:
    before = find_losses(graph)
    nodes = ((partner, partner, find_losses(graph, without=[partner])) for partner in graph.partners())
    return tuple(_points(graph, before, nodes))


def _points(
    graph: PartnerGraph, before: Losses, candidates: Iterator[tuple[str, str, Losses]]
) -> Iterator[SinglePoint]:
    for node, partner, losses in candidates:
        stopped = tuple(name for name in graph.functions if before.works(name) and not losses.works(name))
        if stopped:
            yield SinglePoint(node, partner, stopped)


def _state(
    graph: PartnerGraph,
    function: Function,
    before: Losses,
    after: Losses,
    ends: Sequence[Losses],
    gone: tuple[str, ...],
    hangs_on: tuple[str, ...],
) -> FunctionState:
    term = graph.functions[function.id]
    providers = tuple(node for node in term.capacities if before.works(node))
    left = tuple(node for node in providers if after.works(node))
    capacity = term.capacity(left)
    coming = newcomers(graph, function, gone, after, after.days[function.id] if before.works(function.id) else NEVER)
    return FunctionState(
        function=function,
        providers=providers,
        left=left,
        owners=tuple(dict.fromkeys(graph.asset(node).owner or "" for node in providers)),
        margin=capacity / term.threshold if term.threshold > 0.0 else NEVER,
        spare=term.spare(left),
        enough_for=int(capacity / term.threshold * graph.people + 1e-9) if function.for_people else None,
        loss=_loss(before.days[function.id], after.days[function.id], providers, left),
        lost_days=(ends[0].days[function.id], after.days[function.id], ends[1].days[function.id]),
        chain=() if after.works(function.id) else after.chain(function.id),
        later=coming.later,
        never=coming.never,
        gone_at_once=tuple(node for node in providers if after.days[node] <= AT_ONCE_DAYS),
        too_few=remnants(graph, function, providers, after),
        hangs_on=hangs_on,
    )


def grounded_vehicles(loaded: LoadedPartnership, moment: datetime, without: Collection[str]) -> frozenset[str]:
    """Vehicles of the catalogue that come no more, or never will, because what they need stops with these partners.

    Each is looked at on ``moment``; those that nobody has then, on the day from which they can be counted on.
    """
    comes: dict[str, bool] = {}
    vehicle_of = {asset.id: asset.vehicle for asset in loaded.partnership.assets}
    there = {asset.vehicle for asset in loaded.partnership.assets if asset.exists(moment)}
    for asset in loaded.partnership.assets:
        begins = max(moment, asset.from_utc or moment)
        if asset.vehicle is None or not asset.exists(begins) or (begins > moment and asset.vehicle in there):
            continue
        if any(vehicle_of.get(one) == asset.vehicle for need in asset.needs for one in need.of):
            continue  # an engine comes with its ship
        graph = build_graph(loaded, begins)
        days = find_losses(graph, without=without).days
        lasts = any(days[node] > AT_ONCE_DAYS for node in graph.operators if graph.asset(node).id == asset.id)
        comes[asset.vehicle] = lasts or comes.get(asset.vehicle, False)
    return frozenset(vehicle for vehicle, lasts in comes.items() if not lasts)


def _loss(before: float, after: float, providers: tuple[str, ...], left: tuple[str, ...]) -> Loss:
    if before < NEVER:
        return "nobody"
    if after == NEVER:
        return "thinner" if len(left) < len(providers) else "no"
    if after <= AT_ONCE_DAYS:
        return "at once"
    return "within weeks" if after <= WEEKS_DAYS else "later"


def date_after(graph: PartnerGraph, days: float) -> datetime | None:
    """The date so many days after the graph's day; none for never, or beyond a century."""
    return graph.moment + timedelta(days=days) if days < _LONGEST_DAYS else None
