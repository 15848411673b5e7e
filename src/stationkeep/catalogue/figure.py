"""A figure: a number or a range with its unit, its source and a mark saying how far to trust it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, computed_field, model_validator

from stationkeep.errors import InputError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Quality = Literal["A", "B", "C", "D", "M"]

QUALITY_MARKS: Final[dict[str, str]] = {
    "A": "primary text or data file of the agency, operator or catalogue",
    "B": "news report or operator statement",
    "C": "second-hand: encyclopaedia, forum, a text quoting another",
    "D": "derived or assumed here; the source says from what",
    "M": "widely stated, not yet confirmed in the document named",
}
"""What each quality mark means, best first."""

Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]
# A citation must say who and where; "NASA" alone sends nobody to a page.
Source = Annotated[str, Field(min_length=8)]


class Figure(BaseModel):
    """How large is it, how sure is that, and who says so?

    In YAML either ``value`` alone, or ``low`` and ``high`` with or without a best estimate ``value`` between them.
    A range without ``value`` means that nobody published a best estimate. ``low`` and ``high`` always hold numbers
    here: both equal ``value`` where no range is known. Missing unit, source or quality is refused.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    value: Number | None = None
    low: Number
    high: Number
    unit: str = Field(min_length=1)
    source: Source
    quality: Quality
    shape: Literal["uniform", "loguniform"] = "uniform"
    note: str = ""

    @model_validator(mode="before")
    @classmethod
    def _fill_range(cls, given: Any) -> Any:
        if not isinstance(given, dict):
            raise ValueError("a figure is a mapping with value or low and high, unit, source and quality")
        has_value, has_low, has_high = (given.get(key) is not None for key in ("value", "low", "high"))
        if has_low != has_high:
            raise ValueError("a range needs both low and high")
        if not (has_value or has_low):
            raise ValueError("a figure needs value, or low and high")
        return given if has_low else {**given, "low": given["value"], "high": given["value"]}

    @model_validator(mode="after")
    def _check_order(self) -> Self:
        if self.low > self.high:
            raise ValueError(f"low {self.low:g} is above high {self.high:g}")
        if self.value is not None and not self.low <= self.value <= self.high:
            raise ValueError(f"value {self.value:g} is outside its range {self.low:g} to {self.high:g}")
        if self.shape == "loguniform" and self.low <= 0.0:
            raise ValueError("a loguniform range must start above zero")
        return self

    @computed_field  # type: ignore[prop-decorator]
    @property
    def best(self) -> float:
        """The stated best estimate, else the middle of the range (the geometric middle of a loguniform one)."""
        if self.value is not None:
            return self.value
        return self.quantile(0.5)

    @property
    def is_range(self) -> bool:
        """Whether the figure is uncertain by more than its last digit."""
        return self.low < self.high

    def quantile(self, u: float) -> float:
        """The figure at probability ``u`` (0 to 1): uniform over its range, or uniform in its logarithm.

        Sampling with uniform random ``u`` draws from the range; a figure without a range is always itself.
        """
        if not 0.0 <= u <= 1.0:
            raise InputError(f"probability {u!r} is outside 0 to 1", hint="draw u uniformly between 0 and 1")
        if not self.is_range:
            return self.low
        if self.shape == "loguniform":
            drawn = math.exp((1.0 - u) * math.log(self.low) + u * math.log(self.high))
        else:
            drawn = (1.0 - u) * self.low + u * self.high
        # Rounding may step over the edge by one unit in the last place, and then over a tank's capacity.
        return min(max(drawn, self.low), self.high)

    def share_below(self, value: float) -> float:
        """The probability (0 to 1) at which :meth:`quantile` gives ``value``; a half for a figure without a range."""
        if not self.is_range:
            return 0.5
        low, high, at = self.low, self.high, min(max(value, self.low), self.high)
        if self.shape == "loguniform":
            return math.log(at / low) / math.log(high / low)
        return (at - low) / (high - low)

    def quantiles(self, u: NDArray[np.float64]) -> NDArray[np.float64]:
        """:meth:`quantile` of each element of ``u`` (any shape), for an ensemble."""
        import numpy as np

        probabilities = np.asarray(u, dtype=float)
        return np.array([self.quantile(float(one)) for one in probabilities.ravel()]).reshape(probabilities.shape)

    @property
    def text(self) -> str:
        """For people: ``460,000 kg (457,700 to 462,300)``, or ``0 to 860 kg`` where no best estimate exists."""
        unit = "" if self.unit == "1" else f" {self.unit}"
        span = f"{number_text(self.low)} to {number_text(self.high)}"
        if not self.is_range:
            return f"{number_text(self.low)}{unit}"
        return f"{span}{unit}" if self.value is None else f"{number_text(self.value)}{unit} ({span})"


def number_text(number: float) -> str:
    """A number for people: thousands separated, no false digits: ``460,000``, ``0.28``, ``417.93``."""
    return f"{number:,.0f}" if abs(number) >= 1000.0 else f"{number:.6g}"
