"""Pictures of traffic: which craft was at which port, who was aboard, how many seats home; and the page of a replay."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from stationkeep.campaign.replay import ReplayDocument
from stationkeep.files import write_atomically
from stationkeep.report.figures import (
    Sheet,
    blank,
    both_sheets,
    frame,
    label,
    set_ticks,
    svg_of,
    text_width_px,
    time_ticks,
    wrapped,
)
from stationkeep.report.html import page_html
from stationkeep.report.markup import e, linked, table
from stationkeep.report.palette import BRANCH_LINES, INK, MUTED, PAPER, RISK, RULE, Ink
from stationkeep.timescale import mjd_utc, parse_utc

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_OWNERS: Final = ("spacex", "roscosmos", "northrop-grumman", "jaxa", "nasa", "esa")
_OWNER_NAMES: Final = {
    "spacex": "SpaceX", "roscosmos": "Roscosmos", "northrop-grumman": "Northrop Grumman", "jaxa": "JAXA",
    "nasa": "NASA", "esa": "ESA",
}  # fmt: skip
_OTHER: Final = "others"
_SIDES: Final = {"russian": BRANCH_LINES[1], "american": BRANCH_LINES[0]}
_ROW_PX: Final = 30.0
_LANE_PX: Final = 20.0
_KEY_PX: Final = 30.0
_TICKS_PX: Final = 34.0
_ON_BAR: Final = f"fill: {PAPER.css}"
_SMALL_PX: Final = 2.0  # letters on bars are this much smaller


@dataclass(frozen=True, slots=True)
class _Bar:
    """A span of time with a name, in a row."""

    row: int
    start: float
    stop: float
    names: tuple[str, ...]
    """What may be written on it, the best first: the first that fits is."""
    ink: Ink
    flagged: bool = False


def port_figure(document: ReplayDocument, sheet: Sheet) -> str:
    """Which craft was at which port? One row a port, bars in their owner's colour, as inline SVG."""
    first, last = _span(document)
    ports = list(document.port_names)
    bars = [
        _Bar(
            ports.index(stay.port), max(first, _mjd(stay.from_utc)),
            min(last, _mjd(stay.to_utc) if stay.to_utc else last),
            (stay.vehicle, _short(stay.vehicle)), _owner_ink(stay.owner), _in_conflict(document, stay.vehicle),
        )
        for stay in document.stays
    ]  # fmt: skip
    names = [document.port_names[port] for port in ports]
    owners = [name for name in _OWNERS if any(stay.owner == name for stay in document.stays)]
    key = [(_OWNER_NAMES[name], _owner_ink(name)) for name in owners]
    if any(stay.owner not in _OWNERS for stay in document.stays):
        key.append((_OTHER, _owner_ink(_OTHER)))
    alt = f"Chart of {len(ports)} ports and the {len({stay.vehicle for stay in document.stays})} craft at them."
    return _bar_chart(bars, names, (first, last), key, sheet, f"ports{_suffix(sheet)}", alt)


def crew_figure(document: ReplayDocument, sheet: Sheet) -> str:
    """Who was aboard? One bar a person, packed into as few lanes as were ever needed, as inline SVG."""
    first, last = _span(document)
    lanes: list[float] = []
    bars = []
    for trip in document.trips:
        start = max(first, _mjd(trip.from_utc))
        stop = min(last, _mjd(trip.to_utc) if trip.to_utc else last)
        lane = next((index for index, end in enumerate(lanes) if end <= start), len(lanes))
        lanes[lane : lane + 1] = [stop]
        short = any(trip.name in day.people for day in document.shortages)
        bars.append(_Bar(lane, start, stop, (_surname(trip.name),), _SIDES[trip.side], short))
    key = [("trained for the Russian segment", _SIDES["russian"]), ("for the American segment", _SIDES["american"])]
    alt = f"Chart of {len(document.trips)} people's stays in {len(lanes)} lanes."
    return _bar_chart(bars, [""] * len(lanes), (first, last), key, sheet, f"crew{_suffix(sheet)}", alt, _LANE_PX)


def seats_figure(document: ReplayDocument, sheet: Sheet) -> str:
    """Did everyone have a seat? People aboard and working seats home by day, as inline SVG."""
    first, last = _span(document)
    days = [_mjd(day.date) + 0.5 for day in document.days]
    aboard, seats = ([getattr(day, name) for day in document.days] for name in ("aboard", "seats"))
    tall = 130.0 if sheet.narrow else 150.0
    short = [day.seats < day.aboard for day in document.days]
    key = [("people aboard", INK), ("working seats home", RULE)]
    if any(short):
        key.append(("people without a seat", RISK))
    figure = blank(sheet, tall + _TICKS_PX + _KEY_PX * len(_key_lines(key, sheet)))
    axes = frame(figure, (_left(["00"], sheet), _TICKS_PX, sheet.width_px - 8.0, _TICKS_PX + tall))
    most = max([*aboard, *seats, 1]) + 1
    axes.set_xlim(first, last)
    axes.set_ylim(0, most)
    axes.fill_between(days, aboard, seats, where=short, step="mid", color=RISK.light, alpha=0.45, linewidth=0)
    # As many seats as people is the usual case: the wide line shows on both sides of the narrow one.
    axes.step(days, seats, where="mid", color=RULE.light, linewidth=sheet.line_px * 3.6)
    axes.step(days, aboard, where="mid", color=INK.light, linewidth=sheet.line_px)
    step = 2 if most <= 14 else 4
    places = list(range(0, most + 1, step))
    set_ticks(axes, sheet, "y", places, [str(place) for place in places])
    _time_axis(axes, sheet, first, last)
    _draw_key(figure, key, sheet, _TICKS_PX + tall)
    alt = f"People aboard, {min(aboard)} to {max(aboard)}, and working seats home, {min(seats)} to {max(seats)}."
    return svg_of(figure, name=f"seats{_suffix(sheet)}", alt=alt)


