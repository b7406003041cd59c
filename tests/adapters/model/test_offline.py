"""The offline engine: which sentences it picks, in which section, which topic and language."""

import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.adapters.model.language import language_of
from agent.adapters.model.offline import OfflineEngine
from agent.core.extractive import MAX_WORDS
from agent.core.grounding import ground
from agent.core.proposal import Proposal, Section
from agent.core.sentences import fold
from agent.core.summary_features import word_count
from agent.core.team_policy import TeamPolicy, Topic
from tests.core.said import transcript

POLICY = TeamPolicy(
    topics=(
        Topic(
            name="order-status",
            description="Where an order is and when it arrives",
            examples=("Where is my parcel?", "When will my order be delivered?"),
        ),
        Topic(
            name="opening-hours",
            description="When the shop is open",
            examples=("Are you open on Sunday?", "What are your opening hours?"),
        ),
    ),
    version="1",
)


def propose(*lines: str, channel: str = "chat", policy: TeamPolicy = POLICY) -> Proposal:
    return OfflineEngine().propose(transcript(*lines, channel=channel), policy)


def section(proposal: Proposal, name: Section) -> list[str]:
    return [found.text for found in proposal.statements if found.section is name]


KETTLE = (
    "in: Hi there. The lid of the kettle I bought in March does not close any more. I love tea.",
    "out: Sorry to hear that, Mara. Please send us a photo of the lid and your order number.",
    "in: Thanks. Here it is, the order number is 40-2291.",
    "out: Thank you. We have ordered a new lid for you from our supplier in Graz.",
    "in: Great. Will the new lid be here before Friday when I travel?",
)


# --- the summary -------------------------------------------------------------------------------


def test_the_request_is_what_the_customer_came_with() -> None:
    assert section(propose(*KETTLE), Section.REQUEST)[0] == (
        "The lid of the kettle I bought in March does not close any more."
    )


def test_done_is_what_the_team_did() -> None:
    assert section(propose(*KETTLE), Section.DONE) == [
        "Please send us a photo of the lid and your order number.",
        "We have ordered a new lid for you from our supplier in Graz.",
    ]


def test_open_is_what_the_customer_asked_last() -> None:
    assert section(propose(*KETTLE), Section.OPEN) == [
        "Will the new lid be here before Friday when I travel?"
    ]


def test_every_statement_points_at_the_message_it_stands_in() -> None:
    (last,) = (s for s in propose(*KETTLE).statements if s.section is Section.OPEN)

    assert last.message_ids == ("5",)


def test_no_next_step_is_invented() -> None:
    assert section(propose(*KETTLE), Section.NEXT) == []


@pytest.mark.parametrize(
    "last_word",
    [
        "out: Which colour does the kettle have, the red or the blue one?",
        "out: We will get back to you as soon as the new lid has arrived here.",
        "out: Wir melden uns bei Ihnen, sobald der neue Deckel bei uns angekommen ist.",
    ],
)
def test_what_the_team_asked_or_promised_last_is_open(last_word: str) -> None:
    proposal = propose(KETTLE[0], last_word)

    assert section(proposal, Section.OPEN) == [last_word.removeprefix("out: ")]


def test_a_settled_matter_leaves_nothing_open() -> None:
    proposal = propose(
        *KETTLE[:4], "in: The new lid came this morning and it works now, thank you!"
    )

    assert section(proposal, Section.OPEN) == []


@pytest.mark.parametrize(
    "lines",
    [
        ("in: Hallo. Seit gestern schließt der Deckel meines Wasserkochers nicht mehr richtig.",),
        ("in: Bonjour. Depuis hier le couvercle de ma bouilloire ne ferme plus du tout.",),
        ("in: Hola. Desde ayer la tapa de mi hervidor ya no cierra y no sé qué hacer.",),
        ("in: مرحبا. منذ أمس لم يعد غطاء الغلاية الذي اشتريته في مارس يغلق جيدا.",),
        ("in: こんにちは。昨日から電気ケトルのふたが閉まらなくなりました。どうすればいいですか？",),
    ],
)
def test_the_matter_is_found_in_other_languages(lines: tuple[str, ...]) -> None:
    (first, *_) = propose(*lines).statements

    greeting = lines[0].removeprefix("in: ").split("。")[0].split(".")[0]
    assert greeting not in first.text


