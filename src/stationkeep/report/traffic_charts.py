"""Pictures of traffic: which craft was at which port, who was aboard, how many seats home."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from stationkeep.report.barchart import KEY_PX, TICKS_PX, Bar, bar_chart, draw_key, key_lines, label_room_px, time_axis
from stationkeep.report.figures import Sheet, blank, frame, set_ticks, svg_of
from stationkeep.report.palette import BRANCH_LINES, INK, MUTED, RISK, RULE, Ink
from stationkeep.timescale import mjd_utc, parse_utc

if TYPE_CHECKING:
    from matplotlib.axes import Axes

OWNER_NAMES: Final = {
    "spacex": "SpaceX", "roscosmos": "Roscosmos", "northrop-grumman": "Northrop Grumman", "jaxa": "JAXA",
    "nasa": "NASA", "esa": "ESA",
}  # fmt: skip
_OWNERS: Final = tuple(OWNER_NAMES)
_OTHER: Final = "others"
_SIDES: Final = {"russian": BRANCH_LINES[1], "american": BRANCH_LINES[0]}
_TRAINED: Final = {"russian": "trained for the Russian segment", "american": "for the American segment"}
_BAND: Final = BRANCH_LINES[0]
_BAND_ALPHA: Final = 0.2
_BAND_WORDS: Final = "people aboard in 90 % of the runs"
_SHORT_ALPHA: Final = 0.45
_SHORT_WORDS: Final = "people without a seat"
_LANE_PX: Final = 20.0


@dataclass(frozen=True, slots=True)
class Span:
    """From when to when something was somewhere; ``stop`` null: to the end."""

    from_utc: str
    to_utc: str | None

    def within(self, first: float, last: float) -> tuple[float, float] | None:
        """The part of it between two dates [MJD]; null: none."""
        start = max(first, mjd(self.from_utc))
        stop = min(last, mjd(self.to_utc) if self.to_utc else last)
        return (start, stop) if start < stop else None


@dataclass(frozen=True, slots=True)
class Berth:
    """A craft at a port."""

    port: str
    name: str
    owner: str
    span: Span
    flagged: bool = False


@dataclass(frozen=True, slots=True)
class Stay:
    """A person aboard."""

    names: tuple[str, ...]
    """The best first: the first that fits its bar is written there."""
    side: str
    span: Span
    flagged: bool = False


def port_chart(
    berths: Iterable[Berth], port_names: Mapping[str, str], span: tuple[float, float], sheet: Sheet, name: str
) -> str:
    """Which craft was at which port? One row a port, bars in their owner's colour, as inline SVG."""
    shown = [(berth, part) for berth in berths if (part := berth.span.within(*span)) is not None]
    ports = list(port_names)
    inks = _inks({berth.owner for berth, _ in shown})
    bars = [
        Bar(ports.index(berth.port), *part, _called(berth.name), inks[berth.owner], berth.flagged)
        for berth, part in shown
    ]
    key = [(OWNER_NAMES.get(owner, _plain(owner)), ink) for owner, ink in inks.items() if ink is not MUTED]
    if MUTED in inks.values():
        key.append((_OTHER, MUTED))
    alt = f"Chart of {len(ports)} ports and the {len({berth.name for berth, _ in shown})} craft at them."
    return bar_chart(bars, [port_names[port] for port in ports], span, key, sheet, f"{name}{suffix(sheet)}", alt)


def crew_chart(
    stays: Iterable[Stay], span: tuple[float, float], sheet: Sheet, name: str, beside: Sequence[str] = ()
) -> str:
    """Who was aboard? One bar a person, packed into as few lanes as were ever needed, as inline SVG.

    ``beside``: the ports of the chart above it, to stand in line with.
    """
    lanes: list[float] = []
    bars = []
    stays = list(stays)
    for stay in stays:
        part = stay.span.within(*span)
        if part is None:
            continue
        lane = next((index for index, end in enumerate(lanes) if end <= part[0]), len(lanes))
        lanes[lane : lane + 1] = [part[1]]
        bars.append(Bar(lane, *part, stay.names, _SIDES[stay.side], stay.flagged))
    sides = {stay.side for stay in stays}
    key = [(words, _SIDES[side]) for side, words in _TRAINED.items()] if len(sides) > 1 else []
    alt = f"Chart of {len(bars)} people's stays in {len(lanes)} lanes."
    return bar_chart(bars, [""] * len(lanes), span, key, sheet, f"{name}{suffix(sheet)}", alt, _LANE_PX, beside)