def write_replay_page(document: ReplayDocument, path: Path) -> None:
    """Write the replay to one HTML file, complete or not at all."""
    write_atomically(path, replay_html(document))


def replay_html(document: ReplayDocument) -> str:
    """The page as a string of HTML5."""
    aboard = [day.aboard for day in document.days]
    head = (
        '<header class="top"><p class="kicker">stationkeep replay</p>'
        f'<h1>{e(document.title)}</h1><p class="facts">{e(document.from_utc)} to {e(document.to_utc)} · '
        f"{min(aboard)} to {max(aboard)} people aboard · {len({stay.vehicle for stay in document.stays})} craft · "
        f"{len(document.conflicts)} conflicts</p></header>"
    )
    parts = (
        _figure_section("ports", "Ports", "Which craft was where; outlined: named in a conflict.",
                        both_sheets(lambda sheet: port_figure(document, sheet))),
        _figure_section("seats", "People and seats", "Counted at 12:00 UTC. A seat known to be unfit does not count.",
                        both_sheets(lambda sheet: seats_figure(document, sheet))),
        _figure_section("crew", "People", "One bar a stay; outlined: at some time without a proper seat home.",
                        both_sheets(lambda sheet: crew_figure(document, sheet))) if document.trips else "",
        _shortages(document), _conflicts(document), _sources(document),
    )  # fmt: skip
    foot = f"<footer>Made by stationkeep from document {e(document.schema_)}.</footer>"
    body = "\n".join(part for part in parts if part)
    return page_html(f"{e(document.title)}: replay", f"{head}\n<main>\n{body}\n</main>\n{foot}")


def _figure_section(key: str, title: str, told: str, figures: str) -> str:
    return (
        f'<section aria-labelledby="{key}" class="keep"><h2 id="{key}">{title}</h2><p>{told}</p>'
        f"<figure>{figures}</figure></section>"
    )


def _shortages(document: ReplayDocument) -> str:
    if not document.shortages:
        return ""
    rows = [
        (
            e(f"{one.from_utc[:10]} to {one.to_utc[:10] if one.to_utc else 'the end'}"), e("; ".join(one.people)),
            e("; ".join(one.makeshift) or "none"), e(one.cause),
        )
        for one in document.shortages
    ]  # fmt: skip
    told = table("Without a proper seat home.", ("when", "who", "makeshift place", "why"), rows, stack=True)
    return f'<section aria-labelledby="short"><h2 id="short">Without a seat</h2>{told}</section>'


def _conflicts(document: ReplayDocument) -> str:
    if not document.conflicts:
        return (
            '<section aria-labelledby="conflicts"><h2 id="conflicts">Conflicts</h2>'
            "<p>None: ports, craft, pads, seats and crews fit together.</p></section>"
        )
    rows = [(e(one.from_utc[:10]), e(one.what), e(one.fix), e(one.place)) for one in document.conflicts]
    told = table("What does not fit together.", ("from", "what", "way to fix it", "where"), rows, stack=True)
    return f'<section aria-labelledby="conflicts"><h2 id="conflicts">Conflicts</h2>{told}</section>'


def _sources(document: ReplayDocument) -> str:
    sources = [text for name, text in document.provenance.items() if name.startswith("source")]
    lines = "".join(f"<li>{linked(text)}</li>" for text in [*sources, *document.notes])
    head = '<section aria-labelledby="sources"><h2 id="sources">Sources and notes</h2>'
    return f'{head}<ul class="notes">{lines}</ul></section>'


