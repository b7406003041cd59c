"""Who may do what, for every route there is: nobody gets through a door that is not theirs.

The routes come from the application itself, so a new one that has no line in `OPENS` fails.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import pytest
from starlette.routing import BaseRoute, Mount, Route
from starlette.types import ASGIApp

from agent.console.app import Places, console_app
from agent.core.access import Account, Role, Session
from tests.console.api.world import Api, api_at
from tests.console.asking import HERE, OWN_PAGE, Answered, Header, ask

NOBODY = None  # open to those who are not signed in
TOKEN = "token"
# Path -> who may use it at least.
OPENS: dict[str, Role | str | None] = {
    "/": Role.VIEWER,
    "/runs": Role.VIEWER,
    "/runs/{run_id}": Role.VIEWER,
    "/runs/{run_id}/retry": Role.TEAMMATE,
    "/runs/{run_id}/wrong": Role.TEAMMATE,
    "/approvals": Role.VIEWER,
    "/approvals/{run_id}": Role.VIEWER,
    "/approvals/{run_id}/approve": Role.TEAMMATE,
    "/approvals/{run_id}/edit": Role.TEAMMATE,
    "/approvals/{run_id}/reject": Role.TEAMMATE,
    "/topics": Role.VIEWER,
    "/topics/{topic}/raise": Role.LEAD,
    "/topics/{topic}/lower": Role.LEAD,
    "/topics/{topic}/certificate": Role.VIEWER,
    "/topics/{topic}/waive": Role.LEAD,
    "/topics/{topic}/end-waiver": Role.LEAD,
    "/pause": Role.TEAMMATE,
    "/resume": Role.TEAMMATE,
    "/events": Role.VIEWER,
    "/sign-in": NOBODY,
    "/sign-out": NOBODY,
    "/static": NOBODY,
    "/hooks/kustomer": TOKEN,
    "/metrics": TOKEN,
    "/api/v1/health": NOBODY,
    "/api/v1/openapi.json": NOBODY,
}
LIMIT = 256 * 1024
ODD_METHODS = ("PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "PROPFIND", "get", "GETS")
WRONG_HOSTS = (
    None,
    "",
    "evil.example",
    "127.0.0.1",
    "127.0.0.1:9999",
    f"{HERE}.evil.example",
    f"evil.example:{HERE}",
    f"user@{HERE}",
    "[::1]",
)
FROM_ELSEWHERE: tuple[tuple[Header, ...], ...] = (
    (),
    (("sec-fetch-site", "cross-site"),),
    (("sec-fetch-site", "same-site"),),
    (("sec-fetch-site", "none"),),
    (("origin", "https://evil.example"),),
    (("origin", "null"),),
    (("origin", "http://[broken"),),
    (("origin", f"http://{HERE}.evil.example"),),
    (OWN_PAGE, ("origin", "https://evil.example")),
    (("sec-fetch-site", "cross-site"), ("origin", f"http://{HERE}")),
)
BROKEN_HEADERS: tuple[tuple[Header, ...], ...] = (
    (("content-length", "many"),),
    (("content-length", "-1"),),
    (("content-length", "9" * 5_000),),
    (("cookie", "sidenote=\xff\xfe; ;;=;"),),
    (("cookie", "sidenote=" + "x" * 10_000),),
    (("cookie", "__Host-sidenote=x"), ("cookie", "sidenote=y")),
    (("authorization", "Bearer"),),
    (("authorization", "Bearer \xff"),),
    (("authorization", "Basic YTpi"),),
    (("x-forwarded-user", "ada"), ("x-forwarded-for", "127.0.0.1")),
    (("content-type", "multipart/form-data"),),
    (("content-type", "application/x-www-form-urlencoded; charset=\xff"),),
    (("accept", "\xff" * 100),),
    (("host", "evil.example"),),  # a second one
)


@dataclass(frozen=True)
class Door:
    """One route with one of its methods."""

    method: str
    template: str

    @property
    def path(self) -> str:
        filled = self.template.replace("{run_id}", "abcdef").replace("{topic}", "order-status")
        return filled.replace("{", "").replace("}", "")

    @property
    def opens_to(self) -> Role | str | None:
        if self.template.startswith("/api/v1/") and self.template not in OPENS:
            return TOKEN
        return OPENS[self.template]

    def __str__(self) -> str:
        return f"{self.method} {self.template}"


@dataclass
class Street:
    """The application and somebody of each role who is signed in."""

    app: ASGIApp
    api: Api

    def cookie(self, role: Role) -> Header:
        return ("cookie", f"sidenote={_secret(role)}")

    def doors(self) -> list[Door]:
        inner = self.app.app.app  # type: ignore[attr-defined] # behind the proxies and the doors
        return list(_doors(inner.routes))


@pytest.fixture(scope="module")
def street(tmp_path_factory: pytest.TempPathFactory) -> Street:
    return street_at(tmp_path_factory.mktemp("street"))


def street_at(folder: Path, places: Places | None = None) -> Street:
    api = api_at(folder)
    parts = api.parts.parts
    now = parts.clock.now()
    for role in Role:
        parts.entry.book.save_account(Account(name=role.word, role=role, created_at=now))
        parts.entry.book.save_session(
            Session(
                id=sha256(_secret(role).encode()).hexdigest(),
                name=role.word,
                role=role,
                created_at=now,
                seen_at=now,
            )
        )
    app = console_app(parts, places or Places(hosts=frozenset({HERE})), api.parts)
    return Street(app, api)


def _secret(role: Role) -> str:
    return f"the-cookie-of-{role.word}"


def _doors(routes: list[BaseRoute], before: str = "") -> Iterator[Door]:
    for route in routes:
        if isinstance(route, Route):
            for method in sorted(route.methods or ()):
                yield Door(method, before + route.path)
        elif isinstance(route, Mount):
            inner = list(_doors(list(route.routes or ()), before + route.path))
            yield from inner or [Door("GET", before + route.path)]
        else:
            nested = getattr(route, "original_router", None) or getattr(route, "routes", None)
            yield from _doors(list(getattr(nested, "routes", nested) or ()), before)


def is_safe(answer: Answered) -> bool:
    """Whether the answer carries what every answer must."""
    policy = answer.headers.get("content-security-policy", "")
    return (
        policy.startswith("default-src 'none'")
        and "frame-ancestors 'none'" in policy
        and "unsafe" not in policy
        and answer.headers.get("x-content-type-options") == "nosniff"
    )


def test_every_route_has_its_line_here(street: Street) -> None:
    doors = street.doors()

    assert len(doors) > len(OPENS)
    assert {d.template for d in doors if not d.template.startswith("/api/")} <= set(OPENS)
    assert any(d.template.startswith("/api/v1/") for d in doors)


def test_nobody_gets_in_without_signing_in(street: Street) -> None:
    passed = []
    for door in street.doors():
        answer = ask(street.app, door.method, door.path, OWN_PAGE)
        redirected = answer.headers.get("location", "").startswith("/sign-in")
        refused = answer.status in {401, 403} or (answer.status == 303 and redirected)
        if door.opens_to is not NOBODY and not refused:
            passed.append((str(door), answer.status))
        assert is_safe(answer), door

    assert passed == []


def test_the_first_page_signed_out_leads_to_the_sign_in_page(street: Street) -> None:
    answer = ask(street.app, "GET", "/")

    assert (answer.status, answer.headers["location"]) == (303, "/sign-in?next=%2F")


def test_a_lower_role_is_refused(street: Street) -> None:
    passed = []
    for door in street.doors():
        if not isinstance(door.opens_to, Role):
            continue
        for role in Role:
            if role < door.opens_to:
                answer = ask(street.app, door.method, door.path, street.cookie(role), OWN_PAGE)
                if answer.status != 403:
                    passed.append((str(door), role.word, answer.status))
                assert is_safe(answer), door

    assert passed == []


def test_the_right_role_is_not_refused(street: Street) -> None:
    """Or the tests above would pass where everything is refused."""
    refused = []
    for door in street.doors():
        if isinstance(door.opens_to, Role) and door.path not in {"/events", "/pause", "/resume"}:
            cookie = street.cookie(door.opens_to)
            answer = ask(street.app, door.method, door.path, cookie, OWN_PAGE)
            if answer.status in {401, 403, 421, 500}:
                refused.append((str(door), answer.status))

    assert refused == []


def test_a_programs_routes_take_no_cookie(street: Street) -> None:
    cookie = street.cookie(Role.ADMIN)
    for door in street.doors():
        if door.opens_to == TOKEN:
            answer = ask(street.app, door.method, door.path, cookie, OWN_PAGE, body=b"{}")
            assert answer.status in {401, 403}, door


@pytest.mark.parametrize("host", WRONG_HOSTS)
def test_another_host_is_refused_everywhere(street: Street, host: str | None) -> None:
    cookie = street.cookie(Role.ADMIN)
    for door in street.doors():
        answer = ask(street.app, door.method, door.path, cookie, OWN_PAGE, host=host)
        assert (answer.status, is_safe(answer)) == (421, True), door


@pytest.mark.parametrize("said", FROM_ELSEWHERE)
def test_what_another_page_sends_changes_nothing(street: Street, said: tuple[Header, ...]) -> None:
    cookie = street.cookie(Role.ADMIN)
    for door in street.doors():
        if door.method not in {"GET", "HEAD"} and door.template != "/hooks/kustomer":
            answer = ask(street.app, door.method, door.path, cookie, *said)
            wanted = {401, 403} if door.opens_to == TOKEN else {403}
            assert answer.status in wanted, door
            assert is_safe(answer), door


@pytest.mark.parametrize("method", ODD_METHODS)
def test_no_other_method_is_understood(street: Street, method: str) -> None:
    cookie = street.cookie(Role.ADMIN)
    known = {(door.method, door.template) for door in street.doors()}
    for door in street.doors():
        if (method, door.template) not in known:
            answer = ask(street.app, method, door.path, cookie, OWN_PAGE)
            assert answer.status in {401, 404, 405}, (method, door)
            assert is_safe(answer), door


def test_a_post_to_what_only_shows_and_a_look_at_what_only_acts_do_nothing(
    street: Street,
) -> None:
    cookie = street.cookie(Role.ADMIN)
    known = {(door.method, door.template) for door in street.doors()}
    for door in street.doors():
        for method in ("GET", "POST"):
            if (method, door.template) not in known:
                answer = ask(street.app, method, door.path, cookie, OWN_PAGE)
                assert answer.status in {401, 404, 405}, (method, door)


@pytest.mark.parametrize("body", [b"x" * (LIMIT + 1), [b"x" * 100_000] * 3], ids=["one", "chunks"])
def test_a_huge_body_is_refused(street: Street, body: bytes | list[bytes]) -> None:
    form = ("content-type", "application/x-www-form-urlencoded")
    cookie = street.cookie(Role.ADMIN)
    for door in street.doors():
        if door.method == "POST":
            answer = ask(street.app, "POST", door.path, cookie, OWN_PAGE, form, body=body)
            # Of chunks a program's call may read none, because its token is missing.
            assert answer.status in {413, 401, 403}, door
            assert is_safe(answer), door


def test_a_huge_body_is_refused_before_it_is_read_as_a_form(street: Street) -> None:
    form = ("content-type", "application/x-www-form-urlencoded")
    chunks = [b"x" * 100_000] * 3

    for path in ("/sign-in", "/pause", "/hooks/kustomer"):
        assert ask(street.app, "POST", path, OWN_PAGE, form, body=chunks).status == 413


@pytest.mark.parametrize("broken", BROKEN_HEADERS)
def test_broken_headers_open_nothing_and_break_nothing(
    street: Street, broken: tuple[Header, ...]
) -> None:
    for door in street.doors():
        answer = ask(street.app, door.method, door.path, *broken, OWN_PAGE)
        assert answer.status < 500, door
        assert door.opens_to is NOBODY or not answer.went_well, door
        assert is_safe(answer), door


@pytest.mark.parametrize(
    "path",
    [
        "/runs/%00",
        "/runs?text=%00",
        "/runs/../static/../runs",
        "/static/../console.py",
        "/static/%2e%2e/app.py",
        "/static/..%2fapp.py",
        "//evil.example",
        "/nothing/here",
        "/sign-in/",
        "/hooks/kustomer/",
        "/" + "x" * 5_000,
    ],
)
def test_odd_paths_find_nothing(street: Street, path: str) -> None:
    answer = ask(street.app, "GET", path, street.cookie(Role.ADMIN))

    assert 300 <= answer.status < 500
    assert not answer.headers.get("location", "/").startswith("//")
    assert is_safe(answer)


def test_a_form_of_very_many_fields_is_no_form(street: Street) -> None:
    form = ("content-type", "application/x-www-form-urlencoded")
    body = "&".join(f"a{n}=1" for n in range(1_000)).encode()

    assert ask(street.app, "POST", "/sign-out", OWN_PAGE, form, body=body).status == 303


@pytest.mark.parametrize(
    "back", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)"]
)
def test_after_an_action_nobody_is_led_to_another_site(street: Street, back: str) -> None:
    form = ("content-type", "application/x-www-form-urlencoded")
    cookie = street.cookie(Role.TEAMMATE)

    answer = ask(
        street.app, "POST", "/resume", cookie, OWN_PAGE, form, body=f"back={back}".encode()
    )

    assert answer.status == 303
    assert answer.headers["location"].startswith("/?")


def test_when_the_application_breaks_the_answer_is_as_safe_and_tells_nothing(
    tmp_path: Path,
) -> None:
    street = street_at(tmp_path)
    inner = street.app.app.app  # type: ignore[attr-defined]

    def breaks() -> None:
        raise RuntimeError("a secret")

    object.__setattr__(inner.state.parts, "lights", breaks)

    answer = ask(street.app, "GET", "/", street.cookie(Role.VIEWER))

    assert (answer.status, is_safe(answer)) == (500, True)
    assert b"a secret" not in answer.body


def test_after_a_wrong_password_the_form_still_knows_where_to_go(street: Street) -> None:
    body = b"name=vic&password=wrong&next=%2Ftopics"
    kind = ("content-type", "application/x-www-form-urlencoded")
    answer = ask(street.app, "POST", "/sign-in", OWN_PAGE, kind, body=body)

    assert b'name="next" value="/topics"' in answer.body
