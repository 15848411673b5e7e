"""The parts of a deorbit's answer: what was computed, in the numbers a document carries."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from stationkeep.campaign.deorbit_document import (
    DeorbitBurn,
    DeorbitEntry,
    DeorbitFootprint,
    DeorbitParking,
    DeorbitPass,
    DeorbitVehicle,
    ParkingAltitude,
)
from stationkeep.constants import SECONDS_PER_DAY
from stationkeep.descent.deorbit_flight import BREAK_UP_KM
from stationkeep.descent.deorbit_plan import clear_water
from stationkeep.descent.footprint import LEVEL, Footprint
from stationkeep.descent.parking import EXPOSURE_SPREAD, PUBLISHED, ParkingTrade
from stationkeep.orbit.precise_tables import geodetic_from_itrs
from stationkeep.timescale import iso_utc

if TYPE_CHECKING:
    from stationkeep.campaign.deorbit_vehicle import PushingVehicle
    from stationkeep.descent.deorbit_dispersion import Dispersed
    from stationkeep.descent.deorbit_plan import DeorbitPlan, FlownBurn
    from stationkeep.descent.zones import LandDistance, Zone

_SHOWN_IMPACTS = 1000
_SHOWN_TRACK = 200
_AXIS_STEP_KM = 20.0


def vehicle_part(craft: PushingVehicle) -> DeorbitVehicle:
    """What pushes."""
    return DeorbitVehicle(
        id=craft.id, name=craft.label, count=craft.count, thrust_n=round(craft.thruster.thrust_n, 1),
        specific_impulse_s=round(craft.thruster.specific_impulse_s, 1), propellant_kg=round(craft.propellant_kg, 1),
        mass_kg=round(craft.mass_kg, 1),
    )  # fmt: skip


def burn_part(burn: FlownBurn) -> DeorbitBurn:
    """One burn."""
    return DeorbitBurn(
        start_utc=iso_utc(burn.start_mjd_utc), duration_s=round(burn.duration_s, 1),
        delta_v_m_s=round(burn.delta_v_m_s, 2), propellant_kg=round(burn.propellant_kg, 1),
        perigee_km=round(burn.perigee_km, 1), apogee_km=round(burn.apogee_km, 1),
    )  # fmt: skip


def pass_part(plan: DeorbitPlan, chosen: bool) -> DeorbitPass:
    """One pass of the zone."""
    north, east = plan.impacts.latitude_deg, plan.impacts.longitude_deg
    return DeorbitPass(
        final_burn_utc=iso_utc(plan.burns[-1].start_mjd_utc), ascending=plan.ascending,
        heel_latitude_deg=round(float(north[0]), 2), heel_longitude_deg=round(float(east[0]), 2),
        toe_latitude_deg=round(float(north[-1]), 2), toe_longitude_deg=round(float(east[-1]), 2),
        margin_km=round(plan.margin_km), chosen=chosen,
    )  # fmt: skip


def entry_part(plan: DeorbitPlan) -> DeorbitEntry:
    """The path without errors."""
    place = geodetic_from_itrs(plan.interface.state[None, :3])[0]
    falls = plan.break_up.time_mjd_utc + plan.impacts.fall_s / SECONDS_PER_DAY
    return DeorbitEntry(
        interface_utc=iso_utc(plan.interface.time_mjd_utc),
        interface_latitude_deg=round(float(place[0]), 2),
        interface_longitude_deg=round(float(place[1]), 2),
        flight_path_deg=round(plan.flight_path_deg, 3),
        break_up_utc=iso_utc(plan.break_up.time_mjd_utc),
        break_up_altitude_km=BREAK_UP_KM,
        impact_lightest_utc=iso_utc(float(falls[0])),
        impact_densest_utc=iso_utc(float(falls[-1])),
    )


def footprint_part(found: Footprint, dispersed: Dispersed, zone: Zone, keep_out: LandDistance) -> DeorbitFootprint:
    """The area where debris falls."""
    falls = dispersed.nominal
    along, _ = found.frame.coordinates_km(falls.latitude_deg.ravel(), falls.longitude_deg.ravel())
    spans = np.ptp(along.reshape(falls.latitude_deg.shape), axis=1)
    foreign, home = keep_out.distances_km(found.contour_deg[:, 0], found.contour_deg[:, 1])
    outside = ~zone.contains(falls.latitude_deg, falls.longitude_deg)
    return DeorbitFootprint(
        length_km=round(found.length_km, 1),
        width_km=round(found.width_km, 1),
        centre_lat_deg=round(found.centre_latitude_deg, 3),
        centre_lon_deg=round(found.centre_longitude_deg, 3),
        bearing_deg=round(found.bearing_deg, 1),
        level=LEVEL,
        contour=[(round(float(a), 3), round(float(b), 3)) for a, b in found.contour_deg],
        one_fall_length_km=round(float(np.median(spans)), 1),
        nearest_land_km=round(float(min(foreign.min(), home.min())), 0),
        sticks_out_km=round(_sticking_out_km(found, zone, keep_out)),
        runs_dry=falls.dry,
        dry_short_m_s=round(float(falls.short_m_s.max(initial=0.0)), 2),
        share_outside_zone=float(f"{outside.mean():.3g}"),
    )


def _sticking_out_km(found: Footprint, zone: Zone, keep_out: LandDistance) -> float:
    """How far the contour reaches beyond clear water: from its worst corner to the nearest clear place inside it."""
    clear = clear_water(zone, keep_out, found.contour_deg[:, 0], found.contour_deg[:, 1])
    if clear.all():
        return 0.0
    along, across = found.frame.coordinates_km(found.contour_deg[:, 0], found.contour_deg[:, 1])
    axis = np.arange(along.min(), along.max(), _AXIS_STEP_KM)
    wet = clear_water(zone, keep_out, *found.frame.places(axis, np.zeros_like(axis)))
    places = np.concatenate([np.column_stack([along, across])[clear], np.column_stack([axis, 0.0 * axis])[wet]])
    if not len(places):
        return found.length_km
    apart = np.column_stack([along, across])[~clear][:, None, :] - places
    return max(float(np.hypot(apart[..., 0], apart[..., 1]).min(axis=1).max()), 1.0)


def parking_part(trade: ParkingTrade) -> DeorbitParking:
    """The trade of parking high, with what was published."""
    (low, often), (high, seldom) = PUBLISHED
    return DeorbitParking(
        from_altitude_km=round(trade.from_altitude_km, 1),
        surface_m2=trade.surface_m2,
        now_years_between_1_cm_strikes=float(f"{trade.now_years_between_1_cm:.3g}"),
        factor_of_uncertainty=EXPOSURE_SPREAD,
        altitudes=[
            ParkingAltitude(
                altitude_km=one.altitude_km, delta_v_m_s=round(one.delta_v_m_s, 1),
                propellant_kg=round(one.propellant_kg, -1), lifetime_years=float(f"{one.lifetime_years:.2g}"),
                years_between_1_cm_strikes=float(f"{one.years_between_1_cm:.2g}"),
                years_between_10_cm_strikes=float(f"{one.years_between_10_cm:.2g}"),
                strikes_1_cm=float(f"{one.strikes_1_cm:.2g}"),
            )
            for one in trade.orbits
        ],
        published=(
            f"NASA (ISS Deorbit Analysis Summary, 2024, as quoted in the press): an impact every {often:.0f} years "
            f"near {low:.0f} km, every {seldom:.0f} years or oftener at {high:.0f} km; 120 to 140 m/s and 18.9 to "
            "22.3 t to 640 to 680 km for about 100 years, 760 m/s for more than 10,000"
        ),
    )  # fmt: skip


def sample_part(dispersed: Dispersed) -> list[tuple[float, float]]:
    """Some of the pieces, evenly taken."""
    north, east = dispersed.nominal.latitude_deg.ravel(), dispersed.nominal.longitude_deg.ravel()
    # A step that shares no factor with the pieces of a run meets each of them in turn.
    step = max(len(north) // _SHOWN_IMPACTS, 1)
    while math.gcd(step, dispersed.nominal.latitude_deg.shape[1]) > 1:
        step += 1
    return [(round(float(a), 2), round(float(b), 2)) for a, b in zip(north[::step], east[::step], strict=True)]


def track_part(plan: DeorbitPlan) -> list[tuple[float, float]]:
    """The path over the ground, a few hundred points at most."""
    step = max(len(plan.track_deg) // _SHOWN_TRACK, 1)
    kept = np.vstack([plan.track_deg[:-1:step], plan.track_deg[-1:]])
    return [(round(float(a), 3), round(float(b), 3)) for a, b in kept]
