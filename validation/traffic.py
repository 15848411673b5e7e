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
    """Of this many new flights: the mean number lost, and the 95 % quantile (beta-binomial, a fixed seed)."""
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
        "# Losses, delays, stays and groundings of flights to the station, 2010 to 2023: counts, and means and\n"
        "# deviations of natural logarithms of days. Written by validation/traffic.py --write-laws from flights after\n"
        "# GCAT, J. McDowell, planet4589.org, copy of 8 November 2023 (CC BY 4.0), and launch dates in NASA's\n"
        "# ephemerides.\n"
    )
    write_atomically(LAWS, head + yaml.safe_dump({"laws": document_of(laws)}, sort_keys=False))


def told(manifest: Manifest, people: Path, laws: TrafficLaws) -> tuple[str, list[Finding]]:
    """The page and what of it counts."""
    parts = [_replays(manifest, people), (_laws(laws), []), _held_out(manifest), _late(people)]
    fields = {name: text for given, _ in parts for name, text in given.items()}
    fields["groundings"] = ", ".join(
        f"{flight.name} {days:.0f} d ({side_of_owner(flight.kind.owner)})"
        for flight, days in groundings_of(manifest.flights.values())
    )
    page = (HERE / "traffic.template.md").read_text(encoding="utf-8").format(**fields)
    return page, [finding for _, found in parts for finding in found]


def _replays(manifest: Manifest, people: Path) -> tuple[dict[str, str], list[Finding]]:
    rows, findings, shipped = [], [], flown_history()
    whole, seen = watch(manifest), watch(shipped)
    for name, source, found in (
        ("1998 to 2023, all tables", manifest, whole),
        ("2020 to 2023, as shipped", shipped, seen),
    ):
        fit = agreement(found, people)
        ports = sum(one.severity == "impossible" for one in conflicts_of(source))
        seats = sum(one.kind == "no-seat" for one in found.conflicts)
        wrong = (fit.people_wrong, fit.seats_wrong, fit.vehicles_wrong)
        rows.append(f"| {name} | {fit.days} | {' | '.join(map(str, wrong))} | {ports} | {seats} |")
        findings.append(
            Finding(
                f"Flights and people of the station, {name}: days that differ from the independent count",
                f"{sum(wrong)} of {fit.days}, {ports} port and {seats} seat conflicts",
                "none",
                sum(wrong) + ports + seats == 0,
            )
        )
    short = [
        f"- {iso_day(one.from_mjd_utc)} to {iso_day(one.to_mjd_utc)}: {one.most_without} people without a proper seat "
        f"({one.cause}); {'; '.join(one.makeshift)} then had a makeshift place."
        for one in seen.shortages
    ]
    missing = [f"- {one.what} to {iso_day(one.to_mjd_utc or math.nan)}." for one in whole.conflicts]
    fields = {"replays": "\n".join(rows), "short": "\n".join(short), "missing": "\n".join(missing)}
    return fields, findings


def _laws(laws: TrafficLaws) -> dict[str, str]:
    shares = [(f"lost: {group}", law) for group, law in laws.losses.items()]
    shares += [("docking trouble, of arrivals", laws.docking_trouble)]
    shares += [("crew craft unfit while docked", laws.lifeboat_failure)]
    shares += [(f"launched late: {side}", law) for side, law in laws.late_launch.items()]
    days = [("how late, if late", laws.lateness_days)]
    days += [(f"stay: {group}", law) for group, law in laws.stays_days.items()]
    days += [(f"from a loss to the next arrival: {side}", law) for side, law in laws.regrounding_days.items()]
    share_rows = [
        f"| {name} | {one.hits} of {one.trials} | {100 * one.mean:.1f} % | {_percent(one)} |" for name, one in shares
    ]
    day_rows = [
        f"| {name} | {one.count} | {one.median_days:.3g} d | {_span(*one.median_interval_days())} | {_new(one)} |"
        for name, one in days
    ]
    return {"shares": "\n".join(share_rows), "days": "\n".join(day_rows)}


def _held_out(manifest: Manifest) -> tuple[dict[str, str], list[Finding]]:
    before, after = launched(manifest, FIRST, SPLIT), launched(manifest, SPLIT, LAST)
    fitted, flown = loss_laws(before), loss_laws(after)
    both = sorted(set(fitted) & set(flown))
    rows, foreseen, lost = [], 0.0, sum(flown[group].hits for group in both)
    for group in both:
        mean, most = predicted_losses(fitted[group], flown[group].trials)
        foreseen += mean
        rows.append(f"| {group} | {flown[group].trials} | {mean:.1f} | {most} | {flown[group].hits} |")
    none = math.prod(chance_of_none(fitted[group], flown[group].trials) for group in both)
    checks = stay_checks(manifest)
    stays = [
        f"| {one.group} | {one.law.count} | {_new(one.law)} | {len(one.later)} | {one.inside} | "
        f"{100 * one.median_off:+.0f} % |"
        for one in checks
    ]
    inside, cases = sum(one.inside for one in checks), sum(len(one.later) for one in checks)
    share = inside / cases
    fields = {
        "losses": "\n".join(rows), "foreseen": f"{foreseen:.1f}", "lost": str(lost), "none": f"{100 * none:.0f}",
        "stays": "\n".join(stays), "inside": f"{inside} of {cases} ({100 * share:.0f} %)",
    }  # fmt: skip
    findings = [
        Finding(
            "Stays of craft at the station, 2019 to 2023, inside the 90 % intervals fitted on 2010 to 2018",
            fields["inside"], "80 to 97 %", 0.8 <= share <= 0.97, True,
        ),
        Finding(
            "Flights lost on the way, 2019 to 2023, against the number foreseen from 2010 to 2018",
            f"{lost} lost, {foreseen:.1f} foreseen", "", None, True,
        ),
    ]  # fmt: skip
    return fields, findings


def _late(people: Path) -> tuple[dict[str, str], list[Finding]]:
    shares, law = lateness_laws(slips_of(people, last="2023"))
    later, told_of = slips_of(people, first="2023"), []
    for side, share in shares.items():
        days = [slip for name, slip in later if name == side]
        foreseen, high = predicted_losses(share, len(days))
        late = sum(slip >= 0.5 for slip in days)
        told_of.append(f"{side} {late} of {len(days)} late, {foreseen:.1f} foreseen (95 %: at most {high})")
    text = "; ".join(told_of)
    finding = Finding("Launches of 2023 late against the plan of the fortnight before", text, "", None, True)
    return {"late": text, "late_cases": str(law.count)}, [finding]


def _percent(law: ShareLaw) -> str:
    low, high = law.interval(LEVEL)
    return f"{100 * low:.1f} to {100 * high:.1f} %"


def _new(law: DaysLaw) -> str:
    return _span(law.quantile_days(0.05), law.quantile_days(0.95))


def _span(low: float, high: float) -> str:
    return f"{low:.3g} to {high:.4g} d"


if __name__ == "__main__":
    main()
