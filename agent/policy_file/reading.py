"""From the bytes of `policy.toml` to its tables, each problem with its line."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from agent.errors import ConfigError
from agent.policy_file.lines import Path as Place
from agent.policy_file.lines import line_of, lines_of
from agent.policy_file.problems import PolicyProblems, Problem, meant, place, quoted
from agent.policy_file.shape import PolicyFile, keys_at

_POSITION = re.compile(r"\(at (?:line (\d+), column (\d+)|end of document)\)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A policy file as it was read. `tables` is what TOML makes of it."""

    file: Path
    raw: bytes
    tables: Mapping[str, Any]
    lines: Mapping[Place, int] = field(repr=False)

    def problem(self, where: Place, words: str) -> Problem:
        """A problem on the line of that table, key or list item."""
        return Problem(file=self.file, line=line_of(where, self.lines), words=words)


def read_source(file: Path) -> Source:
    """The file, read and parsed.

    Raises:
        ConfigError: it is not there, cannot be read, or is not TOML.
    """
    try:
        raw = file.read_bytes()
    except FileNotFoundError as error:
        raise ConfigError(f"{file}: no such file; SIDENOTE_POLICY names the policy") from error
    except OSError as error:
        raise ConfigError(f"{file}: cannot be read: {error.strerror}") from error
    try:
        text = raw.decode("utf-8-sig")  # some editors put a mark at the start of a file
        tables = tomllib.loads(text)
    except UnicodeDecodeError as error:
        words = f"not UTF-8 at byte {error.start}; save it as UTF-8"
        line = raw.count(b"\n", 0, error.start) + 1
        raise PolicyProblems([Problem(file=file, line=line, words=words)]) from error
    except tomllib.TOMLDecodeError as error:
        raise PolicyProblems([_not_toml(file, raw, str(error))]) from error
    return Source(file=file, raw=raw, tables=tables, lines=lines_of(text))


def _not_toml(file: Path, raw: bytes, what: str) -> Problem:
    found = _POSITION.search(what)
    if found is None:
        return Problem(file=file, words=f"not TOML: {what}")
    line, column = found.groups()
    told = what[: found.start()].strip()
    if line is None:
        last = len(raw.rstrip().split(b"\n"))
        return Problem(file=file, line=last, words=f"breaks off at the end of the file: {told}")
    return Problem(file=file, line=int(line), words=f"column {column}: {told}")


def parse(source: Source) -> tuple[PolicyFile, list[Problem]]:
    """The tables and what is wrong with them. What is wrong is left out of the first, so that the
    rest can still be looked at.
    """
    try:
        return PolicyFile.model_validate(source.tables), []
    except ValidationError as error:
        found = error.errors()
        return _without(source.tables, found), [_problem(source, one) for one in found]


def _without(tables: Mapping[str, Any], errors: Iterable[ErrorDetails]) -> PolicyFile:
    rest = deepcopy(dict(tables))
    for error in errors:
        inside: Any = rest
        *above, key = [part for part in error["loc"] if part != "[key]"]
        for part in above:
            if not isinstance(inside.get(part), dict):
                key = part  # a list with something wrong in it, left out whole
                break
            inside = inside[part]
        inside.pop(key, None)
        inside.pop(_NEEDS_IT.get(str(key), ""), None)
        if error["type"] == "missing":
            inside[key] = _ANYTHING.get(str(key))
    try:
        return PolicyFile.model_validate(rest)
    except ValidationError:
        return PolicyFile()


def _problem(source: Source, error: ErrorDetails) -> Problem:
    where = error["loc"]
    if where[-1] == "[key]":  # the name of a table or key, where names are free
        *above, name, _ = where
        words = f'[{".".join(map(str, above))}] "{name}": {_advice(error)}'
        return source.problem((*above, name), words)
    key = str(where[-1])
    words = f"{place(where)} = {quoted(error['input'])}: {_advice(error)}"
    if error["type"] == "extra_forbidden":
        hint = _ELSEWHERE.get(key) or meant(key, keys_at(where[:-1]))
        words = f"{place(where)}: not known here{hint}"
    elif error["type"] == "missing":
        words = f"{place(where)} is missing; write {_MISSING.get(key, 'it')}"
    return source.problem(where, words)


_ELSEWHERE = {
    "answer": "; the approved answer is a file, replies/<topic>.<language>.md",
    "answers": "; the approved answers are files, replies/<topic>.<language>.md",
    "name": "; the topic's name stands in its header: [topics.<name>]",
}
_NEEDS_IT = {"country": "region"}  # without the first, the second would be told as well
_ANYTHING = {"description": "?", "examples": ["?"], "source": "message"}
_MISSING = {
    "description": 'description = "what the customer wants", in one sentence',
    "examples": 'examples = ["a question as customers ask it", …]',
    "source": 'source = "message", or the field of a record',
}
_ADVICE = {
    "bool_type": "write true or false",
    "int_type": "write a whole number",
    "float_type": "write a number",
    "string_type": "write text in quotes",
    "list_type": 'write a list, such as ["one", "two"]',
    "too_short": "write at least one",
    "string_too_long": "write less",
    "model_type": "write a table",
    "dict_type": "write a table for each topic, such as [topics.order-status]",
}


def _advice(error: ErrorDetails) -> str:
    context = error.get("ctx", {})
    if error["type"] == "value_error":
        return str(context["error"])
    if error["type"] == "greater_than_equal":
        return f"write {context['ge']:g} or more"
    if error["type"] == "less_than_equal":
        return f"write {context['le']:g} or less"
    return _ADVICE.get(error["type"], error["msg"])
