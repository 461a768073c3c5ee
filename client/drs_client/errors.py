"""What can go wrong between a caller and DRS.

::

    DrsError
    ├── InvalidArgument        the caller handed in something that DRS cannot mean
    ├── TransportError         DRS was not reached, or what happened is unknown
    │   ├── Unreachable        no connection
    │   ├── TimedOut           no answer in time; the call may have been carried out
    │   └── HttpFailure        an HTTP status that is no SOAP answer
    ├── UnexpectedAnswer       an answer came that is no answer of DRS
    ├── DrsFault               DRS's platform could not read the call
    ├── Refusal                DRS declined the call
    │   └── SessionLapsed      because the session is not valid any more
    └── NotScheduled           the order was made, its booking could not be scheduled

No message and no ``repr`` has a password or a session id in it.
"""

from __future__ import annotations


class DrsError(Exception):
    """Everything that this package raises."""


class InvalidArgument(DrsError, ValueError):  # noqa: N818
    """An argument cannot be sent; the message says what to hand in instead."""


class TransportError(DrsError):
    """DRS was not reached, or it is not known what became of the call."""


class Unreachable(TransportError):  # noqa: N818
    """No connection to DRS could be made, or it broke."""


class TimedOut(TransportError):  # noqa: N818
    """DRS did not answer in time. The call may have been carried out."""


class HttpFailure(TransportError):  # noqa: N818
    """An HTTP status came that is no SOAP answer, for example 503 from a proxy."""

    def __init__(self, message: str, status: int) -> None:
        self.status = status
        super().__init__(message)


class UnexpectedAnswer(DrsError):  # noqa: N818
    """What came back is no answer of DRS: a login page, broken XML, or a part that must be there is missing."""


class DrsFault(DrsError):  # noqa: N818
    """A SOAP fault: DRS's platform could not read the call.

    Args:
        operation: The operation that was called.
        code: The fault code, ``soap:Client`` for example.
        text: The fault's text.
    """

    def __init__(self, operation: str, code: str, text: str) -> None:
        self.operation = operation
        self.code = code
        self.text = text
        super().__init__(f"{operation} was answered with a fault ({code}): {text}")


class Refusal(DrsError):  # noqa: N818
    """DRS declined the call: status error.

    Args:
        operation: The operation that was called.
        message: DRS's errorMsg.
    """

    def __init__(self, operation: str, message: str) -> None:
        self.operation = operation
        self.message = message
        super().__init__(f"{operation} was refused: {message or 'DRS gave no reason'}")


class SessionLapsed(Refusal):
    """DRS declined the call because the session is not valid any more, and declined a new session's call as well."""


class NotScheduled(DrsError):  # noqa: N818
    """The order was made, but its booking could not be scheduled; ``__cause__`` says why.

    Args:
        order_number: The order's number.
        booking_id: Its booking, not scheduled.
        cancelled: Whether the booking was cancelled again.
    """

    def __init__(self, order_number: str, booking_id: int, *, cancelled: bool) -> None:
        self.order_number = order_number
        self.booking_id = booking_id
        self.cancelled = cancelled
        what_now = "It was cancelled." if cancelled else "Move it to another slot, or cancel it."
        super().__init__(f"Order {order_number} was created, but booking {booking_id} is not scheduled. {what_now}")
