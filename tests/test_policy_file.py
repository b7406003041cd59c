"""Reading `policy.toml` and its answers: what a team gets, and what it is told when it is wrong."""

from datetime import timedelta
from pathlib import Path

import pytest

from agent.core.team_policy import Level, NoteSettings
from agent.errors import ConfigError
from agent.policy_file import load_policy

POLICY = """\
[note]
language = "de"
time_zone = "Europe/Berlin"
max_words = 90
min_messages = 2
min_characters = 200
with_reply = false

[limits]
stale_after = "36h"
min_margin = 0.3
retries = "aggressive"

[person]
words = ["wholesale", "cancel ~ contract"]

[topics.order-status]
description = "where an order is"
examples = ["Where is my order?"]
level = "draft"
channels = ["email"]
"""
ANSWERS = {"order-status.en.md": "Follow the link.\n", "order-status.de.md": "Folgen Sie ihm.\n"}


def write(folder: Path, policy: str = POLICY, answers: dict[str, str] | None = None) -> Path:
    """A policy with one topic and two answers. Tests change one thing."""
    (folder / "replies").mkdir()
    for name, text in (ANSWERS if answers is None else answers).items():
        (folder / "replies" / name).write_text(text, encoding="utf-8")
    file = folder / "policy.toml"
    file.write_text(policy, encoding="utf-8")
    return file


def problems(file: Path) -> list[str]:
    """What the team is told, the folder left out."""
    with pytest.raises(ConfigError) as caught:
        load_policy(file)
    return str(caught.value).replace(f"{file.parent}/", "").splitlines()


# --- a policy that works -------------------------------------------------------------------------


def test_everything_in_the_file_arrives(tmp_path: Path) -> None:
    policy = load_policy(write(tmp_path))

    assert policy.note == NoteSettings(
        language="de",
        time_zone="Europe/Berlin",
        max_words=90,
        min_messages=2,
        min_characters=200,
        with_reply=False,
    )
    assert policy.stale_after == timedelta(hours=36)
    assert policy.min_margin == 0.3
    assert policy.retries == "aggressive"
    assert policy.person_words == ("wholesale", "cancel ~ contract")
    (topic,) = policy.topics
    assert (topic.name, topic.description) == ("order-status", "where an order is")
    assert (topic.examples, topic.level) == (("Where is my order?",), Level.DRAFT)
    assert topic.channels == frozenset({"email"})
    assert topic.answers == {"en": "Follow the link.", "de": "Folgen Sie ihm."}


def test_each_topic_has_its_own_answers(tmp_path: Path) -> None:
    other = '[topics.invoice-copy]\ndescription = "an invoice"\nexamples = ["Invoice please"]\n'
    answers = {**ANSWERS, "invoice-copy.en.md": "Download it."}

    _, invoice = load_policy(write(tmp_path, f"{POLICY}\n{other}", answers)).topics

    assert invoice.answers == {"en": "Download it."}


def test_an_empty_file_is_a_policy_without_topics(tmp_path: Path) -> None:
    policy = load_policy(write(tmp_path, "", {}))

    assert (policy.topics, policy.note) == ((), NoteSettings())


def test_a_topic_notes_unless_the_team_says_more(tmp_path: Path) -> None:
    (topic,) = load_policy(write(tmp_path, POLICY.replace('level = "draft"\n', ""))).topics

    assert topic.level is Level.NOTE


def test_a_topic_that_is_off_needs_no_answer(tmp_path: Path) -> None:
    (topic,) = load_policy(write(tmp_path, POLICY.replace('"draft"', '"off"'), {})).topics

    assert topic.answers == {}


def test_the_version_stays_while_nothing_changes(tmp_path: Path) -> None:
    file = write(tmp_path)

    assert load_policy(file).version == load_policy(file).version


@pytest.mark.parametrize("changed", ["policy.toml", "replies/order-status.en.md"])
def test_the_version_changes_with_the_file_and_with_an_answer(tmp_path: Path, changed: str) -> None:
    file = write(tmp_path)
    before = load_policy(file).version

    with (tmp_path / changed).open("a", encoding="utf-8") as text:
        text.write("# more\n")

    assert load_policy(file).version != before


# --- the starter policy --------------------------------------------------------------------------

ROUTINE = {
    "order-status",
    "password-reset",
    "opening-hours",
    "return-label",
    "invoice-copy",
    "change-of-address",
}


