"""The story, chapter by chapter. Each step is printed with its date, and asserted three times: in
the record of what was done, in `sidenote certify`, and on the console's page.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from agent.core.labels import Outcome, Proposed
from agent.ports import Run
from agent.sandbox.records import ConversationRecord, DraftRecord
from tests.three_months.people import ADA, COMPLAINTS, CORRECTION, OTHER, THANKS, TOPIC
from tests.three_months.team import A_ROUND, Team, a_team, init_policy

PAGE = f"/topics/{TOPIC}/certificate"
TO_SEND = ("topics", "raise", TOPIC, "--to", "send", "--by", ADA, "--why", "certified", "--yes")
START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)  # a Monday
A_WHILE = timedelta(hours=2)
MOST_ALARM_DAYS = 14  # an alarm that takes longer protects nobody
Say = Callable[[str, str], None]  # the day, and what happened


@dataclass(frozen=True, slots=True, kw_only=True)
class Plot:
    """How large the story is, and what the team's certificates promise.

    `thrown_away` numbers the drafts that a teammate deletes.
    """

    a_day: int
    days_of_notes: int
    days_of_sending: int
    most_days: int  # of reviews, before the certificate must be there
    error_limit: float = 0.02
    confidence: float = 0.95
    thrown_away: frozenset[int] = frozenset()


WHOLE = Plot(
    a_day=7, days_of_notes=7, days_of_sending=14, most_days=70, thrown_away=frozenset({23})
)
SMALL = Plot(
    a_day=8,
    days_of_notes=1,
    days_of_sending=1,
    most_days=6,
    error_limit=0.1,
    confidence=0.9,
)


@dataclass
class Story:
    """One telling. `play` tells it whole; an assertion that fails says where it went wrong."""

    team: Team
    plot: Plot
    say: Say
    drafted: int = 0
    certificate: dict[str, Any] = field(default_factory=dict)

    def play(self) -> None:
        """From the first note to the day after the alarm."""
        self.notes()
        self.climbs_to_draft()
        self.earns()
        self.climbs_to_send()
        self.sends()
        self.rules_change()
        self.is_lowered()
        self.is_reported()

    # --- chapters -------------------------------------------------------------------------------

    def notes(self) -> None:
        """The topic stands at note: a suggestion in each, and teammates write themselves."""
        for _ in range(self.plot.days_of_notes):
            asked = self.morning()
            for conversation in asked:
                (run,) = self.team.runs(conversation)
                assert (run.disposition, run.autonomy) == ("noted", "note"), run.because
                self.team.sandbox.teammate_says(conversation.id, self.suggestion(conversation))
            self.evening()
        self.tell(f"at note: {self.team.asked} questions noted, an answer suggested in each")
        assert self.certify()["standing"] == "missing"

    def climbs_to_draft(self) -> None:
        """A person raises it; nothing does so by itself."""
        self.team.typed("topics", "raise", TOPIC, "--to", "draft", "--by", ADA, "--why", "fine")
        assert self.level_change() == ("note", "draft", ADA)
        self.tell("raised to draft by Ada")
        assert "more clean reviews" in self.team.typed(*TO_SEND, fails=True)
        self.tell("not raised to send: it has no certificate yet")

    def earns(self) -> None:
        """Teammates send, change and delete drafts, until the reviews are enough."""
        for _ in range(self.plot.most_days):
            self.morning()
            self.review(self.team.drafts())
            self.evening()
            found = self.certify()
            if found["standing"] == "certified":
                break
            if self.team.clock.now().weekday() == 0 or self.plot is SMALL:
                self.tell(f"{found['more_clean']} more clean reviews wanted")
        assert found["standing"] == "certified", found
        self.certificate = found["certificate"]
        self.tell(str(found["words"]))
        assert self.event() == "unlocked"
        assert "certified until" in self.team.page("/topics")
        assert str(found["words"]) in self.team.page(PAGE)
        assert found["level"] == "draft"  # an unlock raises nothing

    def climbs_to_send(self) -> None:
        """Again a person, who was told what it means."""
        self.team.typed(*TO_SEND)
        assert self.level_change() == ("draft", "send", ADA)
        self.tell("raised to send by Ada")

    def sends(self) -> None:
        """Questions are answered by themselves, and nobody has anything to add. Where the score is
        below the certificate's threshold, a teammate may have to look first.
        """
        before, covered = len(self.sent()), 0
        for _ in range(self.plot.days_of_sending):
            asked = self.morning()
            for conversation in asked:
                (run,) = self.team.runs(conversation)
                if self.is_covered(run):
                    covered += 1
                    assert (run.disposition, run.autonomy) == ("replied", "send"), run.because
            self.review(self.team.drafts())
            self.team.ask(OTHER, address=self.address(asked[0]))  # about something else
            self.evening()
        sent = self.sent()[before:]
        assert len(sent) >= covered > 0
        quiet = sum(each.outcome is Outcome.QUIET for each in sent)
        assert not any(each.outcome not in {None, Outcome.QUIET} for each in sent)
        self.tell(f"{len(sent)} replies went out by themselves, {quiet} are known to be fine")
        assert self.certify()["standing"] == "certified"

    def rules_change(self) -> None:
        """From today on labels are made otherwise: the approved answer is wrong."""
        self.tell("the shop's rules change: the approved answer is wrong from now on")
        for day in range(MOST_ALARM_DAYS):
            asked = self.morning()
            self.team.work(A_WHILE)
            for number, conversation in enumerate(asked):
                if self.team.runs(conversation)[0].disposition == "replied":
                    self.goes_wrong(conversation, number + day)
            self.review(self.team.drafts())
            self.team.work()
            self.team.work()
            if self.certify()["standing"] == "alarmed":
                return
            self.evening()
        raise AssertionError("nothing rang, although every reply was wrong")

    def is_lowered(self) -> None:
        """The watch has taken it back at once, and tells whom it concerns."""
        found = self.certify()
        assert (found["standing"], found["level"], found["may_send"]) == ("alarmed", "draft", False)
        assert self.event() == "alarm"
        assert self.level_change() == ("send", "draft", "the watch")
        cases = self.team.record("certificate")[-1]["runs"]
        page = self.team.page(PAGE)
        assert cases
        assert all(case in page for case in cases)
        assert "taken back on" in page
        assert "taken back on" in self.team.page("/topics")
        told = [
            note.body for note in self.team.sandbox.world.notes.values() if cases[0] in note.body
        ]
        assert told, "no note tells the team"
        self.tell(f"{found['words']}; lowered to draft by the watch, {len(cases)} runs named")
        (conversation, *_) = self.morning()
        (run,) = self.team.runs(conversation)
        assert run.disposition == "drafted", run.because
        self.tell("the next question is drafted, and waits for a teammate")
        assert self.team.typed("audit", "verify")

    def is_reported(self) -> None:
        """The lead's letter tells of it, and the figures agree with what went out."""
        letter = " ".join(self.team.typed("report", "--week").split())
        assert f"{TOPIC} by e-mail: taken back by the watch" in letter
        found = self.team.read("report", "--outcomes")
        assert found["sent"] == len(self.sent())
        assert found["sent_uncertified"] == 0
        handled, silent = found["handled"], found["silent"]
        assert handled["hits"] <= silent["hits"] <= handled["of"]
        assert handled["hits"] < silent["hits"] or self.plot is SMALL  # some wrote elsewhere
        self.tell(
            f"handled without a person {handled['hits']} of {handled['of']} conversations that are "
            f"seven days old; as vendors count, {silent['hits']}"
        )

    # --- a day ----------------------------------------------------------------------------------

    def morning(self) -> list[ConversationRecord]:
        """Customers write at nine; a few minutes later Sidenote has done what it does."""
        self.team.until(9)
        asked = []
        for _ in range(self.plot.a_day):
            asked.append(self.team.ask())
            self.team.clock.advance(timedelta(minutes=1))
        self.team.work(timedelta(minutes=2))
        self.team.work()
        return asked

    def evening(self) -> None:
        """Two looks later the daemon knows what teammates did today."""
        for _ in range(3):
            self.team.work(A_ROUND)
        self.team.until(18)

    def review(self, drafts: Sequence[DraftRecord]) -> None:
        """Most go out as they are, one in ten with a word added, some are thrown away."""
        for draft in drafts:
            self.drafted += 1
            if self.drafted in self.plot.thrown_away:
                self.team.throw_away(draft)
            elif self.drafted % 10 == 0:
                self.team.send(draft, f"{THANKS}\n\n{draft.body}")
            else:
                self.team.send(draft)

    def goes_wrong(self, conversation: ConversationRecord, number: int) -> None:
        """Every third is corrected by a teammate; the other customers write back themselves."""
        if number % 3 == 0:
            self.team.sandbox.teammate_says(conversation.id, CORRECTION)
        else:
            self.team.sandbox.customer_says(conversation.id, COMPLAINTS[number % 3])

    # --- what is known --------------------------------------------------------------------------

    def tell(self, words: str) -> None:
        self.say(self.team.day, words)

    def certify(self) -> dict[str, Any]:
        """What `sidenote certify` says of the topic by e-mail."""
        (found,) = self.team.read("certify", TOPIC)
        told: dict[str, Any] = found
        return told

    def event(self) -> str:
        """The newest event of a certificate, as the record has it."""
        return str(self.team.record("certificate")[-1]["event"])

    def level_change(self) -> tuple[str, str, str]:
        """The newest change of the topic's level, as the record has it; the page must agree."""
        row = self.team.record("level.changed")[-1]
        assert row["topic"] == TOPIC
        assert f"{row['from']} → {row['to']} · {row['by']}" in self.team.page(PAGE)
        return str(row["from"]), str(row["to"]), str(row["by"])

    def sent(self) -> list[Proposed]:
        """Replies that went out by themselves, oldest first."""
        rows = self.team.app.store.proposals(topic=TOPIC)
        return [row for row in rows if row.sent_at is not None]

    def address(self, conversation: ConversationRecord) -> str:
        """Where the conversation's customer writes from."""
        customer = self.team.sandbox.world.customers[conversation.customer_id]
        return str(customer.emails[0]["email"])

    def is_covered(self, run: Run) -> bool:
        """Whether the certificate holds for its score."""
        row = self.team.app.store.proposed(run.id)
        return row is not None and row.score >= self.certificate["threshold"]

    def suggestion(self, conversation: ConversationRecord) -> str:
        """What the note suggests to say."""
        del conversation
        topic = self.team.app.policy.topic(TOPIC)
        assert topic is not None
        return topic.answers["en"]


@contextmanager
def beginning(folder: Path, plot: Plot, say: Say) -> Iterator[Story]:
    """A story whose team is at its first morning, in that empty folder."""
    init_policy(folder)
    place = folder / "policy.toml"
    text = place.read_text("utf-8")
    for name, value in (("error_limit", plot.error_limit), ("confidence", plot.confidence)):
        text, found = re.subn(rf"(?m)^{name} = .*$", f"{name} = {value}", text)
        assert found == 1, name
    place.write_text(text, "utf-8")
    with a_team(folder, START) as team:
        yield Story(team, plot, say)
