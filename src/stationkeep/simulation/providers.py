"""Who can push the station at a moment, from which tanks, and with how much propellant."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Final

from stationkeep.propulsion.burns import Thruster
from stationkeep.propulsion.tanks import Tank
from stationkeep.scenario.performance import engine_of, engine_performance
from stationkeep.scenario.schedule import Delivery, Stay, deliveries, stays
from stationkeep.simulation.station_engines import DockedPush, docked_push
from stationkeep.timescale import mjd_utc

if TYPE_CHECKING:
    from stationkeep.catalogue.entries import Tank as TankEntry
    from stationkeep.catalogue.figure import Figure
    from stationkeep.catalogue.store import Catalogue
    from stationkeep.propulsion.feed import FeedNetwork
    from stationkeep.scenario.schema import Provider, Scenario
    from stationkeep.simulation.inputs import ProviderDraw

USABLE_KG = 1.0
"""Less than this is not worth a burn."""
AT_LEVEL_KM = 1.0e-6  # the engine stops at a level within a millimetre
_TURNS_DEG = {"forward": 0.0, "pitched": 90.0, "backward": 180.0}
_UNDISPUTED = ("station-thrusters",)  # what any push can do with


CANNOT_BE_DRAWN: Final = "aboard at the epoch, cannot be drawn"
"""In the ledger: what stays behind when engines have run a tank dry."""


def in_sentence(label: str) -> str:
    """A label amid a sentence: an article at its beginning is small there."""
    return f"the {label[4:]}" if label.startswith("The ") else label


@dataclass(frozen=True)
class ProviderPlan:
    """What a scenario says of a provider, looked up once for all runs."""

    provider: Provider
    label: str
    thruster: Thruster
    deliveries: tuple[Delivery, ...]
    stays: tuple[Stay, ...]
    from_mjd_utc: float
    until_mjd_utc: float
    holders_by_view: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """What can hold the attitude while it burns, by whose account (``agreed``: nobody disputes it)."""
    tanks: tuple[TankEntry, ...] = ()
    """The catalogue's tanks that hold its propellant; none: one without a limit."""
    docking_mass_kg: float = 0.0
    thrust_range_n: Figure | None = None
    """The catalogue's, where the scenario gives no number of its own; so for the impulse."""
    impulse_range_s: Figure | None = None
    turn_deg: float = 0.0
    """By how much the station must be turned for its burns, and back afterwards."""
    only_port: str | None = None
    """The one port from which its vehicle, which comes and goes, can push; none: several, or tanks that stay."""
    docked_push: DockedPush | None = None
    """Where craft come and go: what must be docked for a push, and what pushes without; none: it is always the same."""

    def drawn_thruster(self, draw: ProviderDraw) -> Thruster:
        """Its engine in one run, drawn from what is known of it."""
        usual = self.thruster
        thrust, impulse = self.thrust_range_n, self.impulse_range_s
        return Thruster(
            usual.thrust_n if thrust is None or draw.thrust is None else thrust.quantile(draw.thrust),
            usual.specific_impulse_s if impulse is None or draw.impulse is None else impulse.quantile(draw.impulse),
        )

    @property
    def name(self) -> str:
        """The label without the place: ``Progress at Zvezda's aft port`` is ``Progress``."""
        return self.label.split(" at ", maxsplit=1)[0]

    @property
    def in_sentence(self) -> str:
        """The label amid a sentence."""
        return in_sentence(self.label)

    @property
    def tank_names(self) -> tuple[str, ...]:
        """Its tanks in the feed network."""
        return tuple(tank.id for tank in self.tanks) or (self.provider.id,)

    def holders(self, view: str | None) -> tuple[str, ...]:
        """What can hold the attitude while it burns, any one of them."""
        if "agreed" in self.holders_by_view:
            return self.holders_by_view["agreed"]
        return self.holders_by_view.get(view or "", _UNDISPUTED)

    @cached_property
    def reboosts(self) -> bool:
        """Whether it is there to reboost (and not for the controlled end only)."""
        return self.provider.purpose == "reboost"

    @cached_property
    def too_low_below_km(self) -> float:
        """Mean altitude below which it neither comes nor pushes; minus infinity: it comes everywhere."""
        lowest = self.provider.lowest_altitude_km
        return -float("inf") if lowest is None else lowest + AT_LEVEL_KM

    @cached_property
    def delivery_times(self) -> tuple[float, ...]:
        """When its deliveries come [MJD UTC]."""
        return tuple(delivery.time_mjd_utc for delivery in self.deliveries)

    @cached_property
    def arrival_times(self) -> tuple[float, ...]:
        """When its vehicles come [MJD UTC]."""
        return tuple(stay.arrives_mjd_utc for stay in self.stays)


