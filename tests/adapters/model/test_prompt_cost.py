"""What a prompt costs: little beside the messages themselves, and mostly cached already.

A model's server keeps what it computed of a prompt's beginning, and charges little for it the
next time. So the part that never changes stands first, and a message more is added at the end.
Tokens are counted as four characters each, which needs no vocabulary.
"""

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest

from agent.adapters.model.check_words import Secretly
from agent.core.conversation import Conversation, Message
from agent.core.masking.masked import mask_transcript
from agent.core.transcript import Transcript, transcript_of
from agent.policy_file import load_policy
from agent.prompts import summary_prompt
from tests.test_fixtures import ALL, NOW, message

POLICY = load_policy(None)
PROMPT = summary_prompt()
WORDS = Secretly("sk-made-up-key")
EMPTY = Transcript(conversation_id="", subject="", lines=())
WANTED_PREFIX = 0.8
WANTED_COST = 1.2
TALKS = [key for key, one in ALL.items() if len(one["messages"]) > 1]


def said_in(key: str) -> tuple[Message, ...]:
    return tuple(message(ALL[key], n) for n in range(len(ALL[key]["messages"])))


def cleaned(key: str, messages: tuple[Message, ...]) -> Transcript:
    return mask_transcript(transcript_of(Conversation(id=key, updated_at=NOW), messages)).transcript


def parts(transcript: Transcript) -> tuple[str, str]:
    words = WORDS.words(PROMPT.version, transcript)
    return PROMPT.render(transcript, POLICY, first_word=words.first, last_word=words.last)


def shared(before: str, after: str) -> float:
    """How much of what was sent before stands at the beginning of what is sent now, 0..1."""
    same = next(
        (n for n, pair in enumerate(zip(before, after, strict=False)) if len(set(pair)) > 1),
        len(before),
    )
    return same / len(before)


def tokens(text: str) -> float:
    return len(text) / 4


@pytest.mark.parametrize("key", TALKS)
def test_after_one_more_message_most_of_the_prompt_is_an_unchanged_beginning(key: str) -> None:
    messages = said_in(key)
    before = "".join(parts(cleaned(key, messages[:-1])))
    after = "".join(parts(cleaned(key, messages)))

    # What is new is new; of what was sent before, hardly anything is sent again in another form.
    assert shared(before, after) >= WANTED_PREFIX


def test_a_thread_that_outgrows_its_budget_seldom_changes_its_beginning() -> None:
    messages = said_in("thread-of-300-messages") * 4
    prompts = [
        "".join(parts(transcript_of(Conversation(id="c1", updated_at=NOW), longer(messages, n))))
        for n in range(700, 760)
    ]
    shares = [shared(*pair) for pair in pairwise(prompts)]

    assert sum(share >= WANTED_PREFIX for share in shares) >= 0.9 * len(shares)


def longer(messages: tuple[Message, ...], count: int) -> tuple[Message, ...]:
    """The first so many, in the order given."""
    return tuple(
        replace(one, id=f"m{n:04}", sent_at=NOW + timedelta(minutes=n))
        for n, one in enumerate(messages[:count])
    )


def test_all_conversations_together_cost_little_more_than_their_messages() -> None:
    talks = [cleaned(key, said_in(key)) for key in ALL]
    fixed = tokens("".join(parts(EMPTY)))
    texts = sum(tokens(text_of(talk)) for talk in talks)
    asked = sum(tokens("".join(parts(talk))) for talk in talks)

    assert asked <= WANTED_COST * texts + fixed * len(talks)


def text_of(talk: Transcript) -> str:
    """A cleaned transcript with the least that tells who said what, and nothing of when."""
    said = [f"{line.author.kind.value}: {line.text}" for line in talk.lines]
    return "\n".join([talk.subject, *said])


def test_the_instructions_are_the_same_for_every_conversation() -> None:
    assert len({parts(cleaned(key, said_in(key)))[0] for key in ALL}) == 1
