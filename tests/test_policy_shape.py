"""The tables that decide how far replies may go, and what does not fit together in them."""

from dataclasses import asdict
from datetime import date, time, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.core.certificate import Terms
from agent.core.disclosure import LINES
from agent.core.team_policy import (
    Audience,
    Hours,
    ReplyLimits,
    ReplySettings,
    Slot,
    SlotKind,
)
from agent.errors import ConfigError
from agent.policy_file import PolicyProblems, Problem, load_policy

POLICY = """\
[person]
subjects = ["press request"]

[limits]
conversation_day = 1
conversation_life = 3
customer_day = 2
organization_10_minutes = 10
organization_hour = 40
first_contacts_hour = 10

[reply]
languages = ["en", "de"]
links = ["www.shop.example"]

[reply.disclosure]
en = "A machine wrote this. Reply HUMAN to reach one."

[hours]
time_zone = "Europe/Berlin"
mon = "09:00-12:00, 13:00-24:00"
country = "DE"
region = "BY"
closed = [2026-12-24, "2026-12-31"]

[audience]
only_tags = ["shop"]
never_tags = ["vip"]
only_teams = ["north"]
never_teams = ["south"]
only_queues = ["mail"]
never_queues = ["chat"]
never_domains = ["press.example"]

[audience.attributes]
tierStr = ["gold"]
vipBool = [true]

[topics.order-status]
description = "where an order is"
examples = ["Where is my order?"]
level = "send"
channels = ["email"]
languages = ["en"]
daily_cap = 20
share = 10

[topics.order-status.slots.order_number]
source = "message"
kind = "order-number"
pattern = '40-\\d{4}'

[certificates]
error_limit = 0.01
confidence = 0.99
valid_days = 30
"""
ANSWER = "Follow {{order_number}} on https://www.shop.example/orders.\n"


def write(folder: Path, policy: str = POLICY, **answers: str) -> Path:
    """A policy that uses every table, with one topic and its answer. Tests change one thing."""
    (folder / "replies").mkdir()
    for language, text in ({"en": ANSWER} | answers).items():
        (folder / "replies" / f"order-status.{language}.md").write_text(text, encoding="utf-8")
    file = folder / "policy.toml"
    file.write_text(policy, encoding="utf-8")
    return file


def problems(file: Path) -> list[str]:
    """What the team is told, the folder left out."""
    with pytest.raises(PolicyProblems) as caught:
        load_policy(file)
    return str(caught.value).replace(f"{file.parent}/", "").splitlines()


def told(folder: Path, old: str, new: str) -> list[str]:
    """The same of the policy with one thing changed, without the file's name."""
    assert old in POLICY
    found = problems(write(folder, POLICY.replace(old, new, 1)))
    return [line.removeprefix("policy.toml: ") for line in found]


# --- what arrives --------------------------------------------------------------------------------


def test_every_table_arrives(tmp_path: Path) -> None:
    policy = load_policy(write(tmp_path))

    assert policy.person_subjects == ("press request",)
    assert policy.languages == {"en", "de"}
    assert policy.limits == ReplyLimits(
        conversation_day=1,
        conversation_life=3,
        customer_day=2,
        organization_10_minutes=10,
        organization_hour=40,
        first_contacts_hour=10,
    )
    assert policy.reply == ReplySettings(
        disclosure={"en": "A machine wrote this. Reply HUMAN to reach one."},
        links=frozenset({"www.shop.example"}),
    )
    assert policy.hours == Hours(
        time_zone="Europe/Berlin",
        week=(((time(9), time(12)), (time(13), time(0))), (), (), (), (), (), ()),
        country="DE",
        region="BY",
        closed=frozenset({date(2026, 12, 24), date(2026, 12, 31)}),
    )
    assert policy.audience == Audience(
        only_tags=frozenset({"shop"}),
        never_tags=frozenset({"vip"}),
        only_teams=frozenset({"north"}),
        never_teams=frozenset({"south"}),
        only_queues=frozenset({"mail"}),
        never_queues=frozenset({"chat"}),
        never_domains=frozenset({"press.example"}),
        attributes=(("tierStr", frozenset({"gold"})), ("vipBool", frozenset({"true"}))),
    )
    assert policy.certificates == Terms(
        error_limit=0.01, confidence=0.99, valid_for=timedelta(days=30)
    )
    (topic,) = policy.topics
    assert topic.languages == frozenset({"en"})
    assert (topic.daily_cap, topic.share) == (20, 10)
    assert topic.slots == (
        Slot(
            name="order_number",
            source="message",
            kind=SlotKind.ORDER_NUMBER,
            pattern=r"40-\d{4}",
        ),
    )
    assert topic.answers == {"en": ANSWER.strip()}