def plan_providers(scenario: Scenario, catalogue: Catalogue) -> tuple[ProviderPlan, ...]:
    """The providers of a scenario with their engines and tanks from the catalogue, in order of preference."""
    return tuple(_plan(provider, scenario, catalogue) for provider in scenario.providers)


def _plan(provider: Provider, scenario: Scenario, catalogue: Catalogue) -> ProviderPlan:
    performance, engine = engine_performance(provider, catalogue), engine_of(provider, catalogue)
    wanted = provider.propellant.tanks if provider.propellant is not None else ()
    by_name = {tank.id: tank for tank in catalogue.stations[scenario.station].tanks} if wanted else {}
    vehicle = catalogue.vehicles.get(provider.vehicle or "")
    mass = vehicle.launch_mass_kg if vehicle is not None else None
    tanks = tuple(by_name[name] for name in wanted)
    return ProviderPlan(
        provider=provider,
        label=provider.label or provider.id,
        thruster=Thruster(performance.thrust_n, performance.specific_impulse_s),
        deliveries=deliveries(provider, scenario),
        stays=stays(provider, scenario),
        from_mjd_utc=-float("inf") if provider.available_from_utc is None else mjd_utc(provider.available_from_utc),
        until_mjd_utc=float("inf") if provider.available_until_utc is None else mjd_utc(provider.available_until_utc),
        holders_by_view=_holders(provider, catalogue),
        tanks=tanks,
        docking_mass_kg=mass.best if mass is not None else 0.0,
        thrust_range_n=engine.thrust_n if engine is not None and provider.thrust_n is None else None,
        impulse_range_s=engine.specific_impulse_s
        if engine is not None and provider.specific_impulse_s is None
        else None,
        turn_deg=_turn_deg(provider, catalogue),
        only_port=_only_port(provider, scenario, catalogue) if provider.visits else None,
        docked_push=docked_push(provider, tanks, scenario, catalogue),
    )


def _only_port(provider: Provider, scenario: Scenario, catalogue: Catalogue) -> str | None:
    """Where its vehicles dock to push, if that is one place: by its flights, else by the catalogue."""
    vehicle = catalogue.vehicles.get(provider.vehicle or "")
    pushes = frozenset(vehicle.pushes[0].ports) if vehicle is not None and vehicle.pushes else frozenset()
    flights = scenario.traffic.flights if scenario.traffic is not None else ()
    named = frozenset(port for flight in flights if flight.provider == provider.id for port in flight.ports)
    ports = (named & pushes) or named or pushes
    return next(iter(ports)) if len(ports) == 1 else None


def _turn_deg(provider: Provider, catalogue: Catalogue) -> float:
    vehicle = catalogue.vehicles.get(provider.vehicle or "")
    if provider.engine is not None or vehicle is None or not vehicle.pushes:
        return 0.0
    return _TURNS_DEG[vehicle.pushes[0].raises_flying or "forward"]


def _holders(provider: Provider, catalogue: Catalogue) -> dict[str, tuple[str, ...]]:
    if provider.attitude_from is not None:
        return {"agreed": tuple(provider.attitude_from)}
    vehicle = catalogue.vehicles.get(provider.vehicle or "")
    if vehicle is None or not vehicle.pushes:
        return {"agreed": ("gyros", "station-thrusters")}
    return {claim.view: tuple(claim.holders) for claim in vehicle.pushes[0].attitude}


