"""What teammates keep changing in approved answers, and how little of it is told."""

from agent.core.rewording import Edit, Rewording, rewordings

DRAFT = "Your parcel comes within 5 days. It is insured."


def edit(sent: str, conversation: str = "v1", draft: str = DRAFT) -> Edit:
    return Edit(conversation_id=conversation, draft=draft, sent=sent)


def test_a_change_made_in_two_conversations_is_told() -> None:
    sent = "Your parcel comes within 7 days. It is insured."

    assert rewordings([edit(sent), edit(sent, "v2")]) == [Rewording(was="5", now="7", times=2)]


def test_what_one_conversation_alone_was_told_stays_there() -> None:
    sent = "Dear Mara, your number is 0170 555. Your parcel comes within 5 days. It is insured."

    assert rewordings([edit(sent), edit(sent)]) == []


def test_the_most_frequent_change_comes_first() -> None:
    once = "Your parcel comes within 7 days. It is insured."
    both = "Your parcel comes within 7 days."
    found = rewordings([edit(both, "v1"), edit(both, "v2"), edit(once, "v3")])

    assert found == [
        Rewording(was="5", now="7", times=3),
        Rewording(was="It is insured.", now="", times=2),
    ]


def test_a_line_that_does_not_count_is_no_change() -> None:
    draft = f"{DRAFT}\n\nA machine wrote this."
    edits = [edit(DRAFT, name, draft) for name in ("v1", "v2")]

    assert rewordings(edits, without=frozenset({"A machine wrote this."})) == []


def test_a_long_change_is_cut() -> None:
    sent = f"{DRAFT} {'very ' * 30}"
    (found,) = rewordings([edit(sent), edit(sent, "v2")])

    assert found.now == "very " * 12 + "…"
