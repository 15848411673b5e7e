"""What one run carries along of its people: the flights foreseen, the habitat, and the book of what happened."""

from __future__ import annotations

import abc
import math
from collections.abc import Iterable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Final

from stationkeep.logistics.crew import side_of
from stationkeep.simulation.aboard import Aboard
from stationkeep.simulation.attitude_events import AttitudeEvents
from stationkeep.simulation.attitude_keeping import Hold
from stationkeep.simulation.flight_board import FlightBoard
from stationkeep.simulation.people_course import CourseBook
from stationkeep.simulation.people_hours import HoursBook
from stationkeep.simulation.people_words import STORE_EMPTY, nothing_left, words
from stationkeep.simulation.providers import AT_LEVEL_KM

if TYPE_CHECKING:
    from stationkeep.habitat.habitat import Habitat
    from stationkeep.logistics.manifest import Trip
    from stationkeep.scenario.schedule import Delivery, Stay
    from stationkeep.simulation.inputs import RunInputs
    from stationkeep.simulation.people_setup import PeopleSetup
    from stationkeep.simulation.providers import ProviderState
    from stationkeep.simulation.run_state import Mission
    from stationkeep.simulation.station_engines import BurnEngine


_RESERVE_DAYS: Final = 45.0
"""A reserve is what those aboard use in this time (ABC News, December 2004, quoting NASA)."""


