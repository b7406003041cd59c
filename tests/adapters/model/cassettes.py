"""Recorded exchanges with a model's server: readable, scrubbed, and played to the end.

Record again, after a change of the prompt or the request, with

    python -m tests.adapters.model.cassettes
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import vcr
import yaml

from agent.core.proposal import Proposal
from tests.adapters.model.builders import POLICY, model_at, transcript
from tests.adapters.model.server import ModelServer

FOLDER = Path(__file__).parent / "cassettes"
SUMMARY = "summary.yaml"
PORT = 18_099  # of the recording; a cassette matches the whole address
NOTE = "Recorded against tests/adapters/model/server.py, a local server: no model wrote this."
KEPT_HEADERS = {"accept", "content-type"}  # whatever else is sent or answered is left out


class Readable:
    """A cassette as YAML in which JSON bodies are trees and long texts are blocks of lines."""

    @staticmethod
    def serialize(cassette: dict[str, Any]) -> str:
        for exchange in cassette["interactions"]:
            exchange["request"]["body"] = json.loads(exchange["request"]["body"])
            body = exchange["response"]["body"]
            body["json"] = json.loads(body.pop("string"))
        written = yaml.dump(cassette, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=90)
        return f"# {NOTE}\n{written}"

    @staticmethod
    def deserialize(text: str) -> Any:
        cassette = yaml.safe_load(text)
        for exchange in cassette["interactions"]:
            exchange["request"]["body"] = json.dumps(exchange["request"]["body"])
            body = exchange["response"]["body"]
            body["string"] = json.dumps(body.pop("json"))
        return cassette


class _Dumper(yaml.SafeDumper):
    """Texts of several lines as blocks."""


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _text)


@contextmanager
def cassette(name: str, *, record: bool = False) -> Iterator[None]:
    """Play `name` in place of the network; anything not played in the end is a failure."""
    recorder = vcr.VCR(
        cassette_library_dir=str(FOLDER),
        record_mode=vcr.mode.ALL if record else vcr.mode.NONE,
        match_on=["method", "scheme", "host", "port", "path", "query", "body"],
        before_record_request=_scrub_request,
        before_record_response=_scrub_response,
        serializer="readable",
    )
    recorder.register_serializer("readable", Readable)
    with recorder.use_cassette(name) as played:
        yield
    if not record:
        assert played.all_played, f"{name}: {len(played) - played.play_count} not played"


def _scrub_request(request: Any) -> Any:
    request.headers = {
        name: value for name, value in request.headers.items() if name.lower() in KEPT_HEADERS
    }
    return request


def _scrub_response(response: dict[str, Any]) -> dict[str, Any]:
    kept = {k: v for k, v in response["headers"].items() if k.lower() in KEPT_HEADERS}
    return response | {"headers": kept}


def ask() -> Proposal:
    """The exchange of the cassette."""
    return model_at(f"http://127.0.0.1:{PORT}/v1").propose(transcript(), POLICY)


def record() -> None:
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / SUMMARY).unlink(missing_ok=True)
    with ModelServer("no-schema", port=PORT), cassette(SUMMARY, record=True):
        ask()


if __name__ == "__main__":
    record()
