"""The policy that comes with Sidenote, and a copy of it for a team to change."""

from pathlib import Path

from agent.errors import InputError
from agent.shipped import shipped

ANSWERS = "replies"  # folder beside a policy file
SCHEMA = "policy.schema.json"  # beside it as well: editors read it
_STARTER = "starter-policy.toml"


def starter() -> Path:
    """The starter policy's file; its answers are beside it."""
    return shipped("prompts") / _STARTER


def write_starter(folder: Path) -> Path:
    """Write policy.toml, its schema and its answers into the folder; gives policy.toml's path.

    Nothing is overwritten: when any of the files is there, none is written.

    Raises:
        InputError: files are there already.
        OSError: the folder cannot be written.
    """
    source = starter().parent
    answers = sorted((source / ANSWERS).glob("*.md"))
    copies = [
        *((folder / ANSWERS / answer.name, answer) for answer in answers),
        (folder / SCHEMA, source / SCHEMA),
        (folder / "policy.toml", starter()),  # last: where it is, the rest is too
    ]
    if there := [str(copy) for copy, _ in copies if copy.exists()]:
        more = f" and {len(there) - 1} more" if len(there) > 1 else ""
        raise InputError(f"{there[-1]}{more} already there; name another folder, or move it away")
    (folder / ANSWERS).mkdir(parents=True, exist_ok=True)
    for copy, original in copies:
        with copy.open("x", encoding="utf-8") as file:
            file.write(original.read_text(encoding="utf-8"))
    return folder / "policy.toml"
