"""The partnership drawn: assets by partner on the left, functions on the right, a line where one provides the other."""

from __future__ import annotations

import io
from collections import Counter
from typing import TYPE_CHECKING, Final, Literal

from stationkeep.partnership.analysis import date_after
from stationkeep.partnership.losses import AT_ONCE_DAYS
from stationkeep.report.palette import BRANCH_LINES, BRANCH_TEXTS, INK, MUTED, PANEL, RISK, RULE
from stationkeep.report.partners_text import date_words, node_words

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from stationkeep.partnership.analysis import Dependence, FunctionState

_ROW: Final = 1.0
_GAP: Final = 0.9  # between the assets of two partners
_LEFT: Final = 4.9  # where the lines leave the assets
_RIGHT: Final = 7.6  # where they reach the functions
_WIDTH: Final = 11.0
_INCH_PER_ROW: Final = 0.235
_TITLE_PT: Final = 13.0
_BOLDER: Final = 1.16  # bold letters over plain ones, in width
_NAME_PT: Final = 8.5
_NEED_PT: Final = 6.3
_FINE: Final = 16.0
_LEGEND: Final = (
    "Dashed: an assumption; solid: a source says so. Bold: the station cannot be kept without it. Struck out, grey: "
    "stops within a day. Dates: best estimate and range."
)
_MARKS: Final = {
    "at once": "lost at once",
    "within weeks": "lost",
    "later": "lost",
    "thinner": "thinner",
    "no": "",
    "nobody": "nobody has it",
}


def draw_dependence(found: Dependence, form: Literal["svg", "png"] = "svg") -> bytes:
    """The graph of ``stationkeep depends`` as a picture: what stops is crossed out, with the date it is lost.

    Below each asset stands what it needs from others. Colours tell partners apart, and each asset's partner is written.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure as Canvas

    rows, bottom = _asset_rows(found)
    height = bottom + 3.7
    figure = Canvas(figsize=(_WIDTH, height * _INCH_PER_ROW), facecolor="white")
    FigureCanvasAgg(figure)
    axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
    axes.set_xlim(0.0, _WIDTH)
    axes.set_ylim(bottom + 1.7, -2.0)
    axes.axis("off")
    places = _function_rows(found, rows, bottom)
    _draw_title(axes, found)
    _draw_lines(axes, found, rows, places)
    _draw_assets(axes, found, rows)
    for state in found.states:
        _draw_function(axes, found, state, places[state.function.id])
    axes.text(0.25, bottom + 0.9, _LEGEND, fontsize=7.5, color=MUTED.light, va="center")
    buffer = io.BytesIO()
    # No date and fixed ids: the same answer gives the same file.
    from matplotlib import rc_context

    with rc_context({"svg.hashsalt": "stationkeep", "svg.fonttype": "none"}):
        figure.savefig(buffer, format=form, dpi=110, metadata={"Date": None} if form == "svg" else None)
    return buffer.getvalue()


def _asset_ids(found: Dependence) -> dict[str, list[str]]:
    """Nodes of each asset (copies together), assets of one partner one after the other."""
    graph = found.graph
    grouped: dict[str, list[str]] = {}
    for partner in graph.partners():
        for node, operator in graph.operators.items():
            if operator == partner:
                grouped.setdefault(graph.asset(node).id, []).append(node)
    return grouped


def _asset_rows(found: Dependence) -> tuple[dict[str, float], float]:
    """Height of each asset on the page, and the page's end."""
    rows: dict[str, float] = {}
    at, last = 0.4, ""
    for asset, nodes in _asset_ids(found).items():
        partner = found.graph.operators[nodes[0]]
        if partner != last:
            at += (_GAP if last else 0.0) + _ROW
            last = partner
        rows[asset] = at
        at += _ROW * (1.6 if _needs_words(found, nodes[0]) else 1.0)
    return rows, at


