"""A proxy's word counts when the team named the proxy, and only as far as it goes."""

from pathlib import Path

import pytest

from agent.console.app import Places, host_of
from agent.core.access import Account, Role
from tests.console.asking import HERE, OWN_PAGE, Answered, Header, ask
from tests.console.test_access import Street, street_at

PROXY = ("10.1.1.1", 40_000)
STRANGER = ("203.0.113.7", 40_000)
CONSOLE = "console.example"
HOOKS = "hooks.example"
FORM: Header = ("content-type", "application/x-www-form-urlencoded")
TLS: tuple[Header, ...] = (
    ("x-forwarded-for", "198.51.100.4"),
    ("x-forwarded-proto", "https"),
    ("x-forwarded-host", CONSOLE),
)


@pytest.fixture
def street(tmp_path: Path) -> Street:
    """Its console is shown by a proxy as https://console.example."""
    places = Places(
        hosts=frozenset({HERE}),
        public_url=f"https://{HOOKS}",
        proxied_url=f"https://{CONSOLE}",
        proxies=frozenset({PROXY[0]}),
    )
    return street_at(tmp_path, places)


def through_proxy(street: Street, method: str, path: str, *more: Header, **rest: bytes) -> Answered:
    return ask(street.app, method, path, *TLS, *more, peer=PROXY, **rest)  # type: ignore[arg-type]


def test_who_the_proxy_signed_in_is_signed_in(street: Street) -> None:
    assert through_proxy(street, "GET", "/", ("x-forwarded-user", "viewer")).status == 200


def test_whoever_has_no_account_is_not(street: Street) -> None:
    answer = through_proxy(street, "GET", "/", ("x-forwarded-user", "mallory"))

    assert (answer.status, answer.headers["location"]) == (303, "/sign-in?next=%2F")


def test_a_stranger_who_says_so_is_not_either(street: Street) -> None:
    answer = ask(street.app, "GET", "/", *TLS, ("x-forwarded-user", "admin"), peer=STRANGER)

    assert answer.status == 303


def test_two_words_about_who_it_is_are_none(street: Street) -> None:
    said: tuple[Header, ...] = (("x-forwarded-user", "viewer"), ("x-forwarded-user", "admin"))

    assert through_proxy(street, "GET", "/", *said).status == 303
    assert through_proxy(street, "GET", "/", ("x-forwarded-user", "viewer, admin")).status == 303


def test_the_role_is_that_of_the_account(street: Street) -> None:
    answer = through_proxy(street, "POST", "/pause", OWN_PAGE, ("x-forwarded-user", "viewer"))

    assert answer.status == 403


@pytest.mark.parametrize(
    "host", [HERE, "evil.example", f"{CONSOLE}:8443", f"{CONSOLE}.evil.example", "", "a, b"]
)
def test_a_proxy_shows_the_console_under_its_own_name_only(street: Street, host: str) -> None:
    said: tuple[Header, ...] = (*TLS[:2], ("x-forwarded-host", host))

    assert ask(street.app, "GET", "/sign-in", *said, peer=PROXY).status == 421


def test_a_proxy_that_does_not_say_which_host_was_asked_for_is_refused(street: Street) -> None:
    assert ask(street.app, "GET", "/sign-in", *TLS[:2], peer=PROXY).status == 421


def test_the_name_of_the_console_is_nothing_to_a_stranger(street: Street) -> None:
    assert ask(street.app, "GET", "/sign-in", peer=STRANGER, host=CONSOLE).status == 421


def test_a_console_that_is_shown_under_tls_is_not_shown_without(street: Street) -> None:
    said: tuple[Header, ...] = (("x-forwarded-proto", "http"), ("x-forwarded-host", CONSOLE))

    assert ask(street.app, "GET", "/sign-in", *said, peer=PROXY).status == 421


def signed_in(street: Street, *headers: Header, peer: tuple[str, int], host: str) -> str:
    """The cookie that a one-time link gives."""
    book = street.api.parts.parts.entry.book
    for account in book.accounts():
        book.remove_account(account.name)
    key = street.api.parts.parts.entry.new_key()
    answer = ask(street.app, "GET", f"/sign-in?key={key}", *headers, peer=peer, host=host)
    return answer.headers["set-cookie"]


