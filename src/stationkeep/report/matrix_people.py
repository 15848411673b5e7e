"""The cell of a matrix that tells of people: who must leave and why, who has no seat, what runs out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from stationkeep.campaign.matrix_outcome import PLAN_ENDS_DAYS, clearly_worse
from stationkeep.report import text
from stationkeep.report.limits import loss_text
from stationkeep.report.matrix_cell import FINE, GRAVE, MILD, WORST, Cell, short_list
from stationkeep.report.people_text import limit_text
from stationkeep.simulation.people_words import words
from stationkeep.timescale import mjd_utc, parse_utc

if TYPE_CHECKING:
    from stationkeep.campaign.matrix_document import MatrixPeople
    from stationkeep.campaign.part import LossDates
    from stationkeep.campaign.people_document import NamedShare

_RARE: Final = 0.05


@dataclass(frozen=True, slots=True)
class _Line:
    said: str
    gravity: int
    worse: bool
    """Than where nobody leaves."""


def people_cell(people: MatrixPeople, usual: MatrixPeople | None, horizon_utc: str) -> Cell:
    """What becomes of people: first what is worse than in ``usual``, where nobody leaves, and only that is grave."""
    lines = [*_leaving(people, usual, horizon_utc), *_seats(people, usual, horizon_utc)]
    lines += [*_stores(people, usual, horizon_utc), *_crew(people, usual)]
    lines.sort(key=lambda line: not line.worse)
    if not lines:
        return Cell("a seat and supplies for all")
    gravity = max((line.gravity for line in lines if line.worse), default=FINE)
    return Cell(lines[0].said, tuple(line.said for line in lines[1:]), gravity)


def _leaving(people: MatrixPeople, usual: MatrixPeople | None, horizon: str) -> Iterator[_Line]:
    must, left, before = people.must_leave, people.station_left, usual.station_left if usual else None
    for_good = _while_planned(left, horizon)
    worse, worse_left = clearly_worse(must, usual.must_leave if usual else None), clearly_worse(left, before)
    if must.median_utc is not None:
        yield _Line(f"must leave {loss_text(must, horizon)}{_why(people.first_limit, must.share)}", GRAVE, worse)
        if for_good:
            yield _Line(f"empty from {loss_text(left, horizon)}", WORST, worse_left)
    elif for_good:
        why = _why(left.reasons, left.share)
        yield _Line(f"nobody aboard from {loss_text(left, horizon)}{why}", WORST, worse_left)
    elif must.share >= _RARE:
        said = f"must leave in {text.percent(must.share)} of runs ({limit_text(people.first_limit)})"
        yield _Line(said, MILD, worse)
    if left.stranded_share > 0.0:
        more = left.stranded_share > (before.stranded_share if before else 0.0)
        yield _Line(f"stranded in {text.percent(left.stranded_share)} of runs", GRAVE, more)


def _seats(people: MatrixPeople, usual: MatrixPeople | None, horizon: str) -> Iterator[_Line]:
    seat = people.without_seat
    worse = clearly_worse(seat, usual.without_seat if usual else None)
    if seat.median_utc is not None:
        who = [name.split(",")[0] for name in seat.who]
        named = f" ({short_list(who)})" if who else ""
        yield _Line(f"no seat home from {loss_text(seat, horizon)}{named}{_in_runs(seat.share)}", GRAVE, worse)
    elif seat.share >= _RARE:
        yield _Line(f"a seat missing in {text.percent(seat.share)} of runs", MILD, worse)


def _stores(people: MatrixPeople, usual: MatrixPeople | None, horizon: str) -> Iterator[_Line]:
    store = people.first_store
    if store is not None and store.median_utc is not None:
        worse = clearly_worse(store, usual.first_store if usual else None)
        yield _Line(f"first store empty: {words(store.name)}, {loss_text(store, horizon)}", GRAVE, worse)


def _crew(people: MatrixPeople, usual: MatrixPeople | None) -> Iterator[_Line]:
    """Fewer people eat less: without their number a row in which fewer come looks better than it is."""
    if usual is not None and people.crew and usual.crew and people.crew != usual.crew:
        said = f"crew of {people.crew} instead of {usual.crew} a year later"
        yield _Line(said, MILD, worse=people.crew < usual.crew)


def _why(limits: list[NamedShare], share: float) -> str:
    """`` (attitude lost 50 %, air soon unsafe 25 % of runs)``: the date beside it is a median of all who must leave,
    whatever for; so each cause has its share, and none seems to come later than what it causes."""
    if not limits:
        return _in_runs(share)
    told = limit_text(limits)
    if told.endswith("%"):
        return f" ({told} of runs)"
    return f" ({told}{_in_runs(share)})"


def _while_planned(left: LossDates, horizon: str) -> bool:
    """Whether half of the runs end up with nobody aboard, and not just as the plan ends."""
    return left.median_utc is not None and _mjd(left.median_utc) < _mjd(horizon) - PLAN_ENDS_DAYS


def _mjd(date_utc: str) -> float:
    return mjd_utc(parse_utc(date_utc))


def _in_runs(share: float) -> str:
    """In what share of the runs, where it is not so in nearly all."""
    return "" if share >= 1.0 - _RARE else f", in {text.percent(share)} of runs"
