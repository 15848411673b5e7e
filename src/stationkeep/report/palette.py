"""Colours a colour-blind reader can tell apart, one per branch and the same everywhere, on light and on dark paper.

The branch hues are Okabe and Ito's ("Color Universal Design", 2008) in the order that keeps neighbours apart for
protan, deutan and tritan eyes. Each comes as a line colour (contrast with the paper at least 3 : 1, WCAG 2.2
criterion 1.4.11) and a text colour (at least 4.5 : 1, criterion 1.4.3); where the original hue is too pale for
that, it is darkened on light paper and lightened on dark paper.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Ink:
    """One role's colour on light and on dark paper, under the name its CSS variable carries."""

    name: str
    light: str
    dark: str

    @property
    def css(self) -> str:
        """The CSS value that follows the reader's theme."""
        return f"var(--{self.name})"


PAPER: Final = Ink("paper", "#ffffff", "#14181d")
INK: Final = Ink("ink", "#1b2129", "#e6e9ed")
MUTED: Final = Ink("muted", "#57606b", "#a3adb8")
RULE: Final = Ink("rule", "#d9dde3", "#343b44")
PANEL: Final = Ink("panel", "#f5f6f8", "#1c2127")
LAND: Final = Ink("land", "#e3e6ea", "#2b323a")
RISK: Final = Ink("risk", "#c0440a", "#f0803c")
"""Whatever is at risk, on the map and in the bars. Kept off the branch colours so that no bar reads as a branch."""
LINK: Final = Ink("link", "#0a5c92", "#6fb7e6")

SEVERITIES: Final = (
    Ink("s1", "#e9f1f7", "#1d2b36"),
    Ink("s2", "#fbeab5", "#4a3c10"),
    Ink("s3", "#f2b48f", "#6b2d0c"),
)
"""Grounds of a matrix's cells, mild to grave: from pale blue to vermilion, each darker than the one before on paper,
so that print without colour keeps their order. Letters on them are :data:`INK` (contrast at least 7 : 1)."""

BRANCH_LINES: Final = (
    Ink("b0", "#0072b2", "#3d9fd9"),  # blue
    Ink("b1", "#d55e00", "#ea7a23"),  # vermilion
    Ink("b2", "#009e73", "#1bb88c"),  # bluish green
    Ink("b3", "#b8578f", "#d987b5"),  # reddish purple, darkened
    Ink("b4", "#b57c00", "#e6a117"),  # orange, darkened
    Ink("b5", "#2f8fc4", "#74c3ee"),  # sky blue, darkened
)
BRANCH_TEXTS: Final = (
    Ink("t0", "#00639c", "#6bbaea"),
    Ink("t1", "#b04c00", "#f09450"),
    Ink("t2", "#007454", "#35cfa3"),
    Ink("t3", "#9c3f75", "#e3a0c6"),
    Ink("t4", "#855b00", "#efb544"),
    Ink("t5", "#1f6f9e", "#8dcdf1"),
)
DASHES: Final[tuple[tuple[float, ...], ...]] = ((), (6.0, 2.5), (1.5, 2.0), (8.0, 2.0, 1.5, 2.0))
"""Beyond six branches the colours come round again with another dash, so that no two branches look the same."""


@dataclass(frozen=True, slots=True)
class BranchStyle:
    """How one branch is drawn and written, everywhere."""

    line: Ink
    text: Ink
    dash: tuple[float, ...]


def branch_styles(branches: Iterable[str]) -> dict[str, BranchStyle]:
    """Which colour and dash does each branch carry? Given by its place in the scenario, so it never changes."""
    count = len(BRANCH_LINES)
    return {
        branch: BranchStyle(BRANCH_LINES[i % count], BRANCH_TEXTS[i % count], DASHES[(i // count) % len(DASHES)])
        for i, branch in enumerate(branches)
    }


def all_inks() -> tuple[Ink, ...]:
    """Every colour of the report."""
    return (PAPER, INK, MUTED, RULE, PANEL, LAND, RISK, LINK, *SEVERITIES, *BRANCH_LINES, *BRANCH_TEXTS)


def css_variables(theme: str) -> str:
    """The CSS variable declarations of ``theme`` (``light`` or ``dark``)."""
    return "".join(f"--{ink.name}:{getattr(ink, theme)};" for ink in all_inks())


def theme_aware(svg: str, inks: Mapping[str, Ink] | None = None) -> str:
    """Replace the light theme's colours in an SVG by CSS variables, so that the drawing follows the reader's theme."""
    for light, ink in (inks or {ink.light: ink for ink in all_inks()}).items():
        svg = svg.replace(light, ink.css)
    return svg
