"""Faults: each does over a real socket what its name says, and the world knows what was applied."""

import json
import math
import time
from typing import Any

import httpx
import pytest

from agent.errors import InputError
from agent.sandbox.faults import KINDS, FaultRule, Faults, parse_fault
from agent.sandbox.records import ConversationRecord
from agent.sandbox.server import Sandbox

SHORT = 0.3  # seconds that a fault holds a request in these tests


@pytest.fixture
def conversation(sandbox: Sandbox) -> ConversationRecord:
    return sandbox.add_conversation("kettle", "Where is it?", "out: Looking.", "Any news?")


def write(http: httpx.Client, conversation: ConversationRecord, **options: Any) -> httpx.Response:
    path = f"/v1/conversations/{conversation.id}/notes"
    return http.post(path, json={"body": "Asks about the lid."}, **options)


def read(http: httpx.Client, conversation: ConversationRecord) -> httpx.Response:
    return http.get(f"/v1/conversations/{conversation.id}/messages")


def notes(sandbox: Sandbox, conversation: ConversationRecord) -> int:
    return len(sandbox.world.notes_of(conversation.id))


@pytest.mark.parametrize(
    ("name", "error", "applied"),
    [
        ("timeout-before", httpx.ReadError, False),
        ("timeout-after", httpx.ReadError, True),
        ("reset-before", httpx.ReadError, False),
        ("reset-after", httpx.ReadError, True),
        ("reset-mid-body", httpx.ReadError, True),
        ("early-fin", httpx.RemoteProtocolError, True),
        ("slow-headers", httpx.ReadError, True),
        ("slow-body", httpx.ReadError, True),
    ],
)
def test_a_broken_connection(
    sandbox: Sandbox,
    http: httpx.Client,
    conversation: ConversationRecord,
    name: str,
    error: type[Exception],
    applied: bool,
) -> None:
    sandbox.fault(name, seconds=SHORT)

    with pytest.raises(error):
        write(http, conversation)

    assert notes(sandbox, conversation) == applied
    (request,) = sandbox.world.requests
    assert (request.fault, request.applied, request.status) == (name, applied, None)


def test_a_timeout_says_nothing_until_the_client_gives_up(
    sandbox: Sandbox, http: httpx.Client, conversation: ConversationRecord
) -> None:
    sandbox.fault("timeout-after", seconds=30)

    with pytest.raises(httpx.ReadTimeout):
        write(http, conversation, timeout=SHORT)

    assert notes(sandbox, conversation) == 1


def test_a_late_write_comes_after_the_client_gave_up(
    sandbox: Sandbox, http: httpx.Client, conversation: ConversationRecord
) -> None:
    sandbox.fault("late-apply", seconds=SHORT, late=SHORT)
    before = time.monotonic()

    with pytest.raises(httpx.ReadError):
        write(http, conversation)

    assert notes(sandbox, conversation) == 0
    while not notes(sandbox, conversation):
        assert time.monotonic() - before < 10
        time.sleep(0.02)
    assert time.monotonic() - before >= 2 * SHORT
    assert sandbox.world.requests[0].applied


def test_a_dripping_body_beats_a_timeout_per_read(
    sandbox: Sandbox, http: httpx.Client, conversation: ConversationRecord
) -> None:
    sandbox.fault("slow-body", seconds=1)
    before = time.monotonic()

    with pytest.raises(httpx.ReadError):
        write(http, conversation, timeout=SHORT)

    assert time.monotonic() - before > 2 * SHORT


@pytest.mark.parametrize(
    ("name", "status", "applied"),
    [
        ("500-before", 500, False),
        ("500-after", 500, True),
        ("502-before", 502, False),
        ("502-after", 502, True),
        ("504-before", 504, False),
        ("504-after", 504, True),
        ("429", 429, False),
        ("302", 302, False),
        ("401", 401, False),
        ("403", 403, False),
        ("404", 404, False),
        ("409", 409, False),
        ("410", 410, False),
        ("422", 422, False),
    ],
)
def test_a_status_in_place_of_the_answer(
    sandbox: Sandbox,
    http: httpx.Client,
    conversation: ConversationRecord,
    name: str,
    status: int,
    applied: bool,
) -> None:
    sandbox.fault(name)

    assert write(http, conversation).status_code == status
    assert notes(sandbox, conversation) == applied
    assert sandbox.world.requests[0].applied is applied


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("none", {}),
        ("seconds", {"retry-after": "2"}),
        ("zero", {"retry-after": "0"}),
        ("huge", {"retry-after": "99999999"}),
        ("negative", {"retry-after": "-5"}),
        ("junk", {"retry-after": "soon", "x-ratelimit-reset": "later"}),
    ],
)
def test_a_429_names_its_end_in_many_ways(
    sandbox: Sandbox,
    http: httpx.Client,
    conversation: ConversationRecord,
    header: str,
    expected: dict[str, str],
) -> None:
    sandbox.fault("429", header=header)

    headers = read(http, conversation).headers

    named = {"retry-after", "x-ratelimit-reset"}
    assert {k: v for k, v in headers.items() if k in named} == expected


