"""Evaluators of claims that need runs: does it fall, on whom, who could have held it, who comes in time?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stationkeep.campaign.claim_evidence import Evidence, by_table
from stationkeep.campaign.claim_verdict import Verdict, grade, joined, required, wilson
from stationkeep.constants import STANDARD_GRAVITY_M_S2
from stationkeep.partnership.claims_file import Claim, ClaimsError
from stationkeep.partnership.model import Day
from stationkeep.timescale import iso_day, mjd_utc, parse_utc

if TYPE_CHECKING:
    from stationkeep.campaign.document import BranchDocument
    from stationkeep.catalogue.entries import Vehicle


def falls_uncontrolled(claim: Claim, evidence: Evidence) -> Verdict:
    """In what share of the runs does it fall uncontrolled, with the best of these branches?"""
    names, what_if = required(claim, branches=list[str], what_if=list[str])
    shares = {name: _falling(evidence.branch(name)) for name in names}
    best = min(shares, key=lambda name: shares[name][0])
    hits, runs = shares[best]
    low, high = wilson(hits, runs)
    word, remark = grade(claim, hits / runs, low, high)
    controlled = max(_controlled_share(evidence.branch(name)) for name in names)
    told = "; ".join(f"{_share(*shares[name])} ({evidence.branch(name).label})" for name in names)
    beyond = "; ".join(
        f"{_share(*_falling(evidence.branch(name)))} ({evidence.branch(name).label})" for name in what_if
    )
    because = (
        f"It falls uncontrolled by {evidence.document.scenario.horizon_utc[:4]} in {told}. A controlled fall was "
        f"possible in {controlled:.0%} of the runs. Had what came later been ready, it falls in {beyond}."
    )
    lines = [evidence.by_run(f"share falling, {name}", round(h / n, 4)) for name, (h, n) in shares.items()]
    lines.append(evidence.by_run("share with a controlled fall possible", controlled))
    return Verdict(word, hits / runs, "share of runs", low, high, because, lines, _runs_words(runs, remark))


def risk_share(claim: Claim, evidence: Evidence) -> Verdict:
    """What share of the expected casualties of a fall is in these regions?"""
    name, regions = required(claim, branch=str, regions=list[str])
    risk = evidence.branch(name).ground_risk
    if risk is None:
        return Verdict("not decidable", None, "share", None, None, "In no run did it fall.", [], "")
    rows = [row for row in risk.by_region if row.region in regions]
    unknown = set(regions) - {row.region for row in rows}
    if unknown:
        known = ", ".join(row.region for row in risk.by_region)
        raise ClaimsError(f"claim {claim.id!r}: unknown region {sorted(unknown)[0]!r}", hint=f"regions are {known}")
    share, landing = sum(row.share for row in rows), sum(row.impact_share for row in rows)
    word, remark = grade(claim, share, share, share)
    parts = ", ".join(f"{row.region} {row.share:.1%}" for row in rows)
    others = sorted((row for row in risk.by_country if row.share > 0.05), key=lambda row: -row.share)
    worse = ", ".join(f"{row.country} {row.share:.0%}" for row in others[:3])
    because = (
        f"{share:.0%} of the expected casualties are there ({parts}), and {landing:.1%} of the debris: "
        f"{risk.ocean_share:.0%} goes into the sea, and the most endangered countries are {worse}. "
        f"Expected: one casualty in {risk.one_in:.0f} falls."
    )
    lines = [
        evidence.by_run("share of expected casualties", round(share, 4)),
        evidence.by_run("share of debris", round(landing, 4)),
        by_table("year for which people are counted", risk.population_year, risk.population_source),
    ]
    sure = "the latitude law and the counts of people; half-degree cells, a few per cent of the share"
    return Verdict(word, share, "share of expected casualties", None, None, because, lines, joined(sure, remark))


def vehicle_pushes(claim: Claim, evidence: Evidence) -> Verdict:
    """Had one of these vehicles pushed the station by that day, and does its propellant make up a year of drag?"""
    vehicles, day, branch = required(claim, vehicles=list[str], date_utc=Day, branch=str)
    drag = evidence.branch(branch).first_year_drag_m_s
    if drag is None:
        because = f"In no run of {branch} did it fly for a year: what a year of drag takes is not known."
        return Verdict("not decidable", None, "shown share of a year's need", None, None, because, [], "")
    proven, most, lines = False, (0.0, 0.0, 0.0), []
    for name in vehicles:
        vehicle = evidence.vehicle(name)
        proven |= vehicle.can_push(day)
        most = max(most, _all_propellant_m_s(vehicle, evidence.document.scenario.mass_kg), key=lambda one: one[1])
        since = vehicle.reboost_since_utc
        lines.append(
            by_table(f"{vehicle.name}: first push of the station", since and f"{since:%Y-%m-%d}", f"catalogue, {name}")
        )
    year = {"low": round(drag.p05, 1), "best": round(drag.median, 1), "high": round(drag.p95, 1)}
    lines.append(evidence.by_run(f"drag of the first year [m/s], {branch}", year))
    gives = dict(zip(("low", "best", "high"), (round(one, 1) for one in most), strict=True))
    lines.append(by_table("all propellant of one ship [m/s]", gives, "catalogue: load and specific impulse"))
    # Least propellant against most drag, and the other way round; what nobody had tried is nothing shown.
    low, value, high = (
        one / need if proven else 0.0 for one, need in zip(most, (drag.p95, drag.median, drag.p05), strict=True)
    )
    word, remark = grade(claim, value, low, high)
    because = (
        f"{'One' if proven else 'No'} Dragon had pushed the station by {day:%-d %B %Y}. Even all the propellant of "
        f"one, that for the crew's way home included, is {most[1]:.0f} m/s ({most[0]:.0f} to {most[2]:.0f}); a year "
        f"of drag takes {drag.median:.0f} m/s ({drag.p05:.0f} to {drag.p95:.0f}) where the station is kept."
    )
    doubt = "whether a Dragon would have managed untried cannot be computed; canting of its thrusters is left out"
    spread = f"range: drag of 90 % of {evidence.document.runs} runs, load and specific impulse as in the catalogue"
    return Verdict(
        word, value, "shown share of a year's need", low, high, because, lines, joined(spread, doubt, remark)
    )


def _all_propellant_m_s(vehicle: Vehicle, mass_kg: float) -> tuple[float, float, float]:
    """What all propellant of a ship gives a station of that mass: lowest, best and highest of the catalogue."""
    engine, load = vehicle.engine, vehicle.propellant_kg
    if engine is None or load is None:
        return 0.0, 0.0, 0.0
    impulse, scale = engine.specific_impulse_s, STANDARD_GRAVITY_M_S2 / mass_kg
    return impulse.low * load.low * scale, impulse.best * load.best * scale, impulse.high * load.high * scale


def still_flies(claim: Claim, evidence: Evidence) -> Verdict:
    """In what share of the runs does it still fly at the horizon, against another branch, and since when is it real?"""
    name, against, vehicle_name = required(claim, branch=str, against=str, vehicle=str)
    falls, runs = _falling(evidence.branch(name))
    flying = runs - falls
    low, high = wilson(flying, runs)
    word, remark = grade(claim, flying / runs, low, high)
    other_falls, other_runs = _falling(evidence.branch(against))
    vehicle = evidence.vehicle(vehicle_name)
    since = vehicle.reboost_since_utc
    waited = (mjd_utc(since) - mjd_utc(evidence.epoch)) / 365.25 if since is not None else None
    real = "has not flown" if waited is None else f"came {waited:.1f} years later ({since:%Y-%m-%d})"
    because = (
        f"With it {_share(flying, runs)} still fly in {evidence.document.scenario.horizon_utc[:4]}, without it "
        f"{_share(other_runs - other_falls, other_runs)}. It {real}."
    )
    lines = [
        evidence.by_run(f"share still flying, {name}", flying / runs),
        evidence.by_run(f"share still flying, {against}", 1.0 - other_falls / other_runs),
        by_table("first use", since and f"{since:%Y-%m-%d}", f"catalogue, {vehicle_name}"),
    ]
    return Verdict(word, flying / runs, "share of runs", low, high, because, lines, _runs_words(runs, remark))


def deorbit_vehicle(claim: Claim, evidence: Evidence) -> Verdict:
    """In what share of the runs is it still up when the deorbit vehicle is due, and can that bring it down?"""
    name, provider_id = required(claim, branch=str, provider=str)
    provider = next((one for one in evidence.loaded.scenario.providers if one.id == provider_id), None)
    if provider is None or provider.visits is None:
        raise ClaimsError(f"claim {claim.id!r}: no visits of a provider {provider_id!r} in the scenario")
    due = mjd_utc(provider.visits[0].arrives_utc)
    branch = evidence.branch(name)
    dates = branch.reentry.dates_utc
    up = sum(date is None or mjd_utc(parse_utc(date)) > due for date in dates)
    low, high = wilson(up, len(dates))
    vehicle = evidence.vehicle(provider.vehicle or provider_id)
    reach, needed = _deorbit_reach(evidence, vehicle.id), _needed_m_s(branch)
    held = _controlled_share(branch)
    share = up / len(dates) if reach >= needed else 0.0
    word, remark = grade(claim, share, min(low, share), high if reach >= needed else 0.0)
    because = (
        f"It could bring the station down ({reach:.0f} m/s against {needed:.0f} needed), but it is due on "
        f"{iso_day(due)}; without Roscosmos {_share(up, len(dates))} still fly then (median fall "
        f"{_day(branch.reentry.median_utc)}), and {_share(round(held * len(dates)), len(dates))} are still held for it "
        f"to dock and burn, whoever decides on such an end."
    )
    lines = [
        evidence.by_run("share still up when it is due", up / len(dates)),
        evidence.by_run("share in which it could be brought down on target", held),
        by_table("vehicle [m/s]", round(reach, 1), f"catalogue, {vehicle.id}: load and specific impulse"),
        by_table("needed for a controlled fall [m/s]", needed, _needed_source(branch)),
    ]
    return Verdict(word, share, "share of runs", low, high, because, lines, _runs_words(len(dates), remark))


def _falling(branch: BranchDocument) -> tuple[int, int]:
    dates = branch.reentry.dates_utc
    return sum(date is not None for date in dates), len(dates)


def _controlled_share(branch: BranchDocument) -> float:
    return branch.no_return.controlled_deorbit.possible_share if branch.no_return is not None else 0.0


def _deorbit_reach(evidence: Evidence, vehicle_id: str) -> float:
    vehicle = evidence.vehicle(vehicle_id)
    if vehicle.engine is None or vehicle.propellant_kg is None:
        return 0.0
    from math import log

    full = evidence.document.scenario.mass_kg + vehicle.launch_mass_kg.best
    exhaust = vehicle.engine.specific_impulse_s.best * STANDARD_GRAVITY_M_S2
    return exhaust * log(full / (full - vehicle.propellant_kg.best))


def _needed_m_s(branch: BranchDocument) -> float:
    return branch.no_return.controlled_deorbit.delta_v_m_s if branch.no_return is not None else float("inf")


def _needed_source(branch: BranchDocument) -> str:
    return branch.no_return.controlled_deorbit.source if branch.no_return is not None else "the scenario gives none"


def _share(hits: int, runs: int) -> str:
    return f"{hits} of {runs} runs"


def _day(text: str | None) -> str:
    return "not by the horizon" if text is None else text[:10]


def _runs_words(runs: int, remark: str) -> str:
    return joined(f"range: 95 % from {runs} runs; what all runs assume alike is not in it", remark)
