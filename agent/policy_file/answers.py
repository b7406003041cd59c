"""The approved answers: `replies/<topic>.<language>.md` beside the policy, plain text."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from agent.core.outgoing_links import link_problem, links
from agent.core.outgoing_marks import hidden, lookalike, markup, residue
from agent.core.outgoing_text import MAX_REPLY, reply_problem
from agent.core.slots import GAP, slots_in
from agent.policy_file.problems import Problem

MAX_ANSWER = max(MAX_REPLY.values())  # characters: the longest text that any channel takes

_LONGEST_CHANNEL = max(MAX_REPLY, key=lambda channel: MAX_REPLY[channel])
_NAME = re.compile(r"(?P<topic>[a-z0-9]+(?:-[a-z0-9]+)*)\.(?P<language>[a-z]{2})")
_BRACES = re.compile(r"\{\{|\}\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An approved answer as it stands in its file."""

    file: Path
    topic: str
    language: str
    text: str

    def line(self, at: int) -> int:
        """The line, from 1, of the character at that place of the text."""
        return self.text.count("\n", 0, at) + 1

    def slots(self) -> Iterator[tuple[str, int]]:
        """The slots it names, each with the line where it first stands."""
        for name in slots_in(self.text):
            found = next(gap for gap in GAP.finditer(self.text) if gap[1] == name)
            yield name, self.line(found.start())


def read_answers(folder: Path) -> tuple[list[Answer], list[Problem]]:
    """Every answer in the folder that can be used, and what is wrong with the others."""
    answers: list[Answer] = []
    problems: list[Problem] = []
    for file in sorted(folder.iterdir()) if folder.is_dir() else []:
        if file.name.startswith(".") or file.is_dir():
            continue
        answer = _read(file)
        if isinstance(answer, Problem):
            problems.append(answer)
        else:
            answers.append(answer)
    return answers, problems


def _read(file: Path) -> Answer | Problem:
    name = _NAME.fullmatch(file.stem) if file.suffix == ".md" else None
    if name is None:
        return Problem(file=file, words="name it <topic>.<language>.md, such as order-status.en.md")
    try:
        text = file.read_text(encoding="utf-8-sig").rstrip()
    except (OSError, UnicodeDecodeError):
        return Problem(file=file, words="cannot be read as UTF-8 text; save it as UTF-8")
    if not text:
        return Problem(file=file, words="is empty; write the approved answer, or delete the file")
    if len(text) > MAX_ANSWER:
        return Problem(file=file, words=f"has {len(text)} characters; {MAX_ANSWER} are allowed")
    return Answer(file=file, topic=name["topic"], language=name["language"], text=text)


def text_problems(answer: Answer, hosts: frozenset[str]) -> Iterator[Problem]:
    """What the outbound gate would never let out, each with its line where one line shows it.

    `hosts` are those that the policy lets answers link to.
    """
    found = False
    for number, line in enumerate(answer.text.split("\n"), start=1):
        if words := text_problem(line, hosts):
            found = True
            yield Problem(file=answer.file, line=number, words=words)
    if not found and (words := text_problem(answer.text, hosts)):
        yield Problem(file=answer.file, words=words)


def text_problem(text: str, hosts: frozenset[str]) -> str | None:
    """Why no customer may get this text, whoever approved it, and what to do; None when one may."""
    return next(_objections(text, hosts), None) if text.strip() else None


def _objections(text: str, hosts: frozenset[str]) -> Iterator[str]:
    if brace := _BRACES.search(GAP.sub("", text)):
        yield f'"{brace[0]}" belongs to no slot; write a slot as {{{{order_number}}}}'
    filled = GAP.sub("1", text)
    if character := hidden(filled):
        yield f"holds a character that nobody sees ({character}); delete it"
    if letter := lookalike(filled):
        yield f"holds a letter that only looks like another ({letter}); type the word anew"
    if what := markup(filled):
        yield f"holds {what}; answers are plain text"
    if what := residue(filled):
        yield f"holds {what}; write it without"
    approved = links(filled)
    for link in approved:
        if why := link_problem(link, hosts, approved):
            yield f"holds {why}; write https://HOST/…, and HOST under [reply] links"
    if why := reply_problem(text, _LONGEST_CHANNEL):
        yield why
