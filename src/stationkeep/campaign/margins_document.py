"""The document of ``stationkeep margins``, schema ``stationkeep.margins/1``.

Days are counted from ``date_utc``; null: not within ``horizon_days``. ``x`` is the best estimate: every figure at its
own. ``x_interval`` is the 90 % interval of ``x`` over draws of every range, half of them on either side of the best
estimate of each; null counts as later than any date. Where it would leave ``x`` outside it reaches to it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final, Literal

from pydantic import Field

import stationkeep
from stationkeep.campaign.margins import EMPTY_HORIZON_DAYS, Ahead, StationMargins
from stationkeep.campaign.margins_empty import EmptyOrbit
from stationkeep.campaign.margins_seats import CraftMargin, SeatMargins
from stationkeep.campaign.margins_words import LimitKind, limit_in_words, limit_kind, seats_in_words
from stationkeep.campaign.part import Interval, Part
from stationkeep.campaign.quantiles import date_quantiles, interval
from stationkeep.habitat.margins import Limit, StoreMargin, first_reserve
from stationkeep.habitat.stores import Store
from stationkeep.simulation.people_words import words as name_in_words
from stationkeep.timescale import iso_utc

SCHEMA: Final = "stationkeep.margins/1"
NOT_COUNTED: Final = ("breakdowns of machines", "heat", "fire and leaks to come")
_DIGITS: Final = 2


class DaysInterval(Part):
    """Quantiles of days over the draws; null: later than the horizon. Reaches to the best estimate in any case."""

    p05: float | None
    median: float | None
    p95: float | None


class MarginStore(Part):
    """One store: how much, and how many days to its reserve and to zero."""

    name: str
    owner: str
    segment: str
    substance: str
    critical: bool = Field(description="people cannot stay where the last of it has run out")
    amount_kg: float
    amount_kg_interval: Interval | None
    reserve_kg: float = Field(description="for those aboard; 0: it has none")
    days_to_reserve: float | None = Field(description="nothing more delivered, those aboard stay")
    days_to_reserve_interval: DaysInterval | None
    days_to_zero: float | None
    days_to_zero_interval: DaysInterval | None
    planned_days_to_reserve: float | None = Field(description="with the flights and people of the plan")
    planned_days_to_reserve_interval: DaysInterval | None
    planned_days_to_zero: float | None
    planned_days_to_zero_interval: DaysInterval | None


class MarginLimit(Part):
    """What ends first."""

    kind: LimitKind
    what: str = Field(description="the store, the air's limit, or the craft")
    days: float
    date_utc: str
    days_interval: DaysInterval | None = Field(description="null for seats: their dates are not drawn")
    words: str


class MarginPeople(Part):
    """How many can stay, and until when; seats home and stores both counted, nothing more delivered."""

    people: int
    days: float | None
    until_utc: str | None
    stores_days: float | None = Field(description="stores and air alone")
    words: str


class MarginCraft(Part):
    """A craft there that takes people home."""

    flight: str
    kind: str
    owner: str
    seats: int
    good_until_utc: str | None
    leaves_utc: str | None = Field(description="as planned")
    riders: list[str]


class MarginSeats(Part):
    """Seats home, now and under the plan."""

    aboard: int
    seats: int = Field(description="working seats home")
    short_from_utc: str | None = Field(description="from when on somebody lacks a seat under the plan")
    short: list[str] = Field(description="who, then")
    without: list[str] = Field(description="who has no proper seat now")
    craft: list[MarginCraft]


class MarginEmpty(Part):
    """Whether the station can be left empty, and for how long people can come back to it; nothing more delivered."""

    possible: bool
    days: float | None = Field(description="until the air is unfit, the attitude lost or it is too low; null: never")
    days_interval: DaysInterval | None = Field(description="null where attitude or height ends it: not drawn")
    until_utc: str | None
    horizon_days: float
    words: str = Field(description="what ends it; empty: nothing within horizon_days")
    air_days: float | None = Field(description="until the air is no longer fit; null: not within horizon_days")
    air_days_interval: DaysInterval | None
    air_words: str = Field(description="what makes the air unfit")
    low_pressure_utc: str | None = Field(description="when the pressure first falls below the flight rules' limit")
    nitrogen_utc: str | None = Field(description="when the last nitrogen in tanks is gone")
    attitude_lost_utc: str | None = Field(description="for good: propellant and gyros; nothing docks any more")
    too_low_utc: str | None = Field(description="below the altitude at which crews leave")
    falls_utc: str | None
    not_counted: list[str]


class MarginGone(Part):
    """Who has left in this question, and what went with them."""

    partners: list[str]
    craft: list[str]
    people: list[str]
    flights: list[str] = Field(description="planned ones that do not come")


class MarginRun(Part):
    """What becomes of it in the branch's reference run, from the epoch to the horizon; null: it does not come."""

    attitude_lost_utc: str | None = Field(description="lost for good")
    must_leave_utc: str | None
    must_leave_why: str
    left_utc: str | None = Field(description="the last person has left for good")
    without_seat_utc: str | None = Field(description="from when on somebody has no working seat home")


