"""A process notices that the policy it has read is no longer what the files say."""

import os
import shutil
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from agent.policy_file.edited import PolicyWatch
from agent.policy_file.starter import starter
from agent.sandbox.server import Sandbox
from agent.settings import load_settings
from agent.wiring import App


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A policy file with one answer."""
    (tmp_path / "replies").mkdir()
    (tmp_path / "replies" / "order-status.en.md").write_text("It is on its way.")
    (tmp_path / "policy.toml").write_text('level = "send"')
    return tmp_path / "policy.toml"


def edit(file: Path) -> None:
    """The same length, but another moment."""
    file.write_text('level = "note"')
    os.utime(file, ns=(1, 1))


EDITS: dict[str, Callable[[Path], object]] = {
    "the file": edit,
    "an answer": lambda f: (f.parent / "replies" / "order-status.en.md").write_text("No."),
    "a further answer": lambda f: (f.parent / "replies" / "order-status.de.md").write_text("Ja."),
    "an answer less": lambda f: (f.parent / "replies" / "order-status.en.md").unlink(),
    "no file": lambda f: f.unlink(),
}


@pytest.mark.parametrize("what", EDITS.values(), ids=list(EDITS))
def test_an_edit_is_noticed(file: Path, what: Callable[[Path], object]) -> None:
    watch = PolicyWatch(file)
    what(file)

    assert watch.is_outdated()
    assert watch.is_outdated()


def test_files_that_nobody_touched_are_not_outdated(file: Path) -> None:
    assert not PolicyWatch(file).is_outdated()


def test_a_file_that_was_only_written_anew_is_not_outdated(file: Path) -> None:
    watch = PolicyWatch(file)
    os.utime(file, ns=(1, 1))

    assert not watch.is_outdated()


def test_a_file_that_is_put_back_is_right_again(file: Path) -> None:
    watch, was = PolicyWatch(file), file.read_text()
    edit(file)
    assert watch.is_outdated()

    file.write_text(was)

    assert not watch.is_outdated()


def test_the_copy_of_an_editor_is_no_edit(file: Path) -> None:
    watch = PolicyWatch(file)
    (file.parent / "replies" / ".order-status.en.md.swp").write_text("It")
    (file.parent / "replies" / "order-status.en.md~").write_text("It")

    assert not watch.is_outdated()


def test_the_policy_that_sidenote_came_with_is_never_outdated() -> None:
    assert not PolicyWatch(None).is_outdated()


def test_an_edit_is_told_once_with_what_to_do(file: Path) -> None:
    watch = PolicyWatch(file)
    edit(file)

    with capture_logs() as lines:
        watch.is_outdated()
        watch.is_outdated()

    assert [line["event"] for line in lines] == ["policy.changed"]
    assert "restart the daemon" in lines[0]["why"]


def test_a_daemon_notices_an_edit_of_the_policy_it_has_read(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    shutil.copytree(starter().parent, tmp_path / "policy")
    file = tmp_path / "policy" / starter().name
    settings = {
        "KUSTOMER_BASE_URL": sandbox.url,
        "KUSTOMER_API_KEY": sandbox.key,
        "SIDENOTE_DATABASE_URL": f"sqlite:///{tmp_path / 'sidenote.sqlite'}",
        "SIDENOTE_POLICY": str(file),
    }
    with closing(App(load_settings(settings))) as app:
        assert app.policy.topics
        with file.open("a") as policy:
            policy.write("\n# edited\n")

        assert app.pipeline.is_outdated()
