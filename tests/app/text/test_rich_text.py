"""Notes are formatted, and whatever is written in them stays text."""

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.text.rich_text import ATTRIBUTES, TAGS, rich_text

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<a href='javascript:alert(1)' onclick=alert(1)>x</a>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt&colon;alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "[x](vbscript:x)",
    "<javascript:alert(1)>",
    "![x](https://tracker.example/pixel.png)",
    '[x](https://a.example "\\" onmouseover=alert(1) x=\\"")',
    "`</code><script>alert(1)</script>`",
    '```"><script>\n</pre><script>alert(1)</script>\n```',
    "<style>body{display:none}</style>",
    "<!-- <script>alert(1)</script> -->",
    "|a|\n|:-:|\n|<iframe src=//x>|",
    "<p style='position:fixed'>x</p>",
]


class Reader(HTMLParser):
    """The tags of a document, with their attributes."""

    def __init__(self, html: str):
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


def assert_harmless(html: str) -> None:
    for tag, attributes in Reader(html).tags:
        assert tag in TAGS
        assert attributes.keys() <= ATTRIBUTES.get(tag, set()) | ({"rel"} if tag == "a" else set())
        if address := attributes.get("href"):
            scheme = address.partition(":")[0].lower() if ":" in address.split("/")[0] else ""
            assert scheme in {"", "http", "https", "mailto"}


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text(text: str) -> None:
    assert_harmless(rich_text(text))


@given(st.lists(st.sampled_from([*HOSTILE, "\n", "\n\n", "> ", "* ", "`", "[", "](", ")", "|", "<", ">", "&#x3c;"])))
def test_any_mixture_of_it_does_too(parts: list[str]) -> None:
    assert_harmless(rich_text("".join(parts)))


def test_markdown_is_formatted() -> None:
    html = rich_text("# Why\n**grey** _mush_ ~~no~~\nσ = `0.7`\n\n- one\n\n|a|b|\n|-|-|\n|1|2|")
    assert "<h3>Why</h3>" in html
    assert "<strong>grey</strong> <em>mush</em> <s>no</s><br>" in html
    assert "<code>0.7</code>" in html
    assert "<li>one</li>" in html
    assert "<td>2</td>" in html


def test_a_link_says_nothing_of_where_it_was_followed() -> None:
    assert '<a href="https://arxiv.org/abs/1312.6114" rel="noopener nofollow">paper</a>' in rich_text(
        "[paper](https://arxiv.org/abs/1312.6114)"
    )
    assert rich_text("a < b & c > d") == "<p>a &lt; b &amp; c &gt; d</p>\n"
