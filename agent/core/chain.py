"""A chain of hashes over what was done: each link holds the hash of the one before it.

A link names ids and a keyed digest of the content. The content and its key lie elsewhere and may
go: the chain still holds, and without the key nobody can guess the content from its digest.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import blake2b, sha256
from typing import Any

GENESIS = "0" * 64  # what the first link holds as the hash before it
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """One link. `sequence` counts from 1 without a gap; `subjects` are ids and no texts."""

    sequence: int
    at: datetime
    kind: str
    subjects: Mapping[str, str] = field(default_factory=dict)
    digest: str
    previous: str
    hash: str


@dataclass(frozen=True, slots=True)
class Break:
    """The first link that does not hold, and why."""

    sequence: int
    why: str


def digest_of(content: Mapping[str, Any], key: str) -> str:
    """Keyed BLAKE2b of JSON values, 64 hex digits. `key` is hex, at most 64 bytes."""
    return blake2b(_canonical(content), key=bytes.fromhex(key), digest_size=32).hexdigest()


def next_link(
    last: Link | None, *, at: datetime, kind: str, subjects: Mapping[str, str], digest: str
) -> Link:
    """The link that follows `last`, or the first one."""
    sequence = 1 if last is None else last.sequence + 1
    previous = GENESIS if last is None else last.hash
    return Link(
        sequence=sequence,
        at=at,
        kind=kind,
        subjects=dict(subjects),
        digest=digest,
        previous=previous,
        hash=_hash(sequence, at, kind, subjects, digest, previous),
    )


def check_link(last: Link | None, link: Link) -> Break | None:
    """What is wrong with `link` as the one that follows `last`; None when it holds."""
    expected = 1 if last is None else last.sequence + 1
    if link.sequence > expected:
        missing = link.sequence - expected
        return Break(expected, f"{missing} row{'s' if missing > 1 else ''} missing here")
    if link.sequence != expected:
        return Break(link.sequence, "stands out of its order")
    if link.previous != (GENESIS if last is None else last.hash):
        return Break(link.sequence, "does not follow the row before it")
    made = (link.sequence, link.at, link.kind, link.subjects, link.digest, link.previous)
    if link.hash != _hash(*made):
        return Break(link.sequence, "was changed: its hash does not fit")
    return None


def first_break(links: Iterable[Link]) -> Break | None:
    """The first link of a whole chain, oldest first, that does not hold.

    Rows taken off its end leave no trace in it: compare the head with one kept elsewhere.
    """
    last: Link | None = None
    for link in links:
        found = check_link(last, link)
        if found is not None:
            return found
        last = link
    return None


def _hash(
    sequence: int,
    at: datetime,
    kind: str,
    subjects: Mapping[str, str],
    digest: str,
    previous: str,
) -> str:
    moment = (at - _EPOCH) // _MICROSECOND
    return sha256(
        _canonical([sequence, moment, kind, dict(subjects), digest, previous])
    ).hexdigest()


def _canonical(value: object) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode("ascii")
