"""What a measurement gives: figures with what they mean, what is wanted, and what is beside them.

A purpose is measured (`Section`) or not (`NotMeasured`, which says why); there is no guess between.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any


class Unit(Enum):
    """How a figure is written."""

    SHARE = "share"  # 0..1, shown in percent
    COUNT = "count"
    NUMBER = "number"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """The bound that a figure should keep."""

    value: float
    at_least: bool = True

    def holds(self, value: float) -> bool:
        """Whether the figure keeps it."""
        return value >= self.value if self.at_least else value <= self.value


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """The same figure of something else, measured in the same run.

    `key` names it for scripts ("lead_3"); a model engine's is `MODEL`.
    """

    key: str
    name: str
    value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One number, None when the data does not tell; `means` says what it tells a team lead."""

    key: str
    name: str
    means: str
    value: float | None = None
    unit: Unit = Unit.SHARE
    wanted: Wanted | None = None
    beside: tuple[Beside, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """The figures of one purpose. `data` says on what, `sample` which part when not on all."""

    key: str
    title: str
    means: str
    figures: tuple[Figure, ...]
    data: str = ""
    sample: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotMeasured:
    """A purpose without figures, and why."""

    key: str
    title: str
    why: str


Part = Section | NotMeasured
MODEL = "model"
NOT_MEASURED = "not measured"


def written(value: float | None, unit: Unit) -> str:
    """A figure as a table shows it.

    A share that is nearly all is never rounded to all: 0.9996 is "99.96 %".
    """
    if value is None:
        return NOT_MEASURED
    if unit is Unit.COUNT:
        return f"{value:,.0f}"
    if unit is Unit.NUMBER:
        return f"{value:,.2f}" if value < 10 else f"{value:,.1f}"
    rounded = f"{100 * value:.1f} %"
    if rounded in {"100.0 %", "0.0 %"} and value not in {0, 1}:
        return f"{100 * value:.3g} %" if value < 0.5 else f"{100 * value:.2f} %"
    return rounded


def as_json(parts: tuple[Part, ...]) -> dict[str, object]:
    """Nested by purpose: its figures by key, then `wanted`, `baselines`, `model`, `measured_on`.

    What is absent is the words "not measured", with the reason in `why` of the whole.
    """
    whole: dict[str, Any] = {}
    for part in parts:
        purpose, _, further = part.key.partition(" ")
        first = whole.get(purpose)
        if not further:
            whole[purpose] = _section(part)
        elif isinstance(first, dict):  # another set of the same purpose
            first.setdefault("sets", {})[further] = _section(part)
    whole["why"] = {part.key: part.why for part in parts if isinstance(part, NotMeasured)}
    return whole


def _section(part: Part) -> object:
    if isinstance(part, NotMeasured):
        return NOT_MEASURED
    beside: dict[str, dict[str, float]] = {}
    for figure in part.figures:
        for other in figure.beside:
            beside.setdefault(other.key, {})[figure.key] = round(other.value, 4)
    model = beside.pop(MODEL, None)
    return {
        **{figure.key: _number(figure) for figure in part.figures},
        "wanted": {f.key: _bound(f.wanted) for f in part.figures if f.wanted is not None},
        "baselines": beside,
        **({"model": model} if model else {}),
        "measured_on": part.data,
        "sample": part.sample or "all",
    }


def _number(figure: Figure) -> float | str:
    if figure.value is None:
        return NOT_MEASURED
    return int(figure.value) if figure.unit is Unit.COUNT else round(figure.value, 4)


def _bound(wanted: Wanted) -> Mapping[str, float]:
    return {"at_least" if wanted.at_least else "at_most": wanted.value}
