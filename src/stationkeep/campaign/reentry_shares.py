"""Shares, odds and intervals as the documents of a risk on the ground state them."""

from __future__ import annotations

from collections.abc import Sequence

from stationkeep.campaign.document import RegionRisk
from stationkeep.campaign.part import Interval
from stationkeep.campaign.reentry_risk_document import CountryOdds
from stationkeep.descent.ground_risk import CountryShare, RegionShare


def interval_of(levels: tuple[float, float, float]) -> Interval:
    """5, 50 and 95 % as the document has them."""
    return Interval(p05=levels[0], median=levels[1], p95=levels[2])


def one_in(expected: float) -> float | None:
    """1 in N; null where nobody is at risk."""
    return 1.0 / expected if expected > 0.0 else None


def regions_of(shares: Sequence[RegionShare], expected: float) -> list[RegionRisk]:
    """The six regions with what they carry of a casualty expectation."""
    return [
        RegionRisk(
            region=item.region,
            share=item.share,
            casualty_expectation=item.share * expected,
            impact_share=item.impact_share,
        )
        for item in shares
    ]


def countries_of(shares: Sequence[CountryShare], expected: float) -> list[CountryOdds]:
    """Every country with what it carries of a casualty expectation, and its odds."""
    return [
        CountryOdds(
            country=item.country,
            iso2=item.iso2,
            region=item.region,
            share=item.share,
            casualty_expectation=item.share * expected,
            impact_share=item.impact_share,
            one_in=one_in(item.share * expected),
        )
        for item in shares
    ]
