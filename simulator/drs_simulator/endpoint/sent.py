"""What a caller sent, read as far as it can be: for those who look at a call without answering it."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

from lxml import etree

from drs_simulator.gateway.envelope import SOAP_1_1, SOAP_1_2, name_of, parsed
from drs_simulator.gateway.fault import SoapFault


@dataclass(frozen=True)
class SentCall:
    """One HTTP request to the gateway. Whatever cannot be read of it is empty or ``None``; nothing here raises.

    Args:
        body: The bytes as they came.
        charset: The charset of its Content-Type, if that names one.
        method: The HTTP method.
        path: The path that was asked for.
        address: Where the caller is.
        headers: The request's headers by their lower-case names.
        request_id: What the request is called in logs; empty where nobody gave it a name.
    """

    body: bytes
    charset: str | None = None
    method: str = "POST"
    path: str = ""
    address: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    request_id: str = ""

    @cached_property
    def root(self) -> etree._Element | None:
        """The document's root element, as the gateway reads it, or ``None`` where the body is no XML."""
        try:
            return parsed(self.body, self.charset)
        except SoapFault:
            return None

    @cached_property
    def wrapper(self) -> etree._Element | None:
        """The first child of the envelope's Body."""
        if self.root is not None:
            for namespace in (SOAP_1_1, SOAP_1_2):
                body = self.root.find(f"{{{namespace}}}Body")
                if body is not None:
                    return next(iter(body), None)
        return None

    @cached_property
    def operation(self) -> str:
        """The name of the operation that the wrapper claims to be, whether there is such a one or not."""
        return "" if self.wrapper is None else name_of(self.wrapper)[1]

    @cached_property
    def session_id(self) -> str:
        """The sessionId that was sent."""
        return self.text("sessionId")

    def text(self, name: str) -> str:
        """The text of the first element of that local name in the call, trimmed; empty where there is none."""
        if self.wrapper is None:
            return ""
        for element in self.wrapper.iter(f"{{*}}{name}"):
            return (element.text or "").strip()
        return ""