def test_manners_are_left_out() -> None:
    proposal = propose(
        "in: The lid of my new kettle does not close any more since yesterday morning.",
        "out: We are so very sorry that you had this bad experience with one of our kettles. "
        "Please bring it to the shop in Graz and we will exchange it for a new one.",
    )

    assert [s.text[:6] for s in proposal.statements] == ["The li", "Please"]


def test_news_after_an_apology_are_told_when_there_are_no_others() -> None:
    proposal = propose(
        "in: When will the red lid be back in your shop?",
        "out: Hi Mara! Sorry, the red lid will be out of stock until the end of May.",
    )

    assert [s.text[:5] for s in proposal.statements] == ["When ", "Sorry"]


def test_a_long_opener_leaves_room_for_the_rest() -> None:
    proposal = propose(
        "in: I bought the red kettle of order 40-2291 in your shop in Graz last October. "
        "Since last week the lid of the kettle jumps open whenever the water begins to boil. "
        "My neighbour tried to bend the hinge back with pliers but that changed nothing at all. "
        "The receipt is somewhere in the boxes that we have not unpacked since we moved house.",
        "out: We have put a new lid in the post to you this morning.",
        "in: Does it fit?",
    )

    assert section(proposal, Section.DONE) == [
        "We have put a new lid in the post to you this morning."
    ]
    assert section(proposal, Section.OPEN) == ["Does it fit?"]


# The team says more than a summary holds: what else is told must have a seat of its own.
ROUNDS = (
    "in: Eight of my kettles leak.",
    *(
        line
        for n in "abcdefgh"
        for line in (
            f"in: And kettle {n}?",
            f"out: We have {' '.join(f'{n}word{m}' for m in range(14))}.",
        )
    ),
)


def test_the_last_question_is_told_however_much_was_said_before() -> None:
    proposal = propose(*ROUNDS, "in: Can you mend them?")

    assert section(proposal, Section.OPEN) == ["Can you mend them?"]


@pytest.mark.parametrize(
    ("last", "is_told"),
    [
        ("The address is the same as the last time.", True),
        ("Then take the red one.", False),
        ("Thank you so much for all your help with it.", False),
    ],
)
def test_a_last_word_that_asks_nothing_is_open_when_it_tells_something(
    last: str, *, is_told: bool
) -> None:
    proposal = propose(*ROUNDS, f"in: {last}")

    assert (section(proposal, Section.OPEN) == [last]) is is_told


def test_that_it_works_now_is_told_as_done() -> None:
    solved = "It works now with the lid that you sent."

    assert solved in section(propose(*ROUNDS, f"in: {solved}"), Section.DONE)


def test_one_message_does_not_take_all_the_words() -> None:
    opener = " ".join(f"Kettle {n} {' '.join(f'{n}word{m}' for m in range(12))}." for n in "abcdef")
    answers = [f"out: Lid {n} {' '.join(f'{n}answer{m}' for m in range(12))}." for n in "xy"]

    proposal = propose(f"in: {opener}", *answers)

    assert len(section(proposal, Section.DONE)) == len(answers)


def test_until_the_team_has_written_everything_is_the_request() -> None:
    proposal = propose("in: My new kettle leaks.", "in: Can you please send me another lid?")

    assert {statement.section for statement in proposal.statements} == {Section.REQUEST}


def test_in_a_long_thread_the_newest_counts_more() -> None:
    answer = "out: We have sent the {0} lid to the {0} shop with the {0} post."
    proposal = propose(
        "in: The lid of my kettle leaks.",
        answer.format("first"),
        *(f"in: {n} more" for n in range(60)),
        answer.format("second"),
    )

    assert section(proposal, Section.DONE)[0] == answer.format("second").removeprefix("out: ")


def test_a_script_without_spaces_is_held_to_the_same_length() -> None:
    lines = [f"in: {chr(0x4E00 + n) * 60}。" for n in range(10)]

    assert len(propose(*lines).statements) == MAX_WORDS // 30


def test_what_a_customer_sends_in_a_row_belongs_together() -> None:
    proposal = propose(
        "in: ARE YOU KIDDING ME",
        "in: the box was EMPTY",
        "in: only paper inside",
        "in: when will the real one come?",
    )

    assert section(proposal, Section.REQUEST) == [
        "ARE YOU KIDDING ME",
        "the box was EMPTY",
        "only paper inside",
        "when will the real one come?",
    ]


