"""The weekly letter and the outcome report as text and as JSON."""

import textwrap
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from agent.cli.terminal import one_line
from agent.core.earned_words import by_channel, percent_of
from agent.core.handled import OutcomeReport, Share
from agent.core.letter import Line
from agent.core.rewording import Rewording
from agent.core.spending import money
from agent.core.standing import percent
from agent.weekly import EditedAnswer, Letter

WIDTH = 92  # columns; mail programs and terminals take that
NOT_MEASURED = "not measured"
NO_PRICE = f"{NOT_MEASURED}: SIDENOTE_PRICES names no price of the model"
NO_MINUTES = f"{NOT_MEASURED}: Sidenote does not see how long a teammate works"


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a report: lines, and rows of a figure's name and what it is."""

    heading: str
    lines: tuple[str, ...] = ()
    rows: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """A report, ready to be printed or shown."""

    title: str
    summary: str
    sections: tuple[Section, ...]


def text_of(document: Document) -> str:
    """As it is printed, or sent by mail."""
    top = "\n".join(part for part in (document.title, document.summary) if part)
    return "\n\n".join([top, *map(_section_text, document.sections)])


def letter_document(letter: Letter) -> Document:
    """The letter; what has nothing to say is left out."""
    found = _sections(letter)
    return Document(
        title=f"Sidenote, the week to {_day(letter.until)}",
        summary=_summary(letter),
        sections=tuple(section for section in found if section.lines or section.rows),
    )


def outcomes_document(report: OutcomeReport) -> Document:
    """The outcome report alone."""
    title = f"Sidenote, what came of customers' questions, {_day(report.until)}"
    return Document(title=title, summary="", sections=(_outcomes(report),))


def _summary(letter: Letter) -> str:
    """The week in one sentence."""
    ended = letter.ended
    parts = [
        _count(ended.get("noted", 0), "note"),
        _count(ended.get("drafted", 0), "draft that waits", "drafts that wait"),
        _count(ended.get("replied", 0), "reply", "replies"),
        f"{ended.get('failed', 0) + ended.get('unknown', 0)} failed",
    ]
    return f"{_count(letter.runs, 'run')}: {', '.join(parts)}."


def _sections(letter: Letter) -> list[Section]:
    eyes = [
        f"{eye.run_id}  {one_line(eye.topic or 'no topic')}: {one_line(eye.words)}"
        for eye in letter.eyes
    ]
    unmet = (", ".join(letter.unmet),) if letter.unmet and letter.looked_at else ()
    return [
        Section(
            "Worth your eye ('sidenote explain RUN' says more)",
            tuple(eyes) or ("Nothing out of the ordinary.",),
        ),
        Section("Certificates this week", tuple(map(_line, letter.certificates))),
        Section("Ready to send, or nearly", tuple(map(_line, letter.ready))),
        Section("Should come down", tuple(map(_line, letter.come_down))),
        Section("Answers that teammates keep changing", tuple(_edits(letter.edited))),
        _outcomes(letter.outcomes),
        Section(f"Rules that none of the last {letter.looked_at:,} runs met", unmet),
    ]


def _outcomes(report: OutcomeReport) -> Section:
    begun = f"Conversations that began since {_day(report.since)} and are seven days old"
    young = f" ({report.too_young:,} are younger)" if report.too_young else ""
    rows = (
        ("handled: no teammate, no word for 7 days", _share(report.handled)),
        ("as vendors count: nobody wrote there again", _share(report.silent)),
        ("replies that went out by themselves", _sent(report)),
        ("wrong replies, of those seven days old", _wrong(report)),
        ("cost for each that was handled", _money(report)),
        ("from message to note", _times(report.note_seconds)),
        ("teammates' minutes saved", NO_MINUTES),
    )
    return Section(f"{begun}{young}", rows=rows)


def letter_json(letter: Letter) -> dict[str, Any]:
    """The letter for a script."""
    return {
        "since": letter.since.isoformat(),
        "until": letter.until.isoformat(),
        "runs": letter.runs,
        "ended": dict(letter.ended),
        "worth_an_eye": [asdict(eye) | {"worth": eye.worth.value} for eye in letter.eyes],
        "certificates": [asdict(line) for line in letter.certificates],
        "ready": [asdict(line) for line in letter.ready],
        "should_come_down": [asdict(line) for line in letter.come_down],
        "edited_answers": [asdict(each) for each in letter.edited],
        "rules_never_met": {"of_runs": letter.looked_at, "rules": list(letter.unmet)},
        "outcomes": outcomes_json(letter.outcomes),
    }


