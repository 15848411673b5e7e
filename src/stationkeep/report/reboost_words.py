"""Sentences about a reboost plan that the terminal and the page share."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from stationkeep.campaign.reboost_document import ReboostDocument


def besides_text(document: ReboostDocument) -> str:
    """What the same tanks give beside the plan, in a line."""
    found = []
    needed, interval = document.besides.attitude_kg_per_year, document.besides.attitude_kg_per_year_interval
    if needed is not None and interval is not None:
        found.append(
            f"{needed:.0f} kg a year for the attitude ({interval[0]:.0f} to {interval[1]:.0f}) from the same tanks, in "
            f"which {document.besides.attitude_reserve_kg or 0.0:.0f} kg are left for it"
        )
    if document.besides.avoidance_kg_per_year > 0.0:
        speed, mass = document.besides.avoidance_m_s_per_year, document.besides.avoidance_kg_per_year
        found.append(
            f"of the plan's sum {speed:.1f} m/s and {mass:.0f} kg a year fall to burns out of the way of debris"
        )
    return "; ".join(found) or "nothing"
