"""`sidenote prompts`: the prompt files, their versions and where each was used."""

from collections.abc import Mapping

import click
from rich.table import Table
from rich.text import Text

from agent.cli.demo_place import demo_option
from agent.cli.opened import opened
from agent.cli.terminal import (
    PLAIN_WIDTH,
    moment,
    one_line,
    print_json,
    result_console,
    safe,
    say,
    waiting,
)
from agent.errors import InputError
from agent.prompt_figures import Measured, prompt_figures
from agent.prompt_uses import Use, prompt_uses
from agent.prompts import Prompt, load_prompts


@click.group("prompts", invoke_without_command=True)
@demo_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON for a script.")
@click.pass_context
def command(context: click.Context, *, demo: bool, as_json: bool) -> None:
    """List the prompts: version, purpose, inputs, and the runs that used each version.

    \b
    sidenote prompts
    sidenote prompts show summary
    sidenote prompts --json | jq '.[0].version'

    The version is the hash of the file, so that one word more is another one. Where it was used
    stands in the receipts; the offline engine uses none.
    """
    if context.invoked_subcommand is not None:
        return
    prompts = load_prompts()
    with opened(demo=demo) as app, waiting("Reading receipts …"):
        uses = prompt_uses(app.store)
    if as_json:
        print_json(_json(prompts, uses))
        return
    result_console().print(_table(prompts, uses))
    if not uses:
        say("No run used a prompt yet: receipts name one only where a model answered.")


@command.command("show")
@click.argument("name")
def show(*, name: str) -> None:
    """Print a prompt as it is, with what its inputs stand for.

    \b
    sidenote prompts show summary
    """
    prompts = load_prompts()
    prompt = prompts.get(name)
    if prompt is None:
        raise InputError(f"no prompt {name!r}; there are: {', '.join(prompts)}")
    say(f"{name}  version {prompt.version}")
    say(f"purpose  {prompt.purpose}")
    say(f"inputs   {', '.join(sorted(prompt.inputs))}")
    figures = prompt_figures().get(prompt.version)
    say(f"figures  {figures.words if figures else 'none kept for this version'}")
    say("")
    click.echo(safe(prompt.text))


def _json(prompts: Mapping[str, Prompt], uses: Mapping[str, Use]) -> list[dict[str, object]]:
    known = {prompt.version for prompt in prompts.values()}
    figures = prompt_figures()
    now: list[dict[str, object]] = [
        {
            "name": name,
            "version": prompt.version,
            "purpose": prompt.purpose,
            "inputs": sorted(prompt.inputs),
            "figures": _figures_json(figures.get(prompt.version)),
            "used": _use_json(uses.get(prompt.version)),
        }
        for name, prompt in prompts.items()
    ]
    before: list[dict[str, object]] = [
        {
            "name": None,
            "version": version,
            "purpose": None,
            "inputs": [],
            "figures": _figures_json(figures.get(version)),
            "used": _use_json(use),
        }
        for version, use in uses.items()
        if version not in known
    ]
    return now + before


def _figures_json(figures: Measured | None) -> dict[str, object] | None:
    return None if figures is None else figures.as_json()


def _use_json(use: Use | None) -> dict[str, object]:
    if use is None:
        return {"runs": 0, "first": None, "last": None, "engines": []}
    return {
        "runs": use.runs,
        "first": use.first.isoformat(),
        "last": use.last.isoformat(),
        "engines": list(use.engines),
    }


def _table(prompts: Mapping[str, Prompt], uses: Mapping[str, Use]) -> Table:
    wide = result_console().width
    table = Table(box=None, padding=(0, 2, 0, 0), expand=wide < PLAIN_WIDTH, header_style="dim")
    table.add_column("prompt", no_wrap=True)
    table.add_column("version", no_wrap=True)
    table.add_column("purpose and inputs", ratio=1, overflow="fold")
    table.add_column("runs", justify="right", no_wrap=True)
    table.add_column("first, last")
    for name, prompt in prompts.items():
        inputs = ", ".join(sorted(prompt.inputs))
        purpose = Text.assemble(prompt.purpose, ("\n" + inputs, "dim"))
        _add(table, name, prompt.version, purpose, uses.get(prompt.version))
    known = {prompt.version for prompt in prompts.values()}
    for version, use in uses.items():
        if version not in known:
            _add(table, "earlier", version, Text("not in this installation", style="dim"), use)
    return table


def _add(table: Table, name: str, version: str, purpose: Text, use: Use | None) -> None:
    span = f"{moment(use.first)}\n{moment(use.last)}" if use else "–"
    runs = str(use.runs) if use else "0"
    table.add_row(Text(one_line(name)), Text(one_line(version)), purpose, runs, Text(span))
