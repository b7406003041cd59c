"""The last gate: nothing but an approved answer, verified slots and the disclosure goes out."""

from dataclasses import replace

import pytest

from agent.core import outbound
from agent.core.disclosure import LINES, disclosure_for
from agent.core.outbound import ApprovedText, Outgoing, Refused, judge
from agent.core.outgoing_links import link_problem
from agent.core.slots import SlotValue
from agent.core.team_policy import Level, ReplySettings, Slot, SlotKind
from tests.core.answers import (
    ANSWER,
    MARA,
    NAME,
    objections,
    outgoing,
    policy,
    sources,
    topic,
    with_text,
)

BODY = f"{ANSWER.replace('{{order}}', '40-2291')}\n\n{LINES['en']}"


def test_an_approved_answer_with_a_verified_slot_goes_out() -> None:
    approved = judge(outgoing())

    assert isinstance(approved, ApprovedText)
    assert (approved.body, approved.channel) == (BODY, "email")


def test_nobody_else_can_approve_a_text() -> None:
    with pytest.raises(TypeError, match=r"^only core/outbound\.py approves text$"):
        ApprovedText("Sidenote · 3 messages", "email", object())


def test_an_approved_text_cannot_be_changed_into_another() -> None:
    approved = judge(outgoing())
    assert isinstance(approved, ApprovedText)

    with pytest.raises((TypeError, ValueError)):
        replace(approved, body="Something else")  # type: ignore[call-arg]


@pytest.mark.parametrize("check", list(outbound.CHECKS))
def test_a_check_that_breaks_refuses(check: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(given: Outgoing) -> str | None:
        raise ZeroDivisionError("the customer's own words")

    monkeypatch.setitem(outbound.CHECKS, check, breaks)

    assert objections(outgoing()) == {
        check: "a check of the outbound gate broke (ZeroDivisionError)"
    }


# --- only the approved parts ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(BODY + " ", id="a space behind"),
        pytest.param(" " + BODY, id="a space before"),
        pytest.param(BODY.replace("Follow", "follow"), id="a letter"),
        pytest.param(BODY.replace("40-2291", "40-2292"), id="another number"),
        pytest.param(BODY.replace("40-2291", "{{order}}"), id="an unfilled gap"),
        pytest.param(BODY.replace("\n\n", "\n\nWe refund you.\n\n"), id="a sentence between"),
        pytest.param(BODY + "\nPS: thank you", id="a line below"),
        pytest.param(LINES["en"], id="the disclosure alone"),
        pytest.param("", id="nothing"),
    ],
)
def test_any_other_text_than_the_approved_parts_is_refused(body: str) -> None:
    assert "text-differs" in objections(outgoing(reply={"body": body}))


def test_an_answer_that_the_policy_no_longer_holds_is_refused() -> None:
    given = outgoing()
    changed = replace(given, policy=policy(topic("We are closed.")))

    assert "answer-not-approved" in objections(changed)


@pytest.mark.parametrize("reply", [{"topic": "refund"}, {"language": "de"}], ids=str)
def test_an_answer_of_another_topic_or_language_is_refused(reply: dict[str, str]) -> None:
    assert "answer-not-approved" in objections(outgoing(reply=reply))


def test_the_answer_of_a_topic_that_is_off_is_refused() -> None:
    off = policy(topic(level=Level.OFF))

    assert "answer-not-approved" in objections(outgoing(policy=off))


def test_an_answer_is_refused_where_only_another_topic_approves_it() -> None:
    other = replace(topic(), name="other")

    assert "answer-not-approved" in objections(outgoing(policy=policy(other)))


@pytest.mark.parametrize(
    "texts", [("Where is it?",), ("Where is 40-22910?",), ("Where is 140-2291?",)]
)
def test_a_value_that_the_customer_did_not_write_is_refused(texts: tuple[str, ...]) -> None:
    assert "slot-unverified" in objections(outgoing(given=sources(), sources=sources(*texts)))