def test_the_starter_policy_has_the_six_routine_topics_and_sends_nothing() -> None:
    topics = load_policy(None).topics

    assert {topic.name for topic in topics} == ROUTINE
    assert {topic.level for topic in topics} == {Level.NOTE}


def test_the_starter_policy_answers_in_four_languages() -> None:
    assert {tuple(sorted(t.answers)) for t in load_policy(None).topics} == {
        ("de", "en", "es", "fr")
    }


def test_the_starter_policy_spells_out_the_defaults() -> None:
    assert load_policy(None).note == NoteSettings()


def test_the_starter_policy_gives_each_topic_varied_examples() -> None:
    counts = {t.name: len(set(t.examples)) for t in load_policy(None).topics}

    assert all(6 <= count <= 10 for count in counts.values()), counts


# --- a policy that does not work -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        pytest.param(
            'level = "draft"',
            'level = "auto"',
            'line 20: [topics.order-status] level = "auto": '
            'choose "off", "note", "draft" or "send"',
            id="a level that does not exist",
        ),
        pytest.param(
            "max_words = 90",
            "max_word = 90",
            "line 4: [note] max_word: not known here; did you mean max_words?",
            id="a key with a typing mistake",
        ),
        pytest.param(
            "[person]",
            "[persons]",
            "line 14: [persons]: not known here; did you mean person?",
            id="a table with a typing mistake",
        ),
        pytest.param(
            "max_words = 90",
            'max_words = "90"',
            'line 4: [note] max_words = "90": write a whole number',
            id="a number in quotes",
        ),
        pytest.param(
            "max_words = 90",
            "max_words = 5",
            "line 4: [note] max_words = 5: write 30 or more",
            id="too small a number",
        ),
        pytest.param(
            "min_margin = 0.3",
            "min_margin = 30",
            "line 11: [limits] min_margin = 30: write 1 or less",
            id="a percentage",
        ),
        pytest.param(
            'retries = "aggressive"',
            'retries = "often"',
            'line 12: [limits] retries = "often": choose "default", "aggressive" or "none"',
            id="an unknown way to retry",
        ),
        pytest.param(
            "with_reply = false",
            'with_reply = "no"',
            'line 7: [note] with_reply = "no": write true or false',
            id="a word for false",
        ),
        pytest.param(
            '"36h"',
            '"soon"',
            'line 10: [limits] stale_after = "soon": write a time such as "30m", "24h" or "7d"',
            id="no time span",
        ),
        pytest.param(
            '"36h"',
            "36",
            'line 10: [limits] stale_after = 36: write a time such as "30m", "24h" or "7d"',
            id="a time span without its unit",
        ),
        pytest.param(
            '"36h"',
            '"0h"',
            'line 10: [limits] stale_after = "0h": write a time such as "30m", "24h" or "7d"',
            id="no time at all",
        ),
        pytest.param(
            '"de"',
            '"german"',
            'line 2: [note] language = "german": choose "en", "de", "fr", "es", "nl", "pt" or "it"',
            id="a language by name",
        ),
        pytest.param(
            "Europe/Berlin",
            "Berlin",
            'line 3: [note] time_zone = "Berlin": write a name such as "Europe/Berlin" or "UTC"',
            id="no time zone",
        ),
        pytest.param(
            '["email"]',
            '["email", "fax"]',
            'line 21: [topics.order-status] channels[1] = "fax": choose "chat", "email", '
            '"facebook", "instagram", "sms", "twitter-dm" or "whatsapp"',
            id="a channel that does not exist",
        ),
        pytest.param(
            'description = "where an order is"\n',
            "",
            "line 17: [topics.order-status] description is missing; "
            'write description = "what the customer wants", in one sentence',
            id="no description",
        ),
        pytest.param(
            'examples = ["Where is my order?"]',
            "examples = []",
            "line 19: [topics.order-status] examples = []: write at least one",
            id="no examples",
        ),
        pytest.param(
            '"wholesale"',
            '" "',
            'line 15: [person] words[0] = " ": write some words, or leave it out',
            id="an empty word, which would match everything",
        ),
    ],
)
def test_a_wrong_value_is_quoted_with_what_to_write_instead(
    tmp_path: Path, old: str, new: str, told: str
) -> None:
    assert old in POLICY

    assert problems(write(tmp_path, POLICY.replace(old, new, 1))) == [f"policy.toml: {told}"]


