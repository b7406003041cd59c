"""The page of a topic's certificate: what it promises, what is missing, and a lead's waiver."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from agent.audit_port import AuditKind
from agent.console.standings import Standings
from agent.core.access import THIS_MACHINE
from agent.core.certificate import Standing
from agent.core.certificate_events import CertificateEventKind
from agent.core.labels import Judgement
from agent.core.standing import last_day, right_to_send
from agent.core.team_policy import Level
from agent.levels import Word, lower_topic
from tests.browser.team import Team, served
from tests.console.reviewed import CHANNEL, TOPIC, certify, happens, keep, makers, reviews_until

PAGE = f"/topics/{TOPIC}/certificate"
CLEAN = [Judgement.AS_IS]


@pytest.fixture
def team(tmp_path: Path) -> Iterator[Team]:
    with served(Team(tmp_path)) as running:
        yield running


@pytest.fixture
def client(team: Team) -> Iterator[httpx.Client]:
    """Signed in, and sending forms as the console's own pages do."""
    ours = {"Sec-Fetch-Site": "same-origin"}
    with httpx.Client(base_url=team.url, headers=ours, timeout=30, follow_redirects=True) as opened:
        opened.get(team.link()).raise_for_status()
        yield opened


def reviewed(team: Team, judgements: list[Judgement], *, days_ago: int = 0) -> None:
    now = team.world.clock.now() - timedelta(days=days_ago)
    keep(team.world.store, reviews_until(now, judgements, makers(team.world.policy)))


def waive(client: httpx.Client, team: Team, **fields: str) -> str:
    until = (team.world.clock.now() + timedelta(days=30)).date().isoformat()
    form = {"until": until, "reason": "the old macro said the same", "channel": ""} | fields
    return client.post(f"/topics/{TOPIC}/waive", data=form).text


def standing(team: Team) -> Standing:
    store, now = team.world.store, team.world.clock.now()
    return right_to_send(store.certificate_events(), TOPIC, CHANNEL, None, now).standing


def test_without_a_proposal_the_page_says_what_it_takes(client: httpx.Client) -> None:
    assert "No reply was proposed for this topic yet" in client.get(PAGE).text


def test_while_reviews_are_being_counted_the_page_says_so(
    team: Team, client: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Standings, "look", lambda *_: None)
    waive(client, team)
    shown = client.get(PAGE).text

    assert "are being counted" in shown
    assert "Waived" in shown  # what is known at once is there


def test_what_a_lead_writes_is_text_and_no_markup(team: Team, client: httpx.Client) -> None:
    reviewed(team, CLEAN)
    waive(client, team, reason="<script>alert(1)</script>")

    for path in (PAGE, "/topics", "/"):
        shown = client.get(path).text
        assert "<script>alert" not in shown
        assert "&lt;script&gt;alert(1)" in shown


def test_a_topic_that_is_not_in_the_policy_has_no_page(client: httpx.Client) -> None:
    assert client.get("/topics/nothing/certificate").status_code == 404


def test_what_is_missing_is_said_in_reviews(team: Team, client: httpx.Client) -> None:
    reviewed(team, CLEAN * 30)
    shown = client.get(PAGE).text

    assert "more clean reviews to a certificate of at most 2 % wrong" in shown
    assert "20 reviewed, 0 wrong at threshold 0.60" in shown
    assert "more clean reviews" in client.get("/topics").text


def test_a_certificate_says_what_it_promises_on_each_page(team: Team, client: httpx.Client) -> None:
    reviewed(team, CLEAN * 600)
    unlocked = certify(team.world.store, team.world.policy, team.world.clock.now())
    assert unlocked.certificate is not None
    until = f"certified until {last_day(unlocked.certificate.valid_until)}"

    assert "With 95 % confidence at most 2 % of automatic order-status replies" in (
        client.get(PAGE).text
    )
    assert until in client.get("/topics").text
    assert until in client.get("/").text


def test_every_point_of_the_curve_stands_in_a_table(team: Team, client: httpx.Client) -> None:
    reviewed(team, [*CLEAN * 59, Judgement.CHANGED])
    shown = client.get(PAGE).text

    assert '<svg class="chart curve"' in shown
    for threshold in ("0.90", "0.60", "0.30"):
        assert f'<th scope="row">{threshold}</th>' in shown


