"""The gateway as a whole: the bytes of a request in, the bytes of an answer out."""

from __future__ import annotations

import logging
import sys
from functools import lru_cache
from http import HTTPStatus
from typing import NamedTuple

from drs_simulator.soap import soap_fault
from drs_simulator.soap.spyne import compat  # noqa: F401 - the latter must come before Spyne

from lxml import etree  # isort: skip
from spyne import MethodContext  # isort: skip
from spyne.server import ServerBase  # isort: skip

from drs_simulator.profile.model import GatewaySettings
from drs_simulator.scheduling.model import Availability
from drs_simulator.scheduling.refusal import Refusal
from drs_simulator.scheduling.scheduler import Scheduler
from drs_simulator.soap.compiled.cache import Remembered
from drs_simulator.soap.compiled.reader import CompiledReader, NotReadError
from drs_simulator.soap.compiled.writer import CompiledWriter
from drs_simulator.soap.envelope import NAMESPACE, is_plain, name_of, read_envelope, read_plain_wrapper, write_fault
from drs_simulator.soap.interface import interface_named
from drs_simulator.soap.operations import (
    SERVED,
    ParsedRequest,
    ServiceContext,
    application,
    build_rejection,
    build_response,
    execute,
    parse_request,
)
from drs_simulator.soap.requests import RequestReader
from drs_simulator.soap.responses import ResponseWriter
from drs_simulator.soap.soap_fault import SoapFault
from drs_simulator.soap.spyne.types import interface_types
from drs_simulator.soap.wsdl import wsdl_document, wsdl_in_two
from drs_simulator.storage.errors import StateError

_log = logging.getLogger(__name__)
_REQUEST_CACHE_SIZE = 1024
_MAX_CACHED_BODY = 4096
_RESPONSE_CACHE_SIZE = 1024


class GatewayResponse(NamedTuple):
    """What goes back.

    Args:
        status: The HTTP status.
        body: The envelope.
        operation: What was parsed; empty where that could not be told.
    """

    status: HTTPStatus
    body: bytes
    operation: str = ""


class _Transport(ServerBase):  # type: ignore[misc]
    """Spyne's server side without a wire: the gateway hands it parsed requests."""

    transport = "drs-simulator"


