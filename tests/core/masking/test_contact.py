"""E-mail addresses and phone numbers, beside what only looks like them."""

import pytest

from agent.core.masking.masked import mask_texts


@pytest.mark.parametrize(
    "address",
    [
        "mara@example.org",
        "Mara.Lind+shop@mail.example.co.uk",
        "mara_l@bücher.example",
        "mara (at) example (dot) org",
        "mara [at] example.org",
        "o'mara@example.org",
        "x" * 80 + "@example.org",
    ],
)
def test_an_email_address_is_masked(address: str) -> None:
    masked = mask_texts([f"Write to {address}, please"])

    assert "example" not in masked.texts[0]
    assert "[email-1]" in masked.texts[0]


@pytest.mark.parametrize("said", ["meet @ noon", "@brand where is it", "2 lids @ 12.50 each"])
def test_an_at_sign_is_no_address(said: str) -> None:
    assert mask_texts([said]).texts == (said,)


@pytest.mark.parametrize(
    "said",
    [
        "It is +49 1512 3456789",
        "+44 (0)20 7946 0958 works best",
        "0049 1512 3456789 is mine",
        "(212) 555-0187",
        "212-555-0187 x55",
        "Call me on 2125550187",
        "Ruf mich an: 01512 3456789",
        "Mein Telefon 030 / 23 45 67 89",
        "Mon portable: 06 12 34 56 78",
        "06 12 34 56 78",
        "mi móvil es 612 345 678",
        "61 51 81 office",
        "llámame al 612345678",
        "bel me op 0612345678",
    ],
)
def test_a_phone_number_is_masked(said: str) -> None:
    masked = mask_texts([said]).texts[0]

    assert "[phone-1]" in masked
    assert sum(c.isdigit() for c in masked) == 1


@pytest.mark.parametrize(
    "said",
    [
        "order 2125550187",
        "Please return 3788616824 and 9862136885 from my order #W3586556.",
        "Call me about order 2125550187",
        "#0612345678",
        "The confirmation lists 6086499569.",
        "order 212-555-0187",
        "between 14.30-16.30",
        "call me on 05.11.2026",
        "call me on 2026-11-05 please",
        "I paid 1 234 567 euros",
        "call it 1234567.50",
        "on 06/2026",
        "at 00:31:02 -0700",
        "https://shop.example/0612345678",
        "lid KL-7, 40-2291, 1.5 litres",
    ],
)
def test_numbers_of_a_shop_days_and_amounts_stay(said: str) -> None:
    assert mask_texts([said]).texts == (said,)


def test_a_number_that_was_said_to_be_a_phone_is_one_in_every_message() -> None:
    masked = mask_texts(["Call me on 2125550187", "I said 2125550187", "order 2125550187"])

    assert masked.texts == ("Call me on [phone-1]", "I said [phone-1]", "order 2125550187")
