"""Threats that may come true: their luck in each run, in how many they did, and outcomes weighed by what was drawn."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final
from zlib import crc32

import numpy as np
from pydantic import Field

from stationkeep.campaign.part import Part
from stationkeep.scenario.agenda import comes_true, threat_key
from stationkeep.scenario.event_parts import Threat
from stationkeep.timescale import iso_utc

if TYPE_CHECKING:
    from stationkeep.campaign.run_record import DrawRecord, RunRecord
    from stationkeep.scenario.schema import Branch, Scenario

_ROUNDING: Final = 1.0e-9
_IS: Final = ": "
_STREAM: Final = 1_000  # below a run's seed; the other inputs have the small numbers


class ThreatShare(Part):
    """A threat of a branch: how probable it was said to be, in how many runs it came true, what came of those."""

    name: str = Field(description="its name, or what it is")
    type: str
    date_utc: str
    probability: float
    came_true_share: float
    falls_if_true: float | None = Field(description="share that falls by the horizon; null: it never came true")
    falls_if_not: float | None = Field(description="null: it always came true")


class WeighedOutcome(Part):
    """All branches that say how probable they are, weighed: what to expect not knowing which course it takes."""

    weights: dict[str, float] = Field(description="of each branch; they add up to 1")
    stated_in_all: float = Field(description="sum of the probabilities as given; weights are shares of it")
    falls_share: float
    expected_casualties: float = Field(description="probability of falling times casualties of a fall, added up")


def sanction_luck(root_seed: int, index: int) -> float:
    """How much of the next flight is there already when sanctions begin to thin flights out (0 to 1)."""
    return _luck(root_seed, index, "sanctions")


def last_burn_luck(root_seed: int, index: int) -> float:
    """The luck of the last burn of a decided end in one run (0 to 1)."""
    return _luck(root_seed, index, "last burn")


def threat_luck(scenario: Scenario, root_seed: int, index: int) -> dict[str, float]:
    """The luck of every threat with a probability in one run (0 to 1): it comes true where luck is below it.

    Each threat has a stream of its own, so that adding one changes no other; threats of one name share theirs.
    """
    return {key: _luck(root_seed, index, key) for key in sorted({key for key, _ in _threats(scenario)})}


def _luck(root_seed: int, index: int, key: str) -> float:
    seed = np.random.SeedSequence(root_seed, spawn_key=(index, _STREAM, crc32(key.encode())))
    return float(np.random.default_rng(seed).random())


def _threats(scenario: Scenario) -> Iterator[tuple[str, Threat]]:
    for branch in scenario.branches.values():
        yield from _threats_of(branch)


def _threats_of(branch: Branch) -> Iterator[tuple[str, Threat]]:
    for event in branch.events:
        if isinstance(event, Threat) and event.probability is not None:
            yield threat_key(event), event


def threat_shares(
    branch: Branch, draws: Sequence[DrawRecord], runs: Sequence[RunRecord], names: Mapping[str, str]
) -> list[ThreatShare]:
    """In how many runs each threat of a branch came true, and how many of those fall. ``names``: of partners."""
    falls = np.array([run.outcome.reentered for run in runs])
    found = []
    for _, event in _threats_of(branch):
        true = np.array([comes_true(event, one.threats) for one in draws])  # type: ignore[arg-type]
        found.append(
            ThreatShare(
                name=_called(event, names),
                type=str(getattr(event, "type", "")),
                date_utc=iso_utc(event.date_mjd_utc),
                probability=event.probability or 0.0,
                came_true_share=float(true.mean()),
                falls_if_true=float(falls[true].mean()) if true.any() else None,
                falls_if_not=float(falls[~true].mean()) if not true.all() else None,
            )
        )
    return found


def _called(event: Threat, names: Mapping[str, str]) -> str:
    """What it is in words, after its name where it has one: two threats may bear the same."""
    who = getattr(event, "partner", None) or getattr(event, "on", None) or getattr(event, "provider", None)
    whom = names.get(who, who) if who is not None else getattr(event, "asset", None) or getattr(event, "flight", "")
    what = f"{getattr(event, 'type', 'event')} of {whom}"
    return what if event.name is None else f"{event.name}{_IS}{what}"


def weighed_outcome(
    branches: Mapping[str, Branch], falls_share: Mapping[str, float], casualties: Mapping[str, float]
) -> WeighedOutcome | None:
    """The branches flown that say how probable they are, weighed; none where fewer than two do.

    ``falls_share``: of each branch flown; ``casualties``: expected per fall, 0 where none falls.
    """
    stated = {
        name: branch.probability
        for name, branch in branches.items()
        if branch.probability is not None and name in falls_share
    }
    total = sum(stated.values())
    if len(stated) < 2 or total <= 0.0:
        return None
    weights = {name: value / total for name, value in stated.items()}
    return WeighedOutcome(
        weights=weights,
        stated_in_all=total,
        falls_share=sum(weight * falls_share[name] for name, weight in weights.items()),
        expected_casualties=sum(
            weight * falls_share[name] * casualties.get(name, 0.0) for name, weight in weights.items()
        ),
    )


def threat_notes(labels: Mapping[str, str], shares: Mapping[str, Sequence[ThreatShare]], runs: int) -> list[str]:
    """In words: how often each threat came true, and what difference it made; those of one name together."""
    found = []
    for name, threats in shares.items():
        told: dict[tuple[str, float, int], list[ThreatShare]] = {}
        for number, one in enumerate(threats):
            called, named, _ = one.name.partition(_IS)
            told.setdefault((called, one.probability, -1 if named else number), []).append(one)
        found += [f"{labels[name]}: {_told(key[0], together, runs)}" for key, together in told.items()]
    return found


def _told(called: str, together: Sequence[ThreatShare], runs: int) -> str:
    """Threats of one name and probability come true together: one sentence, with what each of them is."""
    one = together[0]
    parts = [f"{item.name.removeprefix(called).removeprefix(_IS)} {item.date_utc[:10]}".strip() for item in together]
    shares = [
        f"in {100.0 * share:.0f} % of the runs {which}"
        for share, which in ((one.falls_if_true, "with it"), (one.falls_if_not, "without it"))
        if share is not None
    ]
    return (
        f"{called} ({'; '.join(parts)}) was given a probability of {100.0 * one.probability:g} % and came true in "
        f"{round(one.came_true_share * runs)} of {runs} runs; the station falls {' and '.join(shares)}."
    )


def weighed_notes(labels: Mapping[str, str], weighed: WeighedOutcome | None) -> list[str]:
    """In words: what to expect not knowing which branch it will be."""
    if weighed is None:
        return []
    parts = ", ".join(f"{labels[name]} {100.0 * weight:.0f} %" for name, weight in weighed.weights.items())
    given = weighed.stated_in_all
    scaled = "" if abs(given - 1.0) < _ROUNDING else f"; given are {100.0 * given:.0f} % in all, scaled to 100 %"
    return [
        f"Weighed by the probabilities given ({parts}{scaled}): the station falls by the horizon with "
        f"{100.0 * weighed.falls_share:.0f} %, and {weighed.expected_casualties:.2g} casualties are to be expected."
    ]
