"""On which line each table, key and list item of a TOML file stands.

`tomllib` does not say, and neither does tomlkit (python-poetry/tomlkit, issue 55).
"""

import re
import tomllib
from collections.abc import Mapping

Path = tuple[str | int, ...]  # ("topics", "order-status", "channels", 1): keys and list positions

_SPACE = re.compile(r"(?:\s|#[^\n]*)*")
_KEY = re.compile(r"""[ \t]*(?:([\w-]+)|("(?:\\.|[^"\\])*"|'[^']*'))[ \t]*""", re.ASCII)
_STRING = re.compile(
    r'''"""(?:\\.|[^\\])*?"{3,5}|\'\'\'.*?'{3,5}|"(?:\\.|[^"\\])*"|'[^']*\'''', re.DOTALL
)
_BARE = re.compile(r"[^,\]}#\n]*")  # a number, a date, true, false


def lines_of(source: str) -> dict[Path, int]:
    """The line, from 1, of everything in the file, by its path.

    `source` is TOML that `tomllib` reads; of other text it gives some lines, or raises.
    """
    return _Scanner(source).lines


def line_of(path: Path, lines: Mapping[Path, int]) -> int | None:
    """The line of that path, else of what it is in; None when not even that has one."""
    for length in range(len(path), 0, -1):
        if path[:length] in lines:
            return lines[path[:length]]
    return None


class _Scanner:
    """Walks once over the source. `at` is where it stands."""

    def __init__(self, source: str) -> None:
        self.lines: dict[Path, int] = {}
        self._source = source
        self._at = 0
        self._newlines = 0  # up to `_counted`, so that lines are not counted from the start again
        self._counted = 0
        self._sizes: dict[Path, int] = {}  # of arrays of tables, as far as they were read
        table: Path = ()
        while self._space() < len(source):
            if self._starts("["):
                table = self._header()
            else:
                self._pair(table)

    def _header(self) -> Path:
        """`[table]` or `[[array of tables]]`; gives the path of what follows."""
        is_array = self._starts("[[")
        start = self._at
        self._at += 2 if is_array else 1
        keys = self._keys()
        self._at += 2 if is_array else 1
        path: Path = ()
        for key in keys[:-1]:
            path = self._inside((*path, key))
            self._note(path, start)
        path = (*path, keys[-1])
        if is_array:
            self._note(path, start)
            self._sizes[path] = self._sizes.get(path, 0) + 1
            path = self._inside(path)
        self._note(path, start)
        return path

    def _inside(self, path: Path) -> Path:
        """Of an array of tables, its last table."""
        return (*path, self._sizes[path] - 1) if path in self._sizes else path

    def _pair(self, table: Path) -> None:
        start = self._at
        path = table
        for key in self._keys():
            path = (*path, key)
            self._note(path, start)
        self._at += 1  # =
        self._value(path)

    def _keys(self) -> list[str]:
        keys: list[str] = []
        while found := _KEY.match(self._source, self._at):
            bare, quoted = found.groups()
            keys.append(bare or str(tomllib.loads(f"key = {quoted}")["key"]))
            self._at = found.end()
            if not self._starts("."):
                break
            self._at += 1
        return keys

    def _value(self, path: Path) -> None:
        self._space()
        if self._starts("["):
            self._items(path)
        elif self._starts("{"):
            self._inline(path)
        else:
            found = _STRING.match(self._source, self._at) or _BARE.match(self._source, self._at)
            self._at = found.end() if found else len(self._source)

    def _items(self, path: Path) -> None:
        self._at += 1
        position = 0
        while self._more("]"):
            self._note((*path, position), self._at)
            self._value((*path, position))
            position += 1

    def _inline(self, path: Path) -> None:
        self._at += 1
        while self._more("}"):
            self._pair(path)

    def _more(self, closing: str) -> bool:
        """Step over commas and, at the end, over the closing bracket."""
        while self._space() < len(self._source) and self._starts(","):
            self._at += 1
        if not self._starts(closing) and self._at < len(self._source):
            return True
        self._at += 1
        return False

    def _space(self) -> int:
        found = _SPACE.match(self._source, self._at)
        self._at = found.end() if found else self._at
        return self._at

    def _starts(self, sign: str) -> bool:
        return self._source.startswith(sign, self._at)

    def _note(self, path: Path, at: int) -> None:
        self._newlines += self._source.count("\n", self._counted, at)
        self._counted = at
        self.lines.setdefault(path, self._newlines + 1)
