"""How findings become a decision, with made-up rules."""

import pytest

from agent.core.policy import Autonomy, Facts, Kind, Rule, decide
from tests.core.facts import facts

FACTS = facts()


def rule(name: str, kind: Kind, level: Autonomy, *, applies: bool = True) -> Rule:
    return Rule(name, kind, level, lambda _: "seen" if applies else None)


def grant(level: Autonomy, name: str = "grant", *, applies: bool = True) -> Rule:
    return rule(name, Kind.GRANT, level, applies=applies)


def limit(level: Autonomy, name: str = "limit", *, applies: bool = True) -> Rule:
    return rule(name, Kind.LIMIT, level, applies=applies)


def breaks(_: Facts) -> str | None:
    raise KeyError("a customer's words")


@pytest.mark.parametrize(
    ("rules", "autonomy", "because"),
    [
        pytest.param([], Autonomy.NOTE, ("no-grant",), id="no rule at all gives a note"),
        pytest.param([grant(Autonomy.SEND)], Autonomy.SEND, ("grant",), id="a grant raises"),
        pytest.param(
            [grant(Autonomy.SEND, applies=False)],
            Autonomy.NOTE,
            ("no-grant",),
            id="a grant that does not apply raises nothing",
        ),
        pytest.param(
            [grant(Autonomy.NOTHING)], Autonomy.NOTE, ("no-grant",), id="a grant never lowers"
        ),
        pytest.param(
            [grant(Autonomy.DRAFT, "low"), grant(Autonomy.SEND, "high")],
            Autonomy.SEND,
            ("high",),
            id="the highest grant counts",
        ),
        pytest.param(
            [grant(Autonomy.SEND), limit(Autonomy.NOTE)],
            Autonomy.NOTE,
            ("limit",),
            id="a limit wins over a grant",
        ),
        pytest.param(
            [grant(Autonomy.SEND), limit(Autonomy.NOTE, applies=False)],
            Autonomy.SEND,
            ("grant",),
            id="a limit that does not apply lowers nothing",
        ),
        pytest.param(
            [limit(Autonomy.DRAFT, "high"), limit(Autonomy.NOTHING, "low")],
            Autonomy.NOTHING,
            ("low",),
            id="the lowest limit counts",
        ),
        pytest.param(
            [limit(Autonomy.NOTE)],
            Autonomy.NOTE,
            ("limit", "no-grant"),
            id="without a grant, a limit at the same level is named beside it",
        ),
        pytest.param(
            [grant(Autonomy.DRAFT), limit(Autonomy.DRAFT)],
            Autonomy.DRAFT,
            ("grant", "limit"),
            id="grant and limit that meet are both named",
        ),
        pytest.param(
            [grant(Autonomy.SEND), limit(Autonomy.SEND)],
            Autonomy.SEND,
            ("grant",),
            id="a limit that lowers nothing is not named",
        ),
    ],
)
def test_grants_raise_limits_lower_and_limits_win(
    rules: list[Rule], autonomy: Autonomy, because: tuple[str, ...]
) -> None:
    decision = decide(FACTS, rules)

    assert (decision.autonomy, decision.because) == (autonomy, because)


def test_a_broken_grant_grants_nothing() -> None:
    broken = Rule("broken", Kind.GRANT, Autonomy.SEND, breaks)

    assert decide(FACTS, [broken]).autonomy is Autonomy.NOTE


def test_a_broken_limit_holds_at_a_note_and_is_named() -> None:
    broken = Rule("broken", Kind.LIMIT, Autonomy.SEND, breaks)

    decision = decide(FACTS, [grant(Autonomy.SEND), broken])

    assert (decision.autonomy, decision.because) == (Autonomy.NOTE, ("broken",))


def test_a_broken_limit_that_ends_a_run_still_ends_it() -> None:
    broken = Rule("broken", Kind.LIMIT, Autonomy.NOTHING, breaks)

    assert decide(FACTS, [broken]).autonomy is Autonomy.NOTHING


def test_a_broken_rule_quotes_nobody() -> None:
    broken = Rule("broken", Kind.LIMIT, Autonomy.NOTE, breaks)

    (finding,) = decide(FACTS, [broken]).findings

    assert finding.evidence == "rule broke: KeyError"


def test_every_rule_has_a_finding_in_the_order_of_the_table() -> None:
    rules = [limit(Autonomy.NOTE, "b"), grant(Autonomy.SEND, "a", applies=False)]

    findings = decide(FACTS, rules).findings

    assert [(f.rule.id, f.applies, f.evidence) for f in findings] == [
        ("b", True, "seen"),
        ("a", False, ""),
    ]


def test_levels_keep_their_order_and_kinds_the_names_that_receipts_store() -> None:
    assert [(level.name, int(level)) for level in Autonomy] == [
        ("NOTHING", 0),
        ("NOTE", 1),
        ("DRAFT", 2),
        ("SEND", 3),
    ]
    assert [str(kind) for kind in Kind] == ["grant", "limit"]


def test_a_limit_with_empty_evidence_applies_all_the_same() -> None:
    silent = Rule("silent", Kind.LIMIT, Autonomy.NOTHING, lambda _: "")

    (finding,) = decide(FACTS, [silent]).findings

    assert (finding.applies, finding.evidence) == (True, "")