def test_under_tls_the_cookie_is_bound_to_the_host_and_to_tls(street: Street) -> None:
    cookie = signed_in(street, *TLS, peer=PROXY, host="upstream")

    assert cookie.startswith("__Host-sidenote=")
    assert {"Secure", "HttpOnly", "SameSite=strict", "Path=/"} <= set(cookie.split("; "))
    assert "Domain" not in cookie


def test_on_this_machine_without_tls_the_cookie_is_strict_and_out_of_scripts_reach(
    street: Street,
) -> None:
    cookie = signed_in(street, peer=("127.0.0.1", 1), host=HERE)

    assert cookie.startswith("sidenote=")
    assert {"HttpOnly", "SameSite=strict", "Path=/"} <= set(cookie.split("; "))
    assert "Secure" not in cookie


def test_a_cookie_of_plain_http_opens_nothing_under_tls(street: Street) -> None:
    cookie = street.cookie(Role.ADMIN)

    assert through_proxy(street, "GET", "/", cookie).status == 303


def tries(street: Street, address: str, **where: object) -> int:
    """The status of a failed sign-in that is said to come from there."""
    said: tuple[Header, ...] = (("x-forwarded-for", address), *TLS[1:])
    # Another name each time, so that only where it comes from can add up.
    body = f"name={address.replace(', ', '-')}&password=wrong+wrong+wrong".encode()
    answer = ask(street.app, "POST", "/sign-in", *said, OWN_PAGE, FORM, body=body, **where)  # type: ignore[arg-type]
    return answer.status


def test_tries_count_for_who_asked_the_proxy_whatever_they_say_they_forward(
    street: Street,
) -> None:
    found = [tries(street, f"192.0.2.{n}, 198.51.100.4", peer=PROXY) for n in range(25)]

    assert found == [401] * 20 + [429] * 5


def test_a_stranger_cannot_choose_whose_tries_count(street: Street) -> None:
    found = [tries(street, f"192.0.2.{n}", peer=STRANGER, host=HERE) for n in range(25)]

    assert found == [401] * 20 + [429] * 5


# the doorbell's host


@pytest.mark.parametrize(
    "path", ["/", "/sign-in", "/runs", "/static/console.css", "/api/v1/health"]
)
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_at_the_public_address_nothing_but_the_doorbell_answers(
    street: Street, method: str, path: str
) -> None:
    cookie = street.cookie(Role.ADMIN)

    assert ask(street.app, method, path, cookie, OWN_PAGE, host=HOOKS).status == 404


def test_the_doorbell_answers_there(street: Street) -> None:
    assert ask(street.app, "POST", "/hooks/kustomer", host=HOOKS, body=b"{}").status == 401
    assert ask(street.app, "GET", "/hooks/kustomer", host=HOOKS).status == 404


def test_a_huge_call_is_refused_there_too(street: Street) -> None:
    body = b"x" * (256 * 1024 + 1)

    assert ask(street.app, "POST", "/hooks/kustomer", host=HOOKS, body=body).status == 413


def test_the_doorbell_answers_through_a_proxy_that_forwards_its_host(street: Street) -> None:
    said: tuple[Header, ...] = (*TLS[:2], ("x-forwarded-host", HOOKS))

    answer = ask(street.app, "POST", "/hooks/kustomer", *said, peer=PROXY, body=b"{}")

    assert answer.status == 401


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://hooks.example", "hooks.example"),
        ("https://hooks.example:443/", "hooks.example"),
        ("https://Hooks.Example:8443", "hooks.example:8443"),
        ("http://[::1]:8321", "[::1]:8321"),
        ("", ""),
    ],
)
def test_the_host_is_as_browsers_write_it(url: str, host: str) -> None:
    assert host_of(url) == host


def test_an_account_for_single_sign_on_has_no_password_that_fits(street: Street) -> None:
    book = street.api.parts.parts.entry.book
    now = street.api.parts.parts.clock.now()
    book.save_account(Account(name="sso", role=Role.LEAD, created_at=now))

    answer = ask(street.app, "POST", "/sign-in", OWN_PAGE, FORM, body=b"name=sso&password=")

    assert answer.status == 401
