"""Asks yes-or-no questions in forked children, a few at a time, each with its longest time."""

import os
import select
import signal
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

AT_ONCE = 2  # children
LONGEST = 60.0  # seconds for one; a hang is an answer, too


class Answer(StrEnum):
    """What a child said."""

    YES = "yes"
    NO = "no"
    HUNG = "hung"


@dataclass(frozen=True, slots=True)
class _Child:
    place: int
    process: int
    pipe: int
    until: float


def answers(questions: Sequence[Callable[[], bool]], *, longest: float = LONGEST) -> list[Answer]:
    """What each says, in their order; one that raises says no. Nothing else of a child is kept."""
    found: dict[int, Answer] = {}
    children: dict[int, _Child] = {}  # by the pipe that closes when one ends
    waiting = list(enumerate(questions))[::-1]
    while waiting or children:
        while waiting and len(children) < AT_ONCE:
            child = _started(*waiting.pop(), time.monotonic() + longest)
            children[child.pipe] = child
        ended, _, _ = select.select(list(children), [], [], 0.5)
        late = [c.pipe for c in children.values() if c.until < time.monotonic()]
        for pipe in {*ended, *late}:
            child = children.pop(pipe)
            found[child.place] = _answer(child, hung=pipe not in ended)
    return [found[place] for place in range(len(questions))]


def _started(place: int, question: Callable[[], bool], until: float) -> _Child:
    reader, writer = os.pipe()
    process = os.fork()
    if process == 0:
        said = False
        try:
            os.close(reader)
            said = question()
        finally:
            os._exit(0 if said else 1)  # nothing of the parent's may run at the child's end
    os.close(writer)
    return _Child(place, process, reader, until)


def _answer(child: _Child, *, hung: bool) -> Answer:
    if hung:
        os.kill(child.process, signal.SIGKILL)
    os.close(child.pipe)
    _, status = os.waitpid(child.process, 0)
    if hung:
        return Answer.HUNG
    return Answer.YES if os.waitstatus_to_exitcode(status) == 0 else Answer.NO
