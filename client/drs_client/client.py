"""The client: a method for each of DRS's operations."""

from __future__ import annotations

from drs_client.bookings import BookingCalls
from drs_client.orders import OrderCalls
from drs_client.records import RecordCalls


class DrsClient(OrderCalls, BookingCalls, RecordCalls):
    """Calls one DRS.

    ::

        with DrsClient(url, "login", "password") as drs:
            availability = drs.check_availability("3670010", "N373049", "Priority 20 Days", begin, end)

    A session is opened at the first call and closed at the end of ``with``. One that DRS lets lapse is renewed once,
    and the call repeated.

    Args:
        url: The gateway's address, ``…/OTWebServiceGateway_<INSTANCE>/ws/soap``; a ``?wsdl`` behind it does no harm.
        login: The login of the council's service.
        password: Its password.
        wsdl: Where the interface description is: an address, or a file. Without it ``url?wsdl``.
        timeout: Seconds to wait for an answer. DRS has been seen to need almost five.
        transport: Another way to reach DRS (see ``wsgi_transport``).
        contract: The contract to work under.
        user_id: Who calls; DRS does not validate it.
        timezone: The installation's time zone, in which answers are given and dates are sent.
        is_lapsed: Says of a refusal whether it is about the session.
    """
