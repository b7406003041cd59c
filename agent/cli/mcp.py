"""`sidenote mcp`: tools for an assistant that speaks the Model Context Protocol."""

from contextlib import closing

import click

from agent.cli.opened import opened
from agent.cli.terminal import print_json, say
from agent.errors import ConfigError

MISSING = (
    "'sidenote mcp' needs its extra, which is missing or old: pip install 'mcp>=2.3,<3' "
    "in the environment of sidenote"
)


@click.command("mcp")
@click.option("--json", "as_json", is_flag=True, help="Print the tools and their inputs, and end.")
def command(*, as_json: bool) -> None:
    """Serve tools to an assistant over MCP, on stdin and stdout. The assistant starts it.

    \b
    pip install 'mcp>=2.3,<3'               its extra, where sidenote is installed
    sidenote mcp --json | jq -r '.[].name'
    sidenote mcp

    \b
    summarize_conversation  one conversation, as 'sidenote summarize'
    explain_run             why a run ended as it did
    list_runs               what was handled, and how
    propose_note            the note's text; writes it only with a token

    None of them can reach a customer. A note is written only when the assistant asks for it and
    SIDENOTE_MCP_TOKEN holds a token with the scope 'summarize' ('sidenote tokens add').
    """
    try:  # here, because the package is an extra and takes a second to import
        from agent.mcp_server.server import described, make_server, serve  # noqa: PLC0415
    except ImportError as error:
        raise ConfigError(MISSING) from error
    from agent.mcp_wiring import WritingNotes, mcp_tools  # noqa: PLC0415 - no need of it for --help

    with opened() as app, closing(WritingNotes(app)) as writing:
        tools = mcp_tools(app, writing)
        server = make_server(tools, can_write=app.settings.mcp_token is not None)
        if as_json:
            print_json(described(server))
            return
        why_not = writing.why_not()
        say(f"propose_note {f'only gives the text: {why_not}' if why_not else 'may write notes'}.")
        say("Serving MCP on stdin and stdout; the end of stdin ends it.")
        serve(server)
