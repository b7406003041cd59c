"""`sidenote users`: who may sign in, by the commands."""

import json
from pathlib import Path

import pytest

from tests.cli.typed import Printed, Typed

GOOD = "a long enough password"


@pytest.fixture
def password(tmp_path: Path) -> str:
    """A file that holds one."""
    path = tmp_path / "password.txt"
    path.write_text(f"{GOOD}\n")
    return str(path)


def added(typed: Typed, password: str, name: str = "ada", role: str = "admin") -> Printed:
    return typed("users", "add", name, "--role", role, "--password-file", password)


def test_an_account_is_listed_without_its_password(
    typed_without_settings: Typed, password: str
) -> None:
    printed = added(typed_without_settings, password)

    listed = typed_without_settings("users", "list", "--json")
    (account,) = json.loads(listed.out)
    assert printed.out == "ada may sign in as admin.\n"
    assert (account["name"], account["role"], account["has_password"]) == ("ada", "admin", True)
    assert "argon" not in listed.out + printed.out


def test_the_first_account_says_that_links_are_over(
    typed_without_settings: Typed, password: str
) -> None:
    first = added(typed_without_settings, password)
    second = added(typed_without_settings, password, "ben", "viewer")

    assert "one-time links" in first.err
    assert second.err == ""


def test_nobody_yet_says_how_to_begin(typed_without_settings: Typed) -> None:
    printed = typed_without_settings("users", "list")

    assert (printed.code, printed.out) == (0, "")
    assert "sidenote users add" in printed.err


def test_for_single_sign_on_no_password_is_needed(typed_without_settings: Typed) -> None:
    added_ = typed_without_settings("users", "add", "mara", "--role", "lead", "--no-password")

    assert added_.code == 0
    assert "single sign-on" in typed_without_settings("users", "list").out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("add", "ada", "--role", "lead", "--no-password"), "already"),
        (("role", "ada", "viewer"), "only admin"),
        (("remove", "ada"), "only admin"),
        (("remove", "nobody"), "no account"),
        (("role", "nobody", "lead"), "no account"),
        (("password", "nobody", "--no-password"), "no account"),
    ],
)
def test_what_cannot_be_done_says_why(
    typed_without_settings: Typed, password: str, arguments: tuple[str, ...], words: str
) -> None:
    added(typed_without_settings, password)
    added(typed_without_settings, password, "ben", "viewer")

    printed = typed_without_settings("users", *arguments)

    assert (printed.code, printed.out) == (2, "")
    assert words in printed.err


def test_a_short_password_is_refused(typed_without_settings: Typed, tmp_path: Path) -> None:
    (tmp_path / "short.txt").write_text("short")

    printed = added(typed_without_settings, str(tmp_path / "short.txt"))

    assert printed.code == 2
    assert "at least 12 characters" in printed.err
    assert typed_without_settings("users", "list", "--json").out == "[]\n"


def test_roles_change_and_accounts_go(typed_without_settings: Typed, password: str) -> None:
    added(typed_without_settings, password)
    added(typed_without_settings, password, "ben", "viewer")

    role = typed_without_settings("users", "role", "ben", "lead", "--json")
    removed = typed_without_settings("users", "remove", "ben")

    assert json.loads(role.out)["role"] == "lead"
    assert removed.out == "ben may no longer sign in.\n"
    assert len(json.loads(typed_without_settings("users", "list", "--json").out)) == 1


def test_the_record_tells_each_change(typed_without_settings: Typed, password: str) -> None:
    added(typed_without_settings, password)

    listed = typed_without_settings("audit", "list", "--kind", "account", "--json")

    (row,) = json.loads(listed.out)
    assert (row["said"]["what"], row["said"]["name"]) == ("added", "ada")
    assert GOOD not in listed.out


# the console's own command


def test_a_link_is_printed_while_there_are_no_accounts(typed_without_settings: Typed) -> None:
    printed = typed_without_settings("console", "--link", "--address", "127.0.0.1:1")

    assert printed.out.startswith("http://127.0.0.1:1/sign-in?key=")
    assert "Nothing listens" in printed.err


def test_there_is_no_link_once_there_are(typed_without_settings: Typed, password: str) -> None:
    added(typed_without_settings, password)

    printed = typed_without_settings("console", "--link")

    assert (printed.code, printed.out) == (2, "")
    assert "password" in printed.err


def test_an_address_that_others_can_reach_is_refused_without_accounts(
    typed_without_settings: Typed,
) -> None:
    printed = typed_without_settings("console", "--address", "0.0.0.0:0")

    assert (printed.code, printed.out) == (3, "")
    assert "sidenote users add" in printed.err


def test_it_is_refused_with_accounts_too_where_no_proxy_ends_tls(
    typed_without_settings: Typed, monkeypatch: pytest.MonkeyPatch
) -> None:
    typed_without_settings("users", "add", "ada", "--role", "admin", "--no-password")

    printed = typed_without_settings("console", "--address", "0.0.0.0:0")

    assert (printed.code, printed.out) == (3, "")
    assert "SIDENOTE_TRUSTED_PROXIES" in printed.err


def test_so_is_a_console_that_a_proxy_shows(
    typed_without_settings: Typed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SIDENOTE_CONSOLE_URL", "https://console.example")
    monkeypatch.setenv("SIDENOTE_TRUSTED_PROXIES", "10.0.0.5")

    printed = typed_without_settings("console", "--address", "127.0.0.1:0")

    assert printed.code == 3
    assert "SIDENOTE_CONSOLE_URL" in printed.err


@pytest.mark.parametrize("address", ["8321", "here:", "127.0.0.1:99999", ":80", "127.0.0.1:x"])
def test_what_is_no_address_is_wrong_input(typed_without_settings: Typed, address: str) -> None:
    assert typed_without_settings("console", "--address", address).code == 2
