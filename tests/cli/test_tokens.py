"""`sidenote tokens`: shown once, listed without secrets, ended at once, written into the record."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from agent.cli import cli
from agent.errors import InputError


@pytest.fixture(autouse=True)
def database(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    path = tmp_path / "sidenote.sqlite"
    monkeypatch.setenv("SIDENOTE_DATABASE_URL", f"sqlite:///{path}")
    monkeypatch.chdir(tmp_path)
    return path


def tokens(*args: str) -> str:
    done = CliRunner().invoke(cli, ["tokens", *args], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.stdout


def test_a_token_is_shown_once_and_its_secret_is_kept_nowhere(database: Path) -> None:
    secret = tokens("add", "orders", "--scope", "send", "--days", "30").strip()

    assert secret.startswith("sn_")
    assert len(secret) > 40
    assert secret not in tokens("list", "--json")
    written = [path.read_bytes() for path in database.parent.glob(f"{database.name}*")]
    assert not any(secret.encode() in content for content in written)


def test_the_list_tells_what_each_may_do() -> None:
    tokens("add", "orders", "--scope", "send", "--scope", "create")

    (told,) = json.loads(tokens("list", "--json"))

    assert (told["name"], told["scopes"], told["expired"]) == ("orders", ["create", "send"], False)
    assert "orders" in tokens("list")


def test_a_removed_token_is_gone() -> None:
    tokens("add", "orders", "--scope", "send")

    tokens("remove", "orders")

    assert json.loads(tokens("list", "--json")) == []


@pytest.mark.parametrize(
    "args",
    [
        pytest.param(("add", "orders"), id="without a scope"),
        pytest.param(("add", "Orders!", "--scope", "send"), id="not a name"),
        pytest.param(("add", "there", "--scope", "send"), id="a name that is taken"),
        pytest.param(("remove", "nobody"), id="nobody of that name"),
    ],
)
def test_what_cannot_be_is_told(args: tuple[str, ...]) -> None:
    tokens("add", "there", "--scope", "read")

    with pytest.raises(InputError):
        CliRunner().invoke(cli, ["tokens", *args], catch_exceptions=False)


def test_the_record_says_who_made_and_ended_a_token() -> None:
    tokens("add", "orders", "--scope", "send")
    tokens("remove", "orders")

    listed = CliRunner().invoke(cli, ["audit", "list", "--kind", "token.changed", "--json"])
    rows = json.loads(listed.stdout)

    assert [row["said"]["change"] for row in rows] == ["removed", "added"]
    assert all(row["said"]["by"] for row in rows)