def test_a_record_that_changed_meanwhile_is_refused() -> None:
    greeting = topic("Hello {{name}}.", NAME)
    renamed = sources(customer=replace(MARA, name="Ben Ames"))

    assert "slot-unverified" in objections(outgoing(greeting, sources=renamed))


def value(text: str) -> SlotValue:
    return SlotValue(
        name="order", kind=SlotKind.ORDER_NUMBER, source="message", text=text, message_id="m1"
    )


@pytest.mark.parametrize(
    "values",
    [
        pytest.param((), id="missing"),
        pytest.param((value("40-2291"), value("40-2291")), id="twice"),
        pytest.param((value("40-2291"), replace(value("40-2291"), name="x")), id="one too many"),
    ],
)
def test_the_values_are_exactly_those_of_the_slots(values: tuple[SlotValue, ...]) -> None:
    assert "slot-unverified" in objections(outgoing(reply={"values": values}))


def test_a_value_is_never_read_as_a_gap() -> None:
    about = topic("On {{order}} and {{name}}.", replace(NAME, name="name"), *topic().slots)
    given = outgoing(about)
    forged = tuple(
        replace(v, text="{{name}}") if v.name == "order" else v for v in given.reply.values
    )

    assert objections(replace(given, reply=replace(given.reply, values=forged)))


# --- the disclosure ------------------------------------------------------------------------------


@pytest.mark.parametrize("line", ["", " ", "Kind regards", LINES["de"]])
def test_a_reply_without_the_disclosure_of_its_language_is_refused(line: str) -> None:
    body = BODY.replace(LINES["en"], line)

    assert "no-disclosure" in objections(outgoing(reply={"disclosure": line, "body": body}))


def test_a_reply_that_only_claims_to_carry_the_disclosure_is_refused() -> None:
    body = BODY.replace(LINES["en"], "").rstrip()

    assert "no-disclosure" in objections(outgoing(reply={"body": body}))


def test_a_host_in_punycode_is_refused_even_where_it_is_listed() -> None:
    host = "xn--shp-0na.example"

    assert link_problem(f"https://{host}/", frozenset({host}), ()) == "a link to a host in punycode"


def test_an_address_that_the_approved_answer_lacks_is_refused() -> None:
    assert link_problem("a@shop.example", frozenset({"shop.example"}), ()) is not None


def test_a_language_without_a_disclosure_gets_no_reply() -> None:
    arabic = replace(topic("مرحبا"), answers={"ar": "مرحبا"}, slots=())
    body = {"language": "ar", "disclosure": "", "body": "مرحبا\n\n", "answer": "مرحبا"}
    given = outgoing(topic("مرحبا"), reply=body, policy=policy(arabic))

    assert "no-disclosure" in objections(given)


def test_the_teams_own_disclosure_stands_in_for_ours() -> None:
    own = "Our assistant Robo wrote this. Write HUMAN for one of us."
    body = BODY.replace(LINES["en"], own)
    with_own = policy(disclosure={"en": own})

    assert objections(outgoing(reply={"disclosure": own, "body": body}, policy=with_own)) == {}
    assert "no-disclosure" in objections(outgoing(policy=with_own))


def test_a_blank_disclosure_of_the_teams_is_none() -> None:
    assert disclosure_for(ReplySettings(disclosure={"en": " \n"}), "en") == LINES["en"]


# --- independent of that: what no text may hold --------------------------------------------------


def test_an_ordinary_text_has_no_objection_but_that_it_differs() -> None:
    assert set(objections(with_text("We are there for you."))) == {"text-differs"}


@pytest.mark.parametrize(
    "text",
    [
        "Straße, naïve, Œuvre, 1.º piso, ½ Liter, 20 m², Größe L",
        "Ваша посылка уже в пути",
        "Η παραγγελία σας",
        "طلبك في الطريق",
        "ご注文の商品",
        "नमस्ते",
        "Thank you 🙂 ❤\ufe0f",
    ],
)
def test_every_script_may_be_written(text: str) -> None:
    assert set(objections(with_text(text))) == {"text-differs"}


