"""The figures are what they say they are, on cases small enough to count by hand."""

import pytest

from agent.adapters.model.offline import OfflineEngine
from agent.core.proposal import Proposal, Section, Statement
from agent.core.team_policy import TeamPolicy
from agent.core.transcript import Transcript
from agent.evaluation.data import DataSet, Purpose
from agent.evaluation.mail import mail_section
from agent.evaluation.masking import by_patterns, measure
from agent.evaluation.notes import people, score
from agent.evaluation.own_words import stripping_section
from agent.evaluation.rouge import Rouge, rouge
from agent.evaluation.talks import own_talks, place_of, talks_of
from agent.evaluation.tokens import cost_of
from agent.evaluation.topics import (
    Guess,
    Scores,
    auroc,
    by_cosine,
    by_policy,
    questions_of,
    scores,
)
from agent.evaluation.watch import TimeIsUp, Watch
from agent.evaluation.ways import Pick, by_engine, by_lead, by_length
from tests.evaluation.rows import (
    KETTLE,
    SORRY,
    conversation,
    cut,
    mail,
    personal,
    question,
    summarised,
)

TALK = talks_of([summarised()])[0]
WATCH = Watch()


class Quoting:
    """A model that writes its own words and quotes the customer's."""

    name = "quoting-1"

    def propose(self, transcript: Transcript, policy: TeamPolicy) -> Proposal:
        statement = Statement(
            section=Section.REQUEST,
            text="Wants lid number 7",
            message_ids=("0",),
            quotes=("Can you send a new lid?",),
        )
        return Proposal(statements=(statement,), engine=self.name)


# --- notes ----------------------------------------------------------------------------------------


def test_the_same_text_shares_all_and_another_nothing() -> None:
    assert rouge("A new lid.", ["a new LID"]) == Rouge(1, 1, 1)
    assert rouge("A new lid.", ["the old kettle"]) == Rouge(0, 0, 0)


def test_rouge_counts_words_pairs_and_order() -> None:
    # 3 of 4 words, 1 of 3 pairs ("c d"), longest common run with gaps: "a c d".
    assert rouge("a b c d", ["a x c d"]) == Rouge(0.75, 1 / 3, 0.75)
    assert rouge("d c b a", ["a b c d"]) == Rouge(1, 0, 0.25)


def test_rouge_is_the_mean_over_what_people_wrote() -> None:
    assert rouge("a b", ["a b", "c d"]).one == 0.5


def test_picks_are_scored_against_all_people() -> None:
    found = score([TALK], lambda talk: Pick(frozenset({(0, 0), (0, 1)}), "My kettle leaks."))

    assert found.picked_by_anyone == 0.5  # (0, 1) nobody picked
    assert found.unanimous_covered == 0.5  # (1, 1) is missing
    assert found.sentence_f1 == pytest.approx((0.5 + 0.4 + 0.5) / 3)
    assert found.words == 3


def test_a_number_that_nobody_wrote_is_counted() -> None:
    assert (
        score([TALK], lambda t: Pick(frozenset(), "Order 40-2291.")).numbers_not_in_conversation
        == 0
    )
    assert (
        score([TALK], lambda t: Pick(frozenset(), "Order 40-2292.")).numbers_not_in_conversation
        == 1
    )


def test_people_are_scored_against_each_other() -> None:
    assert people([TALK]).picked_by_anyone == pytest.approx((1 + 2 / 3 + 1) / 3)


def test_a_conversation_that_two_people_summarised_does_not_count() -> None:
    assert talks_of([summarised(extractive=[[[0, 0]], [[0, 0]]])]) == ()


def test_the_offline_engine_is_found_again_in_the_datas_sentences() -> None:
    made = by_engine(OfflineEngine())(TALK)

    assert {TALK.sentence(place) for place in made.places} <= {*KETTLE, *SORRY}
    assert sum(len(TALK.sentence(place).split()) for place in made.places) == made.words > 0


def test_a_model_is_found_by_its_quotes() -> None:
    made = by_engine(Quoting())(TALK)

    assert made == Pick(frozenset({(0, 2)}), "Wants lid number 7")


def test_words_that_are_nowhere_have_no_place() -> None:
    assert place_of(TALK, 0, "It is order 40-2291.") == (0, 1)
    assert place_of(TALK, 0, "It is blue.") is None


def test_simple_ways_take_the_first_and_the_longest() -> None:
    assert by_lead(TALK).places == {(0, 0), (0, 1), (0, 2)}
    assert (0, 2) in by_length(TALK).places


def test_own_conversations_have_sentences_and_perhaps_a_summary() -> None:
    plain, noted = own_talks([conversation(), conversation(summary="A new lid.")])

    assert plain.sentences[0] == (
        "My kettle leaks.",
        "It is order 40-2291.",
        "Can you send a new lid?",
    )
    assert (plain.written, noted.written) == ((), ("A new lid.",))
    found = score([noted], by_engine(OfflineEngine()))
    assert (found.sentence_f1, found.picked_by_anyone) == (None, None)
    assert found.rouge_1 is not None


# --- topics ---------------------------------------------------------------------------------------

ASKED = DataSet(
    "shop",
    Purpose.TOPICS,
    (
        question("where is my parcel", "status", part="train"),
        question("when does my order arrive", "status", part="train"),
        question("I want my money back", "refund", part="train"),
        question("please refund me", "refund", part="train"),
        question("my parcel, where is it?", "status", part="test"),
        question("purple elephants sing", "oos", part="test"),
    ),
)


def test_examples_and_questions_are_kept_apart() -> None:
    (found,) = questions_of(ASKED)

    assert {topic.name: len(topic.examples) for topic in found.topics} == {"status": 2, "refund": 2}
    assert [topic for _, topic in found.asked] == ["status", None]
    assert found.out_of_scope == 0.5


