"""Creates one thing in Kustomer, once, on an API without idempotency keys.

It is looked up first, and again whenever a request may or may not have been applied. A claim in
our database keeps two of our own from creating the same one at the same moment. What remains: a
request we had given up on that is applied late, on a server that takes the same external id or
address twice.
"""

import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from typing import Generic, TypeVar

from agent.errors import (
    AgentError,
    Held,
    HelpdeskBusy,
    HelpdeskConflict,
    HelpdeskMissing,
    HelpdeskRefused,
    HelpdeskUnavailable,
    OutcomeUnknown,
    StoreUnavailable,
    TransientError,
)
from agent.notes import CLAIM, CLAIMED_ELSEWHERE, NoteDesk
from agent.ports import Delivery, DeliveryState

T = TypeVar("T")
# Seconds before each look after a request without an answer: it may be applied a little later.
LOOKS = (1.0, 4.0)


@dataclass(frozen=True, slots=True)
class Made(Generic[T]):
    """The one that exists now. `created` is False when it stood already and nothing was written."""

    record: T
    created: bool


@dataclass(frozen=True, kw_only=True)
class Making(Generic[T]):
    """One creation: look, create, and look again after whatever leaves it open."""

    desk: NoteDesk
    what: str
    names: Sequence[str]  # what it is known by; none: it cannot be found again
    find: Callable[[], T | None]
    create: Callable[[], T]

    def run(self) -> Made[T]:
        """Give the one that exists, or create it.

        Raises:
            Held: paused, or somebody else is creating this very one.
            OutcomeUnknown: it may or may not exist; the message says what to do next.
            TransientError: not created; call again.
            HelpdeskRefused: refused, and there is none that stands in its way.
        """
        claims: list[Delivery] = []
        try:
            claims += map(self._claim, sorted(self.names))
            found = self.find()
            return Made(found, created=False) if found is not None else self._attempts(claims)
        finally:
            for claim in claims:
                self._let_go(claim)

    def _claim(self, name: str) -> Delivery:
        """Keep our other processes from creating the same. The name itself is not stored."""
        desk, now = self.desk, self.desk.clock.now()
        digest = sha256(f"create-{self.what}:{name}".encode()).hexdigest()[:32]
        intent = Delivery(
            marker=f"sidenote-{digest}",
            conversation_id="",
            action=self.what,
            body="",
            created_at=now,
            updated_at=now,
        )
        desk.store.intend(intent)
        claimed = desk.store.claim_delivery(intent.marker, owner=self._owner, now=now, ttl=CLAIM)
        if claimed is None:
            raise Held(
                f"another process is creating this {self.what}; try again in a minute",
                retry_at=now + CLAIMED_ELSEWHERE,
            )
        return claimed

    @property
    def _owner(self) -> str:
        """Of the claims: this thread, so that another one of this process does not share them."""
        return f"{self.desk.owner}/{threading.get_ident()}"

    def _let_go(self, claim: Delivery) -> None:
        # A claim that cannot be let go of runs out; what was found or created stays true.
        with suppress(StoreUnavailable):
            self.desk.store.settle_delivery(
                claim.marker,
                fence=claim.fence,
                state=DeliveryState.INTENDED,
                now=self.desk.clock.now(),
            )

    def _attempts(self, claims: Sequence[Delivery]) -> Made[T]:
        desk, unknown = self.desk, False
        error: AgentError | None = None
        for made in range(1, desk.retries.attempts + 1):
            desk.guard()
            for claim in claims:
                # Refused when the claim ran out and somebody else took it.
                desk.store.start_attempt(claim.marker, fence=claim.fence, now=desk.clock.now())
            try:
                return Made(self.create(), created=True)
            except HelpdeskMissing:
                raise
            except (OutcomeUnknown, HelpdeskRefused) as caught:
                error, unknown = caught, unknown or isinstance(caught, OutcomeUnknown)
                found = self._look(caught)
                if found is not None:
                    return Made(found, created=unknown)
                if isinstance(caught, HelpdeskRefused):
                    raise
            except (HelpdeskBusy, HelpdeskUnavailable) as caught:
                error = caught
            desk.wait_for_next(made, error)
        assert error is not None
        raise self._open_ended(error) if unknown else error

    def _look(self, error: OutcomeUnknown | HelpdeskRefused) -> T | None:
        """Find what the request may have made, or what stands in its way."""
        if not self.names:
            if isinstance(error, OutcomeUnknown):
                raise self._open_ended(error)
            return None
        try:
            found = None if isinstance(error, OutcomeUnknown) else self.find()
            late = isinstance(error, OutcomeUnknown | HelpdeskConflict)
            for seconds in LOOKS if late else ():
                if found is not None:
                    break
                self.desk.clock.sleep(seconds)
                found = self.find()
        except TransientError:
            raise self._open_ended(error) from None
        return found

    def _open_ended(self, error: AgentError) -> OutcomeUnknown:
        next_step = "run it again: it looks first" if self.names else "look in Kustomer first"
        return OutcomeUnknown(f"the {self.what} may or may not exist ({error}); {next_step}")
