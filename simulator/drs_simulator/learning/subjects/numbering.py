"""The first numbers of orders and bookings, and what DRS puts into a new booking."""

from __future__ import annotations

import re

from drs_simulator.learning.exchanges import SeenTraffic, text_of
from drs_simulator.learning.notebook import Claims, Notebook
from drs_simulator.learning.privacy import is_plain_term

_NUMBER = re.compile(r"\d{1,10}", re.ASCII)


def learn_first_numbers(traffic: SeenTraffic, notebook: Notebook) -> None:
    """Learn the numbers of the first order and of the first booking that were created."""
    for key, operations, member in (
        ("first_order_id", ("createOrder",), "orderId"),
        ("first_booking_id", ("createOrder", "createBooking"), "bookingId"),
    ):
        for exchange in traffic.of(*operations):
            numbers = [int(text) for each in exchange.answered(member) if _NUMBER.fullmatch(text := each.text or "")]
            if exchange.is_success and numbers and max(numbers) > 0:
                # createBooking may answer with the bookings that were there before too.
                number = max(numbers) if exchange.operation == "createBooking" else numbers[0]
                notebook.add(f"ordering.{key}", number, [exchange.name])
                break


def learn_new_bookings(traffic: SeenTraffic, notebook: Notebook) -> None:
    """Learn the reason and the category of new bookings, and whether answers show what DRS only keeps."""
    reasons: Claims[str] = Claims()
    categories: Claims[str] = Claims()
    members: Claims[str] = Claims()
    for exchange in traffic.of("createOrder"):
        order = None if exchange.answer is None else exchange.answer.find("theOrder")
        if not exchange.is_success or order is None:
            continue
        for booking in order.iter("theBookings"):
            for claims, member in ((reasons, "bookingReason"), (categories, "bookingCategory")):
                value = text_of(booking, member)
                is_known = value and value not in traffic.pseudonyms and is_plain_term(value)
                if value and is_known and not exchange.sent_texts(member):
                    claims.add(value, exchange.name)
        for member in ("secondaryOrderNumber", "tertiaryOrderNumber", "reasonCode"):
            sent = text_of(exchange.sent, f"theOrder/{member}")
            if sent:
                members.add("return" if text_of(order, member) == sent else "drop", exchange.name)
    notebook.settle("ordering.reason_when_created", reasons)
    notebook.settle("ordering.category", categories)
    notebook.settle("ordering.sent_members", members)
