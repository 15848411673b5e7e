"""The report's section on what is lost first and where the ways back end."""

from __future__ import annotations

from stationkeep.campaign.document import BranchDocument, PointsOfNoReturn, RunDocument
from stationkeep.report import text
from stationkeep.report.limits import (
    altitude_text,
    altitude_window,
    criterion_text,
    deorbit_text,
    hindsight_text,
    loss_text,
    loss_window,
    missing_text,
)
from stationkeep.report.markup import branch_vars, e, table
from stationkeep.report.palette import BranchStyle, branch_styles

_SELDOM = 0.05  # what is lost in fewer runs is told folded


def no_return_section(document: RunDocument) -> str:
    """Points of no return and functions lost, branch by branch; empty for a document without them."""
    branches = {key: branch for key, branch in document.branches.items() if branch.no_return}
    if not branches:
        return ""
    styles = branch_styles(document.branches)
    point = next(branch.no_return for branch in branches.values() if branch.no_return)
    return (
        '<section aria-labelledby="no-return"><h2 id="no-return">Points of no return</h2>'
        f"<p>{e(_reserve_words(point))} {e(criterion_text(point.controlled_deorbit))}</p>"
        f'<div class="scroll">{_dates_table(document, branches, styles)}</div>'
        f"{_range_part(document, branches, styles)}"
        f"<h3>How low is too low</h3><p>{e(_limits_words(point))}</p>"
        f'<div class="scroll">{_limits_table(document, branches, styles)}</div>'
        f"{_lost_tables(document, branches, styles)}</section>"
    )


def _limits_words(point: PointsOfNoReturn) -> str:
    pace = point.reboost_pace_days
    every = "" if pace is None else f", one longest burn every {pace:g} days"
    return (
        "Mean altitudes in the air of each run's last 60 days: that of the fall, or that before the horizon. Reboost "
        f"fails where drag takes more than the longest burn gives at the pace of the altitude policy{every}; without "
        "pause, where drag is stronger than the engine; a dash: nobody could burn. Attitude fails where gyros alone "
        "cannot hold the station any more; thrusters hold lower, for up to a third of a tonne a day."
    )


def _range_part(document: RunDocument, branches: dict[str, BranchDocument], styles: dict[str, BranchStyle]) -> str:
    """What the assumed upsets of the gyros decide; empty where gyros are never left alone."""
    horizon, rows = document.scenario.horizon_utc, []
    for key, branch in branches.items():
        ends = branch.attitude_range
        if ends is None:
            continue
        dates = (
            ends.seldom.attitude_lost_utc,
            ends.seldom.falls_utc,
            ends.often.attitude_lost_utc,
            ends.often.falls_utc,
        )
        cells = (_month_or_not(date, horizon) for date in dates)
        rows.append((_name(key, branch, styles), *cells))
        low, high = ends.seldom, ends.often
    if not rows:
        return ""
    words = (
        "How often and how hard the gyros are upset is assumed, and decides when the attitude goes once nobody's "
        f"thrusters unload them. The reference run with few and small upsets ({low.upsets_per_year:g} a year, one in "
        f"twenty above {low.upset_momentum_high_n_m_s / 1000.0:g} kN m s), and with many and large ones "
        f"({high.upsets_per_year:g} a year, one in twenty above {high.upset_momentum_high_n_m_s / 1000.0:g} kN m s):"
    )
    heads = ("Branch", "Few: attitude lost", "falls", "Many: attitude lost", "falls")
    told = table("One run each, all else at its median.", heads, rows, stack=True)
    return f'<h3>What the upsets decide</h3><p>{e(words)}</p><div class="scroll">{told}</div>'


def _month_or_not(date_utc: str | None, horizon_utc: str) -> str:
    if date_utc is None:
        return f"not by {text.horizon_text(horizon_utc)}"
    return _unbroken(text.month_text(date_utc))


def _unbroken(words: str) -> str:
    """Dates stay on one line, each end of a window on its own."""
    return " – ".join(f'<span class="d">{e(part)}</span>' for part in words.split(" – "))


