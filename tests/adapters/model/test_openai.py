"""The model client against a server that misbehaves in every way we know, over real HTTP."""

import subprocess
import sys
import time
import traceback
from concurrent.futures import ThreadPoolExecutor

import pytest

from agent.adapters.model.connection import openai_client
from agent.adapters.model.dialect import Dialect
from agent.core.proposal import Ask, Proposal, Section, Statement, TopicGuess, Usage
from agent.core.team_policy import TeamPolicy
from agent.errors import AgentError, ConfigError, ModelUnavailable, ModelUnusable
from tests.adapters.model.builders import (
    KEY,
    POLICY,
    SECRET,
    TestClock,
    line,
    model_at,
    transcript,
)
from tests.adapters.model.server import PROFILES, ModelServer, prompt_tokens


def propose(*profiles: str) -> tuple[Proposal, ModelServer]:
    with ModelServer(profiles) as server:
        return model_at(server.url).propose(transcript(), POLICY), server


def failure(*profiles: str, seconds: float = 20) -> tuple[AgentError, ModelServer]:
    with ModelServer(profiles) as server:
        with pytest.raises(AgentError) as raised:
            model_at(server.url, seconds=seconds).propose(transcript(), POLICY)
        return raised.value, server


# --- a good exchange ---------------------------------------------------------------------------


def test_a_summary_points_at_messages_and_names_a_topic() -> None:
    proposal, server = propose("good")
    ids = [f"{number:024x}" for number in (1, 2, 3)]
    said = [line.text for line in transcript().lines]

    assert proposal == Proposal(
        statements=(
            statement(Section.REQUEST, said[0], ids[0]),
            statement(Section.DONE, said[1], ids[1]),
            statement(Section.OPEN, said[2], ids[2]),
            Statement(section=Section.NEXT, text="Answer the customer.", message_ids=(ids[2],)),
        ),
        engine="test-model",
        topic=TopicGuess(name="spare-part", margin=1.0),
        asks=(Ask(text=said[2], message_id=ids[2]),),
        mood="calm",
        language="en",
        prompt_version=proposal.prompt_version,
        usage=cost(server),
    )
    assert len(proposal.prompt_version) == 12


def statement(section: Section, text: str, message_id: str) -> Statement:
    return Statement(section=section, text=text, message_ids=(message_id,), quotes=(text,))


def cost(server: ModelServer) -> Usage:
    """What the server told of all its calls."""
    asked = server.requests
    return Usage(
        input_tokens=sum(map(prompt_tokens, asked)),
        output_tokens=90 * len(asked),
        calls=len(asked),
    )


def test_the_request_asks_for_a_schema_and_keeps_nothing_at_the_server() -> None:
    _, server = propose("good")
    (asked,) = server.requests

    assert asked["model"] == "test-model"
    assert asked["store"] is False
    assert asked["temperature"] == 0
    assert asked["max_tokens"] == 4_000
    form = asked["response_format"]["json_schema"]
    assert form["strict"] is True
    assert form["schema"]["additionalProperties"] is False
    assert form["schema"]["required"] == list(form["schema"]["properties"])
    assert "title" not in form["schema"]
    assert form["schema"]["properties"]["topic"]["anyOf"] == [
        {"type": "string", "enum": ["spare-part", "order-status"]},
        {"type": "null"},
    ]
    assert server.headers[0]["authorization"] == f"Bearer {KEY}"


def test_what_customers_wrote_stands_apart_from_our_instructions() -> None:
    _, server = propose("good")
    system, user = server.requests[0]["messages"]

    assert (system["role"], user["role"]) == ("system", "user")
    assert SECRET not in system["content"]
    assert SECRET in user["content"]
    assert user["content"].startswith("<transcript>")


def test_without_topics_the_topic_is_none() -> None:
    with ModelServer() as server:
        proposal = model_at(server.url).propose(transcript(), TeamPolicy())
    schema = server.requests[0]["response_format"]["json_schema"]["schema"]

    assert schema["properties"]["topic"]["type"] == "null"
    assert proposal.topic == TopicGuess()


