"""Why it ends so: the chain of events behind each branch's end, for the page and in a line for the terminal."""

from __future__ import annotations

from typing import Final

from stationkeep.campaign.document import BranchDocument, RunDocument, WhyLink
from stationkeep.report import text
from stationkeep.report.markup import branch_vars, e
from stationkeep.report.palette import BranchStyle, branch_styles

_ARROW: Final = " → "
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
        "<p>What the end of the reference run (median inputs) goes back to, event by event.</p>"
        f"{''.join(told)}</section>"
    )


def why_line(branch: BranchDocument) -> str:
    """The chain in one line: ``Roscosmos withdraws (2 Apr 2022) → ...``; empty where nothing is lost."""
    said: list[str] = []
    for index, link in enumerate(branch.why.chain):
        same_day = index > 0 and branch.why.chain[index - 1].time_utc[:10] == link.time_utc[:10]
        said.append(_short(link) if same_day else f"{_short(link)} ({text.day_text(link.time_utc)})")
    return _ARROW.join(said)


def _branch(branch: BranchDocument, style: BranchStyle, runs: int) -> str:
    chain = branch.why.chain
    links = "".join(
        f"<li><span>{e(text.day_text(link.time_utc))}</span> {e(link.title)}"
        f'<span class="m w">{e(_because(link, index))}{e(_height(link))}</span></li>'
        for index, link in enumerate(chain)
    )
    return (
        f'<div class="story keep"><h3 {branch_vars(style)}><span class="chip"></span>{e(branch.label)}</h3>'
        f'<ol class="chain">{links}</ol><p class="m">{e(_alike(branch, runs))}</p></div>'
    )


def _because(link: WhyLink, index: int) -> str:
    """Which links it follows from, by number; nothing where that is the one before, which the eye sees."""
    if not link.because or link.because == [index - 1]:
        return ""
    numbers = [str(cause + 1) for cause in link.because]
    return f"follows from {numbers[0]}; " if len(numbers) == 1 else f"follows from {', '.join(numbers)}; "


def _height(link: WhyLink) -> str:
    return f"at {link.mean_altitude_km:.0f} km"


def _alike(branch: BranchDocument, runs: int) -> str:
    share = branch.why.share_alike
    if runs == 1:
        return ""
    if share >= _OTHERWISE_BELOW:
        return f"All {runs:,} runs end by the same kinds of events in the same order."
    return f"{text.percent(share)} of the runs end by the same kinds of events in the same order; dates differ."


def _short(link: WhyLink) -> str:
    """The title as far as a line needs it: what follows a colon is detail."""
    return link.title.split(":", maxsplit=1)[0]
