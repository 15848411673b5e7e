"""Do people, seats, ports and delays agree with the flown record? Writes ``traffic.md`` and the laws that ship.

Replays every flight to the station since 1998 against an independent count of each day, fits the laws of loss, delay,
stay and grounding, and judges laws fitted on 2010 to 2018 by the flights of 2019 to 2023, which they have not seen.

    python validation/traffic.py --data FOLDER              # the page (seconds); FOLDER holds people/*.csv
    python validation/traffic.py --data FOLDER --write-laws # also the data file the package ships
"""

from __future__ import annotations

import argparse
import csv
import math
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import yaml
from record import Finding, record

from stationkeep.files import write_atomically
from stationkeep.logistics.conflicts import conflicts_of
from stationkeep.logistics.dates import mjd_of
from stationkeep.logistics.delays import (
    STAY_GROUPS,
    DaysLaw,
    ShareLaw,
    TrafficLaws,
    fit_laws,
    groundings_of,
    lateness_laws,
    loss_laws,
    side_of_owner,
    stay_laws,
    stays_of,
)
from stationkeep.logistics.history import flown_history, known_contingencies
from stationkeep.logistics.laws_file import FILE, document_of
from stationkeep.logistics.manifest import Flight, Manifest
from stationkeep.logistics.tables import read_manifest
from stationkeep.logistics.watch import Watch, watch
from stationkeep.timescale import iso_day

HERE = Path(__file__).resolve().parent
LAWS = HERE.parent / "src" / "stationkeep" / "logistics" / "data" / FILE
FIRST, SPLIT, LAST = "2010-01-01", "2019-01-01", "2024-01-01"
LEVEL = 0.9


def whole_record(people: Path) -> Manifest:
    """Every flight of the tables, with what is known to have gone wrong with seats."""
    manifest = read_manifest(people / "flights.csv", people / "crew.csv", people / "port_stays.csv")
    return manifest.with_contingencies(known_contingencies())


def slips_of(people: Path, first: str = "2000", last: str = "2100") -> list[tuple[str, float]]:
    """Side and days late of each launch, against the plan in the ephemeris of the fortnight before."""
    with (people / "slips_from_oem.csv").open(encoding="utf-8", newline="") as stream:
        rows = [row for row in csv.DictReader(stream) if first <= row["actual_launch_utc"] < last]
    return [("russian" if row["event"][0].isdigit() else "american", float(row["slip_days"])) for row in rows]


@dataclass(frozen=True)
class Agreement:
    """How many days of a watch agree with the independent count."""

    days: int
    people_wrong: int
    seats_wrong: int
    vehicles_wrong: int


def agreement(seen: Watch, people: Path) -> Agreement:
    """Compare each day at 12 UTC: people, Soyuz and Dragon seats docked, craft attached."""
    days = {iso_day(day.time_mjd_utc): day for day in seen.days}
    wrong = [0, 0, 0]
    with (people / "aboard_by_day.csv").open(encoding="utf-8", newline="") as stream:
        rows = [row for row in csv.DictReader(stream) if row["date"] in days]
    for row in rows:
        day = days[row["date"]]
        seats = int(row["seats_soyuz_docked"]), int(row["seats_dragon_docked"])
        wrong[0] += day.aboard != int(row["aboard_12utc"])
        wrong[1] += (day.seats_by_kind.get("soyuz", 0), day.seats_by_kind.get("crew-dragon", 0)) != seats
        wrong[2] += sorted(day.vehicles) != sorted(filter(None, row["vehicles_attached"].split(";")))
    return Agreement(len(rows), *wrong)


def predicted_losses(law: ShareLaw, flights: int, draws: int = 20_000) -> tuple[float, int]:
    """Of this many new flights: the mean number lost, and the 95 % quantile (beta-binomial, drawn with a fixed seed)."""
    random = np.random.default_rng(1)
    shares = random.beta(law.hits + 0.5, law.trials - law.hits + 0.5, draws)
    return flights * law.mean, int(np.quantile(random.binomial(flights, shares), 0.95))


