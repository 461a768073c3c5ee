"""Shows XML indented and in colours, and anything else as it is. All of it is escaped."""

from __future__ import annotations

from lxml import etree
from markupsafe import Markup
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import TextLexer, XmlLexer

from drs_simulator.xml import parse_for_display

_FORMAT = HtmlFormatter(nowrap=True, classprefix="x-")


def highlight_xml(body: bytes) -> Markup:
    """Convert a body to HTML, for a ``pre`` element."""
    text, lexer = body.decode("utf-8", "replace"), TextLexer()
    try:
        document = parse_for_display(body)
    except (etree.XMLSyntaxError, ValueError):
        pass
    else:
        text, lexer = etree.tostring(document, encoding="unicode", pretty_print=True), XmlLexer()
    # Pygments escapes its input.
    return Markup(highlight(text, lexer, _FORMAT))  # noqa: S704
