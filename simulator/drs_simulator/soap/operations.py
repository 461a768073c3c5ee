"""The operations: each reads its request, performs its use case and builds its response."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from drs_simulator.soap.spyne import compat  # noqa: F401 - must come before Spyne

from spyne import Application, MethodContext, ServiceBase, rpc  # isort: skip

from drs_simulator.profile.tables import GatewaySettings
from drs_simulator.scheduling.context import UseCaseContext
from drs_simulator.scheduling.refusal import Refusal
from drs_simulator.scheduling.scheduler import Scheduler, close_session
from drs_simulator.scheduling.use_cases.availability import check_availability
from drs_simulator.scheduling.use_cases.bookings import create_booking, delete_booking, update_booking
from drs_simulator.scheduling.use_cases.locations import update_location
from drs_simulator.scheduling.use_cases.master_data import (
    select_alerts,
    select_bookings,
    select_meta_data,
    update_booking_codes,
)
from drs_simulator.scheduling.use_cases.operatives import get_schedule, select_resources, update_resources
from drs_simulator.scheduling.use_cases.orders import (
    complete_order,
    create_order,
    delete_order,
    select_orders,
    update_order,
)
from drs_simulator.scheduling.use_cases.placement import confirm_reservation, create_reservation, schedule_booking
from drs_simulator.soap.envelope import NAMESPACE
from drs_simulator.soap.interface import InterfaceName
from drs_simulator.soap.requests import RequestReader
from drs_simulator.soap.responses import ResponseWriter
from drs_simulator.soap.spyne.protocol import CxfReader, CxfWriter, UnknownElements
from drs_simulator.soap.spyne.types import Operation, interface_types

Members = Mapping[str, object]


class ServiceContext(NamedTuple):
    """What an operation needs; Spyne passes it on as the user-defined context (``udc``)."""

    scheduler: Scheduler
    reader: RequestReader
    writer: ResponseWriter
    settings: GatewaySettings
    zone: ZoneInfo
    unknown_elements: UnknownElements


class ParsedRequest(NamedTuple):
    """A request that is ready for the scheduler. It depends on nothing but its bytes, so it can be cached.

    Args:
        operation: The operation.
        session_id: The session; ``None`` if the request names none.
        request: The command of the use case; for openSession the object that was read.
    """

    operation: Operation
    session_id: str | None
    request: Any


class OperationHandler(NamedTuple):
    """What belongs to an operation: its use case, the reader of its command and the writer of its result."""

    use_case: Callable[[UseCaseContext, Any], Any]
    read: Callable[[RequestReader, Any], Any] = lambda _reader, _sent: None
    write: Callable[[ResponseWriter, Any], Members] = ResponseWriter.nothing


HANDLERS: Mapping[str, OperationHandler] = {
    "closeSession": OperationHandler(close_session),
    "checkAvailability": OperationHandler(check_availability, RequestReader.availability, ResponseWriter.availability),
    "createOrder": OperationHandler(create_order, RequestReader.order, ResponseWriter.order),
    "updateOrder": OperationHandler(update_order, RequestReader.order, ResponseWriter.order),
    "deleteOrder": OperationHandler(delete_order, RequestReader.order),
    "completeOrder": OperationHandler(complete_order, RequestReader.completion),
    "selectOrder": OperationHandler(select_orders, RequestReader.order_filter, ResponseWriter.orders),
    "createBooking": OperationHandler(create_booking, RequestReader.further_booking, ResponseWriter.bookings),
    "updateBooking": OperationHandler(update_booking, RequestReader.booking_update, ResponseWriter.booking),
    "deleteBooking": OperationHandler(delete_booking, RequestReader.booking),
    "selectBooking": OperationHandler(select_bookings, RequestReader.booking_filter, ResponseWriter.bookings),
    "scheduleBooking": OperationHandler(schedule_booking, RequestReader.placing),
    "createReservation": OperationHandler(create_reservation, RequestReader.placing),
    "confirmReservation": OperationHandler(confirm_reservation, RequestReader.placing),
    "getSchedule": OperationHandler(get_schedule, RequestReader.schedule, ResponseWriter.bookings),
    "selectResource": OperationHandler(select_resources, RequestReader.operative_filter, ResponseWriter.operatives),
    "updateResource": OperationHandler(update_resources, RequestReader.operatives_update),
    "updateLocation": OperationHandler(update_location, RequestReader.location, ResponseWriter.location),
    "updateBookingCode": OperationHandler(update_booking_codes, RequestReader.code_definitions),
    "selectAlerts": OperationHandler(select_alerts, RequestReader.alert_filter, ResponseWriter.alerts),
    "selectMetaData": OperationHandler(select_meta_data, RequestReader.contract, ResponseWriter.meta_data),
}
_OPEN_SESSION = "openSession"
SERVED = frozenset({_OPEN_SESSION, *HANDLERS})


@cache
def application(interface: InterfaceName) -> Application:
    """The Spyne application of an interface. It has no state, so all simulators share it."""
    types = interface_types(interface)
    methods = {name: _method(operation) for name, operation in types.operations.items() if name in SERVED}
    service = type("SOAP", (ServiceBase,), methods)
    return Application([service], tns=NAMESPACE, name="SOAP", in_protocol=CxfReader(), out_protocol=CxfWriter())


def _method(operation: Operation) -> Any:
    """The operation in Spyne's form: a function of the context and the request's object."""

    def answer(ctx: MethodContext, request: Any) -> Any:
        sent = operation.new_request() if request is None else request
        return answer_request(ctx.udc, parse_request(operation, ctx.udc.reader, sent))

    answer.__name__ = operation.name
    decorate = rpc(
        operation.request,
        _returns=operation.response,
        _out_variable_name="return",
        _in_arg_names={"request": operation.name},
    )
    return decorate(answer)


def parse_request(operation: Operation, reader: RequestReader, sent: Any) -> ParsedRequest:
    """Read the operation's command from the request's object."""
    if operation.name == _OPEN_SESSION:
        return ParsedRequest(operation, None, sent)
    return ParsedRequest(operation, sent.sessionId, HANDLERS[operation.name].read(reader, sent))


def answer_request(context: ServiceContext, parsed: ParsedRequest) -> Any:
    """Perform the use case and build the response's object, which may be a refusal."""
    try:
        return build_response(context, parsed.operation, perform(context, parsed))
    except Refusal as refusal:
        return build_refusal(parsed.operation, refusal)


def perform(context: ServiceContext, parsed: ParsedRequest) -> Any:
    """Perform the use case.

    Raises:
        Refusal: It declines.
    """
    if parsed.operation.name == _OPEN_SESSION:
        return context.scheduler.open_session(parsed.request.login, parsed.request.password)
    use_case = HANDLERS[parsed.operation.name].use_case
    return context.scheduler.perform(use_case, parsed.session_id, parsed.request)


def build_response(context: ServiceContext, operation: Operation, result: Any) -> Any:
    """Build the response's object from the use case's result."""
    if operation.name == _OPEN_SESSION:
        return operation.new_response(id=0, status="success", sessionId=result.id)
    return operation.new_response(id=0, status="success", **HANDLERS[operation.name].write(context.writer, result))


def build_refusal(operation: Operation, refusal: Refusal) -> Any:
    """Build the response's object of a refused call."""
    return operation.new_response(errorMsg=refusal.message, id=0, status="error")
