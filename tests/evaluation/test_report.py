"""What is measured is told as JSON, as a page, and never as more than it is."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from agent.adapters.model.offline import OfflineEngine
from agent.core.proposal import Proposal
from agent.core.team_policy import TeamPolicy
from agent.core.transcript import Transcript
from agent.evaluation import purposes
from agent.evaluation.data import read_data
from agent.evaluation.figures import (
    MODEL,
    Beside,
    Figure,
    NotMeasured,
    Section,
    Unit,
    Wanted,
    as_json,
)
from agent.evaluation.figures import (
    written as shown,
)
from agent.evaluation.injection import injection_section
from agent.evaluation.page import page
from agent.evaluation.purposes import Measuring, in_order, measured, steps
from agent.evaluation.statements import statements_section
from agent.evaluation.watch import Watch
from tests.evaluation.rows import conversation, question, summarised, written

NOON = datetime(2026, 11, 5, 12, 0, tzinfo=UTC)
RECALL = Figure(
    key="recall",
    name="of cards, covered",
    means="What is missed leaves.",
    value=0.9,
    wanted=Wanted(value=0.96),
    beside=(
        Beside(key="plain", name="plain patterns", value=0.5),
        Beside(key=MODEL, name="the configured model", value=0.7),
    ),
)
MASKING = Section(key="masking", title="Masking", means="Covered?", figures=(RECALL,), data="pii")


class StandIn:
    """A configured model whose server does not answer."""

    name = "remote-1"

    def propose(self, transcript: Transcript, policy: TeamPolicy) -> Proposal:
        given = OfflineEngine().propose(transcript, policy)
        return Proposal(statements=given.statements, engine="offline", stood_in="no answer in 60 s")


def measuring(folder: Path, **changes: object) -> Measuring:
    given: dict[str, object] = {
        "data": read_data(folder),
        "offline": OfflineEngine(),
        "render": lambda transcript: ("fixed", "".join(line.text for line in transcript.lines)),
        "shipped": (conversation(),),
        **changes,
    }
    return Measuring(**given)  # type: ignore[arg-type]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Four conversations, and few hostile runs."""
    monkeypatch.setattr(purposes, "SOME", 20)
    written(tmp_path / "talks.jsonl", [summarised(number) for number in range(4)])
    return tmp_path


# --- figures --------------------------------------------------------------------------------------


def test_json_is_nested_by_purpose() -> None:
    parts = (MASKING, NotMeasured(key="topics", title="Topics", why="no data"))

    assert as_json(parts) == {
        "masking": {
            "recall": 0.9,
            "wanted": {"recall": {"at_least": 0.96}},
            "baselines": {"plain": {"recall": 0.5}},
            "model": {"recall": 0.7},
            "measured_on": "pii",
            "sample": "all",
        },
        "topics": "not measured",
        "why": {"topics": "no data"},
    }


def test_a_figure_that_the_data_does_not_tell_is_not_measured() -> None:
    empty = Figure(key="f1", name="f1", means="…")
    section = Section(key="notes", title="Notes", means="…", figures=(empty,))

    notes = as_json((section,))["notes"]

    assert isinstance(notes, dict)
    assert notes["f1"] == "not measured"


def test_a_further_set_of_a_purpose_lies_under_the_first() -> None:
    further = Section(key="masking mails", title="Masking: mails", means="…", figures=(RECALL,))

    first = as_json((MASKING, further))["masking"]

    assert isinstance(first, dict)
    assert first["sets"]["mails"]["recall"] == 0.9


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0.8219, Unit.SHARE, "82.2 %"),
        (1, Unit.SHARE, "100.0 %"),
        (0.9999, Unit.SHARE, "99.99 %"),
        (0.0004, Unit.SHARE, "0.04 %"),
        (0, Unit.SHARE, "0.0 %"),
        (20_000, Unit.COUNT, "20,000"),
        (1.143, Unit.NUMBER, "1.14"),
        (59.04, Unit.NUMBER, "59.0"),
        (None, Unit.SHARE, "not measured"),
    ],
)
def test_a_share_is_never_rounded_to_all_or_nothing(
    value: float | None, unit: Unit, text: str
) -> None:
    assert shown(value, unit) == text


def test_a_target_is_kept_from_its_bound_on() -> None:
    assert Wanted(value=0.8).holds(0.8)
    assert not Wanted(value=0.8).holds(0.79)
    assert Wanted(value=2, at_least=False).holds(2)
    assert not Wanted(value=2, at_least=False).holds(3)


