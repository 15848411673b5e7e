"""``stationkeep deorbit``: can it be brought down where nobody is, with what, and who is still at risk?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from stationkeep.cli.common import (
    JsonOption,
    RunsOption,
    SeedOption,
    emit_json,
    make_console,
    progress_bar,
    require_json_target,
    require_output,
)

if TYPE_CHECKING:
    from rich.console import Console

    from stationkeep.campaign.deorbit import DeorbitOptions
    from stationkeep.campaign.deorbit_document import DeorbitDocument
    from stationkeep.campaign.deorbit_setup import StationToFall


def deorbit(
    scenario: Annotated[
        str | None, typer.Argument(help="A shipped scenario (see 'stationkeep scenarios') or a YAML file.")
    ] = None,
    orbit: Annotated[
        list[Path] | None,
        typer.Option("--orbit", metavar="FILE", help="Instead: element sets (TLE, OMM) or an OEM, with --mass-kg."),
    ] = None,
    vehicle: Annotated[
        list[str] | None,
        typer.Option("--vehicle", metavar="NAME[:COUNT]", help="What pushes: usdv, progress:3, ...; may be repeated."),
    ] = None,
    target: Annotated[
        str, typer.Option("--target", metavar="ZONE", help="spoua, or a GeoJSON or YAML file of corners.")
    ] = "spoua",
    start_altitude_km: Annotated[
        float | None,
        typer.Option("--start-altitude-km", help="Natural decay down to this mean altitude first. Default: 220."),
    ] = None,
    final_perigee_km: Annotated[
        float, typer.Option("--final-perigee-km", help="Perigee the last burn aims at.")
    ] = 50.0,
    hold_perigee_km: Annotated[
        float, typer.Option("--hold-perigee-km", help="Lowest perigee before the last burn.")
    ] = 155.0,
    longest_burn_s: Annotated[
        float, typer.Option("--longest-burn-s", help="How long the last burn may take.")
    ] = 1800.0,
    window_days: Annotated[float, typer.Option("--window-days", help="How long to look for passes.")] = 1.0,
    keep_out_km: Annotated[float, typer.Option("--keep-out-km", help="Distance to land.")] = 370.0,
    keep_out_home_km: Annotated[
        float, typer.Option("--keep-out-home-km", help="Distance to the United States and Antarctica.")
    ] = 50.0,
    push: Annotated[
        str | None, typer.Option("--push", metavar="ID", help="Which of the vehicle's engines. Default: the strongest.")
    ] = None,
    thrust_n: Annotated[float | None, typer.Option("--thrust-n", help="Instead of the catalogue's.")] = None,
    specific_impulse_s: Annotated[
        float | None, typer.Option("--specific-impulse-s", help="Instead of the catalogue's.")
    ] = None,
    propellant_kg: Annotated[
        float | None, typer.Option("--propellant-kg", help="Of one vehicle, instead of the catalogue's.")
    ] = None,
    reserve_kg: Annotated[
        float | None,
        typer.Option("--reserve-kg", help="Propellant to be left over. Default: three sigma of what errors may use."),
    ] = None,
    vehicle_mass_kg: Annotated[
        float | None, typer.Option("--vehicle-mass-kg", help="Of one vehicle, instead of the catalogue's.")
    ] = None,
    mass_kg: Annotated[
        float | None, typer.Option("--mass-kg", help="Of the object of --orbit, without the vehicle.")
    ] = None,
    ballistic_m2_kg: Annotated[
        float | None,
        typer.Option("--ballistic-m2-kg", help="Cd*A/m of --orbit, 0.005 or so. Default: fitted to its history."),
    ] = None,
    ballistic_coefficient_m2_kg: Annotated[
        float | None, typer.Option("--ballistic-coefficient-m2-kg", hidden=True, help="The same, its longer name.")
    ] = None,
    norad_id: Annotated[str | None, typer.Option("--norad-id", help="Which object of --orbit.")] = None,
    space_weather: Annotated[
        str | None,
        typer.Option(
            "--space-weather",
            metavar="observed|as-known|FILE",
            help="The Sun as it was, as it was forecast, or from a file. Default: what the scenario says, or as-known.",
        ),
    ] = None,
    failure_probability: Annotated[
        float, typer.Option("--failure-probability", help="That the last burn stops for good.")
    ] = 0.01,
    traffic: Annotated[
        Path | None,
        typer.Option("--traffic", metavar="FILE.csv", help="Ships and aircraft per km2, for the risk to them."),
    ] = None,
    body: Annotated[
        str | None,
        typer.Option(
            "--body", metavar="NAME|FILE", help="Parts whose demise gives the debris. Default: an assumed mix."
        ),
    ] = None,
    compare_parking: Annotated[
        bool, typer.Option("--compare-parking", help="Also: what parking it high would take instead.")
    ] = False,
    parking_altitude_km: Annotated[
        list[float] | None,
        typer.Option("--parking-altitude-km", help="Altitudes to park at; may be repeated. Implies the comparison."),
    ] = None,
    runs: RunsOption = 1000,
    seed: SeedOption = 1,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Map and tables: .html, .svg or .png.")
    ] = None,
    json: JsonOption = None,
) -> None:
    """Can it be brought down in the ocean? Burns, passes, footprint with all errors, and who is still at risk.

    Example: stationkeep deorbit iss-2022 --vehicle usdv --target spoua --output deorbit.html
    """
    from stationkeep.campaign.deorbit import plan_deorbit
    from stationkeep.campaign.deorbit_vehicle import GivenFigures, pushing_vehicles
    from stationkeep.catalogue.loader import load_catalogue

    require_json_target(json)
    require_output(output, ".html", ".svg", ".png")
    options = _options(
        target, (keep_out_km, keep_out_home_km), (final_perigee_km, hold_perigee_km, longest_burn_s),
        (start_altitude_km, window_days), (runs, seed), reserve_kg, failure_probability, traffic, body,
        list(parking_altitude_km or []) if compare_parking or parking_altitude_km else None,
    )  # fmt: skip
    given = GivenFigures(thrust_n, specific_impulse_s, propellant_kg, vehicle_mass_kg, push)
    vehicles = pushing_vehicles(load_catalogue(), list(vehicle or []), given)
    station = _station(
        scenario, orbit, norad_id, mass_kg, _one_of(ballistic_m2_kg, ballistic_coefficient_m2_kg), space_weather
    )
    with progress_bar(runs) as advance:
        document = plan_deorbit(station, vehicles, options, advance)
    if output is not None:
        from stationkeep.report.deorbit_page import write_deorbit

        write_deorbit(document, output)
    if json is not None:
        emit_json(document.model_dump(mode="json", by_alias=True), json)
    if json != "-":
        console = make_console()
        _show(console, document)
        if output is not None:
            console.print(f"Picture        {output}")


def _options(
    target: str, keep_out: tuple[float, float], burns: tuple[float, float, float],
    start: tuple[float | None, float], sampling: tuple[int, int], reserve_kg: float | None, failure: float,
    traffic: Path | None, body: str | None, parking: list[float] | None,
) -> DeorbitOptions:  # fmt: skip
    from stationkeep.campaign.deorbit import DeorbitOptions
    from stationkeep.descent.deorbit_dispersion import MOST_RUNS, Dispersions
    from stationkeep.descent.deorbit_need import DeorbitLimits
    from stationkeep.descent.traffic import read_traffic
    from stationkeep.descent.zones import LandDistance, zone_named
    from stationkeep.errors import InputError

    if not 20 <= sampling[0] <= MOST_RUNS:
        raise InputError(f"{sampling[0]} runs", hint=f"give --runs from 20 to {MOST_RUNS}")
    return DeorbitOptions(
        zone=zone_named(target),
        keep_out=LandDistance(*keep_out),
        limits=DeorbitLimits(*burns),
        dispersions=Dispersions(failure_probability=failure),
        start_altitude_km=start[0],
        window_days=start[1],
        runs=sampling[0],
        seed=sampling[1],
        reserve_kg=reserve_kg,
        parking_altitudes_km=parking,
        traffic=None if traffic is None else read_traffic(traffic),
        body=body,
    )


def _one_of(short: float | None, long: float | None) -> float | None:
    from stationkeep.errors import InputError

    if short is not None and long is not None:
        raise InputError("--ballistic-m2-kg was given twice", hint="--ballistic-coefficient-m2-kg is its longer name")
    return long if short is None else short


def _station(
    scenario: str | None, orbit: list[Path] | None, norad_id: str | None, mass_kg: float | None,
    ballistic_m2_kg: float | None, space_weather: str | None,
) -> StationToFall:  # fmt: skip
    from stationkeep.campaign.deorbit_setup import station_of_orbit, station_of_scenario
    from stationkeep.catalogue.loader import load_catalogue
    from stationkeep.errors import InputError

    if (scenario is None) == (not orbit):
        raise InputError(
            "nothing to bring down was given" if scenario is None else "both a scenario and --orbit were given",
            hint="give a scenario (stationkeep deorbit iss-2022 ...) or --orbit FILE --mass-kg KG",
        )
    if orbit:
        return station_of_orbit(orbit, norad_id, mass_kg, ballistic_m2_kg, space_weather)
    assert scenario is not None
    if mass_kg is not None or ballistic_m2_kg is not None:
        raise InputError(
            "--mass-kg and --ballistic-m2-kg belong to --orbit",
            hint="a scenario says both itself: edit its file ('stationkeep new')",
        )
    return station_of_scenario(scenario, load_catalogue(), space_weather)


def _show(console: Console, document: DeorbitDocument) -> None:
    from stationkeep.report.deorbit_page import tank_text
    from stationkeep.report.text import minute_text

    station, need = document.station, document.need
    console.print(f"{station.name} · controlled deorbit · {document.target}", style="bold")
    console.print(
        f"{station.mass_kg / 1000.0:,.0f} t with the vehicle · from {station.start_altitude_km:.0f} km on "
        f"{minute_text(station.start_utc)}"
        + (f", after {station.waited_days:.0f} days of natural decay" if station.waited_days > 0.5 else "")
    )
    console.print()
    console.print(f"{'Feasible' if document.feasible else 'Not feasible':<15}{document.reason}", style="bold")
    final = "" if need.final_burn_s is None else f" in {need.final_burn_s:,.0f} s"
    console.print(
        f"Takes          {need.delta_v_m_s:.1f} m/s, {need.propellant_kg:,.0f} kg; last burn {need.final_burn_m_s:.1f} "
        f"m/s{final}"
    )
    console.print(
        f"Least vehicle  {need.minimum_thrust_n:,.0f} N and {need.minimum_propellant_kg:,.0f} kg at "
        f"{document.vehicles[0].specific_impulse_s:.0f} s, reserve included, for its own cheapest pass"
    )
    console.print(f"Tank           {tank_text(document)}")
    high = need.highest_start_altitude_km
    reach = "nowhere above the hold perigee" if high is None else f"at most {high:.0f} km"
    console.print(f"Starts from    {reach} with this vehicle")
    _show_burns(console, document)
    _show_fall(console, document)
    _show_parking(console, document)
    for row in document.comparisons:
        console.print(f"Published      {row.figure}: {row.published}; here {row.ours}: {row.why}")
    for note in document.notes:
        console.print(f"Note           {note}")


def _show_burns(console: Console, document: DeorbitDocument) -> None:
    if not document.burns:
        return
    from rich.table import Table

    from stationkeep.report.deorbit_page import passes_text

    console.print()
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("burn begins (UTC)", no_wrap=True)
    for heading in ("lasts [s]", "m/s", "propellant [kg]", "perigee [km]", "apogee [km]"):
        table.add_column(heading, justify="right")
    for burn in document.burns:
        table.add_row(
            burn.start_utc, f"{burn.duration_s:,.0f}", f"{burn.delta_v_m_s:.1f}", f"{burn.propellant_kg:,.0f}",
            f"{burn.perigee_km:.0f}", f"{burn.apogee_km:.0f}",
        )  # fmt: skip
    console.print(table)
    console.print(passes_text(document))


def _show_fall(console: Console, document: DeorbitDocument) -> None:
    from stationkeep.report.footprint import place_text
    from stationkeep.report.text import minute_text

    area, entry, risk = document.footprint, document.entry, document.risk
    if area is None or entry is None or risk is None:
        return
    console.print()
    console.print(
        f"Entry          120 km at {minute_text(entry.interface_utc)}, "
        f"{place_text(entry.interface_latitude_deg, entry.interface_longitude_deg)}, "
        f"path {entry.flight_path_deg:.2f} deg"
    )
    console.print(
        f"Footprint      {area.length_km:,.0f} by {area.width_km:,.0f} km around "
        f"{place_text(area.centre_lat_deg, area.centre_lon_deg)} ({100.0 * area.level:.1f} % of the pieces); one fall "
        f"{area.one_fall_length_km:,.0f} km"
    )
    console.print(f"Nearest land   {area.nearest_land_km:,.0f} km from the contour")
    console.print(
        f"Strikes land   {_percent(document.land_probability)} in all; {_percent(risk.land_if_burn_works)} where the "
        f"burn works, {_percent(risk.land_if_burn_fails)} where it stops for good (1 in "
        f"{_inverse(risk.failure_probability)})"
    )
    console.print(
        f"Casualties     1 in {_inverse(document.casualty_expectation)} (1 in {_inverse(risk.expectation_high)} to "
        f"1 in {_inverse(risk.expectation_low)}); where the burn works 1 in {_inverse(risk.burn_works)}"
    )
    if risk.failure_probability_allowed is not None:
        console.print(
            "1 in 10,000    is kept if the last burn fails at most once in "
            f"{_inverse(risk.failure_probability_allowed)}"
        )
    console.print(f"Pieces         {risk.pieces:,.0f}, {risk.pieces_source}")
    if risk.ships_struck is not None:
        console.print(
            f"Traffic        {risk.ships_struck:.2g} ships and {risk.aircraft_struck:.2g} aircraft struck, "
            "if nobody is warned"
        )


def _show_parking(console: Console, document: DeorbitDocument) -> None:
    parking = document.parking
    if parking is None:
        return
    from rich.table import Table

    console.print()
    table = Table(box=None, pad_edge=False, header_style="bold", title="Parking it high instead", title_justify="left")
    table.add_column("altitude [km]", justify="right")
    for heading in ("m/s", "propellant [t]", "stays [years]", "years to a 1 cm strike", "to a 10 cm strike"):
        table.add_column(heading, justify="right")
    for one in parking.altitudes:
        table.add_row(
            f"{one.altitude_km:.0f}", f"{one.delta_v_m_s:.0f}", f"{one.propellant_kg / 1000.0:.1f}",
            f"{one.lifetime_years:,.0f}", f"{one.years_between_1_cm_strikes:.3g}",
            f"{one.years_between_10_cm_strikes:.3g}",
        )  # fmt: skip
    console.print(table)
    console.print(
        f"At {parking.from_altitude_km:.0f} km now a strike of 1 cm every {parking.now_years_between_1_cm_strikes:.3g} "
        f"years; all these a factor of {parking.factor_of_uncertainty:.0f} either way. {parking.published}."
    )


def _percent(share: float | None) -> str:
    if share is None:
        return "unknown"
    return "none seen" if share == 0.0 else f"{100.0 * share:.2g} %"


def _inverse(share: float | None) -> str:
    if share is None:
        return "unknown"
    return "more than 10 million" if share < 1.0e-7 else f"{float(f'{1.0 / share:.3g}'):,.0f}"