def chance_of_none(law: ShareLaw, flights: int) -> float:
    """That none of this many new flights is lost: the beta-binomial at zero."""
    a, b = law.hits + 0.5, law.trials - law.hits + 0.5
    return math.exp(math.lgamma(b + flights) + math.lgamma(a + b) - math.lgamma(b) - math.lgamma(a + b + flights))


@dataclass(frozen=True)
class StayCheck:
    """Stays of one group after the split against the law fitted before it."""

    group: str
    law: DaysLaw
    later: list[float]

    @property
    def inside(self) -> int:
        """How many lie in the 90 % interval."""
        low, high = (self.law.quantile_days(share) for share in (0.05, 0.95))
        return sum(low <= days <= high for days in self.later)

    @property
    def median_off(self) -> float:
        """How much longer the median stay was than foreseen."""
        return float(np.median(self.later)) / self.law.median_days - 1.0


def launched(manifest: Manifest, first: str, last: str) -> list[Flight]:
    return [one for one in manifest.flights.values() if mjd_of(first) <= one.launch_mjd_utc < mjd_of(last)]


def stay_checks(manifest: Manifest) -> list[StayCheck]:
    before, after = launched(manifest, FIRST, SPLIT), launched(manifest, SPLIT, LAST)
    laws = stay_laws(before)
    return [
        StayCheck(group, laws[group], stays_of(after, group))
        for group in STAY_GROUPS
        if group in laws and stays_of(after, group)
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--write-laws", action="store_true")
    given = parser.parse_args()
    people = given.data / "people"
    manifest = whole_record(people)
    laws = fit_laws(manifest, slips_of(people), mjd_of(FIRST), mjd_of(LAST))
    if given.write_laws:
        write_laws(laws)
    page, findings = told(manifest, people, laws)
    write_atomically(HERE / "traffic.md", page)
    record("traffic", findings, "traffic.md")
    sys.stdout.write(page)


def write_laws(laws: TrafficLaws) -> None:
    head = (
        "# Losses, delays, stays and groundings of flights to the station, 2010 to 2023: counts, and means and deviations of\n"
        "# natural logarithms of days. Written by validation/traffic.py --write-laws from flights after GCAT, J. McDowell,\n"
        "# planet4589.org, copy of 8 November 2023 (CC BY 4.0), and launch dates in NASA's ephemerides.\n"
    )
    write_atomically(LAWS, head + yaml.safe_dump({"laws": document_of(laws)}, sort_keys=False))


def told(manifest: Manifest, people: Path, laws: TrafficLaws) -> tuple[str, list[Finding]]:
    parts = [_replays(manifest, people), _laws(laws), _held_out(manifest, people)]
    head = (
        "# Traffic: people, seats, ports, and how late or lost\n\nWritten by `validation/traffic.py`; the promises are kept by "
        "`tests/validation/test_traffic_truth.py`. The tables end with 2023, so the laws are of 2010 to 2023.\n"
    )
    return head + "\n".join(text for text, _ in parts), [finding for _, found in parts for finding in found]


def _replays(manifest: Manifest, people: Path) -> tuple[str, list[Finding]]:
    rows, findings = [], []
    seen = {
        "1998 to 2023, all tables": (manifest, watch(manifest)),
        "2020 to 2023, as shipped": (flown_history(), watch(flown_history())),
    }
    for name, (source, found) in seen.items():
        fit = agreement(found, people)
        impossible = [one for one in conflicts_of(source) if one.severity == "impossible"]
        seats = [one for one in found.conflicts if one.kind == "no-seat"]
        rows.append(
            f"| {name} | {fit.days} | {fit.people_wrong} | {fit.seats_wrong} | {fit.vehicles_wrong} | {len(impossible)} | "
            f"{len(seats)} |"
        )
        right = fit.people_wrong + fit.seats_wrong + fit.vehicles_wrong + len(impossible) + len(seats) == 0
        findings.append(
            Finding(
                f"Flights and people of the station, {name}: days on which people, seats or craft differ from the count",
                f"{fit.people_wrong + fit.seats_wrong + fit.vehicles_wrong} of {fit.days}, {len(impossible)} port and "
                f"{len(seats)} seat conflicts", "none", right,
            )
        )  # fmt: skip
    gaps = [one for _, found in seen.values() for one in found.shortages][:1]
    short = "".join(
        f"- {iso_day(one.from_mjd_utc)} to {iso_day(one.to_mjd_utc)}: {one.most_without} people without a proper seat "
        f"({one.cause}); {', '.join(one.makeshift)} then had a makeshift place.\n"
        for one in gaps
    )
    missing = "".join(
        f"- {one.what} to {iso_day(one.to_mjd_utc or math.nan)}.\n"
        for one in seen["1998 to 2023, all tables"][1].conflicts
    )
    text = (
        "\n## Replay\n\nEvery flight, port stay and trip gone through event by event, compared with a count of people, Soyuz "
        "and Dragon seats and craft on each day at 12 UTC that was derived from the same catalogues by other means.\n\n"
        "| tables | days | people differ | seats differ | craft differ | port conflicts | seat conflicts |\n"
        "|---|---:|---:|---:|---:|---:|---:|\n" + "\n".join(rows) + "\n\nWithout a proper seat:\n\n" + short
        + "\nSegments without anyone trained for them:\n\n" + (missing or "- none\n")
        + "\nThese are one error of the crew table, found by the rule: it lets Usachyov go home in March 2001 with the Shuttle "
        "that brought him, while he commanded the station until August.\n"
    )  # fmt: skip
    return text, findings


def _laws(laws: TrafficLaws) -> tuple[str, list[Finding]]:
    shares = [(f"lost: {group}", law) for group, law in laws.losses.items()]
    shares += [("docking trouble, of arrivals", laws.docking_trouble)]
    shares += [("crew craft unfit while docked", laws.lifeboat_failure)]
    shares += [(f"launched late: {side}", law) for side, law in laws.late_launch.items()]
    days = [("how late, if late", laws.lateness_days)]
    days += [(f"stay: {group}", law) for group, law in laws.stays_days.items()]
    days += [(f"from a loss to the next arrival: {side}", law) for side, law in laws.regrounding_days.items()]
    text = (
        "\n## Laws, 2010 to 2023\n\nShares: posterior mean and 90 % interval under Jeffreys' prior.\n\n"
        "| what | cases | mean | 90 % interval |\n|---|---:|---:|---:|\n"
        + "\n".join(f"| {name} | {one.hits} of {one.trials} | {100 * one.mean:.1f} % | {_percent(one)} |" for name, one in shares)
        + "\n\nDays: log-normal; the interval of the median tells how well it is known, that of a new case what to expect.\n\n"
        "| what | cases | median | 90 % interval of the median | 90 % interval of a new case |\n|---|---:|---:|---:|---:|\n"
        + "\n".join(f"| {name} | {one.count} | {one.median_days:.0f} d | {_span(*one.median_interval_days())} | {_new(one)} |" for name, one in days)
        + "\n\nLateness is against the plan of the fortnight before; how late flights are against a plan of a year before is not in "
        "any table at hand. Groundings are from a loss to the next arrival of the same type.\n"
    )  # fmt: skip
    return text, []


def _held_out(manifest: Manifest, people: Path) -> tuple[str, list[Finding]]:
    before, after = launched(manifest, FIRST, SPLIT), launched(manifest, SPLIT, LAST)
    fitted, flown = loss_laws(before), loss_laws(after)
    rows, total_mean, total = [], 0.0, 0
    for group in sorted(set(fitted) & set(flown)):
        mean, most = predicted_losses(fitted[group], flown[group].trials)
        total_mean, total = total_mean + mean, total + flown[group].hits
        rows.append(f"| {group} | {flown[group].trials} | {mean:.1f} | {most} | {flown[group].hits} |")
    checks = stay_checks(manifest)
    stays = [
        f"| {one.group} | {one.law.count} | {_new(one.law)} | {len(one.later)} | {one.inside} | {100 * one.median_off:+.0f} % |"
        for one in checks
    ]
    inside, cases = sum(one.inside for one in checks), sum(len(one.later) for one in checks)
    late, late_text = _late_held_out(people)
    none = math.prod(chance_of_none(fitted[group], flown[group].trials) for group in set(fitted) & set(flown))
    text = (
        "\n## Fitted on 2010 to 2018, judged on 2019 to 2023\n\n| lost | flights | foreseen, mean | foreseen, 95 % at most | lost |\n"
        "|---|---:|---:|---:|---:|\n" + "\n".join(rows)
        + f"\n\nForeseen {total_mean:.1f} of these kinds, lost {total}; that none would be lost had a chance of {100 * none:.0f} %: "
        "the rockets of the second span were safer than those of the first, and the laws cannot know it. Starliner's first flight, which missed the station in "
        "December 2019, had no law before it.\n\n"
        "| stay | fitted on | 90 % interval | stays after | inside | median against the law's |\n|---|---:|---:|---:|---:|---:|\n"
        + "\n".join(stays)
        + f"\n\n{inside} of {cases} stays lie inside ({100 * inside / cases:.0f} %; 90 % would be right).\n\n{late_text}"
        + _groundings_held_out(manifest)
    )  # fmt: skip
    findings = [
        Finding(
            "Stays of craft at the station, 2019 to 2023, inside the 90 % intervals fitted on 2010 to 2018",
            f"{inside} of {cases} ({100 * inside / cases:.0f} %)", "80 to 97 %", 0.8 <= inside / cases <= 0.97, True,
        ),
        Finding(
            "Flights lost on the way, 2019 to 2023, against the number foreseen from 2010 to 2018",
            f"{total} lost, {total_mean:.1f} foreseen", "", None, True,
        ),
        late,
    ]  # fmt: skip
    return text, findings


def _late_held_out(people: Path) -> tuple[Finding, str]:
    shares, law = lateness_laws(slips_of(people, last="2023"))
    later = slips_of(people, first="2023")
    told_of = []
    for side in shares:
        days = [slip for name, slip in later if name == side]
        foreseen, high = predicted_losses(shares[side], len(days))
        told_of.append(
            f"{side}: {sum(slip >= 0.5 for slip in days)} of {len(days)} late, {foreseen:.1f} foreseen (95 %: at most {high})"
        )
    low, high_days = law.quantile_days(0.05), law.quantile_days(0.95)
    sizes = [slip for _, slip in later if slip >= 0.5]
    inside = sum(low <= slip <= high_days for slip in sizes)
    text = (
        f"Lateness fitted on 2021 and 2022, judged on 2023: {'; '.join(told_of)}. {inside} of {len(sizes)} delays lie in the "
        f"90 % interval ({low:.1f} to {high_days:.0f} d, of {law.count} cases: it says next to nothing).\n"
    )
    return Finding(
        "Launches of 2023 late against the plan of the fortnight before", "; ".join(told_of), "", None, True
    ), text


def _groundings_held_out(manifest: Manifest) -> str:
    lines = []
    known = groundings_of(manifest.flights.values())
    for flight, days in known:
        lines.append(f"{flight.name} {days:.0f} d ({side_of_owner(flight.kind.owner)})")
    return (
        f"\nGroundings are too few to hold any out: {', '.join(lines)}. The four Russian ones lie within a factor of 1.6, the others "
        "within a factor of 3.\n"
    )


def _percent(law: ShareLaw) -> str:
    low, high = law.interval(LEVEL)
    return f"{100 * low:.1f} to {100 * high:.1f} %"


def _new(law: DaysLaw) -> str:
    return _span(law.quantile_days(0.05), law.quantile_days(0.95))


def _span(low: float, high: float) -> str:
    return f"{low:.3g} to {high:.4g} d"


if __name__ == "__main__":
    main()
