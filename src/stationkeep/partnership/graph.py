"""The partnership on one day as a graph: an edge leads from what provides to what depends on it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

import networkx as nx  # type: ignore[import-untyped,unused-ignore]

from stationkeep.catalogue.figure import Figure
from stationkeep.partnership.capacity import CapacityPool, FunctionTerm
from stationkeep.partnership.model import Asset, Function, Need, PartnershipError, View

if TYPE_CHECKING:
    from stationkeep.partnership.loader import LoadedPartnership

# What the catalogue calls those who can hold the attitude during a burn, in the words of a partnership file.
_HOLDERS: Final = {"gyros": "attitude", "station-thrusters": "zvezda-thrusters"}


@dataclass(frozen=True, slots=True)
class NeedTerm:
    """``at_least`` of ``nodes`` must work; without them it goes on for ``bridged_days``."""

    nodes: tuple[str, ...]
    at_least: int
    bridged_days: Figure | None
    edge: Need


@dataclass(frozen=True)
class PartnerGraph:
    """The functions and providers of a station on one day.

    ``graph``: a networkx ``DiGraph`` whose nodes carry ``kind`` (``asset`` or ``function``) and whose edges carry
    ``source`` and ``assumed``. Assets with a count appear once for each (``gyro/1``, ``gyro/2``).
    """

    loaded: LoadedPartnership
    moment: datetime
    view: View
    people: int
    graph: nx.DiGraph
    operators: dict[str, str]
    needs: dict[str, tuple[NeedTerm, ...]]
    functions: dict[str, FunctionTerm]
    absent: tuple[Asset, ...]

    def asset(self, node: str) -> Asset:
        """The asset a node stands for."""
        found: Asset = self.graph.nodes[node]["asset"]
        return found

    def function(self, node: str) -> Function:
        """The function a node stands for."""
        return self.loaded.partnership.function(node)

    def partners(self) -> tuple[str, ...]:
        """Who operates something on that day, in the order of the catalogue."""
        present = set(self.operators.values())
        return tuple(partner for partner in self.loaded.partners() if partner in present)


def build_graph(
    loaded: LoadedPartnership, moment: datetime, view: View = "nasa", *, people: int | None = None
) -> PartnerGraph:
    """Who provides what on a day, and what does each provider need?

    ``people``: how many live aboard (none: as the file has it); fewer need less, and empty stores later.
    ``view``: whose account of what holds the attitude while a docked craft pushes is followed where it is disputed.
    Raises :class:`PartnershipError` for needs that go round in a circle with no store anywhere in it (such a circle
    could never have been started), and for a function that nobody can provide on that day.
    """
    present = [asset for asset in loaded.partnership.assets if asset.exists(moment)]
    copies = {asset.id: _nodes(asset) for asset in present}
    known = {**copies, **{function.id: (function.id,) for function in loaded.partnership.functions}}
    graph: Any = nx.DiGraph()
    operators: dict[str, str] = {}
    needs: dict[str, tuple[NeedTerm, ...]] = {}
    for asset in present:
        terms = tuple(need_term(need, known) for need in (*asset.needs, *_attitude_needs(asset, loaded, view)))
        for node in copies[asset.id]:
            graph.add_node(node, kind="asset", asset=asset)
            operators[node] = asset.operator or ""
            needs[node] = terms
    functions = {}
    stated = loaded.partnership.people
    aboard = stated if people is None else people
    for function in loaded.partnership.functions:
        graph.add_node(function.id, kind="function")
        functions[function.id] = _function_term(function, copies, aboard / stated if function.for_people else 1.0)
    _connect(graph, needs, functions, loaded, copies)
    absent = tuple(asset for asset in loaded.partnership.assets if not asset.exists(moment))
    made = PartnerGraph(loaded, moment, view, aboard, graph, operators, needs, functions, absent)
    _refuse_empty_circles(made)
    return made


def _nodes(asset: Asset) -> tuple[str, ...]:
    if asset.count == 1:
        return (asset.id,)
    return tuple(f"{asset.id}/{number}" for number in range(1, asset.count + 1))


def need_term(need: Need, known: dict[str, tuple[str, ...]]) -> NeedTerm:
    nodes = tuple(node for one in need.of for node in known.get(one, ()))
    return NeedTerm(nodes, need.at_least, need.bridged_days, need)


def _attitude_needs(asset: Asset, loaded: LoadedPartnership, view: View) -> tuple[Need, ...]:
    """What must hold the attitude while it pushes, as the catalogue's claims have it; a craft that does so itself
    needs nobody."""
    if asset.push is None or asset.vehicle is None:
        return ()
    push = next(one for one in loaded.catalogue.vehicles[asset.vehicle].pushes if one.id == asset.push)
    claim = push.attitude_claim(view)
    if "pusher" in claim.holders:
        return ()
    stated = loaded.partnership
    ids = {asset.id for asset in stated.assets} | {function.id for function in stated.functions}
    holders = tuple(_HOLDERS[one] for one in claim.holders if _HOLDERS.get(one) in ids)
    if not holders:
        return ()
    said = {"of": holders, "source": claim.source, "quality": claim.quality}
    return (Need.model_validate(said),)


def _function_term(function: Function, copies: dict[str, tuple[str, ...]], eaters: float) -> FunctionTerm:
    """``eaters``: people over those the file counts with."""
    capacities = {node: one.capacity for one in function.providers for node in copies.get(one.asset, ())}
    pools = tuple(
        CapacityPool(nodes, pool.capacity)
        for pool in function.pools
        if (nodes := tuple(node for one in pool.of for node in copies.get(one, ())))
    )
    return FunctionTerm(capacities, eaters * function.threshold, function.store_days, 1.0 / eaters, pools)


def _connect(
    graph: Any,
    needs: dict[str, tuple[NeedTerm, ...]],
    functions: dict[str, FunctionTerm],
    loaded: LoadedPartnership,
    copies: dict[str, tuple[str, ...]],
) -> None:
    for node, terms in needs.items():
        for term in terms:
            for other in term.nodes:
                graph.add_edge(other, node, because=term.edge.because, assumed=term.edge.assumed, need=True)
    for function in loaded.partnership.functions:
        for provider in function.providers:
            for node in copies.get(provider.asset, ()):
                graph.add_edge(node, function.id, because=provider.because, assumed=provider.assumed, need=False)


def _refuse_empty_circles(made: PartnerGraph) -> None:
    """A circle of needs must hold a store somewhere: else nothing in it could ever have been switched on."""
    bare: Any = nx.DiGraph()
    for node, terms in made.needs.items():
        for term in terms:
            if term.bridged_days is None or term.bridged_days.high <= 0.0:
                # Where others can step in, no single one of them closes a circle.
                bare.add_edges_from((other, node) for other in term.nodes if len(term.nodes) <= term.at_least)
    for name, function in made.functions.items():
        if function.store_days is None or function.store_days.high <= 0.0:
            nodes = set(function.capacities)
            alone = [node for node in function.capacities if not function.enough(nodes - {node})]
            bare.add_edges_from((node, name) for node in alone)
    circle = next((part for part in nx.simple_cycles(bare)), None)
    if circle is not None:
        raise PartnershipError(
            f"{made.loaded.name}: circular needs: {' -> '.join([*circle, circle[0]])}",
            hint="nothing in it could ever be switched on: give one of these needs bridged_days (a battery, a tank, "
            "a store) or a second provider",
        )