def test_what_is_left_out_holds_nobody_back(tmp_path: Path) -> None:
    (tmp_path / "policy.toml").write_text("", "utf-8")

    policy = load_policy(tmp_path / "policy.toml")

    assert (policy.hours, policy.audience) == (Hours(), Audience())
    assert (policy.limits, policy.reply) == (ReplyLimits(), ReplySettings())


def test_hours_are_on_the_clock_of_the_notes_unless_they_name_one(tmp_path: Path) -> None:
    (tmp_path / "policy.toml").write_text(
        '[note]\ntime_zone = "Europe/Paris"\n[hours]\nmon = "09:00-10:00"\n', "utf-8"
    )

    assert load_policy(tmp_path / "policy.toml").hours.time_zone == "Europe/Paris"


def test_a_mark_at_the_start_of_the_file_is_no_key(tmp_path: Path) -> None:
    file = write(tmp_path)
    file.write_text(POLICY, "utf-8-sig")

    assert load_policy(file).person_subjects == ("press request",)


def test_a_slot_may_be_written_with_blanks(tmp_path: Path) -> None:
    (topic,) = load_policy(write(tmp_path, en="Follow {{ order_number }}.")).topics

    assert topic.answers == {"en": "Follow {{ order_number }}."}


# --- values --------------------------------------------------------------------------------------

