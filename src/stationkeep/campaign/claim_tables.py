"""Evaluators of claims that need no runs: who flew with what, who is aboard, where the track goes, who owns what."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict

from stationkeep.campaign.claim_evidence import Evidence, by_table
from stationkeep.campaign.claim_verdict import Verdict, Word, grade, joined, required
from stationkeep.partnership.claims_file import Claim, ClaimsError
from stationkeep.partnership.model import Day, Part
from stationkeep.partnership.people_flown import SOURCE, flights_between
from stationkeep.timescale import mjd_utc

if TYPE_CHECKING:
    from stationkeep.catalogue.entries import Module, Vehicle
    from stationkeep.catalogue.pushing import Push
    from stationkeep.partnership.graph import PartnerGraph


class _OwnedGroup(BaseModel):
    """Functions said to be one owner's."""

    model_config = ConfigDict(extra="forbid")

    owner: str
    functions: list[str]


def owner_shares(claim: Claim, evidence: Evidence) -> Verdict:
    """What share of the capacity of each function belongs to whom? The smallest share counts."""
    from stationkeep.partnership.graph import build_graph
    from stationkeep.partnership.loader import partnership_of_station

    groups, day = required(claim, groups=list[_OwnedGroup], date_utc=Day)
    loaded = partnership_of_station(evidence.station.id)
    if loaded is None:
        raise ClaimsError(f"claim {claim.id!r}: nobody has described who provides what on {evidence.station.id}")
    graph = build_graph(loaded, day)
    shares = {
        (group.owner, name): _owned_share(graph, claim, name, group.owner)
        for group in groups
        for name in group.functions
    }
    value = min(shares.values())
    word, remark = grade(claim, value, value, value)
    told = "; ".join(
        f"{loaded.partner_names[group.owner]}: "
        + ", ".join(f"{graph.function(name).name} {shares[group.owner, name]:.0%}" for name in group.functions)
        for group in groups
    )
    lines = [
        by_table(
            f"{name}, share of {owner}",
            round(share, 3),
            f"stationkeep depends {evidence.loaded.scenario.id} --on={day:%Y-%m-%d} --function={name} --json=-",
        )
        for (owner, name), share in shares.items()
    ]
    doubt = "capacities are greatest ones and several are not confirmed (marked M); the rest is Russian or European"
    return Verdict(word, value, "smallest share", None, None, f"Owned by {told}.", lines, joined(doubt, remark))


def _owned_share(graph: PartnerGraph, claim: Claim, name: str, owner: str) -> float:
    if name not in graph.functions:
        raise ClaimsError(f"claim {claim.id!r}: unknown function {name!r}", hint="see stationkeep depends")
    capacities = graph.functions[name].shares()
    total = sum(capacities.values())
    return sum(size for node, size in capacities.items() if graph.asset(node).owner == owner) / total if total else 0.0


def seat_shares(claim: Claim, evidence: Evidence) -> Verdict:
    """What share of the people came with this vehicle: of all, of long stays, and since a date?"""
    vehicle, day, from_day, bar = required(claim, vehicle=str, date_utc=Day, since_utc=Day, true_from=float)
    counts = {
        "all who came": _seats(None, day, vehicle, "people_up"),
        "stays of 20 days and more": _seats(None, day, vehicle, "long_stays"),
        f"since {from_day:%-d %B %Y}": _seats(from_day, day, vehicle, "people_up"),
    }
    if not all(total for _, total in counts.values()):
        return Verdict("not decidable", None, "share", None, None, "Nobody came in one of these times.", [], "")
    shares = {name: hits / total for name, (hits, total) in counts.items()}
    over = sum(share > bar for share in shares.values())
    word: Word = "true" if over == len(shares) else "partly" if over else "false"
    told = "; ".join(f"{name}: {hits} of {total} ({hits / total:.0%})" for name, (hits, total) in counts.items())
    lines = [by_table(name, round(share, 4), SOURCE) for name, share in shares.items()]
    first = shares["all who came"]
    doubt = "counted one by one; a person who changed ships is counted by the way up"
    return Verdict(word, first, f"share on {vehicle}", None, None, f"On {vehicle}, {told}.", lines, doubt)


