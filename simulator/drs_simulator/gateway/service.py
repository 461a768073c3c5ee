"""The operations: each reads its request, has the scheduler perform its use case, and writes its answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from drs_simulator.gateway import spyne_compat  # noqa: F401 - must come before Spyne

from spyne import Application, MethodContext, ServiceBase, rpc  # isort: skip

from drs_simulator.gateway.envelope import NAMESPACE
from drs_simulator.gateway.interface import InterfaceName
from drs_simulator.gateway.protocol import CxfReader, CxfWriter
from drs_simulator.gateway.translate import Translator
from drs_simulator.gateway.types import Operation, interface_types
from drs_simulator.scheduling.availability import check_availability
from drs_simulator.scheduling.bookings import delete_booking, schedule_booking
from drs_simulator.scheduling.call import Call
from drs_simulator.scheduling.orders import create_order, select_orders
from drs_simulator.scheduling.refusal import Refusal
from drs_simulator.scheduling.scheduler import Scheduler, close_session

Members = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Desk:
    """Whom an operation turns to; Spyne hands it on as the user-defined context."""

    scheduler: Scheduler
    translator: Translator
    zone: ZoneInfo
    max_depth: int


@dataclass(frozen=True, slots=True)
class Handling:
    """How an operation is answered: from the request's object to the use case's request, and back to members."""

    use_case: Callable[[Call, Any], Any]
    read: Callable[[Translator, Any], Any] = lambda _translator, _sent: None
    write: Callable[[Translator, Any], Members] = lambda _translator, _answer: {}


HANDLINGS: Mapping[str, Handling] = {
    "closeSession": Handling(close_session),
    "checkAvailability": Handling(check_availability, Translator.availability_request, Translator.availability),
    "createOrder": Handling(create_order, Translator.order_request, Translator.created_order),
    "selectOrder": Handling(select_orders, Translator.order_filter, Translator.selected_orders),
    "scheduleBooking": Handling(schedule_booking, Translator.booking_request),
    "deleteBooking": Handling(delete_booking, Translator.booking_request),
}
SERVED = frozenset({"openSession", *HANDLINGS})


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
        sent = operation.request() if request is None else request
        try:
            return operation.response(id=0, status="success", **_perform(operation.name, ctx.udc, sent))
        except Refusal as refusal:
            return operation.response(errorMsg=refusal.message, id=0, status="error")

    answer.__name__ = operation.name
    decorate = rpc(
        operation.request,
        _returns=operation.response,
        _out_variable_name="return",
        _in_arg_names={"request": operation.name},
    )
    return decorate(answer)


def _perform(name: str, desk: Desk, sent: Any) -> Members:
    if name == "openSession":
        return {"sessionId": desk.scheduler.open_session(sent.login, sent.password).id}
    handling = HANDLINGS[name]
    request = handling.read(desk.translator, sent)
    return handling.write(desk.translator, desk.scheduler.perform(handling.use_case, sent.sessionId, request))