NO_HOURS = 'write hours such as "09:00-12:00, 13:00-17:30", or "" for closed'


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        pytest.param(
            "conversation_day = 1",
            "conversation_day = 3",
            "line 5: [limits] conversation_day = 3: write 2 or less",
            id="a limit above the default",
        ),
        pytest.param(
            "valid_days = 30",
            "valid_days = 181",
            "line 56: [certificates] valid_days = 181: write 180 or less",
            id="a certificate for longer than half a year",
        ),
        pytest.param(
            "error_limit = 0.01",
            "error_limit = 0.2",
            "line 54: [certificates] error_limit = 0.2: write 0.1 or less",
            id="every fifth reply wrong",
        ),
        pytest.param(
            "confidence = 0.99",
            "confidence = 0.5",
            "line 55: [certificates] confidence = 0.5: write 0.9 or more",
            id="a coin instead of confidence",
        ),
        pytest.param(
            "first_contacts_hour = 10",
            "first_contacts_hour = 11",
            "line 10: [limits] first_contacts_hour = 11: write 10 or less",
            id="too many first contacts",
        ),
        pytest.param(
            "09:00-12:00, 13:00-24:00",
            "9-17",
            f'line 21: [hours] mon = "9-17": {NO_HOURS}',
            id="hours without minutes",
        ),
        pytest.param(
            '"09:00-12:00, 13:00-24:00"',
            "9",
            f"line 21: [hours] mon = 9: {NO_HOURS}",
            id="hours as a number",
        ),
        pytest.param(
            "09:00-12:00, 13:00-24:00",
            "22:00-02:00",
            'line 21: [hours] mon = "22:00-02:00": ends before it begins; write what lies after '
            "midnight under the next day",
            id="over midnight",
        ),
        pytest.param(
            "09:00-12:00, 13:00-24:00",
            "09:00-00:00",
            'line 21: [hours] mon = "09:00-00:00": ends before it begins; write "24:00" for '
            "midnight",
            id="midnight as the day's begin",
        ),
        pytest.param(
            "09:00-12:00, 13:00-24:00",
            "09:00-13:00, 12:00-17:00",
            'line 21: [hours] mon = "09:00-13:00, 12:00-17:00": two of its spans overlap, or are '
            "not in order; write the earlier first",
            id="spans that overlap",
        ),
        pytest.param(
            "09:00-12:00, 13:00-24:00",
            "09:00-24:00, 13:00-17:00",
            'line 21: [hours] mon = "09:00-24:00, 13:00-17:00": two of its spans overlap, or are '
            "not in order; write the earlier first",
            id="a span after midnight",
        ),
        pytest.param(
            "2026-12-24,",
            "2026-12-24T10:00:00,",
            "line 24: [hours] closed[0] = 2026-12-24 10:00:00: write a date such as 2026-12-24",
            id="a time as a day off",
        ),
        pytest.param(
            '"DE"',
            '"Germany"',
            'line 22: [hours] country = "Germany": write two capital letters, such as "DE"',
            id="a country by name",
        ),
        pytest.param(
            '"press.example"]',
            '"mara@press.example"]',
            'line 33: [audience] never_domains[0] = "mara@press.example": write the domain alone, '
            'in small letters, such as "example.com"',
            id="an address as a domain",
        ),
        pytest.param(
            '["gold"]',
            '"gold"',
            'line 36: [audience.attributes] tierStr = "gold": write a list of values, such as '
            '["gold", "platinum"] or [true]',
            id="one value without its list",
        ),
        pytest.param(
            '"www.shop.example"',
            '"www.shop.example", "*.shop.example"',
            'line 14: [reply] links[1] = "*.shop.example": write the host alone, in small letters, '
            'such as "www.example.com"',
            id="a host with a star",
        ),
        pytest.param(
            'en = "A machine',
            'english = "A machine',
            'line 17: [reply.disclosure] "english": write two small letters, such as "en"',
            id="a language by name",
        ),
        pytest.param(
            '"A machine wrote this. Reply HUMAN to reach one."',
            '" "',
            'line 17: [reply.disclosure] en = " ": write some words, or leave it out',
            id="a blank disclosure",
        ),
        pytest.param(
            "share = 10",
            "share = 0",
            "line 46: [topics.order-status] share = 0: write 1 or more",
            id="a share of nothing",
        ),
        pytest.param(
            "daily_cap = 20",
            'daily_cap = "20"',
            'line 45: [topics.order-status] daily_cap = "20": write a whole number',
            id="a cap in quotes",
        ),
        pytest.param(
            "daily_cap = 20",
            'answer = "Follow it."',
            "line 45: [topics.order-status] answer: not known here; the approved answer is a file, "
            "replies/<topic>.<language>.md",
            id="an answer in the policy",
        ),
        pytest.param(
            'source = "message"',
            'source = "order.number"',
            'line 49: [topics.order-status.slots.order_number] source = "order.number": write '
            '"message", or a field of a record: "customer.first_name", "customer.custom.NAME", '
            '"conversation.custom.NAME"',
            id="a source that nobody reads",
        ),
        pytest.param(
            'source = "message"\n',
            "",
            "line 48: [topics.order-status.slots.order_number] source is missing; write "
            'source = "message", or the field of a record',
            id="no source",
        ),
        pytest.param(
            '"order-number"',
            '"order"',
            'line 50: [topics.order-status.slots.order_number] kind = "order": choose "name", '
            '"order-number", "date", "amount", "number" or "text"',
            id="an unknown kind",
        ),
        pytest.param(
            "40-\\d{4}",
            "(40-\\d{4}",
            'line 51: [topics.order-status.slots.order_number] pattern = "(40-\\d{4}": no regular '
            "expression: missing ), unterminated subpattern at position 0",
            id="a pattern that does not compile",
        ),
        pytest.param(
            "40-\\d{4}",
            "(?:\\d{1,9}){9}",
            'line 51: [topics.order-status.slots.order_number] pattern = "(?:\\d{1,9}){9}": '
            '"{9}" repeats what varies itself; write it out',
            id="a pattern that could run for ever",
        ),
        pytest.param(
            "kind = ",
            "knd = ",
            "line 50: [topics.order-status.slots.order_number] knd: not known here; did you mean "
            "kind?",
            id="a slot's key with a typing mistake",
        ),
    ],
)
def test_a_wrong_value_is_quoted_on_its_line(
    tmp_path: Path, old: str, new: str, words: str
) -> None:
    assert told(tmp_path, old, new) == [words]


LIMITS = asdict(ReplyLimits()) | {"first_contacts_hour": 10}


