"""What is lost for a time and comes back, in words."""

from __future__ import annotations

from typing import Final

from stationkeep.campaign.document import BranchDocument, InterruptedFunction
from stationkeep.report import text

SHORT: Final = {"resupply": "deliveries", "unloading": "gyro unloading", "reboost": "reboost", "attitude": "attitude"}
"""Functions for a cell."""
_ALL_RUNS: Final = 0.995
_WORTH_TELLING: Final = 0.05


def told_interruptions(branch: BranchDocument) -> list[InterruptedFunction]:
    """Those that come in more than a few runs."""
    return [one for one in branch.functions_interrupted if one.share >= _WORTH_TELLING]


def interrupted_text(branch: BranchDocument) -> str:
    """For a cell: ``gyro unloading 1 Jun 2022 – 1 Dec 2022, lowest 409 km``; a dash where nothing is."""
    told = [
        f"{' and '.join(SHORT[one.function] for one in same)} {_span(same[0], long=False)}{_lowest(same[0])}"
        f"{_in_runs(same[0])}"
        for same in _together(told_interruptions(branch))
    ]
    return "; ".join(told) or text.NONE


def interrupted_sentence(branch: BranchDocument) -> str:
    """``For a time: unloading of the gyros, from 1 June to 1 December 2022, lowest 409 km; then again.``"""
    told = [
        f"{' and '.join(one.title for one in same)}, {_span(same[0], long=True)}{_lowest(same[0])}{_in_runs(same[0])}"
        for same in _together(told_interruptions(branch))
    ]
    return f"Lost for a time and then back: {'; '.join(told)}." if told else ""


def _together(found: list[InterruptedFunction]) -> list[list[InterruptedFunction]]:
    """Those of the same days and runs, told at once."""
    alike: dict[tuple[str, str, float], list[InterruptedFunction]] = {}
    for one in found:
        alike.setdefault((one.from_utc[:10], one.to_utc[:10], one.share), []).append(one)
    return list(alike.values())


def _span(one: InterruptedFunction, *, long: bool) -> str:
    dated = text.day_text if one.same_in_all else text.month_text
    first, last = dated(one.from_utc, long=long), dated(one.to_utc, long=long)
    if first == last:
        return f"{'in ' if long else ''}{first}"
    about = "" if one.same_in_all else "about "
    return f"{about}{'from ' if long else ''}{first}{' to ' if long else ' – '}{last}"


def _lowest(one: InterruptedFunction) -> str:
    return "" if one.lowest_altitude_km is None else f" (lowest {one.lowest_altitude_km:.0f} km)"


def _in_runs(one: InterruptedFunction) -> str:
    return "" if one.share >= _ALL_RUNS else f", in {text.percent(one.share)} of the runs"
