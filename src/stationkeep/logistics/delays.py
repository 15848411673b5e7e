"""How often are flights lost, how late are they, how long do they stay, how long is a kind grounded after a loss?

Each law is the posterior of a simple model after the flown record, with an interval that says how little a few dozen
flights tell: shares get Jeffreys' prior (beta 1/2, 1/2), sizes in days are log-normal under the prior 1/sigma, so that
a new one follows a log Student-t (Gelman et al., Bayesian Data Analysis, 3rd ed., sections 2.4 and 3.2).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Final

import numpy as np
from numpy.random import Generator

from stationkeep.errors import InputError
from stationkeep.logistics.chance import beta_quantile, student_quantile
from stationkeep.logistics.manifest import Flight, Manifest

GROUPS: Final[Mapping[str, tuple[str, ...]]] = {
    "progress": ("progress",),
    "soyuz": ("soyuz",),
    "dragon": ("dragon-1", "cargo-dragon", "crew-dragon"),
    "cygnus": ("cygnus",),
    "japanese": ("htv", "htv-x"),
    "atv": ("atv",),
    "starliner": ("starliner",),
}
"""Kinds whose losses are counted together."""

STAY_GROUPS: Final[Mapping[str, tuple[str, ...]]] = {
    "progress": ("progress",),
    "soyuz": ("soyuz",),
    "crew-dragon": ("crew-dragon",),
    "cargo-dragon": ("dragon-1", "cargo-dragon"),
    "cygnus": ("cygnus",),
    "japanese": ("htv", "htv-x"),
    "atv": ("atv",),
}
"""Kinds whose stays are alike."""

SHORTEST_LONG_STAY_DAYS: Final = 20.0
"""A crew craft that stays shorter brings visitors, by plan: not counted among stays."""

_RUSSIAN: Final = "roscosmos"
_LEVEL: Final = 0.9
_LATEST_SHARE: Final = 0.95


@dataclass(frozen=True, slots=True)
class ShareLaw:
    """How likely, after ``hits`` of ``trials``?"""

    hits: int
    trials: int

    @property
    def mean(self) -> float:
        """The posterior mean."""
        return (self.hits + 0.5) / (self.trials + 1.0)

    def interval(self, level: float = _LEVEL) -> tuple[float, float]:
        """The credible interval, equal tails; it starts at zero where nothing was hit."""
        a, b = self.hits + 0.5, self.trials - self.hits + 0.5
        low = 0.0 if self.hits == 0 else beta_quantile(0.5 - 0.5 * level, a, b)
        high = 1.0 if self.hits == self.trials else beta_quantile(0.5 + 0.5 * level, a, b)
        return low, high

    def draw(self, random: Generator) -> float:
        """A share as it may be."""
        return float(random.beta(self.hits + 0.5, self.trials - self.hits + 0.5))


@dataclass(frozen=True, slots=True)
class DaysLaw:
    """How many days, after ``count`` cases with this mean and deviation of their natural logarithms?"""

    count: int
    mean_log: float
    deviation_log: float
    shared_freedom: int | None = None
    """Degrees of freedom of the deviation, where it is shared with other laws; null: ``count - 1``."""

    @property
    def freedom(self) -> int:
        """Degrees of freedom of the deviation."""
        return self.count - 1 if self.shared_freedom is None else self.shared_freedom

    @property
    def median_days(self) -> float:
        """The median of a new case."""
        return math.exp(self.mean_log)

    def median_interval_days(self, level: float = _LEVEL) -> tuple[float, float]:
        """Where the true median lies."""
        reach = student_quantile(0.5 + 0.5 * level, self.freedom) * self.deviation_log / math.sqrt(self.count)
        return math.exp(self.mean_log - reach), math.exp(self.mean_log + reach)

    def quantile_days(self, share: float) -> float:
        """Below which number of days does a new case stay with this probability?"""
        width = self.deviation_log * math.sqrt(1.0 + 1.0 / self.count)
        return math.exp(self.mean_log + width * student_quantile(share, self.freedom))

    def draw(self, random: Generator) -> DrawnDays:
        """The law as it may be: log-normal with a mean and a deviation drawn from their posterior."""
        deviation = self.deviation_log * math.sqrt(self.freedom / random.chisquare(self.freedom))
        mean = self.mean_log + deviation / math.sqrt(self.count) * random.standard_normal()
        return DrawnDays(float(mean), float(deviation))


@dataclass(frozen=True, slots=True)
class DrawnDays:
    """A log-normal law of days with known parameters."""

    mean_log: float
    deviation_log: float
    longest_days: float = math.inf
    """No case is longer."""

    def days(self, standard_normal: float) -> float:
        """The days at a standard normal number."""
        return min(math.exp(self.mean_log + self.deviation_log * standard_normal), self.longest_days)


@dataclass(frozen=True, slots=True)
class TrafficLaws:
    """Everything fitted: by group of kinds where kinds differ."""

    losses: Mapping[str, ShareLaw]
    docking_trouble: ShareLaw
    """Of flights that arrived: first docking failed, or by hand, or late."""
    late_launch: Mapping[str, ShareLaw]
    """By side (russian, american): launched a day or more after the date published within the fortnight before."""
    lateness_days: DaysLaw
    stays_days: Mapping[str, DaysLaw]
    regrounding_days: Mapping[str, DaysLaw]
    """By side: from a loss to the next arrival of the same kind."""
    lifeboat_failure: ShareLaw
    """Of crew craft that docked: unfit to take people home before they left."""


def days_law(days: Iterable[float]) -> DaysLaw:
    """The law after these cases; raises :class:`InputError` for fewer than two, or a case of no days."""
    cases = np.asarray(list(days), dtype=float)
    if len(cases) < 2 or not np.all(cases > 0.0):
        raise InputError(f"{len(cases)} cases make no law of days", hint="give at least two, each above zero")
    logs = np.log(cases)
    return DaysLaw(len(cases), float(logs.mean()), float(logs.std(ddof=1)))


def loss_laws(flights: Iterable[Flight]) -> dict[str, ShareLaw]:
    """How many of each group never arrived?"""
    flown = list(flights)
    return {
        group: ShareLaw(sum(flight.lost for flight in found), sum(flight.lost or flight.arrived for flight in found))
        for group, kinds in GROUPS.items()
        if (found := [flight for flight in flown if flight.kind.id in kinds])
    }


def docking_law(flights: Iterable[Flight]) -> ShareLaw:
    """How many of those that arrived did not dock or berth at the first try, by themselves, on the day?"""
    arrived = [flight for flight in flights if flight.arrived]
    words = ("docking", "approach", "late")
    troubled = [flight for flight in arrived if any(word in flight.outcome.casefold() for word in words)]
    # "late in stay" is a leak long after docking
    troubled = [flight for flight in troubled if "late in stay" not in flight.outcome.casefold()]
    return ShareLaw(len(troubled), len(arrived))


def stay_laws(flights: Iterable[Flight]) -> dict[str, DaysLaw]:
    """How long does each group stay? Groups with fewer than three stays are left out."""
    found = {group: stays_of(flights, group) for group in STAY_GROUPS}
    return {group: days_law(days) for group, days in found.items() if len(days) >= 3}


def stays_of(flights: Iterable[Flight], group: str) -> list[float]:
    """The stays [day] of a group, without visits of crew craft."""
    stayed = [(flight.kind.role, flight.attached_days) for flight in flights if flight.kind.id in STAY_GROUPS[group]]
    return [days for role, days in stayed if days and (role != "crew" or days >= SHORTEST_LONG_STAY_DAYS)]


def groundings_of(flights: Iterable[Flight]) -> list[tuple[Flight, float]]:
    """Every lost flight with the days from its loss to the next arrival of its type (``Dragon``, ``Progress``)."""
    flown = sorted(flights, key=lambda flight: flight.launch_mjd_utc)
    found = []
    for flight in flown:
        if not flight.lost:
            continue
        later = [
            other.arrival_mjd_utc
            for other in flown
            if other.kind.type == flight.kind.type
            and other.arrival_mjd_utc is not None
            and other.launch_mjd_utc > flight.launch_mjd_utc
        ]
        if later:
            found.append((flight, min(later) - flight.launch_mjd_utc))
    return found


def regrounding_laws(flights: Iterable[Flight]) -> dict[str, DaysLaw]:
    """How long is a kind of craft away after a loss, Russian or other?

    The deviation is shared: two or three cases a side tell a median, but hardly how much single cases differ. Test
    flights before a kind's first crew are left out: what followed Starliner's first was development, not a grounding.
    """
    cases: dict[str, list[float]] = {"russian": [], "american": []}
    for flight, days in groundings_of(flights):
        first_crew = flight.kind.crews_from_mjd_utc
        if first_crew is None or flight.launch_mjd_utc >= first_crew:
            cases[side_of_owner(flight.kind.owner)].append(days)
    laws = {side: days_law(days) for side, days in cases.items() if len(days) >= 2}
    freedom = sum(law.freedom for law in laws.values())
    squares = sum(law.freedom * law.deviation_log**2 for law in laws.values())
    return {side: DaysLaw(law.count, law.mean_log, math.sqrt(squares / freedom), freedom) for side, law in laws.items()}


def side_of_owner(owner: str) -> str:
    """Whose launches are counted together: ``russian`` or ``american`` (all others)."""
    return "russian" if owner == _RUSSIAN else "american"


def lateness_laws(slips: Sequence[tuple[str, float]]) -> tuple[dict[str, ShareLaw], DaysLaw]:
    """How often, and how much, is a launch late against the plan of the fortnight before?

    ``slips``: side and days. Less than half a day is the planned day: some launch times are known to the day only.
    """
    late = {side: [days for name, days in slips if name == side] for side in dict.fromkeys(name for name, _ in slips)}
    shares = {side: ShareLaw(sum(day >= 0.5 for day in days), len(days)) for side, days in late.items()}
    return shares, days_law(days for _, days in slips if days >= 0.5)


@cache
def longest_lateness_days(law: DaysLaw) -> float:
    """How late is a flight at most, of those that fly at all?

    The 95 % of a new case: 28.6 days after the record of 2010 to 2023, whose worst is 11.8. Five cases say nothing of
    what lies beyond, and a log Student-t with four degrees of freedom goes on for years there: what keeps a ship on the
    ground for months is a grounding, which has its own law.
    """
    return law.quantile_days(_LATEST_SHARE)


def drawn_lateness(law: DaysLaw, random: Generator) -> DrawnDays:
    """How late flights are in one run, if they are: as the law may be, up to :func:`longest_lateness_days`."""
    return replace(law.draw(random), longest_days=longest_lateness_days(law))


def fit_laws(manifest: Manifest, slips: Sequence[tuple[str, float]], first: float, last: float) -> TrafficLaws:
    """All laws after the flights launched from one date to another (modified Julian days, the last excluded)."""
    flights = [flight for flight in manifest.flights.values() if first <= flight.launch_mjd_utc < last]
    shares, lateness = lateness_laws(slips)
    crewed = [flight for flight in flights if flight.arrived and flight.seats]
    unfit = {item.flight for item in manifest.contingencies if item.problem == "unfit"}
    return TrafficLaws(
        losses=loss_laws(flights),
        docking_trouble=docking_law(flights),
        late_launch=shares,
        lateness_days=lateness,
        stays_days=stay_laws(flights),
        regrounding_days=regrounding_laws(flights),
        lifeboat_failure=ShareLaw(sum(flight.name in unfit for flight in crewed), len(crewed)),
    )
