"""Do the withdrawals, sanctions and responses of a branch agree with each other, and can their conditions come true?"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import TYPE_CHECKING, Final

from stationkeep.scenario.agenda import ALREADY, NEVER, Course, all_courses
from stationkeep.scenario.event_parts import SANCTIONS_LIFTED, EndingThreat, Threat
from stationkeep.scenario.events import ProviderAvailable, ProviderLost, Withdrawal, WithdrawalScope
from stationkeep.scenario.pressure import Response, ResponseKind, Sanction
from stationkeep.scenario.problems import Location, Problem, not_known
from stationkeep.timescale import iso_utc

if TYPE_CHECKING:
    from stationkeep.scenario.events import Event
    from stationkeep.scenario.schema import Branch, Scenario

_CERTAIN: Final = 1.0


def partner_problems(scenario: Scenario, name: str, branch: Branch) -> Iterator[Problem]:
    """Everything that is wrong with what partners do in a branch, each at its place."""
    flown = all_courses(branch.events, scenario)
    for index, course in enumerate(flown):
        where: Location = ("branches", name, "events", index)
        yield from _moments(scenario, course, where)
        yield from _conditions(branch.events, course, where)
        yield from _needs(scenario, course.event, where)
    yield from _contradictions(name, flown)


def _moments(scenario: Scenario, course: Course, where: Location) -> Iterator[Problem]:
    event = course.event
    horizon = scenario.horizon_mjd_utc
    if isinstance(event, EndingThreat) and event.until_utc is not None and event.until_utc < event.date_utc:
        yield Problem(
            (*where, "until_utc"),
            f"{_day(course.ends_mjd_utc)} given; must not be before date_utc ({_day(event.date_mjd_utc)})",
        )
    if isinstance(event, EndingThreat) and event.until_utc is not None and course.ends_mjd_utc > horizon:
        message = (
            f"ends on {_day(course.ends_mjd_utc)}, after horizon_utc ({_day(horizon)}): nothing ends it; leave it out"
        )
        yield Problem((*where, "until_utc"), message)
    if course.begins_mjd_utc == course.happens_mjd_utc or math.isinf(course.begins_mjd_utc):
        late = math.inf
    else:
        late = course.begins_mjd_utc
    if event.date_mjd_utc <= horizon < late < math.inf:
        field = "notice_days" if isinstance(event, Withdrawal) else "felt_after_days"
        message = f"takes effect on {_day(late)}, after horizon_utc ({_day(horizon)}): nothing would come of it"
        yield Problem((*where, field), message)
    works = course.happens_mjd_utc
    if isinstance(event, Response) and horizon < works < math.inf:
        message = f"works from {_day(works)}, after horizon_utc ({_day(horizon)}): nothing would come of it"
        yield Problem((*where, "lead_days"), message)


def _conditions(events: Sequence[Event], course: Course, where: Location) -> Iterator[Problem]:
    """Conditions: the name must be known, and its day must come."""
    event = course.event
    condition = getattr(event, "until", None) or getattr(event, "after", None)
    if condition is None:
        return
    field = "until" if isinstance(event, EndingThreat) else "after"
    place: Location = (*where, field, "event")
    named = [other for other in events if other.name == condition.event]
    if not named and condition.event != SANCTIONS_LIFTED:
        known = sorted({other.name for other in events if other.name is not None} | {SANCTIONS_LIFTED})
        yield Problem(place, not_known("event of this branch with the name", condition.event, known))
        return
    why = _never(events, course, named, condition.event)
    if why:
        yield Problem(place, f"{condition.event!r} can never come true: {why}")


def _never(events: Sequence[Event], course: Course, named: Sequence[Event], condition: str) -> str:
    event = course.event
    end = course.ends_mjd_utc if isinstance(event, EndingThreat) else course.happens_mjd_utc
    if not named and not isinstance(event, Withdrawal):
        return f"only a withdrawal may wait for {SANCTIONS_LIFTED}; give until_utc, or the name of an event"
    if not named and end == ALREADY:
        who = event.partner if isinstance(event, Withdrawal) else "it"
        return f"no sanction on {who} in this branch; give one, or an event named {SANCTIONS_LIFTED}"
    if named and all(other is event for other in named):
        return "it is the event itself"
    if named and all(isinstance(other, Threat) and other.probability == 0.0 for other in named):
        return "its probability is 0"
    if math.isinf(end) and end > 0.0:
        return "it waits for itself" if named else "a sanction on that partner has no end; give it until_utc"
    if isinstance(event, EndingThreat) and _round(events, event):
        return "it waits in turn for this one to begin, on the same day: both would end as they begin"
    if isinstance(event, EndingThreat) and end < event.date_mjd_utc:
        return f"it is on {_day(end)}, before this event ({_day(event.date_mjd_utc)})"
    return ""


def _round(events: Sequence[Event], event: EndingThreat) -> bool:
    """Whether its end waits for an event of its own day whose end, so or further on, waits for it in turn."""
    seen: list[EndingThreat] = []
    waiting = [event]
    while waiting:
        condition = waiting.pop().until
        for other in events:
            if condition is None or other.name != condition.event or other.date_mjd_utc != event.date_mjd_utc:
                continue
            if other is event:
                return True
            if isinstance(other, EndingThreat) and not any(other is one for one in seen):
                seen.append(other)
                waiting.append(other)
    return False


def _needs(scenario: Scenario, event: Event, where: Location) -> Iterator[Problem]:
    """What an event refers to must be in the scenario."""
    known = [item.id for item in scenario.providers]
    if not isinstance(event, Response):
        return
    if event.what is ResponseKind.FEATHER_ARRAYS and scenario.attitude is None:
        yield Problem((*where, "what"), f"{event.what} needs an attitude section: without it, nothing is held")
    if event.provider is not None and event.provider in known:
        item = scenario.provider(event.provider)
        if event.what is ResponseKind.BRING_FORWARD and not (item.resupply or item.visits):
            yield Problem((*where, "provider"), f"provider {item.id!r} has no flights that could come earlier")
        if event.what is ResponseKind.BUY and item.enabled:
            yield Problem((*where, "provider"), f"provider {item.id!r} plays a part already: give it enabled: false")


# --- contradictions -----------------------------------------------------------------------------------------------


def _contradictions(name: str, flown: Sequence[Course]) -> Iterator[Problem]:
    """Pairs that cannot both be meant; threats that may not come true are alternatives, not contradictions."""
    for (first_at, first), (second_at, second) in combinations(enumerate(flown), 2):
        if not (_certain(first.event) and _certain(second.event)):
            continue
        message = _disagree(first, second) or _disagree(second, first)
        if message:
            index = second_at if second.begins_mjd_utc >= first.begins_mjd_utc else first_at
            yield Problem(("branches", name, "events", index), message)


def _certain(event: Event) -> bool:
    return not isinstance(event, Threat) or event.probability in (None, _CERTAIN)


def _disagree(one: Course, other: Course) -> str:
    first, second = one.event, other.event
    if isinstance(first, ProviderAvailable) and isinstance(second, ProviderLost):
        if first.provider == second.provider and first.date_utc == second.date_utc:
            return f"provider {first.provider!r} becomes available and is lost at the same moment: give one"
        return ""
    if isinstance(first, ProviderLost) and isinstance(second, ProviderAvailable | Response):
        return _used_though_lost(one, other, first, second)
    if isinstance(first, Withdrawal) and isinstance(second, Response):
        return _answers_though_gone(one, other, first, second)
    if not _overlap(one, other):
        return ""
    if isinstance(first, Withdrawal) and isinstance(second, Withdrawal):
        return _two_withdrawals(one, first, second)
    if isinstance(first, Sanction) and isinstance(second, Sanction):
        differ = (first.rate, first.delay_days) != (second.rate, second.delay_days)
        if first.on == second.on and first.what == second.what and differ:
            return (
                f"two sanctions on {first.what} of {first.on} hold at the same time and say different things: end one "
                "when the other begins"
            )
    return ""


def _used_though_lost(lost: Course, use: Course, first: ProviderLost, second: ProviderAvailable | Response) -> str:
    if first.provider != second.provider or use.happens_mjd_utc <= lost.happens_mjd_utc or use.happens_mjd_utc == NEVER:
        return ""
    return f"provider {first.provider!r} is lost for good on {_day(lost.happens_mjd_utc)}: nothing comes of this later"


def _answers_though_gone(gone: Course, answer: Course, first: Withdrawal, second: Response) -> str:
    """Who operates nothing any more can answer nothing; what it does on the day it leaves still counts as done."""
    if first.partner != second.who or WithdrawalScope.STOP_OPERATING_ASSETS not in first.scope:
        return ""
    if gone.reversed_at_once or not gone.begins_mjd_utc < answer.happens_mjd_utc < gone.ends_mjd_utc:
        return ""
    return (
        f"{second.who} has left on {_day(gone.begins_mjd_utc)} and can answer nothing on "
        f"{_day(answer.happens_mjd_utc)} ({second.what}): give another who, or an earlier day"
    )


def _two_withdrawals(one: Course, first: Withdrawal, second: Withdrawal) -> str:
    if first.partner == second.partner:
        both = [scope for scope in first.scope if scope in second.scope]
        if both:
            since = _day(one.begins_mjd_utc)
            return (
                f"{first.partner} withdraws twice at the same time: {', '.join(both)} holds since {since} already; "
                "give one withdrawal, or end the first before the second takes effect"
            )
        if WithdrawalScope.HAND_OVER_CONTROL in first.scope and WithdrawalScope.TAKE_ASSETS_AWAY in second.scope:
            return f"{first.partner} cannot hand over what it takes away: give one of the two"
    takes_over = WithdrawalScope.HAND_OVER_CONTROL in first.scope and first.hand_over_to == second.partner
    if takes_over and WithdrawalScope.STOP_OPERATING_ASSETS in second.scope:
        return f"{second.partner} cannot operate what {first.partner} hands over: it stops operating at the same time"
    return ""


def _overlap(one: Course, other: Course) -> bool:
    if one.reversed_at_once or other.reversed_at_once:
        return False
    return one.begins_mjd_utc < other.ends_mjd_utc and other.begins_mjd_utc < one.ends_mjd_utc


def _day(time_mjd_utc: float) -> str:
    return iso_utc(time_mjd_utc)[:10]
