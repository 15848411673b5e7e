"""Dated statements and acts of a crisis, and what the agreement between the partners asks of who wants to leave."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Final, Literal

import yaml
from pydantic import Field

from stationkeep.catalogue.figure import Quality
from stationkeep.errors import InputError
from stationkeep.partnership.model import Day, Part

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
    title: str
    agreement: Agreement
    entries: tuple[Entry, ...]


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