def outcomes_json(report: OutcomeReport) -> dict[str, Any]:
    """The outcome report for a script; what is absent is "not measured"."""
    cost, times = report.cost_per_handled, report.note_seconds
    return {
        "since": report.since.isoformat(),
        "until": report.until.isoformat(),
        "too_young": report.too_young,
        "handled": _share_json(report.handled),
        "silent": _share_json(report.silent),
        "sent": report.sent,
        "sent_uncertified": report.uncertified,
        "wrong": _share_json(report.wrong) | {"bound": _or_not(report.bound)},
        "cost_per_handled": NOT_MEASURED if cost is None else round(cost / 1_000_000, 6),
        "seconds_to_note": {"half": times[0], "19_of_20": times[1]} if times else NOT_MEASURED,
        "minutes_saved": NOT_MEASURED,
    }


# --- words ---------------------------------------------------------------------------------------


def _section_text(section: Section) -> str:
    widest = max((len(name) for name, _ in section.rows), default=0)
    lines = [_folded(line, 4) for line in section.lines]
    lines += [_folded(f"{name:{widest}}  {value}", widest + 4) for name, value in section.rows]
    return "\n".join([section.heading, *lines])


def _folded(line: str, indent: int) -> str:
    return textwrap.fill(
        line,
        WIDTH,
        initial_indent="  ",
        subsequent_indent=" " * indent,
        break_on_hyphens=False,
        replace_whitespace=False,
    )


def _line(line: Line) -> str:
    where = f" by {by_channel(line.channel)}" if line.channel else ""
    return one_line(f"{line.topic}{where}: {line.words}")


def _edits(edited: tuple[EditedAnswer, ...]) -> Iterator[str]:
    for each in edited:
        how = "; ".join(_rewording(one) for one in each.how) or "each time otherwise"
        yield one_line(f"{each.topic}: {each.edited} of {each.sent} sent drafts, {how}")


def _rewording(one: Rewording) -> str:
    if not one.was:
        return f'added "{one.now}" ({one.times} times)'
    if not one.now:
        return f'took out "{one.was}" ({one.times} times)'
    return f'"{one.was}" became "{one.now}" ({one.times} times)'


def _share(share: Share) -> str:
    if share.rate is None:
        return f"{NOT_MEASURED}: there are none yet"
    low, high = share.interval
    between = f"{percent_of(low)} to {percent_of(high)}"
    return f"{share.hits:,} of {share.cases:,}, {percent_of(share.rate)} ({between})"


def _sent(report: OutcomeReport) -> str:
    if not report.uncertified:
        return f"{report.sent:,}"
    return f"{report.sent:,}, {report.uncertified:,} of them uncertified"


def _wrong(report: OutcomeReport) -> str:
    if not report.sent:
        return f"{NOT_MEASURED}: none was sent by itself"
    if report.bound is None:
        return f"{NOT_MEASURED}: what came of {_count(report.sent, 'reply', 'replies')} is open yet"
    known = report.wrong
    return f"{known.hits:,} of {known.cases:,}; surely below {percent(report.bound)}"


def _money(report: OutcomeReport) -> str:
    if not report.handled.cases:
        return f"{NOT_MEASURED}: there are none yet"
    if report.cost is None:
        return NO_PRICE
    if report.cost_per_handled is None:
        return f"{money(report.cost)} in all, and none was handled"
    return money(round(report.cost_per_handled))


def _times(seconds: tuple[float, float] | None) -> str:
    if seconds is None:
        return f"{NOT_MEASURED}: no note yet"
    return f"half within {_span(seconds[0])}, 19 of 20 within {_span(seconds[1])}"


def _span(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7_200 else f"{seconds / 3_600:.0f} h"


def _share_json(share: Share) -> dict[str, Any]:
    low, high = share.interval
    return {
        "hits": share.hits,
        "of": share.cases,
        "share": _or_not(share.rate),
        "interval": [round(low, 6), round(high, 6)] if share.cases else NOT_MEASURED,
    }


def _or_not(value: float | None) -> float | str:
    return NOT_MEASURED if value is None else round(value, 6)


def _count(number: int, one: str, many: str = "") -> str:
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def _day(at: datetime) -> str:
    return f"{at.day} {at:%b %Y}"
