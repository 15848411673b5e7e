"""Who provides what, for the terminal: what is lost at once, within weeks, later, or merely thinner."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from stationkeep.partnership.analysis import date_after, fewest_people

if TYPE_CHECKING:
    from rich.console import Console

    from stationkeep.partnership.analysis import Dependence, FunctionState
    from stationkeep.partnership.graph import PartnerGraph
    from stationkeep.partnership.model import Asset, CutEnds, Function

_NEAR: Final = timedelta(days=183)
_ORDER: Final = ("at once", "within weeks", "later", "thinner", "no", "nobody")
HEADINGS: Final = {
    "at once": "Lost at once",
    "within weeks": "Lost within weeks",
    "later": "Lost later",
    "thinner": "Still there, but thinner",
    "no": "Not touched",
    "nobody": "Nobody could do it before anybody left",
}


def print_dependence(found: Dependence, console: Console, *, only: Collection[str] = ()) -> None:
    """Print what ``stationkeep depends`` found; ``only``: just these functions, without the summary below."""
    from rich.text import Text

    graph = found.graph
    names = graph.loaded.partner_names
    title = f"{graph.loaded.partnership.title}, {graph.moment:%-d %B %Y}"
    if found.without:
        title += f", without {' and '.join(names[one] for one in found.without)}"
    console.print(Text(title, style="bold"))
    if outside := described_words(graph):
        console.print(outside, style="dim")
    states = [state for state in found.states if not only or state.function.id in only]
    if found.without:
        _print_groups(console, found, states)
    else:
        _print_plain(console, found, states)
    if not only:
        _print_summary(console, found)


def described_words(graph: PartnerGraph) -> str:
    """For which days the file was written, where this one lies well before or after them; empty within."""
    days = sorted(one.date_utc for one in graph.loaded.partnership.configurations.values())
    if not days or days[0] - _NEAR <= graph.moment <= days[-1] + _NEAR:
        return ""
    span = f"{days[0]:%-d %B %Y}" + (f" to {days[-1]:%-d %B %Y}" if len(days) > 1 else "")
    return f"written for {span}: on other days only what has a date of its own comes and goes"


def _print_plain(console: Console, found: Dependence, states: list[FunctionState]) -> None:
    table = _table("function", "provided by", "margin", "may fail")
    for state in states:
        margin = "–" if not state.providers else f"{state.margin:.2g} x need"
        table.add_row(state.function.name, provider_words(found.graph, state.providers), margin, _may_fail(state))
    console.print(table)
    console.print("margin: what all providers give together, over the need; may fail: so many, whichever they are")
    if any(state.hangs_on and state.spare for state in states):
        console.print("*: more by their number, but they all hang on one thing (single points of failure)")


def _may_fail(state: FunctionState) -> str:
    return f"{state.may_fail}{' *' if state.hangs_on and state.spare else ''}"


def _print_groups(console: Console, found: Dependence, states: list[FunctionState]) -> None:
    for loss in _ORDER:
        group = [state for state in states if state.loss == loss]
        if not group:
            continue
        console.print(f"\n{HEADINGS[loss]}", style="bold")
        if loss == "no":
            console.print("  " + _listed(state.function for state in group))
            continue
        table = _table("function", "when" if loss in ("within weeks", "later") else "left", "through")
        for state in group:
            table.add_row(state.function.name, _middle(found, state), _last(found, state))
        console.print(table)


def _middle(found: Dependence, state: FunctionState) -> str:
    if state.loss in ("within weeks", "later"):
        return date_words(found, state)
    return provider_words(found.graph, state.left) if state.left else "nobody"


def _last(found: Dependence, state: FunctionState) -> str:
    if state.chain:
        words = chain_words(found, state)
        if state.gone_at_once and state.loss in ("within weeks", "later"):
            words += f"; gone at once: {gone_words(found, state.gone_at_once)}"
    elif state.loss == "thinner":
        gone = [node for node in state.providers if node not in state.left]
        words = f"gone: {gone_words(found, gone)}"
    else:
        words = ""
    if state.enough_for is not None and 0 < state.enough_for < found.graph.people:
        words += f"; enough is left for {state.enough_for} of {found.graph.people} people"
    if told := remnant_words(found, state):
        words += f"{'; ' if words else ''}not enough: {told}"
    if state.loss != "thinner":
        for in_time, lead in ((True, "others could later"), (False, "too late")):
            told = newcomer_words(found, state, in_time)
            words += f"{'; ' if words and told else ''}{f'{lead}: {told}' if told else ''}"
    if state.never and state.loss != "thinner":
        words += f"{'; ' if words else ''}will not come now: {_assets_words(found, state.never)}"
    return words


def _assets_words(found: Dependence, assets: Iterable[Asset]) -> str:
    names = found.graph.loaded.partner_names
    return ", ".join(f"{one.name} ({names[one.operator or '']})" for one in assets)


def newcomer_words(found: Dependence, state: FunctionState, in_time: bool) -> str:
    """``US Deorbit Vehicle (NASA) from 2029-05-01, ...``: who comes in time, or who does not, with how late that is."""
    names = found.graph.loaded.partner_names
    return "; ".join(
        f"{one.asset.name} ({names[one.asset.operator or '']}) from {one.from_utc:%Y-%m-%d}, "
        + (one.words or "in time")
        for one in state.later
        if one.in_time == in_time
    )


def remnant_words(found: Dependence, state: FunctionState) -> str:
    """``Cygnus main engine (Northrop Grumman), for 31 % of the need, until 2024-05-03``: who gives too little of it.

    Empty where who is left stands beside it and *enough is left for 3 of 7* says it of all together.
    """
    names = found.graph.loaded.partner_names
    told = []
    staying = {found.graph.asset(node).id for node in state.left}
    counted = (
        state.loss == "at once" and bool(state.enough_for) and all(one.asset.id in staying for one in state.too_few)
    )
    for one in () if counted else state.too_few:
        until = date_after(found.graph, one.stops_days)
        parts = [f"{one.asset.name} ({names[one.asset.operator or '']})", one.given.words]
        told.append(", ".join([*parts, *([f"until {until:%Y-%m-%d}"] if until is not None else [])]))
    return "; ".join(told)


def chain_words(found: Dependence, state: FunctionState) -> str:
    """Through what a function is lost, as far as the next function: that one has a line of its own."""
    graph, links = found.graph, []
    for node in state.chain[1:]:
        links.append(node_words(graph, node))
        if node in graph.functions:
            break
    return " <- ".join(links)


def date_words(found: Dependence, state: FunctionState) -> str:
    """``5 July 2022 (20 April 2022 to never)``: the best estimate and its range."""
    moments = [date_after(found.graph, days) for days in state.lost_days]
    low, best, high = ("never" if moment is None else f"{moment:%Y-%m-%d}" for moment in moments)
    return best if low == high else f"{best} ({low} to {high})"


def node_words(graph: PartnerGraph, node: str) -> str:
    """A node's name for people."""
    data = graph.graph.nodes[node]
    return str(data["asset"].name) if data["kind"] == "asset" else graph.function(node).name


