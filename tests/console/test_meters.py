"""The first page's meters: what was used of what is ours, from the database that all share."""

import re
from pathlib import Path

import httpx
import pytest

from agent.adapters.kustomer import Kind
from agent.console.meters import model_meter, not_known, request_meter
from agent.console_wiring import served_console
from agent.core.spending import Call, Caps, Spent
from agent.settings import load_settings
from agent.wiring import App

CAPS = Caps(tokens_per_hour=2_000_000, spend_per_day=5_000_000)
SPENT = Spent(conversation=900, hour=12_400, day=420_000)
EVER = (1_204_000, 3_100_000)
MODEL = {"OPENAI_API_KEY": "sk-made-up", "SIDENOTE_MODEL": "small"}
PRICED = {**MODEL, "SIDENOTE_PRICES": "small=0.15/0.60", "SIDENOTE_SPEND_PER_DAY": "5"}


def app_at(folder: Path, **more: str) -> App:
    """A process with the settings of a team whose database lies in that folder."""
    settings = load_settings(
        {
            "SIDENOTE_DATABASE_URL": f"sqlite:///{folder / 'sidenote.sqlite'}",
            "KUSTOMER_BASE_URL": "http://127.0.0.1:9",
            "KUSTOMER_API_KEY": "made-up",
            **more,
        }
    )
    return App(settings)


def asked(app: App, times: int) -> None:
    for _ in range(times):
        app.budget.take(Kind.OTHER)


def called(app: App, *, tokens: int, cost: int) -> None:
    call = Call(id="c1", conversation_id="c", at=app.clock.now(), tokens=tokens, cost=cost)
    assert app.model_book.reserve(call, app.settings.caps) is None
    app.model_book.settle("c1", tokens=tokens, cost=cost)


def first_page(app: App) -> str:
    """The words of the first page, as this process alone serves it."""
    with served_console(app, "127.0.0.1:0") as served:
        answer = httpx.get(served.link, follow_redirects=True)
        with httpx.Client(base_url=served.url, cookies=answer.history[0].cookies) as client:
            text = client.get("/").raise_for_status().text
    return " ".join(re.sub(r"<[^>]*>", " ", text).split())


# --- the words ----------------------------------------------------------------------------------


def test_requests_are_told_of_the_share_of_a_minute() -> None:
    meter = request_meter(last_minute=74, a_minute=1_200)

    assert meter.words == "74 of 1,200 this minute"
    assert (meter.used, meter.limit) == (74, 1_200)


def test_requests_that_nothing_counts_are_not_known() -> None:
    assert request_meter(last_minute=0, a_minute=0) == not_known("Requests")


def test_with_a_price_the_model_is_told_in_money() -> None:
    meter = model_meter(SPENT, EVER, CAPS, is_set_up=True, has_price=True)

    assert meter.words == "0.42 of 5 in 24 hours"
    assert meter.more == "3.10 in all, as your prices count it"
    assert (meter.used, meter.limit) == (0.42, 5)


def test_without_a_price_the_model_is_told_in_tokens() -> None:
    meter = model_meter(SPENT, EVER, CAPS, is_set_up=True, has_price=False)

    assert meter.words == "12,400 of 2,000,000 tokens in an hour"
    assert meter.more == "1,204,000 in all, tokens"
    assert (meter.used, meter.limit) == (12_400, 2_000_000)


def test_without_a_cap_there_is_no_bar() -> None:
    meter = model_meter(SPENT, EVER, Caps(), is_set_up=True, has_price=True)

    assert meter.words == "0.42 in 24 hours, no cap"
    assert meter.limit is None


def test_the_offline_engine_costs_nothing() -> None:
    meter = model_meter(Spent(), (0, 0), CAPS, is_set_up=False, has_price=False)

    assert (meter.words, meter.more, meter.limit) == ("no cost: the offline engine", "", None)


@pytest.mark.parametrize(
    ("ever", "words"),
    [
        pytest.param(EVER, "0.42 in 24 hours, cap not known here", id="with a price"),
        pytest.param(
            (1_204_000, 0), "12,400 tokens in an hour, cap not known here", id="without one"
        ),
    ],
)
def test_what_a_daemon_with_other_settings_spent_is_told_without_its_cap(
    ever: tuple[int, int], words: str
) -> None:
    meter = model_meter(SPENT, ever, CAPS, is_set_up=False, has_price=False)

    assert (meter.words, meter.limit) == (words, None)


# --- on the page --------------------------------------------------------------------------------


def test_a_console_alone_shows_what_the_daemon_used(tmp_path: Path) -> None:
    daemon = app_at(tmp_path, **PRICED, SIDENOTE_REQUESTS_PER_MINUTE="40")
    asked(daemon, 3)
    called(daemon, tokens=1_500, cost=250_000)
    alone = app_at(tmp_path, **PRICED, SIDENOTE_REQUESTS_PER_MINUTE="40")

    page = first_page(alone)
    daemon.close()
    alone.close()

    assert "Requests 3 of 40 this minute" in page
    assert "Model 0.25 of 5 in 24 hours 0.25 in all" in page


def test_a_database_of_counts_that_does_not_answer_is_not_known_and_the_page_stands(
    tmp_path: Path,
) -> None:
    app = app_at(tmp_path, **PRICED)
    (tmp_path / "sidenote.sqlite-budget").write_bytes(b"no database" * 1_000)

    page = first_page(app)
    app.close()

    assert "Requests not known here" in page
    assert "Model not known here" in page