def _bar_chart(
    bars: Sequence[_Bar], rows: Sequence[str], span: tuple[float, float], key: Sequence[tuple[str, Ink]], sheet: Sheet,
    name: str, alt: str, row_px: float = _ROW_PX,
) -> str:  # fmt: skip
    """Bars in rows over time. On a phone the rows' names stand above their bars, for want of room beside them."""
    above = sheet.narrow and any(rows)
    pitch = row_px + (18.0 if above else 0.0)
    tall = pitch * max(1, len(rows))
    key_px = _KEY_PX * len(_key_lines(key, sheet))
    figure = blank(sheet, tall + _TICKS_PX + key_px)
    left = 4.0 if above else _left(rows, sheet)
    axes = frame(figure, (left, _TICKS_PX, sheet.width_px - 8.0, _TICKS_PX + tall))
    axes.set_xlim(*span)
    axes.set_ylim(len(rows), 0)
    axes.set_yticks([])
    px_per_day = (sheet.width_px - 8.0 - left) / max(span[1] - span[0], 1.0)
    thick = (row_px - 6.0) / pitch
    for bar in bars:
        _draw_bar(axes, bar, thick, px_per_day, sheet)
    for index, row in enumerate(rows):
        if above:
            label(axes, span[0], index + 1.0 - thick - 0.16, row, sheet, color=MUTED.light, va="bottom")
        elif row:
            middle = index + 1.0 - 0.5 * thick - 0.08
            label(axes, span[0] - 8.0 / px_per_day, middle, row, sheet, ha="right", va="center")
    _time_axis(axes, sheet, *span)
    _draw_key(figure, key, sheet, _TICKS_PX + tall)
    # The page's letters have a halo of paper; on a bar it would swallow them.
    return svg_of(figure, name=name, alt=alt).replace(_ON_BAR, f"{_ON_BAR}; stroke: none")


def _draw_bar(axes: Axes, bar: _Bar, thick: float, px_per_day: float, sheet: Sheet) -> None:
    centre = bar.row + 1.0 - 0.5 * thick - 0.08
    # A gap of one pixel keeps two craft that follow each other apart.
    width = max(bar.stop - bar.start - 1.0 / px_per_day, 1.0 / px_per_day)
    edge = {"edgecolor": INK.light, "linewidth": 2.0} if bar.flagged else {"linewidth": 0.0}
    axes.barh(centre, width, left=bar.start, height=thick, color=bar.ink.light, zorder=2, **edge)
    size = sheet.text_px - _SMALL_PX
    room = width * px_per_day * sheet.text_px / size
    words = next((name for name in bar.names if text_width_px(name, sheet) < room), None)
    if words is not None:
        label(
            axes, bar.start + 0.5 * width, centre, words, sheet, color=PAPER.light, fontsize=size, ha="center",
            va="center", zorder=3,
        )  # fmt: skip


def _time_axis(axes: Axes, sheet: Sheet, first: float, last: float) -> None:
    places, labels = time_ticks(first, last, 4 if sheet.narrow else 9)
    for place in places:
        axes.axvline(place, color=RULE.light, linewidth=0.8, zorder=0)
    set_ticks(axes, sheet, "x", places, labels)


def _key_lines(key: Sequence[tuple[str, Ink]], sheet: Sheet) -> list[list[tuple[str, Ink]]]:
    """The key in lines that fit the sheet."""
    lines: list[list[tuple[str, Ink]]] = [[]]
    used = 0.0
    for words, ink in key:
        width = 34.0 + text_width_px(words, sheet)
        if lines[-1] and used + width > sheet.width_px:
            lines.append([])
            used = 0.0
        lines[-1].append((words, ink))
        used += width
    return lines


def _draw_key(figure: Figure, key: Sequence[tuple[str, Ink]], sheet: Sheet, bottom: float) -> None:
    lines = _key_lines(key, sheet)
    axes = frame(figure, (0.0, bottom, sheet.width_px, bottom + _KEY_PX * len(lines)))
    axes.spines["bottom"].set_visible(False)
    axes.set_xticks([])
    axes.set_yticks([])
    axes.set_xlim(0, sheet.width_px)
    axes.set_ylim(0, len(lines))
    for index, line in enumerate(lines):
        place, height = 4.0, len(lines) - index - 0.4
        for words, ink in line:
            axes.plot([place, place + 14.0], [height, height], color=ink.light, linewidth=7.0, solid_capstyle="butt")
            label(axes, place + 20.0, height, words, sheet, color=MUTED.light, va="center")
            place += 34.0 + text_width_px(words, sheet)


def _left(names: Sequence[str], sheet: Sheet) -> float:
    widest = max((text_width_px(part, sheet) for name in names for part in wrapped(name, sheet, 200.0)), default=0.0)
    return 12.0 + widest


def _span(document: ReplayDocument) -> tuple[float, float]:
    return _mjd(document.from_utc), _mjd(document.to_utc) + 1.0


def _mjd(utc: str) -> float:
    return mjd_utc(parse_utc(utc))


def _suffix(sheet: Sheet) -> str:
    return "n" if sheet.narrow else "w"


def _owner_ink(owner: str) -> Ink:
    return BRANCH_LINES[_OWNERS.index(owner)] if owner in _OWNERS else MUTED


def _in_conflict(document: ReplayDocument, vehicle: str) -> bool:
    return any(vehicle in one.flights for one in document.conflicts)


def _short(vehicle: str) -> str:
    """``MS-21`` of ``Progress MS-21``: the kind is seen by colour and port."""
    return vehicle.split(" (")[0].split()[-1]


def _surname(name: str) -> str:
    return name.split(",")[0].split()[-1] if "," not in name else name.split(",")[0]