def _seats(since: datetime | None, until: datetime, vehicle: str, field: str) -> tuple[int, int]:
    flights = flights_between(since, until)
    hits = sum(getattr(one, field) for one in flights if one.vehicle == vehicle)
    return hits, sum(getattr(one, field) for one in flights)


def flight_count(claim: Claim, evidence: Evidence) -> Verdict:
    """How many flights of this vehicle had brought people by that day?"""
    vehicle, day, expected = required(claim, vehicle=str, date_utc=Day, expected=int)
    flights = [one for one in flights_between(None, day) if one.vehicle == vehicle]
    names = ", ".join(f"{one.flight} ({one.arrival_utc:%Y-%m-%d})" for one in flights)
    word: Word = "true" if len(flights) == expected else "false"
    beside = [one for one in _flown_beside(claim) if one.launch_utc < day]
    because = f"{len(flights)} had brought people to the station: {names}."
    lines = [by_table("arrivals with people", len(flights), SOURCE)]
    doubt = "flights elsewhere or without people are not counted"
    if beside:
        told = " and ".join(f"{one.flight} ({one.launch_utc:%Y-%m-%d}, {one.what})" for one in beside)
        because += f" {len(flights) + len(beside)} in all, with {told}."
        lines += [by_table(f"{one.flight}, {one.what}", 1, one.source) for one in beside]
    return Verdict(word, len(flights), "flights with people to the station", None, None, because, lines, doubt)


class FlownBeside(Part):
    """A flight of the same kind of craft that brought nobody to the station."""

    flight: str
    launch_utc: Day
    what: str
    source: str


def _flown_beside(claim: Claim) -> list[FlownBeside]:
    if "beside" not in claim.settings:
        return []
    (flown,) = required(claim, beside=list[FlownBeside])
    return list(flown)


def crew_nations(claim: Claim, evidence: Evidence) -> Verdict:
    """Who is aboard, by nationality?"""
    (expected,) = required(claim, expected=dict[str, int])
    aboard = Counter(person.nationality for person in evidence.station.people)
    wanted = Counter(expected)
    matched = sum((aboard & wanted).values())
    everyone = max(sum(aboard.values()), sum(wanted.values()))
    share = matched / everyone if everyone else 0.0
    word: Word = "true" if aboard == wanted else "partly" if share >= 0.5 else "false"
    told = ", ".join(f"{count} {nation}" for nation, count in aboard.most_common())
    names = ", ".join(person.name for person in evidence.station.people)
    lines = [by_table("people aboard", dict(aboard), f"catalogue, {evidence.station.id}")]
    second, doubt = _aboard_by_record(evidence.epoch), "one list only; the flown record does not reach that day"
    if second is not None:
        lines.append(by_table("people aboard, flown record", dict(second), "logistics/data, crew of 2020 to 2023"))
        doubt = "two lists agree"
        if second != aboard:
            word, doubt = "not decidable", "two lists disagree"
    because = f"Aboard were {told}: {names}."
    return Verdict(word, float(sum(aboard.values())), "people", None, None, because, lines, doubt)


def _aboard_by_record(day: datetime) -> Counter[str] | None:
    """Nationalities aboard by the flown record of logistics; none for a day it does not cover."""
    from stationkeep.logistics.history import flown_history

    record, now = flown_history(), mjd_utc(day)
    if record.first_mjd_utc is None or record.last_mjd_utc is None:
        return None
    if not record.first_mjd_utc <= now < record.last_mjd_utc:
        return None
    return Counter(
        trip.nationality
        for trip in record.trips
        if trip.arrival_mjd_utc is not None
        and trip.arrival_mjd_utc <= now
        and (trip.departure_mjd_utc is None or now < trip.departure_mjd_utc)
    )


