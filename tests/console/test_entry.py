"""Signing in: links that work once, passwords with few tries, sessions that end."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from agent.access_port import AccessBook
from agent.adapters.memory import ManualClock, MemoryStore
from agent.adapters.store.access import open_access
from agent.audit_port import AuditKind
from agent.console import entry as entry_module
from agent.console.accounts import Accounts
from agent.console.entry import Entry, Locked, origin_of
from agent.core.access import KEY_LIVES, SESSION_IDLE, SESSION_WHOLE, THIS_MACHINE, Role
from agent.errors import InputError
from tests.small_world import NOON

GOOD = "a long enough password"
MINUTE = timedelta(minutes=1)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOON)


@pytest.fixture
def book(tmp_path: Path) -> AccessBook:
    return open_access(f"sqlite:///{tmp_path / 'sidenote.sqlite'}")


@pytest.fixture
def entry(book: AccessBook, clock: ManualClock) -> Entry:
    return Entry(book=book, clock=clock, by_link=True)


@pytest.fixture
def record() -> MemoryStore:
    return MemoryStore()


@pytest.fixture
def accounts(book: AccessBook, clock: ManualClock, record: MemoryStore) -> Accounts:
    return Accounts(book=book, record=record, clock=clock, by="ada")


# links


def test_a_link_works_once(entry: Entry) -> None:
    key = entry.new_key()

    assert entry.with_key(key) is not None
    assert entry.with_key(key) is None


def test_a_link_ages(entry: Entry, clock: ManualClock) -> None:
    key = entry.new_key()
    clock.advance(KEY_LIVES)

    assert entry.with_key(key) is None


def test_once_there_is_an_account_no_link_works_and_no_session_of_one(
    entry: Entry, accounts: Accounts
) -> None:
    cookie, key = entry.with_key(entry.new_key()), entry.new_key()
    accounts.add("ada", Role.ADMIN, GOOD)

    assert entry.with_key(key) is None
    assert entry.who(cookie) is None


def test_a_console_that_others_can_reach_takes_no_link(
    book: AccessBook, clock: ManualClock
) -> None:
    entry = Entry(book=book, clock=clock, by_link=False)

    assert entry.with_key(entry.new_key()) is None


# passwords


def test_the_right_password_signs_in_with_the_accounts_role(
    entry: Entry, accounts: Accounts
) -> None:
    accounts.add("ada", Role.LEAD, GOOD)

    who = entry.who(entry.with_password("ada", GOOD, "10.0.0.1"))

    assert who is not None
    assert (who.name, who.role) == ("ada", Role.LEAD)


@pytest.mark.parametrize(("name", "password"), [("ada", "wrong"), ("bob", GOOD), ("ada", "")])
def test_a_wrong_name_or_password_does_not(
    entry: Entry, accounts: Accounts, name: str, password: str
) -> None:
    accounts.add("ada", Role.LEAD, GOOD)

    assert entry.with_password(name, password, "10.0.0.1") is None


def test_of_a_thousand_tries_from_one_address_at_most_twenty_are_looked_at(
    entry: Entry, accounts: Accounts, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked = counted(monkeypatch)
    accounts.add("ada", Role.LEAD, GOOD)

    refused = sum(not tried(entry, f"name-{n}", "10.0.0.1") for n in range(1_000))

    assert len(looked) == 20
    assert refused == 980


def test_of_a_thousand_tries_for_one_name_from_everywhere_at_most_ten_are_looked_at(
    entry: Entry, accounts: Accounts, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked = counted(monkeypatch)
    accounts.add("ada", Role.LEAD, GOOD)

    for number in range(1_000):
        tried(entry, "ada", f"10.0.{number // 250}.{number % 250}")

    assert len(looked) == 10


def test_tries_at_the_same_moment_are_no_more(
    entry: Entry, accounts: Accounts, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked = counted(monkeypatch)
    accounts.add("ada", Role.LEAD, GOOD)

    with ThreadPoolExecutor(20) as threads:
        list(threads.map(lambda n: tried(entry, f"name-{n}", "10.0.0.1"), range(60)))

    assert len(looked) == 20


def test_an_hour_later_there_are_tries_again(
    entry: Entry, accounts: Accounts, clock: ManualClock
) -> None:
    accounts.add("ada", Role.LEAD, GOOD)
    for _ in range(11):
        tried(entry, "ada", "10.0.0.1")
    locked = not tried(entry, "ada", "10.0.0.1")
    clock.advance(timedelta(hours=1, seconds=1))

    assert locked
    assert entry.with_password("ada", GOOD, "10.0.0.1") is not None


def test_the_right_password_uses_no_try_up(entry: Entry, accounts: Accounts) -> None:
    accounts.add("ada", Role.LEAD, GOOD)

    assert all(entry.with_password("ada", GOOD, "10.0.0.1") for _ in range(12))


@pytest.mark.parametrize(
    ("address", "origin"),
    [
        ("10.0.0.1", "10.0.0.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("no address", "no address"),
    ],
)
def test_tries_count_for_an_address_or_an_ipv6_network(address: str, origin: str) -> None:
    assert origin_of(address) == origin


def counted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The passwords that are looked at; none fits, and looking costs nothing."""
    looked: list[str] = []

    def matches(password: str, _stored: str) -> bool:
        looked.append(password)
        return False

    monkeypatch.setattr(entry_module, "matches", matches)
    return looked


