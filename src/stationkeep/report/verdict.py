"""The verdict: the rows and sentences that the terminal and the HTML report both print, computed once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from stationkeep.campaign.document import BranchDocument, GroundRisk, Reentry, RunDocument
from stationkeep.campaign.part import LossDates
from stationkeep.errors import InputError
from stationkeep.report import text
from stationkeep.report.fall_words import branch_fall_text, branch_window_text
from stationkeep.report.interruptions import interrupted_sentence
from stationkeep.report.limits import first_lost_sentence, limit_rows, loss_text
from stationkeep.report.people_text import people_rows

_REGIONS_ON_A_TELEPHONE: Final = 3


@dataclass(frozen=True, slots=True)
class VerdictRow:
    """One line of the verdict: what is asked, and each branch's answer in the document's order."""

    label: str
    answers: tuple[str, ...]
    kind: str = "main"
    """``main`` is a question, ``detail`` its interval or share, ``key`` the question everybody reads first."""
    group: str = ""
    """Heading a detail is said under, e.g. ``carried by``; empty where the label stands alone."""
    opens: bool = False
    """Whether a new subject begins here."""
    minor: bool = False
    """Whether a telephone leaves it out: a page has the three largest regions and the rest, a terminal has all."""


def verdict_rows(document: RunDocument) -> list[VerdictRow]:
    """What came of each branch, in the order a tired reader wants it."""
    horizon = document.scenario.horizon_utc
    by = text.horizon_text(horizon)
    never = never_reboosted(document)
    spread = text.spread_name(document.runs)

    def known(answer: Callable[[BranchDocument], str]) -> Callable[[BranchDocument], str]:
        # One run has no spread, and saying its value twice would look like one.
        return answer if document.runs > 1 else lambda _: text.NONE

    rows = [
        _row(document, "Reboost no longer possible", lambda b: "never possible" if never else _reboost_ends(b, by)),
        _row(document, "Station falls", lambda b: branch_fall_text(b, horizon), kind="key", opens=True),
        _row(document, spread, known(lambda b: branch_window_text(b, horizon)), kind="detail"),
        _row(document, f"Falls by {by}", lambda b: text.chance_text(b.reentry)),
    ]
    if any(b.brought_down for b in document.branches.values()):
        rows.append(_row(document, "Brought down on target", lambda b: _brought_down(b.brought_down, horizon)))
        rows.append(_row(document, "a last burn that fails: risk left", _risk_left, kind="detail"))
    if any(b.reentry_observed for b in document.branches.values()):
        rows += _observed_rows(document, spread)
    limits = limit_rows(document)
    for place, (label, answer) in enumerate(limits):
        kind = "detail" if label[0].islower() else "main"
        rows.append(_row(document, label, answer, kind=kind, opens=place == 0))
    for place, (label, kind, answer) in enumerate(people_rows(document)):
        rows.append(_row(document, label, answer, kind=kind, opens=place == 0))
    if any(b.ground_risk for b in document.branches.values()):
        rows += _ground_rows(document, spread)
    rows += [
        _row(document, "Propellant used", lambda b: text.mass_text(b.propellant_used_kg), opens=True),
        _row(document, spread, known(lambda b: text.mass_window(b.propellant_used_kg_interval)), kind="detail"),
        _row(document, "Burns", lambda b: f"{b.burns:,.0f}"),
        _row(document, spread, known(lambda b: text.count_window(b.burns_interval)), kind="detail"),
    ]
    return rows


def _risk_left(branch: BranchDocument) -> str:
    """Expected casualties once the end begins: the chance that its last burn fails, times those of a fall."""
    end = branch.brought_down
    if end is None or not (end.share or end.burn_failed_share) or end.casualty_expectation <= 0.0:
        return text.NONE
    return text.one_in_text(1.0 / end.casualty_expectation)


def _brought_down(dates: LossDates | None, horizon_utc: str) -> str:
    if dates is None:
        return text.NONE
    if dates.median_utc is None:
        return f"in {text.percent(dates.share)} of runs" if dates.share else "nobody can"
    return loss_text(dates, horizon_utc)


def _down_sentence(dates: LossDates | None) -> str:
    if dates is None or not dates.share:
        return ""
    odds = "" if dates.share == 1.0 else f" in {text.percent(dates.share)} of the runs"
    when = f" (median {text.month_text(dates.median_utc, long=True)})" if dates.median_utc else ""
    return f"Brought down on target{odds}{when}."


def _observed_rows(document: RunDocument, spread: str) -> list[VerdictRow]:
    """The fall under the Sun that came, beside the one as known then."""
    horizon = document.scenario.horizon_utc

    def of_fall(answer: Callable[[Reentry], str]) -> Callable[[BranchDocument], str]:
        return lambda branch: text.NONE if branch.reentry_observed is None else answer(branch.reentry_observed)

    rows = [_row(document, "under the observed Sun", of_fall(lambda fall: text.fall_text(fall, horizon)))]
    if document.runs > 1:
        rows.append(_row(document, spread, of_fall(lambda fall: text.window_text(fall, horizon)), kind="detail"))
    return rows


def never_reboosted(document: RunDocument) -> bool:
    """Whether nobody could ever push in any branch: a station flown without providers, not one that lost them.

    Where there are providers the reference run says when the last of them is gone.
    """
    return all(
        branch.reboost_ends_utc == document.scenario.epoch_utc
        and branch.burns_interval.p95 == 0
        and not any(event.kind == "reboost-ends" for event in branch.events)
        for branch in document.branches.values()
    )


def _ground_rows(document: RunDocument, spread: str) -> list[VerdictRow]:
    def of_risk(answer: Callable[[GroundRisk], str]) -> Callable[[BranchDocument], str]:
        return lambda branch: text.NONE if branch.ground_risk is None else answer(branch.ground_risk)

    rows = [
        _row(document, "Casualty expectation", _odds, kind="key", opens=True),
        _row(document, spread, of_risk(lambda g: _odds_window(g, document.runs)), kind="detail"),
    ]
    for place, region in enumerate(regions_by_share(document)):
        answer = of_risk(lambda g, region=region: _share_of(g, region))  # type: ignore[misc]
        minor = place >= _REGIONS_ON_A_TELEPHONE and not _is_rest(region)
        rows.append(_row(document, region, answer, kind="detail", group="carried by", minor=minor))
    ocean = of_risk(lambda g: text.percent(g.ocean_share))
    rows.append(_row(document, "debris into the ocean", ocean, kind="detail"))
    return rows


def _odds_window(risk: GroundRisk, runs: int) -> str:
    return text.one_in_window(risk.one_in_interval) if runs > 1 else text.NONE


def _is_rest(region: str) -> bool:
    return region.lower().startswith("rest")


def regions_by_share(document: RunDocument) -> list[str]:
    """The regions, the largest share of the risk first; the rest of the world comes last whatever its share."""
    largest: dict[str, float] = {}
    for branch in document.branches.values():
        for risk in branch.ground_risk.by_region if branch.ground_risk else ():
            largest[risk.region] = max(risk.share, largest.get(risk.region, 0.0))
    return sorted(largest, key=lambda region: (_is_rest(region), -largest[region]))


def facts_line(document: RunDocument) -> str:
    """Which station, where and when the runs begin: mean altitude, mass, people."""
    scenario = document.scenario
    parts = [
        text.minute_text(scenario.epoch_utc),
        f"mean altitude {scenario.mean_altitude_km:.1f} km",
        text.mass_text(scenario.mass_kg, digits=3),
    ]
    if scenario.people_aboard is not None:
        counted = f"{scenario.people_aboard} people"
        parts.append({0: "nobody aboard", 1: "1 person"}.get(scenario.people_aboard, counted))
    return " · ".join(parts)


def runs_line(document: RunDocument) -> str:
    """How many runs, under which Sun, from which seed."""
    weather = space_weather_text(document.provenance)
    runs = "1 run per branch" if document.runs == 1 else f"{document.runs:,} runs per branch"
    return " · ".join([runs, *([f"space weather {weather}"] if weather else []), f"seed {document.seed}"])


def space_weather_text(provenance: Mapping[str, Any]) -> str:
    """Under which Sun the runs were flown, in words: the ``description`` of the provenance, or else its parts."""
    weather = provenance.get("space_weather")
    if not isinstance(weather, Mapping):
        return text.clean(str(weather)) if weather else ""
    if weather.get("description"):
        return text.clean(str(weather["description"]))
    mode = str(weather.get("mode", "")).replace("-", " ")
    until, forecast = weather.get("observed_until_utc"), weather.get("forecast")
    said = [f"as {mode.removeprefix('as ')}"] if mode else []
    if until:
        said.append(f"observed until {_day_or_words(str(until))}")
    if forecast and isinstance(forecast, str):
        said.append(f"forecast {forecast}")
    return text.clean(", ".join(said))


def _day_or_words(date: str) -> str:
    try:
        return text.day_text(date)
    except InputError:
        return date


def verdict_sentence(branch: BranchDocument, horizon_utc: str, runs: int) -> str:
    """One branch's answer as a sentence that can be quoted."""
    reentry, by = branch.reentry, text.day_text(horizon_utc, long=True)
    window = branch_window_text(branch, horizon_utc, long=True)
    lost = "".join(f" {said}" for said in (first_lost_sentence(branch), interrupted_sentence(branch)) if said)
    down = branch.brought_down.share if branch.brought_down is not None else 0.0
    if down:
        lost = f" {_down_sentence(branch.brought_down)}{lost}"
    if down and not any(reentry.dates_utc):
        return lost.strip() if down == 1.0 else f"Still flying on {by} in {text.percent(1.0 - down)} of the runs.{lost}"
    if not any(reentry.dates_utc):
        every = f"in all {runs:,} runs" if runs > 1 else "in the one run flown"
        return f"Still flying on {by} {every}.{lost}"
    if reentry.median_utc is None:
        first = f"; 5 % of the runs fall before the end of {window.split(' to ')[0].removeprefix('from ')}"
        spread = f" ({window})" if down else first if reentry.p05_utc else ""
        said = f"Falls by {by} in {text.chance_text(reentry)}{spread}."
    else:
        fall = branch_fall_text(branch, horizon_utc, long=True)
        odds = "" if reentry.p95_utc else f", in {text.chance_text(reentry)} by {by}"
        spread = f"; {text.spread_name(runs)} {window}" if runs > 1 else ", in the one run flown"
        said = f"Falls in {fall}{odds}{spread}."
        said = said.replace("Falls in", "Falls on", 1) if fall[0].isdigit() else said
    if branch.ground_risk is not None:
        risk = branch.ground_risk.one_in_interval
        said += f" Falling uncontrolled, the casualty expectation is {text.one_in_text(branch.ground_risk.one_in)}"
        window = text.one_in_window(risk).removeprefix("1 in ")
        said += f" ({window})." if risk.p05 >= 2 and "–" in window else "."
    return said + lost


