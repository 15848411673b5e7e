"""One station, what pushes it and from where: the case a deorbit's questions are asked about."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

from stationkeep.campaign.deorbit_setup import Start, decayed
from stationkeep.constants import EARTH_EQUATORIAL_RADIUS_KM
from stationkeep.descent.deorbit_dispersion import Dispersions
from stationkeep.descent.deorbit_flight import StationBody
from stationkeep.descent.deorbit_need import BurnProfile, DeorbitLimits, burn_profile
from stationkeep.descent.deorbit_plan import DeorbitPlan, DeorbitProblem, search
from stationkeep.errors import InputError, OrbitError
from stationkeep.propulsion.burns import Thruster
from stationkeep.propulsion.finite_burns import Ellipse

if TYPE_CHECKING:
    from stationkeep.campaign.deorbit_setup import StationToFall
    from stationkeep.campaign.deorbit_vehicle import PushingVehicle
    from stationkeep.descent.debris import DebrisMix
    from stationkeep.descent.zones import LandDistance, Zone


@dataclass(frozen=True)
class DeorbitCase:
    """A station at the start altitude with its vehicles."""

    station: StationToFall
    vehicles: tuple[PushingVehicle, ...]
    limits: DeorbitLimits
    start: Start
    thruster: Thruster
    load_kg: float
    mass_kg: float
    """With the vehicles."""
    floor_km: float | None
    """Height below which the attitude is lost; null: not known."""
    zone: Zone
    keep_out: LandDistance
    window_days: float
    errors: Dispersions = field(default_factory=Dispersions)
    given_reserve_kg: float | None = None
    """What must be left in the tanks; null: three sigma of the errors."""

    @property
    def held_limits(self) -> DeorbitLimits:
        """The limits asked for; the hold perigee never below what the attitude allows."""
        if self.floor_km is None or self.limits.hold_perigee_km >= self.floor_km:
            return self.limits
        return replace(self.limits, hold_perigee_km=self.floor_km)

    @property
    def ellipse(self) -> Ellipse:
        """The mean orbit at the start."""
        return Ellipse.of(self.start.elements)

    @cached_property
    def profile(self) -> BurnProfile | None:
        """The burns on paper; null where the last one takes more than half a revolution."""
        try:
            return burn_profile(self.ellipse, self.mass_kg, self.thruster, self.held_limits)
        except InputError:
            return None

    @property
    def last_burn_too_long(self) -> bool:
        """Whether the thrust does not suffice on paper."""
        return self.profile is None or not self.held_limits.last_burn_fits(self.profile.final.duration_s)

    def problem(self, mix: DebrisMix) -> DeorbitProblem:
        """The case as the planner wants it."""
        body = StationBody(self.mass_kg, self.station.drag_area_m2)
        return DeorbitProblem(
            self.start.elements, body, self.thruster, self.zone, self.keep_out, self.station.weather.median, mix,
            self.held_limits, self.window_days,
        )  # fmt: skip

    def reserve_kg(self, final_kg: float, total_kg: float) -> float:
        """What must be left over of a last burn and all burns that take so much."""
        return self.errors.reserve_kg(final_kg, total_kg) if self.given_reserve_kg is None else self.given_reserve_kg

    def asked_kg(self, burns: DeorbitPlan | BurnProfile) -> float:
        """Propellant these burns take, with the reserve."""
        return burns.propellant_kg + self.reserve_kg(burns.burns[-1].propellant_kg, burns.propellant_kg)

    def affords(self, plan: DeorbitPlan) -> bool:
        """Whether the propellant suffices, reserve and all."""
        return self.asked_kg(plan) <= self.load_kg

    def does(self, plan: DeorbitPlan) -> bool:
        """Whether these vehicles can fly this plan: propellant, and a last burn short enough."""
        return self.affords(plan) and self.held_limits.last_burn_fits(plan.burns[-1].duration_s)

    def cheapest(self, mix: DebrisMix) -> DeorbitPlan | None:
        """Fly it to every pass: the one of least propellant with water enough around it."""
        return None if self.profile is None else search(self.problem(mix)).cheapest()

    def from_altitude(self, altitude_km: float) -> DeorbitCase:
        """The same from another start altitude, by natural decay where the station comes from above it."""
        try:
            start = decayed(self.station, altitude_km, altitude_km)
        except OrbitError:
            # Higher than it is, or later than the Sun is forecast: the same orbit, only wider.
            wide = replace(self.start.elements, semi_major_axis_km=EARTH_EQUATORIAL_RADIUS_KM + altitude_km)
            start = Start(wide, 0.0, ())
        return replace(self, start=start)

    def with_count(self, number: int) -> DeorbitCase:
        """The same with another number of its one kind of vehicle."""
        craft = self.vehicles[0]
        share = number / craft.count
        engine = Thruster(craft.thruster.thrust_n * share, craft.thruster.specific_impulse_s)
        mass = self.station.mass_kg + craft.mass_kg * share
        return replace(self, thruster=engine, load_kg=craft.propellant_kg * share, mass_kg=mass)
