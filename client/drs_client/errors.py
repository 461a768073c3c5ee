"""Everything that can go wrong between a caller and DRS.

::

    DrsError
    ├── InvalidArgument        an argument cannot be sent to DRS
    ├── TransportError         DRS was not reached, or the result of the call is unknown
    │   ├── Unreachable        no connection, or the connection broke
    │   ├── TimedOut           no answer in time; the call may have been carried out
    │   └── HttpFailure        an HTTP status without a SOAP answer
    ├── UnexpectedResponse     the answer is not an answer of DRS
    ├── DrsFault               DRS's platform could not read the call (SOAP fault)
    ├── RequestRejected        DRS declined the call (status error)
    │   ├── SessionExpired     because the session is no longer valid
    │   ├── OrderExists        because the order number is in use
    │   └── NoBooking          because the order has no booking
    └── NotScheduled           the order was created, but booking it did not finish

Every error can be pickled and copied. No message and no ``repr`` contains a password or a session id.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar


class DrsError(Exception):
    """Base of all errors that this package raises.

    ``exit_code`` is the exit code of the command ``drs-client``: 1 if DRS declined, 2 if the caller's input cannot be
    used, 3 if DRS was not reached or something else answered.
    """

    exit_code: ClassVar[int] = 1

    def __reduce__(self) -> tuple[Callable[..., DrsError], tuple[Any, ...], dict[str, Any]]:
        """Pickle and copy the message and the attributes, whatever arguments the class takes."""
        return _restore, (type(self), self.args), self.__dict__


def _restore(kind: type[DrsError], args: tuple[Any, ...]) -> DrsError:
    return kind.__new__(kind, *args)


class InvalidArgument(DrsError, ValueError):
    """An argument cannot be sent; the message says what to pass instead."""

    exit_code = 2


class TransportError(DrsError):
    """DRS was not reached, or the result of the call is unknown."""

    exit_code = 3


class Unreachable(TransportError):
    """No connection to DRS could be made, or it broke."""


class TimedOut(TransportError):
    """DRS did not answer in time. The call may have been carried out."""


class HttpFailure(TransportError):
    """An HTTP status came without a SOAP answer, for example 503 from a proxy.

    Args:
        message: What happened.
        status: The HTTP status.
    """

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


class UnexpectedResponse(DrsError):
    """The answer is not an answer of DRS: a web page, broken XML, or a required member is missing."""

    exit_code = 3


class DrsFault(DrsError):
    """A SOAP fault: DRS's platform could not read the call.

    Args:
        operation: The operation that was called.
        code: The fault code, for example ``soap:Client``.
        text: The fault's text.
    """

    def __init__(self, operation: str, code: str, text: str) -> None:
        super().__init__(f"{operation} was answered with a fault ({code}): {text}")
        self.operation = operation
        self.code = code
        self.text = text


class RequestRejected(DrsError):
    """DRS declined the call: the answer has status error.

    Args:
        operation: The operation that was called.
        message: DRS's errorMsg.
        remedy: What the caller can do, as a sentence, where that is known.
    """

    def __init__(self, operation: str, message: str, remedy: str = "") -> None:
        text = f"{operation} was refused: {message or 'DRS gave no reason'}"
        super().__init__(f"{text}. {remedy}" if remedy else text)
        self.operation = operation
        self.message = message


class SessionExpired(RequestRejected):
    """DRS declined the call because the session is no longer valid, and declined it in a new session as well."""


class OrderExists(RequestRejected):
    """DRS has an order of that number already, and ``RepairWorkflow.book`` may not use it; the text says why."""


class NoBooking(RequestRejected):
    """The order has no booking to move, cancel or complete.

    Args:
        order_number: The order's number.
        completed: Whether its work is completed; otherwise its booking was cancelled.
    """

    def __init__(self, order_number: str, *, completed: bool) -> None:
        message = "its work is completed already" if completed else "it is cancelled already"
        super().__init__("selectOrder", message)
        remedy = "" if completed else " Book the number again to give it a new booking."
        self.args = (f"Order {order_number} has no booking: {message}.{remedy}",)
        self.order_number = order_number
        self.completed = completed


class NotScheduled(DrsError):
    """The order was created, but booking it did not finish. The text names order, booking, cause and next step.

    Args:
        order_number: The order's number.
        booking_id: Its booking; ``None`` if it has none.
        reason: What went wrong, in DRS's words where DRS gave a reason.
        scheduled: Whether the booking is scheduled: ``False``; ``None`` if that is unknown, because an answer was lost;
            ``True`` if it is, and only reading the order back failed.
        cancelled: Whether the booking was cancelled. ``True`` only if DRS confirmed that.
        remedy: What the caller can do, as a sentence.
    """

    def __init__(
        self,
        order_number: str,
        booking_id: int | None,
        *,
        reason: str,
        scheduled: bool | None = False,
        cancelled: bool = False,
        remedy: str = "",
    ) -> None:
        booking = "it has no booking" if booking_id is None else _STATES[scheduled].format(booking=booking_id)
        link = "and" if scheduled else "but"
        text = f"Order {order_number} was created, {link} {booking}: {reason.rstrip('.')}. {remedy}"
        super().__init__(text.rstrip())
        self.order_number = order_number
        self.booking_id = booking_id
        self.reason = reason
        self.scheduled = scheduled
        self.cancelled = cancelled


_STATES: dict[bool | None, str] = {
    False: "booking {booking} is not scheduled",
    None: "it is not known whether booking {booking} is scheduled",
    True: "booking {booking} is scheduled, yet the order could not be read back",
}