def test_a_set_without_questions_is_none() -> None:
    assert questions_of(DataSet("x", Purpose.TOPICS, ASKED.rows[:4])) == ()


def test_each_bot_is_a_set_of_its_own() -> None:
    rows = tuple({**row, "bot": bot} for bot in ("a", "b") for row in ASKED.rows)

    found = questions_of(DataSet("bots", Purpose.TOPICS, rows))

    assert [one.name for one in found] == ["bots/a", "bots/b"]


@pytest.mark.parametrize("guesser", [by_policy, by_cosine])
def test_what_is_near_is_named_and_what_is_not_is_left(guesser: object) -> None:
    (found,) = questions_of(ASKED)
    guess = by_policy(found.topics) if guesser is by_policy else by_cosine(found.topics)

    assert guess("my parcel, where is it?").topic == "status"
    assert guess("purple elephants sing").margin < 0.1


def test_scores_at_the_threshold() -> None:
    guesses = {
        "right": Guess("a", 0.2),  # just at it
        "doubtful": Guess("a", 0.1),
        "wrong": Guess("b", 0.9),
        "far": Guess("a", 0.1),
        "near": Guess("a", 0.3),
    }
    asked = [("right", "a"), ("doubtful", "a"), ("wrong", "a"), ("far", None), ("near", None)]

    found = scores(asked, guesses.__getitem__, threshold=0.2, clear=0.9)

    assert found == Scores(
        in_scope_accuracy=2 / 3,
        out_of_scope_auroc=3.5 / 6,
        out_of_scope_recall=0.5,
        in_scope_found=1 / 3,
        answered_right=1 / 3,
        sent_right=0,
        asked=5,
    )


def test_auroc_is_one_for_a_clean_cut_and_half_for_chance() -> None:
    assert auroc([0.9, 0.8], [0.1, 0.2]) == 1
    assert auroc([0.5], [0.5]) == 0.5
    assert auroc([0.1], [0.9]) == 0
    assert auroc([0.1], []) is None


# --- masking, mail, own words, tokens -------------------------------------------------------------


def test_a_span_counts_from_nine_tenths_of_its_characters_on() -> None:
    row = personal("write to mara@home.example please", "mara@home.example", "EMAIL_ADDRESS")
    start, end = row["spans"][0]["start"], row["spans"][0]["end"]

    assert measure([row], lambda text: [(start, end - 1)]).pooled == 1
    assert measure([row], lambda text: [(start, end - 2)]).pooled == 0


def test_what_is_covered_without_need_lowers_precision() -> None:
    row = personal("I am Mara", "Mara", "PERSON")

    assert measure([row], lambda text: [(0, 9)]).precision == pytest.approx(4 / 9)
    assert measure([row], lambda text: []).precision == 1


def test_a_plain_sentence_that_is_touched_is_a_false_alarm() -> None:
    rows = [
        {"text": "Order 1234567890 please", "spans": [], "source": "order_id"},
        {"text": "Hello", "spans": [], "source": "made up"},
    ]
    found = measure(rows, lambda text: [(0, 3)])

    assert (found.false_alarms, found.harmless) == (2, 2)
    assert (found.orders_touched, found.orders) == (1, 1)
    assert by_patterns("Hello") == []


def test_machines_mail_is_counted_with_and_without_headers() -> None:
    rows = [
        mail("auto_reply", body="Hello", headers={"Auto-Submitted": "auto-replied"}),
        mail("human"),
    ]
    figures = {figure.key: figure.value for figure in mail_section(rows, WATCH, data="x").figures}

    assert figures == {
        "recognised_with_headers": 1,
        "recognised_by_text": 0,
        "people_held_with_headers": 0,
        "people_held_by_text": 0,
    }


def test_own_words_are_compared_with_white_space_folded() -> None:
    rows = [cut("Yes,  please.\n\nOn Thu, 7 May 2026 at 16:05, Jo wrote:\n> Well?", "Yes, please.")]
    figures = {f.key: f for f in stripping_section(rows, WATCH, data="x").figures}

    assert figures["exact_match"].value == 1
    assert [one.value for one in figures["exact_match"].beside if one.key == "nothing"] == [0]


def test_what_every_prompt_has_is_fixed_and_the_rest_grows() -> None:
    def render(transcript: Transcript) -> tuple[str, str]:
        lines = "".join(f"{line.text}\n" for line in transcript.lines)
        return "x" * 4000, f"<t>{lines}</t>"

    cost = cost_of(TALK, render)

    assert cost.fixed == 1002  # 4,000 + 7 bytes, four a token
    assert cost.growing == pytest.approx(cost.cleaned, abs=2)
    assert cost.naive > 2 * cost.cleaned
    assert cost.unchanged == pytest.approx(0.99, abs=0.02)


def test_nothing_is_counted_once_the_time_is_up() -> None:
    left = iter([1.0, 1.0, 0.0])
    watch = Watch(seconds_left=lambda: next(left))
    seen: list[int] = []

    with pytest.raises(TimeIsUp):
        seen.extend(watch.each([1, 2, 3]))

    assert seen == [1, 2]


def test_a_model_is_asked_as_long_as_its_share_of_the_time_lasts() -> None:
    left = iter([20.0, 20.0, 14.0, 12.0])
    watch = Watch(seconds_left=lambda: next(left))

    assert list(watch.first([1, 2, 3], seconds=8)) == [1, 2]


def test_a_model_is_asked_about_all_where_there_is_no_hurry() -> None:
    assert list(Watch().first([1, 2, 3], seconds=8)) == [1, 2, 3]
