"""Which modules are changed, and which tests must notice; and the survivors that are explained."""

import tomllib
from pathlib import Path

_SCENARIOS = "tests/test_scenarios.py::test_the_policy_decides_as_the_scenario_says"
_RULES_ALONE = (
    "tests/core/test_rules.py",
    "tests/core/test_rules_second_look.py",
    "tests/core/test_rules_words.py",
)
_RULES = (
    *_RULES_ALONE,
    _SCENARIOS,
    "tests/test_fixtures.py",
)
_MACHINES = ("tests/core/test_automatic.py", *_RULES)
_GATE = (
    "tests/core/test_outbound.py",
    "tests/core/test_outbound_words.py",
    "tests/core/test_outgoing_text.py",
)

_CERTIFICATES = ("tests/core/test_earning.py", "tests/core/test_series.py")

# The quickest tests first: the first that fails ends the trial.
TARGETS: dict[str, tuple[str, ...]] = {
    "agent/core/policy.py": (
        "tests/core/test_policy.py",
        "tests/core/test_rules.py",
        "tests/core/test_rules_second_look.py",
        "tests/core/test_policy_properties.py",
    ),
    "agent/core/limits.py": (
        "tests/core/test_limits.py",
        "tests/core/test_rules_second_look.py",
        "tests/core/test_rules.py",
    ),
    "agent/core/outbound.py": _GATE,
    "agent/core/outgoing_links.py": ("tests/core/test_outgoing_links.py", *_GATE),
    "agent/core/outgoing_marks.py": ("tests/core/test_outgoing_marks.py", *_GATE),
    "agent/core/outgoing_text.py": (*_GATE, "tests/core/test_rules.py"),
    "agent/core/commitments.py": ("tests/core/test_commitments.py", *_GATE),
    "agent/core/disclosure.py": ("tests/core/test_disclosure.py", *_GATE),
    "agent/core/risk.py": (
        *_CERTIFICATES,
        "tests/core/test_alarms.py",
        "tests/core/test_risk.py",
        "tests/core/test_risk_peers.py",
    ),
    "agent/core/series.py": _CERTIFICATES,
    "agent/core/earning.py": (*_CERTIFICATES, "tests/core/test_alarms.py"),
    "agent/core/alarms.py": ("tests/core/test_alarms.py",),
    "agent/core/situation.py": _RULES,
    "agent/core/acquaintance.py": _RULES,
    "agent/core/audience.py": ("tests/core/test_audience.py", *_RULES),
    "agent/core/hours.py": ("tests/core/test_hours.py", *_RULES),
    "agent/core/automatic.py": _MACHINES,
    "agent/core/rules/__init__.py": _RULES_ALONE,
    "agent/core/rules/allowance.py": _RULES_ALONE,
    "agent/core/rules/audience.py": _RULES_ALONE,
    "agent/core/rules/machines.py": (*_RULES_ALONE, "tests/core/test_automatic.py"),
    "agent/core/rules/routine.py": _RULES_ALONE,
    "agent/core/rules/team.py": _RULES_ALONE,
    "agent/core/rules/thread.py": _RULES_ALONE,
    "agent/core/rules/turn.py": _RULES_ALONE,
    "agent/core/rules/words.py": _RULES_ALONE,
}


def explained() -> dict[tuple[str, str], str]:
    """Why each survivor of `survivors.toml` survives, by its module and name."""
    file = Path(__file__).parent / "survivors.toml"
    table = tomllib.loads(file.read_text("utf-8"))
    return {(one["module"], one["mutant"]): one["why"] for one in table.get("survivor", ())}
