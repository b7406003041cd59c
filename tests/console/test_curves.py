"""The charts of a certificate: what is drawn where, and what they say without being seen."""

import re
from datetime import UTC, date, datetime, timedelta

from agent.console.curves import Week, curve, percent, reviews, weeks_of
from agent.core.earning import Point
from agent.core.labels import Judgement, Label, MadeBy, Proposed, Source

MONDAY = date(2026, 11, 2)
MAKERS = MadeBy(engine="offline", prompt="p", topic="t", answers="a", knowledge="k", rules="r")


def point(threshold: float, coverage: float, wrong: int = 0, reviewed: int = 100) -> Point:
    return Point(
        threshold=threshold,
        reviewed=reviewed,
        wrong=wrong,
        bound=0.05,
        band=(0.0, 0.04),
        coverage=coverage,
    )


def reviewed(day: date, judgement: Judgement = Judgement.AS_IS) -> Proposed:
    at = datetime(day.year, day.month, day.day, 12, 0, tzinfo=UTC)
    return Proposed(
        run_id=f"r-{day}",
        conversation_id="v1",
        message_id="m1",
        topic="order-status",
        channel="email",
        language="en",
        score=0.8,
        familiarity=0.8,
        at=at,
        made_by=MAKERS,
        label=Label(judgement=judgement, source=Source.CONSOLE, by="Ada", at=at),
    )


def heights(svg: str, kind: str) -> list[tuple[float, float]]:
    """Where the points of a line lie."""
    found = re.search(rf'class="{kind}" points="([^"]*)"', svg)
    assert found is not None
    return [(float(x), float(y)) for x, y in (pair.split(",") for pair in found[1].split())]


def test_more_answered_lies_further_right_and_more_wrong_lies_higher() -> None:
    svg = str(curve([point(0.9, 0.2), point(0.5, 0.7, wrong=3)], limit=0.02, chosen=None))
    (left, low), (right, high) = heights(svg, "line")

    assert left < right
    assert high < low  # SVG counts downwards


def test_a_threshold_without_a_review_is_not_drawn() -> None:
    svg = str(curve([point(0.9, 0.2), point(0.3, 0.9, reviewed=0)], limit=0.02, chosen=None))

    assert svg.count("<circle") == 1


def test_without_a_review_nothing_is_drawn() -> None:
    assert str(curve([point(0.9, 0.2, reviewed=0)], limit=0.02, chosen=None)) == ""


def test_the_threshold_in_force_stands_out_and_each_point_says_its_numbers() -> None:
    svg = str(curve([point(0.9, 0.2), point(0.6, 0.64, wrong=1)], limit=0.02, chosen=0.6))

    assert svg.count("chosen") == 1
    words = "from a score of 0.60: 1 of 100 wrong, surely below 5 %, answers 64 %"
    assert f"<title>{words}</title>" in svg


def test_each_point_lies_on_the_line() -> None:
    svg = str(curve([point(0.9, 0.2, wrong=1), point(0.5, 0.7, wrong=3)], limit=0.02, chosen=None))
    drawn = re.findall(r'cx="([^"]*)" cy="([^"]*)"', svg)

    assert [(float(x), float(y)) for x, y in drawn] == heights(svg, "line")


def test_the_limit_is_drawn_and_named() -> None:
    assert "limit 2 %" in str(curve([point(0.9, 0.2)], limit=0.02, chosen=None))


def test_a_bound_beyond_the_picture_stays_inside() -> None:
    far = Point(threshold=0.9, reviewed=2, wrong=0, bound=1.0, band=(0.0, 0.84), coverage=0.5)
    svg = str(curve([far], limit=0.02, chosen=None))

    assert all(y >= 0 for _, y in heights(svg, "band"))


def test_reviews_are_counted_in_the_week_they_were_given_in() -> None:
    sunday, monday = MONDAY - timedelta(days=1), MONDAY
    given = [reviewed(sunday), reviewed(monday), reviewed(monday, Judgement.WRONG)]

    assert weeks_of(given, last=MONDAY + timedelta(days=3), weeks=2) == (
        Week(MONDAY - timedelta(days=7), clean=1),
        Week(MONDAY, clean=1, wrong=1),
    )


def test_what_is_older_or_not_reviewed_is_no_bar() -> None:
    given = [reviewed(MONDAY - timedelta(days=30))]

    assert weeks_of(given, last=MONDAY, weeks=1) == (Week(MONDAY),)


def test_what_only_the_matcher_looked_at_in_doubt_is_no_bar() -> None:
    assert weeks_of([reviewed(MONDAY, Judgement.DOUBTFUL)], last=MONDAY, weeks=1) == (Week(MONDAY),)


def test_each_bar_says_its_number() -> None:
    svg = str(reviews([Week(MONDAY, clean=12, wrong=1)]))

    assert "<title>week of 2 Nov: 12 clean</title>" in svg
    assert "<title>week of 2 Nov: 1 wrong</title>" in svg


def test_percentages_are_as_exact_as_one_can_read() -> None:
    assert [percent(x) for x in (0.0, 0.005, 0.02, 0.64)] == ["0 %", "0.5 %", "2 %", "64 %"]