def under_the_track(claim: Claim, evidence: Evidence) -> Verdict:
    """What share of a country's people live between the latitudes the station turns at, and how much of its land?"""
    import numpy as np

    from stationkeep.descent.latitude_law import band_probability
    from stationkeep.environment.population import CELL_DEG, load_land, load_population, zone_area_km2

    (iso2,) = required(claim, country=str)
    inclination = evidence.station.inclination_deg.best
    people, land = load_population(evidence.epoch.year), load_land()
    place = next((i for i, country in enumerate(people.countries) if country.iso2 == iso2), None)
    if place is None:
        raise ClaimsError(f"claim {claim.id!r}: unknown country {iso2!r}", hint="give an ISO 3166 code such as RU")
    south = -90.0 + CELL_DEG * np.arange(360)
    north = south + CELL_DEG
    chance = band_probability(south, north, inclination)
    below = _reached(chance, south, inclination)
    heads = people.by_row_and_country()[:, place]
    strip = land.by_row_and_country()[:, place]
    area = strip * zone_area_km2(south, north)
    if not heads.sum() or not area.sum():
        raise ClaimsError(f"claim {claim.id!r}: nobody is counted in {iso2!r}", hint="give an ISO 3166 code such as RU")
    shares = [float((part * below).sum() / part.sum()) for part in (heads, area)]
    overhead = float((chance * strip).sum())
    word, remark = grade(claim, shares[0], shares[0], shares[0])
    name = people.countries[place].name
    because = (
        f"Its track reaches {_turning_latitude_deg(inclination):.1f} degrees north. {shares[0]:.0%} of the "
        f"people and {shares[1]:.0%} of the land of {name} lie below it; the station is over {name} "
        f"{overhead * 24 * 60:.0f} minutes a day."
    )
    lines = [
        by_table("share of people", round(shares[0], 4), people.source),
        by_table("share of land", round(shares[1], 4), land.source),
        by_table("share of the time", round(overhead, 5), f"inclination {inclination} degrees, catalogue"),
    ]
    doubt = "half-degree cells: a cell at the edge counts by the part that is reached"
    return Verdict(word, shares[0], "share of people", None, None, because, lines, joined(doubt, remark))


def _turning_latitude_deg(inclination_deg: float) -> float:
    """Northernmost latitude on the map: the geocentric one is the inclination, the geodetic one a little more."""
    import math

    from stationkeep.constants import EARTH_FLATTENING

    reach = math.radians(min(inclination_deg, 180.0 - inclination_deg))
    return math.degrees(math.atan(math.tan(reach) / (1.0 - EARTH_FLATTENING) ** 2))


def _reached(chance: Any, south: Any, inclination: float) -> Any:
    """How much of each half-degree row lies within the turning latitudes, 0 to 1."""
    import numpy as np

    limit = _turning_latitude_deg(inclination)
    step = south[1] - south[0]
    top = np.clip((limit - south) / step, 0.0, 1.0)
    bottom = np.clip((south + step + limit) / step, 0.0, 1.0)
    return np.minimum(top, bottom) * (chance > 0.0)


def mass_stated(claim: Claim, evidence: Evidence) -> Verdict:
    """By how much does the stated mass miss the station's?"""
    (stated,) = required(claim, stated_kg=float)
    mass = evidence.station.mass_kg
    errors = sorted(abs(stated / kilograms - 1.0) for kilograms in (mass.low, mass.best, mass.high))
    value = abs(stated / mass.best - 1.0)
    word, remark = grade(claim, value, errors[0], errors[-1])
    side = "more" if stated > mass.best else "less"
    real = f"{mass.best / 1000:.0f} t it had that day, ships docked and all"
    because = f"{stated / 1000:.0f} t is {value:.1%} {side} than the {real}."
    lines = [by_table("mass [kg]", mass.best, f"catalogue, {evidence.station.id}: {mass.source}")]
    return Verdict(
        word, value, "relative error", errors[0], errors[-1], because, lines, joined("the mass to 0.5 %", remark)
    )


class _RetiredPusher(BaseModel):
    """Engines that had moved the station and were out of use, where the catalogue has no entry."""

    model_config = ConfigDict(extra="forbid")

    name: str
    owner: str
    until_utc: Day
    source: str


