"""`sidenote webhooks`: registers the doorbell once, knows its token, and takes it away again."""

import json

import pytest

from agent.sandbox.server import Sandbox
from tests.cli.typed import Typed

PUBLIC = "http://127.0.0.1:8321"
HOOK = f"{PUBLIC}/hooks/kustomer"


@pytest.fixture
def public(typed: Typed, monkeypatch: pytest.MonkeyPatch) -> Typed:
    """Commands of a team whose doorbell Kustomer can reach."""
    monkeypatch.setenv("SIDENOTE_PUBLIC_URL", PUBLIC)
    return typed


def state(typed: Typed) -> str:
    return str(json.loads(typed("webhooks", "status", "--json").out)["state"])


def urls(sandbox: Sandbox) -> list[str]:
    return [webhook.url for webhook in sandbox.world.webhooks.values()]


def test_without_a_public_address_it_says_what_to_set(typed: Typed) -> None:
    printed = typed("webhooks", "install")

    assert printed.code == 3
    assert "SIDENOTE_PUBLIC_URL" in printed.err


def test_installed_it_rings(public: Typed, sandbox: Sandbox) -> None:
    printed = public("webhooks", "install")

    assert (printed.code, urls(sandbox)) == (0, [HOOK])
    assert f"Kustomer rings at {HOOK}" in printed.out
    assert public("webhooks", "status").code == 0


def test_installed_twice_there_is_one(public: Typed, sandbox: Sandbox) -> None:
    public("webhooks", "install")
    before = dict(sandbox.world.webhooks)

    assert public("webhooks", "install").code == 0
    assert sandbox.world.webhooks == before


def test_not_installed_the_status_says_so_and_fails(public: Typed) -> None:
    printed = public("webhooks", "status", "--json")

    assert (printed.code, json.loads(printed.out)["state"]) == (1, "not installed")


def test_removed_it_rings_no_more_also_twice(public: Typed, sandbox: Sandbox) -> None:
    public("webhooks", "install")

    assert public("webhooks", "remove").code == 0
    assert public("webhooks", "remove").code == 0
    assert (urls(sandbox), state(public)) == ([], "not installed")


def test_one_that_kustomer_switched_off_is_told_and_made_anew(
    public: Typed, sandbox: Sandbox
) -> None:
    public("webhooks", "install")
    (old,) = sandbox.world.webhooks.values()
    old.enabled = False
    switched_off = state(public)

    public("webhooks", "install")

    assert (switched_off, state(public)) == ("switched off", "rings")
    assert old.id not in sandbox.world.webhooks


def test_one_whose_token_is_lost_is_not_made_twice_but_anew_on_demand(
    public: Typed,
    sandbox: Sandbox,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    public("webhooks", "install")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("another")))

    refused = public("webhooks", "install")
    again = public("webhooks", "install", "--again")

    assert refused.code == 2
    assert "--again" in refused.err
    assert (again.code, urls(sandbox)) == (0, [HOOK])


def test_others_webhooks_are_left_alone_and_five_are_the_most(
    public: Typed, sandbox: Sandbox
) -> None:
    public("webhooks", "install")
    (ours,) = sandbox.world.webhooks.values()
    del sandbox.world.webhooks[ours.id]
    for number in range(5):
        other = f"https://other-{number}.example/"
        sandbox.world.webhooks[f"{number:024x}"] = type(ours)(
            id=f"{number:024x}",
            name="Other",
            url=other,
            events=ours.events,
            token="another",
            created_at=ours.created_at,
        )

    full = public("webhooks", "install")
    public("webhooks", "remove")

    assert full.code == 2
    assert "allows 5 webhooks" in full.err
    assert len(sandbox.world.webhooks) == 5


def test_the_token_is_printed_nowhere(public: Typed, sandbox: Sandbox) -> None:
    printed = [public("webhooks", *w) for w in (("install",), ("status", "--json"), ("status",))]
    (webhook,) = sandbox.world.webhooks.values()
    printed += [public("audit", "list", "--json"), public("check")]

    assert all(webhook.token not in each.out + each.err for each in printed)


def test_the_record_tells_who_installed_it(public: Typed) -> None:
    public("webhooks", "install")

    (row,) = json.loads(public("audit", "list", "--kind", "webhook", "--json").out)
    assert (row["said"]["what"], row["said"]["url"]) == ("installed", HOOK)


def test_a_key_without_the_role_says_so(
    public: Typed, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = sandbox.world.make_key(without=["org.permission.outbound_webhook.read"])
    monkeypatch.setenv("KUSTOMER_API_KEY", key)

    printed = public("webhooks", "install")

    assert printed.code == 1
    assert "role" in printed.err
