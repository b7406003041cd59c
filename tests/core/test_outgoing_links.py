"""What a mail reader or a person may take for a link, and which of them may stand."""

from string import ascii_letters

import pytest

from agent.core.outgoing_links import disguised, folded_hosts, link_problem, links

SHOP = frozenset({"shop.example"})


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("See https://shop.example/track?o=1.", "https://shop.example/track?o=1"),
        ("SEE HTTPS://SHOP.EXAMPLE/X!", "HTTPS://SHOP.EXAMPLE/X"),
        ("(shop.example/X)", "shop.example/X"),
        ("https:∕∕evil.example", "https://evil.example"),
        ("https:⁄⁄evil.example", "https://evil.example"),
        ("https:⧸⧸evil.example", "https://evil.example"),
        ("https:∖∖evil.example", "https:\\\\evil.example"),
        ("evil․example", "evil.example"),
        ("ｅvil.example", "evil.example"),
        ("evil\u200b.example", "evil.example"),
        ("evil。example", "evil.example"),
        ("a@evil.example", "a@evil.example"),
        ("mailto:a", "mailto:a"),
        ("//evil", "//evil"),
        ("10.0.0.1", "10.0.0.1"),
        ("www.shop", "www.shop"),
        ("evil[.]example", "l[.]example"),
        ("evil dot com", "l dot com"),
    ],
)
def test_a_link_is_found_in_plain_letters(text: str, found: str) -> None:
    assert links(text) == (found,)


@pytest.mark.parametrize("text", ["manual.pdf", "1.5 l", "and/or", "Hello. Bye", "なし。"])
def test_what_nobody_takes_for_a_link_is_none(text: str) -> None:
    assert links(text) == ()


@pytest.mark.parametrize("letter", ascii_letters)
def test_a_dot_of_another_script_hides_no_host(letter: str) -> None:
    assert disguised(f"shop{letter}。example")


def test_a_link_in_plain_letters_is_in_no_disguise() -> None:
    assert not disguised("See https://shop.example/track. Or www.shop, or a@shop.example!")


@pytest.mark.parametrize(
    ("link", "problem"),
    [
        ("https://shop.example/track", None),
        ("shop.example", None),
        ("help@shop.example", None),
        ("eve@shop.example", "an e-mail address that the approved answer lacks"),
        ("http://shop.example/", "a link that is not written plainly as https://host/path"),
        ("https://evil.example/", "a link to a host that the policy does not list"),
        ("https://www.xn--shp-0na.example/", "a link to a host in punycode"),
        ("xn--shp-0na.example", "a link to a host in punycode"),
    ],
)
def test_it_says_why_a_link_may_not_go_out(link: str, problem: str | None) -> None:
    assert link_problem(link, SHOP, ("help@shop.example",)) == problem


def test_hosts_are_compared_whatever_the_path_and_the_rest_as_a_whole() -> None:
    found = ("www.SHOP", "https://b.example/x", "a.example", "b.example")

    assert folded_hosts(found) == ("a.example", "b.example", "b.example", "www.shop")
