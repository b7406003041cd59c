"""When replies may go out by themselves, on the team's own clock."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from agent.core.hours import closed_now
from agent.core.team_policy import Hours

BERLIN = ZoneInfo("Europe/Berlin")
MORNING, AFTERNOON = (time(9), time(12)), (time(13), time(17, 30))
WEEK = ((MORNING, AFTERNOON),) * 5 + ((MORNING,), ())


def hours(**changes: object) -> Hours:
    """Open on working days with a break, on Saturday mornings; never on Sundays."""
    return Hours(**{"time_zone": "Europe/Berlin", "week": WEEK, **changes})  # type: ignore[arg-type]


def berlin(day: int, clock: str, month: int = 3) -> datetime:
    """A moment of 2026 in Berlin, as Sidenote has it: in UTC. 4 March is a Wednesday."""
    hour, minute = map(int, clock.split(":"))
    return datetime(2026, month, day, hour, minute, tzinfo=BERLIN).astimezone(UTC)


@pytest.mark.parametrize(
    ("at", "told"),
    [
        pytest.param(berlin(4, "08:59"), "before 09:00 Europe/Berlin", id="too early"),
        pytest.param(berlin(4, "09:00"), None, id="the first minute"),
        pytest.param(berlin(4, "11:59"), None, id="the last before the break"),
        pytest.param(berlin(4, "12:00"), "between 12:00 and 13:00 Europe/Berlin", id="the break"),
        pytest.param(berlin(4, "13:00"), None, id="after the break"),
        pytest.param(berlin(4, "17:29"), None, id="the last minute"),
        pytest.param(berlin(4, "17:30"), "after 17:30 Europe/Berlin", id="closing time"),
        pytest.param(berlin(7, "12:00"), "after 12:00 Europe/Berlin", id="Saturday noon"),
        pytest.param(berlin(8, "10:00"), "Sunday", id="a day without hours"),
    ],
)
def test_a_span_holds_its_first_minute_and_not_its_end(at: datetime, told: str | None) -> None:
    assert closed_now(hours(), at) == told


def test_without_hours_the_team_is_always_open() -> None:
    assert closed_now(Hours(), berlin(8, "03:00")) is None


def test_the_team_s_clock_decides_which_day_it_is() -> None:
    late_on_saturday_in_utc = datetime(2026, 3, 7, 23, 30, tzinfo=UTC)

    assert closed_now(hours(), late_on_saturday_in_utc) == "Sunday"


def test_a_moment_in_any_time_zone_is_the_same_moment() -> None:
    at = datetime(2026, 3, 4, 3, 30, tzinfo=ZoneInfo("America/New_York"))  # 09:30 in Berlin

    assert closed_now(hours(), at) is None


def test_midnight_as_an_end_is_the_end_of_the_day() -> None:
    week = (((time(20), time(0)),),) * 7

    assert closed_now(hours(week=week), berlin(4, "23:59")) is None
    assert closed_now(hours(week=week), berlin(5, "00:00")) == "before 20:00 Europe/Berlin"


def test_a_day_from_midnight_to_midnight_is_never_closed() -> None:
    week = (((time(0), time(0)),),) * 7

    assert closed_now(hours(week=week), berlin(4, "00:00")) is None
    assert closed_now(hours(week=week), berlin(4, "23:59")) is None


# --- summer time ---------------------------------------------------------------------------------


def test_the_clock_shifts_with_summer_time() -> None:
    seven_in_utc = [datetime(2026, 3, day, 7, 0, tzinfo=UTC) for day in (27, 30)]

    assert [closed_now(hours(), at) for at in seven_in_utc] == ["before 09:00 Europe/Berlin", None]


def test_an_hour_that_is_skipped_in_spring_is_no_opening_time() -> None:
    night = (((time(2), time(3)),),) * 7  # on 29 March 2026, 2 o'clock is 3 o'clock
    minutes = [datetime(2026, 3, 29, hour, 30, tzinfo=UTC) for hour in (0, 1)]

    told = [closed_now(hours(week=night), at) for at in minutes]

    assert told == ["before 02:00 Europe/Berlin", "after 03:00 Europe/Berlin"]


def test_an_hour_that_comes_twice_in_autumn_is_open_twice() -> None:
    night = (((time(2), time(3)),),) * 7  # on 25 October 2026 the clock shows 2:30 twice
    twice = [datetime(2026, 10, 25, hour, 30, tzinfo=UTC) for hour in (0, 1)]

    assert [closed_now(hours(week=night), at) for at in twice] == [None, None]


# --- days off ------------------------------------------------------------------------------------


def test_a_public_holiday_is_named_in_its_country_s_language() -> None:
    told = closed_now(hours(country="DE"), berlin(1, "10:00", month=1))

    assert told == "public holiday: Neujahr"


def test_a_region_has_holidays_of_its_own() -> None:
    epiphany = berlin(6, "10:00", month=1)

    told = [closed_now(hours(country="DE", region=region), epiphany) for region in ("BY", "BE")]

    assert told == ["public holiday: Heilige Drei Könige", None]


def test_a_holiday_follows_the_team_s_date_not_that_of_utc() -> None:
    week = (((time(0), time(0)),),) * 7
    new_year_in_berlin = datetime(2025, 12, 31, 23, 30, tzinfo=UTC)

    told = closed_now(hours(week=week, country="DE"), new_year_in_berlin)

    assert told == "public holiday: Neujahr"


def test_a_holiday_closes_a_team_without_hours() -> None:
    told = closed_now(hours(week=(), country="DE"), berlin(1, "10:00", month=5))

    assert told == "public holiday: Erster Mai"


def test_a_holiday_that_falls_on_a_weekend_is_off_on_the_day_instead() -> None:
    fourth_of_july_observed = datetime(2026, 7, 3, 15, tzinfo=UTC)

    told = closed_now(hours(country="US"), fourth_of_july_observed)

    assert told == "public holiday: Independence Day (observed)"


def test_without_a_country_no_holiday_counts() -> None:
    assert closed_now(hours(), berlin(1, "10:00", month=1)) is None


def test_a_day_off_of_the_team_s_own_closes_it_whatever_the_hours() -> None:
    closed = frozenset({date(2026, 12, 24)})

    told = closed_now(hours(closed=closed), berlin(24, "10:00", month=12))

    assert told == "day off: 24 December 2026"
