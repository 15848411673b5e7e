"""``stationkeep claims``, callable: check each statement of a claim file by working it out."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterable
from difflib import get_close_matches
from typing import Any, Final

import stationkeep
from stationkeep.campaign import claim_runs, claim_tables
from stationkeep.campaign.claim_evidence import Evidence
from stationkeep.campaign.claim_verdict import Verdict
from stationkeep.partnership.claims_file import Claim, ClaimsError, ClaimsFile
from stationkeep.scenario.loader import LoadedScenario
from stationkeep.timescale import iso_day, mjd_utc

Evaluator = Callable[[Claim, Evidence], Verdict]
EVALUATORS: Final[dict[str, Evaluator]] = {
    "falls-uncontrolled": claim_runs.falls_uncontrolled,
    "risk-share": claim_runs.risk_share,
    "vehicle-pushes": claim_runs.vehicle_pushes,
    "still-flies": claim_runs.still_flies,
    "deorbit-vehicle": claim_runs.deorbit_vehicle,
    "owner-shares": claim_tables.owner_shares,
    "seat-shares": claim_tables.seat_shares,
    "flight-count": claim_tables.flight_count,
    "crew-nations": claim_tables.crew_nations,
    "under-the-track": claim_tables.under_the_track,
    "mass-stated": claim_tables.mass_stated,
    "only-pushers": claim_tables.only_pushers,
    "notice": claim_tables.notice,
}
_BRANCH_SETTINGS: Final = ("branch", "against", "branches", "what_if")


def check_claims(
    stated: ClaimsFile,
    loaded: LoadedScenario,
    *,
    only: Iterable[str] = (),
    runs: int = 100,
    seed: int = 1,
    workers: int | None = None,
    progress: Callable[[], None] | None = None,
    named: str | None = None,
) -> dict[str, Any]:
    """Is it true? Every claim (or ``only`` these ids) with verdict, number, reason and evidence.

    Branches that claims ask for are flown together, ``runs`` times each, with the same seed for the same numbers.
    ``named``: what the command line calls the file of claims (none: its id).
    Returns the document ``stationkeep.claims/1``. Raises :class:`ClaimsError` for an unknown claim or evaluator.
    """
    chosen = _chosen(stated, list(only))
    evidence = Evidence(loaded, _branches(chosen, loaded), runs, seed, workers, progress)
    checked = [(claim, _evaluator(claim)) for claim in chosen]
    return {
        "schema": "stationkeep.claims/1",
        "scenario": {"id": loaded.scenario.id, "hash": loaded.hash},
        "runs": runs,
        "seed": seed,
        "version": stationkeep.__version__,
        "claims": [
            {**_entry(claim, evaluate(claim, evidence)), "reproduce": _command(named or stated.id, claim, runs, seed)}
            for claim, evaluate in checked
        ],
    }


def _command(name: str, claim: Claim, runs: int, seed: int) -> str:
    """What gives this verdict again, by itself."""
    return shlex.join(["stationkeep", "claims", name, f"--claim={claim.id}", f"--runs={runs}", f"--seed={seed}"])


def _chosen(stated: ClaimsFile, only: list[str]) -> list[Claim]:
    known = [claim.id for claim in stated.claims]
    for name in only:
        if name not in known:
            near = get_close_matches(name, known, n=1, cutoff=0.4)
            raise ClaimsError(
                f"no claim {name!r}" + (f"; did you mean {near[0]!r}?" if near else ""),
                hint=f"claims are {', '.join(known)}",
            )
    return [claim for claim in stated.claims if not only or claim.id in only]


def _evaluator(claim: Claim) -> Evaluator:
    found = EVALUATORS.get(claim.evaluator)
    if found is None:
        near = get_close_matches(claim.evaluator, EVALUATORS, n=1)
        raise ClaimsError(
            f"claim {claim.id!r}: unknown evaluator {claim.evaluator!r}"
            + (f"; did you mean {near[0]!r}?" if near else ""),
            hint=f"evaluators are {', '.join(EVALUATORS)}",
        )
    return found


def _branches(claims: list[Claim], loaded: LoadedScenario) -> tuple[str, ...]:
    """The branches any of these claims asks for, in the order of the scenario."""
    asked: set[str] = set()
    for claim in claims:
        for key in _BRANCH_SETTINGS:
            given = claim.settings.get(key, [])
            asked.update([given] if isinstance(given, str) else [one for one in _listed(given) if isinstance(one, str)])
    return tuple(name for name in loaded.scenario.branches if name in asked)


def _listed(given: Any) -> list[Any]:
    """What is no list is refused later, by the evaluator that reads it."""
    return given if isinstance(given, list) else []


def _entry(claim: Claim, found: Verdict) -> dict[str, Any]:
    return {
        "id": claim.id,
        "quote": claim.quote,
        "paraphrase": claim.paraphrase,
        "who": claim.who,
        "when_utc": iso_day(mjd_utc(claim.when_utc)),
        "source": claim.source,
        "quality": claim.quality,
        "question": claim.question,
        "true_if": claim.true_if,
        "verdict": found.verdict,
        "because": _spaced(found.because),
        "value": None if found.value is None else round(found.value, 5),
        "unit": found.unit,
        "low": None if found.low is None else round(found.low, 5),
        "high": None if found.high is None else round(found.high, 5),
        "uncertainty": _spaced(found.uncertainty),
        "evidence": found.evidence,
        "evaluator": claim.evaluator,
    }


def _spaced(words: str) -> str:
    """Per cents as they are written everywhere else: ``22 %``."""
    return re.sub(r"(?<=\d)%", " %", words)