def test_a_thumbs_up_is_no_statement() -> None:
    assert [s.text for s in propose("out: Your new lid is on its way!", "in: 👍").statements] == [
        "Your new lid is on its way!"
    ]


def test_a_short_chat_is_told_nearly_whole() -> None:
    proposal = propose(
        "in: hi", "in: my kettle leaks", "out: Which one?", "in: the red one of order 7"
    )

    assert [s.text for s in proposal.statements] == [
        "my kettle leaks",
        "the red one of order 7",
    ]


def test_a_request_sent_twice_is_told_once() -> None:
    proposal = propose(
        "in: The lid of my new kettle does not close any more.",
        "in: The lid of my new kettle does not close any more!!",
    )

    assert len(proposal.statements) == 1


def test_two_words_are_better_than_none() -> None:
    assert [s.text for s in propose("in: Refund please").statements] == ["Refund please"]


def test_a_quoted_thread_is_not_summarised() -> None:
    proposal = propose(
        "in: The new lid leaks too.\n\nOn Mon, 2 Mar 2026 at 10:00, Ben wrote:\n"
        "> We have sent you a new lid with the next post from our warehouse in Graz.",
        channel="email",
    )

    assert [s.text for s in proposal.statements] == ["The new lid leaks too."]


def test_nothing_said_gives_nothing() -> None:
    assert propose("in: ").statements == ()


def test_a_summary_takes_65_words_at_most() -> None:
    # Fifteen words of its own for each message, so that none says another again.
    lines = [
        f"{'in' if n % 2 else 'out'}: {' '.join(f'word{n}x{m}' for m in range(15))}."
        for n in range(1, 30)
    ]

    assert sum(word_count(s.text) for s in propose(*lines).statements) == MAX_WORDS // 15 * 15


def test_one_endless_sentence_is_still_told() -> None:
    endless = "my kettle leaks and " * 40

    assert [s.text for s in propose(f"in: {endless}").statements] == [endless.strip()]


def test_beside_an_endless_sentence_the_newest_ask_is_told() -> None:
    endless = "my kettle leaks and " * 40

    proposal = propose(f"in: {endless}", "out: We have sent you a lid.", "in: Where is that lid?")

    assert section(proposal, Section.OPEN) == ["Where is that lid?"]
    assert section(proposal, Section.DONE) == []


@pytest.mark.parametrize(
    "done", ["The new lid was sent to you on Monday.", "Die Rechnung wurde am Montag verschickt."]
)
def test_what_is_done_is_not_open(done: str) -> None:
    assert section(propose(KETTLE[0], f"out: {done}"), Section.DONE) == [done]


words_of_a_chat = st.text(alphabet=st.sampled_from("abcé ?.!\n>@9。ق"), max_size=200)
chats = st.lists(st.tuples(st.sampled_from(["in", "out"]), words_of_a_chat | st.text()), max_size=8)


@given(chats, st.sampled_from(["chat", "email"]))
def test_whatever_was_said_each_statement_is_a_sentence_of_its_message(
    chat: list[tuple[str, str]], channel: str
) -> None:
    lines = [f"{direction}: {text}" for direction, text in chat]
    proposal = propose(*lines, channel=channel)

    by_id = {line.message_id: line.text for line in transcript(*lines, channel=channel).lines}
    assert all(s.text in fold(by_id[i]) for s in proposal.statements for i in s.message_ids)
    words = sum(word_count(statement.text) for statement in proposal.statements)
    assert words <= MAX_WORDS or len(proposal.statements) <= 2
    assert proposal == propose(*lines, channel=channel)
    assert ground(proposal, transcript(*lines, channel=channel)) == proposal


# --- the topic ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("question", "topic"),
    [
        ("When is my parcel going to be delivered?", "order-status"),
        ("when wil my ordr be deliverd", "order-status"),
        ("Are you open on sundays too?", "opening-hours"),
        ("Do you repair bicycles?", None),
        ("", None),
    ],
)
def test_the_topic_is_the_nearest_or_none(question: str, topic: str | None) -> None:
    assert propose(f"in: {question}").topic.name == topic


def test_a_margin_is_nothing_when_no_topic_is_near() -> None:
    assert propose("in: Do you repair bicycles?").topic.margin == 0


def test_a_question_between_two_topics_has_a_small_margin() -> None:
    between = propose("in: When is the shop open and where is my parcel?").topic.margin

    assert 0 <= between < propose("in: Where is my parcel?").topic.margin <= 1