def test_an_alarm_names_its_runs_and_what_it_did(team: Team, client: httpx.Client) -> None:
    world = team.world
    reviewed(team, CLEAN * 600)
    certify(world.store, world.policy, world.clock.now())
    why, runs = "3 of the last 40 replies went wrong", ("abcdef012345", "fedcba543210")
    happens(world.store, CertificateEventKind.ALARM, world.clock.now(), why=why, cases=runs)
    word = Word(topic=TOPIC, to=Level.NOTE, by="the watch", at=world.clock.now(), why=why)
    lower_topic(world.store, world.policy, word)
    shown = client.get(PAGE).text

    assert f"taken back on 5 Nov 2026: {why}" in shown
    assert 'href="/runs/abcdef012345"' in shown
    assert "<b>draft → note</b> · the watch" in shown
    assert "taken back on" in client.get("/topics").text


def test_a_new_review_is_seen_within_half_a_minute(team: Team, client: httpx.Client) -> None:
    reviewed(team, CLEAN * 30)
    team.world.clock.advance(timedelta(seconds=30))  # the first page was looked at before them
    before = client.get("/topics").text
    newest = reviews_until(team.world.clock.now(), CLEAN * 31, makers(team.world.policy))[-1:]
    keep(team.world.store, newest)
    team.world.clock.advance(timedelta(seconds=30))

    assert more_clean(before) == more_clean(client.get("/topics").text) + 1


def more_clean(html: str) -> int:
    found = re.search(r"(\d+) more clean review", html)
    assert found is not None
    return int(found[1])


@pytest.mark.parametrize(("is_waived", "may_be_raised"), [(False, False), (True, True)])
def test_where_a_right_is_asked_for_only_a_topic_that_has_one_is_raised_to_send(
    team: Team,
    client: httpx.Client,
    *,
    is_waived: bool,
    may_be_raised: bool,
) -> None:
    reviewed(team, CLEAN * 30)
    if is_waived:
        waive(client, team)
    team.world.clock.advance(timedelta(seconds=30))
    section = (
        client.get("/topics").text.partition('id="order-status"')[2].partition("</section>")[0]
    )

    assert ("Raise to send" in section) is may_be_raised
    assert ("What it takes to send" in section) is not may_be_raised


# --- waivers --------------------------------------------------------------------------------------


def test_a_lead_waives_it_by_name_and_with_a_reason(team: Team, client: httpx.Client) -> None:
    said = waive(client, team)

    assert "Waived until 5 Dec 2026, uncertified." in said
    assert standing(team) is Standing.WAIVED
    (event,) = team.world.store.certificate_events()
    assert (event.by, event.why) == (THIS_MACHINE, "the old macro said the same")


def test_a_waiver_is_in_the_record(team: Team, client: httpx.Client) -> None:
    waive(client, team)
    rows = team.world.store.audit_rows()

    assert any(row.link.kind == AuditKind.CERTIFICATE for row in rows)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        pytest.param({"until": ""}, "say until which day", id="no day"),
        pytest.param({"until": "soon"}, "say until which day", id="no such day"),
        pytest.param({"until": "2030-01-01"}, "after 90 days at the latest", id="too far"),
        pytest.param({"until": "2026-01-01"}, "that day is past", id="past"),
        pytest.param({"reason": " "}, "needs a reason", id="no reason"),
    ],
)
def test_a_waiver_that_is_not_whole_changes_nothing(
    team: Team, client: httpx.Client, fields: dict[str, str], said: str
) -> None:
    assert said in waive(client, team, **fields)
    assert team.world.store.certificate_events() == ()


def test_a_waiver_ends_at_once(team: Team, client: httpx.Client) -> None:
    waive(client, team)
    shown = client.post(f"/topics/{TOPIC}/end-waiver", data={"channel": ""}).text

    assert "No waiver any more by every channel" in shown
    assert standing(team) is Standing.MISSING


def test_ending_what_does_not_stand_says_so(client: httpx.Client) -> None:
    answer = client.post(f"/topics/{TOPIC}/end-waiver", data={"channel": ""}).text

    assert "no waiver stands for order-status" in answer


def test_a_teammate_sees_no_form(team: Team) -> None:
    team.add_people()
    with httpx.Client(base_url=team.url, headers={"Sec-Fetch-Site": "same-origin"}) as ben:
        ben.post("/sign-in", data={"name": "ben", "password": "correct horse battery"})
        shown = ben.get(PAGE).text

    assert "A lead may waive it" in shown
    assert '<form method="post" action="/topics/' not in shown
