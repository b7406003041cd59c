"""Names and addresses from the records: exact, whatever their case and accents."""

import pytest

from agent.core.masking.masked import mask_texts
from agent.core.masking.records import Person, people_of

ZOE = Person(
    names=("Zoë van der Lindqvist",),
    addresses=("Tulpenweg 12b, Hinterhaus, 20095, Hamburg",),
    contacts=("zoe@example.org", "+49 1512 3456789"),
)


def masked(text: str, *persons: Person) -> str:
    return mask_texts([text], people_of(persons or [ZOE])).texts[0]


@pytest.mark.parametrize(
    "name",
    [
        "Zoë van der Lindqvist",
        "ZOE VAN DER LINDQVIST",
        "Lindqvist, Zoe",
        "Zoe",
        "zoë",
        "Zoe\u0308",
        "lindqvist",
        "Zoes",
    ],
)
def test_a_name_is_masked_in_any_case_and_with_or_without_accents(name: str) -> None:
    assert masked(f"this is {name} again") == "this is [name-1] again"


@pytest.mark.parametrize(
    "said", ["zoella is not", "the van der valk hotel", "mezoë", "Lindqvistgatan"]
)
def test_other_words_stay(said: str) -> None:
    assert masked(said) == said


def test_one_person_has_one_number_whichever_part_is_named() -> None:
    assert masked("Zoe or Zoe Lindqvist or Zoe") == "[name-1] or [name-1.1] or [name-1]"


def test_everyday_words_are_names_with_a_capital_only() -> None:
    will = Person(names=("Will Grant",))

    assert masked("i will ask Will Grant or will grant or Will", will) == (
        "i will ask [name-1] or [name-1.1] or [name-1.2]"
    )


def test_titles_and_shared_accounts_are_no_names() -> None:
    desk = Person(names=("Support Team",))

    assert masked("Dear support team, Support", desk) == "Dear support team, Support"


def test_names_are_found_in_scripts_without_spaces() -> None:
    assert masked("我是王小明你好", Person(names=("王小明",))) == "我是[name-1]你好"


@pytest.mark.parametrize(
    "address",
    [
        "Tulpenweg 12b, Hinterhaus, 20095, Hamburg",
        "TULPENWEG 12B\n20095 HAMBURG",
        "20095 Hamburg",
        "Tulpenweg 12b",
    ],
)
def test_an_address_is_masked_whole_and_by_its_lines(address: str) -> None:
    assert masked(f"to {address}!") == "to [address-1]!"


@pytest.mark.parametrize("said", ["I live in Hamburg", "order 20095", "12 lids", "the Hinterhaus"])
def test_a_town_or_a_number_alone_is_no_address(said: str) -> None:
    assert masked(said) == said


@pytest.mark.parametrize("phone", ["01512 3456789", "015123456789", "15123456789"])
def test_a_phone_on_record_is_masked_however_it_is_written(phone: str) -> None:
    assert masked(f"I have {phone} now") == "I have [phone-1] now"


def test_a_person_shows_nothing_of_themselves() -> None:
    assert "Zo" not in repr(ZOE) + repr(people_of([ZOE]))