class Gateway:
    """Answers SOAP requests for one scheduler. Safe under threads.

    A request that is plainly in order is read and answered by functions compiled for its types; one like another of
    late is not even read again. Everything else goes the general way, through Spyne's protocol and dispatch.
    """

    def __init__(self, scheduler: Scheduler) -> None:
        profile = scheduler.profile
        self._settings = profile.gateway
        self._types = interface_types(profile.gateway.interface)
        self._compiled_reader = CompiledReader(profile.zone, profile.gateway.max_depth)
        self._compiled_writer = CompiledWriter()
        writer = ResponseWriter(profile, self._types, self._compiled_writer)
        self._context = ServiceContext(scheduler, RequestReader(profile), writer, profile.gateway, profile.zone)
        self._response_cache: Remembered[Availability, bytes] = Remembered(_RESPONSE_CACHE_SIZE)
        self._parse_cached = lru_cache(_REQUEST_CACHE_SIZE)(self._parse)

    def answer(self, body: bytes, charset: str | None = None) -> GatewayResponse:
        """The answer to one request: what the operation says, or a soap_fault. Never raises.

        Args:
            body: The bytes of the request.
            charset: The charset of its Content-Type, if that names one.
        """
        try:
            # What has a password in it is not kept.
            is_kept = len(body) <= _MAX_CACHED_BODY and b"openSession" not in body
            parsed = (self._parse_cached if is_kept else self._parse)(body, charset)
        except (NotReadError, SoapFault):
            return self.answer_by_spyne(body, charset)
        except Exception:
            return _failed()
        name = parsed.operation.name
        try:
            return GatewayResponse(HTTPStatus.OK, self._execute(parsed), name)
        except Exception:
            return _failed(name)

    def _execute(self, parsed: ParsedRequest) -> bytes:
        """The envelope of the answer, a refusal too."""
        try:
            said = execute(self._context, parsed)
        except Refusal as refusal:
            return self._compiled_writer.answer(parsed.operation, build_rejection(parsed, refusal))

        def written() -> bytes:
            return self._compiled_writer.answer(parsed.operation, build_response(self._context, parsed, said))

        # Availability is the one thing that is said again in the same object as long as it is the same.
        return self._response_cache.of(said, written) if isinstance(said, Availability) else written()

    def _parse(self, body: bytes, charset: str | None) -> ParsedRequest:
        """What a request asks that is plainly in order.

        Raises:
            SoapFault: It is of no operation.
            NotReadError: It is not plainly in order.
        """
        # An attribute may say that an element is nil.
        if b"nil" in body or not is_plain(body, charset):
            raise NotReadError("It is not plain.")
        wrapper = read_plain_wrapper(body, self._settings)
        if wrapper is None:
            raise NotReadError("Its envelope is not plain.")
        operation = self._types.operations[self._operation_of(wrapper)]
        return parse_request(operation, self._context.reader, self._compiled_reader.request(operation, wrapper))

    def answer_by_spyne(self, body: bytes, charset: str | None = None) -> GatewayResponse:
        """The answer by the general way, whose words count. Never raises."""
        name = ""
        try:
            wrapper = read_envelope(body, charset, self._settings)
            name = self._operation_of(wrapper)
            transport = _Transport(application(self._settings.interface))
            context = MethodContext(transport, MethodContext.SERVER)
            context.udc = self._context
            context.in_document = wrapper
            (context,) = transport.generate_contexts(context)
            transport.get_in_object(context)
            transport.get_out_object(context)
            if context.out_error is not None:
                raise soap_fault.internal_error()
            transport.get_out_string(context)
            return GatewayResponse(HTTPStatus.OK, b"".join(context.out_string), name)
        except SoapFault as problem:
            return GatewayResponse(HTTPStatus.INTERNAL_SERVER_ERROR, write_fault(problem), name)
        except Exception:
            return _failed(name)

    def _operation_of(self, wrapper: etree._Element) -> str:
        """The operation that a wrapper names."""
        namespace, name = name_of(wrapper)
        if name not in SERVED:
            if self._settings.unknown_operations == "no_operation":
                raise soap_fault.no_operation()
            raise soap_fault.unknown_message_part(str(wrapper.tag))
        if namespace not in ("", NAMESPACE):
            raise soap_fault.foreign_wrapper(str(wrapper.tag), f"{{{NAMESPACE}}}{name}")
        return name

    def wsdl(self, address: str, part: str = "") -> bytes | None:
        """The interface description, with ``address`` as the place of the service.

        Args:
            address: Where callers reach the gateway.
            part: A file that the description imports, by its name; there is one where the profile's style is cxf.
        """
        return interface_description(self._settings, address, part)


def _failed(operation: str = "") -> GatewayResponse:
    """The answer where the simulator itself fails; called while that is being handled."""
    error = sys.exception()
    if isinstance(error, StateError):
        _log.error("%s failed: %s", operation or "A request", error)
    else:
        _log.exception("The gateway failed on %s", operation or "a request")
    return GatewayResponse(HTTPStatus.INTERNAL_SERVER_ERROR, write_fault(soap_fault.internal_error()), operation)


def interface_description(settings: GatewaySettings, address: str, part: str = "") -> bytes | None:
    """The WSDL of a gateway with those settings; see ``Gateway.wsdl``."""
    interface = interface_named(settings.interface)
    if settings.wsdl_style == "cxf":
        return wsdl_in_two(interface, address, SERVED).get(part)
    return None if part else wsdl_document(interface, address, SERVED)
