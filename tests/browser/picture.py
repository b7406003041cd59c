"""Takes the README's picture: the console of a running demo.

    python -m tests.browser.picture [--seconds N]

Starts `sidenote demo` with a state folder of its own, signs in with the link that it prints, waits
until its customers have written, and saves the first page as `tests/browser/picture.png`.
"""

import argparse
import os
import re
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import sync_playwright

from tests.browser.conftest import CHROMIUM

PICTURE = Path(__file__).parent / "picture.png"
SECONDS = 75  # until the last of the demo's customers has been answered
LINK = re.compile(r"http://\S+/sign-in\?key=\S+")
SIZE = {"width": 1200, "height": 900}


def link_in(story: Path, demo: "subprocess.Popen[bytes]") -> str:
    """The one-time link, as soon as it is printed."""
    while demo.poll() is None:
        found = LINK.search(story.read_text("utf-8"))
        if found is not None:
            return found[0]
        time.sleep(0.2)
    raise SystemExit(f"the demo ended without a link to its console: {story.read_text('utf-8')}")


def take(link: str, seconds: float) -> None:
    """Save the picture that the page shows after so many seconds."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        page = browser.new_page(viewport=SIZE, color_scheme="light")  # type: ignore[arg-type]
        page.goto(link)
        page.wait_for_timeout(seconds * 1000)
        page.screenshot(path=str(PICTURE))
        browser.close()


def main() -> None:
    """Take it."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=SECONDS, help="how long to wait")
    seconds = parser.parse_args().seconds
    with TemporaryDirectory() as folder:
        story = Path(folder) / "story.txt"
        with story.open("wb") as told:
            demo = subprocess.Popen(
                [sys.executable, "-c", "from agent.cli import main; main()", "demo"],
                env=os.environ | {"XDG_STATE_HOME": folder, "PYTHONUNBUFFERED": "1"},
                stdout=told,
                stderr=told,
            )
        try:
            take(link_in(story, demo), seconds)
        finally:
            demo.terminate()
            demo.wait(timeout=30)
    print(f"{PICTURE}: {PICTURE.stat().st_size // 1024} KB")


if __name__ == "__main__":
    main()
