"""The rules, as a table: what may raise and what lowers how far the agent goes.

Each test looks at facts only and returns its evidence in a few words, or None when it does not
apply. Ids are never renamed, only retired. What the levels mean: `core/policy.py`.
"""

from collections.abc import Callable
from datetime import timedelta
from functools import lru_cache, partial

from agent.core import automatic
from agent.core.asks import ASKS_FOR_A_PERSON, READS_LIKE_INSTRUCTIONS, questions
from agent.core.conversation import AuthorKind, Direction, Message, Status
from agent.core.danger import WORDS, Danger
from agent.core.phrases import Phrases, fold
from agent.core.policy import Autonomy, Facts, Kind, Rule
from agent.core.situation import (
    burst,
    from_customer,
    is_spoken_by_team,
    matched_topic,
    turn_message,
)
from agent.core.team_policy import Level

Test = Callable[[Facts], str | None]

TEAMMATE_ACTIVE = timedelta(minutes=30)  # a teammate who wrote so recently is still on it
_MAX_NAME = 40  # characters of a file name that evidence may show


def no_customer_message(facts: Facts) -> str | None:
    """There is nothing to handle."""
    return "no customer message" if turn_message(facts) is None else None


def our_own_message(facts: Facts) -> str | None:
    """The turn is a message from the team."""
    message = turn_message(facts)
    return "sent by the team" if message and message.direction is Direction.OUT else None


def spam(facts: Facts) -> str | None:
    """Kustomer says so."""
    return "marked as spam" if facts.conversation.spam else None


def deleted(facts: Facts) -> str | None:
    """Nobody will read a note on it."""
    return "conversation was deleted" if facts.conversation.deleted else None


def merged(facts: Facts) -> str | None:
    """It goes on in another conversation."""
    return "merged into another conversation" if facts.conversation.merged_into else None


def nothing_new(facts: Facts) -> str | None:
    """Our last note says it all: another one would be noise."""
    return "no new ask or fact since the last note" if facts.nothing_new else None


def paused(facts: Facts) -> str | None:
    """Somebody stopped everything."""
    return facts.paused or None


def bounce(facts: Facts) -> str | None:
    """Everything the customer said since the team spoke is a bounce."""
    return _all_of_burst(facts, automatic.bounce)


def bulk(facts: Facts) -> str | None:
    """Everything since the team spoke is mail to many."""
    return _all_of_burst(facts, automatic.bulk)


def auto_submitted(facts: Facts) -> str | None:
    """Everything since the team spoke was written by a machine.

    A no-reply sender counts until a teammate has answered: behind some web forms is a person.
    """
    answered = any(_is_by_teammate(m) for m in facts.messages)

    def by_machine(message: Message) -> str | None:
        no_reply = None if answered else automatic.no_reply(message)
        return automatic.auto_submitted(message) or no_reply

    return _all_of_burst(facts, by_machine)


def empty_message(facts: Facts) -> str | None:
    """The customer never said anything that can be summarised."""
    said = any(m.text.strip() or m.attachments for m in from_customer(facts))
    return None if said or no_customer_message(facts) else "no text and no attachment"


def too_short_to_note(facts: Facts) -> str | None:
    """A note would be noise: both thresholds are missed, and no topic or danger says otherwise."""
    note = facts.policy.note
    count, characters = len(facts.messages), sum(len(m.text) for m in facts.messages)
    if count >= note.min_messages or characters >= note.min_characters:
        return None
    if matched_topic(facts) or is_dangerous(facts):
        return None
    return f"{count} messages, {characters} characters"


def is_dangerous(facts: Facts) -> bool:
    """A danger rule applies, the team's own words among them. Makes a short conversation due."""
    return any(test(facts) for test in (*_DANGER_TESTS.values(), person_word))


def closed(facts: Facts) -> str | None:
    """A teammate called it done."""
    return "conversation is done" if facts.conversation.status is Status.DONE else None


def snoozed(facts: Facts) -> str | None:
    """A teammate put it off."""
    return "conversation is snoozed" if facts.conversation.status is Status.SNOOZED else None


def status_unknown(facts: Facts) -> str | None:
    """A status that this version does not know."""
    return "status is not known" if facts.conversation.status is Status.UNKNOWN else None


