"""The package's only XML parser: it resolves no entity, loads no DTD and fetches nothing."""

from __future__ import annotations

from lxml import etree

_PARSER = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
_START_OF_A_PAGE = (b"<!doctype html", b"<html")
_INSPECTED_BYTES = 1000


class BrokenXml(ValueError):
    """The content is not well-formed XML; the message names what it is instead."""


def parse_xml(content: bytes) -> etree._Element:
    """Return the root element of an XML document.

    Raises:
        BrokenXml: The content is not well-formed XML.
    """
    try:
        return etree.fromstring(content, _PARSER)
    except etree.XMLSyntaxError as error:
        raise BrokenXml("a web page (HTML)" if is_web_page(content) else f"broken XML ({error.msg})") from None


def is_web_page(content: bytes) -> bool:
    """Say whether the content is HTML, as consoles, login pages and proxies send it."""
    return any(start in content[:_INSPECTED_BYTES].lower() for start in _START_OF_A_PAGE)