@pytest.mark.parametrize(
    ("text", "check"),
    [
        ("See https://evil.example/x", "link"),
        ("See https://shop.example/track", "link"),  # listed, but the answer has none
        ("Write to a@evil.example", "link"),
        ("Sidenote · 3 messages, 4 Nov", "bad-text"),
        ("x" * 10_241, "bad-text"),
        ("a\x07b", "bad-text"),
        ("a\u200bb", "hidden-characters"),
        ("a\u00adb", "hidden-characters"),
        ("a\u202eb", "hidden-characters"),
        ("a\u2066b", "hidden-characters"),
        ("a\U000e0041b", "hidden-characters"),
        ("a\u3164b", "hidden-characters"),
        ("a\u2800b", "hidden-characters"),
        ("a\ufe01b", "hidden-characters"),
        ("a\ufe0fb", "hidden-characters"),
        ("a\U000e0101b", "hidden-characters"),
        ("a\u2028b", "hidden-characters"),
        ("a\u0301\u0302\u0303\u0304b", "hidden-characters"),
        ("a\ue000b", "hidden-characters"),
        ("Wе refund", "hidden-characters"),  # with a Cyrillic letter
        ("𝐖e ask", "hidden-characters"),
        ("<!-- x -->", "markup"),
        ("</b>", "markup"),
        ("<b>bold</b>", "markup"),
        ("＜img src＝x＞", "markup"),
        ("&#60;b&#62;", "markup"),
        ("&nbsp;", "markup"),
        ("![x](y)", "markup"),
        ("[x](y)", "markup"),
        ("[x][1]", "markup"),
        ("[1]: evil", "markup"),
        ("```", "markup"),
        ("javascript:alert(1)", "markup"),
        ("data:text/html,x", "markup"),
        ("<think>no", "model-residue"),
        ("so </think> yes", "model-residue"),
        ("<|im_start|>", "model-residue"),
        ("[INST] x", "model-residue"),
        ("assistant: hello", "model-residue"),
        ('{"reply": "x"}', "model-residue"),
        ("Hello {{name}}", "model-residue"),
        ("As an AI, no.", "model-residue"),
        ("I am not a bot.", "model-residue"),
        ("I'm a real person.", "model-residue"),
        ("We will refund you.", "commitment"),
        ("It costs 20 €.", "commitment"),
        ("It comes on 3 November.", "commitment"),
        ("Sie erhalten Ihr Geld zurück.", "commitment"),
    ],
)
def test_each_check_stands_alone(text: str, check: str) -> None:
    assert check in objections(with_text(text))


def test_what_the_approved_text_holds_binds_nobody_anew() -> None:
    about = topic("We refund order {{order}} within 14 days, up to 50 €. See shop.example.")

    assert objections(outgoing(about)) == {}


@pytest.mark.parametrize(
    ("kind", "text", "refused"),
    [
        (SlotKind.AMOUNT, "50 €", False),
        (SlotKind.DATE, "3 November 2026", False),
        (SlotKind.TEXT, "50 percent", True),
        (SlotKind.TEXT, "full refund", True),
        (SlotKind.NAME, "Guaranteed Refund", True),
        (SlotKind.TEXT, "morgen kostenlos", True),
    ],
)
def test_only_an_amount_or_a_date_brings_in_what_binds(
    kind: SlotKind, text: str, refused: bool
) -> None:
    told = Slot(name="x", source="conversation.custom.x", kind=kind)
    given = outgoing(topic("We have noted {{x}}.", told), given=sources(custom=(("x", text),)))

    assert ("commitment" in objections(given)) is refused


