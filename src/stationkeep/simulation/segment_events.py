"""Segments of the habitat in a run: they lose power, cooling, computers or ground control with those who ran them.

What is lost, and how long after partners stopped, is the graph's (:mod:`stationkeep.partnership.segments`); in each run
it comes somewhere between its earliest and its latest day. What was lost with a partner is back with it.
"""

from __future__ import annotations

import abc
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

import numpy as np

from stationkeep.simulation import causes
from stationkeep.simulation.people_events import PeopleEvents
from stationkeep.timescale import datetime_utc

if TYPE_CHECKING:
    from stationkeep.logistics.manifest import Flight
    from stationkeep.partnership.segments import SegmentLoss, SegmentNeeds

_STREAM: Final = 3
"""Of a run's luck with people: after those of flights, figures and breakdowns."""
_SAME_DAYS: Final = 1.0e-6
_STOPS, _THINNER, _GROUND = "stops", "thinner", "ground-control"

Key = tuple[str, str, str]


class SegmentBook:
    """What the segments of one run have lost, and will lose, as partners stop and take part again."""

    def __init__(self, needs: SegmentNeeds | None, luck: tuple[float, float]) -> None:
        self._needs = needs
        self._delay, self._share = luck
        self._gone: dict[str, float] = {}
        """Who has stopped, and since when, without a break."""
        self._before: tuple[float, dict[str, float]] = -np.inf, {}
        """The last moment at which that changed, and how it was until then."""
        self.ahead: dict[Key, tuple[float, SegmentLoss]] = {}
        """Every loss with the moment it comes, also those that have come."""

    def change(self, now_mjd_utc: float, stopped: frozenset[str]) -> list[float]:
        """These partners have stopped now, no others: when does something change next?

        Each loss counts from the moment at which those it hangs on had all stopped, of those still gone. Who has come
        back leaves no trace, and what happens within one moment none of its order.
        """
        if self._needs is None or stopped == self._gone.keys():
            return []
        if now_mjd_utc > self._before[0] + _SAME_DAYS:
            self._before = now_mjd_utc, self._gone
        moment, before = self._before
        self._gone = {partner: before.get(partner, moment) for partner in stopped}
        self.ahead = {}
        for began in sorted(set(self._gone.values())):
            together = frozenset(partner for partner, since in self._gone.items() if since <= began)
            for loss in self._needs.losses(together, datetime_utc(began)):
                time = began + loss.after_days(self._delay)
                if time < self.ahead.get(loss.key, (np.inf, loss))[0]:
                    self.ahead[loss.key] = time, loss
        return sorted({time for time, _ in self.ahead.values() if time > now_mjd_utc})

    def lost(self, now_mjd_utc: float) -> dict[Key, SegmentLoss]:
        """What is lost by now, the first lost first; where nothing runs any more, less power is not told."""
        found = sorted(
            ((time, key, loss) for key, (time, loss) in self.ahead.items() if time <= now_mjd_utc + _SAME_DAYS),
            key=lambda one: one[:2],
        )
        dead = {loss.segment for _, _, loss in found if loss.kind == _STOPS}
        return {key: loss for _, key, loss in found if loss.kind != _THINNER or loss.segment not in dead}

    def share_left(self, loss: SegmentLoss) -> float:
        """The power the segment's machines have left by it."""
        if loss.kind == _STOPS:
            return 0.0
        return 1.0 if loss.share_left is None else loss.share_left.quantile(self._share)