@pytest.mark.parametrize(("limit", "most"), LIMITS.items())
def test_a_limit_can_be_lowered_to_nothing_and_not_raised(
    tmp_path: Path, limit: str, most: int
) -> None:
    file = tmp_path / "policy.toml"

    for allowed in (0, most):
        file.write_text(f"[limits]\n{limit} = {allowed}\n", "utf-8")
        assert getattr(load_policy(file).limits, limit) == allowed
    file.write_text(f"[limits]\n{limit} = {most + 1}\n", "utf-8")
    assert problems(file) == [
        f"policy.toml: line 2: [limits] {limit} = {most + 1}: write {most} or less"
    ]


# --- what does not fit together ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        pytest.param(
            'never_tags = ["vip"]',
            'never_tags = ["vip", "Shop"]',
            'line 28: [audience] never_tags[1]: "Shop" is in only_tags too; leave it out of one of '
            "the two",
            id="the same tag let in and held back",
        ),
        pytest.param(
            '"DE"',
            '"XX"',
            'line 22: [hours] country: the holidays of "XX" are not known; write another code, or '
            "leave it out",
            id="a country that nobody knows",
        ),
        pytest.param(
            'country = "DE"\n',
            "",
            'line 22: [hours] region: needs its country; write country = "DE", or leave it out',
            id="a region without its country",
        ),
        pytest.param(
            'languages = ["en"]',
            'languages = ["en", "fr"]',
            'line 44: [topics.order-status] languages[1]: "fr" has no approved answer; write '
            "order-status.fr.md, or leave it out",
            id="a language without an answer",
        ),
        pytest.param(
            '["en", "de"]',
            '["de", "fr"]',
            'line 42: [topics.order-status] level: its answers are in "en", and [reply] languages '
            "lists none of these",
            id="no answer in a language to answer",
        ),
        pytest.param(
            "Reply HUMAN to reach one.",
            "Do not reply.",
            "line 17: [reply.disclosure] en: does not say how to reach a person; write such as "
            f'"{LINES["en"]}"',
            id="a disclosure without a way to a person",
        ),
        pytest.param(
            "A machine wrote this.",
            "{{name}}, a machine wrote this.",
            "line 17: [reply.disclosure] en: write one line, without slots",
            id="a disclosure with a slot",
        ),
        pytest.param(
            "slots.order_number]",
            "slots.date]",
            "line 48: [topics.order-status.slots] date: no answer holds {{date}}; write it there, "
            "or leave the slot out",
            id="a slot that no answer uses",
        ),
        pytest.param(
            "kind = \"order-number\"\npattern = '40-\\d{4}'",
            'kind = "text"',
            'line 48: [topics.order-status.slots] order_number: kind "text" with source "message" '
            "takes any words of the customer's; write what they may be, such as pattern = "
            "'red|green|blue', or choose another kind",
            id="a gap for any words of a customer",
        ),
        pytest.param(
            "kind = \"order-number\"\npattern = '40-\\d{4}'",
            "",
            'line 48: [topics.order-status.slots] order_number: kind "text" with source "message" '
            "takes any words of the customer's; write what they may be, such as pattern = "
            "'red|green|blue', or choose another kind",
            id="a gap of no kind for any words of a customer",
        ),
    ],
)
def test_a_combination_that_cannot_be_says_what_to_write(
    tmp_path: Path, old: str, new: str, words: str
) -> None:
    first, *_ = told(tmp_path, old, new)

    assert first == words


@pytest.mark.parametrize(
    "slot",
    [
        'source = "message"\nkind = "text"\npattern = "red|green"',
        'source = "customer.custom.colourStr"\nkind = "text"',
        'source = "message"\nkind = "amount"',
    ],
)
def test_a_gap_that_takes_no_free_words_is_fine(tmp_path: Path, slot: str) -> None:
    old = 'source = "message"\nkind = "order-number"\npattern = \'40-\\d{4}\''
    assert old in POLICY

    policy = load_policy(write(tmp_path, POLICY.replace(old, slot)))

    assert len(policy.topics[0].slots) == 1


def test_a_region_that_the_country_lacks_names_those_it_has(tmp_path: Path) -> None:
    (words,) = told(tmp_path, '"BY"', '"TX"')

    assert words.startswith('line 23: [hours] region: DE has no region "TX" of its own holidays;')
    assert "BY" in words