def test_every_problem_is_told_at_once(tmp_path: Path) -> None:
    wrong = POLICY.replace('"draft"', '"on"').replace("max_words = 90", "max_wrds = 90")

    told = problems(write(tmp_path, wrong, {"order-staus.en.md": "Hello."}))

    assert [line.split(":")[0] for line in told] == ["policy.toml"] * 3 + [
        "replies/order-staus.en.md"
    ]


def test_a_syntax_error_names_line_and_column(tmp_path: Path) -> None:
    (told,) = problems(write(tmp_path, '[note]\nlanguage = "de\n'))

    assert told.startswith("policy.toml: line 2: column 15: ")


def test_a_key_given_twice_names_its_line(tmp_path: Path) -> None:
    (told,) = problems(write(tmp_path, "[note]\nmax_words = 90\nmax_words = 90\n"))

    assert told.startswith("policy.toml: line 3: column ")


def test_a_file_that_breaks_off_says_so(tmp_path: Path) -> None:
    (told,) = problems(write(tmp_path, "[person]\nwords = ["))

    assert told.startswith("policy.toml: line 2: breaks off at the end of the file: ")


def test_a_file_in_another_encoding_says_so(tmp_path: Path) -> None:
    file = write(tmp_path)
    file.write_bytes(b'[person]\nwords = ["caf\xe9"]')

    assert problems(file) == ["policy.toml: line 2: not UTF-8 at byte 22; save it as UTF-8"]


def test_a_missing_file_names_the_setting(tmp_path: Path) -> None:
    assert problems(tmp_path / "policy.toml") == [
        "policy.toml: no such file; SIDENOTE_POLICY names the policy"
    ]


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        pytest.param(
            "order-staus.en.md",
            "Hello.",
            "replies/order-staus.en.md: there is no topic order-staus; did you mean order-status?",
            id="a topic with a typing mistake",
        ),
        pytest.param(
            "order-status.md",
            "Hello.",
            "replies/order-status.md: name it <topic>.<language>.md, such as order-status.en.md",
            id="no language in the name",
        ),
        pytest.param(
            "order-status.fr.md",
            " \n",
            "replies/order-status.fr.md: is empty; write the approved answer, or delete the file",
            id="an empty answer",
        ),
        pytest.param(
            "order-status.fr.md",
            "Bonjour {{name}}",
            "replies/order-status.fr.md: line 1: there is no [topics.order-status.slots.name] in "
            "the policy; write that table: source = …",
            id="a slot that the topic does not have",
        ),
        pytest.param(
            "order-status.fr.md",
            "x" * 10_241,
            "replies/order-status.fr.md: has 10241 characters; 10240 are allowed",
            id="an answer longer than any channel takes",
        ),
    ],
)
def test_a_wrong_answer_file_is_named(tmp_path: Path, name: str, text: str, told: str) -> None:
    assert problems(write(tmp_path, answers={**ANSWERS, name: text})) == [told]


def test_a_topic_without_an_answer_says_which_file_to_write(tmp_path: Path) -> None:
    (told,) = problems(write(tmp_path, answers={}))

    assert told == (
        "policy.toml: line 17: [topics.order-status] has no approved answer; write "
        'replies/order-status.en.md (or another language), or set level = "off"'
    )


def test_a_topic_s_name_must_fit_a_file_name(tmp_path: Path) -> None:
    wrong = POLICY.replace("topics.order-status", 'topics."../Order"')

    assert problems(write(tmp_path, wrong, {})) == [
        'policy.toml: line 17: [topics] "../Order": write small letters, digits and hyphens'
    ]


def test_a_newer_note_can_take_the_older_ones_place(tmp_path: Path) -> None:
    replacing = POLICY.replace("with_reply = false", 'repeat = "replace"')

    assert load_policy(write(tmp_path, replacing)).note.repeat == "replace"


def test_a_way_to_repeat_notes_that_there_is_not_is_refused(tmp_path: Path) -> None:
    wrong = POLICY.replace("with_reply = false", 'repeat = "edit"')

    assert problems(write(tmp_path, wrong)) == [
        'policy.toml: line 7: [note] repeat = "edit": choose "add" or "replace"'
    ]