def tried(entry: Entry, name: str, address: str) -> bool:
    """Whether a wrong password was looked at."""
    try:
        assert entry.with_password(name, "wrong", address) is None
    except Locked:
        return False
    return True


# sessions


def test_a_session_ends_when_it_is_idle(entry: Entry, clock: ManualClock) -> None:
    cookie = entry.with_key(entry.new_key())
    clock.advance(SESSION_IDLE + MINUTE)

    assert entry.who(cookie) is None


def test_a_session_ends_after_a_week_however_busy(entry: Entry, clock: ManualClock) -> None:
    cookie = entry.with_key(entry.new_key())
    seen = []
    for _ in range(int(SESSION_WHOLE / SESSION_IDLE) * 2 + 2):
        seen.append(entry.who(cookie) is not None)
        clock.advance(SESSION_IDLE / 2)

    assert seen[0] is True
    assert seen[-1] is False


def test_who_signs_out_is_out(entry: Entry) -> None:
    cookie = entry.with_key(entry.new_key()) or ""
    entry.leave(cookie)

    assert entry.who(cookie) is None


def test_a_session_has_the_role_that_its_account_has_by_now(
    entry: Entry, accounts: Accounts
) -> None:
    accounts.add("ada", Role.ADMIN, GOOD)
    accounts.add("ben", Role.LEAD, GOOD)
    cookie = entry.with_password("ben", GOOD, "10.0.0.1")
    accounts.change_role("ben", Role.VIEWER)

    who = entry.who(cookie)

    assert who is not None
    assert who.role is Role.VIEWER


@pytest.mark.parametrize("change", ["remove", "password"])
def test_who_is_removed_or_gets_another_password_is_signed_out(
    entry: Entry, accounts: Accounts, change: str
) -> None:
    accounts.add("ada", Role.ADMIN, GOOD)
    accounts.add("ben", Role.LEAD, GOOD)
    cookie = entry.with_password("ben", GOOD, "10.0.0.1")

    if change == "remove":
        accounts.remove("ben")
    else:
        accounts.change_password("ben", GOOD + " and more")

    assert entry.who(cookie) is None


# accounts


def test_each_change_of_an_account_is_recorded_with_who_made_it(
    accounts: Accounts, record: MemoryStore
) -> None:
    accounts.add("ada", Role.ADMIN, GOOD)
    accounts.add("ben", Role.LEAD, None)
    accounts.change_role("ben", Role.VIEWER)
    accounts.change_password("ben", GOOD)
    accounts.remove("ben")

    rows = [row for row in record.audit_rows() if row.link.kind == AuditKind.ACCOUNT]
    told = [row.content or {} for row in rows]
    assert {each["by"] for each in told} == {"ada"}
    assert [(each["what"], each["name"], each["role"]) for each in told] == [
        ("added", "ada", "admin"),
        ("added", "ben", "lead"),
        ("role", "ben", "viewer"),
        ("password", "ben", "viewer"),
        ("removed", "ben", "viewer"),
    ]
    assert GOOD not in str(told)


def test_the_only_admin_of_several_accounts_stays(accounts: Accounts) -> None:
    accounts.add("ada", Role.ADMIN, GOOD)
    accounts.add("ben", Role.LEAD, GOOD)

    with pytest.raises(InputError, match="only admin"):
        accounts.remove("ada")
    with pytest.raises(InputError, match="only admin"):
        accounts.change_role("ada", Role.LEAD)


def test_the_last_account_may_go(accounts: Accounts, book: AccessBook) -> None:
    accounts.add("ada", Role.ADMIN, GOOD)
    accounts.remove("ada")

    assert book.accounts() == ()


@pytest.mark.parametrize("password", ["", "short", "x" * 11, "x" * 1_025])
def test_a_password_that_is_too_short_or_too_long_is_refused(
    accounts: Accounts, book: AccessBook, password: str
) -> None:
    with pytest.raises(InputError, match="at least 12"):
        accounts.add("ada", Role.ADMIN, password)
    assert book.accounts() == ()


@pytest.mark.parametrize("name", ["", " ada", "a\nb", "x" * 101, THIS_MACHINE, "a\0b"])
def test_a_name_that_cannot_be_used_is_refused(accounts: Accounts, name: str) -> None:
    with pytest.raises(InputError):
        accounts.add(name, Role.VIEWER, GOOD)


def test_a_second_account_of_a_name_is_refused(accounts: Accounts) -> None:
    accounts.add("ada", Role.ADMIN, GOOD)

    with pytest.raises(InputError, match="already"):
        accounts.add("ada", Role.VIEWER, GOOD)
