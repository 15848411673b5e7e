"""How a figure becomes part of the page: drawn by matplotlib without its global state, then made theme-aware SVG.

Every figure is drawn twice, for a wide screen or paper and for a phone: scaling one drawing down to a third would
leave its letters unreadable. Text stays text (it can be selected, searched and takes the page's font).
"""

from __future__ import annotations

import io
import re
import unicodedata
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from html import escape
from typing import TYPE_CHECKING, Any, Final, TypeVar

from stationkeep.report.palette import INK, MUTED, RULE, theme_aware
from stationkeep.report.text import MONTHS
from stationkeep.timescale import datetime_utc, mjd_utc, parse_utc

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Item = TypeVar("Item")

WIDE_PX: Final = 960.0
NARROW_PX: Final = 360.0
_WIDE_LETTERS: Final = frozenset("WMmw@%")
_NARROW_LETTERS: Final = frozenset("iljtfrI.,:;'| !()[]-\u00a0")
_POINTS_PER_INCH: Final = 72.0  # at this resolution one point is one CSS pixel of the drawing


@dataclass(frozen=True, slots=True)
class Sheet:
    """The paper a figure is drawn on."""

    width_px: float
    text_px: float
    narrow: bool

    @property
    def line_px(self) -> float:
        """Width of a curve."""
        return 1.8 if self.narrow else 2.2


WIDE: Final = Sheet(WIDE_PX, 13.5, narrow=False)
NARROW: Final = Sheet(NARROW_PX, 12.0, narrow=True)


def both_sheets(draw: Callable[[Sheet], str]) -> str:
    """The figure for a wide and for a narrow page; the style sheet shows the one that fits."""
    return f'<div class="wide">{draw(WIDE)}</div><div class="narrow">{draw(NARROW)}</div>'


def blank(sheet: Sheet, height_px: float) -> Figure:
    """An empty figure, in no global registry."""
    from matplotlib.figure import Figure

    return Figure((sheet.width_px / _POINTS_PER_INCH, height_px / _POINTS_PER_INCH), dpi=_POINTS_PER_INCH)


def frame(figure: Figure, box_px: tuple[float, float, float, float]) -> Axes:
    """A quiet frame at ``box_px`` (left, bottom, right, top, from the lower left corner): a baseline and no more."""
    width, height = figure.get_size_inches() * _POINTS_PER_INCH
    left, bottom, right, top = box_px
    axes = figure.add_axes((left / width, bottom / height, (right - left) / width, (top - bottom) / height))
    axes.patch.set_visible(False)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(MUTED.light)
    axes.spines["bottom"].set_linewidth(0.8)
    axes.set_axisbelow(True)
    return axes


def label(axes: Axes, x: float, y: float, words: str, sheet: Sheet, **style: Any) -> Any:
    """Write ``words`` as plain text: a dollar sign in a title is a dollar sign, not mathematics."""
    options: dict[str, Any] = {"color": INK.light, "fontsize": sheet.text_px, "parse_math": False}
    return axes.text(x, y, words, **(options | style))


def wrapped(words: str, sheet: Sheet, width_px: float) -> list[str]:
    """``words`` in lines that fit ``width_px``; a name is never cut off, only broken, inside a word if need be.

    A space that is not to be broken is not.
    """
    room = width_px / sheet.text_px
    lines: list[str] = []
    line, length = "", 0.0
    for word in re.split(r"[ \t\n]+", words.strip()):
        for piece in _pieces(word, room):
            size = sum(map(_letter_width, piece))
            if line and length + _letter_width(" ") + size > room:
                lines.append(line)
                line, length = "", 0.0
            line = f"{line} {piece}" if line else piece
            length += size + _letter_width(" ")
    return [*lines, line]


def text_width_px(words: str, sheet: Sheet) -> float:
    """About how wide ``words`` are in bold, rather too wide than too narrow."""
    return sheet.text_px * sum(map(_letter_width, words))


def in_lines(items: Sequence[Item], width_px: Callable[[Item], float], sheet: Sheet) -> list[list[Item]]:
    """Items side by side, in as many lines as the sheet needs."""
    lines: list[list[Item]] = [[]]
    used = 0.0
    for item in items:
        width = width_px(item)
        if lines[-1] and used + width > sheet.width_px:
            lines.append([])
            used = 0.0
        lines[-1].append(item)
        used += width
    return lines


def _pieces(word: str, room: float) -> Iterator[str]:
    """A word, cut where it would not fit on a line of its own."""
    start, length = 0, 0.0
    for place, letter in enumerate(word):
        length += _letter_width(letter)
        if length > room and place > start:
            yield word[start:place]
            start, length = place, _letter_width(letter)
    yield word[start:]


def _letter_width(letter: str) -> float:
    """About how wide a bold letter is, in letter heights; the browser chooses the font, so rather too wide."""
    if letter in _WIDE_LETTERS or unicodedata.east_asian_width(letter) in "WF":
        return 1.12
    if letter in _NARROW_LETTERS:
        return 0.42
    return 0.8 if letter.isupper() else 0.68