@pytest.mark.parametrize("level", ["draft", "send"])
def test_a_language_in_which_nothing_says_that_a_machine_wrote_it_cannot_be_answered(
    tmp_path: Path, level: str
) -> None:
    policy = POLICY.replace('languages = ["en"]', 'languages = ["en", "pl"]')
    file = write(tmp_path, policy.replace('"send"', f'"{level}"'), pl="Śledź {{order_number}}.")

    (words,) = problems(file)

    assert words == (
        'policy.toml: line 42: [topics.order-status] level: nothing in "pl" says that an automatic '
        'assistant wrote it; write pl = "…" under [reply.disclosure]'
    )


def test_a_suggested_reply_needs_no_disclosure(tmp_path: Path) -> None:
    policy = POLICY.replace('"send"', '"note"').replace('["en"]', '["en", "pl"]', 1)

    (topic,) = load_policy(write(tmp_path, policy, pl="Śledź {{order_number}}.")).topics

    assert "pl" in topic.answers


def test_an_answer_in_a_language_that_the_topic_leaves_out_needs_none_either(
    tmp_path: Path,
) -> None:
    (topic,) = load_policy(write(tmp_path, pl="Śledź {{order_number}}.")).topics

    assert topic.languages == frozenset({"en"})


def test_a_topic_that_is_off_may_have_its_slots_ready(tmp_path: Path) -> None:
    file = write(tmp_path, POLICY.replace('"send"', '"off"').replace('languages = ["en"]\n', ""))
    (tmp_path / "replies" / "order-status.en.md").unlink()

    (topic,) = load_policy(file).topics

    assert [slot.name for slot in topic.slots] == ["order_number"]


# --- the text of an answer -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param(
            "Hello,\n\n{{order}} is on its way.",
            "line 3: there is no [topics.order-status.slots.order] in the policy; write that "
            "table: source = …",
            id="a slot that the topic does not have",
        ),
        pytest.param(
            "Hello\n{{order number}}",
            'line 2: "{{" belongs to no slot; write a slot as {{order_number}}',
            id="a slot with a blank in its name",
        ),
        pytest.param(
            "Hello }} you",
            'line 1: "}}" belongs to no slot; write a slot as {{order_number}}',
            id="the end of a slot alone",
        ),
        pytest.param(
            "Hello\n\n<b>you</b>", "line 3: holds HTML; answers are plain text", id="HTML"
        ),
        pytest.param(
            "See [this](https://www.shop.example)",
            "line 1: holds a Markdown link or image; answers are plain text",
            id="a Markdown link",
        ),
        pytest.param(
            "Hello\nyou\u200b there",
            "line 2: holds a character that nobody sees (U+200B); delete it",
            id="a zero-width blank",
        ),
        pytest.param(
            "Hello \u202eyou",
            "line 1: holds a character that nobody sees (U+202E); delete it",
            id="text that runs the other way",
        ),
        pytest.param(
            "See https://other.example/x",
            "line 1: holds a link to a host that the policy does not list; write https://HOST/…, "
            "and HOST under [reply] links",
            id="a host that is not listed",
        ),
        pytest.param(
            "See\nhttp://www.shop.example/x",
            "line 2: holds a link that is not written plainly as https://host/path; write "
            "https://HOST/…, and HOST under [reply] links",
            id="a link without encryption",
        ),
        pytest.param(
            "```\nHello\n```", "line 1: holds a code fence; answers are plain text", id="a fence"
        ),
    ],
)
def test_an_answer_that_could_not_go_out_is_told_with_its_line(
    tmp_path: Path, text: str, words: str
) -> None:
    found = problems(write(tmp_path, en=f"{text}\n", de="Folgen Sie {{order_number}}."))

    assert found[0] == f"replies/order-status.en.md: {words}"


def test_an_answer_too_long_for_a_channel_of_its_topic_names_it(tmp_path: Path) -> None:
    policy = POLICY.replace('["email"]', '["email", "chat"]')

    assert problems(write(tmp_path, policy, en=f"{{{{order_number}}}} {'x' * 1010}")) == [
        "replies/order-status.en.md: has 1027 characters; chat takes 1024"
    ]


def test_an_answer_that_ends_in_another_way_is_named(tmp_path: Path) -> None:
    file = write(tmp_path)
    (tmp_path / "replies" / "order-status.de.txt").write_text("Hallo", "utf-8")

    assert problems(file) == [
        "replies/order-status.de.txt: name it <topic>.<language>.md, such as order-status.en.md"
    ]


