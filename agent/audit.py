"""Checks the record of what was done: that no row was changed, taken out or put elsewhere.

Somebody who can write to the database could make the whole chain anew, and rows taken off its end
leave no trace in it. Both show against a head hash that was kept elsewhere: the daemon writes it
to its log every hour and when it stops.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from agent.audit_port import OF_RECEIPTS, AuditKind, AuditLog, AuditRow
from agent.core.chain import Break, Link, check_link, digest_of

PAGE = 200  # rows read at once; receipts can be large
SLACK = timedelta(minutes=1)  # a receipt is recorded moments before its run's own row ends


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """What a check found. `head` is the newest hash, "" when there is no row."""

    rows: int
    head: str
    problem: Break | None = None
    contents: int = 0  # contents compared with their digests
    removed: int = 0  # contents that were erased or pruned, as the record says


def verify(
    log: AuditLog, *, head: str = "", progress: Callable[[int], None] = lambda _: None
) -> Verified:
    """Check the whole record; `progress` is told how many rows are done.

    `head` is a hash from the log: it must be one of the chain's. Reads only; safe to call while
    others append.
    """
    check = _Check()
    for row in _rows(log):
        problem = check_link(check.last, row.link)
        if problem is not None:
            return check.verdict(problem)
        check.look(row, head)
        if check.rows % PAGE == 0:
            progress(check.rows)
    return check.verdict(check.end(head))


def _rows(log: AuditLog) -> Iterator[AuditRow]:
    after = 0
    while rows := log.audit_rows(after=after, limit=PAGE):
        yield from rows
        after = rows[-1].link.sequence


@dataclass(slots=True)
class _Check:
    last: Link | None = None
    rows: int = 0
    contents: int = 0
    has_head: bool = False
    bad: list[Break] = field(default_factory=list)
    gone: list[Link] = field(default_factory=list)
    newest: dict[str, AuditRow] = field(default_factory=dict)  # of each run: only it tells today's
    pruned_before: datetime | None = None
    erasures: list[Link] = field(default_factory=list)

    def look(self, row: AuditRow, head: str) -> None:
        link = row.link
        self.last, self.rows = link, self.rows + 1
        self.has_head |= link.hash == head
        if link.kind == AuditKind.PRUNED:
            before = datetime.fromisoformat(link.subjects["before"])
            self.pruned_before = max(before, self.pruned_before or before)
        if link.kind == AuditKind.ERASED:
            self.erasures.append(link)
        if link.kind in OF_RECEIPTS:
            self.newest[link.subjects.get("run", "")] = row
            return
        self.compare(row)

    def compare(self, row: AuditRow) -> None:
        if row.key is None or row.content is None:
            self.gone.append(row.link)
            return
        self.contents += 1
        if digest_of(row.content, row.key) != row.link.digest:
            why = f"its content ({row.link.kind}) was changed afterwards"
            self.bad.append(Break(row.link.sequence, why))

    def end(self, head: str) -> Break | None:
        for row in self.newest.values():
            self.compare(row)
        for link in self.gone:
            if not self.is_explained(link):
                why = f"its content ({link.kind}) was removed, and no row says why"
                self.bad.append(Break(link.sequence, why))
        if self.bad:
            return min(self.bad, key=lambda found: found.sequence)
        if head and not self.has_head:
            return Break(self.rows + 1, "no row has the given head: rows are missing at the end")
        return None

    def is_explained(self, link: Link) -> bool:
        if self.pruned_before is not None and link.at < self.pruned_before + SLACK:
            return True
        return any(
            erased.sequence > link.sequence
            and (
                link.subjects.get("customer") == erased.subjects.get("customer")
                or link.subjects.get("conversation")
                in erased.subjects.get("conversations", "").split()
            )
            for erased in self.erasures
        )

    def verdict(self, problem: Break | None) -> Verified:
        return Verified(
            rows=self.rows,
            head=self.last.hash if self.last else "",
            problem=problem,
            contents=self.contents,
            removed=len(self.gone),
        )
