"""Scenarios: conversations with what the policy must say of them, one a file.

They prove a policy: the shipped ones hold every rule both ways, and a team adds its own.
"""

from agent.scenarios.reading import (
    BasePolicy,
    Scenario,
    ScenarioProblems,
    base_policy,
    read_scenarios,
    scenario_files,
)
from agent.scenarios.running import Tried, never_exercised, tried

__all__ = [
    "BasePolicy",
    "Scenario",
    "ScenarioProblems",
    "Tried",
    "base_policy",
    "never_exercised",
    "read_scenarios",
    "scenario_files",
    "tried",
]