class SegmentEvents(PeopleEvents, abc.ABC):
    """The part of a run in which segments lose what others gave them; none of it where nobody is followed."""

    def __init__(self, *arguments: object) -> None:
        super().__init__(*arguments)  # type: ignore[arg-type]
        luck = self.inputs.once(("segments",), self._drawn_luck)
        self.segments = SegmentBook(None if self.setup is None else self.mission.segments, luck)
        self._lost_segments: dict[Key, SegmentLoss] = {}

    def _drawn_luck(self) -> tuple[float, float]:
        """How soon it comes and how much power is left, both in their ranges; a half each in the reference."""
        draw = self.inputs.people
        if draw is None:
            return 0.5, 0.5
        random = np.random.default_rng(draw.stream(_STREAM))
        return float(random.random()), float(random.random())

    def segments_change(self) -> None:
        """Who operates what has changed."""
        for time in self.segments.change(self.now, frozenset(self.stopped)):
            self.at(time, self.review)

    def segment_power(self) -> dict[str, float]:
        """Which share of their power is there for the machines of each segment that has not all of it?"""
        self._tell_segments()
        found: dict[str, float] = {}
        for loss in self._lost_segments.values():
            if loss.kind != _GROUND:
                found[loss.segment] = min(found.get(loss.segment, 1.0), self.segments.share_left(loss))
        return found

    def _tell_segments(self) -> None:
        """What is lost by now: what is newly so, or back, is told; flights that waited for it come again."""
        before, now = self._lost_segments, self.segments.lost(self.now)
        if now.keys() == before.keys():
            return
        self._lost_segments = now
        assert self.setup is not None
        known = {machine.segment for machine in self.aboard.state.habitat.equipment.values()}
        for key, loss in before.items():
            if key not in now:
                self.causes.end(_condition(loss))
                if (loss.segment, _STOPS, "") not in now and loss.segment in known:
                    self.note("segment-back", f"{loss.name}: {_BACK[loss.kind](loss)} again")
                if loss.kind == _GROUND and self.board.held and not self.closed:
                    self.release_flights()
        for key, loss in now.items():
            if key not in before and loss.segment in known:
                why = [one(partner) for partner in loss.partners for one in (causes.stopped, causes.frozen)]
                self.note(_KINDS[loss.kind], self._told(loss), because=why, brings=(_condition(loss),))

    def _told(self, loss: SegmentLoss) -> str:
        if loss.kind == _STOPS:
            return f"No machine that needs current runs in the {loss.name} any more: no {loss.what}"
        if loss.kind == _GROUND:
            return f"Nobody on the ground commands the {loss.name} or clears its dockings"
        share = 100.0 * self.segments.share_left(loss)
        return f"{loss.name} loses {loss.what}: {share:.0f} % of what its life support needs is left"

    def why_less_power(self, limit: str) -> list[str]:
        """As conditions: segments whose machines lack power, where what ends is air or water."""
        store = self.aboard.state.habitat.stores.get(limit)
        if store is not None and store.substance != "water":
            return []  # no machine makes food
        return [_condition(loss) for loss in self._lost_segments.values() if loss.kind != _GROUND]

    def nobody_clears(self, flight: Flight) -> str:
        """The condition for which nobody on the ground clears this flight's docking; empty: somebody does."""
        return next(iter(self.uncleared(flight.kind.catalogue)), "")

    def uncleared(self, vehicle: str | None) -> list[str]:
        """As conditions: why nobody on the ground clears this vehicle's docking; empty: somebody does."""
        needs = self.mission.segments
        if needs is None or vehicle is None or not self._lost_segments:
            return []
        by = needs.cleared_by.get(vehicle, ())
        return [
            _condition(loss) for loss in self._lost_segments.values() if loss.kind == _GROUND and loss.segment in by
        ]


def _condition(loss: SegmentLoss) -> str:
    return causes.uncommanded(loss.segment) if loss.kind == _GROUND else causes.unpowered(loss.segment)


_KINDS: Final = {_STOPS: "segment-stops", _THINNER: "segment-power", _GROUND: "ground-control-lost"}
_BACK: Final[dict[str, Callable[[SegmentLoss], str]]] = {
    _STOPS: lambda loss: f"{loss.what} is there, its machines run",
    _THINNER: lambda loss: f"{loss.what.removeprefix('the ')} is there",
    _GROUND: lambda _: "it is commanded from the ground",
}