@dataclass
class ProviderState:
    """A provider during one run: what is in its tanks, whether it may push."""

    plan: ProviderPlan
    draw: ProviderDraw
    network: FeedNetwork
    enabled: bool = field(init=False)
    operating: bool = True
    """False while its partner does not operate it, and once it is lost."""
    present: bool = field(init=False)
    """Whether the vehicle is at the station (always, for tanks that stay)."""
    id: str = field(init=False)
    """Its name in the scenario, and in the feed network."""
    tanks: list[Tank] = field(init=False)
    thruster: Thruster = field(init=False)
    """Its engine as drawn for this run."""
    has_burnt: bool = False
    lost: bool = False
    """By an event of its own, for good."""
    moved: dict[float, float] = field(default_factory=dict)
    """Flights that were brought forward: planned time, and when they come."""
    leaves_mjd_utc: float = -float("inf")
    """When the vehicle that is there leaves."""

    def __post_init__(self) -> None:
        self.id = self.plan.provider.id
        self.thruster = self.plan.drawn_thruster(self.draw)
        self.enabled = self.plan.provider.enabled
        self.present = not self.plan.stays
        for name in self.plan.tank_names:
            entry = next((tank for tank in self.plan.tanks if tank.id == name), None)
            residual = entry.residual_kg if entry is not None else None
            self.network.add(
                Tank(
                    name,
                    capacity_kg=float("inf") if entry is None else self._capacity_kg(entry),
                    residual_kg=0.0 if residual is None else residual.quantile(self.draw.residual),
                ),
                feeds=(self.id,),
            )
        self.tanks = [self.network.tanks[name] for name in self.plan.tank_names]

    def _capacity_kg(self, entry: TankEntry) -> float:
        drawn = self.draw.capacity
        return entry.capacity_kg.best if drawn is None else entry.capacity_kg.quantile(drawn)

    @property
    def deorbit_thrust_n(self) -> float:
        """Thrust for a controlled fall."""
        return self.plan.provider.deorbit_thrust_n or self.thruster.thrust_n

    @property
    def usable_kg(self) -> float:
        """What its engine can draw now."""
        total = 0.0
        for tank in self.tanks:  # as Tank.usable_kg, which a run would ask ten thousand times
            usable = tank.content_kg - tank.residual_kg - tank.reserved_kg
            if usable > 0.0:
                total += usable
        return total

    def begin(self, epoch_mjd_utc: float) -> None:
        """Fill the tanks with what is aboard at the epoch: what cannot be drawn, and what can."""
        for tank in self.tanks:
            if tank.residual_kg > 0.0:
                tank.fill(epoch_mjd_utc, tank.residual_kg, CANNOT_BE_DRAWN)
        propellant = self.plan.provider.propellant
        if propellant is not None:
            self.fill(epoch_mjd_utc, propellant.initial_kg.quantile(self.draw.initial), "aboard at the epoch")

    def fill(self, time_mjd_utc: float, amount_kg: float, reason: str) -> float:
        """Fill the tanks in their order; says how much went in, less than was brought where they are full."""
        left = amount_kg
        for tank in self.tanks:
            share = min(left, tank.room_kg)
            if share > 0.0:
                tank.fill(time_mjd_utc, share, reason)
                left -= share
        return amount_kg - left

    def empty(self, time_mjd_utc: float, reason: str) -> float:
        """Take out all there is and say how much it was."""
        return sum(tank.empty(time_mjd_utc, reason) for tank in self.tanks)

    def too_low(self, mean_altitude_km: float) -> bool:
        """Whether the station has sunk below where this provider comes and pushes."""
        return mean_altitude_km < self.plan.too_low_below_km

    def can_push(self, now_mjd_utc: float, mean_altitude_km: float) -> bool:
        """Whether it can burn now, were there propellant for it and its attitude held."""
        plan = self.plan
        if not (self.enabled and self.operating and self.present and plan.reboosts):
            return False
        return plan.from_mjd_utc <= now_mjd_utc < plan.until_mjd_utc and mean_altitude_km >= plan.too_low_below_km

    def could_push_after(self, now_mjd_utc: float, load_foreseen: bool, will_be_enabled: bool) -> bool:
        """Whether it can burn now or at any later date that is already foreseen.

        ``load_foreseen``: :meth:`next_load` finds one; ``will_be_enabled``: a later event enables it.
        """
        if not (self.plan.reboosts and self.operating and (self.enabled or will_be_enabled)):
            return False
        return now_mjd_utc < self.plan.until_mjd_utc and (load_foreseen or self.usable_kg > USABLE_KG)

    def next_load(self, now_mjd_utc: float, not_delivering: Collection[str]) -> tuple[float, float] | None:
        """When does the next of its deliveries or stays come, with how many kilograms? None: nothing is foreseen."""
        due = self.next_flight(now_mjd_utc, not_delivering)
        return None if due is None else (self.time_of(due), self.amount_kg(due))

    def amount_kg(self, due: Delivery | Stay) -> float:
        """What it brings, to tanks as they are now."""
        if isinstance(due, Delivery):
            return due.load_kg(self.usable_kg, self.draw.delivery)
        return due.propellant_kg.quantile(self.draw.delivery)

    def sender(self, due: Delivery | Stay) -> str:
        """Whose flight it is."""
        return due.partner if isinstance(due, Delivery) else self.plan.provider.partner

    def next_flight(self, now_mjd_utc: float, not_delivering: Collection[str] = ()) -> Delivery | Stay | None:
        """The next of its deliveries or stays that is still to come."""
        plan = self.plan
        for index in range(bisect_right(plan.delivery_times, now_mjd_utc), len(plan.deliveries)):
            delivery = plan.deliveries[index]
            if delivery.partner not in not_delivering and delivery.time_mjd_utc not in self.moved:
                return delivery
        if plan.provider.partner in not_delivering:
            return None
        for index in range(bisect_right(plan.arrival_times, now_mjd_utc), len(plan.stays)):
            if plan.stays[index].arrives_mjd_utc not in self.moved:
                return plan.stays[index]
        return None

    @staticmethod
    def time_of(due: Delivery | Stay) -> float:
        """When it was planned to come [MJD UTC]."""
        return due.time_mjd_utc if isinstance(due, Delivery) else due.arrives_mjd_utc