@pytest.mark.parametrize("profile", ["fenced", "thinks", "in-parts", "no-usage", "counts-apart"])
def test_an_answer_in_a_servers_own_way_is_taken(profile: str) -> None:
    proposal, server = propose(profile)

    assert len(proposal.statements) == 4
    assert len(server.requests) == 1
    assert proposal.usage.calls == 1


def test_text_that_cannot_be_encoded_is_sent_without_what_is_wrong() -> None:
    with ModelServer() as server:
        broken = transcript(line(1, "Half an emoji \ud83d here"))
        proposal = model_at(server.url).propose(broken, POLICY)

    assert proposal.statements[0].text == "Half an emoji ? here"


# --- a server that takes less ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("profile", "calls", "field"),
    [
        pytest.param("no-schema", 2, "json_schema", id="no schema"),
        pytest.param("no-schema-200", 2, "json_schema", id="no schema, said with 200"),
        pytest.param("no-format", 3, "response_format", id="no format at all"),
        pytest.param("no-format-422", 3, "response_format", id="no format at all, said with 422"),
        pytest.param("new-limit", 2, "max_tokens", id="the new name of the limit"),
        pytest.param("no-limit", 3, "max_completion_tokens", id="no limit"),
        pytest.param("no-temperature", 2, "temperature", id="no temperature"),
        pytest.param("no-store", 2, "store", id="no store"),
        pytest.param("small-window", 2, "max_tokens", id="limit larger than the window"),
    ],
)
def test_what_a_server_refuses_is_left_out_from_then_on(
    profile: str, calls: int, field: str
) -> None:
    with ModelServer(profile) as server:
        model = model_at(server.url)
        first = model.propose(transcript(), POLICY)
        asked_first = len(server.requests)
        second = model.propose(transcript(), POLICY)

    assert len(first.statements) == len(second.statements) == 4
    assert asked_first == calls
    assert len(server.requests) == calls + 1
    last = server.requests[-1]
    assert field not in {*last, last.get("response_format", {}).get("type")}


@pytest.mark.parametrize("profile", ["no-schema", "no-format"])
def test_a_server_without_schemas_gets_the_schema_in_words(profile: str) -> None:
    _, server = propose(profile)
    system = server.requests[-1]["messages"][0]["content"]

    assert '"additionalProperties":false' in system
    assert "spare-part" in system


def test_openai_itself_is_asked_with_the_new_name_of_the_limit() -> None:
    model = model_at("https://api.openai.com/v1")

    assert model._learned.dialect().limits[0] == "max_completion_tokens"


def test_a_complaint_that_names_nothing_of_ours_changes_nothing() -> None:
    assert Dialect().without("The restored messages are wrong.") is None


def test_learning_a_dialect_comes_to_an_end() -> None:
    everything = "max_tokens max_completion_tokens response_format temperature store"
    dialect, steps = Dialect(), 0
    while (simpler := dialect.without(everything)) is not None:
        dialect, steps = simpler, steps + 1

    assert steps == 6
    assert dialect.request("a", "b", schema={}, tokens=1).keys() == {"messages"}


