"""Who is without a seat, which store ends first, when the station must be left: in plain words."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from stationkeep.campaign.document import BranchDocument, RunDocument
from stationkeep.campaign.part import LossDates
from stationkeep.campaign.people_document import FirstStore, NamedShare, PeopleDocument
from stationkeep.campaign.people_summary import NO_RELIEF
from stationkeep.report import text
from stationkeep.report.limits import known_to_the_day, loss_text, loss_window
from stationkeep.simulation.people_record import CALLED_HOME
from stationkeep.simulation.people_words import NOTHING_LEFT, STORE_EMPTY, words, would

Answer = Callable[[BranchDocument], str]

_BECAUSE: Final = {
    "attitude": "the attitude is lost",
    "altitude": "the station has sunk too low",
    "response": "partners call everybody home",
    CALLED_HOME: "partners call their people home",
    NO_RELIEF: "no other crew comes",
}
_WITHOUT_RECOVERY: Final = " (A reserve of water counts all that is used, without what is recovered.)"
_IN_SHORT: Final = {
    "attitude": "attitude lost",
    "altitude": "too low",
    "response": "called home",
    CALLED_HOME: CALLED_HOME,
    NO_RELIEF: "no other crew",
}
_MOST_NAMED: Final = 4
_MOST_REASONS: Final = 3
_NEARLY_ALL: Final = 0.995
_MOST_RUNS: Final = 0.6  # with fewer a median over all hangs on a few runs
_FEWEST_FOR_ENDS: Final = 20  # as for every interval


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
    alone = ended_in_reference(branch) if people.first_store is None else ""
    ended = [f"In the reference run alone a store is at its end: {alone}."] if alone else []
    dates = (people.without_seat, people.must_leave, people.station_left, people.first_reserve, people.first_store)
    if not any(part is not None and part.share for part in dates):
        supplied = " and enough to live on" if people.stores else ""
        good = f"Everybody aboard has a seat home{supplied}, and nobody has to leave by {by}."
        return [good, *ended, *_hours(people, runs)]
    stores = [_stores(people)] if people.stores else []  # a scenario without life support follows none
    return [_seats(people), *stores, *ended, _leaving(people, horizon_utc, runs), *_hours(people, runs)]


def _seats(people: PeopleDocument) -> str:
    dates = people.without_seat
    if not dates.share:
        return "Everybody aboard always has a seat home."
    if dates.median_utc is None or dates.share < _MOST_RUNS:
        return f"In {text.percent(dates.share)} of the runs somebody is without a seat home at some time."
    who = _named(dates.who)
    return f"From {_when(dates).removeprefix('on ')} on{_in_share(dates)} somebody has no seat home" + (
        f" ({who})." if who else "."
    )


def _named(names: list[str]) -> str:
    people = [name.split(",")[0] for name in names]
    rest = len(people) - _MOST_NAMED
    return ", ".join(people[:_MOST_NAMED]) + (f" and {rest} more" if rest > 0 else "")


def _stores(people: PeopleDocument) -> str:
    ended, reserve = people.first_store, people.first_reserve
    if ended is not None and _is_dated(ended):
        return f"{_store(ended, 'to end', 'ends')}."
    # Where sides share, a store may end that has no reserve of its own to fall below.
    if ended is not None and (reserve is None or ended.share >= reserve.share):
        return f"In {text.percent(ended.share)} of the runs a store ends, most often {words(ended.name)}."
    if reserve is None:
        return "No store that people cannot do without falls below its reserve while they are aboard."
    ends = (
        ""
        if ended is None
        else f"; in {text.percent(ended.share)} of the runs one ends, most often {words(ended.name)}"
    )
    recovery = _WITHOUT_RECOVERY if reserve.name.endswith("water") else ""
    if _is_dated(reserve):
        return f"{_store(reserve, 'below its reserve', 'falls below its reserve')}{ends}.{recovery}"
    share = text.percent(reserve.share)
    named = words(reserve.name)
    return f"In {share} of the runs a store falls below its reserve, most often {named}{ends}.{recovery}"


def _hours(people: PeopleDocument, runs: int) -> list[str]:
    """A sentence on segments without people trained for them, and on what is left for research."""
    alone = [
        f"the {words(side.side)} segment on {text.percent(side.unattended_share)}"
        for side in people.crew_time if side.unattended_share
    ]  # fmt: skip
    said = [f"nobody is trained for {' and for '.join(alone)} of the days"] if alone else []
    for side in people.crew_time:
        if side.research_hours_week is not None and side.research_hours_week_interval is not None:
            least = "" if runs == 1 else f" ({_low_end(runs)}: {side.research_hours_week_interval.p05:.0f})"
            hours = f"about {side.research_hours_week:.0f} hours a week for research{least}"
            said.append(f"the {words(side.side)} side has {hours}")
    return [f"While people are aboard, {', and '.join(said)}."] if said else []


def _low_end(runs: int) -> str:
    """What the low end of an interval is: of few runs the least."""
    return "5 %" if runs >= _FEWEST_FOR_ENDS else "least"


def _store(first: FirstStore, which: str, what: str) -> str:
    """Name and date of the first store; where others come first as well, the date of any stands before the name."""
    if first.of_runs >= _NEARLY_ALL * first.share:
        return f"The first store {which} is {words(first.name)}, {_when(first)}"
    often = f"most often {words(first.name)} (first in {text.percent(first.of_runs)} of the runs)"
    return f"A store first {what} {_when(first)}, {often}"


def _is_dated(first: FirstStore) -> bool:
    """Whether a median over all runs is worth telling: with few of them it hangs on a run or two."""
    return first.median_utc is not None and first.share >= _MOST_RUNS


def _leaving(people: PeopleDocument, horizon_utc: str, runs: int) -> str:
    left, must = people.station_left, people.must_leave
    behind = (
        f"; in {text.percent(left.stranded_share)} of the runs somebody has no way home" if left.stranded_share else ""
    )
    by, emptied = text.horizon_text(horizon_utc), people.emptied
    if left.median_utc is None and emptied.share > left.share:
        limits = people.first_limit or left.reasons
        if sum(one.share for one in limits) < 0.5 * emptied.share:
            others = emptied.share - sum(one.share for one in limits)
            limits = [NamedShare(name=NO_RELIEF, share=others), *limits]  # left on the planned day, and nobody came
        share, reason = text.percent(emptied.share), _reason(limits)
        good = f"; in {text.percent(left.share)} nobody comes back by {by}" if left.share else ""
        return f"In {share} of the runs the station is empty for a time, {reason}{good}{behind}."
    if left.share:
        reason = _reason(left.reasons)
        if left.median_utc is None:
            return f"In {text.percent(left.share)} of the runs the last person leaves by {by}, {reason}{behind}."
        same = left.p05_utc == left.p95_utc
        window = "" if same else f" ({text.spread_name(runs)} {loss_window(left, horizon_utc)})"
        return f"The last person leaves {_when(left)}{window}, {reason}{behind}."
    if must.share:
        share = text.percent(must.share)
        return f"In {share} of the runs everybody has to leave for a time, {_reason(people.first_limit)}{behind}."
    return f"Nobody has to leave by {by}{behind}."


def _reason(limits: list[NamedShare]) -> str:
    """What makes people leave: ``because the attitude is lost (50 % of the runs) or no other crew comes (25 %)``.

    Dates beside it are medians over runs that are not all the same ones: with shares nobody takes one for the other.
    """
    if len(limits) == 1:
        return f"because {because(limits[0].name)}"
    of = " of the runs"
    told = [
        f"{because(one.name)} ({text.percent(one.share)}{'' if place else of})"
        for place, one in enumerate(limits[:_MOST_REASONS])
    ]
    rest = sum(one.share for one in limits[_MOST_REASONS:])
    told += [f"for other reasons ({text.percent(rest)})"] if rest else []
    return f"because {', '.join(told[:-1])} or {told[-1]}"


def because(limit: str) -> str:
    """What made people leave, after "because"."""
    if limit in _BECAUSE:
        return _BECAUSE[limit]
    return limit if _is_clause(limit) else would(limit)


def limit_text(limits: list[NamedShare]) -> str:
    """For a cell: what makes people leave; of several each with its share of all runs."""
    if len(limits) <= 1:
        return _in_short(limits[0].name) if limits else text.NONE
    shares: dict[str, float] = {}
    for one in limits:
        shares[_in_short(one.name)] = shares.get(_in_short(one.name), 0.0) + one.share
    if len(shares) == 1:
        return next(iter(shares))
    told = [f"{name} {text.percent(share)}" for name, share in list(shares.items())[:_MOST_REASONS]]
    rest = sum(list(shares.values())[_MOST_REASONS:])
    return ", ".join([*told, *([f"other {text.percent(rest)}"] if rest else [])])


def _in_short(limit: str) -> str:
    return _IN_SHORT.get(limit, _air_text(limit) if _is_air(limit) else limit.removeprefix("the "))


def _is_clause(limit: str) -> bool:
    """Whether it says already what happens: ``the station tumbles``."""
    return limit.startswith("the ")


def _air_text(limit: str) -> str:
    """Who sees the air going leaves in time: at the date beside this it still is good."""
    return "pressure too low" if "pressure" in limit and " below " in limit else "air soon unsafe"


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
    yield "First store at its end", "main", lambda branch: _ended_cell(branch, horizon)
    if any(branch.people and branch.people.nitrogen for branch in document.branches.values()):
        yield "Nitrogen at its reserve", "main", of_people(lambda p: _nitrogen_cell(p, horizon))
    yield "Last person leaves", "main", of_people(lambda p: _left_cell(p, horizon, stays))
    if document.runs > 1:
        yield text.spread_name(document.runs), "detail", of_people(lambda p: loss_window(p.station_left, horizon))
    yield "because of", "detail", of_people(lambda p: limit_text(p.station_left.reasons))
    if any(branch.people and branch.people.crew_time for branch in document.branches.values()):
        yield "Segment without its people", "main", of_people(_alone_cell)
        yield f"Research, hours a manned week ({_low_end(document.runs)})", "main", of_people(_research_cell)


def _date_cell(dates: LossDates, horizon_utc: str, never: str) -> str:
    """The median date; a share where that is of little worth, as about half of the runs never come to it."""
    if not dates.share:
        return never
    if dates.median_utc is None or dates.share < _MOST_RUNS:
        return f"in {text.percent(dates.share)} of runs"
    return loss_text(dates, horizon_utc)


def _left_cell(people: PeopleDocument, horizon_utc: str, never: str) -> str:
    left, emptied = people.station_left, people.emptied
    said = _date_cell(left, horizon_utc, never)
    if left.median_utc is not None or emptied.share <= left.share:
        return said
    return f"{said} (empty for a time: {text.percent(emptied.share)})"


def _alone_cell(people: PeopleDocument) -> str:
    found = [one for one in people.crew_time if one.unattended_share]
    said = ", ".join(f"{words(one.side)} {text.percent(one.unattended_share)}" for one in found)
    return f"{said} of days" if said else "never"


def _research_cell(people: PeopleDocument) -> str:
    """Of the sides whose upkeep is known: the median of the runs, and their 5 %."""
    found = [
        f"{words(one.side)} {one.research_hours_week:.0f} ({one.research_hours_week_interval.p05:.0f})"
        for one in people.crew_time
        if one.research_hours_week is not None and one.research_hours_week_interval is not None
    ]
    return "; ".join(found) or text.NONE


def _store_cell(first: FirstStore | None, horizon_utc: str) -> str:
    """``American food, 27 Sep 2022``; where others come first as well the date, of all of them, stands apart."""
    if first is None:
        return "none"
    dated = _date_cell(first, horizon_utc, "none")
    if first.of_runs >= _NEARLY_ALL * first.share:
        return f"{words(first.name)}, {dated}"
    return f"{dated}; most often {words(first.name)} ({text.percent(first.of_runs)} of runs)"


def _ended_cell(branch: BranchDocument, horizon_utc: str) -> str:
    """The first store at its end; where that is so in the reference run alone, its story has it, and so has this."""
    people = branch.people
    if people is None:
        return text.NONE
    alone = ended_in_reference(branch)
    if people.first_store is None and alone:
        return f"in no run (reference run: {alone})"
    return _store_cell(people.first_store, horizon_utc)


def ended_in_reference(branch: BranchDocument) -> str:
    """``American food, 9 Feb 2025``: the store that ends first in the reference run; empty: none does."""
    for event in branch.events:
        if event.kind == STORE_EMPTY:
            return f"{event.title.removeprefix(NOTHING_LEFT).partition(':')[0]}, {text.day_text(event.time_utc)}"
    return ""


def _nitrogen_cell(people: PeopleDocument, horizon_utc: str) -> str:
    """From when on what leaks can hardly be replaced; no store people live from, so it has a line of its own."""
    if people.nitrogen is None:
        return text.NONE
    said = _date_cell(people.nitrogen.reserve, horizon_utc, "never")
    gone = people.nitrogen.zero
    return said if not gone.share else f"{said}; none left: {_date_cell(gone, horizon_utc, 'never')}"
