"""What one run carries along: the flight, the tanks, the providers, the attitude, and what has been lost so far."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import simpy

from stationkeep.attitude.array_modes import ArrayMode
from stationkeep.errors import StationkeepError
from stationkeep.orbit.elements import MeanElements
from stationkeep.orbit.mean_decay import FlightState, MeanFlight
from stationkeep.propulsion.feed import FeedNetwork
from stationkeep.scenario.events import ProviderAvailable
from stationkeep.scenario.pressure import Response
from stationkeep.scenario.removal import Removable, chosen, drag_area_m2
from stationkeep.simulation.array_flying import ArrayFlying
from stationkeep.simulation.attitude_keeping import AttitudeKeeper, StationAttitude
from stationkeep.simulation.causes import Causes
from stationkeep.simulation.deorbit import DeorbitWatch
from stationkeep.simulation.fall_need import FallNeed, fall_need
from stationkeep.simulation.providers import USABLE_KG, ProviderPlan, ProviderState
from stationkeep.simulation.rising import KeptAltitude, Rising
from stationkeep.simulation.station_engines import BurnEngine
from stationkeep.simulation.timeline import Function, Interruption, TimelineEvent

if TYPE_CHECKING:
    from stationkeep.catalogue.entries import Station
    from stationkeep.outcome import Outcome
    from stationkeep.partnership.segments import SegmentNeeds
    from stationkeep.scenario.events import AltitudePolicy, Withdrawal
    from stationkeep.scenario.schema import Scenario
    from stationkeep.simulation.inputs import RunInputs
    from stationkeep.simulation.people_setup import PeopleSetup

ATTITUDE: Final = "attitude"
"""The attitude thrusters' name in the feed network."""
EVERYTHING: Final = "everything"
AS_IT_WAS: Final = "as-it-was"
_COMMANDED_BY: Final = frozenset({"russian-computers", "russian-control-centre"})


@dataclass(frozen=True)
class Mission:
    """What all runs of a scenario share, prepared once."""

    scenario: Scenario
    elements: MeanElements
    """Mean elements at the epoch."""
    mass_kg: float
    providers: tuple[ProviderPlan, ...]
    partner_names: Mapping[str, str] = field(default_factory=dict)
    """Names for people by partner id."""
    people: PeopleSetup | None = None
    """Who comes and goes, and what they live on; null: the scenario follows nobody."""
    station: Station | None = None
    """The catalogue's, for what can be taken away from it; none: nothing can."""
    segments: SegmentNeeds | None = None
    """What the habitat's segments hang on, by who provides what; none: nobody described it."""

    def removals(self, event: Withdrawal) -> tuple[Removable, ...]:
        """What a withdrawing partner takes away."""
        return () if self.station is None else chosen(self.station, event.partner, event.assets)

    @cached_property
    def fall_need(self) -> FallNeed:
        """What a controlled fall of this station takes."""
        engines = [plan.thruster for plan in self.providers]
        return fall_need(self.scenario, self.elements, self.mass_kg, engines)

    @property
    def drag_area_m2(self) -> float | None:
        """The station's drag area in the catalogue."""
        return None if self.station is None else drag_area_m2(self.station)


@dataclass(frozen=True, slots=True)
class Start:
    """A moment from which the station may be left to itself: the epoch, or the end of a burn."""

    flight: FlightState
    mass_kg: float
    arrays: str = "tracking"
    """How the arrays are flown."""
    area_left: float = 1.0


