"""The SOAP gateway: the bytes of a request in, the bytes of the response out.

Spyne is the server: its types, its protocol and its dispatch read every kind of request, decide on every fault, and are
the reference for what is written. The compiled path is a shortcut before it: it reads and writes the well-formed
requests that clients usually send, and leaves every other one to Spyne. Tests prove that both give the same bytes.
"""

from __future__ import annotations

import logging
import sys
from functools import lru_cache, partial
from http import HTTPStatus
from typing import Any, NamedTuple

from drs_simulator.soap import soap_fault
from drs_simulator.soap.spyne import compat  # noqa: F401 - must come before Spyne

from lxml import etree  # isort: skip
from spyne import MethodContext  # isort: skip
from spyne.server import ServerBase  # isort: skip

from drs_simulator.profile.tables import GatewaySettings
from drs_simulator.scheduling.model import Availability
from drs_simulator.scheduling.refusal import Refusal
from drs_simulator.scheduling.scheduler import Scheduler
from drs_simulator.soap.compiled.reader import CompiledReader, NotReadError
from drs_simulator.soap.compiled.writer import CompiledWriter
from drs_simulator.soap.envelope import (
    NAMESPACE,
    SOAP_1_2,
    UnknownCharsetError,
    encode,
    is_nil,
    is_plain,
    name_of,
    read_envelope,
    read_plain_wrapper,
    response_charset,
    write_fault,
)
from drs_simulator.soap.interface import interface_named
from drs_simulator.soap.operations import (
    SERVED,
    ParsedRequest,
    ServiceContext,
    application,
    build_refusal,
    build_response,
    parse_request,
    perform,
)
from drs_simulator.soap.platform import PLATFORMS, max_depth
from drs_simulator.soap.requests import RequestReader
from drs_simulator.soap.responses import ResponseWriter
from drs_simulator.soap.soap_fault import SoapFault
from drs_simulator.soap.spyne.protocol import UnknownElements
from drs_simulator.soap.spyne.types import Operation, interface_types
from drs_simulator.soap.wsdl import wsdl_document, wsdl_in_two
from drs_simulator.storage.errors import StateError

_log = logging.getLogger(__name__)
_REQUEST_CACHE_SIZE = 256
_MAX_CACHED_BODY = 4096
_AVAILABILITY_CACHE_SIZE = 512


class GatewayResponse(NamedTuple):
    """What the gateway responds.

    Args:
        status: The HTTP status.
        body: The envelope.
        operation: The operation that was called; empty if the request names none.
        content_type: The Content-Type.
    """

    status: HTTPStatus
    body: bytes
    operation: str = ""
    content_type: str = "text/xml;charset=UTF-8"


_UTF_8 = "UTF-8"
_SOAP_1_2_TYPE = "application/soap+xml;charset=UTF-8"
# What the web server before the gateway shows for a charset that it does not know (measured).
_ERROR_PAGE = GatewayResponse(
    HTTPStatus.INTERNAL_SERVER_ERROR,
    b'<!doctype html><html lang="en"><head><title>HTTP Status 500</title></head><body></body></html>',
    content_type="text/html;charset=utf-8",
)


class _Transport(ServerBase):  # type: ignore[misc]
    """Spyne's server without a network: the gateway hands it requests."""

    transport = "drs-simulator"