def test_files_that_a_machine_leaves_behind_are_no_answers(tmp_path: Path) -> None:
    file = write(tmp_path)
    (tmp_path / "replies" / ".DS_Store").write_bytes(b"\x00")

    assert load_policy(file).topics


# --- all at once ---------------------------------------------------------------------------------


NO_ORDER_SLOT = "there is no [topics.order-status.slots.order] in the policy; write that table"


def test_what_is_wrong_in_one_key_hides_nothing_of_the_others(tmp_path: Path) -> None:
    wrong = (
        POLICY.replace("conversation_day = 1", "conversation_day = 9")
        .replace("region", "regoin")
        .replace('"DE"', '"XX"')
        .replace('never_tags = ["vip"]', 'never_tags = ["shop"]')
        .replace('"email"', '"fax"')
        .replace("slots.order_number", "slots.date")
    )

    found = problems(write(tmp_path, wrong, en="<b>{{order}}</b>"))

    assert [line.split(": ")[:3] for line in found] == [
        ["policy.toml", "line 5", "[limits] conversation_day = 9"],
        ["policy.toml", "line 22", "[hours] country"],
        ["policy.toml", "line 23", "[hours] regoin"],
        ["policy.toml", "line 28", "[audience] never_tags[0]"],
        ["policy.toml", "line 43", '[topics.order-status] channels[0] = "fax"'],
        ["policy.toml", "line 48", "[topics.order-status.slots] date"],
        ["replies/order-status.en.md", "line 1", NO_ORDER_SLOT],
        ["replies/order-status.en.md", "line 1", "holds HTML; answers are plain text"],
    ]


def test_each_problem_can_be_asked_for_its_file_and_line(tmp_path: Path) -> None:
    file = write(tmp_path, POLICY.replace("share = 10", "share = 0"))

    with pytest.raises(ConfigError) as caught:
        load_policy(file)

    assert isinstance(caught.value, PolicyProblems)
    (one,) = caught.value.problems
    assert (one.file, one.line) == (file, 46)


@pytest.mark.parametrize(
    "policy",
    [
        pytest.param("topics = 3", id="topics that are no table"),
        pytest.param("[topics]\norder-status = 3", id="a topic that is no table"),
        pytest.param("[[topics]]\nlevel = 'send'", id="topics as a list"),
        pytest.param("note = []", id="a table that is a list"),
        pytest.param("[reply]\nlinks = 3\ndisclosure = 'x'", id="values of another kind"),
        pytest.param("[topics.order-status]\nslots = 3", id="slots that are no table"),
        pytest.param("[topics.order-status.slots.a.b]\nc = 1", id="a table too deep"),
        pytest.param("[hours]\nmon = ['09:00-10:00']", id="a list of hours"),
        pytest.param("[audience.attributes.a.b]\nc = 1", id="attributes too deep"),
        pytest.param("[limits]\nmin_margin = nan", id="no number"),
    ],
)
def test_whatever_stands_there_the_team_is_told_and_nothing_breaks(
    tmp_path: Path, policy: str
) -> None:
    assert all(
        line.startswith(("policy.toml: line ", "replies/"))
        for line in problems(write(tmp_path, policy))
    )


LINES_OF_POLICY = POLICY.splitlines()
ODD = (
    "3 true 'x' [] [1] {} {a=1} nan -1 2026-01-01 '' [[]] '{{x}}' 1e400 [{a=1}] \"\\u0000\"".split()
)


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("policy"))


@given(
    st.sampled_from([at for at, line in enumerate(LINES_OF_POLICY) if " = " in line]),
    st.sampled_from(ODD),
)
def test_a_key_with_any_value_is_taken_or_told(file: Path, at: int, value: str) -> None:
    lines = list(LINES_OF_POLICY)
    lines[at] = f"{lines[at].split(' = ')[0]} = {value}"
    file.write_text("\n".join(lines), "utf-8")

    assert all(one.line or one.file.suffix == ".md" for one in found_wrong(file))


def found_wrong(file: Path) -> tuple[Problem, ...]:
    try:
        load_policy(file)
    except PolicyProblems as wrong:
        return wrong.problems
    return ()
