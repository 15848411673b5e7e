"""A realistic run document to draw reports from: synthetic curves shaped like a real campaign of the ISS."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

from stationkeep.campaign.document import (
    BranchDocument,
    CountryRisk,
    EventRecord,
    GroundRisk,
    LatitudeBandRisk,
    Reentry,
    RegionRisk,
    RunDocument,
    ScenarioRef,
)
from stationkeep.campaign.part import Interval, MeanAltitude, with_median

EPOCH = datetime(2022, 4, 2, tzinfo=UTC)
HORIZON = datetime(2031, 1, 1, tzinfo=UTC)
INCLINATION_DEG = 51.64

_REGIONS = [
    ("India", 0.215, 0.008),
    ("China", 0.196, 0.021),
    ("Europe", 0.062, 0.012),
    ("United States", 0.041, 0.022),
    ("Russia", 0.013, 0.012),
    ("Rest of world", 0.473, 0.211),
]
_COUNTRIES = [
    "India",
    "China",
    "Indonesia",
    "Pakistan",
    "Nigeria",
    "Brazil",
    "Bangladesh",
    "Mexico",
    "Japan",
    "Ethiopia",
    "Philippines",
    "Egypt",
    "Vietnam",
    "Turkey",
    "Iran",
    "Thailand",
    "Tanzania",
]


def iso(moment: datetime) -> str:
    """ISO 8601 text to the second."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def ground_risk(median_area_m2: float = 1900.0) -> GroundRisk:
    """A casualty expectation near 1 in 30, with regions, countries and latitude bands that sum to one."""

    def around(value: float) -> Interval:
        return Interval(p05=value / 2.1, median=value, p95=value * 1.9)

    expectation = around(median_area_m2 * 17.3e-6)
    bands = np.arange(-55, 55, 5.0)
    impact = np.diff(np.arcsin(np.clip(np.sin(np.radians(np.append(bands, 55))) / np.sin(np.radians(51.64)), -1, 1)))
    people = impact * np.interp(bands, [-55, -35, -5, 10, 30, 50], [0.2, 2.0, 3.0, 8.0, 14.0, 6.0])
    shares = 0.4 * 0.86 ** np.arange(len(_COUNTRIES))
    return GroundRisk(
        **with_median(
            casualty_area_m2=around(median_area_m2),
            casualty_expectation=expectation,
            one_in=Interval(p05=1 / expectation.p95, median=1 / expectation.median, p95=1 / expectation.p05),
            surviving_mass_kg=Interval(p05=52_000, median=106_000, p95=170_000),
        ),
        ocean_share=0.714,
        population_year=2022,
        population_source="GeoNames places (CC BY 4.0) scaled to national totals",
        by_region=[
            RegionRisk(region=r, share=s, casualty_expectation=s * expectation.median, impact_share=a)
            for r, s, a in _REGIONS
        ],
        by_country=[
            CountryRisk(country=c, iso2=c[:2].upper(), share=float(s), casualty_expectation=float(s) * 0.03)
            for c, s in zip(_COUNTRIES, 0.7 * shares / shares.sum(), strict=True)
        ],
        by_latitude=[
            LatitudeBandRisk(south_deg=float(b), north_deg=float(b + 5), impact_share=float(i), share=float(p))
            for b, i, p in zip(bands, impact / impact.sum(), people / people.sum(), strict=True)
        ],
    )


def falling_branch(
    label: str, *, fall: datetime, spread_days: float, runs: int = 200, description: str = "", burns: int = 0
) -> BranchDocument:
    """A branch in which every run that falls before the horizon comes down around ``fall``."""
    rng = np.random.default_rng(1)
    falls = [fall + timedelta(days=float(d)) for d in rng.normal(0, spread_days, runs)]
    dates = [iso(d) if d < HORIZON else None for d in falls]
    ordered = sorted(falls)

    def quantile(q: float) -> datetime:
        return ordered[round(q * (runs - 1))]

    def within(moment: datetime) -> str | None:
        return iso(moment) if moment < HORIZON else None

    days = np.arange(0, (HORIZON - EPOCH).days, 3.0)

    def curve(end: datetime) -> list[float | None]:
        left = (end - EPOCH) / timedelta(days=1) - days
        altitude = 120 + 298 * (np.clip(left, 0, None) / max(left[0], 1.0)) ** 0.28
        return [round(float(a), 3) if x > 0 else None for a, x in zip(altitude, left, strict=True)]

    return BranchDocument(
        label=label,
        description=description or f"{label}: what happens then.",
        reentry=Reentry(
            probability=sum(d is not None for d in dates) / runs,
            p05_utc=within(quantile(0.05)),
            median_utc=within(quantile(0.5)),
            p95_utc=within(quantile(0.95)),
            dates_utc=dates,
        ),
        mean_altitude_km=MeanAltitude(
            dates_utc=[iso(EPOCH + timedelta(days=float(d))) for d in days],
            p05=curve(quantile(0.05)),
            median=curve(quantile(0.5)),
            p95=curve(quantile(0.95)),
        ),
        **with_median(
            propellant_used_kg=Interval(p05=120.0 * burns, median=140.0 * burns, p95=155.0 * burns),
            burns=Interval(p05=max(0, burns - 2), median=burns, p95=burns + 3),
        ),
        ground_risk=ground_risk() if any(dates) else None,
        events=[
            EventRecord(
                time_utc=iso(EPOCH),
                kind="withdrawal",
                title="Roscosmos stops reboosting",
                mean_altitude_km=417.9,
                provider="roscosmos",
                note="announced 2 April 2022",
            ),
            *_burns("cygnus", burns, every_days=60),
            EventRecord(time_utc=iso(fall), kind="reentry", title="Falls through 120 km", mean_altitude_km=120.0),
        ],
        reboost_ends_utc=iso(EPOCH + timedelta(days=60 * burns)),
    )


