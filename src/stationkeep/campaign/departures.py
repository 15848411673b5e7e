"""Any partner, any date, on the command line: what was asked for as a branch of the scenario."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from difflib import get_close_matches
from typing import TYPE_CHECKING

from stationkeep.errors import InputError
from stationkeep.partnership.crisis import moment_of
from stationkeep.scenario.earlier_start import begun_by
from stationkeep.scenario.event_parts import LONGEST_SPAN_DAYS
from stationkeep.scenario.events import WithdrawalScope
from stationkeep.scenario.generated import EVERYTHING, branch_without
from stationkeep.scenario.identity import scenario_hash

if TYPE_CHECKING:
    from stationkeep.scenario.loader import LoadedScenario


def departure(
    loaded: LoadedScenario,
    branches: Sequence[str],
    without: Sequence[str],
    on: str | None,
    scope: Sequence[str] | None,
    notice_days: float = 0.0,
    until: str | None = None,
) -> tuple[LoadedScenario, list[str]]:
    """The scenario with the branch asked for, and the branches to fly: those named, or the first, and the new one.

    ``without`` empty: the scenario as it is. ``on``, ``until``: a date, or the id of an entry of the scenario's
    timeline; for a day before the scenario begins, one that begins earlier is taken where it ships, and its ``note``
    says so. Raises :class:`InputError` for what cannot be.
    """
    if not without:
        _refuse_alone(on, scope, notice_days, until)
        return loaded, list(branches)
    from stationkeep.catalogue.loader import load_catalogue

    _require_notice(notice_days)
    timeline = loaded.scenario.timeline
    moment = moment_of(on, timeline) if on is not None else loaded.scenario.epoch_utc
    loaded = begun_by(loaded, moment)
    scenario = loaded.scenario
    made, name = branch_without(
        scenario,
        without,
        moment,
        load_catalogue(),
        scope=[_known_scope(one) for one in scope] if scope else EVERYTHING,
        notice_days=notice_days,
        until_utc=moment_of(until, timeline) if until is not None else None,
        base=branches[0] if branches else None,
    )
    beside = list(branches) if branches else [next(iter(scenario.branches))]
    return replace(loaded, scenario=made, hash=scenario_hash(made)), [*beside, name]


def _refuse_alone(on: str | None, scope: Sequence[str] | None, notice_days: float, until: str | None) -> None:
    given = {"--on": on, "--scope": scope, "--notice-days": notice_days, "--until": until}
    name = next((option for option, value in given.items() if value), None)
    if name is not None:
        raise InputError(f"{name} was given, but nobody who leaves", hint="say who: --without PARTNER")


def _require_notice(notice_days: float) -> None:
    if not 0.0 <= notice_days <= LONGEST_SPAN_DAYS:  # nor is it "not a number"
        raise InputError(
            f"--notice-days {notice_days:g} given; must be from 0 to {LONGEST_SPAN_DAYS:.0f}",
            hint="0: they leave at once; the agreement asks for 365",
        )


def _known_scope(given: str) -> WithdrawalScope:
    known = [str(scope) for scope in WithdrawalScope]
    if given == WithdrawalScope.HAND_OVER_CONTROL:
        raise InputError(
            f"--scope {given} needs to whom and how long", hint="write it as an event of a branch: docs/scenario.md"
        )
    if given not in known:
        near = get_close_matches(given, known, n=1)
        suggestion = f"; did you mean {near[0]!r}?" if near else ""
        raise InputError(f"no scope {given!r}{suggestion}", hint=f"scopes are {', '.join(known)}")
    return WithdrawalScope(given)
