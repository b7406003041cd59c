"""A file of labels: what may stand in it, and that a wrong line stops all of it."""

from datetime import UTC, datetime

import pytest

from agent.core.labels import Judgement, Label, MadeBy, Proposed, Source
from agent.core.makers import ELSEWHERE
from agent.core.team_policy import TeamPolicy, Topic
from agent.errors import InputError
from agent.label_files import Reader
from tests.labelled import MAKERS

NOW = datetime(2026, 11, 5, 12, tzinfo=UTC)
TOPIC = Topic(name="order-status", description="Where it is", answers={"en": "It left us."})
HEADER = "topic,channel,question,score,judgement,by,at"
LINE = "order-status,email,Q-1,0.83,as-is,Ada,2026-10-02T09:30:00+02:00"


def makers(topic: str, channel: str) -> MadeBy:
    assert (topic, channel) == ("order-status", "email")
    return MAKERS


def read(text: str) -> tuple[Proposed, ...]:
    return Reader(policy=TeamPolicy(topics=(TOPIC,)), makers=makers, now=NOW).read(text)


def the_row(text: str) -> Proposed:
    (row,) = read(text)
    return row


def refused(text: str) -> str:
    with pytest.raises(InputError) as caught:
        read(text)
    return str(caught.value)


def with_line(**cells: str) -> str:
    """The file with a second line that differs in these cells."""
    names = [*HEADER.split(","), *(name for name in cells if name not in HEADER.split(","))]
    second = dict(zip(HEADER.split(","), LINE.split(","), strict=True)) | {"question": "Q-2"}
    first = [*LINE.split(","), *[""] * (len(names) - 7)]
    second |= cells
    return "\n".join([",".join(names), ",".join(first), ",".join(second[n] for n in names)])


def test_a_line_becomes_a_labelled_proposal() -> None:
    at = datetime(2026, 10, 2, 7, 30, tzinfo=UTC)
    row = the_row(f"{HEADER}\n{LINE}\n")

    assert row == Proposed(
        run_id="import:606dabec7d04fff6ada5",
        conversation_id="",
        message_id="Q-1",
        topic="order-status",
        channel="email",
        language="en",
        score=0.83,
        familiarity=0.83,
        at=at,
        made_by=ELSEWHERE,
        label=Label(judgement=Judgement.AS_IS, source=Source.IMPORTED, by="Ada", at=NOW),
    )


def test_a_label_is_as_new_as_its_import_whatever_the_dates_of_the_file() -> None:
    rows = read(with_line(at="2024-01-31"))

    assert [row.label.at for row in rows if row.label] == [NOW, NOW]
    assert rows[1].at == datetime(2024, 1, 31, tzinfo=UTC)


def test_further_columns_are_kept() -> None:
    header = f"{HEADER},made_by,language,familiarity,conversation,reason"
    row = the_row(f'{header}\n{LINE},Current,EN,0.5,c9,"late, but right"')

    label = row.label
    assert label is not None
    assert (row.made_by, row.language, row.familiarity) == (MAKERS, "en", 0.5)
    assert (row.conversation_id, label.reason) == ("c9", "late, but right")


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(f"\ufeff{HEADER}\r\n{LINE}\r\n", id="as a spreadsheet saves it"),
        pytest.param(f"{HEADER}\n{LINE}".replace(",", ";"), id="semicolons"),
        pytest.param(f"{HEADER}\n\n,,,,,,\n{LINE}", id="empty lines"),
        pytest.param(
            "By,Topic,At,Score,Judgement,Channel,Question\n"
            "Ada,order-status,2026-10-02T07:30:00Z,0.83,As is,Email,Q-1",
            id="other order and letters",
        ),
    ],
)
def test_it_reads_the_same(text: str) -> None:
    assert read(text) == read(f"{HEADER}\n{LINE}")


def test_the_same_question_has_the_same_id_whatever_was_said_of_it() -> None:
    other = LINE.replace("as-is", "wrong").replace("0.83", "0.5")

    assert the_row(f"{HEADER}\n{LINE}").run_id == the_row(f"{HEADER}\n{other}").run_id


def test_another_question_channel_or_topic_is_another_row() -> None:
    assert len({row.run_id for row in read(with_line())}) == 2
    assert len({row.run_id for row in read(with_line(question="Q-1", channel="chat"))}) == 2


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ({"topic": "returns"}, "the policy has no topic 'returns'"),
        ({"topic": ""}, "topic is empty"),
        ({"channel": "e mail"}, "channel 'e mail' is no channel"),
        ({"question": ""}, "question is empty"),
        ({"question": "Q-1"}, "the same question as line 2"),
        ({"score": "0,83"}, "has 8 cells, the first line 7"),
        ({"score": "83%"}, "score '83%' is no number from 0 to 1"),
        ({"score": "1.01"}, "score '1.01' is no number"),
        ({"score": "nan"}, "score 'nan' is no number"),
        ({"judgement": "fine"}, "judgement 'fine' is none of as-is, edited"),
        ({"judgement": "doubtful"}, "judgement 'doubtful' is none of as-is, edited"),
        ({"by": " "}, "by is empty"),
        ({"at": "yesterday"}, "at 'yesterday' is no time"),
        ({"at": "2026-11-05T12:00:01Z"}, "at '2026-11-05T12:00:01Z' lies in the future"),
        ({"made_by": "gpt"}, "made_by is current or empty"),
        (
            {"made_by": "current", "language": "fr"},
            "order-status has no approved answer in language 'fr'",
        ),
        ({"familiarity": "-0.1"}, "familiarity '-0.1' is no number"),
    ],
)
def test_a_line_that_is_not_right_is_named_and_nothing_is_read(
    cells: dict[str, str], words: str
) -> None:
    told = refused(with_line(**cells))

    assert told.startswith("nothing was imported:")
    assert f"line 3: {words}" in told


def test_a_line_is_named_as_an_editor_counts_them() -> None:
    header = f"{HEADER},reason"
    text = f'{header}\n{LINE},"one\ntwo"\n{LINE.replace("Q-1", "Q-2").replace("as-is", "ok")},\n'

    assert "line 4: judgement 'ok'" in refused(text)


def test_the_first_problems_are_told_and_the_rest_counted() -> None:
    told = refused("\n".join([HEADER, *[LINE.replace("as-is", "ok")] * 13]))

    assert told.count("line ") == 10
    assert told.endswith("and 3 more")


@pytest.mark.parametrize(
    ("header", "words"),
    [
        (HEADER.replace(",score", ""), "it lacks score"),
        (f"{HEADER},colour", "it also has 'colour'"),
        (f"{HEADER},by", "each once"),
        ("", "it lacks topic, channel"),
    ],
)
def test_a_first_line_that_does_not_name_the_columns_is_refused(header: str, words: str) -> None:
    assert words in refused(f"{header}\n{LINE}")


def test_a_cell_beyond_all_reason_is_refused() -> None:
    assert "line 2" in refused(f"{HEADER},reason\n{LINE},{'x' * 200_000}")
