"""The answer of ``stationkeep depends`` as JSON-ready data, schema ``stationkeep.depends/1``."""

from __future__ import annotations

from typing import Any

from stationkeep.partnership.analysis import Dependence, FunctionState, SinglePoint, date_after, fewest_people
from stationkeep.partnership.graph import PartnerGraph
from stationkeep.partnership.losses import NEVER
from stationkeep.partnership.model import ENDS_WORDS, CutEnds
from stationkeep.timescale import iso_day, mjd_utc


def depends_document(found: Dependence) -> dict[str, Any]:
    """Functions, single points and cut sets of a partnership on a day, with and without whoever leaves."""
    graph = found.graph
    names = graph.loaded.partner_names
    edges = edge_list(found)
    return {
        "schema": "stationkeep.depends/1",
        "partnership": graph.loaded.partnership.id,
        "title": graph.loaded.partnership.title,
        "date_utc": iso_day(mjd_utc(graph.moment)),
        "attitude_view": graph.view,
        "people": graph.people,
        "smallest_crew": fewest_people(graph),
        "partners": [{"id": one, "name": names[one]} for one in graph.partners()],
        "without": list(found.without),
        "functions": [_function(found, state) for state in found.states],
        "single_points": [_point(found, point, "asset") for point in found.single_points]
        + [_point(found, point, "partner") for point in found.partner_points],
        "cut_sets": [
            {"ends": ends, "meaning": cut_words(graph, ends), "partners": list(group)}
            for ends, groups in found.cut_sets.items()
            for group in groups
        ],
        "assets": [_asset(found, node) for node in graph.operators],
        "edges": edges,
        "assumed_edges": sum(edge["assumed"] for edge in edges),
    }


def cut_words(graph: PartnerGraph, ends: CutEnds) -> str:
    """What a departure ends, with the number of people meant."""
    if ends == "station":
        return ENDS_WORDS["station"]
    fewest = fewest_people(graph)
    if ends == "full crew":
        return f"not all {graph.people} can stay aboard without it"
    return ENDS_WORDS["crew"] + (f", not even {fewest}" if fewest < graph.people else "")


def edge_list(found: Dependence) -> list[dict[str, Any]]:
    """Every edge of the graph: what provides or carries what, by whose word."""
    return [
        {"from": source, "to": target, "kind": "need" if data["need"] else "provides", **_word(data)}
        for source, target, data in found.graph.graph.edges(data=True)
    ]


def _asset(found: Dependence, node: str) -> dict[str, Any]:
    asset, days = found.graph.asset(node), found.losses.days[node]
    moment = date_after(found.graph, days)
    return {
        "id": node,
        "name": asset.name,
        "owner": asset.owner,
        "operator": found.graph.operators[node],
        "country": found.graph.loaded.catalogue.partners[found.graph.operators[node]].country,
        "source": asset.source,
        "quality": asset.quality,
        "stops_days": None if days == NEVER else days,
        "stops_utc": None if moment is None else iso_day(mjd_utc(moment)),
        "note": asset.note or None,
    }


def _word(data: dict[str, Any]) -> dict[str, Any]:
    return {"because": data["because"], "assumed": data["assumed"]}


def _function(found: Dependence, state: FunctionState) -> dict[str, Any]:
    graph, function = found.graph, state.function
    term = graph.functions[function.id]
    return {
        "id": function.id,
        "name": function.name,
        "what": function.what,
        "ends": function.ends,
        "need": term.threshold,
        "unit": function.unit or "providers",
        "providers": [
            {
                "id": node,
                "name": graph.asset(node).name,
                "owner": graph.asset(node).owner,
                "operator": graph.operators[node],
                "capacity": term.capacities[node],
                "left": node in state.left,
            }
            for node in state.providers
        ],
        "pools": [{"of": list(pool.nodes), "capacity": pool.limit} for pool in term.pools],
        "owners": list(state.owners),
        "margin": _rounded(state.margin),
        "spare_providers": state.spare,
        "hangs_on": list(state.hangs_on),
        "enough_for": state.enough_for,
        "lost": _lost(found, state),
        "gone_at_once": list(state.gone_at_once),
        "later": [
            {
                "id": one.asset.id,
                "name": one.asset.name,
                "operator": one.asset.operator,
                "from_utc": iso_day(mjd_utc(one.from_utc)),
                "in_time": one.in_time,
                "after_loss_days": one.after_loss_days,
                "share_of_need": _rounded(one.given.alone),
                "with_others": _rounded(one.given.together),
            }
            for one in state.later
        ],
        "never": [{"id": one.id, "name": one.name, "operator": one.operator} for one in state.never],
        "too_few": [
            {
                "id": one.asset.id,
                "name": one.asset.name,
                "operator": one.asset.operator,
                "share_of_need": _rounded(one.given.alone),
                "with_others": _rounded(one.given.together),
                "stops_days": None if one.stops_days == NEVER else one.stops_days,
            }
            for one in state.too_few
        ],
        "note": function.note or None,
    }


def _rounded(share: float) -> float | None:
    return None if share == NEVER else round(share, 4)


def _lost(found: Dependence, state: FunctionState) -> dict[str, Any]:
    """When, with the ends of the range; dates are null where it is never lost."""
    keys = ("earliest", "best", "latest")
    moments = [date_after(found.graph, days) for days in state.lost_days]
    return {
        "when": state.loss,
        "days": {key: None if days == NEVER else days for key, days in zip(keys, state.lost_days, strict=True)},
        "date_utc": {
            key: None if moment is None else iso_day(mjd_utc(moment)) for key, moment in zip(keys, moments, strict=True)
        },
        "through": list(state.chain),
    }


def _point(found: Dependence, point: SinglePoint, kind: str) -> dict[str, Any]:
    name = found.graph.asset(point.node).name if kind == "asset" else found.graph.loaded.partner_names[point.node]
    return {"kind": kind, "id": point.node, "name": name, "partner": point.partner, "functions": list(point.functions)}
