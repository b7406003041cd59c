"""Carries `sidenote backtest` out: reads, tries, remembers and shows how far it is."""

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

import click

from agent.audit_port import AuditEntry, AuditKind
from agent.backtest_book import BacktestBook
from agent.backtest_file import past_of_file
from agent.backtest_reading import PastReader
from agent.backtesting import Backtest, Past, Tried, kept
from agent.cli.backtested import Tally, count_of
from agent.cli.demo_place import demo_folder
from agent.cli.since import parse_since
from agent.cli.terminal import one_line, say
from agent.core.conversation import Conversation, Customer
from agent.core.levels import effective
from agent.core.makers import OFFLINE, makers_of
from agent.core.team_policy import TeamPolicy
from agent.errors import HelpdeskMissing, InputError, TransientError
from agent.wiring import SQLITE, App

SINCE = "180d"
GOES_ON = "What is done is kept; the same command goes on from there."
EVERY = 100  # conversations between two lines of progress, where no line can be written anew
_DIGITS = 16  # of a hash

Loaded = tuple[Conversation, Callable[[], Past | None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What was typed. `since` None: the usual span, or a whole file."""

    topic: str
    limit: int | None
    since: str | None
    file: Path | None
    keep: bool

    @property
    def span(self) -> str:
        """`--since`, or what stands for it; "" for all of a file."""
        return self.since or ("" if self.file else SINCE)


def run(app: App, asked: Asked) -> Tally:
    """Try all there is, or until Ctrl-C; then `is_whole` is False.

    Raises:
        InputError: the file or an option cannot be used.
        TransientError: Kustomer, the model or the database are out. What is done is remembered.
    """
    policy = _policy(app, asked)
    since = parse_since(asked.span, app.clock.now()) if asked.span else None
    source = "file" if asked.file else "kustomer"
    tally = Tally(source=source, since=since, kept=0 if asked.keep else None)
    book = BacktestBook(_book_path(app, asked, policy))
    if done := book.load():
        say(f"Going on: {count_of(done, 'conversation')} done before.")
    try:
        with _interruptible(), _progress(tally) as story:
            _Trying(app=app, asked=asked, policy=policy, tally=tally, book=book).all(story)
    except KeyboardInterrupt:
        tally.is_whole = False
    except TransientError:
        say(GOES_ON)
        raise
    finally:
        _record(app, asked, tally)
    if tally.is_whole:
        book.remove()
    return tally


@dataclass(slots=True, kw_only=True)
class _Trying:
    app: App
    asked: Asked
    policy: TeamPolicy
    tally: Tally
    book: BacktestBook
    _customers: dict[str, Customer] = field(default_factory=dict)

    def all(self, story: "_Story") -> None:
        """One conversation after the other."""
        if self.asked.file:
            found = self._of_file(self.asked.file)
            record: Callable[[str], Customer | None] = self._customers.get
        else:
            reader = PastReader(
                reader=self.app.kustomer, clock=self.app.clock, held_up=story.held_up
            )
            found = self._of_kustomer(reader)
            record = reader.record
        backtest = Backtest(
            model=self.app.model_that_asks(partial(_record_of, record)),
            policy=self.policy,
            customer=lambda each: record(each.customer_id) if each.customer_id else None,
            quiet=self.app.settings.quiet,
        )
        for conversation, load in found:
            self._one(backtest, conversation, load)
            story.show()
            if self.tally.conversations == self.asked.limit:
                return

    def _one(
        self, backtest: Backtest, conversation: Conversation, load: Callable[[], Past | None]
    ) -> None:
        since, tried = self.tally.since, self.book.done(conversation)
        is_new = tried is None
        if tried is None:
            past = load()
            if past is None:
                self.tally.unreadable += 1
                return
            tried = backtest.tried(past, since=since)
        wanted = self._wanted(each for each in tried if since is None or each.at >= since)
        if self.tally.kept is not None:
            self.tally.kept += kept(self.app.store, wanted, now=self.app.clock.now())
        if is_new:
            self.book.add(conversation, tried)
        self.tally.tried += wanted
        self.tally.conversations += 1

    def _wanted(self, tried: Iterable[Tried]) -> tuple[Tried, ...]:
        """With `--topic`, another topic's proposal is as good as none."""
        topic = self.asked.topic
        return tuple(
            replace(each, row=None, judgement=None)
            if topic and each.row is not None and each.row.topic != topic
            else each
            for each in tried
        )

    def _of_kustomer(self, reader: PastReader) -> Iterator[Loaded]:
        assert self.tally.since is not None  # `Asked.span` is never "" here
        for conversation in reader.changed(self.tally.since):
            yield conversation, partial(reader.past, conversation)

    def _of_file(self, file: Path) -> Iterator[Loaded]:
        for past, customer in past_of_file(file, _written_at(file)):
            self._customers.clear()
            self._customers[customer.id] = customer
            yield past.conversation, partial(_as_it_is, past)


def _record_of(record: Callable[[str], Customer | None], customer_id: str) -> Customer:
    """For a model, whose words are masked with what is known of the customer."""
    found = record(customer_id)
    if found is None:
        raise HelpdeskMissing("the customer's record cannot be read")
    return found


def _as_it_is(past: Past) -> Past:
    return past


def _written_at(file: Path) -> datetime:
    """Messages without a time are dated from here, so that the same file is the same past."""
    return datetime.fromtimestamp(int(file.stat().st_mtime), UTC)


def _policy(app: App, asked: Asked) -> TeamPolicy:
    policy = app.policy
    if asked.topic and policy.topic(asked.topic) is None:
        known = ", ".join(sorted(each.name for each in policy.topics)) or "none"
        raise InputError(f"the policy has no topic {one_line(asked.topic)!r}; it has: {known}")
    if asked.file and not asked.keep:
        return policy  # needs no database
    return effective(policy, app.store.level_changes())


def _record(app: App, asked: Asked, tally: Tally) -> None:
    if tally.kept:
        content = {"backtest": asked.span or "a file", "new": tally.kept}
        app.store.append_audit(AuditEntry(kind=AuditKind.LABEL, content=content), app.clock.now())


# --- where it goes on ---------------------------------------------------------------------------


def _book_path(app: App, asked: Asked, policy: TeamPolicy) -> Path:
    """Another source, span, policy, engine or version is another backtest."""
    settings = app.settings
    engine = app.model_asked if settings.openai_key else OFFLINE
    source = str(asked.file.resolve()) if asked.file else settings.kustomer[0]
    makers = sorted(
        repr((topic.name, makers_of(policy, topic.name, engine=engine), topic.level))
        for topic in policy.topics
    )
    parts = repr((version("sidenote"), source, asked.span, makers))
    name = sha256(parts.encode("utf-8", "replace")).hexdigest()[:_DIGITS]
    return _folder(settings.database_url) / f"backtest-{name}.jsonl"


def _folder(database_url: str) -> Path:
    if database_url.startswith(SQLITE):
        return Path(database_url.removeprefix(SQLITE)).parent
    return demo_folder(os.environ).parent


# --- what a person sees meanwhile ---------------------------------------------------------------


@dataclass(slots=True)
class _Story:
    tally: Tally
    is_terminal: bool

    def show(self) -> None:
        """How far it is: a line that is written anew, or one in a hundred."""
        done = self.tally.conversations
        words = f"{done:,} conversations, {len(self.tally.tried):,} answered messages tried"
        if self.is_terminal:
            click.echo(f"\r\x1b[K{words} …", err=True, nl=False)
        elif done and done % EVERY == 0:
            say(f"{words} …")

    def held_up(self, seconds: float) -> None:
        """Why nothing moves."""
        words = f"Waiting {seconds:.0f} s: live work needs the requests"
        if self.is_terminal:
            click.echo(f"\r\x1b[K{words} …", err=True, nl=False)
        else:
            say(f"{words}.")

    def end(self) -> None:
        """Leave a clean line."""
        if self.is_terminal:
            click.echo("\r\x1b[K", err=True, nl=False)


@contextmanager
def _progress(tally: Tally) -> Iterator[_Story]:
    story = _Story(tally, is_terminal=sys.stderr.isatty())
    try:
        yield story
    finally:
        story.end()


@contextmanager
def _interruptible() -> Iterator[None]:
    """Ctrl-C or SIGTERM ends at once, also in a request or a wait; nothing is half done by it."""
    if threading.current_thread() is not threading.main_thread():
        yield  # only the main thread may listen for signals
        return
    numbers = (signal.SIGINT, signal.SIGTERM)
    before = {n: signal.signal(n, signal.default_int_handler) for n in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
