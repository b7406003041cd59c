"""Decides scenarios as the pipeline does: cleaned, proposed by the offline engine, two looks."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from agent.core.policy import Autonomy, Decision, Finding, decide
from agent.core.rules import RULES
from agent.ports import Model
from agent.scenarios.building import facts_of, first_look
from agent.scenarios.reading import Scenario


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """A scenario that was decided. `wrong` says each difference in words; empty when it passed."""

    scenario: Scenario
    decision: Decision
    topic: str
    wrong: tuple[str, ...]

    @property
    def applying(self) -> tuple[Finding, ...]:
        """The rules that applied, each with its evidence."""
        return tuple(finding for finding in self.decision.findings if finding.applies)


def tried(scenario: Scenario, offline: Model) -> Tried:
    """Decide one. The customer, drafts and counts are looked at only where a reply is in reach."""
    facts = facts_of(scenario.given, scenario.file.stem, scenario.policy, offline)
    decision = decide(first_look(facts), RULES)
    if decision.autonomy >= Autonomy.DRAFT:
        decision = decide(facts, RULES)
    topic = facts.proposal.topic.name or ""
    wrong = tuple(_differences(scenario, decision, topic))
    return Tried(scenario=scenario, decision=decision, topic=topic, wrong=wrong)


def never_exercised(found: Sequence[Tried]) -> list[str]:
    """The rules that no scenario makes apply, in the order of the table."""
    applied = {finding.rule.id for each in found for finding in each.applying}
    return [rule.id for rule in RULES if rule.id not in applied]


def _differences(scenario: Scenario, decision: Decision, topic: str) -> Iterable[str]:
    expect = scenario.given.expect
    applying = {found.rule.id: found.evidence for found in decision.findings if found.applies}
    autonomy = decision.autonomy.name.lower()
    if (autonomy, sorted(decision.because)) != (expect.autonomy, sorted(set(expect.because))):
        yield (
            f"expected {expect.autonomy} because {', '.join(sorted(expect.because))}; "
            f"got {autonomy} because {', '.join(decision.because)}"
        )
    for name in expect.applies:
        if name not in applying:
            yield f"expected {name} to apply; it does not"
    for name in expect.misses:
        if name in applying:
            yield f"expected {name} not to apply; it does"
    for name, words in expect.evidence.items():
        if applying.get(name) != words:
            yield f"expected {name} to say: {words}; it says: {applying.get(name, 'nothing')}"
    if expect.topic is not None and expect.topic != topic:
        yield f"expected topic {expect.topic or 'none'}; got {topic or 'none'}"