def _function_rows(found: Dependence, rows: dict[str, float], bottom: float) -> dict[str, float]:
    """Functions spread over the page, each near its providers, so that few lines cross."""
    graph = found.graph

    def middle(state: FunctionState) -> float:
        places = [rows[graph.asset(node).id] for node in graph.functions[state.function.id].capacities]
        return sum(places) / len(places) if places else bottom

    ordered = sorted(found.states, key=middle)
    step = bottom / len(ordered)
    return {state.function.id: step * (place + 0.4) for place, state in enumerate(ordered)}


def _colour(found: Dependence, partner: str, *, text: bool = False) -> str:
    inks = BRANCH_TEXTS if text else BRANCH_LINES
    place = found.graph.partners().index(partner)
    return INK.light if place >= len(inks) else inks[place].light


def _stopped(found: Dependence, node: str) -> bool:
    """Whether it stops within a day: its partner leaves, or what it needs does."""
    return found.losses.days[node] <= AT_ONCE_DAYS


def _stop_words(found: Dependence, node: str) -> str:
    """For what stops through others: when."""
    moment = date_after(found.graph, found.losses.days[node])
    if found.graph.operators[node] in found.without or moment is None:
        return ""
    return "stops at once" if _stopped(found, node) else f"stops {moment:%Y-%m-%d}"


def _draw_title(axes: Axes, found: Dependence) -> None:
    graph, names = found.graph, found.graph.loaded.partner_names
    title = f"{graph.loaded.partnership.title}: who provides what, {graph.moment:%-d %B %Y}"
    if found.without:
        title += f", without {' and '.join(names[one] for one in found.without)}"
    size = min(_TITLE_PT, _TITLE_PT * (_WIDTH - 0.5) / (_BOLDER * _width_inch(title, _TITLE_PT)))
    axes.text(0.25, -1.35, title, fontsize=size, weight="bold", color=INK.light, va="center")
    axes.text(0.25, -0.45, "provided by (and what that needs)", fontsize=8.5, color=MUTED.light, va="center")
    axes.text(_RIGHT + 0.1, -0.45, "function of the station", fontsize=8.5, color=MUTED.light, va="center")


def _draw_assets(axes: Axes, found: Dependence, rows: dict[str, float]) -> None:
    last = ""
    for asset, nodes in _asset_ids(found).items():
        at, partner = rows[asset], found.graph.operators[nodes[0]]
        gone = _stopped(found, nodes[0])
        if partner != last:
            leaves = " (leaves)" if partner in found.without else ""
            heading = found.graph.loaded.partner_names[partner] + leaves
            axes.text(0.25, at - _ROW, heading, fontsize=10, weight="bold", va="center",
                      color=_colour(found, partner, text=True))  # fmt: skip
            last = partner
        name = found.graph.asset(nodes[0]).name + (f" x {len(nodes)}" if len(nodes) > 1 else "")
        axes.text(0.45, at, name, fontsize=_NAME_PT, va="center", color=MUTED.light if gone else INK.light)
        end = 0.45 + _width_inch(name, _NAME_PT)
        if gone:
            axes.plot((0.43, end + 0.02), (at, at), color=RISK.light, linewidth=1.0)
        if _provides(found, nodes):
            axes.plot((min(end + 0.1, _LEFT), _LEFT), (at, at), color=RULE.light, linewidth=0.6)
        stops = _stop_words(found, nodes[0])
        if stops:
            axes.text(_LEFT - 0.05, at - 0.32, stops, fontsize=6.3, va="center", ha="right", color=RISK.light)
        needs = _needs_words(found, nodes[0])
        if needs:
            axes.text(0.6, at + 0.72, needs, fontsize=_NEED_PT, va="center", color=MUTED.light)


def _width_inch(words: str, size_pt: float) -> float:
    """How wide a text is in the font that comes with matplotlib: the same on all platforms."""
    from matplotlib.font_manager import findfont, get_font

    font = get_font(findfont("DejaVu Sans"))
    font.set_size(_FINE * size_pt, 72.0)  # measured large, where hinting to whole pixels does no harm
    font.set_text(words, 0.0)
    return float(font.get_width_height()[0]) / 64.0 / 72.0 / _FINE


