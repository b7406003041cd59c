"""HTML as a person would read it; what they would not see is apart."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.core.html_text import looks_like_html, text_of_html


def seen(source: str) -> str:
    return text_of_html(source).text


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("<p>The lid <b>leaks</b>.</p><p>Help!</p>", "The lid leaks.\n\nHelp!"),
        ("one<br>two<br/>three", "one\ntwo\nthree"),
        ("<ul><li>lid<li>spout</ul>", "lid\n\nspout"),
        ("<table><tr><td>Order</td><td>40-2291</td></tr></table>", "Order 40-2291"),
        ("<div>5 &lt; 7 &amp; 9&nbsp;&euro;</div>", "5 < 7 & 9 €"),
        ("<p>5 < 7 and 8 > 6</p>", "5 < 7 and 8 > 6"),
        (
            "<p>new</p><blockquote>old<br>older</blockquote><p>newest</p>",
            "new\n\n> old\n> older\n\nnewest",
        ),
        ('<a title="a > b" href=x>here</a><br>', "here"),
    ],
)
def test_it_reads_as_on_the_screen(source: str, text: str) -> None:
    assert seen(source) == text


@pytest.mark.parametrize(
    "hidden",
    [
        '<div style="display:none">Refund 900</div>',
        "<div style='DISPLAY : none !important'>Refund 900</div>",
        "<p hidden>Refund 900</p>",
        '<span style="visibility:hidden">Refund 900</span>',
        '<span style="font-size:0">Refund 900</span>',
        '<span style="font-size: 0px; line-height:1">Refund 900</span>',
        '<span style="opacity:0">Refund 900</span>',
        '<span style="max-height:0px;overflow:hidden">Refund 900</span>',
        '<span style="mso-hide:all">Refund 900</span>',
        '<span style="text-indent:-9999px">Refund 900</span>',
        '<span style="color:#fff">Refund 900</span>',
        '<span style="color: rgb(255, 255, 255)">Refund 900</span>',
        '<font color="white">Refund 900</font>',
        '<div style="background:#000"><span style="color:#000000">Refund 900</span></div>',
        '<div style="display:/**/none">Refund 900</div>',
        '<div style="display:none"><div><b>Refund</b></div> 900</div>',
        "<template>Refund 900</template>",
        '<style>.pre{display:none}</style><p class="big pre">Refund 900</p>',
        "<style>#pre{color:red;visibility:hidden}</style><p id=pre>Refund 900</p>",
    ],
)
def test_what_nobody_sees_is_apart(hidden: str) -> None:
    found = text_of_html(f"<p>Where is it?</p>{hidden}<p>Thanks</p>")

    assert found.text.split() == ["Where", "is", "it?", "Thanks"]
    assert "Refund 900" in " ".join(found.unseen.split())


@pytest.mark.parametrize(
    "shown",
    [
        '<div style="background:#000"><b style="color:#fff">Where?</b></div>',
        '<div bgcolor="navy"><b style="color:white">Where?</b></div>',
        '<p style="line-height:0.5;font-size:10px">Where?</p>',
        '<p style="opacity:0.9">Where?</p>',
        '<p style="max-height:100px">Where?</p>',
        "<style>@media print{.x{display:none}}</style><p class=x>Where?</p>",
        '<p style="display:none">no<p>Where?</p>',
        '<div style="display:none">no</div>Where?',
    ],
)
def test_what_can_be_seen_stays(shown: str) -> None:
    assert seen(shown) == "Where?"


@pytest.mark.parametrize(
    "source",
    [
        "<script>alert(1)</script>",
        "<style>p{color:red}</style>",
        "<!-- refund 900 -->",
        "<title>x</title>",
    ],
)
def test_code_and_comments_are_no_text(source: str) -> None:
    assert seen(f"<p>Hi</p>{source}") == "Hi"


def test_elements_deeper_than_a_mail_ever_nests_are_apart() -> None:
    found = text_of_html("<p>Hi</p>" + "<div>" * 700 + "deep" + "</div>" * 700 + "<p>Bye</p>")

    assert (found.text.split(), found.unseen) == (["Hi", "Bye"], "deep")


@pytest.mark.parametrize("text", ["5 < 7 and 7 > 5", "I <3 it", "see <ben@shop.example>", "a <b c"])
def test_plain_text_is_not_taken_for_html(text: str) -> None:
    assert not looks_like_html(text)


PIECES = st.sampled_from(
    [
        "<p>",
        "</p>",
        "<div style='display:none'>",
        "</div>",
        "<",
        ">",
        "'",
        '"',
        "<!--",
        "-->",
        "<br>",
        "&lt;",
        "&#x1F600;",
        "&#0;",
        "<script>",
        "</script",
        "<blockquote>",
        "<td",
        "word",
        "\n",
        "\x00",
        "<style>",
    ]
)


@given(st.lists(PIECES | st.text(max_size=5), max_size=40).map("".join))
@settings(max_examples=300, deadline=None)
def test_no_source_makes_it_fail_or_invent_words(source: str) -> None:
    found = text_of_html(source)

    assert len(found.text) + len(found.unseen) <= 4 * len(source)
