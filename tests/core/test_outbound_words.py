"""What a teammate reads in the note where the gate refuses: which check, and why, in words."""

from dataclasses import replace

import pytest

from agent.core.outbound import Outgoing, Refused, judge
from agent.core.team_policy import Level, Slot, SlotKind
from tests.core.answers import MARA, NAME, objections, outgoing, policy, sources, topic, with_text


def greeting_of_another() -> Outgoing:
    renamed = sources(customer=replace(MARA, name="Ben Ames"))
    return outgoing(topic("Hello {{name}}.", NAME), sources=renamed)


def arabic() -> Outgoing:
    return outgoing(reply={"language": "ar"})


def binding() -> Outgoing:
    told = Slot(name="x", source="conversation.custom.x", kind=SlotKind.TEXT)
    about = topic("We have noted {{x}}.", told)
    return outgoing(about, given=sources(custom=(("x", "full refund"),)))


def internal(text: str, note: str) -> Outgoing:
    return replace(with_text(text), internal=(note,))


@pytest.mark.parametrize(
    ("given", "check", "words"),
    [
        (
            outgoing(policy=policy(topic(level=Level.OFF))),
            "answer-not-approved",
            "the topic is not in the policy any more",
        ),
        (
            outgoing(policy=policy(topic("We are closed."))),
            "answer-not-approved",
            "the answer is not the one that the policy holds",
        ),
        (
            with_text("Other words."),
            "text-differs",
            "the text is not the approved answer with its slots filled",
        ),
        (
            with_text("We are here. And more."),
            "text-differs",
            "something stands beside the approved answer and the disclosure",
        ),
        (
            outgoing(reply={"values": ()}),
            "slot-unverified",
            "the values are not those of the answer's slots",
        ),
        (greeting_of_another(), "slot-unverified", "slot name is not what its source says"),
        (arabic(), "no-disclosure", "there is no disclosure line in ar"),
        (
            outgoing(reply={"language": ""}),
            "no-disclosure",
            "there is no disclosure line in that language",
        ),
        (
            outgoing(reply={"disclosure": "Kind regards"}),
            "no-disclosure",
            "the disclosure line is not there",
        ),
        (
            internal("He is a difficult person.", "He is a difficult person"),
            "internal-text",
            "holds words of an internal text",
        ),
        (
            internal("It is 40-7713.", "Order 40-7713 of Ben"),
            "internal-text",
            "holds a number of an internal text",
        ),
        (binding(), "commitment", "a slot brings in what may bind the team (1 words)"),
        (
            with_text("See https://evil.example/x"),
            "link",
            "a link to a host that the policy does not list",
        ),
        (
            with_text("See https://shop.example/track"),
            "link",
            "a link that the approved answer lacks",
        ),
        (with_text("See https∕∕evil․example"), "link", "a link in disguise"),
        (
            with_text("Write to a@evil.example"),
            "link",
            "an e-mail address that the approved answer lacks",
        ),
        (
            with_text("See http://shop.example/x"),
            "link",
            "a link that is not written plainly as https://host/path",
        ),
        (outgoing(reply={"body": " "}), "bad-text", "the text is empty (channel email)"),
        (
            outgoing(reply={"body": "x" * 1_025}, channel="chat"),
            "bad-text",
            "the text has 1025 characters; at most 1024 are possible (channel chat)",
        ),
        (
            with_text("Sidenote · 3 messages"),
            "bad-text",
            "the text looks like an internal note of Sidenote (channel email)",
        ),
        (
            with_text("a\x07b"),
            "bad-text",
            "the text holds a control character (U+0007) (channel email)",
        ),
        (
            with_text("a\u202eb"),
            "bad-text",
            "the text holds characters that hide or reorder text (channel email)",
        ),
        (
            with_text("a\u200bb"),
            "hidden-characters",
            "a character that nobody sees (U+200B)",
        ),
        (
            with_text("Wе ask"),
            "hidden-characters",
            "a letter that only looks like another (U+0435)",
        ),
        (with_text("<b>x</b>"), "markup", "it holds HTML"),
        (with_text("[x](y)"), "markup", "it holds a Markdown link or image"),
        (with_text("vbscript:x"), "markup", "it holds a script or data address"),
        (with_text("~~~"), "markup", "it holds a code fence"),
        (with_text("so </think> yes"), "model-residue", "it holds a thinking tag"),
        (with_text("[INST] x"), "model-residue", "it holds a role tag"),
        (with_text('{"reply": "x"}'), "model-residue", "it holds a JSON object"),
        (with_text("Hello {{name}}"), "model-residue", "it holds an unfilled gap"),
        (with_text("As an AI, no."), "model-residue", "it holds a model speaking of itself"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_refusal_says_what_is_wrong(given: Outgoing, check: str, words: str) -> None:
    assert objections(given)[check] == words


@pytest.mark.parametrize(
    ("channel", "most"),
    [
        ("email", 10_240),
        ("sms", 1_600),
        ("whatsapp", 1_600),
        ("chat", 1_024),
        ("facebook", 2_000),
        ("instagram", 1_000),
        ("twitter-dm", 10_000),
        ("another", 1_000),
    ],
)
def test_each_channel_takes_so_many_characters_and_not_one_more(channel: str, most: int) -> None:
    fits = outgoing(reply={"body": "x" * most}, channel=channel)
    is_long = outgoing(reply={"body": "x" * (most + 1)}, channel=channel)

    assert "bad-text" not in objections(fits)
    assert "bad-text" in objections(is_long)


def test_all_objections_stand_in_one_line() -> None:
    found = judge(with_text("<b>We are here.</b>"))

    assert isinstance(found, Refused)
    assert found.why == ("the text is not the approved answer with its slots filled; it holds HTML")


@pytest.mark.parametrize(
    ("text", "note", "stays_inside"),
    [
        ("A very difficult person.", "He: a very difficult person", True),
        ("A difficult person.", "He: a difficult person", False),
        ("It is 77120.", "77120 of Ben", True),
        ("It is 7712.", "7712 of Ben", False),
    ],
    ids=["four words", "three words", "five characters", "four characters"],
)
def test_so_much_of_a_note_stays_inside(text: str, note: str, *, stays_inside: bool) -> None:
    assert ("internal-text" in objections(internal(text, note))) is stays_inside


def test_every_link_is_looked_at_and_not_the_first_alone() -> None:
    track = "See https://shop.example/track"
    given = with_text(f"{track} and https://evil.example/x", answer=f"{track}.")

    assert objections(given)["link"] == "a link to a host that the policy does not list"
