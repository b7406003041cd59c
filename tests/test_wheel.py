"""An installed wheel works outside the checkout: prompts, policy and fixtures travel in it."""

import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

from tests.processes import Sidenote

CHECKOUT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    pip = (sys.executable, "-m", "pip", "wheel", "--quiet", "--disable-pip-version-check")
    subprocess.run(
        [*pip, "--no-deps", "--no-build-isolation", "--no-index", "-w", folder, CHECKOUT],
        check=True,
        cwd=folder,
    )
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The `bin` of a fresh environment: our code from the wheel, the dependencies from here."""
    folder = tmp_path_factory.mktemp("installed")
    venv.create(folder, symlinks=True)
    site = Path(sysconfig.get_path("purelib", vars={"base": str(folder)}))
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
    dependencies = folder / "dependencies"
    dependencies.mkdir()
    for package in Path(sysconfig.get_path("purelib")).iterdir():
        if "sidenote" not in package.name:  # the editable install would find the checkout
            (dependencies / package.name).symlink_to(package)
    (site / "dependencies.pth").write_text(str(dependencies))
    return folder / "bin"


def sidenote(bin_: Path, folder: Path, *args: str) -> Sidenote:
    command = (str(bin_ / "python"), "-c", "from agent.cli import main; main()")
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "XDG_STATE_HOME": str(folder / "state"),
    }
    return Sidenote(*args, folder=folder / "work", environment=environment, command=command)


def test_the_wheel_holds_what_is_shipped_and_no_tests(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()

    assert "agent/shipped/prompts/summary.md" in names
    assert "agent/shipped/prompts/starter-policy.toml" in names
    assert any(name.startswith("agent/shipped/fixtures/demo/") for name in names)
    assert not [name for name in names if not name.startswith(("agent/", "sidenote-"))]


def test_it_has_the_command(wheel: Path) -> None:
    archive = zipfile.ZipFile(wheel)
    entry_points = next(n for n in archive.namelist() if n.endswith("entry_points.txt"))

    assert "sidenote = agent.cli:main" in archive.read(entry_points).decode()


def test_it_is_our_code_that_runs(installed: Path, tmp_path: Path) -> None:
    where = subprocess.run(
        [installed / "python", "-c", "import agent; print(agent.__file__)"],
        check=True,
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )

    assert Path(where.stdout.strip()).is_relative_to(installed.parent)


def test_it_shows_its_help(installed: Path, tmp_path: Path) -> None:
    with sidenote(installed, tmp_path, "--help") as shown:
        assert shown.ended() == 0
        assert "summarize" in shown.out


def test_the_demo_works_without_keys(installed: Path, tmp_path: Path) -> None:
    with sidenote(installed, tmp_path, "demo", "--once", "--json") as demo:
        printed = demo.printed()

    counts = {name: count for name, count in printed.items() if isinstance(count, int)}
    assert counts["noted"] > 0
    assert counts["failed"] == 0
    assert counts.pop("due") == sum(counts.values())
