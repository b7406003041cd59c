"""Holds exchanges against Kustomer's public API description, where that file is at hand."""

import json
import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote

import httpx
from openapi_core import OpenAPI
from openapi_core.testing import MockRequest, MockResponse
from openapi_core.validation.schemas.exceptions import InvalidSchemaValue

VARIABLE = "SIDENOTE_OPENAPI"
HOST = "https://api.kustomerapp.com"  # the description's own server
_ID = re.compile(r"\b[0-9a-f]{24}\b")


def description() -> OpenAPI | None:
    """The description that SIDENOTE_OPENAPI names, or None. Loading it takes seconds."""
    path = os.environ.get(VARIABLE)
    return OpenAPI.from_dict(json.loads(Path(path).read_text("utf-8"))) if path else None


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and its answer, as the description sees them."""

    request: MockRequest
    response: MockResponse

    @property
    def call(self) -> str:
        """Such as `GET /v1/notes/{id}`."""
        path = _ID.sub("{id}", self.request.path)
        return f"{self.request.method.upper()} {re.sub('=[^/]+', '=…', path)}"


def exchange_of(response: httpx.Response) -> Exchange:
    """Read an exchange of httpx in a response hook; whoever asked can still read the answer."""
    content = b"".join(response.iter_raw())
    response.stream = httpx.ByteStream(content)
    response.is_stream_consumed = response.is_closed = False
    asked = response.request
    request = MockRequest(
        host_url=HOST,
        method=asked.method,
        path=unquote(asked.url.raw_path.decode().partition("?")[0]),
        args=dict(parse_qsl(asked.url.query.decode())),
        headers=dict(asked.headers),
        data=asked.content or None,
        content_type=asked.headers.get("content-type", "application/json"),
    )
    return Exchange(
        request,
        MockResponse(
            data=content,
            status_code=response.status_code,
            content_type=response.headers.get("content-type", "").partition(";")[0],
        ),
    )


def problems(api: OpenAPI, exchange: Exchange) -> Iterator[str]:
    """What does not fit, one line each: `CALL request|answer FIELD: what is wrong`."""
    for error in api.iter_request_errors(exchange.request):
        yield from _lines(f"{exchange.call} request", error)
    for error in api.iter_response_errors(exchange.request, exchange.response):
        yield from _lines(f"{exchange.call} {exchange.response.status_code}", error)


def _lines(where: str, error: Exception) -> Iterator[str]:
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, InvalidSchemaValue):
        cause = cause.__cause__
    if cause is None:
        yield f"{where} {type(error).__name__}"
        return
    found: Iterable[Any] = cause.schema_errors  # jsonschema's own, which has no types
    for wrong in found:
        field = "/".join("*" if isinstance(p, int) else str(p) for p in wrong.path)
        yield f"{where} {field}: {wrong.message}"
