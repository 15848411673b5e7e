"""Sentences about a reboost plan that the terminal and the page share."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from stationkeep.campaign.reboost_document import ReboostDocument


def besides_text(document: ReboostDocument) -> str:
    """What the same tanks give beside the plan, in a line."""
    found = []
    interval = document.besides.attitude_kg_per_year_interval
    if interval is not None:
        found.append(f"{interval[0]:.0f} to {interval[1]:.0f} kg a year for the attitude")
    if document.besides.avoidance_kg_per_year > 0.0:
        speed, mass = document.besides.avoidance_m_s_per_year, document.besides.avoidance_kg_per_year
        found.append(
            f"{speed:.1f} m/s and {mass:.0f} kg a year out of the way of debris, mostly saved on the next reboost"
        )
    return "; ".join(found) or "nothing"
