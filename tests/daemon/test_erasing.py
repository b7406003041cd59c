"""A hundred customers of a daemon that worked for them, erased: none of their bytes is left."""

import re
from contextlib import closing
from pathlib import Path

from agent.adapters.dbos import forget_conversations
from agent.adapters.store import open_store
from agent.audit import verify
from agent.erasing import conversations_to_erase, erase
from agent.sandbox.plans import parse_plan
from agent.sandbox.server import Sandbox
from tests.core.test_chain import NOON
from tests.processes import Sidenote, environment_of

CUSTOMERS = 100
KEPT = 3  # further ones, whose texts stay
TEXT = re.compile(rb"zq\d{3}(?:lid|ask|name|subject)")


def plant(sandbox: Sandbox) -> None:
    """Conversations whose every text holds a word of its customer's own."""
    plans = [
        {
            "key": f"c{n}",
            "subject": f"About zq{n:03}subject",
            "channel": "email",
            "customer_name": f"Mara zq{n:03}name",
            "messages": [
                {"direction": "in", "text": f"Hello, the zq{n:03}lid of the kettle came cracked."},
                {"direction": "out", "text": "Sorry. I asked the warehouse to look for it."},
                {"direction": "in", "text": f"Thank you. Where is the zq{n:03}ask now, please?"},
            ],
        }
        for n in range(CUSTOMERS + KEPT)
    ]
    sandbox.add([parse_plan(plan, "made up") for plan in plans])


def left_of(folder: Path, customers: range) -> set[bytes]:
    """Words of these customers in any file of the database."""
    found = {word for file in folder.iterdir() for word in TEXT.findall(file.read_bytes())}
    return {word for word in found if int(word[2:5]) in customers}


def test_no_byte_of_a_hundred_erased_customers_remains(sandbox: Sandbox, tmp_path: Path) -> None:
    plant(sandbox)
    url = f"sqlite:///{tmp_path}/database/sidenote.sqlite"
    environment = environment_of(sandbox, url)
    with Sidenote("start", "--once", folder=tmp_path / "out", environment=environment) as daemon:
        assert daemon.ended() == 0
    before = left_of(tmp_path / "database", range(CUSTOMERS))
    customers = [sandbox.world.conversations[c].customer_id for c in sandbox.world.conversations]

    with closing(open_store(url)) as store:
        for customer in customers[:CUSTOMERS]:
            found = conversations_to_erase(store, customer)
            erase(
                store,
                customer,
                found,
                now=NOON,
                by="Ada",
                forget_steps=lambda c: forget_conversations(url, c),
            )
        verified = verify(store)

    assert len(before) >= 2 * CUSTOMERS
    assert left_of(tmp_path / "database", range(CUSTOMERS)) == set()
    assert left_of(tmp_path / "database", range(CUSTOMERS, CUSTOMERS + KEPT))
    assert (verified.problem, verified.removed) == (None, CUSTOMERS)