# --- an answer that is of no use ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("profile", "words", "calls"),
    [
        pytest.param("garbage", "not in the form", 2, id="prose"),
        pytest.param("half", "not in the form", 2, id="half a JSON object"),
        pytest.param("prose-after", "not in the form", 2, id="JSON and prose"),
        pytest.param("think-leak", "not in the form", 2, id="thoughts without a beginning"),
        pytest.param("think-open", "not in the form", 2, id="thoughts without an end"),
        pytest.param("think-inside", "not in the form", 2, id="thoughts inside a statement"),
        pytest.param("template-leak", "not in the form", 2, id="words of a chat template"),
        pytest.param("extra-field", "not in the form", 2, id="a field too many"),
        pytest.param("missing-field", "not in the form", 2, id="a field too few"),
        pytest.param("wrong-type", "not in the form", 2, id="a number for a reference"),
        pytest.param("schema-back", "not in the form", 2, id="the schema itself"),
        pytest.param("refusal", "declined", 1, id="refusal"),
        pytest.param("filtered", "content filter", 1, id="content filter"),
        pytest.param("filtered-400", "content filter", 1, id="content filter, said with 400"),
        pytest.param("cut-off", "cut off", 2, id="cut off"),
        pytest.param("all-thought", "cut off", 2, id="all tokens spent on thinking"),
        pytest.param("null-content", "empty", 2, id="content null"),
        pytest.param("empty-content", "empty", 2, id="content blank"),
        pytest.param("null-message", "empty", 2, id="message null"),
        pytest.param("no-choices", "empty", 2, id="no choices"),
        pytest.param("null-choices", "OPENAI_BASE_URL", 2, id="choices null"),
        pytest.param("html", "OPENAI_BASE_URL", 2, id="HTML"),
        pytest.param("html-as-json", "OPENAI_BASE_URL", 2, id="HTML that says it is JSON"),
        pytest.param("text", "OPENAI_BASE_URL", 2, id="plain text"),
        pytest.param("json-text", "OPENAI_BASE_URL", 2, id="JSON that is no object"),
        pytest.param("binary", "OPENAI_BASE_URL", 2, id="bytes that are no text"),
        pytest.param("empty", "OPENAI_BASE_URL", 2, id="nothing at all"),
        pytest.param("too-large", "too long", 4, id="too long for the model"),
        pytest.param("thought-stop", "thinking", 2, id="all tokens spent on thinking, and stop"),
        pytest.param("thought-length", "thinking", 2, id="all tokens spent on thinking, told"),
        pytest.param("head-dropped", "larger context window", 2, id="the wrong first word"),
        pytest.param("head-dropped-null", "larger context window", 2, id="no first word"),
        pytest.param("tail-dropped", "older message", 2, id="the wrong last word"),
        pytest.param("bad-request", "refused the request (400)", 1, id="any other 400"),
        pytest.param("redirect", "refused the request (302)", 1, id="redirect"),
    ],
)
def test_an_answer_of_no_use_is_said_to_be_so(profile: str, words: str, calls: int) -> None:
    error, server = failure(profile)

    assert isinstance(error, ModelUnusable)
    assert words in str(error)
    assert len(server.requests) == calls


@pytest.mark.parametrize("profile", ["garbage", "null-content", "html", "error-500", "reset"])
def test_a_second_try_may_succeed(profile: str) -> None:
    proposal, server = propose(profile, "good")

    assert len(proposal.statements) == 4
    assert len(server.requests) == 2


def test_what_a_useless_answer_cost_is_counted() -> None:
    proposal, server = propose("garbage", "good")

    assert proposal.usage == cost(server)
    assert proposal.usage.calls == 2


def test_an_answer_that_was_cut_off_gets_twice_the_room_once() -> None:
    proposal, server = propose("cut-off", "good")

    assert len(proposal.statements) == 4
    assert [asked["max_tokens"] for asked in server.requests] == [4_000, 8_000]


# --- statements --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("profile", "dropped"),
    [
        pytest.param("no-refs", ("Asks.", "it cites no message"), id="no reference"),
        pytest.param(
            "unknown-refs", ("Asks.", "it cites a message that is not there"), id="made up"
        ),
        pytest.param("too-long", (("Asks. " * 100)[:500], "it is too long"), id="too long"),
    ],
)
def test_a_statement_that_stands_on_nothing_is_dropped(
    profile: str, dropped: tuple[str, str]
) -> None:
    proposal, _ = propose(profile)

    assert proposal.dropped == (dropped,)
    assert len(proposal.statements) == 3


def test_references_inside_a_text_are_taken_off() -> None:
    proposal, _ = propose("refs-in-text")

    assert proposal.statements[0].text == "Asks."


def test_a_topic_that_is_not_on_the_list_is_none() -> None:
    proposal, _ = propose("unknown-topic")

    assert proposal.topic == TopicGuess()


def test_a_language_that_is_no_code_is_not_clear() -> None:
    proposal, _ = propose("odd-language")

    assert proposal.language == ""


