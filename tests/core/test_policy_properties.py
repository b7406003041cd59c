"""The laws of the policy, for any rules: see `agent/core/policy.py`."""

from hypothesis import given
from hypothesis import strategies as st

from agent.core.policy import NO_GRANT, Autonomy, Decision, Facts, Kind, Rule, decide
from agent.core.rules import RULES
from tests.core.facts import facts, said

FACTS = facts()
LEVELS = st.sampled_from(Autonomy)


def breaks(_: Facts) -> str | None:
    raise ValueError


def applies(_: Facts) -> str | None:
    return "seen"


def applies_not(_: Facts) -> str | None:
    return None


TESTS = st.sampled_from([applies, applies, applies_not, breaks])
A_GRANT = st.builds(Rule, st.uuids().map(str), st.just(Kind.GRANT), LEVELS, TESTS)
A_LIMIT = st.builds(Rule, st.uuids().map(str), st.just(Kind.LIMIT), LEVELS, TESTS)
RULE_LISTS = st.lists(A_GRANT | A_LIMIT, max_size=6)


def deciding(decision: Decision) -> set[str]:
    """What must be named, worked out from the findings one by one."""
    grants = {f.rule.id: f.level for f in decision.findings if f.applies and is_grant(f.rule)}
    limits = {f.rule.id: f.level for f in decision.findings if f.applies and not is_grant(f.rule)}
    named = {i for i, level in limits.items() if level == decision.autonomy != Autonomy.SEND}
    raised = {i for i, level in grants.items() if level == decision.autonomy}
    highest = max(grants.values(), default=Autonomy.NOTE)
    if decision.autonomy < max(highest, Autonomy.NOTE):
        return named
    return named | (raised or {NO_GRANT})


def is_grant(rule: Rule) -> bool:
    return rule.kind is Kind.GRANT


@given(RULE_LISTS, A_LIMIT)
def test_another_limit_never_allows_more(rules: list[Rule], limit: Rule) -> None:
    assert decide(FACTS, [*rules, limit]).autonomy <= decide(FACTS, rules).autonomy


@given(RULE_LISTS, A_GRANT)
def test_another_grant_never_allows_less(rules: list[Rule], grant: Rule) -> None:
    assert decide(FACTS, [*rules, grant]).autonomy >= decide(FACTS, rules).autonomy


@given(RULE_LISTS, LEVELS)
def test_no_grant_passes_a_limit_that_applies(rules: list[Rule], level: Autonomy) -> None:
    limit = Rule("limit", Kind.LIMIT, level, applies)

    assert decide(FACTS, [*rules, limit]).autonomy <= level


@given(RULE_LISTS, LEVELS)
def test_a_broken_limit_is_never_ignored(rules: list[Rule], level: Autonomy) -> None:
    broken = Rule("broken", Kind.LIMIT, level, breaks)

    assert decide(FACTS, [*rules, broken]).autonomy <= min(level, Autonomy.NOTE)


@given(st.lists(A_LIMIT, max_size=6))
def test_no_grant_means_a_note_at_most(limits: list[Rule]) -> None:
    assert decide(FACTS, limits).autonomy <= Autonomy.NOTE


@given(RULE_LISTS.flatmap(lambda rules: st.tuples(st.just(rules), st.permutations(rules))))
def test_order_does_not_matter(lists: tuple[list[Rule], list[Rule]]) -> None:
    one, other = decide(FACTS, lists[0]), decide(FACTS, lists[1])

    assert (one.autonomy, one.because) == (other.autonomy, other.because)


@given(RULE_LISTS)
def test_duplicates_do_not_matter(rules: list[Rule]) -> None:
    once, twice = decide(FACTS, rules), decide(FACTS, [*rules, *rules])

    assert (once.autonomy, once.because) == (twice.autonomy, twice.because)


@given(RULE_LISTS)
def test_the_named_rules_are_exactly_the_deciding_ones(rules: list[Rule]) -> None:
    decision = decide(FACTS, rules)

    assert decision.because == tuple(sorted(deciding(decision)))


@given(RULE_LISTS)
def test_a_limit_that_is_not_named_could_be_left_out(rules: list[Rule]) -> None:
    decision = decide(FACTS, rules)
    without = [rule for rule in rules if is_grant(rule) or rule.id in decision.because]

    assert decide(FACTS, without).autonomy == decision.autonomy


@given(st.text(max_size=300), st.text(max_size=40), st.text(max_size=60))
def test_no_text_breaks_a_rule(text: str, subject: str, sender: str) -> None:
    message = said(text, subject=subject, sender=sender, headers=((subject, sender),))

    findings = decide(facts(message), RULES).findings

    assert [f.rule.id for f in findings if f.evidence.startswith("rule broke")] == []