@pytest.mark.parametrize("name", ["truncated-json", "malformed-json", "html-200"])
def test_an_answer_that_is_no_json(
    sandbox: Sandbox, http: httpx.Client, conversation: ConversationRecord, name: str
) -> None:
    sandbox.fault(name)

    answer = read(http, conversation)

    assert answer.status_code == 200
    with pytest.raises(json.JSONDecodeError):
        answer.json()


def test_an_answer_of_the_wrong_type(
    sandbox: Sandbox, http: httpx.Client, conversation: ConversationRecord
) -> None:
    sandbox.fault("wrong-type")

    assert read(http, conversation).headers["content-type"] == "text/plain"


def test_an_empty_answer(
    sandbox: Sandbox, http: httpx.Client, conversation: ConversationRecord
) -> None:
    sandbox.fault("empty-204")

    answer = read(http, conversation)

    assert (answer.status_code, answer.content) == (204, b"")


def test_an_oversized_answer(
    sandbox: Sandbox, http: httpx.Client, conversation: ConversationRecord
) -> None:
    sandbox.fault("oversized", size=6_000_000)

    assert len(read(http, conversation).content) > 6_000_000


def test_a_gzip_bomb_is_small_until_it_is_unpacked(
    sandbox: Sandbox, http: httpx.Client, conversation: ConversationRecord
) -> None:
    sandbox.fault("gzip-bomb", size=6_000_000)

    answer = read(http, conversation)

    assert int(answer.headers["content-length"]) < 100_000
    assert len(answer.content) > 6_000_000


def test_json_that_is_valid_only_to_some(
    sandbox: Sandbox, http: httpx.Client, conversation: ConversationRecord
) -> None:
    sandbox.faults.set(
        FaultRule(name="nan-json", count=1),
        FaultRule(name="lone-surrogate", count=1),
        FaultRule(name="duplicate-keys", count=1),
    )

    nan, lone, twice = (read(http, conversation) for _ in range(3))

    assert math.isnan(nan.json()["data"][0]["attributes"]["rev"])
    assert lone.json()["data"][0]["attributes"]["preview"].endswith("\ud83d")
    assert twice.content.endswith(b',"data":null}')
    assert twice.json()["data"] is None


def test_a_schema_that_drifted(
    sandbox: Sandbox, http: httpx.Client, conversation: ConversationRecord
) -> None:
    sandbox.faults.set(
        FaultRule(name="new-enum", count=1),
        FaultRule(name="missing-field", count=1),
        FaultRule(name="id-type", count=1),
    )

    new, missing, number = (read(http, conversation).json()["data"][0] for _ in range(3))

    assert new["attributes"]["status"] == "quantum"
    assert "lang" not in missing["attributes"]
    assert missing["attributes"]["preview"] == "Where is it?"
    assert isinstance(number["id"], int)


def test_a_page_with_records_twice_and_one_in_disorder(
    sandbox: Sandbox, http: httpx.Client, conversation: ConversationRecord
) -> None:
    right = [m.id for m in conversation.messages]
    sandbox.faults.set(FaultRule(name="duplicate-page", count=1), FaultRule(name="shuffled-page"))

    twice = [m["id"] for m in read(http, conversation).json()["data"]]
    orders = {tuple(m["id"] for m in read(http, conversation).json()["data"]) for _ in range(20)}

    assert len(twice) > len(right)
    assert set(twice) == set(right)
    assert len(orders) > 1
    assert {frozenset(order) for order in orders} == {frozenset(right)}