class RunState:
    """One run of one branch while it flies."""

    def __init__(self, mission: Mission, branch: str, inputs: RunInputs) -> None:
        self.mission = mission
        self.scenario = mission.scenario
        self.branch = branch
        self.inputs = inputs
        self.epoch = self.scenario.epoch_mjd_utc
        self.horizon = self.scenario.horizon_mjd_utc
        self.environment = simpy.Environment()
        self.flight = MeanFlight(
            mission.elements,
            inputs.weather,
            inputs.ballistic_m2_kg,
            reentry_altitude_km=self.scenario.reentry_altitude_km,
        )
        self.mass_kg = mission.mass_kg
        self.policy: AltitudePolicy | KeptAltitude | None = self.scenario.altitude_policy
        self.rising = Rising()
        self.next_extra_mjd: dict[str, float] = {}
        """From when on a provider's partner can send another flight beside the schedule."""
        self.network = FeedNetwork()
        self.providers = [
            ProviderState(plan, inputs.provider(plan.provider.id), self.network) for plan in mission.providers
        ]
        self.attitude_tanks: ProviderState | None = None
        self.attitude = self._attitude()
        control = self.scenario.attitude
        view = self.scenario.branches[branch].attitude_view
        self.view = view if view is not None or control is None else control.view
        self.held_by = {state.id: state.plan.holders(self.view) for state in self.providers}
        """What can hold the attitude while a provider burns, any one of them."""
        self.events: list[TimelineEvent] = []
        self.causes = Causes()
        self.outcome: Outcome | None = None
        self.raising = False
        self.let_down = False
        """Whether a partner has decided on a controlled end."""
        self.end_failed = False
        """Whether its last burn has failed: it is flown once."""
        self.end_refused: set[str] = set()
        """What was told of why it cannot be flown."""
        self.next_burn_mjd = -np.inf
        self.to_be_enabled: set[str] = set()
        self.not_delivering: set[str] = set()
        self.stopped: set[str] = set()
        self.burn_count = 0
        self.attitude_just_lost = False
        lowest = {state.plan.provider.lowest_altitude_km for state in self.providers}
        self.levels_km = [level for level in lowest if level is not None]
        """Altitudes at which something ends on the way down."""
        if self.providers:
            self.levels_km.append(self.mission.fall_need.from_altitude_km)
        self.gone: dict[Function, float] = {}
        """Since when each function is lost; what came back is not in it."""
        self.interruptions: list[Interruption] = []
        self.last_by: dict[Function, str] = {}
        """Who provided a function last."""
        self.arrays = ArrayFlying(control.arrays if control is not None else "tracking")
        self.area_left = 1.0
        """Share of the station's drag area that has not been taken away."""
        self.area_factor = 1.0
        """Area the air meets, over that of the epoch: craft come and go."""
        self.starts = [self.start_here()]
        self.watches = self._deorbit_watches()
        """Over a controlled fall, and over one without what is hindsight: ``everything`` and ``as-it-was``."""
        self.missing: list[str] = []
        """Assets out of service."""
        self.longest_burn_s = {state.id: state.plan.provider.max_burn_duration_s for state in self.providers}
        """How long each provider may burn at a time."""
        self.usual_engines = {
            state.id: BurnEngine(state.plan.in_sentence, state.thruster, np.inf, state.plan.turn_deg)
            for state in self.providers
        }
        """What each provider burns with where nothing is known of who is docked."""
        self.not_before_mjd: dict[str, float] = {}
        """From when on a provider that had to be bought first can come."""
        self.undocked: set[str] = set()
        self.ports_closed: set[str] = set()
        """Modules that are about to be taken away: nobody docks there any more."""
        """Modules and craft of the epoch that have been taken away."""
        self.taken_away_kg = 0.0

    def _deorbit_watches(self) -> dict[str, DeorbitWatch]:
        need = self.mission.fall_need
        events = self.scenario.branches[self.branch].events
        used = {event.provider for event in events if isinstance(event, ProviderAvailable | Response)}
        late = [state.plan.provider for state in self.providers if state.plan.provider.hindsight]
        both = any(provider.enabled or provider.id in used for provider in late)
        return {name: DeorbitWatch(need) for name in ((EVERYTHING, AS_IT_WAS) if both else (EVERYTHING,))}

    def start_here(self) -> Start:
        """This moment, as one from which the station may be left to itself."""
        return Start(self.flight.snapshot(), self.mass_kg, self.arrays.mode, self.area_left * self.area_factor)

    def fly_arrays(self, mode: str) -> None:
        """The large arrays are flown in this way from now on."""
        self.arrays.mode = ArrayMode(mode)
        self.starts.append(self.start_here())

    def _attitude(self) -> AttitudeKeeper | None:
        control = self.scenario.attitude
        if control is None:
            return None
        owner = next(state for state in self.providers if state.id == control.tanks_of)
        self.network.feeds[ATTITUDE] = owner.plan.tank_names
        self.attitude_tanks = owner
        area_m2 = self.scenario.drag.ballistic_coefficient_m2_kg * self.scenario.drag.reference_mass_kg
        draw = self.inputs.attitude
        station = self.inputs.once(
            ("attitude", control.failed_gyros, area_m2), lambda: StationAttitude.of(control, draw, area_m2)
        )
        return AttitudeKeeper(control, draw, area_m2, station)

    # --- time and events --------------------------------------------------------------------------------------------

    @property
    def now(self) -> float:
        """Modified Julian day (UTC)."""
        now: float = self.epoch + self.environment.now
        return now

    @property
    def altitude_km(self) -> float:
        """Mean altitude now."""
        return self.flight.mean_altitude_km

    def at(self, time_mjd_utc: float, action: Callable[[], None]) -> None:
        """Put something on the calendar: before the flight, or from an action while it goes on.

        What is of the same moment happens in the order in which it was put there; what lies after the horizon, never.
        """
        if time_mjd_utc <= self.horizon:
            # A callback and not a process of its own: half of SimPy's work for the same order of things.
            moment = self.environment.timeout(max(time_mjd_utc - self.now, 0.0))
            moment.callbacks.append(lambda _: action())

    def note(
        self, kind: str, title: str, *, because: Iterable[str] = (), brings: Iterable[str] = (), **details: Any
    ) -> None:
        """Add to the story of the run: ``because`` of which conditions, and which it ``brings`` about."""
        causes = self.causes.events(because)
        self.events.append(TimelineEvent(self.now, kind, title, self.altitude_km, **details, because=causes))
        self.causes.begin(brings, len(self.events) - 1)

    @property
    def drag_per_mass(self) -> float:
        """On the fitted coefficient: braked less by more mass, and by less area.

        StationkeepError where the mass or the area is none: the run's accounts are wrong, and so would be its answer.
        """
        if self.mass_kg <= 0.0 or self.area_left * self.area_factor <= 0.0:
            share = self.area_left * self.area_factor
            raise StationkeepError(
                f"run {self.inputs.index} of branch {self.branch!r}: the station has {self.mass_kg / 1000.0:.1f} t and "
                f"{share:.2f} of its area on day {self.flight.time_mjd_utc - self.epoch:.0f}: more has left than came; "
                "this is a fault of the program, not of the scenario"
            )
        return self.scenario.drag.reference_mass_kg / self.mass_kg * (self.area_left * self.area_factor)

    # --- who can do what --------------------------------------------------------------------------------------------

    def available_kg(self, provider: ProviderState) -> float:
        """What a reboost may take: what its engine can draw, less what the attitude is to keep."""
        if self.attitude is None or provider is not self.attitude_tanks:
            return provider.usable_kg
        return provider.usable_kg - self.attitude.control.reserve_days * self.attitude.kg_day

    @property
    def attitude_kg(self) -> float:
        """What the attitude thrusters can draw."""
        return 0.0 if self.attitude_tanks is None else self.attitude_tanks.usable_kg

    def attitude_allows(self, provider: ProviderState) -> bool:
        """Whether something holds the attitude while this one burns, and commands and current reach it."""
        if self.stopped and not self.stopped.isdisjoint(provider.plan.provider.push_needs):
            return False
        if self.attitude is None:
            return True
        if self.missing and provider is self.attitude_tanks and not _COMMANDED_BY.isdisjoint(self.missing):
            return False
        return not self.attitude.holders.isdisjoint(self.held_by[provider.id])

    def feeds_attitude(self, provider: ProviderState) -> bool:
        """Whether the attitude's thrusters can draw on its tanks: that holds the station even where nobody can push."""
        return provider is self.attitude_tanks and _COMMANDED_BY.isdisjoint(self.missing)

    def pushes_now(self, provider: ProviderState) -> bool:
        """Whether it can reboost at this moment."""
        if not (provider.present and provider.operating and provider.enabled and provider.plan.reboosts):
            return False
        return (
            provider.can_push(self.now, self.flight.mean_altitude_km)
            and not self.is_kept_from_pushing(provider)
            and self.available_kg(provider) > USABLE_KG
            and self.attitude_allows(provider)
            and self.engine_now(provider) is not None
        )

    def engine_now(self, provider: ProviderState) -> BurnEngine | None:
        """What a provider burns with at this moment; none: nothing on its tanks can push."""
        return self.usual_engines[provider.id]

    def is_kept_from_pushing(self, provider: ProviderState) -> bool:
        """Whether its vehicle has been taken away, or sanctions leave nothing of its burns."""
        return False

    def pusher(self) -> ProviderState | None:
        """Who would reboost at this moment: the first that can, in the scenario's order."""
        for provider in self.providers:
            if self.pushes_now(provider):
                return provider
        return None

    def is_in_the_branch(self, provider: ProviderState) -> bool:
        """Whether this branch has it, now or later, whether or not it works."""
        return provider.enabled or provider.id in self.to_be_enabled

    def plays_a_part(self, provider: ProviderState) -> bool:
        """Whether this branch uses it, now or later."""
        return provider.operating and self.is_in_the_branch(provider)

    def partner_name(self, partner: str) -> str:
        """For people."""
        return self.mission.partner_names.get(partner, partner)

    def mark(self, function: Function, possible: bool) -> None:
        """Remember since when a function is lost, or that it is back."""
        if possible:
            since = self.gone.pop(function, self.now)
            # whether debris could be avoided is asked only when some comes: when it was back is not known
            if since < self.now and function is not Function.AVOIDANCE:
                self.interruptions.append(Interruption(function, since, self.now))
        else:
            self.gone.setdefault(function, self.now)
