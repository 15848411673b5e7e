"""Dated statements and acts of a crisis, and what the agreement between the partners asks of who wants to leave."""

from __future__ import annotations

from datetime import datetime
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Annotated, Final, Literal

import yaml
from pydantic import Field, model_validator

from stationkeep.catalogue.figure import Quality
from stationkeep.errors import InputError
from stationkeep.partnership.model import Day, Part
from stationkeep.timescale import parse_utc

_FOLDER: Final = Path(__file__).parent / "data" / "timelines"


class Agreement(Part):
    """How a partner may leave."""

    name: str
    notice_days: float = Field(ge=0.0)
    what: str
    source: str = Field(min_length=8)
    quality: Quality


class Entry(Part):
    """One statement, act or formal notice."""

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$", description="what it is called where a day is asked for")]
    date: Day
    date_known_to: Literal["day", "month"] = "day"
    who: str
    kind: Literal["statement", "act", "notice"]
    what: str
    source: str = Field(min_length=8)
    quality: Quality


class CrisisTimeline(Part):
    """A crisis, in the order of its dates."""

    schema_: Literal["stationkeep.timeline/1"] = Field(alias="schema")
    id: str
    partnership: str = Field(description="the partnership it shook")
    title: str
    agreement: Agreement
    entries: tuple[Entry, ...]

    @model_validator(mode="after")
    def _in_order(self) -> CrisisTimeline:
        ids, dates = [entry.id for entry in self.entries], [entry.date for entry in self.entries]
        twice = next((name for name in ids if ids.count(name) > 1), None)
        if twice is not None:
            raise ValueError(f"entry {twice!r} is given twice")
        if dates != sorted(dates):
            raise ValueError("entries must stand in the order of their dates")
        return self

    def entry(self, entry_id: str) -> Entry:
        """The entry of that id; raises :class:`InputError` naming the nearest for another."""
        found = next((entry for entry in self.entries if entry.id == entry_id), None)
        if found is None:
            known = [entry.id for entry in self.entries]
            near = get_close_matches(entry_id.casefold(), known, n=1, cutoff=0.5)
            suggestion = f"; did you mean {near[0]!r}?" if near else ""
            raise InputError(
                f"{entry_id!r} is not a date, nor an entry of the timeline {self.id}{suggestion}",
                hint=f"write a date as 2022-04-02, or one of {', '.join(known)}",
            )
        return found


def timeline_names() -> tuple[str, ...]:
    """The timelines that ship."""
    return tuple(path.stem for path in sorted(_FOLDER.glob("*.yaml")))


@cache
def crisis_timeline(name: str = "crisis-2022") -> CrisisTimeline:
    """The shipped timeline of that name; raises :class:`InputError` for another."""
    known = timeline_names()
    if name not in known:
        raise InputError(f"no timeline {name!r}", hint=f"shipped are {', '.join(known)}")
    document = yaml.safe_load((_FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))
    return CrisisTimeline.model_validate(document)


def moment_of(given: str, timeline: str | None) -> datetime:
    """The moment meant by a date, or by the id of an entry of the timeline (the beginning of its day).

    Raises :class:`InputError` for what is neither; the nearest entry is named.
    """
    if timeline is not None and given[:1].isalpha():
        return crisis_timeline(timeline).entry(given).date
    _refuse_entry_elsewhere(given)
    return parse_utc(given)


def _refuse_entry_elsewhere(given: str) -> None:
    """An entry of a timeline that plays no part here: where it belongs, and which day it is."""
    for name in timeline_names():
        entry = next((one for one in crisis_timeline(name).entries if one.id == given), None)
        if entry is not None:
            raise InputError(
                f"{given!r} is not a date; it is an entry of the timeline {name}, which this scenario does not have",
                hint=f"give its day, {entry.date:%Y-%m-%d}, or take a scenario with that timeline (iss-2022, or "
                f"timeline: {name} in a file)",
            )


def timeline_of(partnership: str) -> str | None:
    """The timeline that ships for a partnership; none where there is none."""
    return next((name for name in timeline_names() if crisis_timeline(name).partnership == partnership), None)