class PeopleState(AttitudeEvents, abc.ABC):
    """A run with people, as far as its scenario follows any (:attr:`setup`; none: nothing here does anything)."""

    def __init__(self, mission: Mission, branch: str, inputs: RunInputs) -> None:
        super().__init__(mission, branch, inputs)
        self.setup: PeopleSetup | None = mission.people
        if self.setup is None:
            return
        traffic, drag = self.setup.traffic, self.scenario.drag
        world = inputs.once(("people",), partial(self.setup.world, inputs.people))
        self.board = FlightBoard(self.setup.plan, world.luck, self.epoch, world.known_flights)
        self.aboard = Aboard(self.setup, world)
        self.book = CourseBook(self.epoch, self.board.traffic)
        self.hours = _hours_book(self.aboard.state.habitat, self.epoch)
        self.hours.people(self.epoch, self.aboard.people)
        self.look = 0
        """Goes up whenever what lies ahead is worked out anew: decisions put on the calendar before are void."""
        self.conditions: tuple[object, ...] = ()
        """Control, altitude, partners and arrays as they last were."""
        self.tumbling_since = math.inf
        self.supplied = True
        """Whether cargo has come since flights were last asked to come again."""
        self.extra_flights = 0
        self.not_flown_awaited: set[str] = set()
        """Flights that will not fly, of which the story tells when they should have been launched, or has told."""
        self._changing_mjd = -math.inf
        self._awaited = (0, -math.inf)
        self._own_engines: dict[tuple[str, str], BurnEngine] = {}
        """The station's own engines as this run has drawn them, by provider and label."""
        self._station_area_m2 = drag.ballistic_coefficient_m2_kg * drag.reference_mass_kg / traffic.drag_coefficient
        self.levels_km.append(traffic.lowest_altitude_km)

    def add_craft(self, mass_kg: float, area_m2: float) -> None:
        """A craft comes (or goes: negative), with its mass and what it adds to the area the air meets."""
        self.mass_kg += mass_kg
        self.area_factor += area_m2 / self._station_area_m2

    # --- how it is ----------------------------------------------------------------------------------------------------

    @property
    def tumbles(self) -> bool:
        """Whether the attitude is lost."""
        return self.attitude is not None and self.attitude.state is Hold.LOST

    @property
    def too_low_for_people(self) -> bool:
        """Whether it has sunk to where nobody comes or stays."""
        assert self.setup is not None
        return self.altitude_km < self.setup.traffic.lowest_altitude_km + AT_LEVEL_KM

    @property
    def closed(self) -> bool:
        """Whether nobody can come."""
        return self.tumbles or self.too_low_for_people

    @property
    def why_closed(self) -> str:
        """In words, why nobody can come; empty: somebody can."""
        if self.too_low_for_people:
            return "the station is too low"
        return "the station tumbles" if self.tumbles else ""

    def sides(self, trips: Iterable[Trip]) -> dict[str, int]:
        """How many of these people belong to each side of the habitat."""
        assert self.setup is not None
        counts, side = dict.fromkeys(self.aboard.state.habitat.sides, 0), self.setup.life_support.sides
        for trip in trips:
            counts[side[side_of(trip)]] += 1
        return counts

    def people_ahead(self, now: Mapping[str, int]) -> dict[str, float]:
        """How many of each side are aboard by plan in the time a reserve is for, on average; ``now``: how many are."""
        left, begins = dict.fromkeys(now, 0.0), self.now
        for event in self.board.traffic.due(begins + _RESERVE_DAYS):
            if not (event.came or event.went):
                continue
            share = 1.0 - (event.time_mjd_utc - begins) / _RESERVE_DAYS
            for trips, sign in ((event.came, share), (event.went, -share)):
                for side, number in self.sides(trips).items() if trips else ():
                    left[side] += sign * number
        return {side: max(number + left[side], 0.0) for side, number in now.items()}

    def engine_now(self, provider: ProviderState) -> BurnEngine | None:
        """What a provider burns with: its craft where one is docked that can push, else the station's own engine."""
        push = provider.plan.docked_push
        if self.setup is None or push is None or provider.id not in self.setup.linked:
            return super().engine_now(provider)
        traffic, kinds = self.board.traffic, self.setup.kinds_of[provider.id]
        for port in push.ports:
            flight = traffic.at(port)
            if flight is not None and flight.kind.id in kinds:
                return super().engine_now(provider)
        for engine in push.engines:
            if all(traffic.at(port) is None for port in engine.ports_to_be_free):
                drawn = self._own_engines.get((provider.id, engine.label))
                burn = drawn or self._own_engines.setdefault((provider.id, engine.label), engine.drawn(provider.draw))
                held = self.attitude is None or not self.attitude.holders.isdisjoint(burn.holders or ())
                return burn if held else None
        return None

    # --- up to date -----------------------------------------------------------------------------------------------

    def bring_up_to_date(self) -> None:
        """The habitat goes on to now; what went overboard is no longer carried."""
        news, overboard = self.aboard.advance(self.now)
        self.mass_kg -= overboard
        for event in news:
            if event.kind == "store-empty":
                self.note(STORE_EMPTY, nothing_left(self.aboard.state, event.subject))
            elif event.kind == "fell-below" and event.subject.endswith(" reserve"):
                self.note("store-reserve", f"{words(event.subject.removesuffix(' reserve'))}: the reserve is reached")
            else:
                self.note("bad-air", f"Air: {words(event.subject)}")

    def after_change(self) -> None:
        """Something changed from outside: who is aboard, what is in the stores, what runs, who may come."""
        self.bring_up_to_date()
        traffic = self.board.traffic
        self.aboard.even_out(self.stopped)
        counts = self.sides(traffic.people)
        if counts != self.aboard.people:
            self.aboard.set_people(counts)
            self.hours.people(self.now, counts)
        self.aboard.expect(self.people_ahead(counts))
        self.aboard.record()
        self.book.seats(self.now, traffic)
        self.look_ahead()

    def change_soon(self) -> None:
        """The same once everything else of this moment has happened: its order must not matter."""
        if self._changing_mjd != self.now:
            self._changing_mjd = self.now
            self.at(self.now, self._change)

    def _change(self) -> None:
        self._changing_mjd = -math.inf
        self.after_change()

    @abc.abstractmethod
    def look_ahead(self) -> None:
        """What is foreseen, and when something must be decided or told next."""

    # --- done elsewhere -------------------------------------------------------------------------------------------

    @abc.abstractmethod
    def deliver(self, provider: ProviderState, delivery: Delivery) -> None:
        """Propellant arrives for tanks that stay."""

    @abc.abstractmethod
    def arrive(self, provider: ProviderState, stay: Stay) -> None:
        """A vehicle comes with its own propellant."""

    @abc.abstractmethod
    def leave(self, provider: ProviderState, stay: Stay | None) -> None:
        """The visitor goes."""

    @abc.abstractmethod
    def _can_come(self, provider: ProviderState) -> bool:
        """Whether it is high enough, and held still enough, for an arrival."""

    @abc.abstractmethod
    def _state(self, provider_id: str) -> ProviderState:
        """A provider by its id."""


def _hours_book(habitat: Habitat, epoch_mjd_utc: float) -> HoursBook:
    segments = {machine.segment for machine in habitat.equipment.values()}
    return HoursBook(epoch_mjd_utc, habitat.sides, segments)