def locked(facts: Facts) -> str | None:
    """Nobody may reply."""
    return "conversation is locked" if facts.conversation.locked else None


def ended(facts: Facts) -> str | None:
    """The chat session is over; the customer may not see a reply."""
    return "conversation has ended" if facts.conversation.ended else None


def team_spoke_last(facts: Facts) -> str | None:
    """The team has answered already."""
    spoken = (m for m in facts.messages if m.direction is Direction.IN or is_spoken_by_team(m))
    directions = [m.direction for m in spoken]
    return "last message is the team's" if directions[-1:] == [Direction.OUT] else None


def teammate_active(facts: Facts) -> str | None:
    """A teammate is writing with the customer right now."""
    recent = facts.now - TEAMMATE_ACTIVE
    active = any(_is_by_teammate(m) and m.sent_at > recent for m in facts.messages)
    minutes = TEAMMATE_ACTIVE // timedelta(minutes=1)
    return f"a teammate wrote within {minutes} minutes" if active else None


def asks_for_a_person(facts: Facts) -> str | None:
    """The customer wants to be answered by a person."""
    return _first_words(burst(facts), ASKS_FOR_A_PERSON)


def person_word(facts: Facts) -> str | None:
    """One of the team's own words that always go to a person."""
    return _first_words(from_customer(facts), _team_phrases(facts.policy.person_words))


def several_questions(facts: Facts) -> str | None:
    """One approved answer cannot answer several questions."""
    asked = sum(questions(m.text) for m in burst(facts))
    return f"{asked} questions" if asked > 1 else None


def attachment_unread(facts: Facts) -> str | None:
    """The customer sent a file, which nobody here reads."""
    files = [a.name for m in burst(facts) for a in m.attachments]
    if not files:
        return None
    name = f'"{files[0][:_MAX_NAME]}"' if files[0] else "an attachment"
    more = len(files) - 1
    return f"{name} and {more} more were not read" if more else f"{name} was not read"


def message_cut(facts: Facts) -> str | None:
    """A message may go on beyond what we were given."""
    return "a message may be cut off" if any(m.may_be_cut for m in burst(facts)) else None


def backlog(facts: Facts) -> str | None:
    """The message is older than our first start: somebody may have dealt with it elsewhere."""
    message = turn_message(facts)
    if message is None or facts.watermark is None or message.sent_at >= facts.watermark:
        return None
    return "older than the first start"


def stale(facts: Facts) -> str | None:
    """The customer waited so long that an answer may no longer fit."""
    message = turn_message(facts)
    if message is None or facts.now - message.sent_at <= facts.policy.stale_after:
        return None
    minutes = (facts.now - message.sent_at) // timedelta(minutes=1)
    return f"waited {minutes // 60} h {minutes % 60} min"


def reads_like_instructions(facts: Facts) -> str | None:
    """Words that try to tell a model what to do."""
    return _first_words(from_customer(facts), READS_LIKE_INSTRUCTIONS)


def maybe_automatic(facts: Facts) -> str | None:
    """A machine may have written it."""
    message = turn_message(facts)
    return automatic.maybe_automatic(message) if message else None


def model_stood_in(facts: Facts) -> str | None:
    """The configured model failed, so its judgement of the topic is missing."""
    return facts.proposal.stood_in or None


def topic_unclear(facts: Facts) -> str | None:
    """The nearest topic is not far enough ahead of the next one."""
    guess, wanted = facts.proposal.topic, facts.policy.min_margin
    if guess.name is None or guess.margin >= wanted:
        return None
    return f"margin {guess.margin:.2f}, under {wanted:.2f}"


def sending_is_off(facts: Facts) -> str | None:
    """Nothing is staged or sent in this version, whatever a topic's level says."""
    topic = matched_topic(facts)
    if topic is None or topic.level not in (Level.DRAFT, Level.SEND):
        return None
    return "this version writes notes only"


def no_answer_in_language(facts: Facts) -> str | None:
    """There is an approved answer, but none in the customer's language."""
    topic = matched_topic(facts)
    if topic is None or facts.proposal.language in topic.answers:
        return None
    return f"no approved answer in {facts.proposal.language or 'an unknown language'}"


