"""`sidenote eval` measures a folder of data, without keys and without Kustomer."""

import json
from pathlib import Path

import pytest

from agent.evaluation import purposes
from tests.adapters.model.server import MODEL, ModelServer
from tests.cli.typed import Typed
from tests.evaluation.rows import conversation, mail, summarised, written


@pytest.fixture(autouse=True)
def _little(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few hostile runs and few plants."""
    monkeypatch.setattr(purposes, "SOME", 20)
    monkeypatch.setattr(purposes, "MOST_PLANTED", 2)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A small folder."""
    written(tmp_path / "data" / "talks.jsonl", [summarised(number) for number in range(3)])
    written(tmp_path / "data" / "mail.jsonl", [mail(), mail("bounce")])
    return tmp_path / "data"


def test_json_has_a_figure_or_the_words_for_every_purpose(
    typed_without_settings: Typed, data: Path
) -> None:
    printed = typed_without_settings("eval", str(data), "--json")

    figures = json.loads(printed.out)
    assert printed.code == 0
    assert 0 <= figures["notes"]["sentence_f1"] <= 1
    assert figures["notes"]["baselines"]["lead_3"]["sentence_f1"] >= 0
    assert figures["injection"]["wrong"] == 0
    assert figures["masking"] == "not measured"
    assert "model" not in figures["notes"]


def test_the_table_names_each_purpose(typed_without_settings: Typed, data: Path) -> None:
    printed = typed_without_settings("eval", str(data))

    assert "Notes   talks: 3 conversations" in printed.out
    assert "Masking: not measured" in printed.out
    assert "at least 80.0 %" in printed.out
    assert "Statements …" in printed.err


def test_the_page_is_written_beside_the_result(
    typed_without_settings: Typed, data: Path, tmp_path: Path
) -> None:
    page = tmp_path / "figures.html"

    printed = typed_without_settings("eval", str(data), "--html", str(page))

    assert printed.code == 0
    assert f"Written: {page}" in printed.err
    assert "<svg" in page.read_text("utf-8")


def test_no_text_of_the_data_is_on_the_page(
    typed_without_settings: Typed, data: Path, tmp_path: Path
) -> None:
    page = tmp_path / "figures.html"
    typed_without_settings("eval", str(data), "--html", str(page))

    assert "kettle" not in page.read_text("utf-8").lower()


def test_own_conversations_are_enough(typed_without_settings: Typed, tmp_path: Path) -> None:
    file = written(tmp_path / "own.jsonl", [conversation(summary="Can you send a new lid?")])

    figures = json.loads(typed_without_settings("eval", str(file), "--json").out)

    assert figures["notes"]["sentence_f1"] == "not measured"
    assert figures["notes"]["rouge_1"] > 0
    assert figures["tokens"]["per_conversation"] > 0


@pytest.mark.parametrize(
    ("lines", "says"), [("", "nothing to measure with"), ("{", "is no JSON Lines file")]
)
def test_what_cannot_be_read_is_wrong_input(
    typed_without_settings: Typed, tmp_path: Path, lines: str, says: str
) -> None:
    (tmp_path / "x.jsonl").write_text(lines)

    printed = typed_without_settings("eval", str(tmp_path / "x.jsonl"))

    assert (printed.code, printed.out) == (2, "")
    assert says in printed.err


def test_somebody_who_stops_it_gets_what_there_is(
    typed_without_settings: Typed, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(*_: object, **__: object) -> object:
        raise KeyboardInterrupt

    monkeypatch.setattr(purposes, "masking_section", stopped)
    written(data / "pii.jsonl", [{"text": "Hello", "spans": [], "source": "made up"}])

    printed = typed_without_settings("eval", str(data), "--json")

    figures = json.loads(printed.out)
    assert printed.code == 1
    assert figures["notes"]["sentence_f1"] >= 0
    assert figures["masking"] == figures["injection"] == "not measured"
    assert figures["why"]["injection"] == "stopped before"


def test_a_configured_model_is_measured_beside_the_offline_engine(
    typed_without_settings: Typed, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ModelServer("good") as server:
        monkeypatch.setenv("OPENAI_API_KEY", "key")
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        monkeypatch.setenv("SIDENOTE_MODEL", MODEL)

        printed = typed_without_settings("eval", str(data), "--json")

    notes = json.loads(printed.out)["notes"]
    assert len(server.requests) == 3
    assert notes["sample"] == "the model on the first 3 of 3"
    assert set(notes["model"]) >= {"sentence_f1", "words", "rouge_1"}


def test_a_model_that_fails_is_told_and_has_no_figures(
    typed_without_settings: Typed, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ModelServer("error-500") as server:
        monkeypatch.setenv("OPENAI_API_KEY", "key")
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        monkeypatch.setenv("SIDENOTE_MODEL", MODEL)

        printed = typed_without_settings("eval", str(data), "--json")

    notes = json.loads(printed.out)["notes"]
    assert "no usable answer 3 of 3 times" in notes["sample"]
    assert "model" not in notes


def test_certificates_are_simulated_without_data(typed_without_settings: Typed) -> None:
    printed = typed_without_settings("eval", "--certificates", "--streams", "20", "--json")

    figures = json.loads(printed.out)["certificates"]
    assert printed.code == 0
    assert figures["unlocked_at_a_quarter"] == 1
    assert figures["sets"]["labels"]["clean_for_2_percent"] == 181
    assert "False alarms …" in printed.err


@pytest.mark.parametrize("given", [[], ["data", "--certificates"]], ids=["neither", "both"])
def test_a_folder_or_certificates_is_asked_for(
    typed_without_settings: Typed, given: list[str]
) -> None:
    printed = typed_without_settings("eval", *given)

    assert printed.code == 2
    assert "Give either a FOLDER or --certificates." in printed.err
