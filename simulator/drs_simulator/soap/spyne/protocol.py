"""Spyne's protocol as CXF speaks it: strict in what it reads, unqualified and without nulls in what it writes."""

from __future__ import annotations

from datetime import datetime
from threading import Lock
from typing import Any

from drs_simulator.soap.spyne import compat  # noqa: F401 - must come before Spyne

from lxml import etree  # isort: skip
from spyne import Boolean, ComplexModelBase, DateTime, Integer32, MethodContext, Unicode  # isort: skip
from spyne.model.enum import EnumBase  # isort: skip
from spyne.protocol.soap import Soap11  # isort: skip

from drs_simulator.profile.tables import GatewaySettings
from drs_simulator.soap import soap_fault
from drs_simulator.soap.envelope import NAMESPACE, SOAP_1_1, is_nil, measure_depth, name_of, serialize
from drs_simulator.soap.jaxb import expected_order, read_boolean, read_date_time, read_enumeration, read_int
from drs_simulator.soap.platform import PLATFORMS, max_depth
from drs_simulator.soap.spyne.types import Written, allowed_values
from drs_simulator.soap.values import write_date_time, write_flag


class CxfReader(Soap11):  # type: ignore[misc]
    """Reads a request into Spyne's objects, and refuses what JAXB refuses.

    The context's ``in_document`` is the element that names the operation. Its ``udc`` has the ``zone`` of the
    installation and the ``settings`` of the gateway.
    """

    def __init__(self) -> None:
        super().__init__(parse_xsi_type=False)
        self.deserialization_handlers.update(
            {
                ComplexModelBase: self.complex_from_element,
                Unicode: lambda _, __, element: _text(element),
                Integer32: _read_int,
                Boolean: _read_boolean,
                DateTime: _read_date_time,
                EnumBase: _read_enumeration,
            }
        )

    def create_in_document(self, ctx: MethodContext, charset: str | None = None) -> None:
        """Do nothing: ``read_envelope`` has parsed the request."""

    def decompose_incoming_envelope(self, ctx: MethodContext, message: object = None) -> None:  # noqa: ARG002
        """Name the operation. A wrapper may be in any namespace, or in none (measured)."""
        wrapper = ctx.in_document
        ctx.in_header_doc = None
        ctx.in_body_doc = wrapper
        ctx.method_request_string = f"{{{NAMESPACE}}}{name_of(wrapper)[1]}"

    def from_element(self, ctx: MethodContext, cls: Any, element: etree._Element) -> object:
        """Read a value of the type ``cls``."""
        return self.deserialization_handlers[cls](ctx, cls, element)

    def complex_from_element(self, ctx: MethodContext, cls: Any, element: etree._Element) -> object:
        """Read a complex value. Elements may have any order; the last of a repeated single one counts (measured)."""
        limit = max_depth(ctx.udc.settings)
        if sum(1 for _ in element.iterancestors()) >= limit:
            raise soap_fault.too_deep(limit)
        members = cls.get_flat_type_info(cls)
        value = (cls.__orig__ or cls)()
        for child in element:
            namespace, name = name_of(child)
            if namespace or name not in members:
                fault = soap_fault.unexpected_element(namespace, name, expected_order(list(members)))
                ctx.udc.unknown_elements.check(fault)
                check_depth(child, limit)
                continue
            if ctx.udc.settings.strict and is_nil(child):
                raise soap_fault.nil(name)
            member = members[name]
            read = self.from_element(ctx, member, child)
            if member.Attributes.max_occurs > 1 and read is not None:
                read = [*(getattr(value, name, None) or ()), read]
            setattr(value, name, read)
        return value


