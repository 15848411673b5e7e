"""Who could provide what a departure takes away: those who stay and give too little, and those who come later.

Each is asked twice: what it gives by itself, and what it gives together with everybody who is there at that time.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from stationkeep.partnership.graph import PartnerGraph, build_graph
from stationkeep.partnership.losses import AT_ONCE_DAYS, NEVER, Losses, find_losses
from stationkeep.partnership.model import Asset, Function

_MONTH_DAYS: Final = 365.25 / 12.0
_ENOUGH: Final = 0.995  # less is told, in whole per cents


@dataclass(frozen=True)
class Shares:
    """Of a function's need: what one gives by itself (``alone``), and with everybody there at that time (``together``).

    Infinite where nothing is needed. ``at_least``: how many are needed where providers are counted by heads, else 1.
    """

    alone: float
    together: float
    at_least: int = 1

    @property
    def enough_alone(self) -> bool:
        """Whether it suffices by itself, to the half per cent."""
        return self.alone >= _ENOUGH

    @property
    def enough_together(self) -> bool:
        """Whether it suffices with the others."""
        return self.together >= _ENOUGH

    @property
    def helped(self) -> bool:
        """Whether others give anything beside it."""
        return self.together > self.alone + 1e-9

    @property
    def words(self) -> str:
        """``for 42 % of the need, 115 % with the others there then``; empty where it suffices by itself."""
        if self.enough_alone:
            return ""
        if self.at_least > 1:
            told = f"{self.alone * self.at_least:.2g} of {self.at_least} needed"
            return told + (f", {self.together * self.at_least:.2g} with the others there then" if self.helped else "")
        told = f"for {100.0 * self.alone:.0f} % of the need"
        return told + (f", {100.0 * self.together:.0f} % with the others there then" if self.helped else "")


@dataclass(frozen=True)
class Newcomer:
    """Somebody who comes later, by best estimates.

    ``in_time``: while what it needs from others still lasts (``needs_last``); where people cannot live without the
    function, also before it is lost. ``after_loss_days``: how long too little of it has been left by then; 0: it comes
    before the loss. ``given``: of the need, by itself and with those left and those who have come before it.
    """

    asset: Asset
    from_utc: datetime
    in_time: bool
    needs_last: bool
    after_loss_days: float
    given: Shares

    @property
    def words(self) -> str:
        """``17 months after it is lost``, ``what it needs is gone by then``, or both, and for what share of the need it
        suffices; empty where none is so."""
        told = [self._gap_words(), "" if self.needs_last else "what it needs is gone by then"]
        when = " and ".join(one for one in told if one)
        return ", ".join(one for one in (when, self.given.words) if one)

    def _gap_words(self) -> str:
        if self.after_loss_days < 1.0:
            return ""
        months = round(self.after_loss_days / _MONTH_DAYS)
        if months < 2:
            return f"{self.after_loss_days:.0f} d after it is lost"
        return f"{months} months after it is lost" if months < 36 else f"{months / 12:.0f} years after it is lost"


@dataclass(frozen=True)
class Remnant:
    """A provider that still works when the function is lost, and gives too little of it.

    ``stops_days``: until when; infinite where it never stops. ``given``: of the need, all of its kind together, and
    with all others that still work when the function is lost.
    """

    asset: Asset
    given: Shares
    stops_days: float


def remnants(graph: PartnerGraph, function: Function, providers: Sequence[str], after: Losses) -> tuple[Remnant, ...]:
    """Who outlasts the function after a departure, what stops last first; nobody where it is never lost."""
    lost = after.days[function.id]
    working = [node for node in providers if after.days[node] > max(lost, AT_ONCE_DAYS)] if lost < NEVER else []
    found = []
    for asset in dict.fromkeys(graph.asset(node) for node in working):
        nodes = [node for node in working if graph.asset(node) is asset]
        given = _shares(graph, function, nodes, working)
        if not given.enough_alone:  # else it stands on a store: it is not that it gives too little
            found.append(Remnant(asset, given, max(after.days[node] for node in nodes)))
    return tuple(sorted(found, key=lambda one: -one.stops_days))


@dataclass(frozen=True)
class Coming:
    """Who was to come after a day and provide a function: ``later``, by day; ``never``: who needs those who left."""

    later: tuple[Newcomer, ...]
    never: tuple[Asset, ...]


def newcomers(graph: PartnerGraph, function: Function, gone: Sequence[str], after: Losses, lost_days: float) -> Coming:
    """Who comes after the graph's day and could provide it although these partners left?

    ``after``: the losses of that departure; ``lost_days``: when it ends the function, infinite where it does not, or
    where nobody had it before.
    """
    offering = {one.asset for one in function.providers}
    found, never = [], []
    for asset in graph.absent:
        if asset.id not in offering or asset.from_utc is None or asset.from_utc <= graph.moment:
            continue
        then = build_graph(graph.loaded, asset.from_utc, graph.view, people=graph.people)
        nodes = [one for one in then.operators if then.asset(one).id == asset.id]
        then_losses = find_losses(then, without=gone)
        lasts = then_losses.days[nodes[0]]
        if lasts <= AT_ONCE_DAYS:
            never.append(asset)
        else:
            wait = (asset.from_utc - graph.moment) / timedelta(days=1)
            gap = max(wait - lost_days, 0.0)
            in_time = lasts > wait and (gap == 0.0 or function.ends != "crew")
            given = _shares(then, function, nodes, [*nodes, *_there_then(then, function, then_losses, after, wait)])
            found.append(Newcomer(asset, asset.from_utc, in_time, lasts > wait, gap, given))
    return Coming(tuple(sorted(found, key=lambda one: one.from_utc)), tuple(never))


def _there_then(then: PartnerGraph, function: Function, losses: Losses, after: Losses, wait_days: float) -> list[str]:
    """Providers that still work so long after the departure: of those there from the first, only who lasted without
    whoever has come since."""
    return [
        node
        for node in then.functions[function.id].capacities
        if losses.days[node] > wait_days and after.days.get(node, NEVER) > wait_days
    ]


def _shares(graph: PartnerGraph, function: Function, nodes: Collection[str], present: Collection[str]) -> Shares:
    """Of the need, what these give, alone and with all who are present; infinite where nothing is needed."""
    term = graph.functions[function.id]
    if term.threshold <= 0.0:
        return Shares(NEVER, NEVER)
    alone, together = (term.capacity(set(one)) / term.threshold for one in (nodes, present))
    return Shares(alone, together, function.at_least if function.need is None else 1)
