"""NASA's published figures for the station's deorbit beside ours, and why they differ."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stationkeep.campaign.deorbit_document import DeorbitComparison

if TYPE_CHECKING:
    from stationkeep.campaign.deorbit_document import DeorbitFootprint, DeorbitNeed
    from stationkeep.campaign.deorbit_setup import StationToFall


def compared(station: StationToFall, need: DeorbitNeed, footprint: DeorbitFootprint | None) -> list[DeorbitComparison]:
    """The rows that apply: speed and propellant always, the footprint where one was computed."""
    del station
    rows = [
        DeorbitComparison(
            figure="speed for a controlled deorbit",
            published="57 m/s from about 220 km (NASA, ISS Deorbit Analysis Summary, 2024, second-hand)",
            ours=f"{need.delta_v_m_s:.1f} m/s{_on_paper(need)}",
            why="ours aims at a perigee of 50 km unless told otherwise; each 10 km lower costs 3 to 4 m/s. What NASA's "
            "holds for steering, a steeper path or a later burn is not published",
        ),
        DeorbitComparison(
            figure="propellant",
            published="about 9 t (the same)",
            ours=f"{need.propellant_kg / 1000.0:.1f} t",
            why="the rocket equation on both; ours on the station with its vehicle, without what holds the attitude",
        ),
    ]
    if footprint is not None:
        rows.append(
            DeorbitComparison(
                figure="length of the footprint",
                published="about 2,000 km (NASA briefing, July 2024, second-hand); up to 300 by 5,370 km with all "
                "errors (National Research Council, 2000, from NASA); all within 6,000 km (Aerospace, 2012)",
                ours=f"{footprint.one_fall_length_km:,.0f} km for one fall, {footprint.length_km:,.0f} by "
                f"{footprint.width_km:,.0f} km with all errors (99.9 %)",
                why="the length is the range of drag of the pieces and the steepness of the path; the width, ours "
                "smaller, the speeds and lift pieces get at the break-up, which nobody has measured",
            )
        )
    return rows


def _on_paper(need: DeorbitNeed) -> str:
    if not need.as_flown or need.paper_delta_v_m_s is None:
        return ""
    return (
        f" as flown, {need.paper_delta_v_m_s:.1f} on paper (no drag, each burn at its best place instead of where the "
        "zone wants it)"
    )
