"""Registers the doorbell at Kustomer, and removes it."""

from dataclasses import dataclass
from enum import StrEnum

from agent.audit_port import AuditEntry, AuditKind, AuditLog
from agent.doorbell_port import DoorbellBook, Installed, Webhook, Webhooks
from agent.errors import ConfigError, HelpdeskMissing, InputError, OutcomeUnknown
from agent.ports import Clock

NAME = "Sidenote doorbell"
PATH = "/hooks/kustomer"
MOST = 5  # webhooks that users of one organization may make. Source: their help center


class State(StrEnum):
    """How the doorbell stands."""

    RINGS = "rings"
    SWITCHED_OFF = "switched off"  # by Kustomer, when it failed for an hour
    UNKNOWN_TOKEN = "token unknown"  # noqa: S105 - no secret: it says that we lack one
    ABSENT = "not installed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What Kustomer and we know of the doorbell."""

    state: State
    url: str
    webhook: Webhook | None = None
    webhooks: int = 0  # of the whole organization


@dataclass(frozen=True, slots=True, kw_only=True)
class DoorbellSetup:
    """Looks before it creates. `token` is SIDENOTE_WEBHOOK_TOKEN, "" when it is not set."""

    webhooks: Webhooks
    book: DoorbellBook
    record: AuditLog
    clock: Clock
    public_url: str | None
    by: str
    token: str = ""

    @property
    def url(self) -> str:
        """Where Kustomer is to call.

        Raises:
            ConfigError: SIDENOTE_PUBLIC_URL is not set.
        """
        if not self.public_url:
            raise ConfigError(
                "SIDENOTE_PUBLIC_URL is not set: the https address at which Kustomer reaches this "
                "machine, such as https://hooks.example.com. Only /hooks/kustomer answers there."
            )
        return self.public_url.rstrip("/") + PATH

    def standing(self) -> Standing:
        """How it stands now. Reads only."""
        found = self.webhooks.webhooks()
        ours = next((each for each in found if each.url == self.url), None)
        if ours is None:
            state = State.ABSENT
        elif not self._knows_token_of(ours):
            state = State.UNKNOWN_TOKEN
        else:
            state = State.RINGS if ours.is_enabled else State.SWITCHED_OFF
        return Standing(state=state, url=self.url, webhook=ours, webhooks=len(found))

    def install(self, *, again: bool = False) -> Standing:
        """See to it that the doorbell is registered and its token is known here.

        Safe to repeat: what rings already is left as it is. With `again`, or where Kustomer has
        switched it off, it is removed first and made anew.

        Raises:
            InputError: the token of the one that is registered is not known here, or all five
                places are taken.
        """
        now = self.standing()
        if now.state is State.RINGS and not again:
            return now
        if now.state is State.UNKNOWN_TOKEN and not again:
            raise InputError(
                "Kustomer has this webhook, but its token is not known here, and is told only "
                "once. Set SIDENOTE_WEBHOOK_TOKEN, or make it anew with "
                "'sidenote webhooks install --again'."
            )
        if now.webhook is not None:
            self._delete(now.webhook)
        elif now.webhooks >= MOST:
            raise InputError(
                f"Kustomer allows {MOST} webhooks, and there are {now.webhooks}. Remove one under "
                "Settings > Platform > Outbound webhooks, then try again."
            )
        self._create()
        return self.standing()

    def remove(self) -> Standing:
        """See to it that Kustomer does not call any more. Safe to repeat."""
        now = self.standing()
        if now.webhook is not None:
            self._delete(now.webhook)
        self.book.save_installed(None)
        return self.standing()

    def _create(self) -> None:
        try:
            webhook, token = self.webhooks.create(NAME, self.url)
        except OutcomeUnknown as error:
            raise OutcomeUnknown(
                f"{error}. Kustomer may have made it: 'sidenote webhooks install --again' looks, "
                "and makes it anew."
            ) from error
        self.book.save_installed(
            Installed(webhook_id=webhook.id, url=self.url, token=token, made_at=self.clock.now())
        )
        self._tell("installed", webhook)

    def _delete(self, webhook: Webhook) -> None:
        try:
            self.webhooks.delete(webhook.id)
        except HelpdeskMissing:
            return
        self._tell("removed", webhook)

    def _knows_token_of(self, webhook: Webhook) -> bool:
        installed = self.book.installed()
        return bool(self.token) or (installed is not None and installed.webhook_id == webhook.id)

    def _tell(self, what: str, webhook: Webhook) -> None:
        content = {"by": self.by, "what": what, "url": webhook.url}
        entry = AuditEntry(
            kind=AuditKind.WEBHOOK, subjects={"webhook": webhook.id}, content=content
        )
        self.record.append_audit(entry, self.clock.now())
