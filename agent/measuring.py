"""How well automatic mail is told from people's, over labelled e-mails in a file."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from pathlib import Path
from typing import Any

from agent.core.automatic import parse

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


def letters(file: Path) -> Iterator[Mapping[str, Any]]:
    """E-mails of a JSON Lines file: `label`, `body`, `headers`, perhaps `html`.

    Raises OSError and ValueError (a line that is no JSON).
    """
    with file.open(encoding="utf-8") as lines:
        yield from (json.loads(line) for line in lines if line.strip())


def automatic_mail(rows: Iterable[Mapping[str, Any]]) -> AutomaticMail:
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
