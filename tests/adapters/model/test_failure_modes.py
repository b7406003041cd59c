"""Every way of failing that users of models have reported, each with what becomes of it.

In the order of the table that we keep of them; over real HTTP. "Held" means that the run may
write a note at most, whatever the policy grants.
"""

from datetime import datetime

import pytest
from structlog.testing import capture_logs

from agent.adapters.memory import MemoryModelBook
from agent.adapters.model.answerer import Answerer
from agent.adapters.model.fallback import WithFallback
from agent.adapters.model.offline import OfflineEngine
from agent.adapters.model.openai import OpenAIModel
from agent.core.policy import Autonomy
from agent.core.proposal import Proposal
from agent.core.team_policy import Level
from agent.core.transcript import Transcript
from agent.errors import ModelUnavailable, ModelUnusable, StoreUnavailable
from tests.adapters.model.builders import POLICY, TestClock, line, meter, model_at, transcript
from tests.adapters.model.server import ModelServer
from tests.core.facts import decided, looked, routine

HALF_AN_HOUR = 30 * 60


def propose(*profiles: str, about: Transcript | None = None) -> tuple[Proposal, ModelServer]:
    """What a run gets: the model's proposal, or the offline engine's in its place."""
    with ModelServer(profiles) as server:
        model = WithFallback(model_at(server.url), OfflineEngine())
        return model.propose(about or transcript(), POLICY), server


def is_held(proposal: Proposal) -> bool:
    """Put into a run that would send; everything but the topic and the language is its own."""
    plain = routine(Level.SEND).proposal
    asked = routine(
        Level.SEND,
        proposal=Proposal(
            statements=proposal.statements,
            engine=proposal.engine,
            topic=plain.topic,
            language=plain.language,
            stood_in=proposal.stood_in,
            shortened=proposal.shortened,
            new_model=proposal.new_model,
        ),
    )
    return decided(looked(asked)).autonomy <= Autonomy.NOTE


def long(conversation_id: str = "c1", *, messages: int = 60) -> Transcript:
    """A conversation that no small window holds; every message says something else."""
    lines = (line(n, f"Lid {n} is too small. " + "It leaks again. " * 20) for n in range(1, 61))
    return Transcript(
        conversation_id=conversation_id, subject="Lids", lines=tuple(lines)[:messages]
    )


def ask_five(model: OpenAIModel) -> None:
    for _ in range(5):
        with pytest.raises(ModelUnavailable):
            model.propose(transcript(), POLICY)


def test_a_good_answer_is_not_held() -> None:
    assert not is_held(propose("good")[0])


# --- 429: rate and quota ---------------------------------------------------------------------


def test_a_rate_limit_is_waited_for() -> None:
    proposal, server = propose("rate-limit", "good")

    assert proposal.engine == "test-model"
    assert len(server.requests) == 2


def test_without_quota_one_call_is_made_and_none_until_the_probe_half_an_hour_later() -> None:
    clock = TestClock()
    with ModelServer(["no-quota", "no-quota", "good"]) as server:
        model = model_at(server.url, clock=clock)
        ask_five(model)
        clock.pass_(HALF_AN_HOUR - 60)
        ask_five(model)
        assert len(server.requests) == 1
        clock.pass_(61)
        ask_five(model)

        assert len(server.requests) == 2


def test_without_quota_every_conversation_is_still_noted_and_says_why() -> None:
    with ModelServer("no-quota") as server:
        model = WithFallback(model_at(server.url), OfflineEngine())
        proposals = [model.propose(transcript(), POLICY) for _ in range(5)]

    assert all("out of credit" in one.stood_in and one.statements for one in proposals)
    assert all(map(is_held, proposals))


# --- hidden retries ----------------------------------------------------------------------------


@pytest.mark.parametrize(("profile", "calls"), [("error-500", 2), ("reset", 2), ("bad-request", 1)])
def test_the_package_makes_no_calls_of_its_own(profile: str, calls: int) -> None:
    _, server = propose(profile)

    assert len(server.requests) == calls


# --- an answer that was cut off ----------------------------------------------------------------


def test_an_answer_that_is_cut_off_is_asked_for_once_more_with_twice_the_room() -> None:
    proposal, server = propose("cut-off")

    assert [asked["max_tokens"] for asked in server.requests] == [4_000, 8_000]
    assert is_held(proposal)


@pytest.mark.parametrize("profile", ["thought-stop", "thought-length", "all-thought"])
def test_thinking_that_eats_the_answer_gets_more_room_once_and_is_held_then(profile: str) -> None:
    proposal, server = propose(profile)

    assert [asked["max_tokens"] for asked in server.requests] == [4_000, 8_000]
    assert is_held(proposal)


