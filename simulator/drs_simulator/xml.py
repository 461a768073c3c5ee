"""The one place where the simulator parses XML: nothing outside the bytes is read, and what they may cost is bounded.

No entity is resolved, no DTD is loaded and nothing is fetched. libxml2's own limits hold: 256 levels of elements,
10 million characters in one text, and entities that expand to little more than what was sent.
"""

from __future__ import annotations

import codecs

from lxml import etree


def parse_xml(body: bytes, charset: str | None = None) -> etree._Element:
    """The root element of a message, without its comments and processing instructions.

    Args:
        body: The document.
        charset: The encoding that the transport names, if any. It overrides the XML declaration.

    Raises:
        LookupError: The charset is unknown.
        lxml.etree.XMLSyntaxError: The bytes are not well-formed XML, or exceed a limit of the parser.
    """
    charset = _find_charset(body, charset)
    parser = _MESSAGE_PARSERS.get(charset) or _make_parser(charset, remove_comments=True, remove_pis=True)
    return etree.fromstring(body, parser)


def _find_charset(body: bytes, charset: str | None) -> str | None:
    # libxml2 reads every document whose charset is utf-16 as little-endian.
    is_big_endian = body.startswith((codecs.BOM_UTF16_BE, b"\0"))
    return "utf-16be" if charset == "utf-16" and is_big_endian else charset


def parse_for_display(body: bytes) -> etree._Element:
    """The root element of a document to be indented: with its comments, without white space between elements.

    Raises:
        lxml.etree.XMLSyntaxError: As ``parse_xml``.
    """
    return etree.fromstring(body, _make_parser(None, remove_blank_text=True))


def pull_parser(charset: str | None = "utf-8") -> etree.XMLPullParser:
    """A parser that reports the start and the end of each element of a document, as far as it can be read."""
    return etree.XMLPullParser(
        events=("start", "end"),
        encoding=charset,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )


def encoding_of(body: bytes) -> str:
    """The encoding that a document itself names, by its XML declaration or its first bytes; UTF-8 without either."""
    parser = pull_parser(None)
    try:
        parser.feed(body)
        parser.close()
    except etree.XMLSyntaxError:
        pass
    try:
        root = next((element for _, element in parser.read_events()), None)
    except etree.XMLSyntaxError:
        root = None
    return "utf-8" if root is None else root.getroottree().docinfo.encoding or "utf-8"


def is_known_charset(charset: str | None) -> bool:
    """Whether ``parse_xml`` can read documents in that charset; ``None`` leaves it to the document to say."""
    try:
        _make_parser(charset)
    except LookupError:
        return False
    return True


def _make_parser(
    charset: str | None, *, remove_comments: bool = False, remove_pis: bool = False, remove_blank_text: bool = False
) -> etree.XMLParser:
    return etree.XMLParser(
        encoding=charset,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=remove_comments,
        remove_pis=remove_pis,
        remove_blank_text=remove_blank_text,
    )


# The first document of a parser takes half as long again.
_MESSAGE_PARSERS = {
    charset: _make_parser(charset, remove_comments=True, remove_pis=True) for charset in (None, "utf-8")
}
