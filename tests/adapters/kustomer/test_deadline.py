"""A call ends in time, whatever the server does with its bytes; a large answer is cut off."""

import gzip
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from urllib.request import getproxies

import httpx
import pytest

from agent.adapters.kustomer import Kustomer, Patience, Unlimited, kustomer_client
from agent.adapters.kustomer.transport import MAX_BYTES, Request, exchange
from agent.errors import ConfigError, HelpdeskUnavailable, OutcomeUnknown, ReplyUnreadable
from agent.retries import NO_RETRIES
from tests.adapters.kustomer.fakes import C1, FakeClock, answering, kustomer, raw
from tests.adapters.kustomer.sockets import Script, serving

SPAN = timedelta(seconds=1)  # wide enough for a busy machine
SLACK = 0.6  # seconds a busy machine may add

OK = b"HTTP/1.1 200 OK\r\n"
SLOW = 0.05  # seconds a byte: a body of 100 takes 5 s
JSON = b'{"data": {"type": "conversation", "id": "' + C1.encode() + b'", "attributes": {}}}'


@pytest.fixture(autouse=True)
def _no_proxy_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in getproxies():
        monkeypatch.delenv(f"{name}_proxy", raising=False)
        monkeypatch.delenv(f"{name.upper()}_PROXY", raising=False)


@contextmanager
def _client(script: Script) -> Iterator[Kustomer]:
    with serving(script) as url, kustomer_client(url, "key") as http:
        yield Kustomer(
            http,
            clock=FakeClock(),
            budget=Unlimited(),
            patience=Patience(read=SPAN, write=SPAN, retries=NO_RETRIES),
        )


DRIPS = [
    pytest.param(
        Script(OK + b"X-Slow: " + b"a" * 200 + b"\r\n\r\n", pause=SLOW), id="headers, byte by byte"
    ),
    pytest.param(
        Script(OK + b"Content-Length: 200\r\n\r\n" + b"a" * 200, pause=0.01),
        id="body, byte by byte",
    ),
    pytest.param(
        Script(OK + b"Transfer-Encoding: chunked\r\n\r\n" + b"1\r\na\r\n" * 200, pause=0.01),
        id="chunks of one byte",
    ),
    pytest.param(Script(b"HTTP/1.1 100 Continue\r\n\r\n" * 200, pause=0.01), id="never done"),
    pytest.param(Script(b"", hangs=True), id="not a byte"),
    pytest.param(Script(OK + b"Content-Length: 9\r\n\r\n", hangs=True), id="headers only"),
]


@pytest.mark.parametrize("script", DRIPS)
def test_a_read_ends_in_time(script: Script) -> None:
    with _client(script) as client:
        started = time.monotonic()

        with pytest.raises(HelpdeskUnavailable):
            client.conversation(C1)

        assert time.monotonic() - started < SPAN.total_seconds() + SLACK


@pytest.mark.parametrize("script", DRIPS)
def test_a_write_ends_in_time_and_is_unknown(script: Script) -> None:
    with _client(script) as client:
        started = time.monotonic()

        with pytest.raises(OutcomeUnknown):
            client.add_tags(C1, ["lid"])

        assert time.monotonic() - started < SPAN.total_seconds() + SLACK


def test_a_server_that_never_takes_the_request_is_left_in_time() -> None:
    with (
        serving(Script(b"", hangs=True, reads=False)) as url,
        kustomer_client(url, "key") as http,
    ):
        request = Request(name="x", method="POST", path="/v1/x", content="a" * 30_000_000)
        started = time.monotonic()

        with pytest.raises(httpx.WriteTimeout):
            exchange(http, request, span=SPAN)

        assert time.monotonic() - started < SPAN.total_seconds() + SLACK


def test_a_connection_that_is_slow_to_come_is_given_up_before_anything_is_sent() -> None:
    # Nothing listens behind a full queue of connections, so the next one waits.
    with socket.socket() as door, ExitStack() as stack:
        door.bind(("127.0.0.1", 0))
        door.listen(0)
        for _ in range(8):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(door.getsockname())
        url = f"http://127.0.0.1:{door.getsockname()[1]}"
        http = stack.enter_context(kustomer_client(url, "key"))
        request = Request(name="x", method="PUT", path="/v1/x", content={})
        started = time.monotonic()

        with pytest.raises(httpx.ConnectTimeout):
            exchange(http, request, span=SPAN * 5, connected=SPAN / 4)

        assert time.monotonic() - started < SPAN.total_seconds() / 4 + SLACK


def test_the_last_read_of_a_call_waits_only_for_what_is_left() -> None:
    # One byte late in the call, then nothing: a whole timeout more would end at twice the span.
    with _client(Script(b"H", pause=SPAN.total_seconds() * 0.9, hangs=True)) as client:
        started = time.monotonic()

        with pytest.raises(HelpdeskUnavailable):
            client.conversation(C1)

        assert time.monotonic() - started < SPAN.total_seconds() * 1.7


