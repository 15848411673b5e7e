"""Who is without a seat, which store ends first, when the station must be left: in plain words."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from stationkeep.campaign.document import BranchDocument, RunDocument
from stationkeep.campaign.part import LossDates
from stationkeep.campaign.people_document import FirstStore, NamedShare, PeopleDocument
from stationkeep.report import text
from stationkeep.report.limits import known_to_the_day, loss_text, loss_window
from stationkeep.simulation.people_words import words

Answer = Callable[[BranchDocument], str]

_BECAUSE: Final = {"attitude": "its attitude is lost", "altitude": "it has sunk too low"}
_IN_SHORT: Final = {"attitude": "attitude lost", "altitude": "too low"}
_MOST_NAMED: Final = 4
_NEARLY_ALL: Final = 0.995


def store_words(name: str) -> str:
    """A store's name to begin a line with: ``American food``."""
    said = words(name)
    return said[:1].upper() + said[1:]


# --- sentences --------------------------------------------------------------------------------------------------------


def people_sentences(branch: BranchDocument, horizon_utc: str, runs: int) -> list[str]:
    """A sentence each on seats, stores and leaving; one for all where nothing is short; none without people."""
    people = branch.people
    if people is None:
        return []
    by = text.horizon_text(horizon_utc)
    dates = (people.without_seat, people.must_leave, *([people.first_reserve] if people.first_reserve else []))
    if not any(part.share for part in dates):
        return [f"Everybody aboard has a seat home and enough to live on, and nobody has to leave by {by}."]
    return [_seats(people), _stores(people), _leaving(people, horizon_utc, runs)]


def _seats(people: PeopleDocument) -> str:
    dates = people.without_seat
    if not dates.share:
        return "Everybody aboard always has a seat home."
    if dates.median_utc is None:
        return f"In {text.percent(dates.share)} of the runs somebody is without a seat home at some time."
    who = _named(dates.who)
    return f"From {_when(dates)} on{_in_share(dates)} somebody has no seat home" + (f" ({who})." if who else ".")


def _named(names: list[str]) -> str:
    people = [name.split(",")[0] for name in names]
    rest = len(people) - _MOST_NAMED
    return ", ".join(people[:_MOST_NAMED]) + (f" and {rest} more" if rest > 0 else "")


def _stores(people: PeopleDocument) -> str:
    if people.first_store is not None and people.first_store.median_utc is not None:
        return f"The first store to end is {_store(people.first_store)}."
    first = people.first_reserve
    if first is None:
        return "No store that people cannot do without falls below its reserve while they are aboard."
    ends = "" if people.first_store is None else f" (it ends in {text.percent(people.first_store.share)} of the runs)"
    if first.median_utc is None:
        share, name = text.percent(first.share), words(first.name)
        return f"In {share} of the runs a store falls below its reserve, most often {name}{ends}."
    return f"The first store below its reserve is {_store(first)}{ends}."


def _store(first: FirstStore) -> str:
    """``American food, about 27 September 2022``; its share of the runs where others come first as well."""
    often = "" if first.of_runs >= _NEARLY_ALL * first.share else f" (so in {text.percent(first.of_runs)} of the runs)"
    return f"{words(first.name)}{often}, {_when(first)}"


def _leaving(people: PeopleDocument, horizon_utc: str, runs: int) -> str:
    dates, by = people.must_leave, text.horizon_text(horizon_utc)
    stranded = people.station_left.stranded_share
    left_behind = f"; in {text.percent(stranded)} of the runs somebody has no way home" if stranded else ""
    if not dates.share:
        return f"Nobody has to leave by {by}{left_behind}."
    reason = _reason(people)
    if dates.median_utc is None:
        seldom = f"In {text.percent(dates.share)} of the runs everybody has to leave by {by}"
        return f"{seldom}, most often because {reason}{left_behind}."
    window = f" ({text.spread_name(runs)} {loss_window(dates, horizon_utc)})" if dates.p05_utc != dates.p95_utc else ""
    return f"The station must be left {_when(dates)}{window}, because {reason}{left_behind}."


def _reason(people: PeopleDocument) -> str:
    """What most often makes people leave, with its share where it is not always that."""
    main, *others = people.first_limit
    return because(main.name) + (f" in {text.percent(main.share)} of the runs" if others else "")


def because(limit: str) -> str:
    """What made people leave, after "because"."""
    if limit in _BECAUSE:
        return _BECAUSE[limit]
    return f"the air is not safe ({limit})" if _is_air(limit) else f"{limit} ends"


def limit_text(limits: list[NamedShare]) -> str:
    """For a cell: what most often makes people leave."""
    if not limits:
        return text.NONE
    main = limits[0].name
    return _IN_SHORT.get(main, "unsafe air" if _is_air(main) else main)


def _is_air(limit: str) -> bool:
    return " above " in limit or " below " in limit


def _when(dates: LossDates) -> str:
    """``on 5 May 2022`` where all runs agree, ``about 5 May 2022`` where most are near, else ``about May 2022``."""
    middle = dates.median_utc or ""
    if not known_to_the_day(dates):
        return f"about {text.month_text(middle, long=True)}"
    same = (dates.p05_utc or "")[:10] == (dates.p95_utc or "")[:10]
    return f"{'on' if same else 'about'} {text.day_text(middle, long=True)}"


def _in_share(dates: LossDates) -> str:
    return "" if dates.share >= _NEARLY_ALL else f", in {text.percent(dates.share)} of the runs,"


# --- rows of the verdict ----------------------------------------------------------------------------------------------


def people_rows(document: RunDocument) -> Iterator[tuple[str, str, Answer]]:
    """Label, kind (``main`` or ``detail``) and each branch's answer; none where no branch follows its people."""
    if not any(branch.people for branch in document.branches.values()):
        return
    horizon = document.scenario.horizon_utc

    def of_people(answer: Callable[[PeopleDocument], str]) -> Answer:
        return lambda branch: text.NONE if branch.people is None else answer(branch.people)

    stays = f"not by {text.horizon_text(horizon)}"
    yield "Somebody without a seat", "main", of_people(lambda p: _date_cell(p.without_seat, horizon, "nobody"))
    yield "First store at its reserve", "main", of_people(lambda p: _store_cell(p.first_reserve, horizon))
    yield "First store at its end", "main", of_people(lambda p: _store_cell(p.first_store, horizon))
    yield "Station must be left", "main", of_people(lambda p: _date_cell(p.must_leave, horizon, stays))
    if document.runs > 1:
        yield text.spread_name(document.runs), "detail", of_people(lambda p: loss_window(p.must_leave, horizon))
    yield "because of", "detail", of_people(lambda p: limit_text(p.first_limit))


def _date_cell(dates: LossDates, horizon_utc: str, never: str) -> str:
    if not dates.share:
        return never
    return f"in {text.percent(dates.share)} of runs" if dates.median_utc is None else loss_text(dates, horizon_utc)


def _store_cell(first: FirstStore | None, horizon_utc: str) -> str:
    return "none" if first is None else f"{words(first.name)}, {_date_cell(first, horizon_utc, 'none')}"