def test_the_sentence_that_asks_is_found_in_a_long_message() -> None:
    proposal = propose(
        "in: I hope you are all well and had a good weekend with your families up in the hills. "
        "We went swimming, and the children found a snail as big as a fist under a wet stone. "
        "It rained all Sunday, so we stayed inside and looked at photographs of our wedding. "
        "Last month I bought a kettle from you for my mother, who lives in another town. "
        "When will my order be delivered? She is looking forward to her tea with some biscuits."
    )

    assert proposal.topic.name == "order-status"


def test_the_newest_question_counts() -> None:
    proposal = propose(
        "in: Where is my parcel?", "out: It comes today.", "in: And are you open on Sunday?"
    )

    assert proposal.topic.name == "opening-hours"


def test_messages_sent_in_a_row_are_one_question() -> None:
    proposal = propose(
        "in: Are you open on Sunday?", "out: Yes.", "in: Where is my parcel?", "in: thanks"
    )

    assert proposal.topic.name == "order-status"


def test_accents_and_capitals_change_nothing() -> None:
    topic = Topic(name="pedido", description="¿Dónde está mi pedido?")
    policy = TeamPolicy(topics=(topic, *POLICY.topics))

    assert propose("in: DONDE ESTA MI PEDIDO", policy=policy).topic == (
        propose("in: ¿Dónde está mi pedido?", policy=policy).topic
    )


def test_a_question_that_is_hardly_near_has_a_small_margin_even_without_a_next_topic() -> None:
    only_topic = TeamPolicy(topics=POLICY.topics[:1])

    far = propose("in: Is there an order of monks who deliver cheese?", policy=only_topic).topic
    near = propose("in: When will my order be delivered?", policy=only_topic).topic

    assert 0 < far.margin < near.margin


def test_any_news_means_the_first_request() -> None:
    proposal = propose("in: Where is my parcel?", "out: On its way.", "in: any news?")

    assert proposal.topic.name == "order-status"


@pytest.mark.parametrize(
    ("answer", "topic"),
    [
        pytest.param("Yes please, when my order is delivered.", None, id="an answer"),
        pytest.param("Yes please. Where is my parcel?", "order-status", id="and a question"),
    ],
)
def test_an_answer_to_the_teams_question_is_no_routine_question(
    answer: str, topic: str | None
) -> None:
    proposal = propose(
        "in: The lid is cracked.", "out: Shall I send you a new one?", f"in: {answer}"
    )

    assert proposal.topic.name == topic


def test_a_policy_without_topics_has_none_to_give() -> None:
    assert propose("in: Where is my parcel?", policy=TeamPolicy()).topic.name is None


def test_a_changed_policy_counts_from_the_next_turn_on() -> None:
    engine = OfflineEngine()
    asked = transcript("in: Where is my parcel?")
    engine.propose(asked, POLICY)

    assert engine.propose(asked, TeamPolicy(version="2")).topic.name is None


# --- the language ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Where is my order? It should have been here last week.", "en"),
        ("Wo bleibt meine Bestellung? Sie sollte letzte Woche kommen.", "de"),
        ("Où est ma commande ? Je l'attends depuis une semaine.", "fr"),
        ("¿Dónde está mi pedido? Lo espero desde hace una semana.", "es"),
        ("أين طلبي؟ أنتظره منذ أسبوع.", "ar"),
        ("Grüezi, wo isch mini Bschtellig blibe?", "de"),  # Swiss German
        ("hey, forgot my password, how do I reset it", "en"),
        ("Deckel kaputt", ""),  # the model wavers between several
        ("WO BLEIBT MEINE BESTELLUNG?", "de"),
        ("ok", ""),
        ("40-2291 https://shop.example/where-is-my-order 😀", ""),
        ("", ""),
    ],
)
def test_the_language_is_told_or_left_open(text: str, language: str) -> None:
    assert language_of(text) == language


def test_the_language_is_the_customers_newest() -> None:
    proposal = propose(
        "in: Wo bleibt meine Bestellung? Sie sollte letzte Woche kommen.",
        "out: It is on its way to you.",
        "in: Sorry, I should have written in English, where is it?",
    )

    assert proposal.language == "en"


def test_no_connection_is_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("a connection was opened")

    monkeypatch.setattr(socket.socket, "connect", refuse)

    assert propose(*KETTLE).language == "en"