def set_ticks(axes: Axes, sheet: Sheet, which: str, places: Sequence[float], labels: Sequence[str]) -> None:
    """Label one axis at ``places``; horizontal rules only, since a reader compares heights."""
    axis = axes.xaxis if which == "x" else axes.yaxis
    axis.set_ticks(list(places), labels=list(labels), fontsize=sheet.text_px, color=MUTED.light)
    axis.set_tick_params(length=4 if which == "x" else 0, width=0.8, color=MUTED.light, pad=5)
    if which == "x":
        _keep_on_paper(axes, sheet, places)
    else:
        axes.grid(axis="y", color=RULE.light, linewidth=0.8)


def _keep_on_paper(axes: Axes, sheet: Sheet, places: Sequence[float]) -> None:
    """Align the outermost tick labels inwards where centred they would stick out of the sheet."""
    for place, tick in zip(places, axes.get_xticklabels(), strict=True):
        centre = float(axes.transData.transform((place, 0.0))[0])
        half = 0.5 * text_width_px(tick.get_text(), sheet)
        if centre + half > sheet.width_px:
            tick.set_horizontalalignment("right")
        elif centre < half:
            tick.set_horizontalalignment("left")


def time_ticks(start_mjd: float, stop_mjd: float, most: int) -> tuple[list[float], list[str]]:
    """At most ``most`` calendar ticks between two dates: years, or months where years are too coarse."""
    months = (stop_mjd - start_mjd) / 30.44
    step = next((s for s in (1, 2, 3, 6, 12, 24, 36, 60, 120) if months / s <= most), 240)
    if months < 2:
        return _day_ticks(start_mjd, stop_mjd, most)
    first = datetime_utc(start_mjd)
    places: list[float] = []
    labels: list[str] = []
    # Count calendar months from year zero so that ticks fall on round ones (January, July, every second year).
    month = -(-(first.year * 12 + first.month - 1) // step) * step
    while True:
        year, index = divmod(month, 12)
        place = mjd_utc(parse_utc(f"{year:04d}-{index + 1:02d}-01"))
        if place > stop_mjd:
            return places, labels
        if place >= start_mjd:
            named = step < 12 and (index != 0 or step < 6)
            labels.append(f"{MONTHS[index][:3]} {year}" if named else str(year))
            places.append(place)
        month += step


def _day_ticks(start_mjd: float, stop_mjd: float, most: int) -> tuple[list[float], list[str]]:
    step = next((s for s in (1, 2, 5, 7, 10, 14) if (stop_mjd - start_mjd) / s <= most), 30)
    places = [float(day) for day in range(int(-(-start_mjd // 1)), int(stop_mjd) + 1, step)]
    moments = [datetime_utc(place) + timedelta(seconds=1) for place in places]
    return places, [f"{m.day} {MONTHS[m.month - 1][:3]} {m.year % 100:02d}" for m in moments]


def svg_of(figure: Figure, *, name: str, alt: str) -> str:
    """The figure as inline SVG: scalable, in the page's fonts and colours, with ``alt`` for those who cannot see it.

    ``name`` keeps its identifiers apart from those of the page's other drawings.
    """
    import matplotlib

    stream = io.StringIO()
    # These two settings exist only as process-wide ones; rc_context puts them back.
    with matplotlib.rc_context({"svg.fonttype": "none", "svg.hashsalt": name}), warnings.catch_warnings():
        # The page's fonts draw the letters, so it does not matter what matplotlib's own font lacks.
        warnings.filterwarnings("ignore", message="Glyph .* missing")
        figure.savefig(
            stream, format="svg", transparent=True, metadata=dict.fromkeys(("Date", "Creator", "Type", "Format"))
        )
    svg = stream.getvalue()
    body = svg[svg.index(">", svg.index("<svg")) + 1 :]
    body = re.sub(r"<metadata>.*?</metadata>|<style.*?</style>|<!--.*?-->", "", body, flags=re.S)
    body = re.sub(r"font(-family)?: ([^;\"]*?)'DejaVu Sans'[^;\"]*", _page_font, body)
    referenced = set(re.findall(r'(?:url\(#|href="#)([^)"]+)', body))
    body = re.sub(r' id="([^"]+)"', lambda m: f' id="{name}-{m[1]}"' if m[1] in referenced else "", body)
    body = re.sub(r'(url\(#|href="#)', rf"\g<1>{name}-", body)
    body = re.sub(r'transform="rotate\(-?0 [^"]*"', "", body)
    body = re.sub(r"(\d+\.\d{2})\d+", r"\1", re.sub(r"\n(?=[LMCQz]|\")", " ", body))
    width, height = (size * _POINTS_PER_INCH for size in figure.get_size_inches())
    title = f"<title>{escape(alt, quote=False)}</title>"
    view = f'viewBox="0 0 {width:.0f} {height:.0f}" role="img" aria-label="{escape(alt)}"'
    return f"<svg {view}>{title}{theme_aware(body)}"


def _page_font(match: re.Match[str]) -> str:
    # matplotlib before 3.11 writes the shorthand "font: 10px 'DejaVu Sans'", later versions the long form.
    return "font-family: var(--sans)" if match[1] else f"font: {match[2]}var(--sans)"
