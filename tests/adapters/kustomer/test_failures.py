"""Everything that can go wrong between us and Kustomer has one of our errors."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest

from agent.adapters.kustomer.failures import NOTHING_SENT
from agent.errors import (
    AgentError,
    HelpdeskBusy,
    HelpdeskConflict,
    HelpdeskLocked,
    HelpdeskMissing,
    HelpdeskRefused,
    HelpdeskUnavailable,
    OutcomeUnknown,
    ReplyUnreadable,
)
from agent.retries import AGGRESSIVE_RETRIES, DEFAULT_RETRIES
from tests.adapters.kustomer.fakes import (
    C1,
    N1,
    NOON,
    Answer,
    FakeClock,
    answering,
    conversation_json,
    kustomer,
    one,
    raw,
    refused,
    said,
)


def _all_below(kind: type[Exception]) -> Iterator[type[Exception]]:
    yield kind
    for below in kind.__subclasses__():
        yield from _all_below(below)


def _raised_by_httpx() -> list[Exception]:
    named = {getattr(httpx, name) for name in httpx.__all__ if name[0].isupper()}
    kinds = {each for each in named if isinstance(each, type) and issubclass(each, Exception)}
    kinds |= set(_all_below(httpx.HTTPError))
    request = httpx.Request("GET", "https://acme.test")
    made: list[Exception] = []
    for kind in sorted(kinds, key=lambda each: each.__name__):
        if issubclass(kind, httpx.HTTPStatusError):
            made.append(kind("x", request=request, response=httpx.Response(500)))
        elif kind in {httpx.StreamConsumed, httpx.ResponseNotRead, httpx.RequestNotRead} or (
            kind is httpx.StreamClosed
        ):
            made.append(kind())
        else:
            made.append(kind("x"))
    return made


RAISED = [pytest.param(error, id=type(error).__name__) for error in _raised_by_httpx()]


def test_all_of_httpx_is_looked_at() -> None:
    assert len(RAISED) >= 25


@pytest.mark.parametrize("error", RAISED)
def test_every_exception_of_httpx_has_one_of_ours_for_a_read(error: Exception) -> None:
    with pytest.raises((HelpdeskUnavailable, ReplyUnreadable)) as raised:
        kustomer(answering(error)).conversation(C1)

    assert raised.value.__cause__ is error


@pytest.mark.parametrize("error", RAISED)
def test_every_exception_of_httpx_says_whether_a_write_was_applied(error: Exception) -> None:
    expected = HelpdeskUnavailable if isinstance(error, NOTHING_SENT) else OutcomeUnknown

    with pytest.raises(expected) as raised:
        kustomer(answering(error)).add_tags(C1, ["lid"])

    assert raised.value.__cause__ is error


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (301, HelpdeskRefused),
        (304, HelpdeskRefused),
        (400, HelpdeskRefused),
        (401, HelpdeskLocked),
        (402, HelpdeskRefused),
        (403, HelpdeskLocked),
        (404, HelpdeskMissing),
        (408, HelpdeskUnavailable),
        (409, HelpdeskConflict),
        (410, HelpdeskMissing),
        (413, HelpdeskRefused),
        (418, HelpdeskRefused),
        (422, HelpdeskRefused),
        (429, HelpdeskBusy),
        (500, HelpdeskUnavailable),
        (501, HelpdeskUnavailable),
        (502, HelpdeskUnavailable),
        (599, HelpdeskUnavailable),
    ],
)
def test_a_status_has_one_of_our_errors(status: int, error: type[AgentError]) -> None:
    with pytest.raises(error) as raised:
        kustomer(answering(raw(status))).conversation(C1)

    assert raised.type is error
    assert str(raised.value).startswith(f"GET /v1/conversations/{C1}: {status}")


@pytest.mark.parametrize(
    ("error", "told"),
    [
        pytest.param(
            {"code": "badparam", "status": 400, "source": {"parameter": "custom"}},
            "400 badparam custom",
            id="parameter, status as number",
        ),
        pytest.param(
            {"code": "badparam", "status": "400", "source": {"pointer": "/data/name"}},
            "400 badparam /data/name",
            id="pointer, status as text",
        ),
        pytest.param(
            {"code": "bad_request", "message": "Mara Lind is unknown", "meta": {"field": "name"}},
            "400 bad_request name",
            id="code and message",
        ),
        pytest.param({"code": "Mara Lind is unknown"}, "400", id="text where a code should be"),
        pytest.param(
            {"code": "badparam", "source": {"parameter": "mara@example.test"}},
            "400 badparam",
            id="an address where a field should be",
        ),
        pytest.param({}, "400", id="nothing"),
    ],
)
def test_a_refusal_names_code_and_field_and_never_text(error: dict[str, Any], told: str) -> None:
    with pytest.raises(HelpdeskRefused) as raised:
        kustomer(answering(said({"errors": [error]}, status=400))).conversation(C1)

    assert str(raised.value) == f"GET /v1/conversations/{C1}: {told}"


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"null", b'{"errors": []}', b'{"errors": [7]}', b'{"errors": "no"}']
)
def test_a_refusal_without_a_known_shape_is_still_a_refusal(body: bytes) -> None:
    with pytest.raises(HelpdeskRefused):
        kustomer(answering(raw(400, body))).conversation(C1)


@pytest.mark.parametrize(
    ("answer", "advice"),
    [
        pytest.param(refused(401), "check KUSTOMER_API_KEY", id="bad key"),
        pytest.param(refused(403), "lacks a role", id="missing role"),
        pytest.param(
            refused(401, message="token is associated with pod prod1, handled by pod PROD2"),
            "another pod (prod1, prod2); set KUSTOMER_BASE_URL",
            id="wrong pod, named",
        ),
        pytest.param(
            refused(403, message="wrong pod"), "another pod; set KUSTOMER_BASE_URL", id="wrong pod"
        ),
    ],
)
def test_a_locked_helpdesk_says_what_to_do(answer: httpx.Response, advice: str) -> None:
    with pytest.raises(HelpdeskLocked) as raised:
        kustomer(answering(answer)).conversation(C1)

    assert advice in str(raised.value)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        pytest.param({}, 60, id="no header"),
        pytest.param({"x-ratelimit-reset": "1793707230"}, 30, id="reset, epoch seconds"),
        pytest.param({"x-ratelimit-reset": "1793707230000"}, 300, id="reset in milliseconds"),
        pytest.param({"x-ratelimit-reset": "0"}, 1, id="reset long ago"),
        pytest.param({"x-ratelimit-reset": "soon", "retry-after": "7"}, 7, id="reset is junk"),
        pytest.param(
            {"x-ratelimit-reset": "1793707230", "retry-after": "7"}, 30, id="reset comes first"
        ),
        pytest.param({"retry-after": "12"}, 12, id="seconds"),
        pytest.param({"retry-after": "0"}, 1, id="zero"),
        pytest.param({"retry-after": "-5"}, 1, id="negative"),
        pytest.param({"retry-after": "1e300"}, 300, id="huge"),
        pytest.param({"retry-after": "inf"}, 300, id="infinite"),
        pytest.param({"retry-after": "nan"}, 60, id="not a number"),
        pytest.param({"retry-after": "Tue, 03 Nov 2026 12:00:45 GMT"}, 45, id="date"),
        pytest.param({"retry-after": "Tue, 03 Nov 2026 12:00:45 -0000"}, 45, id="date, no zone"),
        pytest.param({"retry-after": "Tue, 03 Nov 1970 12:00:45 GMT"}, 1, id="date long ago"),
        pytest.param({"retry-after": "Tue, 99 Nov 2026 12:00:45 GMT"}, 60, id="no such date"),
        pytest.param({"retry-after": "later"}, 60, id="junk"),
    ],
)
def test_a_429_says_when_to_come_back_within_bounds(headers: dict[str, str], seconds: int) -> None:
    with pytest.raises(HelpdeskBusy) as raised:
        kustomer(answering(refused(429, headers))).conversation(C1)

    assert raised.value.retry_at == NOON + timedelta(seconds=seconds)


BRIEF = [
    pytest.param(httpx.ReadTimeout("late"), id="no answer in time"),
    pytest.param(httpx.ConnectError("refused"), id="refused"),
    pytest.param(refused(503), id="503"),
    pytest.param(raw(200, b"<html>Back soon</html>"), id="a page in between"),
    pytest.param(raw(200, b'{"data": {"id": "c'), id="half an answer"),
    pytest.param(raw(204), id="nothing"),
]


@pytest.mark.parametrize("trouble", BRIEF)
def test_a_read_goes_on_after_brief_trouble(trouble: Answer) -> None:
    server, clock = answering(trouble, trouble, one(conversation_json())), FakeClock()

    found = kustomer(server, retries=DEFAULT_RETRIES, clock=clock).conversation(C1)

    assert (found.id, clock.slept) == (C1, [1, 4])


def test_a_read_is_given_up_after_five_attempts() -> None:
    server, clock = answering(refused(500)), FakeClock()

    with pytest.raises(HelpdeskUnavailable):
        kustomer(server, retries=DEFAULT_RETRIES, clock=clock).conversation(C1)

    assert (len(server.seen), clock.slept) == (5, [1, 4, 16, 60])


def test_whoever_waits_for_a_page_is_told_after_one_attempt() -> None:
    server, clock = answering(refused(500)), FakeClock()
    patient = kustomer(server, retries=DEFAULT_RETRIES, clock=clock)

    with pytest.raises(HelpdeskUnavailable):
        patient.tried_once().conversation(C1)

    assert (len(server.seen), clock.slept) == (1, [])
    assert patient.requests == {"conversation": 1}  # counted together


def test_aggressive_retries_come_sooner_and_more_often() -> None:
    server, clock = answering(refused(500)), FakeClock()

    with pytest.raises(HelpdeskUnavailable):
        kustomer(server, retries=AGGRESSIVE_RETRIES, clock=clock).conversation(C1)

    assert (len(server.seen), clock.slept[0]) == (9, 0.5)


@pytest.mark.parametrize(
    "final",
    [
        pytest.param(refused(400), id="400"),
        pytest.param(refused(401), id="401"),
        pytest.param(refused(404), id="404"),
        pytest.param(one({"type": "conversation", "id": C1}), id="a field is missing"),
    ],
)
def test_a_read_is_not_tried_again_when_that_cannot_mend_it(final: httpx.Response) -> None:
    server = answering(final)

    with pytest.raises(AgentError):
        kustomer(server, retries=DEFAULT_RETRIES).conversation(C1)

    assert len(server.seen) == 1


def test_a_read_waits_until_the_limit_is_reset() -> None:
    busy, clock = refused(429, {"retry-after": "20"}), FakeClock()

    kustomer(
        answering(busy, one(conversation_json())), retries=DEFAULT_RETRIES, clock=clock
    ).conversation(C1)

    assert clock.slept == [20.5]  # never before, and some spread on top


def test_no_error_carries_what_was_sent_or_said() -> None:
    secret = "Mara wrote this"
    answers: list[Answer] = [
        refused(400, code="x", title=secret, detail=secret, message=secret),
        said({"data": {"id": N1, "type": "note", "attributes": {"createdAt": secret}}}),
        raw(200, secret.encode()),
        raw(500, secret.encode()),
    ]

    for answer in answers:
        with pytest.raises(AgentError) as raised:
            kustomer(answering(answer)).write_note(C1, secret, marker="m", note_id=None)
        assert secret not in str(raised.value)
