"""Who writes in the story: customers with their questions, teammates with their answers."""

from collections.abc import Iterator
from itertools import count, product

ADA, BEN = "Ada Lind", "Ben Okafor"  # the lead, and a teammate
TOPIC = "return-label"
_THINGS = ("pan", "kettle", "lamp", "teapot", "bread knife", "stool", "apron", "rug", "clock")
_QUESTIONS = (
    "Can you send me a return label for the {thing}?",
    "How do I return the {thing}? I need a return label.",
    "I'd like to send the {thing} back, where do I get the label?",
    "My return label for the {thing} has expired, can I have a new one?",
    "Could you please send me a return label for the {thing}?",
    "I need a return label for the {thing}, where do I get it?",
)
OTHER = "Do you also sell spare lids for the small saucepan, and do they fit older ones?"
COMPLAINTS = (
    "That is wrong, there is no such button any more! How do I return it?",
    "This does not work. Where do I get the return label now?",
    "I did what you wrote and there is no way to print a label. Please help.",
)
CORRECTION = (
    "I am sorry, our answer was wrong: since Monday labels are no longer printed from the account. "
    "Please take the parcel to any shop of ours, we pack and send it for you."
)
THANKS = "Sorry for the wait!"


def questions() -> Iterator[str]:
    """Questions about return labels, again and again, never ending."""
    asked = [q.format(thing=thing) for thing, q in product(_THINGS, _QUESTIONS)]
    while True:
        yield from asked


def names() -> Iterator[tuple[str, str]]:
    """A customer's name and address, each of another person."""
    for number in count(1):
        yield f"Customer {number}", f"customer{number}@mail.example"