class MarginScenario(Part):
    """Which scenario and branch was asked."""

    id: str
    hash: str
    title: str
    epoch_utc: str
    branch: str


class MarginsDocument(Part):
    """What ``stationkeep margins`` writes."""

    schema_: Literal["stationkeep.margins/1"] = Field(SCHEMA, alias="schema")
    scenario: MarginScenario
    date_utc: str
    horizon_days: float
    plan_until_utc: str | None = Field(description="the last flight planned; later days have none")
    draws: int
    seed: int
    people: list[str]
    without: MarginGone
    stores: list[MarginStore]
    seats: MarginSeats
    first_reserve: MarginLimit | None
    first_limit: MarginLimit | None = Field(description="what first makes people leave, nothing more delivered")
    stores_limit: MarginLimit | None = Field(description="the same of stores and air alone")
    planned_limit: MarginLimit | None = Field(description="of stores and air, with the flights and people of the plan")
    people_until: list[MarginPeople]
    empty: MarginEmpty
    run: MarginRun | None = Field(description="null where somebody has left in this question")
    notes: list[str]
    provenance: dict[str, str]


@dataclass(frozen=True)
class MarginsQuestion:
    """What was asked, for the head of the document."""

    scenario: MarginScenario
    seed: int
    gone: MarginGone
    sources: tuple[str, ...] = ()
    run: MarginRun | None = None
    empty: EmptyOrbit | None = None
    """What becomes of attitude and height where everybody leaves; None: not asked."""


def margins_document(found: StationMargins, question: MarginsQuestion) -> MarginsDocument:
    """The answer as a document."""
    habitat, seats = found.state.habitat, found.seats
    launches = [one.launch_mjd_utc for one in found.plan.flights.values() if one.launch_mjd_utc > found.time_mjd_utc]
    return MarginsDocument(
        schema=SCHEMA, scenario=question.scenario, date_utc=iso_utc(found.time_mjd_utc),
        horizon_days=found.habitat.horizon_days, plan_until_utc=_utc(max(launches, default=None)),
        draws=len(found.samples), seed=question.seed, people=list(found.people), without=question.gone,
        stores=[
            _store(habitat.stores[one.name], found, number)
            for number, one in enumerate(found.best.stores)
            if is_supply(habitat.stores[one.name])
        ],
        seats=_seats(seats), first_reserve=_first_reserve(found), first_limit=_first_limit(found),
        stores_limit=_limit(found, found.best.limit, lambda one: one.limit),
        planned_limit=_limit(found, found.best.planned_limit, lambda one: one.planned_limit),
        people_until=[_people(found, number, limit) for number, limit in found.habitat.people_until if number],
        empty=_empty(found, question.empty), run=question.run,
        notes=_notes(bool(question.gone.partners), len(found.samples)),
        provenance={"stationkeep": stationkeep.__version__}
        | {f"source {index}": text for index, text in enumerate(question.sources, 1)},
    )  # fmt: skip


def is_supply(store: Store) -> bool:
    """Whether a store is lived from; waste on its way through a machine is not."""
    return bool(store.critical or store.reserve_kg or store.reserve_days or store.amount_kg) and bool(store.owner)


