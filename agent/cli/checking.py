"""Tries what the settings name: policy, database, Kustomer, model. Nothing is written anywhere
but in our own database, which is made when it is missing.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from agent.cli.sending_words import sending_words
from agent.core.conversation import Author, AuthorKind, Direction
from agent.core.spending import money
from agent.core.transcript import Line, Transcript
from agent.errors import AgentError, ModelUnavailable
from agent.settings import Settings
from agent.wiring import App

A_MOMENT = timedelta(minutes=5)  # how far back the search that tries the permission looks


class Found(StrEnum):
    """How one attempt ended."""

    OK = "ok"
    FAILED = "failed"
    UNTRIED = "not tried"


@dataclass(frozen=True, slots=True)
class Attempt:
    """One thing that was tried, and what came of it in words."""

    name: str
    found: Found
    words: str


def attempts(app: App) -> Iterator[Attempt]:
    """Everything in turn, each as soon as it is known."""
    yield _try("policy", lambda: _policy(app))
    yield _try("database", lambda: _database(app))
    yield _pause(app)
    yield _breaker(app)
    yield from _sending(app)
    yield from _kustomer(app)
    yield _model(app)
    if app.settings.openai_key is not None:
        yield _try("model's costs", lambda: _costs(app))
        yield _answering(app)


def shown_settings(settings: Settings) -> dict[str, str]:
    """Every setting by its name, as a person may see it: secrets by their length only."""
    minute = settings.requests_per_minute
    policy, url = settings.policy, settings.database_url
    return {
        "KUSTOMER_BASE_URL": settings.kustomer_url or "not set",
        "KUSTOMER_API_KEY": str(settings.kustomer_key or "not set"),
        "OPENAI_API_KEY": str(settings.openai_key or "not set: the offline engine is used"),
        "OPENAI_BASE_URL": settings.openai_url or "not set",
        "SIDENOTE_MODEL": settings.model or "not set",
        "SIDENOTE_DATABASE_URL": _without_password(url),
        "SIDENOTE_POLICY": str(policy) if policy else "built in",
        "SIDENOTE_POLL_SECONDS": f"{settings.poll.total_seconds():g}",
        "SIDENOTE_QUIET_SECONDS": f"{settings.quiet.total_seconds():g}",
        "SIDENOTE_REQUESTS_PER_MINUTE": str(minute or "30 % of the organization's limit"),
        "SIDENOTE_CONSOLE": settings.console or "off",
        **_shown_doors(settings),
        "SIDENOTE_WORKER": settings.worker,
        "SIDENOTE_PAUSED": "yes" if settings.paused else "no",
        "SIDENOTE_PAUSE_FILE": str(settings.pause_file),
        "SIDENOTE_KEEP_DAYS": f"{settings.keep / timedelta(days=1):g}",
        **_shown_caps(settings),
    }


def _shown_doors(settings: Settings) -> dict[str, str]:
    return {
        "SIDENOTE_CONSOLE_URL": settings.console_url or "not set",
        "SIDENOTE_TRUSTED_PROXIES": ", ".join(sorted(settings.proxies)) or "none",
        "SIDENOTE_PUBLIC_URL": settings.public_url or "not set",
        "SIDENOTE_WEBHOOK_TOKEN": str(settings.webhook_token or "not set"),
        "SIDENOTE_MCP_TOKEN": str(settings.mcp_token or "not set"),
    }


def _shown_caps(settings: Settings) -> dict[str, str]:
    caps, price = settings.caps, settings.price
    day = caps.spend_per_day
    return {
        "SIDENOTE_TOKENS_PER_CONVERSATION": str(caps.tokens_per_conversation or "off"),
        "SIDENOTE_TOKENS_PER_HOUR": str(caps.tokens_per_hour or "off"),
        "SIDENOTE_SPEND_PER_DAY": "no cap" if day is None else money(day),
        "SIDENOTE_PRICES": f"{price.input:g}/{price.output:g}" if price else "not set",
    }


def _without_password(url: str) -> str:
    """A database URL without what stands before the @, which may hold a password."""
    scheme, _, rest = url.partition("://")
    _, at, place = rest.rpartition("@")
    hidden = "…@" if at else ""
    # libpq also takes the password as a parameter.
    return f"{scheme}://{hidden}{place.partition('?')[0]}"


def _try(name: str, attempt: Callable[[], str]) -> Attempt:
    try:
        return Attempt(name, Found.OK, attempt())
    except AgentError as error:
        return Attempt(name, Found.FAILED, str(error))
    except OSError as error:
        return Attempt(name, Found.FAILED, f"{type(error).__name__}: {error.strerror}")


def _policy(app: App) -> str:
    policy = app.policy
    return f"{len(policy.topics)} topics, notes in {policy.note.language}, version {policy.version}"


def _database(app: App) -> str:
    lives = "a daemon works on it" if app.daemon_lives() else "no daemon works on it"
    return f"schema {app.store.schema_version()}, {lives}"


def _pause(app: App) -> Attempt:
    try:
        pause = app.pause.paused()
    except (AgentError, OSError):
        return Attempt("pause", Found.UNTRIED, "the database cannot be opened")
    if pause is None:
        return Attempt("pause", Found.OK, "not paused")
    return Attempt("pause", Found.OK, f"PAUSED by {pause.by}. 'sidenote resume' goes on")


def _breaker(app: App) -> Attempt:
    try:
        breaker = app.store.breaker()
    except (AgentError, OSError):
        return Attempt("breaker", Found.UNTRIED, "the database cannot be opened")
    if breaker is None:
        return Attempt("breaker", Found.OK, "closed: replies may be sent")
    why = f"OPEN, replies are only drafted: {breaker.reason}"
    return Attempt("breaker", Found.OK, f"{why}. 'sidenote resume --breaker' closes it")


def _sending(app: App) -> Iterator[Attempt]:
    """Each topic at "send", and whether it may."""
    try:
        told = tuple(sending_words(app))
    except (AgentError, OSError):
        yield Attempt("sending", Found.UNTRIED, "the database cannot be opened")
        return
    for words in told:
        yield Attempt("sending", Found.OK, words)


def _kustomer(app: App) -> Iterator[Attempt]:
    settings = app.settings
    if settings.kustomer_url is None or settings.kustomer_key is None:
        yield Attempt("kustomer key", Found.UNTRIED, "KUSTOMER_BASE_URL and KUSTOMER_API_KEY")
        return
    key = _try("kustomer key", lambda: f"belongs to {app.kustomer.current_user().name or '?'}")
    yield key
    if key.found is not Found.OK:
        return
    yield _try("search", lambda: _search(app))
    yield _limit(app)
    yield Attempt(
        "notes, drafts", Found.UNTRIED, "cannot be tried without writing: give the key their roles"
    )


def _search(app: App) -> str:
    pages = app.kustomer.changed_conversations(app.clock.now() - A_MOMENT, page_size=1)
    next(iter(pages), ())
    return "the key may search conversations"


def _limit(app: App) -> Attempt:
    reported = getattr(app.budget, "reported", None)
    if reported is None:
        return Attempt("request limit", Found.UNTRIED, "Kustomer did not report one")
    return Attempt("request limit", Found.OK, f"{reported} a minute for the organization")


def _model(app: App) -> Attempt:
    if app.settings.openai_key is None:
        return Attempt("model", Found.OK, "offline engine: no OPENAI_API_KEY is set")
    return _try("model", lambda: _propose(app))


def _propose(app: App) -> str:
    """One tiny real call."""
    now = app.clock.now()
    line = Line(
        ref="m1",
        message_id="m1",
        direction=Direction.IN,
        author=Author(kind=AuthorKind.CUSTOMER),
        sent_at=now,
        channel="chat",
        text="Hello, when do you open on Saturday?",
    )
    transcript = Transcript(conversation_id="check", subject="", lines=(line,))
    proposal = app.model.propose(transcript, app.policy)
    if proposal.stood_in:
        raise ModelUnavailable(f"{app.settings.model}: {proposal.stood_in}")
    tokens = proposal.usage.input_tokens + proposal.usage.output_tokens
    return f"{proposal.engine} answered, {tokens} tokens"


def _costs(app: App) -> str:
    """What counts against the caps now."""
    spent, caps = app.model_book.spent("", app.clock.now()), app.settings.caps
    hour = f"{spent.hour:,} tokens in the last hour"
    if caps.tokens_per_hour is not None:
        hour += f" of {caps.tokens_per_hour:,}"
    if app.settings.price is None:
        return f"{hour}; SIDENOTE_PRICES does not say what they cost"
    most = "" if caps.spend_per_day is None else f" of {money(caps.spend_per_day)}"
    return f"{hour}; {money(spent.day)}{most} in the last day"


def _answering(app: App) -> Attempt:
    """Whether the model is still the one that the team tried."""
    name = "model's name"
    try:
        known = app.model_book.answering(app.model_asked)
    except AgentError as error:
        return Attempt(name, Found.FAILED, str(error))
    new = [one for one in known if not one.accepted]
    if new:
        told = ", ".join(f"{one.answered} since {one.since:%Y-%m-%d %H:%M} UTC" for one in new)
        words = f"CHANGED, no reply goes out with it: {told}. Try it, then accept it with"
        return Attempt(name, Found.OK, f"{words} 'sidenote check --accept-model'")
    accepted = ", ".join(one.answered for one in known) or "not known yet"
    return Attempt(name, Found.OK, f"{accepted}: as accepted" if known else accepted)
