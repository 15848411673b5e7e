"""The JSON document of ``stationkeep deorbit``: schema ``stationkeep.deorbit/1``."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from stationkeep.campaign.part import Part


class DeorbitStation(Part):
    """What is brought down, and from where."""

    name: str
    mass_kg: float = Field(description="with the vehicle and its propellant")
    ballistic_coefficient_m2_kg: float = Field(description="Cd*A/m at that mass, NRLMSISE-00")
    epoch_utc: str = Field(description="of the orbit given")
    mean_altitude_km: float = Field(description="then: mean semi-major axis minus 6378.137 km")
    inclination_deg: float
    start_utc: str = Field(
        description="when natural decay has brought it to the start altitude; the first burn follows"
    )
    start_altitude_km: float
    waited_days: float


class DeorbitVehicle(Part):
    """What pushes."""

    id: str
    name: str
    count: int
    thrust_n: float
    specific_impulse_s: float
    propellant_kg: float = Field(description="usable")
    mass_kg: float


class DeorbitNeed(Part):
    """What it takes from the start altitude, and what the vehicle could do."""

    as_flown: bool = Field(
        description="speed and propellant are those of the plan flown to the zone, with drag and burns where the zone "
        "wants them; false: on paper, without drag, each burn at its best place (no plan could be flown)"
    )
    delta_v_m_s: float
    propellant_kg: float = Field(description="with this vehicle's engine, losses of long burns included")
    final_burn_m_s: float
    final_burn_s: float | None = Field(description="null: more than half a revolution")
    paper_delta_v_m_s: float | None = Field(
        description="the same without drag, each burn at its best place; null: the last burn is too long"
    )
    minimum_thrust_n: float = Field(description="whose last burn takes as long as allowed, as flown")
    minimum_propellant_kg: float = Field(
        description="at that thrust and this vehicle's specific impulse, flown to the cheapest pass with water enough, "
        "reserve included"
    )
    reserve_propellant_kg: float = Field(
        description="asked for beyond the plan: three sigma of the errors of speed and specific impulse, or as given"
    )
    spare_propellant_kg: float = Field(description="usable less propellant_kg; negative: missing for the plan itself")
    missing_propellant_kg: float = Field(description="for plan and reserve")
    missing_thrust_n: float
    vehicles_needed: int | None = Field(description="of this vehicle; null: no number of them up to a hundred")
    highest_start_altitude_km: float | None = Field(
        description="from which this vehicle could still do it; null: from nowhere"
    )
    hold_perigee_km: float = Field(description="lowest perigee before the last burn")
    attitude_floor_km: float | None = Field(
        description="where the station's thrusters could no longer hold it at a perigee; null: not known"
    )


class DeorbitBurn(Part):
    """One burn as flown."""

    start_utc: str
    duration_s: float
    delta_v_m_s: float
    propellant_kg: float
    perigee_km: float = Field(description="after it: mean ellipse, radius less 6378.137 km; under 100 km: in vacuum")
    apogee_km: float


class DeorbitPass(Part):
    """A pass of the zone whose burns could be flown."""

    final_burn_utc: str
    ascending: bool
    heel_latitude_deg: float
    heel_longitude_deg: float
    toe_latitude_deg: float
    toe_longitude_deg: float
    margin_km: float = Field(
        description="clear water before the heel and beyond the toe of one fall, the smaller; negative: so far the "
        "pieces of one fall stick out"
    )
    chosen: bool


class DeorbitFootprint(Part):
    """Where the pieces come down, all errors counted, without runs whose burn stopped for good."""

    length_km: float
    width_km: float
    centre_lat_deg: float
    centre_lon_deg: float
    bearing_deg: float
    level: float = Field(description="share of the pieces inside the contour")
    contour: list[tuple[float, float]] = Field(description="closed line of [latitude_deg, longitude_deg]")
    one_fall_length_km: float = Field(description="lightest to densest piece of one fall, median over the runs")
    nearest_land_km: float = Field(description="from the contour, never overestimated by the half-degree land mask")
    sticks_out_km: float = Field(description="how far the contour reaches beyond clear water; 0: nowhere")
    runs_dry: int = Field(description="whose last burn ended because the tank was empty; they are counted")
    dry_short_m_s: float = Field(description="the most speed an empty tank took from one of them")
    share_outside_zone: float = Field(description="of the pieces")


class DeorbitEntry(Part):
    """The path without errors."""

    interface_utc: str = Field(description="120 km")
    interface_latitude_deg: float
    interface_longitude_deg: float
    flight_path_deg: float = Field(description="inertial, at 120 km; negative downwards")
    break_up_utc: str
    break_up_altitude_km: float
    impact_lightest_utc: str
    impact_densest_utc: str


class DeorbitRisk(Part):
    """Who is hit, everything counted."""

    casualty_area_m2: float = Field(description="mean, which the expectation takes")
    casualty_area_low_m2: float = Field(description="5 %")
    casualty_area_high_m2: float = Field(description="95 %")
    burn_works: float = Field(description="casualty expectation where the last burn works")
    burn_fails: float = Field(description="casualty expectation where it stops for good, at a random moment")
    failure_probability: float
    failure_probability_allowed: float | None = Field(
        description="at which the whole is 1 in 10,000; null: even a burn that works is above it, or nobody is at risk"
    )
    expectation_low: float = Field(description="5 %: casualty area, and how few failed burns were flown")
    expectation_high: float = Field(description="95 %")
    land_if_burn_works: float
    land_if_burn_fails: float
    pieces: float = Field(description="that strike with more than 15 J, mean; ships and aircraft are struck by number")
    pieces_source: str
    ships_struck: float | None = Field(description="expected, nobody warned; null: no traffic was given")
    aircraft_struck: float | None


class ParkingAltitude(Part):
    """Parking at one altitude instead."""

    altitude_km: float
    delta_v_m_s: float
    propellant_kg: float
    lifetime_years: float
    years_between_1_cm_strikes: float
    years_between_10_cm_strikes: float
    strikes_1_cm: float = Field(description="expected over the lifetime, at most over a hundred years")


class DeorbitParking(Part):
    """The published trade, computed."""

    from_altitude_km: float
    surface_m2: float
    now_years_between_1_cm_strikes: float
    factor_of_uncertainty: float
    altitudes: list[ParkingAltitude]
    published: str


class DeorbitComparison(Part):
    """A published figure beside ours."""

    figure: str
    published: str
    ours: str
    why: str


class DeorbitDocument(Part):
    """One answer to "can it be brought down where nobody is?"."""

    schema_: Literal["stationkeep.deorbit/1"] = Field(
        default="stationkeep.deorbit/1", alias="schema", serialization_alias="schema"
    )
    station: DeorbitStation
    vehicles: list[DeorbitVehicle]
    target: str
    zone: list[list[tuple[float, float]]] = Field(description="outer rings of [latitude_deg, longitude_deg]")
    keep_out_km: float
    keep_out_home_km: float = Field(description="from land of the United States and Antarctica")
    feasible: bool
    limiting: Literal["propellant", "thrust", "no-pass", "zone", "footprint"] | None = Field(
        description="what stands in the way; null: nothing"
    )
    reason: str = Field(description="the same in a sentence")
    need: DeorbitNeed
    burns: list[DeorbitBurn]
    passes: list[DeorbitPass]
    entry: DeorbitEntry | None
    footprint: DeorbitFootprint | None
    land_probability: float | None = Field(description="that any piece strikes land, failures of the burn included")
    casualty_expectation: float | None = Field(description="failures of the burn included")
    risk: DeorbitRisk | None
    parking: DeorbitParking | None
    comparisons: list[DeorbitComparison]
    track: list[tuple[float, float]] = Field(
        description="[latitude_deg, longitude_deg] under the path from the end of the last burn to the break-up"
    )
    impacts: list[tuple[float, float]] = Field(description="a sample of the pieces, [latitude_deg, longitude_deg]")
    runs: int
    seed: int
    notes: list[str]
    provenance: dict[str, Any]
