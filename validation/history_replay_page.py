"""The page of ``history_replay.py``: what was found, in tables and in words."""

from __future__ import annotations

import math

import numpy as np
from history_replay import (
    BEFORE_DAYS,
    DENSE_UNTIL,
    DRAWS,
    FIRST,
    HALF_WINDOW_KM,
    UNLISTED_M_S,
    Replay,
    RuleResult,
    Stretch,
)
from record import Finding

from stationkeep.strategy.altitude import AvoidanceRate
from stationkeep.timescale import iso_day

NAMES = ("May 2021 to March 2022", "February to December 2023")

PAGE = """# The station's past, flown again

Written by `validation/history_replay.py`; the promises are kept by `tests/validation/test_history_replay.py`.

Two stretches under the observed Sun. **With the burns**: those that tracking shows, so that only drag is predicted;
goal: the mean altitude within 1 km of tracking throughout. **With the strategy instead**: the rule of
`stationkeep.strategy.rule`, which is told the traffic (arrivals of Russian vehicles, landings of Soyuz) but no burn;
goal: number of burns and sum of delta-v within 20 %.

## With the burns seen

| stretch | coefficient | fitted on | worst | within 1 km | goal |
|---|---|---|---:|---:|---|
{replays}

- *Smoothed* has seen the decay it is compared with: that says how well one coefficient a day and the burns describe
  the flight, not how well it is foreseen.
- *Refitted*: on each day only sets from before the last mark count, and the altitude is never set back to
  tracking over the whole {first_days:.0f} days. The burns are known, and their sizes come from the sets around
  them. The three intervals give 0.8 to 1.1 km: the goal is met on the edge, not with room to spare.
- *Foreseen*: all fitted before the first day.
- Sets of the first day after a burn are left out (they still carry the old orbit).

From May 2023 on no element sets are at hand. The burns are then those planned in NASA's ephemerides, as the last
one before the burn tells them, and tracking is the first hours of each of {heads} ephemerides. Left over between two of
them, {least:.1f} m/s and more: {unexplained}. No ephemeris at hand lists it.
With the listed burns {late} of the {heads} are within 1 km: most of the share in the table is the dense sets before.

## With the strategy instead

Floor, ceiling and target come from the {before:.0f} days before each stretch (target: the mean altitude then,
+-{half:g} km on the day of an arrival); the longest burn is the longest seen in the months before. Means over
{draws} draws of avoidance burns at {rate:g} a year. Nothing was fitted to the stretch but, where it says so, the
coefficient.

| stretch | coefficient | burns flown | burns of the rule (5 to 95 %) | delta-v flown | of the rule | off | goal |
|---|---|---:|---|---:|---:|---|---|
{rules}

- *delta-v* counts lowering as well. In 2021/22 {lowering:.1f} of the {flown_first:.1f} m/s flown were lowering (24
  September, 3 and 24 December 2021), for phasing and debris: a rule that does not know the phase angles of the
  launches does not ask for them. So the sum of 2021/22 is missed, its number of burns is not.
- With one month of sets (January 2023) the sum of 2023 is missed through the drag: that cannot tell a coefficient for
  eleven months.
- The rule was written with the counts of both stretches in view (their dates are in the catalogue of flown burns);
  it has no constant that was adjusted to them.

## Burns

{burns}
"""


def replay_row(stretch: str, item: Replay) -> str:
    met = "met" if item.worst_km <= 1.0 else f"not met: {item.last_inside}"
    inside = f"{100.0 * item.inside_share:.1f} %"
    return f"| {stretch} | {item.name} | {item.fitted_on} | {item.worst_km:.2f} km | {inside} | {met} |"


def rule_row(stretch: str, name: str, item: RuleResult) -> str:
    low, high = np.percentile(item.count, (5.0, 95.0))
    cells = (
        stretch,
        name,
        str(item.flown_count),
        f"{np.mean(item.count):.1f} ({low:.0f} to {high:.0f})",
        f"{item.flown_m_s:.1f} m/s",
        f"{np.mean(item.delta_v_m_s):.1f} m/s",
        f"{100.0 * item.count_error:+.0f} %, {100.0 * item.speed_error:+.0f} %",
        "met" if item.met else "not met",
    )
    return f"| {' | '.join(cells)} |"


def page(first: Stretch, second: Stretch) -> str:
    """The page."""
    both = list(zip(NAMES, (first, second), strict=True))
    left = ", ".join(f"{push.delta_v_m_s:+.2f} m/s about {iso_day(push.time_mjd_utc)}" for push in second.unexplained)
    lines = []
    for name, part in both:
        told = ", ".join(f"{iso_day(push.time_mjd_utc)} {push.delta_v_m_s:+.2f}" for push in part.pushes)
        lines.append(f"- {name} [m/s]: {told}")
    return PAGE.format(
        replays="\n".join(replay_row(name, item) for name, part in both for item in part.replays),
        rules="\n".join(rule_row(name, how, item) for name, part in both for how, item in part.rules),
        burns="\n".join(lines),
        first_days=FIRST[1] - FIRST[0],
        heads=second.heads,
        late=second.replays[0].inside_after(DENSE_UNTIL)[0],
        least=UNLISTED_M_S,
        unexplained=left or "nothing",
        before=BEFORE_DAYS,
        half=HALF_WINDOW_KM,
        draws=DRAWS,
        rate=AvoidanceRate().per_year,
        lowering=-math.fsum(min(push.delta_v_m_s, 0.0) for push in first.pushes),
        flown_first=math.fsum(abs(push.delta_v_m_s) for push in first.pushes),
    )


def findings(first: Stretch, second: Stretch) -> list[Finding]:
    """The headline numbers for the accuracy report."""
    found = []
    for name, part, index, held in (
        ("ISS, May 2021 to March 2022, burns as seen, coefficient smoothed on the same stretch", first, 0, False),
        ("the same, coefficient refitted every 30 days on the past only", first, 2, True),
        ("the same, coefficient of January to April 2021 only", first, 1, True),
        ("ISS, February to December 2023, burns as listed, coefficient fitted until April 2023", second, 0, None),
    ):
        worst = part.replays[index].worst_km
        found.append(Finding(f"Mean altitude: {name}", f"{worst:.2f} km at worst", "1 km", worst <= 1.0, held))
    for name, part, index in (
        ("May 2021 to March 2022, smoothed coefficient", first, 0),
        ("February to December 2023, coefficient fitted until April 2023", second, 0),
        ("February to December 2023, coefficient of January 2023", second, 1),
    ):
        rule = part.rules[index][1]
        measured = f"burns {100.0 * rule.count_error:+.0f} %, delta-v {100.0 * rule.speed_error:+.0f} %"
        found.append(Finding(f"Altitude rule instead of the burns flown: {name}", measured, "20 %", rule.met))
    return found
