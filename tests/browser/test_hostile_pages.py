"""Scripts in every field of a conversation: none runs, and nothing leaves the console."""

from dataclasses import replace
from itertools import cycle, islice

from playwright.sync_api import Dialog, Page, Request

from agent.core.conversation import Address, Attachment, Author, AuthorKind, Customer
from agent.ports import Run
from tests.browser.team import A_WHILE, Team

COUNT = 500
MARK = "window.ran=1"
ELSEWHERE = "http://elsewhere.example/x"
FORMS = (
    "<script>{js}</script>",
    "<ScRiPt src={url}></sCrIpT>",
    "<img src=x onerror={js}>",
    '<img src="{url}">',
    "<svg/onload={js}>",
    "<svg><script>{js}</script></svg>",
    "<body onload={js}>",
    "<iframe srcdoc='<script>parent.{js}</script>'></iframe>",
    '<iframe src="javascript:parent.{js}"></iframe>',
    '<a href="javascript:{js}">here</a>',
    '<math><a xlink:href="javascript:{js}">here</a></math>',
    "<details open ontoggle={js}>",
    "<video><source onerror={js}></video>",
    "<input autofocus onfocus={js}>",
    '<link rel=stylesheet href="{url}">',
    '<meta http-equiv="refresh" content="0;url={url}">',
    '<base href="{url}">',
    '<form action="{url}"><button autofocus>x</button></form>',
    '<object data="{url}"></object>',
    '<embed src="{url}">',
    "<style>@import '{url}';</style>",
    '<p style="background:url({url})">',
    "{{{{ cycler.__init__.__globals__.os.popen('{js}') }}}}",
    "{{% include '{url}' %}}",
    "${{{js}}}",
    "<div hx-get='{url}' hx-trigger=load>",
    "<div hx-on:load='{js}' data-hx-on:click='{js}'>",
    "<button data-key=a formaction='{url}'>",
)
# What must be closed before markup counts, wherever the text may stand on a page.
WAYS_OUT = (
    "",
    '"',
    "'",
    '">',
    "'>",
    "</p>",
    "</textarea>",
    "</title>",
    "</script>",
    "</pre>",
    "-->",
    "]]>",
    '" autofocus onfocus={js} x="',
    "\u2028",
    "\x00",
    "&quot;&gt;",
    "%22%3E",
    "\\x3c",
)


def payloads() -> list[str]:
    """As many as COUNT, every one another."""
    every = [(out + form).format(js=MARK, url=ELSEWHERE) for out in WAYS_OUT for form in FORMS]
    return every[:COUNT]


def plant(team: Team, batch: list[str]) -> Run:
    """A question whose every field holds scripts, with a draft that waits or a note."""
    take = cycle(batch)
    subject = " ".join(islice(take, 3))
    conversation_id = team.ask(name=subject, address="m@mail.example")
    helpdesk = team.world.helpdesk
    conversation = helpdesk._conversations[conversation_id]
    helpdesk.change(conversation_id, tags=tuple(batch[:5]))
    customer = Customer(
        id=conversation.customer_id or "",
        name=next(take),
        emails=(Address(value="m@mail.example", verified=True),),
    )
    helpdesk.add_customer(customer)
    for text in batch:
        write(team, conversation_id, f"{text}\nWhere is my order? {text}", by=text)
    team.world.live(A_WHILE)
    return team.world.run(conversation_id)


def write(team: Team, conversation_id: str, text: str, *, by: str) -> None:
    """A message whose author, subject and file are called `by`."""
    helpdesk = team.world.helpdesk
    helpdesk.receive(
        conversation_id,
        text,
        subject=by,
        channel="email",
        attachments=(Attachment(id="a1", name=by),),
    )
    said = helpdesk._messages[conversation_id]
    said[-1] = replace(said[-1], author=Author(kind=AuthorKind.CUSTOMER, name=by))


def test_there_are_five_hundred_payloads() -> None:
    assert len(set(payloads())) == COUNT


def test_no_script_of_a_conversation_runs_and_nothing_leaves_the_console(
    team: Team, page: Page
) -> None:
    every = payloads()
    runs = [plant(team, every[at : at + 25]) for at in range(0, COUNT, 25)]
    drafted = plant_draft(team, every)
    strangers: list[str] = []
    dialogs: list[str] = []

    def note(request: Request) -> None:
        if not request.url.startswith((team.url, "data:")):
            strangers.append(request.url)

    def close(dialog: Dialog) -> None:
        dialogs.append(dialog.message)
        dialog.dismiss()

    page.on("request", note)
    page.on("dialog", close)
    paths = [f"/runs/{run.id}" for run in runs]
    paths += ["/", "/runs", *(f"/approvals/{run.id}" for run in drafted), f"/runs/{drafted[0].id}"]
    paths += [f"/runs?text={every[0]}", f"/topics?said={every[3]}", f"/sign-in?next={every[9]}"]
    for path in paths:
        page.goto(path)
        page.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
        for link in page.locator("main a[href^='javascript']").all():
            link.click()
        assert page.evaluate("window.ran") is None, path
        assert page.url.startswith(team.url), path

    shown = page.goto(f"/runs/{runs[0].id}")
    assert shown is not None
    assert "&lt;script&gt;window.ran=1&lt;/script&gt;" in shown.text()
    assert (strangers, dialogs) == ([], [])


def plant_draft(team: Team, every: list[str]) -> list[Run]:
    """Drafts that wait, of conversations whose names and newer messages are scripts."""
    waiting = []
    for at, text in enumerate(every[:100:10]):
        run = team.waiting(name=text)
        for newer in every[at * 10 : at * 10 + 10]:
            write(team, run.turn.conversation_id, newer, by=newer)
        waiting.append(run)
    return [team.run(run) for run in waiting]
