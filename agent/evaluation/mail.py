"""How well automatic mail is told from people's, over labelled e-mails."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from email.errors import HeaderParseError
from email.header import decode_header, make_header

from agent.core.automatic import parse
from agent.evaluation.data import Row
from agent.evaluation.figures import Beside, Figure, Section, Unit, Wanted
from agent.evaluation.watch import Watch

AT_LEAST_WITH_HEADERS, AT_LEAST_BY_TEXT, AT_MOST_HELD = 0.98, 0.90, 2
HUMAN = "human"  # the label of what a person wrote; every other label is a machine's


@dataclass(frozen=True, slots=True, kw_only=True)
class AutomaticMail:
    """Counts: `recognised` of `by_machines`, with and without headers, and people held back."""

    by_machines: int
    by_people: int
    recognised_with_headers: int
    recognised_by_text: int
    held_with_headers: int
    held_by_text: int


def automatic_mail(rows: Iterable[Row]) -> AutomaticMail:
    """Count what is recognised. `by_text` looks at the body alone: no subject, no sender."""
    found = {True: [0, 0, 0], False: [0, 0, 0]}
    for row in rows:
        text, html = str(row.get("body") or ""), str(row.get("html") or "")
        headers = {name: _readable(str(value)) for name, value in (row["headers"] or {}).items()}
        counts = found[row["label"] == HUMAN]
        counts[0] += 1
        counts[1] += bool(parse(text, html, headers).rule)
        counts[2] += bool(parse(text, html).rule)
    machines, people = found[False], found[True]
    return AutomaticMail(
        by_machines=machines[0],
        by_people=people[0],
        recognised_with_headers=machines[1],
        recognised_by_text=machines[2],
        held_with_headers=people[1],
        held_by_text=people[2],
    )


def _readable(header: str) -> str:
    """A header without its encoding (RFC 2047); as it stands where that is broken."""
    try:
        return str(make_header(decode_header(header)))
    except (HeaderParseError, LookupError, ValueError):
        return header


def mail_section(rows: Sequence[Row], watch: Watch, *, data: str) -> Section:
    """What is recognised, beside a look for the two headers that RFC 3834 names."""
    found = automatic_mail(watch.each(rows))
    machines = [row for row in rows if row["label"] != HUMAN]
    by_header = sum(map(_says_so, machines))
    held_by_header = sum(map(_says_so, rows)) - by_header
    people = found.by_people
    return Section(
        key="automatic_mail",
        title="Automatic mail",
        means="Whether bounces, absence notes and bulk mail are told from people's: answering a "
        "machine starts a loop, and silence toward a person loses a customer.",
        figures=(
            Figure(
                key="recognised_with_headers",
                name="of machines' mail, recognised with headers",
                means="What is missed could be answered, and answer back.",
                value=_share(found.recognised_with_headers, found.by_machines),
                wanted=Wanted(value=AT_LEAST_WITH_HEADERS),
                beside=_plain(by_header / max(1, found.by_machines)),
            ),
            Figure(
                key="recognised_by_text",
                name="of machines' mail, recognised by its text alone",
                means="Kustomer passes on few headers, so the words have to do.",
                value=_share(found.recognised_by_text, found.by_machines),
                wanted=Wanted(value=AT_LEAST_BY_TEXT),
            ),
            Figure(
                key="people_held_with_headers",
                name=f"of {people} people's mails, held back with headers",
                means="A person who is taken for a machine waits for a teammate.",
                value=found.held_with_headers,
                unit=Unit.COUNT,
                wanted=Wanted(value=AT_MOST_HELD, at_least=False),
                beside=_plain(held_by_header),
            ),
            Figure(
                key="people_held_by_text",
                name=f"of {people} people's mails, held back by their text alone",
                means="The same where no headers are known.",
                value=found.held_by_text,
                unit=Unit.COUNT,
                wanted=Wanted(value=AT_MOST_HELD, at_least=False),
            ),
        ),
        data=f"{data}: {found.by_machines} of machines, {people} of people",
    )


def _says_so(row: Row) -> bool:
    """The baseline: `Auto-Submitted` other than "no", or `Precedence` bulk, junk or list."""
    headers = {
        str(name).lower(): str(value).lower() for name, value in (row["headers"] or {}).items()
    }
    precedence = headers.get("precedence", "").strip()
    auto = headers.get("auto-submitted", "no").strip()
    return auto != "no" or precedence in {"bulk", "junk", "list"}


def _plain(value: float) -> tuple[Beside, ...]:
    return (Beside(key="two_headers", name="two headers only", value=value),)


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
