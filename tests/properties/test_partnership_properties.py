"""What must hold for any partnership: fewer providers never help, and independent methods give the same answer."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import combinations
from typing import Any

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stationkeep.partnership.analysis import analyse, cut_sets
from stationkeep.partnership.capacity import CapacityPool, FunctionTerm
from stationkeep.partnership.graph import PartnerGraph, build_graph
from stationkeep.partnership.loader import load_partnership, shipped_partnerships
from stationkeep.partnership.losses import NEVER, find_losses

DAY = datetime(2022, 4, 2, tzinfo=UTC)
PARTNERS = ("nasa", "roscosmos", "esa", "jaxa", "csa")
SAYS = {"assumption": "drawn at random"}


def days(value: float) -> dict[str, Any]:
    return {"value": value, "unit": "d", "source": "drawn at random", "quality": "D"}


@st.composite
def pools(draw: st.DrawFn, offered: list[str]) -> list[dict[str, Any]]:
    """None, or one store that two or more of them draw on."""
    if len(offered) < 2 or not draw(st.booleans()):
        return []
    of = draw(st.lists(st.sampled_from(offered), min_size=2, unique=True))
    return [{"of": of, "capacity": draw(st.sampled_from([0.5, 1.0, 2.0])), **SAYS}]


def all_give(offered: list[str], capacities: list[float], shared: list[dict[str, Any]]) -> float:
    """What all providers give together: a function is not lost before anybody leaves."""
    sizes = dict(zip(offered, capacities, strict=True))
    pooled = [one for pool in shared for one in pool["of"]]
    own = sum(size for name, size in sizes.items() if name not in pooled)
    return own + sum(min(pool["capacity"], sum(sizes[one] for one in pool["of"])) for pool in shared)


@st.composite
def partnerships(draw: st.DrawFn, *, single_needs: bool = False) -> PartnerGraph:
    """Random functions, providers and needs, circles among them (every need has a store, so that they are allowed)."""
    n_assets, n_functions = draw(st.integers(2, 8)), draw(st.integers(1, 4))
    assets, functions = [f"a{i}" for i in range(n_assets)], [f"f{i}" for i in range(n_functions)]
    made_functions = []
    for name in functions:
        offered = draw(st.lists(st.sampled_from(assets), min_size=1, max_size=1 if single_needs else 4, unique=True))
        capacities = [1.0 if single_needs else draw(st.sampled_from([0.5, 1.0, 2.0])) for _ in offered]
        shared = [] if single_needs else draw(pools(offered))
        enough = sum(capacities) if single_needs else draw(st.floats(0.1, 1.0)) * all_give(offered, capacities, shared)
        made_functions.append(
            {
                "id": name, "name": name, "what": "-", "ends": "station",
                "need": {"value": enough, "unit": "x", "source": "drawn at random", "quality": "D"},
                "store_days": days(draw(st.sampled_from([0.0, 3.0, 40.0]))),
                "providers": [{"asset": a, "capacity": c, **SAYS} for a, c in zip(offered, capacities, strict=True)],
                "pools": shared,
            }
        )  # fmt: skip
    made_assets = []
    for name in assets:
        needs = []
        for _ in range(draw(st.integers(0, 2))):
            others = [one for one in assets + functions if one != name]
            most = 1 if single_needs else 3
            of = draw(st.lists(st.sampled_from(others), min_size=1, max_size=most, unique=True))
            bridge = days(draw(st.sampled_from([0.1, 1.0, 30.0])))
            needs.append({"of": of, "at_least": draw(st.integers(1, len(of))), "bridged_days": bridge, **SAYS})
        partner = draw(st.sampled_from(PARTNERS))
        made_assets.append(
            {
                "id": name, "name": f"asset {name}", "owner": partner, "operator": partner,
                "source": "drawn at random", "quality": "D", "needs": needs,
            }
        )  # fmt: skip
    document = {
        "schema": "stationkeep.partnership/1", "id": "random", "title": "Random", "people": 0,
        "assets": made_assets, "functions": made_functions,
    }  # fmt: skip
    return build_graph(load_partnership(document, "random"), DAY)


@settings(max_examples=100, deadline=None)
@given(partnerships(), st.data())
def test_removing_a_provider_never_makes_any_function_better(graph: PartnerGraph, data: st.DataObject) -> None:
    nodes = sorted(graph.operators)
    first = data.draw(st.sets(st.sampled_from(nodes)))
    more = first | data.draw(st.sets(st.sampled_from(nodes)))
    estimate = data.draw(st.sampled_from(["low", "best", "high"]))
    fewer, fewest = (find_losses(graph, removed=gone, estimate=estimate) for gone in (first, more))
    for node in fewer.days:
        assert fewest.days[node] <= fewer.days[node]


@settings(max_examples=20, deadline=None)
@given(st.data())
def test_on_the_shipped_station_too(data: st.DataObject) -> None:
    loaded = shipped_partnerships()["iss"]
    moment = data.draw(st.sampled_from([one.date_utc for one in loaded.partnership.configurations.values()]))
    graph = build_graph(loaded, moment, data.draw(st.sampled_from(["nasa", "roscosmos"])))
    partners = list(graph.partners())
    first = data.draw(st.sets(st.sampled_from(partners), max_size=2))
    more = first | data.draw(st.sets(st.sampled_from(partners), max_size=3))
    before, after = analyse(graph, sorted(first)), analyse(graph, sorted(more))
    for one, other in zip(before.states, after.states, strict=True):
        assert other.margin <= one.margin
        assert other.spare <= one.spare
        assert all(b <= a for a, b in zip(one.lost_days, other.lost_days, strict=True))
        assert set(other.left) <= set(one.left)


@settings(max_examples=100, deadline=None)
@given(partnerships(), st.data())
def test_a_loss_spreads_only_along_edges(graph: PartnerGraph, data: st.DataObject) -> None:
    # Reachability by networkx knows nothing of rules, capacities or stores.
    gone = data.draw(st.sampled_from(sorted(graph.operators)))
    losses = find_losses(graph, removed=[gone])
    reached = nx.descendants(graph.graph, gone) | {gone}
    assert {node for node, when in losses.days.items() if when < NEVER} <= reached


@settings(max_examples=100, deadline=None)
@given(partnerships(single_needs=True), st.data())
def test_without_alternatives_the_time_is_the_shortest_path(graph: PartnerGraph, data: st.DataObject) -> None:
    # Where everything is needed, the loss arrives along the path with the least stores: Dijkstra's answer.
    gone = data.draw(st.sampled_from(sorted(graph.operators)))
    weighted: Any = nx.DiGraph()
    weighted.add_nodes_from(graph.graph.nodes)
    for node, terms in graph.needs.items():
        for term in terms:
            store = 0.0 if term.bridged_days is None else term.bridged_days.best
            for other in term.nodes:
                known = weighted.get_edge_data(other, node, {"weight": NEVER})["weight"]
                weighted.add_edge(other, node, weight=min(store, known))
    for name, function in graph.functions.items():
        for other in function.capacities:
            weighted.add_edge(other, name, weight=0.0 if function.store_days is None else function.store_days.best)
    distances = nx.single_source_dijkstra_path_length(weighted, gone)
    losses = find_losses(graph, removed=[gone])
    for node, when in losses.days.items():
        assert when == pytest.approx(distances.get(node, NEVER))


@settings(max_examples=60, deadline=None)
@given(partnerships())
def test_cut_sets_are_all_and_only_the_minimal_ones(graph: PartnerGraph) -> None:
    found = {frozenset(group) for group in cut_sets(graph, list(graph.functions))}
    standing = [name for name in graph.functions if find_losses(graph).works(name)]
    partners = graph.partners()
    ending = []
    for size in range(1, len(partners) + 1):
        for group in combinations(partners, size):
            losses = find_losses(graph, without=group)
            if any(not losses.works(name) for name in standing):
                ending.append(frozenset(group))
    assert found == {group for group in ending if not any(other < group for other in ending)}


@settings(max_examples=60, deadline=None)
@given(partnerships(), st.randoms(use_true_random=False))
def test_the_order_of_departures_does_not_matter(graph: PartnerGraph, shuffle: Any) -> None:
    partners = list(graph.partners())
    mixed = list(partners)
    shuffle.shuffle(mixed)
    assert find_losses(graph, without=mixed).days == find_losses(graph, without=partners).days


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.sampled_from([0.5, 1.0, 2.0, 3.0]), min_size=1, max_size=6),
    st.integers(0, 6),
    st.floats(0.3, 6.0),
    st.floats(0.3, 8.0),
)
def test_so_many_may_fail_whichever_they_are(sizes: list[float], pooled: int, limit: float, need: float) -> None:
    # Against trying every set of failures, one by one.
    nodes = [f"n{i}" for i in range(len(sizes))]
    shared = tuple(nodes[:pooled])
    one_store = (CapacityPool(shared, limit),) if shared else ()
    term = FunctionTerm(dict(zip(nodes, sizes, strict=True)), need, None, pools=one_store)

    def given_by(left: set[str]) -> float:
        own = sum(size for node, size in term.capacities.items() if node in left and node not in shared)
        return own + min(limit if shared else 0.0, sum(term.capacities[node] for node in shared if node in left))

    survived = [
        count
        for count in range(len(nodes) + 1)
        if all(given_by(set(nodes) - set(gone)) >= need - 1e-9 for gone in combinations(nodes, count))
    ]
    assert term.spare(nodes) == max(survived, default=0)
    assert sum(term.shares().values()) == pytest.approx(term.capacity(nodes))
