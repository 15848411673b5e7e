"""What stands in the cells of a matrix: words and how grave they are, the same for figure, page and terminal."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from stationkeep.report import text
from stationkeep.report.limits import chances_text, loss_text, loss_window
from stationkeep.report.matrix_cell import DAGGER, FINE, GRAVE, MILD, WORST, Cell, short_list
from stationkeep.report.matrix_people import people_cell

if TYPE_CHECKING:
    from stationkeep.campaign.matrix_document import FillIn, MatrixDocument, MatrixPeople, MatrixRow

HEADS: Final = (
    "If this partner leaves",
    "Lost first",
    "People",
    "Station falls",
    "Risk on the ground",
    "Brought down on target",
    "Who could step in",
)
OUTCOME_WORDS: Final = {
    "falls": "station lost",
    "cannot be kept": "cannot be kept (graph)",
    "nobody aboard": "nobody aboard",
    "may fall": "may fall",
    "left for a time": "left for a time",
    "may be left": "people may have to leave",
    "less": "goes on with less",
    "thinner": "goes on, thinner",
    "as before": "goes on as before",
}
_OUTCOME_GRAVITY: Final = {
    "falls": WORST, "cannot be kept": WORST, "nobody aboard": WORST, "may fall": GRAVE, "left for a time": GRAVE,
    "may be left": GRAVE, "less": GRAVE,
    "thinner": MILD, "as before": FINE,
}  # fmt: skip
_ENDS_GRAVITY: Final = {"station": WORST, "crew": WORST, "less": GRAVE}
_OF_PEOPLE: Final = "People"
_FALLS: Final = "Station falls"
_OF_THE_FALL: Final = (_FALLS, "Risk on the ground")
_TANKS_LAST: Final = "while its tanks last"
_HALF: Final = 0.5
_RARE: Final = 0.05
_ENOUGH: Final = 0.995  # of a need, to the half per cent
_RISK_ALLOWED: Final = 1.0e4  # NASA-STD-8719.14, requirement 4.7-1: 1 in 10,000


def cells(document: MatrixDocument, row: MatrixRow) -> tuple[Cell, ...]:
    """The cells of a row, in the order of :data:`HEADS`; grave is only what is worse than where nobody leaves."""
    found = _answers(document, row)
    usual = _answers(document, document.rows[0])
    falls_as_usual = row.fall.median_utc is None and row.fall.share < document.rows[0].fall.share + _RARE
    # What is so when nobody leaves is no doing of who leaves.
    judged = tuple(
        replace(one, gravity=FINE)
        if not row.partners
        or (one.head, one.more) == (same.head, same.more)
        or (name in _OF_THE_FALL and falls_as_usual)
        else one
        for name, one, same in zip(HEADS, found, usual, strict=True)
    )
    doubted = {_OF_PEOPLE: "people" in row.disagrees, _FALLS: "fall" in row.disagrees}
    return tuple(_marked(one, doubted.get(name, False)) for name, one in zip(HEADS, judged, strict=True))


def _answers(document: MatrixDocument, row: MatrixRow) -> tuple[Cell, ...]:
    horizon = document.scenario.horizon_utc
    return (
        _who(row),
        _lost_first(row),
        _people(row, document.rows[0].people, horizon),
        _fall(row, document),
        _risk(row, horizon),
        _target(row, horizon),
        _help(row),
    )


def _marked(cell: Cell, disagrees: bool) -> Cell:
    """With a dagger where the graph has it otherwise; grave, for the station or life aboard hangs on it."""
    return replace(cell, head=f"{cell.head} {DAGGER}", gravity=max(cell.gravity, GRAVE)) if disagrees else cell


def _who(row: MatrixRow) -> Cell:
    word = OUTCOME_WORDS[row.outcome] if row.partners else "as planned"
    if row.outcome_share is not None and row.partners:
        word += f" ({text.percent(row.outcome_share)} of runs)"
    return Cell(row.label[:1].upper() + row.label[1:], (word,), _OUTCOME_GRAVITY[row.outcome])


def _lost_first(row: MatrixRow) -> Cell:
    first = row.lost_first
    if first.date_utc is None:
        if not row.thinner:
            return Cell("nothing")
        return Cell("nothing", (f"thinner: {short_list([_lower(one) for one in row.thinner])}",), MILD)
    names = [_lower(one.title) + ("" if "runs" in one.by else "*") for one in first.functions]
    gravity = max(_ENDS_GRAVITY[one.ends] for one in first.functions)
    later = _attitude_lost(row)
    when = "at once" if first.at_once else loss_day(first.date_utc)
    return Cell(f"{when}:", (short_list(names), *([later] if later else [])), gravity)


def loss_day(date_utc: str) -> str:
    """A calendar day for a cell."""
    return text.day_text(date_utc)


def _attitude_lost(row: MatrixRow) -> str:
    """The most dangerous loss, where it comes later than the first."""
    item = next((one for one in row.lost_in_runs if one.function == "attitude"), None)
    if item is None or item.median_utc is None or item.median_utc[:10] == (row.lost_first.date_utc or "")[:10]:
        return ""
    return f"attitude: {text.month_text(item.median_utc)}"


def _people(row: MatrixRow, usual: MatrixPeople | None, horizon: str) -> Cell:
    people = row.people
    if people is None:
        lost = [_lower(one.title) + "*" for one in row.lost_by_graph if one.ends == "crew"]
        fewer = [f"{_lower(one.title)} for {one.enough_for}*" for one in row.lost_by_graph if one.enough_for]
        if lost:
            return Cell(f"lost: {short_list(lost)}", (), WORST)
        return Cell(f"{short_list(fewer)} only", (), GRAVE) if fewer else Cell(text.NONE)
    return people_cell(people, usual, horizon)


def _fall(row: MatrixRow, document: MatrixDocument) -> Cell:
    horizon, fall = document.scenario.horizon_utc, row.fall
    by = text.horizon_text(horizon)
    if fall.share == 0.0:
        return Cell(f"not by {by}")
    if fall.median_utc is None:
        gravity = MILD if fall.share < _RARE else GRAVE
        return Cell(f"not by {by}", (f"but in {text.percent(fall.share)} of runs",), gravity)
    window = f"{text.spread_name(document.runs)} {loss_window(fall, horizon)}"
    return Cell(loss_text(fall, horizon), (window, f"{text.percent(fall.share)} by {by}"), WORST)


def _risk(row: MatrixRow, horizon: str) -> Cell:
    risk = row.casualties
    if risk is None:
        return Cell(text.NONE)
    given = f"{text.one_in_text(risk.one_in_if_it_falls)} if it falls"
    gravity = WORST if row.fall.median_utc is not None else (GRAVE if risk.one_in < _RISK_ALLOWED else MILD)
    if risk.probability >= 1.0:
        return Cell(text.one_in_text(risk.one_in), ("that somebody is hurt",), gravity)
    return Cell(f"{text.one_in_text(risk.one_in)} by {text.horizon_text(horizon)}", (given,), gravity)


def _target(row: MatrixRow, horizon: str) -> Cell:
    point = row.controlled_deorbit
    if point is None:
        return Cell(text.NONE)
    then = point.without_hindsight or point
    said = chances_text(then, horizon)
    late = [] if point.without_hindsight is None else [chances_text(point, horizon)]
    more = tuple(f"in hindsight: {one}" for one in late if one != said)
    ends = then.possible_share < _HALF or "until " in said
    return Cell(said, more, GRAVE if ends else MILD if then.possible_share < 1.0 else FINE)


def _help(row: MatrixRow) -> Cell:
    """Who has shown it and is there, then who comes in time, then who came later; or who goes on where all goes on."""
    if not row.partners:
        return Cell(text.NONE)
    lost = row.lost_first.date_utc is not None
    ready = [one for one in row.fill_in if one.standing == "had shown" and not _not_yet(one)]
    later = [one for one in row.fill_in if one.standing == "later" and _suffices(one)]
    late = [one for one in row.fill_in if one.standing == "had shown" and _not_yet(one)]
    goes_on = [one for one in row.fill_in if one.standing == "goes on" and one.says.startswith(("enough", "just"))]
    lines = []
    if ready or later:
        lines += _by_function([*ready, *later])
    lines += _by_function(late, ", not yet")
    lines += _by_function(_too_little(row), ", too little", shares=True)
    if not lines and goes_on and row.outcome not in ("falls", "cannot be kept"):
        owners = dict.fromkeys(one.who.rpartition("(")[2].rstrip(")") for one in goes_on)
        return Cell("the others go on", (short_list(list(owners)),), MILD)
    if not lines:
        gone = row.outcome in ("falls", "cannot be kept")
        return Cell("nobody" if lost or gone else "nobody is needed", (), WORST if gone else FINE)
    return Cell(lines[0], tuple(lines[1:]), GRAVE)


def _by_function(found: list[FillIn], told: str = "", *, shares: bool = False) -> list[str]:
    """``reboost, not yet: Dragon with boost trunk``: who could do what, a line for each function."""
    lines: dict[str, list[str]] = {}
    for title in dict.fromkeys(one.title for one in found):
        of_it = [one for one in found if one.title == title]
        names = [f"{_names([one])[0]} ({_share_words(one)})" for one in of_it] if shares else _names(of_it)
        lines.setdefault(short_list(names), []).append(_lower(title))
    return [f"{', '.join(titles)}{told}: {names}" for names, titles in lines.items()]


def _too_little(row: MatrixRow) -> list[FillIn]:
    """Who is there for a while or comes in time, and gives only a share of what the station cannot do without."""
    vital = {loss.title for loss in row.lost_by_graph if loss.ends == "station"}
    return [
        one for one in row.fill_in if not _suffices(one) and one.standing in ("goes on", "later") and one.title in vital
    ]


def _suffices(one: FillIn) -> bool:
    """Whether it gives enough, by itself or with those who are there then."""
    return one.share_of_need is None or (one.with_others or 0.0) >= _ENOUGH


def _share_words(one: FillIn) -> str:
    alone, together = one.share_of_need or 0.0, one.with_others or 0.0
    helped = f", {100.0 * together:.0f} % with others" if together > alone else ""
    return f"{100.0 * alone:.0f} % of the need{helped}"


def _not_yet(one: FillIn) -> bool:
    return "not before" in one.says or "not used" in one.says


def _names(found: list[FillIn]) -> list[str]:
    """Each craft or thing once, by the shortest name that tells it: not where it docks, nor whose it is."""
    names = dict.fromkeys(
        one.who.split(" (")[0].split(" at ")[0] + (f", {one.says}" if one.says == _TANKS_LAST else "") for one in found
    )
    kept: list[str] = []
    for name in names:
        if not any(name.startswith(f"{other} ") for other in kept):
            kept.append(name)
    return kept


def _lower(title: str) -> str:
    """A title inside a list: ``Power, United States segment`` as ``power (United States segment)``."""
    what, _, where = title.partition(", ")
    what = what if what[:2].isupper() else what[:1].lower() + what[1:]
    return f"{what} ({where})" if where else what
