"""Wrong words given to the commands about partners: refused with what was given, what is allowed, what to do."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from stationkeep.cli.app import app
from stationkeep.errors import InputError

SOURCE = "source: made up for this test"
LEAVES = f"type: withdrawal, partner: roscosmos, scope: [stop-flights], date_utc: 2022-06-01, {SOURCE}"
HEAD = """schema: stationkeep.scenario/1
based_on: iss-2022
id: mine
comparisons: []
branches:
  mine:
    label: mine
    events:
"""
COMMANDS = (
    ("run", "--runs", "1", "--branch", "mine"),
    ("matrix", "--runs", "1", "--partner", "esa"),
    ("depends",),
)


def refused(*words: str) -> InputError:
    shown = CliRunner().invoke(app, list(words))
    assert isinstance(shown.exception, InputError), shown.output
    return shown.exception


def a_file(folder: Path, event: str) -> Path:
    path = folder / "mine.yaml"
    path.write_text(f"{HEAD}      - {{{event}}}\n", encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("event", "said"),
    [
        (
            f"{LEAVES}, until: sanctions-lifted",
            "events[0].until: 'sanctions-lifted' given; must be a group of fields: until: {event: sanctions-lifted}",
        ),
        (
            f"type: sanction, imposed_by: West, on: boeing, what: launches, date_utc: 2022-06-01, {SOURCE}",
            "events[0].on: boeing has no part in this scenario, nothing would come of it; taking part are roscosmos",
        ),
        (
            LEAVES.replace("roscosmos", "cmsa"),
            "events[0].partner: cmsa has no part in this scenario, nothing would come of it; taking part are roscosmos",
        ),
        (
            LEAVES.replace("roscosmos", "rosskosmos"),
            "no partner 'rosskosmos'; did you mean 'roscosmos'? known: roscosmos, nasa, esa",
        ),
    ],
)
def test_every_command_says_the_same_of_a_wrong_file(event: str, said: str, tmp_path: Path) -> None:
    path = a_file(tmp_path, event)
    claims = tmp_path / "claims.yaml"
    claims.write_text(
        f"""schema: stationkeep.claims-file/1
id: mine
scenario: {path}
claims:
  - {{id: one, quote: nobody knows, who: somebody, when_utc: 2022-06-01, source: made up for this test, quality: D,
     question: which one is it, true_if: it is so, evaluator: crew, settings: {{}}}}
""",
        encoding="utf-8",
    )
    errors = [refused(command, str(path), *rest) for command, *rest in COMMANDS]
    errors.append(refused("claims", str(claims)))
    for error in errors:
        assert said in error.problem
        assert error.hint == "correct it and try again"  # not other scenarios' names


def test_a_scenario_is_no_claim_file(tmp_path: Path) -> None:
    error = refused("claims", str(a_file(tmp_path, LEAVES)))
    assert "mine.yaml: schema: 'stationkeep.scenario/1' given; claims are read from a" in error.problem
    assert "scenario: mine.yaml" in (error.hint or "")


def test_a_matrix_needs_a_branch_nobody_leaves_in(tmp_path: Path) -> None:
    error = refused("matrix", str(a_file(tmp_path, LEAVES)), "--runs", "1")
    assert "a partner leaves in every branch" in error.problem
    assert "add a branch for it to the file, as-planned: {label: as planned, events: []}" in (error.hint or "")


def test_no_such_scenario_names_configurations() -> None:
    assert "configurations are" in (refused("depends", "iss-2023").hint or "")


ISS = ("run", "iss-2022", "--runs", "1", "--without")


@pytest.mark.parametrize(
    ("words", "problem", "hint"),
    [
        ((*ISS, "Roscosmos,NASA"), "it names several", "--without Roscosmos --without NASA"),
        ((*ISS, "roscosmos", "--notice-days", "100000"), "--notice-days 100000 given; must be from 0 to 36600", "365"),
        ((*ISS, "roscosmos", "--notice-days", "-5"), "--notice-days -5 given; must be from 0", "at once"),
        ((*ISS, "roscosmos", "--notice-days", "nan"), "--notice-days nan given; must be from 0", "at once"),
        ((*ISS, "roscosmos", "--notice-days", "9000"), "after horizon_utc (2031-01-01)", "fewer --notice-days"),
        ((*ISS, "roscosmos", "--branch", "withdrawal"), "withdraws twice", "--branch cooperation"),
        (("matrix", "iss-2022", "--runs", "1", "--pair", "spacex,SpaceX"), "who leaves together?", "nasa,roscosmos"),
        (("matrix", "iss-2022", "--runs", "1", "--without", "esa,csa"), "names several", "--without csa"),
        (("depends", "iss-2022", "--without", "esa,csa"), "esa,csa", "--without esa --without csa"),
    ],
)
def test_what_was_given_what_is_allowed_what_to_do(words: tuple[str, ...], problem: str, hint: str) -> None:
    error = refused(*words)
    assert problem in error.problem
    assert hint in (error.hint or "")
