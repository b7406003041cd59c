"""Scenario files, read strictly: every problem at once, with file, line and what to write."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from agent.core.team_policy import TeamPolicy
from agent.errors import InputError
from agent.policy_file import load_policy
from agent.policy_file.answers import Answer, read_answers
from agent.policy_file.building import policy_of
from agent.policy_file.fits import policy_misfits
from agent.policy_file.lines import Path as Place
from agent.policy_file.lines import line_of, lines_of
from agent.policy_file.problems import Problem, meant, place, quoted
from agent.policy_file.reading import Source, parse, read_source
from agent.policy_file.starter import ANSWERS, starter
from agent.scenarios.shape import ScenarioFile

_AT_LINE = re.compile(r" ?\(at (?:line (\d+), column \d+|end of document)\)")


class ScenarioProblems(InputError):
    """Scenario files that cannot be read: every problem, by file and line; one a line as text."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in problems))


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """One file that was read, and the policy it is decided under."""

    file: Path
    given: ScenarioFile
    policy: TeamPolicy


@dataclass(frozen=True, slots=True, kw_only=True)
class BasePolicy:
    """The policy under test, and its tables, of which a scenario may replace keys."""

    policy: TeamPolicy
    source: Source
    answers: tuple[Answer, ...]


def base_policy(file: Path | None) -> BasePolicy:
    """The policy of that file; None gives the one that comes with Sidenote.

    Raises:
        ConfigError: as `load_policy`.
    """
    policy, source = load_policy(file), read_source(file or starter())
    answers, _ = read_answers(source.file.parent / ANSWERS)
    return BasePolicy(policy=policy, source=source, answers=tuple(answers))


def scenario_files(paths: tuple[Path, ...]) -> list[Path]:
    """The files themselves and all `*.toml` of the folders, below them too, in order of name.

    Raises:
        InputError: a path that is not there, or a folder without any.
    """
    found: list[Path] = []
    for path in paths:
        if path.is_file():
            found.append(path)
            continue
        inside = sorted(path.rglob("*.toml"))
        if not inside:
            what = "holds no *.toml file" if path.is_dir() else "no such file or folder"
            raise InputError(f"{path}: {what}; name a scenario or a folder of them")
        found += inside
    return list(dict.fromkeys(found))


def read_scenarios(files: list[Path], base: BasePolicy) -> list[Scenario]:
    """Every scenario of the files.

    Raises:
        ScenarioProblems: all that is wrong with them; nothing was run.
    """
    read: list[Scenario] = []
    problems: list[Problem] = []
    for file in files:
        scenario = _read(file, base)
        if isinstance(scenario, Scenario):
            read.append(scenario)
        else:
            problems += scenario
    problems += _named_twice(read)
    if problems:
        raise ScenarioProblems(problems)
    return read


def _read(file: Path, base: BasePolicy) -> Scenario | list[Problem]:
    try:
        text = file.read_bytes().decode("utf-8-sig")
        tables = tomllib.loads(text)
    except OSError as error:
        return [Problem(file=file, words=f"cannot be read: {error.strerror}")]
    except UnicodeDecodeError as error:
        return [Problem(file=file, words=f"not UTF-8 at byte {error.start}; save it as UTF-8")]
    except tomllib.TOMLDecodeError as error:
        return [_not_toml(file, str(error))]
    lines = lines_of(text)
    try:
        given = ScenarioFile.model_validate(tables)
    except ValidationError as error:
        problems = [_problem(file, one, lines) for one in error.errors()]
        if isinstance(tables.get("policy"), dict):
            problems += _policy(file, tables["policy"], base, lines)[1]
        return _in_order(problems)
    policy, problems = _policy(file, given.policy, base, lines)
    problems += _impossible(file, given, policy, lines)
    return _in_order(problems) or Scenario(file=file, given=given, policy=policy)


def _in_order(problems: list[Problem]) -> list[Problem]:
    return sorted(problems, key=lambda problem: problem.line or 0)


def _policy(
    file: Path, changes: Mapping[str, Any], base: BasePolicy, lines: Mapping[Place, int]
) -> tuple[TeamPolicy, list[Problem]]:
    if not changes:
        return base.policy, []
    below = {place_[1:]: line for place_, line in lines.items() if place_[:1] == ("policy",)}
    tables = _merged(base.source.tables, changes)
    source = replace(base.source, file=file, tables=tables, lines=below)
    wanted, problems = parse(source)
    for where, words in policy_misfits(wanted, base.answers):
        problems.append(source.problem(where, f"{place(where)}: {words}"))
    told = [replace(problem, words=f"[policy] {problem.words}") for problem in problems]
    return policy_of(wanted, base.answers, base.source.raw), told


