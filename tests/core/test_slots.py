"""A slot is filled from a record, or from words that stand in what the customer just wrote."""

from dataclasses import replace

import pytest

from agent.core.conversation import Direction
from agent.core.slot_values import find_in_message, misfit
from agent.core.slots import SlotValue, is_source, needs_customer, still_true
from agent.core.team_policy import Slot, SlotKind
from tests.core.answers import MARA, NAME, ORDER, filled, quoting, sources, topic

HELLO = topic("Hello {{name}}.", NAME)
COLOUR = Slot(name="colour", source="message", kind=SlotKind.TEXT)
PAINT = topic("We note {{colour}}.", COLOUR)


def test_an_order_number_is_found_without_a_model() -> None:
    assert filled(topic(), sources("Where is #40-2291?")) == {"order": "40-2291"}


def test_an_answer_without_slots_needs_nothing() -> None:
    assert filled(topic("We are here."), sources("Hello")) == {}


def test_one_number_said_twice_is_one() -> None:
    both = sources("Where is 40-2291?", "I mean order #40-2291.")

    assert filled(topic(), both) == {"order": "40-2291"}


@pytest.mark.parametrize(
    ("texts", "why"),
    [
        pytest.param(("Where is it?",), "none stands", id="not said"),
        pytest.param(("40-2291 or 40-2292?",), "2 different ones", id="two in one message"),
        pytest.param(("My 40-2291?", "No, 40-2292"), "2 different ones", id="two messages"),
    ],
)
def test_what_is_not_certain_is_not_filled(texts: tuple[str, ...], why: str) -> None:
    found = filled(topic(), sources(*texts))

    assert isinstance(found, str)
    assert why in found
    assert found.startswith("slot order: ")


def test_a_model_cannot_pick_one_of_two() -> None:
    picked = quoting(("order", "40-2291"))

    assert "2 different ones" in str(filled(topic(), sources("40-2291 or 40-2292?"), picked))


@pytest.mark.parametrize(
    "quote",
    [
        pytest.param("40-9999", id="not said at all"),
        pytest.param("40-22", id="a part of it"),
        pytest.param("2291", id="its end"),
        pytest.param("order 40-2291", id="more than the number"),
        pytest.param("", id="nothing"),
    ],
)
def test_a_model_that_quotes_something_else_gets_no_reply(quote: str) -> None:
    found = filled(topic(), sources("Where is order 40-2291?"), quoting(("order", quote)))

    assert isinstance(found, str)


def test_a_quote_that_code_would_not_have_found_gets_no_reply() -> None:
    given = sources("Where is order 40-2291? I have waited since 2026.")

    assert "something else" in str(filled(topic(), given, quoting(("order", "2026"))))


def test_a_quote_of_another_kind_of_words_gets_no_reply() -> None:
    given = sources("In evil.example, please.")

    assert "is not a short text" in str(filled(PAINT, given, quoting(("colour", "evil.example"))))


def test_a_record_must_match_the_pattern_of_its_slot() -> None:
    own = replace(ORDER, source="conversation.custom.no", pattern=r"40-\d{4}")
    given = sources(custom=(("no", "41-2291"),))

    assert "does not match the slot's pattern" in str(filled(topic(slots=(own,)), given))


def test_a_quote_of_another_message_is_no_quote() -> None:
    elsewhere = quoting(("order", "40-2291", "m7"))

    assert "quote is not in what" in str(filled(topic(), sources(), elsewhere))


def test_what_the_team_wrote_fills_nothing() -> None:
    given = sources("Your order is 40-2291.")
    by_team = replace(given.burst[0], direction=Direction.OUT)

    found = filled(topic(), replace(given, burst=(by_team,)), quoting(("order", "40-2291")))

    assert isinstance(found, str)


def test_words_that_no_pattern_describes_must_be_quoted() -> None:
    given = sources("I would like it in dark blue, please.")

    assert filled(PAINT, given, quoting(("colour", "dark blue"))) == {"colour": "dark blue"}
    assert "none stands" in str(filled(PAINT, given))


def test_two_quotes_for_one_slot_are_no_answer() -> None:
    given = sources("Dark blue or light green?")
    both = quoting(("colour", "Dark blue"), ("colour", "light green"))

    assert "2 different ones" in str(filled(PAINT, given, both))


