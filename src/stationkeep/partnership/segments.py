"""What a run takes from the graph: when the machines of a segment lose power, cooling or computers with a partner.

The attitude, the unloading of gyros and the propellant are flown by the run itself, day by day; here they count as
kept, so that no loss is counted twice.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Final, Literal

from stationkeep.catalogue.figure import Figure
from stationkeep.partnership.graph import PartnerGraph, build_graph, need_term
from stationkeep.partnership.loader import LoadedPartnership, partnership_of_station
from stationkeep.partnership.losses import NEVER, Estimate, Losses, find_losses, need_ends
from stationkeep.partnership.model import Segment

Kind = Literal["stops", "thinner", "ground-control"]
FLOWN: Final = ("attitude", "desaturation", "refuelling")
"""Functions of the graph that a run flies itself."""
_ESTIMATES: Final[tuple[Estimate, ...]] = ("low", "best", "high")


@dataclass(frozen=True, slots=True)
class SegmentLoss:
    """Something a segment loses once partners have stopped.

    ``stops``: no machine that needs current runs any more; ``thinner``: a share of their power is left;
    ``ground-control``: nobody clears dockings. ``days``: after the partners stopped: earliest, best, latest.
    """

    kind: Kind
    segment: str
    name: str
    what: str
    """What is missing, in words: ``power``, ``cooling``, ``the power it drew from ...``."""
    days: tuple[float, float, float]
    partners: tuple[str, ...]
    """With whom it began."""
    share_left: Figure | None = None
    """Of ``thinner``: the power its machines have left."""

    @property
    def key(self) -> tuple[str, str, str]:
        """The same loss, whoever is behind it."""
        return self.segment, self.kind, self.what if self.kind == "thinner" else ""

    def after_days(self, luck: float) -> float:
        """When it comes, ``luck`` (0 to 1) between the earliest and the latest; a half is the best estimate."""
        low, best, high = self.days
        if luck <= 0.5:
            return low + (best - low) * 2.0 * luck
        return best + (high - best) * (2.0 * luck - 1.0) if high < NEVER else best


@dataclass(frozen=True)
class SegmentNeeds:
    """The segments of a station and what they hang on; what is asked for twice is worked out once."""

    loaded: LoadedPartnership
    _found: dict[tuple[frozenset[str], datetime], tuple[SegmentLoss, ...]] = field(
        default_factory=dict, repr=False, compare=False
    )

    @property
    def segments(self) -> tuple[Segment, ...]:
        """As the file has them."""
        return self.loaded.partnership.segments

    @cached_property
    def cleared_by(self) -> Mapping[str, frozenset[str]]:
        """By vehicle of the catalogue: the segments whose ground control its coming needs."""
        whose = {one.ground_control: one.id for one in self.segments if one.ground_control is not None}
        found: dict[str, set[str]] = {}
        for asset in self.loaded.partnership.assets:
            if asset.vehicle is not None:
                named = {one for need in asset.needs for one in need.of}
                found.setdefault(asset.vehicle, set()).update(whose[one] for one in named & whose.keys())
        return {vehicle: frozenset(segments) for vehicle, segments in found.items()}

    def losses(self, stopped: frozenset[str], moment: datetime) -> tuple[SegmentLoss, ...]:
        """What the segments lose, and when, if these partners stop operating what is theirs on that day."""
        key = stopped, moment
        if key not in self._found:
            self._found[key] = tuple(self._work_out(stopped, moment)) if stopped else ()
        return self._found[key]

    def _work_out(self, stopped: frozenset[str], moment: datetime) -> Iterator[SegmentLoss]:
        graph = build_graph(self.loaded, moment)
        ends = [find_losses(graph, without=stopped, held=FLOWN, estimate=one) for one in _ESTIMATES]
        for segment in self.segments:
            yield from _stops(graph, segment, ends)
            for one in segment.thinner:
                for node in _nodes(graph, one.of)[:1]:
                    days = ends[0].days[node], ends[1].days[node], ends[2].days[node]
                    if days[1] < NEVER:
                        whose = _begun_by(graph, ends[1], node)
                        yield SegmentLoss("thinner", segment.id, segment.name, one.what, days, whose, one.share_left)
            node = segment.ground_control or ""
            if node in graph.functions and ends[1].days[node] < NEVER:
                days = ends[0].days[node], ends[1].days[node], ends[2].days[node]
                whose = _begun_by(graph, ends[1], node)
                yield SegmentLoss("ground-control", segment.id, segment.name, "ground control", days, whose)


def _stops(graph: PartnerGraph, segment: Segment, ends: list[Losses]) -> Iterator[SegmentLoss]:
    """When its machines stop for the first of their needs that is no longer met."""
    known = {one: _nodes(graph, one) for one in segment.named}
    terms = [need_term(need, known) for need in segment.needs]
    days, through = [], None
    for losses, estimate in zip(ends, _ESTIMATES, strict=True):
        when, cause = min((need_ends(term, losses.days, estimate) for term in terms), key=lambda one: one[0])
        days.append(when)
        through = cause if estimate == "best" else through
    if days[1] < NEVER and through is not None:
        whose = _begun_by(graph, ends[1], through)
        yield SegmentLoss("stops", segment.id, segment.name, _word(graph, through), (days[0], days[1], days[2]), whose)


def _nodes(graph: PartnerGraph, name: str) -> tuple[str, ...]:
    if name in graph.functions:
        return (name,)
    return tuple(node for node in graph.operators if graph.asset(node).id == name)


def _begun_by(graph: PartnerGraph, losses: Losses, node: str) -> tuple[str, ...]:
    first = losses.chain(node)[-1]
    return (graph.operators[first],) if first in graph.operators else ()


def _word(graph: PartnerGraph, node: str) -> str:
    """``power`` of the function "Power, United States segment"; of an asset its name."""
    if node in graph.functions:
        return graph.function(node).name.partition(",")[0].lower()
    return graph.asset(node).name


def segments_of_station(station: str | None) -> SegmentNeeds | None:
    """What runs of a station take from the graph; none where nobody described its segments."""
    found = partnership_of_station(station or "")
    return SegmentNeeds(found) if found is not None and found.partnership.segments else None