def _provides(found: Dependence, nodes: list[str]) -> bool:
    return any(node in term.capacities for node in nodes for term in found.graph.functions.values())


def _needs_words(found: Dependence, node: str) -> str:
    """What it needs, as far as it fits below its name."""
    graph = found.graph
    told: list[str] = []
    for term in graph.needs[node]:
        names = list(Counter(_short_name(found, other) for other in term.nodes))
        if names:
            told.append(" or ".join(names) if len(names) < 3 else f"one of {len(names)} cargo ships")
    kept = len(told)
    while kept and _width_inch(_joined(told, kept), _NEED_PT) > _LEFT - 0.75:
        kept -= 1
    return _joined(told, kept) if told else ""


def _joined(told: list[str], kept: int) -> str:
    more = f" and {len(told) - kept} more" if kept < len(told) else ""
    return f"needs {', '.join(told[:kept])}{more}"


def _short_name(found: Dependence, node: str) -> str:
    """A node's name inside a list: ``power (US)`` for ``Power, United States segment``."""
    if node not in found.graph.functions:
        return node_words(found.graph, node)
    what, _, where = node_words(found.graph, node).partition(", ")
    where = where.replace("United States segment", "US").replace("Russian segment", "Russian")
    return f"{what.lower()} ({where})" if where else what.lower()


def _draw_lines(axes: Axes, found: Dependence, rows: dict[str, float], places: dict[str, float]) -> None:
    import numpy as np

    graph, t = found.graph, np.linspace(0.0, 1.0, 40)
    ease = t * t * (3.0 - 2.0 * t)
    for name, term in graph.functions.items():
        for asset in dict.fromkeys(graph.asset(node).id for node in term.capacities):
            node = next(one for one in term.capacities if graph.asset(one).id == asset)
            gone = _stopped(found, node)
            assumed = bool(graph.graph.edges[node, name]["assumed"])
            start, end = rows[asset], places[name]
            axes.plot(
                _LEFT + (_RIGHT - _LEFT) * t, start + (end - start) * ease,
                color=RULE.light if gone else _colour(found, graph.operators[node]), linewidth=1.2,
                linestyle=(0, (4, 2)) if assumed else "solid", alpha=0.9,
            )  # fmt: skip


def _draw_function(axes: Axes, found: Dependence, state: FunctionState, at: float) -> None:
    from matplotlib.patches import FancyBboxPatch

    lost = state.loss in ("at once", "within weeks", "later", "nobody")
    box = FancyBboxPatch((_RIGHT + 0.05, at - 0.62), 3.2, 1.24, boxstyle="round,pad=0,rounding_size=0.08",
                         facecolor=PANEL.light, edgecolor=RISK.light if lost else RULE.light,
                         linewidth=1.3 if lost else 0.8)  # fmt: skip
    axes.add_patch(box)
    function = state.function
    weight = "bold" if function.ends == "station" else "normal"
    axes.text(_RIGHT + 0.15, at - 0.24, function.name, fontsize=8.8, va="center", color=INK.light, weight=weight)
    axes.text(_RIGHT + 0.15, at + 0.32, _state_words(found, state), fontsize=6.8, va="center",
              color=RISK.light if lost else MUTED.light)  # fmt: skip


def _state_words(found: Dependence, state: FunctionState) -> str:
    mark = _MARKS[state.loss]
    if state.loss in ("within weeks", "later"):
        return f"{mark} {date_words(found, state)}"
    if state.loss in ("at once", "nobody"):
        return mark
    hangs = bool(state.hangs_on and state.spare)
    spare = "all hang on one thing" if hangs else f"{state.may_fail or 'nothing'} may fail"
    margin = f"{state.margin:.2g} x what is needed, {spare}"
    return f"{mark}: {margin}" if mark else margin