class CxfWriter(Soap11):  # type: ignore[misc]
    """Writes a response exactly as Appendix B has it (seen): prefixes, unqualified children, no nulls, dates."""

    def __init__(self) -> None:
        super().__init__()
        self._to_unicode_handlers[DateTime] = lambda _, value: write_date_time(value)
        self._to_unicode_handlers[Boolean] = lambda _, value: write_flag(value)

    def serialize(self, ctx: MethodContext, message: object) -> None:  # noqa: ARG002
        """Put the response into its envelope."""
        envelope = etree.Element(etree.QName(SOAP_1_1, "Envelope"), nsmap={"soap": SOAP_1_1})
        body = etree.SubElement(envelope, etree.QName(SOAP_1_1, "Body"))
        wrapper_name = etree.QName(NAMESPACE, ctx.descriptor.out_message.get_type_name())
        wrapper = etree.SubElement(body, wrapper_name, nsmap={"ns1": NAMESPACE})
        returned = etree.SubElement(wrapper, "return", nsmap={"ns2": NAMESPACE})
        response = ctx.out_object[0]
        self._get_members_etree(ctx, type(response), response, returned)
        ctx.out_document = envelope

    def to_parent(
        self, ctx: MethodContext, cls: Any, inst: object, parent: etree._Element, ns: object, *args: Any, **kwargs: Any
    ) -> object:
        """Write a member in no namespace; one without a value is left out."""
        del ns
        value = inst.value if isinstance(inst, Written) else inst
        return None if value is None else super().to_parent(ctx, cls, value, parent, None, *args, **kwargs)

    def create_out_string(self, ctx: MethodContext, charset: str | None = None) -> None:  # noqa: ARG002
        """Write the envelope as bytes, always in UTF-8."""
        ctx.out_string = [serialize(ctx.out_document)]


class UnknownElements:
    """Decides whether an unknown element is a fault. Safe under threads.

    Args:
        settings: The gateway's settings.
        allowed: How many are faults since the start; ``None`` for all.
    """

    def __init__(self, settings: GatewaySettings, allowed: int | None) -> None:
        self._always = settings.strict or settings.unknown_elements == "fault"
        self._never = settings.unknown_elements == "ignore" and not self._always
        self._allowed = allowed
        self._count = 0
        self._lock = Lock()

    def check(self, fault: soap_fault.SoapFault) -> None:
        """Raise the fault, or the last one that the platform has; nothing once that was raised.

        Raises:
            SoapFault: The element is a fault.
        """
        if self._never:
            return
        if self._always or self._allowed is None:
            raise fault
        with self._lock:
            self._count += 1
        if self._count <= self._allowed:
            raise fault
        if self._count == self._allowed + 1:
            raise soap_fault.errors_limit_exceeded()


def check_depth(element: etree._Element, limit: int) -> None:
    """Refuse an element that is ignored, and is nested too deep.

    Raises:
        SoapFault: It is.
    """
    above = sum(1 for _ in element.iterancestors())
    if above + measure_depth(element) > limit:
        raise soap_fault.too_deep(limit)


def _read_int(ctx: MethodContext, cls: Any, element: etree._Element) -> int:
    del cls
    return read_int(_text(element), strict=ctx.udc.settings.strict)


def _read_boolean(ctx: MethodContext, cls: Any, element: etree._Element) -> bool | None:
    del cls
    settings = ctx.udc.settings
    is_fault = PLATFORMS[settings.platform].strict_booleans
    return read_boolean(_text(element), unreadable_is_fault=is_fault, strict=settings.strict)


def _read_date_time(ctx: MethodContext, cls: Any, element: etree._Element) -> datetime:
    del cls
    return read_date_time(_text(element), ctx.udc.zone, strict=ctx.udc.settings.strict)


def _read_enumeration(ctx: MethodContext, cls: Any, element: etree._Element) -> str | None:
    settings = ctx.udc.settings
    trims = PLATFORMS[settings.platform].trims_enumerations
    return read_enumeration(_text(element), allowed_values(cls), trims=trims, strict=settings.strict)


def _text(element: etree._Element) -> str:
    for child in element:
        raise soap_fault.unexpected_element(*name_of(child), expected=())
    return element.text or ""
