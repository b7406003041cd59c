"""Which proposals get a score, and what raises and lowers it."""

from dataclasses import replace

import pytest

from agent.adapters.model.offline import OfflineEngine
from agent.core.nearest_topic import index_for
from agent.core.proposal import Proposal, SlotGuess, TopicGuess
from agent.core.score import NOT_FOUND, QUOTED_ONLY, SAYS_LITTLE, Score
from agent.core.scoring import with_score
from agent.core.team_policy import Level, Slot, SlotKind, TeamPolicy, Topic
from agent.plain import from_plain, to_plain
from tests.core.said import transcript

STATUS = Topic(
    name="order-status",
    description="Where an order is and when it arrives",
    examples=(
        "Where is my parcel?",
        "When will my order be delivered?",
        "Wo bleibt meine Bestellung?",
        "Wann kommt mein Paket an?",
    ),
    answers={"en": "It is on its way.", "de": "Es ist unterwegs."},
)
HOURS = Topic(
    name="opening-hours",
    description="When the shop is open",
    examples=("Are you open on Sunday?", "What are your opening hours?"),
    answers={"en": "From nine to five."},
)
POLICY = TeamPolicy(topics=(STATUS, HOURS))
NUMBER = Slot(name="number", source="message", kind=SlotKind.ORDER_NUMBER)
COLOUR = Slot(name="colour", source="message")


def scored(
    *lines: str, topic: Topic = STATUS, language: str = "en", slots: tuple[SlotGuess, ...] = ()
) -> Score | None:
    """The score of a proposal that names that topic."""
    proposal = Proposal(
        statements=(),
        engine="some-model",
        topic=TopicGuess(name=topic.name, margin=1.0),
        language=language,
        slots=slots,
    )
    policy = replace(POLICY, topics=(topic, *(t for t in POLICY.topics if t.name != topic.name)))
    return with_score(proposal, transcript(*lines), policy).score


def value(*lines: str, topic: Topic = STATUS, language: str = "en") -> float:
    score = scored(*lines, topic=topic, language=language)
    assert score is not None
    return score.value


def part(score: Score | None, name: str) -> tuple[float, str]:
    assert score is not None
    return next((found.value, found.words) for found in score.parts if found.name == name)


def asking(answer: str, slot: Slot) -> Topic:
    return replace(STATUS, answers={"en": answer}, slots=(slot,))


# --- whether there is one ---------------------------------------------------------------------


def test_no_topic_has_no_score() -> None:
    proposal = Proposal(statements=(), engine="offline")

    assert with_score(proposal, transcript("in: Where is my parcel?"), POLICY).score is None


def test_a_topic_that_is_not_in_the_policy_has_no_score() -> None:
    assert scored("in: Where is my parcel?", topic=STATUS) is not None
    unknown = Proposal(statements=(), engine="m", topic=TopicGuess(name="refund", margin=1.0))

    assert with_score(unknown, transcript("in: Where is my parcel?"), POLICY).score is None


def test_a_language_without_an_approved_answer_has_no_score() -> None:
    assert scored("in: Où est mon colis ?", language="fr") is None


def test_an_unclear_language_is_taken_for_the_teams_and_counts_less() -> None:
    clear, unclear = value("in: Where is my parcel?"), value("in: Where is my parcel?", language="")

    assert 0 < unclear < clear


def test_a_score_that_an_engine_brings_is_not_believed() -> None:
    proposal = Proposal(statements=(), engine="m", score=Score(value=1.0, familiarity=1.0))

    assert with_score(proposal, transcript("in: Hello there"), POLICY).score is None


# --- topic and examples -----------------------------------------------------------------------


def test_an_example_word_for_word_scores_high() -> None:
    assert value("in: Where is my parcel?") > 0.9


def test_a_like_question_of_another_language_scores_by_that_languages_examples() -> None:
    assert value("in: Wo bleibt denn mein Paket?", language="de") > 0.5


def test_what_resembles_no_example_scores_low_whatever_the_model_says() -> None:
    score = scored("in: Please make the invoice out to our company instead.")

    assert score is not None
    assert score.value < 0.3
    assert score.familiarity < 0.3


def test_a_topic_that_the_examples_contradict_scores_next_to_nothing() -> None:
    assert value("in: Are you open on Sunday?", topic=STATUS) < 0.1


def test_a_yes_to_the_team_says_nothing_of_a_topic() -> None:
    said = ("in: Where is my parcel?", "out: Do you want a refund?", "in: Yes.")

    assert value(*said) < 0.1