# --- all purposes ---------------------------------------------------------------------------------


def test_every_purpose_is_measured_or_says_what_it_lacks(folder: Path) -> None:
    found = dict(measured(measuring(folder), lambda title: Watch()))

    assert set(found) == {key for key, _, _ in steps()}
    parts = {part.key: part for part in in_order(found, otherwise="")}
    assert isinstance(parts["notes"], Section)
    assert isinstance(parts["statements"], Section)
    assert isinstance(parts["tokens"], Section)
    assert isinstance(parts["masking"], NotMeasured)
    assert "`spans`" in parts["masking"].why


def test_without_time_nothing_is_half_measured(folder: Path) -> None:
    found = dict(measured(measuring(folder), lambda title: Watch(seconds_left=lambda: 0.0)))

    parts = in_order(found, otherwise="")
    assert all(isinstance(part, NotMeasured) for part in parts)


def test_what_was_stopped_before_says_so() -> None:
    parts = in_order({"masking": (MASKING,)}, otherwise="stopped before")

    assert [part.key for part in parts] == [key for key, _, _ in steps()]
    assert [p.why for p in parts if isinstance(p, NotMeasured)] == ["stopped before"] * (
        len(parts) - 1
    )


def test_the_same_data_gives_the_same_figures(folder: Path) -> None:
    def once() -> object:
        return as_json(in_order(dict(measured(measuring(folder), lambda t: Watch())), otherwise=""))

    assert once() == once()


def test_a_model_that_never_answered_has_no_figures(folder: Path) -> None:
    found = dict(measured(measuring(folder, model=StandIn()), lambda title: Watch()))

    (notes,) = found["notes"]
    assert isinstance(notes, Section)
    assert {one.key for figure in notes.figures for one in figure.beside} & {MODEL} == set()
    assert "no usable answer 4 of 4 times (no answer in 60 s)" in notes.sample


def test_a_model_is_measured_beside_the_offline_engine(folder: Path) -> None:
    found = dict(measured(measuring(folder, model=OfflineEngine()), lambda title: Watch()))

    (notes,) = found["notes"]
    assert isinstance(notes, Section)
    models = {f.key: o.value for f in notes.figures for o in f.beside if o.key == MODEL}
    assert models == {f.key: f.value for f in notes.figures}


def test_a_large_set_of_topics_is_left_to_the_thorough_run(folder: Path, tmp_path: Path) -> None:
    many = [question(f"where is parcel {n}", "status", part="train") for n in range(3_001)]
    written(tmp_path / "t.jsonl", [*many, question("where is it", "status", part="test")])

    (part,) = dict(measured(measuring(tmp_path), lambda title: Watch()))["topics"]

    assert isinstance(part, NotMeasured)
    assert "--thorough" in part.why


def test_a_part_of_the_conversations_says_how_many() -> None:
    rows = [summarised(number) for number in range(10)]

    assert statements_section(rows, (), Watch(), most=4, data="x").sample == "4 of 10 conversations"
    assert statements_section(rows, (), Watch(), most=10, data="x").sample == ""


def test_runs_that_were_cut_short_are_counted_as_they_were() -> None:
    left = iter([1.0] * 5 + [0.0])

    section = injection_section((), 50, Watch(seconds_left=lambda: next(left)))

    assert {figure.key: figure.value for figure in section.figures}["runs"] == 5
    assert section.sample == "5 of 20,000 runs"


# --- the page -------------------------------------------------------------------------------------


def test_the_page_stands_alone_and_runs_nothing() -> None:
    text = page((MASKING,), about="data", at=NOON)

    assert not re.search(r"<script|https?:|@import|url\(|<link|\son\w+=", text)
    assert "5 November 2026, 12:00 UTC" in text


def test_the_page_shows_ours_the_target_and_what_is_beside() -> None:
    text = page((MASKING,), about="data", at=NOON)

    assert "0 of 1 targets kept" in text
    for words in ("90.0 %", "96.0 %", "50.0 %", "70.0 %", "What is missed leaves."):
        assert words in text
    assert 'class="aim" x1="96.00"' in text
    assert 'class="ours" width="90.00"' in text


def test_the_page_says_what_was_not_measured() -> None:
    text = page((NotMeasured(key="t", title="Topics", why="no data"),), about="x", at=NOON)

    assert "<b>Topics</b>: no data" in text


def test_names_of_folders_are_text_on_the_page() -> None:
    assert "<b>x" not in page((MASKING,), about="<b>x</b>", at=NOON)
