"""Whatever a scenario file holds: a checked scenario, or one ScenarioError with file and line; never a traceback."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from stationkeep.errors import ScenarioError
from stationkeep.scenario.identity import scenario_hash
from stationkeep.scenario.loader import decode_text, load_scenario, read_scenario
from stationkeep.scenario.schedule import deliveries, stays
from stationkeep.scenario.schema import Scenario
from stationkeep.scenario.shipped import shipped_scenarios
from stationkeep.scenario.starter import starter_text
from stationkeep.scenario.yaml_tree import Node, parse_yaml

TEXTS = {name: path.read_text(encoding="utf-8") for name, path in shipped_scenarios().items()}
PLAIN = {name: parse_yaml(text, name).plain() for name, text in TEXTS.items()}
QUICK = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])

ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**12), 10**12)
    | st.floats(allow_nan=True)
    | st.text(max_size=12)
    | st.sampled_from(["2022-02-30", "2022-04-02", "withdrawal", "NRLMSISE-00", "1e999", "-0", "roscosmos"]),
    lambda children: st.lists(children, max_size=3) | st.dictionaries(st.text(max_size=6), children, max_size=3),
    max_leaves=5,
)


def places(value: Any, here: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """Every place in a nested value."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [here, *(place for key, child in inner for place in places(child, (*here, key)))]


def replaced(value: Any, place: tuple[str | int, ...], new: Any) -> Any:
    """A copy with the value at ``place`` replaced."""
    if not place:
        return new
    result = copy.deepcopy(value)
    holder = result
    for key in place[:-1]:
        holder = holder[key]
    holder[place[-1]] = new
    return result


def scalar_lines(node: Node) -> set[int]:
    """The lines on which fields with a scalar value stand."""
    children = [*node.fields.values(), *node.items]
    here = {child.line for child in node.fields.values() if child.kind == "scalar"}
    return here.union(*(scalar_lines(child) for child in children))


def attempt(action: Callable[[], Any]) -> tuple[Any, ScenarioError | None]:
    """What came of it: a result, or a refusal. Any other exception fails the test."""
    try:
        return action(), None
    except ScenarioError as error:
        note(str(error))
        return None, error


def read_or_refuse(text: str) -> Scenario | None:
    scenario, refusal = attempt(lambda: read_scenario(text, "mine.yaml"))
    if refusal is not None:
        assert "mine.yaml" in str(refusal)
        assert refusal.hint
        return None
    assert isinstance(scenario, Scenario)
    return scenario


@QUICK
@given(st.binary(max_size=300))
def test_any_bytes_are_text_or_refused(data: bytes) -> None:
    text, refusal = attempt(lambda: decode_text(data, "mine.yaml"))
    if refusal is not None:
        assert "mine.yaml" in str(refusal)
    else:
        assert read_or_refuse(text) is None  # 300 random bytes are no scenario


@QUICK
@given(st.text(max_size=300))
def test_any_text_is_refused(text: str) -> None:
    assert read_or_refuse(text) is None


@QUICK
@given(st.sampled_from(sorted(TEXTS)), st.data())
def test_truncated_files_are_read_or_refused(name: str, data: st.DataObject) -> None:
    length = data.draw(st.integers(0, len(TEXTS[name])))
    read_or_refuse(TEXTS[name][:length])


@QUICK
@given(st.sampled_from(sorted(TEXTS)), st.data())
def test_one_wrong_character_never_breaks_the_loader(name: str, data: st.DataObject) -> None:
    text = TEXTS[name]
    where = data.draw(st.integers(0, len(text) - 1))
    read_or_refuse(text[:where] + data.draw(st.characters(exclude_categories=["Cs"])) + text[where + 1 :])


