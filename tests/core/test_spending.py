"""What a model may cost, counted at its worst before a call and as it was after it."""

from datetime import UTC, datetime

import pytest

from agent.core.proposal import Usage
from agent.core.spending import Call, Caps, Price, Spent, money, over_cap, worst_case

NOON = datetime(2026, 11, 3, 12, tzinfo=UTC)
CALL = Call(id="w/1", conversation_id="c1", at=NOON, tokens=1_000, cost=500)


def test_a_price_is_of_a_million_tokens() -> None:
    price = Price(input=0.15, output=0.6)

    assert price.of(Usage(input_tokens=1_000_000, output_tokens=500_000)) == 450_000


def test_a_fraction_of_a_millionth_counts_as_a_whole_one() -> None:
    assert Price(input=0.15).of(Usage(input_tokens=1)) == 1


@pytest.mark.parametrize(
    ("spent", "caps"),
    [
        pytest.param(Spent(conversation=9_001), Caps(tokens_per_conversation=10_000), id="own"),
        pytest.param(Spent(hour=9_001), Caps(tokens_per_hour=10_000), id="hour"),
        pytest.param(Spent(day=9_501), Caps(spend_per_day=10_000), id="day"),
    ],
)
def test_a_call_that_could_break_a_cap_is_refused(spent: Spent, caps: Caps) -> None:
    assert over_cap(spent, CALL, caps) is not None


@pytest.mark.parametrize(
    ("spent", "caps"),
    [
        pytest.param(Spent(conversation=9_000), Caps(tokens_per_conversation=10_000), id="own"),
        pytest.param(Spent(hour=9_000), Caps(tokens_per_hour=10_000), id="hour"),
        pytest.param(Spent(day=9_500), Caps(spend_per_day=10_000), id="day"),
        pytest.param(Spent(conversation=10**9, hour=10**9, day=10**9), Caps(), id="no caps"),
    ],
)
def test_a_call_that_just_fits_is_made(spent: Spent, caps: Caps) -> None:
    assert over_cap(spent, CALL, caps) is None


def test_a_full_conversation_leaves_room_for_the_others() -> None:
    own = over_cap(Spent(conversation=1), CALL, Caps(tokens_per_conversation=1_000))
    all_of_them = over_cap(Spent(hour=1), CALL, Caps(tokens_per_hour=1_000))

    assert own is not None
    assert not own.everywhere
    assert all_of_them is not None
    assert all_of_them.everywhere


def test_the_worst_case_counts_bytes_because_some_scripts_take_a_token_a_sign() -> None:
    assert worst_case("湯沸かし" * 100, 4_000) == Usage(
        input_tokens=401, output_tokens=4_000, calls=1
    )


def test_money_is_written_as_people_write_it() -> None:
    assert [money(one) for one in (420_000, 5_000_000, 300, 0)] == ["0.42", "5", "0.0003", "0"]
