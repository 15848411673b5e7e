"""People aboard: which side trained them, the fewest each side needs, and what their time goes into."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Final, Literal

from stationkeep.catalogue.figure import Figure
from stationkeep.errors import InputError
from stationkeep.logistics.book import read_book
from stationkeep.logistics.manifest import Trip

Side = Literal["russian", "american"]

SIDES: Final[tuple[Side, ...]] = ("russian", "american")
SIDE_NAMES: Final[dict[Side, str]] = {"russian": "Russian segment", "american": "American segment"}

MINIMUM_PEOPLE: Final[dict[Side, int]] = {"russian": 1, "american": 1}
"""Each side trains people for its own segment only, so each needs one aboard at all times: the reason given for the
agreement on swapped seats of 15 July 2022."""

_RUSSIAN_AGENCIES: Final = frozenset({"roscosmos", "rka", "fka", "rsa"})
_FILE: Final = "crew-time.yaml"
_PUBLISHED_CREW: Final = 3  # people of the American segment when its weekly research hours were published


def side_of(trip: Trip) -> Side:
    """Which segment is this person trained for? The Russian one for cosmonauts and those Russia flies as its own."""
    russian = trip.nationality.upper() == "RU" or trip.agency.casefold() in _RUSSIAN_AGENCIES
    return "russian" if russian else "american"


def unattended(people: Iterable[Trip]) -> tuple[Side, ...]:
    """Which segments lack people trained for them? None is lacking in an empty station: nobody expects them."""
    aboard = list(people)
    if not aboard:
        return ()
    counts = {side: sum(1 for trip in aboard if side_of(trip) == side) for side in SIDES}
    return tuple(side for side in SIDES if counts[side] < MINIMUM_PEOPLE[side])


@dataclass(frozen=True, slots=True)
class CrewTime:
    """How many people-hours a week one side has, and what they go into."""

    people: int
    work_hours_week: float
    upkeep_hours_week: float
    repair_hours_week: float
    research_hours_week: float
    unmet_hours_week: float
    """Of upkeep and repairs, what nobody has time for: equipment then stays broken."""


def crew_time(people: int, *, repair_hours_week: float = 0.0) -> CrewTime:
    """What do this many people of the American side have time for?

    Keeping the segment going takes the same hours however many are aboard; what is left is research. The upkeep is what
    three people's published research left of their week (26 of 120 hours), so that a fourth person's whole week goes to
    research: the doubling promised of commercial crews. ``repair_hours_week``: failures beyond the routine.

    Raises :class:`InputError` for a negative number.
    """
    if people < 0 or repair_hours_week < 0.0:
        raise InputError(
            f"{people} people and {repair_hours_week:g} h of repairs a week make no crew", hint="give zero or more"
        )
    figures = crew_time_figures()
    week = figures["work_hours_week"].best
    upkeep = max(0.0, _PUBLISHED_CREW * week - figures["research_hours_week_three"].best)
    work = people * week
    done_upkeep = min(work, upkeep)
    done_repair = min(work - done_upkeep, repair_hours_week)
    return CrewTime(
        people=people,
        work_hours_week=work,
        upkeep_hours_week=done_upkeep,
        repair_hours_week=done_repair,
        research_hours_week=work - done_upkeep - done_repair,
        unmet_hours_week=upkeep + repair_hours_week - done_upkeep - done_repair,
    )


@cache
def crew_time_figures() -> dict[str, Figure]:
    """The published hours, with sources."""
    return {name: Figure.model_validate(given) for name, given in read_book(_FILE)["figures"].items()}
