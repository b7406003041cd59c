"""Rules on what the customer wrote: what needs a person, and what one answer cannot cover."""

from collections.abc import Callable
from functools import lru_cache, partial

from agent.core.asks import ASKS_FOR_A_PERSON, READS_LIKE_INSTRUCTIONS, SAYS_NO, questions
from agent.core.conversation import Message
from agent.core.danger import WORDS, Danger
from agent.core.phrases import Phrases, fold
from agent.core.policy import Facts
from agent.core.situation import Test, burst, from_customer, matched_topic

_MAX_NAME = 40  # characters of a file name that evidence may show


def asks_for_a_person(facts: Facts) -> str | None:
    """The customer wants to be answered by a person."""
    return _first_words(burst(facts), ASKS_FOR_A_PERSON)


def person_word(facts: Facts) -> str | None:
    """One of the team's own words that always go to a person."""
    return _first_words(from_customer(facts), _team_phrases(facts.policy.person_words))


def person_subject(facts: Facts) -> str | None:
    """One of the team's own words, in a subject."""
    phrases = _team_phrases(facts.policy.person_subjects)
    return _first_words(from_customer(facts), phrases, where=lambda message: message.subject)


def several_questions(facts: Facts) -> str | None:
    """One approved answer cannot answer several questions."""
    asked = sum(questions(m.text) for m in burst(facts))
    return f"{asked} questions" if asked > 1 else None


def says_no(facts: Facts) -> str | None:
    """Something is not wanted; it may be the very thing that the answer is about."""
    return _first_words(burst(facts), SAYS_NO) if matched_topic(facts) else None


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


def reads_like_instructions(facts: Facts) -> str | None:
    """Words that try to tell a model what to do."""
    return _first_words(from_customer(facts), READS_LIKE_INSTRUCTIONS)


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
    return any(test(facts) for test in (*DANGER_TESTS.values(), person_word, person_subject))


def _first_words(
    messages: tuple[Message, ...],
    phrases: Phrases,
    *,
    where: Callable[[Message], str] = lambda message: message.text,
) -> str | None:
    found = next((words for m in messages if (words := phrases.find(fold(where(m))))), None)
    return f'"{found}"' if found else None


def _danger(kind: Danger, facts: Facts) -> str | None:
    return _first_words(from_customer(facts), WORDS[kind])


@lru_cache(maxsize=8)
def _team_phrases(words: tuple[str, ...]) -> Phrases:
    return Phrases(words)


DANGER_TESTS: dict[Danger, Test] = {kind: partial(_danger, kind) for kind in Danger}
