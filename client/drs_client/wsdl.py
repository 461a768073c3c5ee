"""Load DRS's WSDL: from the gateway, in one part or two, or from a file, which may lack binding and service."""

from __future__ import annotations

import re
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from urllib.parse import urljoin, urlsplit

from lxml import etree
from zeep import Settings
from zeep.transports import Transport
from zeep.wsdl import Document

from drs_client.errors import DrsError, InvalidArgument, UnexpectedResponse
from drs_client.transport import hide_login
from drs_client.xml import BrokenXml, is_web_page, parse_xml

SETTINGS = Settings(strict=False, forbid_dtd=True, forbid_external=True)
"""Answers are read tolerantly, because versions of DRS differ in what they send. Nothing else is fetched."""

_WSDL = "http://schemas.xmlsoap.org/wsdl/"
_SOAP = "http://schemas.xmlsoap.org/wsdl/soap/"
# The address in the WSDL is not the one that is called.
_LOCATION = re.compile(rb"(?<=<soap:address) location=\"[^\"]*\"")
_IMPORT = re.compile(rb"<(\w+:)?import[^>]+location=")


def load_wsdl(source: str | Path, transport: Transport) -> Document:
    """Load the WSDL at an http(s) address, or in a file.

    Raises:
        InvalidArgument: The file cannot be read or is not a WSDL, or the WSDL refers to another host.
        UnexpectedResponse: What the address returned is not a WSDL.
    """
    if urlsplit(str(source)).scheme in ("http", "https"):
        return parse_wsdl(_LOCATION.sub(b"", _fetch(str(source), transport)))
    path = Path(source)
    try:
        content = path.read_bytes()
    except OSError as error:
        raise InvalidArgument(f"The WSDL file {path} cannot be read: {error.strerror}.") from None
    try:
        return parse_wsdl(_with_binding(_parse(content, str(path))))
    except UnexpectedResponse as error:
        raise InvalidArgument(str(error)) from None


@lru_cache(maxsize=8)
def parse_wsdl(content: bytes) -> Document:
    """Return zeep's form of a WSDL; kept, because parsing takes far longer than a call and most WSDLs are the same.

    Raises:
        UnexpectedResponse: zeep cannot use the WSDL.
    """
    try:
        return Document(BytesIO(content), Transport(), settings=SETTINGS)  # type: ignore[arg-type]
    except Exception as error:  # zeep raises whatever its parts raise
        cause = f"{type(error).__name__}: {error}"
        raise UnexpectedResponse(f"The WSDL cannot be used ({cause}). Save DRS's own and pass it as a file.") from error


def _fetch(address: str, transport: Transport) -> bytes:
    """Return the WSDL, with the part that it imports where CXF splits it in two at one address."""
    content: bytes = transport.load(address)
    place = hide_login(address)
    root = _parse(content, place)
    imported = root.find(f"{{{_WSDL}}}import") if _IMPORT.search(content) else None
    if imported is None:
        return content
    location = urljoin(address, imported.get("location", ""))
    if urlsplit(location).path == urlsplit(address).path:
        # Behind a proxy DRS names itself by another host; its own part is where the WSDL is.
        location = urljoin(address, f"?{urlsplit(location).query}")
    if urlsplit(location)[:2] != urlsplit(address)[:2]:
        raise InvalidArgument(
            f"The WSDL at {place} refers to {hide_login(location)}, which is not fetched. "
            "Save that as a file and pass the file."
        )
    return _with_binding(_parse(transport.load(location), hide_login(location)))


def _parse(content: bytes, place: str) -> etree._Element:
    """Return the root of a WSDL that was read from ``place``, an address or a file."""
    try:
        root = parse_xml(content)
    except BrokenXml as error:
        raise _not_a_wsdl(place, str(error)) from None
    if root.tag != f"{{{_WSDL}}}definitions":
        raise _not_a_wsdl(place, "a web page (HTML)" if is_web_page(content) else f"XML with the root {root.tag!s}")
    return root


def _not_a_wsdl(place: str, what: str) -> DrsError:
    remedy = " The gateway's address ends with /ws/soap." if "://" in place else ""
    return UnexpectedResponse(f"{place} is not a WSDL but {what}.{remedy}")


def _with_binding(root: etree._Element) -> bytes:
    """Return the WSDL with a SOAP 1.1 binding for its port type, added if it has no binding."""
    port_type = root.find(f"{{{_WSDL}}}portType")
    imported = root.find(f"{{{_WSDL}}}import")
    if port_type is None and imported is not None:
        location = hide_login(imported.get("location", ""))
        raise UnexpectedResponse(f"The WSDL imports another part, which is not read. Save {location} and pass that.")
    if port_type is None:
        raise UnexpectedResponse("The WSDL has no port type. Use DRS's own, at the gateway's address with ?wsdl.")
    if root.find(f"{{{_WSDL}}}binding") is None:
        _add_binding(root, port_type)
    return etree.tostring(root)


def _add_binding(root: etree._Element, port_type: etree._Element) -> None:
    name = port_type.get("name", "")
    target = root.get("targetNamespace", "")
    binding = etree.SubElement(root, f"{{{_WSDL}}}binding", nsmap={"drs": target}, name=name, type=f"drs:{name}")
    etree.SubElement(binding, f"{{{_SOAP}}}binding", style="document", transport="http://schemas.xmlsoap.org/soap/http")
    for operation in port_type.findall(f"{{{_WSDL}}}operation"):
        bound = etree.SubElement(binding, f"{{{_WSDL}}}operation", name=operation.get("name", ""))
        etree.SubElement(bound, f"{{{_SOAP}}}operation", soapAction="")
        for direction in ("input", "output"):
            part = etree.SubElement(bound, f"{{{_WSDL}}}{direction}")
            etree.SubElement(part, f"{{{_SOAP}}}body", use="literal")
