"""The scenarios that travel with Sidenote hold every rule both ways; a file is read strictly."""

import re
from pathlib import Path

import pytest

from agent.core.policy import Autonomy
from agent.core.rules import RULES
from agent.errors import InputError
from agent.policy_file.starter import write_starter
from agent.scenarios import (
    Scenario,
    ScenarioProblems,
    Tried,
    base_policy,
    never_exercised,
    read_scenarios,
    scenario_files,
    tried,
)
from agent.shipped import shipped
from agent.wiring import offline_engine

SHIPPED = shipped("fixtures") / "scenarios"
BASE = base_policy(None)
OFFLINE = offline_engine()
SCENARIOS = {
    scenario.file.stem: scenario for scenario in read_scenarios(scenario_files((SHIPPED,)), BASE)
}
RULE_IDS = [rule.id for rule in RULES]


@pytest.mark.parametrize("stem", SCENARIOS)
def test_the_policy_decides_as_the_scenario_says(stem: str) -> None:
    assert tried(SCENARIOS[stem], OFFLINE).wrong == ()


def test_there_are_at_least_a_hundred_and_fifty() -> None:
    assert len(SCENARIOS) >= 150


@pytest.mark.parametrize("rule", RULE_IDS)
def test_every_rule_decides_somewhere(rule: str) -> None:
    assert any(rule in each.given.expect.because for each in SCENARIOS.values())


@pytest.mark.parametrize("rule", [rule for rule in RULE_IDS if rule != "rehearsal"])
def test_every_rule_just_does_not_apply_somewhere(rule: str) -> None:
    assert any(rule in each.given.expect.misses for each in SCENARIOS.values())


def test_every_autonomy_is_expected_somewhere() -> None:
    expected = {each.given.expect.autonomy for each in SCENARIOS.values()}

    assert expected == {level.name.lower() for level in Autonomy}


def test_several_languages_are_written() -> None:
    marks = {"ü": "German", "ç": "French", "¿": "Spanish", "א": "Hebrew", "ا": "Arabic"}
    texts = "".join(m.text for each in SCENARIOS.values() for m in each.given.conversation.messages)

    assert [name for mark, name in marks.items() if mark not in texts] == []


# --- people in them are made up ------------------------------------------------------------------


def test_every_address_is_in_a_domain_that_nobody_can_own() -> None:
    text = "\n".join(each.file.read_text("utf-8") for each in SCENARIOS.values())
    hosts = re.findall(r"[\w.+-]+@([\w.-]*\w)|https?://([\w.-]*\w)", text)

    assert [h for pair in hosts for h in pair if h and not h.endswith(".example")] == []


# --- a team's own --------------------------------------------------------------------------------

PLAIN = """
name = "a question about an order"

[conversation]
messages = [
  { direction = "in", text = "Where is my order? I ordered last week, no tracking number yet." },
]

[expect]
autonomy = "note"
because = ["no-grant"]
"""


def written(folder: Path, text: str = PLAIN, name: str = "ours.toml") -> Path:
    file = folder / name
    file.write_text(text, "utf-8")
    return file


def read(file: Path) -> Scenario:
    (scenario,) = read_scenarios([file], BASE)
    return scenario


def outcome(file: Path) -> Tried:
    return tried(read(file), OFFLINE)


def problems(folder: Path, text: str) -> list[str]:
    """What is said of a file, without its name."""
    file = written(folder, text)
    with pytest.raises(ScenarioProblems) as raised:
        read_scenarios([file], BASE)
    return [str(problem).removeprefix(f"{file}: ") for problem in raised.value.problems]


def test_a_scenario_that_holds_has_nothing_wrong(tmp_path: Path) -> None:
    assert outcome(written(tmp_path)).wrong == ()


def test_a_changed_key_of_the_policy_counts(tmp_path: Path) -> None:
    raised = PLAIN + '\n[policy.topics.order-status]\nlevel = "send"\n'

    assert outcome(written(tmp_path, raised)).wrong == (
        "expected note because no-grant; got send because routine-topic-send",
    )


