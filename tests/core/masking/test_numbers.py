"""Cards, bank accounts and national ids, beside the numbers of a shop that look like them."""

import pytest

from agent.core.masking.bank import ibans_in
from agent.core.masking.cards import cards_in, luhn
from agent.core.masking.hidden import hide
from agent.core.masking.ids import ids_in

VISA = "4111 1111 1111 1111"


def written(text: str) -> list[str]:
    return [text[span.start : span.end] for span in cards_in(text)]


@pytest.mark.parametrize(
    "number",
    [
        VISA,
        "4111111111111111",
        "4111-1111-1111-1111",
        "4111.1111.1111.1111",
        "4111\u00a01111\u00a01111\u00a01111",
        "4111–1111–1111–1111",
        "41 11 11 11 11 11 11 11",
        "3782 822463 10005",
        "5500005555555559",
        "2223 0031 2200 3222",
        "6011000990139424",
        "3530111333300000",
        "٤١١١ ١١١١ ١١١١ ١١١١",
    ],
)
def test_a_card_number_is_one_however_it_is_written(number: str) -> None:
    assert written(f"Please charge {number}, thanks") == [number]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("It is 4111 1111 1111 1112", id="wrong check digit"),
        pytest.param("IMEI 490154203237518", id="a phone's serial number has a check digit too"),
        pytest.param("EAN 4006381333931", id="so has a bar code"),
        pytest.param("order 4111 1111 1111 1111", id="an order number"),
        pytest.param("tracking number is 4111111111111111", id="a parcel"),
        pytest.param("1Z4111111111111111", id="part of a code"),
        pytest.param("4111 1111 1111", id="too short"),
        pytest.param("4" * 40, id="too long"),
        pytest.param("it is 12.5500-00555555.5559.77", id="inside a longer number"),
    ],
)
def test_what_only_looks_like_a_card_is_none(text: str) -> None:
    assert written(text) == []


def test_after_the_word_card_the_check_digit_is_enough() -> None:
    assert written("Maestro card 5874 2856 1654") == ["5874 2856 1654"]
    assert written("it is 5874 2856 1654") == []


def test_a_mistyped_card_is_hidden_after_the_word_card() -> None:
    assert written("my credit card is 4111 1111 1111 1112") == ["4111 1111 1111 1112"]


def test_what_follows_a_card_number_is_not_part_of_it() -> None:
    assert written(f"{VISA} 12 27") == [VISA]
    assert written(f"{VISA} 5500 0055 5555 5559") == [VISA, "5500 0055 5555 5559"]


def test_a_card_shows_its_last_four_digits() -> None:
    assert hide(f"Card {VISA}, please") == "Card [card …1111], please"


@pytest.mark.parametrize(
    ("digits", "right"), [("79927398713", True), ("79927398710", False), ("79927398718", False)]
)
def test_the_check_digit_is_luhns(digits: str, right: bool) -> None:
    assert luhn(digits) is right


@pytest.mark.parametrize(
    "iban",
    [
        "DE89370400440532013000",
        "DE89 3704 0044 0532 0130 00",
        "de89 3704 0044 0532 0130 00",
        "GB29 NWBK 6016 1331 9268 19",
        "NL91ABNA0417164300",
        "FR14 2004 1010 0505 0001 3M02 606",
    ],
)
def test_an_iban_is_one_with_spaces_or_without(iban: str) -> None:
    text = f"Send it to {iban} please"

    assert [text[span.start : span.end] for span in ibans_in(text)] == [iban]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("DE88370400440532013000", id="wrong check digits"),
        pytest.param("DE8937040044053201300", id="too short for Germany"),
        pytest.param("XDE89370400440532013000", id="part of a code"),
        pytest.param("DE89370400440532013000X", id="a code that goes on"),
        pytest.param("QQ89370400440532013000", id="no such country"),
    ],
)
def test_what_only_looks_like_an_iban_is_none(text: str) -> None:
    assert list(ibans_in(text)) == []


def test_a_mistyped_iban_is_one_after_the_word() -> None:
    text = "My IBAN is DE88 3704 0044 0532 0130 00"

    assert [text[span.start : span.end] for span in ibans_in(text)] == [text[11:]]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("It is 536-90-4399", id="US social security number"),
        pytest.param("my SSN: 536904399", id="… without dashes, said to be one"),
        pytest.param("Meine Steuer-ID ist 36 574 261 809", id="German tax id"),
        pytest.param("DNI 54362315K", id="Spanish DNI"),
        pytest.param("soy X-5253868-R", id="Spanish NIE"),
        pytest.param("c'est le 2 95 10 99 126 111 93", id="French social security number"),
        pytest.param("eccolo: RCCMNL83S18D969H", id="Italian tax code"),
        pytest.param("Mijn BSN is 111222333", id="Dutch citizen number"),
        pytest.param("o meu NIF é 501 964 843", id="Portuguese tax number"),
        pytest.param("NI number AB 12 34 56 C", id="British insurance number"),
    ],
)
def test_a_national_id_is_found(text: str) -> None:
    assert {span.end for span in ids_in(text)} == {len(text)}


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("order 111222333", id="an order number"),
        pytest.param("it is 111222333", id="nine digits of anything"),
        pytest.param("tracking 536-90-4399", id="a parcel"),
        pytest.param("article 54362315K", id="an article number"),
        pytest.param("size 54362315A", id="a wrong check letter"),
    ],
)
def test_a_number_of_the_shop_is_no_id(text: str) -> None:
    assert list(ids_in(text)) == []