@dataclass(frozen=True, slots=True)
class SeatCourse:
    """People aboard and working seats at some moments [MJD]; each holds ``where``: around it or from it on."""

    days: Sequence[float]
    aboard: Sequence[int]
    seats: Sequence[int]
    where: Literal["mid", "post"] = "mid"
    band: tuple[Sequence[float], Sequence[int], Sequence[int]] | None = None
    """Moments, and fewest and most people aboard in 90 % of the runs from each on."""


def seats_chart(
    course: SeatCourse, span: tuple[float, float], sheet: Sheet, name: str, beside: Sequence[str] = ()
) -> str:
    """Did everyone have a seat? People aboard and working seats home over time, as inline SVG.

    ``beside``: the ports of the chart above it, to stand in line with.
    """
    aboard, seats = course.aboard, course.seats
    tall = 130.0 if sheet.narrow else 150.0
    key = [("people aboard", INK), ("working seats home", RULE)]
    if course.band is not None:
        key.append((_BAND_WORDS, _BAND))
    if any(have < need for have, need in zip(seats, aboard, strict=True)):
        key.append((_SHORT_WORDS, RISK))
    figure = blank(sheet, tall + TICKS_PX + KEY_PX * len(key_lines(key, sheet)))
    left = label_room_px(["00", *([] if sheet.narrow else beside)], sheet)
    axes = frame(figure, (left, TICKS_PX, sheet.width_px - 8.0, TICKS_PX + tall))
    most = max([*aboard, *seats, *(course.band[2] if course.band else ()), 1]) + 1
    axes.set_xlim(*span)
    axes.set_ylim(0, most)
    _draw_steps(axes, course, sheet)
    places = list(range(0, most + 1, 2 if most <= 14 else 4))
    set_ticks(axes, sheet, "y", places, [str(place) for place in places])
    time_axis(axes, sheet, *span)
    draw_key(figure, key, sheet, TICKS_PX + tall, pale={_BAND_WORDS: _BAND_ALPHA, _SHORT_WORDS: _SHORT_ALPHA})
    alt = f"People aboard, {min(aboard)} to {max(aboard)}, and working seats home, {min(seats)} to {max(seats)}."
    return svg_of(figure, name=f"{name}{suffix(sheet)}", alt=alt)


def _draw_steps(axes: Axes, course: SeatCourse, sheet: Sheet) -> None:
    days, aboard, seats = course.days, course.aboard, course.seats
    short = [have < need for have, need in zip(seats, aboard, strict=True)]
    if course.band is not None:
        axes.fill_between(*course.band, step="post", color=_BAND.light, alpha=_BAND_ALPHA, linewidth=0)
    axes.fill_between(
        days, aboard, seats, where=short, step=course.where, color=RISK.light, alpha=_SHORT_ALPHA, linewidth=0
    )
    # As many seats as people is the usual case: the wide line shows on both sides of the narrow one.
    axes.step(days, seats, where=course.where, color=RULE.light, linewidth=sheet.line_px * 3.6)
    axes.step(days, aboard, where=course.where, color=INK.light, linewidth=sheet.line_px)


def mjd(utc: str) -> float:
    """Modified Julian day of an ISO date."""
    return mjd_utc(parse_utc(utc))


def suffix(sheet: Sheet) -> str:
    """What tells the wide drawing's identifiers from the narrow one's."""
    return "n" if sheet.narrow else "w"


def owner_ink(owner: str) -> Ink:
    """The colour of an owner, the same on every chart."""
    return BRANCH_LINES[_OWNERS.index(owner)] if owner in _OWNERS else MUTED


def _inks(owners: set[str]) -> dict[str, Ink]:
    """A colour for each owner. Where none is of the International Space Station, others have the colours."""
    if owners.isdisjoint(_OWNERS):
        inks = (*BRANCH_LINES, *[MUTED] * len(owners))
        return dict(zip(sorted(owners), inks, strict=False))
    known = [owner for owner in _OWNERS if owner in owners]
    return {owner: owner_ink(owner) for owner in [*known, *sorted(owners.difference(known))]}


def _plain(owner: str) -> str:
    """``Operator B`` of ``operator-b``."""
    return owner.replace("-", " ").title()


def _called(vehicle: str) -> tuple[str, ...]:
    """The name, then ``MS-21`` of ``Progress MS-21``: colour and port tell the kind. No bare numbers."""
    short = vehicle.split(" (")[0].split()[-1]
    return (vehicle,) if short.isdigit() else (vehicle, short)


def surname(name: str) -> str:
    """``Lindgren`` of ``Lindgren, Kjell``; a name without a comma stays as it is."""
    return name.split(",")[0].split()[-1] if "," not in name else name.split(",")[0]