@pytest.mark.parametrize("profile", ["thought-stop", "thought-length", "all-thought"])
def test_with_more_room_a_model_that_thinks_is_heard(profile: str) -> None:
    proposal, _ = propose(profile, "good")

    assert proposal.engine == "test-model"


# --- nothing in it, or not from a model --------------------------------------------------------


@pytest.mark.parametrize(
    "profile",
    [
        pytest.param("null-content", id="content null"),
        pytest.param("null-choices", id="choices null"),
        pytest.param("no-choices", id="choices empty"),
        pytest.param("error-200", id="an error inside 200"),
        pytest.param("quota-200", id="no quota inside 200"),
        pytest.param("text", id="plain text"),
        pytest.param("html", id="HTML"),
        pytest.param("html-as-json", id="HTML that says it is JSON"),
    ],
)
def test_what_is_no_answer_is_held_and_the_note_is_written(profile: str) -> None:
    proposal, _ = propose(profile)

    assert proposal.engine == "offline"
    assert proposal.statements
    assert is_held(proposal)


# --- refusals ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("profile", "words"),
    [
        ("refusal", "the model declined to answer"),
        ("filtered", "the model's content filter stopped the answer"),
        ("filtered-400", "the model's content filter stopped the answer (400)"),
    ],
)
def test_a_refusal_is_no_fault_it_is_told_and_left_to_a_person(profile: str, words: str) -> None:
    with ModelServer([profile, profile, profile, "good"]) as server:
        model = WithFallback(model_at(server.url), OfflineEngine())
        refused = [model.propose(transcript(), POLICY) for _ in range(3)]
        answered = model.propose(transcript(), POLICY)

    assert {one.stood_in for one in refused} == {words}
    assert all(map(is_held, refused))
    assert answered.engine == "test-model"  # it was not left alone for that


# --- the form of the answer --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("profile", "ends_with"),
    [
        ("loose-prose", "json_object"),
        ("loose-fields", "json_object"),
        ("loose-empty-object", "json_object"),
        ("loose-nothing", "json_object"),
        ("loose-objects", None),
    ],
)
def test_a_form_that_a_server_takes_and_does_not_keep_to_is_given_up(
    profile: str, ends_with: str | None
) -> None:
    with ModelServer(profile) as server:
        model = WithFallback(model_at(server.url), OfflineEngine())
        for _ in range(3):
            model.propose(transcript(), POLICY)
        asked = len(server.requests)
        last = model.propose(transcript(), POLICY)

    assert last.engine == "test-model"
    assert len(server.requests) == asked + 1
    assert server.requests[-1].get("response_format", {}).get("type") == ends_with


def test_one_bad_answer_does_not_cost_a_server_its_schema() -> None:
    with ModelServer(["garbage", "good"]) as server:
        model = model_at(server.url)
        for _ in range(2):
            model.propose(transcript(), POLICY)

    assert server.requests[-1]["response_format"]["type"] == "json_schema"


def test_bad_answers_far_apart_do_not_cost_a_server_its_schema_either() -> None:
    with ModelServer(["garbage", "good", "good", "garbage", "good", "good"]) as server:
        model = model_at(server.url)
        for _ in range(4):
            model.propose(transcript(), POLICY)

    assert server.requests[-1]["response_format"]["type"] == "json_schema"


@pytest.mark.parametrize("profile", ["no-schema", "no-temperature", "new-limit", "no-store"])
def test_what_a_server_refuses_is_known_to_the_next_process_too(profile: str) -> None:
    book = MemoryModelBook()
    with ModelServer(profile) as server:
        model_at(server.url, counted=meter(book)).propose(transcript(), POLICY)
        asked = len(server.requests)
        model_at(server.url, counted=meter(book)).propose(transcript(), POLICY)

    assert asked == 2
    assert len(server.requests) == 3


def test_after_a_week_a_server_is_asked_for_everything_again() -> None:
    book, clock = MemoryModelBook(), TestClock()
    with ModelServer("no-schema") as server:
        model_at(server.url, clock=clock, counted=meter(book)).propose(transcript(), POLICY)
        clock.pass_(7 * 24 * 3600 + 1)
        model_at(server.url, clock=clock, counted=meter(book)).propose(transcript(), POLICY)

    assert server.requests[2]["response_format"]["type"] == "json_schema"


# --- a prompt that was not read whole ----------------------------------------------------------


@pytest.mark.parametrize("profile", ["head-dropped", "head-dropped-null", "tail-dropped"])
def test_an_answer_without_the_right_check_words_is_held(profile: str) -> None:
    proposal, _ = propose(profile)

    assert proposal.engine == "offline"
    assert is_held(proposal)