def _reserve_words(point: PointsOfNoReturn) -> str:
    return (
        f"The reserve is lost when the station, left to itself, would sink below {point.reserve_altitude_km:g} km in "
        f"less than {point.reserve_days:g} days."
    )


def _name(key: str, branch: BranchDocument, styles: dict[str, BranchStyle]) -> str:
    return f'<span class="t" {branch_vars(styles[key])}>{e(branch.label)}</span>'


def _dates_table(document: RunDocument, branches: dict[str, BranchDocument], styles: dict[str, BranchStyle]) -> str:
    horizon, rows = document.scenario.horizon_utc, []
    points = [branch.no_return.controlled_deorbit for branch in branches.values() if branch.no_return]
    late = list(dict.fromkeys(name for point in points for name in point.hindsight))
    for key, branch in branches.items():
        assert branch.no_return is not None
        reserve = branch.no_return.reserve_lost
        cells = [_unbroken(loss_text(reserve, horizon)), _unbroken(loss_window(reserve, horizon))]
        cells += [e(deorbit_text(branch, horizon)), e(missing_text(branch))]
        if late:
            cells.append(e(hindsight_text(branch, horizon)))
        rows.append((_name(key, branch, styles), *cells))
    spread = text.spread_name(document.runs).capitalize()
    heads = ["Branch", "Reserve lost", spread, "Controlled fall possible", "Lacking at the best moment"]
    if late:
        heads.append(f"With {e(', '.join(late))} (hindsight)")
    return table("Medians over the runs.", heads, rows, stack=True)


def _limits_table(document: RunDocument, branches: dict[str, BranchDocument], styles: dict[str, BranchStyle]) -> str:
    rows = []
    for key, branch in branches.items():
        point = branch.no_return
        assert point is not None
        limits = (
            (point.reboost_limit_km, point.reboost_limit_km_interval),
            (point.reboost_limit_nonstop_km, point.reboost_limit_nonstop_km_interval),
            (point.attitude_limit_km, point.attitude_limit_km_interval),
        )
        said = (_limit_cell(value, altitude_window(spread), document.runs) for value, spread in limits)
        rows.append((_name(key, branch, styles), *said))
    heads = ("Branch", "Reboost fails below", "Burning without pause", "Attitude fails below")
    return table("Medians over the runs, and the span of 90 % of them.", heads, rows, stack=True)


def _limit_cell(value_km: float | None, window: str, runs: int) -> str:
    said = altitude_text(value_km)
    return said if value_km is None or runs == 1 else f'{said}<span class="m w">{e(window)}</span>'


def _lost_tables(document: RunDocument, branches: dict[str, BranchDocument], styles: dict[str, BranchStyle]) -> str:
    horizon = document.scenario.horizon_utc
    told = []
    for key, branch in branches.items():
        if not branch.functions_lost:
            continue
        rows = [
            (
                e(item.title[0].upper() + item.title[1:]),
                _unbroken(loss_text(item, horizon)),
                _unbroken(loss_window(item, horizon)),
                _unbroken(text.percent(item.share)),
                e(item.provided_by or text.UNKNOWN),
                e(text.with_days("; ".join(item.could_have)) or "nobody"),
            )
            for item in branch.functions_lost
        ]
        spread = text.spread_name(document.runs).capitalize()
        heads = ("Function", "Lost", spread, "In", "Provided by", "Who could have")
        caption = "When each function is lost for good, the first one first; share of the runs in which it is."
        heading = f'<h3 {branch_vars(styles[key])}><span class="chip"></span>{e(branch.label)}: what is lost first</h3>'
        said = f'<div class="scroll">{table(caption, heads, rows, stack=True)}</div>'
        if all(item.share < _SELDOM for item in branch.functions_lost):
            said = f"<details><summary>In few runs only</summary>{said}</details>"
        told.append(f'<div class="story functions">{heading}{said}</div>')
    return "".join(told)