# --- no answer ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("profile", "words", "calls"),
    [
        pytest.param("closed", "connection to the model's server failed", 0, id="refused"),
        pytest.param("reset", "connection to the model's server failed", 2, id="reset"),
        pytest.param("truncated", "connection to the model's server failed", 2, id="truncated"),
        pytest.param("endless", "connection to the model's server failed", 2, id="endless body"),
        pytest.param("error-500", "server failed (500)", 2, id="500"),
        pytest.param("error-503", "server failed (503)", 2, id="503"),
        pytest.param("error-200", "server failed (503)", 2, id="error inside 200"),
        pytest.param("error-text-200", "server failed (500)", 2, id="error text inside 200"),
        pytest.param("rate-limit", "slow down (429)", 2, id="429"),
        pytest.param("rate-limit-long", "slow down (429)", 1, id="429 with a long wait"),
        pytest.param("no-quota", "out of credit (429)", 1, id="quota"),
        pytest.param("quota-200", "out of credit (500)", 1, id="quota inside 200"),
        pytest.param("no-credit", "out of credit (402)", 1, id="payment required"),
        pytest.param("bad-key", "check OPENAI_API_KEY (401)", 1, id="bad key"),
        pytest.param("forbidden", "check OPENAI_API_KEY (403)", 1, id="forbidden"),
        pytest.param("no-model", "check SIDENOTE_MODEL", 1, id="no such model"),
        pytest.param("not-found", "OPENAI_BASE_URL (404)", 1, id="no such address"),
    ],
)
def test_no_answer_is_said_to_be_so(profile: str, words: str, calls: int) -> None:
    error, server = failure(profile)

    assert isinstance(error, ModelUnavailable)
    assert words in str(error)
    assert len(server.requests) == calls


@pytest.mark.parametrize("profile", ["silent", "drips-headers", "drips-body"])
def test_a_server_that_hangs_or_drips_cannot_hold_us_longer_than_our_patience(
    profile: str,
) -> None:
    started = time.monotonic()
    error, server = failure(profile, seconds=0.6)
    took = time.monotonic() - started

    assert isinstance(error, ModelUnavailable)
    assert str(error) == "the model did not answer (waited 0.6 s)"
    assert 0.5 < took < 3
    assert len(server.requests) == 1


def test_the_second_try_gets_only_what_is_left_of_our_patience() -> None:
    started = time.monotonic()
    error, server = failure("garbage", "silent", seconds=0.6)

    assert "did not answer" in str(error)
    assert time.monotonic() - started < 3
    assert len(server.requests) == 2


def test_a_wait_that_the_server_asks_for_is_kept() -> None:
    clock = TestClock()
    with ModelServer(["rate-limit", "good"]) as server:
        model_at(server.url, clock=clock).propose(transcript(), POLICY)

    assert clock.slept == [1.0]


def test_a_long_wait_is_not_waited_for_though_there_is_time() -> None:
    clock = TestClock()
    with ModelServer("rate-limit-long") as server, pytest.raises(ModelUnavailable):
        model_at(server.url, clock=clock, seconds=200).propose(transcript(), POLICY)

    assert clock.slept == []


# --- leaving a failing server alone ------------------------------------------------------------


@pytest.mark.parametrize("profile", ["error-500", "rate-limit", "reset"])
def test_after_two_failures_in_a_row_the_server_is_left_alone(profile: str) -> None:
    with ModelServer(profile) as server:
        model = model_at(server.url)
        for _ in range(2):
            with pytest.raises(ModelUnavailable):
                model.propose(transcript(), POLICY)
        asked = len(server.requests)
        with pytest.raises(ModelUnavailable, match="left alone for now") as raised:
            model.propose(transcript(), POLICY)

    assert asked == len(server.requests) == 4
    assert raised.value.retry_at is not None


@pytest.mark.parametrize("profile", ["no-quota", "bad-key", "no-model"])
def test_what_will_not_mend_by_itself_is_not_tried_again_at_once(profile: str) -> None:
    with ModelServer(profile) as server:
        model = model_at(server.url)
        for _ in range(3):
            with pytest.raises(ModelUnavailable):
                model.propose(transcript(), POLICY)

    assert len(server.requests) == 1


def test_a_server_that_asks_for_a_long_wait_gets_it() -> None:
    clock = TestClock()
    with ModelServer(["rate-limit-long", "good"]) as server:
        model = model_at(server.url, clock=clock)
        for _ in range(2):
            with pytest.raises(ModelUnavailable):
                model.propose(transcript(), POLICY)
            clock.pass_(80)
        assert len(server.requests) == 1

        assert model.propose(transcript(), POLICY).engine == "test-model"