@pytest.mark.parametrize(
    "script",
    [
        pytest.param(Script(b""), id="closed without an answer"),
        pytest.param(Script(OK + b"Content-Length: 900\r\n\r\n" + JSON), id="body cut off"),
        pytest.param(Script(OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\n{"), id="chunk cut off"),
        pytest.param(Script(b"SSH-2.0-OpenSSH_9.2\r\n"), id="not HTTP"),
    ],
)
def test_a_broken_answer_leaves_a_read_to_be_repeated_and_a_write_unknown(script: Script) -> None:
    with _client(script) as client:
        with pytest.raises(HelpdeskUnavailable):
            client.conversation(C1)
        with pytest.raises(OutcomeUnknown):
            client.add_tags(C1, ["lid"])


def test_a_server_that_is_not_there_was_sent_nothing() -> None:
    with serving(Script(b"")) as url:
        pass
    with kustomer_client(url, "key") as http:
        client = Kustomer(http, clock=FakeClock(), budget=Unlimited())

        with pytest.raises(HelpdeskUnavailable, match="not sent"):
            client.add_tags(C1, ["lid"])


def test_a_name_that_cannot_be_looked_up_was_sent_nothing() -> None:
    with kustomer_client("https://acme..test", "key") as http:
        client = Kustomer(http, clock=FakeClock(), budget=Unlimited())

        with pytest.raises(HelpdeskUnavailable, match="not sent"):
            client.add_tags(C1, ["lid"])


def test_a_whole_answer_over_a_real_connection_is_read() -> None:
    packed = gzip.compress(b'{"data": {"type": "user", "id": "u1"}}')
    head = f"Content-Encoding: gzip\r\nContent-Length: {len(packed)}\r\n\r\n".encode()

    with serving(Script(OK + head + packed)) as url, kustomer_client(url, "key") as http:
        answer = exchange(http, Request(name="x", method="GET", path="/v1/x"), span=SPAN)

    assert (answer.status, answer.body) == (200, b'{"data": {"type": "user", "id": "u1"}}')


def test_the_key_and_our_name_go_with_every_request() -> None:
    with kustomer_client("https://acme.test/", "abc.def") as http:
        assert http.headers["authorization"] == "Bearer abc.def"
        assert http.headers["user-agent"].startswith("sidenote/")
        assert http.follow_redirects is False


@pytest.mark.parametrize("url", ["https://acme.test", "https://acme.test/", "https://acme.test/v1"])
def test_the_address_may_end_as_people_write_it(url: str) -> None:
    with kustomer_client(url, "key") as http:
        assert http.build_request("GET", "/v1/notes").url == "https://acme.test/v1/notes"


@pytest.mark.parametrize(
    ("url", "key", "named"),
    [
        ("https://acme.test", "", "KUSTOMER_API_KEY"),
        ("https://acme.test", "abc\n", "KUSTOMER_API_KEY"),
        ("https://acme.test", "clé", "KUSTOMER_API_KEY"),
        ("acme.test", "key", "KUSTOMER_BASE_URL"),
        ("ftp://acme.test", "key", "KUSTOMER_BASE_URL"),
        ("https://acme:test", "key", "KUSTOMER_BASE_URL"),
    ],
)
def test_settings_that_cannot_work_are_named(url: str, key: str, named: str) -> None:
    with pytest.raises(ConfigError, match=named) as raised:
        kustomer_client(url, key)

    assert not key or key not in str(raised.value).replace(named, "")


GZIP = {"content-encoding": "gzip"}


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(raw(200, b" " * (MAX_BYTES + 1)), id="larger than 5 MB"),
        pytest.param(raw(200, gzip.compress(b" " * 50_000_000), GZIP), id="50 MB, packed"),
        pytest.param(
            raw(
                200,
                gzip.compress(gzip.compress(b" " * 50_000_000)),
                {"content-encoding": "gzip, gzip"},
            ),
            id="packed twice",
        ),
        pytest.param(raw(200, gzip.compress(JSON)[:-9], GZIP), id="packed and cut off"),
        pytest.param(raw(200, JSON, GZIP), id="not packed at all"),
        pytest.param(raw(200, JSON, {"content-encoding": "br"}), id="packed otherwise"),
    ],
)
def test_an_answer_that_is_too_large_or_badly_packed_is_unreadable(answer: httpx.Response) -> None:
    with pytest.raises(ReplyUnreadable):
        kustomer(answering(answer)).conversation(C1)
    with pytest.raises(OutcomeUnknown):
        kustomer(answering(answer)).add_tags(C1, ["lid"])


def test_a_refusal_whose_body_is_too_large_is_still_a_refusal() -> None:
    answer = raw(500, b" " * (MAX_BYTES + 1))

    with pytest.raises(HelpdeskUnavailable, match="500"):
        kustomer(answering(answer)).conversation(C1)


def test_an_answer_of_just_5_mb_is_read() -> None:
    body = JSON + b" " * (MAX_BYTES - len(JSON))

    with pytest.raises(ReplyUnreadable, match="updatedAt"):
        kustomer(answering(raw(200, gzip.compress(body), GZIP))).conversation(C1)


def test_a_proxy_of_the_environment_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    script = Script(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")
    with serving(script) as proxy:
        monkeypatch.setenv("https_proxy", proxy)
        with kustomer_client("https://acme.test", "key") as http:
            client = Kustomer(http, clock=FakeClock(), budget=Unlimited())

            with pytest.raises(HelpdeskUnavailable, match="not sent"):
                client.add_tags(C1, ["lid"])

    assert script.connections


def test_a_server_on_this_machine_needs_no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    body = b'{"data": {"type": "user", "id": "u1", "attributes": {}}}'
    head = f"Content-Length: {len(body)}\r\n\r\n".encode()

    with _client(Script(OK + head + body)) as client:
        assert client.current_user().id == "u1"


@pytest.mark.parametrize("proxy", ["socks4://user:word@p.test", "ftp://user:word@p.test"])
def test_a_proxy_that_cannot_be_used_is_said_without_its_password(
    monkeypatch: pytest.MonkeyPatch, proxy: str
) -> None:
    monkeypatch.setenv("https_proxy", proxy)

    with pytest.raises(ConfigError, match="proxy") as raised:
        kustomer_client("https://acme.test", "key")

    assert "word" not in str(raised.value)