def test_the_rest_of_the_policy_stays_as_it_is(tmp_path: Path) -> None:
    changed = read(written(tmp_path, PLAIN + "\n[policy.limits]\ncustomer_day = 1\n")).policy

    assert changed.limits.customer_day == 1
    assert changed.topics == BASE.policy.topics


def test_a_scenario_is_decided_under_the_policy_it_is_given(tmp_path: Path) -> None:
    policy = write_starter(tmp_path / "theirs")
    text = policy.read_text("utf-8").replace(
        '[topics.order-status]\ndescription = "The customer wants to know where an order or '
        'parcel is, or when it will arrive."\nlevel = "note"',
        '[topics.order-status]\ndescription = "Where is it?"\nlevel = "draft"',
    )
    policy.write_text(text, "utf-8")

    (scenario,) = read_scenarios([written(tmp_path)], base_policy(policy))

    assert tried(scenario, OFFLINE).decision.because == ("routine-topic-draft",)


def test_the_scenario_in_the_readme_holds(tmp_path: Path) -> None:
    readme = (Path(__file__).parent.parent / "README.md").read_text("utf-8")
    (shown,) = re.findall(r"```toml\n(name = .*?)```", readme, re.DOTALL)

    assert outcome(written(tmp_path, shown)).wrong == ()


def test_other_reasons_are_a_failure_too(tmp_path: Path) -> None:
    text = PLAIN.replace('["no-grant"]', '["angry"]')

    assert outcome(written(tmp_path, text)).wrong == (
        "expected note because angry; got note because no-grant",
    )


def test_a_rule_that_must_apply_and_does_not_is_a_failure(tmp_path: Path) -> None:
    assert outcome(written(tmp_path, PLAIN + 'applies = ["stale"]\n')).wrong == (
        "expected stale to apply; it does not",
    )


def test_a_rule_that_must_not_apply_and_does_is_a_failure(tmp_path: Path) -> None:
    text = (
        PLAIN.replace('"note"', '"nothing"')
        .replace("no-grant", "spam")
        .replace("[conversation]", '[conversation]\nspam = true\nstatus = "done"')
    )

    assert outcome(written(tmp_path, text + 'misses = ["closed"]\n')).wrong == (
        "expected closed not to apply; it does",
    )


def test_other_words_of_a_rule_are_a_failure(tmp_path: Path) -> None:
    said = 'evidence = { no-answer-in-language = "none" }\n'

    assert outcome(written(tmp_path, PLAIN + said)).wrong == (
        "expected no-answer-in-language to say: none; it says: nothing",
    )


@pytest.mark.parametrize("rule", RULE_IDS)
def test_what_every_rule_says_is_written_down_somewhere(rule: str) -> None:
    assert any(rule in each.given.expect.evidence for each in SCENARIOS.values())


def test_another_topic_is_a_failure(tmp_path: Path) -> None:
    assert outcome(written(tmp_path, PLAIN + 'topic = "invoice-copy"\n')).wrong == (
        "expected topic invoice-copy; got order-status",
    )


def test_what_only_a_reply_needs_is_not_looked_at_for_a_note(tmp_path: Path) -> None:
    text = PLAIN + '\n[situation]\nunread = ["customer", "drafts", "counts"]\n'

    assert outcome(written(tmp_path, text)).wrong == ()


def test_rules_that_no_scenario_makes_apply_are_told(tmp_path: Path) -> None:
    silent = never_exercised([outcome(written(tmp_path))])

    assert silent == RULE_IDS


def test_a_rule_that_applies_without_deciding_is_exercised(tmp_path: Path) -> None:
    text = PLAIN.replace("[conversation]", '[conversation]\nspam = true\nstatus = "done"')

    assert {"spam", "closed"}.isdisjoint(never_exercised([outcome(written(tmp_path, text))]))


def test_the_shipped_ones_leave_no_rule_out() -> None:
    assert never_exercised([tried(each, OFFLINE) for each in SCENARIOS.values()]) == []


# --- reading -------------------------------------------------------------------------------------