def routine_topic_draft(facts: Facts) -> str | None:
    """The topic has climbed to drafts."""
    return _routine(facts, Level.DRAFT)


def routine_topic_send(facts: Facts) -> str | None:
    """The topic has climbed to sending."""
    return _routine(facts, Level.SEND)


def _routine(facts: Facts, level: Level) -> str | None:
    topic, message = matched_topic(facts), turn_message(facts)
    if topic is None or message is None or topic.level is not level or not topic.answers:
        return None
    if topic.channels and message.channel not in topic.channels:
        return None
    return f"{topic.name} is at {level}"


def _all_of_burst(facts: Facts, test: Callable[[Message], str | None]) -> str | None:
    """The turn's evidence, when every message of the burst has some.

    A person's question followed by the same mailbox's absence note is still a question. Once our
    note stands, only the turn's own message can be news.
    """
    message = turn_message(facts)
    if message is None:
        return None
    others = () if facts.already_noted else burst(facts)
    return test(message) if all(test(m) for m in others) else None


def _is_by_teammate(message: Message) -> bool:
    by_person = message.author.kind is AuthorKind.TEAMMATE and not message.auto
    return by_person and message.direction is Direction.OUT


def _first_words(messages: tuple[Message, ...], phrases: Phrases) -> str | None:
    found = next((words for m in messages if (words := phrases.find(fold(m.text)))), None)
    return f'"{found}"' if found else None


def _danger(kind: Danger, facts: Facts) -> str | None:
    return _first_words(from_customer(facts), WORDS[kind])


@lru_cache(maxsize=8)
def _team_phrases(words: tuple[str, ...]) -> Phrases:
    return Phrases(words)


_DANGER_TESTS: dict[Danger, Test] = {kind: partial(_danger, kind) for kind in Danger}

_NOTHING: dict[str, Test] = {
    "no-customer-message": no_customer_message,
    "our-own-message": our_own_message,
    "spam": spam,
    "deleted": deleted,
    "merged": merged,
    "paused": paused,
    "bounce": bounce,
    "bulk": bulk,
    "auto-submitted": auto_submitted,
    "empty-message": empty_message,
    "too-short-to-note": too_short_to_note,
    "nothing-new": nothing_new,
}
_NOTE: dict[str, Test] = {
    "closed": closed,
    "snoozed": snoozed,
    "status-unknown": status_unknown,
    "locked": locked,
    "ended": ended,
    "team-spoke-last": team_spoke_last,
    "teammate-active": teammate_active,
    "asks-for-a-person": asks_for_a_person,
    **{str(kind): test for kind, test in _DANGER_TESTS.items()},
    "person-word": person_word,
    "several-questions": several_questions,
    "attachment-unread": attachment_unread,
    "message-cut": message_cut,
    "backlog": backlog,
    "stale": stale,
    "reads-like-instructions": reads_like_instructions,
    "maybe-automatic": maybe_automatic,
    "model-stood-in": model_stood_in,
    "topic-unclear": topic_unclear,
    "sending-is-off": sending_is_off,
}

# Where one of these applies, the note asks for a person and suggests no reply.
FOR_A_PERSON = frozenset({"asks-for-a-person", "person-word", *(str(kind) for kind in Danger)})

# Where one of these applies, no reply is suggested: it would answer half, nobody, or too late.
NO_REPLY_FITS = FOR_A_PERSON | {
    "team-spoke-last",
    "several-questions",
    "reads-like-instructions",
    "maybe-automatic",
}

RULES: tuple[Rule, ...] = (
    *(Rule(name, Kind.LIMIT, Autonomy.NOTHING, test) for name, test in _NOTHING.items()),
    *(Rule(name, Kind.LIMIT, Autonomy.NOTE, test) for name, test in _NOTE.items()),
    Rule("no-answer-in-language", Kind.LIMIT, Autonomy.DRAFT, no_answer_in_language),
    Rule("routine-topic-draft", Kind.GRANT, Autonomy.DRAFT, routine_topic_draft),
    Rule("routine-topic-send", Kind.GRANT, Autonomy.SEND, routine_topic_send),
)
