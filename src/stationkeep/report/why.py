"""Why it ends so: the chain of events behind each branch's end, for the page and in a line for the terminal."""

from __future__ import annotations

import re
from typing import Final

from stationkeep.campaign.document import BranchDocument, RunDocument, Why, WhyLink
from stationkeep.report import text
from stationkeep.report.markup import branch_vars, e
from stationkeep.report.palette import BranchStyle, branch_styles

_ARROW: Final = " → "
_NEXT: Final = "; "
_HANDLES: Final = {
    "deliveries-end": "no more propellant",
    "propellant-gone": "nothing left to burn",
    "tanks-dry": "dry tanks",
    "reboost-ends": "no reboost",
    "unloading-ends": "gyros not unloaded",
    "holding-ends": "nobody holds it",
    "attitude-lost": "attitude lost",
    "drag-up": "drag up",
    "deorbit-impossible": "no fall on target",
}
_OTHERWISE_BELOW: Final = 0.995


def why_section(document: RunDocument) -> str:
    """A list of links for every branch in which something is lost, as HTML; empty where nothing ever is."""
    styles = branch_styles(document.branches)
    told = [
        _branch(branch, styles[key], document.runs) for key, branch in document.branches.items() if branch.why.chain
    ]
    if not told:
        return ""
    return (
        '<section aria-labelledby="why"><h2 id="why">Why</h2>'
        "<p>What the end of the reference run (median inputs) goes back to, event by event. In brackets, where it "
        "differs: the median over all runs.</p>"
        f"{''.join(told)}</section>"
    )


def why_line(branch: BranchDocument) -> str:
    """The chain in one line: ``Roscosmos withdraws (2 Apr 2022) → ...``; empty where nothing is lost."""
    return chain_line(branch.why)


def chain_line(why: Why) -> str:
    """The same of a chain by itself: an arrow only from a cause to what follows from it.

    Causes are no line but a net. It is told strand by strand, each as far as it goes by itself: ``A → B → C; A → D;
    C + D → E``. Where a strand goes on from something told before, that is named again, in few words.
    """
    chain = why.chain
    direct = _direct_causes(chain)
    said: list[str] = []
    before: int | None = None
    for index in _by_strands(direct):
        link, causes = chain[index], direct[index]
        if before is not None and causes == [before]:
            said.append(_ARROW)
        elif before is not None:
            named = " + ".join(_handle(chain[cause]) for cause in causes)
            said.append(_NEXT + (named + _ARROW if causes else ""))
        same_day = before is not None and chain[before].time_utc[:10] == link.time_utc[:10]
        before = index
        beside = _over_all_runs(link)
        dated = [] if same_day and not beside else [text.day_text(link.time_utc)]
        words = ", ".join([*dated, *([beside] if beside else [])])
        said.append(f"{_short(link)} ({words})" if words else _short(link))
    return "".join(said)


def _direct_causes(chain: list[WhyLink]) -> list[list[int]]:
    """The causes of each link without those that another of its causes goes back to anyway."""
    behind: list[set[int]] = []
    direct: list[list[int]] = []
    for link in chain:
        further: set[int] = set().union(*(behind[cause] for cause in link.because))
        behind.append(further.union(link.because))
        direct.append([cause for cause in link.because if cause not in further])
    return direct


def _by_strands(direct: list[list[int]]) -> list[int]:
    """The order in which a line tells links: what follows from the last one alone, else the earliest that can be told.

    ``direct``: the causes of each link; no link comes before one of its causes.
    """
    order: list[int] = []
    left = list(range(len(direct)))
    while left:
        ready = [index for index in left if set(direct[index]) <= set(order)]
        follows = [index for index in ready if order and direct[index] == [order[-1]]]
        order.append((follows or ready)[0])
        left.remove(order[-1])
    return order


def _over_all_runs(link: WhyLink) -> str:
    """How all runs differ from the date of the reference run; empty where they do not, or where it is not counted."""
    if link.share is None:
        return ""
    if link.median_utc is None:
        return f"in {text.percent(link.share)} of the runs"
    if link.median_utc[:7] == link.time_utc[:7]:
        return ""
    return f"median {text.month_text(link.median_utc)}"


def _branch(branch: BranchDocument, style: BranchStyle, runs: int) -> str:
    chain = branch.why.chain
    direct = _direct_causes(chain)
    links = "".join(
        f"<li><span>{e(text.day_text(link.time_utc))}</span> {e(text.with_days(link.title))}{_beside(link)}"
        f'<span class="m w">{e(_because(direct[index], index))}{e(_height(link))}</span></li>'
        for index, link in enumerate(chain)
    )
    return (
        f'<div class="story keep"><h3 {branch_vars(style)}><span class="chip"></span>{e(branch.label)}</h3>'
        f'<ol class="chain">{links}</ol><p class="m">{e(_alike(branch, runs))}</p></div>'
    )


def _beside(link: WhyLink) -> str:
    said = _over_all_runs(link)
    return f' <span class="m">({e(said)})</span>' if said else ""


def _because(causes: list[int], index: int) -> str:
    """Which links it follows from, by number; nothing where that is the one before, which the eye sees."""
    if causes == [index - 1] or index == 0:
        return ""
    if not causes:
        return "not from those before; "
    numbers = [str(cause + 1) for cause in causes]
    listed = " and ".join([", ".join(numbers[:-1]), numbers[-1]]) if len(numbers) > 1 else numbers[0]
    return f"follows from {listed}; "


def _height(link: WhyLink) -> str:
    return f"at {link.mean_altitude_km:.0f} km"


def _alike(branch: BranchDocument, runs: int) -> str:
    share = branch.why.share_alike
    if runs == 1:
        return ""
    if share >= _OTHERWISE_BELOW:
        return f"All {runs:,} runs end by the same kinds of events in the same order."
    return f"{text.percent(share)} of the runs end by the same kinds of events in the same order; dates differ."


def _handle(link: WhyLink) -> str:
    """What a link is called where it is named again as a cause."""
    return _HANDLES.get(link.kind) or _short(link)


def _short(link: WhyLink) -> str:
    """The title as far as a line needs it: what follows a colon, a bracket or a semicolon is detail.

    Where the title begins with who acts (``NASA: lets the station down, ...``) the act belongs to it.
    """
    if link.kind == "response":
        return re.split(r"[,;] ", link.title, maxsplit=1)[0]
    if link.kind == "sanction":
        return link.title.split("; ", maxsplit=1)[0]
    return re.split(r": |; | \(", link.title, maxsplit=1)[0]