def test_a_pattern_finds_words_without_a_model() -> None:
    fixed = replace(COLOUR, pattern="(?:dark|light) (?:blue|green)")
    about = topic("We note {{colour}}.", fixed)

    assert filled(about, sources("In light green!")) == {"colour": "light green"}


def test_the_pattern_of_a_slot_keeps_other_numbers_out() -> None:
    own = replace(ORDER, pattern=r"40-\d{4}")
    given = sources("Order 40-2291, postcode 10115, call 0171 2345678.")

    assert filled(topic(slots=(own,)), given) == {"order": "40-2291"}


@pytest.mark.parametrize(
    ("source", "kind", "value"),
    [
        ("customer.name", SlotKind.NAME, "Mara Ames"),
        ("customer.first_name", SlotKind.NAME, "Mara"),
        ("customer.external_id", SlotKind.ORDER_NUMBER, "X-77120"),
        ("customer.custom.tier", SlotKind.TEXT, "gold"),
        ("customer.custom.spent", SlotKind.NUMBER, "120.5"),
        ("conversation.name", SlotKind.TEXT, "Kettle lid"),
        ("conversation.custom.orderStr", SlotKind.ORDER_NUMBER, "40-2291"),
    ],
)
def test_a_record_fills_a_slot(source: str, kind: SlotKind, value: str) -> None:
    about = topic("It is {{x}}.", Slot(name="x", source=source, kind=kind))
    given = sources(name="Kettle lid", custom=(("orderStr", "40-2291"),))

    assert filled(about, given) == {"x": value}


@pytest.mark.parametrize(
    "source",
    ["customer.custom.absent", "customer.custom.vip", "customer.custom.tags", "customer.emails"],
)
def test_what_a_record_lacks_or_holds_as_no_single_value_fills_nothing(source: str) -> None:
    about = topic("It is {{x}}.", Slot(name="x", source=source))

    assert f"{source} has no value" in str(filled(about, sources()))


def test_a_customer_who_was_not_read_fills_nothing() -> None:
    assert "was not read" in str(filled(HELLO, sources(customer=None)))


@pytest.mark.parametrize("name", ["Ames, Mara", "Ames Jones, Mara", "Dr. Ames", "m@home", "M", ""])
def test_a_first_name_that_is_not_certain_is_not_used(name: str) -> None:
    unsure = replace(MARA, name=name)

    assert isinstance(filled(HELLO, sources(customer=unsure)), str)


def test_a_slot_that_the_policy_lacks_fills_nothing() -> None:
    about = topic("Hello {{who}}.", NAME)

    assert "does not say what fills it" in str(filled(about, sources()))


def test_a_slot_of_another_answer_need_not_be_filled() -> None:
    about = topic("Hello {{name}}.", NAME, ORDER)

    assert filled(about, sources("Hello")) == {"name": "Mara"}


def test_only_an_answer_with_the_customers_own_slot_needs_the_customer() -> None:
    assert needs_customer(HELLO, "en")
    assert not needs_customer(topic(), "en")
    assert not needs_customer(topic("Hi.", NAME), "en")


@pytest.mark.parametrize(
    ("path", "known"),
    [
        ("message", True),
        ("customer.first_name", True),
        ("conversation.custom.orderStr", True),
        ("customer.emails", False),
        ("customer.custom.", False),
        ("customer.custom.a.b", False),
        ("note", False),
    ],
)
def test_only_a_closed_list_of_fields_may_fill_a_slot(path: str, known: bool) -> None:
    assert is_source(path) is known


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (SlotKind.NAME, "Mara O’Neil-Ames"),
        (SlotKind.NAME, "أحمد علي"),
        (SlotKind.NAME, "नीता"),
        (SlotKind.ORDER_NUMBER, "40-2291/7"),
        (SlotKind.DATE, "2026-11-05"),
        (SlotKind.DATE, "3 November 2026"),
        (SlotKind.AMOUNT, "1.234,50 EUR"),
        (SlotKind.AMOUNT, "$19"),
        (SlotKind.NUMBER, "1,5"),
        (SlotKind.TEXT, "Steel, 1.5 l (large)"),
    ],
)
def test_a_value_of_its_kind_fits(kind: SlotKind, value: str) -> None:
    assert misfit(kind, "", value) is None


