"""`sidenote policy`: what a team does with its policy file."""

import click

from agent.cli import ByName

# name -> (module in this folder, one line for --help). The module's `command` is loaded on use.
SUB_COMMANDS = {
    "init": ("policy_init", "Write a commented policy to begin with."),
    "check": ("policy_check", "Say what is wrong with a policy, or what it means."),
    "test": ("policy_test", "Decide scenarios, and compare with what they expect."),
    "diff": ("policy_diff", "Compare two policies, and what each would decide."),
    "schema": ("policy_schema", "Print the JSON schema that editors read."),
}


@click.group("policy", cls=ByName, table=SUB_COMMANDS)
def command() -> None:
    """Begin, check and compare the team's policy. Nothing here talks to Kustomer.

    \b
    sidenote policy init                    a commented policy.toml to begin with
    sidenote policy check policy.toml       every problem by line, or what it means
    sidenote policy check --json            the policy in use, for a script
    sidenote policy test                    does it decide as the scenarios say?
    sidenote policy diff old.toml new.toml  what differs, and which runs would end otherwise
    """
