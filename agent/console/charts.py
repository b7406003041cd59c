"""Charts as SVG made here, without a script: readable with everything blocked, and by a reader.

Colours come from classes in `static/console.css`; every bar has its number in a title.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from markupsafe import Markup

from agent.ports import Disposition
from agent.run_search import DayCount

# From the bottom of a bar to its top: the class of the part, and its words.
PARTS: Mapping[str, tuple[str, tuple[Disposition | None, ...]]] = {
    "noted": ("notes", (Disposition.NOTED,)),
    "drafted": ("drafts", (Disposition.DRAFTED,)),
    "replied": ("replies", (Disposition.REPLIED,)),
    "left": ("left or overtaken", (Disposition.LEFT, Disposition.OVERTAKEN)),
    "failed": ("failed or unknown", (Disposition.FAILED, Disposition.UNKNOWN)),
}
_HEIGHT, _BAR, _GAP, _FOOT = 120, 26, 10, 18


@dataclass(frozen=True, slots=True)
class Day:
    """One bar: how many runs of each part."""

    day: date
    parts: Mapping[str, int]

    @property
    def total(self) -> int:
        """All of them."""
        return sum(self.parts.values())


def days_of(counts: Sequence[DayCount], *, last: date, days: int) -> tuple[Day, ...]:
    """The bars of the `days` days up to `last`, also those on which nothing happened."""
    of: dict[date, dict[str, int]] = {}
    for count in counts:
        for name, (_, dispositions) in PARTS.items():
            if count.disposition in dispositions:
                day = of.setdefault(count.day, {})
                day[name] = day.get(name, 0) + count.runs
    first = last - timedelta(days=days - 1)
    wanted = [first + timedelta(days=at) for at in range(days)]
    return tuple(Day(day, of.get(day, {})) for day in wanted)


def stacked(days: Sequence[Day]) -> Markup:
    """Bars of days, each in parts."""
    highest = max((day.total for day in days), default=0) or 1
    width = len(days) * (_BAR + _GAP)
    inside = Markup("").join(_bar(day, at, highest) for at, day in enumerate(days))
    words = f"Runs of the last {len(days)} days; at most {highest} a day"
    return Markup(
        '<svg class="chart" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>'
    ).format(width, _HEIGHT + _FOOT, words, inside)


def _bar(day: Day, at: int, highest: int) -> Markup:
    left, top, drawn = at * (_BAR + _GAP) + _GAP // 2, float(_HEIGHT), []
    for name, (words, _) in PARTS.items():
        count = day.parts.get(name, 0)
        if not count:
            continue
        tall = max(count / highest * (_HEIGHT - 4), 2.0)
        top -= tall
        drawn.append(
            Markup(
                '<rect class="part {}" x="{}" y="{:.1f}" width="{}" height="{:.1f}">'
                "<title>{}: {} {}</title></rect>"
            ).format(name, left, top, _BAR, tall, f"{day.day.day} {day.day:%b}", count, words)
        )
    label = Markup('<text class="label" x="{}" y="{}" text-anchor="middle">{}</text>').format(
        left + _BAR / 2, _HEIGHT + _FOOT - 4, day.day.day
    )
    return Markup("").join([*drawn, label])


def share(used: float, limit: float) -> Markup:
    """A bar that fills: how much of an allowance is used."""
    part = min(max(used / limit, 0.0), 1.0) if limit else 0.0
    level = "high" if part > 0.9 else "middle" if part > 0.7 else "low"
    return Markup(
        '<svg class="share" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">'
        '<rect class="back" width="100" height="6" rx="3"/>'
        '<rect class="fill {}" width="{:.1f}" height="6" rx="3"/></svg>'
    ).format(level, part * 100)
