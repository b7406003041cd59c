"""What a support team does all day, by mouse, by keyboard and without scripts."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from agent.ports import Disposition, RunState
from agent.team_port import Verdict
from tests.browser.team import PASSWORD, Team
from tests.waived import waive_topics

READ_AT_LEAST = 900  # milliseconds for which keys that decide are deaf
WORDS = "Dear Mara, it left us this morning."


@pytest.fixture
def without_scripts(team: Team, browser: Browser) -> Iterator[Page]:
    context = browser.new_context(base_url=team.url, java_script_enabled=False)
    page = context.new_page()
    page.goto(team.link())
    yield page
    context.close()


def signed_in(context: BrowserContext, name: str) -> Page:
    page = context.new_page()
    page.goto("/sign-in")
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Now")).to_be_visible()
    return page


def press(page: Page, key: str) -> None:
    """As a person would who has read the page."""
    page.wait_for_timeout(READ_AT_LEAST)
    page.keyboard.press(key)


def test_a_draft_is_approved_by_mouse(team: Team, page: Page) -> None:
    run = team.waiting()
    page.get_by_role("link", name="Approvals").click()
    expect(page.locator(".outgoing")).to_contain_text("My orders")
    page.get_by_role("button", name="Approve and send").click()

    expect(page.get_by_text(f"Sent: run {run.id[:6]}.")).to_be_visible()
    assert len(team.replies(run)) == 1
    assert team.run(run).disposition is Disposition.REPLIED


def test_drafts_are_approved_one_after_the_other_by_keyboard(team: Team, page: Page) -> None:
    first, second = team.waiting(), team.waiting("Hello, where is my parcel? Order 40-2291.")
    page.goto("/approvals")
    press(page, "a")
    expect(page.get_by_text(f"Sent: run {first.id[:6]}.")).to_be_visible()
    press(page, "a")
    expect(page.get_by_text("No draft waits for a teammate.")).to_be_visible()

    assert [len(team.replies(run)) for run in (first, second)] == [1, 1]


def test_a_key_pressed_twice_does_not_decide_about_an_unread_draft(team: Team, page: Page) -> None:
    first, second = team.waiting(), team.waiting("Hello, where is my parcel? Order 40-2291.")
    page.goto("/approvals")
    press(page, "a")
    expect(page.get_by_text(f"Sent: run {first.id[:6]}.")).to_be_visible()
    page.keyboard.press("a")
    page.wait_for_timeout(300)

    assert team.replies(second) == []


def test_j_and_k_go_through_the_drafts(team: Team, page: Page) -> None:
    first, second = team.waiting(), team.waiting("Hello, where is my parcel? Order 40-2291.")
    page.goto(f"/approvals/{first.id}")
    press(page, "j")
    expect(page).to_have_url(re.compile(second.id))
    press(page, "k")
    expect(page).to_have_url(re.compile(first.id))
    press(page, "ArrowRight")
    expect(page).to_have_url(re.compile(second.id))


def test_a_teammates_own_words_are_sent_by_keyboard(team: Team, page: Page) -> None:
    run = team.waiting()
    page.goto("/approvals")
    press(page, "e")
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type(WORDS)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_text(f"Sent: run {run.id[:6]}.")).to_be_visible()

    assert team.replies(run) == [WORDS]


def test_words_that_cannot_be_sent_are_not_lost(team: Team, page: Page) -> None:
    run = team.waiting()
    page.goto("/approvals")
    page.get_by_text("Edit", exact=False).first.click()
    page.get_by_label("Your words").fill("Reply\u202e of mine")
    page.get_by_role("button", name="Send my words").click()

    expect(page.get_by_role("alert")).to_contain_text("hide or reorder text")
    expect(page.get_by_label("Your words")).to_have_value("Reply\u202e of mine")
    assert team.replies(run) == []


def test_a_draft_is_rejected_with_a_reason_by_keyboard(team: Team, page: Page) -> None:
    run = team.waiting()
    page.goto("/approvals")
    press(page, "r")
    page.keyboard.type("she called already")
    page.keyboard.press("Enter")
    expect(page.get_by_text(f"Withdrawn: run {run.id[:6]}.")).to_be_visible()

    kept = team.world.store.approval(run.id)
    assert kept is not None
    assert (kept.verdict, kept.reason) == (Verdict.REJECTED, "she called already")
    assert team.replies(run) == []


def test_letters_typed_into_a_field_decide_nothing(team: Team, page: Page) -> None:
    run = team.waiting()
    page.goto("/approvals")
    press(page, "r")
    page.keyboard.type("a aaa")

    expect(page.get_by_label("Why")).to_have_value("a aaa")
    assert team.run(run).state is RunState.AWAITING_APPROVAL


def test_keys_that_are_switched_off_decide_nothing(team: Team, page: Page) -> None:
    run = team.waiting()
    page.goto("/approvals")
    page.get_by_label("on", exact=True).uncheck()
    page.reload()
    press(page, "a")
    page.wait_for_timeout(300)
    assert team.replies(run) == []

    page.get_by_label("on", exact=True).check()
    press(page, "a")
    expect(page.get_by_text(f"Sent: run {run.id[:6]}.")).to_be_visible()


def test_a_conversation_that_moved_on_cannot_be_approved(team: Team, page: Page) -> None:
    run = team.waiting()
    team.world.helpdesk.receive(run.turn.conversation_id, "Never mind, it came!")
    page.goto("/approvals")

    expect(page.get_by_role("alert")).to_contain_text("the customer wrote again")
    expect(page.locator(".message.new")).to_contain_text("Never mind, it came!")
    expect(page.get_by_role("button", name="Approve and send")).to_have_count(0)


def test_one_that_moves_on_while_it_is_read_is_not_sent(team: Team, page: Page) -> None:
    run = team.waiting()
    page.goto("/approvals")
    team.world.helpdesk.receive(run.turn.conversation_id, "Never mind, it came!")
    page.get_by_role("button", name="Approve and send").click()

    expect(page.get_by_text("the customer wrote again")).to_be_visible()
    assert team.replies(run) == []


def test_a_page_of_half_an_hour_ago_approves_nothing(team: Team, page: Page) -> None:
    run = team.waiting()
    page.goto("/approvals")
    team.world.clock.advance(timedelta(minutes=31))
    page.get_by_role("button", name="Approve and send").click()

    expect(page.get_by_text("more than 30 minutes ago")).to_be_visible()
    assert team.replies(run) == []


def test_a_draft_that_somebody_changed_in_kustomer_is_not_approved(team: Team, page: Page) -> None:
    run = team.waiting()
    page.goto("/approvals")
    page.evaluate("document.querySelector('[name=binds]').value = '0'.repeat(64)")
    page.get_by_role("button", name="Approve and send").click()

    expect(page.get_by_text("another than the one that was shown")).to_be_visible()
    assert team.replies(run) == []


def test_two_people_who_approve_at_once_send_one_message(team: Team, browser: Browser) -> None:
    team.add_people()
    run = team.waiting()
    contexts = [browser.new_context(base_url=team.url) for _ in range(2)]
    pages = [
        signed_in(context, name) for context, name in zip(contexts, ("ada", "ben"), strict=True)
    ]
    for page in pages:
        page.goto("/approvals")
    for page in pages:  # neither waits for the other's answer
        page.evaluate("setTimeout(() => document.querySelector('[data-key=a]').click(), 50)")
    for page in pages:
        expect(page.locator(".banner.said")).to_be_visible()
    for context in contexts:
        context.close()

    assert len(team.replies(run)) == 1
    assert team.run(run).disposition is Disposition.REPLIED


def test_everything_works_without_scripts(team: Team, without_scripts: Page) -> None:
    page, first = without_scripts, team.waiting()
    second = team.waiting("Hello, where is my parcel? Order 40-2291.")
    page.goto("/approvals")
    page.get_by_role("link", name="Next").click()
    expect(page).to_have_url(re.compile(second.id))
    page.get_by_role("button", name="Approve and send").click()
    expect(page.get_by_text(f"Sent: run {second.id[:6]}.")).to_be_visible()
    page.locator("summary", has_text="Edit").click()
    page.get_by_label("Your words").fill(WORDS)
    page.get_by_role("button", name="Send my words").click()

    expect(page.get_by_text(f"Sent: run {first.id[:6]}.")).to_be_visible()
    assert team.replies(first) == [WORDS]


def test_a_lead_raises_a_topic_and_lowers_it_again(team: Team, page: Page) -> None:
    waive_topics(team.world.store, ["order-status"], team.world.clock.now())
    page.get_by_role("link", name="Topics").click()
    card = page.locator("#order-status")
    card.get_by_text("Raise to send").click()
    card.get_by_label("Why").first.fill("38 of 40 went as they were")
    card.get_by_label("no teammate looks first").check()
    card.get_by_role("button", name="Raise order-status to send").click()
    expect(page.get_by_text("order-status: draft → send, in force now.")).to_be_visible()
    expect(card.locator(".ladder .here")).to_have_text("send")

    card.locator("summary", has_text="Lower").click()
    card.locator("select").select_option("note")
    card.get_by_label("Why").last.fill("the shop has moved")
    card.get_by_role("button", name="Lower order-status now").click()
    expect(card.locator(".ladder .here")).to_have_text("note")

    changes = [(c.was, c.level, c.by, c.why) for c in team.world.store.level_changes()]
    assert changes == [
        ("draft", "send", "this machine", "38 of 40 went as they were"),
        ("send", "note", "this machine", "the shop has moved"),
    ]


def test_a_teammate_sees_topics_and_changes_none(team: Team, browser: Browser) -> None:
    team.add_people()
    context = browser.new_context(base_url=team.url)
    page = signed_in(context, "ben")
    page.goto("/topics")
    expect(page.get_by_text("A lead raises and lowers topics.")).to_be_visible()
    answer = page.request.post(
        "/topics/order-status/raise",
        form={"to": "send", "sure": "yes", "why": "x"},
        headers={"Sec-Fetch-Site": "same-origin"},
    )
    context.close()

    assert answer.status == 403
    assert team.world.store.level_changes() == ()


def test_a_viewer_sees_a_draft_and_decides_nothing(team: Team, browser: Browser) -> None:
    team.add_people()
    run = team.waiting()
    context = browser.new_context(base_url=team.url)
    page = signed_in(context, "vic")
    page.goto("/approvals")
    expect(page.locator(".outgoing")).to_be_visible()
    expect(page.get_by_role("button", name="Approve and send")).to_have_count(0)
    press(page, "a")
    context.close()

    assert team.replies(run) == []


def test_a_sent_reply_is_told_to_be_wrong_from_its_run(team: Team, page: Page) -> None:
    run = team.waiting()
    page.goto("/approvals")
    page.get_by_role("button", name="Approve and send").click()
    page.goto(f"/runs/{run.id}")
    page.get_by_text("This was wrong").click()
    page.get_by_label("What was wrong").fill("she asked for something else")
    page.get_by_role("button", name="Keep that it was wrong").click()

    expect(page.get_by_text("wrong by this machine")).to_be_visible()
    kept = team.world.store.approval(run.id)
    assert kept is not None
    assert (kept.verdict, kept.reason) == (Verdict.WRONG, "she asked for something else")


def test_a_statement_points_at_its_message(team: Team, page: Page) -> None:
    conversation = team.world.conversation(minutes_ago=0)
    team.world.live(timedelta(minutes=3))
    page.goto(f"/runs/{team.world.run(conversation).id}")
    link = page.locator(".statements .ref").first
    number = link.inner_text()
    link.hover()

    expect(page.locator(f"#m{number}")).to_have_class(re.compile("cited"))


def test_a_pause_holds_an_approval_and_says_so(team: Team, page: Page) -> None:
    run = team.waiting()
    page.goto("/approvals")
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_text("Paused by this machine")).to_be_visible()
    page.get_by_role("button", name="Approve and send").click()
    expect(page.get_by_text("Not sent yet")).to_be_visible()
    assert team.replies(run) == []

    page.get_by_role("button", name="Resume").click()
    team.world.live(timedelta(minutes=2))
    assert len(team.replies(run)) == 1


def test_a_new_draft_appears_in_the_list_by_itself(team: Team, page: Page) -> None:
    team.waiting()
    page.goto("/approvals")
    expect(page.get_by_text("1 waiting")).to_be_visible()
    team.waiting("Hello, where is my parcel? Order 40-2291.")

    expect(page.get_by_text("2 waiting")).to_be_visible()