def test_a_stale_read_does_not_show_what_was_just_written(
    sandbox: Sandbox, http: httpx.Client, conversation: ConversationRecord
) -> None:
    write(http, conversation)
    sandbox.fault("stale-read")

    listed = http.get(f"/v1/conversations/{conversation.id}/notes").json()["data"]
    shown = http.get(f"/v1/conversations/{conversation.id}").json()["data"]["attributes"]

    assert listed == []
    assert shown["noteCount"] == 0


# --- which requests are hit ---------------------------------------------------------------------


def test_a_fault_hits_only_its_route_and_only_so_often(
    sandbox: Sandbox, http: httpx.Client, conversation: ConversationRecord
) -> None:
    sandbox.fault("500-before", route="POST */notes", count=2)

    assert read(http, conversation).status_code == 200
    assert [write(http, conversation).status_code for _ in range(3)] == [500, 500, 201]


def test_the_sandboxs_own_calls_are_never_hit(sandbox: Sandbox, http: httpx.Client) -> None:
    sandbox.fault("500-before")

    assert http.get("/_sandbox/truth").status_code == 200
    assert http.post("/_sandbox/faults", json=[]).json() == []
    assert http.get("/v1/users/current").status_code == 200


def chosen(seed: int, *, probability: float = 0.3) -> list[str]:
    faults = Faults(seed)
    faults.set(FaultRule(name="any", probability=probability))
    hits = (faults.choose("GET", "/v1/conversations/x/messages") for _ in range(400))
    return [hit.kind.name if hit else "" for hit in hits]


def test_the_same_seed_gives_the_same_faults() -> None:
    assert chosen(1) == chosen(1)
    assert chosen(1) != chosen(2)


def test_a_mix_hits_about_as_many_as_it_says() -> None:
    hit = sum(name != "" for name in chosen(7, probability=0.2))

    assert 50 <= hit <= 110  # of 400, 80 expected


def test_a_mix_has_only_what_a_retry_or_a_look_can_mend() -> None:
    hopeless = {"302", "401", "403", "404", "409", "410", "422", "id-type"}

    assert not hopeless & set(chosen(1, probability=1))


def test_a_mix_on_a_write_has_no_fault_of_reading() -> None:
    faults = Faults(3)
    faults.set(FaultRule(name="any"))

    hits = {hit.kind.name for _ in range(400) if (hit := faults.choose("POST", "/v1/notes"))}

    assert not {"stale-read", "duplicate-page", "shuffled-page"} & hits
    assert {"timeout-after", "late-apply", "500-before"} <= hits


def test_a_fault_is_read_from_the_command_line() -> None:
    text = "timeout-after@POST */notes=0.5*3,seconds=30"

    assert parse_fault(text) == FaultRule(
        name="timeout-after", route="POST */notes", probability=0.5, count=3, seconds=30
    )
    assert parse_fault("any=1") == FaultRule(name="any")


@pytest.mark.parametrize("text", ["any", "any=often", "any=1*x", "any=1,colour=2"])
def test_a_fault_that_cannot_be_read_is_quoted(text: str) -> None:
    with pytest.raises(InputError, match="NAME"):
        parse_fault(text)


@pytest.mark.parametrize(
    "rule", [FaultRule(name="gremlin"), FaultRule(name="any", probability=1.5)]
)
def test_an_unknown_fault_or_probability_is_refused(rule: FaultRule) -> None:
    with pytest.raises(InputError):
        Faults(0).set(rule)


def test_every_fault_of_the_mix_leaves_the_server_standing(
    sandbox: Sandbox, http: httpx.Client, conversation: ConversationRecord
) -> None:
    rules = [FaultRule(name=k.name, count=1, seconds=0.1, size=10_000) for k in KINDS if k.in_mix]
    for rule in rules:
        sandbox.faults.set(rule)
        try:
            read(http, conversation)
        except httpx.TransportError:
            continue

    sandbox.faults.set()
    assert read(http, conversation).status_code == 200
    assert [r.fault for r in sandbox.world.requests] == [*(rule.name for rule in rules), ""]


def test_the_control_endpoint_sets_faults_and_names_mistakes(
    sandbox: Sandbox, http: httpx.Client
) -> None:
    wrong = http.post("/_sandbox/faults", json={"name": "500-before", "chance": 1})
    right = http.post("/_sandbox/faults", json={"name": "500-before", "probability": 1})

    assert "'chance'" in wrong.json()["error"]
    assert right.status_code == 200
    assert sandbox.faults.rules == (FaultRule(name="500-before", probability=1),)
    assert json.loads(http.get("/_sandbox/faults").text)[0]["name"] == "500-before"
