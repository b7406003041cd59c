"""Charts of a certificate as SVG made here: what each threshold would answer, and get wrong.

As in `charts.py`: no script, colours by class, and every point says its numbers in a title. The
pages show the same numbers in a table.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from markupsafe import Markup

from agent.core.earning import Point
from agent.core.labels import Proposed

WEEKS = 13  # three months
_LEFT, _RIGHT, _TOP, _WIDTH, _HEIGHT, _FOOT = 44, 18, 10, 420, 180, 34
_BAR, _GAP, _TALL, _SIDE = 22, 8, 90, 12  # beside the bars there is room for their dates
_LEAST_LIMITS = 4  # how many times the limit the upright axis shows at least
_WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Week:
    """Reviews of the week that begins on that day."""

    begins: date
    clean: int = 0
    wrong: int = 0


def curve(points: Sequence[Point], *, limit: float, chosen: float | None) -> Markup:
    """Share wrong over the share of questions answered, with its band, bound and the limit.

    `chosen` is the threshold that a certificate holds for or that is being tried. "" without a
    review: there is nothing to draw.
    """
    known = sorted((p for p in points if p.reviewed), key=lambda p: (p.coverage, -p.threshold))
    if not known:
        return Markup("")
    highest = min(max(limit * _LEAST_LIMITS, max(p.wrong / p.reviewed for p in known) * 1.5), 1.0)
    plot = _Plot(highest)
    band = [plot.at(p.coverage, p.band[1]) for p in known]
    band += [plot.at(p.coverage, p.band[0]) for p in reversed(known)]
    words = f"Share wrong over share answered, at {len(known)} thresholds; the table says the same"
    return Markup(
        '<svg class="chart curve" viewBox="0 0 {} {}" role="img" aria-label="{}">{}'
        '<polygon class="band" points="{}"/>{}<polyline class="bound" points="{}"/>'
        '<polyline class="line" points="{}"/>{}</svg>'
    ).format(
        _LEFT + _WIDTH + _RIGHT,
        _TOP + _HEIGHT + _FOOT,
        words,
        plot.axes(),
        " ".join(band),
        plot.limit(limit),
        " ".join(plot.at(p.coverage, p.bound) for p in known),
        " ".join(plot.at(p.coverage, p.wrong / p.reviewed) for p in known),
        Markup("").join(plot.point(p, is_chosen=p.threshold == chosen) for p in known),
    )


@dataclass(frozen=True, slots=True)
class _Plot:
    """Where a share of questions and a share of errors lie on the picture."""

    highest: float

    def x(self, coverage: float) -> float:
        return _LEFT + coverage * _WIDTH

    def y(self, rate: float) -> float:
        return _TOP + (1 - min(rate / self.highest, 1.0)) * _HEIGHT

    def at(self, coverage: float, rate: float) -> str:
        return f"{self.x(coverage):.1f},{self.y(rate):.1f}"

    def axes(self) -> Markup:
        across = [
            Markup('<text class="label" x="{:.1f}" y="{}" text-anchor="middle">{} %</text>').format(
                self.x(share), _TOP + _HEIGHT + 14, round(share * 100)
            )
            for share in (0, 0.25, 0.5, 0.75, 1)
        ]
        up = [
            Markup(
                '<line class="grid" x1="{}" x2="{}" y1="{:.1f}" y2="{:.1f}"/>'
                '<text class="label" x="{}" y="{:.1f}" text-anchor="end">{}</text>'
            ).format(
                _LEFT,
                _LEFT + _WIDTH,
                self.y(rate),
                self.y(rate),
                _LEFT - 5,
                self.y(rate) + 3,
                percent(rate),
            )
            for rate in (0.0, self.highest / 2, self.highest)
        ]
        name = Markup('<text class="label" x="{}" y="{}" text-anchor="middle">{}</text>').format(
            _LEFT + _WIDTH / 2, _TOP + _HEIGHT + 29, "share of such questions that is answered"
        )
        return Markup("").join([*up, *across, name])

    def limit(self, limit: float) -> Markup:
        return Markup(
            '<line class="limit" x1="{}" x2="{}" y1="{:.1f}" y2="{:.1f}"/>'
            '<text class="label limit" x="{}" y="{:.1f}">limit {}</text>'
        ).format(
            _LEFT,
            _LEFT + _WIDTH,
            self.y(limit),
            self.y(limit),
            _LEFT + 4,  # few questions have the highest scores, so little else is drawn there
            self.y(limit) - 4,
            percent(limit),
        )

    def point(self, point: Point, *, is_chosen: bool) -> Markup:
        return Markup(
            '<circle class="point{}" cx="{:.1f}" cy="{:.1f}" r="{}"><title>{}</title></circle>'
        ).format(
            " chosen" if is_chosen else "",
            self.x(point.coverage),
            self.y(point.wrong / point.reviewed),
            5 if is_chosen else 3.5,
            f"from a score of {point.threshold:.2f}: {point.wrong} of {point.reviewed} wrong, "
            f"surely below {percent(point.bound)}, answers {percent(point.coverage)}",
        )


def percent(share: float) -> str:
    """A share as people read it: "2 %", "0.5 %", "64 %"."""
    return f"{share * 100:.2g} %" if share < 0.1 else f"{share * 100:.0f} %"


def weeks_of(proposals: Iterable[Proposed], *, last: date, weeks: int = WEEKS) -> tuple[Week, ...]:
    """Reviews by the week in which they were given, up to the one of `last`; Mondays first."""
    newest = last - timedelta(days=last.weekday())
    counts = {newest - _WEEK * back: [0, 0] for back in reversed(range(weeks))}
    for proposed in proposals:
        label = proposed.label
        if label is None or label.is_doubtful:  # nobody can tell yet
            continue
        day = label.at.date()
        counted = counts.get(day - timedelta(days=day.weekday()))
        if counted is not None:
            counted[label.is_wrong] += 1
    return tuple(Week(begins, clean, wrong) for begins, (clean, wrong) in counts.items())


def reviews(weeks: Sequence[Week]) -> Markup:
    """Bars of weeks: clean reviews, and wrong ones on top."""
    highest = max((week.clean + week.wrong for week in weeks), default=0) or 1
    bars = [_bar(week, at, highest, is_named=at % 3 == 0) for at, week in enumerate(weeks)]
    words = f"Reviews of the last {len(weeks)} weeks; at most {highest} a week"
    return Markup(
        '<svg class="chart" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>'
    ).format(len(weeks) * (_BAR + _GAP) + 2 * _SIDE, _TALL + 18, words, Markup("").join(bars))


def _bar(week: Week, at: int, highest: int, *, is_named: bool) -> Markup:
    left, top, drawn = _SIDE + at * (_BAR + _GAP) + _GAP // 2, float(_TALL), []
    for name, count in (("clean", week.clean), ("wrong", week.wrong)):
        if not count:
            continue
        tall = max(count / highest * (_TALL - 4), 2.0)
        top -= tall
        drawn.append(
            Markup(
                '<rect class="part {}" x="{}" y="{:.1f}" width="{}" height="{:.1f}">'
                "<title>week of {}: {} {}</title></rect>"
            ).format(name, left, top, _BAR, tall, _day(week.begins), count, name)
        )
    if is_named:
        drawn.append(
            Markup('<text class="label" x="{}" y="{}" text-anchor="middle">{}</text>').format(
                left + _BAR / 2, _TALL + 14, _day(week.begins)
            )
        )
    return Markup("").join(drawn)


def _day(day: date) -> str:
    return f"{day.day} {day:%b}"
