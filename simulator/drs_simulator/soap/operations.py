"""The operations: each reads its request, has the scheduler perform its use case, and writes its answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from drs_simulator.soap.spyne import compat  # noqa: F401 - must come before Spyne

from spyne import Application, MethodContext, ServiceBase, rpc  # isort: skip

from drs_simulator.profile.model import GatewaySettings
from drs_simulator.scheduling.context import Call
from drs_simulator.scheduling.refusal import Refusal
from drs_simulator.scheduling.scheduler import Scheduler, close_session
from drs_simulator.scheduling.use_cases.availability import check_availability
from drs_simulator.scheduling.use_cases.bookings import create_booking, delete_booking, update_booking
from drs_simulator.scheduling.use_cases.master_data import (
    select_alerts,
    select_bookings,
    select_meta_data,
    update_booking_codes,
    update_location,
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
from drs_simulator.soap.requests import Reader
from drs_simulator.soap.responses import Writer
from drs_simulator.soap.spyne.protocol import CxfReader, CxfWriter
from drs_simulator.soap.spyne.types import Operation, interface_types

Members = Mapping[str, object]


class Desk(NamedTuple):
    """Whom an operation turns to; Spyne hands it on as the user-defined context."""

    scheduler: Scheduler
    reader: Reader
    writer: Writer
    settings: GatewaySettings
    zone: ZoneInfo


class Asked(NamedTuple):
    """What a caller asks, ready for the scheduler. It says nothing of when, so that it can be used again.

    Args:
        operation: What is to be done.
        session_id: In which session.
        request: The use case's request; of openSession, the object that was read.
    """

    operation: Operation
    session_id: str | None
    request: Any


class Handling(NamedTuple):
    """How an operation is answered: from the request's object to the use case's request, and back to members."""

    use_case: Callable[[Call, Any], Any]
    read: Callable[[Reader, Any], Any] = lambda _reader, _sent: None
    write: Callable[[Writer, Any], Members] = Writer.nothing


HANDLINGS: Mapping[str, Handling] = {
    "closeSession": Handling(close_session),
    "checkAvailability": Handling(check_availability, Reader.availability, Writer.availability),
    "createOrder": Handling(create_order, Reader.order, Writer.order),
    "updateOrder": Handling(update_order, Reader.order, Writer.order),
    "deleteOrder": Handling(delete_order, Reader.order),
    "completeOrder": Handling(complete_order, Reader.completion),
    "selectOrder": Handling(select_orders, Reader.order_filter, Writer.orders),
    "createBooking": Handling(create_booking, Reader.further_booking, Writer.bookings),
    "updateBooking": Handling(update_booking, Reader.booking_update, Writer.booking),
    "deleteBooking": Handling(delete_booking, Reader.booking),
    "selectBooking": Handling(select_bookings, Reader.booking_filter, Writer.bookings),
    "scheduleBooking": Handling(schedule_booking, Reader.placing),
    "createReservation": Handling(create_reservation, Reader.placing),
    "confirmReservation": Handling(confirm_reservation, Reader.placing),
    "getSchedule": Handling(get_schedule, Reader.schedule, Writer.bookings),
    "selectResource": Handling(select_resources, Reader.operative_filter, Writer.operatives),
    "updateResource": Handling(update_resources, Reader.operatives_update),
    "updateLocation": Handling(update_location, Reader.location, Writer.location),
    "updateBookingCode": Handling(update_booking_codes, Reader.code_definitions),
    "selectAlerts": Handling(select_alerts, Reader.alert_filter, Writer.alerts),
    "selectMetaData": Handling(select_meta_data, Reader.contract, Writer.meta_data),
}
_OPEN_SESSION = "openSession"
SERVED = frozenset({_OPEN_SESSION, *HANDLINGS})


@cache
def application(interface: InterfaceName) -> Application:
    """The Spyne application of an interface. It keeps nothing, so that all simulators share it."""
    types = interface_types(interface)
    methods = {name: _method(operation) for name, operation in types.operations.items() if name in SERVED}
    service = type("SOAP", (ServiceBase,), methods)
    return Application([service], tns=NAMESPACE, name="SOAP", in_protocol=CxfReader(), out_protocol=CxfWriter())


def _method(operation: Operation) -> Any:
    """The operation as Spyne wants it: a function of the context and the request's object."""

    def answer(ctx: MethodContext, request: Any) -> Any:
        sent = operation.new_request() if request is None else request
        return answered(ctx.udc, asked(operation, ctx.udc.reader, sent))

    answer.__name__ = operation.name
    decorate = rpc(
        operation.request,
        _returns=operation.response,
        _out_variable_name="return",
        _in_arg_names={"request": operation.name},
    )
    return decorate(answer)


def asked(operation: Operation, reader: Reader, sent: Any) -> Asked:
    """What a request of the operation asks."""
    if operation.name == _OPEN_SESSION:
        return Asked(operation, None, sent)
    return Asked(operation, sent.sessionId, HANDLINGS[operation.name].read(reader, sent))


def answered(desk: Desk, asked: Asked) -> Any:
    """The response's object: what the use case says, or a refusal."""
    try:
        return response_to(desk, asked, performed(desk, asked))
    except Refusal as refusal:
        return refused(asked, refusal)


def performed(desk: Desk, asked: Asked) -> Any:
    """What the use case says.

    Raises:
        Refusal: It declines.
    """
    if asked.operation.name == _OPEN_SESSION:
        return desk.scheduler.open_session(asked.request.login, asked.request.password)
    return desk.scheduler.perform(HANDLINGS[asked.operation.name].use_case, asked.session_id, asked.request)


def response_to(desk: Desk, asked: Asked, answer: Any) -> Any:
    """The response's object for what the use case said."""
    name = asked.operation.name
    members = {"sessionId": answer.id} if name == _OPEN_SESSION else HANDLINGS[name].write(desk.writer, answer)
    return asked.operation.new_response(id=0, status="success", **members)


def refused(asked: Asked, refusal: Refusal) -> Any:
    """The response's object for a refusal."""
    return asked.operation.new_response(errorMsg=refusal.message, id=0, status="error")