def test_a_hanging_server_costs_one_conversation_its_patience_and_not_the_next() -> None:
    with ModelServer("silent") as server:
        model = model_at(server.url, seconds=0.4)
        for _ in range(5):
            with pytest.raises(ModelUnavailable, match="did not answer"):
                model.propose(transcript(), POLICY)

    assert len(server.requests) == 1


def test_five_conversations_are_told_at_once_when_the_server_fails_at_once() -> None:
    clock = TestClock()
    started = clock.monotonic()
    with ModelServer("error-500") as server:
        model = model_at(server.url, clock=clock)
        for _ in range(5):
            with pytest.raises(ModelUnavailable):
                model.propose(transcript(), POLICY)

    assert clock.monotonic() - started < 10


def test_a_useless_answer_shows_that_the_server_is_well() -> None:
    with ModelServer(["error-500", "error-500", "refusal", "error-500", "error-500", "good"]) as s:
        model = model_at(s.url)
        for _ in range(3):
            with pytest.raises(AgentError):
                model.propose(transcript(), POLICY)

        assert len(model.propose(transcript(), POLICY).statements) == 4


def test_after_its_rest_a_server_that_is_well_is_asked_again() -> None:
    clock = TestClock()
    with ModelServer(["bad-key", "good"]) as server:
        model = model_at(server.url, clock=clock)
        with pytest.raises(ModelUnavailable):
            model.propose(transcript(), POLICY)
        clock.pass_(61)

        assert len(model.propose(transcript(), POLICY).statements) == 4


# --- secrets -----------------------------------------------------------------------------------


ANSWERING = sorted(set(PROFILES) - {"silent", "drips-headers", "drips-body", "endless"})


@pytest.mark.parametrize("profile", ANSWERING)
def test_no_customer_text_prompt_or_key_stands_in_an_error(
    profile: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    shown = ""
    with ModelServer(profile) as server:
        try:
            model_at(server.url).propose(transcript(), POLICY)
        except AgentError as error:
            shown = "".join(traceback.format_exception(error))
    shown += caplog.text

    assert SECRET not in shown
    assert KEY not in shown
    assert "internal notes for a customer support team" not in shown


def test_a_key_with_odd_characters_is_a_setting_to_mend() -> None:
    with pytest.raises(ConfigError, match="OPENAI_API_KEY"):
        openai_client("sk-…")


# --- the way to the server ---------------------------------------------------------------------


@pytest.fixture
def proxies(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """An environment that names no proxy; a test adds what it needs."""
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    return monkeypatch


def test_the_proxy_of_the_environment_is_used(proxies: pytest.MonkeyPatch) -> None:
    with ModelServer("error-500") as proxy:  # a proxy is asked for whole addresses
        proxies.setenv("HTTP_PROXY", proxy.url.removesuffix("/v1"))
        with pytest.raises(ModelUnavailable, match="500"):
            model_at("http://models.example.org/v1").propose(transcript(), POLICY)

    assert len(proxy.requests) == 2


def test_a_server_on_this_machine_is_asked_directly(proxies: pytest.MonkeyPatch) -> None:
    proxies.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    proposal, _ = propose("good")

    assert proposal.engine == "test-model"


@pytest.mark.parametrize("proxy", ["socks5://user:hunter2@proxy:1", "odd://user:hunter2@proxy"])
def test_a_proxy_that_cannot_be_used_is_said_without_its_password(
    proxies: pytest.MonkeyPatch, proxy: str
) -> None:
    proxies.setenv("HTTPS_PROXY", proxy)
    with pytest.raises(ConfigError, match="proxy") as raised:
        openai_client(KEY)

    assert "hunter2" not in "".join(traceback.format_exception(raised.value))


def test_nothing_else_imports_the_openai_package() -> None:
    modules = "agent.prompts, agent.adapters.model.fallback, agent.adapters.model.offline, sys"
    code = f"import {modules}; sys.exit('openai' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


# --- threads -----------------------------------------------------------------------------------


def test_threads_share_one_model() -> None:
    with ModelServer("no-schema") as server:
        model = model_at(server.url)
        with ThreadPoolExecutor(8) as pool:
            proposals = list(pool.map(lambda _: model.propose(transcript(), POLICY), range(16)))

    assert {len(proposal.statements) for proposal in proposals} == {4}
