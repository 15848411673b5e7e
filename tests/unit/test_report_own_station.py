"""What the pages say of a station that is not the International Space Station, and of medians that cross."""

from __future__ import annotations

from stationkeep.campaign.document import DeorbitChances, Interval
from stationkeep.report.figures import WIDE
from stationkeep.report.limits import chances_text, lacking_text
from stationkeep.report.traffic_charts import Berth, Span, Stay, crew_chart, port_chart
from stationkeep.timescale import mjd_utc, parse_utc

NOTHING = Interval(p05=0.0, median=0.0, p95=0.0)
YEAR = Span("2030-01-01T00:00:00Z", "2031-01-01T00:00:00Z")
SPAN = (mjd_utc(parse_utc("2030-01-01")), mjd_utc(parse_utc("2031-01-01")))


def chances(first: str | None, last: str | None, share: float = 0.6) -> DeorbitChances:
    return DeorbitChances(
        share=0.8, p05_utc=last, median_utc=last, p95_utc=last, possible_share=share, from_utc=first, not_at_first=True,
        missing_propellant_kg=0.0, missing_propellant_kg_interval=NOTHING, missing_thrust_n=0.0,
        missing_thrust_n_interval=NOTHING,
    )  # fmt: skip


def test_medians_that_cross_are_not_told_as_a_span() -> None:
    horizon, late = "2040-01-01T00:00:00Z", "2036-08-01T00:00:00Z"
    assert chances_text(chances(late, "2030-01-01T00:00:00Z"), horizon) == "at times, in 60 % of the runs"
    assert chances_text(chances("2031-05-01T00:00:00Z", late), horizon).startswith(
        "in 60 % of the runs, from May 2031 until"
    )


def test_seldom_is_not_never_and_little_not_nothing() -> None:
    horizon, late = "2040-01-01T00:00:00Z", "2036-08-01T00:00:00Z"
    seldom = chances(late, late, share=0.33).model_copy(update={"missing_thrust_n": 0.18})
    assert chances_text(seldom, horizon) == "in 33 % of the runs"
    assert lacking_text(seldom) == "0.18 N"
    assert chances_text(chances(None, None, share=0.0), horizon) == "never"


def test_owners_nobody_knows_have_colours_and_names_of_their_own() -> None:
    ports = {"aft": "Aft", "fore": "Fore"}
    berths = [Berth("aft", "Cargo B-1", "operator-b", YEAR), Berth("fore", "Crew C-1", "operator-c", YEAR)]
    drawn = port_chart(berths, ports, SPAN, WIDE, "ports")
    assert "Operator B" in drawn
    assert "Operator C" in drawn
    assert "others" not in drawn
    mixed = port_chart([*berths[:1], Berth("fore", "Crew-7", "spacex", YEAR)], ports, SPAN, WIDE, "ports")
    assert "others" in mixed
    assert "Operator B" not in mixed


def test_the_segments_are_named_only_where_people_are_trained_for_both() -> None:
    one = [Stay(("A",), "american", YEAR)]
    assert "segment" not in crew_chart(one, SPAN, WIDE, "crew")
    assert "segment" in crew_chart([*one, Stay(("B",), "russian", YEAR)], SPAN, WIDE, "crew")
