"""`sidenote policy`: what a support lead types to begin with a policy and to have it checked."""

import json
import subprocess
import sys
import tomllib
from pathlib import Path

import jsonschema
import pytest
from click.testing import CliRunner

from agent.cli import cli
from agent.cli.policy import SUB_COMMANDS
from agent.core.team_policy import Audience, Hours, Level
from agent.policy_file import load_policy
from agent.policy_file.schema import schema_text
from agent.shipped import shipped
from tests.cli.typed import Typed

SHIPPED = shipped("prompts")


@pytest.fixture
def begun(typed_without_settings: Typed, tmp_path: Path) -> Path:
    """The policy that `policy init` writes."""
    typed_without_settings("policy", "init")
    return tmp_path / "policy.toml"


# --- init ----------------------------------------------------------------------------------------


def test_init_writes_a_policy_that_can_be_used_as_it_is(
    typed_without_settings: Typed, tmp_path: Path
) -> None:
    printed = typed_without_settings("policy", "init", "support/policy")

    policy = load_policy(tmp_path / "support" / "policy" / "policy.toml")
    assert printed.code == 0
    assert len(policy.topics) == 6
    assert {topic.level for topic in policy.topics} == {Level.NOTE}


def test_init_says_what_to_do_next_in_three_lines(typed_without_settings: Typed) -> None:
    _, *steps = typed_without_settings("policy", "init").out.splitlines()

    assert steps == [
        "1. Make the answers your own, then: sidenote policy check policy.toml",
        "2. Use it: SIDENOTE_POLICY=policy.toml in .env, then: sidenote start",
        "3. Trust its notes? Then: sidenote topics raise order-status --to draft --by NAME",
    ]


def test_init_tells_a_script_where_the_policy_is(typed_without_settings: Typed) -> None:
    printed = typed_without_settings("policy", "init", "--json", "mine")

    assert json.loads(printed.out) == {"policy": "mine/policy.toml"}


@pytest.mark.parametrize("there", ["policy.toml", "replies/order-status.en.md"])
def test_init_overwrites_nothing(typed_without_settings: Typed, tmp_path: Path, there: str) -> None:
    file = tmp_path / there
    file.parent.mkdir(exist_ok=True)
    file.write_text("mine", "utf-8")

    printed = typed_without_settings("policy", "init")

    assert printed.code == 2
    assert there in printed.err
    assert file.read_text("utf-8") == "mine"
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [file]


def test_a_second_init_leaves_the_first_alone(typed_without_settings: Typed, begun: Path) -> None:
    before = begun.read_text("utf-8")

    assert typed_without_settings("policy", "init").code == 2
    assert begun.read_text("utf-8") == before


# --- check ---------------------------------------------------------------------------------------


def test_check_says_what_a_policy_means(typed_without_settings: Typed, begun: Path) -> None:
    printed = typed_without_settings("policy", "check", "policy.toml")

    words = " ".join(printed.out.split())
    assert printed.code == 0
    assert "✓ policy.toml works" in words
    assert "order-status note de en es fr all" in words
    assert "nothing is drafted or sent: no topic is at draft or send" in words
    assert "hours replies at any time" in words
    assert "audience everybody" in words
    assert "at most 2 replies a day and 5 in all in a conversation, 3 a day to a customer" in words


TEAM = """\
[note]
language = "de"

[limits]
stale_after = "90m"
first_contacts_hour = 5

[reply]
languages = ["en"]
links = ["www.shop.example"]

[hours]
time_zone = "Europe/Berlin"
mon = "09:00-17:30"
tue = "09:00-17:30"
wed = "09:00-12:00, 13:00-24:00"
fri = "09:00-17:30"
country = "DE"
region = "BY"
closed = [2026-12-24]

[audience]
never_tags = ["vip"]
only_queues = ["mail"]
never_domains = ["press.example"]
attributes = { tierStr = ["gold", "platinum"] }

[topics.order-status]
description = "where an order is"
examples = ["Where is my order?"]
level = "send"
channels = ["email"]
daily_cap = 20
share = 10
slots.order_number = { source = "message", kind = "order-number" }
"""


