"""Open questions about Kustomer, each a named switch with its answers.

Nobody documents which answer is true (or the documents disagree), so a client must be safe under
each. The default comes first.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from agent.errors import InputError

LARGEST = 1_000_000  # of a number: seconds, days, characters or requests


@dataclass(frozen=True, slots=True)
class Switch:
    """One open question. No `values` means a number of at least 0, `default` its first value."""

    name: str
    values: tuple[str, ...]
    question: str
    number: float | None = None

    @property
    def default(self) -> str:
        """The answer unless somebody switches."""
        return self.values[0] if self.values else f"{self.number:g}"


SWITCHES = (
    # notes and ids
    Switch("note-id", ("honoured", "ignored", "refused"), "A client-made `id` on a new note."),
    Switch(
        "duplicate-external-id",
        ("409", "400", "accepted"),
        "A note or message whose externalId (or honoured id) exists already.",
    ),
    Switch("conflict-body", ("errors", "empty"), "What a 409 carries."),
    Switch("note-html", ("kept", "stripped", "escaped"), "HTML in the body of a note."),
    Switch("note-order", ("asc", "desc", "shuffled"), "Order of a conversation's notes."),
    # messages
    Switch("message-order", ("asc", "desc", "shuffled"), "Order of a conversation's messages."),
    Switch("preview-cut", (), "Characters after which a message's preview is cut.", 10_240),
    Switch("headers-in-meta", ("yes", "object", "no"), "An e-mail's own headers in meta.headers."),
    Switch("sender-in-meta", ("yes", "no"), "The sender's address in meta.from."),
    # conversations
    Switch("rev-conflict", ("409", "ignored"), "A PUT with a `rev` that is not the current one."),
    Switch("merged", ("target", "gone", "silent"), "Reading a conversation merged into another."),
    # drafts
    Switch("draft-raises-rev", ("yes", "no"), "A draft raises its conversation's rev, updatedAt."),
    Switch("draft-from-to", ("echoed", "absent"), "from and to in the answers about drafts."),
    Switch("body-in-draft", ("list", "always", "never"), "Where a draft's body is given back."),
    Switch("draft-payload", ("kept", "lost"), "The payload of a draft, with a client's marker."),
    Switch("draft-defaults", ("filled", "refused"), "A draft released without from or to."),
    Switch("draft-status", ("draft", "scheduled"), "Status of a released draft still listed."),
    Switch("draft-link", ("absent", "present"), "The draft's id in the sent message's meta."),
    Switch("other-drafts", ("visible", "hidden"), "Teammates' drafts in the list of drafts."),
    Switch("unsent-draft", ("stays", "sends"), "A draft without sendAt; `sends`: after 60 s."),
    Switch("release-twice", ("one", "two"), "Messages from one draft released twice."),
    Switch("undo-send", ("yes", "no"), "PUT sendAt null takes a released draft back."),
    Switch("put-future-send-at", ("scheduled", "now"), "PUT with a future sendAt, no `scheduled`."),
    Switch("sent-headers", ("kept", "lost"), "A draft's e-mail headers on the sent message."),
    Switch("send-attempted-at", ("absent", "present"), "sendAttemptedAt on a sent message."),
    Switch("send-seconds", (), "Seconds until the worker takes a released draft.", 0.2),
    Switch("settle-seconds", (), "Seconds between draft gone and message visible.", 0.2),
    # search and reads
    Switch("index-lag", (), "Seconds until searches see a change.", 1),
    Switch("read-lag", (), "Seconds until lists show a new note, draft or message.", 0),
    Switch("search-days", (), "Days back that searches see; older ones are archived.", 730),
    Switch("search-sort", ("honoured", "customer-only"), "sort by conversation_ attributes."),
    # errors and limits
    Switch("error-shape", ("jsonapi", "recorded", "new"), "Shape of an error answer."),
    Switch("missing-role", ("403", "401"), "Status when the key lacks the role."),
    Switch("bad-draft", ("400", "422"), "Status when a draft cannot be sent as it is."),
    Switch("too-many-body", ("errors", "empty", "html"), "What a 429 carries."),
    Switch("retry-after", ("absent", "seconds", "date"), "Retry-After on a 429."),
    Switch("request-id", ("absent", "present"), "An x-request-id header on each answer."),
    Switch("object-limit", (), "Writes per minute, customer, key and kind.", 120),
    Switch("search-limit", (), "Searches per minute and machine user.", 100),
)
BY_NAME = {switch.name: switch for switch in SWITCHES}


class Switches:
    """How the switches stand. Unknown names and values are refused with the list of good ones."""

    def __init__(self, values: Mapping[str, str] | None = None) -> None:
        self._values = {switch.name: switch.default for switch in SWITCHES}
        self.set_all(values or {})

    def __getitem__(self, name: str) -> str:
        return self._values[name]

    def number(self, name: str) -> float:
        """The value of a switch that is a number."""
        return float(self._values[name])

    def set_all(self, values: Mapping[str, str]) -> None:
        """Switch several. Raises InputError, and changes nothing, when one is unknown."""
        for name, value in values.items():
            _check(name, value)
        self._values.update(values)

    def as_dict(self) -> dict[str, str]:
        """Every switch and how it stands."""
        return dict(self._values)


def _check(name: str, value: str) -> None:
    switch = BY_NAME.get(name)
    if switch is None:
        raise InputError(f"no switch {name!r}; the switches are {', '.join(sorted(BY_NAME))}")
    if switch.values and value not in switch.values:
        raise InputError(f"switch {name}: {value!r} is none of {', '.join(switch.values)}")
    if not switch.values and not _is_number(value):
        raise InputError(f"switch {name}: {value!r} is no number from 0 to {LARGEST}")


def _is_number(value: str) -> bool:
    try:
        return 0 <= float(value) <= LARGEST
    except ValueError:
        return False