def flying_branch(label: str = "Cooperation", *, runs: int = 200, burns: int = 61) -> BranchDocument:
    """A branch kept up by reboosts to the horizon in every run."""
    days = np.arange(0, (HORIZON - EPOCH).days, 3.0)
    saw = 416.4 + 3.0 * ((-days / 55.0) % 1.0)
    return BranchDocument(
        label=label,
        description="Progress vehicles keep the station between 415 and 418 km.",
        reentry=Reentry(probability=0.0, p05_utc=None, median_utc=None, p95_utc=None, dates_utc=[None] * runs),
        mean_altitude_km=MeanAltitude(
            dates_utc=[iso(EPOCH + timedelta(days=float(d))) for d in days],
            p05=[float(x) for x in saw - 1.1],
            median=[float(x) for x in saw],
            p95=[float(x) for x in saw + 1.2],
        ),
        **with_median(
            propellant_used_kg=Interval(p05=18_600, median=21_300, p95=24_800),
            burns=Interval(p05=burns - 7, median=burns, p95=burns + 8),
        ),
        ground_risk=None,
        events=_burns("progress", burns, every_days=52),
        reboost_ends_utc=None,
    )


def _burns(provider: str, count: int, *, every_days: float) -> list[EventRecord]:
    return [
        EventRecord(
            time_utc=iso(EPOCH + timedelta(days=20 + every_days * k)),
            kind="reboost",
            title=f"Reboost by {provider.title()}",
            mean_altitude_km=418.0,
            provider=provider,
            delta_v_m_s=1.58,
            duration_s=930.0,
            propellant_kg=249.3,
        )
        for k in range(count)
    ]


def sample_document(
    branches: dict[str, BranchDocument] | None = None, *, title: str = "International Space Station", **changes: Any
) -> RunDocument:
    """Three branches of 200 runs; ``branches`` or any field of the document may be replaced."""
    chosen = branches or {
        "cooperation": flying_branch(),
        "withdrawal": falling_branch("Withdrawal", fall=datetime(2024, 5, 14, 7, tzinfo=UTC), spread_days=62),
        "withdrawal-with-cygnus": falling_branch(
            "Withdrawal, Cygnus helps", fall=datetime(2024, 11, 20, 7, tzinfo=UTC), spread_days=75, burns=11
        ),
    }
    fields: dict[str, Any] = {
        "scenario": ScenarioRef(
            id="iss-2022",
            hash="3f9c2a71be04",
            epoch_utc=iso(EPOCH),
            title=title,
            horizon_utc=iso(HORIZON),
            station="iss-2022-04-02",
            mass_kg=459_700,
            mean_altitude_km=417.92,
            people_aboard=7,
        ),
        "runs": 200,
        "seed": 1,
        "branches": chosen,
        "notes": [
            "Published lifetimes without reboost: NASA 1-2 years, RSC Energia (July 2022) 2-5 years. The runs give "
            "about two years, since solar cycle 25 rose faster than was forecast in April 2022.",
            "The casualty figure holds for an uncontrolled fall; no shelter is credited, one person covers 0.36 m2.",
        ],
        "provenance": {
            "versions": {"stationkeep": "0.1.0", "python": "3.12.3", "numpy": "2.1.0"},
            "orbit": {"inclination_deg": INCLINATION_DEG, "element_set_epoch_utc": "2022-03-27T13:07:41Z"},
            "space_weather": {
                "mode": "as-known",
                "description": "as known in April 2022 (MSAFE)",
                "observed_until": "2022-04-01",
                "forecast_until": "2041-10-01",
            },
            "sources": [
                "NASA MSFC, MSAFE bulletin of April 2022, https://www.nasa.gov/msfcsolar",
                "NASA OEM ephemeris header of 27 April 2022: mass 459,692 kg, drag area 1980 m2",
            ],
            "seconds": 11.3,
        },
    }
    return RunDocument(**(fields | changes))
