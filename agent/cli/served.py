"""The console beside a daemon: begun and told of, or a warning why there is none."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

from agent.errors import AgentError, ConfigError, InputError
from agent.log import logger
from agent.wiring import App

FREE_PORT = 0


@contextmanager
def console_beside(
    app: App, tell: Callable[[str], None], *, is_demo: bool = False, as_json: bool = False
) -> Iterator[None]:
    """Serve the console while the block runs. Without it the daemon goes on all the same.

    In a demo a busy port is not worth a word: another one is taken. As JSON the one-time link is
    not told, because logs are kept; `sidenote console --link` prints one.

    Raises:
        ConfigError: others could reach it, and there are no accounts.
    """
    with ExitStack() as stack:
        address = app.settings.console
        if address is not None:
            _begin(app, address, stack, tell, is_demo=is_demo, as_json=as_json)
        yield


def _begin(
    app: App,
    address: str,
    stack: ExitStack,
    tell: Callable[[str], None],
    *,
    is_demo: bool,
    as_json: bool,
) -> None:
    # Here, because its libraries take 0.5 s to import, and --help needs none of them.
    from agent.console_wiring import served_console  # noqa: PLC0415

    tries = [address, f"{address.rpartition(':')[0]}:{FREE_PORT}"] if is_demo else [address]
    trouble: AgentError | None = None
    for each in tries:
        try:
            served = stack.enter_context(served_console(app, each, is_demo=is_demo))
        except ConfigError:
            raise
        except (InputError, AgentError) as error:
            trouble = error
            continue
        if as_json:
            logger().info("console.started", url=served.url)
        else:
            tell(told(served.url, served.link))
        return
    if as_json:
        logger().warning("console.not-started", why=str(trouble))
    else:
        tell(f"No console: {trouble}")


def told(url: str, link: str) -> str:
    """Where the console is, for a person."""
    if not link:
        return f"The console: {url}"
    # On a line of its own, which 80 columns hold whole.
    return f"The console; this link signs in once, within 15 minutes:\n{link}"
