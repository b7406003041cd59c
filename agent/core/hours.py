"""When a team's replies may go out by themselves: its hours, public holidays, days off."""

from collections.abc import Mapping
from datetime import date, datetime, time, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

from agent.core.team_policy import Hours

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MIDNIGHT = time(0)  # as the end of a span: the end of that day


def closed_now(hours: Hours, now: datetime) -> str | None:
    """Why the team is closed at that moment, in words; None when it is open.

    `now` is aware, of any time zone; the team's own clock decides, summer time included. A span
    holds its first minute, not its last: until 17:30 is closed at 17:30. Public holidays are named
    in the country's own language.

    Source of the holidays: the PyPI package `holidays`, as of its version.
    """
    here = now.astimezone(zone(hours.time_zone))
    today = here.date()
    if today in hours.closed:
        return f"day off: {today.day} {today:%B %Y}"
    if hours.country and (name := _holidays(hours.country, hours.region, today.year).get(today)):
        return f"public holiday: {name}"
    if not hours.week:
        return None
    spans = hours.week[today.weekday()]
    if not spans:
        return DAYS[today.weekday()]
    return _between(spans, here.time(), hours.time_zone)


def zone(name: str) -> tzinfo:
    """The time zone of that name, such as "Europe/Berlin".

    Raises:
        KeyError, ValueError, OSError: there is none.
    """
    return ZoneInfo(name)


def _between(spans: tuple[tuple[time, time], ...], clock: time, zone_name: str) -> str | None:
    before: time | None = None  # when the team last closed, today
    for opens, closes in sorted(spans):
        if clock < opens:
            if before is None:
                return f"before {opens:%H:%M} {zone_name}"
            return f"between {before:%H:%M} and {opens:%H:%M} {zone_name}"
        if clock < closes or closes == MIDNIGHT:
            return None
        before = closes
    return f"after {before:%H:%M} {zone_name}"


@lru_cache(maxsize=8)
def _holidays(country: str, region: str, year: int) -> Mapping[date, str]:
    import holidays  # noqa: PLC0415 - a tenth of a second that only teams with a country pay

    kind = getattr(holidays, country)
    # Without a language the machine's own would decide what a receipt says.
    found = kind(years=year, subdiv=region or None, language=kind.default_language)
    return dict(found.items())