@pytest.fixture
def team(typed_without_settings: Typed, tmp_path: Path) -> str:
    """A policy that uses most tables; its file, as typed."""
    (tmp_path / "replies").mkdir()
    (tmp_path / "replies" / "order-status.en.md").write_text("It is {{order_number}}.", "utf-8")
    (tmp_path / "team.toml").write_text(TEAM, "utf-8")
    return "team.toml"


@pytest.mark.parametrize(
    "words",
    [
        "order-status send en email at most 20 sent a day, 10 % sent, needs order_number",
        "notes in German, times in UTC",
        "sent by themselves: order-status; drafted: nothing; only in en",
        "links only to www.shop.example",
        "Mon–Tue 09:00–17:30, Wed 09:00–12:00 and 13:00–24:00, Fri 09:00–17:30 Europe/Berlin",
        "drafts otherwise; not on public holidays of DE (BY); not on 2026-12-24",
        "never tags vip; only queues mail; never addresses at press.example",
        "never where tierStr is gold or platinum",
        "5 an hour to senders nobody verified, in a conversation no teammate wrote in",
        "a question of more than 90 minutes gets no approved answer",
    ],
)
def test_check_puts_each_table_in_words(
    typed_without_settings: Typed, team: str, words: str
) -> None:
    assert words in " ".join(typed_without_settings("policy", "check", team).out.split())


def test_check_prints_the_same_for_a_script(typed_without_settings: Typed, team: str) -> None:
    told = json.loads(typed_without_settings("policy", "check", "--json", team).out)

    assert (told["file"], told["ok"], told["problems"]) == ("team.toml", True, [])
    assert told["topics"] == [
        {
            "name": "order-status",
            "level": "send",
            "languages": ["en"],
            "channels": ["email"],
            "slots": ["order_number"],
            "daily_cap": 20,
            "share": 10,
        }
    ]


def test_check_lists_every_problem_and_says_how_many(
    typed_without_settings: Typed, begun: Path
) -> None:
    wrong = begun.read_text("utf-8").replace("max_words", "max_wrds").replace('"24h"', '"soon"')
    begun.write_text(wrong, "utf-8")

    printed = typed_without_settings("policy", "check", "policy.toml")

    first, second, last = printed.err.splitlines()
    assert (printed.code, printed.out) == (3, "")
    assert first.startswith("policy.toml: line ")
    assert first.endswith(": [note] max_wrds: not known here; did you mean max_words?")
    assert '[limits] stale_after = "soon"' in second
    assert last == "2 problems; the policy cannot be used."


def test_check_gives_a_script_file_and_line_of_each_problem(
    typed_without_settings: Typed, begun: Path
) -> None:
    begun.write_text("[note]\nmax_words = 5\n", "utf-8")
    (begun.parent / "replies").rename(begun.parent / "elsewhere")

    printed = typed_without_settings("policy", "check", "policy.toml", "--json")

    assert printed.code == 3
    assert json.loads(printed.out) == {
        "file": "policy.toml",
        "ok": False,
        "problems": [
            {"file": "policy.toml", "line": 2, "words": "[note] max_words = 5: write 30 or more"}
        ],
    }