def _odds(branch: BranchDocument) -> str:
    if branch.ground_risk is None:
        return text.NONE
    odds = text.one_in_text(branch.ground_risk.one_in)
    # The risk is conditional on a fall; where a fall is not certain the reader must see that.
    return odds if all(branch.reentry.dates_utc) else f"{odds} if it falls"


def _share_of(risk: GroundRisk, region: str) -> str:
    return next((text.percent(r.share) for r in risk.by_region if r.region == region), text.NONE)


def _reboost_ends(branch: BranchDocument, by: str) -> str:
    if branch.reboost_ends_utc is not None:
        decided = branch.brought_down is not None and all(one.function != "reboost" for one in branch.functions_lost)
        return text.day_text(branch.reboost_ends_utc) + (", as decided" if decided else "")
    # Somebody could still push when it fell: too little, not too late.
    return f"not by {by}" if branch.reentry.median_utc is None else "until it falls"


def _row(
    document: RunDocument,
    label: str,
    answer: Callable[[BranchDocument], str],
    *,
    kind: str = "main",
    group: str = "",
    opens: bool = False,
    minor: bool = False,
) -> VerdictRow:
    answers = tuple(answer(branch) for branch in document.branches.values())
    return VerdictRow(text.clean(label), answers, kind, group, opens, minor)