def test_what_says_little_is_scored_by_the_first_request_and_a_little_lower() -> None:
    score = scored("in: Where is my parcel?", "out: We will look.", "in: Any news?")

    assert part(score, "length")[0] == SAYS_LITTLE
    assert part(score, "like its examples")[0] == 1.0


def test_the_sentence_that_asks_counts_in_a_longer_message() -> None:
    around = "in: I bought a kettle for my aunt, who is ninety. Where is my parcel? She waits."

    assert value(around) > 0.8


def test_an_example_more_counts_at_once_though_the_version_says_nothing_of_it() -> None:
    said = "in: Has the courier been sighted?"
    taught = replace(STATUS, examples=(*STATUS.examples, "Has the courier been sighted?"))

    assert value(said) < 0.3
    assert value(said, topic=taught) > 0.9


def test_the_index_is_made_once_whatever_the_levels() -> None:
    lowered = tuple(replace(topic, level=Level.OFF) for topic in POLICY.topics)

    assert index_for(POLICY.topics) is index_for(lowered)


# --- slots ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Where is my parcel 40-2291?", (1.0, "number found once")),
        ("Where is my parcel 40-2291? I repeat: 40-2291.", (1.0, "number found once")),
        ("Where are my parcels 40-2291 and 40-2292?", (NOT_FOUND, "number found 2 times")),
        ("Where is my parcel?", (NOT_FOUND, "number found 0 times")),
    ],
)
def test_a_slot_is_sure_where_code_finds_one_candidate(text: str, found: tuple[float, str]) -> None:
    topic = asking("Parcel {{number}} is on its way.", NUMBER)

    assert part(scored(f"in: {text}", topic=topic), "slots") == found


def test_only_what_the_customer_wrote_last_fills_a_slot() -> None:
    topic = asking("Parcel {{number}} is on its way.", NUMBER)
    said = ("in: It is 40-2291.", "out: Thank you.", "in: Where is my parcel 40-2292?")

    assert part(scored(*said, topic=topic), "slots") == (1.0, "number found once")


def test_a_slot_that_a_model_alone_found_is_less_sure() -> None:
    topic = asking("The {{colour}} one is on its way.", COLOUR)
    quote = SlotGuess(name="colour", quote="dark blue", message_id="1")

    found = part(scored("in: Where is my dark blue parcel?", topic=topic, slots=(quote,)), "slots")

    assert found == (QUOTED_ONLY, "colour quoted by the model only")


def test_words_that_the_customer_did_not_write_fill_nothing() -> None:
    topic = asking("The {{colour}} one is on its way.", COLOUR)
    quote = SlotGuess(name="colour", quote="red", message_id="1")

    found = part(scored("in: Where is my dark blue parcel?", topic=topic, slots=(quote,)), "slots")

    assert found == (NOT_FOUND, "colour found 0 times")


def test_the_least_sure_slot_counts() -> None:
    topic = replace(STATUS, answers={"en": "{{number}} and {{colour}}."}, slots=(NUMBER, COLOUR))
    quote = SlotGuess(name="colour", quote="dark blue", message_id="1")
    said = "in: Where is my dark blue parcel 40-2291?"

    assert part(scored(said, topic=topic, slots=(quote,)), "slots")[0] == QUOTED_ONLY


def test_a_slot_that_the_answer_does_not_name_lowers_nothing() -> None:
    topic = asking("It is on its way.", NUMBER)

    assert part(scored("in: Where is my parcel?", topic=topic), "slots") == (1.0, "none needed")


def test_a_slot_that_a_record_fills_is_sure() -> None:
    topic = asking("It is on its way, {{name}}.", Slot(name="name", source="customer.name"))

    assert part(scored("in: Where is my parcel?", topic=topic), "slots") == (
        1.0,
        "filled from records",
    )


# --- kept -------------------------------------------------------------------------------------


def test_the_score_is_kept_with_the_proposal() -> None:
    said = transcript("in: Where is my parcel?")
    proposal = with_score(OfflineEngine().propose(said, POLICY), said, POLICY)

    assert proposal.score is not None
    assert from_plain(Proposal, to_plain(proposal)) == proposal


def test_a_proposal_from_before_there_were_scores_can_still_be_read() -> None:
    plain = to_plain(Proposal(statements=(), engine="offline"))
    del plain["score"]

    assert from_plain(Proposal, plain).score is None
