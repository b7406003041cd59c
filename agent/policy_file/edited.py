"""Whether the policy's files were edited since they were read."""

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from threading import Lock

from agent.log import logger
from agent.policy_file.starter import ANSWERS

Stamp = tuple[tuple[str, int, int], ...]  # of each file: its path, when it was written, bytes


class PolicyWatch:
    """Compares the files with what they were when this was made; make it before they are read.

    None, the policy that comes with Sidenote, is never edited. Safe to ask from several threads.
    """

    def __init__(self, file: Path | None) -> None:
        self._file = file
        self._lock = Lock()
        self._stamp, self._content = self._stamped(), self._read()
        self._is_outdated = False

    def is_outdated(self) -> bool:
        """Whether they say something else now. Cheap: reads them only when one was written.

        Files that are put back as they were are right again. Told once, as a warning.
        """
        with self._lock:
            stamp = self._stamped()
            if stamp == self._stamp and stamp is not None:
                return self._is_outdated
            was, self._is_outdated = self._is_outdated, self._read() != self._content
            self._stamp = stamp
            if self._is_outdated and not was:
                logger().warning(
                    "policy.changed", why="restart the daemon; until then it writes notes only"
                )
            return self._is_outdated

    def _stamped(self) -> Stamp | None:
        """None where a file cannot be looked at."""
        try:
            return tuple(
                (str(file), (stat := file.stat()).st_mtime_ns, stat.st_size)
                for file in self._files()
            )
        except OSError:
            return None

    def _read(self) -> str | None:
        """A digest of all files; None, which is no digest of any, where one cannot be read."""
        digest = sha256()
        try:
            for file in self._files():
                content = file.read_bytes()
                digest.update(f"{file.name}\0{len(content)}\0".encode("utf-8", "replace"))
                digest.update(content)
        except OSError:
            return None
        return digest.hexdigest()

    def _files(self) -> Iterator[Path]:
        if self._file is None:
            return
        yield self._file
        folder = self._file.parent / ANSWERS
        for file in sorted(folder.iterdir()) if folder.is_dir() else []:
            if not file.name.startswith(".") and file.suffix == ".md":  # no copies of an editor
                yield file
