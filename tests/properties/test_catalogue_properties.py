"""Properties of figures and of the loader that hold for any number and any text."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stationkeep.catalogue.figure import Figure
from stationkeep.catalogue.loader import load_catalogue, read_catalogue
from stationkeep.errors import CatalogueError

finite = st.floats(min_value=-1e12, max_value=1e12, allow_nan=False)
positive = st.floats(min_value=1e-6, max_value=1e12)
probability = st.floats(min_value=0.0, max_value=1.0)


def _figure(low: float, high: float, *, shape: str = "uniform", value: float | None = None) -> Figure:
    fields = {"low": low, "high": high, "unit": "kg", "source": "a proper source", "quality": "D", "shape": shape}
    return Figure.model_validate({**fields, "value": value})


def _refusal(attempt: Callable[[], object]) -> CatalogueError | None:
    """The refusal, if any; every other exception fails the test."""
    try:
        attempt()
    except CatalogueError as refusal:
        return refusal
    return None


@given(st.tuples(finite, finite).map(sorted), probability, probability)
def test_uniform_quantiles_stay_inside_and_never_fall(ends: list[float], one: float, other: float) -> None:
    figure = _figure(*ends)
    low, high = sorted((one, other))
    assert figure.low <= figure.quantile(low) <= figure.high
    # Floating-point rounding of the mixture may break order by the last digits of the larger end.
    slack = 4e-16 * max(abs(figure.low), abs(figure.high))
    assert figure.quantile(low) <= figure.quantile(high) + slack
    assert figure.quantile(0.0) == figure.low
    assert figure.quantile(1.0) == figure.high


@given(st.tuples(positive, positive).map(sorted), probability)
def test_loguniform_quantiles_are_linear_in_the_logarithm(ends: list[float], u: float) -> None:
    figure = _figure(*ends, shape="loguniform")
    drawn = figure.quantile(u)
    assert figure.low <= drawn <= figure.high
    expected = math.log(figure.low) + u * (math.log(figure.high) - math.log(figure.low))
    assert math.log(drawn) == pytest.approx(expected, abs=1e-9)
    assert figure.best == pytest.approx(math.sqrt(figure.low) * math.sqrt(figure.high), rel=1e-9)


@given(finite, probability)
def test_a_figure_without_a_range_is_always_itself(value: float, u: float) -> None:
    figure = Figure.model_validate({"value": value, "unit": "kg", "source": "a proper source", "quality": "A"})
    assert figure.quantile(u) == value == figure.best == figure.low == figure.high
    assert not figure.is_range


@given(st.tuples(finite, finite, finite).map(sorted))
def test_a_best_estimate_inside_its_range_is_kept(numbers: list[float]) -> None:
    low, value, high = numbers
    assert _figure(low, high, value=value).best == value


@given(st.tuples(finite, finite).map(sorted), st.lists(probability, min_size=1, max_size=6))
def test_an_ensemble_is_drawn_element_by_element(ends: list[float], us: list[float]) -> None:
    figure = _figure(*ends)
    drawn = figure.quantiles(np.array([us, us]))
    assert drawn.shape == (2, len(us))
    assert drawn[0].tolist() == [figure.quantile(u) for u in us]


@given(st.text(max_size=40))
def test_find_returns_an_entry_or_teaches(name: str) -> None:
    facts = load_catalogue()
    refusal = _refusal(lambda: facts.find(name))
    assert refusal is None or refusal.hint


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.one_of(st.binary(max_size=200), st.text(max_size=200).map(lambda text: f"partners: {text}".encode())))
def test_any_bytes_are_read_or_refused_by_file_name(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "anything.yaml").write_bytes(content)
    refusal = _refusal(lambda: read_catalogue(tmp_path))
    assert refusal is None or "anything.yaml" in refusal.problem


yaml_values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-9, 9), st.floats(), st.text(max_size=8)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=8), inner, max_size=3)),
    max_leaves=12,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.dictionaries(
        st.sampled_from(["partners", "engines", "vehicles", "modules", "stations", "credits"]),
        st.one_of(yaml_values, st.dictionaries(st.sampled_from(["a", "b"]), yaml_values)),
    )
)
def test_any_structure_is_read_or_refused_by_file_name(tmp_path: Path, content: dict[str, object]) -> None:
    import yaml

    (tmp_path / "anything.yaml").write_text(yaml.safe_dump(content), encoding="utf-8")
    refusal = _refusal(lambda: read_catalogue(tmp_path))
    assert refusal is None or "anything.yaml" in refusal.problem
