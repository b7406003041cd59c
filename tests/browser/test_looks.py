"""Every page, empty, busy and broken: nothing serious for axe, in light and dark."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from agent.core.certificate_events import CertificateEventKind
from agent.core.labels import Judgement
from agent.errors import HelpdeskUnavailable
from agent.ports import Pause, RunError, RunState
from agent.waiving import Waiver, waive
from tests.browser.team import A_WHILE, Team
from tests.console.reviewed import TOPIC, certify, happens, keep, makers, reviews_until

AXE = (Path(__file__).parent / "axe.min.js").read_text("utf-8")  # axe-core 4.14.1, MPL-2.0
FIND = """async () => (await axe.run(document, {resultTypes: ['violations']})).violations
    .filter((each) => ['serious', 'critical'].includes(each.impact))
    .map((each) => each.id + ': ' + each.nodes.map((node) => node.html).join(' | '))"""
PAGES = (
    "/",
    "/runs",
    "/runs?state=failed",
    "/approvals",
    "/topics",
    "/topics/order-status/certificate",
)


def busy(team: Team) -> list[str]:
    """A bit of everything; gives the addresses of its runs."""
    waiting = team.waiting()
    moved = team.waiting("Hello, where is my parcel? Order 40-2291.", name="Parcel")
    team.world.helpdesk.receive(moved.turn.conversation_id, "Never mind, it came!")
    noted = team.world.conversation(minutes_ago=0)
    team.world.live(A_WHILE)
    ids = [waiting.id, moved.id, team.world.run(noted).id]
    return [f"/runs/{each}" for each in ids] + [f"/approvals/{each}" for each in ids[:2]]


def fail_one(team: Team) -> str:
    """A run that stopped, as its page is seen; gives the address."""
    conversation = team.world.conversation(minutes_ago=0)
    team.world.live(A_WHILE)
    run = team.world.run(conversation)
    error = RunError(
        step="act", kind="HelpdeskRefused", message="POST /notes: 400", at=team.world.clock.now()
    )
    team.world.store.save_run(replace(run, state=RunState.FAILED, error=error))
    return f"/runs/{run.id}"


def serious(page: Page) -> list[str]:
    """What axe finds that is serious or critical, with everything folded opened."""
    page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    page.evaluate(AXE)
    found: list[str] = page.evaluate(FIND)
    return found


@pytest.fixture(params=["light", "dark"])
def looking(team: Team, browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    context = browser.new_context(base_url=team.url, color_scheme=request.param)
    page = context.new_page()
    page.goto(team.link())
    yield page
    context.close()


def test_nothing_serious_on_empty_pages(looking: Page) -> None:
    for path in PAGES:
        looking.goto(path)
        assert serious(looking) == [], path


def test_nothing_serious_on_busy_pages(team: Team, looking: Page) -> None:
    paths = [*PAGES, *busy(team), fail_one(team)]
    team.world.store.pause(Pause(by="Eve", at=team.world.clock.now(), reason="a wrong answer"))
    for path in [*paths, "/topics?said=Nothing+was+changed."]:
        looking.goto(path)
        assert serious(looking) == [], path


def with_a_certificate(team: Team) -> str:
    """A topic that earned one and lost it again, and a lead's waiver; gives its page."""
    store, policy, now = team.world.store, team.world.policy, team.world.clock.now()
    judged = [*[Judgement.AS_IS] * 300, Judgement.CHANGED, *[None] * 5]
    keep(store, reviews_until(now, judged, makers(policy)))
    certify(store, policy, now)
    why = "3 of the last 40 replies that went out by themselves went wrong"
    happens(
        store, CertificateEventKind.ALARM, now, why=why, cases=tuple("abcdef" * 2 for _ in "xx")
    )
    until = (now + timedelta(days=20)).date()
    waive(store, policy, Waiver(topic=TOPIC, until=until, by="Ada", reason="peak season", at=now))
    later = reviews_until(now + timedelta(days=5), [Judgement.AS_IS] * 12, makers(policy))
    keep(store, (replace(each, run_id=f"later{number}") for number, each in enumerate(later)))
    team.world.clock.advance(timedelta(days=5))
    return f"/topics/{TOPIC}/certificate"


def test_nothing_serious_on_a_certificate_with_its_history(team: Team, looking: Page) -> None:
    looking.goto(with_a_certificate(team))
    looking.goto(team.link())  # five days later everybody has to sign in again
    for path in (f"/topics/{TOPIC}/certificate", "/topics", "/"):
        looking.goto(path)
        expect(looking.get_by_text("waived by Ada").first).to_be_visible()
        assert serious(looking) == [], path


@pytest.mark.parametrize("width", [390, 1280])
def test_a_certificate_is_no_wider_than_the_screen(team: Team, page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    path = with_a_certificate(team)
    page.goto(team.link())
    page.goto(path)
    page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")

    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_nothing_serious_before_signing_in(team: Team, browser: Browser) -> None:
    context = browser.new_context(base_url=team.url)
    page = context.new_page()
    page.goto("/sign-in")
    found = serious(page)
    team.add_people()
    page.goto("/sign-in?next=/runs")
    found += serious(page)
    context.close()

    assert found == []


@pytest.mark.parametrize("width", [390, 1280])
def test_no_page_is_wider_than_the_screen(team: Team, page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    for path in [*PAGES, *busy(team), fail_one(team)]:
        page.goto(path)
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width, path


# --- broken -------------------------------------------------------------------------------------


def test_while_the_daemon_is_down_the_pages_say_so_and_work(team: Team, page: Page) -> None:
    team.daemon_runs = False
    run = team.waiting()
    page.goto("/")
    expect(page.locator(".light.ill")).to_contain_text("does not run")
    page.goto("/approvals")
    page.get_by_role("button", name="Approve and send").click()

    expect(page.get_by_text(f"Sent: run {run.id[:6]}.")).to_be_visible()


@contextmanager
def locked(team: Team) -> Iterator[None]:
    """Another program has the database for itself."""
    with closing(sqlite3.connect(team.folder / "team.sqlite", isolation_level=None)) as own:
        own.execute("BEGIN EXCLUSIVE")
        yield
        own.execute("ROLLBACK")


def test_while_the_database_is_locked_pages_can_be_read(team: Team, page: Page) -> None:
    team.waiting()
    with locked(team):
        page.goto("/approvals")
        expect(page.locator(".outgoing")).to_be_visible()


def test_an_approval_on_a_locked_database_is_refused_and_sends_nothing(
    team: Team, page: Page
) -> None:
    run = team.waiting()
    page.goto("/approvals")
    with locked(team):
        page.get_by_role("button", name="Approve and send").click(timeout=60_000)
        expect(page.get_by_text("The database does not answer just now")).to_be_visible(
            timeout=60_000
        )

    assert team.replies(run) == []


def test_while_kustomer_is_down_a_draft_is_shown_with_what_is_not_known(
    team: Team, page: Page
) -> None:
    team.waiting()
    team.world.helpdesk.fail(HelpdeskUnavailable("GET /drafts: 503"), on="drafts")
    page.goto("/approvals")

    expect(page.get_by_text("What has changed since is not known")).to_be_visible()
    expect(page.get_by_role("button", name="Approve and send")).to_be_visible()


def test_a_run_that_is_gone_is_told(team: Team, page: Page) -> None:
    answer = page.goto("/runs/ffffffffffff")

    assert answer is not None
    assert answer.status == 404
    expect(page.get_by_text("There is no such run any more.")).to_be_visible()
