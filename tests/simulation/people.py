"""Customers who write, teammates who answer and interfere, somebody who pauses: all invented.

What each customer message asks for is kept, so that the checker need not guess it.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from agent.core.conversation import Status
from agent.ports import Pause
from tests.simulation.clockwork import Scheduler, moment
from tests.simulation.records import BEN
from tests.simulation.server import Truth, customer
from tests.simulation.worker import Ground

OPENING = (
    "Hello, the lid of the kettle from order {code} arrived cracked. I would like a new lid, "
    "please send one before Friday, because I am travelling then."
)
FURTHER = (
    "It is the steel one of 1.5 litres, bought in the shop in Leeds two weeks ago.",
    "I am at home in the mornings.",
)
QUESTIONS = (
    "And {code}: can the lid go to my office instead?",
    "One more thing, {code}: is the blue handle in stock again?",
    "Please look at {code} as well, its base is missing a screw.",
)
ROUTINE = "Where is order {code}?"  # what the simulated model takes for the topic order-status
STRANGER = "colleague@office.example"  # no address of any customer
THANKS = ("Great, thank you very much!", "ok thanks", "Perfect, thank you.")
ANSWERS = ("I am looking into it.", "We will send it tomorrow.", "Sorry for the trouble!")


@dataclass(frozen=True, slots=True)
class Asked:
    """One customer message. `code` stands in a question and in no other; "" asks nothing."""

    conversation_id: str
    message_id: str
    code: str
    at: float
    sender: str


@dataclass
class People:
    """Everybody outside, acting on the truth."""

    ground: Ground
    acts: Random
    asked: list[Asked] = field(default_factory=list)
    pauses: list[tuple[float, float]] = field(default_factory=list)
    conversations: list[str] = field(default_factory=list)
    _code: int = 100

    @property
    def truth(self) -> Truth:
        return self.ground.truth

    @property
    def scheduler(self) -> Scheduler:
        return self.ground.scheduler

    def plan(self, conversations: int, span: float) -> None:
        """Lay out everybody's acts over the fault phase of `span` seconds."""
        for number in range(1, conversations + 1):
            self.scheduler.after(
                self.acts.uniform(0, span / 3), self._opening(number, span, self.acts.random())
            )
        if self.acts.random() < 0.35:
            start = self.acts.uniform(0, span * 0.8)
            self.scheduler.after(start, self._pausing(self.acts.uniform(5, span - start)))

    def _opening(self, number: int, span: float, drawn: float) -> Callable[[], None]:
        def act() -> None:
            id_ = self.truth.open(customer(number))
            self.conversations.append(id_)
            self.trace("opens", id_)
            self.ask(id_, OPENING)
            for text in FURTHER:
                self.say(id_, text)
            if drawn < 0.7:
                self.ask(id_, self.question())
            self._schedule(id_, span)

        return act

    def _schedule(self, conversation_id: str, span: float) -> None:
        left = span - self.scheduler.now
        for _ in range(self.acts.randint(0, 5)):
            seconds = self.acts.uniform(1, max(left, 2))
            name = self.acts.choices(list(self._menu()), list(self._menu().values()))[0]
            self.scheduler.after(seconds, self._doing(name, conversation_id))

    @staticmethod
    def _menu() -> dict[str, int]:
        return {
            "question": 10,
            "burst": 6,
            "thanks": 5,
            "answer": 5,
            "jot": 3,
            "unjot": 2,
            "unjot_ours": 1,
            "close": 2,
            "snooze": 1,
            "assign": 1,
            "tag": 2,
            "spam": 1,
            "merge": 1,
            "remove": 1,
            "compose": 2,
            "edit": 3,
            "send": 2,
            "delete": 1,
        }

    def _doing(self, name: str, conversation_id: str) -> Callable[[], None]:
        def act() -> None:
            if not self.truth.newest(conversation_id).gone:
                self.trace(name, conversation_id)
                self._do(name, conversation_id)

        return act

    def _do(self, name: str, id_: str) -> None:
        truth = self.truth
        acts: dict[str, Callable[[], object]] = {
            "question": lambda: self.ask(id_, self.question()),
            "burst": lambda: self.burst(id_),
            "thanks": lambda: self.say(id_, self.acts.choice(THANKS)),
            "answer": lambda: truth.answer(id_, self.acts.choice(ANSWERS)),
            "jot": lambda: truth.jot(id_, "Called her, she is at home until noon."),
            "unjot": lambda: truth.unjot(id_, of_ours=False),
            "unjot_ours": lambda: truth.unjot(id_, of_ours=True),
            "close": lambda: truth.change(id_, status=Status.DONE),
            "snooze": lambda: truth.change(id_, status=Status.SNOOZED),
            "assign": lambda: truth.change(id_, assigned_users=(str(BEN.id),)),
            "tag": lambda: truth.change(id_, tags=("kettle",)),
            "spam": lambda: truth.change(id_, spam=True),
            "merge": lambda: truth.change(id_, merged_into="f" * 24),
            "remove": lambda: truth.remove(id_),
            "compose": lambda: truth.compose(id_, "Dear Mara, I will"),
            "edit": lambda: truth.meddle(id_, "edit"),
            "send": lambda: truth.meddle(id_, "send"),
            "delete": lambda: truth.meddle(id_, "delete"),
        }
        acts[name]()

    def burst(self, conversation_id: str) -> None:
        """Two or three messages within a minute; the last may be mere thanks."""
        seconds = 0.0
        for _ in range(self.acts.randint(1, 2)):
            self.scheduler.after(seconds, lambda: self.ask(conversation_id, self.question()))
            seconds += self.acts.uniform(2, 40)
        if self.acts.random() < 0.5:
            self.scheduler.after(seconds, lambda: self.say(conversation_id, THANKS[0]))

    def question(self) -> str:
        """Most of them routine."""
        return ROUTINE if self.acts.random() < 0.7 else self.acts.choice(QUESTIONS)

    def ask(self, conversation_id: str, text: str, *, sender: str = "") -> None:
        """A message with a question or fact that no other message has."""
        self._code += 1
        code = f"40-{self._code}"
        self.say(conversation_id, text.format(code=code), code=code, sender=sender)

    def say(self, conversation_id: str, text: str, *, code: str = "", sender: str = "") -> None:
        """A message of the customer, now and then from an address that is not theirs."""
        if not sender and self.acts.random() < 0.05:
            sender = STRANGER
        fields = {"sender": sender} if sender else {}
        message = self.truth.receive(conversation_id, text, **fields)
        if message is not None:
            now = self.scheduler.now
            self.asked.append(Asked(conversation_id, message.id, code, now, message.sender))

    def _pausing(self, seconds: float) -> Callable[[], None]:
        def act() -> None:
            began = self.scheduler.now
            self.ground.store.pause(Pause(by="Ada", at=moment(began)))
            self.pauses.append((began, began + seconds))
            self.trace("pauses", "everything")
            self.scheduler.after(seconds, self.resume)

        return act

    def resume(self) -> None:
        """Ada lets it go on."""
        self.ground.store.resume()
        self.trace("resumes", "everything")

    def trace(self, what: str, about: str) -> None:
        self.scheduler.trace(f"people {what} {about}")
