"""Read `policy.toml` and the approved answers beside it; say everything that is wrong at once."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from agent.core.team_policy import Level, TeamPolicy
from agent.policy_file.answers import Answer, read_answers, text_problems
from agent.policy_file.building import policy_of
from agent.policy_file.fields import TOPIC_NAME
from agent.policy_file.fits import answer_misfits, no_answer, policy_misfits
from agent.policy_file.problems import PolicyProblems, Problem, meant, place
from agent.policy_file.reading import Source, parse, read_source
from agent.policy_file.shape import PolicyFile
from agent.policy_file.starter import ANSWERS, starter

__all__ = ["PolicyProblems", "Problem", "load_policy"]


def load_policy(path: Path | None) -> TeamPolicy:
    """The team's policy: that file and `replies/<topic>.<language>.md` beside it.

    None gives the policy that comes with Sidenote. `version` is the same as long as the file and
    its answers are, byte for byte. Nothing is cached: calling again reads the files again.

    Raises:
        PolicyProblems: every problem, one a line, each with its file, its line and what to write
            instead. It is a ConfigError.
        ConfigError: the file is not there or cannot be read.
    """
    source = read_source(path or starter())
    answers, problems = read_answers(source.file.parent / ANSWERS)
    wanted, wrong = parse(source)
    problems += wrong
    problems += _misfits(source, wanted, answers)
    if problems:
        raise PolicyProblems(problems)
    return policy_of(wanted, answers, source.raw)


def _misfits(source: Source, wanted: PolicyFile, answers: Sequence[Answer]) -> Iterator[Problem]:
    for where, words in policy_misfits(wanted, answers):
        yield source.problem(where, f"{place(where)}: {words}")
    yield from answer_misfits(wanted, answers)
    for answer in answers:
        yield from text_problems(answer, _hosts(source))
    topics = source.tables.get("topics", {})
    if not isinstance(topics, dict):
        return
    for name in topics:
        if _is_silent(name, topics[name], answers):
            words = no_answer(source.file.parent / ANSWERS, name)
            yield source.problem(("topics", name), words)
    for one in answers:
        if one.topic not in topics:
            words = f"there is no topic {one.topic}{meant(one.topic, topics)}"
            yield Problem(file=one.file, words=words)


def _hosts(source: Source) -> frozenset[str]:
    """The hosts of [reply] links, also of a list in which one is wrong."""
    reply = source.tables.get("reply")
    links = reply.get("links") if isinstance(reply, dict) else None
    return frozenset(map(str, links)) if isinstance(links, list) else frozenset()


def _is_silent(name: str, topic: object, answers: Sequence[Answer]) -> bool:
    """Whether it needs an answer and has none, whatever else is wrong with it."""
    is_on = isinstance(topic, dict) and topic.get("level") != Level.OFF
    has_name = TOPIC_NAME.fullmatch(name) is not None
    return is_on and has_name and name not in {answer.topic for answer in answers}
