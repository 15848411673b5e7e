"""Dates of a branch's events that are given as an entry of the scenario's timeline: ``date_utc: demand-letters``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from stationkeep.errors import InputError
from stationkeep.partnership.crisis import moment_of, timeline_names
from stationkeep.scenario.problems import Location, Problem
from stationkeep.scenario.yaml_tree import Node
from stationkeep.timescale import iso_utc, mjd_utc

_DATES: Final = ("date_utc", "until_utc")


def put_entry_dates(tree: Node) -> list[Problem]:
    """Write the day of an entry where an event names the entry; what names none is returned."""
    given = tree.fields.get("timeline")
    timeline = given.value if given is not None and given.value in timeline_names() else None
    problems = []
    for where, node in _dates(tree):
        if timeline is None or not isinstance(node.value, str) or not node.value[:1].isalpha():
            continue
        try:
            moment = moment_of(node.value, timeline)
        except InputError as error:
            listed = "write a date as 2022-04-02, or an id of  stationkeep claims iss-2022 --timeline"
            problems.append(Problem(where, f"{error.problem}; {listed}"))
            continue
        node.value = node.text = iso_utc(mjd_utc(moment))
    return problems


def _dates(tree: Node) -> Iterator[tuple[Location, Node]]:
    branches = tree.fields.get("branches")
    for name, branch in branches.fields.items() if branches is not None else ():
        events = branch.fields.get("events")
        for index, event in enumerate(events.items if events is not None else ()):
            for field in _DATES:
                if (node := event.fields.get(field)) is not None and node.kind == "scalar":
                    yield ("branches", name, "events", index, field), node