def _store(store: Store, found: StationMargins, number: int) -> MarginStore:
    best, planned = found.best.stores[number], found.best.planned_stores[number]
    drawn = [one.stores[number] for one in found.samples]
    later = [one.planned_stores[number] for one in found.samples]

    def spread(many: list[StoreMargin], name: str) -> DaysInterval | None:
        return _days_interval((getattr(one, name) for one in many), getattr(best if many is drawn else planned, name))

    return MarginStore(
        name=store.name, owner=store.owner, segment=store.segment, substance=store.substance, critical=store.critical,
        amount_kg=_round(best.amount_kg), reserve_kg=_round(best.reserve_kg),
        amount_kg_interval=_kg_interval([one.amount_kg for one in drawn]),
        days_to_reserve=_days(best.days_to_reserve), days_to_reserve_interval=spread(drawn, "days_to_reserve"),
        days_to_zero=_days(best.days_to_zero), days_to_zero_interval=spread(drawn, "days_to_zero"),
        planned_days_to_reserve=_days(planned.days_to_reserve),
        planned_days_to_reserve_interval=spread(later, "days_to_reserve"),
        planned_days_to_zero=_days(planned.days_to_zero), planned_days_to_zero_interval=spread(later, "days_to_zero"),
    )  # fmt: skip


def _seats(seats: SeatMargins) -> MarginSeats:
    return MarginSeats(
        aboard=seats.aboard, seats=seats.seats, short_from_utc=_utc(seats.short_from_mjd_utc), short=list(seats.short),
        without=list(seats.without), craft=[_craft(one) for one in seats.craft],
    )  # fmt: skip


def _craft(one: CraftMargin) -> MarginCraft:
    good = one.until_mjd_utc if math.isfinite(one.until_mjd_utc) else None
    return MarginCraft(
        flight=one.flight, kind=one.kind, owner=one.owner, seats=one.seats, good_until_utc=_utc(good),
        leaves_utc=_utc(one.leaves_mjd_utc), riders=list(one.riders),
    )  # fmt: skip


def _limit(found: StationMargins, limit: Limit | None, of: Callable[[Ahead], Limit | None]) -> MarginLimit | None:
    if limit is None:
        return None
    days = [None if one is None else one.days for one in map(of, found.samples)]
    return _told(found, limit, _days_interval(days, limit.days), limit_in_words(found.state.habitat, limit))


def _first_reserve(found: StationMargins) -> MarginLimit | None:
    limit = first_reserve(found.best.stores)
    if limit is None:
        return None
    days = [None if one is None else one.days for one in (first_reserve(item.stores) for item in found.samples)]
    return _told(
        found, limit, _days_interval(days, limit.days), f"the reserve of {name_in_words(limit.what)} is reached"
    )


def _told(found: StationMargins, limit: Limit, spread: DaysInterval | None, words: str) -> MarginLimit:
    return MarginLimit(
        kind=limit_kind(found.state.habitat, limit), what=limit.what, days=_round(limit.days),
        date_utc=iso_utc(found.time_mjd_utc + limit.days), days_interval=spread, words=words,
    )  # fmt: skip


def _first_limit(found: StationMargins) -> MarginLimit | None:
    """Stores, air or seats, whichever ends first for all aboard."""
    people = found.habitat.people
    until = found.seats.until_mjd_utc(people)
    stores = _limit(found, found.best.limit, lambda one: one.limit)
    days = max(0.0, until - found.time_mjd_utc)
    if (stores is None and days > found.habitat.horizon_days) or (stores is not None and stores.days <= days):
        return stores
    ending = [one.flight for one in found.seats.craft if one.until_mjd_utc == until]
    return MarginLimit(
        kind="seats", what=" and ".join(ending) or "seats", days=_round(days),
        date_utc=iso_utc(found.time_mjd_utc + days), days_interval=None,
        words=seats_in_words(found.seats, people, until),
    )  # fmt: skip


