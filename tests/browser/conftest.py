"""A real browser, and a team whose console it looks at."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.team import Team, served

CHROMIUM = Path("/usr/bin/chromium")  # Debian's; `.ci/run` installs it
PATIENCE = 15_000  # milliseconds for one thing to happen on a page


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if CHROMIUM.exists():
        return
    for item in items:
        if "tests/browser/" in item.path.as_posix():
            item.add_marker(pytest.mark.skip(reason=f"no browser at {CHROMIUM}"))


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture
def team(tmp_path: Path) -> Iterator[Team]:
    """A team whose topics are at draft."""
    with served(Team(tmp_path)) as running:
        yield running


@pytest.fixture
def page(team: Team, browser: Browser) -> Iterator[Page]:
    """A page of whoever started the console."""
    context = browser.new_context(base_url=team.url, viewport={"width": 1280, "height": 900})
    context.set_default_timeout(PATIENCE)
    opened = context.new_page()
    opened.goto(team.link())
    yield opened
    context.close()
