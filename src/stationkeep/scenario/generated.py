"""Any partner, any date: a scenario with one more branch, in which the partners named leave on the day given."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, Final

from pydantic import ValidationError

from stationkeep.errors import ScenarioError
from stationkeep.partnership.loader import each_by_itself
from stationkeep.scenario.events import Withdrawal, WithdrawalScope, in_words
from stationkeep.scenario.references import check_references
from stationkeep.scenario.schema import Scenario
from stationkeep.scenario.taking_part import partners_of
from stationkeep.timescale import iso_utc, mjd_utc

if TYPE_CHECKING:
    from stationkeep.catalogue.store import Catalogue
    from stationkeep.scenario.problems import Problem

EVERYTHING: Final = (
    WithdrawalScope.STOP_OPERATING_ASSETS,
    WithdrawalScope.STOP_RESUPPLY_PROPELLANT,
    WithdrawalScope.STOP_FLIGHTS,
    WithdrawalScope.RECALL_CREW,
)
"""What a partner that leaves stops: all it does, at once. What it owns stays where it is."""


def branch_without(
    scenario: Scenario,
    partners: Sequence[str],
    date_utc: datetime,
    catalogue: Catalogue,
    *,
    scope: Sequence[str] = EVERYTHING,
    notice_days: float = 0.0,
    until_utc: datetime | None = None,
    base: str | None = None,
) -> tuple[Scenario, str]:
    """The scenario with a branch in which these partners leave on that day, and the branch's name.

    ``base``: the branch whose events go on beside it (none: the first). ``scope``: what they stop; the default is all
    they do. Partners are given by id, name or alias. Raises :class:`ScenarioError` for a partner that is not known or
    has no part in it, a date outside the scenario, and what contradicts the base branch.
    """
    if not partners:
        raise ScenarioError("nobody was named who leaves", hint="name at least one partner")
    gone = list(dict.fromkeys(known_partner(scenario, name, catalogue) for name in partners))
    first = base if base is not None else next(iter(scenario.branches))
    if first not in scenario.branches:
        raise ScenarioError(
            f"{scenario.id} has no branch {first!r}", hint=f"its branches are {', '.join(scenario.branches)}"
        )
    moment = mjd_utc(date_utc)
    if not scenario.epoch_mjd_utc <= moment <= scenario.horizon_mjd_utc:
        span = f"{iso_utc(scenario.epoch_mjd_utc)[:10]} to {iso_utc(scenario.horizon_mjd_utc)[:10]}"
        raise ScenarioError(
            f"{iso_utc(moment)[:10]} is outside the scenario {scenario.id}",
            hint=f"give a day from {span}, or another scenario: stationkeep scenarios",
        )
    name = "without-" + "-and-".join(gone)
    name = name if name not in scenario.branches else f"{name}-{iso_utc(moment)[:10]}"
    return _with_branch(scenario, first, name[:64].rstrip("-"), _branch(scenario, catalogue, first, gone, {
        "date_utc": date_utc, "scope": [str(one) for one in scope], "notice_days": notice_days, "until_utc": until_utc,
        "source": "Hypothetical: made by stationkeep for the question asked",
    }))  # fmt: skip


def _as(label: str) -> str:
    """``As cooperation``, ``As planned``."""
    return label[:1].upper() + label[1:] if label.casefold().startswith("as ") else f"As {label}"


def _branch(
    scenario: Scenario, catalogue: Catalogue, base: str, gone: Sequence[str], fields: dict[str, Any]
) -> dict[str, Any]:
    stated = scenario.branches[base]
    events = [event.model_dump(by_alias=True) for event in stated.events]
    events += [{"type": "withdrawal", "partner": partner, **fields} for partner in gone]
    names = " and ".join(catalogue.partners[partner].name for partner in gone)
    day = iso_utc(mjd_utc(fields["date_utc"]))[:10]
    one = len(gone) == 1
    words = f"{'it' if one else 'each'} {in_words([WithdrawalScope(scope) for scope in fields['scope']])}"
    notice = f" after {fields['notice_days']:g} days of notice" if fields["notice_days"] else ""
    back = ""
    if fields["until_utc"] is not None:
        back = f"; on {iso_utc(mjd_utc(fields['until_utc']))[:10]} {'it is' if one else 'they are'} back"
    return {
        "label": f"without {names}"[:120],
        "description": f"{_as(stated.label)}, but {names} {'leaves' if one else 'leave'} on {day}{notice}: {words}"
        f"{back}.",
        "attitude_view": stated.attitude_view,
        "events": events,
    }


def _with_branch(scenario: Scenario, base: str, name: str, branch: dict[str, Any]) -> tuple[Scenario, str]:
    fields = scenario.model_dump(by_alias=True)
    fields["branches"] = {**fields["branches"], name: branch}
    try:
        made = Scenario.model_validate(fields)
    except ValidationError as error:
        problems = [
            problem
            for detail in error.errors(include_url=False)
            for problem in (detail.get("ctx") or {}).get("problems", ())
        ]
        said = "; ".join(str(problem.message) for problem in problems) or str(error.errors(include_url=False)[0]["msg"])
        raise ScenarioError(
            f"nobody can leave so in branch {base} of {scenario.id}: {said}", hint=_way_out(scenario, problems)
        ) from None
    own = scenario.life_support.own_habitat if scenario.life_support is not None else None
    if own is not None and made.life_support is not None:
        made = made.model_copy(update={"life_support": made.life_support.with_habitat(own)})
    check_references(made)
    return made, name


def _way_out(scenario: Scenario, problems: Sequence[Problem]) -> str:
    """What to ask instead, where a departure does not go with a branch."""
    last = iso_utc(scenario.horizon_mjd_utc)[:10]
    fields = {str(problem.location[-1]) for problem in problems}
    if fields == {"until_utc"}:
        return f"leave --until (until_utc) out, or give a day from the departure to {last}"
    if fields == {"notice_days"}:
        return f"give fewer --notice-days, or an earlier day --on: it must take effect before {last}"
    staying = [
        name
        for name, branch in scenario.branches.items()
        if not any(isinstance(event, Withdrawal) for event in branch.events)
    ]
    if staying:
        return f"begin with a branch in which nobody leaves (--branch {staying[0]}), or on another day (--on)"
    return "choose another branch (--branch) or day (--on)"


def known_partner(scenario: Scenario, name: str, catalogue: Catalogue) -> str:
    """The id of a partner given by id, name or alias, who takes part in the scenario."""
    wanted = name.casefold().strip()
    takes_part = partners_of(scenario, catalogue)
    listed = f"partners of {scenario.id} are {', '.join(takes_part)}"
    for partner in catalogue.partners.values():
        if wanted in (partner.id, partner.name.casefold(), *(alias.casefold() for alias in partner.aliases)):
            if partner.id in takes_part:
                return partner.id
            raise ScenarioError(f"{partner.name} has no part in the scenario {scenario.id}", hint=listed)
    if repeated := each_by_itself(name):
        raise ScenarioError(f"no partner {name!r}: it names several", hint=f"give each by itself: {repeated}")
    near = get_close_matches(wanted, list(catalogue.partners), n=1, cutoff=0.5)
    raise ScenarioError(
        f"no partner {name!r}" + (f"; did you mean {near[0]!r}?" if near else ""),
        hint=listed,
    )