@pytest.mark.parametrize("kind", SlotKind)
@pytest.mark.parametrize(
    "value",
    [
        "",
        "https://evil.example",
        "evil.example",
        "www evil",
        "a@evil.example",
        "line\nline",
        "<b>x</b>",
        "{{order}}",
        "${order}",
        "[x](y)",
        "`x`",
        "x\u200by",
        "\u202etxt",
        "\U000e0041\U000e0042",
        "\u3164",
        "ｅｖｉｌ",
        "x" * 81,
    ],
)
def test_no_kind_takes_links_markup_or_what_hides(kind: SlotKind, value: str) -> None:
    assert misfit(kind, "", value) is not None


@pytest.mark.parametrize("kind", [SlotKind.NAME, SlotKind.TEXT])
@pytest.mark.parametrize(
    "value", ["Call +1 900 555 0100 now", "5550100", "555 - 01 - 00", "0 9 0 0 1 2 3", "٩٠٠٥٥٥٠"]
)
def test_no_name_and_no_text_takes_what_could_be_called(kind: SlotKind, value: str) -> None:
    assert misfit(kind, "", value) is not None


@pytest.mark.parametrize("value", ["Size 555 010", "12 x 30 cm, 1200 W", "555010"])
def test_a_text_may_hold_figures_that_nobody_could_call(value: str) -> None:
    assert misfit(SlotKind.TEXT, "", value) is None


@pytest.mark.parametrize(
    ("kind", "longest"), [(SlotKind.NAME, "A" * 60), (SlotKind.ORDER_NUMBER, "1" * 24)]
)
def test_a_value_may_be_as_long_as_its_kind_allows(kind: SlotKind, longest: str) -> None:
    assert misfit(kind, "", longest) is None
    assert misfit(kind, "", longest + longest[0]) is not None


@pytest.mark.parametrize(
    ("kind", "found"),
    [
        (SlotKind.ORDER_NUMBER, ("40-2291",)),
        (SlotKind.DATE, ("3 Nov 2026",)),
        (SlotKind.AMOUNT, ("49,90 €",)),
        (SlotKind.NAME, ()),
        (SlotKind.TEXT, ()),
    ],
)
def test_each_kind_finds_its_own(kind: SlotKind, found: tuple[str, ...]) -> None:
    text = "Order #40-2291 of 3 Nov 2026 cost 49,90 €, call +49 171 2345678. Since 2026!"

    assert find_in_message(kind, "", text) == found


@pytest.mark.parametrize(
    "text", ["https://x.example/40-2291", "40-2291@x.example", "path/to/40-2291", "40-2291.5"]
)
def test_a_number_inside_something_longer_is_not_one(text: str) -> None:
    assert find_in_message(SlotKind.ORDER_NUMBER, "", text) == ()


def test_a_moment_of_a_record_fills_as_its_day() -> None:
    day = Slot(name="day", source="conversation.custom.dueAt", kind=SlotKind.DATE)
    given = sources(custom=(("dueAt", "2026-11-05T10:00:00.000Z"),))

    assert filled(topic("On {{day}}.", day), given) == {"day": "2026-11-05"}


def value(**changes: object) -> SlotValue:
    plain = SlotValue(
        name="order", kind=SlotKind.ORDER_NUMBER, source="message", text="40-2291", message_id="m1"
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def test_a_value_that_its_source_still_says_is_true() -> None:
    assert still_true(value(), ORDER, sources("It is #40-2291."))


@pytest.mark.parametrize(
    "changes",
    [
        {"text": "40-9999"},
        {"text": "40-22"},
        {"message_id": "m2"},
        {"source": "conversation.name"},
        {"kind": SlotKind.TEXT},
        {"name": "other"},
        {"text": "evil.example"},
    ],
    ids=str,
)
def test_a_value_that_its_source_does_not_say_is_not(changes: dict[str, object]) -> None:
    assert not still_true(value(**changes), ORDER, sources("It is 40-2291, evil.example."))