def only_pushers(claim: Claim, evidence: Evidence) -> Verdict:
    """Whose engines had moved the station by that day and could then? Retired ones are told apart and do not count."""
    named, owner, day, listed = required(
        claim, vehicles=list[str], owner=str, date_utc=Day, retired=list[_RetiredPusher]
    )
    retired = _retired_by(evidence, day, listed)
    found = _pushes_by(evidence, day)
    inside = [row for row in found if row[0] in named]
    others = [row for row in found if row[0] not in named]
    strangers = [row for row in others if row[2] != owner and _ordinary(row[3], day)]
    word: Word = "true" if inside and not others else "false" if strangers or not inside else "partly"
    told = "; ".join(
        f"{name} ({evidence.catalogue.partners[whose].name}, since {push.first_used_utc:%Y-%m-%d}"
        f"{'' if _ordinary(push, day) else ', only tested'})"
        for _, name, whose, push in found
    )
    lines = [
        by_table(f"{name}, {push.id}", f"{push.first_used_utc:%Y-%m-%d}", f"catalogue, {item}: {push.source}")
        for item, name, _, push in found
    ]
    because = f"Engines that had moved it by {day:%-d %B %Y} and could then: {told}."
    if retired:
        gone = "; ".join(
            f"{name} ({evidence.catalogue.partners[whose].name}, {until.year})" for name, whose, until in retired
        )
        because += f" Had moved it and were retired: {gone}."
        lines += [by_table(f"{one.name}, until", f"{one.until_utc:%Y-%m-%d}", one.source) for one in listed]
    return Verdict(word, float(len(others)), "other engines", None, None, because, lines, "first uses found in reports")


def _retired_by(evidence: Evidence, day: datetime, listed: list[_RetiredPusher]) -> list[tuple[str, str, datetime]]:
    """Name, owner and end of what had pushed and was out of use by then, the first gone first."""
    gone = [(one.name, one.owner, one.until_utc) for one in listed if one.until_utc <= day]
    for craft in evidence.catalogue.vehicles.values():
        used = any(push.first_used_utc is not None for push in craft.pushes)
        if used and craft.retired_utc is not None and craft.retired_utc <= day:
            gone.append((craft.name, craft.owner, craft.retired_utc))
    return sorted(gone, key=lambda one: one[2])


def _pushes_by(evidence: Evidence, day: datetime) -> list[tuple[str, str, str, Push]]:
    """Id, name, owner and push of everything that had pushed by then and was not retired."""
    vehicles = evidence.catalogue.vehicles.values()
    parts: list[Vehicle | Module] = [one for one in vehicles if one.retired_utc is None or one.retired_utc > day]
    parts.extend(evidence.station.modules)
    return [
        (part.id, part.name, part.owner, push)
        for part in parts
        for push in part.pushes
        if push.first_used_utc is not None and push.first_used_utc <= day
    ]


def _ordinary(push: Push, day: datetime) -> bool:
    since = push.counts_from_utc
    return push.standing == "standard" and since is not None and since <= day


def notice(claim: Claim, evidence: Evidence) -> Verdict:
    """What notice does the agreement ask for, and was any given by the end of the timeline?"""
    from stationkeep.partnership.crisis import crisis_timeline

    least, start, name = required(claim, least_days=float, announced_utc=Day, timeline=str)
    timeline = crisis_timeline(name)
    agreement = timeline.agreement
    word: Word = "true" if agreement.notice_days >= least else "false"
    given = [entry for entry in timeline.entries if entry.kind == "notice"]
    last = timeline.entries[-1].date
    said = (
        f"a formal notice came on {given[0].date:%Y-%m-%d}"
        if given
        else f"no formal notice had come by {last:%Y-%m-%d}"
    )
    because = (
        f"{agreement.name} asks for {agreement.notice_days:.0f} days: an exit announced on {start:%Y-%m-%d} could "
        f"bind from {start + timedelta(days=agreement.notice_days):%Y-%m-%d}; {said}. It binds "
        "states, it does not hold the orbit."
    )
    lines = [by_table("notice [d]", agreement.notice_days, agreement.source)]
    return Verdict(
        word, agreement.notice_days, "days of notice", None, None, because, lines, "the text of the agreement"
    )
