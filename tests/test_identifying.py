"""Who we are: asked once at the start, and again while Kustomer did not say."""

from pathlib import Path

from agent.sandbox.server import Sandbox
from agent.settings import load_settings
from agent.wiring import App


def app_for(url: str, key: str, folder: Path) -> App:
    return App(
        load_settings(
            {
                "KUSTOMER_BASE_URL": url,
                "KUSTOMER_API_KEY": key,
                "SIDENOTE_DATABASE_URL": f"sqlite:///{folder / 'sidenote.sqlite'}",
            }
        )
    )


def asked(sandbox: Sandbox) -> int:
    return sum(request.path.endswith("/users/current") for request in sandbox.world.requests)


def test_it_is_asked_once(sandbox: Sandbox, tmp_path: Path) -> None:
    app = app_for(sandbox.url, sandbox.key, tmp_path)
    app.identify()
    app.identify()
    app.close()

    assert asked(sandbox) == 1


def test_while_kustomer_does_not_say_it_is_asked_again(sandbox: Sandbox, tmp_path: Path) -> None:
    sandbox.fault("500-before", route="*/users/current", count=1)
    app = app_for(sandbox.url, sandbox.key, tmp_path)
    _ = app.kustomer
    assert asked(sandbox) == 1

    app.identify()
    app.identify()
    app.close()
    assert asked(sandbox) == 2


def test_a_kustomer_that_has_no_such_call_is_not_asked_again(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    sandbox.fault("404", route="*/users/current")
    app = app_for(sandbox.url, sandbox.key, tmp_path)
    app.identify()
    app.identify()
    app.close()

    assert asked(sandbox) == 1
