"""The word of a matrix row: from shares of the runs, so that more of them never makes it better; and never better than
the word of a part of those who leave."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, get_args

from stationkeep.campaign.matrix_document import GraphLoss, MatrixRow, Outcome
from stationkeep.timescale import mjd_utc, parse_utc

if TYPE_CHECKING:
    from stationkeep.campaign.document import BranchDocument
    from stationkeep.campaign.part import LossDates

GRAVEST_FIRST: Final[tuple[Outcome, ...]] = get_args(Outcome)
_HALF: Final = 0.5
_MORE: Final = 0.05  # share of the runs; less is told alike
PLAN_ENDS_DAYS: Final = 183.0  # before the horizon crews go home to whom no relief is planned any more
_CLEARLY_DAYS: Final = 60.0  # sooner by less is told alike: the same months, as dates are written
_WORDS: Final[dict[Outcome, str]] = {
    "falls": "the station falls",
    "cannot be kept": "the station cannot be kept, by the graph; the runs do not simulate what is lost",
    "nobody aboard": "people leave for good, or sooner than otherwise; the station flies on",
    "may fall": "the station may fall",
    "left for a time": "people must leave for a time, or sooner than otherwise; the station flies on",
    "may be left": "people may have to leave; the station flies on",
    "less": "the station goes on with less",
    "thinner": "the station goes on, with less behind it",
    "as before": "nothing is lost that is not lost where nobody leaves",
}


@dataclass(frozen=True)
class RowOutcome:
    """The word, and of the runs the share it rests on, with that where nobody leaves; none: it rests on no share."""

    word: Outcome
    share: float | None = None
    usual_share: float | None = None

    @property
    def verdict(self) -> str:
        """The row as a sentence, the share in it."""
        words = _WORDS[self.word]
        if self.share is None:
            return words
        what, stop, rest = words.partition(";")
        usual = "" if self.usual_share is None else f"; {_percent(self.usual_share)} where nobody leaves"
        return f"{what} ({_percent(self.share)} of the runs{usual}){stop}{rest}"


def row_outcome(
    branch: BranchDocument,
    before: BranchDocument,
    by_graph: Sequence[GraphLoss],
    *,
    something_lost: bool,
    fewer: bool,
    horizon_utc: str,
) -> RowOutcome:
    """What becomes of the station in a row, held against that in which nobody leaves.

    ``by_graph``: what the graph loses and runs do not count better; ``something_lost``: a run loses a function that it
    does not lose anyway; ``fewer``: by the graph something has fewer providers. Who is left for good in the last half
    year before the horizon is not: the plan ends there, and with it the next crew.
    """
    ends = {loss.ends for loss in by_graph}
    fall, usual_fall = branch.reentry.probability, before.reentry.probability
    if branch.reentry.median_utc is not None:
        return RowOutcome("falls", fall, usual_fall)
    if "station" in ends:
        return RowOutcome("cannot be kept")
    left, usual_left = _of_people(branch, "station_left"), _of_people(before, "station_left")
    leave, usual_leave = _of_people(branch, "must_leave"), _of_people(before, "must_leave")
    seat, usual_seat = _of_people(branch, "without_seat"), _of_people(before, "without_seat")
    if clearly_worse(left, usual_left) and _well_before(left, horizon_utc):
        return _told("nobody aboard", left, usual_left)
    if "crew" in ends and branch.people is None:
        return RowOutcome("nobody aboard")
    if fall >= usual_fall + _MORE:
        return RowOutcome("may fall", fall, usual_fall)
    if clearly_worse(leave, usual_leave):
        return _told("left for a time" if _half(leave) else "may be left", leave, usual_leave)
    if by_graph or something_lost or clearly_worse(seat, usual_seat):
        return RowOutcome("less")
    return RowOutcome("thinner" if fewer else "as before")


def usual_verdict(branch: BranchDocument) -> str:
    """The row in which nobody leaves, as a sentence: what happens all the same."""
    happens = [
        f"in {_percent(share)} of the runs {what}"
        for share, what in (
            (branch.reentry.probability, "it falls"),
            (_share(_of_people(branch, "must_leave")), "people must leave at some time"),
            (_share(_of_people(branch, "without_seat")), "somebody is without a seat home at some time"),
        )
        if share > 0.0
    ]
    return "as planned" + (f"; yet {', '.join(happens)}" if happens else "")


def never_better_than_parts(rows: Sequence[MatrixRow]) -> list[MatrixRow]:
    """The rows, none with a better word than a row in which only some of its partners leave.

    Loads follow what is scarce, so that runs in which more is gone may come out better; the row then bears the word of
    the part and says so.
    """
    found: dict[str, MatrixRow] = {}
    for row in sorted(rows, key=lambda one: len(one.partners)):
        parts = [one for one in found.values() if one.partners and set(one.partners) < set(row.partners)]
        worst = min(parts, key=lambda one: gravity_rank(one.outcome), default=None)
        if worst is not None and gravity_rank(worst.outcome) < gravity_rank(row.outcome):
            verdict = f"{worst.verdict}: as where only {worst.label} leaves; in its own runs {row.verdict}"
            changed = {"outcome": worst.outcome, "outcome_share": worst.outcome_share, "verdict": verdict}
            row = row.model_copy(update={**changed, "as_without": worst.as_without or worst.id})
        found[row.id] = row
    return [found[row.id] for row in rows]


def gravity_rank(word: Outcome) -> int:
    """0: the gravest."""
    return GRAVEST_FIRST.index(word)


def _of_people(branch: BranchDocument, name: str) -> LossDates | None:
    return None if branch.people is None else getattr(branch.people, name)


def clearly_worse(dates: LossDates | None, usual: LossDates | None) -> bool:
    """Whether clearly more runs come to it than where nobody leaves, or half of them clearly sooner."""
    if dates is None:
        return False
    if dates.share >= _share(usual) + _MORE:
        return True
    if dates.median_utc is None or usual is None or usual.median_utc is None:
        return False
    return mjd_utc(parse_utc(dates.median_utc)) < mjd_utc(parse_utc(usual.median_utc)) - _CLEARLY_DAYS


def _half(dates: LossDates | None) -> bool:
    return _share(dates) >= _HALF


def _well_before(dates: LossDates | None, horizon_utc: str) -> bool:
    """Whether half of the runs come to it while the plan still goes on."""
    if dates is None or dates.median_utc is None:
        return False
    return mjd_utc(parse_utc(dates.median_utc)) < mjd_utc(parse_utc(horizon_utc)) - PLAN_ENDS_DAYS


def _share(dates: LossDates | None) -> float:
    return 0.0 if dates is None else dates.share


def _told(word: Outcome, dates: LossDates | None, usual: LossDates | None) -> RowOutcome:
    return RowOutcome(word, _share(dates), None if usual is None else usual.share)


def _percent(share: float) -> str:
    if 0.0 < share < 0.01:
        return "under 1 %"
    return "over 99 %" if 0.99 < share < 1.0 else f"{100.0 * share:.0f} %"