@pytest.mark.parametrize("profile", ["small-silent-window", "middle-dropped", "too-long-for-it"])
def test_a_prompt_that_does_not_fit_is_asked_once_more_about_less_and_held(profile: str) -> None:
    proposal, server = propose(profile, about=long())

    assert proposal.engine == "test-model"
    assert proposal.shortened.startswith("the model was shown ")
    assert 0 < proposal.unshown < 60
    assert is_held(proposal)
    last = server.requests[-1]["messages"][-1]["content"]
    assert "Lid 1 is too small" in last  # the first request
    assert "Lid 60 is too small" in last  # the newest message
    assert "Lid 30 is too small" not in last


@pytest.mark.parametrize("profile", ["small-silent-window", "middle-dropped", "too-long-for-it"])
def test_a_prompt_that_fits_the_same_server_is_not_held(profile: str) -> None:
    proposal, _ = propose(profile)

    assert not is_held(proposal)


def test_one_long_message_is_shown_in_part() -> None:
    proposal, _ = propose("too-long-for-it", about=transcript(line(1, "It leaks. " * 2_000)))

    assert proposal.shortened == "the model was shown a long message only in part"
    assert is_held(proposal)


def test_a_window_that_never_fits_is_held() -> None:
    proposal, server = propose("too-large", about=long())

    assert proposal.engine == "offline"
    assert "too long for the model" in proposal.stood_in
    assert is_held(proposal)
    assert len(server.requests) == 4  # each try once with a limit on the answer, once without


# --- one winner, one turn ----------------------------------------------------------------------


def test_a_proposal_is_one_engines_never_a_mixture() -> None:
    proposal, _ = propose("invented")

    assert proposal.engine == "offline"
    assert {one.text for one in proposal.statements} <= {
        "My lid of order 40-2291 broke; the kettle was a gift for Grandma Ottilie.",
        "I can refund 12.50 euros.",
        "No refund please.",
        "Is lid KL-7 in stock?",
        "No refund please. Is lid KL-7 in stock?",
    }


@pytest.mark.parametrize("other", [long("c2"), long("c1", messages=59)], ids=["another", "older"])
def test_an_answer_to_something_else_is_never_taken(other: Transcript) -> None:
    with ModelServer("stale") as server:
        model = model_at(server.url)
        model.propose(other, POLICY)
        with pytest.raises(ModelUnusable, match="another conversation or an older message"):
            model.propose(long("c1"), POLICY)


# --- the model behind the name -----------------------------------------------------------------


def test_another_model_behind_the_name_is_held_until_a_person_accepts_it() -> None:
    book = MemoryModelBook()
    with ModelServer(["good", "swapped"]) as server:
        model = model_at(server.url, counted=meter(book))
        before = model.propose(transcript(), POLICY)
        swapped = [model.propose(transcript(), POLICY) for _ in range(2)]
        book.accept(f"{server.url} test-model")
        after = model.propose(transcript(), POLICY)

    assert before.new_model == after.new_model == ""
    assert {one.new_model for one in swapped} == {
        "test-model-2 answers now, which nobody has accepted"
    }
    assert all(map(is_held, swapped))
    assert not is_held(after)


def test_a_server_that_does_not_say_who_answers_is_taken_at_its_word() -> None:
    with ModelServer(["good", "no-usage"]) as server:  # no model's name either
        model = model_at(server.url)
        model.propose(transcript(), POLICY)

        assert model.propose(transcript(), POLICY).new_model == ""


def test_a_model_whose_name_holds_anything_is_told_without_it() -> None:
    book = MemoryModelBook()
    book.answered("x", "first", TestClock().now())

    words = Answerer(book, asked="x", clock=TestClock()).new_model("a\x1b[31m\nb" + "c" * 200)

    assert words.startswith("a??31m?bccc")
    assert len(words) < 130


def test_a_change_of_model_that_cannot_be_looked_up_is_held() -> None:
    class Gone(MemoryModelBook):
        def answered(self, asked: str, answered: str, now: datetime) -> bool:
            raise StoreUnavailable("the disk is full")

    with ModelServer() as server:
        proposal = model_at(server.url, counted=meter(Gone())).propose(transcript(), POLICY)

    assert is_held(proposal)


# --- alerts ------------------------------------------------------------------------------------


def test_another_model_is_an_alert_once() -> None:
    with ModelServer(["good", "swapped"]) as server, capture_logs() as logged:
        model = model_at(server.url)
        for _ in range(4):
            model.propose(transcript(), POLICY)

    assert [one["log_level"] for one in logged if one["event"] == "model.changed"] == ["error"]


def test_a_server_that_is_left_alone_is_an_alert_once_for_one_outage() -> None:
    clock = TestClock()
    with ModelServer("no-quota") as server, capture_logs() as logged:
        model = model_at(server.url, clock=clock)
        ask_five(model)
        clock.pass_(HALF_AN_HOUR + 1)
        ask_five(model)

    alerts = [one for one in logged if one["event"] == "model.left_alone"]
    assert [one["because"] for one in alerts] == ["the model's account is out of credit (429)"]
    assert len(server.requests) == 2