def test_check_takes_the_policy_in_use_when_none_is_named(
    typed_without_settings: Typed, team: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SIDENOTE_POLICY", team)

    assert "✓ team.toml works" in typed_without_settings("policy", "check").out


def test_check_without_any_policy_takes_the_one_that_comes_along(
    typed_without_settings: Typed,
) -> None:
    assert "starter-policy.toml works" in typed_without_settings("policy", "check").out


def test_check_of_a_file_that_is_not_there_says_so(typed_without_settings: Typed) -> None:
    printed = typed_without_settings("policy", "check", "mine.toml")

    assert printed.code == 3
    assert "mine.toml: no such file" in printed.err


def test_what_stands_in_a_policy_cannot_steer_the_terminal(
    typed_without_settings: Typed, tmp_path: Path
) -> None:
    (tmp_path / "p.toml").write_text('[note]\nlanguage = "\\u001b[2J"\n', "utf-8")

    assert "\x1b" not in typed_without_settings("policy", "check", "p.toml").err


# --- schema --------------------------------------------------------------------------------------


def test_the_schema_that_is_shipped_is_the_one_of_the_program(
    typed_without_settings: Typed,
) -> None:
    printed = typed_without_settings("policy", "schema").out

    # After a change: sidenote policy schema > prompts/policy.schema.json
    assert printed == (SHIPPED / "policy.schema.json").read_text("utf-8")


def test_a_policy_names_its_schema_where_editors_look(begun: Path) -> None:
    first, *_ = begun.read_text("utf-8").splitlines()
    named = first.removeprefix("#:schema ")

    assert first != named
    assert (begun.parent / named).read_text("utf-8") == schema_text()


def read(source: str) -> object:
    """TOML as an editor gives it to the schema: dates as text."""
    return json.loads(json.dumps(tomllib.loads(source), default=str))


@pytest.mark.parametrize(
    "source", [(SHIPPED / "starter-policy.toml").read_text("utf-8"), TEAM], ids=["starter", "team"]
)
def test_the_schema_takes_what_the_program_takes(source: str) -> None:
    jsonschema.validate(read(source), json.loads(schema_text()))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param("stale_after", "stale", id="an unknown key"),
        pytest.param('"90m"', '"soon"', id="no time"),
        pytest.param("first_contacts_hour = 5", "first_contacts_hour = 11", id="too high a limit"),
        pytest.param('"send"', '"sent"', id="an unknown level"),
        pytest.param("topics.order-status", 'topics."Order"', id="a topic's name"),
        pytest.param('kind = "order-number"', 'knd = "text"', id="an unknown key of a slot"),
        pytest.param('source = "message", ', "", id="a slot without its source"),
        pytest.param('"DE"', '"Germany"', id="a country by name"),
        pytest.param("share = 10", "share = 0", id="a share of nothing"),
    ],
)
def test_the_schema_marks_what_the_program_refuses(old: str, new: str) -> None:
    assert old in TEAM

    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(read(TEAM.replace(old, new, 1)), json.loads(schema_text()))


# --- the starter ---------------------------------------------------------------------------------


def test_the_starter_holds_nobody_back_until_a_team_says_so() -> None:
    policy = load_policy(None)

    assert (policy.hours, policy.audience) == (Hours(), Audience())


SWITCHES = "time_zone mon tue country region closed only_ never_ attributes en".split()


def test_what_the_starter_shows_as_comments_works_once_it_is_switched_on(begun: Path) -> None:
    lines = begun.read_text("utf-8").splitlines()
    on = [
        line[2:] if line.startswith(tuple(f"# {name}" for name in SWITCHES)) and " = " in line
        else line
        for line in lines
    ]  # fmt: skip
    begun.write_text("\n".join(on), "utf-8")

    policy = load_policy(begun)

    assert sum(a != b for a, b in zip(lines, on, strict=True)) == 12
    assert policy.hours.country == "DE"
    assert policy.audience.never_domains
    assert policy.reply.disclosure


# --- quick ---------------------------------------------------------------------------------------


def loaded_by(code: str) -> set[str]:
    """Top-level modules that a fresh process has loaded after that code."""
    ended = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys\nprint('LOADED', *sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    )
    return {name.split(".")[0] for name in ended.stdout.splitlines()[-1].split()}


def test_a_policy_without_a_country_does_not_load_the_calendars_of_the_world() -> None:
    code = "from agent.policy_file import load_policy\nload_policy(None)"

    assert "holidays" not in loaded_by(code)


@pytest.mark.parametrize("name", SUB_COMMANDS)
def test_every_sub_command_shows_an_example_of_itself(name: str) -> None:
    shown = CliRunner().invoke(cli, ["policy", name, "--help"])

    assert shown.exit_code == 0
    assert f"\n  sidenote policy {name}" in shown.stdout


def test_help_does_not_read_policies() -> None:
    code = (
        "from click.testing import CliRunner\nfrom agent.cli import cli\n"
        "assert CliRunner().invoke(cli, ['policy', '--help']).exit_code == 0"
    )

    assert loaded_by(code) & {"holidays", "pydantic"} == set()