def _people(found: StationMargins, number: int, limit: Limit | None) -> MarginPeople:
    until = found.seats.until_mjd_utc(number)
    seat_days = max(0.0, until - found.time_mjd_utc)
    stores_days = math.inf if limit is None else limit.days
    days = min(seat_days, stores_days)
    if days > found.habitat.horizon_days:
        words = "no limit within the horizon"
    elif limit is not None and stores_days <= seat_days:
        words = limit_in_words(found.state.habitat, limit)
    else:
        words = seats_in_words(found.seats, number, until)
    shown = days if days <= found.habitat.horizon_days else None
    return MarginPeople(
        people=number, days=_days(shown), until_utc=_utc(None if shown is None else found.time_mjd_utc + shown),
        stores_days=_days(None if limit is None else limit.days), words=words,
    )  # fmt: skip


def _empty(found: StationMargins, orbit: EmptyOrbit | None) -> MarginEmpty:
    one, now = found.best.empty, found.time_mjd_utc
    air = _none_later(one.limit)
    drawn = [_none_later(item.empty.limit) for item in found.samples]
    words = "" if one.limit is None else limit_in_words(found.state.habitat, one.limit)
    ends = None if orbit is None else orbit.end()
    lost = math.inf if ends is None else max(ends[0] - now, 0.0)
    days = min(air, lost)
    return MarginEmpty(
        possible=days > 0.0, days=_known(days), horizon_days=EMPTY_HORIZON_DAYS,
        days_interval=_days_interval(map(_known, drawn), _known(air)) if air <= lost else None,
        until_utc=_utc(None if days == math.inf else now + days),
        words=ends[1] if ends is not None and lost < air else words,
        air_days=_known(air), air_days_interval=_days_interval(map(_known, drawn), _known(air)), air_words=words,
        low_pressure_utc=_utc(None if one.low_pressure_days is None else now + one.low_pressure_days),
        nitrogen_utc=_utc(None if one.nitrogen_days is None else now + one.nitrogen_days),
        attitude_lost_utc=_utc(orbit.attitude_lost_mjd_utc if orbit else None),
        too_low_utc=_utc(orbit.too_low_mjd_utc if orbit else None),
        falls_utc=_utc(orbit.fall_mjd_utc if orbit else None),
        not_counted=[*(() if orbit else ("attitude and height",)), *NOT_COUNTED],
    )  # fmt: skip


def _none_later(limit: Limit | None) -> float:
    return math.inf if limit is None else limit.days


def _known(days: float) -> float | None:
    return None if days == math.inf else _round(days)


def _notes(somebody_left: bool, draws: int) -> list[str]:
    notes = [
        "Machines run as they do now: what is broken stays broken, nothing else fails. Reserves are for those aboard.",
        "Where stores are shared, one side's empty store binds only when the others of its kind are empty too.",
        "Each store lasts by its own use: days after the first limit are counted as if those aboard lived on.",
        "Craft are good for what their kind is known to be good for, or to the day they are planned to leave.",
    ]
    if draws:
        notes.insert(
            0, f"Numbers are best estimates; in brackets the range of nine in ten of {draws} draws around them."
        )
    if somebody_left:
        notes.append(
            "Who leaves takes along its ground control, its flights and craft, those it pays for as well, and its "
            "people with whoever sits beside them; what lies in its stores stays. Only stores, air and seats are asked "
            "here: who then holds attitude and orbit is told by a branch with that withdrawal (stationkeep run)."
        )
    return notes


def _days_interval(days: Iterable[float | None], best: float | None) -> DaysInterval | None:
    many = list(days)
    if not many or all(one is None for one in [*many, best]):
        return None
    low, middle, high = date_quantiles(many)
    ends = [math.inf if one is None else one for one in (low, best, high)]
    low, high = (None if end == math.inf else end for end in (min(ends), max(ends)))
    return DaysInterval(p05=_days(low), median=_days(middle), p95=_days(high))


def _kg_interval(kilograms: list[float]) -> Interval | None:
    if not kilograms:
        return None
    found = interval(kilograms)
    return Interval(p05=_round(found.p05), median=_round(found.median), p95=_round(found.p95))


def _days(days: float | None) -> float | None:
    return None if days is None else _round(days)


def _round(value: float) -> float:
    return round(value, _DIGITS)


def _utc(time_mjd_utc: float | None) -> str | None:
    return None if time_mjd_utc is None else iso_utc(time_mjd_utc)