def provider_words(graph: PartnerGraph, nodes: Collection[str]) -> str:
    """``NASA: Control moment gyroscope x 4; Roscosmos: ...``, partners in order."""
    if not nodes:
        return "nobody"
    counted: dict[str, Counter[str]] = {}
    for node in nodes:
        partner = graph.loaded.partner_names[graph.operators[node]]
        counted.setdefault(partner, Counter())[graph.asset(node).name] += 1
    groups = []
    for partner, assets in counted.items():
        listed = ", ".join(name if count == 1 else f"{name} x {count}" for name, count in assets.items())
        groups.append(f"{partner}: {listed}")
    return "; ".join(groups)


def gone_words(found: Dependence, nodes: Collection[str]) -> str:
    """``SpaceX: Crew Dragon flights; Cygnus flights (Northrop Grumman), for want of Falcon 9 (SpaceX)``.

    Those who leave with what is theirs; then what stops with them, though who operates it stays.
    """
    graph, names = found.graph, found.graph.loaded.partner_names
    theirs = [node for node in nodes if graph.operators[node] in found.without]
    told = [provider_words(graph, theirs)] if theirs else []
    wanting: dict[str, dict[str, None]] = {}
    for node in (one for one in nodes if one not in theirs):
        root = found.losses.chain(node)[-1]
        want = node_words(graph, root)
        if root in graph.operators:
            want += f" ({names[graph.operators[root]]})"
        wanting.setdefault(want, {})[f"{node_words(graph, node)} ({names[graph.operators[node]]})"] = None
    told += [f"{' and '.join(stopped)}, for want of {want}" for want, stopped in wanting.items()]
    return "; ".join(told)


def _print_summary(console: Console, found: Dependence) -> None:
    from rich.text import Text

    graph, names = found.graph, found.graph.loaded.partner_names
    before = " (before anybody leaves)" if found.without else ""
    console.print(f"\nWhose departure alone stops something{before}", style="bold")
    for point in found.partner_points:
        functions = _listed(map(graph.function, point.functions))
        console.print(Text(f"  {names[point.partner]}: {functions}"))
    console.print(f"\nWhat hangs on one thing (single points of failure){before}", style="bold")
    for point in sorted(found.single_points, key=lambda item: -len(item.functions)):
        direct = [name for name in point.functions if point.node in graph.functions[name].capacities]
        shown = _listed(map(graph.function, direct)) or "what needs it"
        more = len(point.functions) - len(direct)
        some = f"{more} function{'s' if more > 1 else ''}"
        tail = f"; through it {more} more" if direct and more else f" ({some})" if more else ""
        console.print(Text(f"  {graph.asset(point.node).name} ({names[point.partner]}): {shown}{tail}"))
    for ends, groups in found.cut_sets.items():
        told = "; ".join(" with ".join(names[one] for one in group) for group in groups) or "none"
        console.print(Text(f"\nSmallest departures {_ending_words(found, ends)}: {told}"))
    edges = list(graph.graph.edges(data="assumed"))
    assumed = sum(bool(flag) for _, _, flag in edges)
    console.print(f"{len(edges)} edges, {assumed} of them assumptions; sources with --json", style="dim")


def _listed(functions: Iterable[Function]) -> str:
    """Names one after the other; where one is of a segment, that stands in brackets (names hold commas)."""
    told = []
    for function in functions:
        what, _, where = function.name.partition(", ")
        told.append(f"{what} ({where})" if where else what)
    return ", ".join(told)


def _ending_words(found: Dependence, ends: CutEnds) -> str:
    people, fewest = found.graph.people, fewest_people(found.graph)
    if ends == "station":
        return "that end the station"
    if ends == "full crew":
        return f"after which not all {people} people can stay"
    return "that leave nobody able to live aboard" + (f", not even {fewest} people" if fewest < people else "")


def _table(*columns: str) -> Table:
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for number, column in enumerate(columns):
        table.add_column(column, style="bold" if number == 0 else None, no_wrap=number == 0)
    return table


if TYPE_CHECKING:
    from rich.table import Table
