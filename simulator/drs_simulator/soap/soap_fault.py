"""SOAP faults: the responses to requests that DRS's platform, Apache CXF with JAXB, cannot read.

The texts are presumed. Most are those of other public services on CXF.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

FaultCode = Literal["Client", "Server", "VersionMismatch", "MustUnderstand"]


class SoapFault(Exception):
    """The response is a SOAP fault with HTTP status 500. Nothing was changed."""

    def __init__(self, text: str, code: FaultCode = "Client") -> None:
        self.text = text
        self.code = code
        super().__init__(text)


def unreadable(why: str, position: tuple[int | None, int | None] | None = None) -> SoapFault:
    """The bytes are not well-formed XML, or not one envelope; ``position`` is the row and column of the error."""
    where = "" if position is None else f"\n at [row,col {{unknown-source}}]: [{position[0]},{position[1]}]"
    return SoapFault(f"Error reading XMLStreamReader: {why}{where}")


def doctype_refused() -> SoapFault:
    """The document has a DOCTYPE. It is refused unread."""
    return unreadable("Received event DTD, instead of START_ELEMENT or END_ELEMENT.")


def beyond_limits() -> SoapFault:
    """The document exceeds a limit of the parser: too deep, or entities that grow."""
    return unreadable("the document is nested too deep, or its entities grow too large")


def too_large(limit: int) -> SoapFault:
    """The body has more bytes than the gateway accepts."""
    return unreadable(f"the message is larger than {limit} bytes")


def too_deep(limit: int) -> SoapFault:
    """Elements are nested deeper than the gateway accepts."""
    return SoapFault(f"Unmarshalling Error: Maximum element depth of {limit} has been exceeded")


def not_an_envelope(namespace: str, local_name: str) -> SoapFault:
    """The root element is not a SOAP 1.1 envelope."""
    if not namespace:
        return SoapFault(f'No namespace on "{local_name}" element.', "VersionMismatch")
    text = f'"{namespace}", the namespace on the "{local_name}" element, is not a valid SOAP version.'
    return SoapFault(text, "VersionMismatch")


def soap_1_2() -> SoapFault:
    """A SOAP 1.2 envelope came to this SOAP 1.1 endpoint."""
    return SoapFault("A SOAP 1.2 message is not valid when sent to a SOAP 1.1 only endpoint.", "VersionMismatch")


def not_understood(names: Iterable[str]) -> SoapFault:
    """A header has ``mustUnderstand``, and DRS understands no headers."""
    return SoapFault(f"MustUnderstand headers: [{', '.join(names)}] are not understood.", "MustUnderstand")


def no_operation() -> SoapFault:
    """The request is not a POST, or its Body is empty."""
    return SoapFault("No binding operation info while invoking unknown method with params unknown.", "Server")


def unknown_message_part(name: str) -> SoapFault:
    """The Body's child is not named after an operation."""
    return SoapFault(f"Message part {name} was not recognized.  (Does it exist in service WSDL?)")


def foreign_wrapper(name: str, expected: str) -> SoapFault:
    """The Body's child has the name of an operation in a foreign namespace."""
    return SoapFault(f"Unexpected wrapper element {name} found.   Expected {expected}.")


def not_interned() -> SoapFault:
    """The wrapper is in a default namespace that its child undeclares (client: unpatched .NET service references)."""
    return SoapFault("Unmarshalling Error: Namespace URIs and local names to the unmarshaller needs to be interned.")


def unexpected_element(namespace: str, local_name: str, expected: Iterable[str]) -> SoapFault:
    """An element is not a member of its parent's type, or is in a namespace."""
    known = ",".join(f"<{{}}{name}>" for name in expected) or "(none)"
    return SoapFault(
        f'Unmarshalling Error: unexpected element (uri:"{namespace}", local:"{local_name}"). '
        f"Expected elements are {known}"
    )


class WrongValue(SoapFault):
    """A value is not of its element's type."""

    def __init__(self, text: str) -> None:
        super().__init__(f"Unmarshalling Error: {text}")


def internal_error() -> SoapFault:
    """The simulator itself failed. The reason is in its log, never in the response."""
    return SoapFault("Internal error in the simulator; its log says more.", "Server")
