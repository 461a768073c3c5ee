"""The one XML parser of this package: it resolves no entity, loads nothing, and refuses a DOCTYPE."""

from __future__ import annotations

import codecs

from lxml import etree

from drs_contracts.errors import ContractsError


class NotXmlError(ContractsError):
    """Bytes are no XML that a SOAP message may be; the message says why."""


class DoctypeError(NotXmlError):
    """The document has a DOCTYPE, which no SOAP message may have."""


def parse_xml(content: bytes, charset: str | None = None) -> etree._Element:
    """Parse a document without its comments and processing instructions.

    Args:
        content: The document.
        charset: Its character encoding, where something outside of it says so. It overrides the XML declaration.

    Raises:
        NotXmlError: It is not well-formed, or the charset is unknown.
        DoctypeError: It has a DOCTYPE.
    """
    # Told to expect UTF-16, libxml2 takes it for little-endian; the byte order mark says which it is.
    is_marked = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        parser = etree.XMLParser(
            encoding=None if is_marked else charset or None,
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            huge_tree=False,
            remove_comments=True,
            remove_pis=True,
        )
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        raise NotXmlError(error.msg or "it is empty") from None
    except (LookupError, ValueError) as error:
        raise NotXmlError(f"{error}") from None
    if root.getroottree().docinfo.doctype:
        raise DoctypeError("it has a DOCTYPE, which no SOAP message may have")
    return root
