"""Which functions of the graph do runs lose with a partner because they take them from the graph, and when?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from stationkeep.partnership.analysis import date_after
from stationkeep.partnership.losses import find_losses
from stationkeep.partnership.segments import FLOWN
from stationkeep.timescale import iso_utc, mjd_utc

if TYPE_CHECKING:
    from stationkeep.campaign.document import BranchDocument
    from stationkeep.partnership.analysis import Dependence

_BY_OWNER: Final = ("berthing", "spare-parts")
"""Gone in a run with whoever works the arm, or mends what is its own."""


def felt_in_runs(found: Dependence, branch: BranchDocument) -> dict[str, str | None]:
    """When half of the runs have lost power, cooling, computers, ground control ... of a segment; none: they have not.

    Runs lose them when the graph does, their attitude aside; where only the lost attitude takes them, with it.
    Empty where runs follow nobody, or nobody described the segments.
    """
    stated = found.graph.loaded.partnership
    if branch.people is None or not stated.segments:
        return {}
    named = {one for segment in stated.segments for one in segment.named}
    followed = [
        one.id
        for one in stated.functions
        if one.id in (*named, *_BY_OWNER) or any(provider.asset in named for provider in one.providers)
    ]
    losses = find_losses(found.graph, without=found.without, held=FLOWN)
    lost = next((one.median_utc for one in branch.functions_lost if one.function == "attitude"), None)
    dates = {name: date_after(found.graph, losses.days[name]) for name in followed}
    return {name: lost if date is None else iso_utc(mjd_utc(date)) for name, date in dates.items()}


def lived_on_in_runs(found: Dependence, branch: BranchDocument) -> frozenset[str]:
    """Functions without which people must leave and whose providers are machines of the segments: runs live on them.

    Whatever a file calls them: air, oxygen, water. Empty where runs follow nobody, or nobody described the segments.
    """
    stated = found.graph.loaded.partnership
    if branch.people is None:
        return frozenset()
    named = {one for segment in stated.segments for one in segment.named}
    machines = {asset.id for asset in stated.assets if any(named.intersection(need.of) for need in asset.needs)}
    return frozenset(
        one.id
        for one in stated.functions
        if one.ends == "crew" and any(provider.asset in machines for provider in one.providers)
    )
