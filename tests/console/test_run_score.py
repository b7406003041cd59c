"""What a run's page tells of a reply's score."""

from pathlib import Path

import httpx

from agent.core.score import score_words
from agent.core.team_policy import Level
from tests.browser.team import A_WHILE, Team, served

QUESTION = "Where is my order? I ordered last week and have no tracking number."


def test_it_is_shown_with_what_it_is_made_of(tmp_path: Path) -> None:
    team = Team(tmp_path, level=Level.NOTE)
    with served(team), httpx.Client(base_url=team.url, timeout=30, follow_redirects=True) as client:
        client.get(team.link()).raise_for_status()
        conversation = team.world.conversation(QUESTION, minutes_ago=0)
        team.world.live(A_WHILE)
        run = team.world.run(conversation)
        receipt = team.world.store.receipt(run.id) or {}
        score = receipt["proposed"]["score"]
        parts = [(part["name"], part["value"], part["words"]) for part in score["parts"]]

        page = client.get(f"/runs/{run.id}").text

    assert f"Score {score_words(score['value'], parts)}".replace("'", "&#39;") in page
