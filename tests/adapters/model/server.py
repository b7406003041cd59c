"""A server that speaks like OpenAI's chat completions, well or badly, over real HTTP.

    with ModelServer("good") as server:
        model_at(server.url).propose(transcript(), POLICY)
        assert len(server.requests) == 1

`profile` may be several names: the first request gets the first one, the last is kept.
"""

import json
import os
import re
import socket
from collections.abc import Callable, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from types import TracebackType
from typing import Any, Self

MODEL = "test-model"
_LINE = re.compile(r"^(m\d+) (customer|teammate|sidenote): (.*)$", re.MULTILINE)
_WORD = re.compile(r"^(First|Last) check word: (\w+)$", re.MULTILINE)
_UNCOUNTED = b'"prompt_tokens": -1'
_WINDOW = 12_000  # characters of a prompt that a small model can read
_QUOTED = 200  # characters of a message that a statement repeats


class ModelServer:
    """Listens on loopback while the context is open; `url` ends in /v1.

    `requests` are the bodies of the calls so far, `headers` their headers in lower case.
    """

    def __init__(self, profile: str | Sequence[str] = "good", *, port: int = 0) -> None:
        self.profiles = (profile,) if isinstance(profile, str) else tuple(profile)
        unknown = set(self.profiles) - set(PROFILES)
        if unknown:
            raise ValueError(f"no profile {sorted(unknown)}; there are {sorted(PROFILES)}")
        self.requests: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.closing = Event()
        self._server = _Server(("127.0.0.1", port), _Handler, bind_and_activate=False)
        self._server.owner = self
        self._server.server_bind()
        self._port = self._server.server_address[1]
        self._thread = Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}/v1"

    def __enter__(self) -> Self:
        if "closed" not in self.profiles:  # the port is ours, and nobody listens
            self._server.server_activate()
            self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.closing.set()
        if self._thread.is_alive():
            self._server.shutdown()
            self._thread.join()
        self._server.server_close()

    def profile_of(self, number: int) -> str:
        """The profile for the request of that number, from 0."""
        return self.profiles[min(number, len(self.profiles) - 1)]


