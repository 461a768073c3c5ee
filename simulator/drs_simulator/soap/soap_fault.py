"""SOAP faults: the responses to requests that DRS's platform, Apache CXF with JAXB, cannot read.

Texts and codes are measured unless a docstring says otherwise: versions of Apache CXF were run over the real interface.
The text about interned names is known from clients.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

FaultCode = Literal["Client", "Server", "VersionMismatch", "MustUnderstand"]
_SOAP_1_2_TEXT = "A SOAP 1.2 message is not valid when sent to a SOAP 1.1 only endpoint."


class SoapFault(Exception):
    """The response is a SOAP fault with HTTP status 500. Nothing was changed."""

    def __init__(self, text: str, code: FaultCode = "Client") -> None:
        self.text = text
        self.code = code
        super().__init__(text)

    @property
    def is_about_soap_1_2(self) -> bool:
        """Whether the request was a SOAP 1.2 message."""
        return self.text == _SOAP_1_2_TEXT


def unreadable(why: str = "") -> SoapFault:
    """The bytes cannot be read as far as the operation; ``why`` has the parser's words, if the platform has any."""
    return SoapFault(f"Error reading XMLStreamReader: {why}" if why else "Error reading XMLStreamReader.")


def unmarshalling(why: str) -> SoapFault:
    """Something inside the operation cannot be read. The text ends in a blank (measured)."""
    return SoapFault(f"Unmarshalling Error: {why} ")


def unparsable() -> SoapFault:
    """The parser gives up without a reason."""
    return SoapFault("Couldn't parse stream.", "Server")


def beyond_limits() -> SoapFault:
    """The parser gave up: elements nested far too deep, or entities that grow."""
    return unreadable("the document is nested too deep, or its entities grow too large")


def too_large(limit: int) -> SoapFault:
    """The body has more bytes than the gateway reads."""
    return unreadable(f"the message is larger than {limit} bytes")


def too_deep(limit: int) -> SoapFault:
    """Elements are nested deeper than the gateway reads."""
    return unmarshalling(f"Maximum Element Depth limit ({limit}) Exceeded")


def not_an_envelope(namespace: str, local_name: str, hint: str = "") -> SoapFault:
    """The root element is not a SOAP 1.1 envelope."""
    if not namespace:
        return SoapFault(f'No namespace on "{local_name}" element.{hint}', "VersionMismatch")
    text = f'"{namespace}", the namespace on the "{local_name}" element, is not a valid SOAP version.'
    return SoapFault(text, "VersionMismatch")


def soap_1_2() -> SoapFault:
    """A SOAP 1.2 envelope came to this SOAP 1.1 endpoint."""
    return SoapFault(_SOAP_1_2_TEXT, "VersionMismatch")


def not_understood(names: Iterable[str]) -> SoapFault:
    """A header must be understood and is not; DRS knows no headers."""
    return SoapFault(f"MustUnderstand headers: [{', '.join(names)}] are not understood.", "MustUnderstand")


def no_operation() -> SoapFault:
    """A request without an operation: a GET, or a Body with nothing in it."""
    return SoapFault("No binding operation info while invoking unknown method with params unknown.", "Server")


def no_request() -> SoapFault:
    """An operation that is called without its request. What DRS's own code does then is presumed."""
    return SoapFault("Fault occurred while processing.", "Server")


def unknown_message_part(name: str) -> SoapFault:
    """The Body's child names no operation."""
    return SoapFault(f"Message part {name} was not recognized.  (Does it exist in service WSDL?)")


def foreign_wrapper(name: str, expected: str) -> SoapFault:
    """The Body's child has an operation's name in another namespace than DRS's; only with ``strict``."""
    return SoapFault(f"Unexpected wrapper element {name} found.   Expected {expected}.")


def wrong_soap_action(action: str) -> SoapFault:
    """The SOAPAction names no operation."""
    return SoapFault(f"The given SOAPAction {action} does not match an operation.", "Server")


def not_interned() -> SoapFault:
    """The wrapper is in a default namespace that its child undeclares (client: unpatched .NET service references)."""
    return SoapFault("Unmarshalling Error: Namespace URIs and local names to the unmarshaller needs to be interned.")


def unexpected_element(namespace: str, local_name: str, expected: Iterable[str]) -> SoapFault:
    """An element that its parent's type does not have, or one in a namespace."""
    known = ",".join(f"<{{}}{name}>" for name in expected) or "(none)"
    return unmarshalling(f'unexpected element (uri:"{namespace}", local:"{local_name}"). Expected elements are {known}')


def nil(name: str) -> SoapFault:
    """An element that is ``xsi:nil``; only with ``strict``."""
    return unmarshalling(f"{name} is nil; leave it out")


def errors_limit_exceeded() -> SoapFault:
    """The last fault of an unknown element: the platform ignores those that follow until it is started again."""
    return unmarshalling("Errors limit exceeded. To receive all errors set com.sun.xml.bind logger to FINEST level.")


class WrongValue(SoapFault):
    """A value that its element's type does not take; ``text`` is JAXB's reason."""

    def __init__(self, text: str) -> None:
        super().__init__(f"Unmarshalling Error: {text} ")


def internal_error() -> SoapFault:
    """The simulator itself failed. The reason is in its log, never in the response."""
    return SoapFault("Internal error in the simulator; its log says more.", "Server")
