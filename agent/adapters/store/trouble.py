"""What a database failure means for us, and what a person can do about it.

SQLAlchemy's own texts are not passed on: they can quote the row, and rows hold customer text.
"""

from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, StatementError
from sqlalchemy.exc import TimeoutError as NoFreeConnection

from agent.errors import InputError, PermanentError, StoreUnavailable

# Beginnings of SQLite's error names and PostgreSQL's codes. The first that fits is taken.
_ADVICE = (
    ("SQLITE_BUSY", "is locked by another process; it is tried again"),
    ("SQLITE_LOCKED", "is locked by another process; it is tried again"),
    ("SQLITE_FULL", "is full; make room on its disk"),
    ("SQLITE_READONLY", "is read-only; give this user the right to write the file and its folder"),
    ("SQLITE_CANTOPEN", "cannot be opened; check that its folder is there"),
    ("SQLITE_PERM", "may not be opened; check who owns the file"),
    ("SQLITE_CORRUPT", "is damaged; stop Sidenote and put a backup in its place"),
    ("SQLITE_NOTADB", "is not an SQLite file; check SIDENOTE_DATABASE_URL"),
    ("SQLITE_IOERR", "cannot be read or written; check its disk"),
    ("08", "does not answer; check that the server runs"),
    ("25006", "is read-only; connect to the primary server"),
    ("28", "refused user or password; check SIDENOTE_DATABASE_URL"),
    ("3D000", "does not exist on that server; create it or check SIDENOTE_DATABASE_URL"),
    ("40", "had two writers at once; it is tried again"),
    ("42501", "denies this user the right; grant it on the tables named sidenote_…"),
    ("53100", "is full; make room on the server's disk"),
    ("53", "has too many connections; allow more or run fewer workers"),
    ("55P03", "is locked by another process; it is tried again"),
    ("57", "is stopping or starting; it is tried again"),
    ("58", "cannot be read or written; check the server's disk"),
    ("XX00", "is damaged; look into the server's log"),
)
_LOST = " The answer to a commit was lost, so look before doing it again."


def trouble(error: Exception, *, committing: bool = False) -> Exception:
    """The error of ours for one of the driver's; a TypeError of the caller's stays one.

    `committing` says that the commit had been sent, so that it may have been applied.
    """
    if isinstance(error, StatementError) and isinstance(error.orig, TypeError):
        return error.orig  # a naive time, or no JSON value: a mistake of the caller's
    if isinstance(error, NoFreeConnection):
        return StoreUnavailable("The database has no free connection; it is tried again.")
    if isinstance(error, UnicodeEncodeError | DataError):
        return InputError(
            "An id has a character that the database cannot hold; check what was typed."
        )
    if isinstance(error, IntegrityError):
        return PermanentError("The database refused a row that breaks a rule of its tables.")
    text = f"The database {_advice(error)}."
    return StoreUnavailable(text + (_LOST if committing and _is_lost(error) else ""))


def is_lost_connection(error: Exception) -> bool:
    """The server went away, rather than answering with an error."""
    return isinstance(error, DBAPIError) and _is_lost(error)


def _is_lost(error: Exception) -> bool:
    return isinstance(error, DBAPIError) and error.connection_invalidated


def _advice(error: Exception) -> str:
    cause = error.orig if isinstance(error, DBAPIError) else error
    code = _code(cause)
    known = next((advice for start, advice in _ADVICE if code.startswith(start)), None)
    if known:
        return known
    if not code and type(cause).__name__ == "OperationalError":
        # Only a connection that failed has no code, and its text names server and user alone.
        said = next(iter(str(cause).splitlines()), "").removeprefix("connection failed: ")
        return f"cannot be reached; check SIDENOTE_DATABASE_URL and that the server runs ({said})"
    return f"failed ({code or type(cause).__name__})"


def _code(cause: BaseException | None) -> str:
    name = getattr(cause, "sqlite_errorname", None) or getattr(cause, "sqlstate", None)
    return str(name or "")
