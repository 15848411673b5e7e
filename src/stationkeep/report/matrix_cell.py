"""A cell of a matrix: a line people read first, further lines, and how grave they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

FINE, MILD, GRAVE, WORST = range(4)
"""How grave: as before; less behind it; something lost; the station, or life aboard, ends."""
MARKS: Final = ("", "○", "▲", "■")
DAGGER: Final = "†"
DAGGER_WORDS: Final = "† by the graph what this rests on is lost sooner, or for good, and runs do not see it"
MARK_WORDS: Final = ("as before", "less behind it", "something is lost", "the station or life aboard ends")
MOST_NAMED: Final = 3


@dataclass(frozen=True, slots=True)
class Cell:
    """One answer: a line people read first, further lines, and how grave it is."""

    head: str
    more: tuple[str, ...] = ()
    gravity: int = FINE

    @property
    def line(self) -> str:
        """All of it in one line."""
        if self.head.endswith(":") and self.more:
            return f"{self.head} {'; '.join(self.more)}"
        return "; ".join([self.head, *self.more])


def short_list(parts: list[str]) -> str:
    """The first few, and how many more there are."""
    shown = ", ".join(parts[:MOST_NAMED])
    return f"{shown} and {len(parts) - MOST_NAMED} more" if len(parts) > MOST_NAMED else shown