@settings(QUICK, max_examples=150)
@given(st.sampled_from(sorted(PLAIN)), ANYTHING, st.data())
def test_one_replaced_value_gives_a_sound_scenario_or_a_line(name: str, new: Any, data: st.DataObject) -> None:
    place = data.draw(st.sampled_from(places(PLAIN[name])))
    document = replaced(PLAIN[name], place, new)
    text = yaml.safe_dump(document, sort_keys=False, allow_unicode=True, default_flow_style=False)
    note(f"{place} <- {new!r}")
    scenario = read_or_refuse(text)
    if scenario is not None:
        assert scenario.epoch_utc < scenario.horizon_utc
        assert all(provider.max_burn_duration_s > 0.0 for provider in scenario.providers)
        assert all(item.propellant_kg.low >= 0.0 for p in scenario.providers for item in deliveries(p, scenario))
        assert all(
            item.leaves_mjd_utc > scenario.epoch_mjd_utc for p in scenario.providers for item in stays(p, scenario)
        )


@QUICK
@given(st.sampled_from(sorted(TEXTS)), st.data())
def test_the_line_of_a_wrong_scalar_is_the_line_it_stands_on(name: str, data: st.DataObject) -> None:
    """Scalars of the shipped files that have a line to themselves are replaced by a list, which fits none of them."""
    lines = TEXTS[name].splitlines()
    scalar = re.compile(r"^(\s*(?:- )?)([a-z][a-z0-9_]*): +(?![>{\[&*|#])\S.*$")
    # From the tree, not from the text: a folded paragraph may hold a line that looks like a field.
    leaves = sorted(scalar_lines(parse_yaml(TEXTS[name], name)))
    numbers = [line - 1 for line in leaves if scalar.match(lines[line - 1])]
    number = data.draw(st.sampled_from(numbers))
    match = scalar.match(lines[number])
    assert match is not None
    lines[number] = f"{match[1]}{match[2]}: [[1]]"
    _, refusal = attempt(lambda: read_scenario("\n".join(lines) + "\n", "mine.yaml"))
    assert refusal is not None, f"accepted {lines[number]!r} on line {number + 1}"
    assert re.search(rf"line {number + 1}\b", str(refusal))
    assert match[2] in str(refusal)


@QUICK
@given(st.sampled_from(sorted(PLAIN)), st.randoms(use_true_random=False))
def test_hash_does_not_depend_on_the_order_of_keys(name: str, random: Any) -> None:
    def shuffled(value: Any) -> Any:
        if isinstance(value, dict):
            keys = list(value)
            random.shuffle(keys)
            return {key: shuffled(value[key]) for key in keys}
        return [shuffled(item) for item in value] if isinstance(value, list) else value

    text = yaml.safe_dump(shuffled(PLAIN[name]), sort_keys=False)
    assert scenario_hash(read_scenario(text, "mine.yaml")) == load_scenario(name).hash


@QUICK
@given(st.sampled_from(sorted(TEXTS)))
def test_what_is_written_out_reads_back_the_same(name: str) -> None:
    scenario = load_scenario(name).scenario
    dumped = scenario.model_dump(mode="json", by_alias=True)
    text = yaml.safe_dump(json.loads(json.dumps(dumped)), sort_keys=False)
    again = read_scenario(text, "mine.yaml")
    assert again == scenario
    assert scenario_hash(again) == scenario_hash(scenario)


@QUICK
@given(st.text(max_size=20) | st.from_regex(r"[a-z0-9-]{1,12}", fullmatch=True) | st.sampled_from(["null", "1e3"]))
def test_any_name_gives_a_file_that_loads_or_is_refused(name: str) -> None:
    text, refusal = attempt(lambda: starter_text(name))
    if refusal is None:
        assert read_scenario(text, "mine.yaml").id == name


@QUICK
@given(st.text(max_size=40))
def test_any_unknown_scenario_is_refused(name: str) -> None:
    if name in TEXTS or Path(name.replace("\0", "")).exists():
        return
    _, refusal = attempt(lambda: load_scenario(name))
    assert refusal is not None
    assert refusal.hint