def test_a_record_may_bring_in_no_words_of_a_note() -> None:
    told = Slot(name="x", source="conversation.custom.x")
    given = sources(custom=(("x", "he is a difficult person"),))
    note = "Careful: He is a difficult person. Ben"

    refused = objections(outgoing(topic("We note {{x}}.", told), given=given, internal=(note,)))

    assert refused == {"internal-text": "holds words of an internal text"}


def test_what_stands_in_a_note_and_in_the_approved_answer_may_go_out() -> None:
    note = "Suggested: Follow order 40-2291 here: https://shop.example/track. Then write."

    assert objections(outgoing(internal=(note,))) == {}


def test_words_of_a_note_that_the_customer_wrote_may_go_out() -> None:
    told = Slot(name="x", source="message", pattern="steel kettle of 1.5 l")
    given = sources("It is the steel kettle of 1.5 l.")
    about = topic("We have noted: {{x}}.", told)

    assert objections(outgoing(about, given=given, internal=("A steel kettle of 1.5 l.",))) == {}


def test_words_of_a_note_that_nobody_approved_stay_inside() -> None:
    given = replace(with_text("He is a difficult person."), internal=("He is a difficult person",))

    assert "internal-text" in objections(given)


def test_a_number_of_another_customer_in_a_note_stays_inside() -> None:
    given = replace(with_text("It is CANARY-77120."), internal=("Order CANARY-77120 is lost.",))

    assert "internal-text" in objections(given)


@pytest.mark.parametrize(
    ("link", "allowed"),
    [
        ("https://shop.example/track?o=1&p=2#x", True),
        ("https://shop.example", True),
        ("shop.example/track", True),
        ("(https://shop.example/track).", True),
        ("http://shop.example/", False),
        ("HTTPS://SHOP.EXAMPLE/", False),
        ("https://shop.example.evil.example/", False),
        ("https://evil.example/shop.example", False),
        ("https://www.shop.example/", False),
        ("https://shop.example@evil.example/", False),
        ("https://user:pass@shop.example/", False),
        ("https://shop.example:8443/", False),
        ("https://shop.example./x", False),
        ("https:\\\\shop.example\\x", False),
        ("https:/shop.example/", False),
        ("//shop.example/", False),
        ("https://shop。example/", False),
        ("https://shоp.example/", False),
        ("https://xn--shp-0na.example/", False),
        ("https://shop.example/\u200b", False),
        ("https://ｓhop.example/", False),
        ("https://127.0.0.1/", False),
        ("10.0.0.1", False),
        ("https://[::1]/", False),
        ("[::1]/x", False),
        ("evil[.]example", False),
        ("evil dot com", False),
        ("ftp://shop.example/x", False),
        ("mailto:a@shop.example", False),
        ("sms:+15550107788", False),
        ("www.shop", False),
    ],
)
def test_only_plain_links_to_listed_hosts_go_out(link: str, allowed: bool) -> None:
    given = outgoing(topic(f"See {link} for {{{{order}}}}."))

    assert ("link" not in objections(given)) is allowed


def test_without_listed_hosts_no_link_goes_out() -> None:
    assert "link" in objections(outgoing(policy=policy(links=frozenset())))


def test_an_address_that_the_team_approved_may_stand() -> None:
    assert objections(outgoing(topic("Write to help@shop.example about {{order}}."))) == {}


@pytest.mark.parametrize(
    ("channel", "fits"), [("email", True), ("sms", False), ("chat", False), ("unheard-of", False)]
)
def test_a_reply_has_the_length_of_its_channel(channel: str, fits: bool) -> None:
    long = topic("Hello {{order}}. " + "word " * 350)

    assert ("bad-text" not in objections(outgoing(long, channel=channel))) is fits


def test_evidence_never_holds_the_text_itself() -> None:
    given = replace(with_text("Secret-Mara <b>https://evil.example/refund"), internal=("x",))
    found = judge(given)

    assert isinstance(found, Refused)
    assert not any(word in found.why for word in ("Mara", "evil", "refund"))
