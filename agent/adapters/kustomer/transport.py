"""One request and its whole answer: bounded in time and size, no redirects, no retries."""

import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from importlib.metadata import version
from typing import Any
from urllib.request import getproxies, proxy_bypass

import httpx

from agent.adapters.kustomer.deadline import DeadlineTransport, within
from agent.adapters.kustomer.traced import TracedTransport
from agent.errors import ConfigError
from agent.trace_port import NO_TRACES, Traces

MAX_BYTES = 5 * 1024 * 1024  # of an answer, after decompression
CONNECTIONS = 10  # httpx 0.28 spends more CPU per request above that
_LOOPBACK = {"localhost", "127.0.0.1", "::1"}
_CONNECT = 5.0  # seconds; a server that is there answers at once


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What to send. `name` is what we count it as; `content` is JSON."""

    name: str
    method: str
    path: str
    params: Mapping[str, str | int] = field(default_factory=dict)
    content: Any = None
    shown: str = ""  # the path for messages, where the path itself holds an address

    @property
    def doing(self) -> str:
        """How messages name it. Ids only, no text."""
        return f"{self.method} {self.shown or self.path}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back, read to its end."""

    status: int
    headers: httpx.Headers
    body: bytes


def kustomer_client(base_url: str, key: str, *, traces: Traces = NO_TRACES) -> httpx.Client:
    """The HTTP client of one organization; close it when done.

    At most 10 connections, no redirects. Proxies are taken from the environment, as usual, except
    for this machine's own servers.

    Raises:
        ConfigError: the address, the key or the proxy cannot work.
    """
    if not key or not key.isascii() or not key.isprintable() or " " in key:
        raise ConfigError("KUSTOMER_API_KEY: not a key; copy it again without spaces or line ends")
    try:
        address = httpx.URL(base_url.rstrip("/").removesuffix("/v1"))
    except httpx.InvalidURL as error:
        raise ConfigError("KUSTOMER_BASE_URL: not an address") from error
    if address.scheme not in {"http", "https"} or not address.host:
        raise ConfigError("KUSTOMER_BASE_URL: must look like https://ORG.api.kustomerapp.com")
    return httpx.Client(
        base_url=address,
        headers={
            "Authorization": f"Bearer {key}",
            "Accept": "application/json",
            "Accept-Encoding": "gzip",
            "User-Agent": f"sidenote/{version('sidenote')}",
        },
        transport=_traced(_transport_to(address), traces),
        trust_env=False,
        follow_redirects=False,
    )


def _traced(transport: DeadlineTransport, traces: Traces) -> httpx.BaseTransport:
    return transport if traces is NO_TRACES else TracedTransport(transport, traces)


def _transport_to(address: httpx.URL) -> DeadlineTransport:
    # httpx looks at the environment only when it makes the transport itself.
    proxy = None
    if address.host not in _LOOPBACK and not proxy_bypass(address.host):
        proxies = getproxies()
        proxy = proxies.get(address.scheme) or proxies.get("all")
    try:
        return DeadlineTransport(connections=CONNECTIONS, proxy=proxy)
    except (ImportError, ValueError, httpx.InvalidURL):
        # Not chained: a proxy's address often holds a password.
        raise ConfigError(
            "the proxy that the environment names cannot be used; it must be http:// or https://"
        ) from None


def exchange(
    http: httpx.Client, request: Request, *, span: timedelta, connected: timedelta | None = None
) -> Answer:
    """Send once and read the answer, all within `span`; it goes out within `connected` or never.

    Raises:
        httpx.HTTPError: as httpx names it. `DecodingError` also when the answer is larger than
            5 MB or in a compression we did not ask for. An answer that says 4xx or 5xx is given
            even when its body cannot be read: its status is what counts.
    """
    seconds = span.total_seconds()
    connect = min(_CONNECT, seconds, seconds if connected is None else connected.total_seconds())
    pool = seconds if connected is None else connect
    with (
        within(span, connected=connected),
        http.stream(
            request.method,
            request.path,
            params=dict(request.params),
            json=request.content,
            timeout=httpx.Timeout(seconds, connect=connect, pool=pool),
            follow_redirects=False,
        ) as response,
    ):
        return Answer(
            status=response.status_code, headers=response.headers, body=_body_of(response)
        )


def _body_of(response: httpx.Response) -> bytes:
    try:
        return _read(response)
    except httpx.HTTPError:
        if response.is_success:
            raise
        return b""


def _read(response: httpx.Response) -> bytes:
    # Not httpx's decoders: they unpack a whole chunk, however large it becomes.
    unpack, ended = _unpacker(response.headers.get("content-encoding", ""))
    body = bytearray()
    try:
        for chunk in response.iter_raw():
            body += unpack(chunk, MAX_BYTES + 1 - len(body))
            if len(body) > MAX_BYTES:
                raise httpx.DecodingError("the answer is larger than 5 MB")
    except zlib.error as error:
        raise httpx.DecodingError("the answer is not the gzip it says") from error
    if not ended():
        raise httpx.DecodingError("the answer's gzip is cut off")
    return bytes(body)


def _unpacker(encoding: str) -> tuple[Callable[[bytes, int], bytes], Callable[[], bool]]:
    """What turns a chunk into at most so many bytes, and whether all of it came."""
    if encoding.strip().lower() in {"", "identity"}:
        return (lambda chunk, room: chunk[:room]), (lambda: True)
    if encoding.strip().lower() == "gzip":
        gzip = zlib.decompressobj(wbits=31)
        return gzip.decompress, lambda: gzip.eof
    raise httpx.DecodingError("the answer is packed in a way we did not ask for")
