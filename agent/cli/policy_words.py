"""What a policy means, in the words of a support lead."""

from collections.abc import Iterator
from datetime import time, timedelta
from itertools import groupby

from agent.core.hours import MIDNIGHT
from agent.core.team_policy import Audience, Hours, Level, ReplyLimits, TeamPolicy, Topic

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")

_LANGUAGES = {
    "en": "English",
    "de": "German",
    "fr": "French",
    "es": "Spanish",
    "nl": "Dutch",
    "pt": "Portuguese",
    "it": "Italian",
}


def in_words(policy: TeamPolicy) -> dict[str, str]:
    """One sentence a concern, without the topics."""
    note = policy.note
    return {
        "notes": f"in {_LANGUAGES.get(note.language, note.language)}, times in {note.time_zone}, "
        f"at most {note.max_words} words; from {note.min_messages} messages "
        f"or {note.min_characters} characters on",
        "replies": _replies(policy),
        "hours": "; ".join(_hours(policy.hours)),
        "audience": "; ".join(_audience(policy.audience)) or "everybody",
        "limits": _limits(policy.limits),
        "too old": f"a question of more than {_span(policy.stale_after)} gets no approved answer",
        "to a person": _person(policy),
    }


def topic_words(topic: Topic) -> str:
    """What holds a topic's replies back, besides its level."""
    parts: list[str] = []
    if topic.daily_cap is not None:
        parts.append(f"at most {topic.daily_cap} sent a day")
    if topic.share < 100:
        parts.append(f"{topic.share} % sent")
    if topic.slots:
        parts.append(f"needs {', '.join(slot.name for slot in topic.slots)}")
    return ", ".join(parts)


def languages_of(topic: Topic) -> list[str]:
    """Those in which it has an answer that may be used."""
    return [one for one in sorted(topic.answers) if one in (topic.languages or topic.answers)]


def _replies(policy: TeamPolicy) -> str:
    at = {level: [t.name for t in policy.topics if t.level is level] for level in Level}
    if not at[Level.DRAFT] and not at[Level.SEND]:
        return "nothing is drafted or sent: no topic is at draft or send"
    sent, drafted = (", ".join(at[level]) or "nothing" for level in (Level.SEND, Level.DRAFT))
    languages = f"; only in {', '.join(sorted(policy.languages))}" if policy.languages else ""
    links = f"; links only to {', '.join(sorted(policy.reply.links))}" if policy.reply.links else ""
    return f"sent by themselves: {sent}; drafted: {drafted}{languages}{links}"


def _hours(hours: Hours) -> Iterator[str]:
    if not hours.week:
        yield "replies at any time"
    else:
        days = [(name, spans) for name, spans in zip(_DAYS, hours.week, strict=True) if spans]
        runs = [list(run) for _, run in groupby(days, key=lambda day: day[1])]
        told = (f"{_from_to([name for name, _ in run])} {_spans(run[0][1])}" for run in runs)
        yield f"replies {', '.join(told)} {hours.time_zone}; drafts otherwise"
    if hours.country:
        region = f" ({hours.region})" if hours.region else ""
        yield f"not on public holidays of {hours.country}{region}"
    if hours.closed:
        yield f"not on {', '.join(day.isoformat() for day in sorted(hours.closed))}"


def _from_to(days: list[str]) -> str:
    """The days as people write them, neighbours joined: Mon–Wed, Fri."""
    places = [_DAYS.index(day) for day in days]
    runs = [
        [place for _, place in run]
        for _, run in groupby(enumerate(places), key=lambda pair: pair[1] - pair[0])
    ]
    return ", ".join(
        _DAYS[run[0]] if len(run) == 1 else f"{_DAYS[run[0]]}–{_DAYS[run[-1]]}" for run in runs
    )


def _spans(spans: tuple[tuple[time, time], ...]) -> str:
    ends = ("24:00" if closes == MIDNIGHT else f"{closes:%H:%M}" for _, closes in spans)
    return " and ".join(f"{o:%H:%M}–{end}" for (o, _), end in zip(spans, ends, strict=True))


def _audience(audience: Audience) -> Iterator[str]:
    for kind in ("tags", "teams", "queues"):
        only: frozenset[str] = getattr(audience, f"only_{kind}")
        never: frozenset[str] = getattr(audience, f"never_{kind}")
        if only:
            yield f"only {kind} {', '.join(sorted(only))}"
        if never:
            yield f"never {kind} {', '.join(sorted(never))}"
    if audience.never_domains:
        yield f"never addresses at {', '.join(sorted(audience.never_domains))}"
    for name, values in audience.attributes:
        yield f"never where {name} is {' or '.join(sorted(values))}"


def _limits(limits: ReplyLimits) -> str:
    first = limits.first_contacts_hour
    return (
        f"at most {limits.conversation_day} replies a day and {limits.conversation_life} in all in "
        f"a conversation, {limits.customer_day} a day to a customer, "
        f"{limits.organization_10_minutes} in 10 minutes and {limits.organization_hour} an hour in "
        f"all, {f'{first} an hour' if first else 'none'} to senders nobody verified, in a "
        "conversation no teammate wrote in"
    )


def _person(policy: TeamPolicy) -> str:
    words, subjects = len(policy.person_words), len(policy.person_subjects)
    return (
        "anger, law, safety, disputed money, illness and whoever asks for one; "
        f"{words} words and {subjects} subjects of your own"
    )


def _span(span: timedelta) -> str:
    hours, minutes = divmod(int(span.total_seconds()) // 60, 60)
    if minutes:
        return f"{hours * 60 + minutes} minutes"
    return f"{hours // 24} days" if hours > 48 and hours % 24 == 0 else f"{hours} hours"
