"""A topic's week in a few numbers."""

from agent.ports import Disposition
from agent.team_port import TopicCount
from agent.topic_figures import TopicFigures, figures_of


def count(disposition: str, *because: str, runs: int = 1, topic: str = "lids") -> TopicCount:
    return TopicCount(topic=topic, disposition=disposition, because=because, runs=runs)


def test_runs_count_by_what_became_of_them() -> None:
    counts = [
        count(Disposition.NOTED, "no-grant", runs=4),
        count(Disposition.DRAFTED, "routine-topic-draft", runs=2),
        count(Disposition.REPLIED, "routine-topic-send", runs=3),
    ]

    assert figures_of("lids", counts) == TopicFigures(notes=4, drafts=2, replies=3)


def test_other_topics_do_not_count() -> None:
    assert figures_of("lids", [count(Disposition.NOTED, topic="pans")]) == TopicFigures()


def test_a_note_where_a_rule_stood_against_a_reply_is_held() -> None:
    counts = [
        count(Disposition.NOTED, "angry", runs=2),
        count(Disposition.NOTED, "angry", "attachment-unread"),
        count(Disposition.NOTED, "attachment-unread"),
    ]

    figures = figures_of("lids", counts)

    assert (figures.notes, figures.held, figures.held_by) == (4, 4, "angry")


def test_a_grant_is_never_named_as_what_held_it() -> None:
    figures = figures_of("lids", [count(Disposition.NOTED, "routine-topic-draft")])

    assert (figures.held, figures.held_by) == (1, "")


def test_what_has_not_ended_counts_nowhere() -> None:
    assert figures_of("lids", [count("")]) == TopicFigures()