class Gateway:
    """Answers SOAP requests for one scheduler. Safe under threads."""

    def __init__(self, scheduler: Scheduler) -> None:
        profile = scheduler.profile
        self._settings = profile.gateway
        self._platform = PLATFORMS[profile.gateway.platform]
        self._types = interface_types(profile.gateway.interface)
        self._compiled_reader = CompiledReader(profile.zone, max_depth(profile.gateway))
        self._compiled_writer = CompiledWriter()
        writer = ResponseWriter(profile, self._types, self._compiled_writer)
        unknown_elements = UnknownElements(profile.gateway, self._platform.unknown_element_faults)
        self._context = ServiceContext(
            scheduler, RequestReader(profile), writer, profile.gateway, profile.zone, unknown_elements
        )
        self._parse_cached = lru_cache(_REQUEST_CACHE_SIZE)(self._parse)
        write_availability = partial(self._write, self._types.operations["checkAvailability"])
        self._write_availability = lru_cache(_AVAILABILITY_CACHE_SIZE)(write_availability)

    def answer(self, body: bytes, charset: str | None = None, soap_action: str = "") -> GatewayResponse:
        """The response to one request: the operation's result, a refusal or a SOAP fault. Never raises.

        Args:
            body: The bytes of the request.
            charset: The charset of its Content-Type, if that names one. It is that of the response too (measured).
            soap_action: The request's SOAPAction.
        """
        if charset == "" and self._platform.refuses_empty_charset:
            return _ERROR_PAGE
        try:
            return _in_charset(self._answer_in_utf_8(body, charset, soap_action.strip("\"'")), charset)
        except UnknownCharsetError:
            return _ERROR_PAGE

    def _answer_in_utf_8(self, body: bytes, charset: str | None, action: str) -> GatewayResponse:
        try:
            if action and self._platform.checks_soap_action:
                raise NotReadError("Its SOAPAction has to be checked.")
            # A request with a password is not cached.
            is_cached = len(body) <= _MAX_CACHED_BODY and b"openSession" not in body
            parsed = (self._parse_cached if is_cached else self._parse)(body, charset)
        except (NotReadError, SoapFault) as problem:
            reason = problem if isinstance(problem, NotReadError) else "It names no operation of DRS."
            _log.debug("Spyne reads a request, not the compiled reader: %s", reason)
            return self.answer_by_spyne(body, charset, action)
        except Exception:
            return _failed()
        operation = parsed.operation
        try:
            envelope = self._perform(parsed)
        except Exception:
            return _failed(operation.name)
        return GatewayResponse(HTTPStatus.OK, envelope, operation.name)

    def _perform(self, parsed: ParsedRequest) -> bytes:
        """Perform a request and write its response, which may be a refusal."""
        try:
            result = perform(self._context, parsed)
        except Refusal as refusal:
            return self._compiled_writer.write(parsed.operation, build_refusal(parsed.operation, refusal))
        if isinstance(result, Availability) and not result.other_orders:
            return self._write_availability(result)
        return self._write(parsed.operation, result)

    def _write(self, operation: Operation, result: Any) -> bytes:
        return self._compiled_writer.write(operation, build_response(self._context, operation, result))

    def _parse(self, body: bytes, charset: str | None) -> ParsedRequest:
        """Read a request by the compiled path.

        Raises:
            SoapFault: It names no operation.
            NotReadError: Spyne has to read it.
        """
        # The attribute xsi:nil, whatever its prefix, is the only attribute that matters.
        if b":nil" in body:
            raise NotReadError("An element may be nil.")
        if not is_plain(body, charset):
            raise NotReadError("Its encoding is not certainly UTF-8, or it has a DOCTYPE.")
        wrapper = read_plain_wrapper(body, self._settings)
        if wrapper is None:
            raise NotReadError("Its envelope is unusual or not well-formed.")
        operation = self._types.operations[self._operation_of(wrapper)]
        return parse_request(operation, self._context.reader, self._compiled_reader.read(operation, wrapper))

    def answer_by_spyne(self, body: bytes, charset: str | None = None, action: str = "") -> GatewayResponse:
        """The response by Spyne, the reference, in UTF-8.

        Raises:
            UnknownCharsetError: There is no such charset.
        """
        name = ""
        try:
            wrapper = read_envelope(body, charset, self._settings, SERVED)
            name = self._operation_of(wrapper)
            called = self._called_by(action, name)
            self._keep_request(wrapper, name, is_called=called == name)
            transport = _Transport(application(self._settings.interface))
            context = MethodContext(transport, MethodContext.SERVER)
            context.udc = self._context
            context.in_document = wrapper if called == name else etree.Element(f"{{{NAMESPACE}}}{called}")
            (context,) = transport.generate_contexts(context)
            transport.get_in_object(context)
            transport.get_out_object(context)
            if context.out_error is not None:
                raise soap_fault.internal_error()
            transport.get_out_string(context)
            return GatewayResponse(HTTPStatus.OK, b"".join(context.out_string), name)
        except SoapFault as problem:
            if problem.is_about_soap_1_2 and self._platform.answers_soap_1_2:
                return GatewayResponse(
                    HTTPStatus.INTERNAL_SERVER_ERROR, write_fault(problem, SOAP_1_2), content_type=_SOAP_1_2_TYPE
                )
            return GatewayResponse(HTTPStatus.INTERNAL_SERVER_ERROR, write_fault(problem), name)
        except UnknownCharsetError:
            raise
        except Exception:
            return _failed(name)

    def _operation_of(self, wrapper: etree._Element) -> str:
        """The name of the operation that a wrapper asks for, whatever its namespace is (measured).

        Raises:
            SoapFault: There is no such operation; with ``strict``, the wrapper is in another namespace.
        """
        namespace, name = name_of(wrapper)
        if name not in SERVED:
            raise soap_fault.unknown_message_part(str(wrapper.tag))
        if self._settings.strict and namespace not in ("", NAMESPACE):
            raise soap_fault.foreign_wrapper(str(wrapper.tag), f"{{{NAMESPACE}}}{name}")
        return name

    def _called_by(self, action: str, name: str) -> str:
        """The operation that is called: the one in the Body, or the one that the SOAPAction names (measured).

        Raises:
            SoapFault: The SOAPAction names none.
        """
        if not action or not self._platform.checks_soap_action:
            return name
        called = action.removeprefix(f"{NAMESPACE}SOAP/")
        if called == action or called not in SERVED:
            raise soap_fault.wrong_soap_action(action)
        return called

    def _keep_request(self, wrapper: etree._Element, name: str, *, is_called: bool) -> None:
        """Leave only the request in the wrapper: its first element, if that has the operation's name (measured).

        Raises:
            SoapFault: There is no request, and the profile has that answered with a fault; with ``strict``, there is
                something else.
        """
        first = wrapper[0] if len(wrapper) else None
        is_request = is_called and first is not None and first.tag == name and not (is_nil(first) and not len(first))
        if self._settings.strict and first is not None and is_nil(first):
            raise soap_fault.nil(name)
        for other in wrapper[1:] if is_request else wrapper[:]:
            if self._settings.strict:
                raise soap_fault.unexpected_element(*name_of(other), expected=(name,))
            wrapper.remove(other)
        if not is_request and (self._settings.strict or self._settings.no_request == "fault"):
            raise soap_fault.no_request()

    def wsdl(self, address: str, part: str = "", *, single: bool = False) -> bytes | None:
        """The WSDL, or ``None`` if it has no such part.

        Args:
            address: The URL at which callers reach the gateway.
            part: The name of a file that the WSDL imports. Only the style ``cxf`` has one.
            single: Whether it is wanted in one file, whatever the style is.
        """
        return interface_description(self._settings, address, part, single=single)


def _in_charset(response: GatewayResponse, charset: str | None) -> GatewayResponse:
    """The response in the charset of its request."""
    if charset == "utf-8":
        return response
    name = response_charset(charset)
    if name == _UTF_8:
        return response
    body = encode(response.body.decode(), name)
    return response._replace(body=body, content_type=f"text/xml;charset={name}")


def _failed(operation: str = "") -> GatewayResponse:
    """The response to a failure of the simulator itself; called while its exception is handled."""
    error = sys.exception()
    if isinstance(error, StateError):
        _log.error("%s failed: %s", operation or "A request", error)
    else:
        _log.exception("The gateway failed on %s", operation or "a request")
    return GatewayResponse(HTTPStatus.INTERNAL_SERVER_ERROR, write_fault(soap_fault.internal_error()), operation)


def interface_description(
    settings: GatewaySettings, address: str, part: str = "", *, single: bool = False
) -> bytes | None:
    """The WSDL of a gateway with these settings; see ``Gateway.wsdl``."""
    interface = interface_named(settings.interface)
    if settings.wsdl_style == "cxf" and not single:
        return wsdl_in_two(interface, address, SERVED, settings.interface_version).get(part)
    return None if part else wsdl_document(interface, address, SERVED)
