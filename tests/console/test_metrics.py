"""The figures for Prometheus, and the dashboard that shows them."""

import json
import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from agent.console import metrics
from agent.core.certificate_events import CertificateEvent, CertificateEventKind
from agent.core.labels import Judgement, Source
from agent.core.standing import THE_WATCH
from agent.core.tokens import Scope
from agent.errors import StoreUnavailable
from agent.ports import Disposition, Pause, RunState
from agent.waiving import Waiver, waive
from tests.console.api.world import Api, api_at, bearer
from tests.labelled import a_compared, a_label, a_proposal

DASHBOARD = Path(metrics.__file__).with_name("grafana.json")
Figures = dict[tuple[str, tuple[str, ...]], float]


@pytest.fixture
def api(tmp_path: Path) -> Api:
    return api_at(tmp_path)


def scraped(api: Api) -> Figures:
    """Every figure by its name and the values of its labels, these by their names' order."""
    answer = api.client.get("/metrics", headers=bearer(api.token(Scope.METRICS)))
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    return {
        (sample.name, tuple(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def test_notes_and_runs_are_counted(api: Api) -> None:
    for _ in range(3):
        api.world.conversation()
    api.world.live()

    found = scraped(api)

    assert found["sidenote_runs_total", ("noted",)] == 3
    assert found["sidenote_runs_total", ("replied",)] == 0
    assert found["sidenote_notes_total", ("arrived",)] == 3
    assert found["sidenote_runs_by_state", ("done",)] == 3
    assert found["sidenote_runs_waiting", ()] == 0


def test_a_failed_run_is_counted_once_it_is_done(api: Api) -> None:
    api.world.conversation()
    api.world.live()
    (run,) = api.world.store.runs()
    failed = replace(run, state=RunState.FAILED, disposition=Disposition.FAILED)
    api.world.store.save_run(failed)

    found = scraped(api)

    assert found["sidenote_runs_by_state", ("failed",)] == 1
    assert ("sidenote_runs_total", ("failed",)) not in found
    assert found["sidenote_runs_total", ("noted",)] == 0


def test_counts_do_not_fall_when_runs_are_pruned(api: Api) -> None:
    api.world.conversation()
    api.world.live()

    for _ in range(2):
        api.world.store.prune(api.world.clock.now() + timedelta(days=1))

    found = scraped(api)
    assert found["sidenote_runs_total", ("noted",)] == 1
    assert found["sidenote_runs_by_state", ("done",)] == 0


def test_the_time_to_a_note_is_told_in_parts(api: Api) -> None:
    api.world.conversation()
    api.world.live()
    (run,) = api.world.store.runs()
    took = (run.updated_at - run.message_at).total_seconds()

    found = scraped(api)

    for part in ("0.5", "0.9", "0.95"):
        assert found["sidenote_message_to_note_seconds", (part,)] == took


def test_what_all_workers_used_is_told(api: Api) -> None:
    found = scraped(api)

    assert found["sidenote_kustomer_requests_total", ()] == 1_234
    assert found["sidenote_kustomer_requests_last_minute", ()] == 12
    assert found["sidenote_request_budget_per_minute", ()] == 90
    assert found["sidenote_model_tokens_total", ()] == 56_000
    assert found["sidenote_model_cost_total", ()] == 0.42


def test_the_pause_is_a_figure(api: Api) -> None:
    before = scraped(api)
    api.world.store.pause(Pause(by="Ada", at=api.world.clock.now()))

    assert before["sidenote_paused", ()] == 0
    assert scraped(api)["sidenote_paused", ()] == 1


def test_the_version_and_the_lights_are_told(api: Api) -> None:
    found = scraped(api)

    assert found["sidenote_build_info", ("1.2.3",)] == 1
    assert found["sidenote_up", ("kustomer",)] == 1


def standings(found: Figures, topic: str, channel: str) -> dict[str, float]:
    """What is told of a topic's right on a channel."""
    name = "sidenote_certificate_standing"
    return {
        labels[1]: figure
        for (of, labels), figure in found.items()
        if of == name and (labels[0], labels[2]) == (channel, topic)
    }


def happen(api: Api, channel: str, kind: CertificateEventKind = CertificateEventKind.ALARM) -> None:
    store = api.world.store
    event = CertificateEvent(
        number=len(store.certificate_events()) + 1,
        topic="order-status",
        channel=channel,
        kind=kind,
        at=api.world.clock.now(),
        by=THE_WATCH,
    )
    assert store.add_certificate_event(event)


def test_a_topics_right_to_send_is_told_of_each_channel_that_it_was_seen_on(api: Api) -> None:
    api.world.store.add_proposed(a_proposal(channel="email"))
    api.world.store.add_proposed(a_proposal("r2", channel="chat"))
    happen(api, "chat")

    found = scraped(api)

    rest = dict.fromkeys(("certified", "waived", "expired", "void"), 0)
    assert standings(found, "order-status", "email") == {**rest, "missing": 1, "alarmed": 0}
    assert standings(found, "order-status", "chat") == {**rest, "missing": 0, "alarmed": 1}
    assert standings(found, "order-status", "any") == {}


def test_a_waiver_of_a_topic_that_was_never_seen_is_told_of_any_channel(api: Api) -> None:
    now = api.world.clock.now()
    until = (now + timedelta(days=9)).date()
    waiver = Waiver(topic="order-status", until=until, by="Ada", reason="peak season", at=now)
    waive(api.world.store, api.world.policy, waiver)

    found = scraped(api)

    assert standings(found, "order-status", "any")["waived"] == 1
    assert standings(found, "password-reset", "any")["missing"] == 1


def test_alarms_are_counted_and_begin_at_none(api: Api) -> None:
    happen(api, "email", CertificateEventKind.VOIDED)
    happen(api, "chat")
    happen(api, "chat")

    found = scraped(api)

    assert found["sidenote_certificate_alarms_total", ("email", "order-status")] == 0
    assert found["sidenote_certificate_alarms_total", ("chat", "order-status")] == 2


def test_labels_are_counted_over_all_topics_by_judgement_and_source(api: Api) -> None:
    wrong = a_label(Judgement.WRONG, Source.IMPORTED)
    for row in (
        a_proposal("r1", label=a_label()),
        a_proposal("r2", label=a_label(), topic="password-reset", channel="chat"),
        a_proposal("r3", label=wrong),
        a_compared("r4"),
        a_proposal("r5"),
    ):
        api.world.store.add_proposed(row)

    found = scraped(api)
    told = {labels: n for (name, labels), n in found.items() if name == "sidenote_labels" and n}

    assert told == {
        ("as-is", "console"): 2,
        ("wrong", "imported"): 1,
        ("edited", "matched"): 1,
    }
    assert found["sidenote_labels", ("rejected", "composer")] == 0


def test_a_token_that_may_read_may_see_figures(api: Api) -> None:
    answer = api.client.get("/metrics", headers=bearer(api.token(Scope.READ)))

    assert answer.status_code == 200


def test_no_id_and_no_text_is_among_the_figures(api: Api) -> None:
    conversation = api.world.conversation()
    api.world.live()

    text = api.client.get("/metrics", headers=bearer(api.token(Scope.METRICS))).text

    assert conversation not in text
    assert not re.search(r"[0-9a-f]{16}|@", text)


def test_a_database_that_is_gone_is_a_503(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone() -> None:
        raise StoreUnavailable("the database does not answer")

    monkeypatch.setattr(api.world.store, "count_runs", gone)

    answer = api.client.get("/metrics", headers=bearer(api.token(Scope.METRICS)))

    assert answer.status_code == 503


def test_the_dashboard_shows_these_figures_and_no_others(api: Api) -> None:
    api.world.conversation()
    api.world.live()
    board = json.loads(DASHBOARD.read_text("utf-8"))
    queries = [target["expr"] for panel in board["panels"] for target in panel.get("targets", ())]

    shown = {name for query in queries for name in re.findall(r"sidenote_\w+", query)}

    assert shown == {name for name, _ in scraped(api)}