class _Server(ThreadingHTTPServer):
    owner: ModelServer
    daemon_threads = True
    block_on_close = False

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: clients hang up on a misbehaving server."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        owner = self.server.owner
        owner.requests.append(json.loads(body))
        owner.headers.append({name.lower(): value for name, value in self.headers.items()})
        PROFILES[owner.profile_of(len(owner.requests) - 1)](self)

    @property
    def asked(self) -> dict[str, Any]:
        return self.server.owner.requests[-1]

    @property
    def closing(self) -> Event:
        return self.server.owner.closing

    def answer(
        self,
        body: bytes,
        *,
        status: int = 200,
        kind: str = "application/json",
        more: dict[str, str] | None = None,
    ) -> None:
        body = body.replace(_UNCOUNTED, b'"prompt_tokens": %d' % prompt_tokens(self.asked))
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body)))
        for name, value in (more or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
        """Say nothing."""


def prompt_of(asked: dict[str, Any]) -> str:
    """All that a model reads of a request, its format apart."""
    return "\n".join(part["content"] for part in asked["messages"])


def prompt_tokens(asked: dict[str, Any]) -> int:
    """As most tokenizers count: four characters each."""
    return len(prompt_of(asked)) // 4


def summary_of(asked: dict[str, Any]) -> dict[str, Any]:
    """A sensible answer to a request of ours: it quotes the transcript's own lines."""
    lines = _LINE.findall(asked["messages"][-1]["content"])
    customer = [(ref, text) for ref, who, text in lines if who == "customer"]
    teammate = [(ref, text) for ref, who, text in lines if who == "teammate"]
    words = dict(_WORD.findall(prompt_of(asked)))
    return {
        "first_word": words.get("First", ""),
        "request": [_said(*customer[0])] if customer else [],
        "done": [_said(*teammate[-1])] if teammate else [],
        "open": [_said(*customer[-1])] if len(customer) > 1 else [],
        "next": [_told("Answer the customer.", lines[-1][0])] if lines else [],
        "asks": [{"text": text, "ref": ref, "open": True} for ref, text in customer[-1:]],
        "topic": _first_topic(asked),
        "slots": [],
        "language": "en",
        "mood": "calm",
        "last_word": words.get("Last", ""),
    }


def _said(ref: str, text: str) -> dict[str, Any]:
    short = text if len(text) <= _QUOTED else text[:_QUOTED].rsplit(" ", 1)[0]
    return {"text": short, "refs": [ref], "quotes": [short]}


def _told(text: str, ref: str) -> dict[str, Any]:
    return {"text": text, "refs": [ref], "quotes": []}


def _first_topic(asked: dict[str, Any]) -> str | None:
    form = asked.get("response_format", {}).get("json_schema", {}).get("schema", {})
    choices = form.get("properties", {}).get("topic", {}).get("anyOf", [{}])
    return next(iter(choices[0].get("enum", [])), None)


def completion(
    content: str | list[dict[str, Any]] | None,
    *,
    finish: str | None = "stop",
    refusal: str | None = None,
    model: str = MODEL,
    thought: int = 0,
    read: int = -1,
    cached: int = 0,
) -> bytes:
    """The body of a chat completion as OpenAI describes it."""
    message = {"role": "assistant", "content": content, "refusal": refusal}
    return json.dumps(
        {
            "id": "chatcmpl-1",
            "object": "chat.completion",
            "created": 1_793_700_000,
            "model": model,
            "choices": [{"index": 0, "message": message, "finish_reason": finish}],
            "usage": {
                "prompt_tokens": read,  # -1: `answer` counts what was asked
                "prompt_tokens_details": {"cached_tokens": cached},
                "completion_tokens": 90 + thought,
                "completion_tokens_details": {"reasoning_tokens": thought},
            },
        }
    ).encode()


def error(message: str, *, code: str | int | None = None, kind: str = "", param: str = "") -> bytes:
    """An error as OpenAI words it."""
    told = {"message": message, "type": kind, "param": param or None, "code": code}
    return json.dumps({"error": told}).encode()


Profile = Callable[[_Handler], None]


def _good(handler: _Handler) -> None:
    handler.answer(completion(json.dumps(summary_of(handler.asked))))


def _says(content: str | None, **more: Any) -> Profile:
    return lambda handler: handler.answer(completion(content, **more))


def _wraps(before: str, after: str) -> Profile:
    def answer(handler: _Handler) -> None:
        handler.answer(completion(before + json.dumps(summary_of(handler.asked)) + after))

    return answer


def _changed(change: Callable[[dict[str, Any]], None]) -> Profile:
    """A good answer with one thing changed."""

    def answer(handler: _Handler) -> None:
        content = summary_of(handler.asked)
        change(content)
        handler.answer(completion(json.dumps(content)))

    return answer


def _body(body: bytes, *, kind: str = "application/json") -> Profile:
    return lambda handler: handler.answer(body, kind=kind)


def _refuses(status: int, body: bytes, **more: str) -> Profile:
    headers = {name.replace("_", "-"): value for name, value in more.items()}
    return lambda handler: handler.answer(body, status=status, more=headers)


def _half(handler: _Handler) -> None:
    content = json.dumps(summary_of(handler.asked))
    handler.answer(completion(content[: len(content) // 2]))


def _truncated(handler: _Handler) -> None:
    body = completion(json.dumps(summary_of(handler.asked)))
    handler.send_response(200)
    handler.send_header("content-type", "application/json")
    handler.send_header("content-length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body[: len(body) // 2])
    handler.close_connection = True


def _reset(handler: _Handler) -> None:
    linger = (1).to_bytes(4, "little") + (0).to_bytes(4, "little")
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    os.close(handler.connection.detach())


def _silent(handler: _Handler) -> None:
    handler.closing.wait(120)
    handler.close_connection = True


def _drips(first: bytes) -> Profile:
    """Begin well, then send one byte at a time and never end."""

    def answer(handler: _Handler) -> None:
        handler.wfile.write(first)
        while not handler.closing.wait(0.05):
            handler.wfile.write(b" " if first.endswith(b"\r\n\r\n") else b"x")

    return answer


def _endless(handler: _Handler) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n")
    while not handler.closing.is_set():
        handler.wfile.write(b" " * 65_536)


def _only_if(test: Callable[[dict[str, Any]], bool], status: int, body: bytes) -> Profile:
    """Good, unless the request holds what this server does not take."""

    def answer(handler: _Handler) -> None:
        if test(handler.asked):
            handler.answer(body, status=status)
        else:
            _good(handler)

    return answer


def _small_window(handler: _Handler) -> None:
    """Ollama with its default window: the head of a long prompt is dropped without a word."""
    asked = handler.asked
    text = prompt_of(asked)
    seen = {**asked, "messages": [{"content": text[-_WINDOW:]}]}
    content = summary_of(seen)
    handler.answer(completion(json.dumps(content), read=prompt_tokens(seen)))


def _middle_dropped(handler: _Handler) -> None:
    """Both ends are read, and only the count of tokens tells."""
    long = len(prompt_of(handler.asked)) > _WINDOW
    content = json.dumps(summary_of(handler.asked))
    handler.answer(completion(content, read=_WINDOW // 16 if long else -1))


def _counts_apart(handler: _Handler) -> None:
    """What it had cached of the prompt is not among the prompt's tokens."""
    content = json.dumps(summary_of(handler.asked))
    cached = prompt_tokens(handler.asked) - 100
    handler.answer(completion(content, read=100, cached=cached))


def _too_long(handler: _Handler) -> None:
    if len(prompt_of(handler.asked)) > _WINDOW:
        body = error("This model's maximum context length is 4096.", code="context_length_exceeded")
        handler.answer(body, status=400)
    else:
        _good(handler)


def _stale(handler: _Handler) -> None:
    """Sends the first answer that it ever gave."""
    handler.answer(completion(json.dumps(summary_of(handler.server.owner.requests[0]))))


def _loose(*forms: str, content: str) -> Profile:
    """Takes these forms, and does not keep to them; well where the schema stands in words."""

    def answer(handler: _Handler) -> None:
        if _form(handler.asked) in forms:
            handler.answer(completion(content))
        else:
            _good(handler)

    return answer


def _form(asked: dict[str, Any]) -> str:
    return str(asked.get("response_format", {}).get("type", ""))


def _invented(content: dict[str, Any]) -> None:
    """Every statement names an amount that nobody did."""
    for section in ("request", "done", "open", "next"):
        content[section] = [_told("Wants 98765.43 back.", "m1")]


_ECHO = "You said: "  # servers repeat the prompt in errors; the tests look for it in ours


def _quoting(status: int) -> Profile:
    def answer(handler: _Handler) -> None:
        asked = str(handler.asked["messages"])
        handler.answer(error(_ECHO + asked), status=status)

    return answer


_HTML = b"<html><body><h1>Sign in</h1></body></html>"

PROFILES: dict[str, Profile] = {
    "good": _good,
    "closed": _good,  # never asked: nobody listens
    # well, in its own way
    "fenced": _wraps("```json\n", "\n```"),
    "thinks": _wraps("<think>\nThe customer {asks}.\n</think>\n\n", ""),
    "in-parts": lambda handler: handler.answer(
        completion(
            [
                {"type": "thinking", "thinking": [{"type": "text", "text": "Hm."}]},
                {"type": "text", "text": json.dumps(summary_of(handler.asked))},
            ]
        )
    ),
    "no-usage": lambda handler: handler.answer(
        json.dumps(
            {"choices": [{"message": {"content": json.dumps(summary_of(handler.asked))}}]}
        ).encode()
    ),
    "no-schema": _only_if(
        lambda asked: _form(asked) == "json_schema",
        400,
        error(
            "'response_format.type' must be one of 'json_object', 'text'.",
            kind="invalid_request_error",
        ),
    ),
    "no-format": _only_if(
        lambda asked: "response_format" in asked,
        400,
        error("Unknown parameter: response_format", param="response_format"),
    ),
    "no-format-422": _only_if(
        lambda asked: "response_format" in asked,
        422,
        b'{"detail": [{"loc": ["body", "response_format"], "type": "extra_forbidden"}]}',
    ),
    "new-limit": _only_if(
        lambda asked: "max_tokens" in asked,
        400,
        error(
            "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead.",
            code="unsupported_parameter",
            kind="invalid_request_error",
            param="max_tokens",
        ),
    ),
    "no-limit": _only_if(
        lambda asked: "max_tokens" in asked or "max_completion_tokens" in asked,
        400,
        error("Unknown parameter: max_tokens or max_completion_tokens"),
    ),
    "no-temperature": _only_if(
        lambda asked: "temperature" in asked,
        400,
        error("Unsupported value: 'temperature' does not support 0.", param="temperature"),
    ),
    "no-store": _only_if(
        lambda asked: "store" in asked,
        422,
        b'{"detail": [{"loc": ["body", "store"], "msg": "Extra inputs are not permitted"}]}',
    ),
    "small-window": _only_if(
        lambda asked: "max_tokens" in asked,
        400,
        error("This model's maximum context length is 4096 tokens; reduce the completion."),
    ),
    "small-silent-window": _small_window,
    "middle-dropped": _middle_dropped,
    "too-long-for-it": _too_long,
    "counts-apart": _counts_apart,
    "swapped": lambda handler: handler.answer(
        completion(json.dumps(summary_of(handler.asked)), model="test-model-2")
    ),
    # takes a form and does not keep to it
    "loose-prose": _loose("json_schema", content="Sure! Mara wants a lid."),
    "loose-fields": _loose("json_schema", content='{"summary": "Mara wants a lid."}'),
    "loose-empty-object": _loose("json_schema", content="{}"),
    "loose-nothing": _loose("json_schema", content=""),
    "loose-objects": _loose("json_schema", "json_object", content='{"answer": {"request": []}}'),
    # an answer that cannot be used
    "garbage": _says("Sure! I would be happy to help you with that summary."),
    "half": _half,
    "prose-after": _wraps("", "\nI hope this helps!"),
    "think-leak": _wraps("Let me see.</think>", ""),
    "think-open": _wraps("<think>", ""),
    "think-inside": _changed(
        lambda content: content.update(
            request=[{"text": "<think>hm</think> Asks.", "refs": ["m1"], "quotes": []}]
        )
    ),
    "template-leak": _changed(
        lambda content: content.update(
            request=[{"text": "Asks.<|im_end|>", "refs": ["m1"], "quotes": []}]
        )
    ),
    "extra-field": _changed(lambda content: content.update(temper="angry")),
    "missing-field": _changed(lambda content: content.pop("topic")),
    "wrong-type": _changed(
        lambda content: content.update(request=[{"text": "Asks.", "refs": [1], "quotes": []}])
    ),
    "schema-back": _says('{"type": "object", "properties": {}}'),
    "refusal": _says(None, refusal="I cannot help with that."),
    "filtered": _says("", finish="content_filter"),
    "filtered-400": _refuses(400, error("filtered", code="content_filter")),
    "cut-off": _says('{"request": [', finish="length"),
    "all-thought": _says(None, finish="length"),
    "thought-stop": _says("", thought=3_990),
    "thought-length": _says(None, thought=4_000, finish="length"),
    "head-dropped": _changed(lambda content: content.update(first_word="kettle")),
    "head-dropped-null": _changed(lambda content: content.update(first_word="")),
    "tail-dropped": _changed(lambda content: content.update(last_word="kettle")),
    "null-content": _says(None),
    "empty-content": _says(" \n"),
    "null-choices": _body(b'{"id": "1", "choices": null}'),
    "no-choices": _body(b'{"id": "1", "choices": []}'),
    "null-message": _body(b'{"id": "1", "choices": [{"message": null}]}'),
    "html": _body(_HTML, kind="text/html"),
    "html-as-json": _body(_HTML),
    "text": _body(b"ok", kind="text/plain"),
    "json-text": _body(b'"ok"'),
    "binary": _body(b"\xff\xfe\x00\x01"),
    "empty": _body(b""),
    # an answer that is well-formed and wrong
    "invented": _changed(_invented),
    "unknown-refs": _changed(
        lambda content: content.update(request=[{"text": "Asks.", "refs": ["m99"], "quotes": []}])
    ),
    "no-refs": _changed(
        lambda content: content.update(request=[{"text": "Asks.", "refs": [], "quotes": []}])
    ),
    "refs-in-text": _changed(
        lambda content: content.update(
            request=[{"text": "Asks (m1, m2).", "refs": ["m1"], "quotes": []}]
        )
    ),
    "too-long": _changed(
        lambda content: content.update(
            request=[{"text": "Asks. " * 100, "refs": ["m1"], "quotes": []}]
        )
    ),
    "stale": _stale,
    "misquoted": _changed(lambda content: content["request"][0].update(quotes=["I want it all"])),
    "odd-mood": _changed(lambda content: content.update(mood="furious, I think")),
    "unknown-topic": _changed(lambda content: content.update(topic="refund-everything")),
    "odd-language": _changed(lambda content: content.update(language="English, I think")),
    "nothing": _changed(lambda content: content.update(request=[], done=[], open=[], next=[])),
    # no answer
    "error-200": _body(error("overloaded", code=503)),
    "quota-200": _body(error("no credit", code="insufficient_quota")),
    "error-text-200": _body(b'{"error": "something broke"}'),
    "no-schema-200": _only_if(
        lambda asked: _form(asked) == "json_schema",
        200,
        error("response_format json_schema is not supported", code=400),
    ),
    "bad-key": _refuses(401, error("Incorrect API key", code="invalid_api_key")),
    "forbidden": _refuses(403, error("Country not supported", kind="invalid_request_error")),
    "no-model": _refuses(404, error("no such model", code="model_not_found")),
    "not-found": _refuses(404, _HTML),
    "too-large": _refuses(400, error("too many", code="context_length_exceeded")),
    "bad-request": _refuses(400, error("no", kind="invalid_request_error")),
    "redirect": _refuses(302, b"", location="http://127.0.0.1:9/v1"),
    "rate-limit": _refuses(
        429, error("slow down", code="rate_limit_exceeded", kind="requests"), retry_after="1"
    ),
    "rate-limit-long": _refuses(429, error("slow down"), retry_after="90"),
    "no-quota": _refuses(
        429, error("no credit", code="insufficient_quota", kind="insufficient_quota")
    ),
    "no-credit": _refuses(402, error("Insufficient Balance")),
    "error-500": _refuses(500, error("broken", kind="server_error")),
    "error-503": _refuses(503, _HTML),
    "quotes-400": _quoting(400),
    "quotes-500": _quoting(500),
    "truncated": _truncated,
    "reset": _reset,
    "silent": _silent,
    "drips-headers": _drips(b"HTTP/1.1 200 OK\r\nx-slow: "),
    "drips-body": _drips(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n"),
    "endless": _endless,
}
