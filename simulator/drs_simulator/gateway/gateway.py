"""The gateway as a whole: the bytes of a request in, the bytes of an answer out."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from http import HTTPStatus

from drs_simulator.gateway import fault, spyne_compat  # noqa: F401 - the latter must come before Spyne

from spyne import MethodContext  # isort: skip
from spyne.server import ServerBase  # isort: skip

from drs_simulator.gateway.envelope import NAMESPACE, name_of, read_envelope
from drs_simulator.gateway.fault import SoapFault
from drs_simulator.gateway.interface import interface_named
from drs_simulator.gateway.protocol import fault_document
from drs_simulator.gateway.reading import Reader
from drs_simulator.gateway.service import SERVED, Desk, application
from drs_simulator.gateway.types import interface_types
from drs_simulator.gateway.writing import Writer
from drs_simulator.gateway.wsdl import wsdl_document, wsdl_in_two
from drs_simulator.profile import GatewaySettings
from drs_simulator.scheduling.scheduler import Scheduler

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back: the HTTP status and the envelope. ``operation`` is empty where none could be told."""

    status: HTTPStatus
    body: bytes
    operation: str = ""


class _Transport(ServerBase):  # type: ignore[misc]
    """Spyne's server side without a wire: the gateway hands it parsed requests."""

    transport = "drs-simulator"


class Gateway:
    """Answers SOAP requests for one scheduler. Safe under threads."""

    def __init__(self, scheduler: Scheduler) -> None:
        profile = scheduler.profile
        self._settings = profile.gateway
        self._transport = _Transport(application(profile.gateway.interface))
        types = interface_types(profile.gateway.interface)
        self._desk = Desk(scheduler, Reader(profile), Writer(profile, types), profile.gateway, profile.zone)

    def answer(self, body: bytes, charset: str | None = None) -> Answer:
        """The answer to one request: what the operation says, or a fault. Never raises.

        Args:
            body: The bytes of the request.
            charset: The charset of its Content-Type, if that names one.
        """
        operation = ""
        try:
            wrapper = read_envelope(body, charset, self._settings)
            namespace, name = name_of(wrapper)
            if name not in SERVED:
                if self._settings.unknown_operations == "no_operation":
                    raise fault.no_operation()
                raise fault.unknown_message_part(str(wrapper.tag))
            if namespace not in ("", NAMESPACE):
                raise fault.foreign_wrapper(str(wrapper.tag), f"{{{NAMESPACE}}}{name}")
            operation = name
            context = MethodContext(self._transport, MethodContext.SERVER)
            context.udc = self._desk
            context.in_document = wrapper
            (context,) = self._transport.generate_contexts(context)
            self._transport.get_in_object(context)
            self._transport.get_out_object(context)
            if context.out_error is not None:
                raise fault.internal_error()
            self._transport.get_out_string(context)
            return Answer(HTTPStatus.OK, b"".join(context.out_string), operation)
        except SoapFault as problem:
            return Answer(HTTPStatus.INTERNAL_SERVER_ERROR, fault_document(problem), operation)
        except Exception:
            _log.exception("The gateway failed on %s", operation or "a request")
            return Answer(HTTPStatus.INTERNAL_SERVER_ERROR, fault_document(fault.internal_error()), operation)

    def wsdl(self, address: str, part: str = "") -> bytes | None:
        """The interface description, with ``address`` as the place of the service.

        Args:
            address: Where callers reach the gateway.
            part: A file that the description imports, by its name; there is one where the profile's style is cxf.
        """
        return interface_description(self._settings, address, part)


def interface_description(settings: GatewaySettings, address: str, part: str = "") -> bytes | None:
    """The WSDL of a gateway with those settings; see ``Gateway.wsdl``."""
    interface = interface_named(settings.interface)
    if settings.wsdl_style == "cxf":
        return wsdl_in_two(interface, address, SERVED).get(part)
    return None if part else wsdl_document(interface, address, SERVED)