def test_every_problem_of_a_file_is_told_with_its_line(tmp_path: Path) -> None:
    text = """name = "x"
[conversation]
chanel = "mail"
messages = [
  { direction = "inn", text = "x" },
  { direction = "in" },
]
[expect]
autonomy = "sent"
because = ["angri"]
[policy.topics.order-status]
level = "sendd"
"""

    assert problems(tmp_path, text) == [
        "line 3: [conversation] chanel: not known here; did you mean channel?",
        'line 5: [conversation.messages.0] direction = "inn": write "in" or "out"',
        'line 6: [conversation.messages.1] text is missing; write text = "what was said"',
        'line 9: [expect] autonomy = "sent": write "nothing", "note", "draft" or "send"',
        'line 10: [expect] because[0] = "angri": no rule of that name; did you mean angry?',
        (
            'line 12: [policy] [topics.order-status] level = "sendd": '
            'choose "off", "note", "draft" or "send"'
        ),
    ]


@pytest.mark.parametrize(
    ("more", "words"),
    [
        pytest.param(
            'topic = "order"',
            '[expect] topic = "order": no topic of the policy; known: change-of-address, '
            "invoice-copy, opening-hours, order-status, password-reset, return-label",
            id="a topic that is not there",
        ),
        pytest.param(
            'misses = ["stale"]\napplies = ["stale"]',
            "[expect] misses: stale is expected to apply",
            id="a rule that must apply and must not",
        ),
        pytest.param(
            "[situation]\nturn = 2",
            "[situation] turn = 2: no such message; count from 1",
            id="a message that is not there",
        ),
        pytest.param(
            "[situation]\nnow = 2026-03-04T12:00:00",
            "[situation] now = 2026-03-04 12:00:00: write its time zone too, such as "
            "2026-03-04T12:00:00Z",
            id="a time without a zone",
        ),
        pytest.param(
            "[counts]\ncustomer_day = -1",
            "[counts] customer_day = -1: write 0 or more",
            id="fewer replies than none",
        ),
        pytest.param(
            '[policy.audience]\nonly_tags = ["vip"]\nnever_tags = ["vip"]',
            '[policy] [audience] never_tags[0]: "vip" is in only_tags too; leave it out of one of '
            "the two",
            id="a policy that contradicts itself",
        ),
    ],
)
def test_what_cannot_be_is_refused(tmp_path: Path, more: str, words: str) -> None:
    (told,) = problems(tmp_path, f"{PLAIN}{more}\n")

    assert re.sub(r"^line \d+: ", "", told) == words


def test_what_is_no_toml_is_told_with_its_line(tmp_path: Path) -> None:
    (told,) = problems(tmp_path, 'name = "x"\n[expect\n')

    assert told.startswith("line 2: not TOML: ")


def test_what_is_no_text_is_told(tmp_path: Path) -> None:
    file = tmp_path / "odd.toml"
    file.write_bytes(b'name = "\xff"')

    with pytest.raises(ScenarioProblems, match="not UTF-8 at byte 8; save it as UTF-8"):
        read_scenarios([file], BASE)


def test_a_name_that_two_files_have_is_refused(tmp_path: Path) -> None:
    files = [written(tmp_path), written(tmp_path, name="theirs.toml")]

    with pytest.raises(ScenarioProblems, match=r"ours\.toml has it too; write another one"):
        read_scenarios(files, BASE)


def test_problems_of_all_files_are_told_at_once(tmp_path: Path) -> None:
    files = [written(tmp_path, "x = 1", name) for name in ("one.toml", "two.toml")]

    with pytest.raises(ScenarioProblems) as raised:
        read_scenarios(files, BASE)

    assert {problem.file for problem in raised.value.problems} == set(files)


def test_a_folder_gives_its_files_and_those_below_it(tmp_path: Path) -> None:
    (tmp_path / "vip").mkdir()
    files = [written(tmp_path), written(tmp_path / "vip")]

    assert scenario_files((tmp_path,)) == files


def test_a_file_that_is_named_twice_is_read_once(tmp_path: Path) -> None:
    file = written(tmp_path)

    assert scenario_files((file, tmp_path)) == [file]


@pytest.mark.parametrize("name", ["", "missing.toml"])
def test_a_path_without_a_scenario_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match="name a scenario or a folder of them"):
        scenario_files((tmp_path / name,))
