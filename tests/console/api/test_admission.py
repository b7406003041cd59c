"""Who is let in: every call times no token, a wrong one, a wrong scope, method and host."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from fastapi.routing import APIRoute

from agent.console.api.app import _ROUTERS
from agent.core.tokens import Scope
from tests.console.api.world import Api, bearer

FREE = {"/health"}
WRONG = ("PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "PROPFIND", "QUERY")
NEEDED = {
    "/actions/send-message": Scope.SEND,
    "/customers": Scope.CREATE,
    "/conversations": Scope.CREATE,
    "/conversations/{conversation_id}/summary": Scope.SUMMARIZE,
    "/runs/{run_id}/retry": Scope.RETRY,
    "/approvals/{run_id}/approve": Scope.APPROVE,
    "/approvals/{run_id}/edit": Scope.APPROVE,
    "/approvals/{run_id}/reject": Scope.APPROVE,
    "/topics/{name}/level": Scope.TOPICS,
    "/pause": Scope.PAUSE,
    "/resume": Scope.PAUSE,
}


def routes() -> Iterator[tuple[str, str, Scope]]:
    """Method, path and scope of every call; taken from the API, so that none is forgotten."""
    for router in _ROUTERS:
        for route in router.routes:
            assert isinstance(route, APIRoute)
            for method in route.methods or ():
                if route.path not in FREE:
                    needed = Scope.READ if method == "GET" else NEEDED[route.path]
                    yield method, f"/api/v1{filled(route.path)}", needed
    yield "GET", "/metrics", Scope.METRICS


def filled(path: str) -> str:
    for name in ("conversation_id", "run_id", "name"):
        path = path.replace(f"{{{name}}}", "order-status")
    return path


EVERY = sorted(routes())
each_call = pytest.mark.parametrize(
    ("method", "path", "scope"), EVERY, ids=[f"{m} {p}" for m, p, _ in EVERY]
)


def is_problem(answer: Any) -> bool:
    told = answer.json()
    return (
        answer.headers["content-type"] == "application/problem+json"
        and told["status"] == answer.status_code
        and len(told["detail"]) > 10
        and "default-src 'none'" in answer.headers["content-security-policy"]
    )


def test_there_are_as_many_calls_as_are_told_of(api: Api) -> None:
    described = api.client.get("/api/v1/openapi.json").json()["paths"]

    told = {(m.upper(), f"/api/v1{p}") for p, each in described.items() for m in each}
    known = {(m, p) for m, p, _ in EVERY} | {("GET", "/api/v1/health"), ("GET", "/metrics")}
    assert len(told) == len(known) - 1


@each_call
def test_nobody_is_let_in_without_a_good_token(
    api: Api, method: str, path: str, scope: Scope
) -> None:
    others = [each for each in Scope if each not in {scope, Scope.READ}]
    old = api.token(*Scope, days=1)
    removed = api.token(*Scope, name="removed")
    api.tokens.remove("removed")
    api.world.clock.advance(timedelta(days=1))
    cookie = api.parts.parts.entry.with_key(api.parts.parts.entry.new_key())
    # Not even JSON: nobody without a token learns what is wrong with it.
    kind = {"Content-Type": "application/json"}

    def ask(headers: dict[str, str]) -> Any:
        return api.client.request(method, path, content=b"{", headers=kind | headers)

    refused = {
        401: [
            ask({}),
            ask({"Cookie": f"sidenote={cookie}", "Sec-Fetch-Site": "same-origin"}),
            ask({"Authorization": "Basic YWRhOmFkYQ=="}),
            ask({"Authorization": "Bearer"}),
            ask(bearer("sn_" + "x" * 43)),
            ask(bearer("")),
            ask(bearer(old)),
            ask(bearer(removed)),
        ],
        403: [ask(bearer(api.token(*others)))],
        421: [ask({**bearer(api.token(*Scope)), "Host": "evil.example"})],
    }

    for status, answers in refused.items():
        assert [answer.status_code for answer in answers] == [status] * len(answers)
        assert all(map(is_problem, answers))


@each_call
def test_no_other_method_is_understood(api: Api, method: str, path: str, scope: Scope) -> None:
    held = bearer(api.token(*Scope))
    known = {m for m, p, _ in EVERY if p == path}
    others = {"GET", "HEAD", "POST"} - known if path.startswith("/api/") else set()

    for wrong in {*WRONG, *others}:
        answer = api.client.request(wrong, path, headers=held)

        assert answer.status_code == 405, wrong
        assert wrong == "HEAD" or is_problem(answer)


@each_call
def test_a_token_with_that_scope_is_let_in(api: Api, method: str, path: str, scope: Scope) -> None:
    answer = api.client.request(method, path, json={}, headers=bearer(api.token(scope)))

    assert answer.status_code not in {401, 403, 405}
    assert answer.status_code < 500


def test_a_token_of_another_site_in_a_browser_changes_nothing_without_its_token(api: Api) -> None:
    elsewhere = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}

    answer = api.client.post("/api/v1/pause", headers=elsewhere)

    assert answer.status_code == 401
    assert api.world.store.paused() is None


def test_unknown_tokens_are_limited_and_good_ones_are_not(api: Api) -> None:
    good = api.token(Scope.READ)

    answers = [api.client.get("/api/v1/pause", headers=bearer(f"sn_{n}")) for n in range(30)]

    statuses = [answer.status_code for answer in answers]
    assert statuses[0] == 401
    assert set(statuses[20:]) == {429}
    assert int(answers[-1].headers["Retry-After"]) > 60
    assert api.client.get("/api/v1/pause", headers=bearer(good)).status_code == 200


def test_unknown_tokens_keep_nobody_from_signing_in(api: Api) -> None:
    for number in range(30):
        api.client.get("/api/v1/pause", headers=bearer(f"sn_{number}"))

    answer = api.client.post(
        "/sign-in",
        data={"name": "mara", "password": "wrong"},
        headers={"Origin": "http://127.0.0.1:8321"},
    )
    assert answer.status_code == 401


def test_two_authorizations_are_none(api: Api) -> None:
    held = ("Authorization", f"Bearer {api.token(Scope.READ)}")

    assert api.client.get("/api/v1/pause", headers=[held, held]).status_code == 401


def test_when_a_token_was_last_used_is_known(api: Api) -> None:
    api.call("GET", "/pause", Scope.READ)

    (token,) = api.parts.book.tokens()
    assert token.used_at == api.world.clock.now()