def _merged(tables: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    both = deepcopy(dict(tables))
    for key, value in changes.items():
        inside = both.get(key)
        is_table = isinstance(inside, dict) and isinstance(value, dict)
        both[key] = _merged(inside, value) if is_table and inside is not None else value
    return both


def _impossible(
    file: Path, given: ScenarioFile, policy: TeamPolicy, lines: Mapping[Place, int]
) -> list[Problem]:
    """What the shape allows and yet cannot be."""
    names = {topic.name for topic in policy.topics}
    found: list[tuple[Place, str]] = []
    for where, name in (
        (("expect", "topic"), given.expect.topic),
        (("proposal", "topic"), given.proposal.topic),
    ):
        if name and name not in names:
            words = f'[{where[0]}] topic = "{name}": no topic of the policy{meant(name, names)}'
            found.append((where, words))
    wanted = {*given.expect.because, *given.expect.applies, *given.expect.evidence}
    both = sorted(wanted & set(given.expect.misses))
    if both:
        found.append(
            (("expect", "misses"), f"[expect] misses: {', '.join(both)} is expected to apply")
        )
    turn = given.situation.turn
    if turn is not None and turn > len(given.conversation.messages):
        found.append(
            (("situation", "turn"), f"[situation] turn = {turn}: no such message; count from 1")
        )
    return [Problem(file=file, line=line_of(where, lines), words=words) for where, words in found]


def _named_twice(read: list[Scenario]) -> Iterator[Problem]:
    first: dict[str, Path] = {}
    for scenario in read:
        name = scenario.given.name
        if name in first:
            words = f"name = {quoted(name)}: {first[name]} has it too; write another one"
            yield Problem(file=scenario.file, line=1, words=words)
        first.setdefault(name, scenario.file)


def _not_toml(file: Path, what: str) -> Problem:
    found = _AT_LINE.search(what)
    line = int(found[1]) if found and found[1] else None
    return Problem(file=file, line=line, words=f"not TOML: {_AT_LINE.sub('', what)}")


_MISSING = {
    "name": 'name = "the rule in words"',
    "conversation": "[conversation] with its messages",
    "messages": "[[conversation.messages]] with direction and text",
    "expect": "[expect] with autonomy and because",
    "autonomy": 'autonomy = "nothing", "note", "draft" or "send"',
    "because": 'because = ["the-rule"], the rules that decide; ["no-grant"] where none does',
    "direction": 'direction = "in" or "out"',
    "text": 'text = "what was said"',
}
_ADVICE = {
    "bool_type": "write true or false",
    "int_type": "write a whole number",
    "float_type": "write a number",
    "string_type": "write text in quotes",
    "list_type": 'write a list, such as ["one", "two"]',
    "too_short": "write at least one",
    "string_too_short": "write at least one letter",
    "model_type": "write a table",
    "dict_type": "write a table",
    "datetime_type": "write a time such as 2026-03-04T12:00:00Z",
    "timezone_aware": "write its time zone too, such as 2026-03-04T12:00:00Z",
}


def _problem(file: Path, error: ErrorDetails, lines: Mapping[Place, int]) -> Problem:
    where: Place = error["loc"]
    line = line_of(where, lines)
    key = str(where[-1])
    if error["type"] == "missing":
        words = f"{place(where)} is missing; write {_MISSING.get(key, 'it')}"
    elif error["type"] == "extra_forbidden":
        words = f"{place(where)}: not known here{meant(key, _keys_at(where[:-1]))}"
    else:
        words = f"{place(where)} = {quoted(error['input'])}: {_advice(error)}"
    return Problem(file=file, line=line, words=words)


def _advice(error: ErrorDetails) -> str:
    context = error.get("ctx", {})
    if error["type"] == "value_error":
        return str(context["error"])
    if error["type"] == "greater_than_equal":
        return f"write {context['ge']:g} or more"
    if error["type"] == "less_than_equal":
        return f"write {context['le']:g} or less"
    return _ADVICE.get(error["type"], error["msg"])


def _keys_at(where: Place) -> list[str]:
    """The keys that a table may have; its place may lead through lists."""
    table: type[BaseModel] = ScenarioFile
    for part in where:
        if isinstance(part, int):
            continue
        kind: Any = table.model_fields[part].annotation
        inner = getattr(kind, "__args__", (kind,))[0]
        table = inner if isinstance(inner, type) and issubclass(inner, BaseModel) else table
    return list(table.model_fields)
